"""The choice of engines, what is completed from text, and pages that are no tables or too much of one."""

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from crossfoot.layout.engine import Found, load_grid_engine
from crossfoot.layout.ink import black_ink
from crossfoot.layout.options import LayoutOptions

Page = np.ndarray
RIGHT = (150, 330, 470, 610, 750)  # right edges of columns of numbers, at 100 dpi


def blank() -> Page:
    return np.full((1170, 827, 3), 255, np.uint8)


def find(page: Page, **options: object) -> Found:
    engine = load_grid_engine(LayoutOptions(**options))  # type: ignore[arg-type]
    return engine.find(page, black_ink(page))


def figures(page: Page, rows: list[int]) -> Page:
    """Numbers of several lengths set to the right in five columns."""
    rng = np.random.default_rng(7)
    for y in rows:
        for right in RIGHT:
            text = f"{rng.integers(1, 10 ** rng.integers(2, 6)) / 100:,.2f}"
            (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)
            cv2.putText(
                page, text, (right - width, y), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA
            )
    return page


def test_a_frame_with_ruled_rows_gets_its_columns_from_the_text() -> None:
    page = figures(blank(), [y + 24 for y in range(100, 820, 36)])
    for y in range(100, 821, 36):
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    for x in (60, 760):
        cv2.line(page, (x, 100), (x, 820), (0, 0, 0), 2)
    (grid,) = find(page).grids
    assert grid.shape == (20, 5)
    (ruled,) = find(page, grid="lines").grids
    assert ruled.shape == (20, 1)


def test_ruled_columns_get_their_rows_from_the_text() -> None:
    page = figures(blank(), list(range(130, 820, 30)))
    for y in (100, 820):
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    for x in (60, 190, 340, 480, 620, 760):
        cv2.line(page, (x, 100), (x, 820), (0, 0, 0), 2)
    (grid,) = find(page).grids
    assert grid.shape == (23, 5)


@pytest.mark.parametrize("engine", ["auto", "whitespace"])
def test_numbers_that_stand_in_columns_are_a_table_without_rulings(engine: str) -> None:
    (grid,) = find(figures(blank(), list(range(130, 820, 30))), grid=engine).grids
    assert grid.shape == (23, 5)
    assert sorted((c.row, c.col) for c in grid.cells) == [(r, c) for r in range(23) for c in range(5)]


def chart(page: Page) -> None:
    """A curve over gridlines."""
    for y in range(200, 801, 60):
        cv2.line(page, (100, y), (760, y), (200, 200, 200), 1)
    cv2.line(page, (100, 200), (100, 800), (0, 0, 0), 2)
    points = np.array([(x, 500 + round(200 * np.sin(x / 70))) for x in range(100, 760, 5)], np.int32)
    cv2.polylines(page, [points], False, (0, 0, 0), 2)


def grid_without_text(page: Page) -> None:
    for y in range(100, 901, 40):
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    for x in range(60, 761, 70):
        cv2.line(page, (x, 100), (x, 900), (0, 0, 0), 2)


def lines_only(page: Page) -> None:
    for y in range(60, 1120, 30):
        cv2.line(page, (50, y), (780, y), (0, 0, 0), 2)


def shaded(page: Page) -> None:
    rng = np.random.default_rng(2)
    soft = cv2.GaussianBlur(rng.integers(0, 256, page.shape[:2], dtype=np.uint8), (0, 0), 12)
    page[:] = cv2.normalize(soft, None, 0, 255, cv2.NORM_MINMAX)[..., None]


@pytest.mark.parametrize("paint", [chart, lines_only, shaded, lambda page: page.fill(0)])
def test_no_table_is_invented_where_nothing_is_set_in_rows_and_columns(
    paint: Callable[[Page], object],
) -> None:
    page = blank()
    paint(page)
    assert find(page).grids == ()


def test_a_crossword_is_a_grid_whose_filled_squares_are_cells() -> None:
    """Nothing tells it from a table; it must be complete and take no time."""
    page = blank()
    rng = np.random.default_rng(4)
    grid_without_text(page)
    for row, column in zip(rng.integers(0, 20, 80).tolist(), rng.integers(0, 10, 80).tolist(), strict=True):
        cv2.rectangle(
            page,
            (60 + 70 * column, 100 + 40 * row),
            (130 + 70 * column, 140 + 40 * row),
            (0, 0, 0),
            cv2.FILLED,
        )
    cv2.putText(page, "12", (70, 130), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    for grid in find(page).grids:
        covered = sorted((r, c) for cell in grid.cells for r, c in _addresses(cell))
        assert covered == [(r, c) for r in range(grid.shape[0]) for c in range(grid.shape[1])]


def _addresses(cell: object) -> list[tuple[int, int]]:
    row, col, height, width = cell.row, cell.col, cell.row_span, cell.col_span  # type: ignore[attr-defined]
    return [(row + i, col + j) for i in range(height) for j in range(width)]


def test_one_row_of_cells_is_a_table_and_one_cell_is_none() -> None:
    page = blank()
    for x in (60, 300, 520, 760):
        cv2.line(page, (x, 400), (x, 440), (0, 0, 0), 2)
        cv2.putText(page, "123.45", (x + 40, 426), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    for y in (400, 440):
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    page[380:460, 764:] = 255
    (grid,) = find(page).grids
    assert grid.shape == (1, 3)
    page = blank()
    cv2.rectangle(page, (100, 100), (700, 300), (0, 0, 0), 2)
    cv2.putText(page, "123.45", (300, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    assert find(page).grids == ()


def test_a_page_of_two_hundred_rows_and_sixty_columns_is_read_whole() -> None:
    page = np.full((3510, 2480, 3), 255, np.uint8)
    ys, xs = np.linspace(100, 3400, 201).astype(int).tolist(), np.linspace(100, 2400, 61).astype(int).tolist()
    for y in ys:
        cv2.line(page, (xs[0], y), (xs[-1], y), (0, 0, 0), 2)
    for x in xs:
        cv2.line(page, (x, ys[0]), (x, ys[-1]), (0, 0, 0), 2)
    for y in ys[:-1:7]:
        for x in xs[:-1]:
            cv2.putText(page, "12", (x + 6, y + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1)
    (grid,) = find(page, grid="lines").grids
    assert (grid.shape, len(grid.cells)) == ((200, 60), 12_000)


@pytest.mark.parametrize("engine", ["auto", "lines", "whitespace"])
def test_when_time_is_up_the_rest_of_the_page_is_left_out_and_said_so(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = figures(blank(), list(range(130, 420, 30)))
    for y in (600, 640, 680):
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    for x in (60, 400, 760):
        cv2.line(page, (x, 600), (x, 680), (0, 0, 0), 2)
    cv2.putText(page, "123.45", (100, 625), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    assert find(page, grid=engine).limits == ()
    clock = iter(range(0, 10_000, 20))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    found = find(page, grid=engine, seconds=5.0)
    assert found.grids == ()
    assert len(found.limits) == 1
    assert "seconds" in found.limits[0]


def test_the_caption_of_a_ruled_table_is_no_table_of_its_own() -> None:
    """A form's number, organization and unit stand in columns, and right above the table's."""
    page = figures(blank(), [y + 24 for y in range(200, 500, 36)])
    for y in range(200, 525, 36):
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    for x in (60, 190, 340, 480, 620, 760):
        cv2.line(page, (x, 200), (x, 524), (0, 0, 0), 2)
    figures(page, [166, 190])
    (grid,) = find(page).grids
    assert grid.shape == (9, 5)


def test_lines_that_fill_the_page_are_running_text_though_gaps_align_by_chance() -> None:
    page = blank()
    for y in range(130, 400, 30):
        cv2.putText(
            page, "1234567890 " * 2, (60, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1, cv2.LINE_AA
        )
        cv2.putText(
            page, "1234567890 " * 2, (330, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1, cv2.LINE_AA
        )
    assert find(page).grids == ()
