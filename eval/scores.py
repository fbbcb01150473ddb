"""What judging a document gives: counts that add up over tables, kinds and damage profiles.

`Scores` holds every metric as counts, so any group of tables or documents is summed first and
becomes ratios after. A metric that the truth or the tool has nothing for is None, which is
n/a and not 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .metrics.amounts import Amounts
from .metrics.bootstrap import Sums, ratio_sums
from .metrics.characters import Characters
from .metrics.counts import Additive, Ratio
from .metrics.detection import Detection, Joined
from .metrics.kinds import Kinds, macro_f1_sums
from .metrics.misprints import Misprints
from .metrics.risk import Risk, coverage_sums
from .metrics.states import States
from .slices import PageTable

COUNTS = ("false_tables", "invented", "corrections_wrong")
"""Figures that are plain counts."""

COVERAGES = {"coverage_99": 0.01, "coverage_999": 0.001}
"""Figures from the coverage–risk curve, and the rate of errors that each allows."""


@dataclass(frozen=True, slots=True)
class Structure(Additive):
    """Sums over the truth's tables on pages; a missed table adds to `tables` and nothing else.

    TEDS, TEDS-S and GriTS are sums of scores from 0 to 1, `teds_raw` without normalising the
    text. `located` counts the tables that GriTS-Loc could judge. Relations are those of
    ICDAR-2013, of the truth, of the result (tables without a partner included), and correct.
    """

    tables: int = 0
    spans_exact: int = 0
    teds: float = 0.0
    teds_structure: float = 0.0
    teds_raw: float = 0.0
    grits_top: float = 0.0
    grits_con: float = 0.0
    grits_loc: float = 0.0
    located: int = 0
    relations: int = 0
    relations_found: int = 0
    relations_correct: int = 0


@dataclass(frozen=True, slots=True)
class Scores(Additive):
    """All metrics of a table, a document or a group of them; `Scores()` is the sum of none.

    `amounts` are judged at their address, `aligned` after rows and columns were aligned. Kinds,
    misprints and risk are counted for every result, and are n/a in a sum in which the tool says
    no kind, no state, or nothing of how sure it is: a document that it failed on stays in.
    """

    detection: Detection = field(default_factory=Detection)
    structure: Structure = field(default_factory=Structure)
    amounts: Amounts = field(default_factory=Amounts)
    aligned: Amounts = field(default_factory=Amounts)
    characters: Characters = field(default_factory=Characters)
    outside: Characters | None = None
    joined: Joined | None = None
    kinds: Kinds | None = None
    states: States | None = None
    misprints: Misprints | None = None
    risk: Risk | None = None

    def ratios(self) -> dict[str, Ratio | None]:
        """Every metric that is a ratio of sums, by name; these can be drawn anew in a bootstrap."""
        s, d, a, b = self.structure, self.detection, self.amounts, self.aligned
        states = self.states
        return {
            "amounts": a.ratio,
            "amounts_raw": a.raw_ratio,
            "amounts_aligned": b.ratio,
            "misread": a.misread_rate,
            "misread_aligned": b.misread_rate,
            "zeros": a.zeros_ratio,
            "blanks": a.blanks_ratio,
            "dashes": a.dashes_ratio,
            "teds": Ratio(s.teds, s.tables),
            "teds_structure": Ratio(s.teds_structure, s.tables),
            "teds_raw": Ratio(s.teds_raw, s.tables),
            "grits_top": Ratio(s.grits_top, s.tables),
            "grits_con": Ratio(s.grits_con, s.tables),
            "grits_loc": Ratio(s.grits_loc, s.located) if s.located else None,
            "adjacency_precision": Ratio(s.relations_correct, s.relations_found),
            "adjacency_recall": Ratio(s.relations_correct, s.relations),
            "adjacency_f1": Ratio(2 * s.relations_correct, s.relations + s.relations_found),
            "spans": Ratio(s.spans_exact, s.tables),
            "detection_recall": d.recall,
            "detection_precision": d.precision,
            "detection_strict": d.strict_recall,
            "characters": self.characters.rate,
            "characters_raw": self.characters.raw_rate,
            "characters_outside": self.outside.rate if self.outside else None,
            "joined": self.joined.ratio if self.joined else None,
            "proven": states.proven_ratio if states else None,
            "proven_wrong": states.proven_wrong_rate if states else None,
            "corrections": states.corrections_ratio if states else None,
            "misprints": self.misprints.ratio if self.misprints and states else None,
        }

    def values(self) -> dict[str, float | None]:
        """Every figure by name: the ratios, and what is none of sums; None is n/a."""
        ratios = {name: ratio.value if ratio is not None else None for name, ratio in self.ratios().items()}
        return ratios | {
            "kinds_f1": self.kinds.macro_f1 if self.kinds and self.kinds.are_given else None,
            **{
                name: self.risk.coverage_at(rate) if self.risk and self.risk.is_ranked else None
                for name, rate in COVERAGES.items()
            },
            "false_tables": float(self.detection.false),
            "invented": float(self.amounts.invented),
            "corrections_wrong": float(self.states.corrections_wrong) if self.states else None,
        }


@dataclass(frozen=True)
class TableScore:
    """A table of the truth on its page beside its partner, boxes of both on the scan.

    `overlap` is the intersection over union, None for a missed table and without boxes.
    """

    truth: PageTable
    result: PageTable | None
    overlap: float | None
    scores: Scores

    @property
    def kind(self) -> str | None:
        """The true kind of the table, where the truth says it."""
        return self.truth.table.kind


@dataclass(frozen=True)
class DocumentScore:
    """A document's tables in the order of the truth, what was invented, and the sum of it all.

    `rest` is the part of the sum that is of no table of the truth.
    """

    tables: tuple[TableScore, ...]
    invented: tuple[PageTable, ...]
    scores: Scores = field(default_factory=Scores)
    rest: Scores = field(default_factory=Scores)


def is_judged(name: str, scores: Scores) -> bool:
    """Whether a document bears on a figure: the truth has something for it, and so may the tool.

    Raises:
        KeyError: there is no such figure.
    """
    if name in COVERAGES:
        return scores.risk is not None
    if name in ("kinds_f1", "misprints"):
        return (scores.kinds if name == "kinds_f1" else scores.misprints) is not None
    return name not in COUNTS and scores.ratios()[name] is not None


def sums_of(name: str, documents: Sequence[Scores]) -> Sums | None:
    """A figure of `Scores.values` as a function of sums over documents, for a bootstrap.

    None where no document has it, and for figures that are plain counts. A document for which
    it is n/a adds nothing.

    Raises:
        KeyError: there is no such figure.
    """
    if name == "kinds_f1":
        kinds = [scores.kinds or Kinds() for scores in documents]
        return macro_f1_sums(kinds) if any(k.are_given for k in kinds) else None
    if name in COVERAGES:
        risks = [scores.risk or Risk() for scores in documents]
        return coverage_sums(risks, COVERAGES[name]) if any(r.is_ranked for r in risks) else None
    if name in COUNTS:
        return None
    if name == "misprints":
        found = [scores.misprints.ratio if scores.misprints else None for scores in documents]
        ratios = found if any(scores.states for scores in documents) else []
    else:
        ratios = [scores.ratios()[name] for scores in documents]
    some = next((ratio for ratio in ratios if ratio is not None), None)
    return ratio_sums([ratio or Ratio(0, 0, some.empty) for ratio in ratios]) if some else None
