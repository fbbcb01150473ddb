"""What the template is told: a disclosure as sections of pages, in the keys of `disclosure.typ`.

A section is a run of pages of one sheet. Everything whose place is asked for has an
id: `p<i>` for block i if it is a paragraph, `t<i>` for a table, `t<i>/<part>` for the lines
around it and `t<i>c<j>` for its cell j.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ..content import CellContent, DisclosureContent, PageBreak, ParagraphContent, ParagraphRole, TableContent
from .columns import SHEETS, Sheet, TablePlan, margins_on, tokens_of
from .fonts import font_list
from .style import Style

_TOTAL = re.compile(r"[合总小]计$")
_MOST_HEADER = 0.5  # of a page's height
_PAGE_NUMBERS = {"none": "", "plain": "{}", "dashes": "- {} -", "words": "第 {} 页"}


@dataclass(slots=True)
class Section:
    """Pages of one sheet; `blocks` are indices into the content's blocks."""

    sheet: Sheet
    cover: bool
    blocks: list[int] = field(default_factory=list)


def sections_of(content: DisclosureContent, style: Style, plans: Mapping[str, TablePlan]) -> list[Section]:
    """The runs of pages, in reading order; none is empty."""
    sections: list[Section] = []
    fresh = True
    for index, block in enumerate(content.blocks):
        if isinstance(block, PageBreak):
            fresh = True
            continue
        cover = isinstance(block, ParagraphContent) and block.role == "cover"
        table = _table_led_to(content, index)
        sheet: Sheet = plans[table.key].sheet if table is not None else "portrait"
        last = sections[-1] if sections else None
        alone = table is not None and not style.share_pages and not (last and _leads(content, last.blocks))
        if fresh or alone or last is None or (last.sheet, last.cover) != (sheet, cover):
            last = Section(sheet, cover)
            sections.append(last)
        last.blocks.append(index)
        fresh = False
    return sections


def _table_led_to(content: DisclosureContent, index: int) -> TableContent | None:
    """The table at `index`, or that which the headings from `index` on stand above."""
    for block in content.blocks[index:]:
        if isinstance(block, TableContent):
            return block
        if not (isinstance(block, ParagraphContent) and block.role == "heading"):
            return None
    return None


def _leads(content: DisclosureContent, indices: Sequence[int]) -> bool:
    """Whether nothing but headings stands in a section so far."""
    blocks = [content.blocks[i] for i in indices]
    return all(isinstance(b, ParagraphContent) and b.role == "heading" for b in blocks)


def describe(
    content: DisclosureContent, style: Style, plans: Mapping[str, TablePlan], cut: frozenset[str]
) -> dict[str, Any]:
    """The whole of what the template reads.

    Args:
        content: what is to be set.
        style: how.
        plans: of every table, by key.
        cut: keys of tables whose rows a page break may cut.
    """
    sections = []
    for number, section in enumerate(sections_of(content, style, plans)):
        width, height = SHEETS[section.sheet]
        entries = [_entry(content, i, style, plans, cut, not at) for at, i in enumerate(section.blocks)]
        sections.append(
            {
                "index": number,
                "width": width,
                "height": height,
                "margins": margins_on(style, section.sheet),
                "cover": section.cover,
                "entries": entries,
            }
        )
    return {
        "fonts": font_list(style.font, style.latin),
        "body_size": style.body_size,
        "page_number": _PAGE_NUMBERS[style.page_number],
        "sections": sections,
    }


def _entry(
    content: DisclosureContent,
    index: int,
    style: Style,
    plans: Mapping[str, TablePlan],
    cut: frozenset[str],
    first: bool,
) -> dict[str, Any]:
    block = content.blocks[index]
    if isinstance(block, TableContent):
        return _describe_table(block, index, style, plans[block.key], block.key in cut, first)
    assert isinstance(block, ParagraphContent)  # noqa: S101  page breaks are in no section
    return _describe_paragraph(block, index, style, first)


def paragraph_tokens(paragraph: ParagraphContent) -> list[str]:
    """The tokens of a paragraph; its mentions start and end between tokens."""
    edges = sorted({0, len(paragraph.text), *(e for m in paragraph.mentions for e in (m.start, m.end))})
    pieces = (paragraph.text[a:b] for a, b in pairwise(edges))
    return [token for piece in pieces for token in tokens_of(piece)]


def paragraph_look(paragraph: ParagraphContent, style: Style, first: bool) -> dict[str, Any]:
    """How a paragraph is set; `first` of its section. Sizes in points, white and indents in em."""
    body = style.body_size
    looks: dict[ParagraphRole, dict[str, Any]] = {
        "cover": {"size": body * (1.9 if first else 1.25), "align": "center", "bold": first,
                  "above": 9.0 if first else 3.0},
        "contents": {"above": 0.6},
        "heading": {"size": body * 1.15, "bold": True, "above": 0.0 if first else 0.9, "sticky": True},
        "body": {"indent": 2.0, "justify": True, "above": 0.0 if first else 0.5},
    }  # fmt: skip
    plain = {"size": body, "align": "left", "bold": False, "sticky": False, "indent": 0.0,
             "justify": False, "leading": 0.6}  # fmt: skip
    return plain | looks[paragraph.role]


def _describe_paragraph(paragraph: ParagraphContent, index: int, style: Style, first: bool) -> dict[str, Any]:
    font = style.title_font if paragraph.role in ("cover", "heading") else None
    return paragraph_look(paragraph, style, first) | {
        "kind": "paragraph",
        "id": f"p{index}",
        "tokens": paragraph_tokens(paragraph),
        "fonts": font_list(font or style.font, style.latin),
    }


def _describe_table(
    table: TableContent, index: int, style: Style, plan: TablePlan, cut: bool, first: bool
) -> dict[str, Any]:
    name = f"t{index}"
    bold = bold_cells(table, style)

    rows: list[list[dict[str, Any]]] = [[] for _ in range(table.shape[0])]
    for number, cell in enumerate(table.cells):
        described = _describe_cell(table, cell, f"{name}c{number}", style, cut, (cell.row, cell.col) in bold)
        rows[cell.row].append(described)

    def line(part: str, text: str) -> dict[str, Any] | None:
        return {"id": f"{name}/{part}", "text": text} if text else None

    return {
        "kind": "table",
        "id": name,
        "above": 0.0 if first else 1.5,
        "size": plan.size,
        "widths": plan.widths,
        "rows": table.shape[0],
        "header_rows": table.header_rows,
        "repeated": repeated_rows(table, style, plan),
        "repeat": style.repeat_header,
        "row_height": max(style.row_height * plan.size, plan.size + 2 * style.padding),
        "padding": style.padding,
        "inset": style.inset,
        "leading": style.leading,
        "ruling": style.ruling,
        "stroke": style.stroke,
        "frame": style.frame,
        "title": line("title", table.title),
        "title_scale": style.title_scale,
        "title_bold": style.title_bold,
        "title_fonts": font_list(style.title_font or style.font, style.latin),
        "number": line("number", table.number),
        "left": line("left", table.left),
        "right": line("right", table.right),
        "notes": [{"id": f"{name}/note{i}", "tokens": tokens_of(note)} for i, note in enumerate(table.notes)],
        "cells": rows,
    }


def repeated_rows(table: TableContent, style: Style, plan: TablePlan) -> int:
    """Header rows that are printed again on each page.

    None where a cell reaches out of them, or where they would leave hardly room for the rows.
    """
    rows = table.header_rows
    if not style.repeat_header or rows >= table.shape[0]:
        return 0
    headers = [c for c in table.cells if c.row < rows]
    if any(c.row + c.row_span > rows for c in headers):
        return 0
    _, top, _, bottom = margins_on(style, plan.sheet)
    room = SHEETS[plan.sheet][1] - top - bottom
    height = sum(
        max((_height(c, style, plan) for c in headers if c.row == row), default=0.0) for row in range(rows)
    )
    return rows if height < _MOST_HEADER * room else 0


def _height(cell: CellContent, style: Style, plan: TablePlan) -> float:
    """Points that a cell takes in each of its rows, if each character were one em wide."""
    width = sum(plan.widths[cell.col : cell.col + cell.col_span]) - 2 * style.inset
    lines = sum(1 + int(len(line) * plan.size / width) for line in cell.text.split("\n"))
    return (lines * plan.size * (1 + style.leading) + 2 * style.padding) / cell.row_span


def bold_cells(table: TableContent, style: Style) -> frozenset[tuple[int, int]]:
    """Addresses of the cells that are set in bold."""
    totals = {c.row for c in table.cells if not c.header and _TOTAL.search("".join(c.text.split()))}
    return frozenset(
        (c.row, c.col)
        for c in table.cells
        if (style.header_bold and c.header) or (style.bold_totals and c.row in totals)
    )


def _describe_cell(
    table: TableContent, cell: CellContent, name: str, style: Style, cut: bool, bold: bool
) -> dict[str, Any]:
    align: str = cell.align
    if cell.row < table.header_rows:
        align = style.header_align
    elif align == "right":
        align = style.amount_align
    over_rows = cell.row_span > 1
    return {
        # Rows that stay whole need no marks in their cells, but a cell over several rows may be cut.
        "id": name if cell.text and (cut or over_rows) else None,
        "row": cell.row,
        "col": cell.col,
        "row_span": cell.row_span,
        "col_span": cell.col_span,
        "tokens": tokens_of(cell.text),
        "align": align,
        "indent": cell.indent,
        "bold": bold,
        "breakable": cut or over_rows,
    }
