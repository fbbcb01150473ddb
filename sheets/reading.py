"""Files and objects → tables with the texts around them, whatever they come from.

Which format a file has is told by its content first and by its name second: what is called
.xls is often HTML. A file costs itself alone; every error says which file and why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from ..document import Document, Mention, SourceInfo, Table, Text
from ..errors import (
    CrossfootError,
    DamagedInput,
    InputError,
    LimitExceeded,
    MissingInput,
    OptionsError,
    UnsupportedInput,
)
from .delimited import csv_sheet, with_merged_headers
from .encodings import decoded
from .frames import frame_sheet
from .grid import Grid
from .markup import MarkupLine, MarkupTable, markup_tables
from .records import record
from .sheet import Line, Sheet, stripped
from .strays import reads_like_title
from .workbooks import SheetAbout, SheetTable, xlsx_tables

MAX_BYTES = 128 << 20  # of a text file
MAX_TABLES = 2000  # of one file
MAX_CELLS = 200_000  # of one file; the largest disclosures have some ten thousand
MAX_CHARACTERS = 32 << 20  # in the cells of one file; a workbook may use one long text many times
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_CSV = (".csv", ".tsv", ".txt")
_REMEDY = "crossfoot checks document.json, HTML, XLSX and CSV"


@dataclass(frozen=True)
class Gathered:
    """Tables and texts from one source, with unchecked amounts; `known` is what a document.json said else."""

    tables: tuple[Table, ...]
    texts: tuple[Text, ...] = ()
    mentions: tuple[Mention, ...] = ()
    known: Document | None = None


def read_file(path: Path) -> tuple[SourceInfo, Gathered]:
    """The tables of a file; a folder of results stands for its document.json.

    Raises:
        MissingInput, UnsupportedInput, DamagedInput, LimitExceeded, InputError, DocumentError:
            it cannot be used; the message names it and says why.
    """
    results = path / "document.json"
    path = results if results.is_file() else path
    data = _content(path)
    gathered = _gathered(path, data)
    if not gathered.tables:
        raise UnsupportedInput("holds no table", name=str(path), remedy=_REMEDY)
    if gathered.known is not None:
        return gathered.known.source, gathered
    return SourceInfo(path.name, hashlib.sha256(data).hexdigest(), len(gathered.tables)), gathered


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise MissingInput("is a folder without a document.json", name=str(path))
        with path.open("rb") as file:  # what a device or a pipe says of its size is not so
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise LimitExceeded(f"larger than {MAX_BYTES >> 20} MiB", name=str(path))
    except FileNotFoundError:
        raise MissingInput("no such file", name=str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MissingInput(f"cannot be read: {reason}", name=str(path)) from None
    if not data.strip():
        raise UnsupportedInput("is empty", name=str(path), remedy=_REMEDY)
    return data


def _gathered(path: Path, data: bytes) -> Gathered:
    name, suffix = str(path), path.suffix.lower()
    if data.startswith(b"PK"):
        return from_sheets(_xlsx_sheets(path))
    if data.startswith(_OLD_EXCEL):
        raise UnsupportedInput("is a workbook of the old format", name=name, remedy="save it as .xlsx")
    if data.startswith(_PAGES):
        remedy = f"run `crossfoot digitize` first; {_REMEDY}"
        raise UnsupportedInput("is a picture or a PDF, no table", name=name, remedy=remedy)
    if suffix == ".xlsx":
        raise DamagedInput("is no workbook", name=name)
    text = decoded(data, name)
    start = text.lstrip()[:1]
    if suffix == ".json" or (start == "{" and suffix not in _CSV):
        return from_document(Document.load(path))
    if suffix in (".html", ".htm") or start == "<":
        return from_sheets(_html_sheets(text, name))
    if suffix in _CSV:
        return from_sheets(map(with_merged_headers, stripped(csv_sheet(text, name))))
    raise UnsupportedInput("is of no format that is checked", name=name, remedy=_REMEDY)


def from_sheets(sheets: Iterable[Sheet], prefix: str = "t") -> Gathered:
    """Records of sheets, numbered from 1."""
    tables: list[Table] = []
    texts: list[Text] = []
    cells = characters = 0
    for number, sheet in enumerate(sheets, start=1):
        cells += sheet.shape[0] * sheet.shape[1]
        characters += sum(len(cell.text) for cell in sheet.cells)
        if characters > MAX_CHARACTERS:
            raise LimitExceeded(f"has more than {MAX_CHARACTERS} characters of text", name=sheet.name)
        if cells > MAX_CELLS:
            raise LimitExceeded(f"has more than {MAX_CELLS} cells", name=sheet.name)
        if number > MAX_TABLES:
            raise LimitExceeded(f"has more than {MAX_TABLES} tables", name=sheet.name)
        try:
            table, around = record(sheet, f"{prefix}{number}", number)
        except InputError:
            raise
        except CrossfootError as error:  # a grid that breaks the rules of records
            raise DamagedInput(error.reason, name=sheet.name) from None
        tables.append(table)
        texts += around
    return Gathered(tuple(tables), tuple(texts))


def from_document(document: Document) -> Gathered:
    """The tables of a document without what earlier arithmetic said of them.

    Its texts are taken as they stand, corrected ones too: no reading has alternatives any more.
    States that a person set stay.
    """
    return Gathered(tuple(map(unchecked, document.tables)), document.texts, document.mentions, known=document)


def unchecked(table: Table) -> Table:
    """The table without states, corrections and alternatives of readings."""
    cells = tuple(
        replace(
            cell,
            reading=None if cell.reading is None else replace(cell.reading, alternatives=()),
            state="confirmed" if cell.state == "confirmed" else None,
            why=None,
            correction=None,
            equations=(),
        )
        for cell in table.cells
    )
    return replace(table, cells=cells)


def from_object(value: Any, name: str) -> Gathered:
    """The tables of anything that `check` takes; `name` is what messages call it.

    Raises:
        OptionsError: something that holds no tables.
    """
    if isinstance(value, str | Path):
        return read_file(Path(value))[1]
    if isinstance(value, Table):
        return Gathered((unchecked(value),))
    if isinstance(value, Document):
        return from_document(value)
    if _is_frame(value):
        return from_sheets([frame_sheet(value, name)])
    if isinstance(value, Mapping):
        return joined([(str(key), from_object(inner, str(key))) for key, inner in value.items()], named=True)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        items = [("", from_object(inner, f"{name}, item {n}")) for n, inner in enumerate(value, start=1)]
        return joined(items)
    reason = f"holds a {type(value).__name__}, not a table, a DataFrame, a document or the path of a file"
    raise OptionsError(reason, name=name)


def _is_frame(value: Any) -> bool:
    # Asked by name, so that pandas is loaded only by those who use it.
    kinds = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(value).mro()}
    return ("pandas", "DataFrame") in kinds


def joined(items: Iterable[tuple[str, Gathered]], *, named: bool = False) -> Gathered:
    """All of them as one; ids stay where they are free, and a mapping's keys name its tables."""
    tables: list[Table] = []
    texts: list[Text] = []
    mentions: list[Mention] = []
    taken: set[str] = set()
    for key, item in items:
        ids = {text.id: _free(text.id, taken) for text in item.texts}
        texts += [replace(text, id=ids[text.id]) for text in item.texts]
        mentions += [replace(m, id=_free(m.id, taken)) for m in item.mentions]
        for number, table in enumerate(item.tables, start=1):
            wanted = table.id if not named else key if len(item.tables) == 1 else f"{key}.{number}"
            notes = tuple(ids.get(note, note) for note in table.notes)
            tables.append(replace(table, id=_free(wanted, taken), notes=notes))
    return Gathered(tuple(tables), tuple(texts), tuple(mentions))


def _free(wanted: str, taken: set[str]) -> str:
    """An id that nothing else has: t1 of the second file becomes t1-2."""
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def _xlsx_sheets(path: Path) -> Iterable[Sheet]:
    for found in xlsx_tables(path, nearly=True):
        sheet = Sheet(f"{path}, sheet {found.name}", found.shape, found.cells)
        if found.about is None:  # not a workbook of ours: its frozen rows may be anything
            yield from stripped(sheet)
        else:
            yield _own(sheet, found)


def _own(sheet: Sheet, found: SheetTable) -> Sheet:
    about = found.about or SheetAbout()
    return replace(
        sheet,
        header_rows=found.header_rows or None,
        title=about.title,
        unit=about.unit,
        year=about.year,
        organization=about.organization,
    )


def _html_sheets(text: str, name: str) -> Iterable[Sheet]:
    addresses = 0
    for number, table in enumerate(markup_tables(text, name), start=1):
        place = f"{name}, table {number}"
        grid = Grid(place, len(table.rows))
        table.fill(grid)
        shape, cells, _ = grid.complete()
        addresses += shape[0] * shape[1]
        if addresses > MAX_CELLS:
            raise LimitExceeded(f"has more than {MAX_CELLS} cells", name=name)
        if not any(cell.text for cell in cells) or (table.holds_tables and not _bears_amounts(cells)):
            continue
        yield from _html_sheet(table, Sheet(place, shape, cells))


def _bears_amounts(cells: Iterable[Any]) -> bool:
    """Whether a table that holds tables is more than their frame."""
    from ..amounts import parse

    return sum(parse(cell.text) is not None for cell in cells) > 1


def _html_sheet(table: MarkupTable, sheet: Sheet) -> list[Sheet]:
    heads = min((cell.row for cell in sheet.cells if not cell.header), default=0)
    data = table.attributes
    above = tuple(Line(line.text, line.heading) for line in table.before)
    below = tuple(Line(line.text) for line in takewhile(_is_no_title, table.after))
    if "data-id" in data:  # ours: nothing stands in the grid that is not of the table
        year = data.get("data-year", "")
        said = replace(
            sheet,
            header_rows=heads,
            title=table.caption or None,
            unit=data.get("data-unit"),
            organization=data.get("data-organization"),
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        )
        return [replace(said, above=above, below=below)]
    parts = stripped(replace(sheet, header_rows=heads or None))
    if parts:
        title = table.caption or parts[0].title
        parts[0] = replace(parts[0], above=(*above, *parts[0].above), title=title)
        parts[-1] = replace(parts[-1], below=(*parts[-1].below, *below))
    return parts


def _is_no_title(line: MarkupLine) -> bool:
    """Whether a line below a table may still be a note of it, and is no title or unit of the next."""
    return not line.heading and not reads_like_title(line.text)
