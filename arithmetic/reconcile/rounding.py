"""Whether a publisher rounded each printed amount, so that sums miss by a unit or two of the last digit.

Rounding is a habit of a whole document: misses of that size are far commoner then than a
misprint or misreading of just the last digit, which is about one failing sum in twenty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ...document import Document
from ..proposal import At
from .quantities import Quantity, decimals_of, usable
from .relations import Relation, Values

BY_CHANCE = 0.05  # of the failing sums, miss by no more than rounding can where nothing is rounded


def last_digits(document: Document) -> dict[str, Fraction]:
    """Per table the value of the last digit that its amounts print."""
    units: dict[str, Fraction] = {}
    for table in document.tables:
        amounts = [c.amount for c in table.cells if c.amount is not None and usable(c.amount)]
        units[table.id] = Fraction(1, 10 ** max(map(decimals_of, amounts), default=0))
    return units


def with_rounding(
    relations: Sequence[Relation], known: Sequence[Quantity], values: Values, units: Mapping[str, Fraction]
) -> list[Relation]:
    """The relations, with half a unit of the last digit per amount as tolerance where rounding shows.

    What shows in one table goes for all: where sums are rounded, one that happens to be exact may
    owe it to a misread last digit.
    """
    missed = failing = 0
    for relation in relations:
        table = _table(relation, known)
        if table is not None and relation.holds(values) is False:
            failing += 1
            missed += _misses_narrowly(relation, values, units.get(table, Fraction(1)))
    expected = BY_CHANCE * failing
    if missed <= expected + 2 * math.sqrt(expected):
        return list(relations)
    return [
        _rounded(r, values, units.get(t, Fraction(1))) if (t := _table(r, known)) is not None else r
        for r in relations
    ]


def _rounded(relation: Relation, values: Values, unit: Fraction) -> Relation:
    count = len(relation.counting(values))
    return relation.within(unit / 2 * count) if count > 2 else relation


def _table(relation: Relation, known: Sequence[Quantity]) -> str | None:
    """The table whose sum it is, if its total can be read."""
    quantity = known[relation.total]
    if relation.proposal.relation != "sum" or not isinstance(quantity.place, At):
        return None
    return quantity.place.table if quantity.value is not None else None


def _misses_narrowly(relation: Relation, values: Values, unit: Fraction) -> bool:
    """By what the rounding of its amounts makes likely: twice the standard deviation, at least a unit."""
    residual = relation.residual(values)
    count = len(relation.counting(values))
    return residual is not None and count > 2 and abs(residual) <= unit * math.ceil(2 * math.sqrt(count / 12))
