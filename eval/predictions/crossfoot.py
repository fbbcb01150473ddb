"""crossfoot itself: `<stem>/document.json`, as `digitize` writes it, or `<stem>.json`.

Tables come page by page with their boxes moved to the scan, as everything else is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...document import Document
from ...errors import DocumentError, InputError
from ..slices import page_tables, placed_on_scan
from .files import only, read_text
from .records import PredictedTable


def find(folder: Path, stem: str) -> tuple[Path, ...]:
    """The file of one fixture."""
    return only([folder / stem / "document.json", folder / f"{stem}.json"])


def tables(files: tuple[Path, ...]) -> Iterator[PredictedTable]:
    """The tables of that file."""
    for path in files:
        try:
            yield from _tables(Document.from_json(read_text(path)))
        except (DocumentError, ValueError) as error:  # the latter where a page cannot be mapped
            raise InputError(str(error), name=str(path)) from None


def _tables(document: Document) -> Iterator[PredictedTable]:
    pages = {page.number: page for page in document.pages}
    for piece in page_tables(document):
        placed = placed_on_scan(piece, pages)
        page = pages.get(placed.page) if placed.page is not None else None
        frame = (float(page.scan.width), float(page.scan.height)) if page else None
        yield PredictedTable(placed.table, placed.page, placed.box, frame)
