"""Who is wrong where equations fail and no reading mends them: the fewest amounts that nothing exonerates.

An amount that closes several failing equations by one and the same change is blamed for all of
them. In an equation that fails alone, amounts that others hold are exonerated; if what remains
cannot be told apart, the total stands for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ..proposal import Said
from .model import Model
from .slips import OTHER, slip

CERTAIN = 0.5  # share of the suspicion from which one amount alone is blamed
SHARED = 0.3  # the same for several
AGREES = 0.3  # an amount that is printed alike elsewhere is so much less suspect
TELLING = 3  # digits, from which a slip says something
COPIED = 1 / 100  # as a slip, where two parts of a sum print one long number
LONG = 4  # digits from which two parts of a sum are hardly equal by chance
EXONERATED = 0.02  # protection below which an amount counts as held by other equations


@dataclass(frozen=True)
class Blame:
    """What fails and why.

    Attributes:
        blamed: amounts to dispute, with the relations they are blamed for.
        suspects: per failing relation the amounts that may be wrong instead, most suspect first.
    """

    blamed: Mapping[int, tuple[int, ...]]
    suspects: Mapping[int, tuple[int, ...]]


def blame(model: Model) -> Blame:
    """Blame the failing relations of a model on amounts."""
    open_relations = set(model.failing)
    blamed: dict[int, list[int]] = defaultdict(list)
    suspects: dict[int, tuple[int, ...]] = {}
    for index, numbers in _crossings(model):
        left = [n for n in numbers if n in open_relations]
        if len(left) >= 2:
            blamed[index] += left
            open_relations.difference_update(left)
    for number in sorted(open_relations):
        already = [i for i in blamed if i in model.relations[number].members]
        guilty, others = lone(model, number)
        if already and not set(already) & set(guilty):
            suspects[number] = tuple(already)  # a wrong amount that shows here as well
            continue
        for index in guilty:
            blamed[index].append(number)
        suspects[number] = others
    return Blame({i: tuple(sorted(n)) for i, n in sorted(blamed.items())}, suspects)


def _crossings(model: Model) -> list[tuple[int, list[int]]]:
    """Amounts that close two or more failing relations by one change, the best explanations first."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in model.failing:
        relation = model.relations[number]
        if any(isinstance(model.known[i].place, Said) for i in relation.members):
            continue
        gap = relation.gap(model.values) if relation.linear else 0
        for index, coefficient in relation.coefficients.items():
            if relation.readable(model.values) and gap % coefficient == 0:
                found[index, -(gap // coefficient)].append(number)
    ranked = [
        (-len(numbers), -_weight(model, index, change), index, numbers)
        for (index, change), numbers in found.items()
        if len(numbers) >= 2 and not model.known[index].fixed and model.protection[index] > EXONERATED
    ]
    return [(index, numbers) for *_, index, numbers in sorted(ranked)]


def lone(model: Model, number: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of one failing relation the amounts to dispute, and those that may be wrong as well."""
    relation = model.relations[number]
    spoken = tuple(i for i in relation.members if isinstance(model.known[i].place, Said))
    if spoken:  # a narrative may speak of another version; it disputes no amount of a table
        return spoken, tuple(i for i in relation.members if i not in spoken)
    weights = {i: _suspicion(model, number, i) for i in relation.members if not model.known[i].fixed}
    weights = {i: w for i, w in weights.items() if w > 0}
    whole = sum(weights.values())
    if not whole:
        return (), ()
    ranked = sorted(weights, key=lambda i: (-weights[i], i))
    likely = [i for i in ranked if weights[i] >= SHARED * whole]
    free = [i for i in ranked if model.protection[i] > EXONERATED]
    if weights[ranked[0]] >= CERTAIN * whole:
        guilty = ranked[:1]
    elif relation.proposal.relation == "equal" or (likely and _copies(model, number).issuperset(likely)):
        guilty = likely
    elif relation.total in (free or ranked):
        guilty = [relation.total]
    else:
        guilty = likely
    return tuple(guilty), tuple(i for i in (free or ranked) if i not in guilty)


def _suspicion(model: Model, number: int, index: int) -> float:
    relation, value = model.relations[number], model.values[index]
    quantity = model.known[index]
    if not quantity.ink:
        return 0.0
    if not relation.linear:
        share = 1.0 if index == relation.total else 0.2  # a ratio is worked out, its amounts are given
        return (quantity.wrong + model.options.misprint) * model.protection[index] * share
    coefficient, gap = relation.coefficients.get(index, 0), relation.gap(model.values)
    if not coefficient or value is None or gap % coefficient:
        return 0.0
    least = COPIED if index in _copies(model, number) else OTHER
    return _weight(model, index, -(gap // coefficient), least)


def _copies(model: Model, number: int) -> set[int]:
    """Parts of a sum that print the same long number: one may be a copy of the other, from the wrong line."""
    relation, prints = model.relations[number], defaultdict[int, list[int]](list)
    for index in relation.terms:
        value = model.values[index]
        if value is not None and _digits(value) >= LONG:
            prints[value].append(index)
    return {index for same in prints.values() if len(same) > 1 for index in same}


def _weight(model: Model, index: int, change: int, least: float = OTHER) -> float:
    """How likely an amount is wrong by just this change; `least` where its shape says nothing."""
    quantity, value = model.known[index], model.values[index] or 0
    # A single digit, as 1.00, is one slip from a great many numbers.
    shape = slip(value, value + change) if _digits(value) >= TELLING else OTHER
    doubt = (quantity.wrong + model.options.misprint) * max(shape, least)
    return doubt * model.protection[index] * AGREES ** min(_agreeing(model, index), 6)


def _digits(value: int) -> int:
    return len(str(abs(value)).rstrip("0"))


def _agreeing(model: Model, index: int) -> int:
    """In how many other places the same amount is printed and agrees."""
    return sum(
        1
        for number in model.touching[index]
        if model.holds[number]
        and model.relations[number].proposal.relation == "equal"
        and model.beliefs[number] >= model.options.dispute
    )
