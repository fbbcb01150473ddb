"""Finders that read headers, formulas and forms, on what real documents print and on what breaks them."""

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from crossfoot import amounts
from crossfoot.arithmetic.finders import forms, header_tree, printed_formula, ratio
from crossfoot.arithmetic.finders.support import one_slip
from crossfoot.arithmetic.proposal import Scope
from crossfoot.arithmetic.view import TableView, label_number
from crossfoot.document import Box, Cell, Column, Document, Problem, Table, Text
from hypothesis import given
from hypothesis import strategies as st

ROLES = {"c": "code", "n": "name", "l": "line_number", "a": "amount", "r": "ratio", "t": "text"}
SAMPLES = Path(__file__).parent.parent / "samples"


def made(text, roles, header_rows=0, table_id="t1", **fields):
    """A table from typed lines; `<` continues the cell to its left, `^` the one above."""
    lines = [[cell.strip("\n ") for cell in line.split("|")] for line in text.strip("\n").splitlines()]
    owner, spans, texts = {}, {}, {}
    for row, line in enumerate(lines):
        assert len(line) == len(roles), line
        for col, printed in enumerate(line):
            start = (
                owner[row, col - 1]
                if printed == "<"
                else owner[row - 1, col]
                if printed == "^"
                else (row, col)
            )
            owner[row, col] = start
            if start == (row, col):
                texts[start] = printed
            spans[start] = (row - start[0] + 1, col - start[1] + 1)
    cells = []
    for (row, col), printed in texts.items():
        parsed = amounts.parse(printed) if row >= header_rows and roles[col] == "a" else None
        down, across = spans[row, col]
        cells.append(
            Cell(
                row, col, down, across, text=printed, header=row < header_rows, amount=parsed and parsed.value
            )
        )
    columns = tuple(Column(ROLES[role]) for role in roles)
    return Table(
        table_id, (len(lines), len(roles)), tuple(cells), header_rows=header_rows, columns=columns, **fields
    )


def note(text, name="x1"):
    return Text(name, "note", 1, Box(0, 900, 500, 920), text)


def outcome(finder, *tables, notes=()):
    """What a finder proposes per (relation, total row, col): sets of (row, col, factor); and its problems."""
    equations, problems = {}, []
    for one in finder(Scope(tuple(TableView(table) for table in tables), tuple(notes))):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            terms = {(at.row, at.col, int(f) if f == int(f) else f) for at, f in one.terms}
            equations.setdefault((one.relation, one.total.row, one.total.col), []).append(terms)
    return equations, problems


def cells(row, *cols):
    return {(row, col, 1) for col in cols}


EXPENDITURE = """
单位代码|单位名称(科目)|总计|基本支出|<|<|<|<|项目支出|<|<|<|<|专项资金支出|<|<|<|<
^|^|^|小计|工资福利支出|商品和服务支出|对个人和家庭的补助支出|一般资本性支出|小计|经常性项目|政策性项目|一次性项目|其他项目|小计|经常性项目|政策性项目|一次性项目|其他项目
**|**|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16
|合计|4,804.64|1,133.08|916.82|202.82|13.44||3,671.56|1,930.00|||1,741.56|||||
004|区行政审批局|4,804.64|1,133.08|916.82|202.82|13.44||3,671.56|1,930.00|||1,741.56|||||
2010306|政务公开审批|4,588.70|917.14|701.97|202.82|12.35||3,671.56|1,930.00|||1,741.56|||||
"""  # dongxihu 2020, 部门支出总表
FINAL = """
项目 | < | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出
科目编码 | 科目名称 | ^ | ^ | ^ | ^ | ^ | ^
栏次 | < | 1 | 2 | 3 | 4 | 5 | 6
合计 | < | 23, 327. 91 | 4, 922. 56 | 18, 405. 35 | | |
201 | 一般公共服务支出 | 10, 096. 83 | 2, 562. 00 | 7, 534. 83 | | |
2010301 | 行政运行 | 1, 326. 31 | 1, 326. 31 | | | |
206 | 科学技术支出 | 9, 607. 86 | | 9, 607. 86 | | |
208 | 社会保障和就业支出 | 418. 64 | 397. 96 | 20.68 | | |
215 | 资源勘探工业信息等支出 | 2, 262. 41 | 1, 020. 43 | 1, 241. 98 | | |
"""  # Wuhan 2020, 支出决算表


def test_real_three_level_totals():
    equations, problems = outcome(header_tree.find, made(EXPENDITURE, "cn" + "a" * 16, 3))
    for row in (3, 4, 5):
        assert equations["sum", row, 2] == [cells(row, 3, 8, 13)]
        assert equations["sum", row, 3] == [cells(row, 4, 5, 6, 7)]
        assert equations["sum", row, 8] == [cells(row, 9, 10, 11, 12)]
        assert ("sum", row, 13) not in equations  # nothing but blanks
    assert not problems
    assert len(equations) == 9


def test_total_over_the_whole_row():
    equations, _ = outcome(header_tree.find, made(FINAL, "cnaaaaaa", 3))
    assert set(equations) == {("sum", row, 2) for row in range(3, 9)}
    assert equations["sum", 3, 2] == [cells(3, 3, 4, 5, 6, 7)]


def test_one_wrong_digit_silences_nothing():
    wrong = made(FINAL.replace("4, 922. 56", "4, 922. 86").replace("20.68", "26.68"), "cnaaaaaa", 3)
    assert (
        outcome(header_tree.find, wrong)[0].keys()
        == outcome(header_tree.find, made(FINAL, "cnaaaaaa", 3))[0].keys()
    )


def test_a_table_that_leaves_columns_out_is_no_sum():
    partial = "\n".join(
        "|".join(part for col, part in enumerate(line.split("|")) if col != 4)
        for line in FINAL.strip().splitlines()
    )
    equations, _ = outcome(header_tree.find, made(partial, "cnaaaaa", 3))
    assert not equations


def test_nested_totals_without_headings():
    table = made(
        """
科目 | 总计 | 小计 | 人员经费 | 公用经费 | 小计 | 经常性项目 | 一次性项目
行政运行 | 100.00 | 70.00 | 50.00 | 20.00 | 30.00 | 12.50 | 17.50
信息化建设 | 80.00 | 0.00 | | | 80.00 | 79.10 | 0.90
事业运行 | 61.20 | 61.20 | 40.10 | 21.10 | | |
""",
        "naaaaaaa",
        1,
    )
    equations, _ = outcome(header_tree.find, table)
    assert equations["sum", 1, 1] == [cells(1, 2, 5)]
    assert equations["sum", 1, 2] == [cells(1, 3, 4)]
    assert equations["sum", 2, 5] == [cells(2, 6, 7)]


def test_known_parts_beside_their_whole_are_not_counted_twice():
    table = made(
        """
单位 | 合计 | 因公出国（境）费 | 公务用车购置及运行费 | 购置费 | 运行费 | 公务接待费
局机关 | 30.00 | 5.00 | 21.00 | 18.00 | 3.00 | 4.00
信息中心 | 9.50 | | 8.00 | | 8.00 | 1.50
执法队 | 7.25 | | 7.25 | 7.00 | 0.25 |
""",
        "naaaaaa",
        1,
    )
    equations, _ = outcome(header_tree.find, table)
    assert equations["sum", 1, 1] == [cells(1, 2, 3, 6)]
    assert equations["sum", 1, 3] == [cells(1, 4, 5)]


def test_heading_without_a_total_stands_for_its_parts():
    table = made(
        """
单位 | 合计 | 本年收入 | < | 上年结转
^ | ^ | 财政拨款 | 其他收入 | ^
甲 | 10.00 | 7.00 | 2.00 | 1.00
乙 | 6.50 | 6.00 | | 0.50
""",
        "naaaa",
        2,
    )
    equations, _ = outcome(header_tree.find, table)
    assert equations["sum", 2, 1] == [cells(2, 2, 3, 4)]


def test_of_which_columns_are_no_parts():
    table = made(
        """
单位 | 合计 | 财政拨款 | 其中：政府性基金 | 其他资金
甲 | 10.00 | 7.00 | 3.00 | 3.00
乙 | 6.50 | 6.00 | 1.00 | 0.50
""",
        "naaaa",
        1,
    )
    equations, _ = outcome(header_tree.find, table)
    assert equations["sum", 1, 1] == [cells(1, 2, 4)]
    assert equations["at_most", 1, 3] == [cells(1, 2)]


CHANGES = """
科目 | 2018年预算数 | 2019年预算 | < | < | 比上年增减情况 | <
^ | ^ | 合 计 | 基本支出 | 项目支出 | 增减额 | 增减率
一般公共服务 | 28,955,618 | 32,979,357 | 14,397,495 | 18,581,862 | 4,023,739 | 13.90%
社会保障和就业 | 2,114,416 | 2,538,893 | 2,538,893 | - | 424,477 | 20.08%
卫生健康 | 1,573,319 | 1,527,599 | 1,527,599 | - | -45,720 | -2.91%
"""


def test_changes_and_their_rates():
    table = made(CHANGES, "naaaaar", 2)
    equations, _ = outcome(header_tree.find, table)
    assert equations["sum", 2, 5] == [{(2, 2, 1), (2, 1, -1)}]
    assert equations["sum", 2, 2] == [cells(2, 3, 4)]
    rates, _ = outcome(ratio.find, table)
    assert rates["ratio", 4, 6] == [{(4, 5, 100), (4, 1, 1)}]
    tolerances = {one.tolerance for one in ratio.find(Scope((TableView(table),)))}
    assert tolerances == {Decimal("0.005")}


def test_rate_by_letters_whatever_else_would_fit():
    table = made(
        """
项目 | 年初预算数 | 全年预算数（A） | 全年执行数（B） | 执行率（B/A）
办公费 | 10.00 | 10.00 | 8.00 | 80.00
培训费 | 20.00 | 20.00 | 15.00 | 75.00
""",
        "naaar",
        1,
    )
    rates, _ = outcome(ratio.find, table)
    assert rates["ratio", 1, 4] == [{(1, 3, 100), (1, 2, 1)}]


def test_share_of_the_total_row():
    table = made(
        "收入来源 | 金额 | 占比\n财政拨款 | 75.00 | 75%\n其他 | 25.00 | 25%\n合计 | 100.00 | 100%", "nar", 1
    )
    rates, _ = outcome(ratio.find, table)
    assert rates["ratio", 1, 2] == [{(1, 1, 100), (3, 1, 1)}]


LINES = """
项目 | 行次 | 金额 | 项目 | 行次 | 金额
一、财政拨款收入 | 1 | 23,286.92 | 一、一般公共服务支出 | 9 | 10,096.83
二、上级补助收入 | 2 | | 六、科学技术支出 | 10 | 9,607.86
三、事业收入 | 3 | | 八、社会保障和就业支出 | 11 | 418.64
四、其他收入 | 4 | | 九、卫生健康支出 | 12 | 3,204.58
本年收入合计 | 5 | 23,286.92 | 本年支出合计 | 13 | 23,327.91
使用非财政拨款结余 | 6 | | 结余分配 | 14 |
年初结转和结余 | 7 | 40.99 | 年末结转和结余 | 15 |
总计 | 8 | 23,327.91 | 总计 | 16 | 23,327.91
"""  # after Wuhan 2020, 收入支出决算总表, small classes put into one


def formulas(text, table=LINES, roles="nlanla", header_rows=1):
    return outcome(printed_formula.find, made(table, roles, header_rows, notes=("x1",)), notes=[note(text)])


def test_line_numbers_run_on_over_two_sides():
    equations, problems = formulas(
        "5行=（1+2+3+4）行；8行＝（5＋6＋7）行；13行=(9+10+…+12)行；16 行= (13+14+15) 行。"
    )
    assert not problems
    assert equations["sum", 5, 2] == [{(row, 2, 1) for row in range(1, 5)}]
    assert equations["sum", 8, 2] == [{(row, 2, 1) for row in range(5, 8)}]
    assert equations["sum", 5, 5] == [{(row, 5, 1) for row in range(1, 5)}]
    assert len(equations) == 4


@pytest.mark.parametrize(
    ("printed", "total"),
    [
        ("5行=(2+3+4)行；14行=(9+10+11+12)行", (5, 5)),  # another total
        ("13行=(9+10+11+11)行", (5, 5)),  # a line twice
        ("13行=(9+10+11+13)行", (5, 5)),  # itself
        ("8行=(5+6+8)行", (8, 2)),
        ("13行=(9+101+11+12)行", (5, 5)),  # a line that is not there
        ("13行=(910+11+12)行", (5, 5)),  # a plus sign lost
    ],
)
def test_misprinted_numbers_are_named_and_mended(printed, total):
    equations, problems = formulas(printed)
    assert {problem.code for problem in problems} == {"formula_misprinted"}
    assert any("x1" in p.message or "note" in p.message for p in problems)
    assert all(problem.where == "t1" for problem in problems)
    assert ("sum", *total) in equations


def test_one_misread_amount_blames_no_formula():
    table = LINES.replace("9,607.86", "9,607.88")
    equations, problems = formulas("13行=(9+10+11+12)行", table)
    assert not problems
    assert ("sum", 5, 5) in equations


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5行=(1+2+；", "formula_unreadable"),
        ("99行=(71+72+73)行", "formula_misprinted"),
        ("1栏=(91+92)栏", "formula_misprinted"),
    ],
)
def test_nonsense_is_reported_and_never_used(text, code):
    equations, problems = formulas(text)
    assert [problem.code for problem in problems] == [code]
    assert not equations


def test_circles_are_cut():
    equations, problems = formulas("8行=(5+6+7)行；5行=(8-6-7)行")
    assert [problem.code for problem in problems] == ["formula_misprinted"]
    assert set(equations) == {("sum", 8, 2)}


def test_column_formulas_in_notes_and_headers():
    equations, problems = outcome(
        printed_formula.find,
        made(FINAL, "cnaaaaaa", 3, notes=("x1",)),
        notes=[note("¹ 栏各行=(2+3+4+5+6)栏各行。")],
    )
    assert not problems
    assert equations["sum", 3, 2] == [cells(3, 3, 4, 5, 6, 7)]
    printed = FINAL.replace("| 1 | 2 |", "| 1=2+3+4+5+6 | 2 |")
    in_header, _ = outcome(printed_formula.find, made(printed, "cnaaaaaa", 3))
    assert in_header == equations


FORM = """
部门总体资金情况 | 总体资金情况 | < | 当年金额 | 占比 | 近两年收支金额 | <
^ | ^ | ^ | ^ | ^ | 2018年 | 2019年
^ | 收入构成 | 财政拨款 | 4804.64 | 98% | 2355.71 | 4875.6
^ | ^ | 其他资金 | 100.00 | 2% | 700.00 | 550.00
^ | ^ | 合计 | 4904.64 | 100% | 3055.71 | 5425.6
^ | 支出构成 | 基本支出 | 1133.08 | 23% | 1080.25 | 1229.69
^ | ^ | 项目支出 | 3771.56 | 77% | 1975.46 | 4197.23
^ | ^ | 合计 | 4904.64 | 100% | 3055.71 | 5426.92
项目支出情况 | 项目名称 | 项目类型 | 项目总预算 | 项目本年度预算 | < | 项目主要支出方向和用途
^ | 日常工作运行经费 | 常年性项目 | 690 | 690 | < | 法律顾问
^ | 后期保障经费 | 常年性项目 | 900 | 900 | < | 物业管理
^ | 信息化工作经费 | 常年性项目 | 140 | 140 | < | 机房维护
^ | 公共资源交易中心工作经费 | 常年性项目 | 200 | 200 | < | 政府采购
^ | 政府采购项目（上年结转） | 延续性项目 | 1741.56 | 1741.56 | < | 尾款支付
^ | 行政审批综合业务支出 | 延续性项目 | 100 | 100 | < | 退保证金
"""  # dongxihu 2020, 部门整体支出绩效目标申报表


def test_real_overall_target():
    equations, _ = outcome(forms.find, made(FORM, "ttttttt", kind="performance.overall_target"))
    assert equations["sum", 4, 3] == [{(2, 3, 1), (3, 3, 1)}]
    assert equations["sum", 7, 6] == [{(5, 6, 1), (6, 6, 1)}]
    assert equations["equal", 4, 3] == [cells(7, 3)]
    assert ("equal", 4, 6) not in equations  # 5425.6 against 5426.92: the years before need not agree
    assert equations["ratio", 5, 4] == [{(5, 3, 100), (7, 3, 1)}]
    assert equations["sum", 6, 3] == [{(row, 4, 1) for row in range(9, 15)}]
    assert equations["at_most", 9, 4] == [cells(9, 3)]


def test_projects_that_miss_are_meant_where_one_is_copied_from_the_next_line():
    copied = FORM.replace("140 | 140", "1741.56 | 1741.56")
    equations, _ = outcome(forms.find, made(copied, "ttttttt", kind="performance.overall_target"))
    assert equations["sum", 6, 3] == [{(row, 4, 1) for row in range(9, 15)}]
    some = FORM.replace("140 | 140", "1288.42 | 1288.42")  # no copy: perhaps only some projects are listed
    equations, _ = outcome(forms.find, made(some, "ttttttt", kind="performance.overall_target"))
    assert ("sum", 6, 3) not in equations


EVALUATION = """
项目名称 | 行政运行工作经费 | < | < | < | < | < | <
预算执行数（20分） | ^ | 预算数（A） | 执行数（B） | 执行率（B/A） | 设置分值 | 评分标准 | 得分（20分*执行率）
^ | 年度财政资金总额 | 834.99 | 834.99 | 100.00 | 20.00 | 完成值达到目标值计满分 | 20.00
一级指标 | 二级指标 | 三级指标 | 年初目标值（A） | 实际完成值（B） | 设置分值 | 评分标准 | 得分
产出指标（40分） | 数量指标（34分） | 专家评审（14分） | 4次/季 | 3次 | 14.00 | 按比例计分 | 13.50
^ | ^ | 参加集体婚礼人数（20分） | ≥600人 | 因疫情原因未实施 | 20.00 | 按比例计分 | 18.00
^ | 质量指标（5分） | 党员参与度（5分） | ≥95% | 100% | 5.00 | 按比例计分 | 5.00
^ | 时效指标（1分） | 按计划完成率（1分） | ≥90% | 62% | 1.00 | 按比例计分 | 0.63
满意度指标（40分） | 满意度指标（40分） | 学员满意度（40分） | ≥99% | ≥99% | 40.00 | 按比例计分 | 34.85
合计 | < | < | < | < | 100.00 | | 91.98
""".replace("（20分） | ^ |", "（20分） |  |")  # after Wuhan 2020, 项目自评表, indicators put together


def test_real_self_evaluation():
    equations, _ = outcome(forms.find, made(EVALUATION, "tttttttt", kind="performance.self_evaluation"))
    assert equations["ratio", 2, 4] == [{(2, 3, 100), (2, 2, 1)}]
    assert equations["product", 2, 7] == [{(2, 5, 1), (2, 4, Decimal("0.01"))}]
    assert equations["sum", 4, 0] == [cells(4, 1) | cells(6, 1) | cells(7, 1)]
    assert equations["sum", 4, 1] == [cells(4, 5) | cells(5, 5)]
    assert equations["sum", 9, 5] == [{(row, 5, 1) for row in (2, 4, 5, 6, 7, 8)}]
    assert equations["sum", 9, 7] == [{(row, 7, 1) for row in (2, 4, 5, 6, 7, 8)}]
    assert equations["at_most", 5, 7] == [cells(5, 5)]


def test_real_sources_above_and_costs_below():
    document = Document.load(SAMPLES / "project-application.json")
    views = tuple(TableView(table) for table in document.tables)
    found = [one for one in forms.find(Scope(views, document.texts)) if not isinstance(one, Problem)]
    values = {view.id: view for view in views}
    sums = [one for one in found if one.relation == "sum"]
    assert sums
    for one in sums:
        total = values[one.total.table].number(one.total.row, one.total.col)
        parts = sum((values[at.table].number(at.row, at.col) or 0) * f for at, f in one.terms)
        assert abs(total - parts) <= one.tolerance


def test_label_numbers():
    assert label_number("产出指标（40分）") == 40
    assert label_number("专家评审 (4 分)") == 4
    for text in ("100.00", "12分", "指标1（4分）", "产出指标", "2020年", ""):
        assert label_number(text) is None


def test_a_single_wrong_digit_is_told_from_a_missing_part():
    for number in ("0.30", "-54.00", "2000", "0.09", "270"):
        assert one_slip(Decimal(number))
    for number in ("0", "421.51", "12.70", "1741.56"):
        assert not one_slip(Decimal(number))


@given(
    st.lists(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), min_size=4, max_size=25), st.randoms()
)
def test_sums_survive_wrong_readings(parts, chance):
    """A column of totals stays one where one in twelve readings is wrong."""
    lines = ["科目 | 合计 | 基本支出 | 项目支出 | 经营支出"]
    for numbers in parts:
        printed = [sum(numbers), *numbers]
        lines.append(" | ".join(["行政运行", *(f"{number / 100:.2f}" for number in printed)]))
    table = made("\n".join(lines), "naaaa", 1)
    noisy = replace(table, cells=tuple(_misread(cell, chance) for cell in table.cells))
    true = outcome(header_tree.find, table)[0]
    assert all(terms == [cells(row, 2, 3, 4)] for (_, row, _), terms in true.items())
    if any(sum(numbers) for numbers in parts):
        assert true
    wrong = sum(a != b for a, b in zip(table.cells, noisy.cells, strict=True))
    if 3 * wrong < len(true):
        assert outcome(header_tree.find, noisy)[0].keys() >= true.keys()


def _misread(cell: Cell, chance: random.Random) -> Cell:
    if not cell.amount or chance.random() > 1 / 12:
        return cell
    text = cell.text[:-1] + str((int(cell.text[-1]) + 1) % 10)
    return replace(cell, text=text, amount=Decimal(text))


@given(
    st.lists(
        st.sampled_from(
            ["合计", "小计", "其中：甲", "1=2+3", "2", "占比", "增减额", "1.00", "", "得分", "分值"]
        ),
        min_size=12,
        max_size=12,
    ),
    st.integers(0, 3),
    st.sampled_from(["naaa", "tttt", "lcna", "aaaa", "nara"]),
)
def test_nothing_is_raised_on_nonsense(texts, header_rows, roles):
    lines = [" | ".join(texts[start : start + 4]) for start in (0, 4, 8)]
    table = made("\n".join(lines), roles, header_rows, notes=("x1",))
    for finder in (header_tree.find, printed_formula.find, ratio.find, forms.find):
        scope = Scope((TableView(table),), (note("".join(texts) + "行=1"),))
        for one in finder(scope):
            assert one
