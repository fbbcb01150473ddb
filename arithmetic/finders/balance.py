"""Two sides are equal: 收入总计 = 支出总计, on every side that a table prints; and funds carry over.

Prior 0.97, law: a budget balances by law, and accounts close with what is left over on the
expenditure side. Only the grand totals balance: 本年收入合计 and 本年支出合计 differ by what is
carried over. In a table of funds, what was left + income − expenditure = what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...document import Problem
from ..proposal import Place, Proposal, Scope
from ..view import Panel, Row, TableView
from .sums import amount_columns, at, unread

_PRIOR = 0.97
_GRAND = re.compile("总计")
_SUBTOTAL = re.compile("合计|小计|总计")
_OPENING = re.compile("(?:年初|上年).*(?:结转|结余)")
_INCOME = re.compile("^本年.*收入|^收入$")
_SPENDING = re.compile("^本年.*支出|^支出$")
_CLOSING = re.compile("(?:年末|年终).*(?:结转|结余)|结转下年")


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """One equation per side beyond the first; one family per table of funds, with an instance per row."""
    for view in scope.tables:
        yield from _sides(view)
        yield from _funds(view)


@dataclass(frozen=True, slots=True)
class _Side:
    income: bool
    row: Row
    col: int


def _sides(view: TableView) -> Iterator[Proposal]:
    rows = {row.row for panel in view.panels for row in panel.rows if _is_grand(row)}
    sides = [side for panel in view.panels if (side := _side(view, panel, rows)) is not None]
    first = next((side for side in sides if side.income), None)
    others = [side for side in sides if not side.income]
    if first is None:
        return
    for other in others:
        total, term = at(view, (first.row.row, first.col)), at(view, (other.row.row, other.col))
        bears = any(
            view.bears_number(s.row.row, s.col) or unread(view, (s.row.row, s.col)) for s in (first, other)
        )
        if total is None or term is None or not bears:
            continue
        yield Proposal(
            "equal",
            "law",
            "balance",
            total,
            ((term, Decimal(1)),),
            f"{view.id} sides {other.col}",
            _PRIOR,
            f"{first.row.label} and {other.row.label} are the two sides of one account",
        )


def _is_grand(row: Row) -> bool:
    return row.role == "total" and _GRAND.search(row.label) is not None


def _side(view: TableView, panel: Panel, grand_rows: set[int]) -> _Side | None:
    """The grand total of a panel that is headed, or whose total is called, 收入 or 支出.

    合计 beside the 总计 of another panel is one as well.
    """
    amounts = amount_columns(view, panel.numbers)
    rows = [row for row in panel.rows if row.role == "total"]
    if not amounts or not rows:
        return None
    grand = [row for row in rows if _is_grand(row)] or [row for row in rows if row.row in grand_rows]
    if not grand:
        return None
    row, col = grand[-1], _whole_column(view, amounts)
    headed = "".join(text for c in panel.cols[:1] for text in view.header_paths[c][:1])
    words = row.label if ("收入" in row.label) != ("支出" in row.label) else headed
    if ("收" in words) == ("支" in words):
        return None
    return _Side("收" in words, row, col)


def _whole_column(view: TableView, amounts: tuple[int, ...]) -> int:
    """The column that holds all funds: 合计 or 小计, else the first."""
    for col in amounts:
        path = view.header_paths[col]
        if path and _SUBTOTAL.search(path[-1]):
            return col
    return amounts[0]


def _funds(view: TableView) -> Iterator[Proposal]:
    """年初结转和结余 + 本年收入 − 本年支出 = 年末结转和结余, row by row."""
    for panel in view.panels:
        cols = [_headed(view, panel, pattern) for pattern in (_CLOSING, _OPENING, _INCOME, _SPENDING)]
        closing, opening, income, spending = cols
        if closing is None or opening is None or income is None or spending is None:
            continue
        if len(set(cols)) < len(cols):
            continue
        signed = ((opening, Decimal(1)), (income, Decimal(1)), (spending, Decimal(-1)))
        for row in panel.rows:
            if row.role in ("blank", "note", "section"):
                continue
            total = at(view, (row.row, closing))
            terms: list[tuple[Place, Decimal]] = [
                (place, factor) for col, factor in signed if (place := at(view, (row.row, col))) is not None
            ]
            if total is None or len(terms) < len(signed):
                continue
            if any(view.bears_number(row.row, col) for col in (closing, opening, income, spending)):
                reason = "what was left, and income less expenditure, is what is left"
                family = f"{view.id} funds {closing}"
                yield Proposal("sum", "law", "balance", total, tuple(terms), family, _PRIOR, reason)


def _headed(view: TableView, panel: Panel, pattern: re.Pattern[str]) -> int | None:
    """The one column headed by a pattern, or its 小计 where it is headed so with its parts."""
    found = [
        col
        for col in amount_columns(view, panel.numbers)
        if any(pattern.search(text) for text in view.header_paths[col])
    ]
    if len(found) > 1:
        found = [col for col in found if _SUBTOTAL.search(view.header_paths[col][-1])]
    return found[0] if len(found) == 1 else None
