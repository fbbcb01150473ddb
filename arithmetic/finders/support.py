"""How well printed numbers bear out a pattern that the structure of a table suggests.

A pattern has instances, one per row or column. Some of its numbers are misread, so a pattern is
meant when most instances hold, or miss by what a single wrong digit explains.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ... import amounts
from ..proposal import At
from ..view import TableView
from .header_columns import numbering_row

Terms = tuple[tuple[At, Decimal], ...]
ZERO, ONE = Decimal(0), Decimal(1)
_LONG = 4  # digits from which two parts of a sum are hardly equal by chance


@dataclass(frozen=True, slots=True)
class Sum:
    """One instance: total = Σ factor · term."""

    total: At
    terms: Terms

    @property
    def places(self) -> tuple[At, ...]:
        """The total, then the terms."""
        return (self.total, *(place for place, _ in self.terms))


@dataclass(frozen=True, slots=True)
class Support:
    """How many instances hold, miss by one wrong digit, or miss otherwise; empty ones are not counted."""

    holds: int = 0
    slips: int = 0
    fails: int = 0

    @property
    def count(self) -> int:
        """Instances with a number."""
        return self.holds + self.slips + self.fails

    @property
    def meant(self) -> bool:
        """Whether the numbers bear the pattern out, wrong digits allowed for."""
        if self.count <= 2:
            return self.count > 0 and self.fails == 0
        if 2 * self.holds >= self.count:
            return True
        return 4 * self.holds >= self.count and 10 * (self.holds + self.slips) >= 7 * self.count

    @property
    def rank(self) -> tuple[int, int]:
        """For comparing the readings of one pattern: more instances that hold, then fewer failures."""
        return self.holds, -self.fails


class Figures:
    """The numbers of a table, each read once, and the cells that bear them."""

    def __init__(self, view: TableView) -> None:
        self.view = view
        self._numbers: dict[At, Decimal | None] = {}
        self._decimals: dict[int, int] = {}

    @cached_property
    def numbering(self) -> int | None:
        """The row of column numbers."""
        return numbering_row(self.view)

    def at(self, row: int, col: int) -> At:
        """The start of the cell that covers an address."""
        cell = self.view.cell(row, col)
        return At(self.view.id, cell.row, cell.col)

    def number(self, at: At) -> Decimal | None:
        """As `TableView.number`."""
        if at not in self._numbers:
            self._numbers[at] = self.view.number(at.row, at.col)
        return self._numbers[at]

    def value(self, at: At) -> Decimal:
        """The number, 0 where there is none."""
        return self.number(at) or ZERO

    def fillable(self, at: At) -> bool:
        """Whether a number stands here, might have been misread here, or none was printed."""
        if self.number(at) is not None:
            return True
        text = self.view.text(at.row, at.col)
        digits = sum(character.isdigit() for character in text)
        return 2 * digits >= len(text) and len(text) <= amounts.MAX_DIGITS

    def decimals(self, col: int) -> int:
        """The most decimals that a column prints."""
        if col not in self._decimals:
            found = (self.number(self.at(row, col)) for row in self.view.body)
            self._decimals[col] = max((scale(n) for n in found if n is not None), default=0)
        return self._decimals[col]

    def residual(self, instance: Sum) -> Decimal:
        """The total less the terms."""
        return self.value(instance.total) - sum(
            (self.value(place) * factor for place, factor in instance.terms), ZERO
        )

    def slack(self, instance: Sum) -> Decimal:
        """Half a unit of the last printed digit for the total and for every term."""
        parts = {place: self._scale(place) for place, _ in instance.terms}
        finest = max(parts.values(), default=0)
        total = max(self._scale(instance.total), finest)
        return sum((half_unit(max(d, 0)) for d in (total, *[finest] * len(parts))), ZERO)

    def _scale(self, at: At) -> int:
        if at.col in self._decimals or self.view.panels:
            return self.decimals(at.col)
        number = self.number(at)
        return scale(number) if number else 0

    def empty(self, instance: Sum) -> bool:
        """Whether no number other than zero is printed."""
        return not any(self.number(place) for place in instance.places)

    def sound(self, instance: Sum) -> bool:
        """Whether every place is a cell of its own that may bear a number, and some do."""
        places = instance.places
        return (
            len(set(places)) == len(places)
            and not self.empty(instance)
            and all(self.fillable(place) for place in places)
        )

    def support(self, instances: Iterable[Sum]) -> Support:
        """How the instances fare; one that cannot be read counts as a slip."""
        counts = [0, 0, 0]
        for instance in instances:
            if not self.empty(instance):
                counts[self._verdict(instance)] += 1
        return Support(*counts)

    def _verdict(self, instance: Sum) -> int:
        if any(self.number(place) is None for place in instance.places):
            return 1
        residual = self.residual(instance)
        if abs(residual) <= self.slack(instance):
            return 0
        return 1 if one_slip(residual) else 2

    def copied(self, instance: Sum) -> bool:
        """Whether two parts print the same long number: one may be copied from the wrong line."""
        printed = [number for place, _ in instance.terms if (number := self.number(place))]
        long = [number for number in printed if len(number.normalize().as_tuple().digits) >= _LONG]
        return len(set(long)) < len(long)

    def coarser(self, instance: Sum) -> bool:
        """Whether the parts print fewer decimals than their total, so that they are surely rounded."""
        total = self.number(instance.total)
        parts = [scale(number) for place, _ in instance.terms if (number := self.number(place))]
        return total is not None and bool(parts) and scale(total) > max(parts)


def scale(number: Decimal) -> int:
    """Digits after the point."""
    return max(0, -int(number.as_tuple().exponent))


def half_unit(decimals: int) -> Decimal:
    """Half a unit of the last of so many decimals."""
    return Decimal(5).scaleb(-decimals - 1)


def one_slip(residual: Decimal) -> bool:
    """Whether one wrong digit, or two neighbours swapped, explain a difference: d · 10^k or 9d · 10^k."""
    digits = int("".join(map(str, residual.as_tuple().digits)).strip("0") or "0")
    return 0 < digits < 10 or (digits % 9 == 0 and 0 < digits <= 81)
