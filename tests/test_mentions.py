"""Amounts in running text: real sentences, OCR's spaces, and the numbers that are no amounts."""

from decimal import Decimal

import pytest
from crossfoot.arithmetic.mentions import tell, with_mentions
from crossfoot.document import Box, Document, SourceInfo, Text
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
SOURCE = SourceInfo("x.pdf", "0" * 64, 1)


def amounts_of(text):
    return [(one.amount, one.unit) for one in tell(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2020年部门收支总预算4804.64万元。比2019年预算减少620.92万元，下降11.45%，主要是：单位往来资金项目预算资金减少。",
            [(D("4804.64"), "万元"), (D("620.92"), "万元"), (D("11.45"), "%")],
        ),
        ("项目支出3671.56万元，占\n76.42 %。", [(D("3671.56"), "万元"), (D("76.42"), "%")]),
        ("支出决算 23, 286. 92 万元", [(D("23286.92"), "万元")]),
        ("支出决算２３，２８６．９２万元", [(D("23286.92"), "万元")]),
        ("收入1.2亿元，支出35,062,671.77元", [(D("1.2"), "亿元"), (D("35062671.77"), "元")]),
        ("与上年相比减少−12.5万元", [(D("-12.5"), "万元")]),
        ("行政编21个，事业编17个，公务用车3辆，2020年3月5日，咨询电话： 027-83255575", []),
        ("单价50万元以上的通用设备0台，单价100万元（含）以上专用设备0台", []),
        ("得分在90%-95%之间，满意度≥95%", [(D("90"), "%")]),
        ("设备1,2345.6万元", []),
        ("河北省元氏县有3元氏", []),
    ],
)
def test_amounts_are_told_by_their_units(text, expected):
    assert amounts_of(text) == expected


def test_the_phrase_is_the_clause_before_the_amount():
    text = "2020年部门支出预算4804.64万元，其中：基本支出1133.08万元，占23.58%；项目支出3671.56万元"
    assert [one.phrase for one in tell(text)] == ["2020年部门支出预算", "基本支出", "占", "项目支出"]


def test_places_are_those_of_the_printed_text():
    text = "（一）收入总计：１，２３４．５０万元"
    (told,) = tell(text)
    assert text[told.start : told.end] == "１，２３４．５０万元"


def test_only_paragraphs_and_notes_are_read_and_boxes_stay_within_them():
    box = Box(100, 200, 900, 320)
    long = (
        "按照综合预算的原则，所有收入和支出均纳入部门预算管理。" * 3
        + "收入总计4804.64万元，支出总计4804.64万元。"
    )
    texts = (
        Text("x1", "title", 1, Box(0, 0, 10, 10), "2020年收支总表 12万元"),
        Text("x2", "paragraph", 1, box, long),
        Text("x3", "note", 2, Box(5, 5, 5, 5), "注：其中12.5万元为上年结转。"),
    )
    document = with_mentions(Document(SOURCE, texts=texts))
    assert [(m.id, m.page, m.amount) for m in document.mentions] == [
        ("m1", 1, D("4804.64")), ("m2", 1, D("4804.64")), ("m3", 2, D("12.5")),
    ]  # fmt: skip
    first, second = (m.box for m in document.mentions[:2])
    assert all(
        box.overlap(one) == pytest.approx(one.area) and one.area < box.area / 4 for one in (first, second)
    )
    assert (first.top, first.left) <= (second.top, second.left)
    assert first != second


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["万元", "元", "亿元", "%"]), st.booleans())
def test_any_amount_printed_with_its_unit_is_read_back(value, unit, grouped):
    text = f"{value:,f}" if grouped else f"{value:f}"
    assert amounts_of(f"收入总计{text}{unit}，其余略。") == [(value, unit)]


@given(st.text(max_size=200))
def test_no_text_raises(text):
    for one in tell(text):
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("①5万元用于培训；②3.20万元用于维修", ["5", "3.20"]),  # no 15, no 23.20
        ("面积100m²5万元", ["5"]),
        ("比上年增加1,2 34.5万元", []),  # a number in pieces
        ("2020年 5万元，其中 3.5万元", ["5", "3.5"]),
        ("1. 5万元用于培训；2. 3万元用于维修", []),  # items or 1.5 and 2.3
        ("支出1. 5万元", ["1.5"]),
        ("３，２００．５０万元", ["3200.50"]),
    ],
)
def test_marks_pieces_and_ordinals_are_no_digits_of_an_amount(text: str, told: list[str]) -> None:
    assert [str(one.amount) for one in tell(text)] == told
