"""Counts that add up, and ratios of them that are never NaN.

A metric counts over one table; counts of tables add up to those of a document, of a damage
profile or of a kind, and only then become a ratio. So a form of three amounts does not
weigh as much as a table of three hundred, and documents can be drawn anew for a bootstrap.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self


class Additive:
    """A frozen dataclass whose fields add up one by one; None is what says nothing."""

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{f.name: plus(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)}  # type: ignore[arg-type]
        )


def plus(first: Any, second: Any) -> Any:
    """The sum, in which a metric that is not available (None) leaves the other as it is."""
    if first is None:
        return second
    return first if second is None else first + second


@dataclass(frozen=True, slots=True)
class Ratio(Additive):
    """A share or rate as numerator and denominator.

    `empty` is its value where there was nothing to count (0 of 0): 1 for a share of what
    was to be found, 0 for a rate of errors. Errors where there was nothing to err in, and
    finds where nothing was to be found, give the opposite.
    """

    numerator: float
    denominator: float
    empty: float = 1.0

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator, self.empty)

    @property
    def value(self) -> float:
        """The ratio, finite for every count."""
        if self.denominator:
            return self.numerator / self.denominator
        return 1.0 - self.empty if self.numerator else self.empty
