"""The explanation that final accounts carry beside their tables, section by section.

It tells the totals, their shares and changes, and how far the year's first budget was carried
out. How much each section tells is drawn, so that lengths differ as they do in print.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ...content import ParagraphContent, Ref, RelationContent, Said
from ..accounts import Fund, Nature, Quantity, Source
from ..building import Context
from ..catalogue import ordinal, subjects
from ..phrases import Narrative
from .by_function import PERSONNEL, RUNNING
from .three_public import ITEMS

GENERAL = Quantity("spending", fund="general", source="fiscal")
_SOURCES: tuple[tuple[Source, str], ...] = (
    ("fiscal", "财政拨款收入"), ("superior", "上级补助收入"), ("operations", "事业收入"),
    ("business", "经营收入"), ("affiliated", "附属单位上缴收入"), ("other", "其他收入"),
)  # fmt: skip
_NATURES: tuple[tuple[Nature, str], ...] = (
    ("basic", "基本支出"), ("project", "项目支出"), ("upper", "上缴上级支出"),
    ("business", "经营支出"), ("subsidy", "对附属单位补助支出"),
)  # fmt: skip
_MORE = (
    "人员变动和工资标准调整",
    "本年新增了专项工作任务",
    "年中追加了预算",
    "上年结转的项目在本年支付",
)
_LESS = (
    "部分项目跨年实施、资金结转下年",
    "落实过紧日子要求，压减了一般性支出",
    "上年有一次性支出，本年没有",
    "部分工作调整到下年开展",
)


def narrative(
    context: Context,
) -> tuple[tuple[ParagraphContent, ...], tuple[tuple[Said, Quantity], ...], tuple[RelationContent, ...]]:
    """Paragraphs, the quantities that their mentions tell, and the relations between mentions."""
    told = Narrative(context)
    _Explanation(context, told).write()
    return tuple(told.paragraphs), tuple(told.figures), tuple(told.relations)


class _Explanation:
    def __init__(self, context: Context, told: Narrative) -> None:
        self.context = context
        self.accounts = context.accounts
        self.told = told
        self.year = f"{context.accounts.year}年度"
        self.sections = 0

    def write(self) -> None:
        """All sections in the order in which they are printed; the last ones not always."""
        part = self.context.choose("第三部分", "第三部分 ", "三、")
        self.told.heading(f"{part}{self.year}部门决算情况说明")
        self._overall()
        self._receipts()
        self._spending()
        self._fiscal()
        self._general()
        self._basic()
        self._three_public()
        self._small_budget("fund", "政府性基金预算")
        if self.accounts.year >= 2019:
            self._small_budget("capital", "国有资本经营预算")
        for section in (self._running, self._procurement, self._assets, self._performance):
            if self.context.chance(0.8):
                section()

    def _heading(self, text: str) -> None:
        self.sections += 1
        self.told.heading(f"{ordinal(self.sections)}、{text}")

    def _reason(self, now: Quantity, before: Quantity) -> str:
        """Why a figure differs from another, where the text says so; full stop included."""
        difference = self.told.format.rounded(self.accounts.value(now) - self.accounts.value(before))
        if not difference or self.context.chance(0.4):
            return "。"
        reason = self.context.choose(*(_MORE if difference > 0 else _LESS))
        return f"，{self.context.choose('主要原因是', '主要是', '原因是')}{reason}。"

    def _overall(self) -> None:
        self._heading(
            self.context.choose("收入支出决算总体情况说明", "收支决算总体情况", "收入支出决算总体情况")
        )
        phrase = self.told.phrase(self.context.choose(self.year, f"{self.accounts.short}{self.year}"))
        receipts, spending = Quantity("receipts"), Quantity("spending")
        if self.context.chance(0.5):
            phrase.add("收入总计").amount(Quantity("income"), "收入总计").add("，支出总计")
            phrase.amount(Quantity("outlay"), "支出总计").end()
            phrase = self.told.phrase()
        phrase.add("本年收入合计").amount(receipts, "本年收入合计").add("，")
        phrase.change(receipts, Quantity("prior_receipts"), said=phrase.last)
        phrase.add("；本年支出合计").amount(spending, "本年支出合计").add("，")
        phrase.change(spending, Quantity("prior"), said=phrase.last)
        phrase.end(self._reason(spending, Quantity("prior")))

    def _receipts(self) -> None:
        self._heading("收入决算情况说明")
        parts = [(label, Quantity("receipts", source=source)) for source, label in _SOURCES]
        self._shares("本年收入合计", Quantity("receipts"), parts, "占本年收入")

    def _spending(self) -> None:
        self._heading("支出决算情况说明")
        parts = [(label, Quantity("spending", nature=nature)) for nature, label in _NATURES]
        self._shares("本年支出合计", Quantity("spending"), parts, "占本年支出")

    def _shares(self, word: str, whole: Quantity, parts: list[tuple[str, Quantity]], share: str) -> None:
        """A total, and what is not nothing of its parts with their shares."""
        phrase = self.told.phrase(self.year + word).amount(whole, word)
        total = phrase.last
        phrase.add(self.context.choose("。其中：", "，其中："))
        terms: list[Ref] = []
        shown = [
            (label, part) for label, part in parts if self.told.format.rounded(self.accounts.value(part))
        ]
        for index, (label, part) in enumerate(shown):
            phrase.add("；" if index else "").add(label).amount(part, label)
            terms.append(phrase.last)
            phrase.add(f"，{share}").share(phrase.last, total, f"{label}{share}")
        phrase.end()
        self.told.sum(total, terms, "law")

    def _fiscal(self) -> None:
        self._heading("财政拨款收入支出决算总体情况说明")
        phrase = self.told.phrase(f"{self.year}财政拨款收入总计")
        phrase.amount(Quantity("income", source="fiscal"), "财政拨款收入总计").add("，支出总计")
        phrase.amount(Quantity("outlay", source="fiscal"), "财政拨款支出总计").add("。其中本年财政拨款支出")
        spent = Quantity("spending", source="fiscal")
        phrase.amount(spent, "本年财政拨款支出").add("，")
        before = replace(spent, flow="prior")
        phrase.change(spent, before, said=phrase.last).end(self._reason(spent, before))

    def _general(self) -> None:
        self._heading("一般公共预算财政拨款支出决算情况说明")
        self.told.heading("（一）财政拨款支出决算总体情况")
        phrase = self.told.phrase(f"{self.year}一般公共预算财政拨款支出").amount(GENERAL)
        part = phrase.last
        if self.context.chance(0.5):
            phrase.add("，本年支出合计").amount(Quantity("spending"), "本年支出合计")
            phrase.add("，前者占后者的").share(part, phrase.last, "占本年支出合计")
        before = replace(GENERAL, flow="prior")
        phrase.add("，").change(GENERAL, before, said=part).end(self._reason(GENERAL, before))
        self.told.heading("（二）财政拨款支出决算结构情况")
        names = subjects()["function"]
        classes = [
            (f"{names[code]}（类）", replace(GENERAL, function=code))
            for code in self.accounts.functions(GENERAL, 3)
        ]
        self._shares("一般公共预算财政拨款支出", GENERAL, classes, "占")
        self.told.heading("（三）财政拨款支出决算具体情况")
        self._carried_out(f"{self.year}一般公共预算财政拨款支出", GENERAL)
        self._items(3 if self.context.chance(0.4) else 7)

    def _items(self, digits: int) -> None:
        """Each class, or each 项 of it, against the year's first budget."""
        names = subjects()["function"]
        most = int(self.context.rng.integers(2, 9))
        for index, code in enumerate(self.accounts.functions(GENERAL, digits)[:most], start=1):
            path = "".join(
                f"{names[code[:n]]}（{level}）"
                for n, level in ((3, "类"), (5, "款"), (7, "项"))
                if n <= digits
            )
            self._carried_out(f"{index}.{path}", replace(GENERAL, function=code))

    def _carried_out(self, label: str, spent: Quantity) -> None:
        """Budget, outcome, the share of the budget that was carried out, and why."""
        planned = replace(spent, flow="planned")
        phrase = self.told.phrase(label + self.context.choose("年初预算为", "年初预算数", "年初预算"))
        phrase.amount(planned, "年初预算")
        before = phrase.last
        phrase.add(self.context.choose("，支出决算为", "，决算数为", "，支出决算")).amount(spent, "支出决算")
        if self.accounts.value(planned):
            phrase.add(self.context.choose("，完成年初预算的", "，为年初预算的"))
            phrase.share(phrase.last, before, "完成年初预算的")
        phrase.end(self._reason(spent, planned))

    def _basic(self) -> None:
        self._heading("一般公共预算财政拨款基本支出决算情况说明")
        basic = replace(GENERAL, nature="basic")
        phrase = self.told.phrase(f"{self.year}一般公共预算财政拨款基本支出").amount(basic, "基本支出")
        total = phrase.last
        parts: list[Ref] = []
        for word, classes in (("人员经费", PERSONNEL), ("公用经费", RUNNING)):
            quantity = replace(basic, economics=classes)
            phrase.add("，其中：" if not parts else "；").add(word).amount(quantity, word)
            parts.append(phrase.last)
            names = [subjects()["economic"][c] for c in self.accounts.economics(quantity)[:6]]
            if names and self.context.chance(0.7):
                phrase.add(f"，主要包括{'、'.join(names)}等")
        phrase.end()
        self.told.sum(total, parts, "law")

    def _three_public(self) -> None:
        self._heading("财政拨款“三公”经费支出决算情况说明")
        whole, *items = ITEMS
        spent = replace(GENERAL, economics=whole[1])
        self._carried_out(f"{self.year}“三公”经费财政拨款支出", spent)
        for index, (label, economics) in enumerate(items, start=1):
            quantity = replace(GENERAL, economics=economics)
            if not self.accounts.value(quantity) and self.context.chance(0.5):
                self.told.body(
                    f"{index}.{label}：{self.context.choose('本年没有发生', '本年未安排，也无支出')}。"
                )
            else:
                self._carried_out(f"{index}.{label}", quantity)

    def _small_budget(self, fund: Fund, name: str) -> None:
        self._heading(f"{name}财政拨款收入支出决算情况说明")
        spent = Quantity("spending", fund=fund, source="fiscal")
        if not self.accounts.value(replace(spent, flow="income")):
            self.told.body(f"{self.context.choose('本部门', '我单位')}{self.year}没有{name}财政拨款收支。")
            return
        phrase = self.told.phrase(f"{self.year}{name}财政拨款年初结转和结余")
        terms: list[tuple[Ref, Decimal]] = []
        flows = (
            (replace(spent, flow="opening"), "，本年收入"),
            (replace(spent, flow="receipts"), "，本年支出"),
            (spent, "，年末结转和结余"),
        )
        for index, (quantity, following) in enumerate(flows):
            phrase.amount(quantity).add(following)
            terms.append((phrase.last, Decimal(-1 if index == 2 else 1)))
        phrase.amount(replace(spent, flow="closing")).end()
        self.told.sum(phrase.last, terms, "law")

    def _running(self) -> None:
        self._heading(self.context.choose("机关运行经费支出情况", "机关运行经费支出说明"))
        running = replace(GENERAL, nature="basic", economics=RUNNING)
        phrase = (
            self.told.phrase(f"{self.year}机关运行经费支出").amount(running, "机关运行经费支出").add("，")
        )
        before = replace(running, flow="prior")
        phrase.change(running, before, said=phrase.last).end(self._reason(running, before))

    def _procurement(self) -> None:
        self._heading("政府采购支出情况")
        bought = self.accounts.procurement
        if not bought:
            self.told.body(f"{self.year}本部门没有政府采购支出。")
            return
        phrase = self.told.phrase(f"{self.year}政府采购支出总额")
        phrase.money(sum((p.amount for p in bought), Decimal(0)), "政府采购支出总额")
        total = phrase.last
        terms: list[Ref] = []
        for category in ("货物", "工程", "服务"):
            amount = sum((p.amount for p in bought if p.category == category), Decimal(0))
            phrase.add("，其中：" if not terms else "、").add(f"政府采购{category}支出")
            phrase.money(amount, f"政府采购{category}支出")
            terms.append(phrase.last)
        phrase.end()
        self.told.sum(total, terms, "law")

    def _assets(self) -> None:
        """Counts of vehicles: numbers in running text that are no amounts."""
        self._heading(self.context.choose("国有资产占用情况", "国有资产占有使用情况"))
        rng, day = self.context.rng, f"截至{self.accounts.year}年12月31日"
        duty, special = int(rng.integers(0, 5)), int(rng.integers(0, 9))
        text = f"{day}，本部门共有车辆{duty + special}辆，其中机要通信用车{duty}辆、执法执勤用车{special}辆"
        self.told.body(f"{text}；单价50万元以上通用设备{int(rng.integers(0, 4))}台（套）。")

    def _performance(self) -> None:
        self._heading(self.context.choose("预算绩效情况说明", "预算绩效管理工作开展情况"))
        project = Quantity("spending", nature="project")
        count = len(self.accounts.projects)
        phrase = self.told.phrase(f"本部门对{self.year}{count}个预算项目开展了绩效自评，项目支出共")
        phrase.amount(project, "项目支出")
        if self.context.chance(0.6):
            phrase.add("，占本年支出合计").amount(Quantity("spending"), "本年支出合计").add("的")
            phrase.share(Said(phrase.key, 0), phrase.last, "占本年支出合计")
        phrase.end(
            self.context.choose("。", "，绩效目标完成情况总体较好。", "，从自评结果看，多数指标达到预期。")
        )
