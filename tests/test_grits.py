"""GriTS equals a plain transcription of the paper's search, and has the properties of a similarity."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from crossfoot.document import Box, Cell, Part, Table
from crossfoot.errors import LimitExceeded
from crossfoot.eval.metrics import grits as module
from crossfoot.eval.metrics.grits import Grits, grits
from hypothesis import given, settings
from hypothesis import strategies as st
from random_tables import damaged, random_table, table_from, with_boxes, without_row

SEEDS = st.integers(0, 2**32 - 1)
Grid = list[list[Any]]
Reward = Callable[[Any, Any], float]


def _common(a: str, b: str) -> float:
    longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, j in product(range(len(a)), range(len(b))):
        step = longest[i][j] + 1 if a[i] == b[j] else max(longest[i][j + 1], longest[i + 1][j])
        longest[i + 1][j + 1] = step
    return 2 * longest[-1][-1] / (len(a) + len(b)) if a or b else 1.0


def _iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (areas - width * height)


def _best(lines: int, others: int, score: Callable[[int, int], float]) -> tuple[float, list[tuple[int, int]]]:
    """The ordered pairing of greatest score; ties as in the paper's program."""
    best = [[0.0] * (others + 1) for _ in range(lines + 1)]
    for i, j in product(range(lines), range(others)):
        best[i + 1][j + 1] = max(best[i][j] + score(i, j), best[i][j + 1], best[i + 1][j])
    pairs, i, j = [], lines, others
    while i and j:
        if best[i][j] == best[i - 1][j - 1] + score(i - 1, j - 1):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return best[-1][-1], pairs


def _paper(truth: Grid, result: Grid, reward: Reward) -> float:
    sizes = [len(grid) * len(grid[0]) if grid else 0 for grid in (truth, result)]
    if not all(sizes):
        return float(sizes[0] == sizes[1])

    def lines(a: Grid, b: Grid) -> list[tuple[int, int]]:
        inner = {
            (i, k): _best(len(a[i]), len(b[k]), lambda j, m: reward(a[i][j], b[k][m]))[0]  # noqa: B023
            for i, k in product(range(len(a)), range(len(b)))
        }
        return _best(len(a), len(b), lambda i, k: inner[i, k])[1]

    rows = lines(truth, result)
    cols = lines([list(c) for c in zip(*truth, strict=True)], [list(c) for c in zip(*result, strict=True)])
    matched = sum(reward(truth[i][j], result[k][m]) for (i, k), (j, m) in product(rows, cols))
    return 2 * matched / sum(sizes)


def _grid(table: Table, value: Callable[[Cell, int, int], Any]) -> Grid:
    rows, cols = table.shape
    return [[value(table.cell_at(r, c), r, c) for c in range(cols)] for r in range(rows)]


def _span(cell: Cell, row: int, col: int) -> tuple[int, ...]:
    return cell.col - col, cell.row - row, cell.cols.stop - col, cell.rows.stop - row


def _expected(truth: Table, result: Table) -> tuple[float, float, float]:
    def score(value: Callable[[Cell, int, int], Any], reward: Reward) -> float:
        return _paper(_grid(truth, value), _grid(result, value), reward)

    return (
        score(_span, _iou),
        score(lambda cell, *_: cell.text, _common),
        score(lambda cell, *_: tuple(cell.box.to_list()) if cell.box else (), _iou),
    )


def pair(seed: int) -> tuple[Table, Table]:
    rng = np.random.default_rng(seed)
    truth = random_table(rng)
    result = damaged(rng, truth) if seed % 3 else random_table(rng)
    return with_boxes(truth), with_boxes(result, pitch=21)


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_equals_the_search_of_the_paper(first: int) -> None:
    for seed in range(first, first + 30):
        truth, result = pair(seed)
        ours = grits(truth, result)
        # Where two alignments differ by a rounding error only, either may be chosen: none of
        # these pairs has such a tie.
        assert (ours.top, ours.con, ours.loc) == pytest.approx(_expected(truth, result), abs=1e-9), seed


def test_ties_skip_a_line_of_the_truth() -> None:
    lines, others = module._align(np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert (lines.tolist(), others.tolist()) == ([0], [1])
    lines, others = module._align(np.zeros((2, 2)))  # pairing comes before skipping
    assert (lines.tolist(), others.tolist()) == ([0, 1], [0, 1])


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_bounds_and_what_one_means(seed: int) -> None:
    truth, result = pair(seed)
    assert grits(truth, truth) == Grits(1.0, 1.0, 1.0)
    score = grits(truth, result)
    assert score.loc is not None
    assert all(0 <= value <= 1 for value in (score.top, score.con, score.loc))
    assert (score.top == 1.0) == (_grid(truth, _span) == _grid(result, _span))
    texts = [_grid(table, lambda cell, *_: cell.text) for table in (truth, result)]
    assert (score.con == 1.0) == (texts[0] == texts[1])


def test_a_lost_row_costs_its_own_addresses() -> None:
    cells = [Cell(r, c, text=chr(0x4E00 + 9 * r + c)) for r in range(8) for c in range(3)]
    truth = with_boxes(table_from(cells, (8, 3)))
    result = without_row(truth, 4)  # the boxes stay where they were
    assert grits(truth, result) == Grits(*[pytest.approx(2 * 21 / (24 + 21))] * 3)


def test_a_split_cell_costs_topology_but_not_repeated_content() -> None:
    merged = table_from(
        [Cell(0, 0, col_span=2, text="支出"), Cell(1, 0, text="1"), Cell(1, 1, text="2")], (2, 2)
    )
    cells = [Cell(0, 0, text="支出"), Cell(0, 1, text="支出"), *merged.cells[1:]]
    score = grits(merged, table_from(cells, (2, 2)))
    assert score == Grits(top=pytest.approx(0.75), con=1.0, loc=None)


def test_more_foreign_texts_never_raise_content() -> None:
    cells = [Cell(r, c, text=chr(0x4E00 + 9 * r + c)) for r in range(6) for c in range(4)]
    truth = table_from(cells, (6, 4))
    scores = [1.0]
    for index in np.random.default_rng(3).permutation(len(cells)):
        cells[index] = replace(cells[index], text="§")
        scores.append(grits(truth, table_from(cells, (6, 4))).con)
    assert scores == sorted(scores, reverse=True)
    assert (scores[6], scores[-1]) == (pytest.approx(18 / 24), 0.0)


def test_boxes_on_other_pages_do_not_overlap() -> None:
    def on_page(page: int) -> Table:
        return table_from([Cell(0, 0, parts=(Part(page, Box(0, 0, 9, 9)),))], (1, 1))

    assert grits(on_page(1), on_page(1)).loc == 1.0
    assert grits(on_page(1), on_page(2)).loc == 0.0


def test_boxes_without_area() -> None:
    def line(left: float) -> Table:
        return table_from([Cell(0, 0, parts=(Part(1, Box(left, 0, 9, 0)),))], (1, 1))

    assert grits(line(0), line(0)).loc == 1.0
    assert grits(line(0), line(1)).loc == 0.0


def test_degenerate_tables() -> None:
    nothing, one = table_from([], (0, 0)), with_boxes(table_from([Cell(0, 0)], (1, 1)))
    assert grits(nothing, nothing) == grits(one, one) == Grits(1.0, 1.0, 1.0)
    assert grits(nothing, one) == grits(one, nothing) == Grits(0.0, 0.0, 0.0)
    assert grits(one, table_from([Cell(0, 0)], (1, 1))).loc is None  # one side has no boxes


def test_a_page_long_table_takes_well_under_a_second() -> None:
    rng = np.random.default_rng(5)

    def table() -> Table:
        texts = rng.random((40, 10)).round(9).astype(str)
        return with_boxes(table_from([Cell(*at, text=texts[at]) for at in np.ndindex(40, 10)], (40, 10)))

    truth, result = table(), table()
    grits(truth, truth)
    start = time.perf_counter()
    grits(truth, result)
    assert time.perf_counter() - start < 1  # 50 ms on one core


@pytest.mark.parametrize("limit", ["MAX_ADDRESS_PAIRS", "MAX_CHARACTER_PAIRS"])
def test_too_large_is_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, limit, 3)
    table = table_from([Cell(0, col, text="1") for col in range(2)], (1, 2))
    with pytest.raises(LimitExceeded, match="2 and 2"):
        grits(table, table)
