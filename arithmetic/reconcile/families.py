"""Which of the proposed equations the publisher meant: a family of them stands or falls by its instances.

By Bayes: a family that is meant fails only where an amount is misread or misprinted; one that is
not holds by chance alone. A single failing instance is judged by its prior, by how other families
of its origin do in the same table, and by whether the gap looks like a slip of one digit.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..proposal import Said
from .options import ReconcileOptions
from .quantities import Quantity
from .relations import Relation, Values
from .slips import OTHER, slip

SUM_BY_CHANCE = 1e-3  # two amounts or more adding up to a third to the cent
EQUAL_BY_CHANCE = 0.03  # the same number is often printed in several places
LOOSE_BY_CHANCE = 0.05
LIMIT_BY_CHANCE = 0.6
LEAST_WRONG = 0.03  # of the equations that were meant, where the finders' evidence is good
SLIP_WHEN_MEANT = 0.5  # of the gaps through one error, look like a slip of a digit
SLIP_BY_CHANCE = 0.02  # per amount, of the gaps of one that was not
SIGNIFICANT = 1000  # amounts with fewer digits than this differ in one digit by chance
SAME_GAP = 10.0  # another family misses by the same: what is wrong once shows in each
SAME_GAPS = 30.0
MOST_ERRORS = 5.0
MOST_FAILING = 4  # instances of one family, with a misprint or two among them, beyond what is expected
ELSEWHERE = 0.5  # a family in another table says half as much
WEIGHT = 4.0  # the prior counts as much as this many other families of its origin and table


def beliefs(
    relations: Sequence[Relation], known: Sequence[Quantity], values: Values, options: ReconcileOptions
) -> list[float]:
    """Per relation the posterior that its family is meant."""
    families: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        families[relation.proposal.family].append(relation)
    gaps = _gaps(families, values)
    odds = {name: _evidence(members, known, values, gaps, options) for name, members in families.items()}
    first = {name: _posterior(members[0].proposal.prior, odds[name]) for name, members in families.items()}
    judged: Counter[tuple[str, str]] = Counter()
    meant: Counter[tuple[str, str]] = Counter()
    for name, members in families.items():
        for kin in _kin(members[0]):
            judged[kin] += int(odds[name] != 0)
            meant[kin] += int(odds[name] != 0 and first[name] >= options.dispute)
    posterior: dict[str, float] = {}
    for name, members in families.items():
        own = int(odds[name] != 0)
        did = own * int(first[name] >= options.dispute)
        here, everywhere = _kin(members[0])
        others = judged[here] - own + ELSEWHERE * (judged[everywhere] - own)
        right = meant[here] - did + ELSEWHERE * (meant[everywhere] - did)
        prior = (WEIGHT * members[0].proposal.prior + right) / (WEIGHT + others)
        posterior[name] = _posterior(prior, odds[name])
    posterior.update(dict.fromkeys(_partial(relations, values), 0.0))
    posterior.update({n: 0.0 for n, m in families.items() if _fails_too_often(m, known, values, options)})
    return [posterior[relation.proposal.family] for relation in relations]


def _fails_too_often(
    members: Sequence[Relation], known: Sequence[Quantity], values: Values, options: ReconcileOptions
) -> bool:
    """Whether more instances fail than three times as many wrong amounts as are to be expected explain.

    A formula that is misread or leaves a column out holds in all rows where that column is empty.
    """
    failing = sum(relation.holds(values) is False for relation in members)
    expected = sum(_errors(relation, known, values, options) for relation in members)
    return failing > MOST_FAILING + 3 * expected


def _partial(relations: Sequence[Relation], values: Values) -> set[str]:
    """Families that leave parts out: one of their sums fails that holds with further parts.

    Where those parts are zero such a family holds as well, and would be believed for it.
    """
    whole: dict[int, list[frozenset[int]]] = defaultdict(list)
    for relation in relations:
        if relation.linear and relation.holds(values):
            whole[relation.total].append(frozenset(relation.counting(values)))
    return {
        relation.proposal.family
        for relation in relations
        if relation.linear and relation.holds(values) is False
        if any(frozenset(relation.counting(values)) < parts for parts in whole[relation.total])
    }


def _kin(relation: Relation) -> tuple[tuple[str, str], tuple[str, str]]:
    """What a family is compared with: its origin in the same table, and in the whole document."""
    total, origin = relation.proposal.total, relation.proposal.origin
    return (origin, "" if isinstance(total, Said) else f"in {total.table}"), (origin, "all")


def _posterior(prior: float, evidence: float) -> float:
    prior = min(max(prior, 1e-4), 1 - 1e-4)
    logit = math.log(prior / (1 - prior)) + evidence
    return 1 / (1 + math.exp(-min(max(logit, -50.0), 50.0)))


def _evidence(
    members: Sequence[Relation],
    known: Sequence[Quantity],
    values: Values,
    gaps: Mapping[Fraction, int],
    options: ReconcileOptions,
) -> float:
    """Log of the odds that the instances give to the family's being meant; 0 where none says anything."""
    total = 0.0
    for relation in members:
        holds = relation.holds(values)
        if holds is None or len(relation.counting(values)) < (2 if holds else 1):
            continue
        errors = max(_errors(relation, known, values, options), LEAST_WRONG)
        chance, right = _by_chance(relation, values), math.exp(-errors)
        if holds:
            total += math.log(right / chance)
        else:
            one = errors * right / (1 - right)  # of the failures, those through a single error
            total += math.log((1 - right) / (1 - chance) * _shape(relation, values, gaps, one))
    return total


def _shape(relation: Relation, values: Values, gaps: Mapping[Fraction, int], one: float) -> float:
    """How much likelier a gap is in an equation that was meant than in one that was not."""
    residual = relation.residual(values)
    alike = gaps.get(abs(residual), 0) if residual is not None else 0
    shape = (1.0, SAME_GAP, SAME_GAPS)[min(max(alike - 1, 0), 2)]
    if looks_like_slip(relation, values):
        chance = min(0.3, SLIP_BY_CHANCE * len(relation.members))
        return max(shape, one * SLIP_WHEN_MEANT / chance)
    return shape * (1 - one * SLIP_WHEN_MEANT)


def _gaps(families: Mapping[str, Sequence[Relation]], values: Values) -> Counter[Fraction]:
    """By how much families miss, with the number of families that miss by it."""
    found: Counter[Fraction] = Counter()
    for members in families.values():
        residuals = [r.residual(values) for r in members if r.linear and r.holds(values) is False]
        found.update({abs(residual) for residual in residuals if residual is not None})
    return found


def _errors(
    relation: Relation, known: Sequence[Quantity], values: Values, options: ReconcileOptions
) -> float:
    """Misreadings and misprints to expect among its amounts."""
    return min(sum(known[i].wrong + options.misprint for i in relation.counting(values)), MOST_ERRORS)


def _by_chance(relation: Relation, values: Values) -> float:
    if relation.proposal.relation == "at_most":
        return LIMIT_BY_CHANCE
    if relation.tolerance or not relation.linear:
        return LOOSE_BY_CHANCE
    return EQUAL_BY_CHANCE if len(relation.counting(values)) <= 2 else SUM_BY_CHANCE


def looks_like_slip(relation: Relation, values: Values) -> bool:
    """Whether one of its amounts, with a digit other, lost or swapped, closes the gap of a sum."""
    if not relation.linear:
        return False
    gap = relation.gap(values)
    unit = 10 ** min((_zeros(value) for i in relation.members if (value := values[i])), default=0)
    for index, coefficient in relation.coefficients.items():
        value = values[index]
        if value is None or abs(value) < SIGNIFICANT * unit or gap % coefficient:
            continue
        change = gap // coefficient
        # Where digits stand below the changed one, or it is the last, the rest agrees by no chance.
        telling = _zeros(change) > _zeros(value) or 10 ** _zeros(change) <= unit
        if telling and slip(value, value - change) > OTHER:
            return True
    return False


def _zeros(number: int) -> int:
    """Zeros at the end of a number other than zero."""
    text = str(number)
    return len(text) - len(text.rstrip("0"))
