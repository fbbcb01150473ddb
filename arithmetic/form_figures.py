"""Figures of performance forms: the money of a project and of the department as a whole.

A form says in label cells what its values are; of its mazes only the money is read: the project's name
with this year's amount, the department's income and spending, and its list of projects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..document import Cell
from .meanings import Meaning
from .subjects import bare
from .view import TableView, plain

_NAME = re.compile(r"^(?:一级)?项目名称$")
_THIS_YEAR = re.compile(r"^(?:项目)?(?:当年|本年度?)(?:预算|申请资金|预算金额|预算数)(?:\([百千万亿]?元\))?$")
_PARTS = re.compile(r"^(?:当年金额|当年预算)")
_LIST = re.compile(r"^项目(?:本年度?|当年)预算")
_INCOME = re.compile(r"收入构成")
_SPENDING = re.compile(r"支出构成")
_MAX_CELLS = 4000
_ROWS = {
    ("in", "合计"): Meaning(flow="income"),
    ("in", "上年结转"): Meaning(flow="opening"),
    ("out", "基本支出"): Meaning(flow="spending", nature="basic"),
    ("out", "项目支出"): Meaning(flow="spending", nature="project"),
    ("out", "合计"): Meaning(flow="outlay"),
}


def form_figures(view: TableView) -> Iterator[tuple[int, int, Meaning]]:
    """(row, col, meaning) of the amounts of a form that are understood."""
    cells = [cell for cell in view.table.cells[:_MAX_CELLS] if cell.text]
    yield from _project(view, cells)
    yield from _department(view, cells)


def _project(view: TableView, cells: list[Cell]) -> Iterator[tuple[int, int, Meaning]]:
    """This year's amount of the one project that the form names."""
    names = {
        bare(view.text(cell.row, cell.cols.stop))
        for cell in cells
        if _NAME.match(plain(cell.text)) and cell.cols.stop < view.cols
    } - {""}
    if len(names) != 1:
        return
    meaning = Meaning(flow="spending", nature="project", project=names.pop())
    for cell in cells:
        if not _THIS_YEAR.match(plain(cell.text)):
            continue
        if cell.cols.stop < view.cols and view.cell(cell.row, cell.cols.stop).amount is not None:
            yield cell.row, cell.cols.stop, meaning
            continue
        below = cell.rows.stop
        if below < view.rows and view.cell(below, cell.col).amount is not None:
            label = view.text(below, max(0, cell.col - 1))
            if any(word in _labels(view, below, cell.col) for word in ("合计", "总计")) or not label:
                yield below, cell.col, meaning


def _department(view: TableView, cells: list[Cell]) -> Iterator[tuple[int, int, Meaning]]:
    """Income and spending of the department, and this year's budget of each of its projects."""
    for head in cells:
        text = plain(head.text)
        if _PARTS.match(text):
            for row in range(head.rows.stop, view.rows):
                labels = _labels(view, row, head.col)
                side = "in" if any(map(_INCOME.search, labels)) else ""
                side = side or ("out" if any(map(_SPENDING.search, labels)) else "")
                if not side:
                    if row > head.rows.stop + 2:
                        break
                    continue
                meaning = next((m for (at, word), m in _ROWS.items() if at == side and word in labels), None)
                if meaning is not None:
                    yield row, head.col, meaning
        elif _LIST.match(text):
            yield from _projects(view, head)


def _projects(view: TableView, head: Cell) -> Iterator[tuple[int, int, Meaning]]:
    name_col = next((col for col in range(head.col) if _NAME.match(view.text(head.row, col))), None)
    if name_col is None:
        return
    for row in range(head.rows.stop, view.rows):
        name = view.cell(row, name_col)
        amount = view.cell(row, head.col)
        if not name.text or (amount.text and amount.amount is None):
            break
        meaning = Meaning(flow="spending", nature="project", project=bare(name.text))
        if name.row == row:
            yield row, head.col, meaning


def _labels(view: TableView, row: int, col: int) -> list[str]:
    """The plain labels to the left of an address."""
    found: list[str] = []
    at = col - 1
    while at >= 0:
        cell = view.cell(row, at)
        if cell.text and cell.amount is None:
            found.append(plain(cell.text))
        at = cell.col - 1
    return found
