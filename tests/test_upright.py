"""Skew, quarter turns, perspective and bend are undone together, and one transform says how."""

import cv2
import numpy as np
import pytest
from crossfoot.layout.skew import find_skew
from crossfoot.layout.upright import Upright, make_upright, skew
from drawn_pages import RULES_X, RULES_Y, photographed, table_page, text_page, turned
from hypothesis import given, settings
from hypothesis import strategies as st


def up(image: np.ndarray) -> np.ndarray:
    """The network's answer for a page that is the right way up."""
    return np.array([0.91, 0.03, 0.03, 0.03])


def corners_of_cells() -> np.ndarray:
    """(rows, columns, 2): where the rulings of the table page cross."""
    return np.stack(np.meshgrid(RULES_X, RULES_Y), axis=-1) + 0.5


def unevenness(upright: Upright, to_scan: np.ndarray) -> float:
    """Pixels by which rulings of the table page are not level and upright, at most."""
    crossings = corners_of_cells()
    flat = np.column_stack([crossings.reshape(-1, 2), np.ones(crossings[..., 0].size)]) @ to_scan.T
    found = upright.to_page(flat[:, :2] / flat[:, 2:]).reshape(crossings.shape)
    return float(max(np.ptp(found[..., 1], axis=1).max(), np.ptp(found[..., 0], axis=0).max()))


def rotation(degrees: float) -> np.ndarray:
    """What `turned` does to points of the table page."""
    return np.vstack([cv2.getRotationMatrix2D((827 / 2, 1170 / 2), degrees, 1.0), (0, 0, 1)])


@settings(max_examples=8, deadline=None)
@given(st.floats(-4.5, 4.5))
def test_skew_is_measured_to_a_few_hundredths_of_a_degree(degrees: float) -> None:
    assert skew(turned(table_page(), degrees), 5.0) == pytest.approx(-degrees, abs=0.04)


@settings(max_examples=8, deadline=None)
@given(st.floats(-14.5, 14.5))
def test_rulings_of_a_skewed_page_become_level_over_their_whole_length(degrees: float) -> None:
    upright = make_upright(turned(table_page(), degrees), 15.0)
    assert upright.degrees == pytest.approx(-degrees, abs=0.05)
    assert unevenness(upright, rotation(degrees)) < 1


@settings(max_examples=6, deadline=None)
@given(st.floats(-14, 14), st.booleans(), st.integers(0, 9))
def test_text_alone_is_levelled_too(degrees: float, columns: bool, seed: int) -> None:
    upright = make_upright(turned(text_page(seed, columns), degrees), 15.0)
    assert upright.quarters == 0
    assert upright.degrees == pytest.approx(-degrees, abs=0.12)


@pytest.mark.parametrize("degrees", [-0.0625, 0.09, -0.11, 0.05])
def test_lines_that_rise_by_less_than_their_thickness_are_measured_too(degrees: float) -> None:
    assert skew(turned(table_page(), degrees), 5.0) == pytest.approx(-degrees, abs=0.04)


def test_a_page_slanted_beyond_the_range_is_left_alone() -> None:
    assert skew(turned(table_page(), 12.0), 5.0) == 0.0


@settings(max_examples=6, deadline=None)
@given(
    quarters=st.integers(0, 3),
    degrees=st.floats(-10, 10),
    moves=st.lists(st.floats(-0.012, 0.012), min_size=8, max_size=8),
    mark=st.tuples(st.integers(250, 600), st.integers(1040, 1080)),
)
def test_one_matrix_holds_all_that_was_undone(
    quarters: int, degrees: float, moves: list[float], mark: tuple[int, int]
) -> None:
    page = text_page(columns=False)
    page[1030:] = 255
    cv2.circle(page, mark, 6, (255, 0, 255), -1)
    seen, _ = photographed(turned(page, degrees), np.reshape(moves, (4, 2)))
    scan = np.ascontiguousarray(np.rot90(seen, -quarters))

    def end(image: np.ndarray) -> np.ndarray:
        # Paragraphs end in short lines, so there is more ink on the left.
        left, right = np.array_split(image[..., 1] < 128, 2, axis=1)
        return up(image) if left.sum() > right.sum() else up(image)[[2, 1, 0, 3]]

    upright = make_upright(scan, 15.0, end)
    pink = (scan[..., 1] < 60) & (scan[..., 0] > 200)
    there = np.argwhere(pink).mean(axis=0)[::-1] + 0.5
    pink = (upright.image[..., 1] < 60) & (upright.image[..., 0] > 200)
    here = np.argwhere(pink).mean(axis=0)[::-1] + 0.5
    assert upright.quarters == quarters
    assert np.hypot(*(upright.to_page(there[None])[0] - here)) < 1


@settings(max_examples=8, deadline=None)
@given(st.floats(-14, 14), st.lists(st.floats(-0.02, 0.02), min_size=8, max_size=8))
def test_no_corner_is_cut_off(degrees: float, moves: list[float]) -> None:
    scan, _ = photographed(turned(table_page(), degrees), np.reshape(moves, (4, 2)))
    upright = make_upright(scan, 15.0)
    height, width = scan.shape[:2]
    corners = upright.to_page(np.array([(0, 0), (width, 0), (0, height), (width, height)], float))
    assert (corners > -1).all()
    assert (corners < np.array(upright.image.shape[1::-1]) + 1).all()


def test_a_quarter_turn_alone_loses_nothing() -> None:
    page = text_page()
    upright = make_upright(np.ascontiguousarray(np.rot90(page, -1)), 15.0)
    assert np.array_equal(upright.image, page)
    assert upright.to_page(np.array([[0.0, 0.0]])).tolist() == [[0.0, 1170.0]]


def test_grey_pages_come_out_as_they_would_in_colour() -> None:
    scan = turned(text_page(), 2.0)
    tinted = scan.copy()
    tinted[:4, :4] = (250, 255, 255)
    grey, colour = make_upright(scan, 15.0), make_upright(tinted, 15.0)
    assert grey.image.shape == colour.image.shape
    assert np.array_equal(grey.image[100:-100, 100:-100], colour.image[100:-100, 100:-100])


def test_a_page_with_a_text_layer_stays_as_it_is() -> None:
    page = turned(np.ascontiguousarray(np.rot90(text_page())), 2.0)
    upright = make_upright(page, 0.0, up)
    assert upright.image is page
    assert np.array_equal(upright.matrix, np.eye(3))


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 900, 3), (900, 2, 3), (50, 50, 3), (3, 33000, 3)])
def test_degenerate_pages_stay_as_they_are(shape: tuple[int, int, int]) -> None:
    page = np.full(shape, 255, np.uint8)
    upright = make_upright(page, 15.0, up)
    assert upright.degrees == 0
    assert np.array_equal(upright.image, page)


def lined() -> np.ndarray:
    page = np.full((2300, 1600, 3), 255, np.uint8)
    page[::4] = 0
    return page


def one_glyph() -> np.ndarray:
    page = np.full((1170, 827, 3), 255, np.uint8)
    cv2.putText(page, "8", (400, 600), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    return page


@pytest.mark.parametrize(
    "page",
    [
        np.random.default_rng(1).integers(0, 256, (1600, 1200, 3), np.uint8),
        (np.random.default_rng(2).random((1600, 1200, 1)) < 0.03).repeat(3, 2).astype(np.uint8) * 255,
        np.zeros((1170, 827, 3), np.uint8),
        lined(),
        one_glyph(),
    ],
    ids=["noise", "specks", "black", "a thousand lines", "one glyph"],
)
def test_what_is_no_page_is_neither_bent_nor_drawn_out(page: np.ndarray) -> None:
    upright = make_upright(page, 15.0, up)
    assert upright.image.size < 3 * page.size
    assert upright.mesh is None


def test_the_skew_of_nothing_is_none() -> None:
    assert find_skew(np.zeros((100, 100), np.uint8), 15.0) == 0.0


NARROW = [(1, 2000), (2, 2000), (2000, 2), (3, 32000), (32000, 3), (2, 32000), (5, 9000), (9000, 5)]


@pytest.mark.parametrize("shape", NARROW)
def test_narrow_pictures_are_no_trouble(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    upright = make_upright(picture, 15.0)
    assert sorted(upright.image.shape[:2])[1] >= max(shape)


def test_a_page_too_large_to_be_turned_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = turned(table_page(), 12.0)
    assert make_upright(scan, 15.0).image.shape[0] > 1200
    monkeypatch.setattr("crossfoot.layout.upright._MOST_SIDE", 1200)  # for 32,000: as is, but not once turned
    upright = make_upright(scan, 15.0)
    assert np.array_equal(upright.image, scan)
    assert np.array_equal(upright.matrix, np.eye(3))
    assert upright.degrees == 0
    assert upright.mesh is None
