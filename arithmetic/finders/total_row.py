"""Total rows equal the rows that they cover: those above, those below, or the total before and what follows it.

Prior 0.95, law: publishers compute totals with the table. Which rows a total covers is chosen
among what its place suggests, by the numbers of all columns; where they choose nothing, only a
pattern by which the table's other totals hold is proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...document import Problem
from ..proposal import Proposal, Scope
from ..view import TableView
from .sums import Address, Fit, Sum, fit, proposals
from .totals import Cover, Total, covers, totals

_PRIOR = 0.95


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
    patterns = Counter(best.cover.pattern for _, fitted in found if (best := _best(fitted)) and best.fit.good)
    for total, fitted in found:
        choice = _best(fitted)
        if choice is None:
            continue
        if not choice.fit.good:
            choice = _meant(fitted, patterns) or choice
            if not _trusted(choice, patterns):
                continue
        yield from proposals(
            view,
            _sums(total, choice.cover),
            origin="total_row",
            family=f"{view.id} row {total.row} total {total.numbers[0]}",
            prior=_PRIOR if choice.fit.good else _PRIOR - 0.2,
            reason=f"{total.label} covers {choice.cover.reason}",
        )


def _fitted(view: TableView, total: Total) -> list[_Choice]:
    choices = [_Choice(total, cover, fit(view, _sums(total, cover))) for cover in covers(total)]
    return [choice for choice in choices if choice.fit.speaks]


def _best(fitted: Sequence[_Choice]) -> _Choice | None:
    """What holds best; among equals what the place suggests first."""
    return max(fitted, key=lambda choice: choice.fit.rank, default=None)


def _meant(fitted: Sequence[_Choice], patterns: Counter[str]) -> _Choice | None:
    """Where nothing holds: the pattern that the table's other totals follow."""
    known = [choice for choice in fitted if patterns[choice.cover.pattern]]
    return max(known, key=lambda choice: (patterns[choice.cover.pattern], choice.fit.rank), default=None)


def _trusted(choice: _Choice, patterns: Counter[str]) -> bool:
    own = choice.fit
    return bool(own.holds or own.near or patterns[choice.cover.pattern])


def _sums(total: Total, cover: Cover) -> tuple[Sum, ...]:
    return tuple(
        Sum((total.row, col), tuple(_address(row, numbers[k]) for row, numbers in cover.parts))
        for k, col in enumerate(total.numbers)
    )


def _address(row: int, col: int) -> Address:
    return row, col
