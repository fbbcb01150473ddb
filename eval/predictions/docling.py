"""Docling: a DoclingDocument as JSON, `<stem>.json`.

Cells say the rows and columns they cover, so nothing is parsed. Boxes have their origin at
the top or at the bottom of the page, each saying which; sizes of pages are in points.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...document import Box, Cell
from .files import Entry, only, read_json
from .grid import Grid, Place
from .records import PredictedTable


def find(folder: Path, stem: str) -> tuple[Path, ...]:
    """The file of one fixture."""
    return only([folder / f"{stem}.json", folder / stem / f"{stem}.json"])


def tables(files: tuple[Path, ...]) -> Iterator[PredictedTable]:
    """The tables of that file."""
    for path in files:
        top = read_json(path)
        for table in top.items("tables"):
            yield _table(table, _place(table, top))


def _table(table: Entry, place: Place) -> PredictedTable:
    data = table["data"]
    cells = [(_cell(entry), entry.get("bbox")) for entry in data["table_cells"].each()]
    declared = [count.integer() if (count := data.get(key)) else 0 for key in ("num_rows", "num_cols")]
    rows = max([declared[0], *(cell.row + cell.row_span for cell, _ in cells)])
    grid = Grid(f"{table.file}: {table.path}", rows, declared[1])
    for cell, bbox in sorted(cells, key=lambda pair: (pair[0].row, pair[0].col)):
        height = place.frame[1] if place.frame else None
        grid.add(cell, _box(bbox, height) if bbox and height else None)
    return grid.finish(place)


def _cell(entry: Entry) -> Cell:
    row, col = (entry[f"start_{axis}_offset_idx"].integer() for axis in ("row", "col"))
    ends = [entry[f"end_{axis}_offset_idx"] for axis in ("row", "col")]
    row_end, col_end = ends[0].integer(row + 1), ends[1].integer(col + 1)
    header = entry.get("column_header")
    return Cell(
        row,
        col,
        row_end - row,
        col_end - col,
        text=entry["text"].text(),
        header=header is not None and header.value is True,
    )


def _place(table: Entry, top: Entry) -> Place:
    """Where the table begins; a page without a size has no frame, so no boxes either."""
    first = next(table.items("prov"), None)
    if first is None:
        return Place()
    number = first["page_no"].integer(1)
    pages = top.get("pages")
    page = pages.get(str(number)) if pages else None
    size = page.get("size") if page else None
    width, height = (size[side].number() for side in ("width", "height")) if size else (0.0, 0.0)
    if width <= 0 or height <= 0:
        return Place(number)
    return Place(number, _box(first["bbox"], height), (width, height))


def _box(bbox: Entry, height: float) -> Box:
    left, top, right, bottom = (bbox[side].number() for side in "ltrb")
    origin = bbox.get("coord_origin")
    if origin and origin.text() == "BOTTOMLEFT":
        top, bottom = height - top, height - bottom
    return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
