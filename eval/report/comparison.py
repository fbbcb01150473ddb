"""A table of the truth beside what was read, as HTML with the wrong cells marked.

Amounts are marked by value, as they are counted; other cells where their text differs, which
is the milder mark. Rows and columns were aligned before, so that one lost row is marked once
and does not colour everything below it.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Literal

from ... import amounts
from ...document import Cell, Table
from ...export.characters import printable
from ..metrics.alignment import aligned, at_address
from ..metrics.amounts import Amount, compare_amounts, is_invented, stated_amount
from ..slices import PageTable
from ..text import normalize

MAX_ROWS = 120
"""Rows shown of a table; a form of a thousand rows would make the page unreadable and huge."""
_MAX_TEXT = 300  # characters of a cell

Mark = Literal["misread", "lost", "missing", "invented", "differs", "absent", "extra", "spans"]
LEGEND: dict[Mark, str] = {
    "misread": "amount read as another amount",
    "lost": "amount that came out as no amount",
    "missing": "amount whose cell the result does not have",
    "invented": "amount where the truth has none",
    "differs": "text that differs (no amount)",
    "absent": "text that was not read",
    "extra": "text where the truth has none",
    "spans": "as printed, but with other spans",
}
"""What each mark means; those of amounts have the names that `wrong_amounts.csv` uses."""
Address = tuple[int, int]


@dataclass(frozen=True)
class Marks:
    """What is wrong with cells, by where they start; `other` is what the partner says."""

    truth: dict[Address, Mark] = field(default_factory=dict)
    result: dict[Address, Mark] = field(default_factory=dict)
    other: dict[Address, str] = field(default_factory=dict)

    @property
    def used(self) -> frozenset[Mark]:
        """The marks that occur."""
        return frozenset((*self.truth.values(), *self.result.values()))


def compare(truth: PageTable, result: Table | None, amount: Amount = stated_amount) -> Marks:
    """Mark what differs between a truth and a result.

    Marks of amounts agree with the figures for aligned rows; `amount` is how the tool's
    amounts were read for them.
    """
    marks = Marks()
    partners = max(
        (pair(truth.table, result) for pair in (aligned, at_address)),
        key=lambda pairs: compare_amounts(truth, result, pairs, amount).exact,
    )
    truths = {(read.row, read.col): cell for cell, read in partners if read is not None}
    for cell, read in partners:
        mark = _mark(cell, read, amount)
        if mark is not None:
            marks.truth[cell.row, cell.col] = mark
    for read in result.cells if result is not None else ():
        address = read.row, read.col
        partner = truths.get(address)
        if amount(read) is not None and (partner is None or is_invented(partner, amount)):
            marks.result[address] = "invented"
        elif partner is None or (partner.amount is None and not normalize(partner.text)):
            if normalize(read.text):
                marks.result[address] = "extra"
        elif (mark := marks.truth.get((partner.row, partner.col))) is not None:
            marks.result[address] = mark
        if partner is not None and address in marks.result:
            marks.other[address] = partner.text
    return marks


def _mark(truth: Cell, read: Cell | None, amount: Amount) -> Mark | None:
    """What is wrong with a cell of the truth; what a blank one was taken for is said of the result."""
    spans_differ = read is not None and (truth.row_span, truth.col_span) != (read.row_span, read.col_span)
    same: Mark | None = "spans" if spans_differ else None
    if truth.amount is not None:
        if read is None:
            return "missing"
        value = amount(read)
        return "lost" if value is None else "misread" if value != truth.amount else same
    text = normalize(truth.text)
    other = normalize(read.text) if read is not None else ""
    if text == other or not text:
        return same if text == other else None
    return "differs" if other else "absent"


def legend_html(used: frozenset[Mark]) -> str:
    """The marks that occur, each with what it means; empty where none does."""
    items = (f"<span data-mark='{mark}'>{mark}</span> {LEGEND[mark]}" for mark in LEGEND if mark in used)
    return f"<p class='legend'>{' · '.join(items)}</p>" if used else ""


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
