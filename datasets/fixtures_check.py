"""What a truth must obey beyond its format, so that a metric may rely on it.

A truth may be partial: no pages, no boxes, no kinds, no equations. What it does say must
agree with itself and with its source.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from .. import amounts, codec
from ..document import MAX_ADDRESSES, SCHEMA, Box, Cell, Document, Mention, Page, Table
from ..errors import CrossfootError, DocumentError
from . import fixtures_equations
from .coverage import covered_twice
from .fixtures_equations import Fault
from .kinds import KINDS

SLACK = 1.0  # pixels that a box may stand over the edge of its page: rounding, and a ruling's half


def read_truth(path: Path) -> tuple[Document | None, tuple[Fault, ...]]:
    """The document, or None and what is wrong with its format: every bad table, not only the first."""
    try:
        return Document.load(path), ()
    except DocumentError as error:
        return None, tuple(_format_faults(path, error))
    except CrossfootError as error:
        return None, (("", error.reason),)


def _format_faults(path: Path, error: DocumentError) -> Iterator[Fault]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA or not _lists(value):
        yield "", error.reason
        return
    found = [
        fault for i, table in enumerate(value["tables"]) for fault in _refused(Table, table, f"tables[{i}]")
    ]
    rest = {key: item for key, item in value.items() if key != "schema"} | {"tables": []}
    found += _refused(Document, rest, "")
    yield from found or [("", error.reason)]


def _lists(value: dict[str, Any]) -> bool:
    return isinstance(value.get("tables"), list)


def _refused(kind: type, value: Any, place: str) -> list[Fault]:
    try:
        codec.decode(kind, value)
    except DocumentError as error:
        reason = error.reason
        if kind is Table and not error.name and (twice := _covered_twice(value)):
            reason = f"address {twice} is covered twice"
        return [(".".join(part for part in (place, error.name) if part), reason)]
    return []


def _covered_twice(table: dict[str, Any]) -> tuple[int, int] | None:
    """Where cells of a table that decodes but for its grid lie over each other."""
    rows, cols = table["shape"]
    if not 0 < rows * cols <= MAX_ADDRESSES:
        return None
    return covered_twice((rows, cols), (codec.decode(Cell, cell) for cell in table["cells"]))


def faults(document: Document) -> Iterator[Fault]:
    """Everything in a document that contradicts itself, as (address, reason)."""
    yield from _repeated("tables", (t.id for t in document.tables))
    yield from _repeated("texts", (t.id for t in document.texts))
    yield from _repeated("mentions", (m.id for m in document.mentions))
    yield from _repeated("equations", (e.id for e in document.equations))
    yield from _page_faults(document)
    texts = {text.id for text in document.texts}
    equations = {equation.id for equation in document.equations}
    pages = {page.number: page for page in document.pages}
    for index, table in enumerate(document.tables):
        place = f"tables[{index}]"
        yield from ((place, reason) for reason in _table_faults(table, texts))
        for number, piece in enumerate(table.parts):
            yield from _outside(f"{place}.parts[{number}]", piece.page, piece.box, pages)
        for cell in table.cells:
            where = f"{place} ({cell.row}, {cell.col})"
            yield from ((where, reason) for reason in _cell_faults(cell, equations))
            for part in cell.parts:
                yield from _outside(where, part.page, part.box, pages)
    for index, text in enumerate(document.texts):
        yield from _outside(f"texts[{index}]", text.page, text.box, pages)
    for index, mention in enumerate(document.mentions):
        yield from _outside(f"mentions[{index}]", mention.page, mention.box, pages)
        yield from ((f"mentions[{index}]", reason) for reason in _mention_faults(mention))
    yield from fixtures_equations.faults(document)


def source_faults(document: Document, source: Path, sha256: str) -> Iterator[Fault]:
    """Where a truth contradicts its source: another file's truth, or another number of pages.

    An empty SHA-256 and 0 pages mean that the truth does not say.
    """
    from ..source import open_source

    stated = document.source
    if stated.sha256 and stated.sha256.lower() != sha256:
        yield "source.sha256", f"is {stated.sha256[:64]}, the manifest says {sha256}"
    if stated.pages:
        with open_source(source) as opened:
            if opened.page_count != stated.pages:
                yield "source.pages", f"is {stated.pages}, the source has {opened.page_count}"


def _repeated(place: str, ids: Iterable[str | int]) -> Iterator[Fault]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield place, f"id {name} is given {count} times"


def _page_faults(document: Document) -> Iterator[Fault]:
    yield from _repeated("pages", (page.number for page in document.pages))
    for index, page in enumerate(document.pages):
        if page.number < 1 or (document.source.pages and page.number > document.source.pages):
            yield f"pages[{index}]", f"page {page.number} of a source of {document.source.pages} pages"


def _table_faults(table: Table, texts: set[str]) -> Iterator[str]:
    rows, cols = table.shape
    if not 0 <= table.header_rows <= rows:
        yield f"header_rows is {table.header_rows} of {rows} rows"
    if table.columns and len(table.columns) != cols:
        yield f"{len(table.columns)} columns are described, the table has {cols}"
    named = [*([table.kind] if table.kind is not None else []), *(guess.kind for guess in table.kinds)]
    yield from (f"{kind!r} is no kind of table" for kind in dict.fromkeys(named) if kind not in KINDS)
    yield from (f"there is no text {note} for a note" for note in table.notes if note not in texts)


def _cell_faults(cell: Cell, equations: set[int]) -> Iterator[str]:
    if cell.amount is not None:
        yield from _amount_faults(cell.text, cell.amount, cell.unit)
        if cell.unit is not None and amounts.scale(cell.unit) is None:
            yield f"{cell.unit[:40]!r} is no unit of money"
    named = (*cell.equations, *(cell.correction.equations if cell.correction else ()))
    yield from (
        f"there is no equation {number}" for number in dict.fromkeys(named) if number not in equations
    )


def _mention_faults(mention: Mention) -> Iterator[str]:
    yield from _amount_faults(mention.text, mention.amount, mention.unit, percent=True)


def _amount_faults(text: str, amount: Decimal, unit: str | None, *, percent: bool = False) -> Iterator[str]:
    """An amount is what its text prints, with its unit behind it or without."""
    parsed = amounts.parse(text)
    if parsed is None and unit:
        parsed = amounts.parse(text.strip().removesuffix(unit))
    if parsed is None:
        yield f"amount {amount} stands in {text[:40]!r}, which prints none"
    elif parsed.percent and not percent:
        yield f"amount {amount} stands in {text[:40]!r}, which is a percentage"
    elif parsed.value != amount:
        yield f"amount {amount} stands in {text[:40]!r}, which prints {parsed.value}"


def _outside(place: str, number: int, box: Box, pages: dict[int, Page]) -> Iterator[Fault]:
    if not pages:
        return
    page = pages.get(number)
    if page is None:
        yield place, f"there is no page {number}"
    elif (
        min(box.left, box.top) < -SLACK or box.right > page.width + SLACK or box.bottom > page.height + SLACK
    ):
        yield place, f"box {box.to_list()} reaches out of page {number}, {page.width} × {page.height}"
