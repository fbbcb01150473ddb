"""OmniDocBench: one JSON list of pages, each with its regions in reading order.

Ouyang et al., OmniDocBench: benchmarking diverse PDF document parsing, CVPR 2025. A region is
a polygon of four corners in pixels of the page image; tables carry HTML and LaTeX, of which
the HTML is read where there is one. Cells have no boxes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ...document import Box, Cell, Table, TablePart, Text, TextRole
from ...errors import InputError
from ..labels.html import html_tables
from .entries import Entry, Refuse, entry_id, guarded, item, numbers, parse_json, read_bytes, typed
from .grids import Frame, document
from .grids import table as complete
from .latex import latex_cells

_ROLES: dict[str, TextRole] = {
    "title": "title",
    "text_block": "paragraph",
    "table_caption": "title",
    "table_footnote": "note",
    "header": "furniture",
    "footer": "furniture",
    "page_number": "furniture",
    "page_footnote": "note",
}


def read(path: Path, *, sources: Path | None = None, refuse: Refuse | None = None) -> Iterator[Entry]:
    """The pages of an annotation file, those without tables too.

    Args:
        path: the .json file.
        sources: not needed; the annotation has the size of each page.
        refuse: told of malformed entries.

    Raises:
        InputError: the file is no list of pages, or a page is malformed and there is no
            `refuse`.
    """
    try:
        pages = typed(parse_json(read_bytes(path)), list, "the file")
    except InputError as error:
        raise type(error)(error.reason, name=str(path)) from None
    for index, page in enumerate(pages):
        yield from guarded(path, f"[{index}]", refuse, partial(_entry, page))


def _entry(page: Any) -> Entry:
    info = item(page, "page_info", dict)
    width, height = _size(info, "width"), _size(info, "height")
    frame = Frame(1, width, height)
    name = item(info, "image_path", str)
    tables: list[Table] = []
    texts: list[Text] = []
    for index, region in enumerate(item(page, "layout_dets", list)):
        try:
            category = item(region, "category_type", str)
            if region.get("ignore") is True:
                continue
            if category == "table":
                tables.append(_table(f"t{len(tables) + 1}", region, frame))
            elif category in _ROLES and isinstance(region.get("text"), str):
                box = _box(region, frame)
                texts.append(Text(f"x{len(texts) + 1}", _ROLES[category], 1, box, region["text"]))
        except InputError as error:
            raise InputError(f"layout_dets[{index}]: {error.reason}") from None
    found = document(name, tables, dataset="omnidocbench", frames=(frame,), pages=1, texts=tuple(texts))
    return entry_id(Path(name).stem), found


def _size(info: dict[str, Any], key: str) -> float:
    if not isinstance(info.get(key), int | float) or not math.isfinite(info[key]) or not 0 < info[key] < 1e6:
        raise InputError(f"page_info.{key} is no size")
    return float(info[key])


def _box(region: dict[str, Any], frame: Frame) -> Box:
    corners = numbers(item(region, "poly", list), 8, "poly")
    return frame.box(min(corners[::2]), min(corners[1::2]), max(corners[::2]), max(corners[1::2]))


def _table(name: str, region: dict[str, Any], frame: Frame) -> Table:
    parts = (TablePart(1, _box(region, frame)),)
    markup = region.get("html")
    if isinstance(markup, str) and markup.strip():
        found = html_tables(markup, gaps="keep")
        if len(found) != 1:
            raise InputError(f"html has {len(found)} tables")
        given = found[0].cells
        cells = [Cell(c.row, c.col, c.row_span, c.col_span, (), c.header, c.text) for c in given]
        leading = min((c.row for c in given if not c.header), default=found[0].shape[0])
        return complete(name, cells, parts=parts, header_rows=leading)
    latex = region.get("latex")
    if isinstance(latex, str) and latex.strip():
        return complete(name, latex_cells(latex), parts=parts)
    raise InputError("the table has neither html nor latex")
