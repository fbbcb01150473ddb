"""Pieces of a table on several pages put together into one.

Header rows that were printed again are dropped and recorded. A row that the break cuts is
one row: what stands at the top of the next page only goes on with the words above it. The
label of a group of rows that goes on is one cell. Such a cell has a part on each page, and
each part keeps its piece of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from ..amounts import printed
from ..document import Box, Cell, Part, Reading, Table
from .columns import Fit
from .headers import CODE, plain
from .roles import describe
from .words import Word, joined

PIECE = "text"
"""Key in `Part.extra` of the piece of the text of a cell over two pages that stands on the page."""

_LEADING = 1.3  # of the type's size: the least height of a row
_FILLED = 0.6  # of a line: a word that found no room may leave the rest of it
_SELDOM = 0.1  # of the rows: a column in which blanks are no rarer says nothing by one
_LONG = 12  # characters: shorter texts are labels, which end without a full stop
_CLAUSE = re.compile(r"[，,。：:]")
_QUANTITY = re.compile(r"[≥≤<>=]?\d[\d.,]*\D{0,6}", re.ASCII)
_ENDED = re.compile(r"[。；;！!？?]\W*$")
_BEGINS = re.compile(r"\(?[一二三四五六七八九十]{1,3}[)、.]|\(?\d{1,2}[)、.](?!\d)|其中|[加减]:|[□☑√]")


@dataclass(frozen=True, slots=True)
class Joint:
    """How the next piece goes on: its rows that repeat the header, and the joint columns."""

    repeated: int
    fit: Fit


def join(pieces: Sequence[Table], joints: Sequence[Joint]) -> Table:
    """One table of pieces from top to bottom; `joints[i]` is that between pieces i and i + 1."""
    first = pieces[0]
    if not joints:
        return first
    places = _places(joints)
    stack = _Stack(_spread(first, places[0]), first.shape[0])
    for piece, joint, place in zip(pieces[1:], joints, places[1:], strict=True):
        stack.add(_spread(piece, place), piece.shape[0], joint.repeated)
    cols = len(joints[-1].fit.edges) - 1
    repeated = max(joint.repeated for joint in joints)
    lowest = min((p for p in pieces if p.score is not None), key=lambda p: p.score or 0.0, default=first)
    table = replace(
        first,
        shape=(stack.rows, cols),
        cells=tuple(sorted((_bare(cell) for cell in stack.cells), key=lambda c: (c.row, c.col))),
        parts=(
            *first.parts,
            *(
                replace(part, repeated_header_rows=joint.repeated)
                for piece, joint in zip(pieces[1:], joints, strict=True)
                for part in piece.parts
            ),
        ),
        organization=next((p.organization for p in pieces if p.organization), None),
        unit=next((p.unit for p in pieces if p.unit), None),
        score=lowest.score,
        score_reason=lowest.score_reason,
        notes=tuple(note for piece in pieces for note in piece.notes),
    )
    # What was printed again on the next page is the header, whatever it looks like; a page may
    # repeat its upper rows alone.
    return describe(table, max(repeated, first.header_rows) if repeated else None)


def _places(joints: Sequence[Joint]) -> list[tuple[int, ...]]:
    """For each piece, the index of each of its column edges among those of the whole."""
    later = tuple(range(len(joints[-1].fit.edges)))
    places: list[tuple[int, ...]] = []
    for joint in reversed(joints):
        places.append(tuple(later[i] for i in joint.fit.second))
        later = tuple(later[i] for i in joint.fit.first)
    return [later, *reversed(places)]


def _spread(table: Table, place: Sequence[int]) -> list[Cell]:
    """A piece's cells over the columns of the whole."""
    return [
        replace(cell, col=place[cell.cols.start], col_span=place[cell.cols.stop] - place[cell.cols.start])
        for cell in table.cells
    ]


def _bare(cell: Cell) -> Cell:
    return replace(cell, header=False, amount=None)


class _Stack:
    """The table as far as it has been put together."""

    def __init__(self, cells: list[Cell], rows: int) -> None:
        self.cells = cells
        self.rows = rows
        self._covers = {(r, c): n for n, cell in enumerate(cells) for r in cell.rows for c in cell.cols}
        self._last: Sequence[Cell] = tuple(cells)  # of the piece above
        self._ends = {c.col: n for n, c in enumerate(cells) if c.rows.stop == rows}  # at the break, by column

    def add(self, cells: Sequence[Cell], rows: int, repeated: int) -> None:
        """Put a piece under the others: its cells and number of rows, of which some repeat the header."""
        for cell in cells:
            if cell.row < repeated:
                self._repeat(self._covers[cell.row, cell.col], cell)
        body = [replace(c, row=c.row - repeated) for c in cells if c.row >= repeated]
        if not body:
            return
        ends = self._ends
        starts = {c.col: c for c in body if c.row == 0}
        pairs = [(self.cells[ends[col]], cell) for col, cell in starts.items() if col in ends]
        pairs = [(a, b) for a, b in pairs if a.col_span == b.col_span]
        cut = len(pairs) == len(starts) == len(ends) and _is_cut(pairs, self._last, body)
        merged = {b.col for a, b in pairs if cut or _goes_on(a, b, self._last, body)}
        offset = self.rows - cut
        self.rows += rows - repeated - cut
        self._last, self._ends = body, {}
        for cell in body:
            if cell.row == 0 and cell.col in merged:
                number = ends[cell.col]
                self.cells[number] = _together(self.cells[number], cell, cut)
            else:
                number = len(self.cells)
                self.cells.append(replace(cell, row=cell.row + offset))
            if self.cells[number].rows.stop == self.rows:
                self._ends[cell.col] = number

    def _repeat(self, number: int, cell: Cell) -> None:
        """A header cell printed again; the words are its own where they were found there."""
        own = self.cells[number]
        own = replace(own, parts=own.parts + cell.parts)
        if not own.text.strip() and cell.text.strip():
            own = replace(own, text=cell.text, reading=cell.reading)
        self.cells[number] = own


def _together(upper: Cell, lower: Cell, cut: bool) -> Cell:
    """One cell of the pieces above and below the break."""
    readings = [cell.reading or Reading(cell.text, 0.0, "") for cell in (upper, lower)]
    both = joined([Word(Box(0, n, 1, n + 1), reading) for n, reading in enumerate(readings)])
    read = upper.reading is not None or lower.reading is not None
    return replace(
        upper,
        row_span=upper.row_span + lower.row_span - cut,
        parts=(*_pieces(upper), *_pieces(lower)),
        text=both.text,
        reading=both if read else None,
    )


def _pieces(cell: Cell) -> tuple[Part, ...]:
    """Parts that say which piece of the text is theirs."""
    if any(PIECE in part.extra for part in cell.parts):
        return cell.parts
    return tuple(
        replace(part, extra={**part.extra, PIECE: cell.text if n == 0 else ""})
        for n, part in enumerate(cell.parts)
    )


def _goes_on(upper: Cell, lower: Cell, above: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether the label of a group of rows goes on: it stands in one of the pieces, the other is blank.

    One row of the group on either page is told from two rows by a column that has groups and no
    blanks else.
    """
    texts = [plain(cell.text) for cell in (upper, lower)]
    if all(texts) or any(printed(text) not in ("text", "blank") for text in texts):
        return False
    if upper.row_span > 1 or lower.row_span > 1:
        return True
    column = [cell for cell in (*above, *below) if cell.col == upper.col and cell is not lower]
    groups = sum(cell.row_span > 1 for cell in column)
    return bool(texts[0]) and groups > 0 and _blanks(upper.col, column) <= _SELDOM * len(column)


def _is_cut(pairs: Sequence[tuple[Cell, Cell]], above: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether the last row above the break and the first below it are one row.

    Below stand words alone, each under words that fill their line. That they go on is seen by a
    text above that breaks off within a sentence, or by a blank instead of a label or a figure in
    a column that is else hardly ever blank.
    """
    own = [(a, b) for a, b in pairs if b.text.strip() or a.row_span == b.row_span == 1]
    going_on = [(a, b) for a, b in own if b.text.strip()]
    line = min((c.box.height for c in (*above, *below) if c.box and c.row_span == 1), default=0.0)
    if not going_on or len(pairs) < 2 or not all(_may_go_on(a, b, line) for a, b in going_on):
        return False
    texts = [(plain(a.text), plain(b.text)) for a, b in going_on]
    if any(len(a) >= _LONG and _CLAUSE.search(a) and not _ENDED.search(a) for a, _ in texts):
        return True
    rows = {cell.row for cell in (*above, *below)}
    blank = [a for n, (a, b) in enumerate(own) if not b.text.strip() and (n == 0 or _is_figure(a))]
    return any(
        a.text.strip() and _blanks(a.col, above) + _blanks(a.col, below) - 1 <= _SELDOM * len(rows)
        for a in blank
    )


def _is_figure(cell: Cell) -> bool:
    return printed(plain(cell.text)) in ("amount", "zero")


def _may_go_on(upper: Cell, lower: Cell, line: float) -> bool:
    """Whether words may have been broken off between two cells; `line` is the least height of a row."""
    above, below = plain(upper.text), plain(lower.text)
    if printed(above) != "text" or printed(below) != "text" or above == below:
        return False
    if CODE.match(below) or _BEGINS.match(below) or any(map(_QUANTITY.fullmatch, (above, below))):
        return False
    # A row is no lower than its type with some leading, so this many characters fill a line.
    full = upper.box.width / (line / _LEADING) if upper.box and line else 0.0
    return sum(1.0 if east_asian_width(c) in "WF" else 0.5 for c in above) >= _FILLED * full


def _blanks(col: int, cells: Sequence[Cell]) -> int:
    return sum(cell.col == col and not cell.text.strip() for cell in cells)
