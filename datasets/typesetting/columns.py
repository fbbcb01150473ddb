"""How wide the columns of a table are, and on what page and in what size it then fits.

Amounts and codes are never broken, so their columns are as wide as the widest; names and
texts share what is left by weight and length, and wrap.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from ..content import CellContent, TableContent
from .style import Style

SMALLEST = 6.5  # points; below, 200 dpi leave the recogniser too little
STEP = 0.5
Sheet = Literal["portrait", "landscape", "a3"]
SHEETS: dict[Sheet, tuple[float, float]] = {
    "portrait": (595.28, 841.89), "landscape": (841.89, 595.28), "a3": (1190.55, 841.89),
}  # fmt: skip
"""Width and height in points: A4 upright and across, and A3 across for what A4 cannot hold."""
_LONGEST = 40.0  # em of a text beyond which it asks for no more width
_HEADER = 3.0  # em that a header cell of an amount column has at least
_UNBROKEN = ("amount", "code", "line_number", "ratio")
# Ideographs, kana and full-width forms part anywhere; Latin words, numbers and codes do not, and
# formulas after a plus.
_TOKEN = re.compile(r"\n|[!-~]+?(?:(?<=\+)|(?![!-~]))[ ]*|[^!-~\n][ ]*")

Measure = Callable[[str, bool], float]
"""The width of a text in em, by text and whether it is bold."""


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Page, type size and widths of columns, in points, of one table."""

    sheet: Sheet
    size: float
    widths: tuple[float, ...]


def tokens_of(text: str) -> list[str]:
    """The pieces of `text` between which a line may end; joined they are `text`."""
    return _TOKEN.findall(text)


def margins_on(style: Style, sheet: Sheet) -> tuple[float, float, float, float]:
    """Left, top, right and bottom; those of a page across are the upright ones turned with it."""
    left, top, right, bottom = style.margins
    return style.margins if sheet == "portrait" else (bottom, left, top, right)


def text_width(style: Style, sheet: Sheet) -> float:
    """Width between the margins in points."""
    left, _, right, _ = margins_on(style, sheet)
    return SHEETS[sheet][0] - left - right


def plan_table(
    table: TableContent, style: Style, measure: Measure, bold: frozenset[tuple[int, int]]
) -> TablePlan | None:
    """Where the table fits: portrait, else landscape, else smaller, else on A3; None if not even there.

    Args:
        table: what is to be set.
        style: of the document.
        measure: widths of texts.
        bold: addresses of cells in bold.
    """
    sizes = [style.size]
    while sizes[-1] - STEP >= SMALLEST:
        sizes.append(sizes[-1] - STEP)
    sheets: tuple[tuple[Sheet, ...], ...] = (("portrait", "landscape"), ("a3",))
    for choice, size in product(sheets, sizes):
        needs = [_need(table, col, style, size, measure, bold) for col in range(len(table.columns))]
        _widen_for_spans(table, style, size, measure, bold, needs)
        wanted = sum(min(n.natural, n.least + 12 * size) for n in needs)
        for sheet in choice:
            room = text_width(style, sheet)
            if sum(n.least for n in needs) <= room and (sheet != "portrait" or wanted <= style.wide):
                return TablePlan(sheet, size, _share(needs, room, room * style.table_width))
    return None


@dataclass(slots=True)
class _Need:
    """Points that a column needs, and that it would fill without wrapping; its say beside others."""

    least: float
    natural: float
    weight: float


def _need(
    table: TableContent,
    col: int,
    style: Style,
    size: float,
    measure: Measure,
    bold: frozenset[tuple[int, int]],
) -> _Need:
    role, weight = table.columns[col].role, table.columns[col].weight
    white = 2 * style.inset + 0.5  # half a point, so that rounding never breaks an amount
    least = natural = size + white
    for cell in (c for c in table.cells if c.col == col and c.col_span == 1):
        heavy = (cell.row, cell.col) in bold
        whole = max((measure(line, heavy) for line in cell.text.split("\n")), default=0.0) + cell.indent
        token = max((measure(t, heavy) for t in unbroken(cell, role)), default=0.0) + cell.indent
        if role in ("name", "text") and not cell.header:
            token = max(token, min(whole, style.name_width * min(weight, 1.0)))
        elif cell.header:
            token = max(token, min(whole, _HEADER))
        least = max(least, token * size + white)
        natural = max(natural, min(whole, max(_LONGEST, token)) * size + white)
    return _Need(least, natural, weight)


def unbroken(cell: CellContent, role: str) -> Iterator[str]:
    """The pieces of a cell's text that must stand on one line."""
    single = cell.amount is not None or (role in _UNBROKEN and not cell.header)
    for line in cell.text.split("\n"):
        if single and len(line) <= 24:
            yield line
        else:
            yield from (token.rstrip(" ") for token in tokens_of(line))


def _widen_for_spans(
    table: TableContent,
    style: Style,
    size: float,
    measure: Measure,
    bold: frozenset[tuple[int, int]],
    needs: Sequence[_Need],
) -> None:
    """Where a cell over several columns has a longer piece than they have room for, widen them alike."""
    for cell in (c for c in table.cells if c.col_span > 1):
        heavy = (cell.row, cell.col) in bold
        token = max((measure(t, heavy) for t in unbroken(cell, "text")), default=0.0) + cell.indent
        covered = needs[cell.col : cell.col + cell.col_span]
        lacking = token * size + 2 * style.inset + 0.5 - sum(n.least for n in covered)
        for need in covered if lacking > 0 else ():
            need.least += lacking / len(covered)
            need.natural = max(need.natural, need.least)


def _share(needs: Sequence[_Need], room: float, filled: float) -> tuple[float, ...]:
    """Widths between `least` and `natural` within `room`; stretched to `filled` where there is more."""
    natural = sum(n.natural for n in needs)
    if natural <= room:
        stretch = max(1.0, filled / natural)
        return tuple(_round(n.natural * stretch) for n in needs)
    # Long texts want more, but a text of four times the length is content with twice the width.
    demand = [n.weight * math.sqrt(max(0.0, n.natural - n.least)) for n in needs]
    low, high = 0.0, room
    for _ in range(60):  # bisection: the shares grow with the level until they fill the room
        level = (low + high) / 2
        taken = sum(min(n.natural, n.least + level * d) for n, d in zip(needs, demand, strict=True))
        low, high = (level, high) if taken <= room else (low, level)
    return tuple(_round(min(n.natural, n.least + low * d)) for n, d in zip(needs, demand, strict=True))


def _round(width: float) -> float:
    return math.floor(width * 100) / 100
