"""How likely an amount is wrong although its equations hold: another misreading would have to compensate it.

For each other reading of an amount, the probability that some partner is misread by just as much
is looked up in a hash of the partners' own readings; a reading that moves the point may be shared
by all. Two prints of one number are misread alike far oftener than two numbers in a sum compensate
each other, so equality has a harder test.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from .model import Model
from .slips import ONE_DIGIT

HELD = 0.01  # a compensating partner that other equations hold would need one more misreading


class Proofs:
    """Probabilities of compensation in the equations of a model that hold."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._doubts: dict[int, tuple[float, float]] = {}
        self._changes: dict[int, dict[int, list[tuple[int, float]]]] = {}

    def proven(self, index: int) -> bool:
        """Whether equations that hold leave less doubt of an amount than the options allow."""
        options = self._model.options
        limit, equal = 1.0, 1.0
        for number in self.witnesses(index):
            if self._is_equality(number, index):
                equal = min(equal, self.wrong(index, number))
            else:
                limit = min(limit, self.wrong(index, number))
        return limit < options.proof or equal < options.proof_by_equality

    def witnesses(self, index: int) -> Iterator[int]:
        """The relations that hold exactly and say something of an amount: another one is not zero."""
        model = self._model
        for number in model.touching[index]:
            relation = model.relations[number]
            if not model.proving[number] or index not in relation.coefficients:
                continue
            if model.counting[number] - {index}:
                yield number

    def wrong(self, index: int, number: int) -> float:
        """Probability that the amount is wrong though this relation holds, and those beside it."""
        model = self._model
        quantity, value = model.known[index], model.values[index]
        if quantity.fixed or value is None:
            return 0.0
        equal = self._is_equality(number, index)
        beside = [
            other
            for other in self.witnesses(index)
            if other != number
            and self._apart(number, other, index)
            and not (equal and self._is_equality(other, index))  # all prints of a number may be misread alike
        ]
        total = quantity.unlisted * self._any(index, number) * self._most(beside, index, None)
        for choice_value, odds in self._readings(index):
            total += odds * self._kept(index, number, choice_value) * self._most(beside, index, choice_value)
        return total

    def _readings(self, index: int) -> Iterator[tuple[int, float]]:
        """Other values of an amount with their probabilities; after a correction the first reading too."""
        quantity, value = self._model.known[index], self._model.values[index]
        now = next((c.cost for c in quantity.choices if c.value == value), 0.0)
        for choice in quantity.choices:
            if choice.value != value:
                yield choice.value, min(1.0, math.exp(now - choice.cost))
        if quantity.value is not None and quantity.value != value:
            yield quantity.value, 1.0

    def _most(self, beside: list[int], index: int, other: int | None) -> float:
        """The least chance that one of the relations beside is compensated, too."""
        chances = (
            self._any(index, number) if other is None else self._kept(index, number, other)
            for number in beside
        )
        return min(chances, default=1.0)

    def _kept(self, index: int, number: int, other: int) -> float:
        """Chance that a relation holds although an amount is `other`."""
        value = self._model.values[index] or 0
        change = self._model.relations[number].coefficients[index] * (other - value)
        return max(self._compensated(index, number, change), self._scaled(index, number, value, other))

    def _scaled(self, index: int, number: int, value: int, other: int) -> float:
        """Chance that all amounts of a relation moved their point alike, as where commas are read as points.

        Such misreadings are no independent ones: the least likely of them speaks for all.
        """
        if not _moves_point(value, other):
            return 0.0
        chances = [1.0]
        for partner in self._model.counting[number] - {index}:
            now = self._model.values[partner] or 0
            # In whole numbers: now · other / value.
            odds = [o for found, o in self._readings(partner) if found * value == now * other]
            quantity = self._model.known[partner]
            chances.append(0.0 if quantity.fixed else min(1.0, sum(odds, quantity.unlisted)))
        return min(chances)

    def _apart(self, number: int, other: int, index: int) -> bool:
        """Whether two relations have no other amount in common that counts."""
        model = self._model
        return model.counting[number] & model.counting[other] <= {index}

    def _is_equality(self, number: int, index: int) -> bool:
        return len(self._model.counting[number] - {index}) <= 1

    def _any(self, index: int, number: int) -> float:
        """Chance that partners compensate a misreading that is not listed."""
        known = self._model.known
        if self._is_equality(number, index):
            doubted = any(known[i].wrong for i in self._model.counting[number] if i != index)
            return self._model.options.alike if doubted else 0.0
        return min(1.0, max(0.0, self._doubt(number)[0] - known[index].wrong) * ONE_DIGIT)

    def _compensated(self, index: int, number: int, change: int) -> float:
        """Chance that a partner is misread so that the relation holds although the amount is wrong."""
        listed = sum(odds for i, odds in self._hash(number).get(-change, ()) if i != index)
        if self._is_equality(number, index):
            return max(self._any(index, number), min(1.0, listed))
        loose = max(0.0, self._doubt(number)[1] - self._model.known[index].unlisted) * ONE_DIGIT
        return min(1.0, listed + loose)

    def _doubt(self, number: int) -> tuple[float, float]:
        """Sums of the probabilities that the amounts of a relation are wrong, and wrong and unlisted."""
        if number not in self._doubts:
            members = [self._model.known[i] for i in self._model.relations[number].coefficients]
            self._doubts[number] = sum(m.wrong for m in members), sum(m.unlisted for m in members)
        return self._doubts[number]

    def _hash(self, number: int) -> dict[int, list[tuple[int, float]]]:
        """By how much it moves the sum: the amounts whose other reading does so, with its probability."""
        if number not in self._changes:
            model, found = self._model, defaultdict(list)
            for i, coefficient in model.relations[number].coefficients.items():
                value = model.values[i]
                if value is None or model.known[i].fixed:
                    continue
                held = HELD if sum(model.proving[n] for n in model.touching[i]) > 1 else 1.0
                for other, odds in self._readings(i):
                    found[coefficient * (other - value)].append((i, odds * held))
            self._changes[number] = found
        return self._changes[number]


def _moves_point(value: int, other: int) -> bool:
    """Whether two numbers are the same digits with the point elsewhere."""
    return value != other and value * other > 0 and str(value).rstrip("0") == str(other).rstrip("0")
