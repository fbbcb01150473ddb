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

SHARE = 0.2  # of the failing sums that must miss by no more than rounding can


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
    """The relations, with half a unit of the last digit per amount as tolerance where rounding shows."""
    missed: dict[str, int] = {}
    failing = 0
    for relation in relations:
        table = _table(relation, known)
        if table is None or relation.holds(values) is not False:
            continue
        failing += 1
        if _misses_narrowly(relation, values, units[table]):
            missed[table] = missed.get(table, 0) + 1
    if not missed or sum(missed.values()) < SHARE * failing:
        return list(relations)
    return [_rounded(r, values, units[t]) if (t := _table(r, known)) in missed else r for r in relations]


def _rounded(relation: Relation, values: Values, unit: Fraction) -> Relation:
    count = len(relation.counting(values))
    return relation.within(unit / 2 * count) if count > 2 else relation


def _table(relation: Relation, known: Sequence[Quantity]) -> str | None:
    """The table whose sum it is."""
    place = known[relation.total].place
    return place.table if relation.proposal.relation == "sum" and isinstance(place, At) else None


def _misses_narrowly(relation: Relation, values: Values, unit: Fraction) -> bool:
    """By what the rounding of its amounts makes likely: twice the standard deviation, at least a unit."""
    residual = relation.residual(values)
    count = len(relation.counting(values))
    return residual is not None and count > 2 and abs(residual) <= unit * math.ceil(2 * math.sqrt(count / 12))
