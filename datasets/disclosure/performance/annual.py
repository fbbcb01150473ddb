"""项目申报表 with its sources of money, its cost lines and its annual targets: two tables or three."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ....document import ColumnRole
from ...content import At, RelationContent
from ..accounts import Fund, Project, Source
from ..building import ONE, Context, Made
from ..catalogue import subjects
from .form import TARGET, Form, current
from .numbers import in_wan, part_of
from .words import STANDARDS, basis, content, draw_indicators, person

_SOURCES: tuple[tuple[str, Fund, Source], ...] = (
    ("财政拨款", "general", "fiscal"),
    ("纳入预算管理的非税收入", "", ""),
    ("单位往来资金结算", "", ""),
    ("其他资金", "general", "other"),
    ("上级专项转移支付资金", "", ""),
    ("政府性基金", "fund", "fiscal"),
    ("纳入财政专户管理资金", "", ""),
)
"""Sources and, where the ledger knows them, their fund and source."""


def annual(context: Context, project: Project, key: str) -> tuple[Made, ...]:
    """The application with its cost lines in it or in a second table, and the table of targets."""
    form = Form(context, key, TARGET, [1.2, 1.6, 1.1, 1.6])
    _about(form, project)
    total = _sources(form, project)
    joined = context.habit("costs joined", "no", "no", "yes") == "yes"
    if joined:
        _costs(form, project, total, 0)
    title = context.habit("annual title", "项目申报表", "项目支出绩效目标申报表", "部门预算项目申报表")
    right = context.habit("annual right", "", "单位：{}", "金额单位：{}").format(form.numbers.total.unit)
    made = [form.table.build(title=title, right=right)]
    if not joined:
        made.append(_cost_table(context, project, f"{key}/costs", total, right))
    made.append(_targets(context, project, f"{key}/targets"))
    return tuple(made)


def _about(form: Form, project: Project) -> None:
    context = form.context
    accounts = context.accounts
    form.pairs(("项目名称", project.name))
    form.pairs(("项目主管部门", accounts.organization), ("项目执行单位", accounts.units[-1][1]))
    form.pairs(("项目负责人", person(context)), ("联系电话", ""))
    kinds = {"recurrent": "经常性项目", "policy": "政策性项目", "once": "一次性项目", "other": "其他项目"}
    form.pairs(("项目类型", kinds.get(project.programme, "其他项目")))
    form.pairs(("项目申请理由", basis(context, project)))
    form.pairs(("项目主要内容", content(context)))


def _sources(form: Form, project: Project) -> At:
    """The year's budget and where it comes from; the total."""
    context, table, accounts = form.context, form.table, form.context.accounts
    quantity = current(context, project)
    yuan = accounts.value(quantity)
    later = part_of(context, yuan, 0.5, 2.0) if project.years[0] < project.years[1] else Decimal(0)
    form.label(0, "项目总预算")
    whole = table.money(form.row, 1, yuan + later, numbers=form.numbers.part)
    form.label(2, "项目当年预算")
    this_year = table.figure(form.row, 3, quantity, numbers=form.numbers.total)
    table.sum(this_year, [whole], "outline", "hint", "at_most", numbers=form.numbers.coarse)
    form.row += 1
    year = accounts.year
    before = [in_wan(accounts.value(replace(quantity, flow=flow))) for flow in ("prior2", "prior")]
    told = f"1、{year - 2}年度预算{before[0]}；2、{year - 1}年度预算{before[1]}；3、当年预算{in_wan(yuan)}。"
    form.pairs(("项目前两年预算及当年预算变动情况", told))
    first = form.row
    form.labels(1, ("资金来源", 2), ("金额", 1))
    form.label(1, "合计", across=2)
    total = table.figure(form.row, 3, quantity, numbers=form.numbers.total)
    form.row += 1
    table.equal(this_year, total, "balance")
    transferred = part_of(context, yuan, 0.2, 0.8) if context.chance(0.2) else Decimal(0)
    parts = []
    for index, (label, fund, source) in enumerate(_SOURCES, start=1):
        table.put(form.row, 1, f"{index}. {label}", col_span=2)
        parts.append(_source(form, project, fund, source, transferred, label.startswith("上级")))
        form.row += 1
    table.sum(total, parts, "total_row", numbers=form.numbers.coarse)
    form.label(0, "项目资金来源", down=form.row - first, row=first)
    return total


def _source(
    form: Form, project: Project, fund: Fund, source: Source, transferred: Decimal, is_transfer: bool
) -> At:
    """One source's amount; what another level transferred is taken off the general budget's money."""
    table, quantity = form.table, replace(current(form.context, project), fund=fund, source=source)
    general = form.context.accounts.value(replace(quantity, fund="general", source="fiscal"))
    moved = transferred if general else Decimal(0)
    if is_transfer or not source:
        return table.money(form.row, 3, moved if is_transfer else Decimal(0), numbers=form.numbers.part)
    if moved and (fund, source) == ("general", "fiscal"):
        return table.money(form.row, 3, general - moved, numbers=form.numbers.part)
    return table.figure(form.row, 3, quantity, numbers=form.numbers.part)


def _costs(form: Form, project: Project, total: At, col: int) -> list[At]:
    """Rows of cost lines below what is there, in four columns from `col`."""
    context, table = form.context, form.table
    quantity = current(context, project)
    if form.row:
        form.labels(col, ("项目支出明细测算", form.width - col))
    form.labels(col, ("经济科目名称", 1), ("金额", 1), ("测算依据及说明", 1), ("备注", 1))
    lines = []
    for code in context.accounts.economics(quantity):
        table.put(form.row, col, subjects()["economic"][code])
        lines.append(
            table.figure(form.row, col + 1, replace(quantity, economic=code), numbers=form.numbers.total)
        )
        table.put(form.row, col + 2, f"依据{context.choose('近两年支出情况', '合同约定', '行业标准')}测算")
        form.row += 1
    if table.key == total.key:
        table.sum(total, lines, "outline", numbers=form.numbers.coarse)
    return lines


def _cost_table(context: Context, project: Project, key: str, total: At, right: str) -> Made:
    """项目支出明细测算 as a table of its own, whose lines add up to the form's total."""
    roles: list[ColumnRole] = ["name", "amount", "text", "text"]
    form = Form(context, key, TARGET, [1.2, 1.0, 2.6, 0.7], roles)
    heads = ("经济科目名称", "金额", "测算依据及说明", "备注")
    form.table.head([heads])
    form.row = 1
    quantity = current(context, project)
    lines = []
    for code in context.accounts.economics(quantity):
        form.value(0, subjects()["economic"][code])
        lines.append(
            form.table.figure(form.row, 1, replace(quantity, economic=code), numbers=form.numbers.total)
        )
        form.value(2, f"{basis(context, project)}")
        form.row += 1
    terms = tuple((line, ONE) for line in lines)
    tolerance = form.numbers.total.tolerance(len(lines))
    form.table.relations.append(RelationContent("sum", "law", "cross_table", total, terms, tolerance))
    return form.table.build(title="项目支出明细测算", right=right)


def _targets(context: Context, project: Project, key: str) -> Made:
    """年度绩效目标表: targets with values of two earlier years, mostly left out."""
    form = Form(context, key, TARGET, [1.4, 0.9, 1.1, 1.5, 0.8, 0.8, 1.1, 0.9])
    year = context.accounts.year
    years = context.habit("target years", "words", "words", "numbers") == "words"
    spans = ("前年", "上年", "预计当年实现") if years else (f"{year - 2}年", f"{year - 1}年", f"{year}年")
    if context.habit("targets nested", "no", "no", "yes") == "yes":
        over = [(word, 2, 1) for word in ("目标名称", "一级指标", "二级指标", "指标内容")]
        form.table.head([[*over, ("指标值", 1, 3), ("绩效标准", 2, 1)], spans])
    else:
        values = [f"指标值（{span}）" for span in spans]
        form.table.head([["目标名称", "一级指标", "二级指标", "指标内容", *values, "绩效标准"]])
    form.row = form.table.header_rows
    amount = in_wan(context.accounts.value(current(context, project)))
    for line in draw_indicators(context, amount):
        texts = (
            project.name,
            line.first,
            line.second,
            line.name,
            "",
            "",
            line.value,
            context.choose(*STANDARDS),
        )
        for col, text in enumerate(texts):
            form.value(col, text)
        form.row += 1
    return form.table.build(
        title=context.habit("targets title", "年度绩效目标表", "项目年度绩效目标表"), unit=None
    )
