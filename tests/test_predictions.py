"""Readers of other tools' output, on small files in the shapes that these tools write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from crossfoot.document import Box, Cell, Document, Page, Part, Scan, SourceInfo, Table, TablePart
from crossfoot.errors import InputError, LimitExceeded, MissingInput, OptionsError
from crossfoot.eval import predictions
from crossfoot.eval.predictions import FORMATS, PredictedTable, files, markup, read_predictions
from crossfoot.eval.predictions.grid import Grid, Place
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = "<tr><td>项目</td><td>金额</td></tr><tr><td>工资</td><td>1.00</td></tr>"
HTML = f"<html><body><table>{ROWS}</table></body></html>"
TEXTS = [["项目", "金额"], ["工资", "1.00"]]


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def texts(table: PredictedTable) -> list[list[str]]:
    rows, cols = table.table.shape
    return [[table.table.cell_at(row, col).text for col in range(cols)] for row in range(rows)]


def read(folder: Path, format_: str, stem: str = "scan") -> tuple[PredictedTable, ...]:
    found = read_predictions(folder, format_, stem)
    assert found is not None
    return found


def parse(html: str) -> PredictedTable:
    (table,) = markup.tables_in(html, "x.html")
    return table


@pytest.mark.parametrize("format_", FORMATS)
def test_what_a_file_is_said_to_be_called_is_what_is_looked_for(tmp_path: Path, format_: str) -> None:
    for number, name in enumerate(predictions.expected(format_, "{scan}").split(" or ")):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert not predictions.has_prediction(folder, format_, "{scan}")
        write(folder / name, "")
        assert predictions.has_prediction(folder, format_, "{scan}")


# HTML


def test_html_file_with_pages(tmp_path: Path) -> None:
    write(tmp_path / "scan.html", f"<p>x</p><table data-page='2'>{ROWS}</table><table>{ROWS}</table>")
    first, second = read(tmp_path, "html")
    assert (first.page, second.page, first.box, first.frame) == (2, None, None, None)
    assert texts(first) == texts(second) == TEXTS
    assert [t.table.id for t in (first, second)] == ["t1", "t2"]


def test_html_folder_in_natural_order(tmp_path: Path) -> None:
    for name in ("t10", "t2"):
        write(tmp_path / "scan" / f"{name}.html", f"<table><tr><td>{name}</td></tr></table>")
    write(tmp_path / "scan" / "t1.html.bak", "no table")
    assert [texts(t) for t in read(tmp_path, "html")] == [[["t2"]], [["t10"]]]


def test_header_cells_and_spans_are_kept() -> None:
    table = parse(
        "<table><thead><tr><td rowspan=2>A</td><th colspan=2>B</th></tr><tr><th>C<th>D</tr></thead>"
        "<tbody><tr><td>1</td><td>2<br>3</td><td> 4\n 5</td></tr></tbody></table>"
    )
    assert table.repairs == 0
    assert table.table.header_rows == 2
    assert texts(table) == [["A", "B", "B"], ["A", "C", "D"], ["1", "2\n3", "4 5"]]


@pytest.mark.parametrize(
    ("html", "expected", "repairs"),
    [
        # Rows of unequal length.
        ("<tr><td>a</td></tr><tr><td>b</td><td>c</td></tr>", [["a", ""], ["b", "c"]], 1),
        # A rowspan that reaches out of the table.
        ("<tr><td rowspan=3>a</td><td>b</td></tr>", [["a", "b"]], 1),
        # A colspan into a cell that comes down from the row above.
        (
            "<tr><td>a</td><td rowspan=2>b</td></tr><tr><td colspan=2>c</td></tr>",
            [["a", "b"], ["c", "b"]],
            1,
        ),
        # No closing tags, and a row without cells.
        ("<tr><td>a<td>b<tr><tr><td>c<td>d", [["a", "b"], ["", ""], ["c", "d"]], 2),
        # Spans that are no numbers.
        ("<tr><td colspan='x' rowspan='-2'>a</td></tr>", [["a"]], 0),
        # To the end of the table.
        ("<tr><td rowspan=0>a</td><td>b</td></tr><tr><td>c</td></tr>", [["a", "b"], ["a", "c"]], 0),
        # Cells without a row.
        ("<td>a</td><td>b</td>", [["a", "b"]], 0),
    ],
)
def test_grids_are_mended_and_mends_counted(html: str, expected: list[list[str]], repairs: int) -> None:
    table = parse(f"<table>{html}</table>")
    assert texts(table) == expected
    assert table.repairs == repairs


def test_a_table_within_a_table_is_a_table_of_its_own() -> None:
    outer, inner = markup.tables_in(
        "<table><tr><td>a<table><tr><td>b</td></tr></table>c</td><td>d</td></tr></table>", "x.html"
    )
    assert texts(outer) == [["ac", "d"]]
    assert texts(inner) == [["b"]]


def test_scripts_and_entities() -> None:
    table = parse("<table><tr><td>&lt;a&gt;&nbsp;b<script>var x</script></td></tr></table>")
    assert texts(table) == [["<a> b"]]


SPAN = st.integers(0, 4)
RAW = st.lists(st.lists(st.tuples(SPAN, SPAN), max_size=5), max_size=6)


@settings(max_examples=150, deadline=None)
@given(RAW)
def test_any_table_becomes_a_complete_grid_with_every_text(rows: list[list[tuple[int, int]]]) -> None:
    names = (f"n{i}" for i in range(99))
    body = "".join(
        "<tr>" + "".join(f"<td rowspan={r} colspan={c}>{next(names)}</td>" for r, c in row) + "</tr>"
        for row in rows
    )
    table = parse(f"<table>{body}</table>").table  # Table itself refuses what is not complete
    found = [cell.text for cell in table.cells if cell.text]
    assert sorted(found) == sorted(f"n{i}" for i in range(sum(map(len, rows))))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 2, *[st.integers(1, 3)] * 2), max_size=8))
def test_overlapping_cells_keep_every_text(claims: list[tuple[int, int, int, int]]) -> None:
    grid = Grid("x", max((row + span for row, _, span, _ in claims), default=0))
    for index, (row, col, row_span, col_span) in enumerate(claims):
        grid.add(Cell(row, col, row_span, col_span, text=str(index)))
    table = grid.finish(Place()).table
    found = [text for cell in table.cells for text in cell.text.split("\n") if text]
    assert sorted(found) == sorted(str(index) for index in range(len(claims)))


# PP-StructureV3


def ppstructure(index: int | None = None, **changes: Any) -> dict[str, Any]:
    page = {
        "input_path": "scan.png",
        "page_index": index,
        "width": 1654,
        "height": 2339,
        "model_settings": {"use_doc_preprocessor": False, "use_table_recognition": True},
        "parsing_res_list": [
            {"block_label": "doc_title", "block_content": "收支总表", "block_bbox": [700, 90, 950, 130]},
            {"block_label": "table", "block_content": HTML, "block_bbox": [80, 200, 1570, 700]},
        ],
        "layout_det_res": {"boxes": []},
        "table_res_list": [
            {
                "cell_box_list": [[82.0, 202.0, 800.0, 400.0], [800.0, 202.0, 1568.0, 698.0]],
                "pred_html": HTML,
                "table_ocr_pred": {"rec_texts": ["项目", "金额", "工资", "1.00"]},
            }
        ],
    }
    return page | changes


def test_ppstructure_image(tmp_path: Path) -> None:
    write(tmp_path / "scan_res.json", ppstructure())
    (table,) = read(tmp_path, "ppstructure")
    assert texts(table) == TEXTS
    assert (table.page, table.box, table.frame) == (1, Box(80, 200, 1570, 700), (1654.0, 2339.0))
    assert table.table.parts == (TablePart(1, Box(80, 200, 1570, 700)),)


def test_ppstructure_pdf_pages_in_order_and_no_page_of_another_input(tmp_path: Path) -> None:
    for index in (10, 2):
        write(tmp_path / f"scan_{index}_res.json", ppstructure(index))
    write(tmp_path / "scan_3_res.json", ppstructure(None))  # the image scan_3.png
    write(tmp_path / "scan_b_0_res.json", ppstructure(0))
    assert [table.page for table in read(tmp_path, "ppstructure")] == [3, 11]
    assert [table.page for table in read(tmp_path, "ppstructure", "scan_3")] == [1]


def test_ppstructure_table_without_its_block_stands_around_its_cells(tmp_path: Path) -> None:
    write(tmp_path / "scan_res.json", ppstructure(parsing_res_list=[]))
    (table,) = read(tmp_path, "ppstructure")
    assert table.box == Box(82, 202, 1568, 698)


def test_paddleocr_vl_writes_blocks_alone(tmp_path: Path) -> None:
    page = ppstructure()
    del page["table_res_list"]
    page["parsing_res_list"].append(page["parsing_res_list"][1] | {"block_bbox": [80, 900, 1570, 1500]})
    write(tmp_path / "scan" / "scan_res.json", page)
    assert [t.box and t.box.top for t in read(tmp_path, "ppstructure")] == [200, 900]


@pytest.mark.parametrize(
    "preprocessed",
    [
        {"angle": 90, "model_settings": {"use_doc_unwarping": False}},
        {"angle": 0, "model_settings": {"use_doc_unwarping": True}},
    ],
)
def test_ppstructure_boxes_of_a_moved_page_are_left_out(tmp_path: Path, preprocessed: object) -> None:
    write(tmp_path / "scan_res.json", ppstructure(doc_preprocessor_res=preprocessed))
    (table,) = read(tmp_path, "ppstructure")
    assert table.box is None
    assert texts(table) == TEXTS


# MinerU


def mineru_block(html: str | None, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "table_body", "bbox": [40, 90, 560, 300], "lines": []}
    if html:
        span = {"type": "table", "bbox": [40, 90, 560, 300], "html": html, "image_path": "a.jpg"}
        body["lines"] = [{"bbox": [40, 90, 560, 300], "spans": [span]}]
    caption = {"type": "table_caption", "bbox": [40, 70, 560, 88], "lines": [{"spans": [{"content": "表1"}]}]}
    return {"type": "table", "bbox": [40, 70, 560, 300], "blocks": [caption, body | changes]}


def middle(*pages: list[dict[str, Any]], key: str = "preproc_blocks") -> dict[str, Any]:
    info = [
        {key: [{"type": "text", "bbox": [1, 1, 2, 2]}, *blocks], "page_idx": i, "page_size": [595, 842]}
        for i, blocks in enumerate(pages)
    ]
    return {"pdf_info": info, "_backend": "pipeline", "_version_name": "2.5.4"}


@pytest.mark.parametrize("place", ["", "scan", "scan/auto"])
def test_mineru_middle(tmp_path: Path, place: str) -> None:
    write(tmp_path / place / "scan_middle.json", middle([], [mineru_block(HTML)]))
    write(tmp_path / place / "scan_content_list.json", [])  # says less
    (table,) = read(tmp_path, "mineru")
    assert texts(table) == TEXTS
    assert (table.page, table.box, table.frame) == (2, Box(40, 70, 560, 300), (595, 842))


def test_mineru_rows_moved_to_the_page_before_are_no_table(tmp_path: Path) -> None:
    pages = middle([mineru_block(HTML)], [mineru_block(None, lines_deleted=True)], key="para_blocks")
    write(tmp_path / "scan_middle.json", pages)
    assert [table.page for table in read(tmp_path, "mineru")] == [1]


def test_mineru_table_found_but_not_read_has_no_cells(tmp_path: Path) -> None:
    write(tmp_path / "scan_middle.json", middle([mineru_block(None)]))
    (table,) = read(tmp_path, "mineru")
    assert (table.table.shape, table.box) == ((0, 0), Box(40, 70, 560, 300))


def test_mineru_content_list(tmp_path: Path) -> None:
    item = {"type": "table", "img_path": "a.jpg", "table_caption": ["表1"], "table_footnote": []}
    content = [
        {"type": "text", "text": "说明", "text_level": 1, "page_idx": 0},
        item | {"table_body": HTML, "page_idx": 3, "bbox": [62, 480, 946, 904]},
        item | {"table_body": HTML, "page_idx": 4},  # before 2.5
    ]
    write(tmp_path / "scan_content_list.json", content)
    new, old = read(tmp_path, "mineru")
    assert (new.page, new.box, new.frame) == (4, Box(62, 480, 946, 904), (1000, 1000))
    assert (old.page, old.box, old.frame) == (5, None, None)
    assert texts(new) == texts(old) == TEXTS
    assert [table.table.id for table in (new, old)] == ["t1", "t2"]


def test_mineru_two_methods_are_ambiguous(tmp_path: Path) -> None:
    for method in ("auto", "vlm"):
        write(tmp_path / "scan" / method / "scan_middle.json", middle())
    with pytest.raises(InputError, match=r"auto.scan_middle\.json: .*vlm.*as well"):
        read_predictions(tmp_path, "mineru", "scan")


# Docling


def docling_cell(row: int, col: int, text: str, rows: int = 1, cols: int = 1, **more: Any) -> dict[str, Any]:
    place = {
        "start_row_offset_idx": row,
        "end_row_offset_idx": row + rows,
        "start_col_offset_idx": col,
        "end_col_offset_idx": col + cols,
    }
    return place | {"row_span": rows, "col_span": cols, "text": text, "column_header": False} | more


def docling(cells: list[dict[str, Any]], shape: tuple[int, int] = (2, 2), **page: Any) -> dict[str, Any]:
    box = {"l": 50.0, "t": 742.0, "r": 550.0, "b": 542.0, "coord_origin": "BOTTOMLEFT"}
    table = {
        "self_ref": "#/tables/0",
        "label": "table",
        "prov": [{"page_no": 2, "bbox": box, "charspan": [0, 0]}],
        "data": {"table_cells": cells, "num_rows": shape[0], "num_cols": shape[1], "grid": []},
    }
    pages = {"2": {"size": {"width": 600.0, "height": 842.0}, "page_no": 2} | page}
    return {"schema_name": "DoclingDocument", "version": "1.7.0", "tables": [table], "pages": pages}


CELLS = [
    docling_cell(
        0,
        0,
        "收入",
        cols=2,
        column_header=True,
        bbox={"l": 50.0, "t": 100.0, "r": 550.0, "b": 200.0, "coord_origin": "TOPLEFT"},
    ),
    docling_cell(1, 0, "工资"),
    docling_cell(1, 1, "1.00"),
]


def test_docling(tmp_path: Path) -> None:
    write(tmp_path / "scan.json", docling(CELLS))
    (table,) = read(tmp_path, "docling")
    assert texts(table) == [["收入", "收入"], ["工资", "1.00"]]
    assert (table.page, table.box, table.frame) == (2, Box(50, 100, 550, 300), (600, 842))
    assert table.table.cell_at(0, 1).parts == (Part(2, Box(50, 100, 550, 200)),)
    assert (table.table.header_rows, table.repairs) == (1, 0)


def test_docling_overlaps_and_gaps_are_mended(tmp_path: Path) -> None:
    cells = [docling_cell(0, 0, "a", rows=2), docling_cell(1, 0, "b"), docling_cell(2, 1, "c")]
    write(tmp_path / "scan" / "scan.json", docling(cells, shape=(2, 2)))
    (table,) = read(tmp_path, "docling")
    assert texts(table) == [["a\nb", ""], ["a\nb", ""], ["", "c"]]
    assert table.repairs == 1 + 3  # one text joined, three addresses filled


def test_docling_page_without_a_size_has_no_boxes(tmp_path: Path) -> None:
    write(tmp_path / "scan.json", docling(CELLS, size={"width": 0, "height": 0}))
    (table,) = read(tmp_path, "docling")
    assert (table.page, table.box, table.frame) == (2, None, None)
    assert table.table.cell_at(0, 0).box is None


# crossfoot


def crossfoot(from_scan: tuple[tuple[float, ...], ...]) -> Document:
    box = Box(10, 20, 110, 60)
    cells = (Cell(0, 0, text="合计", parts=(Part(1, box),)),)
    table = Table("t7", (1, 1), cells, parts=(TablePart(1, box),))
    page = Page(1, 400, 600, Scan(200, 300, 100.0, "image"), from_scan)
    return Document(SourceInfo("scan.pdf", "0" * 64, 1), pages=(page,), tables=(table,))


@pytest.mark.parametrize("name", ["scan/document.json", "scan.json"])
def test_crossfoot_boxes_are_moved_to_the_scan(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, crossfoot(((2.0, 0, 0), (0, 2.0, 0), (0, 0, 1.0))).to_json())
    (table,) = read(tmp_path, "crossfoot")
    assert (table.page, table.box, table.frame) == (1, Box(5, 10, 55, 30), (200, 300))
    assert table.table.cell_at(0, 0).box == Box(5, 10, 55, 30)
    assert (table.table.id, texts(table)) == ("t7", [["合计"]])


# What is refused


def test_nothing_written_for_a_fixture_is_none_and_no_tables_is_empty(tmp_path: Path) -> None:
    write(tmp_path / "scan.html", "<p>no table here</p>")
    for format_ in FORMATS:
        assert read_predictions(tmp_path, format_, "other") is None
    assert read_predictions(tmp_path, "html", "scan") == ()


def _without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in value.items() if k != key}


@pytest.mark.parametrize(
    ("format_", "name", "content", "message"),
    [
        ("docling", "scan.json", "{", r"not JSON"),
        ("docling", "scan.json", "[" * 100_000, r"not JSON"),
        ("docling", "scan.json", "[]", r"the top level: an object expected, not \[\]"),
        ("docling", "scan.json", {"tables": [{}]}, r"tables\[0\]: data is missing"),
        ("docling", "scan.json", docling([{}]), r"table_cells\[0\]: start_row_offset_idx is missing"),
        (
            "docling",
            "scan.json",
            docling([docling_cell(0, 0, "a", rows=0)]),
            r"end_row_offset_idx: an integer",
        ),
        ("docling", "scan.json", '{"tables": [NaN]}', r"NaN is no JSON number"),
        ("mineru", "scan_middle.json", {}, r"pdf_info is missing"),
        ("mineru", "scan_content_list.json", [{"type": 3}], r"\[0\]\.type: text expected, not 3"),
        (
            "mineru",
            "scan_middle.json",
            {"pdf_info": [{"page_size": [1]}]},
            r"page_size: a width and a height",
        ),
        (
            "ppstructure",
            "scan_res.json",
            {"table_res_list": [{}]},
            r"table_res_list\[0\]: pred_html is missing",
        ),
        (
            "ppstructure",
            "scan_res.json",
            ppstructure(table_res_list=[{"pred_html": HTML, "cell_box_list": [[1, 2, 3]]}]),
            r"cell_box_list\[0\]: pairs of x and y expected",
        ),
        ("ppstructure", "scan_res.json", ppstructure(width="wide"), r"width: an integer from 1 expected"),
        ("crossfoot", "scan.json", {"schema": "crossfoot/9"}, r"not a crossfoot/1 document"),
        ("crossfoot", "scan.json", crossfoot(((0.0, 0, 0),) * 3).to_json(), r"no transform"),
    ],
)
def test_malformed_files_are_refused_by_name(
    tmp_path: Path, format_: str, name: str, content: Any, message: str
) -> None:
    write(tmp_path / name, content)
    with pytest.raises(InputError, match=message) as caught:
        read_predictions(tmp_path, format_, "scan")
    assert caught.value.name.startswith(str(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "scan.html").write_bytes("<table>表".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8 at byte 7"):
        read_predictions(tmp_path, "html", "scan")


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "scan.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(docling(CELLS)).encode())
    assert len(read(tmp_path, "docling")) == 1


@pytest.mark.parametrize(
    ("format_", "name", "content"),
    [
        ("html", "scan.html", "<table>" + "<tr><td rowspan=65534>" * 1500 + "<td colspan=1000>" * 2),
        ("docling", "scan.json", docling([docling_cell(0, 0, "a", rows=10**8)])),
        ("docling", "scan.json", docling([docling_cell(0, 0, "a", cols=10**8)])),
        ("docling", "scan.json", docling([], shape=(10**4, 10**4))),
    ],
)
def test_giant_tables_are_refused(tmp_path: Path, format_: str, name: str, content: Any) -> None:
    write(tmp_path / name, content)
    with pytest.raises(LimitExceeded, match="more than 1000000 addresses"):
        read_predictions(tmp_path, format_, "scan")


def test_limits_on_files_markup_and_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "scan.html", HTML * 3)
    monkeypatch.setattr(predictions, "MAX_TOTAL_ADDRESSES", 11)
    with pytest.raises(LimitExceeded, match=r"scan\.html: tables of more than 11 addresses"):
        read_predictions(tmp_path, "html", "scan")
    monkeypatch.setattr("crossfoot.sheets.markup.MAX_CHARACTERS", 50)
    with pytest.raises(LimitExceeded, match="50 characters"):
        read_predictions(tmp_path, "html", "scan")
    monkeypatch.setattr(files, "MAX_BYTES", 50)
    with pytest.raises(LimitExceeded, match=r"scan\.html: larger"):
        read_predictions(tmp_path, "html", "scan")


@pytest.mark.parametrize("stem", ["..", "a/b", "../scan", "", "."])
def test_stems_do_not_leave_the_folder(tmp_path: Path, stem: str) -> None:
    with pytest.raises(InputError, match="no name of a file"):
        read_predictions(tmp_path, "html", stem)


def test_unknown_formats_and_folders(tmp_path: Path) -> None:
    with pytest.raises(OptionsError, match="none of crossfoot, docling, html, mineru, ppstructure"):
        read_predictions(tmp_path, "pdf", "scan")
    with pytest.raises(MissingInput, match="no such folder"):
        read_predictions(tmp_path / "missing", "html", "scan")
