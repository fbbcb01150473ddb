"""Tables typed by hand: HTML as browsers place it, workbooks as they show themselves."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from crossfoot.datasets.fixtures.checking import faults
from crossfoot.datasets.labels.documents import Defaults, document_from_labels, tables_from_html
from crossfoot.datasets.labels.html import html_tables
from crossfoot.document import Cell, Document, Table
from crossfoot.errors import (
    InputError,
    LimitExceeded,
    MissingInput,
    OptionsError,
    UnsupportedInput,
)
from crossfoot.export.html import table_html
from crossfoot.export.xlsx import write_xlsx
from crossfoot.sheets.numbers import show_number
from crossfoot.sheets.strays import stray_rows
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Border, Side

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def grid(cells):
    return [(c.row, c.col, c.row_span, c.col_span, c.text) for c in cells]


def one(text):
    (cells,) = tables_from_html(text, "t.html")
    return grid(cells)


# HTML ------------------------------------------------------------------------------------


def test_closing_tags_may_be_missing():
    assert one("<table><tr><td>a<td>b<tr><td>c<td>d") == [
        (0, 0, 1, 1, "a"),
        (0, 1, 1, 1, "b"),
        (1, 0, 1, 1, "c"),
        (1, 1, 1, 1, "d"),
    ]
    assert one("<table><td>a</td></table>") == [(0, 0, 1, 1, "a")]
    assert [len(t) for t in tables_from_html("<table><tr><td>a</table><table><tr><td>b</table>", "t")] == [
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("a &amp; b&lt;c &#24180;", "a & b<c 年"),
        ("  a \n\t b&nbsp;", "a b"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<br>a<br>", "a"),
        ("<p>a</p>\n<p>b <b>c</b></p>", "a\nb c"),
        ("a<div>b</div>c", "a\nb\nc"),
        ("a<!-- x -->b<script>if (a < b) {}</script>", "ab"),
        ("一、\u3000二", "一、\u3000二"),
        ("&nbsp;", ""),
    ],
)
def test_text_is_what_a_browser_shows(inner, text):
    assert one(f"<table><tr><td>{inner}</td></tr></table>") == [(0, 0, 1, 1, text)]


def test_header_cells_are_th_and_those_of_thead():
    (cells,) = tables_from_html(
        "<table><thead><tr><td>a</thead><tbody><tr><td>b<tr><th>c</tbody></table>", "t"
    )
    assert [c.header for c in cells] == [True, False, True]


def test_a_rowspan_of_zero_reaches_to_the_end_of_its_group():
    text = "<table><tbody><tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d</tbody><tbody><tr><td>e<td>f</table>"
    assert one(text) == [
        (0, 0, 3, 1, "a"),
        (0, 1, 1, 1, "b"),
        (1, 1, 1, 1, "c"),
        (2, 1, 1, 1, "d"),
        (3, 0, 1, 1, "e"),
        (3, 1, 1, 1, "f"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<table><tr><td>a<td>b<tr><td>c</table>", r"table 1: address \(1, 1\) is covered by no cell"),
        (
            "<table><tr><td>a<td rowspan=2>b<tr><td colspan=2>c</table>",
            r"table 1: address \(1, 1\) is covered twice",
        ),
        ("<table><tr><td rowspan=3>a<tr></table>", r"table 1: cell \(0, 0\) reaches out of the 2 rows"),
        ("<table><tr><td rowspan=two>a</table>", "rowspan='two' is no number"),
        ("<table><tr><td colspan=-1>a</table>", "colspan='-1' is no number"),
        ("<table><tr><td colspan=99999>a</table>", "no number up to 1000"),
        ("<table><tr><td>a<table><tr><td>b</table></table>", r"cell \(0, 0\): a table within a table"),
        ("<table><tr><td>a</td>stray</tr></table>", "text between cells: 'stray'"),
        ("<table></table>", "has no cells"),
        ("<table><tr></tr></table>", "has no cells"),
        ("<table><tr><td>a</table><table><tr><td>b<td>c<tr><td>d</table>", "table 2: address"),
    ],
)
def test_what_a_browser_would_mend_is_refused(text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        tables_from_html(text, "labels.html")
    assert caught.value.name == "labels.html"


def test_html_is_read_within_bounds(monkeypatch):
    wide = "<td rowspan=60000 colspan=1000>" * 20
    with pytest.raises(LimitExceeded, match="1000000 addresses"):
        tables_from_html(f"<table><tr>{wide}", "t")
    with pytest.raises(LimitExceeded, match="tables"):
        tables_from_html("<table><tr><td></table>" * 10_001, "t")
    monkeypatch.setattr("crossfoot.datasets.labels.html.MAX_CHARACTERS", 10)
    with pytest.raises(LimitExceeded, match="characters"):
        tables_from_html("x" * 11, "t")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a " * 500_000, "ends within a tag"),
        ("<!--a>" * 500_000, "a comment that does not end"),
        ("<![if>" * 500_000, "a section that does not end"),
        ("<![<![x]>", "is no HTML"),
    ],
)
def test_a_file_that_is_cut_off_is_refused_at_once(text, reason):
    with pytest.raises(InputError, match=reason):
        tables_from_html(text, "t")


def test_gaps_may_be_filled_or_kept():
    text = "<table><tr><td>a<td>b<tr><td>c</table>"
    assert [t.cells[-1].text for t in html_tables(text, gaps="blank")] == [""]
    assert html_tables(text, gaps="keep")[0].shape == (2, 2)
    assert len(html_tables(text, gaps="keep")[0].cells) == 3


@st.composite
def tables(draw):
    """A complete table: a grid cut into rectangles, row by row."""
    rows, cols = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    taken, cells = set(), []
    text = st.text(st.sampled_from("年 a<&\n9.,"), max_size=4)
    for row in range(rows):
        for col in range(cols):
            if (row, col) in taken:
                continue
            width = next((w for w in range(1, cols - col + 1) if (row, col + w) in taken), cols - col)
            down, across = draw(st.integers(1, rows - row)), draw(st.integers(1, width))
            taken |= {(row + r, col + c) for r in range(down) for c in range(across)}
            cells.append(Cell(row, col, down, across, text="\n".join(draw(text).split())))
    return Table(id="t1", shape=(rows, cols), cells=tuple(cells))


@given(tables())
def test_what_export_writes_is_read(table):
    assert one(table_html(table)) == grid(table.cells)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_samples_come_back_from_html_and_from_a_workbook(tmp_path, path):
    document = Document.load(path)
    (tmp_path / "t.html").write_text("".join(map(table_html, document.tables)), encoding="utf-8")
    (tmp_path / "t.xlsx").write_bytes(write_xlsx(document))
    for name in ("t.html", "t.xlsx"):
        labelled = document_from_labels(tmp_path / name, unit=document.tables[0].unit)
        assert list(faults(labelled)) == []
        for ours, theirs in zip(document.tables, labelled.tables, strict=True):
            assert (ours.id, grid(ours.cells)) == (theirs.id, grid(theirs.cells))
            assert ours.header_rows == theirs.header_rows
            assert [c.amount for c in ours.cells] == [c.amount for c in theirs.cells]
            assert [c.role for c in ours.columns] == [c.role for c in theirs.columns]
    assert [(t.title, t.kind) for t in labelled.tables] == [(t.title, t.kind) for t in document.tables]


# Labels ----------------------------------------------------------------------------------

LABELS = """<table data-kind="budget.expenditure" data-unit="万元" data-page="2">
<caption>2020年<br>支出表</caption>
<tr><th>科目编码</th><th>名称</th><th data-year="2019" data-stage="prior_budget">上年</th><th>本年</th></tr>
<tr><td>201</td><td>一般公共服务</td><td>1,234.50</td><td>-</td></tr>
<tr><td>202</td><td>外交</td><td>0.00</td><td class="text">7.00</td></tr>
<tr><td>203</td><td>国防</td><td data-unit="元">5</td><td>6.50</td></tr>
</table>"""


def labels(tmp_path, text=LABELS, **options):
    (tmp_path / "labels.html").write_text(text, encoding="utf-8")
    return document_from_labels(tmp_path / "labels.html", **options)


def test_amounts_get_the_unit_year_and_stage_of_the_nearest_that_says_them(tmp_path):
    document = labels(tmp_path, defaults=Defaults(unit="元", year=2020, stage="budget"))
    (table,) = document.tables
    assert (table.kind, table.title, table.unit, table.header_rows) == (
        "budget.expenditure",
        "2020年\n支出表",
        "万元",
        1,
    )
    assert [c.role for c in table.columns] == ["code", "name", "amount", "amount"]
    assert [
        (c.row, c.col, c.amount, c.unit, c.year, c.stage) for c in table.cells if c.amount is not None
    ] == [
        (1, 2, Decimal("1234.50"), "万元", 2019, "prior_budget"),
        (2, 2, Decimal("0.00"), "万元", 2019, "prior_budget"),
        (3, 2, Decimal(5), "元", 2019, "prior_budget"),
        (3, 3, Decimal("6.50"), "万元", 2020, "budget"),
    ]
    assert document.extra == {"labels": {"pages": {"t1": 2}}}
    assert (document.source.sha256, document.source.pages, document.pages) == ("", 0, ())
    assert list(faults(document)) == []


def test_a_source_is_named_with_its_hash_and_pages(tmp_path):
    scan = SAMPLES / "budget-2020-basic.pdf"
    truth = Document.load(scan.with_suffix(".json"))
    assert labels(tmp_path, source=scan).source == truth.source


def test_roles_that_are_given_decide(tmp_path):
    rows = "<tr><td>1<td>2<td>3%<td>x<tr><td>4<td>5<td>6<td class=amount>8"
    document = labels(tmp_path, f"<table>{rows}</table>", columns=["line_number", "amount", "amount", "text"])
    amounts = [(c.row, c.col) for c in document.tables[0].cells if c.amount is not None]
    assert amounts == [(0, 1), (1, 1), (1, 2), (1, 3)]
    same = labels(tmp_path, f'<table data-columns="line_number amount, amount text">{rows}</table>')
    assert same == document


def test_header_rows_are_as_marked_as_given_or_guessed(tmp_path):
    rows = "<tr><td>编码<td>名称<td>金额<tr><td>201<td>a<td>1.00<tr><td>202<td>b<td>2.00"
    assert labels(tmp_path, f"<table>{rows}</table>").tables[0].header_rows == 1
    assert labels(tmp_path, f"<table>{rows}</table>", header_rows=2).tables[0].header_rows == 2
    said = labels(tmp_path, f'<table data-header-rows="0">{rows}</table>', header_rows=2).tables[0]
    assert said.header_rows == 0
    assert not any(c.header for c in said.cells)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LABELS.replace("budget.expenditure", "budget.x"), r"table 1: 'budget\.x' is no kind"),
        (LABELS.replace("万元", "人"), "table 1: '人' is no unit of money"),
        (LABELS.replace('data-page="2"', 'data-page="two"'), "data-page='two' is no number"),
        (LABELS.replace("data-page", "data-pages"), "data-pages means nothing"),
        (
            LABELS.replace('data-page="2"', 'data-columns="code name"'),
            "table 1: has 4 columns, and 2 roles given",
        ),
        (LABELS.replace('data-page="2"', 'data-columns="sum"'), "'sum' is no role"),
        (LABELS.replace('data-page="2"', 'data-header-rows="9"'), "9 header rows of 4 rows"),
        (LABELS.replace("prior_budget", "last"), r"cell \(0, 2\): 'last' is no stage"),
        (LABELS.replace('data-unit="元"', 'data-year="x"'), r"cell \(3, 2\): data-year='x'"),
        (LABELS.replace("<td>外交", '<td class="amount">外交'), r"cell \(2, 1\): '外交' is no amount"),
        ('<table data-id="a"><tr><td>1</table>' * 2, "table 2: id a is given twice"),
        ("<p>none</p>", "has no table"),
    ],
)
def test_a_label_that_is_impossible_is_refused(tmp_path, text, reason):
    with pytest.raises(InputError, match=reason) as caught:
        labels(tmp_path, text)
    assert str(tmp_path / "labels.html") in str(caught.value)


def test_what_the_caller_says_wrongly_is_not_the_fault_of_the_file(tmp_path):
    with pytest.raises(OptionsError, match=r"^--kind: 'x' is no kind of table$") as caught:
        labels(tmp_path, kind="x")
    assert "final.three_public" in caught.value.remedy


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<tr><td colspan=2>收入支出决算总表<tr><td>项目<td>金额", [(0, "--title")]),
        ("<tr><td>收入支出决算总表<td><tr><td>项目<td>金额", [(0, "--title")]),
        ("<tr><td>编制单位：某局<td><tr><td>项目<td>金额", [(0, "--organization")]),
        (
            "<tr><td><td>公开01表<tr><td><td>金额单位：元<tr><td>项目<td>金额",
            [(0, "--organization"), (1, "--unit")],
        ),
        ("<tr><td>项目<td>2020年预算数<tr><td>a<td>1", []),
        ("<tr><td><td>预算数<tr><td>a<td>1", []),
        ("<tr><td colspan=2>合计<tr><td>a<td>1", []),
        ("<tr><td rowspan=2>项目<td>预算<tr><td>决算<tr><td>a<td>1", []),
        ("<tr><td>项目<td>金额<tr><td colspan=2>基本支出情况<tr><td>a<td>1", []),
        ("<tr><td>预算<tr><td>a", []),
    ],
)
def test_rows_that_stand_above_a_table_are_told(tmp_path, rows, expected):
    (table,) = labels(tmp_path, f"<table>{rows}</table>").tables
    assert [(stray.row, stray.option) for stray in stray_rows(table)] == expected


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_no_row_of_a_true_table_is_told(path):
    assert [stray_rows(table) for table in Document.load(path).tables if stray_rows(table)] == []


def test_files_that_are_no_labels_are_refused(tmp_path):
    with pytest.raises(MissingInput):
        document_from_labels(tmp_path / "no.html")
    with pytest.raises(MissingInput):
        document_from_labels(tmp_path / "no.xlsx")
    with pytest.raises(UnsupportedInput):
        document_from_labels(tmp_path / "table.csv")
    (tmp_path / "gbk.html").write_bytes("单位".encode("gbk"))
    with pytest.raises(InputError, match="not UTF-8"):
        document_from_labels(tmp_path / "gbk.html")


# Workbooks -------------------------------------------------------------------------------


def save(book, tmp_path):
    book.save(tmp_path / "t.xlsx")
    return tmp_path / "t.xlsx"


def test_a_workbook_is_read_as_it_shows_itself(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in [
        ["科目", None, "金额"],
        ["编码", "名称", None],
        [4, "外交\r\n事务", 1234.5],
        ["005", None, -0.1],
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("C1:C2")
    sheet["A3"].number_format = "000"
    sheet["C3"].number_format = sheet["C4"].number_format = "#,##0.00"
    sheet["D4"].border = Border(right=Side(style="thin"))  # a blank column that is ruled
    sheet.freeze_panes = "A3"
    hidden = book.create_sheet("hidden")
    hidden["A1"], hidden.sheet_state = "x", "hidden"
    (table,) = document_from_labels(save(book, tmp_path), unit="元").tables
    assert table.shape == (4, 4)
    assert grid(table.cells) == [
        (0, 0, 1, 2, "科目"),
        (0, 2, 2, 1, "金额"),
        (0, 3, 1, 1, ""),
        (1, 0, 1, 1, "编码"),
        (1, 1, 1, 1, "名称"),
        (1, 3, 1, 1, ""),
        (2, 0, 1, 1, "004"),
        (2, 1, 1, 1, "外交\n事务"),
        (2, 2, 1, 1, "1,234.50"),
        (2, 3, 1, 1, ""),
        (3, 0, 1, 1, "005"),
        (3, 1, 1, 1, ""),
        (3, 2, 1, 1, "-0.10"),
        (3, 3, 1, 1, ""),
    ]
    assert table.header_rows == 2
    assert [c.amount for c in table.cells if c.amount is not None] == [Decimal("1234.50"), Decimal("-0.10")]


def cell_of(value, number_format="General"):
    book = Workbook()
    book.active["B2"] = value
    book.active["B2"].number_format = number_format
    return book


@pytest.mark.parametrize(
    ("book", "reason"),
    [
        (cell_of("=1+1"), "sheet Sheet, cell B2: a formula that was never computed"),
        (cell_of(1, "yyyy-mm-dd"), "sheet Sheet, cell B2: holds a datetime"),
        (cell_of(1, "# ?/?"), "cell B2: number format '# .*' is not known"),
        (cell_of(1, "0.00E+00"), "cell B2: number format"),
        (Workbook(), "sheet Sheet: has no table"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_the_name_of_its_cell(tmp_path, book, reason):
    with pytest.raises(InputError, match=reason) as caught:
        document_from_labels(save(book, tmp_path))
    assert str(tmp_path / "t.xlsx") in str(caught.value)


def test_merged_cells_over_merged_cells_are_refused(tmp_path):
    book = cell_of("x")
    for name in ("A1:B2", "B2:C3"):
        book.active.merged_cells.add(name)
    with pytest.raises(InputError, match=r"address \(1, 1\) is covered twice|cells cover"):
        document_from_labels(save(book, tmp_path))


def repacked(path, change):
    """The workbook with one member changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize(
    "swelling",
    [
        b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b'<mergeCells><mergeCell ref="A1:&#88;FD1048576"/></mergeCells>',
        b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>',
    ],
)
def test_a_range_of_a_whole_sheet_is_refused_before_it_is_filled(tmp_path, swelling):
    path = save(cell_of("x"), tmp_path)
    repacked(
        path,
        lambda name, data: (
            data.replace(b"<pageMargins", swelling + b"<pageMargins") if "sheet1" in name else data
        ),
    )
    with pytest.raises(LimitExceeded, match=r"xl/worksheets/sheet1\.xml: .* more than"):
        document_from_labels(path)


def test_a_merged_range_that_is_none_is_refused(tmp_path):
    path = save(cell_of("x"), tmp_path)
    odd = b'<mergeCells><mergeCell ref="A:XFD"/></mergeCells><pageMargins'
    repacked(path, lambda name, data: data.replace(b"<pageMargins", odd) if "sheet1" in name else data)
    with pytest.raises(InputError, match="'A:XFD' is no range of cells"):
        document_from_labels(path)


def test_a_workbook_that_swells_is_refused(tmp_path):
    path = save(cell_of("x"), tmp_path)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    for encode in (bytes, lambda data: data.decode().encode("utf-16-le")):
        repacked(path, lambda name, data, e=encode: e(bomb) + data if name == "xl/workbook.xml" else data)
        with pytest.raises(InputError, match=r"xl/workbook\.xml declares a document type"):
            document_from_labels(path)
    repacked(path, lambda name, data: b" " * (33 << 20) if name == "xl/workbook.xml" else data)
    with pytest.raises(LimitExceeded, match="unpacks to more than 32 MiB"):
        document_from_labels(path)
    book = cell_of("x")
    book.active["XFD1048576"] = "far"
    with pytest.raises(LimitExceeded, match="more than 200000 cells"):
        document_from_labels(save(book, tmp_path))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + bytes(50)])
def test_a_file_that_is_no_workbook_is_refused(tmp_path, data):
    (tmp_path / "t.xlsx").write_bytes(data)
    with pytest.raises(InputError, match="is no workbook"):
        document_from_labels(tmp_path / "t.xlsx")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        document_from_labels(tmp_path / "t.xlsx")


ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (4, "000", "004"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234567.891, "#,##0", "1,234,568"),
        (0.5, "0", "1"),  # half away from zero, as spreadsheets round, not to even
        (2.675, "0.00", "2.68"),  # a double lies below; a spreadsheet shows 15 digits rounded
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        (1234.5, ACCOUNTING, "1,234.50"),
        (-3, ACCOUNTING, "-3.00"),
        (0, ACCOUNTING, "-"),
        (0.125, "0.0%", "12.5%"),
        (12.5, '0.0"%"', "12.5%"),
        (1e20, "General", "100000000000000000000"),
        (0.1 + 0.2, "General", "0.3"),
        (-7, "@", "-7"),
        (0, "General", "0"),
        (0.5, "#.##", ".5"),
        (1.5, "0.0##", "1.5"),
        (1234567, "[Red]#,##0;[Blue]-#,##0", "1,234,567"),
        (12, "[$￥-804]#,##0.00", "￥12.00"),
        (5, '0"万元"', "5万元"),
        (-1, "0.00;;", ""),
    ],
)
def test_numbers_are_shown_by_their_format(value, code, text):
    assert show_number(value, code) == text


@pytest.mark.parametrize("code", ["yyyy", "0.0E+0", "# ?/?", "0,", "0 0", "[>1]0", '"', "0;0;0;0;0", "0\\"])
def test_formats_that_are_not_known_are_refused(code):
    with pytest.raises(ValueError, match="is not known"):
        show_number(5, code)


@given(st.decimals(-(10**12), 10**12, places=2))
def test_two_decimals_in_groups_are_shown_as_python_shows_them(value):
    assert show_number(float(value), "#,##0.00") == f"{value:,.2f}"
