"""Totals in forms: a 合计 and the rows of its block, blocks that split one total, projects under 项目支出.

Priors are those of `forms`, which says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...document import Cell
from ..proposal import At, Proposal, Relation, Strength
from ..view import TableView
from .form_grid import FormGrid, bare
from .support import ONE, ZERO, Figures, Sum, one_slip

_RATE = re.compile(r"[%率]|占比|比重|比例")
_OF_WHICH = re.compile(r"^其中")
_SCORED = re.compile(r"分值|得分|权重|分数|评分")
_NOW = re.compile(r"当年|本年|金额|申请")
_ALL_YEARS = re.compile(r"项目总预算|总预算|预算总额|项目总投资")
_THIS_YEAR = re.compile(r"项目(?:当年|本年度?|年度)预算(?:数|额)?|(?:当年|本年度?)预算(?:数|额)?")
_SPENT = re.compile(r"项目支出")
_ITEMS = re.compile(r"(?:部门预算)?(?:经济(?:分类)?)?科目名称|经济科目|支出明细|明细项目|成本构成")
_AMOUNT = re.compile(r"金额|预算金额|预算数")
_SOURCES = re.compile(r"资金来源|收入来源")


@dataclass(frozen=True, slots=True)
class Total:
    """One total with its parts, in the block and under the header that it stands in."""

    sum: Sum
    label: Cell
    block: Cell | None
    head: str
    origin: str

    @property
    def scored(self) -> bool:
        """Whether it adds up weights or scores, which are never rounded."""
        return bool(_SCORED.search(self.head))


def totals(grid: FormGrid) -> list[Total]:
    """Every total whose rows the numbers bear out, or whose block leaves no other reading."""
    return [total for cell in grid.cells if grid.may_total(cell) for total in _of_label(grid, cell)]


def propose_totals(grid: FormGrid, found: list[Total]) -> Iterator[Proposal]:
    """The sums as proposals, one family per label."""
    for total in found:
        where = f"{grid.view.id} {grid.text(total.label)} at row {total.label.row + 1}"
        yield Proposal(
            "sum", "law", total.origin, total.sum.total, total.sum.terms, where, 0.93,
            "a total with the rows of its block",
            grid.figures.slack(total.sum) if not total.scored and grid.figures.coarser(total.sum) else ZERO,
        )  # fmt: skip


def _of_label(grid: FormGrid, label: Cell) -> list[Total]:
    """The totals in the row of a label: of the readings up and down the one that holds."""
    block = grid.block(label.row, label.col)
    values = [
        cell
        for cell in grid.by_row.get(label.row, ())
        if cell.col >= label.col + label.col_span and _adds_up(grid, cell)
    ]
    readings: list[list[Total]] = []
    for up in (True, False):
        for inner in (False, True):
            found = [
                Total(Sum(grid.at(cell), terms), label, block, _head(grid, cell), _origin(grid, label))
                for cell in values
                if (terms := _terms(grid, label, cell, block, up, inner))
            ]
            found = [total for total in found if grid.figures.sound(total.sum)]
            if found and all([t.sum for t in found] != [t.sum for t in other] for other in readings):
                readings.append(found)
    best: tuple[tuple[int, int], list[Total]] | None = None
    for found in readings:
        support = grid.figures.support(total.sum for total in found)
        certain = len(readings) == 1 and block is not None and support.count > 0 and grid.is_total(label)
        if (support.meant or certain) and (best is None or support.rank > best[0]):
            best = support.rank, found
    return best[1] if best else []


def _adds_up(grid: FormGrid, cell: Cell) -> bool:
    return grid.is_value(cell) and "%" not in grid.text(cell) and not _RATE.search(_head(grid, cell))


def _head(grid: FormGrid, cell: Cell) -> str:
    head = grid.head(cell.row, cell.col)
    return bare(head.text) if head else ""


def _origin(grid: FormGrid, label: Cell) -> str:
    return "total_row" if label.col_span > 1 or grid.block(label.row, label.col) is None else "outline"


def _terms(
    grid: FormGrid, label: Cell, value: Cell, block: Cell | None, up: bool, inner: bool
) -> tuple[tuple[At, Decimal], ...]:
    """The values above or below a total that it may add up; `inner` takes 其中 rows as parts too."""
    rows = block.rows if block is not None else range(grid.view.rows)
    row = label.row - 1 if up else label.row + label.row_span
    sure: list[At] = []
    pending: list[At] = []
    head: str | None = None
    while row in rows:
        cell = grid.view.cell(row, value.col)
        if cell.col != value.col or cell.col_span != value.col_span:
            break
        if grid.is_value(cell):
            beside = _row_label(grid, row, label, value)
            if beside is not None and grid.is_total(beside):
                break
            text = grid.text(beside) if beside is not None else ""
            if (text or cell.text.strip()) and (inner or not _OF_WHICH.match(text)):
                pending.append(grid.at(cell))
        else:
            # A header in the middle: the rows beyond it count if they stand under the same words.
            words = bare(grid.text(cell))
            if not up or block is not None or (head is not None and head != words):
                break
            head = words
            sure, pending = sure + pending, []
        row = cell.row - 1 if up else cell.row + cell.row_span
    kept = sure if up and block is None else sure + pending
    return tuple((at, ONE) for at in kept)


def _row_label(grid: FormGrid, row: int, label: Cell, value: Cell) -> Cell | None:
    cell = grid.view.cell(row, label.col)
    return cell if grid.is_words(cell) and cell.row == row else grid.label(row, value.col)


def equalities(grid: FormGrid, found: list[Total]) -> Iterator[Proposal]:
    """Two blocks under one heading split the same total: 收入构成 and 支出构成, 资金来源 and 支出明细."""
    for index, first in enumerate(found):
        for second in found[index + 1 :]:
            if _twins(grid, first, second):
                yield from _equal(grid, first.sum.total, second.sum.total, bool(_NOW.search(first.head)))


def _twins(grid: FormGrid, first: Total, second: Total) -> bool:
    if first.block is None or second.block is None or first.block == second.block:
        return False
    if first.sum.total.col != second.sum.total.col or first.head != second.head:
        return False
    parents = [grid.block(block.row, block.col) for block in (first.block, second.block)]
    return parents[0] is not None and parents[0] == parents[1]


def _equal(grid: FormGrid, one: At, other: At, sure: bool) -> Iterator[Proposal]:
    """Equal totals, where they are, or differ by one digit where the words say that they must not."""
    instance = Sum(one, ((other, ONE),))
    if not grid.figures.sound(instance):
        return
    support = grid.figures.support([instance])
    if support.holds or (sure and support.slips):
        yield _single(grid.figures, "equal", "law", "balance", instance, "two breakdowns of one total")


def _single(
    figures: Figures, relation: Relation, strength: Strength, origin: str, instance: Sum, reason: str
) -> Proposal:
    """A proposal that is a family of its own."""
    at = instance.total
    family = f"{figures.view.id} {relation} {reason} at row {at.row + 1}, column {at.col + 1}"
    missed = figures.support([instance]).holds > 0 and bool(figures.residual(instance))
    tolerance = figures.slack(instance) if missed else ZERO
    prior = {"law": 0.9, "usual": 0.85, "hint": 0.8}[strength]
    return Proposal(relation, strength, origin, at, instance.terms, family, prior, reason, tolerance)


def projects(grid: FormGrid) -> Iterator[Proposal]:
    """Budgets of this year: at most those of all years, and together 项目支出."""
    for head in grid.find(_THIS_YEAR):
        values = [cell for cell in grid.below(head) if grid.figures.number(grid.at(cell)) is not None]
        whole = _same_row(grid, head, _ALL_YEARS)
        beside = grid.beside(head)
        if beside is not None and whole is not None:
            yield from _at_most(grid, beside, grid.beside(whole))
        elif whole is not None:
            for cell in values:
                yield from _at_most(grid, cell, grid.view.cell(cell.row, whole.col))
        yield from _spent(grid, head, values)


def _same_row(grid: FormGrid, head: Cell, pattern: re.Pattern[str]) -> Cell | None:
    cells = [c for c in grid.by_row.get(head.row, ()) if grid.is_words(c)]
    return next((c for c in cells if pattern.fullmatch(bare(grid.text(c)))), None)


def _at_most(grid: FormGrid, part: Cell, whole: Cell | None) -> Iterator[Proposal]:
    if whole is None or not grid.is_value(whole):
        return
    instance = Sum(grid.at(part), ((grid.at(whole), ONE),))
    if grid.figures.sound(instance) and grid.figures.number(grid.at(whole)):
        yield _single(
            grid.figures, "at_most", "hint", "outline", instance, "this year's is part of all years'"
        )


def _spent(grid: FormGrid, head: Cell, values: list[Cell]) -> Iterator[Proposal]:
    """项目支出 above a list of projects is what they make up."""
    labels = [cell for cell in grid.find(_SPENT) if cell.row < head.row]
    if not labels or not values:
        return
    label = labels[-1]
    terms = tuple((grid.at(cell), ONE) for cell in values)
    for cell in grid.by_row.get(label.row, ()):
        if cell.col > label.col and grid.is_value(cell) and _NOW.search(_head(grid, cell)):
            yield from _borne_out(grid, Sum(grid.at(cell), terms), "outline", "the projects make up 项目支出")
            return


def _borne_out(grid: FormGrid, instance: Sum, origin: str, reason: str) -> Iterator[Proposal]:
    figures = grid.figures
    if figures.sound(instance) and (figures.support([instance]).meant or figures.copied(instance)):
        yield _single(grid.figures, "sum", "law", origin, instance, reason)


def application(grid: FormGrid, found: list[Total], costs: TableView | None) -> Iterator[Proposal]:
    """项目当年预算 = the total of its sources = its cost lines, in this form or in the table after it."""
    sources = [total for total in found if total.block is not None and _is_sources(grid, total)]
    for total in sources[:1]:
        place = total.sum.total
        for label in grid.find(_THIS_YEAR):
            value = grid.beside(label)
            if value is not None:
                yield from _equal(grid, grid.at(value), place, sure=True)
        yield from _cost_lines(grid, place)
        if costs is not None:
            yield from _cost_table(grid, place, costs)


def _is_sources(grid: FormGrid, total: Total) -> bool:
    return total.block is not None and bool(_SOURCES.search(grid.text(total.block)))


def _cost_lines(grid: FormGrid, total: At) -> Iterator[Proposal]:
    for head in grid.find(_AMOUNT):
        left = grid.label(head.row, head.col)
        if left is None or left.row != head.row or not _ITEMS.fullmatch(bare(grid.text(left))):
            continue
        rows = [cell for cell in grid.below(head) if grid.figures.number(grid.at(cell))]
        labels = [grid.label(cell.row, cell.col) for cell in rows]
        if rows and not any(label is not None and grid.is_total(label) for label in labels):
            terms = tuple((grid.at(cell), ONE) for cell in rows if grid.at(cell) != total)
            yield from _borne_out(grid, Sum(total, terms), "outline", "the cost lines make up the total")


def _cost_table(grid: FormGrid, total: At, costs: TableView) -> Iterator[Proposal]:
    """A table of cost lines right after the form."""
    other = FormGrid(costs)
    for head in other.find(_AMOUNT):
        left = other.label(head.row, head.col)
        if left is None or not _ITEMS.fullmatch(bare(other.text(left))):
            continue
        cells = [cell for cell in other.below(head) if other.figures.number(other.at(cell)) is not None]
        if any((label := other.label(c.row, c.col)) is not None and other.is_total(label) for c in cells):
            return
        values = [other.figures.value(other.at(cell)) for cell in cells]
        off = grid.figures.value(total) - sum(values)
        terms = tuple((other.at(cell), ONE) for cell in cells)
        if terms and any(values) and grid.figures.number(total):
            slack = grid.figures.slack(Sum(total, ())) * (len(terms) + 1)
            if abs(off) <= slack or one_slip(off):
                yield Proposal(
                    "sum", "law", "cross_table", total, terms, f"{grid.view.id} costs in {costs.id}", 0.9,
                    "the table after the form lists its cost lines", slack if 0 < abs(off) <= slack else ZERO,
                )  # fmt: skip
        return
