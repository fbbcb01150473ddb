"""WTW, tables in the wild: one XML file per photograph, an object per cell, no text.

Long et al., Parsing table structures in the wild, ICCV 2021. A cell is a quadrilateral with
its rows, columns and table; the box of the record encloses it and `corners` keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import Element

from ...document import Box, Cell, Part, Table, TablePart
from ...errors import InputError, MissingInput
from .entries import Entry, Refuse, decimal, entry_id, guarded, read_xml, whole
from .grids import Frame, cell, document, table


def read(path: Path, *, sources: Path | None = None, refuse: Refuse | None = None) -> Iterator[Entry]:
    """The photographs of a folder of .xml files, at any depth, or of one file.

    Args:
        path: a folder or a file.
        sources: not needed; the annotation has the size of the photograph.
        refuse: told of malformed entries.

    Raises:
        MissingInput: there is no annotation.
        InputError: an entry is malformed and there is no `refuse`.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.xml"))
    if not files:
        raise MissingInput("has no *.xml", name=str(path))
    for file in files:
        yield from guarded(file, "", refuse, partial(_entry, file))


def _entry(file: Path) -> Entry:
    root = read_xml(file)
    if root.tag != "annotation":
        raise InputError(f"the root is {root.tag}, not annotation")
    width, height = (whole(root.findtext(f"size/{name}"), name) for name in ("width", "height"))
    frame = Frame(1, width, height)
    tables: dict[int, list[Cell]] = {}
    for index, element in enumerate(root.findall("object")):
        try:
            number, made = _cell(element)
        except InputError as error:
            raise InputError(f"object {index}: {error.reason}") from None
        tables.setdefault(number, []).append(made)
    name = root.findtext("filename") or f"{file.stem}.jpg"
    made_tables = [_table(number, cells) for number, cells in sorted(tables.items())]
    found = document(name, made_tables, dataset="wtw", frames=(frame,), pages=1, lacks=("text",))
    return entry_id(file.stem), found


def _cell(element: Element) -> tuple[int, Cell]:
    given = element.find("bndbox")
    if given is None:
        raise InputError("bndbox is missing")
    rows = whole(given.findtext("startrow"), "startrow"), whole(given.findtext("endrow"), "endrow")
    cols = whole(given.findtext("startcol"), "startcol"), whole(given.findtext("endcol"), "endcol")
    number = whole(given.findtext("tableid") or "0", "tableid")
    xs = [decimal(given.findtext(f"x{i}"), f"x{i}") for i in range(1, 5)]
    ys = [decimal(given.findtext(f"y{i}"), f"y{i}") for i in range(1, 5)]
    corners = [list(corner) for corner in zip(xs, ys, strict=True)]
    part = Part(1, Box(min(xs), min(ys), max(xs), max(ys)), extra={"corners": corners})
    return number, cell(rows[0], cols[0], rows[1], cols[1], parts=(part,))


def _table(number: int, cells: list[Cell]) -> Table:
    around = Box.around(part.box for c in cells for part in c.parts)
    try:
        return table(f"t{number + 1}", cells, parts=(TablePart(1, around),))
    except InputError as error:
        raise InputError(f"table {number}: {error.reason}") from None
