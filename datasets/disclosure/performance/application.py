"""项目支出预算绩效目标申报表: money by level of government and by cost line, this year beside last."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from ...content import At
from ..accounts import Project, Quantity
from ..building import Context, Made
from ..catalogue import subjects
from .form import TARGET, Form, current
from .numbers import in_wan, part_of
from .words import Indicator, basis, boxes, content, draw_indicators, goal, measures, person

_LEVELS = ("市级资金", "省级资金", "中央资金", "区级资金")


def application(context: Context, project: Project, key: str) -> tuple[Made, ...]:
    """One form in seven columns: section, label, and five of values."""
    form = Form(context, key, TARGET, [0.7, 1.0, 1.0, 1.2, 1.2, 1.2, 1.5])
    _about(form, project)
    _money(form, project)
    _plan(form, project)
    _goals(form, project)
    for label, text in (
        ("其他说明的问题", context.choose("无", "", "　无")),
        ("财政部门审核意见", "（盖章）　　年　　月　　日"),
    ):
        form.label(0, label, across=2)
        form.value(2, text, across=5)
        form.row += 1
    year = context.accounts.year
    title = context.habit("application title", "项目支出预算绩效目标申报表", "项目支出绩效目标申报表",
                          f"{year}年度项目支出绩效目标申报表")  # fmt: skip
    left = context.choose(
        "填报单位（盖章）：", f"填报单位（盖章）：{context.accounts.organization}", f"（{year}年度）"
    )
    return (form.table.build(title=title, left=left, notes=_signatures(context)),)


def _signatures(context: Context) -> tuple[str, ...]:
    return ("单位负责人：　　　　填表人：　　　　填表时间：",) if context.chance(0.5) else ()


def _about(form: Form, project: Project) -> None:
    context, first = form.context, form.row
    form.pairs(("项目名称", project.name), start=1)
    before = context.accounts.value(replace(current(context, project), flow="prior"))
    ticked = boxes(context, "新增项目", "延续项目", ticked=int(bool(before)), gap="　　　　")
    form.pairs(("项目属性", ticked), start=1)
    start, end = project.years
    when = f"{start}.01-{end}.12"
    form.pairs(("主管部门", context.accounts.organization), ("项目起止时间", when), start=1, widths=(2, 2))
    form.pairs(("项目负责人", person(context)), ("联系电话", ""), start=1, widths=(2, 2))
    services = boxes(context, "采购类", "修缮类", "奖励类")
    kinds = f"1.基本建设类□　其中：新建□　扩建□　改建□；2.行政事业类☑　其中：{services}；3.其他专项类□"
    form.pairs(("项目类型", kinds), start=1)
    form.pairs(("项目概况", content(context)), start=1)
    form.pairs(("项目立项依据", basis(context, project)), start=1)
    form.label(0, "项目基本情况", down=form.row - first, row=first)


def _money(form: Form, project: Project) -> None:
    first = form.row
    now = current(form.context, project)
    before = replace(now, flow="prior")
    totals = _sources(form, now, before)
    costs = _costs(form, now, before)
    for total, cost in zip(totals, costs, strict=True):
        form.table.equal(total, cost, "balance")
    form.label(0, "项目资金情况", down=form.row - first, row=first)


def _sources(form: Form, now: Quantity, before: Quantity) -> list[At]:
    """合计 and the levels of government that pay, for last year and this one; the totals."""
    context, table, first = form.context, form.table, form.row
    form.labels(2, ("项 目", 2), ("上年度安排资金", 1), ("本年度申请资金", 2))
    levels = [*_LEVELS, "其他资金"] if context.chance(0.2) else list(_LEVELS)
    payers = context.rng.permutation(len(levels))[: 1 + int(context.rng.random() < 0.4)].tolist()
    rows = list(range(form.row, form.row + 1 + len(levels)))
    for row, label in zip(rows, ["合 计", *levels], strict=True):
        table.put(row, 2, label, col_span=2)
    totals: list[At] = []
    for quantity, col, across in ((before, 4, 1), (now, 5, 2)):
        place = _place(form, quantity)
        yuan = context.accounts.value(quantity)
        totals.append(
            table.figure(rows[0], col, quantity, numbers=form.numbers.total, col_span=across, **place)
        )
        lesser = part_of(context, yuan, 0.1, 0.4) if len(payers) == 2 else Decimal(0)
        shares = dict.fromkeys(range(len(levels)), Decimal(0)) | {payers[-1]: lesser}
        shares[payers[0]] = yuan - lesser
        parts = [
            table.money(row, col, shares[i], numbers=form.numbers.part, col_span=across, **place)
            for i, row in enumerate(rows[1:])
        ]
        table.sum(totals[-1], parts, "total_row", numbers=form.numbers.coarse)
    form.row = rows[-1] + 1
    unit = form.numbers.total.unit
    form.label(1, f"项目资金申请（{unit}）", down=form.row - first, row=first)
    return totals


def _costs(form: Form, now: Quantity, before: Quantity) -> list[At]:
    """合计 and cost lines, for last year and this one; the totals."""
    context, table, first = form.context, form.table, form.row
    form.labels(2, ("项 目", 2), ("上年度安排资金", 1), ("本年度申请资金", 1), ("测算依据及说明", 1))
    codes = context.accounts.economics(now)
    numbered = context.chance(0.4)
    total_row = form.row
    table.put(total_row, 2, "合 计", col_span=2)
    table.put(total_row, 6, context.choose("", "合同", "按上年标准测算"))
    for index, code in enumerate(codes, start=1):
        name = subjects()["economic"][code]
        table.put(total_row + index, 2, f"{index}.{name}" if numbered else name, col_span=2)
        table.put(total_row + index, 6, context.choose("", "", "合同", "按实际需要测算"))
    totals: list[At] = []
    for quantity, col in ((before, 4), (now, 5)):
        place = _place(form, quantity)
        totals.append(table.figure(total_row, col, quantity, numbers=form.numbers.total, **place))
        lines = [
            table.figure(
                total_row + i, col, replace(quantity, economic=code), numbers=form.numbers.part, **place
            )
            for i, code in enumerate(codes, start=1)
        ]
        table.sum(totals[-1], lines, "total_row", numbers=form.numbers.coarse)
    form.row = total_row + len(codes) + 1
    if context.chance(0.3):  # a row that nobody filled in
        table.put(form.row, 2, "", col_span=2)
        form.row += 1
    form.label(1, f"支出明细预算（{form.numbers.total.unit}）", down=form.row - first, row=first)
    return totals


def _place(form: Form, quantity: Quantity) -> dict[str, Any]:
    """Year and stage of a column, where it is last year's."""
    return (
        {"year": form.context.accounts.year - 1, "stage": "prior_budget"} if quantity.flow == "prior" else {}
    )


def _plan(form: Form, project: Project) -> None:
    context = form.context
    form.label(0, "单位已有的（或拟订的）保障项目实施的制度、措施", across=2)
    form.value(2, measures(context), across=5)
    form.row += 1
    form.label(0, "项目年度实施进度计划", down=2, across=2)
    form.labels(2, ("项目实施内容", 3), ("开始时间", 1), ("结束时间", 1))
    form.value(2, project.name, across=3)
    year = context.accounts.year
    form.label(5, f"{year}.01")
    form.label(6, f"{year}.12")
    form.row += 1


def _goals(form: Form, project: Project) -> None:
    context, first = form.context, form.row
    form.pairs(("长期绩效目标", goal(context)), start=1)
    form.pairs(("本年度绩效目标", goal(context)), start=1)
    start = form.row
    amount = in_wan(context.accounts.value(current(context, project)))
    indicators = draw_indicators(context, amount, most=2, gaps=0.15)
    produced = [i for i in indicators if i.first == "产出指标"]
    others = [i for i in indicators if i.first != "产出指标"]
    _indicators(form, produced)
    _indicators(form, others)  # under the header printed again
    form.label(1, "项目年度绩效指标", down=form.row - start, row=start)
    form.label(0, "项目年度绩效目标情况", down=form.row - first, row=first)


def _indicators(form: Form, indicators: list[Indicator]) -> None:
    form.labels(2, ("一级指标", 1), ("二级指标", 1), ("三级指标", 2), ("指标值", 1))
    form.runs(2, ["产出指标" if i.first == "产出指标" else "效益指标" for i in indicators], form.row)
    form.runs(
        3,
        [i.second.removesuffix("指标") if i.first != "产出指标" else i.second for i in indicators],
        form.row,
    )
    for indicator in indicators:
        blank = indicator.first == "效益指标" and form.context.chance(0.15)
        form.value(4, "" if blank else indicator.name, across=2)
        form.value(6, "" if blank else indicator.value)
        form.row += 1
