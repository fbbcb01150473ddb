"""Whether the tables of a page were found, and how many were invented.

The unit is the table as it stands on one page. A table counts as found when it has a
partner under the rule of `eval.matching`; where both have boxes, their intersection over
union is counted at a strict threshold too.
"""

from __future__ import annotations

from dataclasses import dataclass

from .counts import Additive, Ratio

STRICT = 0.8
"""Intersection over union at which a table is not just found but cut out about rightly."""


@dataclass(frozen=True, slots=True)
class Detection(Additive):
    """Counts of tables on pages: of the truth, found, of the result without a partner.

    `located` are tables of the truth that can be judged by box, `strict` those of them whose
    partner overlaps by at least `STRICT`.
    """

    tables: int = 0
    found: int = 0
    false: int = 0
    located: int = 0
    strict: int = 0

    @property
    def recall(self) -> Ratio:
        """Share of the truth's tables that were found."""
        return Ratio(self.found, self.tables)

    @property
    def precision(self) -> Ratio:
        """Share of the result's tables that are real."""
        return Ratio(self.found, self.found + self.false)

    @property
    def strict_recall(self) -> Ratio | None:
        """Share found with an overlap of `STRICT`; None where there are no boxes."""
        return Ratio(self.strict, self.located) if self.located else None


@dataclass(frozen=True, slots=True)
class Joined(Additive):
    """Tables that run over several pages, and those that came out as one of equal length."""

    tables: int = 0
    whole: int = 0

    @property
    def ratio(self) -> Ratio:
        """Share that came out whole."""
        return Ratio(self.whole, self.tables)
