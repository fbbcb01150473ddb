"""Photographs are rectified by their own lines, and pages that are flat are left as they are."""

import cv2
import numpy as np
import pytest
from crossfoot.layout.courses import NONE, Courses, together
from crossfoot.layout.outline import find_sheet, paint_surroundings
from crossfoot.layout.perspective import rectification
from crossfoot.layout.upright import make_upright
from drawn_pages import RULES_X, RULES_Y, photographed, table_page, text_page
from hypothesis import given, settings
from hypothesis import strategies as st

WIDTH, HEIGHT = 850, 1200


def lines(ats: np.ndarray, matrix: np.ndarray, noise: float, rng: np.random.Generator) -> Courses:
    """Level lines across the page at heights `ats`, seen through a homography."""
    x = np.tile(np.arange(50.0, 800, 15), len(ats))
    y = np.repeat(ats, x.size // len(ats))
    seen = np.column_stack([x, y, np.ones(x.size)]) @ matrix.T
    seen = seen[:, :2] / seen[:, 2:]
    number = np.repeat(np.arange(len(ats)), x.size // len(ats))
    off = rng.normal(0, noise, x.size)
    return Courses(seen[:, 0], seen[:, 1] + off, number, np.full(x.size, noise), np.zeros(x.size))


def exchanged(courses: Courses) -> Courses:
    return Courses(courses.y, courses.x, courses.line, courses.noise, courses.bias)


def upright_lines(ats: np.ndarray, matrix: np.ndarray, noise: float, rng: np.random.Generator) -> Courses:
    exchange = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1.0]])
    return lines(ats, exchange @ matrix @ exchange, noise, rng)


def homography(moves: list[float]) -> np.ndarray:
    corners = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    seen = corners + np.reshape(moves, (4, 2)) * (WIDTH, HEIGHT)
    return cv2.getPerspectiveTransform(corners, seen.astype(np.float32))


def rises(courses: Courses) -> np.ndarray:
    """By how much each line rises from end to end, as its points say together."""
    each = [np.flatnonzero(courses.line == number) for number in range(courses.count)]
    return np.array([np.polyfit(courses.x[i], courses.y[i], 1)[0] * np.ptp(courses.x[i]) for i in each])


MOVES = st.lists(st.floats(-0.03, 0.03), min_size=8, max_size=8)


@settings(max_examples=60, deadline=None)
@given(moves=MOVES, seed=st.integers(0, 99))
def test_lines_of_a_photographed_page_become_level_and_upright(moves: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = homography(moves)
    level = lines(np.linspace(100, 1100, 20), matrix, 0.3, rng)
    upright = upright_lines(np.linspace(60, 790, 6), matrix, 0.3, rng)
    found = rectification(level, NONE, upright, WIDTH, HEIGHT)
    if found is not None:
        exchange = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1.0]])
        level, upright = level.moved(found), upright.moved(exchange @ found @ exchange)
    assert np.abs(rises(level)).max() < 1
    assert np.abs(rises(upright)).max() < 1


@settings(max_examples=40, deadline=None)
@given(moves=MOVES, seed=st.integers(0, 99))
def test_a_third_of_wild_lines_has_no_say(moves: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = lines(np.linspace(100, 1100, 20), homography(moves), 0.3, rng)
    wild = lines(np.linspace(150, 1050, 8), np.eye(3), 0.3, rng)
    slopes = rng.choice([-1, 1], 8) * rng.uniform(0.12, 0.2, 8)
    wild = Courses(wild.x, wild.y + slopes[wild.line] * wild.x, wild.line, wild.noise, wild.bias)
    found = rectification(together(level, wild), NONE, NONE, WIDTH, HEIGHT)
    assert np.abs(rises(level if found is None else level.moved(found))).max() < 1.5


@settings(max_examples=60, deadline=None)
@given(degrees=st.floats(-0.3, 0.3), noise=st.floats(0.2, 3.0), seed=st.integers(0, 999))
def test_a_flat_page_is_turned_at_most(degrees: float, noise: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = np.vstack([cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0), (0, 0, 1)])
    level = lines(np.linspace(100, 1100, 15), turn, noise, rng)
    upright = upright_lines(np.linspace(60, 790, 5), turn, noise, rng)
    found = rectification(level, NONE, upright, WIDTH, HEIGHT)
    matrix = np.eye(3) if found is None else found
    assert matrix[2, :2].tolist() == [0, 0]
    assert matrix[0, 1] == pytest.approx(-matrix[1, 0], abs=1e-9)


def test_lines_at_one_height_do_not_make_a_perspective() -> None:
    rng = np.random.default_rng(3)
    level = lines(np.linspace(100, 180, 6), homography([0.02, 0, -0.02, 0.01, 0, 0, 0.01, 0]), 0.3, rng)
    found = rectification(level, NONE, NONE, WIDTH, HEIGHT)
    assert found is None or found[2, :2].tolist() == [0, 0]


def test_no_lines_no_homography() -> None:
    assert rectification(NONE, NONE, NONE, WIDTH, HEIGHT) is None


@settings(max_examples=6, deadline=None)
@given(st.lists(st.floats(-0.02, 0.02), min_size=8, max_size=8))
def test_rulings_of_a_photographed_table_become_straight(moves: list[float]) -> None:
    scan, matrix = photographed(table_page(), np.reshape(moves, (4, 2)))
    upright = make_upright(scan, 15.0)
    crossings = np.stack(np.meshgrid(RULES_X, RULES_Y), axis=-1) + 0.5
    seen = np.column_stack([crossings.reshape(-1, 2), np.ones(crossings[..., 0].size)]) @ matrix.T
    found = upright.to_page(seen[:, :2] / seen[:, 2:]).reshape(crossings.shape)
    assert np.ptp(found[..., 1], axis=1).max() < 1.5
    assert np.ptp(found[..., 0], axis=0).max() < 1.5


MOVED = np.array([[0.02, 0.0], [-0.01, 0.015], [0.0, -0.02], [-0.015, 0.01]])


def test_a_sheets_edges_tell_how_columns_of_text_run() -> None:
    scan, matrix = photographed(text_page(), MOVED, desk=70)
    upright = make_upright(scan, 15.0)
    left = np.column_stack([np.full(9, 70.0), np.linspace(100, 1000, 9), np.ones(9)]) @ matrix.T
    column = upright.to_page(left[:, :2] / left[:, 2:])
    assert np.ptp(column[:, 0]) < 4  # 20 pixels before


def test_the_desk_around_a_sheet_gives_way_to_paper() -> None:
    scan, _ = photographed(text_page(), MOVED, desk=70)
    image = make_upright(scan, 15.0).image
    rim = np.concatenate([image[:20].reshape(-1, 3), image[-20:].reshape(-1, 3)])
    assert rim.min() > 200


def dark_heading() -> np.ndarray:
    """A picture of a table in a dark frame, its heading light on dark from edge to edge."""
    page = np.full((600, 800, 3), 250, np.uint8)
    page[:90] = (70, 40, 20)
    cv2.putText(page, "2020 1,234.50 2021", (60, 70), cv2.FONT_HERSHEY_SIMPLEX, 2.2, (255, 255, 255), 8)
    cv2.rectangle(page, (0, 0), (799, 599), (0, 0, 0), 6)
    for y in range(90, 600, 60):
        cv2.line(page, (0, y), (799, y), (0, 0, 0), 2)
    return page


def test_a_dark_heading_is_no_desk() -> None:
    page = dark_heading()
    assert find_sheet(page.max(axis=2)) is None
    assert np.array_equal(make_upright(page, 15.0).image, page)


BLACK, TINY = np.zeros((300, 200, 3), np.uint8), np.full((5, 5, 3), 9, np.uint8)


@pytest.mark.parametrize("page", [table_page(), BLACK, TINY])
def test_a_page_that_fills_the_picture_has_no_surroundings(page: np.ndarray) -> None:
    assert find_sheet(page.max(axis=2)) is None


def test_painting_touches_nothing_on_the_sheet() -> None:
    scan, _ = photographed(text_page(), MOVED * 0, desk=70)
    sheet = find_sheet(scan.max(axis=2))
    assert sheet is not None
    painted = paint_surroundings(scan, sheet)
    assert np.array_equal(painted[60:-60, 60:-60], scan[60:-60, 60:-60])
