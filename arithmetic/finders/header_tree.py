"""Totals among columns: 合计 = the columns beside it, a heading's 小计 = the columns under it.

Prior 0.95 for a 合计 or 小计 among its siblings: header trees are made to add up, and where a
table leaves parts out its rows show it. Prior 0.85 for 增减额 = this year − last year (usual: a
comparison may be with another budget than the one printed) and for columns known to make up
another (人员经费 + 公用经费 = 基本支出) without a heading that says so. 其中 columns: 0.9, at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...document import Problem
from ..proposal import Proposal, Scope, Strength
from ..view import Panel
from .header_columns import Heading, headings, years_in
from .support import ONE, Figures, Sum, Support

_PARTS = (
    (re.compile(r"^基本支出$"), re.compile(r"^(?:人员经费|(?:日常)?公用经费|人员支出|公用支出)$")),
    (re.compile(r"公务用车购置及运行"), re.compile(r"购置费|运行(?:维护)?费")),
)
_THIS_YEAR = re.compile("本年|当年|今年")
_TRIED = 14  # readings of one total
_MOST = 60  # columns of a header


@dataclass(frozen=True, slots=True)
class _Reading:
    """Column `total` = Σ ± columns, as the header may mean it."""

    total: int
    terms: tuple[tuple[int, int], ...]
    strength: Strength
    prior: float
    reason: str


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """The column equations of every table, one family per total column."""
    for view in scope.tables:
        figures = Figures(view)
        for panel in view.panels:
            if len(panel.numbers) <= _MOST:
                trees = headings(view, panel)
                yield from _of_which(figures, panel, trees)
                for reading, instances in _families(figures, panel, trees):
                    yield from _propose(figures, reading, instances)


def _families(
    figures: Figures, panel: Panel, trees: tuple[Heading, ...]
) -> Iterator[tuple[_Reading, list[Sum]]]:
    """Per total the reading of the header that the numbers bear out, with its instances."""
    groups = [trees, *(node.parts for tree in trees for node in tree.walk() if node.parts)]
    choices = [readings for group in groups for readings in _totals(group)]
    choices += [readings for group in groups for readings in _known_parts(group)]
    choices += [_changes(leaf, trees) for tree in trees for leaf in tree.leaves if leaf.is_change]
    taken: set[int] = set()
    for readings in choices[:_MOST]:
        best: tuple[Support, _Reading, list[Sum]] | None = None
        for reading in readings[:_TRIED]:
            instances = _instances(figures, panel, reading)
            support = figures.support(instances)
            if support.meant and (best is None or support.rank > best[0].rank):
                best = support, reading, instances
        if best is not None and best[1].total not in taken:
            taken.add(best[1].total)
            yield best[1], best[2]


def _totals(group: tuple[Heading, ...]) -> Iterator[list[_Reading]]:
    """For each total among siblings the sets of columns that it may cover, likeliest first."""
    totals = [index for index, part in enumerate(group) if part.is_total]
    for index in totals:
        column = group[index].col
        if column is None:
            continue
        after = next((other for other in totals if other > index), len(group))
        before = next((other for other in reversed(totals) if other < index), -1)
        spans: list[list[Heading]] = [
            [part for position, part in enumerate(group) if position != index],
            list(group[index + 1 :]),
            list(group[index + 1 : after]),
            list(group[:index]),
            list(group[before + 1 : index]),
            [group[other] for other in totals if other != index],
            [group[other] for other in totals if other > index],
        ]
        if len(totals) > 1:  # 总计, 小计, parts, 小计, parts in one row: the nearest ones first
            spans = spans[2:3] + spans[4:] + spans[:2] + spans[3:4]
        spans += [_without_known_parts(span) for span in spans]
        yield _distinct(column, spans)


def _distinct(column: int, spans: Sequence[Sequence[Heading]]) -> list[_Reading]:
    cols = dict.fromkeys(tuple(col for part in span for col in part.heads) for span in spans)
    return [
        _Reading(column, tuple((col, 1) for col in terms), "law", 0.95, "the header makes it their total")
        for terms in cols
        if terms
    ]


def _without_known_parts(span: Sequence[Heading]) -> list[Heading]:
    inner = {
        id(part)
        for whole, pattern in _PARTS
        if any(whole.search(other.words) for other in span)
        for part in span
        if pattern.search(part.words) and not whole.search(part.words)
    }
    return [part for part in span if id(part) not in inner]


def _known_parts(group: tuple[Heading, ...]) -> Iterator[list[_Reading]]:
    """A column whose parts stand beside it under no heading of their own."""
    for whole, pattern in _PARTS:
        for heading in group:
            if heading.col is None or not whole.search(heading.words):
                continue
            parts = [p for p in group if pattern.search(p.words) and not whole.search(p.words)]
            terms = tuple((col, 1) for part in parts for col in part.heads)
            if len(terms) >= 2:
                yield [_Reading(heading.col, terms, "usual", 0.85, "these columns are known to make it up")]


def _changes(change: Heading, trees: tuple[Heading, ...]) -> list[_Reading]:
    """增减额 = one year − the year before, for the pairs of columns that may be meant."""
    years = [
        (heading, col)
        for tree in trees
        for heading in tree.walk()
        for col in _year_heads(heading)
        if change.col != col
    ]
    prior = [(heading, col) for heading, col in years if heading.is_prior or _earlier(heading, trees)]
    now = [(heading, col) for heading, col in years if (heading, col) not in prior]
    pairs = dict.fromkeys((a, b) for _, a in now for _, b in prior if a != b)
    reason = "the header calls it the change from one year to the next"
    return [
        _Reading(change.col, ((a, 1), (b, -1)), "usual", 0.85, reason)
        for a, b in pairs
        if change.col is not None
    ]


def _year_heads(heading: Heading) -> tuple[int, ...]:
    """The column that stands for a whole heading, if it is one column; last year's too."""
    if heading.col is not None:
        return () if heading.is_rate or heading.is_change else (heading.col,)
    totals = [part.col for part in heading.parts if part.is_total and part.col is not None]
    return tuple(totals[:1])


def _earlier(heading: Heading, trees: tuple[Heading, ...]) -> bool:
    """Whether it names the first of the years that the header names."""
    words = "".join(text for tree in trees for leaf in tree.leaves for text in leaf.path)
    years = years_in(words)
    if heading.year is None or heading.year != min(years):
        return False
    amounts = [leaf for tree in trees for leaf in tree.leaves if not (leaf.is_change or leaf.is_rate)]
    spoken = any(leaf.is_prior for leaf in amounts)
    return len(years) > 1 or (not spoken and bool(_THIS_YEAR.search(words)))


def _instances(figures: Figures, panel: Panel, reading: _Reading) -> list[Sum]:
    skipped = figures.numbering
    found = []
    for row in panel.rows:
        if row.row != skipped and row.role != "note":
            terms = tuple((figures.at(row.row, col), ONE * sign) for col, sign in reading.terms)
            instance = Sum(figures.at(row.row, reading.total), terms)
            if figures.sound(instance):
                found.append(instance)
    return found


def _propose(figures: Figures, reading: _Reading, instances: list[Sum]) -> Iterator[Proposal]:
    view = figures.view
    spelled = "".join(f" {'+' if sign > 0 else '-'} {col + 1}" for col, sign in reading.terms).removeprefix(
        " + "
    )
    for instance in instances:
        yield Proposal(
            "sum", reading.strength, "header_tree", instance.total, instance.terms,
            f"{view.id} column {reading.total + 1} = {spelled}", reading.prior, reading.reason,
        )  # fmt: skip


def _of_which(figures: Figures, panel: Panel, trees: tuple[Heading, ...]) -> Iterator[Proposal]:
    """A column 其中：… is at most the column or the total before it."""
    view = figures.view
    for group in [trees, *(node.parts for tree in trees for node in tree.walk() if node.parts)]:
        whole: int | None = None
        for heading in group:
            if not heading.is_of_which:
                heads = heading.heads
                whole = heads[0] if len(heads) == 1 else None
                continue
            if whole is None:
                continue
            for part in (leaf.col for leaf in heading.leaves if leaf.col is not None and not leaf.is_rate):
                for instance in _instances(figures, panel, _Reading(part, ((whole, 1),), "usual", 0.9, "")):
                    yield Proposal(
                        "at_most", "usual", "header_tree", instance.total, instance.terms,
                        f"{view.id} column {part + 1} <= {whole + 1}", 0.9,
                        "the header says that it is among the column before it",
                    )  # fmt: skip
