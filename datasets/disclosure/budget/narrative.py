"""What a budget disclosure says in words: duties, totals, shares and changes, section by section.

The sections and their order follow the usual form; each is told in one of several ways and
most are left out of short texts. Amounts are quantities of the same accounts that the tables
print, so text and tables agree until a misprint is planted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from ...content import ParagraphContent, Ref, RelationContent, Said
from ..accounts import Quantity
from ..building import ONE, Context
from ..catalogue import ordinal
from ..phrases import Narrative, Phrase
from .rows import CAPITAL, FUND, GENERAL, PERSONNEL, RUNNING, source_rows
from .wording import economic_name, function_name

THREE_PUBLIC = ("30212", "30217", "31013", "30231")
"""“三公”经费: travel abroad, receptions, buying cars and running them."""

_OPENING = Quantity("opening")
_GENERAL = Quantity("spending", fund="general", source="fiscal")
_DUTIES = (
    "贯彻落实国家和省市有关{field}的法律法规与政策措施，拟订本地区{field}工作规划并组织实施。",
    "负责{field}领域的日常管理，建立健全工作制度，规范办事流程。",
    "统筹推进{field}信息化建设，推动数据共享和业务协同。",
    "组织开展{field}方面的宣传教育、业务培训和对外交流。",
    "承担本系统安全生产、保密和信访等工作，依法公开有关信息。",
    "指导下属单位开展业务工作，对资金使用情况进行监督检查。",
    "受理群众咨询和投诉，协调处理{field}中的突出问题。",
    "完成上级交办的其他任务。",
)
_REASONS = (
    "主要原因是项目安排有所调整", "主要是人员变动", "主要原因是严格压减一般性支出", "主要是新增专项工作任务",
    "主要原因是上年部分项目已完工", "主要是社会保险缴费基数调整", "原因是落实过紧日子要求",
)  # fmt: skip
_TERMS = (
    "一般公共预算拨款收入：指本级财政当年拨付的一般公共预算资金。",
    "上年结转：指以前年度安排、尚未用完而结转到本年继续使用的资金。",
    "基本支出：指为保障机构正常运转、完成日常工作任务而发生的人员支出和公用支出。",
    "项目支出：指在基本支出之外，为完成特定工作任务而发生的支出。",
    "“三公”经费：指因公出国（境）费、公务用车购置及运行维护费和公务接待费。",
    "机关运行经费：指为保障行政单位运行，用于购买货物和服务的各项资金。",
)


def narrative(
    context: Context,
) -> tuple[tuple[ParagraphContent, ...], tuple[tuple[Said, Quantity], ...], tuple[RelationContent, ...]]:
    """Paragraphs, the quantity that each amount tells, and the relations between amounts."""
    text = _Telling(context)
    text.tell(context.choose("short", "medium", "medium", "long"))
    said = text.narrative
    return tuple(said.paragraphs), tuple(said.figures), tuple(said.relations)


class _Telling:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.narrative = Narrative(context)
        self.year = context.accounts.year
        self.who = context.choose(context.accounts.short, context.accounts.organization, "本部门", "我单位")
        self.sections = 0

    def tell(self, length: str) -> None:
        sections: list[tuple[float, Callable[[], None]]] = [  # how much of the text each needs to appear
            (0.6, self.duties), (0.7, self.offices), (0.0, self.totals), (0.3, self.appropriation),
            (0.1, self.general), (0.6, self.basic), (0.2, self.three_public), (0.3, self.fund),
            (0.8, self.capital), (0.5, self.running), (0.5, self.procurement), (0.9, self.property),
            (0.7, self.performance), (0.9, self.terms),
        ]  # fmt: skip
        reach = {"short": 0.25, "medium": 0.75, "long": 1.0}[length]
        for need, section in sections:
            if need <= reach and (need == 0.0 or not self.context.chance(0.1)):
                section()

    def head(self, *titles: str) -> None:
        self.sections += 1
        style = self.context.habit("sections", "{}、", "{}、", "（{}）", "第{}部分　", "{}．")
        self.narrative.heading(style.format(ordinal(self.sections)) + self.context.choose(*titles))

    def phrase(self, text: str = "") -> Phrase:
        return self.narrative.phrase(text)

    def reason(self) -> str:
        return "，" + self.context.choose(*_REASONS) if self.context.chance(0.6) else ""

    def parts(
        self, phrase: Phrase, total: Said, entries: Iterable[tuple[str, Quantity]], shares: bool = True
    ) -> list[Said]:
        """Amounts that make up `total`, each with its share, and the relation."""
        said: list[Ref] = []
        found: list[Said] = []
        for index, (name, quantity) in enumerate(entries):
            phrase.add(("；" if shares else "，") if index else "").add(name).amount(quantity, name)
            said.append(phrase.last)
            found.append(phrase.last)
            if shares:
                phrase.add("，占").share(phrase.last, total)
        self.narrative.sum(total, said)
        return found

    def duties(self) -> None:
        self.head("部门主要职能", "主要职责", "部门基本情况", "部门职责")
        field = self.context.accounts.bureau.removesuffix("局")
        count = int(self.context.rng.integers(2, len(_DUTIES) + 1))
        chosen = sorted(self.context.rng.permutation(len(_DUTIES))[:count].tolist())
        mark = self.context.choose("{}、", "（{}）", "{}. ")
        for number, index in enumerate(chosen, start=1):
            self.narrative.body(mark.format(number) + _DUTIES[index].format(field=field))

    def offices(self) -> None:
        accounts = self.context.accounts
        self.head("机构设置", "部门预算单位构成", "部门构成及人员情况")
        names = "、".join(name for _, name in accounts.units)
        self.narrative.body(
            f"纳入{self.year}年部门预算编制范围的单位共{len(accounts.units)}个，包括：{names}。"
        )
        if self.context.chance(0.6):
            retired = int(self.context.rng.integers(0, 20))
            self.narrative.body(
                f"{self.who}共有编制{accounts.staff + 3}人，在职实有{accounts.staff}人，离退休{retired}人。"
            )

    def totals(self) -> None:
        self.head(
            "部门收支预算总体安排情况", "收支预算总体情况说明", "关于收支总表的说明", "部门预算收支情况"
        )
        if self.context.chance(0.6):
            self.narrative.body(
                f"按照综合预算的原则，{self.who}所有收入和支出均纳入部门预算管理，收支总体平衡。"
            )
        phrase = self.phrase(
            self.context.choose(
                f"{self.year}年部门收支总预算", f"{self.year}年收入总计和支出总计均为", "收支总预算"
            )
        ).amount(Quantity("income"), f"{self.year}年收支总预算")
        phrase.end()
        self.revenue()
        self.expenditure()

    def revenue(self) -> None:
        receipts, income = Quantity("receipts"), Quantity("income")
        with_opening = self.context.accounts.value(_OPENING) or self.context.chance(0.5)
        total = income if with_opening else receipts
        phrase = self.phrase(
            self.context.choose(f"{self.year}年部门收入预算", f"{self.year}年收入预算总额", "本年收入预算")
        ).amount(total)
        whole = phrase.last
        phrase.add(self.context.choose("，其中：", "。其中：", "，包括："))
        entries = [
            (name, Quantity(**{"flow": "receipts", **where}))
            for name, where in source_rows(self.context, all_sources=self.context.chance(0.4))
            if not isinstance(where, tuple)
        ]
        if with_opening:
            entries.append(("上年结转", _OPENING))
        self.parts(phrase, whole, entries, shares=self.context.chance(0.7))
        phrase.end()

    def expenditure(self) -> None:
        spending = Quantity("spending")
        phrase = self.phrase(
            self.context.choose(f"{self.year}年部门支出预算", f"{self.year}年支出预算总额", "本年支出预算")
        ).amount(spending)
        whole = phrase.last
        if self.context.chance(0.6):
            phrase.add("，").change(spending, Quantity("prior"), said=whole)
        phrase.add("。其中：")
        names = {"upper": "上缴上级支出", "business": "事业单位经营支出", "subsidy": "对附属单位补助支出"}
        entries = [
            ("基本支出", Quantity("spending", nature="basic")),
            ("项目支出", Quantity("spending", nature="project")),
        ]
        for nature, name in names.items():
            quantity = Quantity("spending", nature=nature)  # type: ignore[arg-type]
            if self.context.accounts.value(quantity):
                entries.append((name, quantity))
        self.parts(phrase, whole, entries)
        phrase.end()
        if self.context.accounts.value(Quantity("closing")):
            self.phrase("结转下年").amount(Quantity("closing")).end()

    def appropriation(self) -> None:
        self.head("财政拨款收支预算总体情况", "财政拨款收支总体情况说明", "关于财政拨款收支总表的说明")
        phrase = self.phrase(f"{self.year}年财政拨款收支总预算").amount(Quantity("income", source="fiscal"))
        whole = phrase.last
        phrase.add(self.context.choose("。收入包括：", "。收入按资金来源分为："))
        entries = []
        for name, where in (
            ("一般公共预算", GENERAL),
            ("政府性基金预算", FUND),
            ("国有资本经营预算", CAPITAL),
        ):
            for label, flow in ((f"{name}拨款本年收入", "receipts"), (f"{name}上年结转", "opening")):
                quantity = Quantity(**{"flow": flow, **where})
                if where is not CAPITAL or self.context.accounts.value(quantity):
                    entries.append((label, quantity))
        self.parts(phrase, whole, entries, shares=False)
        phrase.end()
        phrase = self.phrase("财政拨款支出").amount(Quantity("spending", source="fiscal"))
        whole = phrase.last
        phrase.add("，包括：")
        entries = [
            ("基本支出", Quantity("spending", source="fiscal", nature="basic")),
            ("项目支出", Quantity("spending", source="fiscal", nature="project")),
        ]
        self.parts(phrase, whole, entries, shares=self.context.chance(0.5))
        phrase.end()

    def general(self) -> None:
        self.head(
            "一般公共预算财政拨款支出预算情况", "一般公共预算支出情况说明", "一般公共预算当年拨款情况说明"
        )
        phrase = self.phrase(
            self.context.choose(
                f"{self.year}年一般公共预算支出", f"{self.year}年一般公共预算财政拨款支出预算"
            )
        ).amount(_GENERAL)
        whole = phrase.last
        phrase.add("，").change(_GENERAL, Quantity("prior", fund="general", source="fiscal"), said=whole)
        phrase.end(self.reason() + "。")
        entries = []
        for code in self.context.accounts.functions(_GENERAL, 3):
            name = function_name(self.context, code)
            entries.append((name, Quantity("spending", function=code, fund="general", source="fiscal")))
        phrase = self.phrase(self.context.choose("按支出功能分类，", "支出结构为：", "主要用于以下方面："))
        self.parts(phrase, whole, entries)
        phrase.end()
        if self.context.chance(0.5):
            self.items()

    def items(self) -> None:
        """A numbered paragraph for each 项, most of them with the change."""
        full = self.context.chance(0.5)
        for number, code in enumerate(self.context.accounts.functions(_GENERAL), start=1):
            path = [function_name(self.context, code[:3]), function_name(self.context, code[:5])]
            names = "".join(f"{name}（{'类款'[i]}）" for i, name in enumerate(path)) if full else ""
            name = f"{names}{function_name(self.context, code)}（项）"
            now = Quantity("spending", function=code, fund="general", source="fiscal")
            before = Quantity("prior", function=code, fund="general", source="fiscal")
            phrase = self.phrase(f"{number}. {name}").add(
                self.context.choose(f"{self.year}年预算数为", "", "预算安排")
            )
            phrase.amount(now, function_name(self.context, code))
            phrase.add("，").change(now, before, said=phrase.last)
            phrase.end(self.reason() + "。")

    def basic(self) -> None:
        self.head("一般公共预算基本支出预算情况", "关于一般公共预算基本支出的说明", "基本支出情况")
        basic = Quantity("spending", nature="basic", fund="general", source="fiscal")
        phrase = self.phrase(f"{self.year}年一般公共预算基本支出").amount(basic)
        whole = phrase.last
        if self.context.chance(0.4):
            before = Quantity("prior", nature="basic", fund="general", source="fiscal")
            phrase.add("，").change(basic, before, said=whole)
        phrase.add("。其中：")
        people = Quantity("spending", nature="basic", fund="general", source="fiscal", economics=PERSONNEL)
        costs = Quantity("spending", nature="basic", fund="general", source="fiscal", economics=RUNNING)
        told = self.parts(
            phrase, whole, [("人员经费", people), ("公用经费", costs)], self.context.chance(0.5)
        )
        phrase.end()
        if self.context.chance(0.5):
            phrase = self.phrase("人员经费包括：")
            entries = [
                (economic_name(code), Quantity("spending", economic=code, nature="basic", fund="general",
                                               source="fiscal"))
                for code in PERSONNEL
            ]  # fmt: skip
            self.parts(phrase, told[0], entries, shares=False)
            phrase.end()
        used = [economic_name(code) for code in self.context.accounts.economics(costs)]
        if used and self.context.chance(0.6):
            self.narrative.body(f"公用经费主要用于{'、'.join(used[:6])}等支出。")

    def three_public(self) -> None:
        self.head("一般公共预算“三公”经费支出预算情况", "“三公”经费预算情况说明", "关于“三公”经费的说明")
        where = {"fund": "general", "source": "fiscal"}
        total, before = (Quantity(flow, economics=THREE_PUBLIC, **where) for flow in ("spending", "prior"))  # type: ignore[arg-type]
        phrase = self.phrase(f"{self.year}年一般公共预算安排“三公”经费").amount(total, "“三公”经费")
        whole = phrase.last
        phrase.add("，").change(total, before, said=whole)
        phrase.end(self.reason() + "。")
        entries = (
            ("因公出国（境）费", ("30212",)),
            ("公务用车购置及运行维护费", ("31013", "30231")),
            ("公务接待费", ("30217",)),
        )
        said: list[Ref] = []
        for number, (name, codes) in enumerate(entries, start=1):
            now, last = (Quantity(flow, economics=codes, **where) for flow in ("spending", "prior"))  # type: ignore[arg-type]
            phrase = self.phrase(f"{number}. {name}{self.context.choose('预算', '', '安排')}").amount(
                now, name
            )
            said.append(phrase.last)
            car = phrase.last
            if len(codes) == 2:
                phrase.add("，其中：")
                pair = [(n, Quantity("spending", economic=code, **where)) for n, code in  # type: ignore[arg-type]
                        (("公务用车购置费", "31013"), ("公务用车运行维护费", "30231"))]  # fmt: skip
                self.parts(phrase, car, pair, shares=False)
            phrase.add("，").change(now, last, said=car).end()
        self.narrative.sum(whole, said)

    def _fund(self, name: str, where: dict[str, str]) -> None:
        total = Quantity(**{"flow": "spending", **where})  # type: ignore[arg-type]
        self.head(f"{name}支出预算情况", f"{name}支出情况说明", f"关于{name}支出表的说明")
        if not self.context.accounts.value(total):
            self.narrative.body(
                self.context.choose(
                    f"{self.who}{self.year}年没有使用{name}安排的支出。",
                    f"{self.year}年{self.who}无{name}支出。",
                    f"{self.who}{self.year}年{name}支出为零。",
                )
            )
            return
        phrase = self.phrase(f"{self.year}年{name}支出").amount(total)
        whole = phrase.last
        prior = Quantity(**{"flow": "prior", **where})  # type: ignore[arg-type]
        phrase.add("，").change(total, prior, said=whole).add("。其中：")
        entries = [
            ("基本支出", Quantity(**{"flow": "spending", "nature": "basic", **where})),  # type: ignore[arg-type]
            ("项目支出", Quantity(**{"flow": "spending", "nature": "project", **where})),  # type: ignore[arg-type]
        ]
        self.parts(phrase, whole, entries, shares=False)
        phrase.end()

    def fund(self) -> None:
        self._fund("政府性基金预算", FUND)

    def capital(self) -> None:
        self._fund("国有资本经营预算", CAPITAL)

    def running(self) -> None:
        self.head("机关运行经费情况", "机关运行经费安排情况说明", "其他重要事项：机关运行经费")
        costs = Quantity("spending", nature="basic", fund="general", source="fiscal", economics=RUNNING)
        before = Quantity("prior", nature="basic", fund="general", source="fiscal", economics=RUNNING)
        phrase = self.phrase(f"{self.year}年机关运行经费预算").amount(costs, "机关运行经费")
        phrase.add("，").change(costs, before, said=phrase.last)
        phrase.end(self.reason() + "。")

    def procurement(self) -> None:
        self.head("政府采购预算情况", "政府采购情况说明", "政府采购安排情况")
        purchases = self.context.accounts.procurement
        if not purchases:
            self.narrative.body(f"{self.year}年{self.who}未安排政府采购预算。")
            return
        phrase = self.phrase(f"{self.year}年政府采购预算总额").money(
            sum((p.amount for p in purchases), Decimal(0))
        )
        whole = phrase.last
        said: list[tuple[Ref, Decimal]] = []
        for index, category in enumerate(("货物", "工程", "服务")):
            amount = sum((p.amount for p in purchases if p.category == category), Decimal(0))
            phrase.add("，其中：" if index == 0 else "、").add(f"政府采购{category}预算").money(amount)
            said.append((phrase.last, ONE))
        self.narrative.sum(whole, said)
        phrase.end()

    def property(self) -> None:
        self.head("国有资产占有使用情况", "国有资产情况说明")
        cars = int(self.context.rng.integers(0, 12))
        self.narrative.body(
            f"截至{self.year - 1}年12月31日，{self.who}共有车辆{cars}辆，其中一般公务用车{cars}辆。"
        )

    def performance(self) -> None:
        self.head("预算绩效情况", "绩效目标设置情况", "预算绩效管理情况说明")
        project = Quantity("spending", nature="project", fund="general", source="fiscal")
        count = len({line.project for line in self.context.accounts.matching(project)})
        phrase = self.phrase(f"{self.year}年对{count}个项目设定绩效目标，涉及一般公共预算拨款").amount(
            project, "绩效目标涉及一般公共预算拨款"
        )
        phrase.end()

    def terms(self) -> None:
        self.head("名词解释", "专业名词解释", "专业性较强的名称解释")
        count = int(self.context.rng.integers(2, len(_TERMS) + 1))
        for number, term in enumerate(_TERMS[:count], start=1):
            self.narrative.body(f"（{ordinal(number)}）{term}")
