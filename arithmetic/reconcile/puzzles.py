"""What could mend the equations that fail: sets of at most two changed readings, as small puzzles.

Per failing equation the sets that close it are found by looking up what one change leaves to the
other. An equation may also be left failing, at the price of the likeliest cause that is in no
lattice: the publisher's misprint, an unlisted misreading, an equation that was never meant. What
shares no change falls into puzzles of its own.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .model import Model
from .slips import ONE_DIGIT, slip

MAX_SETS = 60  # per equation; the cheapest are kept
NEVER_MEANT = 2e-4  # least probability that an equation does not apply just here
MISSING_GUESS = ONE_DIGIT / 60  # an unreadable amount is this or any other

Set = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One amount read otherwise; without a text its new value is in no lattice and only explains."""

    index: int
    value: int
    cost: float
    text: str | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One relation: exactly one of the sets of changes is made, or it is left failing.

    Attributes:
        members: the changes of amounts in it; those outside the chosen set are not made.
        fail: cost of leaving it, None where it holds and must not be broken.
    """

    relation: int
    sets: tuple[Set, ...]
    members: Set
    fail: float | None


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Clauses that share changes; `rivals` are the changes of one amount, of which one at most is made."""

    changes: tuple[Change, ...]
    clauses: tuple[Clause, ...]
    rivals: tuple[Set, ...]


def puzzles(
    model: Model, settled: Iterable[int] = (), suggested: Mapping[int, Mapping[int, int]] | None = None
) -> list[Puzzle]:
    """The puzzles of a model.

    Args:
        settled: amounts that are not changed.
        suggested: per relation one set of more than two changes that closes it, as amounts with
            new values; what other relations ask for may close a long sum with many misreadings.
    """
    return _Maker(model, frozenset(settled), suggested or {}).made()


class _Maker:
    def __init__(
        self, model: Model, settled: frozenset[int], suggested: Mapping[int, Mapping[int, int]]
    ) -> None:
        self._model = model
        self._suggested = suggested
        self._settled = settled
        self._broken = [n for n in range(len(model.relations)) if self._is_broken(n)]
        self._prices = {number: self._price(number) for number in self._broken}
        self._of: dict[int, list[int]] = defaultdict(list)  # changes per quantity
        self._changes: list[Change] = []

    def made(self) -> list[Puzzle]:
        self._collect()
        sets = {number: self._closing(number, self._members(number)) for number in self._broken}
        for number, values in self._suggested.items():
            one = tuple(c for c in self._members(number) if self._is_at(c, values))
            if number in sets and len(one) == len(values):
                sets[number].append(one)
        useful = {change for found in sets.values() for one in found for change in one}
        guarded = self._guarded(useful)
        while True:
            lost = {
                change
                for number, allowed in guarded.items()
                for change in self._members(number)
                if change in useful and not any(change in one for one in allowed)
            }
            if not lost:
                break
            useful -= lost
            for found in (sets, guarded):
                for number, old in found.items():
                    found[number] = [one for one in old if lost.isdisjoint(one)]
        clauses = [self._clause(n, found, useful, self._prices[n]) for n, found in sets.items() if found]
        clauses += [self._clause(n, [(), *found], useful, None) for n, found in guarded.items()]
        return list(_parted(self._changes, [c for c in clauses if c.members]))

    def _is_at(self, change: int, values: Mapping[int, int]) -> bool:
        made = self._changes[change]
        return values.get(made.index) == made.value

    def _is_broken(self, number: int) -> bool:
        model, relation = self._model, self._model.relations[number]
        if not self._counts(number) or number in model.omitted:
            return False
        if model.holds[number] is False:
            return True
        missing = [i for i in relation.coefficients if model.values[i] is None]
        return 0 < len(missing) <= 2 and all(model.known[i].choices for i in missing)

    def _counts(self, number: int) -> bool:
        relation = self._model.relations[number]
        meant = self._model.beliefs[number] >= self._model.options.dispute
        return relation.linear and relation.proposal.strength != "hint" and meant

    def _price(self, number: int) -> float:
        """Cost of leaving a relation as it is: all causes of a failure that no lattice lists."""
        model, relation = self._model, self._model.relations[number]
        chance = max(1 - model.beliefs[number], NEVER_MEANT)
        gap = relation.gap(model.values)
        for index, coefficient in relation.coefficients.items():
            if model.values[index] is None:
                chance += model.known[index].unlisted * MISSING_GUESS
            elif gap % coefficient == 0:
                chance += self._hidden(index, -(gap // coefficient)) * model.protection[index]
        return -math.log(min(1.0, chance))

    def _hidden(self, index: int, change: int) -> float:
        """Probability that an amount is misprinted, or misread and not listed, by just this much."""
        quantity, value = self._model.known[index], self._model.values[index] or 0
        if quantity.fixed or not quantity.ink:
            return 0.0
        listed = any(choice.value == value + change for choice in quantity.choices)
        chance = self._model.options.misprint + (0.0 if listed else quantity.unlisted)
        return chance * slip(value, value + change)

    def _collect(self) -> None:
        """All changes that could pay: cheaper than leaving every failing relation of their amount."""
        worth: dict[int, float] = defaultdict(float)
        needed: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for number in self._broken:
            relation = self._model.relations[number]
            gap, readable = relation.gap(self._model.values), relation.readable(self._model.values)
            for index, coefficient in relation.coefficients.items():
                worth[index] += self._prices[number]
                if readable and gap % coefficient == 0:
                    needed[index][-(gap // coefficient)] += 1
        for index in sorted(worth):
            quantity, value = self._model.known[index], self._model.values[index]
            if quantity.fixed or index in self._settled:
                continue
            for choice in quantity.choices:
                if choice.cost < worth[index]:
                    self._add(Change(index, choice.value, choice.cost, choice.text))
            listed = {choice.value for choice in quantity.choices}
            for change, count in sorted(needed[index].items()):
                chance = self._hidden(index, change) if count > 1 else 0.0
                if chance and (value or 0) + change not in listed and -math.log(chance) < worth[index]:
                    self._add(Change(index, (value or 0) + change, -math.log(chance), None))
        self._worth = worth

    def _add(self, change: Change) -> None:
        self._of[change.index].append(len(self._changes))
        self._changes.append(change)

    def _members(self, number: int) -> list[int]:
        return [c for index in self._model.relations[number].coefficients for c in self._of.get(index, ())]

    def _closing(self, number: int, members: Sequence[int]) -> list[Set]:
        """The sets of one or two changes after which a relation holds, the cheapest first."""
        model, relation = self._model, self._model.relations[number]
        gap = relation.gap(model.values)
        slack = int(relation.tolerance * 10 ** (relation.shift + relation.scale))
        missing = {i for i in relation.coefficients if model.values[i] is None}
        moved = sorted((self._moves(number, c), c) for c in members)
        amounts = [move for move, _ in moved]
        found: set[Set] = set()
        for move, change in moved:
            if abs(gap + move) <= slack:
                found.add((change,))
            first = bisect_left(amounts, -gap - move - slack)
            last = bisect_right(amounts, -gap - move + slack)
            for _, other in moved[first:last]:
                if self._changes[other].index != self._changes[change].index:
                    found.add((min(change, other), max(change, other)))
        fitting = [one for one in found if missing <= {self._changes[c].index for c in one}]
        singles = {one[0] for one in fitting if len(one) == 1}
        kept = [one for one in fitting if len(one) == 1 or (singles.isdisjoint(one) and self._pays(one))]
        return sorted(kept, key=lambda one: (self._cost(one), one))[:MAX_SETS]

    def _moves(self, number: int, change: int) -> int:
        made = self._changes[change]
        coefficient = self._model.relations[number].coefficients[made.index]
        return coefficient * (made.value - (self._model.values[made.index] or 0))

    def _cost(self, one: Set) -> float:
        return sum(self._changes[c].cost for c in one)

    def _pays(self, one: Set) -> bool:
        """Whether a pair costs less than leaving every failing relation that it touches."""
        touched = {n for c in one for n in self._model.touching[self._changes[c].index]}
        return self._cost(one) < sum(self._prices[n] for n in touched if n in self._prices)

    def _guarded(self, useful: set[int]) -> dict[int, list[Set]]:
        """Relations that hold and that a useful change would break, with the sets that keep them."""
        touched = {n for c in useful for n in self._model.touching[self._changes[c].index]}
        guarded: dict[int, list[Set]] = {}
        for number in sorted(touched):
            if self._model.holds[number] and self._counts(number):
                members = [c for c in self._members(number) if c in useful]
                guarded[number] = self._closing(number, members)
        return guarded

    def _clause(self, number: int, sets: list[Set], useful: set[int], fail: float | None) -> Clause:
        members = tuple(c for c in self._members(number) if c in useful)
        return Clause(number, tuple(sets), members, fail)


def _parted(changes: Sequence[Change], clauses: Sequence[Clause]) -> Iterator[Puzzle]:
    """One puzzle for each set of clauses that share an amount, changes numbered anew in each."""
    parent: dict[int, int] = {}

    def root(index: int) -> int:
        while parent.setdefault(index, index) != index:
            parent[index] = index = parent[parent[index]]
        return index

    for clause in clauses:
        for change in clause.members:
            parent[root(changes[change].index)] = root(changes[clause.members[0]].index)
    grouped: dict[int, list[Clause]] = defaultdict(list)
    for clause in clauses:
        grouped[root(changes[clause.members[0]].index)].append(clause)
    for group in grouped.values():
        yield _renumbered(changes, group)


def _renumbered(changes: Sequence[Change], clauses: Sequence[Clause]) -> Puzzle:
    used = sorted({c for clause in clauses for c in clause.members})
    new = {old: i for i, old in enumerate(used)}
    rivals: dict[int, list[int]] = defaultdict(list)
    for old in used:
        rivals[changes[old].index].append(new[old])
    return Puzzle(
        tuple(changes[old] for old in used),
        tuple(
            Clause(
                clause.relation,
                tuple(tuple(new[c] for c in one) for one in clause.sets),
                tuple(new[c] for c in clause.members),
                clause.fail,
            )
            for clause in clauses
        ),
        tuple(tuple(group) for group in rivals.values() if len(group) > 1),
    )
