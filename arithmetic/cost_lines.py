"""The cost lines of a project, printed as a table of their own below the project's form.

项目支出明细测算 lists what a project's amount pays for, by economic item: the project's 合计 and its 当年预算
are the sum of the lines. Prior 0.9: the form is filled in by hand, and lines are left out at times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from .. import amounts
from .form_figures import form_figures
from .proposal import At, Place, Proposal
from .view import TableView, plain

_PRIOR = 0.9
_TITLE = re.compile(r"测算|支出明细")
_AMOUNT = re.compile(r"^(?:预算)?金额(?:\([百千万亿]?元\))?$")


def cost_lines(tables: Sequence[TableView]) -> Iterator[Proposal]:
    """The project's amount in the form right before the list against the sum of the list."""
    for form, lines in pairwise(tables):
        if form.header_rows or not lines.header_rows or not _TITLE.search(plain(lines.table.title or "")):
            continue
        columns = [
            col for col in range(lines.cols) if any(_AMOUNT.match(text) for text in lines.header_paths[col])
        ]
        places = _project(form)
        if len(columns) != 1 or not places:
            continue
        col = columns[0]
        parts = [At(lines.id, row, col) for row in lines.body if lines.bears_number(row, col)]
        labels = {lines.text(part.row, 0) for part in parts}
        if not parts or any("合计" in label or "总计" in label for label in labels):
            continue
        for total in places:
            yield _sum(form, lines, total, parts)


def _project(form: TableView) -> list[At]:
    """Where the form prints this year's amount of the project."""
    found = [At(form.id, row, col) for row, col, meaning in form_figures(form) if meaning.project]
    return [place for place in dict.fromkeys(found) if form.bears_number(place.row, place.col)]


def _sum(form: TableView, lines: TableView, total: At, parts: Sequence[At]) -> Proposal:
    scale = _scale(form, total)
    factor = _scale(lines, parts[0]) / scale
    terms: tuple[tuple[Place, Decimal], ...] = tuple((part, factor) for part in parts)
    steps = [_step(form, total), *(_step(lines, part) * factor for part in parts)]
    tolerance = Decimal(0) if len(set(steps)) == 1 else sum(steps, Decimal(0)) / 2
    family = f"cross_table:lines:{total.table}/{total.row}:{total.col}={lines.id}"
    reason = "the table below the form lists what the project's amount pays for"
    return Proposal("sum", "law", "cross_table", total, terms, family, _PRIOR, reason, tolerance)


def _scale(view: TableView, at: At) -> Decimal:
    return amounts.scale(view.cell(at.row, at.col).unit) or amounts.scale(view.table.unit) or Decimal(1)


def _step(view: TableView, at: At) -> Decimal:
    number = view.number(at.row, at.col) or Decimal(0)
    return Decimal(1).scaleb(int(number.as_tuple().exponent))
