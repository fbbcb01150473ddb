"""Rulings on bad paper: faint, broken, folded, shone through, crossed by a pen, among tight text."""

import itertools
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from crossfoot.layout.engine import Grid
from crossfoot.layout.engines import LinesEngine
from crossfoot.layout.ink import black_ink
from crossfoot.layout.options import LayoutOptions
from crossfoot.layout.regions import find_regions
from crossfoot.layout.rulings import Segment, Segments, find_segments, join_segments
from crossfoot.layout.strokes import find_strokes
from hypothesis import given
from hypothesis import strategies as st

Page = np.ndarray
ROWS, COLUMNS = tuple(range(100, 1001, 36)), (60, 200, 420, 540, 660, 760)  # at 100 dpi
SHAPE = (len(ROWS) - 1, len(COLUMNS) - 1)


def table(ink: int = 0, paper: int = 245) -> Page:
    """A ruled table with digits in its cells, (1170, 827, 3)."""
    page = np.full((1170, 827, 3), paper, np.uint8)
    for y in ROWS:
        cv2.line(page, (COLUMNS[0], y), (COLUMNS[-1], y), (ink,) * 3, 1)
    for x in COLUMNS:
        cv2.line(page, (x, ROWS[0]), (x, ROWS[-1]), (ink,) * 3, 1)
    for y in ROWS[:-1]:
        for x in COLUMNS[1:]:
            cv2.putText(
                page, "123.45", (x - 58, y + 23), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA
            )
    return page


def grids(page: Page) -> tuple[Grid, ...]:
    return LinesEngine(LayoutOptions()).find(page, black_ink(page)).grids


def creased(page: Page) -> Page:
    """Two folds: a thin shade through the whole page, toner broken off along it over a millimetre."""
    for across, at, slope in ((True, 511, 0.012), (False, 330, -0.01)):
        for along in range(page.shape[1 if across else 0]):
            middle = round(at + slope * along)
            strip = (
                (slice(middle - 2, middle + 3), along) if across else (along, slice(middle - 2, middle + 3))
            )
            page[strip] = 245
            line = (middle, along) if across else (along, middle)
            page[line] = 220
    return page


def shone_through(page: Page) -> Page:
    """The page itself mirrored, at a quarter of its ink, softened."""
    back = cv2.GaussianBlur(255 - table(), (0, 0), 0.8)[:, ::-1]
    shifted = np.roll(back, (13, 29), axis=(0, 1))
    return np.clip(page.astype(np.int16) - shifted // 4, 0, 255).astype(np.uint8)


def broken(page: Page) -> Page:
    """A sixth of all pixels of every fourth line missing, in pieces."""
    rng = np.random.default_rng(5)
    for y in ROWS[::4]:
        for x in rng.integers(COLUMNS[0], COLUMNS[-1], 30).tolist():
            page[y - 1 : y + 2, x : x + 4] = 245
    return page


def signed(page: Page) -> Page:
    """A pen's strokes, some nearly upright, over a dozen rows."""
    points = [(250, 300), (262, 372), (300, 360), (308, 430), (330, 380), (352, 470), (380, 400)]
    for start, end in itertools.pairwise(points):
        cv2.line(page, start, end, (20, 20, 20), 3, cv2.LINE_AA)
    return page


def noisy(page: Page) -> Page:
    rng = np.random.default_rng(3)
    return np.clip(page + rng.normal(0, 6, page.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("spoil", [creased, shone_through, broken, signed, noisy])
def test_the_grid_is_what_is_printed(spoil: Callable[[Page], Page]) -> None:
    (grid,) = grids(spoil(table()))
    assert (grid.shape, len(grid.cells)) == (SHAPE, SHAPE[0] * SHAPE[1])


def test_lines_fainter_than_the_type_are_followed() -> None:
    (grid,) = grids(noisy(table(ink=175)))
    assert (grid.shape, len(grid.cells)) == (SHAPE, SHAPE[0] * SHAPE[1])


def test_one_faint_line_among_strong_ones_is_a_line() -> None:
    page = table()
    page[ROWS[7], COLUMNS[0] : COLUMNS[-1]] = 140
    (grid,) = grids(noisy(page))
    assert grid.shape == SHAPE


def test_tight_rows_of_large_type_have_no_rulings_of_their_own(font_path: str) -> None:
    """Characters as high as their rows, with long level strokes, set side by side."""
    from PIL import Image, ImageDraw, ImageFont

    page = np.full((1170, 827, 3), 245, np.uint8)
    rows = range(100, 700, 22)
    for y in rows:
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 1)
    for x in (60, 420, 760):
        cv2.line(page, (x, 100), (x, rows[-1]), (0, 0, 0), 1)
    image = Image.fromarray(page)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(font_path, 17)
    for y in rows[:-1]:
        pen.text((66, y + 1), "机关事业单位基本养老保险", fill=0, font=font)
        pen.text((426, y + 1), "三上下工王正事中申甲由", fill=0, font=font)
    (grid,) = grids(np.asarray(image))
    assert (grid.shape, len(grid.cells)) == ((len(rows) - 1, 2), 2 * (len(rows) - 1))


@given(
    st.floats(-0.01, 0.01),
    st.floats(-4e-6, 4e-6),
    st.lists(st.integers(20, 60), min_size=3, max_size=25),
    st.integers(0, 2**32 - 1),
)
def test_pieces_of_slanted_lines_find_together(
    slope: float, rate: float, steps: list[int], seed: int
) -> None:
    """Lines whose slope changes down the page, each in pieces: as many rulings as there are lines."""
    rng = np.random.default_rng(seed)
    segments = []
    for y in np.cumsum(steps).tolist():
        tilt = slope + rate * y
        cuts = np.sort(rng.integers(100, 1900, 2))
        for start, end in ((0, cuts[0]), (cuts[0] + 9, cuts[1]), (cuts[1] + 9, 2000)):
            if end - start >= 30:
                middle = (start + end) / 2
                segments.append(
                    Segment(float(start), float(end), y + tilt * (middle - 1000), 1.0, 255.0, tilt)
                )
    rulings = join_segments(segments, 200)
    assert len(rulings) == len(steps)
    for ruling, y in zip(rulings, np.cumsum(steps).tolist(), strict=True):
        assert ruling.at(1000) == pytest.approx(y, abs=1)


def test_a_segment_that_lies_on_no_stroke_makes_no_region_of_the_whole_page() -> None:
    strokes = find_strokes(black_ink(table()))
    found = find_segments(strokes)
    astray = Segment(20.0, 60.0, 1150.0, 1.0)
    regions = find_regions(strokes, Segments((*found.horizontal, astray), found.vertical))
    assert [r.box.height < 950 for r in regions] == [True]


def test_a_table_in_a_frame_keeps_the_rulings_that_touch_no_others() -> None:
    """A page's frame, in it a table, in that a row whose ruling was broken off at both ends."""
    page = table()
    page[ROWS[5] - 1 : ROWS[5] + 2, COLUMNS[0] + 4 : COLUMNS[0] + 20] = 245
    page[ROWS[5] - 1 : ROWS[5] + 2, COLUMNS[-1] - 20 : COLUMNS[-1] - 4] = 245
    for x in COLUMNS[1:-1]:
        page[ROWS[5] - 9 : ROWS[5] + 10, x - 11 : x + 12] = 245
    cv2.rectangle(page, (25, 40), (800, 1140), (0, 0, 0), 2)
    framed = [g for g in grids(page) if g.shape[0] > 2]
    assert [g.shape for g in framed] == [SHAPE]
