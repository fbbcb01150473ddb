"""Spending of one fund by functional code: 一般公共预算, 政府性基金预算, 国有资本经营预算."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..accounts import Quantity
from ..building import Context, Made
from ..numbers import Numbers
from .columns import Detail, natures, summed, yearly
from .flows import coded_rows
from .grid import Row, Side, lay, start
from .header import Column
from .rows import CAPITAL, FUND, GENERAL, function_rows, total_row
from .wording import Labels, amount_heading, code_labels, numbering, numbers_of, spaced, surroundings

_GENERAL = Quantity("spending", **GENERAL)


def general_public_expenditure(context: Context) -> tuple[Made, ...]:
    """一般公共预算支出表, now and then a second time by 项 alone."""
    kind = "budget.general_public_expenditure"
    names = (
        "一般公共预算支出表", "一般公共预算支出表", "一般公共预算支出情况表", "一般公共预算财政拨款支出表",
        "一般公共预算支出预算表", "一般公共预算支出情况公开表",
    )  # fmt: skip
    again = context.chance(0.25)
    numbers = numbers_of(context)
    columns, by_unit = _spending_columns(context)
    units = 0.3 if by_unit else 0.0
    labels, rows = coded_rows(context, _GENERAL, units=units, levels=(3, 5, 7) if again else None)
    side = Side((*labels.columns, *columns), rows, _GENERAL)
    builder = start(context, kind, kind, [side], numbers)
    lay(builder, [side], numbering(context))
    notes = (context.choose("注：本表反映一般公共预算财政拨款支出情况。", "注：不含结转下年支出。"),)
    lines = surroundings(builder, names, 5)
    made = builder.build(**lines, notes=notes if context.chance(0.1) else ())
    return (made, _by_item(context, kind, numbers)) if again else (made,)


def government_fund_expenditure(context: Context) -> tuple[Made, ...]:
    """政府性基金预算支出表, in half of all disclosures a heading over nothing."""
    names = (
        "政府性基金预算支出表", "政府性基金预算支出表", "政府性基金预算支出情况表",
        "政府性基金预算财政拨款支出表", "政府性基金支出预算表",
    )  # fmt: skip
    return (_by_fund(context, "budget.government_fund_expenditure", names, 9, "政府性基金预算", FUND),)


def state_capital_expenditure(context: Context) -> tuple[Made, ...]:
    """国有资本经营预算支出表, mostly a heading over nothing."""
    names = (
        "国有资本经营预算支出表", "国有资本经营预算支出表", "国有资本经营预算支出情况表",
        "国有资本经营预算财政拨款支出表",
    )  # fmt: skip
    return (_by_fund(context, "budget.state_capital_expenditure", names, 10, "国有资本经营预算", CAPITAL),)


def _spending_columns(context: Context) -> tuple[tuple[Column, ...], bool]:
    """Natures of spending, with last year, or what was carried forward; and whether of every unit.

    What is carried forward is known of the organization, not of each of its units.
    """
    details: tuple[Detail, ...] = ("people", "people", "plain", "plain", "classes")
    detail = details[int(context.rng.integers(len(details)))]
    shape = context.choose("total", "total", "total", "yearly", "yearly", "carried")
    parts = natures(context, _GENERAL, detail)
    if shape == "yearly":
        return yearly(context, parts if context.chance(0.7) else ()), True
    heading = amount_heading(context)
    nothing_left = not context.accounts.value(Quantity("closing", **GENERAL))
    if shape == "carried" and nothing_left:
        sources = (
            Column(context.choose("当年拨款", "本年拨款"), where={"flow": "receipts"}),
            Column("上年结转", where={"flow": "opening"}),
        )
        return (summed(context, sources),), False
    total = summed(context, parts)
    return ((replace(total, text=heading) if context.chance(0.25) else total),), True


def _by_item(context: Context, kind: str, numbers: Numbers) -> Made:
    """The 项 alone with one amount, as a second table of the same money."""
    styles: Labels = code_labels(context, "功能", ("apart", "joined"))
    levels = (3, 5, 7) if context.chance(0.6) else (7,)
    rows = total_row(
        context, styles, function_rows(context, styles, _GENERAL, levels), spaced(context, "合计")
    )
    amount = Column(context.choose("总计", "合计", "预算数", "一般公共预算支出"))
    side = Side((*styles.columns, amount), rows, _GENERAL)
    builder = start(context, f"{kind}/2", kind, [side], numbers)
    lay(builder, [side])
    names = (
        "一般公共预算支出表（功能分类项级）",
        "一般公共预算支出明细表",
        "一般公共预算支出表(按功能分类项级科目)",
    )
    return builder.build(**surroundings(builder, names, 6))


def _by_fund(
    context: Context, kind: str, names: tuple[str, ...], number: int, fund: str, where: dict[str, Any]
) -> Made:
    """Spending of a fund with 基本支出 and 项目支出, or the same headings over a declared nothing."""
    of = Quantity("spending", **where)
    numbers = numbers_of(context)
    labels = code_labels(context, "功能")
    parts: tuple[Column, ...] = (
        Column("基本支出", where={"nature": "basic"}),
        Column("项目支出", where={"nature": "project"}),
    )
    total = summed(context, parts)
    heading = context.choose("", f"本年{fund}支出", f"{fund}支出", f"{context.accounts.year}年{fund}支出")
    columns: tuple[Column, ...] = (replace(total, text=heading),)
    flowing = not context.accounts.value(replace(of, flow="closing"))
    if context.chance(0.2) and flowing:
        sources = (
            Column("上年结转", where={"flow": "opening"}),
            Column("本年收入", where={"flow": "receipts"}),
        )
        columns = (replace(total, text=f"{fund}支出", parts=sources),)
    elif context.chance(0.15):
        columns = yearly(context, parts)
    bare = context.chance(0.3)
    word = spaced(context, "合计")
    if context.accounts.value(of):
        rows = total_row(context, labels, function_rows(context, labels, of), word)
        side = Side((*labels.columns, *columns), rows, of)
        builder = start(context, kind, kind, [side], numbers)
        lay(builder, [side], numbering(context))
        return builder.build(**surroundings(builder, names, number))
    rows = (Row(labels.total(word), {}, centred=True),) if context.chance(0.3) else ()
    if any(context.accounts.value(replace(of, flow=flow)) for flow in ("prior", "opening", "receipts")):
        rows = ()
    side = Side((*labels.columns, *columns), rows, of)
    builder = start(context, kind, kind, [side], numbers)
    lay(builder, [side], numbering(context), 0 if bare or rows else int(context.rng.integers(1, 5)))
    return builder.build(
        **surroundings(builder, names, number),
        notes=(nothing(context, fund),),
        declared_empty=True,
    )


def nothing(context: Context, what: str) -> str:
    """The sentence that declares a table empty."""
    year, who = context.accounts.year, context.choose("本部门", context.accounts.short, "我单位")
    return context.choose(
        f"备注：{year}年{who}没有使用{what}拨款安排的支出",
        f"注：{who}{year}年没有{what}支出，故本表为空。",
        f"{who}{year}年没有使用{what}拨款安排的支出，故本表为空。",
        f"说明：{who}无{what}支出，本表无数据。",
        f"注：{who}{year}年度未安排{what}，此表为空表。",
    )
