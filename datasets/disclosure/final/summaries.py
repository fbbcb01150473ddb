"""收入支出决算总表 and 财政拨款收入支出决算总表: receipts beside spending by functional class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..accounts import Fund, Quantity, Source
from ..building import Context, Made
from ..catalogue import classes_since, former_names, function_classes, ordinal, subjects
from .frame import house, table_numbers
from .sides import Entry, Side, TwoSides, draw_layout

# 社会保险基金支出, 预备费, 转移性支出 and 债务发行费用支出 are no department's.
_NO_DEPARTMENT = ("209", "227", "230", "233")
_RARE = "223"  # not listed before 2019, unless something was spent
FUNDS: tuple[Fund, ...] = ("general", "fund", "capital")


def summary(context: Context) -> Made:
    """收入支出决算总表: 本年收入 + 使用结余 + 年初结转 = 总计 = 本年支出 + 结余分配 + 年末结转."""
    receipts, spending = Quantity("receipts"), Quantity("spending")
    left = Side(
        house(context, "left word", ("收入", "收 入", "收    入")),
        _receipts(context),
        (
            Entry("sum", _label(context, "本年收入合计"), (receipts,)),
            Entry("carried", house(context, "used", ("使用非财政拨款结余", "用事业基金弥补收支差额",
                  "使用非财政拨款结余（含专用结余）")), (Quantity("surplus_used"),)),
            Entry("carried", _opening(context), (Quantity("opening"),)),
            Entry("total", _label(context, "总计"),
                  (Quantity("income"),)),
        ),
        (_amount(context),),
    )  # fmt: skip
    right = Side(
        house(context, "right word", ("支出", "支 出", "支    出")),
        _classes(context, lambda code: (Quantity("spending", function=code),)),
        (
            Entry("sum", _label(context, "本年支出合计"), (spending,)),
            Entry("carried", "结余分配", (Quantity("distributed"),)),
            Entry("carried", _closing(context), (Quantity("closing"),)),
            Entry("total", _label(context, "总计"),
                  (Quantity("outlay"),)),
        ),
        (_amount(context),),
    )  # fmt: skip
    kind = "final.revenue_expenditure_summary"
    table = TwoSides(context, kind, draw_layout(context), (left, right), table_numbers(context))
    names = ("收入支出决算总表", "收入支出决算总表", "收支决算总表", "部门收支决算总表")
    notes = (
        "本表反映部门本年度的总收支和年末结转结余情况。",
        "本表列示本年度全部收支以及年初、年末结转结余。",
    )
    return table.build(house(context, "summary", names), 1, house(context, "summary note", notes))


def fiscal_summary(context: Context) -> Made:
    """财政拨款收入支出决算总表: the same for fiscal money alone, spending by fund."""
    funds = FUNDS if _capital_listed(context) else FUNDS[:2]

    def of(quantity: Quantity) -> tuple[Quantity, ...]:
        return (quantity, *(replace(quantity, fund=fund) for fund in funds))

    receipts, spending, opening, closing = (
        Quantity(flow, source="fiscal") for flow in ("receipts", "spending", "opening", "closing")
    )
    left = Side(
        house(context, "left word", ("收入", "收 入", "收    入")),
        tuple(
            Entry("item", f"{ordinal(i)}、{_fund_name(context, fund)}", (replace(receipts, fund=fund),))
            for i, fund in enumerate(funds, start=1)
        ),
        (
            Entry("sum", _label(context, "本年收入合计"), (receipts,)),
            Entry("carried", house(context, "fiscal opening", (
                  "年初财政拨款结转和结余", "年初财政拨款结转和结余", "年初财政拨款结转结余")), (opening,)),
            *(
                Entry("part", _fund_name(context, fund), (replace(opening, fund=fund),), indent=1)
                for fund in funds
            ),
            Entry("total", _label(context, "总计"), (Quantity("income", source="fiscal"),)),
        ),
        (_amount(context),),
    )  # fmt: skip
    over = house(context, "fiscal amounts", ("金额", "决算数", ""))
    right = Side(
        house(context, "right word", ("支出", "支 出", "支    出")),
        _classes(context, lambda code: of(replace(spending, function=code)), fiscal=True),
        (
            Entry("sum", _label(context, "本年支出合计"), of(spending)),
            Entry("carried", house(context, "fiscal closing", (
                  "年末财政拨款结转和结余", "年末财政拨款结转和结余", "年末财政拨款结转结余")), of(closing)),
            Entry("total", _label(context, "总计"), of(Quantity("outlay", source="fiscal"))),
        ),
        (house(context, "fiscal total", ("合计", "小计", "合 计")), *(_fund_name(context, f) for f in funds)),
        over,
    )  # fmt: skip
    kind = "final.fiscal_appropriation_summary"
    table = TwoSides(context, kind, draw_layout(context), (left, right), table_numbers(context))
    names = ("财政拨款收入支出决算总表", "财政拨款收入支出决算总表", "财政拨款收支决算总表")
    notes = (
        "本表反映部门本年度一般公共预算财政拨款、政府性基金预算财政拨款和国有资本经营预算财政拨款的总收支和年末结转结余情况。",
        "本表按资金性质列示本年度财政拨款的收支与结转结余。",
    )
    return table.build(house(context, "fiscal", names), 4, house(context, "fiscal note", notes))


def _receipts(context: Context) -> tuple[Entry, ...]:
    """By source; fiscal money either by fund or as one item with 其中 the government fund."""
    fiscal = Quantity("receipts", source="fiscal")
    entries: list[tuple[str, Quantity]] = []
    whole = not _capital_listed(context) or house(context, "fiscal whole", (False, False, False, True))
    if whole:
        entries.append(("财政拨款收入", fiscal))
    else:
        entries += [(f"{_fund_name(context, fund)}收入", replace(fiscal, fund=fund)) for fund in FUNDS]
    others: tuple[tuple[Source, str], ...] = (
        ("superior", "上级补助收入"), ("operations", "事业收入"), ("business", "经营收入"),
        ("affiliated", "附属单位上缴收入"), ("other", "其他收入"),
    )  # fmt: skip
    entries += [(label, Quantity("receipts", source=source)) for source, label in others]
    listed = [
        Entry("item", f"{ordinal(i)}、{label}", (quantity,))
        for i, (label, quantity) in enumerate(entries, start=1)
    ]
    if whole:
        part = replace(fiscal, fund="fund")
        listed.insert(1, Entry("of_which", "其中：政府性基金预算财政拨款", (part,), indent=1))
    return tuple(listed)


def _classes(
    context: Context, values: Callable[[str], tuple[Quantity, ...]], fiscal: bool = False
) -> tuple[Entry, ...]:
    spent = Quantity("spending", source="fiscal" if fiscal else "")
    used = set(context.accounts.functions(spent, 3))
    year = context.accounts.year
    only_used = house(context, "only used classes", (False, False, False, False, True))
    codes = [
        code
        for code in function_classes()
        if code in used
        or (
            not only_used
            and code not in _NO_DEPARTMENT
            and (2019 if code == _RARE else classes_since(code)) <= year
        )
    ]
    spaced = house(context, "ordinal mark", ("、", "、", "、 "))
    return tuple(
        Entry("item", f"{ordinal(i)}{spaced}{_class_name(context, code)}", values(code))
        for i, code in enumerate(codes, start=1)
    )


def _class_name(context: Context, code: str) -> str:
    names = [subjects()["function"][code], *former_names().get(code, [])]
    return house(context, f"name {code}", [names[0]] * 4 + names)


def _capital_listed(context: Context) -> bool:
    """State capital has its own lines since 2019; earlier only where there is some."""
    return context.accounts.year >= 2019 or any(
        line.fund == "capital" and line.amount for line in context.accounts.lines
    )


def _fund_name(context: Context, fund: Fund) -> str:
    name = {"general": "一般公共预算", "fund": "政府性基金预算", "capital": "国有资本经营预算"}[fund]
    return name + house(context, "fund suffix", ("财政拨款", "财政拨款", "财政拨款", ""))


def _label(context: Context, word: str) -> str:
    if word == "总计":
        return house(context, "grand total", ("总计", "总 计", "总    计", "总计"))
    spread = f"{word[:4]} {word[4]} {word[5]}"
    return house(context, "sum label", (word, word, spread))


def _opening(context: Context) -> str:
    return house(context, "opening", ("年初结转和结余", "年初结转和结余", "上年结转和结余", "年初结转结余"))


def _closing(context: Context) -> str:
    return house(context, "closing", ("年末结转和结余", "年末结转和结余", "结转下年", "年末结转结余"))


def _amount(context: Context) -> str:
    return house(context, "amount", ("金额", "金 额", "决算数", "金额"))
