"""收支总表 and 财政拨款收支总表: revenue and expenditure side by side, closing with one figure."""

from __future__ import annotations

from dataclasses import replace

from ..accounts import Nature, Quantity, Source
from ..building import Context, Made
from ..catalogue import ordinal
from .columns import fund_names
from .grid import Group, Row, Side, lay, start
from .header import NEVER, Column, Where
from .rows import CAPITAL, FUND, GENERAL, PERSONNEL, PROGRAMMES, RUNNING, class_rows, source_rows
from .wording import amount_heading, economic_name, numbers_of, spaced, surroundings

_CLASSES = ("301", "302", "303", "307", "309", "310", "312", "311", "313", "399")
_OWN = ("superior", "affiliated", "business", "other", "operations")
_OWN_NAMES = {
    "superior": "上级补助收入",
    "affiliated": "附属单位上缴收入",
    "business": "事业单位经营收入",
    "other": "其他收入",
    "operations": "事业收入",
}
_OTHER_NATURES: dict[Nature, str] = {
    "upper": "上缴上级支出",
    "business": "事业单位经营支出",
    "subsidy": "对附属单位补助支出",
}


def revenue_expenditure_summary(context: Context) -> tuple[Made, ...]:
    """收支总表: all revenue against all expenditure."""
    names = (
        "收支总表",
        "收支总表",
        "收支预算总表",
        "收支总体情况表",
        "收支预算表",
        "收支总体情况公开表",
        "部门收支总表",
    )
    return (_summary(context, "budget.revenue_expenditure_summary", names, 1, fiscal=False),)


def fiscal_appropriation_summary(context: Context) -> tuple[Made, ...]:
    """财政拨款收支总表: the same for what the treasury appropriates, often by fund."""
    names = (
        "财政拨款收支总表", "财政拨款收支预算总表", "财政拨款收支总体情况表", "财政拨款收支预算表",
        "财政拨款收支总体情况公开表", "部门财政拨款收支总表",
    )  # fmt: skip
    kind = "budget.fiscal_appropriation_summary"
    if context.chance(0.55):
        return (_by_fund(context, kind, names),)
    return (_summary(context, kind, names, 4, fiscal=True),)


def _summary(context: Context, kind: str, names: tuple[str, ...], number: int, *, fiscal: bool) -> Made:
    numbers = numbers_of(context)
    source: Source = "fiscal" if fiscal else ""
    spending = Quantity("spending", source=source)
    carried = _carried(context, fiscal)
    bodies = {
        "economic": ("项目（按经济分类）", _economic(context, spending)),
        "function": ("项目（按功能分类）", _function(context, spending)),
        "nature": ("项目（按支出性质）", _nature(context, spending)),
    }
    shapes = ("economic function", "economic function", "function", "function", "nature", "function nature")
    shown = context.choose(*shapes).split()
    heading = amount_heading(context)
    grouped = context.chance(0.8)
    revenue = _revenue(context, Quantity("receipts", source=source), fiscal)
    sides = [_side(context, "收入", ("项目",), heading, grouped, revenue, carried)]
    for index, by in enumerate(shown):
        label = bodies[by][0] if len(shown) > 1 or context.chance(0.4) else context.choose("项目", "项 目")
        side = _side(
            context, "支出", (label,), heading, grouped, Side((), bodies[by][1], spending), carried, index
        )
        sides.append(side)
    if grouped:
        sides = _under_one_heading(context, sides)
    builder = start(context, kind, kind, sides, numbers)
    lay(builder, sides, "stars" if context.chance(0.06) else "")
    notes = ("注：收入总计=本年收入合计+上年结转。",) if carried and context.chance(0.1) else ()
    return builder.build(**surroundings(builder, names, number), notes=notes)


def _carried(context: Context, fiscal: bool) -> bool:
    """Whether what is carried in and out is printed: always where there is any."""
    source: Source = "fiscal" if fiscal else ""
    anyway = context.chance(0.7)
    value = context.accounts.value
    some = value(Quantity("opening", source=source)) or value(Quantity("closing", source=source))
    return anyway or bool(some)


def _side(
    context: Context,
    top: str,
    labels: tuple[str, ...],
    heading: str,
    grouped: bool,
    side: Side,
    carried: bool,
    index: int = 0,
) -> Side:
    """A side with its columns and its closing rows; a second spending side names its totals otherwise."""
    label = labels[0] if grouped or labels[0] not in ("项目", "项 目") else f"{top}项目"
    columns = (Column(label, "name", weight=2.6), Column(heading, weight=1.2))
    word = f"{top}" if index == 0 else context.choose(top, "支出功能科目")
    total = Row(
        (spaced(context, f"{word}总计"),), {"flow": "income" if top == "收入" else "outlay"}, centred=True
    )
    if not carried:
        final = replace(total, labels=(spaced(context, context.choose(f"{word}合计", f"{word}总计")),))
        return replace(side, columns=columns, final=final)
    year = Row((spaced(context, f"本年{word}合计"),), {}, centred=context.chance(0.7))
    if top == "收入":
        closing = (year, _opening(context, side))
    else:
        next_year = context.habit(
            "closing", "结转下年", "结转下年", "年终结转结余", "结转下年支出", "五、结转下年"
        )
        closing = (year, Row((next_year,), {"flow": "closing"}))
    return replace(side, columns=columns, closing=closing, final=total)


def _opening(context: Context, side: Side) -> Row:
    """上年结转, sometimes with the funds it comes from."""
    name = context.habit(
        "opening", "上年结转", "上年结转", "上年结余结转", "四、上年结转", "十、上年结转", "使用上年结转"
    )
    fiscal = side.base.source == "fiscal"
    rest: tuple[dict[str, str], ...] = tuple({"flow": "opening", "source": source} for source in _OWN)
    parts = (
        Row(("（一）财政拨款（补助）结转",), {"flow": "opening", "source": "fiscal"}),
        Row(("（二）其他结转",), NEVER if fiscal else rest),
    )
    if fiscal or context.chance(0.4):
        parts = (
            Row(("（一）一般公共预算结转",), {"flow": "opening", **GENERAL}),
            Row(("（二）政府性基金预算结转",), {"flow": "opening", **FUND}),
            Row(("（三）国有资本经营预算结转",), {"flow": "opening", **CAPITAL}),
            *(() if fiscal else (Row(("（四）单位资金结转",), rest),)),
        )
    groups = (Group(parts, "outline"),) if context.chance(0.5) else ()
    return Row((name,), {"flow": "opening"}, groups)


def _under_one_heading(context: Context, sides: list[Side]) -> list[Side]:
    """收入 over the first side, 支出 over all others, whose rows stay their own."""
    over, under = spaced(context, "收入"), spaced(context, "支出")
    first = replace(sides[0], columns=(Column(over, parts=sides[0].columns),))
    rest = [
        replace(side, columns=(Column(under, parts=side.columns, joined=index > 0),))
        for index, side in enumerate(sides[1:])
    ]
    return [first, *rest]


def _revenue(context: Context, base: Quantity, fiscal: bool) -> Side:
    """The sources of revenue as an outline, in one of three traditions."""
    style = context.choose("plain", "plain", "grouped", "treasury")
    if style == "treasury":
        return Side((), _treasury(fiscal), base)
    entries = source_rows(context, all_sources=context.chance(0.7))
    if fiscal:
        entries = tuple(entry for entry in entries if entry[1] in (GENERAL, FUND, CAPITAL))
    if style == "plain" or fiscal:
        rows = tuple(
            Row((f"{ordinal(i)}、{name}",), where) for i, (name, where) in enumerate(entries, start=1)
        )
        return Side((), rows, base)
    appropriated = [e for e in entries if e[1] in (GENERAL, FUND, CAPITAL)]
    own = [e for e in entries if e[1] not in (GENERAL, FUND, CAPITAL, NEVER)]
    rows = (
        _outline("一、财政拨款收入", {"source": "fiscal"}, appropriated),
        Row(("二、财政专户管理资金收入",), NEVER),
        _outline("三、单位资金收入", tuple({"source": source} for source in _OWN), own),
    )
    return Side((), rows, base)


def _outline(name: str, where: Where, entries: list[tuple[str, Where]]) -> Row:
    parts = tuple(
        Row((f"（{ordinal(i)}）{part}",), changes) for i, (part, changes) in enumerate(entries, start=1)
    )
    return Row((name,), where, (Group(parts, "outline"),) if parts else ())


def _treasury(fiscal: bool) -> tuple[Row, ...]:
    """As treasuries list it: appropriations by how they are released, then funds, then own money."""
    appropriated = (
        Row(("（一）财政指标拨款（补助）",), GENERAL),
        Row(("（二）纳入金库非税收入安排的拨款",), NEVER),
        Row(("（三）上级专项转移支付",), NEVER),
    )
    own = tuple(
        Row((f"（{ordinal(i)}）{_OWN_NAMES[source]}",), NEVER if fiscal else {"source": source})
        for i, source in enumerate(_OWN, start=1)
    )
    return (
        Row(("一、财政拨款（补助）",), GENERAL, (Group(appropriated, "outline"),)),
        Row(("二、政府性基金",), FUND),
        Row(("三、国有资本经营预算",), CAPITAL),
        Row(("四、纳入财政专户管理资金（教卫专用）",), NEVER),
        Row(
            ("五、其他自有资金",),
            NEVER if fiscal else tuple({"source": s} for s in _OWN),
            (Group(own, "outline"),),
        ),
    )


def _economic(context: Context, of: Quantity) -> tuple[Row, ...]:
    """By economic class, and the same money again by nature: two partitions in one column."""
    classes = _economics(context, of, {}, _CLASSES)
    basic = _economics(context, of, {"nature": "basic"}, ("301", "302", "303", "310"), "一般资本性支出")
    listed = context.chance(0.6)
    natures = [
        Row(("其中：基本支出",), {"nature": "basic"}, (Group(basic, "outline"),)),
        Row(
            ("其中：部门项目支出" if listed else "项目支出",),
            {"nature": "project"},
            (Group(_programmes(), "outline"),) if listed else (),
        ),
        *_others(context, of, "其中："),
    ]
    if context.chance(0.4):
        never = tuple(Row((name,), NEVER) for name in PROGRAMMES.values())
        natures.append(Row(("其中：公共项目（专项资金）支出",), NEVER, (Group(never, "outline"),)))
    groups = [Group(classes, "outline")]
    if context.chance(0.8):
        groups.append(Group(tuple(natures), "outline", "usual", indent=0))
    return (Row((context.choose("一、经济分类", "一、按经济分类", "一、本年支出"),), {}, tuple(groups)),)


def _economics(
    context: Context, of: Quantity, where: dict[str, str], codes: tuple[str, ...], capital: str = ""
) -> tuple[Row, ...]:
    names = {code: economic_name(code) for code in codes} | ({"310": capital} if capital else {})
    return tuple(Row((names[code],), {"economic": code, **where}) for code in codes)


def _programmes() -> tuple[Row, ...]:
    return tuple(
        Row((name,), {"nature": "project", "programme": programme}) for programme, name in PROGRAMMES.items()
    )


def _others(context: Context, of: Quantity, before: str = "") -> tuple[Row, ...]:
    """The rare natures of spending, where the accounts have them or the form lists them anyway."""
    every = context.chance(0.3)
    return tuple(
        Row((before + name,), {"nature": nature})
        for nature, name in _OTHER_NATURES.items()
        if every or context.accounts.value(replace(of, nature=nature))
    )


def _function(context: Context, of: Quantity) -> tuple[Row, ...]:
    style = context.choose("code", "ordinal", "ordinal", "brackets", "plain")
    return class_rows(context, of, context.chance(0.6), style)


def _nature(context: Context, of: Quantity) -> tuple[Row, ...]:
    """By nature: basic spending on people and on running costs, projects, and the rest."""
    personnel = (
        Row(("工资福利支出",), {"nature": "basic", "economic": "301"}),
        Row(("对个人和家庭的补助",), {"nature": "basic", "economic": "303"}),
    )
    parts = (
        Row(
            (context.choose("（一）人员经费", "人员经费", "1、人员经费"),),
            {"nature": "basic", "economics": PERSONNEL},
            (Group(personnel, "outline"),) if context.chance(0.6) else (),
        ),
        Row(
            (context.choose("（二）公用经费", "日常公用经费", "2、公用经费"),),
            {"nature": "basic", "economics": RUNNING},
        ),
    )
    programmes = (Group(_programmes(), "outline"),) if context.chance(0.5) else ()
    rows = (
        Row(("一、基本支出",), {"nature": "basic"}, (Group(parts, "outline"),)),
        Row(("二、项目支出",), {"nature": "project"}, programmes),
    )
    others = _others(context, of)
    return rows + tuple(
        replace(row, labels=(f"{ordinal(i)}、{row.labels[0]}",)) for i, row in enumerate(others, start=3)
    )


def _by_fund(context: Context, kind: str, names: tuple[str, ...]) -> Made:
    """Revenue by fund against expenditure by function with a column for each fund."""
    numbers = numbers_of(context)
    funds = fund_names(context)
    if context.chance(0.3) and not context.accounts.value(Quantity("outlay", fund="capital")):
        funds = funds[:2]
    base = Quantity("spending", source="fiscal")
    parts = tuple(Column(name, where=where, weight=1.2) for name, where in funds)
    heading = amount_heading(context)
    total = Column(context.choose("", "", heading), parts=parts, total=spaced(context, "合计"), weight=1.2)
    revenue = Column(
        spaced(context, "收入"), parts=(Column("项目", "name", weight=2.4), Column(heading, weight=1.2))
    )
    spending = Column(spaced(context, "支出"), parts=(Column("项目", "name", weight=2.6), total))
    income = Row((spaced(context, "收入总计"),), {"flow": "income"}, centred=True)
    outlay = Row((spaced(context, "支出总计"),), {"flow": "outlay"}, centred=True)
    sides = [
        Side((revenue,), _fund_rows(), Quantity("receipts", source="fiscal"), final=income),
        Side((spending,), _spent_rows(context, base), base, final=outlay),
    ]
    builder = start(context, kind, kind, sides, numbers)
    lay(builder, sides)
    return builder.build(**surroundings(builder, names, 4))


def _fund_rows() -> tuple[Row, ...]:
    funds = (("一般公共预算拨款", GENERAL), ("政府性基金预算拨款", FUND), ("国有资本经营预算拨款", CAPITAL))
    rows = []
    for name, flow in (("一、本年收入", "receipts"), ("二、上年结转", "opening")):
        parts = tuple(
            Row((f"（{ordinal(i)}）{fund}",), {"flow": flow, **where})
            for i, (fund, where) in enumerate(funds, start=1)
        )
        rows.append(Row((name,), {"flow": flow}, (Group(parts, "outline"),)))
    return tuple(rows)


def _spent_rows(context: Context, base: Quantity) -> tuple[Row, ...]:
    style = context.choose("brackets", "brackets", "plain", "code")
    classes = class_rows(context, base, context.chance(0.6), style)
    return (
        Row(("一、本年支出",), {}, (Group(classes, "outline"),)),
        Row(("二、结转下年",), {"flow": "closing"}),
    )
