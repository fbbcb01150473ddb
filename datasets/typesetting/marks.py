"""From the places of marks to rectangles: rows, cells, lines and amounts in running text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from ..content import CellContent, TableContent
from .columns import TablePlan, tokens_of
from .records import PlacedPart, Rect

ASCENT, DESCENT = 0.88, 0.12
"""Em above and below the baseline that a line takes in; the template sets them."""


class Place(NamedTuple):
    """Where a mark came to stand; points from the top left corner of page `page`."""

    page: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a document by what they mark.

    Attributes:
        corners: of boxes, by id; each printing of a box has its from and to.
        rows: by id of the table and row, places of the row's top and bottom, once for
            each page that it is printed on; the row after the last has a top alone.
        tokens: by id of the text, the place after each token, and as -1 that before the first.
        numbers: by page, the text of the page number.
    """

    corners: Mapping[str, list[tuple[Place, Place]]]
    rows: Mapping[tuple[str, int], list[tuple[Place, Place]]]
    tokens: Mapping[str, Mapping[int, Place]]
    numbers: Mapping[int, str] = field(default_factory=dict)


def read_marks(found: Sequence[Any]) -> Marks:
    """Sort out what the template reports, in its order: [value, page, x, y] each."""
    corners: dict[str, list[tuple[Place, Place]]] = defaultdict(list)
    rows: dict[tuple[str, int], list[tuple[Place, Place]]] = defaultdict(list)
    tokens: dict[str, dict[int, Place]] = defaultdict(dict)
    numbers: dict[int, str] = {}
    opened: dict[tuple[Any, ...], Place] = {}
    for value, page, x, y in found:
        place = Place(int(page), float(x), float(y))
        match value:
            case ["page", "text", text]:
                numbers[place.page] = str(text)
            case [name, "from"]:
                opened[name,] = place
            case [name, "to"]:
                corners[name].append((opened.pop((name,)), place))
            case [name, row, "top"]:
                opened[name, row] = place
            case [name, row, "bottom"]:
                rows[name, row].append((opened.pop((name, row)), place))
            case [name, int(index)]:
                # A header that is printed again repeats its marks; the first printing counts.
                tokens[name].setdefault(index, place)
    for (name, *row), place in opened.items():  # tops without bottom: the ends of tables
        rows[name, row[0]].append((place, place))
    return Marks(corners, rows, tokens, numbers)


class Piece(NamedTuple):
    """A piece of something on one page, between two heights."""

    page: int
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class TableFrame:
    """What is known of a table besides its marks.

    Attributes:
        id: of its marks.
        table: what was set.
        plan: widths and type size.
        padding: white above and below the text of its cells, in points.
        tops: by page, where the space for text begins.
        repeated: header rows that each page repeats.
    """

    id: str
    table: TableContent
    plan: TablePlan
    padding: float
    tops: Mapping[int, float]
    repeated: int


def header_pages(frame: TableFrame, marks: Marks) -> dict[int, int]:
    """Pages on which header rows are printed again, and how many."""
    if not frame.repeated:
        return {}
    return {top.page: frame.repeated for top, _ in marks.rows[frame.id, 0][1:]}


def table_rects(frame: TableFrame, marks: Marks, pieces: Sequence[Sequence[Piece]]) -> dict[int, Rect]:
    """By page, the rectangle of all that is printed of the table, repeated headers included."""
    left = marks.rows[frame.id, 0][0][0].x
    right = left + sum(frame.plan.widths)
    tops = {top.page: top.y for top, _ in marks.rows[frame.id, 0][1:]} if frame.repeated else {}
    found: dict[int, Rect] = {}
    for piece in (piece for row in pieces for piece in row):
        top = tops.get(piece.page, piece.top)
        if piece.page in found:
            top = min(top, found[piece.page][1])
        found[piece.page] = (left, top, right, piece.bottom)
    return found


def row_pieces(frame: TableFrame, marks: Marks) -> list[list[Piece]]:
    """For each row, where it is printed: one piece, or one per page that it is cut over."""
    rows = frame.table.shape[0]
    reach: dict[int, list[tuple[Place, float]]] = defaultdict(list)
    for index, cell in enumerate(frame.table.cells):
        for place in marks.tokens.get(f"{frame.id}c{index}", {}).values():
            reach[cell.row + cell.row_span - 1].append((place, place.y))
    starts = {top.page: bottom.y for top, bottom in marks.rows.get((frame.id, frame.repeated - 1), ())}
    pieces = []
    for row in range(rows):
        top, bottom = marks.rows[frame.id, row][0]
        found = [Piece(top.page, top.y, bottom.y)]
        last = max((place.page for place, _ in reach[row]), default=top.page)
        following = marks.rows[frame.id, row + 1][0][0]
        for page in range(top.page + 1, last + 1):
            start = starts.get(page, frame.tops[page])
            if page == following.page:
                end = following.y
            else:
                # The next row went on to another page: this one ends below its lowest line.
                lowest = max(y for place, y in reach[row] if place.page == page)
                end = lowest + DESCENT * frame.plan.size + frame.padding
            found.append(Piece(page, start, end))
        pieces.append(found)
    return pieces


def place_cells(
    frame: TableFrame, marks: Marks, pieces: Sequence[Sequence[Piece]]
) -> Iterator[tuple[CellContent, tuple[PlacedPart, ...]]]:
    """Each cell with its parts, one per page that any of its rows is printed on."""
    left = marks.rows[frame.id, 0][0][0].x
    edges = [left, *(left + x for x in accumulate(frame.plan.widths))]
    for index, cell in enumerate(frame.table.cells):
        spans: dict[int, tuple[float, float]] = {}
        for row in range(cell.row, cell.row + cell.row_span):
            for piece in pieces[row]:
                top, _ = spans.get(piece.page, (piece.top, 0.0))
                spans[piece.page] = (top, piece.bottom)
        printed = split_by_page(tokens_of(cell.text), marks.tokens.get(f"{frame.id}c{index}", {}))
        first = min(spans)
        texts = printed or {first: cell.text}
        yield (
            cell,
            tuple(
                PlacedPart(
                    page, (edges[cell.col], top, edges[cell.col + cell.col_span], bottom), texts.get(page, "")
                )
                for page, (top, bottom) in sorted(spans.items())
            ),
        )


def split_by_page(tokens: Sequence[str], places: Mapping[int, Place]) -> dict[int, str]:
    """The text that stands on each page, by the mark after each token."""
    found: dict[int, str] = {}
    for index, token in enumerate(tokens):
        if index in places:
            page = places[index].page
            found[page] = found.get(page, "") + token
    return found


def run_rects(
    places: Mapping[int, Place], run: range, size: float, column: tuple[float, float], centred: bool = False
) -> dict[int, Rect]:
    """By page, the rectangle around the tokens `run` of a text of `size` points.

    The first token of a further line has no mark before it on that line; the line is taken
    to begin where its `column` does or, if `centred`, as far from it as it ends.
    """
    ends: dict[tuple[int, float], float] = {}
    for place in places.values() if centred else ():
        ends[place.page, place.y] = max(place.x, ends.get((place.page, place.y), 0.0))
    found: dict[int, Rect] = {}
    for index in run:
        page, x, y = places[index]
        before = places[index - 1]
        start = before.x
        if (before.page, before.y) != (page, y):
            start = column[0] + max(0.0, column[1] - ends[page, y]) if centred else column[0]
        rect = (start, y - ASCENT * size, x, y + DESCENT * size)
        old = found.get(page, rect)
        found[page] = (min(old[0], rect[0]), min(old[1], rect[1]), max(old[2], rect[2]), max(old[3], rect[3]))
    return found
