"""What an evaluation found: every table of every fixture by each tool, summed as one asks.

Figures are ratios of sums over documents, with intervals by bootstrap over documents: the
fixtures that show one content under several kinds of damage are one document. Small type is
no part of any sum but its own, since at low resolution nobody can read it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .figures import PEAK, SECONDS
from .hardware import Hardware
from .measuring import Cost
from .metrics.amounts import WrongAmount
from .metrics.bootstrap import Difference, Interval, difference_of, interval_of
from .requirements import OVERALL, Requirement, Verdict
from .scores import Scores, TableScore, is_judged, sums_of

if TYPE_CHECKING:
    import numpy as np
    import pandas

    from ..datasets.fixtures.sets import Refusal

SMALL = "small"
"""The scope of the fixtures in small type."""


@dataclass(frozen=True)
class TableRow:
    """A table of a truth on its page, and how it was judged; `wrong` are its amounts not exact."""

    table: str
    page: int | None
    kind: str | None
    shape: tuple[int, int]
    result: str | None
    result_shape: tuple[int, int] | None
    overlap: float | None
    scores: Scores
    wrong: tuple[WrongAmount, ...]

    @classmethod
    def of(cls, score: TableScore) -> TableRow:
        """The row without the tables themselves, so that a large set fits into memory."""
        result = score.result
        return cls(
            table=score.truth.source_id,
            page=score.truth.page,
            kind=score.kind,
            shape=score.truth.table.shape,
            result=result.source_id if result else None,
            result_shape=result.table.shape if result else None,
            overlap=score.overlap,
            scores=_without_lists(score.scores),
            wrong=score.scores.amounts.wrong,
        )


@dataclass(frozen=True)
class Judged:
    """A fixture as one tool read it, or the part of it that is in small type.

    Attributes:
        small: whether its tables are in small type, which is judged apart.
        fixture: its id; `document` is what intervals are estimated over.
        source: the scan; `result` is the document.json that was judged, where there is one,
            `predictions` else the folder and format of what was judged.
        pages: pages of the truth, 0 for a part.
        failure: why the tool gave nothing, or less than all, in one line.
        cached: whether the result is of an earlier run.
    """

    fixture: str
    document: str
    damage: str
    split: str
    small: bool
    source: Path
    truth: Path
    tool: str
    pages: int
    scores: Scores
    tables: tuple[TableRow, ...]
    cost: Cost | None = None
    result: Path | None = None
    predictions: tuple[Path, str] | None = None
    failure: str | None = None
    cached: bool = False


def sums(scores: Iterable[Scores]) -> Scores:
    """The sum of scores, without the lists that they carry."""
    return reduce(add, map(_without_lists, scores), Scores())


def _without_lists(scores: Scores) -> Scores:
    return replace(
        scores, amounts=replace(scores.amounts, wrong=()), aligned=replace(scores.aligned, wrong=())
    )


@dataclass(frozen=True)
class Setting:
    """Under what an evaluation was made; everything that one must know to repeat it.

    `digest` is of the program's own source files and of the weights.
    """

    fixtures: str
    version: str
    digest: str
    seed: int
    workers: int
    threads: int
    hardware: Hardware


@dataclass(frozen=True)
class Evaluation:
    """The judgements of a set; `tools` names the first tool and what it is compared with."""

    setting: Setting
    tools: tuple[str, ...]
    judged: tuple[Judged, ...]
    refusals: tuple[Refusal, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """Kinds of damage, in the order of the set, of fixtures that are not in small type."""
        return tuple(dict.fromkeys(j.damage for j in self.judged if not j.small))

    @property
    def scopes(self) -> tuple[str, ...]:
        """The profiles, the whole set, and small type where there is any."""
        small = (SMALL,) if any(j.small for j in self.judged) else ()
        return (*self.profiles, OVERALL, *small)

    @property
    def failures(self) -> tuple[Judged, ...]:
        """The fixtures that a tool did not read, or only in part."""
        return tuple(j for j in self.judged if j.failure is not None)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The requirements on the first tool, each with what was measured."""
        values = {scope: self.values(self.tools[0], scope) for scope in self.scopes}
        return tuple(Verdict(r, values.get(r.scope, {}).get(r.name)) for r in self.requirements)

    def select(self, tool: str, scope: str = OVERALL) -> list[Judged]:
        """The judgements of a tool over a profile, the whole set or the small type."""
        return [
            j
            for j in self.judged
            if j.tool == tool
            and (j.small if scope == SMALL else not j.small and scope in (OVERALL, j.damage))
        ]

    def kinds(self, scope: str = OVERALL) -> tuple[str, ...]:
        """The kinds of table in the truth, sorted."""
        rows = (row for j in self.select(self.tools[0], scope) for row in j.tables)
        return tuple(sorted({row.kind for row in rows if row.kind is not None}))

    def scores(self, tool: str, scope: str = OVERALL, kind: str | None = None) -> Scores:
        """The sum over a scope, of tables of one kind where that is given."""
        judged = self.select(tool, scope)
        if kind is None:
            return sums(j.scores for j in judged)
        return sums(row.scores for j in judged for row in j.tables if row.kind == kind)

    def values(self, tool: str, scope: str = OVERALL, kind: str | None = None) -> dict[str, float | None]:
        """Every figure by name; None where the truth or the tool has nothing for it.

        Nothing at all to judge gives None everywhere, not the 1 of an empty sum.
        """
        judged = self.select(tool, scope)
        scores = self.scores(tool, scope, kind)
        figures = scores.values()
        if not judged or (kind is not None and not scores.structure.tables):
            return dict.fromkeys((*figures, SECONDS, PEAK))
        ratios = scores.ratios()
        for name, ratio in ratios.items():
            if ratio is not None and not ratio.denominator and not ratio.numerator:
                figures[name] = None
        if kind is not None:
            # What was invented is of no kind, so neither is how much of the result is real.
            none = ("false_tables", "detection_precision", "kinds_f1", SECONDS, PEAK)
            return figures | dict.fromkeys(none)
        return figures | _costs(judged)

    def interval(self, tool: str, name: str, scope: str = OVERALL) -> Interval | None:
        """A figure with its interval; None for plain counts and costs, or n/a."""
        key = tool, name, scope
        if key not in self._intervals:
            self._intervals[key] = self._interval(*key)
        return self._intervals[key]

    def difference(self, name: str, scope: str = OVERALL) -> Difference | None:
        """The first tool minus the second on the documents that both were judged on."""
        if len(self.tools) < 2 or name in (SECONDS, PEAK):
            return None
        first, second = (self._documents(tool, scope) for tool in self.tools[:2])
        known = [
            key for key in first if key in second and all(is_judged(name, s[key]) for s in (first, second))
        ]
        one, other = (sums_of(name, [s[key] for key in known]) for s in (first, second))
        if one is None or other is None or not (one.counts.any() or other.counts.any()):
            return None
        return difference_of(one, other, self._generator(scope, name))

    def to_pandas(self, rows: Literal["tables", "documents", "figures"] = "tables") -> pandas.DataFrame:
        """A row per table on its page, per fixture, or per figure of each scope, for each tool."""
        import pandas

        from .tabular import document_rows, figure_rows, table_rows

        make = {"tables": table_rows, "documents": document_rows, "figures": figure_rows}[rows]
        return pandas.DataFrame(list(make(self)))

    def to_dict(self) -> dict[str, Any]:
        """Settings, every figure with its interval, refusals and failures, as JSON has it."""
        from .tabular import summary

        return summary(self)

    def save_report(self, folder: Path) -> Path:
        """Write `index.html`, `results.json` and the CSV files; see `report.page.write_report`."""
        from .report.page import write_report

        return write_report(self, folder)

    @cached_property
    def _intervals(self) -> dict[tuple[str, str, str], Interval | None]:
        """Those that were asked for: drawing anew takes a while, and each is shown several times."""
        return {}

    def _interval(self, tool: str, name: str, scope: str) -> Interval | None:
        if name in (SECONDS, PEAK):
            return None
        figure = sums_of(name, list(self._documents(tool, scope).values()))
        if figure is None or not figure.counts.any():
            return None
        return interval_of(figure, self._generator(scope, name))

    def _documents(self, tool: str, scope: str) -> dict[str, Scores]:
        """The sum over each document."""
        found: dict[str, Scores] = {}
        for judged in self.select(tool, scope):
            earlier = found.get(judged.document)
            found[judged.document] = earlier + judged.scores if earlier is not None else judged.scores
        return found

    def _generator(self, scope: str, name: str) -> np.random.Generator:
        import numpy as np

        return np.random.default_rng([self.setting.seed, zlib.crc32(f"{scope}/{name}".encode())])


def _costs(judged: Sequence[Judged]) -> dict[str, float | None]:
    costs = [j.cost for j in judged if j.cost is not None and j.cost.pages]
    pages = sum(cost.pages for cost in costs)
    return {
        SECONDS: sum(cost.seconds for cost in costs) / pages if pages else None,
        PEAK: max((cost.peak for cost in costs), default=None),
    }
