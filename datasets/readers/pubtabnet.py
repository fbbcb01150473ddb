"""PubTabNet 2.0: a JSON object per line, the table as HTML tokens, a box per filled cell.

Zhong, ShafieiBavani and Jimeno Yepes, Image-based table recognition: data, model, and
evaluation, ECCV 2020. Boxes are pixels of the image and enclose the text of a cell, not the
cell. Markup inside cells is dropped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ...document import Box, Cell, Part, Table, TablePart
from ...errors import InputError
from ..labels.html import html_tables
from .entries import Entry, Refuse, entry_id, guarded, item, json_lines, numbers, parse_json, typed
from .grids import Frame, document, image_frame, inside
from .grids import table as complete

_MARKUP = re.compile(r"</?[a-z]+\d?\s*/?>", re.IGNORECASE)
NO_FRAME = Frame(1, 0, 0)


def read(path: Path, *, sources: Path | None = None, refuse: Refuse | None = None) -> Iterator[Entry]:
    """The entries of a .jsonl file.

    Args:
        path: the annotations.
        sources: folder of the images, as `FOLDER/<split>/<filename>` or `FOLDER/<filename>`;
            default: the folder of the annotations. Pages have sizes where images are found.
        refuse: told of malformed entries.

    Raises:
        InputError: an entry is malformed and there is no `refuse`.
    """
    folder = sources or path.parent
    for number, line in json_lines(path):
        yield from guarded(path, f"line {number}", refuse, partial(_entry, line, folder))


def _entry(line: bytes, folder: Path) -> Entry:
    value = parse_json(line)
    filename = item(value, "filename", str)
    split = value.get("split")
    file = f"{split}/{filename}" if isinstance(split, str) and split else filename
    frame = image_frame(inside(folder, file)) or image_frame(inside(folder, filename))
    table = tokens_table(item(value, "html", dict), "t1", frame or NO_FRAME)
    frames = (frame,) if frame else ()
    return entry_id(Path(filename).stem), document(
        file, (table,), dataset="pubtabnet", frames=frames, pages=1
    )


def tokens_table(value: dict[str, Any], name: str, frame: Frame | None, box: Box | None = None) -> Table:
    """The table of `structure.tokens` and `cells`, with boxes where there is a frame.

    Raises:
        InputError: tokens that make no table, or another number of cells.
    """
    tokens = item(item(value, "structure", dict), "tokens", list)
    markup = "".join(typed(token, str, "a token") for token in tokens)
    found = html_tables(f"<table>{markup}</table>", gaps="keep")
    if len(found) != 1:
        raise InputError(f"the tokens make {len(found)} tables")
    contents = item(value, "cells", list)
    cells = found[0].cells
    if len(contents) != len(cells):
        raise InputError(f"the tokens make {len(cells)} cells, {len(contents)} are given")
    filled = []
    for place, content in zip(cells, contents, strict=True):
        try:
            text, boxed = _content(content, frame)
        except InputError as error:
            raise InputError(f"cell ({place.row}, {place.col}): {error.reason}") from None
        filled.append(Cell(place.row, place.col, place.row_span, place.col_span, boxed, place.header, text))
    header_rows = min((c.row for c in cells if not c.header), default=found[0].shape[0])
    boxes = [part.box for cell in filled for part in cell.parts]
    whole = box or (Box.around(boxes) if boxes else None)
    parts = (TablePart(frame.number, whole),) if whole and frame else ()
    return complete(name, filled, parts=parts, header_rows=header_rows)


def _content(content: Any, frame: Frame | None) -> tuple[str, tuple[Part, ...]]:
    tokens = [typed(token, str, "a token") for token in item(content, "tokens", list)]
    text = "".join(
        "\n" if t.lower() == "<br>" else t for t in tokens if t == "<br>" or not _MARKUP.fullmatch(t)
    )
    given = content.get("bbox")
    parts: tuple[Part, ...] = ()
    if given is not None and frame is not None:
        parts = (Part(frame.number, frame.box(*numbers(given, 4, "bbox"))),)
    return html.unescape(text).strip(), parts
