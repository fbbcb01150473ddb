"""Adjacency relations: which texts stand next to which, to the right and below.

The measure of the ICDAR 2013 table competition (Göbel, Hassan, Oro and Orsi, "A methodology
for evaluating algorithms for table understanding in PDF documents", 2012): every cell that
bears text is related to the next one that does, along each row and column it covers; blank
cells are passed over. It needs no addresses, so a lost column costs only its neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ...document import Cell, Table

Relation = tuple[str, str, Literal["right", "down"]]


@dataclass(frozen=True, slots=True)
class Counts:
    """Relations in the truth, in the result, and in both; add the counts of several tables up."""

    true: int
    found: int
    correct: int

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.true + other.true, self.found + other.found, self.correct + other.correct)

    @property
    def precision(self) -> float:
        """Share of the found that are correct; 1 if nothing was found."""
        return self.correct / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true that were found; 1 if there is nothing to find."""
        return self.correct / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 1 if there is nothing to find and nothing was found."""
        return 2 * self.correct / (self.true + self.found) if self.true + self.found else 1.0


def adjacency(truth: Table, result: Table) -> Counts:
    """The relations of both tables; equal ones are matched as often as both have them.

    Cell texts are compared as they are: normalise them before. F1 is symmetric, and 1 for
    equal tables; a table with the same relations but other blank cells also has 1.
    """
    true, found = relations(truth), relations(result)
    return Counts(true.total(), found.total(), (true & found).total())


def relations(table: Table) -> Counter[Relation]:
    """How often each pair of texts adjoins, the left or upper one first."""
    rows, cols = table.shape
    counter: Counter[Relation] = Counter()
    lines = ([table.cell_at(row, col) for col in range(cols)] for row in range(rows))
    counter.update((a.text, b.text, "right") for a, b in _neighbours(lines))
    lines = ([table.cell_at(row, col) for row in range(rows)] for col in range(cols))
    counter.update((a.text, b.text, "down") for a, b in _neighbours(lines))
    return counter


def _neighbours(lines: Iterable[list[Cell]]) -> list[tuple[Cell, Cell]]:
    """Cells that follow each other along a line, each pair once, however many lines it shares."""
    pairs: dict[tuple[int, int, int, int], tuple[Cell, Cell]] = {}
    for line in lines:
        inked = [cell for cell in line if cell.text.strip()]
        for a, b in pairwise(inked):
            if a is not b:
                pairs[a.row, a.col, b.row, b.col] = a, b
    return list(pairs.values())
