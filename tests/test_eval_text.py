"""The normalisation under which all tools are compared."""

import pytest
from crossfoot.eval.text import normalize, normalized
from hypothesis import given
from hypothesis import strategies as st
from judged_documents import table


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("４，８０４．６４", "4,804.64"),
        ("（一）行政 运行", "(一)行政运行"),
        ("合　计", "合计"),
        ("——", "-"),
        ("－12.00", "−12.00"),
        ("〔2020〕5号", "【2020】5号"),
        ("［注］", "[注]"),
        ("a\u200bb", "ab"),
        ("部门：", "部门:"),
    ],
)
def test_variants_of_one_text_are_equal(one: str, other: str) -> None:
    assert normalize(one) == normalize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("4,804.64", "4804.64"),  # a comma is ink
        ("一", "-"),  # the numeral is no dash
        ("(1)", "[1]"),
        ("A", "a"),
        ("1。", "1."),
        ("", "-"),
    ],
)
def test_nothing_else_is_made_equal(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


def test_a_table_keeps_all_but_its_texts() -> None:
    wide = table([["合 计", "１．００"]])
    plain = normalized(wide)
    assert [c.text for c in plain.cells] == ["合计", "1.00"]
    assert [(c.row, c.col, c.parts, c.amount) for c in plain.cells] == [
        (c.row, c.col, c.parts, c.amount) for c in wide.cells
    ]
    assert normalized(plain) is plain
