"""部门整体支出绩效目标表: the whole year's money by income, by outlay and by project, then goal by goal.

Shares are of the totals printed. Both sides add up to the same: what was carried in counts as
income, what is carried over as outlay.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from ....document import Stage
from ...content import At
from ..accounts import Flow, Nature, Quantity, Source
from ..building import Context, Made
from .form import Form
from .numbers import in_wan, part_of
from .words import LEVELS, STANDARDS, content, draw_indicators, goal

KIND = "performance.overall_target"
_PRIOR: dict[str, Flow] = {"receipts": "prior_receipts", "spending": "prior", "planned": "prior"}
_Line = tuple[str, tuple[Quantity, ...]]
"""A label and the quantities that its amount is made of."""


def overall_targets(context: Context) -> tuple[Made, ...]:
    """The form of the whole department, in seven columns."""
    return (_Overall(context).made(),)


class _Overall:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.accounts = context.accounts
        self.form = Form(context, KIND, KIND, [1.0, 1.1, 1.2, 1.1, 0.9, 1.0, 1.4])
        self.with_prior = context.chance(0.6)

    def made(self) -> Made:
        context, accounts, form = self.context, self.accounts, self.form
        form.pairs(("部门名称", accounts.organization))
        form.pairs(("填报人", ""), ("联系电话", ""), widths=(3, 2))
        spent = self._money()
        form.pairs(("部门职能概述", content(context)))
        form.pairs(("年度工作任务", "".join(goal(context) for _ in range(int(context.rng.integers(1, 4))))))
        self._projects(spent)
        self._goals()
        year = accounts.year
        title = context.choose(
            "部门整体支出绩效目标申报表", "部门整体支出绩效目标表", f"{year}年部门整体支出绩效目标申报表"
        )
        left = context.choose(f"（{year}年度）", f"填报单位：{accounts.organization}", "填报日期：")
        unit = form.numbers.total.unit
        return form.table.build(
            title=title, left=left, right=context.choose(f"单位：{unit}", f"金额单位：{unit}")
        )

    def _money(self) -> At:
        """收入构成 and 支出构成 with their shares; the project spending of this year."""
        form, context, first = self.form, self.context, self.form.row
        year = self.accounts.year
        unit = "" if context.chance(0.7) else f"（{form.numbers.total.unit}）"
        if self.with_prior:
            form.label(1, f"总体资金情况{unit}", across=2, down=2)
            form.label(3, "当年金额", down=2)
            form.label(4, "占比", down=2)
            form.label(5, context.choose("近两年收支金额", "以前年度收支金额"), across=2)
            form.row += 1
            form.label(5, f"{year - 2}年")
            form.label(6, f"{year - 1}年")
            form.row += 1
        else:
            form.labels(1, (f"总体资金情况{unit}", 2), ("当年金额", 2), ("占比", 2))
        income = self._block("收入构成", Quantity("income"), self._income())
        outlay = self._block("支出构成", Quantity("outlay"), self._outlay())
        form.table.equal(income[0], outlay[0], "balance")
        form.label(0, "部门总体资金情况", down=form.row - first, row=first)
        return outlay[1]

    def _income(self) -> list[_Line]:
        """Lines of the income; what was carried in only where there is some."""
        receipts = Quantity("receipts")
        sources: tuple[Source, ...] = ("superior", "operations", "business", "affiliated", "other")
        lines: list[_Line] = [
            ("财政拨款", (replace(receipts, source="fiscal"),)),
            ("其他资金", tuple(replace(receipts, source=source) for source in sources)),
            ("上年结转", (Quantity("opening"), Quantity("surplus_used"))),
        ]
        return [line for line in lines if line[0] != "上年结转" or any(map(self.accounts.value, line[1]))]

    def _outlay(self) -> list[_Line]:
        natures: tuple[Nature, ...] = ("upper", "business", "subsidy")
        lines: list[_Line] = [
            ("项目支出", (Quantity("spending", nature="project"),)),
            ("基本支出", (Quantity("spending", nature="basic"),)),
            ("其他支出", tuple(Quantity("spending", nature=nature) for nature in natures)),
            ("结转下年", (Quantity("closing"), Quantity("distributed"))),
        ]
        return [
            line for index, line in enumerate(lines) if index < 2 or any(map(self.accounts.value, line[1]))
        ]

    def _block(self, word: str, whole: Quantity, lines: list[_Line]) -> list[At]:
        """A total under its lines, with shares and earlier years; the total and the lines."""
        form, table, first = self.form, self.form.table, self.form.row
        across: dict[str, Any] = {"col_span": 1 if self.with_prior else 2}
        total_row = first + len(lines)
        total = table.figure(total_row, 3, whole, **across)
        ats = [self._figure(first + i, 3, quantities, **across) for i, (_, quantities) in enumerate(lines)]
        table.sum(total, ats, "outline", numbers=form.numbers.coarse)
        decimals = 0 if self.context.habit("share decimals", "0", "0", "2") == "0" else 2
        for row, at in (*((first + i, at) for i, at in enumerate(ats)), (total_row, total)):
            table.ratio(row, 4 if self.with_prior else 5, at, total, decimals=decimals, **across)
        for i, (label, _) in enumerate((*lines, ("合计", ()))):
            form.label(2, label, row=first + i)
        if self.with_prior:
            self._earlier(first, lines)
        form.label(1, word, down=len(lines) + 1, row=first)
        form.row = total_row + 1
        return [total, *ats]

    def _figure(self, row: int, col: int, quantities: tuple[Quantity, ...], **place: Any) -> At:
        """A figure where one quantity is meant, the sum in yuan where several are."""
        numbers = self.form.numbers.part
        if len(quantities) == 1:
            return self.form.table.figure(row, col, quantities[0], numbers=numbers, **place)
        yuan = sum((self.accounts.value(quantity) for quantity in quantities), Decimal(0))
        return self.form.table.money(row, col, yuan, numbers=numbers, **place)

    def _earlier(self, first: int, lines: list[_Line]) -> None:
        """Last year's lines and total, and for spending those of the year before."""
        table, form = self.form.table, self.form
        stage: Stage = "prior_budget" if self.accounts.stage == "budget" else "prior_final"
        for ago, col in ((1, 6), (2, 5)):
            place: dict[str, Any] = {"year": self.accounts.year - ago, "stage": stage}
            parts: list[At] = []
            known: list[Quantity] = []
            for row, (_, quantities) in enumerate(lines, start=first):
                before = tuple(b for q in quantities if (b := _before(q, ago)))
                if before:
                    parts.append(self._figure(row, col, before, **place))
                    known += before
            if parts:
                yuan = sum((self.accounts.value(quantity) for quantity in known), Decimal(0))
                total = table.money(first + len(lines), col, yuan, **place)
                table.sum(total, parts, "outline", numbers=form.numbers.coarse)

    def _projects(self, spent: At) -> None:
        """Every project with its budget over all years and in this one; these add up to 项目支出."""
        form, table, accounts, first = self.form, self.form.table, self.accounts, self.form.row
        form.labels(
            1,
            ("项目名称", 1),
            ("项目类型", 1),
            ("项目总预算", 1),
            ("项目本年度预算", 2),
            ("项目主要支出方向和用途", 1),
        )
        whole = Quantity("spending", nature="project")
        names = dict.fromkeys(line.project for line in accounts.matching(whole))
        years = {project.name: project.years for project in accounts.projects}
        parts = []
        for name in names:
            quantity = replace(whole, project=name)
            form.value(1, name)
            form.value(2, self.context.choose("常年性项目", "延续性项目", "一次性项目"))
            yuan = accounts.value(quantity)
            start, end = years.get(name, (0, 0))
            later = part_of(self.context, yuan, 0.4, 1.5) if end > start else Decimal(0)
            total = table.money(form.row, 3, yuan + later, numbers=form.numbers.part)
            parts.append(table.figure(form.row, 4, quantity, numbers=form.numbers.part, col_span=2))
            table.sum(parts[-1], [total], "outline", "hint", "at_most", numbers=form.numbers.coarse)
            form.value(6, content(self.context))
            form.row += 1
        table.sum(spent, parts, "outline", numbers=form.numbers.coarse)
        form.label(0, "项目支出情况", down=form.row - first, row=first)

    def _goals(self) -> None:
        """Goals side by side, then a block of indicators for each, under its own header."""
        form, context = self.form, self.context
        form.label(0, "整体绩效总目标", down=2)
        form.labels(1, ("长期目标", 3), ("年度目标", 3))
        count = int(context.rng.integers(1, 4))
        goals = [goal(context) for _ in range(count)]
        text = "".join(f"目标{index}：{words}" for index, words in enumerate(goals, start=1))
        form.value(1, text, across=3)
        form.value(4, text, across=3)
        form.row += 1
        amount = in_wan(self.accounts.value(Quantity("spending")))
        for word in context.choose("长期,年度", "年度", "长期").split(","):
            for index, words in enumerate(goals, start=1):
                form.value(0, f"{word}目标{index}：{words}", across=7)
                form.row += 1
                self._indicators(f"{word}绩效指标", amount)

    def _indicators(self, label: str, amount: str) -> None:
        form, context, first = self.form, self.context, self.form.row
        form.labels(1, ("一级指标", 1), ("二级指标", 1), ("指标内容", 2), ("指标值", 1), ("绩效标准", 1))
        indicators = draw_indicators(context, amount, gaps=0.4)
        order = list(LEVELS)
        indicators.sort(key=lambda indicator: order.index(indicator.first))
        form.runs(1, [indicator.first for indicator in indicators], form.row)
        form.runs(2, [indicator.second for indicator in indicators], form.row)
        for indicator in indicators:
            form.value(3, indicator.name, across=2)
            form.value(5, indicator.value)
            form.value(6, context.choose(*STANDARDS))
            form.row += 1
        form.label(0, label, down=form.row - first, row=first)


def _before(quantity: Quantity, ago: int) -> Quantity | None:
    """The same of earlier years, where the ledger knows it."""
    flow = _PRIOR.get(quantity.flow)
    if flow is None or (ago == 2 and flow != "prior"):
        return None
    return replace(quantity, flow="prior2" if ago == 2 else flow)
