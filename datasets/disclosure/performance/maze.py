"""项目支出绩效目标表 on one page: cost lines with two earlier years, indicators with many blank rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..accounts import Flow, Project, Quantity
from ..building import Context, Made
from ..catalogue import subjects
from .form import TARGET, Form, current
from .numbers import in_wan
from .words import LEVELS, basis, content, draw_indicators, goal

_EARLIER: tuple[tuple[Flow, int, int], ...] = (("prior2", 4, 2), ("prior", 5, 1))
"""Flow, column and years ago of what was spent before."""


def maze(context: Context, project: Project, key: str) -> tuple[Made, ...]:
    """One form in six columns."""
    form = Form(context, key, TARGET, [0.9, 1.2, 1.3, 1.5, 1.2, 1.2])
    kind = context.choose("特定目标类", "其他运转类", "专项业务类")
    lasting = context.choose("持续性项目", "一次性项目", "延续性项目")
    form.pairs(("项目名称", project.name), ("项目类别", kind), ("项目性质", lasting))
    form.pairs(("立项依据", basis(context, project) + context.choose("", f"实施内容：{content(context)}")))
    _costs(form, project)
    form.pairs(("绩效目标", goal(context)))
    _indicators(form, project)
    form.pairs((context.choose("保障绩效目标实现措施", "保障措施"), context.choose(goal(context), "")))
    form.label(0, "主管部门审核意见", down=3)
    for text in ("审核意见：", "　　　　　　　　审核人：", "　　单位公章：　　年　　月　　日"):
        form.value(1, text, across=5)
        form.row += 1
    accounts = context.accounts
    title = context.habit("maze title", f"{accounts.year}年部门预算项目支出绩效目标表", "项目支出绩效目标表",
                          f"{accounts.region}{accounts.year}年预算项目支出绩效目标表")  # fmt: skip
    unit = form.numbers.total.unit
    left = context.habit(
        "maze left", f"申报单位： {accounts.organization}", f"申报单位：{accounts.organization}", ""
    )
    return (form.table.build(title=title, left=left, right=f"金额单位：{unit}"),)


def _costs(form: Form, project: Project) -> None:
    """Cost lines, blank rows between them, and their total; earlier years filled in or not."""
    context, table, first = form.context, form.table, form.row
    year = context.accounts.year
    now = current(context, project)
    earlier = context.chance(0.5)
    done = context.habit("executed", "年实际执行数", "年执行数", "年度实际执行数")
    heads = (
        "成本构成",
        "金额",
        context.choose("测算（公式）依据", "测算依据"),
        f"{year - 2}{done}",
        f"{year - 1}{done}",
    )
    form.labels(1, *((head, 1) for head in heads))
    form.row += int(context.rng.integers(0, 2))
    columns: list[tuple[Quantity, int, dict[str, Any]]] = [(now, 2, {})]
    if earlier:
        for flow, col, ago in _EARLIER:
            columns.append((replace(now, flow=flow), col, {"year": year - ago, "stage": "prior_final"}))
    rows: list[tuple[int, str]] = []
    for code in context.accounts.economics(now):
        form.value(
            1,
            context.choose(subjects()["economic"][code], f"{project.name}（{subjects()['economic'][code]}）"),
        )
        form.value(3, context.choose("", "按合同金额测算", "按上年度支出测算", "按实际需要测算"))
        rows.append((form.row, code))
        form.row += 1
    form.row += int(context.rng.integers(0, 3))
    form.label(1, context.choose("合计", "合 计"))
    for quantity, col, place in columns:
        lines = [
            table.figure(row, col, replace(quantity, economic=code), numbers=form.numbers.part, **place)
            for row, code in rows
        ]
        total = table.figure(form.row, col, quantity, numbers=form.numbers.total, **place)
        table.sum(total, lines, "total_row", numbers=form.numbers.coarse)
    form.row += 1
    form.label(0, "项目预算", down=form.row - first, row=first)


def _indicators(form: Form, project: Project) -> None:
    """What is called first level here is the second; every one has room for three, mostly left blank."""
    context, first = form.context, form.row
    form.labels(1, ("一级指标", 1), ("二级指标", 2), ("绩效标准", 1), ("当年预期实现值", 1))
    amount = in_wan(context.accounts.value(current(context, project)))
    indicators = draw_indicators(context, amount, gaps=0.45)
    for seconds in LEVELS.values():
        for second in seconds:
            lines = [i for i in indicators if i.second == second]
            room = max(len(lines), int(context.rng.integers(1, 4)))
            form.label(1, second, down=room)
            for index in range(room):
                line = lines[index] if index < len(lines) else None
                form.value(2, line.name if line else "", across=2)
                form.value(4, line.value if line else "")
                form.value(5, line.value if line else "")
                form.row += 1
    form.label(0, "绩效指标", down=form.row - first, row=first)
