"""Grids from the alignment of text, with whatever rulings there are.

Rows are found from the rulings or from the centres of texts, columns from the white between
the texts of all rows, and then each text's cell is the rectangle of rows and columns in
which it stands centred or aligned as its neighbours do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Box
from .engine import Grid, GridCell, Rule
from .gutters import find_gutters, occupied
from .row_layouts import Piece, complete, evidence
from .row_spans import span_rows
from .spans import merge_spans
from .text_rows import find_rows, text_lines
from .tiling import Block, Field, tile

Floats = npt.NDArray[np.float64]
_MOST_RUNS = 20_000
_SPECK = 0.22  # em; a smaller run is dirt
_FULL = 0.7  # share of the width over which a ruling parts all columns
_LONG = 12.0  # em; a longer ruling is one whatever it touches
_BORDER = 0.6  # em from the region's edge within which a ruling is its border
_SAME_LINE = 0.3  # em between pieces of one ruling
_OVERHANG = 0.15  # em that a text may stand over a boundary without crossing it
_LONG_SHARE = 0.35  # beside labels that span rows a ruling may be so short
_RULED = 0.4  # of the boundaries between rows, from which on rulings alone tell the rows
_HEADER = 6  # rows at most


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
    boxes = boxes[
        ((boxes[:, 2] - boxes[:, 0]) > _SPECK * em) | ((boxes[:, 3] - boxes[:, 1]) > 2 * _SPECK * em)
    ]
    boxes = _outermost(boxes)
    if len(boxes) < 2:
        return None
    lines = _lines(rows, boxes, em)
    table = _Table(region, boxes, em, lines)
    return table.grid()


def _in_text(rule: Rule, boxes: Floats, em: float) -> bool:
    """Whether a rule is a stroke of the characters that it lies in."""
    left, top, right, bottom = boxes.T
    slack = 0.06 * em
    level = (top - slack < rule.at) & (rule.at < bottom + slack)
    shared = np.minimum(right, rule.end) - np.maximum(left, rule.start)
    return bool(np.any(level & (shared > 0.5 * (rule.end - rule.start))))


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal ruling in pieces."""

    at: float
    pieces: tuple[tuple[float, float], ...]

    def share(self, left: float, right: float) -> float:
        """Of left … right that is ruled."""
        if right <= left:
            return 0.0
        return sum(max(0.0, min(b, right) - max(a, left)) for a, b in self.pieces) / (right - left)


def _lines(rules: Sequence[Rule], boxes: Floats, em: float) -> list[Line]:
    """Rulings in one line as one; strokes of characters left out."""
    real = [r for r in rules if r.end - r.start > _LONG * em or not _in_text(r, boxes, em)]
    lines: list[list[Rule]] = []
    for rule in sorted(real, key=lambda r: (r.at, r.start)):
        if lines and rule.at - lines[-1][0].at < _SAME_LINE * em:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    return [
        Line(
            float(np.average([r.at for r in line], weights=[r.end - r.start for r in line])),
            tuple(sorted((r.start, r.end) for r in line)),
        )
        for line in lines
    ]


class _Table:
    def __init__(self, region: Box, boxes: Floats, em: float, lines: list[Line]) -> None:
        self.region, self.boxes, self.em = region, boxes, em
        self.left = min(region.left, float(boxes[:, 0].min()))
        self.right = max(region.right, float(boxes[:, 2].max()))
        top, bottom = float(boxes[:, 1].min()), float(boxes[:, 3].max())
        self.top, self.bottom = min(region.top, top), max(region.bottom, bottom)
        self.inner = [l for l in lines if self.top + _BORDER * em < l.at < self.bottom - _BORDER * em]
        self.centres = (boxes[:, 1] + boxes[:, 3]) / 2

    def grid(self) -> Grid | None:
        full = [l for l in self.inner if l.share(self.left, self.right) > _FULL]
        members, between, ys = self._text_rows(full)
        long = [l for l in self.inner if l.share(self.left, self.right) > _LONG_SHARE]
        self.ruled = len(long) >= _RULED * (len(members) - 1) and bool(full)
        if self.ruled:
            members, between, ys = self._ruled_rows()
        order = sorted([(self._y(m), m) for m in members] + [(self._y(m), m) for m in between])
        spread = [occupied(self.boxes, m, self.em) for _, m in order]
        xs = [self.left, *find_gutters(spread, self.left, self.right, self.em, self._ends()), self.right]
        shape = (len(members), len(xs) - 1)
        if shape[0] * shape[1] < 2:
            return None
        pieces = self._pieces(members, xs)
        loose = self._pieces(between, xs)
        below = self._below(ys, xs) if self.ruled else np.ones((shape[0] - 1, shape[1]))
        signs = evidence(pieces, shape)
        alive = complete(signs, pieces, shape)
        parted = below >= 0.5
        head = self._header_rows(pieces, loose, ys, shape)
        done = 0
        if head is not None and shape[1] > 1:
            done = self._tile_header(head, pieces, loose, ys, xs, below, alive, parted)
        if not self.ruled:
            span_rows(parted, alive, pieces, loose, ys, xs, self.em, done)
        spans = merge_spans(shape, parted, alive)
        cells = tuple(
            GridCell(r, c, rs, cs, Box(xs[c], ys[r], xs[c + cs], ys[r + rs])) for r, c, rs, cs in spans
        )
        return Grid(Box.around(c.box for c in cells), shape, cells, 1.0, None)

    def _ends(self) -> list[float]:
        """Where rulings end inside the table: at boundaries between columns, in its header."""
        inset = 0.6 * self.em
        ends = [x for l in self.inner for piece in l.pieces for x in piece] if self.ruled else []
        return [x for x in ends if self.left + inset < x < self.right - inset]

    def _y(self, members: Sequence[int]) -> float:
        return float(np.mean(self.centres[list(members)])) if len(members) else 0.0

    def _text_rows(
        self, full: Sequence[Line]
    ) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]], list[float]]:
        edges = [-np.inf, *[l.at for l in full], np.inf]
        rows: list[tuple[int, ...]] = []
        between: list[tuple[int, ...]] = []
        ys = [self.top]
        spread = [occupied(self.boxes, line, self.em) for line in text_lines(self.boxes, self.em)]
        boundaries = find_gutters(spread, self.left, self.right, self.em)
        for above, under in zip(edges, edges[1:], strict=False):
            own = np.flatnonzero((self.centres > above) & (self.centres <= under))
            if not len(own):
                continue
            found = find_rows(self.boxes[own], self.em, boundaries)
            band = [tuple(int(own[i]) for i in row) for row in found.rows]
            between += [tuple(int(own[i]) for i in group) for group in found.between]
            for a, b in zip(band, band[1:], strict=False):
                ys.append((max(self.boxes[i, 3] for i in a) + min(self.boxes[i, 1] for i in b)) / 2)
            rows += band
            ys.append(under if under < np.inf else self.bottom)
        return rows, between, ys

    def _ruled_rows(self) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]], list[float]]:
        ys = [self.top, *[l.at for l in self.inner], self.bottom]
        rows = []
        for above, under in zip(ys, ys[1:], strict=False):
            rows.append(tuple(np.flatnonzero((self.centres > above) & (self.centres <= under)).tolist()))
        return rows, [], ys

    def _below(self, ys: Sequence[float], xs: Sequence[float]) -> Floats:
        """(rows - 1, columns): share of the side below each address that is ruled."""
        lines = {l.at: l for l in self.inner}
        return np.array(
            [[lines[y].share(a, b) for a, b in zip(xs, xs[1:], strict=False)] for y in ys[1:-1]]
        ).reshape(len(ys) - 2, len(xs) - 1)

    def _pieces(self, members: Sequence[Sequence[int]], xs: Sequence[float]) -> list[Piece]:
        slack = _OVERHANG * self.em
        inner = np.array(xs[1:-1])
        pieces = []
        for row, own in enumerate(members):
            for left, right in occupied(self.boxes, own, self.em):
                first, last = int((inner < left + slack).sum()), int((inner < right - slack).sum())
                last = max(first, last)
                inside = [i for i in own if left <= self.boxes[i, 0] and self.boxes[i, 2] <= right]
                top, bottom = self.boxes[inside, 1].min(), self.boxes[inside, 3].max()
                if pieces and pieces[-1].row == row and pieces[-1].last >= first:
                    p = pieces.pop()
                    pieces.append(
                        Piece(
                            row,
                            p.first,
                            max(last, p.last),
                            p.left,
                            min(top, p.top),
                            right,
                            max(bottom, p.bottom),
                        )
                    )
                else:
                    pieces.append(Piece(row, first, last, left, float(top), right, float(bottom)))
        return pieces

    def _header_rows(
        self, pieces: Sequence[Piece], loose: Sequence[Piece], ys: Sequence[float], shape: tuple[int, int]
    ) -> int | None:
        """Rows down to the first by which each column has a text of its own."""
        headed = np.zeros(shape[1], np.bool_)
        for row in range(min(_HEADER, shape[0])):
            for p in pieces:
                if p.row == row and p.first == p.last:
                    headed[p.first] = True
            for p in loose:
                if (p.top + p.bottom) / 2 < ys[row + 1] and p.first == p.last:
                    headed[p.first] = True
            if headed.all():
                return row + 1
        return None

    def _tile_header(self, head, pieces, loose, ys, xs, below, alive, parted) -> int:
        blocks = [Block(p.left, p.top, p.right, p.bottom) for p in pieces if p.row < head]
        blocks += [
            Block(p.left, p.top, p.right, p.bottom) for p in loose if (p.top + p.bottom) / 2 < ys[head]
        ]
        spans = tile(Field(ys[: head + 1], xs, blocks, self.em, below[: head - 1] if self.ruled else None))
        label = np.zeros((head, len(xs) - 1), np.int64)
        for n, (r, c, rs, cs) in enumerate(spans):
            label[r : r + rs, c : c + cs] = n
        alive[:head] = label[:, 1:] != label[:, :-1]
        parted[: head - 1] = label[1:] != label[:-1]
        return head


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
