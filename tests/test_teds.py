"""TEDS equals the published program on th-free HTML, and its shortcuts equal a general algorithm."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape

import numpy as np
import pytest
from apted import APTED, Config
from crossfoot.document import Cell, Table
from crossfoot.errors import LimitExceeded
from crossfoot.eval.metrics import teds as module
from crossfoot.eval.metrics.teds import teds, teds_structure
from crossfoot.eval.metrics.tree import tree_edit_distance
from hypothesis import given, settings
from hypothesis import strategies as st
from random_tables import damaged, random_table, table_from, without_row
from table_recognition_metric import TEDS

EXACT = 1e-9  # sums of some hundred costs, in another order
SEEDS = st.integers(0, 2**32 - 1)


def reference_html(table: Table) -> str:
    rows = ("<tr>" + "".join(_td(cell) for cell in cells) + "</tr>" for cells in table.starts())
    return f"<html><body><table>{''.join(rows)}</table></body></html>"


def _td(cell: Cell) -> str:
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    return f"<td{spans}>{escape(cell.text)}</td>"


def pair(seed: int) -> tuple[Table, Table]:
    rng = np.random.default_rng(seed)
    truth = random_table(rng)
    return truth, (damaged(rng, truth) if seed % 3 else random_table(rng))


@pytest.mark.parametrize("structure", [False, True])
def test_equals_the_reference_on_400_random_pairs(structure: bool) -> None:
    reference = TEDS(structure_only=structure)
    ours = teds_structure if structure else teds
    seen = set()
    for seed in range(400):
        truth, result = pair(seed)
        expected = reference(reference_html(result), reference_html(truth))
        assert ours(truth, result) == pytest.approx(expected, abs=EXACT), seed
        seen.add(round(expected, 3))
    assert len(seen) > 100  # the pairs are of every likeness, not all 0 or 1


class _Node:
    def __init__(self, level: str, number: int, children: Sequence[_Node] = ()) -> None:
        self.level, self.number, self.children = level, number, list(children)


class _Costs(Config):  # type: ignore[misc]
    def __init__(self, costs: np.ndarray) -> None:
        self.costs = costs

    def rename(self, node1: _Node, node2: _Node) -> float:
        if node1.level != node2.level:
            return 1.0
        return float(self.costs[node1.number, node2.number]) if node1.level == "cell" else 0.0


def _tree(widths: Sequence[int]) -> _Node:
    numbers = iter(range(sum(widths)))
    rows = [_Node("row", -1, [_Node("cell", next(numbers)) for _ in range(width)]) for width in widths]
    return _Node("table", -1, rows)


WIDTHS = st.lists(st.integers(0, 4), max_size=6)  # rows without cells, and ragged ones


@settings(max_examples=300, deadline=None)
@given(WIDTHS, WIDTHS, SEEDS, st.booleans())
def test_the_distance_of_two_levels_is_the_general_one(
    widths: list[int], others: list[int], seed: int, structure: bool
) -> None:
    rng = np.random.default_rng(seed)
    shape = (sum(widths), sum(others))
    costs = rng.integers(0, 2, shape).astype(float) if structure else rng.random(shape) ** 2
    expected = APTED(_tree(widths), _tree(others), _Costs(costs)).compute_edit_distance()
    assert tree_edit_distance(widths, others, lambda i, j: costs[i:j]) == pytest.approx(expected, abs=EXACT)


def test_rows_without_cells_may_become_cells() -> None:
    # Three empty rows against one row of three cells: each row renamed, one row inserted.
    assert tree_edit_distance([0, 0, 0], [3], lambda i, j: np.ones((j - i, 3))) == 4
    assert tree_edit_distance([3], [0, 0, 0], lambda i, j: np.ones((j - i, 0))) == 4


def test_cells_of_a_lost_border_are_found_again() -> None:
    # One row cut into two: its cells pair across, and only the second row node is lost.
    whole = table_from([Cell(0, col, text=str(col)) for col in range(4)], (1, 4))
    halves = table_from([Cell(n // 2, n % 2, text=str(n)) for n in range(4)], (2, 2))
    assert teds(whole, halves) == pytest.approx(1 - 3 / 7)  # two cells and a row


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_symmetric_and_within_bounds(seed: int) -> None:
    truth, result = pair(seed)
    for metric in (teds, teds_structure):
        assert 0 <= metric(truth, result) <= 1
        assert metric(truth, result) == pytest.approx(metric(result, truth), abs=EXACT)
    assert teds(truth, result) <= teds_structure(truth, result) + EXACT


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_one_exactly_for_equal_rows_spans_and_texts(seed: int) -> None:
    truth, result = pair(seed)
    assert teds(truth, truth) == 1.0
    equal = [[(c.row_span, c.col_span, c.text) for c in row] for row in truth.starts()] == [
        [(c.row_span, c.col_span, c.text) for c in row] for row in result.starts()
    ]
    assert (teds(truth, result) == 1.0) == equal


def test_header_cells_are_cells() -> None:
    truth = table_from([Cell(0, 0, header=True, text="合计"), Cell(1, 0, text="1")], (2, 1))
    same = table_from([replace(cell, header=False) for cell in truth.cells], (2, 1))
    wrong = table_from([replace(truth.cells[0], text="总计"), truth.cells[1]], (2, 1))
    assert teds(truth, same) == 1.0
    assert teds(truth, wrong) == pytest.approx(1 - 0.5 / 5)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_more_foreign_texts_never_raise_the_score(seed: int) -> None:
    truth, result = pair(seed)
    cells = list(result.cells)
    score = teds(truth, result)
    for index in np.random.default_rng(seed).permutation(len(cells)):
        cells[index] = replace(cells[index], text="§" * max(1, len(cells[index].text)))
        worse = teds(truth, table_from(cells, result.shape))
        assert worse <= score + EXACT
        score = worse


def test_losing_more_rows_never_raises_the_score() -> None:
    truth = table_from([Cell(r, c, text=f"{r}.{c}") for r in range(8) for c in range(3)], (8, 3))
    scores = [1.0]
    result = truth
    for _ in range(7):
        result = without_row(result, 0)
        scores.append(teds(truth, result))
    assert scores == sorted(scores, reverse=True)
    assert scores[1] == pytest.approx(1 - 4 / 33)


@pytest.mark.parametrize("metric", [teds, teds_structure])
def test_degenerate_tables(metric: Callable[[Table, Table], float]) -> None:
    nothing, one = table_from([], (0, 0)), table_from([Cell(0, 0, text="")], (1, 1))
    assert metric(nothing, nothing) == metric(one, one) == 1.0
    assert metric(nothing, one) == pytest.approx(1 / 3)  # the roots are alike


def test_a_page_long_table_takes_well_under_a_second() -> None:
    rng = np.random.default_rng(5)

    def table() -> Table:
        texts = rng.random((40, 10)).round(9).astype(str)  # all unlike: nothing repeats
        return table_from([Cell(*at, text=texts[at]) for at in np.ndindex(40, 10)], (40, 10))

    truth, result = table(), table()
    teds(truth, truth)
    start = time.perf_counter()
    teds(truth, result)
    assert time.perf_counter() - start < 1  # 40 ms on one core


def test_too_large_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = table_from([Cell(0, 0, text="x" * 50)], (1, 1))
    monkeypatch.setattr(module, "MAX_CHARACTER_PAIRS", 2000)
    with pytest.raises(LimitExceeded, match="50 and 50 characters"):
        teds(truth, truth)
    assert teds_structure(truth, truth) == 1.0
    monkeypatch.setattr(module, "MAX_NODE_PAIRS", 8)
    with pytest.raises(LimitExceeded, match="1 and 1 cells"):
        teds_structure(truth, truth)
