"""SciTSR: a JSON file of cells per table, and one of text chunks with their boxes.

Chi et al., Complicated table structure recognition, arXiv 1908.04729. `structure/` has the
rows and columns of cells, `chunk/` has positions as [x1, x2, y1, y2] in points from the bottom
left, and nothing ties the two: a chunk's box is given to a cell only where its text stands
once in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ...document import Box, Cell, Part, TablePart
from ...errors import InputError, MissingInput
from .entries import Entry, Refuse, entry_id, guarded, item, numbers, parse_json, read_bytes, typed
from .grids import Frame, cell, document, pdf_frames, table


def read(path: Path, *, sources: Path | None = None, refuse: Refuse | None = None) -> Iterator[Entry]:
    """The tables of a folder that holds `structure/`, or of one file in such a folder.

    Args:
        path: `train`, `test`, or `…/structure/<name>.json`.
        sources: folder of the PDFs; default: `pdf` beside `structure`.
        refuse: told of malformed entries.

    Raises:
        MissingInput: there is no such folder.
        InputError: an entry is malformed and there is no `refuse`.
    """
    if path.is_file():
        files, root = [path], path.parent.parent
    else:
        files, root = sorted((path / "structure").glob("*.json")), path
    if not files:
        raise MissingInput("has no structure/*.json", name=str(path))
    for file in files:
        yield from guarded(file, "", refuse, partial(_entry, file, root, sources or root / "pdf"))


def _entry(file: Path, root: Path, pdfs: Path) -> Entry:
    cells = [
        _cell(index, value) for index, value in enumerate(item(parse_json(read_bytes(file)), "cells", list))
    ]
    frames = pdf_frames(pdfs / f"{file.stem}.pdf")
    frame = frames[0] if len(frames) == 1 else None
    parts: tuple[TablePart, ...] = ()
    chunks = root / "chunk" / f"{file.stem}.chunk"
    if frame is not None and chunks.is_file():
        boxes = _chunks(chunks, frame)
        cells = _boxed(cells, boxes)
        parts = (TablePart(1, Box.around(box for _, box in boxes)),) if boxes else ()
    made = table("t1", cells, parts=parts)
    found = document(f"{file.stem}.pdf", (made,), dataset="scitsr", frames=(frame,) if frame else (), pages=1)
    return entry_id(file.stem), found


def _cell(index: int, value: Any) -> Cell:
    try:
        rows = item(value, "start_row", int), item(value, "end_row", int)
        cols = item(value, "start_col", int), item(value, "end_col", int)
        words = [typed(word, str, "a word") for word in item(value, "content", list)]
        return cell(rows[0], cols[0], rows[1], cols[1], text=" ".join(words))
    except InputError as error:
        raise InputError(f"cells[{index}]: {error.reason}") from None


def _chunks(path: Path, frame: Frame) -> list[tuple[str, Box]]:
    found = []
    for chunk in item(parse_json(read_bytes(path)), "chunks", list):
        left, right, bottom, top = numbers(item(chunk, "pos", list), 4, "pos")
        found.append((_key(item(chunk, "text", str)), frame.box(left, top, right, bottom)))
    return found


def _boxed(cells: list[Cell], boxes: list[tuple[str, Box]]) -> list[Cell]:
    known = dict(boxes)
    once = {key for key, count in Counter(key for key, _ in boxes).items() if count == 1}
    once &= {key for key, count in Counter(_key(c.text) for c in cells).items() if count == 1}
    return [
        replace(c, parts=(Part(1, known[_key(c.text)]),)) if c.text and _key(c.text) in once else c
        for c in cells
    ]


def _key(text: str) -> str:
    return "".join(text.split())
