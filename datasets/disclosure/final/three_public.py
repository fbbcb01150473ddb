"""财政拨款“三公”经费支出决算表: one row of budget beside outcome, or a list of items.

The budget is the year's first one, so its figures are of another stage than the outcome's.
"""

from __future__ import annotations

from dataclasses import replace

from ....document import ColumnRole, Stage
from ...content import At
from ..accounts import Quantity
from ..building import Context, Made, TableBuilder
from .codes import Rule, adds
from .frame import Lines, around, house, table_numbers
from .header import put_column_numbers, put_header

KIND = "final.three_public"
ABROAD, RECEPTION, CARS_BOUGHT, CARS_RUN = "30212", "30217", "31013", "30231"
_CARS = (CARS_BOUGHT, CARS_RUN)
_ALL = (ABROAD, RECEPTION, *_CARS)
ITEMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("“三公”经费", _ALL),
    ("因公出国（境）费", (ABROAD,)),
    ("公务用车购置及运行维护费", _CARS),
    ("公务接待费", (RECEPTION,)),
)
"""The items that text tells, the total first, each with its economic codes."""
_STAGES: tuple[tuple[Quantity, Stage], ...] = (
    (Quantity("planned", fund="general", source="fiscal"), "budget"),
    (Quantity("spending", fund="general", source="fiscal"), "final"),
)


def three_public(context: Context) -> Made:
    """The table in one of its layouts."""
    return _list(context) if house(context, "three public", (False, False, False, True)) else _row(context)


def _row(context: Context) -> Made:
    """Six columns of the budget, six of the outcome, one row."""
    named = house(context, "three public unit", (False, False, True))
    columns: list[ColumnRole] = ["name"] if named else []
    columns += ["amount"] * 12
    table = TableBuilder(context, KIND, KIND, columns, table_numbers(context))
    words = (
        house(context, "planned", ("预算数", "预算数", "年初预算数", "全年预算数")),
        house(context, "spent in all", ("决算数", "决算数", "支出决算数")),
    )
    cars_first = house(context, "cars first", (True, True, False))
    paths = [(word, *path) for word in words for path in _paths(context, cars_first)]
    put_header(table, [*([(house(context, "unit", ("单位名称", "项目")),)] if named else []), *paths])
    first = 1 if named else 0
    rules = [*_rules(0, cars_first), *_rules(6, cars_first)]
    formulas = _numbers(context, table, first, rules)
    row = table.header_rows
    if named:
        table.put(row, 0, context.accounts.organization)
    quantities = _quantities(cars_first)
    for side, (base, stage) in enumerate(_STAGES):
        for index, economics in enumerate(quantities):
            quantity = replace(base, economics=economics)
            table.figure(row, first + side * 6 + index, quantity, stage=stage, align="center")
    for rule in rules:
        terms = [(At(KIND, row, first + col), factor) for col, factor in rule.terms]
        origin = "printed_formula" if formulas else "header_tree"
        table.sum(At(KIND, row, first + rule.total), terms, origin)
    return table.build(**_lines(context, table), notes=_notes(context))


def _numbers(context: Context, table: TableBuilder, first: int, rules: list[Rule]) -> bool:
    """Column numbers, with formulas in them or without; whether with."""
    style = house(context, "three public numbers", ("plain", "plain", "formulas", "none"))
    if style == "none":
        return False
    printed = {rule.total: rule.text for rule in rules} if style == "formulas" else {}
    labels = [printed.get(index, str(index + 1)) for index in range(12)]
    put_column_numbers(table, first, labels)
    return style == "formulas"


def _paths(context: Context, cars_first: bool) -> list[tuple[str, ...]]:
    abroad = house(context, "abroad", ("因公出国（境）费", "因公出国（境）费", "因公出国(境)费用"))
    cars = house(context, "cars", ("公务用车购置及运行费", "公务用车购置及运行维护费"))
    bought = house(context, "cars bought", ("公务用车购置费", "购置费", "公务用车购置费"))
    run = house(context, "cars run", ("公务用车运行费", "运行费", "公务用车运行维护费"))
    block = [(cars, "小计"), (cars, bought), (cars, run)]
    reception = ("公务接待费",)
    ordered = [*block, reception] if cars_first else [reception, *block]
    return [("合计",), (abroad,), *ordered]


def _quantities(cars_first: bool) -> list[tuple[str, ...]]:
    """Economic codes of the six columns."""
    block: list[tuple[str, ...]] = [_CARS, (CARS_BOUGHT,), (CARS_RUN,)]
    ordered = [*block, (RECEPTION,)] if cars_first else [(RECEPTION,), *block]
    return [_ALL, (ABROAD,), *ordered]


def _rules(offset: int, cars_first: bool) -> tuple[Rule, Rule]:
    cars, reception = (2, 5) if cars_first else (3, 2)
    total = [offset + 1, *sorted((offset + cars, offset + reception))]
    return adds(offset, *total), adds(offset + cars, offset + cars + 1, offset + cars + 2)


def _list(context: Context) -> Made:
    """One row per item, budget and outcome beside each other, in some tables with a rate and with counts."""
    rated = house(context, "three public rate", (True, False))
    columns: list[ColumnRole] = ["name", "amount", "amount"]
    columns += ["ratio"] if rated else []
    weights = [2.4, 1.0, 1.0, 1.0][: len(columns)]
    table = TableBuilder(context, KIND, KIND, columns, table_numbers(context), weights=weights)
    planned = house(context, "planned", ("预算数", "预算数", "年初预算数", "全年预算数"))
    rate = house(context, "rate", ("完成率", "完成预算%", "决算数占预算数%"))
    table.head(
        [[house(context, "item label", ("项目", "项 目", "项  目")), planned, "决算数", rate][: len(columns)]]
    )
    items: tuple[tuple[str, tuple[str, ...], int], ...] = (
        (house(context, "total", ("合计", "合 计", "“三公”经费合计")), _ALL, 0),
        ("1.因公出国（境）费", (ABROAD,), 0),
        ("2.公务接待费", (RECEPTION,), 0),
        ("3.公务用车购置及运行维护费", _CARS, 0),
        ("其中：（1）公务用车购置费", (CARS_BOUGHT,), 1),
        ("（2）公务用车运行维护费", (CARS_RUN,), 1),
    )
    ats: list[list[At]] = []
    for row, (label, economics, indent) in enumerate(items, start=table.header_rows):
        table.put(row, 0, label, indent=indent)
        ats.append(
            [
                table.figure(row, col, replace(base, economics=economics), stage=stage)
                for col, (base, stage) in enumerate(_STAGES, start=1)
            ]
        )
        if rated:
            sign = "" if "%" in rate else "%"
            table.ratio(row, 3, ats[-1][1], ats[-1][0], sign=sign)
    for side in (0, 1):
        column = [at[side] for at in ats]
        table.sum(column[0], column[1:4], "outline")
        table.sum(column[3], column[4:], "outline")
    if house(context, "three public counts", (True, False)):
        _counts(table)
    return table.build(**_lines(context, table), notes=_notes(context))


def _counts(table: TableBuilder) -> None:
    """Counts below the money: no amounts, though they stand in the same column."""
    context = table.context
    table.put(table.rows, 0, "相关统计数", col_span=len(table.columns), align="center")
    cars, guests = int(context.rng.integers(1, 12)), int(context.rng.integers(3, 60))
    for label, count in (
        ("公务用车保有量（辆）", cars),
        ("国内公务接待批次（个）", guests),
        ("国内公务接待人次（人）", guests * int(context.rng.integers(4, 12))),
    ):
        row = table.rows
        table.put(row, 0, label)
        table.put(row, 1, "—", align="center")
        table.put(row, 2, str(count), align="right")


def _lines(context: Context, table: TableBuilder) -> Lines:
    names = (
        "财政拨款“三公”经费支出决算表",
        "一般公共预算财政拨款“三公”经费支出决算表",
        "“三公”经费支出决算表",
        "一般公共预算“三公”经费支出决算情况表",
    )
    number = {7: 9, 8: 7}[house(context, "order", (7, 8))]
    return around(context, house(context, "three public name", names), number, table.format)


def _notes(context: Context) -> tuple[str, ...]:
    year = context.accounts.year
    notes = (
        f"注：{year}年度预算数为“三公”经费年初预算数，决算数含以前年度结转资金安排的实际支出。",
        "注：本表反映部门本年度“三公”经费支出预决算情况，预算数为年初预算安排数。",
        f"说明：预算数为{year}年年初预算，决算数为当年实际支出。",
    )
    return (
        (house(context, "three public note", notes),) if house(context, "notes", (True, True, False)) else ()
    )
