"""The cheapest answer to a puzzle: by exact search where it is small, by OR-Tools CP-SAT otherwise.

Both prove that nothing is cheaper or say that they cannot. Costs are compared in thousandths of
a nat, so that both mean the same by equal. OR-Tools is imported when first needed: it takes
nearly half a second, and few documents need it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .options import ReconcileOptions
from .puzzles import Clause, Puzzle, Set

UNIT = 1000  # steps of cost per nat


@dataclass(frozen=True, slots=True)
class Answer:
    """The changes made in a cheapest answer, and its cost in thousandths of a nat."""

    changes: frozenset[int]
    cost: int


class OutOfNodes(Exception):
    """The exact search would take too long."""


def solve(
    puzzle: Puzzle, options: ReconcileOptions, forbidden: frozenset[int] = frozenset()
) -> Answer | None:
    """A cheapest answer that makes none of the `forbidden` changes; None where that cannot be proved."""
    try:
        return search(puzzle, forbidden, options.nodes)
    except OutOfNodes:
        return solve_cp(puzzle, forbidden, options.seconds)


def price(cost: float) -> int:
    """A cost in thousandths of a nat."""
    return round(cost * UNIT)


def search(puzzle: Puzzle, forbidden: frozenset[int], nodes: int) -> Answer:
    """Branch and bound over the clauses, the most constrained first.

    Raises:
        OutOfNodes: after `nodes` steps.
    """
    return _Search(puzzle, forbidden, nodes).run()


class _Search:
    def __init__(self, puzzle: Puzzle, forbidden: frozenset[int], nodes: int) -> None:
        self._puzzle = puzzle
        self._prices = [price(change.cost) for change in puzzle.changes]
        self._rivals = {c: set(group) - {c} for group in puzzle.rivals for c in group}
        self._nodes = nodes
        self._forbidden = forbidden
        fails = sum(price(c.fail) for c in puzzle.clauses if c.fail is not None)
        self._best = Answer(frozenset(), fails)  # to leave all as it is is always an answer

    def run(self) -> Answer:
        self._visit(tuple(range(len(self._puzzle.clauses))), frozenset(), self._forbidden, 0)
        return self._best

    def _visit(self, left: Set, made: frozenset[int], barred: frozenset[int], cost: int) -> None:
        self._nodes -= 1
        if self._nodes < 0:
            raise OutOfNodes
        if cost >= self._best.cost:
            return
        if not left:
            self._best = Answer(made, cost)
            return
        options = {n: self._options(self._puzzle.clauses[n], made, barred) for n in left}
        if cost + self._least(options) >= self._best.cost:
            return
        number = min(left, key=lambda n: (len(options[n]), n))
        rest = tuple(n for n in left if n != number)
        for added, one in options[number]:
            if one is None:
                self._visit(rest, made, barred, cost + added)
                continue
            out = barred | (set(self._puzzle.clauses[number].members) - set(one))
            out = out.union(*(self._rivals.get(c, set()) for c in one))
            self._visit(rest, made | set(one), out, cost + added)

    def _options(
        self, clause: Clause, made: frozenset[int], barred: frozenset[int]
    ) -> list[tuple[int, Set | None]]:
        """What may still be done about a clause, with what it adds to the cost, cheapest first."""
        already = made.intersection(clause.members)
        found: list[tuple[int, Set | None]] = [
            (sum(self._prices[c] for c in one if c not in made), one)
            for one in clause.sets
            if already.issubset(one) and barred.isdisjoint(one)
        ]
        if clause.fail is not None:
            found.append((price(clause.fail), None))
        return sorted(found, key=lambda option: option[0])

    def _least(self, options: dict[int, list[tuple[int, Set | None]]]) -> int:
        """A lower bound on what the clauses left will add: over clauses that share no change."""
        used: set[int] = set()
        total = 0
        for number, found in options.items():
            members = self._puzzle.clauses[number].members
            if not found:
                return self._best.cost
            if used.isdisjoint(members):
                used.update(members)
                total += found[0][0]
        return total


def solve_cp(puzzle: Puzzle, forbidden: frozenset[int], seconds: float) -> Answer | None:
    """The same by CP-SAT: one worker, a fixed seed, deterministic time, booleans only."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    made = [model.new_bool_var(f"c{i}") for i in range(len(puzzle.changes))]
    costs = [price(change.cost) * made[i] for i, change in enumerate(puzzle.changes)]
    for change in forbidden:
        model.add(made[change] == 0)
    for group in puzzle.rivals:
        model.add_at_most_one(made[c] for c in group)
    for number, clause in enumerate(puzzle.clauses):
        chosen = []
        for place, one in enumerate(clause.sets):
            taken = model.new_bool_var(f"s{number}.{place}")
            chosen.append(taken)
            for c in clause.members:
                model.add_implication(taken, made[c] if c in one else made[c].negated())
        if clause.fail is not None:
            left = model.new_bool_var(f"f{number}")
            chosen.append(left)
            costs.append(price(clause.fail) * left)
        model.add_exactly_one(chosen)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = seconds
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    changes = frozenset(i for i, variable in enumerate(made) if solver.boolean_value(variable))
    return Answer(changes, round(solver.objective_value))
