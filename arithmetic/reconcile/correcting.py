"""Which changes are proven: the only best answer, by a margin, that mends equations and breaks none.

A change must beat the best answer without it, which may leave an equation failing as a misprint.
As many equations as changes must determine them, and an equation that stands alone proves only
a change that the ink itself makes likely.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .model import Model
from .puzzles import Change, Puzzle, puzzles
from .solving import UNIT, solve

ROUNDS = 2  # a correction may leave one thing to correct where there were two


@dataclass(frozen=True, slots=True)
class Accepted:
    """A proven change, the relations that it mended, and by how many nats it beats the next answer."""

    change: Change
    relations: tuple[int, ...]
    margin: float


@dataclass(frozen=True)
class Corrected:
    """The model after its corrections; relations of puzzles that could not be solved are `unsolved`."""

    model: Model
    accepted: Mapping[int, Accepted] = field(default_factory=dict)
    unsolved: frozenset[int] = frozenset()


def corrected(model: Model, barred: frozenset[int] = frozenset()) -> Corrected:
    """Make the changes that are proven; `barred` amounts keep their readings."""
    accepted: dict[int, Accepted] = {}
    unsolved: set[int] = set()
    for _ in range(ROUNDS):
        found: dict[int, Accepted] = {}
        settled = barred.union(accepted)
        for puzzle in puzzles(model, settled, _suggested(model, settled)):
            proven = _proven(puzzle, model)
            if proven is None:
                unsolved.update(clause.relation for clause in puzzle.clauses)
            else:
                found.update({one.change.index: one for one in proven})
        if not found:
            break
        accepted.update(found)
        model = model.with_values({index: one.change.value for index, one in found.items()})
    return Corrected(model, accepted, frozenset(unsolved))


def _suggested(model: Model, settled: Iterable[int]) -> dict[int, dict[int, int]]:
    """Relations that close by more than two changes which other relations ask for."""
    asked: dict[int, int] = {}
    for puzzle in puzzles(model, settled):
        best = solve(puzzle, model.options)
        for change in best.changes if best is not None else ():
            asked[puzzle.changes[change].index] = puzzle.changes[change].value
    values = [asked.get(index, value) for index, value in enumerate(model.values)]
    touched = {number for index in asked for number in model.touching[index]}
    found: dict[int, dict[int, int]] = {}
    for number in sorted(touched):
        relation = model.relations[number]
        members = {i: asked[i] for i in relation.coefficients if i in asked}
        if model.holds[number] is False and len(members) > 2 and relation.holds(values):
            found[number] = members
    return found


def _proven(puzzle: Puzzle, model: Model) -> list[Accepted] | None:
    """The changes of a puzzle that may be made; None where no optimum was proved."""
    best = solve(puzzle, model.options)
    if best is None:
        return None
    candidates = {c for c in best.changes if puzzle.changes[c].text is not None}
    candidates = _consistent(candidates, puzzle, model)
    margins: dict[int, float] = {}
    for change in sorted(candidates):
        second = solve(puzzle, model.options, frozenset({change}))
        if second is None:
            return None
        margins[change] = (second.cost - best.cost) / UNIT
    sure = {c for c in candidates if margins[c] >= model.options.margin}
    sure = _consistent(sure, puzzle, model)
    return [
        Accepted(puzzle.changes[c], tuple(_mended(c, sure, puzzle, model)), min(margins[c], 99.0))
        for c in sorted(sure)
    ]


def _consistent(candidates: set[int], puzzle: Puzzle, model: Model) -> set[int]:
    """The largest part of some changes that stands by itself: each mends, none breaks, all are determined."""
    kept = set(candidates)
    while kept:
        poor = {c for c in kept if not _mended(c, kept, puzzle, model) or _breaks(c, kept, puzzle, model)}
        if not poor:
            poor = {
                c
                for group in _groups(kept, puzzle, model)
                if not _determined(group, kept, puzzle, model)
                for c in group
            }
        if not poor:
            break
        kept -= poor
    return kept


def _mended(change: int, kept: set[int], puzzle: Puzzle, model: Model) -> list[int]:
    """Relations of the changed amount that failed, and now hold exactly."""
    found = _outcomes(change, kept, puzzle, model)
    return [n for n, before, after in found if after and not before and _proves(n, model)]


def _breaks(change: int, kept: set[int], puzzle: Puzzle, model: Model) -> bool:
    """Whether any relation of the changed amount held and now fails."""
    return any(before and after is False for _, before, after in _outcomes(change, kept, puzzle, model))


def _outcomes(
    change: int, kept: set[int], puzzle: Puzzle, model: Model
) -> list[tuple[int, bool | None, bool | None]]:
    values = list(model.values)
    for c in kept:
        values[puzzle.changes[c].index] = puzzle.changes[c].value
    return [
        (n, model.holds[n], model.relations[n].holds(values))
        for n in model.touching[puzzle.changes[change].index]
    ]


def _groups(kept: set[int], puzzle: Puzzle, model: Model) -> list[set[int]]:
    """Changes that meet in a relation."""
    groups: list[set[int]] = []
    by_change = {c: set(model.touching[puzzle.changes[c].index]) for c in kept}
    for change in sorted(kept):
        joined = [g for g in groups if any(by_change[c] & by_change[change] for c in g)]
        groups = [g for g in groups if g not in joined] + [{change}.union(*joined)]
    return groups


def _determined(group: set[int], kept: set[int], puzzle: Puzzle, model: Model) -> bool:
    """Whether the equations leave no other values to a group of changes.

    The rank of the equations that hold after the changes must be the number of changes. Where only
    one equation was mended, the changes must be likely by the ink alone.
    """
    indices = [puzzle.changes[c].index for c in sorted(group)]
    values = list(model.values)
    for c in kept:
        values[puzzle.changes[c].index] = puzzle.changes[c].value
    numbers = sorted({n for i in indices for n in model.touching[i]})
    holding = [n for n in numbers if _proves(n, model) and model.relations[n].holds(values)]
    rows = [[Fraction(model.relations[n].coefficients.get(i, 0)) for i in indices] for n in holding]
    if _rank(rows) < len(indices):
        return False
    mended = {_essence(n, values, model) for n in holding if not model.holds[n]}
    if len(mended) > 1:
        return True
    return bool(mended) and sum(puzzle.changes[c].cost for c in group) <= model.options.lone


def _proves(number: int, model: Model) -> bool:
    """Whether a relation, holding, proves the last digit; one within a tolerance does not."""
    return model.relations[number].proves() and model.beliefs[number] >= model.options.dispute


def _essence(number: int, values: list[int | None], model: Model) -> frozenset[int]:
    """The amounts of a relation that are not zero: two relations that share them all say the same."""
    return frozenset(i for i in model.relations[number].coefficients if values[i])


def _rank(rows: list[list[Fraction]]) -> int:
    """Rank of a matrix by elimination."""
    rank = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for r in range(rank + 1, len(rows)):
            factor = rows[r][column] / rows[rank][column]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[rank], strict=True)]
        rank += 1
    return rank
