"""Ink is what is darker than paper, by the page's own measure, whatever the light."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from crossfoot.layout.engine import load_grid_engine
from crossfoot.layout.ink import black_ink
from crossfoot.layout.light import absorbed, paper_level
from crossfoot.layout.options import LayoutOptions
from hypothesis import given, settings
from hypothesis import strategies as st

HEIGHT, WIDTH = 1170, 827  # A4 at 100 pixels per inch


def printed(paper: int = 245, ink: int = 40, seed: int = 0, text: str = "crossfoot 1234567.89") -> np.ndarray:
    """A grey page of text with a frame and a thin ruling, with a scanner's grain."""
    page = np.full((HEIGHT, WIDTH), paper, np.uint8)
    for y in range(120, 1000, 40):
        cv2.putText(page, text, (80, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (ink,), 1, cv2.LINE_AA)
    cv2.rectangle(page, (60, 80), (760, 1020), (ink,), 2)
    page[540, 60:760] = round(paper - 0.35 * (paper - ink))  # a ruling that covers a third of its pixels
    grain = np.random.default_rng(seed).normal(0, 2, page.shape)
    return np.clip(page + grain, 0, 255).astype(np.uint8)


def scan(grey: np.ndarray) -> np.ndarray:
    return np.dstack([grey] * 3)


def shading(share: float) -> np.ndarray:
    """Light that falls off by `share` from one corner to the other."""
    x, y = np.linspace(0, 0.5, WIDTH)[None, :], np.linspace(0, 0.5, HEIGHT)[:, None]
    return 1 - share * (x + y)


@settings(max_examples=6, deadline=None)
@given(st.floats(0, 0.5))
def test_darkness_does_not_depend_on_the_light(share: float) -> None:
    page = printed()
    shaded = np.clip(page * shading(share), 0, 255).astype(np.uint8)
    even, uneven = black_ink(scan(page)).darkness, black_ink(scan(shaded)).darkness
    far = cv2.dilate((page < 200).astype(np.uint8), np.ones((5, 5))) == 0
    assert uneven[far].mean() < 2
    core = page < 70
    assert abs(float(even[core].mean()) - float(uneven[core].mean())) < 15


@pytest.mark.parametrize(("paper", "ink"), [(250, 20), (208, 82), (180, 110)])
def test_low_contrast_reaches_the_same_darkness(paper: int, ink: int) -> None:
    page = printed(paper, ink)
    result = black_ink(scan(page))
    assert result.darkness[page < ink + 0.1 * (paper - ink)].mean() > 215
    assert 60 < np.median(result.darkness[540, 70:750]) < 130  # the thin ruling is neither lost nor made bold


def test_what_shines_through_is_no_ink() -> None:
    page = printed()
    other = cv2.flip(printed(text="the other side 0.00"), 1)
    seen = np.minimum(page, 245 - 0.22 * (245.0 - other)).astype(np.uint8)
    only = (other < 150) & (cv2.dilate((page < 220).astype(np.uint8), np.ones((7, 7))) == 0)
    ink = black_ink(scan(seen))
    assert only.sum() > 1000
    assert (ink.mask[only] > 0).mean() < 0.01
    assert ink.darkness[only].mean() < 12
    assert (ink.mask[page < 100] > 0).all()


def test_faint_print_without_show_through_is_kept() -> None:
    page = printed()
    faint = page.astype(np.float64)
    for top in range(100, 1000, 80):  # every second line of text has lost half of its toner
        faint[top : top + 40] = 245 - 0.5 * (245 - faint[top : top + 40])
    ink = black_ink(scan(np.clip(faint, 0, 255).astype(np.uint8)))
    assert (ink.mask[page < 120] > 0).mean() > 0.99


def test_creases_are_shadows_and_no_ink() -> None:
    page = printed()
    light = np.ones(page.shape)
    y, x = np.arange(HEIGHT)[:, None], np.arange(WIDTH)[None, :]
    creases = (y - 530 - 0.015 * x, x - 405 + 0.01 * y)
    for distance in creases:
        light *= (
            1
            - 0.12 * np.exp(-np.abs(distance) / 24) * (distance > 0)
            - 0.08 * np.exp(-((distance / 1.4) ** 2))
        )
    folded = black_ink(scan(np.clip(page * light, 0, 255).astype(np.uint8)))
    plain = black_ink(scan(page))
    paper = cv2.dilate((page < 220).astype(np.uint8), np.ones((5, 5))) == 0
    line = np.min([np.abs(distance) for distance in creases], axis=0) < 3
    assert (folded.mask[paper] > 0).mean() < 1e-4
    assert folded.darkness[paper & line].mean() < 12  # of 255; the shadows themselves come to 50
    assert (folded.mask[page < 100] > 0).mean() > 0.995
    assert abs(float(folded.darkness[540, 70:380].mean()) - float(plain.darkness[540, 70:380].mean())) < 15


def test_rulings_from_edge_to_edge_are_no_creases() -> None:
    page = printed()
    for y in range(150, 1100, 150):
        page[y : y + 2] = 60
    ink = black_ink(scan(page))
    assert (ink.mask[150::150][:6] > 0).mean() > 0.99


def test_coloured_cells_are_paper_and_what_is_written_on_them_is_ink() -> None:
    page = scan(printed())
    field = np.array([230, 180, 120], np.uint8)  # light blue
    rows = slice(600, 680)
    page[rows, 64:756] = np.minimum(page[rows, 64:756], field)
    ink = black_ink(page)
    assert (ink.mask[612:632, 400:740] > 0).mean() < 0.01  # right of the text
    assert (ink.mask[rows, 80:300] > 0).sum() > 200


def test_white_figures_on_a_dark_header_are_ink() -> None:
    page = scan(printed())
    page[300:345, 64:756] = (150, 90, 30)
    cv2.putText(page, "Total 1234", (100, 330), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
    white = (page[300:345] > 250).all(axis=2)
    white[:, :90] = white[:, 300:] = False
    field = np.zeros_like(white)
    field[8:-8, 300:740] = True
    ink = black_ink(page)
    assert (ink.mask[300:345][white] > 0).mean() > 0.95
    assert (ink.mask[300:345][field] > 0).mean() < 0.01


def test_coloured_rulings_and_text_are_ink() -> None:
    page = np.full((HEIGHT, WIDTH, 3), 245, np.uint8)
    red = (60, 60, 200)
    for y in range(120, 1000, 40):
        cv2.putText(page, "crossfoot 1234567.89", (80, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, red, 1, cv2.LINE_AA)
        cv2.line(page, (60, y + 12), (760, y + 12), red, 1)
    for x in (60, 300, 760):
        cv2.line(page, (x, 90), (x, 1000), red, 1)
    ink = black_ink(page)
    assert ink.seals == ()
    assert (ink.mask[page[..., 0] < 120] > 0).all()
    assert (ink.darkness[532, 70:290] > 150).all()


def test_the_scale_is_that_of_the_type_and_not_of_dirt() -> None:
    page = printed()
    clean = black_ink(scan(page)).per_inch
    random = np.random.default_rng(3)
    dirty = page.copy()
    for x, y in zip(random.integers(0, WIDTH, 800), random.integers(0, HEIGHT, 800), strict=True):
        dirty[y : y + 2, x : x + 2] = 60
    assert black_ink(scan(dirty)).per_inch == pytest.approx(clean, rel=0.05)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (2, 900), (900, 2), (60, 60)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_pages_without_ink_have_none(shape: tuple[int, int], level: int) -> None:
    ink = black_ink(np.full((*shape, 3), level, np.uint8))
    assert ink.mask.shape == ink.darkness.shape == shape
    assert not ink.mask.any()
    assert ink.seals == ()
    assert ink.clean is None


def test_noise_has_next_to_no_ink() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    assert (black_ink(noise).mask > 0).mean() < 0.05


def test_the_paper_behind_print_is_found_to_a_level() -> None:
    grey = printed()
    paper = paper_level(grey, 100)
    assert np.abs(paper.astype(int) - 245).max() <= 3
    share = absorbed(grey, paper)
    assert np.median(share[grey < 60]) == pytest.approx(255 * (1 - 40 / 245), abs=8)


def ruled(rows: int = 20, columns: int = 4, pitch: int = 38) -> np.ndarray:
    """A clean A4 page at 200 pixels per inch with a table of figures."""
    page = np.full((2340, 1654), 255, np.uint8)
    for row in range(rows + 1):
        cv2.line(page, (200, 300 + row * pitch), (1400, 300 + row * pitch), (0,), 2)
    for column in range(columns + 1):
        cv2.line(page, (200 + column * 300, 300), (200 + column * 300, 300 + rows * pitch), (0,), 2)
    for row in range(rows):
        for column in range(columns):
            at = (230 + column * 300, 328 + row * pitch)
            cv2.putText(page, f"{(row + 3) * 7919 + column * 104729:,}", at, 0, 0.65, (0,), 2, cv2.LINE_AA)
    return page


def places(count: int) -> list[tuple[int, int]]:
    return [(160 + i % 8 * 170, 1240 + i // 8 * 170) for i in range(count)]


def boxes(page: np.ndarray, side: int, thick: int = 2) -> np.ndarray:
    for x, y in places(40):
        cv2.rectangle(page, (x, y), (x + side, y + side), (0,), thick)
    return page


def tables(page: np.ndarray) -> np.ndarray:
    """Small tables in thick strokes, with a figure in each of their nine cells."""
    for x, y in places(40):
        for i in range(4):
            cv2.line(page, (x, y + 35 * i), (x + 105, y + 35 * i), (0,), 6)
            cv2.line(page, (x + 35 * i, y), (x + 35 * i, y + 105), (0,), 6)
        for i in range(9):
            at = (x + 11 + i % 3 * 35, y + 26 + i // 3 * 35)
            cv2.putText(page, str(i), at, 0, 0.65, (0,), 2, cv2.LINE_AA)
    return page


@pytest.mark.parametrize(
    "drawn",
    [
        lambda page: boxes(page, 115),
        lambda page: boxes(page, 115, 12),
        lambda page: boxes(page, 60),
        lambda page: boxes(page, 40, 4),
        tables,
    ],
)
def test_boxes_to_tick_and_little_tables_are_no_type(drawn: Callable[[np.ndarray], np.ndarray]) -> None:
    plain = black_ink(scan(ruled())).per_inch
    assert black_ink(scan(drawn(ruled()))).per_inch == pytest.approx(plain, rel=0.1)


def test_rows_of_a_table_beside_boxes_are_told_apart() -> None:
    image = scan(boxes(ruled(), 115))
    found = load_grid_engine(LayoutOptions()).find(image, black_ink(image))
    assert (20, 4) in [grid.shape for grid in found.grids]


def test_a_page_has_no_type_of_a_hand_s_height_but_a_cut_out_may() -> None:
    page = np.full((2340, 1654), 255, np.uint8)
    for x, y in places(40):
        cv2.putText(page, "8", (x, y + 105), 0, 3.0, (0,), 10, cv2.LINE_AA)
    assert black_ink(scan(page)).per_inch == pytest.approx(400, rel=0.01)
    assert black_ink(scan(page[1200:2100])).per_inch > 500
