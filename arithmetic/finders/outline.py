"""Rows that nest by their numbering: 一、 is the sum of its （一）（二）, and 其中 is part of it.

Prior 0.93, law, where ordinals or the numbers of several rows say that the parts are all
printed. 其中 only promises parts: each is at most the whole (law, 0.97); that they make it up
is usual (0.8), where the numbers show it. Rows without ordinals are parts only as far as the
numbers bear it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...document import Problem
from ..proposal import Proposal, Scope
from ..view import TableView
from .code_forest import forests
from .outline_forest import Item, outline
from .sums import Fit, Sum, fit, proposals, unread

_PRIOR = 0.93
_INCOMPLETE = 0.75  # where several columns miss, as where rows are left out


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """One family per row that has parts, one instance per amount column."""
    for view in scope.tables:
        coded = {id(panel): forest for panels, forest in forests(view) for panel in panels}
        items = [
            item
            for panel in view.panels
            for top in outline(view, panel, coded.get(id(panel)))
            for item in top.below()
        ]
        yield from _of_table(view, items)


def _of_table(view: TableView, items: Sequence[Item]) -> Iterator[Proposal]:
    parents = [(item, fit(view, item.sums(_whole(item)))) for item in items if _whole(item)]
    good = sum(own.good for _, own in parents)
    others = sum(own.speaks for _, own in parents) - 1
    for item, own in parents:
        if own.good or _meant(own, good, others):
            yield from _sum(view, item, own)
    for item in items:
        yield from _shares(view, item)


def _whole(item: Item) -> list[Item]:
    return [child for child in item.children if not child.loose]


def _meant(own: Fit, good: int, others: int) -> bool:
    """Whether a row that its parts do not make up is a misreading; one that numbers nothing is neither."""
    if not own.speaks:
        return False
    if own.holds or own.near > own.fails:
        return True
    return others >= 2 and good >= others * 0.75


def _sum(view: TableView, item: Item, own: Fit) -> Iterator[Proposal]:
    parts = _whole(item)
    yield from proposals(
        view,
        item.sums(parts),
        origin="outline",
        family=f"{view.id} row {item.row.row} outline",
        prior=_PRIOR if own.complete else _INCOMPLETE,
        reason=f"rows {parts[0].row.row + 1} to {parts[-1].row.row + 1} stand below row {item.row.row + 1}",
    )


def _shares(view: TableView, item: Item) -> Iterator[Proposal]:
    """What 其中 names: together the whole where the numbers say so, each at most it in any case."""
    family = f"{view.id} row {item.row.row} of which"
    heads = item.shares
    own = fit(view, item.sums(heads)) if len(heads) > 1 else Fit()
    if own.good or (own.near and not own.fails):
        reason = "其中 names parts that make up the whole"
        yield from proposals(
            view,
            item.sums(heads),
            origin="outline",
            family=family,
            prior=0.8,
            reason=reason,
            strength="usual",
        )
    for head in heads:
        sums = [s for s in head.sums([item]) if _positive(view, s) and not _is_blank(view, s)]
        reason = "其中 introduces a part of the row above"
        yield from proposals(
            view,
            sums,
            origin="outline",
            family=f"{family} {head.row.row}",
            prior=0.97,
            reason=reason,
            relation="at_most",
        )


def _is_blank(view: TableView, one: Sum) -> bool:
    """Whether nothing is printed for the whole: it limits nothing, and 其中 may speak of another row."""
    return all(view.cell(*address).amount is None and not unread(view, address) for address in one.parts)


def _positive(view: TableView, one: Sum) -> bool:
    """Whether no number is below zero: of −5 a part may be −7."""
    return all((view.number(*address) or 0) >= 0 for address in (one.total, *one.parts))
