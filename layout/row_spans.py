"""Labels that span rows: each stands in the middle of the rows that it is of.

The first columns of a form name sections of rows, each column dividing the sections of the one
before it. Where such a column has fewer labels than rows, its rows are cut into runs with one
label in the middle of each, which dynamic programming finds; single rows may have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .row_layouts import Piece

_OFF = 0.35  # em off the middle that costs 1
_MOST_OFF = 3.0  # what being off costs at most
_FARTHEST = 0.8  # em off the middle of several rows
_SPANNING = 0.35  # cost of a label that spans rows at all
_MIDDLE = 0.1  # of their width that it may be off it
_FLUSH = 0.6  # more, where it is not in the middle of its column
_EMPTY = 0.4  # cost of a row without label
_CUT = 0.6  # of several at the top or bottom, whose label stands on another page
_SURE = 0.6  # em off the middle of a row that a label between two rows is, and not off that of its rows
_FILLED = 0.75  # share of rows with a text from which on each row has its own
_LINES = 1.5  # em between lines of one label
_MOST_ROWS = 120


@dataclass(frozen=True, slots=True)
class Section:
    """Rows first … last - 1 and the label that is of them, None where it is on another page."""

    first: int
    last: int
    label: Piece | None


def find_sections(
    pieces: Sequence[Piece],
    loose: Sequence[Piece],
    ys: Sequence[float],
    xs: Sequence[float],
    em: float,
    start: int,
) -> list[Section]:
    """Sections of several rows from row `start` on, in the first columns and those that divide them.

    Args:
        pieces: texts in rows.
        loose: texts between rows.
        ys: edges of rows.
        xs: edges of columns.
        em: size of the type in pixels.
        start: row after the header.
    """
    rows = len(ys) - 1
    found: list[Section] = []
    parents = [(start, rows)]
    if rows - start > _MOST_ROWS:
        return found
    for column in range(len(xs) - 2):
        inner: list[tuple[int, int]] = []
        for first, last in parents:
            for section in _divide(column, (first, last), pieces, loose, ys, xs, em):
                if section.last - section.first > 1:
                    inner.append((section.first, section.last))
                    found.append(section)
        parents = inner
        if not parents:
            break
    return found


def spanning(pieces: Sequence[Piece], sections: Sequence[Section]) -> list[Piece]:
    """Texts once for each row of their sections; a label stands in its rows only."""
    labels = {(s.label.left, s.label.top) for s in sections if s.label}
    spread = [p for p in pieces if (p.left, p.top) not in labels]
    for s in sections:
        if s.label:
            spread += [replace(s.label, row=row) for row in range(s.first, s.last)]
    return sorted(spread, key=lambda p: (p.row, p.first))


def _divide(
    column: int,
    rows: tuple[int, int],
    pieces: Sequence[Piece],
    loose: Sequence[Piece],
    ys: Sequence[float],
    xs: Sequence[float],
    em: float,
) -> list[Section]:
    """Sections of one column within `rows`; none where each row has a text of its own."""
    first, last = rows
    own = [p for p in pieces if p.first == column and first <= p.row < last]
    between = [p for p in loose if p.first == column and ys[first] < p.middle < ys[last]]
    taken = len({p.row for p in pieces if p.first <= column <= p.last and first <= p.row < last})
    if not own and not between:
        return []
    if not between and taken >= _FILLED * (last - first):
        return []
    labels = _joined(sorted([*own, *between], key=lambda p: p.middle), em)
    held = [p.row for p in pieces if p.first < column <= p.last]
    sections = _segments(labels, rows, set(held), ys, xs, em, bool(between))
    several = [s for s in sections if s.label and s.last - s.first > 1]
    split = any(
        abs(s.label.middle - (ys[s.first] + ys[s.last]) / 2) < _SURE * em
        and all(abs(s.label.middle - (a + b) / 2) > _SURE * em for a, b in pairwise(ys[s.first : s.last + 1]))
        for s in several
        if s.label
    )
    tiled = all(s.label or s.first in held for s in sections)
    centred = all(_centred(s.label, xs) for s in several if s.label)
    return sections if several and (split or tiled) and centred else []


def _centred(label: Piece, xs: Sequence[float]) -> bool:
    """Whether a label stands in the middle of its columns."""
    left, right = xs[label.first], xs[label.last + 1]
    return abs(label.left + label.right - left - right) / 2 < _MIDDLE * (right - left)


def _joined(labels: Sequence[Piece], em: float) -> list[Piece]:
    """Lines of one label as one."""
    joined: list[Piece] = []
    for label in labels:
        if joined:
            above = joined[-1]
            near = label.top - above.bottom < (_LINES - 1) * em
            centred = abs(label.left + label.right - above.left - above.right) < em
            if near and (centred or abs(label.left - above.left) < _OFF * em) and label.first == above.first:
                joined[-1] = above.joined(label)
                continue
        joined.append(label)
    return joined


def _segments(
    labels: Sequence[Piece],
    rows: tuple[int, int],
    held: set[int],
    ys: Sequence[float],
    xs: Sequence[float],
    em: float,
    cut: bool,
) -> list[Section]:
    """The cheapest cut of the rows; rows in `held` belong to texts that begin further left."""
    first, last = rows
    at = np.array([p.middle for p in labels])
    place = np.searchsorted(at, np.array(ys)).tolist()
    cost = {first: 0.0}
    came: dict[int, tuple[int, Piece | None]] = {}
    for end in range(first + 1, last + 1):
        for begin in range(first, end):
            if begin not in cost:
                continue
            several = end - begin > 1
            if several and any(row in held for row in range(begin, end)):
                continue
            a, b = place[begin], place[end]
            if b - a > 1:
                continue
            label = labels[a] if b > a else None
            if label is None:
                if several and not (cut and (begin == 0 or end == len(ys) - 1)):
                    continue
                own = _CUT if several else _EMPTY
            else:
                off = abs(label.middle - (ys[begin] + ys[end]) / 2) / em
                own = min(_MOST_OFF, (off / _OFF) ** 2)
                if several and off > _FARTHEST:
                    continue
                if several:
                    own += _SPANNING + _FLUSH * (not _centred(label, xs))
            if cost[begin] + own < cost.get(end, np.inf):
                cost[end], came[end] = cost[begin] + own, (begin, label)
    sections: list[Section] = []
    end = last if last in came else first
    while end in came:
        begin, label = came[end]
        sections.append(Section(begin, end, label))
        end = begin
    return sections[::-1]
