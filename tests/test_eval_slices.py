"""Tables as they stand on a page."""

import math
from dataclasses import replace

import pytest
from crossfoot.document import Box, Cell, Part, Table, TablePart
from crossfoot.eval.slices import on_scan, page_tables, placed_on_scan, slices
from hypothesis import given
from hypothesis import strategies as st
from judged_documents import cell, document, place, table, upright

HEADER = ["科目", "合计"]


def across_pages() -> Table:
    """Header, three rows on page 1, the third cut; the rest on page 2 under a repeated header."""
    rows = [HEADER, ["一般", "1.00"], ["国防", "2.00"], ["教育支出和其他", "3.00"], ["外交", "4.00"]]
    cells = [cell(r, c, text) for r, texts in enumerate(rows[:3]) for c, text in enumerate(texts)]
    cut = (Part(1, place(3, 0), extra={"text": "教育支出"}), Part(2, place(1, 0), extra={"text": "和其他"}))
    cells.append(replace(cell(3, 0, rows[3][0]), parts=cut))
    cut = (Part(1, place(3, 1), extra={"text": ""}), Part(2, place(1, 1), extra={"text": "3.00"}))
    cells.append(replace(cell(3, 1, rows[3][1]), parts=cut))
    cells += [replace(cell(2, c, text, page=2), row=4) for c, text in enumerate(rows[4])]
    cells = [replace(c, header=c.row == 0) for c in cells]
    parts = (TablePart(1, place(0, 0, 4, 2)), TablePart(2, place(0, 0, 3, 2), repeated_header_rows=1))
    return Table("t1", (5, 2), tuple(cells), parts=parts, header_rows=1)


def texts(piece: Table) -> list[list[str]]:
    return [[piece.cell_at(r, c).text for c in range(piece.shape[1])] for r in range(piece.shape[0])]


def test_a_table_over_two_pages_is_two_with_the_header_again_and_the_cut_row_on_both() -> None:
    first, second = slices(across_pages())
    assert texts(first.table) == [HEADER, ["一般", "1.00"], ["国防", "2.00"], ["教育支出", ""]]
    assert texts(second.table) == [HEADER, ["和其他", "3.00"], ["外交", "4.00"]]
    assert (first.page, second.page) == (1, 2)
    assert (first.rows, second.rows) == ((0, 1, 2, 3), (0, 3, 4))
    assert first.table.header_rows == second.table.header_rows == 1
    assert (first.box, second.box) == (place(0, 0, 4, 2), place(0, 0, 3, 2))
    assert first.source_id == second.source_id == "t1"


def test_the_amount_of_a_cut_row_is_where_it_is_printed_and_nowhere_else() -> None:
    first, second = slices(across_pages())
    assert first.table.cell_at(3, 1).amount is None
    assert str(second.table.cell_at(1, 1).amount) == "3.00"
    assert second.table.cell_at(1, 1).box == place(1, 1)


def test_a_repeated_header_without_boxes_of_its_own_stands_as_it_did_the_first_time() -> None:
    whole = across_pages()
    moved = replace(whole, parts=(whole.parts[0], replace(whole.parts[1], box=place(2, 1, 3, 2))))
    _, second = slices(moved)
    assert [c.box for c in second.table.cells if c.row == 0] == [place(2, 1), place(2, 2)]
    assert all(p.page == 2 for c in second.table.cells for p in c.parts)


def test_a_repeated_header_with_boxes_does_not_pull_its_rows_to_the_second_page() -> None:
    whole = across_pages()
    cells = [replace(c, parts=(*c.parts, Part(2, place(0, c.col)))) if c.row == 0 else c for c in whole.cells]
    first, second = slices(replace(whole, cells=tuple(cells)))
    assert texts(first.table)[0] == texts(second.table)[0] == HEADER
    assert second.rows == (0, 3, 4)
    assert second.table.cell_at(0, 1).box == place(0, 1)


def test_without_a_repeated_header_the_second_page_has_no_header_rows() -> None:
    whole = across_pages()
    parts = (whole.parts[0], replace(whole.parts[1], repeated_header_rows=0))
    _, second = slices(replace(whole, parts=parts))
    assert second.table.header_rows == 0
    assert second.rows == (3, 4)


def test_a_merged_cell_over_the_break_is_cut_with_its_text_where_it_begins() -> None:
    spanning = Cell(
        0, 0, row_span=4, text="人员经费", parts=(Part(1, place(0, 0, 2)), Part(2, place(0, 0, 2)))
    )
    others = [cell(r, 1, f"{r}.00", page=1 if r < 2 else 2) for r in range(4)]
    parts = (TablePart(1, place(0, 0, 2, 2)), TablePart(2, place(0, 0, 2, 2)))
    first, second = slices(Table("t1", (4, 2), (spanning, *others), parts=parts))
    assert [p.table.cell_at(0, 0).row_span for p in (first, second)] == [2, 2]
    assert [p.table.cell_at(0, 0).text for p in (first, second)] == ["人员经费", ""]


def test_rows_that_no_cell_places_follow_the_row_above() -> None:
    cells = [
        replace(cell(r, 0, "x"), parts=()) if r == 1 else cell(r, 0, "x", page=1 + r // 2) for r in range(4)
    ]
    parts = (TablePart(1, place(0, 0)), TablePart(2, place(0, 0)), TablePart(3, place(0, 0)))
    pieces = slices(Table("t1", (4, 1), tuple(cells), parts=parts))
    assert [piece.rows for piece in pieces] == [(0, 1), (2, 3)]  # nothing stands on page 3


def test_a_table_without_boxes_is_one_piece_on_the_page_that_its_label_says() -> None:
    bare = replace(table([["a", "1.00"]]), parts=())
    (piece,) = page_tables(document(bare))
    assert (piece.page, piece.box) == (None, None)
    (piece,) = page_tables(document(bare, extra={"labels": {"pages": {"t1": 2}}}))
    assert (piece.page, piece.box) == (2, None)


@given(breaks=st.lists(st.integers(1, 9), min_size=0, max_size=3, unique=True), repeated=st.integers(0, 2))
def test_slices_hold_every_row_once_besides_repeated_ones(breaks: list[int], repeated: int) -> None:
    starts = [0, *sorted(breaks), 10]
    starts = [s for s in starts if s == 0 or s > repeated]
    page_of = [sum(row >= s for s in starts[1:-1]) + 1 for row in range(10)]
    cells = tuple(cell(r, c, f"{r}.{c}0", page=page_of[r]) for r in range(10) for c in range(2))
    parts = tuple(TablePart(p, place(0, 0), repeated if p > 1 else 0) for p in sorted(set(page_of)))
    pieces = slices(Table("t1", (10, 2), cells, parts=parts, header_rows=repeated))
    own = [row for i, p in enumerate(pieces) for row in p.rows[repeated if i else 0 :]]
    assert own == list(range(10))
    for piece in pieces:
        for c in piece.table.cells:
            assert c.text == f"{piece.rows[c.row]}.{c.col}0"


def test_boxes_are_led_back_to_the_scan() -> None:
    turn = math.radians(1.0)
    matrix = (
        (math.cos(turn), -math.sin(turn), 5.0),
        (math.sin(turn), math.cos(turn), 7.0),
        (0.0, 0.0, 1.0),
    )
    page = replace(upright(1), from_scan=matrix)
    x, y = 400.0, 600.0
    at = (matrix[0][0] * x + matrix[0][1] * y + 5.0, matrix[1][0] * x + matrix[1][1] * y + 7.0)
    assert on_scan(Box(*at, *at), page).center == pytest.approx((x, y), abs=0.02)
    (piece,) = page_tables(document(table([["a", "1.00"]])))
    placed = placed_on_scan(piece, {1: page})
    assert placed.box == on_scan(piece.box, page)  # type: ignore[arg-type]
    assert placed.table.cells[1].box == on_scan(piece.table.cells[1].box, page)  # type: ignore[arg-type]


def test_columns_that_no_cell_of_a_page_ends_at_are_one_there() -> None:
    """A form's last rows have wider cells than the page before: who reads only them sees fewer."""
    top = [cell(0, c, f"a{c}") for c in range(3)]
    bottom = [replace(cell(0, 0, "b", page=2), row=1), replace(cell(0, 1, "c", page=2), row=1, col_span=2)]
    parts = (TablePart(1, place(0, 0, 1, 3)), TablePart(2, place(0, 0, 1, 3)))
    first, second = slices(Table("t1", (2, 3), (*top, *bottom), parts=parts))
    assert (first.table.shape, second.table.shape) == ((1, 3), (1, 2))
    wide = second.table.cells[1]
    assert (wide.col, wide.col_span) == (1, 1)
    assert list(second.addresses(wide)) == [(1, 1), (1, 2)]
    assert (second.in_whole(wide).row, second.in_whole(wide).cols) == (1, range(1, 3))
