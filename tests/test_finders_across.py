"""Equations between tables, and between tables and text: real pages, and figures that only look alike."""

from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot import document as records
from crossfoot.arithmetic.contexts import resolve_contexts
from crossfoot.arithmetic.figures import figures_of
from crossfoot.arithmetic.finders import cross_table, narrative
from crossfoot.arithmetic.meanings import Meaning, read
from crossfoot.arithmetic.mentions import with_mentions
from crossfoot.arithmetic.missing import missing_rows
from crossfoot.arithmetic.proposal import At, Proposal, Said, Scope
from crossfoot.arithmetic.subjects import economic_class, function_class
from crossfoot.arithmetic.view import TableView
from crossfoot.document import Box, Document, SourceInfo, Text
from typed_tables import reread, typed

D = Decimal
SOURCE = SourceInfo("x.pdf", "0" * 64, 1)


def scope(*tables, paragraphs=()):
    texts = tuple(
        Text(f"x{i}", "paragraph", 1, Box(0, 20 * i, 900, 20 * i + 18), text)
        for i, text in enumerate(paragraphs)
    )
    document = with_mentions(resolve_contexts(Document(SOURCE, tables=tables, texts=texts)))
    return Scope(tuple(TableView(t) for t in document.tables), document.texts, document.mentions)


def proposals(finder, given):
    return [one for one in finder.find(given) if isinstance(one, Proposal)]


def value(given, place):
    if isinstance(place, Said):
        return next(m.amount for m in given.mentions if m.id == place.mention)
    return next(view for view in given.tables if view.id == place.table).number(place.row, place.col)


def holds(given, one):
    total = value(given, one.total)
    if one.relation == "ratio":
        part, whole = (value(given, place) * factor for place, factor in one.terms)
        return abs(total - part / whole) <= one.tolerance
    return abs(total - sum(value(given, place) * factor for place, factor in one.terms)) <= one.tolerance


def pairs(found):
    return {frozenset((one.total, one.terms[0][0])) for one in found if one.relation == "equal"}


def titled(table, title, unit="万元"):
    return replace(table, title=title, unit=unit)


def sample(name, samples, table_id):
    table = records.Document.load(samples / f"{name}.json").tables[0]
    return replace(table, id=table_id, kind=None, group=None)


EXPENDITURE = titled(
    typed(
        """
        科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出
        合计 | < | 1,234.56 | 1,000.00 | 234.56
        201 | 一般公共服务支出 | 1,034.56 | 800.00 | 234.56
        20103 | 政府办公厅（室）及相关机构事务 | 1,034.56 | 800.00 | 234.56
        2010301 | 行政运行 | 800.00 | 800.00 |
        2010306 | 政务公开审批 | 234.56 | | 234.56
        210 | 卫生健康支出 | 200.00 | 200.00 |
        """,
        "cnaaa",
        table_id="t3",
    ),
    "2020年度支出决算表",
)
SUMMARY = titled(
    typed(
        """
        收入 | < | 支出 | <
        项目 | 金额 | 项目 | 金额
        一、财政拨款收入 | 1,300.00 | 一、一般公共服务支出 | 1,034.56
        二、其他收入 | 0.00 | 九、卫生健康支岀 | 200.00
        本年收入合计 | 1,300.00 | 本年支出合计 | 1,234.56
        年初结转和结余 | 0.00 | 年末结转和结余 | 65.44
        总计 | 1,300.00 | 总计 | 1,300.00
        """,
        "nana",
        header_rows=2,
        table_id="t1",
    ),
    "2020年度收入支出决算总表",
)


def test_real_final_accounts_agree_between_their_tables(samples):
    given = scope(
        sample("final-2020-summary", samples, "t1"), sample("final-2020-expenditure", samples, "t3")
    )
    found = proposals(cross_table, given)
    laws = [one for one in found if one.strength == "law" and one.relation == "equal"]
    assert len(laws) >= 3  # 本年支出合计, and a class or two of spending
    assert all(holds(given, one) for one in laws)
    assert any("this year's spending" in one.reason for one in laws)


def test_a_real_summary_agrees_with_basic_expenditure(samples):
    given = scope(sample("budget-2020-summary", samples, "t1"), sample("budget-2020-basic", samples, "t7"))
    found = [one for one in proposals(cross_table, given) if one.strength != "hint"]
    assert found
    assert all(holds(given, one) for one in found)


def test_classes_are_mapped_by_name_with_a_glyph_misread():
    given = scope(SUMMARY, EXPENDITURE)
    found = proposals(cross_table, given)
    assert pairs(found) == {
        frozenset((At("t1", 2, 3), At("t3", 2, 2))),
        frozenset((At("t1", 3, 3), At("t3", 6, 2))),
        frozenset((At("t1", 4, 3), At("t3", 1, 2))),
    }
    assert {one.strength for one in found} == {"law"}
    assert all(one.tolerance == 0 for one in found)


def test_a_misread_number_is_proposed_all_the_same():
    wrong = scope(SUMMARY, reread(EXPENDITURE, 6, 2, "260.00"))
    assert frozenset((At("t1", 3, 3), At("t3", 6, 2))) in pairs(proposals(cross_table, wrong))


def test_yuan_against_ten_thousand():
    yuan = titled(
        typed("编码 | 名称 | 合计\n201 | 一般公共服务支出 | 10,345,612.34\n合计 | < | 12,345,600.10", "cna",
              table_id="t9"),
        "2020年度部门支出决算情况表",
        "元",
    )  # fmt: skip
    given = scope(SUMMARY, yuan)
    found = proposals(cross_table, given)
    assert len(found) == 2
    assert all(holds(given, one) and one.tolerance < D("0.006") for one in found)
    far = scope(SUMMARY, reread(yuan, 1, 2, "10,346,612.34"))
    assert sum(holds(far, one) for one in proposals(cross_table, far)) == 1


def test_tables_of_which_one_title_is_unknown_are_not_related():
    assert not proposals(cross_table, scope(SUMMARY, replace(EXPENDITURE, title=None)))


@pytest.mark.parametrize(
    "title", ["2020年度墓般公共预算支出决算表", "2020年度政府性基末支出决算表", "2020年财政拔款支出表"]
)
def test_a_misread_name_of_a_fund_is_not_taken_for_all_money(title):
    assert not proposals(cross_table, scope(SUMMARY, replace(EXPENDITURE, title=title)))


def test_general_public_money_is_all_of_it_only_where_the_totals_say_so():
    general = replace(EXPENDITURE, id="t5", title="2020年度一般公共预算财政拨款支出决算表")
    found = proposals(cross_table, scope(EXPENDITURE, general))
    assert {one.strength for one in found} == {"usual"}
    assert frozenset((At("t3", 1, 2), At("t5", 1, 2))) in pairs(found)
    less = general
    totals = {1: "1,134.56", 2: "934.56", 3: "934.56", 5: "134.56"}
    changed = [(row, 2, text) for row, text in totals.items()] + [(row, 4, "134.56") for row in totals]
    for row, col, text in changed:
        less = reread(less, row, col, text)
    given = scope(EXPENDITURE, less)
    found = proposals(cross_table, given)
    assert found  # basic expenditure is general public money alone
    assert all(holds(given, one) for one in found)


def test_fiscal_money_is_the_sum_of_its_funds():
    summary = titled(
        typed(
            """
            项目 | 合计 | 一般公共预算财政拨款
            本年支出合计 | 150.00 | 120.00
            """,
            "naa",
            table_id="t4",
        ),
        "2020年度财政拨款收入支出决算总表",
    )
    parts = [
        titled(typed(f"科目编码 | 科目名称 | 本年支出\n合计 | < | {amount}", "cna", table_id=name), title)
        for name, title, amount in (
            ("t5", "2020年度一般公共预算财政拨款支出决算表", "120.00"),
            ("t7", "2020年度政府性基金预算财政拨款支出决算表", "30.00"),
            ("t8", "2020年度国有资本经营预算财政拨款支出决算表", "0.00"),
        )
    ]
    sums = [p for p in proposals(cross_table, scope(summary, *parts)) if p.relation == "sum"]
    assert [(p.total, {at.table for at, _ in p.terms}) for p in sums] == [(At("t4", 1, 1), {"t5", "t7"})]
    # Without the table of state capital nobody knows whether there is any.
    unknown = [p for p in proposals(cross_table, scope(summary, *parts[:2])) if p.relation == "sum"]
    assert not unknown


def test_a_project_repeats_its_amount_in_its_form():
    projects = titled(
        typed(
            "项目名称 | 合计\n信息化工作经费 | 140.00\n后勤保障经费 | 900.00\n合计 | 1,040.00",
            "na",
            table_id="t9",
        ),
        "2020年项目支出预算表",
    )
    form = typed(
        "项目名称 | 后勤保障经费\n项目当年预算（万元） | 900.0000", "ta", header_rows=0, table_id="t10"
    )
    given = scope(projects, replace(form, title="项目支出绩效目标申报表"))
    found = proposals(cross_table, given)
    assert pairs(found) == {frozenset((At("t9", 2, 1), At("t10", 1, 1)))}
    assert holds(given, found[0])


def test_three_public_items_are_hints():
    basic = titled(typed("科目编码 | 科目名称 | 合计\n30217 | 公务接待费 | 1.00", "cna", table_id="t7"),
                   "2020年一般公共预算基本支出预算表")  # fmt: skip
    items = titled(
        typed("项目 | 本年预算数\n1.公务接待费 | 1.00", "na", table_id="t8"), "2020年“三公”经费支出表"
    )
    (found,) = proposals(cross_table, scope(basic, items))
    assert found.strength == "hint"


def test_a_name_beside_another_codes_number_is_a_problem():
    other = titled(
        typed(
            "科目编码 | 科目名称 | 合计\n201 | 卫生健康支出 | 1.00\n210 | 医疗卫生与计划生育支出 | 2.00",
            "cna",
        ),
        "2020年支出预算表",
    )
    problems = [p for p in cross_table.find(scope(other)) if not isinstance(p, Proposal)]
    assert [(p.code, p.where) for p in problems] == [("code_name_contradicts", "t1 row 1")]


@pytest.mark.parametrize(
    ("name", "code"),
    [("九、卫生健康支出", "210"), ("十、医疗卫生与计划生育支出", "210"), ("城乡社区事务", "212"),
     ("二十、农林水支出", "213"), ("社会保障和就业支岀", "208"), ("教肓支出", None), ("行政运行", None)],
)  # fmt: skip
def test_classes_by_name(name, code):
    assert function_class(name) == code


def test_economic_classes_by_name():
    assert economic_class("资本性支出（基本建设）") == "309"
    assert economic_class("一般资本性支出") == "310"
    assert economic_class("工资福利性支出") == "301"


def test_words_that_are_not_understood_have_no_meaning():
    assert read("一般公共预算拨款上年结转") == Meaning(flow="opening", fund="general", source="fiscal")
    assert read("财政拨款收入总计") == Meaning(flow="income", source="fiscal")
    assert read("专项资金支出") is None
    assert read("基本支出 项目支出") is None


def test_a_meaning_printed_twice_with_different_numbers_is_none():
    twice = titled(typed("编码 | 名称 | 合计\n201 | 甲 | 1.00\n201 | 甲 | 2.00\n202 | 乙 | 3.00", "cna"),
                   "2020年支出预算表")  # fmt: skip
    figures = figures_of([TableView(twice)])
    assert [figure.meaning.function for figure in figures] == ["202"]


REAL = (
    "三、部门收支预算总体安排情况",
    "2020年部门支出预算4804.64万元，其中：基本支出1133.08万元，占23.58%；项目支出3671.56万元，占76.42 %。",
    "五、一般公共预算财政拨款支出预算情况",
    "2020年一般公共预算财政拨款支出预算4804.64万元，2019年预算4875.60万元，比2019年预算减少70.96万元，下降1.46%。",
    "1、因公出国（境）经费预算0万元。",
)


def test_a_real_narrative_and_its_sums_shares_and_changes():
    given = scope(paragraphs=REAL)
    found = proposals(narrative, given)
    said = {m.id: m.text for m in given.mentions}
    told = {
        (one.relation, said[one.total.mention], tuple(said[p.mention] for p, _ in one.terms)) for one in found
    }
    assert told == {
        ("sum", "4804.64万元", ("1133.08万元", "3671.56万元")),
        ("ratio", "23.58%", ("1133.08万元", "4804.64万元")),
        ("ratio", "76.42 %", ("3671.56万元", "4804.64万元")),
        ("sum", "70.96万元", ("4804.64万元", "4875.60万元")),
        ("ratio", "1.46%", ("70.96万元", "4875.60万元")),
    }
    assert all(holds(given, one) for one in found)
    assert all(one.strength == "usual" for one in found)


def test_the_text_repeats_tables_of_another_unit():
    budget = titled(
        typed(
            "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出\n合计 | < | 48046400 | 11330800 | 36715600",
            "cnaaa",
        ),
        "2020年部门支出总表",
        "元",
    )
    given = scope(budget, paragraphs=REAL[:2])
    repeated = [one for one in proposals(narrative, given) if one.relation == "equal"]
    assert {one.terms[0][0] for one in repeated} == {At("t1", 1, 2), At("t1", 1, 3), At("t1", 1, 4)}
    assert all(holds(given, one) and one.terms[0][1] == D("0.0001") for one in repeated)


def test_words_after_a_subject_that_are_not_understood_say_no_figure():
    table = replace(EXPENDITURE, id="t5", title="2020年度一般公共预算财政拨款支出决算表")
    clause = "1.一般公共服务支出（类）政府办公厅（室）及相关机构事务（款）行政运行（项）{}800.00万元。"
    for words, expected in (("支出决算为", 1), ("年岀预算为", 0)):
        given = scope(table, paragraphs=("五、一般公共预算财政拨款支出决算情况", clause.format(words)))
        assert len([one for one in proposals(narrative, given) if one.relation == "equal"]) == expected


def test_another_draft_in_the_text_is_proposed_and_fails():
    budget = titled(typed("科目编码 | 科目名称 | 合计\n合计 | < | 4904.64", "cna"), "2020年部门支出总表")
    given = scope(budget, paragraphs=REAL[:2])
    repeated = [one for one in proposals(narrative, given) if one.relation == "equal"]
    assert [holds(given, one) for one in repeated] == [False]


def test_fiscal_figures_of_the_text_are_not_those_of_all_money():
    budget = titled(typed("科目编码 | 科目名称 | 合计\n合计 | < | 5000.00", "cna"), "2020年部门支出总表")
    given = scope(budget, paragraphs=("2020年财政拨款支出4804.64万元。", "本年支出合计5000万元。"))
    repeated = [one for one in proposals(narrative, given) if one.relation == "equal"]
    assert [value(given, one.total) for one in repeated] == [D("5000")]
    assert all(holds(given, one) for one in repeated)


def test_rows_that_another_table_prints_explain_a_sum_that_misses():
    lacking = titled(
        typed(
            """
            科目编码 | 科目名称 | 合计
            合计 | < | 1,234.56
            201 | 一般公共服务支出 | 1,034.56
            2010301 | 行政运行 | 800.00
            """,
            "cna",
            table_id="t5",
        ),
        "2020年度一般公共预算财政拨款支出决算表",
    )
    given = scope(EXPENDITURE, lacking)
    tables = {view.id: view for view in given.tables}

    def total(row, *terms):
        places = tuple((At("t5", term, 2), D(1)) for term in terms)
        return Proposal("sum", "law", "code_tree", At("t5", row, 2), places, "f", 0.95, "")

    found = missing_rows(tables, [total(1, 2), total(2, 3), total(2, 2)])
    assert {index: (one.codes, one.table, one.total) for index, one in found.items()} == {
        0: (("210",), "t3", D("200.00")),
        1: (("2010306",), "t3", D("234.56")),
    }
    misread = {"t3": tables["t3"], "t5": TableView(reread(tables["t5"].table, 3, 2, "801.00"))}
    assert 1 not in missing_rows(misread, [total(1, 2), total(2, 3)])


def test_hostile_tables_neither_raise_nor_take_long():
    rows = "\n".join(f"{201 + i % 30}{i:04d} | 行政运行 | {i}.00" for i in range(1, 2000))
    table = titled(typed(f"科目编码 | 科目名称 | 合计\n{rows}", "cna"), "2020年支出预算表")
    huge = titled(
        typed(f"科目编码 | 科目名称 | 合计\n合计 | < | {'9' * 28}.00", "cna", table_id="t2"),
        "支出总表",
        "亿元",
    )
    given = scope(table, huge, replace(table, id="t3"), paragraphs=("其中：" * 500 + "占0%，" * 500,))
    assert len(proposals(cross_table, given)) <= 2000
    proposals(narrative, given)
