"""Skew is measured and undone, and the matrix says how."""

import cv2
import numpy as np
import pytest
from crossfoot.layout.upright import make_upright, skew
from hypothesis import given, settings
from hypothesis import strategies as st


def table_page() -> np.ndarray:
    page = np.full((1170, 827, 3), 255, np.uint8)
    for y in range(100, 1001, 45):
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    for x in (60, 300, 420, 600, 760):
        cv2.line(page, (x, 100), (x, 1000), (0, 0, 0), 2)
    return page


def turned(page: np.ndarray, degrees: float) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), degrees, 1.0)
    return cv2.warpAffine(page, matrix, page.shape[1::-1], flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


@settings(max_examples=15, deadline=None)
@given(st.floats(-4.5, 4.5))
def test_skew_is_measured_to_a_few_hundredths_of_a_degree(degrees: float) -> None:
    assert skew(turned(table_page(), degrees), 5.0) == pytest.approx(-degrees, abs=0.04)


def test_the_matrix_maps_marks_of_the_scan_to_the_upright_page() -> None:
    page = turned(table_page(), 2.0)
    cv2.circle(page, (200, 1080), 6, (255, 0, 255), -1)  # below the table
    upright = make_upright(page, 5.0)
    x, y, w = upright.matrix @ [200, 1080, 1]
    assert upright.image[round(y / w), round(x / w)].tolist() == pytest.approx([255, 0, 255], abs=40)


def test_nothing_is_cut_off_by_turning() -> None:
    page = turned(table_page(), 4.0)
    for corner in ((0, 0), (826, 0), (0, 1169), (826, 1169)):
        upright = make_upright(page, 5.0)
        x, y, _ = upright.matrix @ [*corner, 1]
        assert -1 <= x <= upright.image.shape[1]
        assert -1 <= y <= upright.image.shape[0]


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 900, 3), (900, 2, 3), (50, 50, 3)])
def test_degenerate_pages_stay_as_they_are(shape: tuple[int, int, int]) -> None:
    page = np.full(shape, 255, np.uint8)
    upright = make_upright(page, 5.0)
    assert upright.degrees == 0
    assert np.array_equal(upright.image, page)


def test_a_page_slanted_beyond_the_range_is_left_alone() -> None:
    assert skew(turned(table_page(), 12.0), 5.0) == 0.0


@pytest.mark.parametrize("degrees", [-0.0625, 0.09, -0.11, 0.05])
def test_lines_that_rise_by_less_than_their_thickness_are_measured_too(degrees: float) -> None:
    assert skew(turned(table_page(), degrees), 5.0) == pytest.approx(-degrees, abs=0.04)
