"""The final accounts that list functional codes: tables 02, 03 and 05, and the two smaller budgets."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ..accounts import Flow, Fund, Nature, Quantity, Source
from ..building import ONE, Context, Made
from .codes import MINUS, CodeTable, Measure, Rule, adds, code_table, empty_code_table
from .frame import house, table_numbers

PERSONNEL = ("301", "303")
RUNNING = ("302", "307", "309", "310", "311", "312", "313", "399")


def revenue(context: Context) -> Made:
    """收入决算表: this year's receipts by function, one column per source of money."""
    sources: tuple[tuple[Source, tuple[str, ...]], ...] = (
        ("fiscal", ("财政拨款收入", "财政拨款收入", "财政拨款")),
        ("superior", ("上级补助收入", "上级补助收入", "上级补助")),
        ("operations", ("事业收入",)),
        ("business", ("经营收入", "事业单位经营收入")),
        ("affiliated", ("附属单位上缴收入", "附属单位上缴收入", "附属单位缴款")),
        ("other", ("其他收入",)),
    )
    total = house(context, "receipts", ("本年收入合计", "本年收入合计", "合计", "收入合计"))
    measures = [Measure((total,), Quantity("receipts"))]
    measures += [
        Measure((house(context, source, labels),), Quantity("receipts", source=source))
        for source, labels in sources
    ]
    rules = (adds(0, *range(1, len(measures))),)
    name = house(context, "revenue", ("收入决算表", "收入决算表", "部门收入决算表", "收入决算情况表"))
    note = _phrase(
        context, "本表反映部门本年度取得的各项收入情况。", "本表列示本年度各项收入，不含上年结转。"
    )
    spec = CodeTable("final.revenue", name, 2, tuple(measures), rules, note)
    return code_table(context, spec, table_numbers(context))


def expenditure(context: Context) -> Made:
    """支出决算表: this year's spending by function, one column per nature."""
    natures: tuple[tuple[Nature, tuple[str, ...]], ...] = (
        ("basic", ("基本支出",)),
        ("project", ("项目支出",)),
        ("upper", ("上缴上级支出", "上缴上级支出", "上缴上级")),
        ("business", ("经营支出", "事业单位经营支出")),
        ("subsidy", ("对附属单位补助支出", "对附属单位补助支出", "对附属单位补助")),
    )
    total = house(context, "spending", ("本年支出合计", "本年支出合计", "合计", "支出合计"))
    measures = [Measure((total,), Quantity("spending"))]
    measures += [
        Measure((house(context, nature, labels),), Quantity("spending", nature=nature))
        for nature, labels in natures
    ]
    rules = (adds(0, *range(1, len(measures))),)
    name = house(context, "expenditure", ("支出决算表", "支出决算表", "部门支出决算表", "支出决算情况表"))
    note = _phrase(context, "本表反映部门本年度各项支出情况。", "本表列示本年度全部支出，按功能科目编列。")
    spec = CodeTable("final.expenditure", name, 3, tuple(measures), rules, note)
    return code_table(context, spec, table_numbers(context))


def general_public(context: Context) -> Made:
    """一般公共预算财政拨款支出决算表: fiscal spending of the general budget by function."""
    spent = Quantity("spending", fund="general", source="fiscal")
    measures, rules = _spending_columns(context, spent, with_personnel=context.chance(0.2))
    name = house(
        context, "general",
        ("一般公共预算财政拨款支出决算表", "一般公共预算财政拨款支出决算表",
         "一般公共预算支出决算表", "一般公共预算财政拨款支出决算情况表"),
    )  # fmt: skip
    note = _phrase(
        context, "本表反映部门本年度一般公共预算财政拨款支出情况。",
        "本表列示本年度一般公共预算财政拨款实际支出情况，含以前年度结转资金安排的支出。",
    )  # fmt: skip
    spec = CodeTable("final.general_public_expenditure", name, 5, measures, rules, note)
    return code_table(context, spec, table_numbers(context))


def government_fund(context: Context) -> Made:
    """政府性基金预算财政拨款收入支出决算表: what came in, was spent and is left, by function."""
    number = house(context, "order", (7, 8))
    name = house(
        context, "fund name", ("政府性基金预算财政拨款收入支出决算表", "政府性基金预算财政拨款收入支出决算表",
        "政府性基金预算收入支出决算表", "政府性基金预算财政拨款收支决算表"),
    )  # fmt: skip
    note = _phrase(
        context, "本表反映部门本年度政府性基金预算财政拨款收入、支出及结转和结余情况。",
        "本表列示政府性基金预算财政拨款的收支与结转结余。",
    )  # fmt: skip
    measures, rules = _flow_columns(context, "fund")
    return _small_budget(
        context, CodeTable("final.government_fund", name, number, measures, rules, note), "fund"
    )


def state_capital(context: Context) -> Made:
    """国有资本经营预算财政拨款支出决算表: mostly empty."""
    number = house(context, "order", (8, 9))
    flows = house(context, "capital flows", (False, False, True))
    name = "国有资本经营预算财政拨款收入支出决算表" if flows else "国有资本经营预算财政拨款支出决算表"
    note = _phrase(
        context, "本表反映部门本年度国有资本经营预算财政拨款支出情况。",
        "本表列示国有资本经营预算财政拨款安排的支出。",
    )  # fmt: skip
    spent = Quantity("spending", fund="capital", source="fiscal")
    measures, rules = _flow_columns(context, "capital") if flows else _spending_columns(context, spent)
    spec = CodeTable("final.state_capital", name, number, measures, rules, note)
    return _small_budget(context, spec, "capital")


def _small_budget(context: Context, spec: CodeTable, fund: Literal["fund", "capital"]) -> Made:
    accounts = context.accounts
    flows: tuple[Flow, ...] = ("opening", "receipts", "spending", "closing")
    if any(accounts.value(Quantity(flow, fund=fund, source="fiscal")) for flow in flows):
        return code_table(context, spec, table_numbers(context))
    budget = {"fund": "政府性基金预算", "capital": "国有资本经营预算"}[fund]
    sentence = _phrase(
        context,
        f"说明：本部门{accounts.year}年度没有{budget}财政拨款收入，也没有使用{budget}财政拨款安排的支出，故本表为空。",
        f"备注：本单位{accounts.year}年度无{budget}财政拨款收支，本表无数据。",
        f"本部门当年没有{budget}财政拨款支出，以空表列示。",
        f"注：{accounts.short}{accounts.year}年度未发生{budget}财政拨款收支，故公开空表。",
    )
    return empty_code_table(context, spec, table_numbers(context), sentence)


def _spending_columns(
    context: Context, spent: Quantity, with_personnel: bool = False
) -> tuple[tuple[Measure, ...], tuple[Rule, ...]]:
    basic, project = replace(spent, nature="basic"), replace(spent, nature="project")
    over = house(context, "over", (("本年支出",), ("本年支出",), (), ("本年支出决算数",)))
    total = house(context, "subtotal", ("小计", "合计", "小 计")) if over else "合计"
    if with_personnel:
        return (
            Measure((*over, total), spent),
            Measure((*over, "基本支出", "小计"), basic),
            Measure((*over, "基本支出", "人员经费"), replace(basic, economics=PERSONNEL)),
            Measure((*over, "基本支出", "公用经费"), replace(basic, economics=RUNNING)),
            Measure((*over, "项目支出"), project),
        ), (adds(0, 1, 4), adds(1, 2, 3))
    return (
        Measure((*over, total), spent),
        Measure((*over, "基本支出"), basic),
        Measure((*over, "项目支出"), project),
    ), (adds(0, 1, 2),)


def _flow_columns(context: Context, fund: Fund) -> tuple[tuple[Measure, ...], tuple[Rule, ...]]:
    """年初结转, 本年收入, 本年支出 and 年末结转, which balance in every row."""
    spent = Quantity("spending", fund=fund, source="fiscal")
    opening = house(
        context, "opening", ("年初结转和结余", "年初结转和结余", "上年结转和结余", "年初结转结余")
    )
    closing = house(context, "closing", ("年末结转和结余", "年末结转和结余", "结转下年", "年末结转结余"))
    over = house(context, "spent", ("本年支出", "本年支出", "支出"))
    subtotal = house(context, "subtotal", ("小计", "合计", "小 计"))
    measures = (
        Measure((opening,), replace(spent, flow="opening")),
        Measure(
            (house(context, "received", ("本年收入", "本年收入", "收入")),), replace(spent, flow="receipts")
        ),
        Measure((over, subtotal), spent),
        Measure((over, "基本支出"), replace(spent, nature="basic")),
        Measure((over, "项目支出"), replace(spent, nature="project")),
        Measure((closing,), replace(spent, flow="closing")),
    )
    balance = Rule(5, ((0, ONE), (1, ONE), (2, MINUS)), "balance")
    return measures, (adds(2, 3, 4), balance)


def _phrase(context: Context, *options: str) -> str:
    return house(context, options[0], options)
