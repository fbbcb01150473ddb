"""Lay a sheet out with typst and read back exactly where every cell came to stand.

Each cell and each line carries two invisible marks, at its top left and bottom right
corner; typst is asked for their positions after layout. Rulings are drawn centred on the
edges between cells, so a cell's rectangle runs from the middle of a ruling to the middle
of the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...document import ColumnRole, TextRole
from ...errors import InputError
from ..typesetting.fonts import STOPS, require_families
from .sheet import Sheet, SheetCell, SheetTable

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in points, from the page's top left corner."""

A4 = (595.28, 841.89)
_SPREAD = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_ALIGN: dict[ColumnRole, str] = {"amount": "right", "line_number": "center", "ratio": "right"}

_TEMPLATE = r"""
#let sheet = json(bytes(sys.inputs.sheet))
#set page(width: sheet.width * 1pt, height: sheet.height * 1pt, margin: (x: 28pt, y: 36pt))
#let fonts = if sheet.stops == none { sheet.font } else {
  ((name: sheet.font, covers: regex("[^、。]")), sheet.stops)
}
#set text(font: fonts, size: sheet.size * 1pt, lang: "zh", region: "cn", fallback: false,
  top-edge: 0.88em, bottom-edge: -0.12em, cjk-latin-spacing: none)
#set par(leading: 0.3em, spacing: 0pt)
#set block(spacing: 0pt)
#let aligns = (left: left, center: center, right: right)
#let mark(id) = context {
  let at = here().position()
  [#metadata((id: id, page: at.page, x: at.x.pt(), y: at.y.pt())) <mark>]
}
#let marked(id, body) = {
  place(top + left, mark(id + "/from"))
  body
  place(bottom + right, mark(id + "/to"))
}
#let line-of(entry) = if entry == none { none } else { box(marked(entry.id, text(
  size: entry.scale * 1em, weight: if entry.bold { "bold" } else { "regular" }, entry.text))) }
#for grid-of in sheet.tables {
  align(center, line-of(grid-of.title))
  v(0.7em)
  align(center, block(width: grid-of.widths.sum() * 1pt, {
    grid(columns: (1fr, auto), align: (left, right), line-of(grid-of.left), line-of(grid-of.right))
    v(0.35em)
    table(
      columns: grid-of.widths.map(w => w * 1pt), inset: 0pt, stroke: sheet.stroke * 1pt,
      ..grid-of.cells.map(c => table.cell(
        x: c.col, y: c.row, rowspan: c.row_span, colspan: c.col_span, align: aligns.at(c.align) + horizon,
        marked(c.id, pad(
          x: 3pt, y: sheet.padding * 1pt, left: 3pt + c.indent * 1em,
          { if c.text == "" { hide("0") } else { c.text } })))))
    v(0.35em)
    set align(left)
    for note in grid-of.notes { block(below: 0.35em, line-of(note)) }
  }))
  v(1.2em)
}
"""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line outside the grids and the index of the table that it belongs to."""

    table: int
    role: TextRole
    text: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Layout:
    """A typeset page: its PDF, its size in points, and the rectangle of everything on it.

    `cells[t][i]` is the rectangle of `sheet.tables[t].cells[i]`.
    """

    pdf: bytes
    width: float
    height: float
    cells: tuple[tuple[Rect, ...], ...]
    texts: tuple[PlacedText, ...]


def typeset(sheet: Sheet, font: str, stroke: float = 0.6) -> Layout:
    """Set `sheet` in `font` with rulings of `stroke` points.

    Raises:
        EngineError: typst or the font is not installed.
        InputError: the sheet does not fit on one page.
    """
    stops = STOPS.get(font)
    typst = require_families(font, *filter(None, [stops]))
    width, height = A4[::-1] if sheet.landscape else A4
    lines = [list(_lines(index, table)) for index, table in enumerate(sheet.tables)]
    described = {
        "width": width,
        "height": height,
        "font": font,
        "stops": stops,
        "size": sheet.size,
        "stroke": stroke,
        "padding": sheet.padding,
        "tables": [_describe(index, table, lines[index]) for index, table in enumerate(sheet.tables)],
    }
    template = _TEMPLATE.encode()
    inputs = {"sheet": json.dumps(described)}
    pdf = typst.compile(template, sys_inputs=inputs)
    marks = json.loads(typst.query(template, "<mark>", field="value", sys_inputs=inputs))
    if any(mark["page"] != 1 for mark in marks):
        raise InputError("does not fit on one page", name=sheet.name)
    at = {mark["id"]: (mark["x"], mark["y"]) for mark in marks}
    cells = tuple(
        tuple(_rect(at, _cell_id(index, cell)) for cell in table.cells)
        for index, table in enumerate(sheet.tables)
    )
    texts = tuple(
        PlacedText(index, role, text, _rect(at, name))
        for index, entries in enumerate(lines)
        for name, role, text in entries
    )
    return Layout(pdf, width, height, cells, texts)


def _lines(index: int, table: SheetTable) -> Iterator[tuple[str, TextRole, str]]:
    """(id, role, text) of each line around a table, in reading order."""
    fixed: list[tuple[TextRole, str]] = [
        ("title", table.title),
        ("organization", table.left),
        ("unit", table.right),
    ]
    for role, text in fixed:
        if text:
            yield f"{index}/{role}", role, text
    for number, note in enumerate(table.notes):
        yield f"{index}/note{number}", "note", note


def _describe(index: int, table: SheetTable, lines: list[tuple[str, TextRole, str]]) -> dict[str, Any]:
    def line(role: TextRole) -> list[dict[str, Any]]:
        large = role == "title"
        return [
            {"id": name, "text": text, "scale": 1.6 if large else 1.0, "bold": large}
            for name, kind, text in lines
            if kind == role
        ]

    return {
        "title": next(iter(line("title")), None),
        "left": next(iter(line("organization")), None),
        "right": next(iter(line("unit")), None),
        "notes": line("note"),
        "widths": [width for _, width in table.columns],
        "cells": [_describe_cell(index, table, cell) for cell in table.cells],
    }


def _describe_cell(index: int, table: SheetTable, cell: SheetCell) -> dict[str, Any]:
    centred = cell.header or cell.style in ("center", "amount")
    return {
        "id": _cell_id(index, cell),
        "row": cell.row,
        "col": cell.col,
        "row_span": cell.row_span,
        "col_span": cell.col_span,
        # Spread headings (收 入) are printed with a blank as wide as a character.
        "text": _SPREAD.sub("\u3000", cell.text),
        "align": "center" if centred else _ALIGN.get(table.columns[cell.col][0], "left"),
        "indent": 1 if cell.style == "indent" else 0,
    }


def _cell_id(index: int, cell: SheetCell) -> str:
    return f"{index}/r{cell.row}c{cell.col}"


def _rect(at: dict[str, tuple[float, float]], name: str) -> Rect:
    return (*at[f"{name}/from"], *at[f"{name}/to"])
