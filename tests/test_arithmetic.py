"""Arithmetic as a whole: what a document may hold must neither raise nor change a cell without proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot.arithmetic.checking import check_document
from crossfoot.arithmetic.options import ORIGINS, ArithmeticOptions
from crossfoot.arithmetic.reconcile.options import ReconcileOptions
from crossfoot.document import Box, Cell, Column, Document, Reading, SourceInfo, Table, Text
from crossfoot.errors import OptionsError
from crossfoot.layout.roles import describe
from golden_tables import golden_document


def document_of(*tables: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> Document:
    """Tables of plain texts, with the header rows, roles and amounts that layout finds in them."""
    texts = tuple(Text(f"x{i}", "note", 1, Box(0, 0, 9, 9), note) for i, note in enumerate(notes, 1))
    made = []
    for number, rows in enumerate(tables, 1):
        cells = tuple(Cell(r, c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row))
        table = Table(f"t{number}", (len(rows), len(rows[0])), cells, notes=tuple(t.id for t in texts))
        made.append(describe(table))
    return Document(SourceInfo("made.pdf", "", 1), tables=tuple(made), texts=texts)


def states(document: Document) -> dict[str, str | None]:
    """State by text of the cells that bear amounts."""
    return {c.text: c.state for t in document.tables for c in t.cells if c.amount is not None}


CODES = [
    ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
    ["", "合计", "10,515.47", "2,980.64", "7,534.83"],
    ["201", "一般公共服务支出", "10,096.83", "2,562.00", "7,534.83"],
    ["20103", "政府办公厅（室）及相关机构事务", "10,096.83", "2,562.00", "7,534.83"],
    ["2010301", "行政运行", "1,326.31", "1,326.31", ""],
    ["2010302", "一般行政管理事务", "6,369.79", "", "6,369.79"],
    ["2010350", "事业运行", "1,235.69", "1,235.69", ""],
    ["2010399", "其他支出", "1,165.04", "", "1,165.04"],
    ["208", "社会保障和就业支出", "418.64", "418.64", ""],
]


def with_reading(
    document: Document, row: int, col: int, text: str, *alternatives: tuple[str, float]
) -> Document:
    """The document with one cell of its first table read as `text`, the others read surely."""
    first = document.tables[0]

    def read(cell: Cell) -> Cell:
        if cell.amount is None:
            return cell
        if (cell.row, cell.col) != (row, col):
            return replace(cell, reading=Reading(cell.text, 0.99, "ppocr", ((cell.text, -0.0001),)))
        amount = Decimal(text.replace(",", ""))
        return replace(cell, text=text, amount=amount, reading=Reading(text, 0.7, "ppocr", alternatives))

    return replace(document, tables=(replace(first, cells=tuple(map(read, first.cells))),))


def test_sums_prove_a_table() -> None:
    checked = check_document(document_of(CODES))
    assert set(states(checked).values()) == {"proven"}


def test_a_misreading_is_corrected_to_the_alternative_that_adds_up() -> None:
    document = with_reading(
        document_of(CODES), 7, 2, "1,165.84", ("1,165.84", -0.5), ("1,165.04", -1.0), ("1,165.64", -3.0)
    )
    cell = check_document(document).tables[0].cell_at(7, 2)
    assert (cell.text, cell.amount, cell.state) == ("1,165.04", Decimal("1165.04"), "corrected")
    assert cell.correction is not None
    assert cell.correction.equations
    assert cell.correction.margin > 0
    assert cell.reading is not None
    assert cell.reading.text == "1,165.84"


def test_a_clear_print_is_never_corrected() -> None:
    document = with_reading(document_of(CODES), 7, 2, "1,165.84", ("1,165.84", -0.0001))
    checked = check_document(document)
    assert checked.tables[0].cell_at(7, 2).text == "1,165.84"
    assert "disputed" in states(checked).values()
    assert not [c for t in checked.tables for c in t.cells if c.correction]
    assert any(p.code == "equation_fails" for p in checked.problems)


def test_checking_again_changes_nothing() -> None:
    document = with_reading(
        document_of(CODES), 7, 2, "1,165.84", ("1,165.84", -0.5), ("1,165.04", -1.0), ("1,165.64", -3.0)
    )
    once = check_document(document)
    again = check_document(once)
    assert again.tables == once.tables
    assert again.equations == once.equations
    assert again.problems == once.problems


@pytest.mark.parametrize("origin", ORIGINS)
def test_each_origin_can_be_used_alone(origin: str) -> None:
    checked = check_document(
        golden_document("wuhan-2020-final-accounts"), ArithmeticOptions(origins=frozenset({origin}))
    )
    assert {e.origin for e in checked.equations} <= {origin}


def test_options_are_checked() -> None:
    with pytest.raises(OptionsError, match="astrology"):
        ArithmeticOptions(origins=frozenset({"astrology"}))
    with pytest.raises(OptionsError):
        ArithmeticOptions(proposals=0)


LARGE = str(10**28 + 7)
BAD = {
    "no table": [],
    "no amounts": [[["项目", "内容"], ["一", "说明"], ["二", "说明"]]],
    "one amount": [[["项目", "金额"], ["办公费", "1.00"]]],
    "one cell": [[["1.00"]]],
    "beyond 64 bits": [
        [["项目", "金额"], ["合计", str(2 * (10**28 + 7))], ["甲", LARGE], ["乙", LARGE]],
        [["科目编码", "金额"], ["201", str(2 * (10**28 + 7))], ["20101", LARGE], ["20102", LARGE]],
    ],
    "contradictory": [
        [["项目", "合计", "甲", "乙"], ["一", "3.00", "1.00", "1.00"], ["合计", "9.00", "1.00", "4.00"]],
        [["项目", "金额"], ["合计", "10.00"], ["甲", "1.00"], ["合计", "20.00"], ["乙", "1.00"]],
    ],
    "percentages": [
        [["项目", "预算数", "执行数", "完成率"], ["甲", "10.00", "5.00", "50%"], ["乙", "0", "5.00", "500%"]]
    ],
    "negative": [[["项目", "金额"], ["合计", "-3.00"], ["甲", "(5.00)"], ["乙", "2.00"]]],
    "twice the same code": [
        [["科目编码", "金额"], ["201", "5.00"], ["201", "5.00"], ["20101", "5.00"], ["20101", "5.00"]]
    ],
    "signs for words": [[["<script>", "=1+1"], ["&amp;", "1.00"], ["\x00\ud800", "2.00"]]],
}


@pytest.mark.parametrize("name", BAD)
def test_odd_tables_neither_raise_nor_change(name: str) -> None:
    document = document_of(*BAD[name])
    checked = check_document(document)
    assert not [p for p in checked.problems if p.code == "stage_failed"]
    for before, after in zip(document.tables, checked.tables, strict=True):
        assert [(c.text, c.amount) for c in after.cells] == [(c.text, c.amount) for c in before.cells]
        assert all(c.state is not None for c in after.cells if c.amount is not None)


@pytest.mark.parametrize(
    "note",
    [
        "2行=（2+3）行；",
        "99行=（1+2）行；",
        "2行=（3+1）行；3行=（2+1）行；",
        "1栏各行=（1+2+…",
        "27行=27行",
        "行=行",
        "1行=(" + "1+" * 5000 + "1)行",
        "1行=(1…999999999)行",
        "(" * 3000 + "1行=2行",
    ],
)
def test_odd_formulas_neither_raise_nor_change(note: str) -> None:
    rows = [
        ["项目", "行次", "金额"],
        ["一、财政拨款收入", "1", "5.00"],
        ["二、其他收入", "2", "2.00"],
        ["本年收入合计", "3", "7.00"],
    ]
    document = document_of(rows, notes=[note])
    checked = check_document(document)
    assert not [p for p in checked.problems if p.code == "stage_failed"]
    assert [c.text for c in checked.tables[0].cells] == [c.text for c in document.tables[0].cells]


def test_two_thousand_amounts_are_all_given_a_state() -> None:
    rows = [["科目编码", "科目名称", "合计", *(f"来源{i}" for i in range(9))]]
    for code in range(200):
        parts = [Decimal(code * 7 + i) for i in range(1, 10)]
        rows.append([f"{20101 + code}", f"科目{code}", f"{sum(parts):.2f}", *(f"{p:.2f}" for p in parts)])
    checked = check_document(document_of(rows))
    assert set(states(checked).values()) == {"proven"}


def test_at_its_limit_what_was_proven_stays_and_the_rest_is_unchecked() -> None:
    document = with_reading(
        document_of(CODES), 7, 2, "1,165.84", ("1,165.84", -0.5), ("1,165.04", -1.0), ("1,165.64", -3.0)
    )
    checked = check_document(document, ArithmeticOptions(reconcile=ReconcileOptions(nodes=0, seconds=0)))
    assert not [c for t in checked.tables for c in t.cells if c.correction]
    assert any(p.code == "arithmetic_limit" for p in checked.problems)
    assert checked.tables[0].cell_at(4, 3).state == "proven"


def test_a_column_that_bears_no_amounts_is_left_alone() -> None:
    document = document_of(CODES)
    table = replace(document.tables[0], columns=(Column(role="text"),) * 5)
    cells = tuple(replace(c, amount=None) for c in table.cells)
    checked = check_document(replace(document, tables=(replace(table, cells=cells),)))
    assert not [c for t in checked.tables for c in t.cells if c.state is not None]
