"""TEDS: how like two tables are as trees of rows and cells.

Zhong, ShafieiBavani and Jimeno Yepes, "Image-based table recognition: data, model, and
evaluation" (2020): 1 - edit distance / nodes of the larger tree, the root among them as in
table-recognition-metric (the published program leaves it out), where a cell costs 1 to
rename if its spans differ, else the share of its characters to edit. One normalisation
differs from the published program: it never compares the text or spans of `<th>` and counts
`<thead>` and `<tbody>` as nodes, so a tool's choice of tags would decide; here a header cell
is a cell like any other and rows hang under the table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from ...document import Cell, Table
from ...errors import LimitExceeded
from .tree import Costs, Floats, tree_edit_distance

MAX_NODE_PAIRS = 400_000_000  # 20,000 cells in each table: half a minute
MAX_CHARACTER_PAIRS = 200_000_000_000  # 450,000 characters in each: seconds, at 64 pairs a step


def teds(truth: Table, result: Table) -> float:
    """Tree edit distance similarity; 1 exactly for equal rows, spans and texts.

    As in the reference it may fall below 0 where two small tables have nothing in common.

    Cell texts are compared as they are: normalise them before. Symmetric.

    Raises:
        LimitExceeded: the tables are too large together to be compared.
    """
    return _similarity(truth, result, content=True)


def teds_structure(truth: Table, result: Table) -> float:
    """TEDS-S: the same with all texts left out; 1 exactly for equal rows and spans."""
    return _similarity(truth, result, content=False)


def _similarity(truth: Table, result: Table, content: bool) -> float:
    rows, others = list(truth.starts()), list(result.starts())
    if content:
        _check_texts(truth, result)
    nodes = [1 + table.shape[0] + len(table.cells) for table in (truth, result)]
    if nodes[0] * nodes[1] > MAX_NODE_PAIRS:
        raise LimitExceeded(
            f"{len(truth.cells)} and {len(result.cells)} cells are too many to compare",
            name=f"tables {truth.id} and {result.id}",
        )
    costs = _costs([c for row in rows for c in row], [c for row in others for c in row], content)
    distance = tree_edit_distance([len(r) for r in rows], [len(r) for r in others], costs)
    return 1.0 - distance / max(nodes)


def _check_texts(truth: Table, result: Table) -> None:
    lengths = [sum(len(cell.text) for cell in table.cells) for table in (truth, result)]
    if lengths[0] * lengths[1] > MAX_CHARACTER_PAIRS:
        raise LimitExceeded(
            f"{lengths[0]} and {lengths[1]} characters are too many to compare",
            name=f"tables {truth.id} and {result.id}",
        )


def _costs(cells: list[Cell], others: list[Cell], content: bool) -> Costs:
    spans, other_spans = _spans(cells), _spans(others)
    numbers: dict[str, int] = {}  # many cells bear one text: 0.00, or none
    index = np.array([numbers.setdefault(cell.text, len(numbers)) for cell in others], np.int64)
    other_texts = list(numbers)
    lengths = np.array([len(text) for text in other_texts], np.int64)

    def block(first: int, last: int) -> Floats:
        unlike: Floats = np.any(spans[first:last, None] != other_spans[None], axis=2).astype(np.float64)
        if not content or first == last or not others:
            return unlike
        own = [cell.text for cell in cells[first:last]]
        edits = cdist(own, other_texts, scorer=Levenshtein.distance, dtype=np.int64)
        longest = np.maximum(np.array([len(text) for text in own])[:, None], lengths)
        shares: Floats = (edits / np.maximum(longest, 1))[:, index]
        return np.where(unlike > 0, unlike, shares)

    return block


def _spans(cells: list[Cell]) -> NDArray[np.int64]:
    return np.array([(c.row_span, c.col_span) for c in cells], np.int64).reshape(-1, 2)
