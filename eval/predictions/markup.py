"""HTML tables as other tools write them, judged as they are: what is mended is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...sheets.markup import markup_tables
from .grid import Grid, Place
from .records import PredictedTable


def tables_in(markup: str, name: str, place: Place | None = None) -> Iterator[PredictedTable]:
    """Every `<table>` of `markup`, in the order in which they begin.

    `place` is where they all stand; without it an attribute `data-page` says the page.

    Raises:
        LimitExceeded: more text or addresses than a table may have.
    """
    for table in markup_tables(markup, name):
        grid = Grid(name, len(table.rows))
        table.fill(grid)
        yield grid.finish(place or Place(_page(table.attributes)))


def _page(attributes: dict[str, str]) -> int | None:
    page = attributes.get("data-page", "").strip()
    return int(page) or None if re.fullmatch(r"\d{1,6}", page, re.ASCII) else None
