"""Tables that people already have become records: the same grid, nothing of titles and units in it."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crossfoot.document import Cell, Document, SourceInfo, Table
from crossfoot.errors import (
    CrossfootError,
    DamagedInput,
    DocumentError,
    InputError,
    LimitExceeded,
    MissingInput,
    OptionsError,
    UnsupportedInput,
)
from crossfoot.export.csv import write_csv
from crossfoot.export.html import page_html
from crossfoot.export.xlsx import write_xlsx
from crossfoot.sheets import delimited, markup, reading, workbooks
from crossfoot.sheets.checking import check
from crossfoot.sheets.reading import from_object, read_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from random_tables import random_table

SAMPLES = sorted((Path(__file__).resolve().parents[1] / "samples").glob("*.json"))
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)


def grid(table: Table) -> list[tuple[int, int, int, int, str]]:
    return [(c.row, c.col, c.row_span, c.col_span, c.text) for c in table.cells]


def rows(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.starts()]


def roles(table: Table) -> list[str | None]:
    return [column.role for column in table.columns]


def amounts(table: Table) -> list[tuple[int, int, Decimal]]:
    return [(c.row, c.col, c.amount) for c in table.cells if c.amount is not None]


@pytest.fixture
def read(tmp_path: Path):
    """The tables of a file of this name and content."""

    def read(name: str, content: str | bytes) -> tuple[Table, ...]:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        return read_file(tmp_path / name)[1].tables

    return read


# What we write comes back -----------------------------------------------------------------


@each_sample
def test_a_sample_comes_back_from_html(read, sample: Path) -> None:
    document = Document.load(sample)
    for table in document.tables:
        (back,) = read("t.html", page_html(table))
        assert grid(back) == grid(table)
        assert (back.header_rows, roles(back), amounts(back)) == (
            table.header_rows,
            roles(table),
            amounts(table),
        )
        assert (back.title, back.unit, back.year, back.organization) == (
            table.title,
            table.unit,
            table.year,
            table.organization,
        )


@each_sample
def test_a_sample_comes_back_from_a_workbook(read, sample: Path) -> None:
    document = Document.load(sample)
    back = read("t.xlsx", write_xlsx(document))
    assert list(map(grid, back)) == list(map(grid, document.tables))
    assert list(map(amounts, back)) == list(map(amounts, document.tables))
    assert list(map(roles, back)) == list(map(roles, document.tables))
    for table, original in zip(back, document.tables, strict=True):
        assert (table.title, table.unit, table.year) == (original.title, original.unit, original.year)
        assert table.organization == original.organization


@each_sample
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_a_sample_comes_back_from_csv(read, sample: Path, encoding: str) -> None:
    for table in Document.load(sample).tables:
        text = write_csv(table).decode("utf-8-sig")
        (back,) = read("t.csv", text.encode(encoding))
        texts = {(c.row, c.col): c.text for c in back.cells if c.text}
        assert texts == {(c.row, c.col): c.text for c in table.cells if c.text}
        assert (back.header_rows, roles(back), amounts(back)) == (
            table.header_rows,
            roles(table),
            amounts(table),
        )


def test_csv_headers_reach_over_what_they_were_merged_with(read) -> None:
    table = Document.load(next(s for s in SAMPLES if s.stem == "budget-2020-summary")).tables[0]
    (back,) = read("t.csv", write_csv(table))
    assert grid(back) == grid(table)


@each_sample
def test_a_sample_comes_back_from_a_frame(sample: Path) -> None:
    for table in Document.load(sample).tables:
        (back,) = from_object(table.to_pandas(), "frame").tables
        assert (back.shape, amounts(back)) == (table.shape, amounts(table)) or not table.header_rows
        assert (back.title, back.unit, back.year) == (table.title, table.unit, table.year)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_html_and_workbooks_keep_any_grid(read, seed: int) -> None:
    table = random_table(np.random.default_rng(seed), 7, 6, 0.35)
    if not any(cell.text for cell in table.cells):
        return
    expected = [(c.row, c.col, c.row_span, c.col_span, c.text) for c in table.cells]
    (back,) = read("t.html", page_html(table))
    assert sorted(grid(back)) == sorted(expected)
    document = Document(SourceInfo("a", "", 1), tables=(table,))
    (back,) = read("t.xlsx", write_xlsx(document))
    assert sorted(grid(back)) == sorted(expected)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.text("合计a1,;\t\"'=\n. -", max_size=6), min_size=2, max_size=5), min_size=1, max_size=6
    )
)
def test_csv_of_anything_is_a_table_or_a_clear_error(read, lines: list[list[str]]) -> None:
    text = "\n".join(",".join(fields) for fields in lines)
    try:
        tables = read("t.csv", text)
    except CrossfootError:
        return
    kept = Counter("".join(cell.text for table in tables for cell in table.cells))
    assert kept <= Counter(text)  # nothing is made up
    assert all(table.shape[0] > 0 for table in tables)


# HTML as others write it ------------------------------------------------------------------

FOREIGN = """
<html><head><title>信息公开</title><script>var t = "<table>";</script></head><body>
<div>首页 &gt; 政务公开</div>
<h2>2022年部门收支总表</h2>
<p>部门：市审批局</p><p align=right>单位：万元</p>
<table border=1>
 <tr><td rowspan=2>项目<td colspan=2>预算数<tr><td>基本支出<td>项目支出
 <tr><td>合计<td>3.00<td>4.50
 <tr><td>工资<td>3.00<td rowspan=9>4.50
</table>
<p>注：本表反映收支情况。</p>
<h2>2022年“三公”经费支出表</h2>
<table><caption>三公经费支出表</caption><thead><tr><th>项目</th><th>金额</th></tr></thead>
<tbody><tr><td>接待费</td><td>1.20</td></tr><tr><td>合计</td><td>1.20</td></tr></table>
"""


def test_headings_units_and_notes_stand_beside_their_tables(read, tmp_path: Path) -> None:
    first, second = read("t.html", FOREIGN)
    assert (first.title, first.unit, first.organization, first.year, first.stage) == (
        "2022年部门收支总表",
        "万元",
        "市审批局",
        2022,
        None,
    )
    assert first.header_rows == 2
    assert grid(first)[:2] == [(0, 0, 2, 1, "项目"), (0, 1, 1, 2, "预算数")]
    assert first.cell_at(3, 2).row_span == 1  # a span out of the table ends with it
    texts = {text.id: text for text in read_file(tmp_path / "t.html")[1].texts}
    assert [texts[note].text for note in first.notes] == ["注：本表反映收支情况。"]
    assert (second.title, second.header_rows) == ("三公经费支出表", 1)
    assert amounts(second) == [(1, 1, Decimal("1.20")), (2, 1, Decimal("1.20"))]


def test_a_table_that_only_frames_others_is_none(read) -> None:
    inner = "<table><tr><td>项目</td><td>金额</td></tr><tr><td>合计</td><td>1.00</td></tr></table>"
    (table,) = read(
        "t.html", f"<table><tr><td>菜单</td><td><h3>支出表</h3>单位：元<br>{inner}</td></tr></table>"
    )
    assert rows(table) == [["项目", "金额"], ["合计", "1.00"]]
    assert (table.title, table.unit) == ("支出表", "元")


def test_title_rows_in_the_grid_of_an_html_table_go_out_of_it(read) -> None:
    (table,) = read(
        "t.xls",  # as government sites call them
        "<table><tr><td colspan=2>2020年支出决算表</td></tr><tr><td>部门：某局</td><td>单位：元</td></tr>"
        "<tr><td>项目</td><td>金额</td></tr><tr><td>合计</td><td>1.00</td></tr></table>",
    )
    assert (table.title, table.unit, table.organization) == ("2020年支出决算表", "元", "某局")
    assert rows(table)[0] == ["项目", "金额"]


# Workbooks --------------------------------------------------------------------------------


def disclosure(sheet) -> None:
    sheet["A1"] = "公开03表"
    sheet["A2"] = "2021年度支出决算表"
    sheet.merge_cells("A2:D2")
    sheet["A3"], sheet["D3"] = "部门：市审批局", "金额单位：万元"
    lines = [
        ["科目编码", "科目名称", "本年支出", None],
        [None, None, "基本支出", "项目支出"],
        ["201", "一般公共服务支出", 30.5, 1204],
        ["20103", "政府办公厅", 30.5, 1204],
    ]
    for number, line in enumerate(lines, start=4):
        for col, value in enumerate(line, start=1):
            sheet.cell(number, col, value).number_format = "#,##0.00"
    sheet.merge_cells("C4:D4")
    sheet.merge_cells("A4:A5")
    sheet.merge_cells("B4:B5")
    sheet["A8"] = "注：本表反映部门本年度支出情况。"


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_title_rows_and_notes_of_a_sheet_are_outside_the_grid(read, tmp_path: Path) -> None:
    book = Workbook()
    disclosure(book.active)
    book.create_sheet("empty")
    (table,) = read("t.xlsx", saved(book))
    assert (table.title, table.unit, table.organization) == ("2021年度支出决算表", "万元", "市审批局")
    assert (table.year, table.stage, table.header_rows, table.shape) == (2021, "final", 2, (4, 4))
    assert rows(table)[2] == ["201", "一般公共服务支出", "30.50", "1,204.00"]
    assert roles(table) == ["code", "name", "amount", "amount"]
    _, gathered = read_file(tmp_path / "t.xlsx")
    assert [t.text for t in gathered.texts if t.id in table.notes] == ["注：本表反映部门本年度支出情况。"]


def test_a_blank_row_and_a_title_begin_another_table(read) -> None:
    lines = [
        "2020年收入预算表,",
        "项目,金额",
        "合计,5.00",
        ",",
        "2020年支出预算表,",
        "项目,金额",
        "合计,7.00",
    ]
    first, second = read("t.csv", "\n".join(lines))
    assert [(t.title, rows(t)) for t in (first, second)] == [
        ("2020年收入预算表", [["项目", "金额"], ["合计", "5.00"]]),
        ("2020年支出预算表", [["项目", "金额"], ["合计", "7.00"]]),
    ]


def test_a_blank_row_within_a_table_parts_nothing(read) -> None:
    (table,) = read("t.csv", "项目,金额\n工资,5.00\n,\n合计,5.00\n")
    assert table.shape == (4, 2)


def test_what_a_workbook_cannot_show_as_it_is_is_shown_nearly(read) -> None:
    book = Workbook()
    book.active.append(["项目", "金额"])
    book.active.append(["合计", 1.5])
    book.active["B2"].number_format = "# ?/?"
    book.active.append(["其中", "=1/0"])
    book.active["B3"].data_type = "s"
    hidden = book.create_sheet("hidden")
    hidden.append(["a", 1])
    hidden.sheet_state = "hidden"
    (table,) = read("t.xlsx", saved(book))
    assert rows(table)[1] == ["合计", "1.5"]


def test_a_formula_that_was_never_computed_is_refused_by_its_name(read) -> None:
    book = Workbook()
    book.active.append(["合计", "=1+1"])
    with pytest.raises(InputError, match=r"t\.xlsx, sheet Sheet, cell B1: a formula"):
        read("t.xlsx", saved(book))


# CSV --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ('a,"1,204.00"\nb,"2,000.00"\nc,3', ","),
        ("a\t1,204.00\nb\t2,000.00\nc\t3,111.00", "\t"),
        ("a;1,204.00\nb;2,000.00\nc;3.5", ";"),
        ("项目；说明,金额\n工资；津贴,1.00", ","),
    ],
)
def test_the_delimiter_is_the_one_that_parts_lines_alike(read, text: str, mark: str) -> None:
    (table,) = read("t.csv", text)
    assert table.shape[1] == 2
    assert delimited._delimiter(text) == mark


def test_guards_against_formulas_are_no_text(read) -> None:
    (table,) = read("t.csv", "项目,金额\n'=1+1,1.00\n'-5.00,2.00\n'甲',3.00\n")
    assert [row[0] for row in rows(table)[1:]] == ["=1+1", "-5.00", "'甲'"]


def test_a_csv_with_titles(read) -> None:
    (table,) = read(
        "公开.csv",
        "公开05表,,\n2021年度一般公共预算财政拨款支出决算表,,\n部门：某局,,单位：万元\n"
        "编码,名称,小计\n201,一般公共服务支出,5.00\n20103,办公厅,5.00\n注：无,,\n".encode("gb18030"),
    )
    assert (table.title, table.unit, table.shape) == (
        "2021年度一般公共预算财政拨款支出决算表",
        "万元",
        (3, 3),
    )


# DataFrames -------------------------------------------------------------------------------


def test_levels_of_columns_are_header_rows_and_numbers_are_written_exactly() -> None:
    columns = pd.MultiIndex.from_tuples(
        [("合计", "Unnamed: 0_level_1"), ("基本支出", "人员经费"), ("基本支出", "公用经费")]
    )
    frame = pd.DataFrame(
        [[0.1 + 0.2, Decimal("1.50"), 3], [1e22, None, np.int64(4)]],
        columns=columns,
        index=pd.Index(["办公费", "水费"], name="名称"),
    )
    (table,) = from_object(frame, "frame").tables
    assert grid(table)[:5] == [
        (0, 0, 2, 1, "名称"),
        (0, 1, 2, 1, "合计"),
        (0, 2, 1, 2, "基本支出"),
        (1, 2, 1, 1, "人员经费"),
        (1, 3, 1, 1, "公用经费"),
    ]
    assert table.header_rows == 2
    assert rows(table)[2:] == [
        ["办公费", "0.3", "1.50", "3"],
        ["水费", "10000000000000000000000", "", "4"],
    ]
    assert roles(table) == ["name", "amount", "amount", "amount"]


def test_codes_that_pandas_made_floats_of_are_codes_again() -> None:
    frame = pd.DataFrame({"编码": [None, 201, 20103], "金额": [5.5, 5.5, 5.5]})
    assert frame["编码"].dtype == float
    (table,) = from_object(frame, "frame").tables
    assert [row[0] for row in rows(table)] == ["编码", "", "201", "20103"]


def test_numbered_columns_are_no_header_and_an_unnamed_index_no_column() -> None:
    (table,) = from_object(pd.DataFrame([["项目", "金额"], ["合计", "1.00"]]), "frame").tables
    assert rows(table) == [["项目", "金额"], ["合计", "1.00"]]
    (table,) = from_object(pd.DataFrame({"a": np.array([0.1], np.float32)}), "frame").tables
    assert rows(table) == [["a"], ["0.1"]]


# Together ---------------------------------------------------------------------------------


def test_ids_of_several_sources_never_meet(tmp_path: Path) -> None:
    table = Table("t1", (1, 1), (Cell(0, 0, text="1.00", state="proven", why="x", equations=(1,)),))
    frame = pd.DataFrame({"a": [1]})
    document = Document(SourceInfo("a.pdf", "0" * 64, 1), tables=(table,))
    gathered = from_object([table, document, frame], "x")
    assert [t.id for t in gathered.tables] == ["t1", "t1-2", "t1-3"]
    assert gathered.tables[0].cells[0] == Cell(0, 0, text="1.00")
    named = from_object({"收入": frame, "all": [table, frame]}, "x")
    assert [t.id for t in named.tables] == ["收入", "all.1", "all.2"]


def test_a_document_keeps_what_a_person_confirmed_and_no_alternatives() -> None:
    text = SAMPLES[0].read_text("utf-8")
    document = Document.from_json(text)
    table = document.tables[0]
    cells = tuple(
        Cell(**{name: getattr(c, name) for name in ("row", "col", "row_span", "col_span", "text", "amount")})
        if n
        else Cell(c.row, c.col, c.row_span, c.col_span, text=c.text, state="confirmed")
        for n, c in enumerate(table.cells)
    )
    (back,) = from_object(Table("t1", table.shape, cells), "x").tables
    assert [cell.state for cell in back.cells[:2]] == ["confirmed", None]


@pytest.mark.parametrize("value", [1, b"abc", None, [1], {"a": 2.5}])
def test_what_holds_no_tables_is_refused(value) -> None:
    with pytest.raises(OptionsError, match="not a table"):
        from_object(value, "tables")


# Hostile ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.html", "", UnsupportedInput, "is empty"),
        ("a.html", "<p>nothing</p>", UnsupportedInput, "holds no table"),
        ("a.pdf", "%PDF-1.7", UnsupportedInput, "no table"),
        ("a.csv", b"\x89PNG\r\n", UnsupportedInput, "picture"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 ", UnsupportedInput, "old format"),
        ("a.xlsx", "no zip", DamagedInput, "is no workbook"),
        ("a.xlsx", b"PK\x03\x04 cut off", InputError, "is no workbook"),
        ("a.csv", b"a,\0b", DamagedInput, "binary"),
        ("a.csv", b"a,\xff\xff", DamagedInput, "neither UTF-8 nor GB18030"),
        ("a.csv", 'a,"b\nc', DamagedInput, "is no CSV"),
        ("a.docx", "text", UnsupportedInput, "no format that is checked"),
        ("a.json", "{}", DocumentError, "crossfoot/1"),
        ("a.html", "<table>" + "<td colspan=999>" * 9 + "<tr>" * 999, LimitExceeded, "addresses"),
        ("a.html", ("<table><tr>" + "<td colspan=900>x" * 600 + "</table>") * 3, LimitExceeded, "cells"),
        ("a.html", "<table><td>1</td></table>" + "<!--" * 99999, InputError, "within a tag"),
        ("a.html", "<table><td>1</td></table>" + "<a " * 99999, InputError, "within a tag"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, name, content, error, message) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(error) as caught:
        read_file(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.csv", "no such file"), (tmp_path, "is a folder")):
        with pytest.raises(MissingInput, match=reason):
            read_file(path)


def test_limits_hold(read, monkeypatch: pytest.MonkeyPatch) -> None:
    table = "<table><tr><td>a</td><td>1</td></tr></table>"
    monkeypatch.setattr(markup, "MAX_TABLES", 2)
    with pytest.raises(LimitExceeded, match="more than 2 tables"):
        read("a.html", table * 3)
    monkeypatch.setattr(reading, "MAX_CELLS", 5)
    with pytest.raises(LimitExceeded, match="more than 5 cells"):
        read("a.csv", "a,b,c\nd,e,f\n")
    monkeypatch.setattr(reading, "MAX_BYTES", 5)
    with pytest.raises(LimitExceeded, match="larger"):
        read("a.csv", "a,b,c\nd,e,f\n")


def test_a_workbook_that_swells_is_refused(read, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (workbooks.MAX_BYTES + 1))
    with pytest.raises(LimitExceeded, match="unpacks to more"):
        read("a.xlsx", stream.getvalue())


def test_many_tables_on_one_sheet_take_no_square_of_time(read) -> None:
    block = "2020年支出预算表,\n项目,金额\n合计,5.00\n,\n"
    assert len(read("t.csv", block * 900)) == 900


def formatted(*pairs: tuple[object, str]) -> bytes:
    """A workbook with numbers in a column of amounts, each under a format."""
    book = Workbook()
    book.active.append(["项目", "金额"])
    for number, (value, code) in enumerate(pairs, start=2):
        book.active.append([f"第{number}项目", value])
        book.active.cell(number, 2).number_format = code
    return saved(book)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (-5.25, "0.00;[Red]0.00", "-5.25"),  # the minus is a colour
        (-5.25, "#,##0.00_);[Red](#,##0.00)", "(5.25)"),
        (-5.25, '[>=10000]0.0,"万";0', "-5.25"),
        (1234.5, "0.00;;", "1234.50"),
        (-1234.5, "0.00;;", "-1234.5"),  # hidden, and in every sum
        (1234.5, ";;;", "1234.5"),
        (0, "#,##0.00;-#,##0.00;", ""),
        (0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        (1234.5, "¥#,##0.00", "1,234.50"),
        (-1234.5, '"¥"#,##0.00;[Red]"¥"-#,##0.00', "-1,234.50"),
        (0.125, "0.0%", "12.5%"),
        (12.5, '0.0"%"', "12.5%"),
        (5.0, '"20"0', "5"),  # a literal is no digit of the number
        (4, "000", "004"),
        (0.1 + 0.2, "General", "0.3"),
        (1e22, "General", "1" + 22 * "0"),
        (1e27, "0.00", "1" + 27 * "0" + ".00"),
        (1.5, "0." + 40 * "0", "1.5"),
        (1.5, "0" * 300, "1.5"),
        (0.004, "0.00", "0.00"),
    ],
)
def test_numbers_of_a_workbook_are_read_as_the_numbers_that_they_are(
    read, value: float, code: str, text: str
) -> None:
    (table,) = read("t.xlsx", formatted((1.0, "0.00"), (value, code)))
    assert table.cell_at(2, 1).text == text


def with_sheet(data: bytes, change) -> bytes:
    """The workbook with the XML of its sheet changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return stream.getvalue()


@pytest.mark.parametrize("number", ["1e999", "9" * 4000, "-1e999"])
def test_numbers_that_no_spreadsheet_holds_cost_nothing_else(read, number: str) -> None:
    data = with_sheet(
        formatted((1.0, "0.00"), (12345.0, "0.00")), lambda xml: xml.replace(b"12345", number.encode())
    )
    (table,) = read("t.xlsx", data)
    assert table.cell_at(1, 1).text == "1.00"
    assert table.cell_at(2, 1).amount is None


def test_a_formula_whose_result_is_no_text_is_blank(read) -> None:
    data = formatted((1.0, "0.00"), ('=IF(B2>0,"",B2)', "General"))
    blank = with_sheet(data, lambda xml: xml.replace(b'<c r="B3"', b'<c r="B3" t="str"'))
    (table,) = read("t.xlsx", blank)
    assert table.cell_at(2, 1).text == ""
    with pytest.raises(InputError, match="never computed"):
        read("t.xlsx", data)


def test_a_long_text_used_many_times_is_refused(read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_CHARACTERS", 1000)
    book = Workbook()
    for _ in range(20):
        book.active.append(["长" * 60, 1.0])
    with pytest.raises(LimitExceeded, match="characters"):
        read("t.xlsx", saved(book))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
def test_a_device_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 1 << 16)
    with pytest.raises(LimitExceeded):
        read_file(Path("/dev/zero"))


def test_thousands_commas_that_are_not_quoted_are_refused(read) -> None:
    lines = ["收支表", "项目,一,二", "合计,1,234.50,2,000.00", "甲,234.50,1,000.00", "乙,1,000.00,1,000.00"]
    with pytest.raises(DamagedInput, match=r"not quoted, as in '合计,1,234\.50,2,000\.00'"):
        read("t.csv", "\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "项目,2019,2020\n甲,100,200\n乙,300,400\n合计,400,600\n",
        '项目,一,二\n甲,"1,234.50",200\n合计,"1,234.50",200\n',
        "收支表\n编码,项目,一\n201,301,100\n202,302,200\n",
    ],
)
def test_three_digits_of_their_own_are_no_thousands(read, text: str) -> None:
    (table,) = read("t.csv", text)
    assert table.shape[1] == 3


def test_the_mark_of_a_footnote_is_no_digit_of_the_amount(read) -> None:
    (table,) = read(
        "t.html", "<table><tr><th>项目<th>金额<tr><td>甲<td>123.45<sup>1</sup><tr><td>乙<td>5.00</table>"
    )
    assert rows(table)[1] == ["甲", "123.45¹"]
    assert amounts(table) == [(2, 1, Decimal("5.00"))]


def test_a_mark_that_does_not_end_reaches_no_other_cell(read) -> None:
    (table,) = read("t.html", "<table><tr><th>项目<th>金额<tr><td>甲<sup>1<td>123.45</table>")
    assert rows(table)[1] == ["甲¹", "123.45"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (4804.640000000001, "4804.64"),
        (-1133.0800000000002, "-1133.08"),
        (12345678901234.56, "12345678901234.56"),  # its last digits are its own
        (1 / 3, "0.3333333333333333"),
        (0.1, "0.1"),
        (1e22, "1" + 22 * "0"),
        (float("inf"), "Infinity"),
    ],
)
def test_floats_of_a_frame_lose_what_adding_them_left_and_nothing_else(value: float, text: str) -> None:
    frame = pd.DataFrame({"项目": ["甲", "合计"], "金额": [0.5, value]})
    assert from_object(frame, "frame").tables[0].cell_at(2, 1).text == text


def test_sums_of_floats_are_sums() -> None:
    frame = pd.DataFrame({"项目": ["甲", "乙", "合计"], "金额": [0.1, 0.2, 0.1 + 0.2]})
    assert [c.state for c in check(frame).tables[0].cells if c.amount is not None] == ["proven"] * 3
