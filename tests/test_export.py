"""The writers: whatever stands in a cell, what they write says the same and does no harm."""

import csv
import io
import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from crossfoot.amounts import parse
from crossfoot.document import Box, Cell, Column, Document, Part, Reading, SourceInfo, Table, TablePart
from crossfoot.errors import DocumentError, OutputError
from crossfoot.export import folder as folders
from crossfoot.export import parquet, xlsx
from crossfoot.export.characters import cut, is_formula_like, printable
from crossfoot.export.csv import write_csv
from crossfoot.export.folder import prepare, result_folder, write_folder
from crossfoot.export.frames import frame
from crossfoot.export.html import page_html, table_html
from crossfoot.export.parquet import cells_schema, cells_table, write_parquet
from crossfoot.export.xlsx import write_xlsx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HOSTILE = [
    "=cmd|'/C calc'!A0",
    "\t=1+1",
    "\r\n@SUM(A1)",
    "＝1",
    "﹦1+1",
    "\u200b﹢SUM(1)",
    "=\u03381",
    "＋SUM(1)",
    "-1+1",
    "－A1",
    "＠x",
    "+86 010",
    "{=1}",
    "<script>alert(1)</script>",
    "</td></table>",
    "&amp;&lt;",
    "\"quoted\", 'and'",
    "http://example.org",
    "mailto:a@b",
    "internal:A1",
    "line\nbreak",
    "cr\rlf\r\nend",
    "_x0041_",
    "\x00\x01\x1f\x7f",
    "\ufeff=1",
    "\ufffe",
    "𠮷野家",
    " padded ",
    "true",
    "1e5",
    "004",
]
AMOUNTS = [
    "0",
    "0.00",
    "-3.20",
    "-1,234.56",
    "(12.00)",
    "1,234,567.89",
    "200.0000",
    "12.5%",
    "１２．５",
    "－7",
]
LARGE = "12345678901234567.89"
EMPTY = Document(SourceInfo("a.pdf", "0" * 64, 1))
QUICK = settings(max_examples=60, deadline=None)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.one_of(st.sampled_from(HOSTILE), st.sampled_from([*AMOUNTS, "—", "-", ""]), st.text(max_size=8))


@st.composite
def tables(draw: st.DrawFn, table_id: str = "t1") -> Table:
    """A grid of random spans without a gap, with amounts where the text is one."""
    rows, cols = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    free = {(row, col) for row in range(rows) for col in range(cols)}
    cells = []
    while free:
        row, col = min(free)
        wide = draw(st.integers(1, 3))
        while not all((row, col + i) in free for i in range(wide)):
            wide -= 1
        tall = draw(st.integers(1, 3))
        while not all((row + j, col + i) in free for i in range(wide) for j in range(tall)):
            tall -= 1
        free -= {(row + j, col + i) for i in range(wide) for j in range(tall)}
        text = draw(texts)
        amount = parse(text)
        state = draw(st.sampled_from(["proven", "corrected", "disputed", "unchecked", None]))
        reading = draw(st.none() | st.builds(Reading, texts, st.just(0.5), st.just("replay")))
        value = amount.value if amount else None
        look = {"header": row == 0, "amount": value, "state": state if amount else None, "reading": reading}
        cells.append(Cell(row, col, tall, wide, text=text, **look))
    header_rows = draw(st.integers(0, rows))
    return Table(table_id, (rows, cols), tuple(draw(st.permutations(cells))), header_rows=header_rows)


def grid(*rows: list[str], header_rows: int = 0, **more: object) -> Table:
    cells = []
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            amount = parse(text)
            cells.append(
                Cell(i, j, text=text, amount=amount.value if amount else None, header=i < header_rows)
            )
    return Table("t1", (len(rows), len(rows[0])), tuple(cells), header_rows=header_rows, **more)  # type: ignore[arg-type]


class Reader(HTMLParser):
    """Cells of one HTML table with the addresses that a browser gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[tuple[int, int], list] = {}
        self.taken: set[tuple[int, int]] = set()
        self.row = -1
        self.current: list | None = None
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        if tag == "tr":
            self.row += 1
        elif tag in ("td", "th"):
            col = next(c for c in range(99) if (self.row, c) not in self.taken)
            spans = int(given.get("rowspan", 1)), int(given.get("colspan", 1))
            self.taken |= {(self.row + i, col + j) for i in range(spans[0]) for j in range(spans[1])}
            self.current = self.cells[self.row, col] = [tag, *spans, "", given]
        elif tag == "br" and self.current is not None:
            self.current[3] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.current = None

    def handle_data(self, data: str) -> None:
        if self.current is not None:
            self.current[3] += data


def read_html(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


@QUICK
@given(tables())
def test_html_has_every_span_and_every_text(table: Table) -> None:
    reader = read_html(table_html(table))
    assert len(reader.cells) == len(table.cells)
    assert reader.tags <= {"table", "caption", "tr", "td", "th", "br"}
    for cell in table.cells:
        tag, rows, cols, text, given_attributes = reader.cells[cell.row, cell.col]
        assert (rows, cols) == (cell.row_span, cell.col_span)
        assert text == printable(cell.text)
        assert tag == ("th" if cell.header else "td")
        assert given_attributes.get("data-state") == cell.state
        assert ("class" in given_attributes) == (cell.amount is not None)


def test_html_page_is_a_document_whose_title_cannot_escape() -> None:
    page = page_html(grid(["1.00"], title='</title><script>"x"</script>', unit="万元", year=2020))
    reader = read_html(page)
    assert "script" not in reader.tags
    assert {"html", "head", "meta", "title", "body", "table"} <= reader.tags
    assert "万元 · 2020" in page
    assert page.encode().decode() == page


def test_html_writes_half_a_surrogate_pair_as_something_that_can_be_encoded() -> None:
    assert "\ufffd" in table_html(grid(["\ud800"]))


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@QUICK
@given(tables())
def test_csv_reads_back_and_holds_no_formula(table: Table) -> None:
    rows = read_csv(write_csv(table))
    assert [len(row) for row in rows] == [table.shape[1]] * table.shape[0]
    firsts = {(cell.row, cell.col): cell.text for cell in table.cells}
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            original = firsts.get((i, j), "")
            assert text == original or (text == "'" + original and is_formula_like(original))
            if text.strip("\t\r\n \ufeff")[:1] in tuple("=+@＝＋＠"):
                pytest.fail(f"{text!r} is a formula")


@pytest.mark.parametrize(
    "text", ["-3.20", "-1,234.56", "(12.00)", "—", "-", "--", "004", "1,234.56", "－7", "-5%"]
)
def test_csv_leaves_amounts_dashes_and_codes_as_printed(text: str) -> None:
    assert read_csv(write_csv(grid([text]))) == [[text]]


@pytest.mark.parametrize("text", [*HOSTILE[:11], "-", "- 办公费", "\u200b=1", "\x01=1"])
def test_csv_disarms_what_a_spreadsheet_would_run(text: str) -> None:
    expected = text if text == "-" else "'" + text
    assert read_csv(write_csv(grid(["x", text])))[0][1] == expected


def test_csv_begins_with_a_byte_order_mark_and_ends_lines_as_excel_does() -> None:
    assert write_csv(grid(["a", "b"], ["c", "d"])) == b"\xef\xbb\xbfa,b\r\nc,d\r\n"


def open_xlsx(*of: Table) -> openpyxl.Workbook:
    document = Document(EMPTY.source, tables=of)
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(document)), rich_text=False)


@SLOW
@given(tables())
def test_xlsx_reads_back_with_its_spans_texts_and_amounts(table: Table) -> None:
    sheet = open_xlsx(table).worksheets[1]
    spans = {
        (r.min_row - 1, r.min_col - 1): (r.size["rows"], r.size["columns"]) for r in sheet.merged_cells.ranges
    }
    for cell in table.cells:
        read = sheet.cell(cell.row + 1, cell.col + 1)
        assert spans.get((cell.row, cell.col), (1, 1)) == (cell.row_span, cell.col_span)
        assert read.data_type in ("s", "n")  # neither formula nor error
        assert read.hyperlink is None
        if cell.amount is not None:
            assert read.data_type == "n"
            assert Decimal(str(read.value)) == cell.amount
        else:
            assert (read.value or "") == printable(cell.text)


@pytest.mark.parametrize(
    ("text", "number_format"),
    [
        ("1,234.50", "#,##0.00"),
        ("4804.64", "0.00"),
        ("200.0000", "0.0000"),
        ("16", "0"),
        ("12.5%", '0.0"%"'),
        ("(1,234.56)", "#,##0.00;(#,##0.00)"),
        ("-3.20", "0.00"),
    ],
)
def test_xlsx_shows_amounts_as_printed(text: str, number_format: str) -> None:
    cell = open_xlsx(grid([text])).worksheets[1]["A1"]
    assert (cell.data_type, cell.number_format) == ("n", number_format)


@pytest.mark.parametrize("text", [LARGE, "-0.00", "1234567890123456"])
def test_xlsx_writes_as_text_what_a_double_would_change(text: str) -> None:
    cell = open_xlsx(grid([text])).worksheets[1]["A1"]
    assert (cell.data_type, cell.value) == ("s", text)


def test_xlsx_writes_as_text_an_amount_among_words() -> None:
    table = Table("t1", (1, 1), (Cell(0, 0, text="合计 12.00万元", amount=Decimal("12.00")),))
    assert open_xlsx(table).worksheets[1]["A1"].value == "合计 12.00万元"


def test_xlsx_codes_stay_text_and_formulas_strings_with_a_prefix() -> None:
    table = Table("t1", (1, 3), tuple(Cell(0, i, text=t) for i, t in enumerate(["004", "2010301", "=1+1"])))
    code, number, formula = next(open_xlsx(table).worksheets[1].iter_rows())
    assert [c.data_type for c in (code, number, formula)] == ["s", "s", "s"]
    assert [c.value for c in (code, number, formula)] == ["004", "2010301", "=1+1"]
    assert formula.quotePrefix
    assert not code.quotePrefix


def test_xlsx_marks_headers_states_and_changed_readings() -> None:
    reading = Reading("4.804.64", 0.9, "ppocr")
    cells = (
        Cell(0, 0, text="金额", header=True),
        Cell(1, 0, text="4,804.64", amount=Decimal("4804.64"), state="corrected", reading=reading),
        Cell(2, 0, text="1.00", amount=Decimal("1.00"), state="unchecked"),
    )
    sheet = open_xlsx(Table("t1", (3, 1), cells, header_rows=1)).worksheets[1]
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet["A2"].fill.fgColor.rgb == "FFCFE2F8"
    assert "4.804.64" in sheet["A2"].comment.text
    assert sheet["A3"].fill.fill_type is None
    assert sheet["A3"].comment is None


def test_xlsx_names_its_sheets_legally_and_links_to_them() -> None:
    titles = [
        "收支总表",
        "收支总表",
        "a[b]:c*d?e/f\\g",
        "'x'",
        "History",
        "x" * 40,
        "X" * 40,
        "𠮷" * 20,
        "\x01",
        "表's",
    ]
    of = [Table(f"t{i}", (1, 1), (Cell(0, 0),), title=title) for i, title in enumerate(titles)]
    book = open_xlsx(*of)
    names = book.sheetnames
    assert len({name.casefold() for name in names}) == len(names) == len(titles) + 1
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]|^'|'$", name)
    for row, name in enumerate(names[1:], start=2):
        assert book["Tables"].cell(row, 1).hyperlink.location == "'" + name.replace("'", "''") + "'!A1"


def test_xlsx_lists_the_tables_even_with_numbers_beyond_excel() -> None:
    part = TablePart(3, Box(0, 0, 1, 1))
    table = grid(["1.00", "x"], title="=t", kind="budget.revenue", unit="万元", year=10**400, parts=(part,))
    values = [cell.value for cell in open_xlsx(table)["Tables"][2]]
    assert values[:7] == ["t1", "=t", "budget.revenue", 3, 1, 2, "万元"]
    assert values[8] == 1
    assert open_xlsx().sheetnames == ["Tables"]


def test_xlsx_keeps_text_beyond_the_limit_of_a_cell_on_a_sheet_of_its_own() -> None:
    text = "长𠮷" * 30_000
    book = open_xlsx(grid(["x", text]))
    shown = book.worksheets[1]["B1"].value
    assert shown.endswith("…")
    assert len(shown.encode("utf-16-le")) // 2 <= 32_767
    rows = list(book["Long texts"].iter_rows(min_row=2, values_only=True))
    assert "".join(row[3] for row in rows) == text
    assert {row[:3] for row in rows} == {("t1", 0, 1)}


def test_xlsx_continues_a_grid_beyond_its_limits_on_further_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 2)
    monkeypatch.setattr(xlsx, "MAX_COLS", 2)
    cells = [Cell(0, 0, 3, 1, text="tall"), Cell(0, 1, text="a"), Cell(0, 2, text="b")]
    cells += [Cell(i, j, text=f"{i}{j}") for i in (1, 2) for j in (1, 2)]
    sheets = open_xlsx(Table("t1", (3, 3), tuple(cells))).worksheets[1:]
    found = [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in sheets]
    assert found == [[["tall", "a"], [None, "11"]], [["b"], ["12"]], [[None, "21"]], [["22"]]]
    assert [str(r) for r in sheets[0].merged_cells.ranges] == ["A1:A2"]


def test_xlsx_of_one_document_is_always_the_same() -> None:
    document = Document(EMPTY.source, tables=(grid(["1.00", "x"]),))
    assert write_xlsx(document) == write_xlsx(document)


@given(st.text(st.characters(), max_size=20), st.integers(0, 20))
def test_cut_loses_nothing_and_splits_no_character(text: str, units: int) -> None:
    head, rest = cut(text, units)
    assert head + rest == text
    assert len(head.encode("utf-16-le", "surrogatepass")) // 2 <= units


HEADERS = (
    Cell(0, 0, 2, 1, text="科目\n编码", header=True),
    Cell(0, 1, 2, 1, text="名称", header=True),
    Cell(0, 2, 1, 2, text="支出", header=True),
    Cell(1, 2, text="基本", header=True),
    Cell(1, 3, text="基本", header=True),
)
ROLES = (Column("code"), Column("name"), Column("amount"), Column(None))


def spanned() -> Table:
    body = (
        Cell(2, 0, 2, 1, text="201"),
        Cell(2, 1, text="甲"),
        Cell(2, 2, 2, 1, text="1.00", amount=Decimal("1.00"), state="proven"),
        Cell(2, 3, text="2.0000", amount=Decimal("2.0000")),
        Cell(3, 1, text="乙"),
        Cell(3, 3, text="—"),
    )
    shape = (4, 4)
    return Table("t1", shape, HEADERS + body, header_rows=2, columns=ROLES, title="表", unit="元", year=2020)


def test_frame_names_columns_by_header_paths() -> None:
    result = frame(spanned())
    assert list(result.columns) == ["科目编码", "名称", "支出 / 基本", "支出 / 基本 (2)"]
    assert result.attrs == {"id": "t1", "title": "表", "unit": "元", "year": 2020, "kind": None}


def test_frame_of_text_repeats_spanning_cells() -> None:
    result = frame(spanned(), "text")
    assert result.to_numpy().tolist() == [["201", "甲", "1.00", "2.0000"], ["201", "乙", "1.00", "—"]]
    assert all(isinstance(dtype, pd.StringDtype) for dtype in result.dtypes)


def test_frame_of_amounts_counts_a_spanning_cell_once_and_keeps_text_columns() -> None:
    result = frame(spanned(), "amount")
    assert result["科目编码"].tolist() == ["201", "201"]
    amounts = result["支出 / 基本"]
    assert amounts[0] == Decimal("1.00")
    assert amounts.isna().tolist() == [False, True]
    assert amounts.sum() == Decimal("1.00")
    assert result["支出 / 基本 (2)"].dtype == pd.ArrowDtype(pa.decimal128(38, 4))


def test_frame_of_states_is_null_without_one() -> None:
    result = frame(spanned(), "state")
    assert result["支出 / 基本"].tolist() == ["proven", "proven"]
    assert result["名称"].isna().all()


@QUICK
@given(tables())
def test_frame_has_every_body_cell_and_unique_names(table: Table) -> None:
    for values in ("text", "amount", "state"):
        result = frame(table, values)  # type: ignore[arg-type]
        assert result.shape == (table.shape[0] - table.header_rows, table.shape[1])
        assert result.columns.is_unique
    result = frame(table, "amount")
    body = [c for c in table.cells if c.row >= table.header_rows]
    assert all(result.iat[c.row - table.header_rows, c.col] == c.amount for c in body if c.amount is not None)
    assert result.notna().sum().sum() == sum(c.amount is not None for c in body)


def test_frame_without_headers_numbers_its_columns() -> None:
    assert list(frame(grid(["a", "b"])).columns) == ["0", "1"]
    assert list(frame(grid(["a", "a", "", "a (2)"], header_rows=1)).columns) == [
        "a",
        "a (2)",
        "2",
        "a (2) (2)",
    ]


def test_frame_takes_header_rows_that_the_grid_has_not() -> None:
    assert frame(grid(["a"], header_rows=7)).shape == (0, 1)
    assert frame(Table("t", (0, 0), ())).shape == (0, 0)


@pytest.mark.parametrize(
    "values",
    [
        ["1" * 38],
        ["1" * 30, "0." + "1" * 30],
        ["0.00", "-0.01"],
        ["1" * 40 + "." + "1" * 40],
    ],
)
def test_frame_keeps_amounts_equal_however_many_digits(values: list[str]) -> None:
    cells = tuple(Cell(i, 0, text=v, amount=Decimal(v)) for i, v in enumerate(values))
    column = frame(Table("t1", (len(values), 1), cells), "amount")["0"]
    assert column.tolist() == [Decimal(v) for v in values]


def test_frame_survives_half_a_surrogate_pair() -> None:
    result = frame(grid(["\udfff"], ["\ud800"], header_rows=1))
    assert result.to_numpy().tolist() == [["\ufffd"]]
    assert list(result.columns) == ["\ufffd"]


def test_table_shows_itself_through_the_writers() -> None:
    table = spanned()
    assert table.to_html() == table._repr_html_() == table_html(table)
    pd.testing.assert_frame_equal(table.to_pandas("amount"), frame(table, "amount"))


@QUICK
@given(st.lists(tables(), max_size=3))
def test_cells_table_has_one_row_per_cell(of: list[Table]) -> None:
    result = cells_table(Document(EMPTY.source, tables=tuple(of)))
    assert result.schema.equals(cells_schema(), check_metadata=True)
    cells = [cell for table in of for cell in table.cells]
    assert result["text"].to_pylist() == [cell.text for cell in cells]
    assert result["amount"].to_pylist() == [cell.amount for cell in cells]
    exact = [None if cell.amount is None else format(cell.amount, "f") for cell in cells]
    assert result["amount_text"].to_pylist() == exact


def test_cells_schema_describes_every_field() -> None:
    schema = parquet.CELLS_SCHEMA
    assert schema is cells_schema()
    assert all(field.metadata[b"description"] for field in schema)
    assert schema.field("amount").type == pa.decimal128(38, 8)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("1.12345678", True),
        ("1.123456789", False),
        ("1.1234567800", True),
        ("9" * 30, True),
        ("9" * 31, False),
    ],
)
def test_cells_table_keeps_amounts_exact_as_text_where_decimals_overflow(value: str, fits: bool) -> None:
    table = Table("t1", (1, 1), (Cell(0, 0, amount=Decimal(value)),))
    (row,) = cells_table(Document(EMPTY.source, tables=(table,))).to_pylist()
    assert row["amount"] == (Decimal(value) if fits else None)
    assert row["amount_text"] == value


def test_parquet_file_reads_back(tmp_path: Path) -> None:
    reading = Reading("1.0O", 0.5, "ppocr")
    parts = (Part(2, Box(1, 2, 3, 4)), Part(3, Box(0, 0, 1, 1)))
    cell = Cell(
        0, 0, parts=parts, text="1.00", reading=reading, amount=Decimal("1.00"), year=2020, equations=(3, 7)
    )
    table = Table("t1", (1, 1), (cell,), group="g1", columns=(Column("amount"),))
    documents = [Document(EMPTY.source, tables=(table,)), EMPTY]
    write_parquet(documents, tmp_path / "cells.parquet")
    (row,) = pq.read_table(tmp_path / "cells.parquet").to_pylist()
    assert (row["page"], row["left"], row["bottom"], row["column_role"]) == (2, 1.0, 4.0, "amount")
    assert (row["reading_text"], row["reading_confidence"], row["equations"]) == ("1.0O", 0.5, [3, 7])


@pytest.mark.parametrize("number", [40_000, 2**40, 10**400])
def test_cells_table_refuses_a_year_that_no_column_holds(number: int) -> None:
    with pytest.raises(DocumentError, match="year does not fit int16"):
        cells_table(Document(EMPTY.source, tables=(Table("t1", (1, 1), (Cell(0, 0, year=number),)),)))


def document(name: str = "a.pdf", sha: str = "a" * 64, ids: tuple[str, ...] = ("t1",)) -> Document:
    of = tuple(Table(i, (1, 1), (Cell(0, 0, text="1.00", amount=Decimal("1.00")),)) for i in ids)
    return Document(SourceInfo(name, sha, 1), tables=of)


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


WHOLE = {"document.json", "tables.xlsx", "cells.parquet"}


def test_write_folder_writes_all_and_document_json_last(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "a"
    written = write_folder(document(), folder)
    assert names_in(folder) == WHOLE | {"tables/t1.html", "tables/t1.csv"}
    assert {path.relative_to(folder).as_posix() for path in written} == names_in(folder)
    assert written[-1] == folder / "document.json"
    assert Document.load(written[-1]) == document()


def test_write_folder_again_removes_tables_that_are_no_more(tmp_path: Path) -> None:
    write_folder(document(ids=("t1", "t2")), tmp_path)
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay" / "page-001.png").write_bytes(b"")
    (tmp_path / ".0123456789abcdef.part").write_bytes(b"")  # left by a run that was killed
    write_folder(document(ids=("t2",)), tmp_path)
    assert names_in(tmp_path / "tables") == {"t2.html", "t2.csv"}
    assert not (tmp_path / "overlay").exists()  # pictures of another reading


@pytest.mark.parametrize(
    "name", ["thesis.docx", "tables/mine.csv", "overlay/mine.png", "document.json", ".hidden"]
)
def test_write_folder_leaves_what_is_not_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError) as caught:
        write_folder(document(), tmp_path)
    assert "--force" in caught.value.remedy
    assert names_in(tmp_path) == {name}
    write_folder(document(), tmp_path, force=True)
    assert names_in(tmp_path) >= WHOLE | ({name} if name != "document.json" else set())


def test_write_folder_overwrites_another_content_only_with_force(tmp_path: Path) -> None:
    write_folder(document(ids=("old",)), tmp_path)
    other = document(sha="b" * 64)
    with pytest.raises(OutputError, match="results of another file"):
        write_folder(other, tmp_path)
    assert Document.load(tmp_path / "document.json") == document(ids=("old",))
    write_folder(other, tmp_path, force=True)
    assert names_in(tmp_path) == WHOLE | {"tables/t1.html", "tables/t1.csv"}


def test_write_folder_that_fails_keeps_the_earlier_document_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(document(ids=("t1", "t2")), tmp_path)
    save = folders.write_atomically

    def full_disk(path: Path, data: bytes) -> None:
        if path.name == "tables.xlsx":
            raise OutputError("cannot be written: No space left on device", name=str(path))
        save(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(folders, "write_atomically", full_disk)
        with pytest.raises(OutputError, match="No space"):
            write_folder(document(ids=("t1", "t3")), tmp_path)
    assert not (tmp_path / "document.json").exists()
    assert Document.load(tmp_path / ".previous.json") == document(ids=("t1", "t2"))
    with pytest.raises(OutputError, match="results of another file"):
        write_folder(document(sha="b" * 64), tmp_path)
    write_folder(document(ids=("t1",)), tmp_path)
    assert names_in(tmp_path) == WHOLE | {"tables/t1.html", "tables/t1.csv"}


def test_an_attribute_reads_back_as_it_was() -> None:
    class Attributes(HTMLParser):
        found = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found = dict(attrs).get("data-id") or self.found

    parser = Attributes()
    parser.feed(table_html(Table('a\n"b" <c>&', (1, 1), (Cell(0, 0),))))
    assert parser.found == 'a\n"b" <c>&'


def test_write_folder_touches_nothing_before_all_is_rendered(tmp_path: Path) -> None:
    bad = Table("t1", (1, 1), (Cell(0, 0, year=10**9),))
    with pytest.raises(DocumentError):
        write_folder(Document(EMPTY.source, tables=(bad,)), tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_write_folder_keeps_hostile_table_ids_inside(tmp_path: Path) -> None:
    ids = (
        "../../x",
        "/etc/passwd",
        "C:\\x",
        "..",
        "",
        "CON",
        "con",
        "t1",
        "T1",
        "a\0b",
        "n" * 300,
        "表" * 300,
        "\ud800",
    )
    folder = tmp_path / "in" / "a"
    write_folder(document(ids=ids), folder)
    assert {path.name for path in tmp_path.iterdir()} == {"in"}
    assert {path.name for path in (tmp_path / "in").iterdir()} == {"a"}
    written = [name for name in names_in(folder) if name.startswith("tables/")]
    assert len({name.casefold() for name in written}) == 2 * len(ids)
    write_folder(document(ids=ids), folder)
    assert Document.load(folder / "document.json") == document(ids=ids)


def test_write_folder_does_not_follow_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a").mkdir()
    for name in ("tables", "overlay"):
        (tmp_path / "a" / name).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(OutputError, match="is a link"):
            write_folder(document(), tmp_path / "a", force=True)
        (tmp_path / "a" / name).unlink()
    for target in ("elsewhere", "nowhere"):
        (tmp_path / "b").symlink_to(tmp_path / target)
        with pytest.raises(OutputError, match="b: is a link"):
            write_folder(document(), tmp_path / "b", force=True)
        (tmp_path / "b").unlink()
    assert {path.name for path in tmp_path.iterdir()} == {"a", "elsewhere"}
    assert names_in(tmp_path / "elsewhere") == set()


def test_pictures_that_cannot_be_placed_leave_no_complete_result(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "page-001.png").write_bytes(b"PNG")
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "overlay").write_text("a file in their way")
    with pytest.raises(OutputError):
        write_folder(document(), folder, force=True, pictures=pictures)
    assert not (folder / "document.json").exists()
    (folder / "overlay").unlink()
    *_, picture, last = write_folder(document(), folder, pictures=pictures)
    assert (picture.read_bytes(), last.name) == (b"PNG", "document.json")


def test_write_folder_reports_a_file_in_its_way(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(OutputError):
        write_folder(document(), tmp_path / "a")


def test_unfinished_list_cannot_make_us_delete_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (tmp_path / "precious").write_text("")
    listed = ["../precious", "tables/../../precious", "document.json"]
    (folder / ".unfinished.json").write_text(json.dumps({"sha256": "a" * 64, "files": listed}))
    write_folder(document(), folder)
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("部门预算.pdf", "部门预算"),
        ("report.v2.pdf", "report.v2"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.pdf", "x"),
        ("C:\\a\\b.pdf", "b"),
        ("..", "document"),
        (".pdf", "pdf"),
        ("", "document"),
        ("/", "document"),
        ("CON.pdf", "_CON"),
        ("nul.x.pdf", "_nul.x"),
        ("COM¹", "_COM¹"),
        ("a:b|c?.pdf", "a_b_c_"),
        ("trailing. .pdf", "trailing"),
        ("\u202egnp.pdf", "gnp"),
        ("a\0b\nc.pdf", "abc"),
        ("cafe\u0301.pdf", "caf\u00e9"),
    ],
)
def test_result_folder_has_a_harmless_name(name: str, stem: str) -> None:
    assert result_folder(Path("out"), name, "a" * 64) == Path("out") / stem


@given(st.text(st.characters(), max_size=300))
def test_result_folder_is_always_directly_inside(name: str) -> None:
    folder = result_folder(Path("out"), name, "a" * 64)
    assert folder.parent == Path("out")
    assert folder.name not in ("", ".", "..")
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', folder.name)
    assert len(folder.name.encode()) <= 201
    assert result_folder(Path("out"), folder.name + ".pdf", "a" * 64) == folder


def test_two_contents_with_one_stem_get_two_folders_whatever_the_order(tmp_path: Path) -> None:
    inputs = [document("x/部门预算.PDF", "a" * 64), document("部门预算.pdf", "b" * 64)]

    def run(order: list[Document]) -> dict[str, str]:
        taken: set[Path] = set()
        for item in order:
            folder = result_folder(tmp_path, item.source.name, item.source.sha256, taken)
            write_folder(item, folder)
            taken.add(folder)
        return {Document.load(f / "document.json").source.sha256[0]: f.name for f in tmp_path.iterdir()}

    first = run(inputs)
    assert first == {"a": "部门预算", "b": "部门预算-bbbbbbbb"}
    assert run([inputs[1], inputs[0], inputs[1]]) == first


def test_result_folders_that_differ_only_in_case_are_one() -> None:
    taken = {Path("out/Report")}
    assert result_folder(Path("out"), "REPORT.pdf", "c" * 64, taken).name == "REPORT-cccccccc"
    taken.add(Path("out/report-cccccccc"))
    assert result_folder(Path("out"), "report.pdf", "c" * 64, taken).name == "report-" + "c" * 64


def test_prepare_makes_the_folder_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    prepare(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    prepare(tmp_path / "a" / "b")


@pytest.mark.parametrize("name", ["file", "file/inside", "nul\0", "n" * 300])
def test_prepare_reports_what_cannot_be_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        prepare(tmp_path / name)


def test_prepare_reports_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        prepare(tmp_path)
    assert caught.value.name == str(tmp_path)
    assert list(tmp_path.iterdir()) == []
