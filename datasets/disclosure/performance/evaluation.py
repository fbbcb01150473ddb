"""项目支出绩效自评表: budget and outcome, the rate between them, and a score for every indicator.

Weights add up to 100; labels print the weights of their groups. What is scored on the money is
the weight times the rate as printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from ...content import At, RelationContent
from ..accounts import Flow, Project, Quantity
from ..building import ONE, Context, Made
from ..numbers import Numbers
from .form import Form
from .numbers import in_wan, part_of
from .words import LEVELS, Indicator, boxes, draw_indicators, goal

KIND = "performance.self_evaluation"
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
_SCORES = Numbers()  # scores are exact: whole hundredths that are never rounded again
_WEIGHTS = {20: (40, 30, 10), 10: (50, 30, 10)}
"""By the weight of the money: those of 产出, 效益 and 满意度."""
_STANDARD = "达到目标值得满分，未达到的按完成比例计分"


@dataclass(frozen=True, slots=True)
class _Scored:
    """An indicator, its weight, its outcome as printed and its score."""

    indicator: Indicator
    weight: int
    outcome: str
    score: Decimal


def self_evaluations(context: Context) -> tuple[Made, ...]:
    """Forms of a few projects. A budget's are of the year before, whose spending is known."""
    flow = _spent_flow(context)
    projects = [
        project
        for project in context.accounts.projects
        if context.accounts.value(Quantity(flow, nature="project", project=project.name))
    ]
    count = 1 + int(context.rng.integers(3))
    return tuple(
        _Evaluation(context, project, KIND if index == 1 else f"{KIND}/{index}").made()
        for index, project in enumerate(projects[:count], start=1)
    )


def _spent_flow(context: Context) -> Flow:
    return "spending" if context.accounts.stage == "final" else "prior"


class _Evaluation:
    def __init__(self, context: Context, project: Project, key: str) -> None:
        self.context = context
        self.project = project
        final = context.accounts.stage == "final"
        self.year = context.accounts.year - (0 if final else 1)
        weights = [1.0, 1.1, 1.4, 1.1, 1.1, 0.9, 1.5, 0.9]
        self.form = Form(context, key, KIND, weights, year=self.year, stage="final")
        self.trimmed = context.habit("scores", "full", "full", "trimmed") == "trimmed"
        self.weight = int(context.habit("money weight", "20", "10"))
        self.labelled = context.habit("unit in label", "yes", "no") == "yes"
        self.scores: dict[At, Decimal] = {}

    def made(self) -> Made:
        form, context, name = self.form, self.context, self.project.name
        organization = context.accounts.organization
        form.pairs(("项目名称", name))
        office = context.accounts.units[-1][1]
        form.pairs(("主管部门", organization), ("项目实施单位", office), widths=(3, 3))
        if context.chance(0.7):
            form.pairs(
                ("项目类别", boxes(context, "1、部门预算项目", "2、省直专项", "3、省对下转移支付项目"))
            )
            form.pairs(("项目属性", boxes(context, "1、持续性项目", "2、新增性项目")))
            form.pairs(("项目类型", boxes(context, "1、常年性项目", "2、延续性项目", "3、一次性项目")))
        money = self._money()
        self._total([money, *self._indicators()])
        for label in ("偏差大或目标未完成原因分析", "改进措施及结果应用方案"):
            form.pairs((label, context.choose("无", "", goal(context))))
        title = context.habit(
            "evaluation title",
            "{year}年度{name}项目自评表",
            "{year}年度项目支出绩效自评表",
            "项目支出绩效自评表",
        ).format(year=self.year, name=name)
        left = context.habit("evaluation left", "单位名称：{name}", "填报单位：{name}", "（{year}年度）")
        unit = form.numbers.total.unit
        right = (
            "" if self.labelled else context.habit("evaluation right", f"单位：{unit}", f"金额单位：{unit}")
        )
        return form.table.build(title=title, left=left.format(name=organization, year=self.year), right=right)

    def _money(self) -> tuple[At, At]:
        """预算执行情况: budget (A), outcome (B), their rate, its weight and its score; the last two."""
        form, context, first = self.form, self.context, self.form.row
        unit = f"（{form.numbers.total.unit}）" if self.labelled else ""
        score = context.habit("money score", "得分（{w}分*执行率）", "得分（{w}分×执行率）", "得分")
        origin = "printed_formula" if "{w}" in score else "ratio"
        score = score.format(w=self.weight)
        heads = ("预算数（A）", "执行数（B）", "执行率（B/A）", "设置分值", "评分标准", score)
        form.labels(2, *((head, 1) for head in heads))
        form.label(1, context.choose("年度财政资金总额", "年度资金总额"))
        budget, outcome = self._amounts()
        sign = context.habit("rate sign", "", "%", "")
        rate = form.table.ratio(form.row, 4, outcome, budget, sign=sign)
        printed = Decimal(form.table.cells[rate.row, rate.col].text.removesuffix("%"))
        earned = min(Decimal(self.weight), (self.weight * printed / HUNDRED).quantize(CENT, ROUND_HALF_UP))
        weight, scored = self._score(5, Decimal(self.weight)), self._score(7, earned)
        form.value(6, _STANDARD)
        terms = ((weight, ONE), (rate, CENT))
        form.table.relations.append(RelationContent("product", "hint", origin, scored, terms, CENT / 2))
        form.row += 1
        form.label(0, f"预算执行情况{unit}（{self.weight}分）", down=form.row - first, row=first)
        return weight, scored

    def _amounts(self) -> tuple[At, At]:
        """Budget and outcome; a budget that the outcome exceeds was adjusted in the course of the year."""
        form, accounts = self.form, self.context.accounts
        outcome = Quantity(_spent_flow(self.context), nature="project", project=self.project.name)
        planned = replace(outcome, flow="planned")
        spent = accounts.value(outcome)
        if accounts.value(planned) >= spent:
            budget = form.table.figure(form.row, 2, planned, stage="budget")
        else:
            added = part_of(self.context, spent, 0.0, 0.15) if self.context.chance(0.75) else Decimal(0)
            budget = form.table.money(form.row, 2, spent + added, stage="adjusted_budget")
        executed = form.table.figure(form.row, 3, outcome, stage="final")
        return budget, executed

    def _indicators(self) -> list[tuple[At, At]]:
        """The weight and score of each indicator, under labels that print the weights of their groups."""
        form = self.form
        form.labels(
            0, ("一级指标", 1), ("二级指标", 1), ("三级指标", 1), ("年初目标值（A）", 1),
            ("实际完成值（B）", 1), ("设置分值", 1), ("评分标准", 1), ("得分", 1),
        )  # fmt: skip
        scored = self._draw()
        start = form.row
        levels: list[dict[At, range]] = []
        for col, level in enumerate(("first", "second")):
            names = [getattr(line.indicator, level) for line in scored]
            groups = {
                name: sum(s.weight for s, n in zip(scored, names, strict=True) if n == name) for name in names
            }
            levels.append(form.runs(col, [f"{name}（{groups[name]}分）" for name in names], start))
        named = self.context.habit("third level weights", "yes", "no") == "yes"
        placed = []
        for line in scored:
            form.value(2, line.indicator.name + (f"（{line.weight}分）" if named else ""))
            form.value(3, line.indicator.value)
            form.value(4, line.outcome)
            weight, score = self._score(5, Decimal(line.weight)), self._score(7, line.score)
            form.value(6, _STANDARD)
            form.table.sum(score, [weight], "outline", "law", "at_most", numbers=_SCORES)
            placed.append((weight, score))
            form.row += 1
        levels.append({weight: range(weight.row, weight.row + 1) for weight, _ in placed})
        for above, below in pairwise(levels):
            self._nest(above, below)
        return placed

    def _nest(self, above: Mapping[At, range], below: Mapping[At, range]) -> None:
        """Weights in labels nest: 产出指标（40分） is 数量指标（34分） and what else stands beside it."""
        for label, rows in above.items():
            parts = [at for at in below if at.row in rows]
            self.form.table.sum(label, parts, "outline", numbers=_SCORES)

    def _draw(self) -> list[_Scored]:
        """Indicators with weights that leave those of the money out of 100."""
        context = self.context
        quantity = Quantity(_spent_flow(context), nature="project", project=self.project.name)
        amount = in_wan(context.accounts.value(quantity))
        indicators = draw_indicators(context, amount, gaps=0.3)
        firsts = [first for first in LEVELS if any(i.first == first for i in indicators)]
        shares = dict(zip(LEVELS, _WEIGHTS[self.weight], strict=True))
        shares["产出指标"] += sum(share for first, share in shares.items() if first not in firsts)
        scored: list[_Scored] = []
        for first in firsts:
            lines = [i for i in indicators if i.first == first]
            weights = _split(context, shares[first], len(lines))
            scored += [self._scored(line, weight) for line, weight in zip(lines, weights, strict=True)]
        return scored

    def _scored(self, indicator: Indicator, weight: int) -> _Scored:
        context = self.context
        if context.chance(0.78):
            outcome = context.choose(indicator.value.lstrip("≥≤"), indicator.value.lstrip("≥≤"), "已完成")
            return _Scored(indicator, weight, outcome, Decimal(weight))
        reached = int(context.choose("0", "20", "50", "80", "90"))
        outcome = "未开展" if not reached else f"完成{reached}%"
        score = (Decimal(weight) * reached / HUNDRED).quantize(CENT, ROUND_HALF_UP)
        return _Scored(indicator, weight, outcome, score)

    def _score(self, col: int, value: Decimal) -> At:
        """A weight or a score: a number, but not of money."""
        text = f"{value.normalize():f}" if self.trimmed else f"{value:.2f}"
        at = self.form.table.put(self.form.row, col, text, align="center")
        self.scores[at] = value
        return at

    def _total(self, placed: Sequence[tuple[At, At]]) -> None:
        """The row of totals: weights make 100."""
        form = self.form
        weights, scores = [weight for weight, _ in placed], [score for _, score in placed]
        form.label(0, self.context.choose("合计", "总分", "合 计"), across=5)
        total = self._score(5, sum((self.scores[at] for at in weights), Decimal(0)))
        score = self._score(7, sum((self.scores[at] for at in scores), Decimal(0)))
        form.table.sum(total, weights, "total_row", numbers=_SCORES)
        form.table.sum(score, scores, "total_row", numbers=_SCORES)
        form.row += 1


def _split(context: Context, whole: int, count: int) -> list[int]:
    """A whole number in so many parts of at least one."""
    cuts = sorted((context.rng.permutation(whole - 1)[: count - 1] + 1).tolist())
    return [after - before for before, after in zip([0, *cuts], [*cuts, whole], strict=True)]
