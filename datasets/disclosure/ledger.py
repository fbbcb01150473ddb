"""Draw a consistent set of accounts: who, which year, and every line that was received or spent.

Basic spending follows what every bureau pays (salaries and their charges fall under 208, 210 and
221), projects follow its own programmes. Receipts are the spending by function and source, less
what last year left and plus what next year gets, so that both sides balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import numpy as np

from ...document import Stage
from .accounts import Accounts, Flow, Fund, Line, Nature, Procurement, Programme, Project, Source
from .catalogue import Bureau, bureaus, places
from .numbers import Numbers

Size = Literal["small", "medium", "large"]
Category = Literal["货物", "工程", "服务"]

# Share of the pay bill, and the 项 under which each is spent where that is not the bureau's own.
_PAY = {
    "30101": (0.22, ""),
    "30102": (0.17, ""),
    "30103": (0.24, ""),
    "30106": (0.02, ""),
    "30107": (0.08, ""),
    "30108": (0.10, "2080505"),
    "30109": (0.03, "2080506"),
    "30110": (0.04, "2101101"),
    "30111": (0.03, "2101103"),
    "30112": (0.01, ""),
    "30113": (0.09, "2210201"),
    "30114": (0.01, "2101199"),
    "30199": (0.04, ""),
    "30302": (0.03, "2080501"),
    "30305": (0.01, ""),
    "30307": (0.01, ""),
    "30399": (0.01, ""),
}
_RUNNING = {
    "30201": 0.14, "30202": 0.05, "30203": 0.02, "30205": 0.02, "30206": 0.05, "30207": 0.06, "30209": 0.07,
    "30211": 0.09, "30213": 0.07, "30214": 0.03, "30215": 0.02, "30216": 0.03, "30217": 0.01, "30226": 0.05,
    "30227": 0.06, "30228": 0.08, "30229": 0.06, "30231": 0.04, "30239": 0.09, "30299": 0.11, "31002": 0.02,
}  # fmt: skip
_PROJECT_ECONOMICS = (
    "30201", "30202", "30205", "30206", "30209", "30211", "30213", "30214", "30216", "30218",
    "30226", "30227", "30299", "30905", "31002", "31003", "31005", "31007", "31204", "39999",
)  # fmt: skip
_FUND_FUNCTIONS = ("2120803", "2120804", "2120899", "2121301", "2296002")
_PROGRAMMES: tuple[Programme, ...] = ("recurrent", "recurrent", "policy", "once", "other")
_GOODS: tuple[tuple[Category, str, str], ...] = (
    ("货物", "台式计算机", "台"),
    ("货物", "办公家具", "批"),
    ("货物", "复印纸", "箱"),
    ("货物", "多功能一体机", "台"),
    ("工程", "办公用房维修", "项"),
    ("工程", "配套设施改造", "项"),
    ("服务", "物业管理服务", "项"),
    ("服务", "信息系统运行维护", "项"),
    ("服务", "印刷服务", "项"),
    ("服务", "车辆保险", "辆"),
)


def draw_accounts(
    rng: np.random.Generator, numbers: Numbers, stage: Stage, size: Size | None = None
) -> Accounts:
    """Accounts in whole printed digits where `numbers` are exact, and in cents where they are not."""
    return _Drawing(
        rng, numbers, stage, size or ("small", "medium", "large")[int(rng.choice(3, p=[0.3, 0.5, 0.2]))]
    ).accounts()


class _Drawing:
    def __init__(self, rng: np.random.Generator, numbers: Numbers, stage: Stage, size: Size) -> None:
        self.rng = rng
        self.stage = stage
        self.scale = {"small": 1, "medium": 2, "large": 4}[size]
        yuan = Decimal(10_000) if numbers.unit == "万元" else Decimal(1)
        self.grain = yuan * numbers.step if numbers.exact else Decimal("0.01")

    def accounts(self) -> Accounts:
        rng = self.rng
        words = places()
        bureau = bureaus()[int(rng.integers(len(bureaus())))]
        city = self._one(words.cities)
        region = city + self._one(words.districts)
        organization = region + bureau.name
        code = f"{int(rng.integers(1, 120)):03d}"
        year = int(rng.integers(2017, 2024))
        count = int(rng.integers(0, 1 + 2 * self.scale))
        names = [f"{region}{bureau.name[:-1]}{part}" for part in rng.permutation(words.subordinates)[:count]]
        units = tuple(
            (f"{code}{index:03d}", name) for index, name in enumerate([organization, *names], start=1)
        )
        projects = self._projects(bureau, code, year)
        spending = [*self._basic(bureau, units), *self._project_lines(projects, units)]
        spending += self._other_natures(bureau, units)
        lines = _merged(spending)
        lines += self._receipts(lines)
        lines += [self._echo(line, "prior") for line in spending] + [
            self._echo(line, "prior2") for line in spending
        ]
        lines += [self._echo(line, "prior_receipts") for line in lines if line.flow == "receipts"]
        if self.stage == "final":
            lines += [self._echo(line, "planned") for line in spending]
        short = self._one([organization, bureau.name, organization.removeprefix(city)])
        return Accounts(
            organization, short, region, code, bureau.name, year, self.stage, units, tuple(lines), projects,
            tuple(self._procurement(projects)), int(rng.integers(12, 90) * self.scale),
        )  # fmt: skip

    def _one(self, options: tuple[str, ...] | list[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def _money(self, wan: float) -> Decimal:
        """About so many 万元 in whole grains, never nothing."""
        grains = (Decimal(repr(float(wan))) * 10_000 / self.grain).to_integral_value(ROUND_HALF_UP)
        return max(grains, Decimal(1)) * self.grain

    def _spread(self) -> float:
        return float(self.rng.lognormal(0, 0.35))

    def _basic(self, bureau: Bureau, units: tuple[tuple[str, str], ...]) -> Iterator[Line]:
        pay = float(self.rng.uniform(300, 2_000)) * self.scale
        running = pay * float(self.rng.uniform(0.1, 0.3))
        for index, (unit, _) in enumerate(units):
            share = 1.0 if index == 0 else float(self.rng.uniform(0.05, 0.4))
            # A subordinate unit's own running costs fall under 事业运行 where the bureau has it.
            operating = next((f for f in bureau.functions if f.endswith("50")), bureau.functions[0])
            own = bureau.functions[0] if index == 0 else operating
            for economic, (part, elsewhere) in _PAY.items():
                if part < 0.03 and self.rng.random() < 0.35:
                    continue
                amount = self._money(pay * share * part * self._spread())
                yield self._spent(amount, elsewhere or own, economic, "basic", unit)
            for economic, part in _RUNNING.items():
                if self.rng.random() < 0.3:
                    continue
                amount = self._money(running * share * part * self._spread())
                yield self._spent(amount, own, economic, "basic", unit)

    def _projects(self, bureau: Bureau, code: str, year: int) -> tuple[Project, ...]:
        count = min(len(bureau.projects), int(self.rng.integers(2, 4 + self.scale)))
        names = [bureau.projects[i] for i in self.rng.permutation(len(bureau.projects))[:count]]
        return tuple(
            Project(
                f"{code}{year}{index:05d}",
                name,
                _PROGRAMMES[int(self.rng.integers(len(_PROGRAMMES)))],
                self._one(bureau.functions[1:]),
                (year, year + int(self.rng.integers(0, 3))),
            )
            for index, name in enumerate(names, start=1)
        )

    def _project_lines(
        self, projects: tuple[Project, ...], units: tuple[tuple[str, str], ...]
    ) -> Iterator[Line]:
        with_fund = self.rng.random() < 0.45
        for index, project in enumerate(projects):
            total = float(self.rng.lognormal(5, 1.1)) * self.scale
            fund: Fund = "fund" if with_fund and index == 0 else "general"
            function = self._one(_FUND_FUNCTIONS) if fund == "fund" else project.function
            count = int(self.rng.integers(1, 5))
            source: Source = "other" if fund == "general" and self.rng.random() < 0.08 else "fiscal"
            unit = units[int(self.rng.integers(len(units)))][0]
            for economic in sorted(self.rng.permutation(_PROJECT_ECONOMICS)[:count].tolist()):
                amount = self._money(total / count * self._spread())
                line = self._spent(amount, function, economic, "project", unit)
                yield replace(
                    line, fund=fund, source=source, programme=project.programme, project=project.name
                )
        if self.rng.random() < 0.12:
            amount = self._money(float(self.rng.uniform(5, 300)))
            line = self._spent(amount, "2230105", "31204", "project", units[0][0])
            yield replace(line, fund="capital", programme="other", project="国有企业退休人员社会化管理补助")

    def _other_natures(self, bureau: Bureau, units: tuple[tuple[str, str], ...]) -> Iterator[Line]:
        rare: tuple[tuple[Nature, Source, str], ...] = (
            ("upper", "operations", "39999"),
            ("business", "business", "30299"),
            ("subsidy", "operations", "39999"),
        )  # fmt: skip
        for nature, source, economic in rare:
            if self.rng.random() < 0.06:
                amount = self._money(float(self.rng.uniform(3, 200)))
                line = self._spent(amount, bureau.functions[-1], economic, nature, units[-1][0])
                yield replace(line, source=source)
        if self.rng.random() < 0.3:  # a unit that earns part of what it spends
            amount = self._money(float(self.rng.uniform(10, 600)))
            line = self._spent(amount, bureau.functions[-1], "30299", "basic", units[-1][0])
            yield replace(line, source="operations")

    def _spent(self, amount: Decimal, function: str, economic: str, nature: Nature, unit: str) -> Line:
        return Line("spending", amount, function, economic, nature=nature, unit=unit)

    def _receipts(self, spending: list[Line]) -> list[Line]:
        """Receipts by function, source and fund, and what is carried in and out."""
        groups: dict[tuple[str, Source, Fund], Decimal] = {}
        for line in spending:
            place = line.function, line.source, line.fund
            groups[place] = groups.get(place, Decimal(0)) + line.amount
        carried: list[Line] = []
        unit = spending[0].unit
        for place, spent in sorted(groups.items()):
            function, source, fund = place
            opening = self._part(spent, 0.25, 0.4)
            closing = self._part(spent, 0.15, 0.2)
            used = self._part(spent, 0.5, 0.1) if source != "fiscal" and self.stage == "final" else Decimal(0)
            flows: tuple[tuple[Flow, Decimal], ...] = (
                ("opening", opening),
                ("closing", closing),
                ("surplus_used", used),
                ("receipts", spent - opening - used + closing),
            )
            carried += [
                Line(flow, amount, function, "", fund, source, unit=unit) for flow, amount in flows if amount
            ]
        return carried

    def _part(self, spent: Decimal, chance: float, most: float) -> Decimal:
        """Sometimes a part of an amount, in whole grains."""
        if self.rng.random() >= chance:
            return Decimal(0)
        grains = int(spent / self.grain * Decimal(repr(float(self.rng.uniform(0.01, most)))))
        return grains * self.grain

    def _echo(self, line: Line, flow: Flow) -> Line:
        """The same line in another year or plan: alike, not equal, and sometimes not there."""
        if self.rng.random() < 0.06:
            return replace(line, flow=flow, amount=Decimal(0))
        factor = 1.0 if self.rng.random() < 0.15 else float(self.rng.uniform(0.7, 1.25))
        return replace(line, flow=flow, amount=self._money(float(line.amount) / 10_000 * factor))

    def _procurement(self, projects: tuple[Project, ...]) -> Iterator[Procurement]:
        for index in sorted(
            self.rng.permutation(len(_GOODS))[: int(self.rng.integers(0, 3 + 2 * self.scale))].tolist()
        ):
            category, item, measure = _GOODS[index]
            amount = self._money(float(self.rng.lognormal(2.5, 1.2)))
            quantity = 1 if measure in ("项", "批") else int(self.rng.integers(1, 40))
            project = projects[int(self.rng.integers(len(projects)))].name
            yield Procurement(category, item, quantity, measure, amount, project)


def _merged(lines: list[Line]) -> list[Line]:
    """Lines that differ in nothing but the amount, as one."""
    merged: dict[Line, Decimal] = {}
    for line in lines:
        place = replace(line, amount=Decimal(0))
        merged[place] = merged.get(place, Decimal(0)) + line.amount
    return [replace(line, amount=amount) for line, amount in merged.items()]
