"""Finders that read rows, on tables as real documents print them and on what breaks them."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from crossfoot.arithmetic.finders import balance, code_tree, outline, total_row
from crossfoot.arithmetic.proposal import Scope
from crossfoot.arithmetic.view import TableView
from crossfoot.document import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from typed_tables import found, reread, typed

SAMPLES = Path(__file__).parent.parent / "samples"
SUMMARY = """
收 入 | < | 支 出 | < | < | <
项 目 | 预算数 | 项目（按经济分类） | 预算数 | 项目（按功能分类） | 预算数
一、财政拨款（补助） | 4,804.64 | 一、经济分类 | 4,804.64 | 201 一般公共服务 | 4,588.70
（一）财政指标拨款（补助） | 4,804.64 | 工资福利性支出 | 916.82 | 202 外交 |
（二）纳入金库非税收入安排的拨款 | | 商品和服务支出 | 3,874.38 | 208 社会保障和就业 | 66.08
二、政府性基金 | | 对个人和家庭的补助支出 | 13.44 | 210 卫生健康 | 42.93
三、纳入财政专户管理资金（教卫专用） | | 其中：基本支出 | 1,133.08 | 221 住房保障支出 | 106.93
四、其他自有资金 | | 工资福利性支出 | 916.82 | 229 其他支出 |
（一）上级补助收入 | | 商品和服务支出 | 202.82 | |
（二）附属单位上缴收入 | | 对个人和家庭的补助支出 | 13.44 | |
 | | 其中：部门项目支出 | 3,671.56 | |
 | | 经常性项目 | 1,930.00 | |
 | | 其他项目 | 1,741.56 | |
 | | 其中：公共项目（专项资金）支出 | | |
 | | 经常性项目 | | |
 | | 其他项目 | | |
本年收入合计 | 4,804.64 | 本年经济分类支出合计 | 4,804.64 | 本年功能科目支出合计 | 4,804.64
四、上年结转 | | 五、结转下年 | | 结转下年 |
（一）财政拨款（补助）结转 | | | | |
收入总计 | 4,804.64 | 支出总计 | 4,804.64 | 支出功能科目总计 | 4,804.64
"""  # dongxihu 2020, rows without amounts left out


@pytest.fixture(scope="module")
def summary():
    return typed(SUMMARY, "nanana", header_rows=2)


def rows(*numbers, col):
    return {(row, col) for row in numbers}


def test_real_summary_totals_cover_the_top_level_of_their_own_list(summary):
    equations = found(total_row.find, summary)
    assert equations["sum", 16, 1] == [rows(2, 5, 6, 7, col=1)]
    assert equations["sum", 16, 3] == [rows(2, col=3)]  # not its parts, nor the second partition
    assert equations["sum", 16, 5] == [rows(2, 3, 4, 5, 6, 7, col=5)]
    assert equations["sum", 19, 1] == [rows(16, 17, col=1)]
    assert equations["sum", 19, 5] == [rows(16, 17, col=5)]


def test_real_summary_one_total_in_two_partitions(summary):
    equations = found(outline.find, summary)
    assert equations["sum", 2, 3] == [rows(3, 4, 5, col=3), rows(6, 10, 13, col=3)]
    assert equations["sum", 6, 3] == [rows(7, 8, 9, col=3)]
    assert equations["sum", 10, 3] == [rows(11, 12, col=3)]
    assert equations["sum", 2, 1] == [rows(3, 4, col=1)]
    assert equations["at_most", 6, 3] == [rows(2, col=3)]


def test_real_summary_balances_across_three_lists(summary):
    assert found(balance.find, summary) == {("equal", 19, 1): [{(19, 3)}, {(19, 5)}]}


def test_only_what_adds_up_by_other_columns_is_usual(summary):
    strengths = {
        (p.relation, p.total.row, len(p.terms)): p.strength
        for p in outline.find(Scope((TableView(summary),)))
    }
    assert strengths["sum", 2, 3] in ("law", "usual")
    usual = [p for p in outline.find(Scope((TableView(summary),))) if p.strength == "usual"]
    assert [(p.total.row, [at.row for at, _ in p.terms]) for p in usual] == [(2, [6, 10, 13])]


def test_unit_with_one_of_its_items_is_no_sum():
    """The page shows one item of the unit; four columns agree with it, the others do not."""
    table = typed(
        """
        代码 | 名称（科目） | 总计 | 小计 | 工资 | 商品 | 个人 | 项目小计 | 经常性 | 其他
        | 合计 | 4,804.64 | 1,133.08 | 916.82 | 202.82 | 13.44 | 3,671.56 | 1,930.00 | 1,741.56
        004 | 审批局 | 4,804.64 | 1,133.08 | 916.82 | 202.82 | 13.44 | 3,671.56 | 1,930.00 | 1,741.56
        004001 | 审批局 | 4,804.64 | 1,133.08 | 916.82 | 202.82 | 13.44 | 3,671.56 | 1,930.00 | 1,741.56
        2010306 | 政务公开审批 | 4,588.70 | 917.14 | 701.97 | 202.82 | 12.35 | 3,671.56 | 1,930.00 | 1,741.56
        """,
        "cnaaaaaaaa",
    )
    equations = found(code_tree.find, table)
    assert {row for _, row, _ in equations} == {2}
    assert equations["sum", 2, 2] == [{(3, 2)}]
    totals = found(total_row.find, table)
    assert totals["sum", 1, 2] == [{(2, 2)}]  # 004 alone, never 004 and its parts
    assert len(totals) == 8


FINAL = """
功能分类科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出
类款项 | 栏 次 | 1 | 2 | 3
 | 合 计 | 10,846.91 | 3,290.40 | 7,556.51
201 | 一般公共服务支出 | 10,096.83 | 2,562.00 | 7,534.83
20103 | 政府办公厅（室）及相关机构事务 | 10,096.83 | 2,562.00 | 7,534.83
2010301 | 行政运行 | 1,326.31 | 1,326.31 |
2010302 | 一般行政管理事务 | 6,369.79 | | 6,369.79
2010350 | 事业运行 | 1,235.69 | 1,235.69 |
2010399 | 其他政府办公厅（室）及相关机构事务支出 | 1,165.04 | | 1,165.04
208 | 社会保障和就业支出 | 418.64 | 397.96 | 20.68
20805 | 行政事业单位养老支出 | 390.03 | 390.03 |
2080502 | 事业单位离退休 | 170.66 | 170.66 |
2080505 | 机关事业单位基本养老保险缴费支出 | 201.37 | 201.37 |
2080506 | 机关事业单位职业年金缴费支出 | 18.00 | 18.00 |
20808 | 抚恤 | 20.68 | | 20.68
2080801 | 死亡抚恤 | 20.68 | | 20.68
20899 | 其他社会保障和就业支出 | 7.93 | 7.93 |
2089901 | 其他社会保障和就业支出 | 7.93 | 7.93 |
210 | 卫生健康支出 | 331.44 | 330.44 | 1.00
2101101 | 行政单位医疗 | 196.37 | 195.37 | 1.00
2101102 | 事业单位医疗 | 135.07 | 135.07 |
"""  # wuhan 2020, with 210 directly over 21011xx


@pytest.fixture(scope="module")
def final():
    return typed(FINAL, "cnaaa", header_rows=2)


def test_final_accounts_tree_in_every_column_that_bears_numbers(final):
    equations = found(code_tree.find, final)
    assert equations["sum", 4, 2] == [rows(5, 6, 7, 8, col=2)]
    assert equations["sum", 9, 4] == [rows(10, 14, 16, col=4)]
    assert equations["sum", 18, 2] == [rows(19, 20, col=2)]  # no 21011 is printed
    assert ("sum", 10, 4) not in equations  # nothing but blanks
    assert not any(row in (5, 11, 15) for _, row, _ in equations)  # leaves
    assert found(total_row.find, final)["sum", 2, 3] == [rows(3, 9, 18, col=3)]


@pytest.mark.parametrize(
    ("row", "col", "text"), [(3, 2, "10,096.33"), (6, 4, "6,869.79"), (11, 2, "170.6"), (2, 3, "3,29O.40")]
)
def test_a_misreading_changes_no_equation(final, row, col, text):
    """Nor does one that loses a digit, or that is no number any more."""
    wrong = reread(final, row, col, text)
    for finder in (code_tree.find, total_row.find):
        assert found(finder, wrong) == found(finder, final)


def test_a_list_of_chosen_items_is_no_tree():
    table = typed(
        """
        科目编码 | 科目名称 | 预算数 | 决算数
        201 | 一般公共服务支出 | 812.40 | 795.13
        2010301 | 行政运行 | 411.20 | 400.02
        208 | 社会保障和就业支出 | 120.55 | 118.70
        2080505 | 养老保险 | 61.30 | 60.84
        221 | 住房保障支出 | 98.12 | 98.12
        2210201 | 住房公积金 | 77.45 | 76.30
        """,
        "cnaa",
    )
    assert found(code_tree.find, table) == {}


def test_three_triples_side_by_side_hold_one_tree():
    """302 carries on in the next list; the totals' labels span lists whose classes they cover."""
    table = typed(
        """
        编码 | 名称 | 决算数 | 编码 | 名称 | 决算数 | 编码 | 名称 | 决算数
        301 | 工资福利支出 | 255.20 | 302 | 商品和服务支出 | 60.50 | 30226 | 劳务费 | 5.97
        30101 | 基本工资 | 106.80 | 30201 | 办公费 | 11.79 | 30239 | 其他交通费用 | 13.34
        30102 | 津贴补贴 | 148.40 | 30202 | 印刷费 | 7.40 | 310 | 资本性支出 | 2.22
        303 | 对个人和家庭的补助 | 58.89 | 30205 | 水费 | 4.00 | 31002 | 办公设备购置 | 2.22
        30302 | 退休费 | 58.89 | 30211 | 差旅费 | 18.00 | 399 | 其他支出 |
        人员经费合计 | < | 314.09 | 公用经费合计 | < | < | < | < | 62.72
        合计 | < | < | < | < | < | < | < | 376.81
        """,
        "cnacnacna",
    )
    tree = found(code_tree.find, table)
    assert tree["sum", 1, 5] == [{(2, 5), (3, 5), (4, 5), (5, 5), (1, 8), (2, 8)}]
    assert tree["sum", 1, 2] == [rows(2, 3, col=2)]
    totals = found(total_row.find, table)
    assert totals["sum", 6, 2] == [rows(1, 4, col=2)]
    assert totals["sum", 6, 8] == [{(1, 5), (3, 8), (5, 8)}]
    assert totals["sum", 7, 8] == [{(6, 2), (6, 8)}]
    assert len(totals) == 3


def test_lists_side_by_side_need_not_be_in_order():
    text = """
    301 | 工资福利支出 | 904.78 | 302 | 商品和服务支出 | 63.27
    30101 | 基本工资 | 902.54 | 30201 | 办公费 | 11.78
    30102 | 津贴补贴 | 2.24 | 30202 | 印刷费 | 14.62
    303 | 对个人和家庭的补助 | 37.74 | 30203 | 咨询费 | 36.60
    30301 | 离休费 | 30.54 | 310 | 资本性支出 | 2.88
    30302 | 退休费 | 7.20 | 31002 | 办公设备购置 | 2.88
    """
    table = typed(text, "cnacna", header_rows=0)
    # Off by 0.27, two digits swapped: 302 is in its place though 303 stands in the list left of it.
    assert found(code_tree.find, table)["sum", 0, 5] == [{(1, 5), (2, 5), (3, 5)}]


def test_units_part_repeated_codes():
    table = typed(
        """
        代码 | 名称 | 合计 | 基本支出
        | 合计 | 60.00 | 36.00
        013 | 水务局 | 60.00 | 36.00
        013001 | 水务局本级 | 35.00 | 21.00
        2080501 | 行政单位离退休 | 10.00 | 10.00
        2130301 | 行政运行 | 25.00 | 11.00
        013002 | 水务服务中心 | 25.00 | 15.00
        2080501 | 行政单位离退休 | 15.00 | 15.00
        2130301 | 行政运行 | 10.00 |
        """,
        "cnaa",
    )
    equations = found(code_tree.find, table)
    assert equations["sum", 2, 2] == [rows(3, 6, col=2)]
    assert equations["sum", 3, 2] == [rows(4, 5, col=2)]
    assert equations["sum", 6, 3] == [rows(7, 8, col=3)]


def test_codes_repeated_under_basic_and_project_expenditure():
    table = typed(
        """
        科目 | 名称 | 金额 | 上年
        | 基本支出 | 90.00 | 80.00
        201 | 一般公共服务支出 | 70.00 | 62.00
        20103 | 政府办公厅 | 70.00 | 62.00
        221 | 住房保障支出 | 20.00 | 18.00
        | 项目支出 | 35.00 | 31.00
        201 | 一般公共服务支出 | 35.00 | 31.00
        20103 | 政府办公厅 | 35.00 | 31.00
        | 合计 | 125.00 | 111.00
        """,
        "cnaa",
    )
    assert found(code_tree.find, table)["sum", 6, 3] == [{(7, 3)}]
    heads = found(outline.find, table)
    assert heads["sum", 1, 2] == [rows(2, 4, col=2)]
    assert heads["sum", 5, 2] == [rows(6, col=2)]
    assert found(total_row.find, table)["sum", 8, 2] == [rows(1, 5, col=2)]


def test_final_summary_carries_over_on_both_sides():
    table = typed(
        """
        收 入 | < | < | 支 出 | < | <
        项目 | 行次 | 金额 | 项目 | 行次 | 金额
        一、财政拨款收入 | 1 | 35,650,911.75 | 一、一般公共服务支出 | 31 |
        其中：政府性基金预算财政拨款 | 2 | 35,650.00 | 八、社会保障和就业支出 | 38 | 3,541,697.31
        二、上级补助收入 | 3 | | 九、卫生健康支出 | 39 | 1,566,119.98
        三、事业收入 | 4 | 1,064,303.48 | 十二、农林水事务 | 42 | 31,393,802.16
        六、其他收入 | 7 | 832,775.03 | 十九、住房保障支出 | 49 | 1,517,388.06
        本年收入合计 | 27 | 37,547,990.26 | 本年支出合计 | 57 | 38,019,007.51
        使用非财政拨款结余 | 28 | 107,876.80 | 结余分配 | 58 |
        年初结转结余 | 29 | 568,410.96 | 年末结转结余 | 59 | 205,270.51
        总计 | 30 | 38,224,278.02 | 总计 | 60 | 38,224,278.02
        """,
        "nlanla",
        header_rows=2,
    )
    totals = found(total_row.find, table)
    assert totals["sum", 7, 2] == [rows(2, 4, 5, 6, col=2)]  # 其中 is no summand
    assert totals["sum", 10, 2] == [rows(7, 8, 9, col=2)]
    assert totals["sum", 7, 5] == [rows(2, 3, 4, 5, 6, col=5)]
    assert totals["sum", 10, 5] == [rows(7, 8, 9, col=5)]
    assert found(outline.find, table) == {("at_most", 3, 2): [{(2, 2)}]}  # one part is no sum
    assert found(balance.find, table) == {("equal", 10, 2): [{(10, 5)}]}


def test_fiscal_summary_carry_over_has_its_funds_below_it():
    table = typed(
        """
        项目 | 行次 | 金额
        一、一般公共预算 | 1 | 2,260.91
        二、政府性基金预算 | 2 | 297.19
        本年收入 合 计 | 5 | 2,558.10
        年初财政拨款结转结余 | 6 | 338.47
        一般公共预算 | 7 | 338.47
        政府性基金预算 | 8 |
        总 计 | 9 | 2,896.57
        """,
        "nla",
    )
    assert found(outline.find, table) == {("sum", 4, 2): [rows(5, 6, col=2)]}
    assert found(total_row.find, table)["sum", 7, 2] == [rows(3, 4, col=2)]


def test_three_public_with_parts_that_make_it_up_and_counts_that_are_no_money():
    table = typed(
        """
        项  目 | 预算数 | 决算数
        合计 | 172,218.01 | 166,585.63
        1.因公出国（境）费 | |
        2.公务接待费 | 52,162.75 | 46,797.41
        3.公务用车购置及运行维护费 | 120,055.26 | 119,788.22
        其中：（1）公务用车购置费 | |
        （2）公务用车运行维护费 | 120,055.26 | 119,788.22
        相关统计数 | < | <
        公务用车保有量（辆） | — | 1
        国内公务接待批次（个） | — | 12
        """,
        "naa",
    )
    assert found(total_row.find, table) == {
        ("sum", 1, 1): [rows(2, 3, 4, col=1)],
        ("sum", 1, 2): [rows(2, 3, 4, col=2)],
    }
    assert found(outline.find, table)["sum", 4, 2] == [rows(5, 6, col=2)]


def test_numbers_that_run_on_in_another_style_and_parts_without_any():
    table = typed(
        """
        项目 | 金额
        一、基本支出 | 223,453,808.81
        人员经费 | 208,174,920.58
        工资福利支出 | 199,568,359.08
        对个人和家庭的补助 | 8,606,561.50
        2、公用经费 | 15,278,888.23
        二、项目支出 | 43,726,093.82
        三、上缴上级支出 | 1,756,928.33
        本年支出合计 | 268,936,830.96
        """,
        "na",
    )
    equations = found(outline.find, table)
    assert equations == {("sum", 1, 1): [rows(2, 5, col=1)], ("sum", 2, 1): [rows(3, 4, col=1)]}
    assert found(total_row.find, table) == {("sum", 8, 1): [rows(1, 6, 7, col=1)]}


def test_funds_carry_over_row_by_row():
    table = typed(
        """
        编码 | 名称 | 年初结转和结余 | 本年收入 | 本年支出 | < | < | 年末结转和结余
        | | | | 小计 | 基本支出 | 项目支出 |
        | 合计 | 12.00 | 297.19 | 301.19 | | 301.19 | 8.00
        21208 | 国有土地使用权出让收入 | 12.00 | 297.19 | 301.19 | | 301.19 | 8.00
        """,
        "cnaaaaaa",
        header_rows=2,
    )
    (one, two) = balance.find(Scope((TableView(table),)))
    assert [(at.col, factor) for at, factor in one.terms] == [(2, 1), (3, 1), (4, -1)]
    assert (one.total.col, two.total.row) == (7, 3)
    assert one.family == two.family


def test_projects_below_their_units_without_any_mark():
    table = typed(
        """
        项目名称 | 总计 | 商品和服务支出 | 资本性支出
        合计 | 104.17 | 33.70 | 70.47
        石泉县市场监督管理局 | 25.49 | 16.81 | 8.68
        知识产权保护与促进 | 5.41 | 5.41 |
        食品安全抽检 | 20.08 | 11.40 | 8.68
        石泉县市场监督管理综合执法大队 | 78.68 | 16.89 | 61.79
        消费者权益保护经费 | 29.47 | 16.89 | 12.58
        计量器具检定 | 49.21 | | 49.21
        """,
        "naaa",
    )
    assert found(total_row.find, table)["sum", 1, 1] == [rows(2, 5, col=1)]
    assert found(outline.find, table)["sum", 2, 1] == [rows(3, 4, col=1)]


def test_a_total_of_which_rows_are_missing_is_not_guessed():
    table = typed(
        """
        项目 | 金额 | 上年
        甲 | 10.00 | 4.00
        乙 | 20.00 | 5.00
        合计 | 47.35 | 18.11
        """,
        "naa",
    )
    assert found(total_row.find, table) == {}


@pytest.mark.parametrize(
    "name", ["budget-2020-basic", "budget-2020-summary", "final-2020-expenditure", "final-2020-summary"]
)
def test_every_equation_on_the_transcribed_pages_holds(name):
    views = tuple(TableView(table) for table in Document.load(SAMPLES / f"{name}.json").tables)
    seen = 0
    for finder in (code_tree.find, total_row.find, outline.find, balance.find):
        for one in finder(Scope(views)):
            view = views[0]
            value = sum(factor * (view.number(at.row, at.col) or 0) for at, factor in one.terms)
            total = view.number(one.total.row, one.total.col) or Decimal(0)
            assert total <= value if one.relation == "at_most" else total == value, one
            seen += 1
    assert seen >= 4


@pytest.mark.parametrize("wrong", ["010302", "201030l", "210301", "2010801", "20103", ""])
def test_a_misread_code_proposes_nothing_false(final, wrong):
    """Its parent is found with it in spite of its code, or not at all; all other equations stay."""
    cells = tuple(replace(c, text=wrong) if (c.row, c.col) == (6, 0) else c for c in final.cells)
    table = replace(final, cells=cells)
    whole, found_now = found(code_tree.find, final), found(code_tree.find, table)
    for key, terms in found_now.items():
        assert terms == whole.get(key, terms)
        values = [TableView(table).number(*at) or 0 for at in terms[0]]
        assert sum(values) == TableView(table).number(key[1], key[2])
    assert {key for key in whole if key[1] not in (3, 4)} <= set(found_now)
    assert found(total_row.find, table) == found(total_row.find, final)


def test_a_code_that_lost_a_digit_is_still_a_part(final):
    cells = tuple(replace(c, text="201302") if (c.row, c.col) == (6, 0) else c for c in final.cells)
    assert found(code_tree.find, replace(final, cells=cells)) == found(code_tree.find, final)


def test_parts_of_a_total_are_no_summands_beside_its_items():
    table = typed(
        """
        项目 | 金额 | 上年
        合计 | 60.00 | 33.00
        其中：财政拨款 | 41.00 | 20.00
        一、工资 | 50.00 | 30.00
        二、办公 | 10.00 | 3.00
        """,
        "naa",
    )
    assert found(total_row.find, table)["sum", 1, 1] == [rows(3, 4, col=1)]


def test_the_only_total_of_a_plain_list_is_meant_whatever_it_misses_by():
    for first, total in (("4,210.55", "4,280.55"), ("4,210.55", "4,399.18"), ("5", "99")):
        text = f"项目 | 金额\n甲 | {first}\n乙 | 13.00\n丙 | 7.00\n合计 | {total}"
        assert found(total_row.find, typed(text, "na")) == {("sum", 4, 1): [rows(1, 2, 3, col=1)]}


def test_a_total_among_others_that_misses_is_meant_only_where_a_digit_explains_it():
    def totals(total):
        text = f"项目 | 金额\n甲 | 4,210.55\n乙 | 13.00\n小计 | {total}\n丙 | 7.00\n合计 | 9,999.99"
        return found(total_row.find, typed(text, "na"))

    assert ("sum", 3, 1) in totals("4,283.55")
    assert ("sum", 3, 1) not in totals("4,399.18")


def test_both_ways_to_the_grand_total_where_the_subtotal_is_misread(summary):
    """The subtotal's own sum and the grand total's over it are proposed though neither holds."""
    table = reread(reread(summary, 17, 1, "100.00"), 19, 1, "4,904.64")
    wrong = reread(table, 16, 1, "4,304.64")
    equations = found(total_row.find, wrong)
    assert equations["sum", 16, 1] == [rows(2, 5, 6, 7, col=1)]
    assert rows(16, 17, col=1) in equations["sum", 19, 1]


@st.composite
def trees(draw):
    """A classification with amounts at its leaves in two columns, its middle level printed or not."""
    path = st.tuples(st.sampled_from("1234"), st.sampled_from("1234"), st.sampled_from("12345"))
    leaves = draw(st.lists(path, min_size=2, max_size=14, unique=True))
    amounts = defaultdict(lambda: [0, 0])
    for top, middle, low in leaves:
        values = [draw(st.integers(1, 10**8)) for _ in range(2)]
        for code in (f"20{top}", f"20{top}0{middle}", f"20{top}0{middle}0{low}"):
            amounts[code] = [a + b for a, b in zip(amounts[code], values, strict=True)]
    without_middle = draw(st.booleans())
    printed = sorted(code for code in amounts if not (without_middle and len(code) == 5))
    return {code: amounts[code] for code in printed}


@settings(max_examples=60, deadline=None)
@given(trees(), st.booleans())
def test_every_tree_is_found_whole(tree, total_first):
    """Each parent as all that is printed directly below it, and the total as the classes."""
    lines = [f"{code} | 科目 | {a / 100:.2f} | {b / 100:.2f}" for code, (a, b) in tree.items()]
    sums = [sum(values[k] for code, values in tree.items() if len(code) == 3) for k in (0, 1)]
    total = f" | 合计 | {sums[0] / 100:.2f} | {sums[1] / 100:.2f}"
    body = [total, *lines] if total_first else [*lines, total]
    table = typed("\n".join(["编码 | 名称 | 金额 | 上年", *body]), "cnaa")
    first = 2 if total_first else 1
    at = {code: first + k for k, code in enumerate(tree)}
    expected = {}
    for parent in tree:
        below = [code for code in tree if code.startswith(parent) and code != parent]
        direct = [c for c in below if not any(c.startswith(o) and c != o for o in below)]
        if direct:
            for col in (2, 3):
                expected["sum", at[parent], col] = [{(at[code], col) for code in direct}]
    assert found(code_tree.find, table) == expected
    tops = {at[code] for code in tree if len(code) == 3}
    row = 1 if total_first else len(tree) + 1
    assert found(total_row.find, table)["sum", row, 2][0] == {(top, 2) for top in tops}


LABELS = ["合计", "总计", "一、收入", "（一）拨款", "1.费用", "（1）费用", "其中：基本支出", "上年结转"]
CODES = ["201", "20103", "004001", "人员经费", "注：x", "公用经费合计", ""]
FIGURES = ["-", "99999999999999999999.99", "1.2.3", "0.01", "5"]
WORDS = st.sampled_from(LABELS + CODES + FIGURES)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=5, max_size=5), min_size=1, max_size=14), st.permutations("cnaan"))
def test_odd_tables_are_read_without_complaint(lines, roles):
    text = "\n".join(" | ".join(line) for line in lines)
    table = typed(text or " | | | | ", roles, header_rows=0)
    for finder in (code_tree.find, total_row.find, outline.find, balance.find):
        for one in finder(Scope((TableView(table),))):
            assert one.total not in dict(one.terms)
            assert one.terms
            assert 0 < one.prior <= 1


@pytest.mark.parametrize("label", ["合计", "（1）费用", "其中：费用", "上年结转", "人员经费合计", "1、费用"])
def test_two_thousand_rows_alike_are_no_burden(label):
    lines = ["项目 | 金额"] + [f"{label} | {k}.{k % 100:02d}" for k in range(1, 2001)]
    table = typed("\n".join(lines), "na")
    for finder in (code_tree.find, total_row.find, outline.find, balance.find):
        proposals = list(finder(Scope((TableView(table),))))
        assert sum(len(one.terms) for one in proposals) <= 200_000


UNREAD = """
一、按经济分类 | 210,799,153
工资福利支出 | 162,377,866
商品和服务支出 | 33,156,309
资本性支出(基本建设) | 2,245:343
其他支出 |
其中：基本支出 | 194,808,592
工资福利支出 | 162,377,866
商品和服务支出 | 23,844,796
对个人和家庭的补助 | 8,585,930
项目支出 | 15,990,561
本年支出合计 | 210,799,153
"""


def test_an_amount_that_cannot_be_read_makes_no_heading():
    table = typed(UNREAD, "na", header_rows=0)
    of_which = found(outline.find, table)
    assert {(5, 1), (9, 1)} in of_which["sum", 0, 1]
    assert of_which["at_most", 5, 1] == [{(0, 1)}]  # not at most 其他支出, which is blank
    assert found(total_row.find, table)["sum", 10, 1] == [{(0, 1)}]


def test_nothing_is_at_most_a_blank():
    table = typed("其他支出 | \n其中：基本支出 | 194,808,592", "na", header_rows=0)
    assert not found(outline.find, table)
    table = typed("其他支出 | 0.00\n其中：基本支出 | 0.50", "na", header_rows=0)
    assert found(outline.find, table)


def test_a_row_whose_label_was_lost_is_a_part_where_only_it_makes_the_sum():
    text = """
    301工资福利支出 | 15,343,196 | 15,343,196
    30103奖金 | 4,500,000 | 4,500,000
    30109职业年金缴费 | 1,000,000 | 1,000,000
    30110职工基本医疗保险缴费 | 5,546,255 | 5,546,255
     | 4,296,941 | 4,296,941
    302商品和服务支出 | 8.00 | 8.00
    30201办公费 | 5.00 | 5.00
    30202印刷费 | 3.00 | 3.00
    """
    table = typed(text, "naa", header_rows=0)
    assert found(code_tree.find, table)["sum", 0, 1] == [{(1, 1), (2, 1), (3, 1), (4, 1)}]
    table = reread(reread(table, 0, 1, "11,046,255"), 0, 2, "11,046,255")
    assert found(code_tree.find, table)["sum", 0, 1] == [{(1, 1), (2, 1), (3, 1)}]
