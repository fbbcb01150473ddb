"""Dashes among figures that were read as other flat strokes: 一, _, ー.

A dash for nothing is distinct from a blank and from 0. The recogniser takes a lone one for the
number one, 一, or for an underscore; beside figures in a column it can be neither.
"""

from __future__ import annotations

from dataclasses import replace

from ..amounts import printed
from ..document import Cell, Table

DASH = "—"
_FLAT = frozenset({"一", "_", "__", "ー", "﹏", "~", "～", "ˉ", "¯"})
_MOST = 0.6  # of the filled cells of a column are figures or flat strokes; the rest is its header


def with_dashes(table: Table) -> Table:
    """The table with flat strokes as dashes in its columns of figures; what was read is an attempt."""
    filled: dict[int, list[str]] = {}
    for cell in table.cells:
        if text := cell.text.strip():
            filled.setdefault(cell.col, []).append(text)
    columns = {col for col, texts in filled.items() if _bears_figures(texts)}
    return replace(table, cells=tuple(_mended(c) if c.col in columns else c for c in table.cells))


def _bears_figures(texts: list[str]) -> bool:
    figures = sum(printed(text) in ("amount", "zero", "dash") for text in texts)
    flat = sum(text in _FLAT for text in texts)
    return flat > 0 and figures + flat >= 2 and figures + flat >= _MOST * len(texts)


def _mended(cell: Cell) -> Cell:
    if cell.text.strip() not in _FLAT or cell.reading is None:
        return cell
    attempts = ((cell.reading.source, cell.reading.text), ("dash", DASH))
    return replace(cell, text=DASH, reading=replace(cell.reading, text=DASH, attempts=attempts))
