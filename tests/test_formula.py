"""The language of printed formulas: every way of printing one reads as the same formula."""

import pickle
from contextlib import suppress

import pytest
from crossfoot.arithmetic.finders.formula import (
    MAX_LENGTH,
    Binary,
    Constant,
    Formula,
    FormulaError,
    Operand,
    Signed,
    parse,
    parse_expression,
    statements,
)
from hypothesis import given
from hypothesis import strategies as st

FULL = str.maketrans("0123456789+-=()", "０１２３４５６７８９＋－＝（）")


def numbers(formula):
    return formula.axis, formula.total.number, [(operand.number, sign) for operand, sign in formula.terms]


def plain_sum(axis, total, terms):
    return axis, total, [(number, 1) for number in terms]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (  # Wuhan 2020, table 1: OCR made superscripts of the first digits
            "²⁷ 行= (1+2+3+4+5+6+7+8) 行; 30 行= (27+28+29) 行;",
            [plain_sum("row", 27, range(1, 9)), plain_sum("row", 30, (27, 28, 29))],
        ),
        (
            "⁵⁷ 行= (31+32+…+56) 行; 60 行= (57+58+59) 行。",
            [plain_sum("row", 57, range(31, 57)), plain_sum("row", 60, (57, 58, 59))],
        ),
        ("¹ 栏各行= (2+3+4+5+6+7) 栏各行。", [plain_sum("column", 1, range(2, 8))]),
        ("注：本表30行＝（27＋28＋29）行。", [plain_sum("row", 30, (27, 28, 29))]),
        ("第30行=第27行+第28行", [plain_sum("row", 30, (27, 28))]),
        ("本表第30行=第27行+第28行", [plain_sum("row", 30, (27, 28))]),
        ("7栏=(1+2-3)栏", [("column", 7, [(1, 1), (2, 1), (3, -1)])]),
        ("7栏各行＝（1＋2－3）栏各行", [("column", 7, [(1, 1), (2, 1), (3, -1)])]),
        ("27行=(1至8)行", [plain_sum("row", 27, range(1, 9))]),
        ("27行=（1、2、3）行", [plain_sum("row", 27, (1, 2, 3))]),
        ("27行=(1+2+...+8)行", [plain_sum("row", 27, range(1, 9))]),
        ("27行=(l+2十3)行", [plain_sum("row", 27, (1, 2, 3))]),  # l for 1 and ten for plus
        ("27行=(1+2 3)行", [plain_sum("row", 27, (1, 2, 3))]),  # a plus sign lost
        ("1O行=(5+6)行", [plain_sum("row", 10, (5, 6))]),
        ("1拦=(2+3)拦", [plain_sum("column", 1, (2, 3))]),
        ("5=6+7+8", [(None, 5, [(6, 1), (7, 1), (8, 1)])]),
        ("5栏=1栏-(2-3)栏", [("column", 5, [(1, 1), (2, -1), (3, 1)])]),
    ],
)
def test_notes_as_printed(note, expected):
    assert [numbers(parse(statement)) for statement in statements(note)] == expected


def test_words_and_products_of_headers():
    assert parse_expression("B/A") == Binary("/", Operand(name="B"), Operand(name="A"))
    score = parse_expression("20 分 * 执行 率")
    assert score == Binary("*", Constant(20), Operand(name="执行率"))
    assert parse_expression("B÷A×100%") == Binary(
        "*", Binary("/", Operand(name="B"), Operand(name="A")), Constant(1)
    )
    rate = parse("执行率=执行数/预算数")
    assert rate.terms is None
    assert rate.total == Operand(name="执行率")


def test_notes_without_formulas_hold_no_statements():
    for note in (
        "注：本表反映部门本年度的总收支和年末结转结余情况。",
        "注：2020年度预算数为“三公”经费年初预算数，决算数含以前年度结转资金。",
        "说明：A=B",
        "",
    ):
        assert not list(statements(note))


@pytest.mark.parametrize(
    ("text", "position"),
    [("27行=(1+2", 8), ("27行=", 4), ("=(1+2)行", 0), ("27行=(1+)行", 7), ("27行=(8+…+1)行", 9)],
)
def test_errors_say_where(text, position):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.position == position
    assert pickle.loads(pickle.dumps(caught.value)).position == position


def test_hostile_lengths_are_refused():
    for text in (
        "1行=" + "(" * 1000 + "2" + ")" * 1000,
        "1行=" + "2+" * MAX_LENGTH + "3",
        "1行=(2+…+9999)行",
        "1行=2" + "*3" * 700,
        "1行=(" + "2" * 1400 + ")行",
    ):
        try:
            formula = parse(text)
        except FormulaError:
            continue
        assert formula.terms is None  # a constant of 1,400 digits is no line


sums = st.builds(
    lambda axis, total, terms: (axis, total, terms),
    st.sampled_from(["row", "column"]),
    st.integers(1, 999),
    st.lists(st.tuples(st.integers(1, 999), st.sampled_from([1, 1, 1, -1])), min_size=1, max_size=30),
)


@st.composite
def typographies(draw):
    """A sum, and one way of printing it."""
    axis, total, terms = draw(sums)
    if draw(st.booleans()):
        start = draw(st.integers(1, 200))
        terms = [(number, 1) for number in range(start, start + draw(st.integers(4, 60)))]
    word = "行" if axis == "row" else draw(st.sampled_from(["栏", "列"]))
    each = draw(st.sampled_from(["", "各行"])) if axis == "column" else ""
    run = all(sign == 1 for _, sign in terms) and [n for n, _ in terms] == list(
        range(terms[0][0], terms[0][0] + len(terms))
    )
    style = draw(st.sampled_from(["plain", "dots", "to"])) if run and len(terms) > 3 else "plain"
    if style == "dots":
        dots = draw(st.sampled_from(["…", "……", "...", "⋯", "···"]))
        inner = f"{terms[0][0]}+{terms[1][0]}+{dots}+{terms[-1][0]}"
    elif style == "to":
        inner = f"{terms[0][0]}{draw(st.sampled_from(['至', '~', '到']))}{terms[-1][0]}"
    else:
        inner = "".join(f"{'+' if sign > 0 else '-'}{number}" for number, sign in terms)
        inner = inner.removeprefix("+")
    if draw(st.booleans()):
        space = draw(st.sampled_from(["", " ", "\u3000"]))
        inner = inner.replace("+", f"{space}+{space}")
    lead = draw(st.sampled_from(["", "第", "本表", "本表第"]))
    text = f"{lead}{total}{word}{each}=({inner}){word}{each}"
    if draw(st.booleans()):
        text = text.translate(FULL)
    return Formula(Operand(total, axis), Signed(tuple((Operand(n, axis), s) for n, s in terms))), text


@given(typographies())
def test_every_typography_reads_as_the_formula(case):
    meant, text = case
    assert [numbers(parse(statement)) for statement in statements(text)] == [numbers(meant)]


@given(
    st.text(alphabet="0123456789行栏列各=+-…()（）＝*/、至第本表分%lO十 .AB率", max_size=60)
    | st.text(max_size=60)
)
def test_nothing_but_formula_errors_is_raised(text):
    for statement in (text, *statements(text)):
        for reader in (parse, parse_expression):
            with suppress(FormulaError):
                reader(statement)
