"""The layout benchmark: how well pages are set upright and grids found, without any recognition.

Every page of a set goes through the stages of layout as `digitize` runs them, and through
img2table beside it. The words of the truth are then put into the cells that were found, so
that header rows and tables over several pages can be told; no figure depends on reading.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..document import write_atomically
from ..errors import CrossfootError, InputError, one_line
from ..layout.options import LayoutOptions
from .cache import program
from .hardware import this_machine
from .layout_judging import Task, lost, measure
from .layout_scores import CROSSFOOT, IMG2TABLE, FixtureScore, LayoutResult, Row
from .pool import Pool

if TYPE_CHECKING:
    from ..datasets.fixtures.sets import Fixture
    from ..models.weights import Progress
    from .layout_figures import Figure

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how many fixtures are done, and of how many."""

TIME_LIMIT = 1800.0
"""Seconds for one document in one kind of damage; when they are over, no tool found anything in it."""


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        only: for `damage` and `id`, the values to keep; nothing given keeps all.
        against: the variants of img2table, of `BASELINES`, that run on the same pages.
        workers: worker processes of one thread each; 0 works in this one.
        kept: folder for what img2table made of pages, which later runs use again.
        options: of layout.
    """

    kept: Path
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    against: tuple[str, ...] = (IMG2TABLE,)
    workers: int = 1
    options: LayoutOptions = field(default_factory=LayoutOptions)


def save(result: LayoutResult, found: Sequence[Figure], file: Path) -> None:
    """Write what it was measured on, every figure, and a row per table, page and document as JSON."""
    value = {
        "set": result.name,
        "version": __version__,
        "digest": result.digest,
        "tools": result.tools,
        "options": asdict(result.options),
        "workers": result.workers,
        "hardware": asdict(result.hardware),
        "words": "of the truth: nothing was recognised",
        "figures": [asdict(figure) | {"met": figure.met} for figure in found],
        "tables": [_row(row) for row in result.all_rows()],
        "pages": [
            {"fixture": score.fixture, "damage": score.damage, **asdict(page)}
            for score in result.scores
            for page in score.pages
        ],
        "documents": [
            {"fixture": s.fixture, "ruling": s.ruling, "size": s.size, "joins": asdict(s.joins)}
            for s in result.scores
        ],
        "failures": [{"fixture": name, "why": why} for name, why in result.failures],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps(value, ensure_ascii=False, indent=1).encode())


def _row(row: Row) -> dict[str, Any]:
    score = row.fixture
    of_document = {"fixture": score.fixture, "damage": score.damage, "ruling": score.ruling}
    return of_document | {"size": score.size} | asdict(row.table)


def measure_layout(
    folder: Path, plan: Plan, on_progress: OnProgress | None = None, on_fetch: Progress | None = None
) -> LayoutResult:
    """Lay out every page of a set of fixtures and judge it.

    Args:
        folder: the set.
        plan: what to measure.
        on_progress: called when a fixture is done.
        on_fetch: called while missing weights are fetched.

    Raises:
        InputError: there is no set, or nothing in it to measure.
        EngineError, WeightsError: a tool cannot run at all.
    """
    from ..datasets.fixtures.sets import load_set
    from ..models.weights import DEFAULT_ORIENTATION, WeightStore

    report = on_progress or (lambda label, done, total: None)
    found = load_set(folder).only(plan.only)
    digest = program()  # before it runs: sources may be edited meanwhile
    WeightStore().ensure(DEFAULT_ORIENTATION, on_fetch)  # once, before the workers ask for it
    tasks = [Task(fixture, plan.options, plan.against, plan.kept) for fixture in found.fixtures]
    answers: dict[int, FixtureScore | Exception] = {}
    report("layout", 0, len(tasks))
    with Pool(plan.workers, 1, TIME_LIMIT) as pool:
        for index, answer in pool.each(measure, tasks):
            answers[index] = answer
            report("layout", len(answers), len(tasks))
    tools = (CROSSFOOT, *plan.against)
    scores, failures = _parted(found.fixtures, [answers[index] for index in range(len(tasks))], tools)
    if not any(isinstance(answer, FixtureScore) for answer in answers.values()):
        raise InputError(f"nothing could be measured, the first because: {failures[0][1]}", name=str(folder))
    failures += [(refusal.address, str(refusal)) for refusal in found.refusals]
    return LayoutResult(
        folder.name, tools, tuple(scores), tuple(failures), plan.options, digest, plan.workers, this_machine()
    )


def _parted(
    fixtures: Sequence[Fixture], answers: Sequence[FixtureScore | Exception], tools: Sequence[str]
) -> tuple[list[FixtureScore], list[tuple[str, str]]]:
    """The score of every document, and what failed.

    A document whose work came to no end counts as one in which no tool found anything, for which of
    them was at work is not known. One whose truth cannot be read has no score.
    """
    scores: list[FixtureScore] = []
    failures: list[tuple[str, str]] = []
    for fixture, answer in zip(fixtures, answers, strict=True):
        if isinstance(answer, FixtureScore):
            scores.append(answer)
            failures += [
                (answer.fixture, f"page {page.number}: {tool}: {why}")
                for page in answer.pages
                for tool, why in page.failures.items()
            ]
            continue
        why = one_line(answer)
        failures.append((fixture.id, why))
        with suppress(CrossfootError):
            scores.append(lost(fixture, tools, why))
    return scores, failures
