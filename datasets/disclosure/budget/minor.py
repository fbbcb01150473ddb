"""Lists at the end of a budget: projects, government procurement, services bought from others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ....document import ColumnRole
from ...content import At
from ..accounts import Line, Procurement, Quantity
from ..building import Context, Made, TableBuilder
from .columns import fund_names, summed
from .function import nothing
from .grid import Group, Row, Side, lay, start
from .header import Column
from .rows import CAPITAL, FUND, GENERAL, PROGRAMMES, per_unit
from .wording import Labels, economic_name, numbering, numbers_of, spaced, surroundings

_PROJECTS = Quantity("spending", nature="project")
_SERVICES = ("30203", "30209", "30213", "30226", "30227")
"""What is bought as a service: advice, property management, repairs, labour, commissioned work."""


@dataclass(frozen=True)
class _Field:
    """A label column of a list: its heading, role and width."""

    heading: str
    role: ColumnRole
    weight: float = 1.0

    @property
    def column(self) -> Column:
        return Column(self.heading, self.role, weight=self.weight)


def project_expenditure(context: Context) -> tuple[Made, ...]:
    """项目支出表: a row for each project, sources of money or economic classes as columns."""
    kind = "budget.project_expenditure"
    names = (
        "项目支出表", "项目支出预算表", "项目支出明细表", "部门项目支出表", "项目支出情况表",
        "项目支出预算明细表",
    )  # fmt: skip
    numbers = numbers_of(context, longer=True)
    projects = _projects(context)
    chosen = _fields(context)
    rows = tuple(
        Row(tuple(_told(context, field, index, line) for field in chosen), {"project": line.project})
        for index, line in enumerate(projects, start=1)
    )
    labels = Labels("name", tuple(field.column for field in chosen.values()))
    if context.chance(0.3) and per_unit(context, "spending") and "number" not in chosen:
        rows = _under_units(context, labels, list(chosen), projects, rows)
    word = spaced(context, context.choose("合计", "合计", "总计"))
    name = list(chosen).index("name")
    texts = tuple(word if index == name else "" for index in range(len(chosen)))
    place = context.choose("top", "top", "bottom")
    span = context.chance(0.3)
    group = (Group(rows, "total_row", indent=0),)
    total = Row((word,) if span else texts, {}, group, after=place == "bottom", span=span, centred=not span)
    columns = _money_columns(context)
    side = Side((*labels.columns, columns), (total,) if projects else (), _PROJECTS)
    builder = start(context, kind, kind, [side], numbers)
    lay(builder, [side], numbering(context))
    return (builder.build(**surroundings(builder, names, 11)),)


def _projects(context: Context) -> list[Line]:
    """One line for each project with money this year, in the ledger's order."""
    found: dict[str, Line] = {}
    for line in context.accounts.matching(_PROJECTS):
        found.setdefault(line.project, line)
    return list(found.values())


def _fields(context: Context) -> dict[str, _Field]:
    """The label columns of a list of projects in print order."""
    fields = {
        "number": _Field("序号", "line_number", 0.5),
        "unit": _Field(context.choose("单位名称", "项目单位", "预算单位"), "text", 2.0),
        "code": _Field(context.choose("项目编码", "项目代码"), "code", 1.5),
        "name": _Field(context.choose("项目名称", "项目名称", "项目", "项目名称（支出方向）"), "name", 2.6),
        "type": _Field(context.choose("项目类别", "项目类型", "类型"), "text", 1.1),
    }
    share = {"number": 0.35, "unit": 0.35, "code": 0.3, "name": 1.0, "type": 0.4}
    kept = {key: field for key, field in fields.items() if context.chance(share[key])}
    if "type" in kept and context.chance(0.3):
        return {"type": kept.pop("type"), **kept}
    return kept


def _told(context: Context, field: str, index: int, line: Line) -> str:
    accounts = context.accounts
    codes = {project.name: project.code for project in accounts.projects}
    texts = {
        "number": str(index),
        "unit": dict(accounts.units).get(line.unit, accounts.organization),
        "code": codes.get(line.project, f"{accounts.code}{accounts.year}90{index:03d}"),
        "name": line.project,
        "type": PROGRAMMES.get(line.programme, "其他项目"),
    }
    return texts[field]


def _under_units(
    context: Context, labels: Labels, fields: list[str], projects: list[Line], rows: tuple[Row, ...]
) -> tuple[Row, ...]:
    """Projects gathered under their units; a unit without a project has no row."""
    name = fields.index("name")
    gathered = []
    for code, unit in context.accounts.units:
        own = tuple(row for row, line in zip(rows, projects, strict=True) if line.unit == code)
        texts = tuple(unit if index == name else "" for index in range(len(fields)))
        if own:
            gathered.append(Row(texts, {"unit": code}, (Group(own, "outline"),)))
    return tuple(gathered)


def _money_columns(context: Context) -> Column:
    """Sources of money, economic classes, or one amount under 合计."""
    if context.chance(0.3):
        codes = context.accounts.economics(_PROJECTS, 3)
        parts = tuple(Column(economic_name(code), where={"economic": code}) for code in codes)
        return summed(context, parts)
    other = Column(context.choose("其他资金", "单位资金", "其他收入"), where=tuple(_own()))
    parts = tuple(Column(name, where=where) for name, where in fund_names(context))
    if context.chance(0.5):
        heading = context.choose("财政拨款", "本年财政拨款")
        parts = (Column(heading, where={"source": "fiscal"}, parts=parts, total="小计"),)
    total = summed(context, (*parts, other))
    return replace(total, text=context.choose("", "", "资金来源", f"{context.accounts.year}年预算数"))


def _own() -> list[dict[str, Any]]:
    return [{"source": s} for s in ("other", "operations", "superior", "affiliated", "business")]


def service_purchase(context: Context) -> tuple[Made, ...]:
    """政府购买服务预算表: projects that buy services, with what they pay for them."""
    kind = "budget.service_purchase"
    names = ("政府购买服务预算表", "政府购买服务支出预算表", "政府购买服务表", "政府购买服务项目预算表")
    numbers = numbers_of(context)
    of = replace(_PROJECTS, economics=_SERVICES)
    numbered, coded, catalogued = (context.chance(share) for share in (0.4, 0.5, 0.5))
    bought = [p for p in _projects(context) if context.accounts.value(replace(of, project=p.project))]
    fields: list[_Field] = [_Field("序号", "line_number", 0.5)] if numbered else []
    fields += [_Field(context.choose("单位名称", "购买主体"), "text", 2.0)] if coded else []
    fields.append(_Field(context.choose("购买服务项目名称", "项目名称", "政府购买服务项目"), "name", 2.6))
    kind_of = context.choose("公共服务", "政府履职所需辅助性服务", "技术性服务")
    fields += (
        [_Field(context.choose("购买服务内容", "服务领域", "指导性目录"), "text", 2.0)] if catalogued else []
    )
    rows = []
    for index, line in enumerate(bought, start=1):
        texts = ([str(index)] if numbered else []) + ([_told(context, "unit", index, line)] if coded else [])
        texts += [line.project, *([kind_of] if catalogued else [])]
        rows.append(Row(tuple(texts), {"project": line.project}))
    word = spaced(context, "合计")
    totals = tuple(word if field.role == "name" else "" for field in fields)
    place = context.choose("top", "bottom")
    total = Row(
        totals, {}, (Group(tuple(rows), "total_row", indent=0),), after=place == "bottom", centred=True
    )
    heading = Column(context.choose("预算金额", "预算数", "购买服务预算金额", "合计"))
    columns: tuple[Column, ...] = (heading,) if context.chance(0.4) else (_money_sources(context),)
    side = Side((*(field.column for field in fields), *columns), (total,) if rows else (), of)
    builder = start(context, kind, kind, [side], numbers)
    lay(builder, [side], numbering(context), 0 if rows else int(context.rng.integers(0, 4)))
    lines = surroundings(builder, names, 13)
    if rows:
        return (builder.build(**lines),)
    return (builder.build(**lines, notes=(nothing(context, "政府购买服务预算"),), declared_empty=True),)


def _money_sources(context: Context) -> Column:
    parts = (
        Column("一般公共预算", where=GENERAL),
        Column("政府性基金预算", where=FUND),
        Column("国有资本经营预算", where=CAPITAL),
        Column("其他资金", where=tuple(_own())),
    )
    return replace(summed(context, parts), text=context.choose("", "资金来源", "预算金额"))


def government_procurement(context: Context) -> tuple[Made, ...]:
    """政府采购预算表: purchases with category, quantity and where the money comes from."""
    kind = "budget.government_procurement"
    names = ("政府采购预算表", "政府采购预算表", "政府采购支出预算表", "政府采购预算明细表", "政府采购情况表")
    numbers = numbers_of(context)
    list_of = _ProcurementTable(context, TableBuilder(context, kind, kind, (), numbers=numbers))
    list_of.write()
    lines = surroundings(list_of.builder, names, 12)
    if context.accounts.procurement:
        return (list_of.builder.build(**lines),)
    what = nothing(context, "政府采购预算")
    return (list_of.builder.build(**lines, notes=(what,), declared_empty=True),)


class _ProcurementTable:
    """Purchases are no lines of the ledger, so this table is put cell by cell."""

    def __init__(self, context: Context, builder: TableBuilder) -> None:
        self.context = context
        self.builder = builder
        self.sources = context.chance(0.55)
        self.grouped = context.chance(0.4)
        self.fields = [
            key
            for key, share in (
                ("number", 0.35), ("project", 0.5), ("category", 0.0 if self.grouped else 0.7), ("item", 1.0),
                ("quantity", 0.6), ("measure", 0.5),
            )
            if context.chance(share)
        ]  # fmt: skip

    def write(self) -> None:
        """Header, rows, totals and their relations."""
        context, builder = self.context, self.builder
        roles: dict[str, ColumnRole] = {"number": "line_number", "item": "name"}
        amounts = 4 if self.sources else 1
        builder.columns = [roles.get(key, "text") for key in self.fields] + ["amount"] * amounts
        builder.weights = [2.2 if key in ("item", "project") else 0.9 for key in self.fields] + [
            1.0
        ] * amounts
        self._head()
        purchases = context.accounts.procurement
        row = builder.header_rows
        if not purchases:
            for blank in range(row, row + int(context.rng.integers(0, 4))):
                builder.put(blank, 0)
            return
        top = context.chance(0.5)
        total_row = row if top else -1
        row += 1 if top else 0
        parts: list[int] = []
        if self.grouped:
            for category in ("货物", "工程", "服务"):
                held = [p for p in purchases if p.category == category]
                if held:
                    parts.append(row)
                    row = self._category(row, category, held)
        else:
            for index, purchase in enumerate(purchases, start=1):
                self._purchase(row, index, purchase)
                parts.append(row)
                row += 1
        total_row = total_row if top else row
        self._total(total_row, spaced(context, "合计"), list(purchases), parts, "total_row")

    def _head(self) -> None:
        context = self.context
        texts = {
            "number": "序号",
            "project": context.choose("项目名称", "采购项目", "项目"),
            "category": context.choose("采购类别", "采购类型"),
            "item": context.choose("采购品目", "品名", "采购目录", "采购品目名称"),
            "quantity": context.choose("数量", "采购数量"),
            "measure": context.choose("计量单位", "单位"),
        }
        if not self.sources:
            amount = context.choose("预算金额", "采购预算金额", "合计", "金额")
            self.builder.head([[*(texts[key] for key in self.fields), amount]])
            return
        labels = [(texts[key], 2, 1) for key in self.fields]
        funds = ["一般公共预算", "政府性基金预算", context.choose("其他资金", "自有资金")]
        total = spaced(context, "合计")
        if context.chance(0.5):
            over = context.choose("资金来源", "采购预算", "预算金额")
            self.builder.head([[*labels, (over, 1, 4)], [total, *funds]])
        else:
            over = context.choose("资金来源", "其中")
            self.builder.head([[*labels, (total, 2, 1), (over, 1, 3)], funds])

    def _category(self, row: int, category: str, held: list[Procurement]) -> int:
        lines = list(range(row + 1, row + 1 + len(held)))
        for index, (line, purchase) in enumerate(zip(lines, held, strict=True), start=1):
            self._purchase(line, index, purchase, indent=1)
        self._total(
            row,
            f"{category}类" if self.context.habit("goods", "类", "") else category,
            held,
            lines,
            "outline",
        )
        return row + 1 + len(held)

    def _purchase(self, row: int, index: int, purchase: Procurement, indent: int = 0) -> None:
        texts = {
            "number": str(index),
            "project": purchase.project,
            "category": purchase.category,
            "item": purchase.item,
            "quantity": str(purchase.quantity),
            "measure": purchase.measure,
        }
        for col, key in enumerate(self.fields):
            side: Any = {"align": "center"} if key in ("number", "quantity", "measure", "category") else {}
            self.builder.put(row, col, texts[key], indent=indent if key == "item" else 0, **side)
        self._amounts(row, [purchase])

    def _total(self, row: int, text: str, held: list[Procurement], lines: list[int], origin: str) -> None:
        col = self.fields.index("item")
        self.builder.put(row, col, text, align="center" if origin == "total_row" else "left")
        self._amounts(row, held)
        first = len(self.fields)
        for at in range(first, first + (4 if self.sources else 1)):
            cells = [self.builder.cells[line, at] for line in (row, *lines)]
            if any(cell.amount for cell in cells):
                key = self.builder.key
                self.builder.sum(At(key, row, at), [At(key, line, at) for line in lines], origin)

    def _amounts(self, row: int, held: list[Procurement]) -> None:
        first, key = len(self.fields), self.builder.key
        total = self.builder.money(row, first, sum((p.amount for p in held), Decimal(0)))
        if not self.sources:
            return
        for offset, source in enumerate(("general", "fund", "other"), start=1):
            amount = sum((p.amount for p in held if self._source(p) == source), Decimal(0))
            self.builder.money(row, first + offset, amount)
        self.builder.sum(total, [At(key, row, first + offset) for offset in (1, 2, 3)], "header_tree")

    def _source(self, purchase: Procurement) -> str:
        """Where a purchase's money comes from: where its project's does."""
        line = next(iter(self.context.accounts.matching(replace(_PROJECTS, project=purchase.project))), None)
        if line is None or (line.source == "fiscal" and line.fund != "fund"):
            return "general"
        return "fund" if line.source == "fiscal" else "other"
