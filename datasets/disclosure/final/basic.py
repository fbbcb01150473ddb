"""一般公共预算财政拨款基本支出决算表: basic spending by economic code.

Mostly two or three lists stand side by side, code, name and amount each: pay and benefits at the
left, running costs right of them, their totals in the last row. Some cities print one list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from ....document import ColumnRole
from ...content import At
from ..accounts import Quantity
from ..building import Context, Made, TableBuilder
from ..catalogue import subjects
from .by_function import PERSONNEL, RUNNING
from .frame import Lines, around, house, table_numbers
from .header import put_column_numbers, put_header

KIND = "final.basic_expenditure"
BASIC = Quantity("spending", fund="general", source="fiscal", nature="basic")
_CAPITAL = ("309", "311", "313")  # no basic spending: listed only where there is some


def basic(context: Context) -> Made:
    """The table in one of its layouts."""
    layout = house(context, "basic layout", (3, 3, 2, 1))
    return _single_list(context) if layout == 1 else _side_by_side(context, layout)


def _codes(context: Context, classes: Sequence[str]) -> list[str]:
    """Codes to print in order: all of the classification, or only what was spent."""
    used = set(context.accounts.economics(BASIC, 5)) | set(context.accounts.economics(BASIC, 3))
    listed = house(context, "basic codes", (True, True, False))
    return [
        code
        for code in sorted(subjects()["economic"])
        if code[:3] in classes and (code in used or (listed and code[:3] not in _CAPITAL))
    ]


def _side_by_side(context: Context, count: int) -> Made:
    groups = (PERSONNEL, RUNNING[:1], RUNNING[1:]) if count == 3 else (PERSONNEL, RUNNING)
    columns: list[ColumnRole] = ["code", "name", "amount"] * count
    weights = [0.8, 1.8, 1.0] * count
    table = TableBuilder(context, KIND, KIND, columns, table_numbers(context), weights=weights)
    code = house(context, "basic code", ("科目编码", "经济分类科目编码", "支出经济分类科目编码"))
    name = house(context, "basic name", ("科目名称", "科目名称", "经济分类科目名称"))
    amount = house(context, "basic amount", ("决算数", "金额", "决算数"))
    # Neighbouring lists share a heading but not their columns.
    if house(context, "basic over", (True, True, False)):
        table.head([[("人员经费", 1, 3), ("公用经费", 1, 3 * (count - 1))]])
    table.head([[code, name, amount] * count])
    rows: dict[str, At] = {}
    start = table.header_rows
    lists = [_codes(context, group) for group in groups]
    for row, codes in enumerate(zip_longest(*lists), start=start):
        for index, economic in enumerate(codes):
            if economic:
                rows[economic] = _line(table, row, index * 3, economic)
    _tree(table, rows)
    last = start + max(len(codes) for codes in lists)
    _totals(table, last, count, rows)
    return table.build(**_lines(context, table), notes=_notes(context))


def _line(table: TableBuilder, row: int, col: int, code: str) -> At:
    table.put(row, col, code)
    indent = 1 if len(code) == 5 and house(table.context, "indented", (False, True, False)) else 0
    table.put(row, col + 1, subjects()["economic"][code], indent=indent)
    return table.figure(row, col + 2, replace(BASIC, economic=code))


def _tree(table: TableBuilder, rows: dict[str, At]) -> None:
    for code, at in rows.items():
        if len(code) == 3:
            children = [rows[c] for c in rows if len(c) == 5 and c.startswith(code)]
            table.sum(at, children, "code_tree")


def _totals(table: TableBuilder, row: int, count: int, rows: dict[str, At]) -> None:
    """人员经费合计 and 公用经费合计 in the last row, and in some tables the total of both below."""
    context = table.context
    words = house(
        context, "basic totals", (("人员经费合计", "公用经费合计"), ("人员经费小计", "公用经费小计"))
    )
    table.put(row, 0, words[0], col_span=2, align="center")
    personnel = table.figure(row, 2, replace(BASIC, economics=PERSONNEL))
    table.put(row, 3, words[1], col_span=3 * count - 4, align="center")
    running = table.figure(row, 3 * count - 1, replace(BASIC, economics=RUNNING))
    for total, classes in ((personnel, PERSONNEL), (running, RUNNING)):
        table.sum(total, [rows[c] for c in classes if c in rows], "total_row")
    if house(context, "basic grand total", (False, False, True)):
        table.put(row + 1, 0, house(context, "total", ("合计", "合 计", "总计")), col_span=3 * count - 1,
                  align="center")  # fmt: skip
        table.sum(table.figure(row + 1, 3 * count - 1, BASIC), [personnel, running], "total_row")


def _single_list(context: Context) -> Made:
    """One list: code, name, total, 人员经费, 公用经费."""
    columns: list[ColumnRole] = ["code", "name", "amount", "amount", "amount"]
    weights = [1.0, 2.2, 1.0, 1.0, 1.0]
    table = TableBuilder(context, KIND, KIND, columns, table_numbers(context), weights=weights)
    item = house(context, "basic item", ("经济分类科目", "项目", "支出经济分类科目"))
    over = house(context, "basic spent", ("本年基本支出", "基本支出决算数", "本年支出"))
    total = house(context, "basic total", ("合计", "小计"))
    put_header(
        table,
        [(item, "科目编码"), (item, "科目名称"), (over, total), (over, "人员经费"), (over, "公用经费")],
    )
    if house(context, "numbered", (True, False)):
        put_column_numbers(table, 2, ("1", "2", "3"))
    start = table.header_rows
    table.put(start, 0, house(context, "total", ("合计", "合 计", "总计")), col_span=2, align="center")
    rows = {"": start}
    for row, code in enumerate(_codes(context, (*PERSONNEL, *RUNNING)), start=start + 1):
        table.put(row, 0, code)
        table.put(row, 1, subjects()["economic"][code])
        rows[code] = row
    placed = {code: _three(table, row, code) for code, row in rows.items()}
    for code, ats in placed.items():
        wanted = [c for c in placed if (len(c), c[: len(code)]) == ((3, "") if not code else (5, code))]
        for index, at in enumerate(ats):
            origin = "code_tree" if code else "total_row"
            table.sum(at, [placed[c][index] for c in wanted], origin)
    return table.build(**_lines(context, table), notes=_notes(context))


def _three(table: TableBuilder, row: int, code: str) -> tuple[At, At, At]:
    quantity = replace(BASIC, economic=code)
    total = table.figure(row, 2, quantity)
    personnel = table.figure(row, 3, replace(quantity, economics=PERSONNEL))
    running = table.figure(row, 4, replace(quantity, economics=RUNNING))
    table.sum(total, [personnel, running], "header_tree")
    return total, personnel, running


def _lines(context: Context, table: TableBuilder) -> Lines:
    names = (
        "一般公共预算财政拨款基本支出决算表",
        "一般公共预算财政拨款基本支出决算表",
        "一般公共预算基本支出决算表",
        "一般公共预算财政拨款基本支出决算明细表",
    )
    return around(context, house(context, "basic", names), 6, table.format)


def _notes(context: Context) -> tuple[str, ...]:
    notes = (
        "本表反映部门本年度一般公共预算财政拨款基本支出明细情况。",
        "本表按经济分类列示一般公共预算财政拨款安排的基本支出。",
    )
    return (
        (f"注：{house(context, 'basic note', notes)}",)
        if house(context, "notes", (True, True, False))
        else ()
    )
