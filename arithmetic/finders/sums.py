"""Sums of one pattern over several columns, and how the numbers speak for or against the pattern.

Finders that read rows propose a pattern once and find it in every amount column. Numbers decide
whether the parts are all printed, without having to be right: one wrong digit in a sum leaves
a difference that tells it from a sum of which a part is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..proposal import At, Proposal, Relation, Strength
from ..view import TableView
from .support import one_slip

Address = tuple[int, int]

_ONE = Decimal(1)
_DATE = re.compile("[年月日]")
_DIGITS = 4  # of a number that one wrong digit leaves recognizable


@dataclass(frozen=True, slots=True)
class Sum:
    """One instance: the address of a total, those of its parts."""

    total: Address
    parts: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """How the instances of a pattern do; those without any number other than zero do not count.

    Attributes:
        holds: instances that hold within rounding.
        near: others, off as by one wrong digit, or with something that cannot be read.
        fails: all the rest.
    """

    holds: int = 0
    near: int = 0
    fails: int = 0

    @property
    def speaks(self) -> bool:
        """Whether any instance bears a number."""
        return self.holds + self.near + self.fails > 0

    @property
    def good(self) -> bool:
        """Holds, and misses no more than misreadings explain: missing rows fail in most columns they fill."""
        return self.holds > 0 and self.holds >= self.near + self.fails and 3 * self.fails <= self.holds

    @property
    def complete(self) -> bool:
        """Whether the parts seem to be all: rows left out are missing from more columns than one."""
        return self.good or self.near + self.fails <= 1

    @property
    def rank(self) -> tuple[int, int]:
        """For a choice among patterns of one total: what holds more often, then what nearly holds."""
        return self.holds - self.fails, self.near

    def __add__(self, other: Fit) -> Fit:
        return Fit(self.holds + other.holds, self.near + other.near, self.fails + other.fails)


def fit(view: TableView, sums: Iterable[Sum]) -> Fit:
    """How a pattern's instances do by the numbers as read."""
    holds = near = fails = 0
    for one in sums:
        values = [view.number(*address) for address in one.parts]
        total = view.number(*one.total)
        if not total and not any(values):
            continue
        known = [value for value in values if value is not None]
        if total is None or len(known) < len(values):
            near += 1  # something cannot be read, which speaks neither for nor against
            continue
        off = total - sum(known, Decimal(0))
        if abs(off) <= slack([total, *known]):
            holds += 1
        elif _telling(total, sum(known, Decimal(0))) and one_slip(off):
            near += 1
        else:
            fails += 1
    return Fit(holds, near, fails)


def slack(values: Sequence[Decimal]) -> Decimal:
    """What rounding may add up to: half a unit of the last digit printed, for each number but zeros."""
    printed = [value for value in values if value]
    last = min((int(value.as_tuple().exponent) for value in printed), default=0)
    return Decimal(len(printed)) * _ONE.scaleb(last) / 2


def _telling(*values: Decimal) -> bool:
    """Whether a number has digits enough for a difference in one of them to be no chance."""
    return any(len(value.as_tuple().digits) >= _DIGITS for value in values)


def proposals(
    view: TableView,
    sums: Iterable[Sum],
    *,
    origin: str,
    family: str,
    prior: float,
    reason: str,
    strength: Strength = "law",
    relation: Relation = "sum",
) -> Iterator[Proposal]:
    """One proposal per instance that bears a number; parts in words are no terms."""
    for one in sums:
        if not any(
            view.bears_number(*address) or unread(view, address) for address in (one.total, *one.parts)
        ):
            continue
        terms = dict.fromkeys(place for address in one.parts if (place := at(view, address)) is not None)
        total = at(view, one.total)
        if total is None or not terms or total in terms:
            continue
        weighted = tuple((term, _ONE) for term in terms)
        yield Proposal(relation, strength, origin, total, weighted, family, prior, reason)


def at(view: TableView, address: Address) -> At | None:
    """The place of a number, blank or unreadable amount; None for words, which are no amount."""
    cell = view.cell(*address)
    if view.number(*address) is None and not unread(view, address):
        return None
    return At(view.id, cell.row, cell.col)


def unread(view: TableView, address: Address) -> bool:
    """Whether digits stand at an address that make no amount."""
    return view.number(*address) is None and any(c.isdigit() for c in view.text(*address))


def bears_amount(view: TableView, address: Address) -> bool:
    """Whether an amount, a blank or a dash stands at an address, or mostly digits, as of a misreading."""
    if view.number(*address) is not None:
        return True
    text = view.text(*address)
    return 2 * sum(c.isdigit() for c in text) >= len(text) and not _DATE.search(text)


def amount_columns(view: TableView, numbers: Iterable[int]) -> tuple[int, ...]:
    """Those of some columns whose rows add up: amounts, no ratios."""
    return tuple(col for col in numbers if view.roles[col] == "amount")
