"""Columns that budget tables share: natures of spending, sources of money, last year and the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from ..accounts import Quantity
from ..building import Context
from .header import NEVER, Column, Where
from .rows import CAPITAL, FUND, GENERAL, PERSONNEL, PROGRAMMES, RUNNING
from .wording import economic_name, spaced

Detail = Literal["plain", "people", "classes", "programmes"]
"""How far 基本支出 and 项目支出 are broken down."""

_OTHERS = (("upper", "上缴上级支出"), ("business", "事业单位经营支出"), ("subsidy", "对附属单位补助支出"))


def fund_names(context: Context) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The three funds with their names as headings."""
    return (
        (context.choose("一般公共预算", "一般公共预算财政拨款", "一般公共预算拨款"), GENERAL),
        (context.choose("政府性基金预算", "政府性基金预算财政拨款", "政府性基金预算拨款"), FUND),
        (context.choose("国有资本经营预算", "国有资本经营预算财政拨款", "国有资本经营预算拨款"), CAPITAL),
    )


def natures(context: Context, of: Quantity, detail: Detail, every: bool = False) -> tuple[Column, ...]:
    """基本支出, 项目支出 and, where there are any or `every` is wanted, the rarer natures."""
    small = context.habit("subtotal", "小计", "小计", "小 计", "合计")
    basic = Column("基本支出", where={"nature": "basic"})
    project = Column("项目支出", where={"nature": "project"})
    if detail == "people":
        running = context.habit("running", "公用经费", "公用经费", "日常公用经费")
        people = Column("人员经费", where={"nature": "basic", "economics": PERSONNEL})
        costs = Column(running, where={"nature": "basic", "economics": RUNNING})
        basic = Column("基本支出", where=basic.where, parts=(people, costs), total=small)
    elif detail in ("classes", "programmes"):
        basic = Column("基本支出", where=basic.where, parts=_classes(context, of), total=small)
    if detail == "programmes":
        parts = tuple(
            Column(name, where={"nature": "project", "programme": programme})
            for programme, name in PROGRAMMES.items()
        )
        project = Column("项目支出", where=project.where, parts=parts, total=small)
        if context.chance(0.5):
            never = tuple(Column(name, where=NEVER) for name in PROGRAMMES.values())
            special = Column("专项资金支出", where=NEVER, parts=never, total=small)
            return basic, project, special, *_others(context, of, every)
    return basic, project, *_others(context, of, every)


def _classes(context: Context, of: Quantity) -> tuple[Column, ...]:
    """基本支出 by economic class; classes of the printed form, and any other that is spent on."""
    used = context.accounts.economics(_with(of, nature="basic"), 3)
    names = {code: economic_name(code) for code in ("301", "302", "303", "310")} | {"310": "一般资本性支出"}
    names |= {code: economic_name(code) for code in used if code not in names}
    return tuple(
        Column(name, where={"nature": "basic", "economic": code}) for code, name in sorted(names.items())
    )


def _others(context: Context, of: Quantity, every: bool) -> tuple[Column, ...]:
    value = context.accounts.value
    return tuple(
        Column(name, where={"nature": nature})
        for nature, name in _OTHERS
        if every or value(_with(of, nature=nature)) or value(_with(of, nature=nature, flow="prior"))
    )


def _with(of: Quantity, **changes: Any) -> Quantity:
    return replace(of, **changes)


def summed(context: Context, parts: Sequence[Column], where: Where | None = None, word: str = "") -> Column:
    """A total column over `parts`, without a heading above them."""
    total = spaced(context, word or context.choose("合计", "合计", "总计"))
    return Column("", where={} if where is None else where, parts=tuple(parts), total=total)


def yearly(context: Context, parts: Sequence[Column]) -> tuple[Column, ...]:
    """This year's total with its parts, last year's total, the change and its percentage."""
    year = context.accounts.year
    last = context.choose("上年预算数", f"{year - 1}年预算数", f"{year - 1}年预算")
    this = context.choose("本年预算数", f"{year}年预算数", f"{year}年预算", "当年预算数")
    before = Column(last, where={"flow": "prior"}, key="before", prior=True)
    now = Column(this, parts=tuple(parts), total=spaced(context, "合计"), key="now")
    if not parts:
        now = Column(this, key="now")
    change = Column(context.choose("增减额", "增减金额", "增减"), change=("now", "before"), key="change")
    bare = context.chance(0.5)
    rate = Column(
        context.choose("增减%", "增减率(%)", "增减幅度（%）")
        if bare
        else context.choose("增减幅度", "增减率"),
        "ratio",
        rate=("change", "before"),
        sign="" if bare else "%",
    )
    heading = context.choose(
        f"{year}年预算数比{year - 1}年预算数", "本年预算比上年预算增减", "比上年增减情况"
    )
    moved: tuple[Column, ...] = (Column(heading, parts=(change, rate)),)
    shape = context.choose("both", "both", "change", "share")
    if shape == "change":
        moved = (Column(context.choose("比上年增减", "与上年相比增减"), change=("now", "before")),)
    elif shape == "share":
        moved = (
            Column(
                context.choose("预算数为上年预算数的%", "本年预算占上年预算的%"),
                "ratio",
                rate=("now", "before"),
                sign="",
            ),
        )
    return (before, now, *moved) if context.chance(0.7) else (now, before, *moved)
