"""Bent pages are followed piecewise: their lines become straight, and boxes find their way back."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from crossfoot.document import Box, Page, Scan
from crossfoot.errors import DocumentError
from crossfoot.eval.slices import on_scan
from crossfoot.layout.courses import NONE, Courses
from crossfoot.layout.dewarp import find_bend
from crossfoot.layout.geometry import rows_of
from crossfoot.layout.mesh import Mesh, mapped, to_page, to_scan
from crossfoot.layout.upright import make_upright
from drawn_pages import RULES_X, RULES_Y, table_page, text_page
from hypothesis import given, settings
from hypothesis import strategies as st

Points = np.ndarray


def bent(page: np.ndarray, down: float, right: float = 0.0, waves: float = 0.5) -> tuple[np.ndarray, object]:
    """The page with its lines swung by so many pixels, and what leads from it to the bent one."""
    height, width = page.shape[:2]

    def back(x: Points, y: Points) -> tuple[Points, Points]:
        return x - right * np.sin(np.pi * y / height), y - down * np.sin(2 * waves * np.pi * x / width)

    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = back(x, y)
    image = cv2.remap(
        page, u.astype(np.float32), v.astype(np.float32), cv2.INTER_CUBIC, borderValue=(255, 255, 255)
    )

    def forth(points: Points) -> Points:
        found = points.copy()
        for _ in range(30):
            found += points - np.column_stack(back(found[:, 0], found[:, 1]))
        return found

    return image, forth


def crossings() -> np.ndarray:
    return np.stack(np.meshgrid(RULES_X, RULES_Y), axis=-1) + 0.0


@settings(max_examples=6, deadline=None)
@given(swing=st.floats(4, 20), right=st.floats(-14, 14), waves=st.sampled_from([0.5, 1.0]))
def test_rulings_of_a_bent_table_become_straight(swing: float, right: float, waves: float) -> None:
    scan, forth = bent(table_page(), swing / (2 * waves), right, waves)
    upright = make_upright(scan, 15.0)
    points = crossings()
    found = upright.to_page(forth(points.reshape(-1, 2))).reshape(points.shape)
    assert upright.mesh is not None
    assert np.ptp(found[..., 1], axis=1).max() < 2
    assert np.ptp(found[..., 0], axis=0).max() < 2


def test_lines_of_bent_text_become_straight() -> None:
    scan, forth = bent(text_page(columns=False), 12)
    upright = make_upright(scan, 15.0)
    x = np.linspace(90, 740, 20)
    for y in range(96, 1000, 90):
        row = upright.to_page(forth(np.column_stack([x, np.full(20, float(y))])))
        assert np.ptp(row[:, 1]) < 3  # 12 before


@pytest.mark.parametrize("page", [table_page(), text_page(), text_page(1, columns=False)])
def test_flat_pages_have_no_mesh(page: np.ndarray) -> None:
    assert make_upright(page, 15.0).mesh is None
    turned = cv2.getRotationMatrix2D((400, 600), 1.3, 1.0)
    scan = cv2.warpAffine(page, turned, (827, 1170), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    assert make_upright(scan, 15.0).mesh is None


def test_the_picture_is_where_the_mesh_says() -> None:
    page = table_page()
    marks = [(150, 1050), (500, 1080), (700, 1060)]
    for x, y in marks:
        cv2.circle(page, (x, y), 6, (255, 0, 255), -1)
    scan, _ = bent(page, 15, 8)
    upright = make_upright(scan, 15.0)
    assert upright.mesh is not None
    masks = [(image[..., 1] < 100) & (image[..., 0] > 180) for image in (scan, upright.image)]
    pink = [np.argwhere(mask)[:, ::-1] for mask in masks]
    for x, _ in marks:
        there, here = (p[np.abs(p[:, 0] - x) < 40].mean(axis=0) + 0.5 for p in pink)
        assert np.hypot(*(upright.to_page(there[None])[0] - here)) < 1


def test_boxes_of_a_bent_page_are_found_on_its_scan() -> None:
    scan, forth = bent(table_page(), 18, 10)
    upright = make_upright(scan, 15.0)
    assert upright.mesh is not None
    before = np.diag([0.5, 0.5, 1.0])  # the scan itself has twice the pixels
    size = upright.image.shape[1::-1]
    record = Page(1, *size, Scan(1654, 2340, 200.0, "image"), rows_of(upright.matrix @ before))
    record = replace(record, mesh=upright.mesh.behind(before).to_rows())
    corners = crossings()
    on_page = upright.to_page(forth(corners.reshape(-1, 2))).reshape(corners.shape)
    for i in range(0, len(RULES_Y) - 1, 5):
        for j in range(len(RULES_X) - 1):
            cell = on_page[i : i + 2, j : j + 2].reshape(-1, 2)
            box = on_scan(Box(*cell.min(axis=0), *cell.max(axis=0)), record)
            true = 2 * forth(corners[i : i + 2, j : j + 2].reshape(-1, 2))
            outside = Box(*true.min(axis=0), *true.max(axis=0))
            assert box.to_list() == pytest.approx(outside.to_list(), abs=4)  # two pixels of the page


def some_mesh(rng: np.random.Generator, matrix: np.ndarray) -> Mesh:
    x, y = np.arange(-20.0, 900, 40), np.arange(-20.0, 1240, 40)
    page = np.stack(np.meshgrid(x, y), axis=-1)
    swing = 8 * np.sin(page[..., :1] / 200 + rng.uniform(0, 6)) * np.array([0.4, 1.0])
    return Mesh(x, y, mapped(np.linalg.inv(matrix), (page + swing).reshape(-1, 2)).reshape(page.shape))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 99), degrees=st.floats(-180, 180))
def test_a_point_comes_back_to_where_it_was(seed: int, degrees: float) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.vstack([cv2.getRotationMatrix2D((400, 600), degrees, 1.0), (0, 0, 1)])
    mesh = some_mesh(rng, matrix)
    points = rng.uniform((0, 0), (860, 1200), (50, 2))
    assert to_page(matrix, mesh, mesh.to_scan(points)) == pytest.approx(points, abs=0.05)


@given(st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_a_mesh_is_the_same_after_it_was_written(seed: int) -> None:
    mesh = some_mesh(np.random.default_rng(seed), np.eye(3))
    again = Mesh.from_rows(mesh.to_rows())
    assert again.x.tolist() == mesh.x.tolist()
    assert again.y.tolist() == mesh.y.tolist()
    assert again.scan == pytest.approx(mesh.scan, abs=0.001)
    record = Page(1, 860, 1200, Scan(1, 1, None, "image"), rows_of(np.eye(3)), mesh.to_rows())
    points = np.array([[0.0, 0.0], [860.0, 1200.0], [333.3, 77.7]])
    assert to_scan(record, points) == pytest.approx(mesh.to_scan(points), abs=0.01)


def test_more_lines_than_points_that_are_looked_at() -> None:
    counts = [100 if line % 38 == 0 else 3 for line in range(1500)]
    line = np.repeat(np.arange(len(counts)), counts)
    x = np.concatenate([np.linspace(50.0, 950.0, count) for count in counts])
    y = 50 + 0.85 * line + 8 * np.sin(np.pi * x / 1000)
    level = Courses(x, y, line, np.full(x.size, 0.3), np.zeros(x.size))
    bend = find_bend(level, NONE, NONE, 1000, 1400, 14.0)
    assert bend is not None
    flat = y + bend.at(np.column_stack([x, y]))[:, 1]
    assert all(np.ptp(flat[line == k]) < 1 for k in range(0, len(counts), 38))


Rows = list[tuple[float, ...]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda rows: rows[:5],  # a single row
        lambda rows: rows[::5],  # a single column
        lambda rows: rows[:-1],  # ragged
        lambda rows: [*rows, rows[0]],  # a point twice
        lambda rows: [rows[0], *rows[:-1]],  # twice, and another missing
        lambda rows: [row[:3] for row in rows],
        lambda rows: [(*rows[0][:3], float("nan")), *rows[1:]],
        lambda rows: [(*row[:2], row[2] ** 2, row[3]) for row in rows],  # not evenly spread
    ],
)
def test_a_record_whose_mesh_is_no_grid_is_refused(damage: Callable[[Rows], Rows]) -> None:
    rows = [(2.0 * x, 2.0 * y, 10.0 * x, 10.0 * y) for y in range(4) for x in range(5)]
    assert Mesh.from_rows(rows).scan.shape == (4, 5, 2)
    with pytest.raises(DocumentError, match=r"^the mesh of a page [a-z ]+$"):
        Mesh.from_rows(damage(rows))


@pytest.mark.parametrize(
    "from_scan",
    [
        ((1.0, 0.0, 0.0), (2.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
        ((0.0,) * 3,) * 3,
        ((float("nan"),) * 3,) * 3,
        ((1.0, 0.0), (0.0, 1.0)),
    ],
)
def test_a_record_whose_transform_has_no_way_back_is_refused(
    from_scan: tuple[tuple[float, ...], ...],
) -> None:
    page = Page(1, 100, 100, Scan(100, 100, 150.0, "image"), from_scan)
    with pytest.raises(DocumentError, match="the from_scan of a page is no transform"):
        to_scan(page, np.array([(1.0, 2.0)]))
