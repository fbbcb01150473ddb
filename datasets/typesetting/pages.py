"""Lay a whole disclosure out with typst and read back exactly where everything came to stand.

Invisible marks travel with the text through typst's layout: two in every row of a table,
others between the words of paragraphs and of cells that a page break may cut. Rulings are
drawn centred on the edges between cells, so a cell's rectangle runs from the middle of a
ruling to the middle of the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ...document import TextRole
from ...errors import InputError, LimitExceeded
from ..content import DisclosureContent, ParagraphContent, TableContent
from .columns import SHEETS, SMALLEST, Sheet, TablePlan, margins_on, plan_table, tokens_of
from .description import bold_cells, describe, paragraph_look, paragraph_tokens, repeated_rows, sections_of
from .fonts import advances, font_list, installed, require_glyphs, require_typst
from .marks import (
    Marks,
    Piece,
    TableFrame,
    header_pages,
    place_cells,
    read_marks,
    row_pieces,
    run_rects,
    split_by_page,
    table_rects,
)
from .records import PlacedPage, PlacedPart, PlacedText, Rect, TextPart, Typeset
from .style import Style

__all__ = ["PlacedPage", "PlacedPart", "PlacedText", "Rect", "TextPart", "Typeset", "typeset_disclosure"]

MAX_PAGES = 400
MAX_CHARACTERS = 200_000  # of a disclosure; a full page has two thousand
MAX_CELLS = 20_000  # of a disclosure; a full page has five hundred
MAX_ROWS = 1_000  # of a table; the time for it grows faster than its rows
MAX_TEXT = 5_000  # characters of one paragraph or cell
_TEMPLATE = Path(__file__).with_name("disclosure.typ")
_LINES: dict[TextPart, TextRole] = {
    "number": "furniture", "title": "title", "left": "organization", "right": "unit",
}  # fmt: skip
_ROUNDING = 0.5  # points by which a row may reach below the text area before it counts as cut off


def typeset_disclosure(content: DisclosureContent, style: Style) -> Typeset:
    """Set `content` as `style` says; the same arguments give the same bytes.

    Raises:
        EngineError: typst or a font is not installed.
        InputError: a table cannot be laid out, or a character is in no font.
        LimitExceeded: more than one of the limits of this module allows.
    """
    require_typst()
    _check(content, style)
    plans = _plan(content, style)
    keys = frozenset(table.key for table in content.tables)
    cut = keys if style.cut_rows else frozenset()
    result, cropped = _layout(content, style, plans, cut)
    if cropped - cut:
        # A row higher than a page has to be cut, whatever the style says.
        result, cropped = _layout(content, style, plans, cut | cropped)
    for key in sorted(cropped):
        raise InputError(f"table {key} does not fit on its pages", name=content.name)
    return result


def _check(content: DisclosureContent, style: Style) -> None:
    keys = [table.key for table in content.tables] + [paragraph.key for paragraph in content.paragraphs]
    if len(set(keys)) < len(keys):
        raise InputError("two blocks have the same key", name=content.name)
    for table in content.tables:
        if not table.cells:
            raise InputError(f"table {table.key} has no cell", name=content.name)
    for paragraph in content.paragraphs:
        if not all(0 <= m.start < m.end <= len(paragraph.text) for m in paragraph.mentions):
            raise InputError(f"a mention reaches out of paragraph {paragraph.key}", name=content.name)
    texts = [p.text for p in content.paragraphs]
    for table in content.tables:
        texts += [table.title, table.number, table.left, table.right, *table.notes]
        texts += [cell.text for cell in table.cells]
    for count, most, what in (
        (sum(map(len, texts)), MAX_CHARACTERS, "characters"),
        (sum(len(table.cells) for table in content.tables), MAX_CELLS, "cells"),
        (max((table.shape[0] for table in content.tables), default=0), MAX_ROWS, "rows in one table"),
        (max(map(len, texts), default=0), MAX_TEXT, "characters in one text"),
    ):
        if count > most:
            raise LimitExceeded(f"more than {most:,} {what}", name=content.name)
    try:
        for font in filter(None, (style.font, style.title_font)):
            require_glyphs(font, texts)
    except InputError as error:
        raise InputError(f"{error.reason} in {error.name}", name=content.name) from None


def _plan(content: DisclosureContent, style: Style) -> dict[str, TablePlan]:
    families = font_list(style.font, style.latin)

    def measure(text: str, bold: bool) -> float:
        known = advances(families, text, bold)
        return sum(known.get(character, 1.0) for character in text)

    plans = {}
    for table in content.tables:
        plan = plan_table(table, style, measure, bold_cells(table, style))
        if plan is None:
            reason = f"table {table.key} is too wide, even on A3 in {SMALLEST:g} point"
            raise InputError(reason, name=content.name)
        plans[table.key] = plan
    return plans


def _layout(
    content: DisclosureContent, style: Style, plans: Mapping[str, TablePlan], cut: frozenset[str]
) -> tuple[Typeset, frozenset[str]]:
    """The typeset document, and the keys of tables that reach out of a page."""
    pdf, found = _run(content.name, describe(content, style, plans, cut))
    marks = read_marks(found)
    count = max((int(page) for _, page, _, _ in found), default=1)
    if count > MAX_PAGES:
        raise LimitExceeded(f"has {count} pages, more than {MAX_PAGES}", name=content.name)
    pages, margins = _pages(content, style, plans, marks, count)
    cells: dict[tuple[str, int, int], tuple[PlacedPart, ...]] = {}
    repeated: dict[str, dict[int, int]] = {}
    rects: dict[str, dict[int, Rect]] = {}
    cropped = set()
    for index, table in _tables(content):
        tops = {number: margin[1] for number, margin in margins.items()}
        frame = TableFrame(
            f"t{index}",
            table,
            plans[table.key],
            style.padding,
            tops,
            repeated_rows(table, style, plans[table.key]),
        )
        pieces = row_pieces(frame, marks)
        if _cropped(pieces, pages, margins):
            cropped.add(table.key)
        for cell, parts in place_cells(frame, marks, pieces):
            cells[table.key, cell.row, cell.col] = parts
        rects[table.key] = table_rects(frame, marks, pieces)
        repeated[table.key] = header_pages(frame, marks)
    texts, mentions = _texts(content, style, marks, pages, margins, plans)
    sizes = {key: plan.size for key, plan in plans.items() if plan.size != style.size}
    result = Typeset(pdf, pages, cells, rects, repeated, texts, mentions, sizes, style)
    return result, frozenset(cropped)


def _run(name: str, description: dict[str, Any]) -> tuple[bytes, list[Any]]:
    typst = require_typst()
    options = {
        "sys_inputs": {"disclosure": json.dumps(description, ensure_ascii=False)},
        "font_paths": installed(),
    }
    template = _TEMPLATE.read_bytes()
    try:
        pdf: bytes = typst.compile(template, **options)
        found = typst.query(template, "<places>", field="value", one=True, **options)
    except typst.TypstError as error:
        raise InputError(f"typst cannot lay it out: {error}", name=name) from None
    return pdf, json.loads(found)


def _pages(
    content: DisclosureContent, style: Style, plans: Mapping[str, TablePlan], marks: Marks, count: int
) -> tuple[tuple[PlacedPage, ...], dict[int, tuple[float, float, float, float]]]:
    """The pages, and by page number the margins."""
    pages, margins = [], {}
    sections = sections_of(content, style, plans)
    starts = {place.page: index for index, place in marks.tokens.get("section", {}).items()}
    current = 0
    for number in range(1, count + 1):
        current = starts.get(number, current)
        sheet: Sheet = sections[current].sheet if sections else "portrait"
        # Sheets of A3 are scanned as they lie.
        pages.append(PlacedPage(*SHEETS[sheet], style.turned if sheet == "landscape" else 0))
        margins[number] = margins_on(style, sheet)
    return tuple(pages), margins


def _tables(content: DisclosureContent) -> Iterator[tuple[int, TableContent]]:
    return ((i, block) for i, block in enumerate(content.blocks) if isinstance(block, TableContent))


def _cropped(
    pieces: list[list[Piece]],
    pages: tuple[PlacedPage, ...],
    margins: Mapping[int, tuple[float, float, float, float]],
) -> bool:
    floors = {n: pages[n - 1].height - margin[3] + _ROUNDING for n, margin in margins.items()}
    return any(piece.bottom > floors[piece.page] for row in pieces for piece in row)


def _texts(
    content: DisclosureContent,
    style: Style,
    marks: Marks,
    pages: tuple[PlacedPage, ...],
    margins: Mapping[int, tuple[float, float, float, float]],
    plans: Mapping[str, TablePlan],
) -> tuple[tuple[PlacedText, ...], dict[tuple[str, int], tuple[int, Rect]]]:
    texts: list[PlacedText] = []
    mentions: dict[tuple[str, int], tuple[int, Rect]] = {}
    first = {section.blocks[0] for section in sections_of(content, style, plans)}
    for index, block in enumerate(content.blocks):
        if isinstance(block, TableContent):
            texts += _around(block, f"t{index}", plans[block.key].size, marks)
        elif isinstance(block, ParagraphContent):
            places = marks.tokens[f"p{index}"]
            page = places[-1].page
            left, _, right, _ = margins[page]
            look = paragraph_look(block, style, index in first)
            rects = partial(
                run_rects,
                places,
                size=look["size"],
                column=(left, pages[page - 1].width - right),
                centred=look["align"] == "center",
            )
            tokens = paragraph_tokens(block)
            printed = split_by_page(tokens, places)
            texts += [
                PlacedText(block.key, "paragraph", block.role, number, rect, printed[number])
                for number, rect in rects(run=range(len(tokens))).items()
            ]
            for at, run in enumerate(_mention_runs(block, tokens)):
                number, rect = next(iter(rects(run=run).items()))
                mentions[block.key, at] = (number, rect)
    texts += [
        PlacedText(
            "", "furniture", "page_number", top.page, (top.x, top.y, end.x, end.y), marks.numbers[top.page]
        )
        for top, end in marks.corners.get("page", ())
    ]
    return tuple(sorted(texts, key=lambda t: (t.page, t.part == "page_number"))), mentions


def _mention_runs(paragraph: ParagraphContent, tokens: list[str]) -> Iterator[range]:
    """The tokens of each mention."""
    ends: dict[int, int] = {0: 0}
    at = 0
    for number, token in enumerate(tokens, start=1):
        at += len(token)
        ends[at] = number
    for mention in paragraph.mentions:
        yield range(ends[mention.start], ends[mention.end])


def _around(table: TableContent, name: str, size: float, marks: Marks) -> Iterator[PlacedText]:
    """The lines around a table."""
    for part, role in _LINES.items():
        if text := getattr(table, part):
            top, end = marks.corners[f"{name}/{part}"][0]
            yield PlacedText(table.key, role, part, top.page, (top.x, top.y, end.x, end.y), text)
    frame_left = marks.rows[name, 0][0][0].x
    for number, note in enumerate(table.notes):
        places = marks.tokens[f"{name}/note{number}"]
        tokens = tokens_of(note)
        printed = split_by_page(tokens, places)
        for page, rect in run_rects(places, range(len(tokens)), size, (frame_left, frame_left)).items():
            yield PlacedText(table.key, "note", "note", page, rect, printed[page])
