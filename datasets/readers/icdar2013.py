"""ICDAR 2013 table competition: `-reg.xml` has the regions of tables, `-str.xml` their cells.

Göbel, Hassan, Oro and Orsi, ICDAR 2013 Table Competition. A table has a region per page; the
rows and columns of a later region count on by its increments. Boxes are in points from the
bottom left, so they are kept where the PDF is at hand. Empty cells are not annotated.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import Element

from ...document import Box, Cell, Part, Table, TablePart
from ...errors import InputError, MissingInput
from .entries import Entry, Refuse, decimal, entry_id, guarded, read_xml, whole
from .grids import Frame, cell, document, pdf_frames, table

REGIONS, CELLS = "-reg.xml", "-str.xml"
Frames = dict[int, Frame]


def read(path: Path, *, sources: Path | None = None, refuse: Refuse | None = None) -> Iterator[Entry]:
    """The documents of a folder, at any depth, or of one file; regions without cells make empty tables.

    Args:
        path: a folder, or a `-str.xml` or `-reg.xml`; the other beside it is read too.
        sources: folder of the PDFs; default: beside the annotations.
        refuse: told of malformed entries.

    Raises:
        MissingInput: there is no annotation.
        InputError: an entry is malformed and there is no `refuse`.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.xml"))
    stems = sorted({stem for file in files if (stem := _stem(file)) is not None})
    if not stems:
        raise MissingInput(f"has no *{CELLS} and no *{REGIONS}", name=str(path))
    for stem in stems:
        given = [file for end in (CELLS, REGIONS) if (file := stem.with_name(stem.name + end)).is_file()]
        yield from guarded(given[0], "", refuse, partial(_entry, stem, sources or stem.parent))


def _stem(file: Path) -> Path | None:
    for end in (CELLS, REGIONS):
        if file.name.endswith(end):
            return file.with_name(file.name.removesuffix(end))
    return None


def _entry(stem: Path, pdfs: Path) -> Entry:
    cells, regions = stem.with_name(stem.name + CELLS), stem.with_name(stem.name + REGIONS)
    frames = {frame.number: frame for frame in pdf_frames(pdfs / f"{stem.name}.pdf")}
    places = _regions(regions, frames) if regions.is_file() else {}
    if cells.is_file():
        root = read_xml(cells)
        tables = [_located(f"table {t.get('id')}", t, places, frames) for t in _tables(root)]
    else:
        tables = [Table(id=f"t{name}", shape=(0, 0), cells=(), parts=parts) for name, parts in places.items()]
    found = document(
        f"{stem.name}.pdf", tables, dataset="icdar2013", frames=frames.values(), pages=len(frames)
    )
    return entry_id(stem.name), found


def _tables(root: Element) -> list[Element]:
    if root.tag != "document":
        raise InputError(f"the root is {root.tag}, not document")
    return root.findall("table")


def _regions(path: Path, frames: Frames) -> dict[str, tuple[TablePart, ...]]:
    """Per table, where it stands on each page."""
    try:
        return {
            element.get("id", ""): tuple(
                TablePart(page, box)
                for region in element.findall("region")
                if (box := _box(region, frames, page := _page(region))) is not None
            )
            for element in _tables(read_xml(path))
        }
    except InputError as error:
        raise InputError(error.reason, name=path.name) from None


def _located(place: str, element: Element, places: dict[str, tuple[TablePart, ...]], frames: Frames) -> Table:
    try:
        return _table(element, places.get(element.get("id", ""), ()), frames)
    except InputError as error:
        raise InputError(f"{place}: {error.reason}") from None


def _table(element: Element, parts: tuple[TablePart, ...], frames: Frames) -> Table:
    cells: list[Cell] = []
    around: dict[int, list[Box]] = {}
    for region in element.findall("region"):
        page = _page(region)
        down = whole(region.get("row-increment", "0"), "row-increment")
        across = whole(region.get("col-increment", "0"), "col-increment")
        for given in region.findall("cell"):
            made = _cell(given, down, across, page, frames)
            cells.append(made)
            around.setdefault(page, []).extend(part.box for part in made.parts)
    if not parts:
        parts = tuple(TablePart(page, Box.around(boxes)) for page, boxes in around.items() if boxes)
    return table(f"t{whole(element.get('id'), 'id')}", cells, parts=parts)


def _cell(element: Element, down: int, across: int, page: int, frames: Frames) -> Cell:
    name = f"cell {element.get('id')}"
    try:
        row, col = (whole(element.get(f"start-{which}"), f"start-{which}") for which in ("row", "col"))
        last_row = whole(element.get("end-row", str(row)), "end-row")
        last_col = whole(element.get("end-col", str(col)), "end-col")
        box = _box(element, frames, page)
        return cell(
            row + down,
            col + across,
            last_row + down,
            last_col + across,
            text=" ".join((element.findtext("content") or "").split()),
            parts=(Part(page, box),) if box is not None else (),
        )
    except InputError as error:
        raise InputError(f"{name}: {error.reason}") from None


def _page(region: Element) -> int:
    return whole(region.get("page"), "page")


def _box(element: Element, frames: Frames, page: int) -> Box | None:
    given = element.find("bounding-box")
    if given is None:
        raise InputError("bounding-box is missing")
    corners = [decimal(given.get(name), name) for name in ("x1", "y1", "x2", "y2")]
    return frames[page].box(*corners) if page in frames else None
