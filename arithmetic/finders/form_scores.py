"""Weights, rates and scores in self-evaluation forms, and shares in forms of the whole department."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ...document import Cell
from ..proposal import At, Proposal, Relation, Strength
from ..view import label_number
from .form_grid import FormGrid, bare
from .form_totals import Total
from .ratio import HUNDRED, Quotient, letter, lettered, proposal, stands, support
from .support import ONE, Sum, half_unit

_SCORE = re.compile(r"(?:自评)?得分|评分|自评分")
_WEIGHT = re.compile(r"(?:设置)?分值|权重|标准分|满分")
_RATE = re.compile(r"(?:预算)?执行率|完成率|支出率")
_DONE = re.compile(r"(?:全年|预算|实际)?(?:执行|完成|支出)(?:数|金额|额)")
_PLANNED = re.compile(r"(?:全年|年初|调整后)?预算(?:数|金额|额)")
_SHARE = re.compile(r"占比|比重|比例|占总额比例")
_THIRD = re.compile(r"三级指标|指标内容|指标名称|具体指标")
_PERCENT = Decimal("0.01")


def scores(grid: FormGrid) -> Iterator[Proposal]:
    """得分 ≤ 分值, 得分 = 分值 × 执行率, and weights in labels that nest."""
    for head in grid.find(_SCORE):
        weight = _in_row(grid, head, _WEIGHT)
        if weight is None:
            continue
        rate = _in_row(grid, head, _RATE)
        rows = []
        for score in grid.below(head):
            label = grid.label(score.row, weight.col)
            if label is not None and grid.is_total(label):
                break
            value = grid.view.cell(score.row, weight.col)
            if value.row == score.row and grid.is_value(value):
                rows.append((value, score))
        for value, score in rows:
            yield from _scored(grid, head, value, score, rate)
        if rate is None and rows:
            yield from _nested(grid, weight, [value for value, _ in rows])


def _in_row(grid: FormGrid, head: Cell, pattern: re.Pattern[str]) -> Cell | None:
    cells = [c for c in grid.by_row.get(head.row, ()) if grid.is_words(c)]
    return next((c for c in cells if pattern.fullmatch(bare(grid.text(c)))), None)


def _scored(grid: FormGrid, head: Cell, weight: Cell, score: Cell, rate: Cell | None) -> Iterator[Proposal]:
    """One score: times the rate where a rate is printed, else at most its weight."""
    figures, at = grid.figures, grid.at(score)
    if rate is None:
        instance = Sum(at, ((grid.at(weight), ONE),))
        if figures.sound(instance) and figures.number(grid.at(weight)):
            family = f"{grid.view.id} scores at most weights, column {head.col + 1}"
            yield _proposal("at_most", "law", "outline", instance, family, "no score exceeds its weight")
        return
    rated = grid.view.cell(score.row, rate.col)
    if rated.row == score.row and figures.number(grid.at(rated)) and figures.number(grid.at(weight)):
        instance = Sum(at, ((grid.at(weight), ONE), (grid.at(rated), _PERCENT)))
        origin = "printed_formula" if re.search(r"[*×✕]", grid.text(head)) else "ratio"
        yield Proposal(
            "product", "hint", origin, at, instance.terms, f"{grid.view.id} score of the money", 0.8,
            "what is scored on the money is its weight times the rate", half_unit(2),
        )  # fmt: skip
    block = grid.block(score.row, rate.col)
    if block is not None and label_number(block.text) is not None and figures.number(grid.at(weight)):
        family = f"{grid.view.id} weight of the money"
        instance = Sum(grid.at(block), ((grid.at(weight), ONE),))
        yield _proposal("equal", "usual", "outline", instance, family, "the label names the weight")


def _proposal(
    relation: Relation, strength: Strength, origin: str, instance: Sum, family: str, reason: str
) -> Proposal:
    prior = 0.95 if strength == "law" else 0.85
    return Proposal(relation, strength, origin, instance.total, instance.terms, family, prior, reason)


@dataclass(frozen=True, slots=True)
class _Level:
    """Labels with weights in one column, and whether they name single indicators."""

    cells: tuple[Cell, ...]
    single: bool


def _nested(grid: FormGrid, weight: Cell, values: list[Cell]) -> Iterator[Proposal]:
    """产出指标（40分） = 数量指标（34分） + … = the weights of its indicators."""
    rows = range(values[0].row, values[-1].row + 1)
    levels = _levels(grid, weight, rows)
    groups = [level.cells for level in levels if not level.single]
    groups.append(tuple(values))
    for upper, lower in pairwise(groups):
        for label in upper:
            parts = [grid.at(cell) for cell in lower if cell.row in label.rows]
            if parts:
                family = f"{grid.view.id} weights under column {label.col + 1}, row {label.row + 1}"
                instance = Sum(grid.at(label), tuple((at, ONE) for at in parts))
                yield _proposal(
                    "sum", "law", "outline", instance, family, "a label names the weight of its parts"
                )
    for level in levels:
        for label in level.cells if level.single else ():
            own = [grid.at(cell) for cell in values if cell.row in label.rows]
            if len(own) == 1:
                family = f"{grid.view.id} weights named in column {label.col + 1}"
                instance = Sum(grid.at(label), ((own[0], ONE),))
                yield _proposal("equal", "usual", "outline", instance, family, "the label names the weight")


def _levels(grid: FormGrid, weight: Cell, rows: range) -> list[_Level]:
    """Columns of labels that all name weights, from left to right."""
    levels = []
    for col in range(weight.col):
        cells = dict.fromkeys(grid.view.cell(row, col) for row in rows)
        labels = tuple(cell for cell in cells if label_number(cell.text) is not None)
        complete = all(
            cell.row in rows and cell.rows.stop <= rows.stop and cell.col == col for cell in labels
        )
        if labels and complete and 4 * len(labels) >= 3 * len(cells):
            head = grid.head(labels[0].row, col)
            levels.append(_Level(labels, head is not None and bool(_THIRD.search(head.text))))
    return levels


def rates(grid: FormGrid) -> Iterator[Proposal]:
    """执行率（B/A）, by its letters or else by the words of the headers beside it."""
    for head in grid.find(_RATE):
        pair = _pair(grid, head)
        if pair is None:
            continue
        quotients = []
        for rate in grid.below(head):
            over, under = (grid.view.cell(rate.row, cell.col) for cell in pair)
            at = grid.at(rate)
            beside = over.row == under.row == rate.row and grid.is_value(over)
            if beside and stands(grid.figures, at) and grid.figures.number(grid.at(under)):
                quotients.append((at, grid.at(over), grid.at(under)))
        family = f"{grid.view.id} {grid.text(head)} at row {head.row + 1}"
        yield from _rated(grid, quotients, family, certain=lettered(grid.text(head)) is not None)


def _pair(grid: FormGrid, head: Cell) -> tuple[Cell, Cell] | None:
    """The headers of what was done and of what was planned."""
    heads = [c for c in grid.by_row.get(head.row, ()) if grid.is_words(c) and c is not head]
    stated = lettered(grid.text(head))
    if stated is not None:
        named = {letter(grid.text(cell)): cell for cell in heads}
        if stated[0] in named and stated[1] in named:
            return named[stated[0]], named[stated[1]]
    done = [cell for cell in heads if _DONE.fullmatch(bare(grid.text(cell)))]
    planned = [cell for cell in heads if _PLANNED.fullmatch(bare(grid.text(cell)))]
    return (done[-1], planned[-1]) if done and planned else None


def shares(grid: FormGrid, totals: list[Total]) -> Iterator[Proposal]:
    """占比 = an amount of a block / the block's total."""
    for head in grid.find(_SHARE):
        for total in totals:
            place = total.sum.total
            if place.row <= head.row or not _left_of(grid, head, place):
                continue
            quotients: list[tuple[At, At, At]] = []
            for at in (*(term for term, _ in total.sum.terms), place):
                cell = grid.view.cell(at.row, head.col)
                share = grid.at(cell)
                if cell.row == at.row and cell.col == head.col and stands(grid.figures, share):
                    quotients.append((share, at, place))
            if grid.figures.number(place):
                family = f"{grid.view.id} {grid.text(head)} of row {place.row + 1}"
                doubtful = not grid.figures.support([total.sum]).holds  # a wrong total spoils every share
                yield from _rated(grid, quotients, family, certain=doubtful)


def _left_of(grid: FormGrid, head: Cell, place: At) -> bool:
    """Whether a total stands in the nearest column of amounts left of a column of shares."""
    cell = grid.view.cell(place.row, head.col - 1) if head.col else None
    return cell is not None and grid.at(cell) == place


def _rated(grid: FormGrid, places: list[tuple[At, At, At]], family: str, certain: bool) -> Iterator[Proposal]:
    """The rates that the numbers bear out; all of them, in per cent, where the form is `certain` of it."""
    best: tuple[tuple[int, int], list[Quotient]] | None = None
    for factor in (HUNDRED, ONE):
        quotients = [Quotient(rate, over, under, factor) for rate, over, under in places]
        found = support(grid.figures, quotients)
        likely = found.meant or (certain and factor == HUNDRED)
        if likely and (best is None or found.rank > best[0]):
            best = found.rank, quotients
    for quotient in best[1] if best else ():
        yield proposal(grid.figures, quotient, family, "the form calls it their rate")
