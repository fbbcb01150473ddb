"""GriTS: how like two grids are, address by address, after aligning rows and columns.

Smock, Pesala and Abraham, "GriTS: grid table similarity metric for table structure
recognition" (2023). The most similar substructures of two grids (some rows and columns of
each, in order) are hard to find exactly; the paper's factored search aligns rows by the best
alignment inside each pair of rows, columns likewise, and scores the addresses where both
meet. Three rewards per pair of addresses: topology compares the spans as seen from the
address, content the texts by their longest common subsequence, location the boxes.

Among equally good alignments it pairs lines rather than skips one and skips a line of the
truth rather than one of the result, as the authors' program does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from ...document import Cell, Table
from ...errors import LimitExceeded

MAX_ADDRESS_PAIRS = 200_000_000  # 14,000 addresses in each grid: a minute
MAX_CHARACTER_PAIRS = 200_000_000_000

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Similarity = Callable[[Indices], Floats]
"""Numbers of labels of one grid → their similarity to each label of the other."""


@dataclass(frozen=True, slots=True)
class Grits:
    """F-scores of topology, content and location, 0 to 1; `loc` is None without boxes."""

    top: float
    con: float
    loc: float | None


def grits(truth: Table, result: Table) -> Grits:
    """Compare two grids.

    Cell texts are compared as they are: normalise them before. Boxes of both tables are in
    one frame; a cell that a page break cuts counts where it begins. `top` is 1 exactly for
    grids of equal spans, `con` for grids of one shape with equal texts at every address.

    Raises:
        LimitExceeded: the tables are too large together to be compared.
    """
    _check_sizes(truth, result)
    owners = [_owners(table) for table in (truth, result)]
    con = _score(*_labelled(owners, [[c.text for c in t.cells] for t in (truth, result)]), _common_text)
    spans = [[_relative_span(cell, at) for at, cell in _addresses(t)] for t in (truth, result)]
    each = [np.arange(len(s)).reshape(t.shape) for s, t in zip(spans, (truth, result), strict=True)]
    top = _score(*_labelled(each, spans), _overlaps)
    boxes = [[_placed(cell) for cell in t.cells] for t in (truth, result)]
    if any(box is None for table in boxes for box in table):
        return Grits(top, con, None)
    return Grits(top, con, _score(*_labelled(owners, boxes), _overlaps))


def _check_sizes(truth: Table, result: Table) -> None:
    sizes = [table.shape[0] * table.shape[1] for table in (truth, result)]
    lengths = [sum(len(cell.text) for cell in table.cells) for table in (truth, result)]
    for name, limit, (one, other) in (
        ("addresses", MAX_ADDRESS_PAIRS, sizes),
        ("characters", MAX_CHARACTER_PAIRS, lengths),
    ):
        if one * other > limit:
            raise LimitExceeded(
                f"{one} and {other} {name} are too many to compare",
                name=f"tables {truth.id} and {result.id}",
            )


def _addresses(table: Table) -> Iterable[tuple[tuple[int, int], Cell]]:
    rows, cols = table.shape
    return (((row, col), table.cell_at(row, col)) for row in range(rows) for col in range(cols))


def _owners(table: Table) -> Indices:
    """(rows, cols): the number of the cell that covers each address."""
    grid = np.zeros(table.shape, np.int64)
    for number, cell in enumerate(table.cells):
        grid[cell.row : cell.rows.stop, cell.col : cell.cols.stop] = number
    return grid


def _relative_span(cell: Cell, at: tuple[int, int]) -> tuple[int, ...]:
    row, col = at
    return (0, cell.col - col, cell.row - row, cell.cols.stop - col, cell.rows.stop - row)


def _placed(cell: Cell) -> tuple[float, ...] | None:
    return (cell.parts[0].page, *cell.parts[0].box.to_list()) if cell.parts else None


def _labelled(
    grids: Sequence[Indices], labels: Sequence[Sequence[Any]]
) -> tuple[Indices, Indices, list[Any], list[Any]]:
    """Both grids with equal labels numbered once, and the labels by number."""
    numbered, distinct = [], []
    for grid, items in zip(grids, labels, strict=True):
        numbers: dict[Hashable, int] = {}
        index = np.array([numbers.setdefault(item, len(numbers)) for item in items], np.int64)
        numbered.append(index[grid] if len(items) else grid)
        distinct.append(list(numbers))
    return numbered[0], numbered[1], distinct[0], distinct[1]


def _common_text(texts: list[str], others: list[str]) -> Similarity:
    """Twice the longest common subsequence over both lengths; 1 for two empty texts."""

    def similarity(numbers: Indices) -> Floats:
        own = [texts[number] for number in numbers]
        values: Floats = cdist(own, others, scorer=Indel.normalized_similarity, dtype=np.float64)
        return values

    return similarity


def _overlaps(spots: list[tuple[float, ...]], others: list[tuple[float, ...]]) -> Similarity:
    """Intersection over union of (page, left, top, right, bottom); empty boxes only equal themselves."""
    ours, theirs = (np.array(s, np.float64).reshape(-1, 5).T for s in (spots, others))

    def similarity(numbers: Indices) -> Floats:
        a, b = ours[:, numbers, None], theirs[:, None]
        width = np.minimum(a[3], b[3]) - np.maximum(a[1], b[1])
        height = np.minimum(a[4], b[4]) - np.maximum(a[2], b[2])
        shared = np.where(a[0] == b[0], width.clip(0) * height.clip(0), 0.0)
        one, other = ((s[3] - s[1]) * (s[4] - s[2]) for s in (a, b))
        union = one + other - shared
        equal: NDArray[np.bool_] = np.logical_and.reduce([s == t for s, t in zip(a, b, strict=True)])
        return np.where(equal, 1.0, shared / np.where(union > 0, union, 1.0))

    return similarity


def _score(
    truth: Indices,
    result: Indices,
    labels: list[Any],
    others: list[Any],
    compare: Callable[[list[Any], list[Any]], Similarity],
) -> float:
    """The F-score of the factored search over two grids of label numbers."""
    if not truth.size or not result.size:
        return float(truth.size == result.size)
    similarity = compare(labels, others)
    rows, paired_rows = _align(_line_scores(truth, result, similarity))
    cols, paired_cols = _align(_line_scores(truth.T, result.T, similarity))
    reward = 0.0
    for row, paired in zip(rows, paired_rows, strict=True):
        block = similarity(truth[row, cols])
        reward += float(block[np.arange(len(cols)), result[paired, paired_cols]].sum())
    return 2 * reward / (truth.size + result.size)


def _line_scores(truth: Indices, result: Indices, similarity: Similarity) -> Floats:
    """(rows, rows of the result): the reward of the best alignment inside each pair of rows."""
    scores = np.zeros((len(truth), len(result)))
    for row, numbers in enumerate(truth):
        best = np.zeros((len(result), result.shape[1] + 1))  # per row of the result and prefix of it
        for rewards in similarity(numbers):
            paired = best[:, :-1] + rewards[result]
            best[:, 1:] = np.maximum(best[:, 1:], paired)
            best = np.maximum.accumulate(best, axis=1)
        scores[row] = best[:, -1]
    return scores


def _align(scores: Floats) -> tuple[Indices, Indices]:
    """Lines of both grids, in order, paired so that the sum of their scores is greatest."""
    lines, others = scores.shape
    best = np.zeros((lines + 1, others + 1))
    for line in range(lines):
        paired = best[line, :-1] + scores[line]
        best[line + 1, 1:] = np.maximum.accumulate(np.maximum(best[line, 1:], paired))
    pairs = []
    line, other = lines, others
    while line and other:
        if best[line, other] == best[line - 1, other - 1] + scores[line - 1, other - 1]:
            line, other = line - 1, other - 1
            pairs.append((line, other))
        elif best[line, other] == best[line - 1, other]:
            line -= 1
        else:
            other -= 1
    path = np.array(pairs[::-1], np.int64).reshape(-1, 2)
    return path[:, 0], path[:, 1]
