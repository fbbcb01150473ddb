"""A table of the truth beside what was read, as HTML with the wrong cells marked.

Cells are compared after rows and columns were aligned, so that one lost row is marked once
and does not colour everything below it.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Literal

from ... import amounts
from ...document import Cell, Table
from ...export.characters import printable
from ..metrics.alignment import aligned
from ..text import normalize

MAX_ROWS = 120
"""Rows shown of a table; a form of a thousand rows would make the page unreadable and huge."""
_MAX_TEXT = 300  # characters of a cell

Mark = Literal["misread", "differs", "missing", "extra", "spans"]
LEGEND: dict[Mark, str] = {
    "misread": "an amount that is wrong",
    "differs": "another text",
    "missing": "in no cell of the result",
    "extra": "in no cell of the truth",
    "spans": "right text, other spans",
}
Address = tuple[int, int]


@dataclass(frozen=True)
class Marks:
    """What is wrong with cells, by where they start; `other` is what the partner says."""

    truth: dict[Address, Mark]
    result: dict[Address, Mark]
    other: dict[Address, str]

    @property
    def count(self) -> int:
        """Cells of either side that are marked."""
        return len(self.truth) + sum(mark == "extra" for mark in self.result.values())


def compare(truth: Table, result: Table | None) -> Marks:
    """Mark what differs between a truth and a result, normalised."""
    marks = Marks({}, {}, {})
    partnered: set[Address] = set()
    for cell, partner in aligned(truth, result):
        mark = _mark(cell, partner)
        if partner is not None:
            partnered.add((partner.row, partner.col))
            if mark is not None:
                marks.result[partner.row, partner.col] = mark
                marks.other[partner.row, partner.col] = cell.text
        if mark is not None:
            marks.truth[cell.row, cell.col] = mark
    for cell in result.cells if result is not None else ():
        if (cell.row, cell.col) not in partnered and normalize(cell.text):
            marks.result[cell.row, cell.col] = "extra"
    return marks


def _mark(truth: Cell, result: Cell | None) -> Mark | None:
    if result is None:
        return "missing" if normalize(truth.text) else None
    if normalize(truth.text) != normalize(result.text):
        is_amount = truth.amount is not None or amounts.printed(truth.text) in ("amount", "zero")
        return "misread" if is_amount else "differs"
    same = (truth.row_span, truth.col_span) == (result.row_span, result.col_span)
    return None if same else "spans"


def marked_html(table: Table, marks: dict[Address, Mark], other: dict[Address, str] | None = None) -> str:
    """One `<table>` element with a `data-mark` on each marked cell; all text escaped.

    `other` gives the text that a tooltip shows for a marked cell.
    """
    rows = min(table.shape[0], MAX_ROWS)
    lines = ["<table class='grid'>"]
    for row, cells in enumerate(table.starts()):
        if row == rows:
            break
        lines.append(
            "<tr>" + "".join(_cell(c, rows, marks.get((c.row, c.col)), other or {}) for c in cells) + "</tr>"
        )
    lines.append("</table>")
    if table.shape[0] > rows:
        lines.append(f"<p class='cut'>{table.shape[0] - rows} more rows are not shown.</p>")
    return "\n".join(lines)


def _cell(cell: Cell, rows: int, mark: Mark | None, other: dict[Address, str]) -> str:
    tag = "th" if cell.header else "td"
    attributes = ""
    span = min(cell.row_span, rows - cell.row)
    if span > 1:
        attributes += f' rowspan="{span}"'
    if cell.col_span > 1:
        attributes += f' colspan="{cell.col_span}"'
    if amounts.printed(cell.text) in ("amount", "zero"):
        attributes += ' class="amount"'
    if mark is not None:
        attributes += f' data-mark="{mark}"'
        if (cell.row, cell.col) in other:
            attributes += f' title="{escaped(other[cell.row, cell.col])}"'
    return f"<{tag}{attributes}>{escaped(cell.text).replace(chr(10), '<br>')}</{tag}>"


def escaped(text: object) -> str:
    """Text for an element or for an attribute between double quotes, of bounded length."""
    plain = printable(str(text))
    return html.escape(plain if len(plain) <= _MAX_TEXT else f"{plain[:_MAX_TEXT]} …")
