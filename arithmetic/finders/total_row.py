"""Total rows equal the rows that they cover: above them, below, or another total and what is added.

Prior 0.95, law: publishers compute totals with the table. Which rows a total covers is chosen
among what its place suggests, by the numbers of all columns; where they choose nothing, only a
pattern by which the table's other totals hold is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...document import Problem
from ..proposal import Proposal, Scope
from ..view import TableView
from .sums import Address, Fit, Sum, fit, proposals
from .totals import Cover, Total, covers, totals

_PRIOR = 0.95
_INCOMPLETE = 0.75  # where several columns miss, as where rows are left out


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """One family per total row and panel, one instance per amount column."""
    for view in scope.tables:
        yield from _of_table(view)


@dataclass(frozen=True, slots=True)
class _Choice:
    total: Total
    cover: Cover
    fit: Fit


def _of_table(view: TableView) -> Iterator[Proposal]:
    found = [(total, _fitted(view, total)) for total in totals(view)]
    patterns = {best.cover.pattern for _, fitted in found if (best := _best(fitted)) and best.fit.good}
    plain = _is_plain_list(view)
    for total, fitted in found:
        for choice in _chosen(fitted, patterns, plain):
            yield from proposals(
                view,
                _sums(total, choice.cover),
                origin="total_row",
                family=f"{view.id} row {total.row} total {total.numbers[0]} {choice.cover.pattern}",
                prior=_PRIOR if choice.fit.complete else _INCOMPLETE,
                reason=f"{total.label} covers {choice.cover.reason}",
            )


def _fitted(view: TableView, total: Total) -> list[_Choice]:
    choices = [_Choice(total, cover, fit(view, _sums(total, cover))) for cover in covers(total)]
    return [choice for choice in choices if choice.fit.speaks]


def _best(fitted: Sequence[_Choice]) -> _Choice | None:
    """What holds best; among equals what the place suggests first."""
    return max(fitted, key=lambda choice: choice.fit.rank, default=None)


def _is_plain_list(view: TableView) -> bool:
    """Whether a table is one list of at least two items and its only total, at its head or its foot."""
    if len(view.panels) != 1:
        return False
    rows = [row for row in view.panels[0].rows if row.role != "blank"]
    totals = [row for row in rows if row.role == "total"]
    items = [row for row in rows if row.role == "item" and row.ordinal is None and row.code is None]
    ends = rows[:1] + rows[-1:]
    return len(totals) == 1 and totals[0] in ends and len(items) == len(rows) - 1 >= 2


def _chosen(fitted: Sequence[_Choice], patterns: set[str], plain: bool) -> Iterator[_Choice]:
    """What holds, and what the place suggests as far as the numbers do not speak against it."""
    best = _best(fitted)
    if best is None:
        return
    suggested = next((c for c in fitted if c.cover.pattern in ("carried", "totals above")), None)
    if best.fit.good:
        yield best
        if suggested is not None and suggested is not best and suggested.fit.near and not suggested.fit.fails:
            yield suggested  # 合计 is misread, so that only its own parts make up 总计
        return
    choice = suggested or best
    if not choice.fit.fails or (choice.fit.fails == 1 and (plain or _certain(choice, patterns))):
        yield choice


def _certain(choice: _Choice, patterns: set[str]) -> bool:
    """Whether the place says what is covered: 总计 after a 合计, classes, or as other totals do."""
    pattern, own = choice.cover.pattern, choice.fit
    if pattern == "carried":
        return "总计" in choice.total.label and choice.cover.carried
    if choice.cover.doubtful:
        return False
    return own.holds > 1 or pattern in patterns or (choice.cover.coded and pattern in ("above", "below"))


def _sums(total: Total, cover: Cover) -> tuple[Sum, ...]:
    return tuple(
        Sum((total.row, col), tuple(_address(row, numbers[k]) for row, numbers in cover.parts))
        for k, col in enumerate(total.numbers)
    )


def _address(row: int, col: int) -> Address:
    return row, col
