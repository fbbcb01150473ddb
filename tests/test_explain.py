"""Sentences on amounts: they name the equation, say the numbers, and are the same every time."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot import amounts
from crossfoot.arithmetic import explain as said
from crossfoot.arithmetic.explain import explain
from crossfoot.arithmetic.proposal import At, Proposal, Said
from crossfoot.arithmetic.reconcile import reconcile
from crossfoot.arithmetic.view import TableView
from crossfoot.document import Box, Cell, Column, Document, Mention, Reading, SourceInfo, Table
from crossfoot.errors import OptionsError

HEADER = ("科目编码", "科目名称", "合计", "基本支出", "项目支出")
ROWS = (
    ("20103", "政府办公厅（室）及相关机构事务", "10,096.83", "8,861.14", "1,235.69"),
    ("2010301", "行政运行", "1,326.31", "1,326.31", "0.00"),
    ("2010302", "一般行政管理事务", "6,369.79", "6,369.79", "0.00"),
    ("2010350", "事业运行", "1,235.69", "0.00", "1,235.69"),
    ("2010399", "其他政府办公厅（室）及相关机构事务支出", "1,165.04", "1,165.04", "0.00"),
)


def made(printed=None, odds=None):
    """The table with one amount read otherwise: `printed` {(row, col): text}, `odds` of the truth there."""
    cells = []
    for r, line in enumerate((HEADER, *ROWS)):
        for c, truth in enumerate(line):
            text = (printed or {}).get((r, c), truth)
            value = amounts.parse(text) if r and c > 1 else None
            reading = None
            if value is not None and odds is not None:
                other = ((truth, math.log(odds)),) if text != truth else ()
                reading = Reading(text, 0.8, "ocr", ((text, math.log(0.8 if other else 0.9999)), *other))
            amount = value.value if value else None
            cells.append(Cell(r, c, header=not r, text=text, amount=amount, reading=reading))
    roles = ("code", "name", "amount", "amount", "amount")
    return Table("t5", (6, 5), tuple(cells), header_rows=1, columns=tuple(Column(role) for role in roles))


def sums():
    for col in (2, 3, 4):
        terms = tuple((At("t5", row, col), Decimal(1)) for row in (2, 3, 4, 5))
        yield Proposal("sum", "law", "code_tree", At("t5", 1, col), terms, "20103", 0.97, "Codes.")
    for row in (1, 2, 3, 4, 5):
        terms = ((At("t5", row, 3), Decimal(1)), (At("t5", row, 4), Decimal(1)))
        yield Proposal("sum", "law", "header_tree", At("t5", row, 2), terms, "合计", 0.95, "Headers.")


def reconciled(table, more=(), mentions=()):
    document = Document(SourceInfo("report.pdf", "0" * 64, 1), tables=(table,), mentions=mentions)
    return reconcile(document, [*sums(), *more])


def test_a_correction_says_what_was_read_and_what_adds_up():
    result = reconciled(made({(5, 2): "1,165.84"}, odds=0.19))
    assert explain(result, "t5", 5, 2) == (
        "2010301 + 2010302 + 2010350 + 2010399 = 20103: "
        "1,326.31 + 6,369.79 + 1,235.69 + 1,165.04 = 10,096.83; read 1,165.84, only 1,165.04 adds up"
    )
    assert explain(result, "t5", 5, 2, "zh") == (
        "2010301 + 2010302 + 2010350 + 2010399 = 20103："
        "1,326.31 + 6,369.79 + 1,235.69 + 1,165.04 = 10,096.83；"
        "识别为 1,165.84，只有 1,165.04 能使等式成立"
    )


def test_a_dispute_says_what_fails_by_how_much_and_what_would_close_it():
    result = reconciled(made({(5, 2): "1,165.84"}))
    assert result.tables[0].cell_at(5, 2).state == "disputed"
    assert explain(result, "t5", 5, 2) == (
        "2010301 + 2010302 + 2010350 + 2010399 = 20103: "
        "1,326.31 + 6,369.79 + 1,235.69 + 1,165.84 ≠ 10,096.83, off by 0.80; "
        "given as 1,165.84, 1,165.04 would add up"
    )
    assert "相差 0.80" in explain(result, "t5", 5, 2, "zh")


def test_a_row_is_explained_by_its_headers():
    proposals = [p for p in sums() if p.origin == "header_tree"]
    document = Document(SourceInfo("report.pdf", "0" * 64, 1), tables=(made(),))
    assert explain(reconcile(document, proposals), "t5", 1, 3) == (
        "基本支出 + 项目支出 = 合计: 8,861.14 + 1,235.69 = 10,096.83"
    )


def test_a_narrative_is_quoted():
    said = Mention("m1", 1, Box(0, 0, 9, 9), "1234.50万元", Decimal("1234.50"), "万元", "支出总计")
    alone = Table("t5", (1, 1), (Cell(0, 0, text="1,234.50", amount=Decimal("1234.50")),))
    spoken = Proposal(
        "equal", "law", "narrative", Said("m1"), ((At("t5", 0, 0), Decimal(1)),), "n", 0.97, "It says so."
    )
    document = Document(SourceInfo("report.pdf", "0" * 64, 1), tables=(alone,), mentions=(said,))
    text = explain(reconcile(document, [spoken]), "t5", 0, 0)
    assert text == "t5 row 1 column 1 = text “支出总计”: 1,234.50 = 1,234.50"


def test_a_long_sum_is_cut_but_shows_the_amount_in_question():
    texts = [f"{n}.{n:02}" for n in range(11, 41)]
    texts.append(f"{sum(map(Decimal, texts))}")
    cells = tuple(Cell(r, 0, text=text, amount=Decimal(text)) for r, text in enumerate(texts))
    terms = tuple((At("t1", r, 0), Decimal(1)) for r in range(30))
    whole = Proposal("sum", "law", "total_row", At("t1", 30, 0), terms, "f", 0.97, "Total.")
    document = Document(SourceInfo("report.pdf", "0" * 64, 1), tables=(Table("t1", (31, 1), cells),))
    text = explain(reconcile(document, [whole]), "t1", 29, 0)
    assert "24 more" in text
    assert "40.40" in text
    assert len(text) < 250


@pytest.mark.parametrize(
    ("state", "why", "words"),
    [
        ("unchecked", "no_equation", "no equation"),
        ("unchecked", "rounding", "rounding"),
        ("unchecked", "limit", "in time"),
        ("unchecked", "unreadable_partner", "cannot be read"),
        ("unchecked", "ambiguous", "misread"),
        ("unchecked", "contradicted", "cannot be told"),
        ("unchecked", "of a later version", "no equation"),
        ("confirmed", None, "person"),
        ("disputed", "contradicted", "fails"),
        (None, None, "no amount"),
    ],
)
def test_every_state_has_a_sentence_in_both_languages(state, why, words):
    table = made()
    cells = tuple(replace(c, state=state, why=why) if (c.row, c.col) == (1, 2) else c for c in table.cells)
    document = Document(SourceInfo("report.pdf", "0" * 64, 1), tables=(replace(table, cells=cells),))
    assert words in explain(document, "t5", 1, 2)
    assert explain(document, "t5", 1, 2, "zh") != explain(document, "t5", 1, 2)


@pytest.mark.parametrize("bad", [("t9", 0, 0), ("t5", 6, 0), ("t5", 0, -1)])
def test_an_address_that_is_not_there_is_refused(bad):
    document = Document(SourceInfo("report.pdf", "0" * 64, 1), tables=(made(),))
    with pytest.raises(OptionsError):
        explain(document, *bad)


def test_another_language_is_refused():
    document = Document(SourceInfo("report.pdf", "0" * 64, 1), tables=(made(),))
    with pytest.raises(OptionsError):
        explain(document, "t5", 1, 2, "de")


def test_a_reading_of_any_length_gives_one_short_line():
    result = reconciled(made({(5, 2): "1,165.84"}, odds=0.19))
    long = "1,165.84\n" + "9" * 100_000
    cells = tuple(
        replace(c, reading=replace(c.reading, text=long)) if (c.row, c.col) == (5, 2) else c
        for c in result.tables[0].cells
    )
    text = explain(replace(result, tables=(replace(result.tables[0], cells=cells),)), "t5", 5, 2)
    assert text.startswith(explain(result, "t5", 5, 2).split(";", maxsplit=1)[0])
    assert "read 1,165.84 999" in text
    assert "\n" not in text
    assert len(text) < 300


def test_many_sentences_of_one_document_look_at_each_table_once(monkeypatch):
    result = reconciled(made({(5, 2): "1,165.84"}, odds=0.19))
    made_views = []
    monkeypatch.setattr(said, "TableView", lambda table: made_views.append(table.id) or TableView(table))
    explainer = said.Explainer(result)
    places = [(c.row, c.col) for c in result.tables[0].cells]
    sentences = [explainer.sentence("t5", *place) for place in places]
    assert made_views == ["t5"]
    assert sentences == [explain(result, "t5", *place) for place in places]
