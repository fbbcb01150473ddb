"""Grids from the alignment of text: the tables that rulings do not tell, drawn as boxes of their text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from crossfoot.document import Box
from crossfoot.layout.alignment import grid_from_text
from crossfoot.layout.engine import Grid, Rule
from hypothesis import given, settings
from hypothesis import strategies as st

EM = 20.0
INSET = 0.25 * EM
ROW = 1.8 * EM
EDGES = (100.0, 200.0, 420.0, 560.0, 700.0, 840.0)  # code, name and three amounts


def text(left: float, right: float, y: float, size: float, align: str, *, digits: bool = False) -> Box:
    """A run of `size` em, `y` at its middle, aligned in a cell from left to right."""
    high, width = (0.72 if digits else 0.92) * EM, size * EM
    start = {"left": left + INSET, "right": right - INSET - width, "centre": (left + right - width) / 2}[
        align
    ]
    return Box(start, y - high / 2, start + width, y + high / 2)


def body(rows: int, top: float, seed: int = 1) -> list[Box]:
    """Rows of a code, a name of some length and three amounts."""
    draw = np.random.default_rng(seed)
    runs: list[Box] = []
    for row in range(rows):
        y = top + (row + 0.5) * ROW
        runs.append(text(EDGES[0], EDGES[1], y, float(draw.choice((1.5, 2.5, 3.5))), "left", digits=True))
        runs.append(text(EDGES[1], EDGES[2], y, float(draw.choice((4, 6, 8, 9))), "left"))
        for left, right in pairwise(EDGES[2:]):
            runs.append(text(left, right, y, float(draw.choice((2.0, 3.0, 4.0))), "right", digits=True))
    return runs


def heads(y: float, sizes: Sequence[float] = (2, 4, 2, 4, 4)) -> list[Box]:
    """A head in the middle of each column."""
    return [
        text(left, right, y, size, "centre")
        for left, right, size in zip(EDGES, EDGES[1:], sizes, strict=False)
    ]


def region(rows: float) -> Box:
    return Box(EDGES[0], 0, EDGES[-1], rows * ROW)


def spans(grid: Grid | None) -> set[tuple[int, int, int, int]]:
    """Cells of more than one address."""
    assert grid is not None
    return {(c.row, c.col, c.row_span, c.col_span) for c in grid.cells if c.row_span * c.col_span > 1}


def covered(grid: Grid) -> list[tuple[int, int]]:
    return sorted(
        (row, col)
        for cell in grid.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for col in range(cell.col, cell.col + cell.col_span)
    )


def test_a_list_without_rulings() -> None:
    grid = grid_from_text(region(9), [*heads(0.5 * ROW), *body(8, ROW)], (), ())
    assert grid is not None
    assert grid.shape == (9, 5)
    assert spans(grid) == set()
    assert grid.score > 0.85


def test_a_heading_stands_in_the_middle_of_the_columns_that_it_heads() -> None:
    upper = text(EDGES[2], EDGES[5], 0.5 * ROW, 6, "centre")
    both = [text(left, right, ROW, 2, "centre") for left, right in pairwise(EDGES[:3])]
    lower = heads(1.5 * ROW)[2:]
    grid = grid_from_text(region(10), [upper, *both, *lower, *body(8, 2 * ROW)], (), ())
    assert grid is not None
    assert grid.shape == (10, 5)
    assert spans(grid) == {(0, 0, 2, 1), (0, 1, 2, 1), (0, 2, 1, 3)}


def test_lines_of_a_wrapped_label_straddle_the_figures_of_their_row() -> None:
    runs = [*heads(0.5 * ROW), *body(3, ROW)]
    y = 5 * ROW
    runs += [
        text(EDGES[1], EDGES[2], y - 0.65 * EM, 10.5, "left"),
        text(EDGES[1], EDGES[2], y + 0.65 * EM, 3, "left"),
    ]
    runs.append(text(EDGES[0], EDGES[1], y, 3.5, "left", digits=True))
    runs += [text(a, b, y, 3, "right", digits=True) for a, b in pairwise(EDGES[2:])]
    grid = grid_from_text(region(9), [*runs, *body(3, 6 * ROW, seed=2)], (), ())
    assert grid is not None
    assert grid.shape == (8, 5)


def test_a_total_that_stands_over_code_and_name_spans_them() -> None:
    runs = [*heads(0.5 * ROW), *body(7, ROW)]
    y = 8.5 * ROW
    runs.append(text(EDGES[0], EDGES[2], y, 2, "centre"))
    runs += [text(a, b, y, 4, "right", digits=True) for a, b in pairwise(EDGES[2:])]
    assert spans(grid_from_text(region(9), runs, (), ())) == {(8, 0, 1, 2)}


def test_an_empty_cell_of_a_list_stays_one() -> None:
    runs = [*heads(0.5 * ROW), *body(8, ROW)]
    del runs[5 + 5 * 3 + 3]
    grid = grid_from_text(region(9), runs, (), ())
    assert grid is not None
    assert grid.shape == (9, 5)
    assert spans(grid) == set()


def test_a_column_known_from_its_head_alone() -> None:
    runs = [run for run in [*heads(0.5 * ROW), *body(8, ROW)] if run.top < ROW or run.right < EDGES[4]]
    grid = grid_from_text(region(9), runs, (), ())
    assert grid is not None
    assert grid.shape == (9, 5)


def test_ordinals_are_no_column() -> None:
    runs = heads(0.5 * ROW)
    for row in range(8):
        y = (row + 1.5) * ROW
        ordinal = text(EDGES[1], EDGES[2], y, 1.3, "left")
        runs += [
            ordinal,
            Box(ordinal.right + 0.8 * EM, ordinal.top, ordinal.right + (4.8 + row % 3) * EM, ordinal.bottom),
        ]
        runs.append(text(EDGES[0], EDGES[1], y, (1.5, 3.5)[row % 2], "left", digits=True))
        runs += [text(a, b, y, 2 + row % 3, "right", digits=True) for a, b in pairwise(EDGES[2:])]
    grid = grid_from_text(region(9), runs, (), ())
    assert grid is not None
    assert grid.shape == (9, 5)


def test_characters_set_wide_are_one_text() -> None:
    runs = [*heads(0.5 * ROW)[:2], *heads(0.5 * ROW)[3:], *body(8, ROW)]
    middle = (EDGES[2] + EDGES[3]) / 2
    runs += [
        Box(middle + x * EM, 0.5 * ROW - 9, middle + (x + 0.92) * EM, 0.5 * ROW + 9) for x in (-1.46, 0.54)
    ]
    grid = grid_from_text(region(9), runs, (), ())
    assert grid is not None
    assert grid.shape == (9, 5)


def test_rulings_between_rows_tell_rows_whatever_the_text() -> None:
    y = [row * ROW for row in range(7)]
    rules = [Rule(at, EDGES[0], EDGES[-1]) for at in y]
    runs = [*heads(0.5 * ROW), *body(3, ROW)]  # the last two rows are blank
    grid = grid_from_text(region(6), runs, rules, ())
    assert grid is not None
    assert grid.shape == (6, 5)
    assert {round(cell.box.top) for cell in grid.cells} == {round(at) for at in y[:-1]}


def test_a_cell_spans_rows_where_no_ruling_parts_them() -> None:
    rules = [Rule(row * ROW, EDGES[0], EDGES[-1]) for row in range(8) if row != 1]
    rules.append(Rule(ROW, EDGES[2], EDGES[-1]))
    runs = [text(EDGES[2], EDGES[5], 0.5 * ROW, 6, "centre"), *heads(1.5 * ROW)[2:], *body(5, 2 * ROW)]
    runs += [text(left, right, ROW - 2, 2, "centre") for left, right in pairwise(EDGES[:3])]
    grid = grid_from_text(region(7), runs, rules, ())
    assert spans(grid) == {(0, 0, 2, 1), (0, 1, 2, 1), (0, 2, 1, 3)}


def test_strokes_of_characters_are_no_rulings() -> None:
    runs = [*heads(0.5 * ROW), *body(8, ROW)]
    strokes = [Rule(run.top + 1, run.left, run.right) for run in runs]
    assert grid_from_text(region(9), runs, strokes, ()) == grid_from_text(region(9), runs, (), ())


def test_specks_and_creases_change_nothing() -> None:
    runs = [*heads(0.5 * ROW), *body(8, ROW)]
    dirt = [Box(x, x / 3, x + 4, x / 3 + 4) for x in range(110, 800, 37)]
    crease = [Box(EDGES[0], 200, EDGES[-1], 203), Box(630, 0, 633, 9 * ROW)]
    clean, dirty = (grid_from_text(region(9), list(r), (), ()) for r in (runs, [*runs, *dirt, *crease]))
    assert clean is not None
    assert dirty is not None
    assert [(c.row, c.col, c.row_span, c.col_span) for c in clean.cells] == [
        (c.row, c.col, c.row_span, c.col_span) for c in dirty.cells
    ]


def test_a_score_falls_where_text_does_not_agree() -> None:
    draw = np.random.default_rng(3)
    orderly = grid_from_text(region(12), body(12, 0), (), ())
    places = [(draw.uniform(100, 780), draw.uniform(0, 12 * ROW)) for _ in range(90)]
    noise = [Box(x, y, x + draw.uniform(10, 60), y + 18) for x, y in places]
    jumble = grid_from_text(region(12), noise, (), ())
    assert orderly is not None
    assert jumble is not None
    assert orderly.score > 0.95
    assert jumble.score < 0.8
    assert jumble.reason


@pytest.mark.parametrize("count", [0, 1])
def test_too_little_text_for_a_table(count: int) -> None:
    assert grid_from_text(Box(0, 0, 100, 100), [Box(10, 10, 30, 30)] * count, (), ()) is None


boxes = st.tuples(st.floats(0, 900), st.floats(0, 600), st.floats(1, 200), st.floats(1, 40)).map(
    lambda b: Box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)
rules = st.tuples(st.floats(0, 640), st.floats(0, 500), st.floats(0, 500)).map(
    lambda r: Rule(r[0], r[1], r[1] + r[2])
)


@settings(max_examples=80, deadline=None)
@given(st.lists(boxes, max_size=40), st.lists(rules, max_size=12))
def test_any_text_gives_a_complete_grid_or_none(runs: list[Box], across: list[Rule]) -> None:
    page = Box(0, 0, 1100, 640)
    grid = grid_from_text(page, runs, across, ())
    assert grid == grid_from_text(page, runs, across, ())
    if grid is not None:
        rows, cols = grid.shape
        assert covered(grid) == [(row, col) for row in range(rows) for col in range(cols)]
        assert 0 <= grid.score <= 1


@pytest.mark.parametrize("count", [2_000, 8_000])
def test_a_page_of_noise_takes_bounded_time(count: int) -> None:
    draw = np.random.default_rng(count)
    places = [(draw.uniform(0, 2000), draw.uniform(0, 2000)) for _ in range(count)]
    runs = [Box(x, y, x + draw.uniform(3, 60), y + draw.uniform(3, 30)) for x, y in places]
    start = time.process_time()
    grid_from_text(Box(0, 0, 2060, 2030), runs, (), ())
    assert time.process_time() - start < 4
