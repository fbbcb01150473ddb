"""Plain HTML: `<stem>.html`, or a folder `<stem>` of HTML files in natural order.

The least that any tool or person can write. Each `<table>` is one table; an attribute
`data-page` may say its page. There are no boxes, so tables are matched by content.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .files import existing, natural, read_text
from .markup import tables_in
from .records import PredictedTable


def find(folder: Path, stem: str) -> tuple[Path, ...]:
    """The files of one fixture."""
    one = existing([folder / f"{stem}.html", folder / f"{stem}.htm"])[:1]
    inside = folder / stem
    names = inside.iterdir() if inside.is_dir() else ()
    return one or existing(sorted((n for n in names if n.suffix in (".html", ".htm")), key=natural))


def tables(files: tuple[Path, ...]) -> Iterator[PredictedTable]:
    """The tables of those files."""
    for path in files:
        yield from tables_in(read_text(path), str(path))
