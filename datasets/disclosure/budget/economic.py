"""基本支出 by economic class, and the “三公” items that it contains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..accounts import Quantity
from ..building import Context, Made
from .columns import summed, yearly
from .grid import Group, Row, Side, lay, start
from .header import Column
from .rows import GENERAL, PERSONNEL, RUNNING, economic_rows, government_rows, total_row, unit_rows
from .wording import Labels, amount_heading, code_labels, numbering, numbers_of, spaced, surroundings

_BASIC = Quantity("spending", nature="basic", **GENERAL)
_ABROAD: dict[str, Any] = {"economics": ("30212",)}
_RECEPTION: dict[str, Any] = {"economics": ("30217",)}
_CARS: dict[str, Any] = {"economics": ("31013", "30231")}
_BUYING: dict[str, Any] = {"economics": ("31013",)}
_DRIVING: dict[str, Any] = {"economics": ("30231",)}
_ALL: dict[str, Any] = {"economics": ("30212", "30217", "31013", "30231")}


def basic_expenditure(context: Context) -> tuple[Made, ...]:
    """一般公共预算基本支出表, now and then a second time by the government's own classes."""
    kind = "budget.basic_expenditure"
    names = (
        "一般公共预算基本支出表", "一般公共预算基本支出表", "一般公共预算基本支出情况表",
        "一般公共预算财政拨款基本支出表", "一般公共预算基本支出表（经济分类款级）",
        "一般公共预算基本支出预算表", "一般公共预算基本支出表(按部门预算经济分类)",
    )  # fmt: skip
    numbers = numbers_of(context)
    shape = context.choose("columns", "columns", "columns", "total", "total", "halves", "yearly")
    sides = _halves(context) if shape == "halves" else [_by_class(context, shape)]
    builder = start(context, kind, kind, sides, numbers)
    lay(builder, sides, "" if shape == "halves" else numbering(context))
    made = builder.build(**surroundings(builder, names, 7))
    if context.chance(0.8) or not set(context.accounts.economics(_BASIC, 3)) <= {"301", "302", "303", "310"}:
        return (made,)
    labels = code_labels(context, "经济", ("apart", "joined"))
    rows = total_row(context, labels, government_rows(context, labels, _BASIC), spaced(context, "合计"))
    side = Side((*labels.columns, Column(amount_heading(context))), rows, _BASIC)
    builder = start(context, f"{kind}/2", kind, [side], numbers)
    lay(builder, [side])
    titles = ("一般公共预算基本支出表（政府预算经济分类）", "一般公共预算基本支出表(按政府支出经济分类)")
    return made, builder.build(**surroundings(builder, titles, 8))


def _by_class(context: Context, shape: str) -> Side:
    """Economic codes against one amount, against 人员经费 and 公用经费, or against last year."""
    labels = code_labels(context, "经济", ("apart", "apart", "apart", "joined", "levels"))
    levels = (3, 5) if context.chance(0.9) else (3,)
    rows = economic_rows(context, labels, _BASIC, levels, 0.3 if context.chance(0.3) else 0.0)
    running = context.habit("running", "公用经费", "公用经费", "日常公用经费")
    if shape == "total":
        columns: tuple[Column, ...] = (Column(context.choose("总计", "合计", amount_heading(context))),)
    elif shape == "yearly":
        columns = yearly(context, ())
    else:
        parts = (
            Column("人员经费", where={"economics": PERSONNEL}),
            Column(running, where={"economics": RUNNING}),
        )
        total = summed(context, parts)
        over = context.choose(
            "", "", f"{context.accounts.year}年基本支出", "基本支出", "本年一般公共预算基本支出"
        )
        columns = (replace(total, text=over),)
    if shape != "columns" and context.chance(0.3):
        rows = _people_first(labels, rows, running)
    return Side(
        (*labels.columns, *columns), total_row(context, labels, rows, spaced(context, "合计")), _BASIC
    )


def _people_first(labels: Labels, rows: tuple[Row, ...], running: str) -> tuple[Row, ...]:
    """Classes gathered under 人员经费 and 公用经费, which need no code."""
    grouped = []
    for name, codes in (("人员经费", PERSONNEL), (running, RUNNING)):
        held = tuple(row for row in rows if _code(row).startswith(codes))
        grouped.append(Row(labels.total(name), {"economics": codes}, (Group(held, "outline"),)))
    return tuple(grouped)


def _code(row: Row) -> str:
    assert isinstance(row.where, dict)  # noqa: S101  rows of economic codes have one
    return str(row.where["economic"])


def _halves(context: Context) -> list[Side]:
    """People on the left, running costs on the right, each closing with its total."""
    running = context.habit("running", "公用经费", "公用经费", "日常公用经费")
    heading = amount_heading(context)
    sides = []
    under = context.chance(0.6)
    over = context.chance(0.5)
    for name, codes in (("人员经费", PERSONNEL), (running, RUNNING)):
        of = replace(_BASIC, economics=codes)
        labels = Labels("apart", (Column("科目编码", "code"), Column("科目名称", "name", weight=2.4)))
        rows = economic_rows(context, labels, of)
        total = Row(labels.total(f"{name}合计"), {}, centred=True)
        columns: tuple[Column, ...] = (*labels.columns, Column(heading))
        if over:
            columns = (Column(name, parts=columns),)
        if under:
            sides.append(Side(columns, rows, of, (total,)))
        else:
            grouped = replace(total, groups=(Group(rows, "total_row", indent=0),))
            sides.append(Side(columns, (grouped,), of))
    return sides


def three_public(context: Context) -> tuple[Made, ...]:
    """“三公”经费支出表: a list of items, one row of them, or a row for each unit."""
    kind = "budget.three_public"
    quoted = context.choose("“三公”", "“三公”", '"三公"', "三公")
    names = tuple(
        pattern.format(quoted)
        for pattern in (
            "一般公共预算{}经费支出表", "一般公共预算{}经费支出表", "{}经费支出表", "财政拨款{}经费支出表",
            "一般公共预算{}经费支出情况表", "一般公共预算{}经费预算表",
        )
    )  # fmt: skip
    numbers = numbers_of(context)
    shape = context.choose("list", "list", "row", "row", "years", "units")
    side = _items(context) if shape == "list" else _across(context, shape)
    builder = start(context, kind, kind, [side], numbers)
    lay(builder, [side], numbering(context))
    spent = any(cell.amount for cell in builder.cells.values())
    empty = "注：本部门未安排一般公共预算“三公”经费支出。"
    notes: Sequence[str] = () if spent else (empty,)
    if spent and context.chance(0.12):
        notes = ("注：“三公”经费为一般公共预算财政拨款安排的支出。",)
    return (builder.build(**surroundings(builder, names, 8), notes=tuple(notes), declared_empty=not spent),)


def _items(context: Context) -> Side:
    """The items one under another, with last year and the change now and then."""
    mark = context.choose("{}. ", "{}、", "（{}）", "{}.")
    fee = context.choose("费用", "费")
    cars = (
        Row(
            (context.choose("其中：（1）", "其中：", "（1）") + "公务用车购置" + context.choose("", "费"),),
            _BUYING,
        ),
        Row((context.choose("（2）", "　　　") + "公务用车运行维护费",), _DRIVING),
    )
    items = [
        (f"因公出国（境）{fee}", _ABROAD, ()),
        (
            context.choose("公务用车购置及运行维护费", "公务用车购置及运行费"),
            _CARS,
            (Group(cars, "outline"),),
        ),
        ("公务接待费", _RECEPTION, ()),
    ]
    if context.chance(0.4):
        items = [items[0], items[2], items[1]]
    rows = tuple(
        Row((mark.format(i) + name,), where, groups) for i, (name, where, groups) in enumerate(items, 1)
    )
    label = Column(context.choose("项目", "项 目", "“三公”经费项目", "支出项目"), "name", weight=2.5)
    labels = Labels("name", (label,))
    word = spaced(context, "合计")
    place = context.choose("top", "top", "bottom")
    total = (
        Row((word,), _ALL, (Group(rows, "total_row", indent=0),), after=place == "bottom", centred=True),
    )
    columns: tuple[Column, ...] = (Column(context.choose("本年预算数", amount_heading(context))),)
    if context.chance(0.45):
        columns = yearly(context, ())
    return Side((*labels.columns, *columns), total, Quantity("spending", **GENERAL))


def _across(context: Context, shape: str) -> Side:
    """The items as columns: for the department, for its units, or this year beside last year."""
    year = context.accounts.year
    base = Quantity("spending", **GENERAL)
    columns: tuple[Column, ...]
    if shape == "years":
        last = _set(
            context,
            {"flow": "prior"},
            prior=True,
            heading=context.choose("上年预算数", f"{year - 1}年预算数"),
        )
        this = _set(context, {}, prior=False, heading=context.choose("本年预算数", f"{year}年预算数"))
        columns = (last, this) if context.chance(0.7) else (this, last)
    else:
        over = context.choose(
            "", "", f"{year}年“三公”经费预算数", "“三公”经费支出", "一般公共预算安排的“三公”经费"
        )
        columns = (_set(context, {}, prior=False, heading=over),)
    if shape == "units":
        labels = code_labels(context, "单位", ("apart",))
        rows = total_row(context, labels, unit_rows(context, labels), spaced(context, "合计"))
        return Side((*labels.columns, *columns), rows, base)
    if shape == "years" and context.chance(0.6):
        return Side(
            columns,
            (
                Row(
                    (),
                ),
            ),
            base,
        )
    label = Column(context.choose("单位名称", "部门名称", "预算单位"), "name", weight=2.0)
    return Side(
        (label, *columns),
        (
            Row(
                (context.accounts.organization,),
            ),
        ),
        base,
    )


def _set(context: Context, where: dict[str, Any], *, prior: bool, heading: str) -> Column:
    """The items of one year under a heading, with 合计 and, for cars, 小计."""

    def item(text: str, codes: dict[str, Any], parts: tuple[Column, ...] = ()) -> Column:
        small = context.habit("car subtotal", "小计", "小计", "小 计") if parts else ""
        return Column(text, where=where | codes, parts=parts, total=small, prior=prior)

    buying = context.habit("buying", "公务用车购置费", "购置费", "公务用车购置")
    driving = context.habit("driving", "公务用车运行费", "公务用车运行维护费", "运行费")
    abroad = context.habit("abroad", "因公出国（境）费", "因公出国（境）费用", "因公出国(境)费")
    cars = context.habit("cars", "公务用车购置及运行费", "公务用车购置及运行维护费", "公务用车费")
    parts = [
        item(abroad, _ABROAD),
        item(cars, _CARS, (item(buying, _BUYING), item(driving, _DRIVING))),
        item("公务接待费", _RECEPTION),
    ]
    if context.habit("reception last", "yes", "yes", "no") == "no":
        parts = [parts[0], parts[2], parts[1]]
    total = context.habit("public total", "合计", "合计", "“三公”经费合计", "合 计")
    return Column(heading, where=where | _ALL, parts=tuple(parts), total=total, prior=prior)
