"""One consistent set of accounts: a ledger of single lines, of which every printed figure is a sum.

A `Quantity` names a figure by what it sums over: flow, codes, fund, nature, project. Tables and
narrative print quantities, never numbers of their own, so that whatever two of them say of one
quantity agrees, and every total is the sum of its parts, by construction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from typing import Literal

from ...document import Stage

Flow = Literal[
    "spending",  # this year's, by function, economic category, fund, nature, project
    "receipts",  # this year's, by function, source, fund
    "opening",  # brought forward from last year, by function, source, fund
    "closing",  # carried over to next year
    "surplus_used",  # 使用非财政拨款结余
    "distributed",  # 结余分配
    "planned",  # spending as the year's first budget had it (final accounts only)
    "prior",  # last year's spending
    "prior2",  # the spending of the year before that
    "prior_receipts",  # last year's receipts
    "income",  # 收入总计: receipts, opening and surplus_used
    "outlay",  # 支出总计: spending, closing and distributed
]
_TOGETHER: Mapping[str, tuple[str, ...]] = {
    "income": ("receipts", "opening", "surplus_used"),
    "outlay": ("spending", "closing", "distributed"),
}
Fund = Literal["", "general", "fund", "capital"]
"""一般公共预算, 政府性基金预算, 国有资本经营预算."""
Source = Literal["", "fiscal", "superior", "operations", "business", "affiliated", "other"]
"""财政拨款, 上级补助, 事业, 经营, 附属单位上缴, 其他."""
Nature = Literal["", "basic", "project", "upper", "business", "subsidy"]
"""基本支出, 项目支出, 上缴上级支出, 经营支出, 对附属单位补助支出."""
Programme = Literal["", "recurrent", "policy", "once", "other"]
"""经常性, 政策性, 一次性, 其他项目."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: the sum of the lines of `flow` that agree with every attribute that is not empty.

    `function` and `economic` match as prefixes of codes, all others as a whole. `economics`
    restricts to lines whose economic code starts with any of the given ones (人员经费 is 301
    and 303).
    """

    flow: Flow
    function: str = ""
    economic: str = ""
    economics: tuple[str, ...] = ()
    fund: Fund = ""
    source: Source = ""
    nature: Nature = ""
    programme: Programme = ""
    project: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger; `amount` in yuan."""

    flow: Flow
    amount: Decimal
    function: str = ""
    economic: str = ""
    fund: Fund = "general"
    source: Source = "fiscal"
    nature: Nature = ""
    programme: Programme = ""
    project: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A programme: its code and name, what kind it is, its 项, and its first and last year."""

    code: str
    name: str
    programme: Programme
    function: str
    years: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Procurement:
    """A purchase: 货物, 工程 or 服务; what, how many of which measure, and yuan."""

    category: Literal["货物", "工程", "服务"]
    item: str
    quantity: int
    measure: str
    amount: Decimal
    project: str


@dataclass(frozen=True)
class Accounts:
    """The accounts of one organization and year.

    `units` are (code, name) of the budget units, the organization's own office first.
    `short` is how narrative and titles may call the organization.
    """

    organization: str
    short: str
    region: str
    code: str
    bureau: str
    year: int
    stage: Stage
    units: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    projects: tuple[Project, ...]
    procurement: tuple[Procurement, ...] = ()
    staff: int = 40
    _sums: dict[Quantity, Decimal] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _by_flow(self) -> dict[str, list[Line]]:
        flows: dict[str, list[Line]] = {}
        for line in self.lines:
            flows.setdefault(line.flow, []).append(line)
        return flows

    def value(self, quantity: Quantity) -> Decimal:
        """The figure in yuan; 0 where no line agrees."""
        if quantity not in self._sums:
            self._sums[quantity] = sum((line.amount for line in self.matching(quantity)), Decimal(0))
        return self._sums[quantity]

    def matching(self, quantity: Quantity) -> Iterator[Line]:
        """The lines that a quantity sums over."""
        for flow in _TOGETHER.get(quantity.flow, (quantity.flow,)):
            for line in self._by_flow.get(flow, ()):
                if _agrees(line, quantity):
                    yield line

    def functions(self, quantity: Quantity, digits: int = 7) -> list[str]:
        """Functional codes, cut to 3, 5 or 7 digits and in order, of the lines of a quantity."""
        return sorted({line.function[:digits] for line in self.matching(quantity) if line.function})

    def economics(self, quantity: Quantity, digits: int = 5) -> list[str]:
        """Economic codes, cut to 3 or 5 digits and in order, of the lines of a quantity."""
        return sorted({line.economic[:digits] for line in self.matching(quantity) if line.economic})


_EXACT = tuple(
    f.name for f in fields(Quantity) if f.name not in ("flow", "function", "economic", "economics")
)


def _agrees(line: Line, quantity: Quantity) -> bool:
    return (
        line.function.startswith(quantity.function)
        and line.economic.startswith(quantity.economic)
        and (not quantity.economics or line.economic.startswith(quantity.economics))
        and all(getattr(quantity, name) in ("", getattr(line, name)) for name in _EXACT)
    )
