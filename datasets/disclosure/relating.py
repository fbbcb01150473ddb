"""Relations between the tables of a document, and between tables and narrative.

Two figures that sum over the same lines of the ledger are one figure, wherever they stand. Which
lines those are is asked of the true accounts, so that a table of another draft is related to the
others as its readers would expect, and then disagrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from ..content import CellContent, MentionContent, Ref, RelationContent, Said, Strength
from .accounts import Accounts, Fund, Quantity
from .numbers import HALF, WAN

_SCALES = {"元": Decimal(1), "万元": WAN, "亿元": WAN * WAN}
_FUNDS = ("general", "fund", "capital")


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity in print: where, in which table or paragraph, its number and unit."""

    ref: Ref
    quantity: Quantity
    amount: Decimal
    unit: str

    @classmethod
    def printed(cls, ref: Ref, quantity: Quantity, cell: CellContent | MentionContent) -> Figure | None:
        """The figure in a cell or mention; None where nothing is printed, or only a zero."""
        if not cell.amount or cell.unit not in _SCALES:
            return None
        return cls(ref, quantity, cell.amount, cell.unit)

    @property
    def scale(self) -> Decimal:
        """Yuan in one of the unit."""
        return _SCALES[self.unit]

    def error(self, yuan: Decimal) -> Decimal:
        """By how much rounding may move the print of an amount, in yuan."""
        step = Decimal(1).scaleb(cast(int, self.amount.as_tuple().exponent)) * self.scale
        # Sentences drop trailing zeros: 1万元 is as exact as 1.00 in a table.
        fine = self.scale / 100
        if abs(self.amount * self.scale - yuan) * 2 <= fine:
            step = min(step, fine)
        return Decimal(0) if yuan % step == 0 else step * HALF


def related(accounts: Accounts, figures: Sequence[Figure]) -> Iterator[RelationContent]:
    """Equality of figures that print one quantity in several places, and fiscal totals by fund."""
    places: dict[frozenset[int], list[Figure]] = {}
    known: dict[Quantity, frozenset[int]] = {}
    for figure in figures:
        if figure.quantity not in known:
            known[figure.quantity] = _lines(accounts, figure.quantity)
        places.setdefault(known[figure.quantity], []).append(figure)
    for lines, same in places.items():
        if not lines:
            continue
        first = same[0]
        seen = {first.ref.key}
        for other in same[1:]:
            if other.ref.key not in seen:
                seen.add(other.ref.key)
                yield _equal(accounts, first, other)
    yield from _by_fund(accounts, places)


def _lines(accounts: Accounts, quantity: Quantity) -> frozenset[int]:
    return frozenset(id(line) for line in accounts.matching(quantity) if line.amount)


def _equal(accounts: Accounts, first: Figure, other: Figure) -> RelationContent:
    # The mention is the total: a sentence repeats a table, not the other way round.
    said = isinstance(other.ref, Said)
    total, term = (other, first) if said else (first, other)
    yuan = accounts.value(first.quantity)
    alike = (
        first.scale == other.scale and first.amount.as_tuple().exponent == other.amount.as_tuple().exponent
    )
    tolerance = Decimal(0) if alike else (total.error(yuan) + term.error(yuan)) / total.scale
    return RelationContent(
        "equal",
        _strength(first.quantity, other.quantity),
        "narrative" if said else "cross_table",
        total.ref,
        ((term.ref, term.scale / total.scale),),
        tolerance,
    )


def _strength(first: Quantity, other: Quantity) -> Strength:
    """A law for one quantity; a hint for 公务接待费 and the like, which projects may pay for as well."""
    if first == other:
        return "law"
    item = any(len(code) == 5 for q in (first, other) for code in (q.economic, *q.economics))
    return "hint" if item and first.nature != other.nature else "usual"


def _by_fund(accounts: Accounts, places: dict[frozenset[int], list[Figure]]) -> Iterator[RelationContent]:
    """财政拨款 = 一般公共预算 + 政府性基金 + 国有资本经营, where each part is printed in another table."""
    for lines, (whole, *_) in places.items():
        if not lines or whole.quantity.fund or whole.quantity.source != "fiscal":
            continue
        quantities = [replace(whole.quantity, fund=cast(Fund, fund)) for fund in _FUNDS]
        parts = [part for part in (_lines(accounts, q) for q in quantities) if part]
        printed = [places[part][0] for part in parts if part in places]
        apart = all(figure.ref.key != whole.ref.key for figure in printed)
        if len(parts) < 2 or len(printed) != len(parts) or not apart:
            continue
        yuan = Decimal("0.001")  # of no printed digit: each part is rounded by itself
        error = sum((figure.error(accounts.value(figure.quantity) + yuan) for figure in printed), Decimal(0))
        exact = all(f.error(accounts.value(f.quantity)) == 0 for f in (whole, *printed))
        yield RelationContent(
            "sum",
            "law",
            "cross_table",
            whole.ref,
            tuple((figure.ref, figure.scale / whole.scale) for figure in printed),
            Decimal(0) if exact else (error + whole.error(yuan)) / whole.scale,
        )
