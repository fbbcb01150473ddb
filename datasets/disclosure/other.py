"""Tables of no kind of their own: work done, assets in use, units covered, where to ask.

They stand between the others to be told apart from them; few of their numbers are money, and
none of them names a person or a telephone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...document import ColumnRole
from ..content import At
from .building import Context, Made, TableBuilder
from .numbers import Numbers

KIND = "other"
_TASKS = (
    "推进政务公开", "优化营商环境", "加强队伍建设", "落实安全生产责任", "提升信息化水平", "规范资金管理",
    "开展专项整治", "完善工作制度", "服务基层群众", "做好普法宣传",
)  # fmt: skip
_CONTENT = (
    "制定年度方案，分解任务到科室，按季度检查进度",
    "对重点事项逐项梳理，形成清单并向社会公布",
    "组织业务培训，覆盖全体在岗人员",
    "开展自查自纠，对发现的问题限期整改",
    "完成系统升级改造，保障平台稳定运行",
    "深入街道和社区走访，收集意见并及时反馈",
)
_OUTCOMES = (
    "已完成",
    "全部完成",
    "完成",
    "按计划推进，年内已完成",
    "基本完成，个别事项转入下年",
    "已完成，效果良好",
)
_OFFICES = ("办公室", "财务科", "政策法规科", "业务一科", "业务二科", "信息科", "人事科")


def others(context: Context) -> tuple[Made, ...]:
    """One or two tables."""
    makers: tuple[Callable[[Context, str], Made], ...] = (_work, _assets, _units, _contacts)
    chosen = context.rng.permutation(len(makers))[: 1 + int(context.rng.random() < 0.3)].tolist()
    keys = (KIND, f"{KIND}/2")
    return tuple(makers[index](context, key) for index, key in zip(sorted(chosen), keys, strict=False))


OTHER_TABLES: Mapping[str, Callable[[Context], tuple[Made, ...]]] = {KIND: others}
"""Makers by kind, as those of the other registries."""


def _work(context: Context, key: str) -> Made:
    """重点工作完成情况: running number, task, content, outcome."""
    columns: list[ColumnRole] = ["line_number", "text", "text", "text"]
    table = TableBuilder(context, key, KIND, columns, weights=[0.5, 1.5, 4.0, 1.6])
    table.head(
        [
            [
                "序号",
                context.choose("重点工作事项", "重点工作", "工作事项"),
                context.choose("工作内容及目标", "主要内容", "工作任务及目标"),
                context.choose("完成情况", "工作完成情况", "进展"),
            ]
        ]
    )
    count = int(context.rng.integers(3, 9))
    for row, index in enumerate(context.rng.permutation(len(_TASKS))[:count].tolist(), start=1):
        table.put(row, 0, str(row), align="center")
        table.put(row, 1, _TASKS[index])
        table.put(row, 2, f"{context.choose(*_CONTENT)}；{context.choose(*_CONTENT)}。")
        table.put(row, 3, context.choose(*_OUTCOMES))
    year = context.accounts.year
    title = context.choose(f"{year}年重点工作完成情况", f"{year}年度重点工作完成情况表", "重点工作完成情况")
    return table.build(title=title, unit=None, left=_left(context))


def _assets(context: Context, key: str) -> Made:
    """国有资产占用情况表: counts that add up, none of them money."""
    columns: list[ColumnRole] = ["name", "text", "text"]
    table = TableBuilder(context, key, KIND, columns, weights=[2.4, 1.0, 1.0])
    table.head([[context.choose("项目", "资产类别"), "计量单位", context.choose("数量", "年末数量", "存量")]])
    kinds = ("1.机要通信用车", "2.应急保障用车", "3.执法执勤用车", "4.特种专业技术用车", "5.其他用车")
    counts = [int(n) for n in context.rng.integers(0, 9, len(kinds))]
    table.put(1, 0, context.choose("一、车辆数合计", "一、车辆"))
    total = _count(table, 1, "辆", sum(counts))
    parts = []
    for row, (kind, count) in enumerate(zip(kinds, counts, strict=True), start=2):
        table.put(row, 0, kind, indent=1)
        parts.append(_count(table, row, "辆", count))
    table.sum(total, parts, "outline", numbers=Numbers())  # counts are never rounded
    table.put(7, 0, "二、单价50万元以上通用设备")
    _count(table, 7, "台（套）", int(context.rng.integers(0, 5)))
    table.put(8, 0, "三、单价100万元以上专用设备")
    _count(table, 8, "台（套）", int(context.rng.integers(0, 3)))
    year = context.accounts.year
    title = context.choose("国有资产占用情况表", f"{year}年度国有资产占有使用情况表", "国有资产占用情况")
    return table.build(title=title, unit=None, left=_left(context))


def _count(table: TableBuilder, row: int, measure: str, count: int) -> At:
    table.put(row, 1, measure, align="center")
    return table.put(row, 2, str(count), align="right")


def _units(context: Context, key: str) -> Made:
    """The units that the document covers, with their codes."""
    columns: list[ColumnRole] = ["line_number", "code", "name", "text"]
    table = TableBuilder(context, key, KIND, columns, weights=[0.5, 1.0, 3.0, 1.2])
    table.head([["序号", "单位编码", "单位名称", context.choose("单位性质", "单位类型", "经费来源")]])
    for row, (code, name) in enumerate(context.accounts.units, start=1):
        table.put(row, 0, str(row), align="center")
        table.put(row, 1, code, align="center")
        table.put(row, 2, f"{name}（本级）" if row == 1 else name)
        table.put(row, 3, "行政单位" if row == 1 else context.choose("事业单位", "全额拨款", "差额拨款"))
    accounts = context.accounts
    plan = "决算" if accounts.stage == "final" else "预算"
    title = context.choose(
        f"部门{plan}单位构成", f"{accounts.year}年度{plan}单位汇总表", f"纳入部门{plan}的单位名单"
    )
    return table.build(title=title, unit=None)


def _contacts(context: Context, key: str) -> Made:
    """Which office answers questions; its numbers are rooms, and telephones stay blank."""
    columns: list[ColumnRole] = ["name", "text", "text", "text"]
    table = TableBuilder(context, key, KIND, columns, weights=[1.2, 2.4, 1.0, 1.2])
    table.head([["科室", "咨询事项", "房间号", context.choose("联系电话", "联系方式", "咨询电话")]])
    count = int(context.rng.integers(3, len(_OFFICES) + 1))
    for row, office in enumerate(_OFFICES[:count], start=1):
        table.put(row, 0, office, align="center")
        table.put(row, 1, f"{context.choose(*_TASKS)}相关事项")
        table.put(row, 2, str(int(context.rng.integers(101, 620))), align="center")
    return table.build(title=context.choose("信息公开联系表", "咨询联系表", "政务公开咨询方式"), unit=None)


def _left(context: Context) -> str:
    name = context.accounts.organization
    return context.choose("", f"单位：{name}", f"单位名称：{name}", "")
