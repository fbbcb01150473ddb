"""收入总表 and 支出总表: what comes in by source, and what goes out by nature, row by row."""

from __future__ import annotations

from ..accounts import Quantity
from ..building import Context, Made
from ..catalogue import ordinal
from .columns import Detail, fund_names, natures, summed, yearly
from .grid import Group, Row, Side, lay, start
from .header import NEVER, Column, Where
from .rows import CAPITAL, FUND, GENERAL, function_rows, per_unit, source_rows, total_row, unit_rows
from .wording import Labels, amount_heading, code_labels, numbering, numbers_of, spaced, surroundings

_OWN = ("superior", "affiliated", "business", "other", "operations")


def revenue(context: Context) -> tuple[Made, ...]:
    """收入总表: rows of codes or units against sources of money, or the sources as a list."""
    kind = "budget.revenue"
    names = ("收入总表", "收入预算总表", "收入总体情况表", "收入预算表", "收入总体情况公开表", "部门收入总表")
    numbers = numbers_of(context)
    side = _listed(context) if context.chance(0.15) else _by_source(context)
    builder = start(context, kind, kind, [side], numbers)
    lay(builder, [side], numbering(context))
    notes = (context.choose("注：本表反映部门本年度收入预算总体情况。", "备注：本表按收入来源填列。"),)
    return (builder.build(**surroundings(builder, names, 2), notes=notes if context.chance(0.12) else ()),)


def expenditure(context: Context) -> tuple[Made, ...]:
    """支出总表: rows of codes or units against natures of spending."""
    kind = "budget.expenditure"
    names = ("支出总表", "支出预算总表", "支出总体情况表", "支出预算表", "支出总体情况公开表", "部门支出总表")
    numbers = numbers_of(context)
    of = Quantity("spending")
    labels, rows = coded_rows(context, of, units=0.45)
    details: tuple[Detail, ...] = ("plain", "plain", "people", "classes", "programmes")
    parts = natures(context, of, details[int(context.rng.integers(5))], every=context.chance(0.4))
    columns = yearly(context, parts) if context.chance(0.12) else (summed(context, parts),)
    side = Side((*labels.columns, *columns), rows, of)
    builder = start(context, kind, kind, [side], numbers)
    lay(builder, [side], numbering(context))
    return (builder.build(**surroundings(builder, names, 3)),)


def coded_rows(
    context: Context, of: Quantity, *, units: float = 0.0, levels: tuple[int, ...] | None = None
) -> tuple[Labels, tuple[Row, ...]]:
    """Label columns and rows: functional codes, or units with or without the codes under each.

    `units` is the share of tables with units, which are printed only where the ledger knows
    every unit's part of the flow.
    """
    if levels is None:
        options = ((3, 5, 7), (3, 5, 7), (3, 5, 7), (3, 7), (5, 7), (7,), (3, 5), (3,))
        levels = options[int(context.rng.integers(len(options)))]
    if context.chance(units) and per_unit(context, of.flow):
        labels = code_labels(context, "单位", ("apart",))
        word = spaced(context, "合计")
        if context.chance(0.45):
            return labels, total_row(context, labels, unit_rows(context, labels), word)

        def inside(unit: str) -> tuple[Row, ...]:
            held = Quantity(of.flow, unit=unit, fund=of.fund, source=of.source)
            return function_rows(context, labels, held, levels[-1:], unit=unit)

        return labels, total_row(context, labels, unit_rows(context, labels, inside), word)
    labels = code_labels(context, "功能")
    rows = function_rows(context, labels, of, levels)
    return labels, total_row(context, labels, rows, spaced(context, context.choose("合计", "总计")))


def _by_source(context: Context) -> Side:
    """Sources of money as columns, with what is carried forward or without it."""
    opening = bool(context.accounts.value(Quantity("opening")))
    every = context.chance(0.6)
    entries = source_rows(context, all_sources=every)
    fiscal = tuple(Column(name, where=where) for name, where in entries if where in (GENERAL, FUND, CAPITAL))
    own = tuple(Column(name, where=where) for name, where in entries if where not in (GENERAL, FUND, CAPITAL))
    if len(fiscal) > 1 and context.chance(0.35):
        heading = context.choose("财政拨款", "财政拨款收入")
        fiscal = (Column(heading, where={"source": "fiscal"}, parts=fiscal, total="小计"),)
    shape = context.choose("flat", "flat", "flat", "nested", "year")
    if shape == "nested":
        columns = _nested(context, (*fiscal, *own))
    elif shape == "year" and not opening:
        columns = summed(context, (*fiscal, *own), word=context.choose("合计", "本年收入合计"))
    else:
        carried = Column(context.choose("上年结转", "上年结余结转"), where={"flow": "opening"})
        surplus = Column(
            context.choose("用事业基金弥补收支差额", "使用非财政拨款结余"), where={"flow": "surplus_used"}
        )
        extra = (surplus,) if every and context.chance(0.5) else ()
        parts = (carried, *fiscal, *own, *extra) if context.chance(0.5) else (*fiscal, *own, *extra, carried)
        columns = summed(context, parts, {"flow": "income"})
    of = Quantity("income")
    labels, rows = coded_rows(context, of, units=0.5)
    return Side((*labels.columns, columns), rows, Quantity("receipts"))


def _nested(context: Context, sources: tuple[Column, ...]) -> Column:
    """本年收入 and 上年结转, each with its 小计."""
    small = spaced(context, "小计")
    rest: Where = tuple({"flow": "opening", "source": source} for source in _OWN)
    carried = tuple(Column(name, where={"flow": "opening", **where}) for name, where in fund_names(context))
    return summed(
        context,
        (
            Column("本年收入", parts=sources, total=small),
            Column(
                "上年结转",
                where={"flow": "opening"},
                parts=(*carried, Column("单位资金", where=rest)),
                total=small,
            ),
        ),
        {"flow": "income"},
        context.choose("总计", "合计"),
    )


def _listed(context: Context) -> Side:
    """The sources as a numbered list with one amount column."""
    entries = source_rows(context, all_sources=context.chance(0.7))
    own = [entry for entry in entries if entry[1] not in (GENERAL, FUND, CAPITAL)]
    funds = [entry for entry in entries if entry[1] in (GENERAL, FUND, CAPITAL)]
    fiscal = Group(
        tuple(
            Row((context.choose("其中：", "") + name if i == 0 else name,), where)
            for i, (name, where) in enumerate(funds)
        ),
        "outline",
    )
    rows = (
        Row(("一、财政拨款收入",), {"source": "fiscal"}, (fiscal,)),
        *(Row((f"{ordinal(i)}、{name}",), where) for i, (name, where) in enumerate(own, start=2)),
    )
    columns = (
        Column(context.choose("项目", "收入项目", "收 入"), "name", weight=3.0),
        Column(amount_heading(context)),
    )
    closing = (
        Row((spaced(context, "本年收入合计"),), {}, centred=True),
        Row(("上年结转",), {"flow": "opening"}),
        Row(("用事业基金弥补收支差额",), {"flow": "surplus_used"} if context.chance(0.8) else NEVER),
    )
    final = Row((spaced(context, "收入总计"),), {"flow": "income"}, centred=True)
    return Side(columns, rows, Quantity("receipts"), closing, final)
