"""Unit, year and stage of amounts, and which tables belong together."""

from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot.arithmetic.contexts import in_yuan, resolve_contexts
from crossfoot.arithmetic.groups import grouped, same_name
from crossfoot.document import Box, Cell, Document, SourceInfo, TablePart, Text
from typed_tables import typed

SOURCE = SourceInfo("x.pdf", "0" * 64, 1)


def resolved(*tables, texts=()):
    return resolve_contexts(Document(SOURCE, tables=tables, texts=texts))


def context(document, row, col, table=0):
    cell = document.tables[table].cell_at(row, col)
    return {
        "unit": (cell.unit, cell.unit_from),
        "year": (cell.year, cell.year_from),
        "stage": (cell.stage, cell.stage_from),
    }


def titled(table, title, **given):
    return replace(table, title=title, **given)


def test_the_column_decides_over_the_line_above():
    table = typed(
        """
        科目 | 上年预算数（元） | 2020年预算数 | 比上年增减 | 占比(%)
        合计 | 5,425,560 | 4,804.64 | -62.92 | 88.55
        """,
        "naaaa",
    )
    document = resolved(titled(table, "2020年部门支出总表", unit="万元"))
    assert context(document, 1, 1) == {
        "unit": ("元", "column"),
        "year": (2019, "column"),
        "stage": ("prior_budget", "column"),
    }
    assert context(document, 1, 2)["year"] == (2020, "column")
    assert context(document, 1, 2)["unit"] == ("万元", "line")
    assert context(document, 1, 3)["year"] == (2020, "line")
    assert context(document, 1, 4)["unit"] == ("%", "column")
    assert in_yuan(document.tables[0].cell_at(1, 2)) == Decimal("48046400.00")
    assert in_yuan(document.tables[0].cell_at(1, 4)) is None


def test_money_carried_over_is_this_years():
    table = typed("科目 | 本年收入 | 上年结转\n合计 | 10.00 | 2.00", "naa")
    document = resolved(titled(table, "2020年收入预算总表", unit="万元"))
    assert context(document, 1, 2)["year"] == (2020, "line")
    assert context(document, 1, 2)["stage"] == ("budget", "line")


def test_budget_beside_outcome_in_final_accounts():
    table = typed("项目 | 年初预算数 | 调整预算数 | 决算数\n合计 | 3 | 2 | 1", "naaa")
    document = resolved(titled(table, "2019年度财政拨款“三公”经费支出决算表", unit="万元"))
    stages = [context(document, 1, col)["stage"][0] for col in (1, 2, 3)]
    assert stages == ["budget", "adjusted_budget", "final"]


def test_a_fund_is_no_stage():
    tables = [
        titled(typed("科目 | 合计\n合计 | 3", "na"), title, unit="万元")
        for title in ("2019年度支出决算表", "一般公共预算支出表", "2019年度收入决算表")
    ]
    document = resolved(*tables)
    assert context(document, 1, 1, table=1)["stage"] == ("final", "section")


def test_a_form_says_its_unit_in_a_label_and_a_date_of_filing_is_no_year():
    table = typed(
        """
        填报日期：2021年3月5日 | <
        项目资金（万元） | 200.0000
        上年度安排资金 | 180.00
        """,
        "ta",
        header_rows=0,
    )
    document = resolved(titled(table, "项目支出绩效目标申报表"))
    assert context(document, 1, 1) == {
        "unit": ("万元", "cell"),
        "year": (None, None),
        "stage": ("budget", "line"),
    }
    assert context(document, 2, 1)["stage"] == ("prior_budget", "cell")


def test_lines_above_the_table_say_its_unit():
    table = replace(
        typed("科目 | 合计\n合计 | 3", "na"), title="收入总表", parts=(TablePart(1, Box(0, 200, 500, 400)),)
    )
    texts = (
        Text("x1", "unit", 1, Box(400, 150, 500, 170), "金额单位：元"),
        Text("x2", "unit", 1, Box(400, 600, 500, 620), "单位：万元"),
    )
    assert context(resolved(table, texts=texts), 1, 1)["unit"] == ("元", "line")


def test_the_unit_of_all_other_tables_is_that_of_one_that_says_none():
    tables = [
        titled(typed("科目 | 合计\n合计 | 3", "na"), "收入总表", unit=unit) for unit in ("元", None, "元")
    ]
    assert context(resolved(*tables), 1, 1, table=1)["unit"] == ("元", "document")
    mixed = [replace(table, unit=unit) for table, unit in zip(tables, ("元", None, "万元"), strict=True)]
    assert context(resolved(*mixed), 1, 1, table=1)["unit"] == (None, None)


def test_the_nearer_of_two_labels_decides():
    form = typed("项目资金（万元） | 资金（元） | 3", "tta", header_rows=0)
    document = resolved(titled(form, "申报表"))
    assert context(document, 0, 2)["unit"] == ("元", "cell")
    assert not document.problems


def test_two_lines_above_that_say_different_units_contradict_each_other():
    table = replace(
        typed("科目 | 合计\n合计 | 3", "na"), title="收入总表", parts=(TablePart(1, Box(0, 200, 500, 400)),)
    )
    texts = (
        Text("x1", "unit", 1, Box(400, 150, 500, 170), "金额单位：元"),
        Text("x2", "unit", 1, Box(0, 150, 100, 170), "单位：万元"),
    )
    document = resolved(table, texts=texts)
    assert context(document, 1, 1)["unit"] == (None, None)
    assert [(p.code, p.where) for p in document.problems] == [("context_contradicts", "t1")]
    assert "万元" in document.problems[0].message


def test_cells_without_numbers_stay_as_they_are():
    table = typed("科目 | 合计\n基本支出 | —", "na")
    document = resolved(titled(table, "2020年支出预算表", unit="万元"))
    assert document.tables[0].cells == table.cells


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("武汉市东西湖区行政审批局", "[004]武汉市东西湖区行政审批局", True),
        ("武汉市东西湖区行政审批局", "东西湖区行政审批局", True),
        ("武汉市东西湖区行政审批局", "武汉市东西湖区行政审批周", True),
        ("武汉市东西湖区行政审批局", "武汉市东西湖区政务中心", False),
        ("江城市新区第一实验小学", "江城市新区第二实验小学", False),
        ("水务局", "税务局", False),
    ],
)
def test_names_of_one_organization(one, other, same):
    assert same_name(one, other) is same


def groups(*said):
    cells = (Cell(0, 0),)
    table = replace(typed("a", "n", header_rows=0), cells=cells)
    tables = tuple(
        replace(table, id=f"t{i}", organization=name, year=year, stage=stage)
        for i, (name, year, stage) in enumerate(said)
    )
    return [t.group for t in grouped(Document(SOURCE, tables=tables)).tables]


def test_tables_that_say_nothing_stay_with_those_before_them():
    assert groups(("甲局", 2020, "budget"), (None, None, None), ("甲局", 2020, None)) == ["g1", "g1", "g1"]


def test_several_organizations_years_and_stages_part_and_come_together_again():
    said = [
        ("江城市教育局", 2020, "budget"),
        ("江城市第一中学", 2020, "budget"),
        ("江城市教育局", 2020, "budget"),
        ("江城市教育局", 2020, "final"),
        ("江城市教育局", 2019, "final"),
    ]
    assert groups(*said) == ["g1", "g2", "g1", "g3", "g4"]


def test_given_groups_are_kept():
    table = replace(typed("a", "n", header_rows=0), organization="甲局", group="g1")
    other = replace(table, id="t2", organization="乙中心", group=None)
    assert [t.group for t in grouped(Document(SOURCE, tables=(table, other))).tables] == ["g1", "g2"]
