"""Whether a publisher rounded each printed amount, so that sums miss by a unit or two of the last digit.

By Bayes, each sum of a table that is exact speaks against it, the more the longer it is, and each
that misses narrowly speaks for it, unless an amount in it that is wrong in its last digit shows in
another sum already. Where one table of a document is rounded, only evidence clears another.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from ...document import Document
from ..proposal import At
from ..view import usable
from .quantities import Quantity, decimals_of
from .relations import Relation, Values

ROUNDED = 0.05  # of tables, before one looks; documents mix those that are with those that are not
CLEARED = -3.0  # evidence from which a table is exact in a document of which another one is rounded
NARROWLY = 0.0015  # of the sums of an exact document: 3 % hold a wrong amount, 5 % of these in the last digit
HABIT = 0.1  # of a table's amounts print so many decimals; fewer are misreadings
SURELY_EXACT = 0.97  # of the sums of an exact document hold


def last_digits(document: Document) -> dict[str, Fraction]:
    """Per table the value of the last digit that its amounts print; a misread point adds no digits."""
    units: dict[str, Fraction] = {}
    for table in document.tables:
        printed = Counter(decimals_of(c.amount) for c in table.cells if c.amount and usable(c.amount))
        usual = [places for places, count in printed.items() if count >= HABIT * printed.total()]
        units[table.id] = Fraction(1, 10 ** max(usual, default=0))
    return units


def with_rounding(
    relations: Sequence[Relation], known: Sequence[Quantity], values: Values, units: Mapping[str, Fraction]
) -> list[Relation]:
    """The relations, with half a unit of the last digit per amount as tolerance where rounding shows.

    In a rounded table a sum that happens to be exact may owe it to a misread last digit.
    """
    evidence = _evidence(relations, known, values, units)
    prior = math.log(ROUNDED / (1 - ROUNDED))
    if all(weight + prior <= 0 for weight in evidence.values()):
        return list(relations)
    return [
        _rounded(r, values, units.get(t, Fraction(1)))
        if (t := _table(r, known)) is not None and evidence.get(t, 0.0) > CLEARED
        else r
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


def _evidence(
    relations: Sequence[Relation], known: Sequence[Quantity], values: Values, units: Mapping[str, Fraction]
) -> dict[str, float]:
    """Per table the log of the odds that its sums give to rounding."""
    evidence: dict[str, float] = {}
    spent: set[int] = set()
    for relation, table, missed in _sums(relations, known, values, units):
        members = relation.counting(values)
        chance = _chance(missed, len(members))
        if missed == 0:
            weight = math.log(chance / SURELY_EXACT)
        elif spent.isdisjoint(members):
            weight = max(0.0, math.log(max(chance, 1e-12) / NARROWLY))
            spent.update(members)
        else:
            continue
        evidence[table] = evidence.get(table, 0.0) + weight
    return evidence


def _sums(
    relations: Sequence[Relation], known: Sequence[Quantity], values: Values, units: Mapping[str, Fraction]
) -> Iterator[tuple[Relation, str, int]]:
    """The sums that rounding may explain, with their table and by how many units they miss.

    Short ones first: they say more, and leave more amounts for others to be counted with.
    """
    counted: set[frozenset[int]] = set()
    for relation in sorted(relations, key=lambda relation: len(relation.members)):
        table, residual = _table(relation, known), relation.residual(values)
        members = frozenset(relation.counting(values))
        if table is None or residual is None or relation.proposal.tolerance or members in counted:
            continue
        missed = abs(residual) / units.get(table, Fraction(1))
        if len(members) >= 3 and missed.denominator == 1 and missed <= len(members) / 2:
            counted.add(members)
            yield relation, table, int(missed)


def _chance(missed: int, count: int) -> float:
    """Probability that so many rounded amounts miss by so many units, either way.

    Each is off by up to half a unit, evenly, so that their sum is about normal with variance count / 12.
    """
    deviation = math.sqrt(count / 12)
    below, above = (missed - 0.5) / deviation, (missed + 0.5) / deviation
    one_way = (math.erf(above / math.sqrt(2)) - math.erf(below / math.sqrt(2))) / 2
    return one_way if missed == 0 else 2 * one_way
