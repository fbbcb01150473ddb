"""Rows and columns of a truth laid against those of a result, so that one lost row costs one row.

Rows are aligned globally (Needleman & Wunsch 1970); how alike two rows are is itself the best
alignment of their cells, so that a lost column does not spoil it, and columns likewise. This
is the factored form of two-dimensional alignment of Smock et al. 2023 (GriTS). Gaps cost
nothing and scores are integers, so equal input gives equal output everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...document import Cell, Table
from ..text import normalize

if TYPE_CHECKING:
    import numpy as np

SAME = 1000  # equal texts
SIMILAR = 500  # times the Levenshtein similarity of unequal ones: less than equal by half
BLANK = 100  # two blanks: something, so that a blank row has a place, but no evidence
MAX_PAIRS = 60_000_000  # of addresses, as 32-bit integers: a quarter of a gigabyte

Partners = tuple[tuple[Cell, Cell | None], ...]
"""Each cell of a truth with the result's cell that it is judged by; no result's cell twice."""


@dataclass(frozen=True)
class Alignment:
    """For each row and column of the truth its partner in the result, None for a lost one."""

    rows: tuple[int | None, ...]
    cols: tuple[int | None, ...]


def at_address(truth: Table, result: Table | None) -> Partners:
    """Partners that start at the same row and column."""
    starts = {(cell.row, cell.col): cell for cell in result.cells} if result is not None else {}
    return tuple((cell, starts.get((cell.row, cell.col))) for cell in truth.cells)


def aligned(truth: Table, result: Table | None) -> Partners:
    """Partners by aligned rows and columns: a cell that starts where the truth's cell lies."""
    if result is None:
        return at_address(truth, None)
    alignment = align(truth, result)
    return tuple((cell, _partner(cell, alignment, result)) for cell in truth.cells)


def align(truth: Table, result: Table) -> Alignment:
    """Align rows and columns by the texts of their cells, exactly; the identity for equal tables.

    Tables so large that all pairs of addresses would fill the memory stay as they are.
    """
    pairs = truth.shape[0] * truth.shape[1] * result.shape[0] * result.shape[1]
    if pairs == 0 or pairs > MAX_PAIRS:
        rows, cols = (_identity(truth.shape[axis], result.shape[axis]) for axis in (0, 1))
        return Alignment(rows, cols)
    similarity = _similarity(_texts(truth), _texts(result))
    return Alignment(_traced(_scores(similarity)), _traced(_scores(similarity.transpose(1, 0, 3, 2))))


def _identity(count: int, other: int) -> tuple[int | None, ...]:
    return tuple(i if i < other else None for i in range(count))


def _partner(cell: Cell, alignment: Alignment, result: Table) -> Cell | None:
    for row in (alignment.rows[r] for r in cell.rows):
        for col in (alignment.cols[c] for c in cell.cols):
            if row is not None and col is not None:
                found = result.cell_at(row, col)
                if (found.row, found.col) == (row, col):
                    return found
    return None


def _texts(table: Table) -> list[list[str]]:
    return [
        [normalize(table.cell_at(row, col).text) for col in range(table.shape[1])]
        for row in range(table.shape[0])
    ]


def _similarity(truth: list[list[str]], result: list[list[str]]) -> np.ndarray:
    """How alike any two cells are, (rows, cols, rows, cols) of truth and result."""
    import numpy as np
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    words, places = zip(*(_numbered(texts) for texts in (truth, result)), strict=True)
    alike = process.cdist(*words, scorer=Levenshtein.normalized_similarity, dtype=np.float64)
    scores = np.rint(alike * SIMILAR).astype(np.int32)
    numbers = {word: number for number, word in enumerate(words[1])}
    for i, word in enumerate(words[0]):
        if word in numbers:
            scores[i, numbers[word]] = SAME if word else BLANK
    first, second = (np.array(numbered) for numbered in places)
    return np.asarray(scores[first[:, :, None, None], second[None, None]])


def _numbered(texts: list[list[str]]) -> tuple[list[str], list[list[int]]]:
    """The distinct texts, and each cell as the number of its own."""
    words = sorted({text for row in texts for text in row})
    numbers = {word: number for number, word in enumerate(words)}
    return words, [[numbers[text] for text in row] for row in texts]


def _scores(similarity: np.ndarray) -> np.ndarray:
    """Best alignment score of any two rows, (rows, rows), from (rows, cols, rows, cols)."""
    import numpy as np

    rows, cols, other_rows, other_cols = similarity.shape
    best = np.zeros((other_cols + 1, rows, other_rows), np.int64)
    for i in range(cols):
        above = best.copy()
        for j in range(other_cols):
            here = np.maximum(above[j] + similarity[:, i, :, j], above[j + 1])
            np.maximum(here, best[j], out=best[j + 1])
    return best[other_cols]


def _traced(scores: np.ndarray) -> tuple[int | None, ...]:
    """Partners in the best global alignment; of several, the one that pairs from the end."""
    rows, cols = scores.shape
    alike = scores.tolist()
    best = [[0] * (cols + 1) for _ in range(rows + 1)]
    for i in range(rows):
        for j in range(cols):
            best[i + 1][j + 1] = max(best[i][j] + alike[i][j], best[i][j + 1], best[i + 1][j])
    partners: list[int | None] = [None] * rows
    i, j = rows, cols
    while i and j:
        if best[i][j] == best[i - 1][j - 1] + alike[i - 1][j - 1]:
            i, j = i - 1, j - 1
            partners[i] = j
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return tuple(partners)
