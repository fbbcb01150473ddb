"""Grids from the alignment of text, with whatever rulings there are.

Rows are found from the rulings or from the centres of texts, columns from the white between
the texts of all rows, and then each text's cell is the rectangle of rows and columns in
which it stands centred or aligned as its neighbours do.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..document import Box
from .column_edges import refine_edges
from .engine import Grid, GridCell, Rule
from .gutters import Intervals, find_gutters, occupied
from .row_layouts import Piece, complete, evidence, extend_centred
from .row_spans import span_rows
from .rule_lines import Line, gather_lines, reach
from .spans import merge_spans
from .text_rows import find_rows, text_lines
from .tiling import Block, Field, tile

Floats = npt.NDArray[np.float64]
Rows = list[tuple[int, ...]]  # runs of each row

_MOST_RUNS = 20_000
_SPECK = 0.22  # em; a smaller run is dirt
_FULL = 0.7  # share of the width over which a ruling parts all columns
_LONG_SHARE = 0.35  # beside labels that span rows a ruling may be so short
_RULED = 0.4  # of the boundaries between rows, from which on rulings alone tell the rows
_BORDER = 0.6  # em from the region's edge within which a ruling is its border
_OVERHANG = 0.15  # em that a text may stand over a boundary without crossing it
_HEADER = 6  # rows at most
_BLANK = 0.75  # of a row's height that is one more row
_MOST_BLANK = 20


def grid_from_text(
    region: Box, runs: Sequence[Box], rows: Sequence[Rule], columns: Sequence[Rule]
) -> Grid | None:
    """The complete grid of a table, with spans both ways.

    Args:
        region: the table.
        runs: boxes of its text, each of one line.
        rows: straight horizontal rulings inside it.
        columns: straight vertical rulings inside it.

    Returns:
        None where there is too little text for a table.
    """
    boxes = np.array([b.to_list() for b in runs[:_MOST_RUNS]], np.float64).reshape(-1, 4)
    em = _em(boxes)
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    boxes = _outermost(boxes[(wide > _SPECK * em) | (high > 2 * _SPECK * em)])
    if len(boxes) < 2:
        return None
    return _Table(region, boxes, em, gather_lines(rows, boxes, em)).grid()


class _Table:
    def __init__(self, region: Box, boxes: Floats, em: float, lines: list[Line]) -> None:
        self.boxes, self.em = boxes, em
        self.left = min(region.left, float(boxes[:, 0].min()))
        self.right = max(region.right, float(boxes[:, 2].max()))
        self.top = min(region.top, float(boxes[:, 1].min()))
        self.bottom = max(region.bottom, float(boxes[:, 3].max()))
        self.inner = [li for li in lines if self.top + _BORDER * em < li.at < self.bottom - _BORDER * em]
        self.centres = (boxes[:, 1] + boxes[:, 3]) / 2
        self.ruled = False
        self.below: list[Line | None] = []

    def grid(self) -> Grid | None:
        """The grid, once rows, columns and spans are found."""
        full = [line for line in self.inner if line.share(self.left, self.right) > _FULL]
        members, between, ys = self._text_rows(full)
        long = [line for line in self.inner if line.share(self.left, self.right) > _LONG_SHARE]
        self.ruled = len(long) >= _RULED * (len(members) - 1) and bool(full)
        self.below = [None] * (len(ys) - 2)
        if self.ruled:
            members, between, ys = self._ruled_rows()
            self.below = list(self.inner)
            spread = self._spread(self._spanning(members))
        else:
            spread = self._spread(self._with_between(members, between))
        xs = [self.left, *find_gutters(spread, self.left, self.right, self.em, self._ends()), self.right]
        shape = (len(members), len(xs) - 1)
        if shape[0] * shape[1] < 2:
            return None
        pieces, loose = self._pieces(members, xs), self._pieces(between, xs)
        head = self._header_rows(pieces, loose, ys, shape)
        top = ys[head] if head else self.top
        heads = [p for p in (*pieces, *loose) if p.middle < top]
        xs = refine_edges(xs, [p for p in pieces if p.middle >= top], heads, self.em)
        ruled = self._ruled_shares(xs)
        parted = ruled >= 0.5 if self.ruled else np.ones((shape[0] - 1, shape[1]), np.bool_)
        spanning = self._pieces(self._spanning(members), xs) if self.ruled else pieces
        signs = evidence(spanning, shape)
        extend_centred(signs, pieces, xs, self.em, head)
        alive = complete(signs, spanning, shape)
        if head and shape[1] > 1:
            self._tile_header(head, pieces, loose, ys, xs, ruled, alive, parted)
        if not self.ruled:
            span_rows(parted, alive, pieces, loose, ys, xs, self.em, head)
        spans = merge_spans(shape, parted, alive)
        cells = tuple(
            GridCell(r, c, rs, cs, Box(xs[c], ys[r], xs[c + cs], ys[r + rs])) for r, c, rs, cs in spans
        )
        return Grid(Box.around(c.box for c in cells), shape, cells, 1.0, None)

    def _ends(self) -> list[float]:
        """Where rulings end inside the table: at boundaries between columns, in its header."""
        inset = 0.6 * self.em
        ends = [x for line in self.inner for piece in line.pieces for x in piece] if self.ruled else []
        return [x for x in ends if self.left + inset < x < self.right - inset]

    def _spread(self, rows: Sequence[Sequence[int]]) -> list[Intervals]:
        return [occupied(self.boxes, row, self.em) for row in rows]

    def _with_between(self, members: Rows, between: Rows) -> list[Sequence[int]]:
        """Rows in order, and for each text between two rows both it and the lower one."""
        rows: list[tuple[float, tuple[int, ...]]] = [(self._y(row), row) for row in members]
        for group in between:
            at = self._y(group)
            lower = next((row for row in members if row and self._y(row) > at), ())
            rows.append((at, (*group, *lower)))
        return [row for _, row in sorted(rows)]

    def _spanning(self, members: Rows) -> list[Sequence[int]]:
        """Rows with all texts whose cells, by the rulings, reach into them."""
        rows: list[list[int]] = [[] for _ in members]
        for row, own in enumerate(members):
            for i in own:
                first, last = reach(self.below, row, self.boxes[i, 0], self.boxes[i, 2])
                for r in range(first, last + 1):
                    rows[r].append(i)
        return list(rows)

    def _y(self, members: Sequence[int]) -> float:
        return float(np.mean(self.centres[list(members)])) if len(members) else 0.0

    def _text_rows(self, full: Sequence[Line]) -> tuple[Rows, Rows, list[float]]:
        """Rows by their texts, texts between rows, and the edges of the rows."""
        edges = [-np.inf, *[line.at for line in full], np.inf]
        rows: Rows = []
        between: Rows = []
        ys = [self.top]
        lines = text_lines(self.boxes, self.em)
        boundaries = find_gutters(self._spread(lines), self.left, self.right, self.em)
        for above, under in pairwise(edges):
            own = np.flatnonzero((self.centres > above) & (self.centres <= under))
            if not len(own):
                rows.append(())
                ys.append(min(under, self.bottom))
                continue
            found = find_rows(self.boxes[own], self.em, boundaries)
            band = [tuple(int(own[i]) for i in row) for row in found.rows]
            between += [tuple(int(own[i]) for i in group) for group in found.between]
            for a, b in pairwise(band):
                ys.append((max(self.boxes[i, 3] for i in a) + min(self.boxes[i, 1] for i in b)) / 2)
            rows += band
            ys.append(min(under, self.bottom))
        return self._with_blank(rows, between, ys)

    def _with_blank(self, rows: Rows, between: Rows, ys: list[float]) -> tuple[Rows, Rows, list[float]]:
        """With the rows without text that there is room for above the bottom ruling."""
        heights = [b - a for (a, b), row in zip(pairwise(ys), rows, strict=True) if row]
        if len(heights) < 2 or not self.inner:
            return rows, between, ys
        usual = float(np.median(heights))
        room = self.bottom - (self._y(rows[-1]) + usual / 2 if rows[-1] else ys[-2])
        count = int(room / usual + 1 - _BLANK) - (not rows[-1])
        if not 0 < count <= _MOST_BLANK:
            return rows, between, ys
        start = self.bottom - room if rows[-1] else ys[-2]
        edges = np.linspace(start, self.bottom, count + 1 + (not rows[-1])).tolist()
        return [*rows, *[()] * count], between, [*ys[:-1], *(edges if rows[-1] else edges[1:])]

    def _ruled_rows(self) -> tuple[Rows, Rows, list[float]]:
        ys = [self.top, *[line.at for line in self.inner], self.bottom]
        rows = [
            tuple(np.flatnonzero((self.centres > above) & (self.centres <= under)).tolist())
            for above, under in pairwise(ys)
        ]
        return rows, [], ys

    def _ruled_shares(self, xs: Sequence[float]) -> Floats:
        """(rows - 1, columns): share of the side below each address that is ruled."""
        shares = [[line.share(a, b) if line else 1.0 for a, b in pairwise(xs)] for line in self.below]
        return np.array(shares, np.float64).reshape(len(self.below), len(xs) - 1)

    def _pieces(self, members: Sequence[Sequence[int]], xs: Sequence[float]) -> list[Piece]:
        slack = _OVERHANG * self.em
        inner = np.array(xs[1:-1])
        pieces: list[Piece] = []
        for row, own in enumerate(members):
            start = len(pieces)
            for left, right, _ in occupied(self.boxes, own, self.em):
                first, last = int((inner < left + slack).sum()), int((inner < right - slack).sum())
                inside = [i for i in own if left <= self.boxes[i, 0] and self.boxes[i, 2] <= right]
                top, bottom = float(self.boxes[inside, 1].min()), float(self.boxes[inside, 3].max())
                piece = Piece(row, first, max(first, last), left, top, right, bottom)
                if len(pieces) > start and pieces[-1].last >= first:
                    pieces[-1] = pieces[-1].joined(piece)
                else:
                    pieces.append(piece)
        return pieces

    def _header_rows(
        self, pieces: Sequence[Piece], loose: Sequence[Piece], ys: Sequence[float], shape: tuple[int, int]
    ) -> int:
        """Rows down to the first by which each column has a text of its own; 0 if there is none."""
        headed = np.zeros(shape[1], np.bool_)
        for row in range(min(_HEADER, shape[0])):
            for p in pieces:
                if p.row == row and p.first == p.last:
                    headed[p.first] = True
            for p in loose:
                if p.middle < ys[row + 1] and p.first == p.last:
                    headed[p.first] = True
            if headed.all():
                return row + 1
        return 0

    def _tile_header(
        self,
        head: int,
        pieces: Sequence[Piece],
        loose: Sequence[Piece],
        ys: Sequence[float],
        xs: Sequence[float],
        ruled: Floats,
        alive: npt.NDArray[np.bool_],
        parted: npt.NDArray[np.bool_],
    ) -> None:
        own = [p for p in pieces if p.row < head] + [p for p in loose if p.middle < ys[head]]
        blocks = [Block(p.left, p.top, p.right, p.bottom) for p in own]
        spans = tile(Field(ys[: head + 1], xs, blocks, self.em, ruled[: head - 1] if self.ruled else None))
        label = np.zeros((head, len(xs) - 1), np.int64)
        for n, (r, c, rs, cs) in enumerate(spans):
            label[r : r + rs, c : c + cs] = n
        alive[:head] = label[:, 1:] != label[:, :-1]
        parted[: head - 1] = label[1:] != label[:-1]


def _outermost(boxes: Floats) -> Floats:
    """Without those that lie in another."""
    order = np.argsort(boxes[:, 1], kind="stable")
    boxes = boxes[order]
    high = float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0))
    kept = []
    for k, (left, top, right, bottom) in enumerate(boxes.tolist()):
        a, b = np.searchsorted(boxes[:, 1], [bottom - high - 1, top + 1])
        near = boxes[a:b]
        holds = (near[:, 0] <= left) & (near[:, 2] >= right) & (near[:, 1] <= top) & (near[:, 3] >= bottom)
        larger = (near[:, 2] - near[:, 0]) * (near[:, 3] - near[:, 1]) > (right - left) * (bottom - top)
        if not np.any(holds & larger):
            kept.append(k)
    return boxes[kept]


def _em(boxes: Floats) -> float:
    """Size of the type: a character is 0.92 of it high; text that is long counts most."""
    if not len(boxes):
        return 1.0
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    order = np.argsort(heights, kind="stable")
    weights = np.cumsum(widths[order])
    return max(1.0, float(heights[order][np.searchsorted(weights, 0.6 * weights[-1])]) / 0.92)
