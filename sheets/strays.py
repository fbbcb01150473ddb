"""Rows typed into a table that stand above it on paper: its title, its unit, whose it is.

They are told, not taken out: a table may begin with a line that only looks like one of
these, and a truth that somebody made by hand is not to be changed behind their back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ..document import Cell, Table

_ABOVE = re.compile(
    r"^(?:(?:金额|计量|编制|填报|申报|预算)?(?:单位|部门)(?:名称)?(?:\([^()]{0,12}\))?\s*:|公开\s*\d+\s*表$)"
)
_TITLE = re.compile(r"表(?:\s*\([^()]{0,40}\))?$|情况|预算|决算|目标")
_ROWS = 4  # more lines than these stand above no table
_LONGEST = 60  # characters of a title


@dataclass(frozen=True, slots=True)
class Stray:
    """A row that reads like a line above its table; `option` is where such a line belongs."""

    row: int
    text: str
    option: str


def stray_rows(table: Table) -> tuple[Stray, ...]:
    """The first rows of a table that read like the lines above it; empty for most tables."""
    return tuple(_leading(table))


def reads_like_title(text: str) -> bool:
    """Whether a line ends as the titles of tables do, or says a unit or an organization."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _ABOVE.match(plain) is not None or (len(plain) <= _LONGEST and plain.endswith("表"))


def _leading(table: Table) -> Iterator[Stray]:
    if table.shape[1] < 2:
        return
    starts = list(table.starts())
    for number, row in enumerate(starts[: min(_ROWS, table.shape[0] - 1)]):
        cells = [cell for cell in row if cell.text.strip()]
        if not cells or any(cell.row_span > 1 for cell in cells):
            return
        option = _option(cells, row)
        if option is None:
            return
        yield Stray(number, " ".join(cell.text.strip() for cell in cells), option)


def _option(cells: list[Cell], row: list[Cell]) -> str | None:
    """What a row reads like, or None: each of its texts must be such a line, or its only one a title."""
    texts = [unicodedata.normalize("NFKC", cell.text).strip() for cell in cells]
    if all(_ABOVE.match(text) for text in texts):
        return "--unit" if any("元" in text for text in texts) else "--organization"
    alone = len(cells) == 1 and (len(row) == 1 or cells[0] is row[0] or cells[0].col_span > 1)
    if alone and len(texts[0]) <= _LONGEST and _TITLE.search(texts[0]):
        return "--title"
    return None
