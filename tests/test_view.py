"""What a label, a code and a total row is in real tables, where layout lost spaces and merged cells."""

from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot.arithmetic.finders import code_tree, header_tree
from crossfoot.arithmetic.view import Ordinal, TableView, read_ordinal
from typed_tables import found, typed


def body(text, roles, panel=0):
    """The rows of one panel of a typed table without header."""
    return TableView(typed(text, roles, header_rows=0)).panels[panel].rows


TOTALS = ["合计", "合  计", "本 年 收 入 合 计", "收 入 总 计", "人员经费合计", "公用经费小计"]


@pytest.mark.parametrize("label", [*TOTALS, "支出功能科目总计", "合计（万元）", "总分"])
def test_total_words(label):
    (row,) = body(f"{label} | 1.00", "na")
    assert row.role == "total"


@pytest.mark.parametrize("label", ["总计划外支出", "合计划拨", "其他支出", "统计信息事务"])
def test_words_that_only_look_like_totals(label):
    (row,) = body(f"{label} | 1.00", "na")
    assert row.role == "item"


@pytest.mark.parametrize(
    ("line", "roles"),
    [
        ("合计 | < | < | < | 5.00", "cccna"),
        (" | | | 合计 | 5.00", "cccna"),
        ("合 计 | < | 5.00", "lna"),
        (" | 合计 | | 5.00", "tnta"),
        ("合计 | | 5.00", "tna"),
    ],
)
def test_total_in_whatever_label_column(line, roles):
    (row,) = body(line, roles)
    assert (row.role, row.code) == ("total", None)


@pytest.mark.parametrize(
    ("line", "roles", "code", "name"),
    [
        ("208 | 05 | 01 | 离退休 | 5.00", "cccna", "2080501", "离退休"),
        ("208 | 05 | | 养老 | 5.00", "cccna", "20805", "养老"),
        ("2080501 | < | < | 离退休 | 5.00", "cccna", "2080501", "离退休"),
        ("208 | 20805 | 2080501 | 离退休 | 5.00", "cccna", "2080501", "离退休"),
        ("201 一般公共服务 | 5.00", "na", "201", "一般公共服务"),
        ("2010306政务公开审批 | 5.00", "na", "2010306", "政务公开审批"),
        ("004001 | 行政审批局 | 5.00", "cna", "004001", "行政审批局"),
        ("2020年初结转 | 5.00", "na", None, "2020年初结转"),
        ("100万元以上设备 | 5.00", "na", None, "100万元以上设备"),
    ],
)
def test_codes(line, roles, code, name):
    (row,) = body(line, roles)
    assert (row.code, row.name) == (code, name)


def test_rows_are_named_by_their_name_not_by_their_unit():
    rows = body("市财政局 | 科普活动经费 | 5.00\n市财政局 | | 7.00", "tna")
    assert [row.label for row in rows] == ["科普活动经费", "市财政局"]
    assert [row.mark for row in rows] == [(True, True), (True, False)]


def test_triples_side_by_side_are_panels_of_their_own():
    view = TableView(
        typed("301 | 工资 | 5.00 | 302 | 商品 | 6.00 | 310 | 资本 | 7.00", "cnacnacna", header_rows=0)
    )
    assert [(panel.labels, panel.numbers) for panel in view.panels] == [
        ((0, 1), (2,)),
        ((3, 4), (5,)),
        ((6, 7), (8,)),
    ]
    assert [panel.rows[0].code for panel in view.panels] == ["301", "302", "310"]


def test_heading_that_spans_the_amounts():
    rows = body("相关统计数 | < | <\n公务用车 | 1.00 | 2.00", "naa")
    assert [row.role for row in rows] == ["section", "item"]


def test_parts_of_which_keep_their_ordinal():
    rows = body("3.公务用车 | 5.00\n其中：（1）购置费 | 1.00\n（2）运行费 | 4.00\n　　　接待费 | 1.00", "na")
    assert [row.role for row in rows] == ["item", "of_which", "item", "item"]
    assert [row.ordinal for row in rows] == [Ordinal(3, 3), Ordinal(4, 1), Ordinal(4, 2), None]
    assert rows[1].name == "购置费"


@pytest.mark.parametrize(
    ("label", "ordinal"),
    [
        ("一、收入", Ordinal(1, 1)),
        ("(二十三)其他", Ordinal(2, 23)),
        ("十、x", Ordinal(1, 10)),
        ("1.费", Ordinal(3, 1)),
        ("1.5万元", None),
        ("(12)x", Ordinal(4, 12)),
        ("收入", None),
    ],
)
def test_ordinals(label, ordinal):
    assert read_ordinal(label) == ordinal


EXPENDITURE = """
单位名称 | 合计 | 基本支出 | 上缴上级支出 | 经营支出
局本级 | 91,354,348 | 91,354,348 | 一 |
监测站 | 19,994,158 | 19,371,154 | | 623,004
合计 | 111,348,506 | 110,725,502 | | 623,004
"""


@pytest.mark.parametrize("role", ["n", "t"])
def test_a_blank_column_between_amounts_begins_no_list(role):
    view = TableView(typed(EXPENDITURE, f"naa{role}a"))
    assert [(panel.labels, panel.numbers) for panel in view.panels] == [((0,), (1, 2, 3, 4))]


@pytest.mark.parametrize(
    ("head", "says"), [("上缴上级支出", "见说明"), ("科目名称", ""), ("经费项目（按类）", "")]
)
def test_a_column_of_labels_begins_a_list(head, says):
    view = TableView(typed(f"收入 | 金额 | {head} | 金额\n拨款 | 5.00 | {says} | 5.00", "nana"))
    assert [panel.numbers for panel in view.panels] == [(1,), (3,)]


CONTINUED = """
科目编码 | 科目名称 | 总计 | 上年结转 | 财政拨款
1 | 2 | 3 | 4 | 5
22401 | 应急管理事务 | 160,160,215 | 43,395,671 | 116,764,544
1 | 2 | 3 | 4 | 5
2240101 | 行政运行 | 143,889,470 | 43,335,227 | 100,554,243
2240199 | 其他应急管理支出 | 16,270,745 | 60,444 | 16,210,301
"""


@pytest.mark.parametrize("amount", ["NaN", "-Infinity", "1E+999999", "1E-400"])
def test_what_no_print_may_say_is_no_number(amount):
    table = typed("行政运行 | 5.00 | 1.00", "naa", header_rows=0)
    cells = tuple(replace(c, text="?", amount=Decimal(amount)) if c.col == 1 else c for c in table.cells)
    view = TableView(replace(table, cells=cells))
    assert [view.number(0, col) for col in (1, 2)] == [None, Decimal(1)]


def test_a_header_printed_once_more_is_no_row():
    table = typed(CONTINUED, "cnaaa", header_rows=2)
    (panel,) = TableView(table).panels
    assert [(row.role, row.code) for row in panel.rows] == [
        ("item", "22401"),
        ("note", None),
        ("item", "2240101"),
        ("item", "2240199"),
    ]
    proposed = found(code_tree.find, table)
    assert proposed["sum", 2, 2] == [{(4, 2), (5, 2)}]
    assert not [
        key for finder in (code_tree, header_tree) for key in found(finder.find, table) if key[1] == 3
    ]


def test_a_column_whose_few_amounts_were_taken_for_text_is_one_of_amounts():
    table = typed(EXPENDITURE, "naaat")
    assert TableView(table).panels[0].numbers == (1, 2, 3)  # 备注 may hold a number
    cells = tuple(
        c if c.amount or c.text != "623,004" else replace(c, amount=Decimal(623004)) for c in table.cells
    )
    assert TableView(replace(table, cells=cells)).panels[0].numbers == (1, 2, 3, 4)
    remarks = EXPENDITURE.replace("经营支出", "备注")
    cells = tuple(
        replace(c, amount=d.amount) for c, d in zip(typed(remarks, "naaat").cells, cells, strict=True)
    )
    assert TableView(replace(table, cells=cells)).panels[0].numbers == (1, 2, 3)
