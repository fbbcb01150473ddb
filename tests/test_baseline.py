"""img2table as a baseline: its turn is recovered, its grids are kept whole, its failures are told."""

import sys
from collections import OrderedDict
from functools import cache
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from crossfoot.datasets.damage.page import damage_page, profile
from crossfoot.datasets.damage.scan import scan_pdf
from crossfoot.document import Box, Cell, Document, Page, Part, Scan, SourceInfo, Table, TablePart
from crossfoot.errors import EngineError, InputError
from crossfoot.eval import baseline, calibration
from crossfoot.eval.baseline import Baseline, BaselineCell, BaselineTable, Found, filled
from crossfoot.eval.slices import page_tables, slices

ROWS = [110, 150, 190, 230, 270, 310, 350, 390, 430]
COLS = [80, 300, 420, 540, 700]
FONT = cv2.FONT_HERSHEY_SIMPLEX


@cache
def upright():
    """A page of 8 × 4 with a header over two columns, ruled and filled with digits."""
    page = np.full((600, 780), 255, np.uint8)
    for y in ROWS:
        cv2.line(page, (COLS[0], y), (COLS[-1], y), (0,), 2)
    for x in COLS:
        cv2.line(page, (x, ROWS[0] + (40 if x == 420 else 0)), (x, ROWS[-1]), (0,), 2)
    for cell in cells():
        x, y = cell.parts[0].box.center
        cv2.putText(page, cell.text, (round(x) - 35, round(y) + 7), FONT, 0.6, (0,), 1, cv2.LINE_AA)
    page.setflags(write=False)
    return page


def cells():
    found = []
    for row in range(8):
        for col in range(4):
            if (row, col) == (0, 2):
                continue
            span = 2 if (row, col) == (0, 1) else 1
            box = Box(COLS[col], ROWS[row], COLS[col + span], ROWS[row + 1])
            found.append(
                Cell(row, col, 1, span, (Part(1, box),), header=row == 0, text=f"{(row + 1) * 100 + col}.00")
            )
    return tuple(found)


def truth():
    box = Box(COLS[0], ROWS[0], COLS[-1], ROWS[-1])
    return Table("t1", (8, 4), cells(), parts=(TablePart(1, box),), header_rows=1)


@cache
def scanned(skew):
    """The page turned by exactly `skew` degrees, as BGR, and the record of it."""
    height, width = upright().shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    pixels = cv2.warpAffine(upright(), matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))
    back = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    rows = tuple(tuple(float(v) for v in row) for row in back)
    page = Page(1, width, height, Scan(width, height, 100.0, "image"), rows)
    return cv2.cvtColor(pixels.astype(np.uint8), cv2.COLOR_GRAY2BGR), page


def on_scan(page, x, y):
    across, down, _ = np.linalg.inv(np.array(page.from_scan)) @ (x, y, 1)
    return across, down


# What is found --------------------------------------------------------------------------


@pytest.mark.parametrize("skew", [0.0, 1.2, -1.7])
def test_shape_spans_texts_and_places_are_those_of_the_page(skew):
    image, page = scanned(skew)
    found = Baseline().find(image)
    (table,) = found.tables
    assert (table.shape, found.failure) == ((8, 4), None)
    words = [(on_scan(page, *c.parts[0].box.center), c.text) for c in cells()]
    (result,) = filled(found, words, page=1)
    read = {(c.row, c.col, c.row_span, c.col_span): c.text for c in result.cells}
    assert read == {(c.row, c.col, c.row_span, c.col_span): c.text for c in cells()}
    for cell in cells():
        there = result.cell_at(cell.row, cell.col).parts[0]
        expected = on_scan(page, *cell.parts[0].box.center)
        assert there.page == 1
        assert np.hypot(*np.subtract(there.box.center, expected)) < 2
    (piece,) = slices(result)
    assert piece.page == 1
    assert np.hypot(*np.subtract(piece.box.center, on_scan(page, *truth().parts[0].box.center))) < 2


@pytest.mark.parametrize("skew", [0.0, 1.2, -1.7])
def test_the_turn_is_that_of_img2table_pixel_for_pixel(skew):
    from img2table.document import Image

    image, _ = scanned(skew)
    turned, matrix = baseline.turn(image)
    _, data = cv2.imencode(".bmp", image)
    theirs = Image(src=data.tobytes(), detect_rotation=True).images[0]
    assert np.array_equal(cv2.cvtColor(turned, cv2.COLOR_BGR2RGB), theirs)
    assert np.degrees(np.arctan2(matrix[1][0], matrix[0][0])) == pytest.approx(-skew, abs=0.1)
    x, y = 300.0, 200.0
    dot = image.copy()
    dot[:] = 255
    dot[196:205, 296:305] = 0  # its middle is (300.5, 200.5)
    angle = -np.degrees(np.arctan2(matrix[1][0], matrix[0][0]))
    from img2table.document.rotation import rotate_img_with_border

    moved = rotate_img_with_border(dot, angle) if angle else dot
    down, across = np.nonzero(moved[..., 0] < 128)
    expected = np.array(matrix) @ (x + 0.5, y + 0.5, 1)
    assert np.hypot(across.mean() + 0.5 - expected[0], down.mean() + 0.5 - expected[1]) < 0.5


def test_a_page_without_tables_is_no_failure():
    blank = np.full((300, 200, 3), 255, np.uint8)
    assert Baseline().find(blank) == Found(())


def test_whatever_it_raises_is_kept(monkeypatch):
    def broken(self, **_):
        raise ZeroDivisionError("a line\nand another")

    monkeypatch.setattr("img2table.document.Image.extract_tables", broken)
    found = Baseline().find(scanned(0.0)[0])
    assert (found.tables, found.failure) == ((), "ZeroDivisionError: a line")
    assert filled(found, [((1.0, 1.0), "x")]) == ()


def test_a_missing_package_is_no_failure_of_a_page(monkeypatch):
    monkeypatch.setitem(sys.modules, "img2table", None)
    with pytest.raises(EngineError, match="img2table"):
        Baseline()


# Its grids as ours ----------------------------------------------------------------------


def grid(*rows):
    """Content as img2table gives it, from rows of (left, top, right, bottom)."""
    made = OrderedDict()
    for number, row in enumerate(rows):
        made[number] = [SimpleNamespace(bbox=SimpleNamespace(x1=a, y1=b, x2=c, y2=d)) for a, b, c, d in row]
    return baseline._grid(list(made.values()))


def test_equal_boxes_are_one_cell():
    wide, tall = (0, 0, 20, 10), (20, 0, 30, 20)
    table = grid([wide, wide, tall], [(0, 10, 10, 20), (10, 10, 20, 20), tall])
    spans = [(c.row, c.col, c.row_span, c.col_span) for c in table.cells]
    assert spans == [(0, 0, 1, 2), (0, 2, 2, 1), (1, 0, 1, 1), (1, 1, 1, 1)]
    assert table.cells[0].box == Box(0.5, 0.5, 20.5, 10.5)  # from the middle of a line's pixels


def test_boxes_that_make_no_rectangle_are_cut_into_some():
    odd = (0, 0, 20, 20)
    table = grid([odd, odd], [odd, (10, 10, 20, 20)])
    assert [(c.row, c.col, c.row_span, c.col_span) for c in table.cells] == [
        (0, 0, 1, 2),
        (1, 0, 1, 1),
        (1, 1, 1, 1),
    ]
    step = grid([(0, 0, 9, 9), odd], [odd, odd])
    assert [(c.row, c.col, c.row_span, c.col_span) for c in step.cells] == [
        (0, 0, 1, 1),
        (0, 1, 2, 1),
        (1, 0, 1, 1),
    ]


def test_blank_rows_and_columns_are_kept():
    table = grid(*([(x, y, x + 10, y + 10) for x in (0, 10, 20)] for y in (0, 10)))
    (result,) = filled(Found((table,)), [((5.0, 5.0), "a")])
    assert result.shape == (2, 3)
    assert [c.text for c in result.cells] == ["a", "", "", "", "", ""]


def test_a_ragged_grid_is_none():
    assert grid([(0, 0, 9, 9), (9, 0, 19, 9)], [(0, 9, 9, 19)]) is None
    assert grid() is None


def test_words_go_to_the_cell_of_their_middle_in_reading_order():
    box = Box(0, 0, 100, 40)
    table = BaselineTable(
        (1, 2), (BaselineCell(0, 0, 1, 1, box), BaselineCell(0, 1, 1, 1, Box(100, 0, 200, 40))), box
    )
    words = [
        (Box(50, 2, 95, 14), "乙"),
        (Box(5, 22, 45, 34), "丙"),
        (Box(5, 3, 45, 15), "甲"),
        (Box(60, 22, 150, 34), "丁"),
        (Box(300, 0, 340, 12), "外"),
    ]
    (result,) = filled(Found((table,)), words)
    assert [c.text for c in result.cells] == ["甲乙丙", "丁"]


# Calibration ----------------------------------------------------------------------------


def fixture(tmp_path, ruling, name="clean", turned=0):
    """A fixture of the page, scanned as `name`."""
    how = profile(name)
    scan = damage_page(np.array(upright()), how, np.random.default_rng(1), turned=turned)
    pdf = scan_pdf([scan])
    page = Page(
        1,
        scan.width,
        scan.height,
        Scan(scan.scan_width, scan.scan_height, scan.dpi, "image"),
        scan.from_scan,
    )
    path = tmp_path / f"{ruling}-{name}-{turned}.pdf"
    path.write_bytes(pdf)
    labels = {"labels": {"style": {"ruling": ruling}}}
    return Document(SourceInfo(path.name, "0" * 64, 1), pages=(page,), tables=(truth(),), extra=labels), path


def test_only_fully_ruled_pages_that_lie_upright_are_judged(tmp_path):
    judge = Baseline()
    assert calibration.document_scores(judge, *fixture(tmp_path, "full")) == [1.0]
    assert calibration.document_scores(judge, *fixture(tmp_path, "three_line")) == []
    assert calibration.document_scores(judge, *fixture(tmp_path, "full", turned=90)) == []


def test_a_table_that_is_not_found_counts_as_nothing():
    _, page = scanned(0.0)
    blank = np.full((600, 780, 3), 255, np.uint8)
    document = Document(SourceInfo("x.pdf", "0" * 64, 1), pages=(page,), tables=(truth(),))
    assert calibration.page_scores(Baseline(), blank, page, page_tables(document)) == [0.0]


def test_tables_with_a_blank_line_say_nothing_of_damage():
    def table(*rows):
        made = tuple(Cell(r, c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row))
        return Table("t", (len(rows), len(rows[0])), made)

    assert not calibration.has_blank_line(table(["a", "b"], ["c", ""]))
    assert calibration.has_blank_line(table(["a", "b"], ["", ""]))
    assert calibration.has_blank_line(table(["a", ""], ["c", ""]))
    tall = Table("t", (2, 2), (Cell(0, 0, 2, 1, text="a"), Cell(0, 1, text="b"), Cell(1, 1)))
    assert calibration.has_blank_line(tall)


def test_bands_are_those_that_were_set():
    assert calibration.band("clean") == (0.97, 1.0)
    assert calibration.band("office") == calibration.band("office@1") == (0.84, 0.94)
    assert calibration.band("fax") == calibration.band("photo") == (0.5, 0.8)
    assert not calibration.within("office", 0.95)
    assert calibration.within("low", 0.5)


def test_the_exit_code_says_whether_damage_is_as_it_should_be(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(calibration, "calibrate", lambda folder, limit: {"clean": [1.0, 0.99], "fax": [0.6]})
    assert calibration.main([str(tmp_path)]) == 0
    monkeypatch.setattr(calibration, "calibrate", lambda folder, limit: {"clean": [1.0], "fax": [0.9]})
    assert calibration.main([str(tmp_path)]) == 4
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["clean", "fax", "clean", "fax"]
    assert "OUTSIDE 0.50 to 0.80" in lines[-1]


def test_a_set_without_ruled_tables_cannot_calibrate(tmp_path, monkeypatch):
    document, path = fixture(tmp_path, "none")
    entry = SimpleNamespace(damage="clean", source=path, load=lambda: document)
    monkeypatch.setattr(
        "crossfoot.datasets.fixtures.sets.load_set", lambda folder: SimpleNamespace(fixtures=(entry, entry))
    )
    with pytest.raises(InputError, match="fully ruled"):
        calibration.calibrate(tmp_path)


def test_tables_of_one_row_say_nothing_of_damage() -> None:
    def row(number: int) -> tuple[Cell, ...]:
        return tuple(Cell(number, col, text="9") for col in range(3))

    assert not calibration.can_be_found(Table("t1", (1, 3), row(0)))
    assert calibration.can_be_found(Table("t1", (2, 3), row(0) + row(1)))
    assert not calibration.can_be_found(Table("t1", (2, 3), row(0) + tuple(Cell(1, col) for col in range(3))))
