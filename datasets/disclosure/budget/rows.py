"""Trees of rows that budget tables share: functional and economic codes, units, sources of revenue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..accounts import Quantity
from ..building import Context
from ..catalogue import classes_since, function_classes, ordinal, subjects
from .grid import Group, Row
from .header import NEVER, Where
from .wording import Labels, economic_name, function_name

PERSONNEL = ("301", "303")
"""人员经费: the classes of economic codes that pay people."""
RUNNING = ("302", "307", "309", "310", "311", "312", "313", "399")
"""公用经费: all other classes."""
GENERAL: dict[str, Any] = {"source": "fiscal", "fund": "general"}
FUND: dict[str, Any] = {"source": "fiscal", "fund": "fund"}
CAPITAL: dict[str, Any] = {"source": "fiscal", "fund": "capital"}
SOURCE_NAMES = {
    "operations": ("事业收入", "事业收入（不含专户资金）"),
    "business": ("事业单位经营收入", "经营收入"),
    "superior": ("上级补助收入",),
    "affiliated": ("附属单位上缴收入", "下级单位上缴收入"),
    "other": ("其他收入",),
}
PROGRAMMES = {"recurrent": "经常性项目", "policy": "政策性项目", "once": "一次性项目", "other": "其他项目"}

# The economic classification on the government side: what of the departments' side each 款 holds.
GOVERNMENT: dict[str, tuple[str, tuple[str, ...]]] = {
    "501": ("机关工资福利支出", ("301",)),
    "50101": ("工资奖金津补贴", ("30101", "30102", "30103")),
    "50102": ("社会保障缴费", ("30108", "30109", "30110", "30111", "30112")),
    "50103": ("住房公积金", ("30113",)),
    "50199": ("其他工资福利支出", ("30106", "30107", "30114", "30199")),
    "502": ("机关商品和服务支出", ("302",)),
    "50201": ("办公经费", ("30201", "30202", "30204", "30205", "30206", "30207", "30208", "30209", "30211",
                       "30214", "30228", "30229", "30239", "30240")),
    "50202": ("会议费", ("30215",)),
    "50203": ("培训费", ("30216",)),
    "50204": ("专用材料购置费", ("30218", "30224", "30225")),
    "50205": ("委托业务费", ("30203", "30226", "30227")),
    "50206": ("公务接待费", ("30217",)),
    "50207": ("因公出国（境）费用", ("30212",)),
    "50208": ("公务用车运行维护费", ("30231",)),
    "50209": ("维修（护）费", ("30213",)),
    "50299": ("其他商品和服务支出", ("30299",)),
    "503": ("机关资本性支出（一）", ("310",)),
    "50301": ("房屋建筑物购建", ("31001",)),
    "50302": ("基础设施建设", ("31005",)),
    "50303": ("公务用车购置", ("31013",)),
    "50306": ("设备购置", ("31002", "31003", "31007")),
    "50307": ("大型修缮", ("31006",)),
    "50399": ("其他资本性支出", ("31022", "31099")),
    "509": ("对个人和家庭的补助", ("303",)),
    "50901": ("社会福利和救助", ("30304", "30305", "30306", "30307", "30309")),
    "50902": ("助学金", ("30308",)),
    "50903": ("个人农业生产补贴", ("30310",)),
    "50905": ("离退休费", ("30301", "30302", "30303")),
    "50999": ("其他对个人和家庭补助", ("30399",)),
}  # fmt: skip


def function_rows(
    context: Context, labels: Labels, of: Quantity, levels: Sequence[int] = (3, 5, 7), **where: Any
) -> tuple[Row, ...]:
    """The functional codes of a quantity as a tree of the given code lengths.

    `where` is set in every row besides its code, as a unit's rows need it.
    """
    codes = context.accounts.functions(of)

    def below(prefix: str, depth: int) -> tuple[Row, ...]:
        if depth == len(levels):
            return ()
        found = sorted({code[: levels[depth]] for code in codes if code.startswith(prefix)})
        return tuple(
            Row(
                labels.of(code, function_name(context, code)),
                {"function": code, **where},
                _group(below(code, depth + 1)),
            )
            for code in found
        )

    return below("", 0)


def economic_rows(
    context: Context, labels: Labels, of: Quantity, levels: Sequence[int] = (3, 5), empty: float = 0.0
) -> tuple[Row, ...]:
    """The economic codes of a quantity as a tree; `empty` is the share of codes listed although unused."""
    codes = set(context.accounts.economics(of))
    classes = {code[:3] for code in codes}
    unused = [code for code in subjects()["economic"] if len(code) == 5 and code[:3] in classes]
    codes |= {code for code in unused if context.chance(empty)}
    rows = []
    for code in sorted({code[: levels[0]] for code in codes}):
        parts = sorted(c for c in codes if c.startswith(code)) if len(levels) > 1 else []
        leaves = tuple(Row(labels.of(c, economic_name(c)), {"economic": c}) for c in parts)
        rows.append(Row(labels.of(code, economic_name(code)), {"economic": code}, _group(leaves)))
    return tuple(rows)


def government_rows(context: Context, labels: Labels, of: Quantity) -> tuple[Row, ...]:
    """The same spending by the government's own economic classes (501, 50101), non-empty ones."""
    codes = context.accounts.economics(of)

    def row(code: str, parts: tuple[Row, ...] = ()) -> Row:
        name, held = GOVERNMENT[code]
        return Row(labels.of(code, name), {"economics": held}, _group(parts))

    rows = []
    for code, (_, held) in GOVERNMENT.items():
        if len(code) == 3 and any(c.startswith(held) for c in codes):
            parts = (
                row(c)
                for c, (_, of_part) in GOVERNMENT.items()
                if len(c) == 5 and c.startswith(code) and any(e.startswith(of_part) for e in codes)
            )
            rows.append(row(code, tuple(parts)))
    return tuple(rows)


def unit_rows(
    context: Context, labels: Labels, inside: Callable[[str], tuple[Row, ...]] | None = None
) -> tuple[Row, ...]:
    """The department, under it its units, and under each unit what `inside` gives for its code."""
    accounts = context.accounts
    units = tuple(
        Row(labels.of(code, name), {"unit": code}, _group(inside(code)) if inside else ())
        for code, name in accounts.units
    )
    return (Row(labels.of(accounts.code, accounts.organization), {}, _group(units)),)


def class_rows(context: Context, of: Quantity, every: bool, style: str) -> tuple[Row, ...]:
    """Functional classes of a summary: every one or only those of `of`; numbered, coded or plain."""
    accounts = context.accounts
    used = tuple(accounts.functions(of, 3))
    listed = (code for code in function_classes() if code in used or classes_since(code) <= accounts.year)
    codes = tuple(listed) if every else used
    rows = []
    for index, code in enumerate(codes, start=1):
        name = function_name(context, code)
        label = {
            "code": f"{code} {name}",
            "ordinal": f"{ordinal(index)}、{name}",
            "brackets": f"（{ordinal(index)}）{name}",
            "number": f"{index}. {name}",
            "plain": name,
        }[style]
        rows.append(Row((label,), {"function": code}))
    return tuple(rows)


def total_row(
    context: Context, labels: Labels, rows: tuple[Row, ...], word: str, *, span: bool = True
) -> tuple[Row, ...]:
    """`rows` under or over their total; a share of tables whose rows have totals themselves prints none."""
    place = context.choose("top", "top", "top", "bottom", "bottom", "none")
    if place == "none" and any(row.groups for row in rows):
        return rows
    group = (Group(rows, "total_row", indent=0),)
    if span and len(labels.leaves) > 1 and context.chance(0.4):
        return (Row((word,), {}, group, after=place == "bottom", span=True),)
    return (Row(labels.total(word), {}, group, after=place == "bottom", centred=True),)


def per_unit(context: Context, flow: str) -> bool:
    """Whether the ledger says of every unit what it has of a flow, so that units may be printed."""
    accounts = context.accounts
    units = {code for code, _ in accounts.units}
    held = {line.unit for line in accounts.matching(Quantity(flow))}  # type: ignore[arg-type]
    return units <= held


def source_rows(context: Context, *, all_sources: bool) -> tuple[tuple[str, Where], ...]:
    """Sources of revenue in print order, as (name, where); unused ones only if all are wanted."""
    names = {source: context.habit(f"source {source}", *options) for source, options in SOURCE_NAMES.items()}
    order = context.habit("source order", "operations business superior affiliated other",
                          "superior operations business affiliated other").split()  # fmt: skip
    found: list[tuple[str, Where]] = [
        (
            context.habit("general", "一般公共预算拨款收入", "一般公共预算财政拨款收入", "一般公共预算收入"),
            GENERAL,
        ),
        (
            context.habit("fund", "政府性基金预算拨款收入", "政府性基金预算财政拨款收入", "政府性基金收入"),
            FUND,
        ),
        (context.habit("capital", "国有资本经营预算拨款收入", "国有资本经营预算收入"), CAPITAL),
        (context.habit("special", "财政专户管理资金收入", "纳入财政专户管理资金"), NEVER),
        *((names[source], {"source": source}) for source in order),
    ]
    value = context.accounts.value
    base = Quantity("receipts")

    def used(where: Where) -> bool:
        wheres = where if isinstance(where, tuple) else (where,)
        return any(value(Quantity(**{"flow": base.flow, **w})) for w in wheres)

    return tuple(entry for entry in found if all_sources or used(entry[1]))


def _group(rows: tuple[Row, ...]) -> tuple[Group, ...]:
    return (Group(rows),) if rows else ()
