"""Grids from rulings: what is drawn is what is found."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from crossfoot.document import Document
from crossfoot.layout.engine import Grid, load_grid_engine
from crossfoot.layout.engines import LinesEngine
from crossfoot.layout.ink import black_ink
from crossfoot.layout.options import LayoutOptions
from crossfoot.layout.spans import merge_spans
from crossfoot.layout.upright import make_upright
from crossfoot.source import open_source
from hypothesis import given, settings
from hypothesis import strategies as st

HEIGHT, WIDTH = 1170, 827  # A4 at 100 dpi
Tiling = tuple[tuple[int, int], list[tuple[int, int, int, int]]]


@st.composite
def tilings(draw: st.DrawFn, most: int = 8) -> Tiling:
    """A table's shape and its cells, some of them spanning, that cover it exactly.

    Every line between two rows or columns is drawn somewhere, or there would be no such line.
    """
    rows, cols = draw(st.integers(2, most)), draw(st.integers(2, most))
    owner = np.arange(rows * cols).reshape(rows, cols)
    for _ in range(draw(st.integers(0, 4))):
        top, left = draw(st.integers(0, rows - 1)), draw(st.integers(0, cols - 1))
        height, width = draw(st.integers(1, rows - top)), draw(st.integers(1, cols - left))
        block = owner[top : top + height, left : left + width]
        others = np.setdiff1d(owner, block)
        if not np.isin(block, others).any() and not any((owner == v).sum() > 1 for v in np.unique(block)):
            block[:] = block.min()
    if (owner[1:] == owner[:-1]).all(axis=1).any() or (owner[:, 1:] == owner[:, :-1]).all(axis=0).any():
        owner = np.arange(rows * cols).reshape(rows, cols)
    cells = []
    for label in np.unique(owner):
        r, c = np.nonzero(owner == label)
        cells.append((int(r.min()), int(c.min()), int(np.ptp(r)) + 1, int(np.ptp(c)) + 1))
    return (rows, cols), sorted(cells)


def drawn(tiling: Tiling, thickness: int = 2, slant: float = 0.0) -> np.ndarray:
    """A page with the tiling's cells outlined; `slant` in pixels over the page's width."""
    (rows, cols), cells = tiling
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    ys, xs = np.linspace(100, 1000, rows + 1).astype(int), np.linspace(60, 760, cols + 1).astype(int)
    for row, col, height, width in cells:
        corners = [
            (int(x), int(y + slant * x / WIDTH))
            for x, y in (
                (xs[col], ys[row]),
                (xs[col + width], ys[row]),
                (xs[col + width], ys[row + height]),
                (xs[col], ys[row + height]),
            )
        ]
        cv2.polylines(page, [np.array(corners)], True, (0, 0, 0), thickness)
    return page


def grids(page: np.ndarray, **options: int) -> tuple[Grid, ...]:
    return LinesEngine(LayoutOptions(**options)).find(page, black_ink(page)).grids  # type: ignore[arg-type]


def spans(grid: Grid) -> list[tuple[int, int, int, int]]:
    return sorted((c.row, c.col, c.row_span, c.col_span) for c in grid.cells)


@settings(max_examples=60, deadline=None)
@given(tilings(), st.integers(1, 4), st.sampled_from([-2.0, 0.0, 2.0]))
def test_drawn_tilings_are_recovered(tiling: Tiling, thickness: int, slant: float) -> None:
    (grid,) = grids(drawn(tiling, thickness, slant))
    assert (grid.shape, spans(grid)) == tiling


def test_boxes_lie_on_the_drawn_lines() -> None:
    (grid,) = grids(drawn(((3, 2), [(r, c, 1, 1) for r in range(3) for c in range(2)])))
    boxes = {(c.row, c.col): c.box for c in grid.cells}
    assert boxes[0, 0].to_list() == pytest.approx([60, 100, 410, 400], abs=1.5)
    assert boxes[2, 1].to_list() == pytest.approx([410, 700, 760, 1000], abs=1.5)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 7), st.integers(1, 7), st.data())
def test_spans_cover_every_address_once_whatever_is_ruled(rows: int, cols: int, data: st.DataObject) -> None:
    def mask(shape: tuple[int, int]) -> np.ndarray:
        size = shape[0] * shape[1]
        return np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), bool).reshape(shape)

    result = merge_spans((rows, cols), mask((rows - 1, cols)), mask((rows, cols - 1)))
    covered = [(r + i, c + j) for r, c, h, w in result for i in range(h) for j in range(w)]
    assert sorted(covered) == [(r, c) for r in range(rows) for c in range(cols)]


def test_a_broken_ruling_between_whole_ones_is_followed() -> None:
    page = drawn(((4, 3), [(r, c, 1, 1) for r in range(4) for c in range(3)]))
    page[540:556, 330:400] = 255  # a third of one side of the middle line
    (grid,) = grids(page)
    assert grid.shape == (4, 3)
    assert len(grid.cells) == 12


def test_missing_side_borders_are_taken_from_the_lines_that_end_there() -> None:
    page = drawn(((4, 3), [(r, c, 1, 1) for r in range(4) for c in range(3)]))
    page[104:324, 55:65] = 255
    page[329:996, 55:65] = 255  # the left border, but for its joints
    (grid,) = grids(page)
    assert grid.shape == (4, 3)


def test_strokes_of_large_characters_are_no_rulings(font_path: str) -> None:
    from PIL import Image, ImageDraw, ImageFont

    page = drawn(((3, 2), [(r, c, 1, 1) for r in range(3) for c in range(2)]))
    image = Image.fromarray(page)
    pen = ImageDraw.Draw(image)
    for row in range(3):
        for size, x in ((14, 70), (18, 420)):  # 10 and 13 points at 100 dpi
            font = ImageFont.truetype(font_path, size)
            pen.text((x, 240 + 300 * row), "一般公共服务支出决算总表单位上年结转", fill=0, font=font)
            pen.text((x, 270 + 300 * row), "合计收入支出上年小计", fill=0, font=font)
    (grid,) = grids(np.asarray(image))
    assert grid.shape == (3, 2)
    assert len(grid.cells) == 6


@pytest.mark.parametrize(
    "paint",
    [
        lambda page: None,
        lambda page: page.fill(0),
        lambda page: cv2.rectangle(page, (100, 100), (700, 900), (0, 0, 0), 2),  # a frame is one cell
        lambda page: [cv2.line(page, (50, y), (780, y), (0, 0, 0), 2) for y in range(100, 1000, 50)],
        lambda page: cv2.circle(page, (400, 500), 300, (0, 0, 0), 3),
        lambda page: page.__setitem__(
            slice(None), np.random.default_rng(1).integers(0, 256, page.shape, dtype=np.uint8)
        ),
    ],
    ids=["blank", "black", "frame", "rows only", "circle", "noise"],
)
def test_pages_without_a_grid_give_none(paint) -> None:  # type: ignore[no-untyped-def]
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    paint(page)
    assert grids(page) == ()


def test_a_page_of_too_many_cells_is_bounded() -> None:
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for x in range(30, 800, 20):
        cv2.line(page, (x, 30), (x, 1130), (0, 0, 0), 1)
    for y in range(30, 1131, 20):
        cv2.line(page, (30, y), (790, y), (0, 0, 0), 1)
    assert grids(page, max_cells=500) == ()
    assert grids(page)[0].shape == (55, 38)


def test_two_tables_are_two_grids_in_reading_order() -> None:
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for top in (600, 100):
        for y in (top, top + 100, top + 200):
            cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
        for x in (60, 400, 760):
            cv2.line(page, (x, top), (x, top + 200), (0, 0, 0), 2)
    first, second = grids(page)
    assert first.box.bottom < second.box.top


def test_a_red_seal_over_the_lines_leaves_the_grid_alone() -> None:
    tiling = ((4, 3), [(r, c, 1, 1) for r in range(4) for c in range(3)])
    page = drawn(tiling)
    seal = page.copy()
    cv2.circle(seal, (400, 550), 120, (60, 60, 220), 9)
    cv2.line(seal, (300, 500), (520, 500), (60, 60, 220), 5)
    stamped = np.minimum(page, seal)
    (grid,) = grids(stamped)
    assert (grid.shape, spans(grid)) == tiling


@pytest.mark.parametrize("name", ["lines", "img2table"])
def test_both_engines_find_the_spans_of_a_sample(name: str, samples: Path) -> None:
    truth = Document.load(samples / "budget-2020-summary.json").tables[0]
    with open_source(samples / "budget-2020-summary.pdf") as source:
        page = make_upright(source.load(1).image, 5.0).image
    options = LayoutOptions(grid=name)  # type: ignore[arg-type]
    (grid,) = load_grid_engine(options).find(page, black_ink(page)).grids
    assert spans(grid) == sorted((c.row, c.col, c.row_span, c.col_span) for c in truth.cells)
