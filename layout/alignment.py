"""Grids from the alignment of text, with whatever rulings there are.

Rows are found from the rulings or from the centres of texts, columns from the white between
the texts of all rows, and then each text's cell is the rectangle of rows and columns in
which it stands centred or aligned as its neighbours do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..document import Box
from .agreement import agreement
from .blank_rows import blank_rows, usual_height
from .column_edges import fits, refine_edges
from .engine import Grid, GridCell, Rule
from .gutters import Intervals, find_gutters, occupied
from .header_tiling import Tiling, tile_header
from .row_layouts import Piece, complete, evidence, extend_centred, rectangles
from .row_spans import find_sections, spanning
from .rule_lines import Line, gather_lines, reach
from .spans import Span
from .table_text import text_of
from .text_rows import find_rows, text_lines
from .tiling import Block, Field, tile

Floats = npt.NDArray[np.float64]
Rows = list[tuple[int, ...]]  # runs of each row

_FULL = 0.7  # share of the width over which a ruling parts all columns
_LONG_SHARE = 0.35  # beside labels that span rows a ruling may be so short
_RULED = 0.4  # of the boundaries between rows, from which on rulings alone tell the rows
_BORDER = 0.6  # em from the region's edge within which a ruling is its border
_OVERHANG = 0.15  # em that a text may stand over a boundary without crossing it
_WORD = 0.8  # em; a smaller gap may part words of one cell
_LEADING = 0.45  # em between lines of one text
_HEADER = 8  # rows at most
_MOST_BLANK = 20
_PADDING = 0.3  # em between a text and the blank row below it


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
    boxes, em = text_of(runs)
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
        pieces = self._unbroken(pieces, shape)
        head = self._header_rows(pieces, loose, ys, shape, full)
        top = ys[head] if head else self.top
        heads = [p for p in (*pieces, *loose) if p.middle < top]
        body = [p for p in (*pieces, *loose) if p.middle >= top]
        xs = refine_edges(xs, body, heads, self.em)
        header = self._header(head, heads, ys, xs) if head and shape[1] > 1 else None
        if header is None:
            header, head = Tiling((ys[0],), ()), 0
        rows = self._body(head, members, pieces, loose, ys, xs)
        edges = [*header.ys, *ys[head + 1 :]]
        spans = [*header.spans, *((r + len(header.ys) - 1, c, rs, cs) for r, c, rs, cs in rows)]
        cells = tuple(
            GridCell(r, c, rs, cs, Box(xs[c], edges[r], xs[c + cs], edges[r + rs])) for r, c, rs, cs in spans
        )
        score, reason = agreement(cells, edges, xs, self.boxes, self.em)
        return Grid(Box.around(c.box for c in cells), (len(edges) - 1, shape[1]), cells, score, reason)

    def _body(
        self,
        head: int,
        members: Rows,
        pieces: Sequence[Piece],
        loose: Sequence[Piece],
        ys: Sequence[float],
        xs: Sequence[float],
    ) -> list[Span]:
        """Spans of the rows below the header, numbered from 0."""
        shape = (len(members) - head, len(xs) - 1)
        if not shape[0]:
            return []
        own, edges = [replace(p, row=p.row - head) for p in pieces if p.row >= head], ys[head:]
        if self.ruled:
            parted = self._ruled_shares(xs)[head:] >= 0.5
            reaching = self._unbroken(self._pieces(self._spanning(members), xs), (len(members), shape[1]))
            reaching = [replace(p, row=p.row - head) for p in reaching if p.row >= head]
        else:
            parted = np.ones((shape[0] - 1, shape[1]), np.bool_)
            sections = find_sections(own, loose, edges, xs, self.em, 0)
            for section in sections:
                first, last = (section.label.first, section.label.last) if section.label else (0, 0)
                parted[section.first : section.last - 1, first : last + 1] = False
            reaching = spanning(own, sections)
        signs = evidence(reaching, shape)
        extend_centred(signs, reaching, xs, self.em, 0)
        return rectangles(parted, complete(signs, reaching, shape))

    def _header(
        self, head: int, heads: Sequence[Piece], ys: Sequence[float], xs: Sequence[float]
    ) -> Tiling | None:
        """Cells of the first `head` rows, None if they are no header."""
        if self.ruled:
            blocks = [Block(p.left, p.top, p.right, p.bottom) for p in heads]
            ruled = self._ruled_shares(xs)[: head - 1]
            return Tiling(
                tuple(ys[: head + 1]), tuple(tile(Field(ys[: head + 1], xs, blocks, self.em, ruled)))
            )
        own = np.flatnonzero(self.centres < ys[head])
        lines = [[int(own[i]) for i in line] for line in text_lines(self.boxes[own], self.em)]
        sure = any(line.share(self.left, self.right) > _FULL for line in self.inner)
        return tile_header(self._pieces(lines, xs), xs, self.top, ys[head], self.em, sure=sure)

    def _with_last_lines(self, head: int, pieces: Sequence[Piece], shape: tuple[int, int]) -> int:
        """The header with rows that are the last lines of its higher texts."""
        while not self.ruled and head < shape[0]:
            lines = [p for p in pieces if p.row == head]
            above = [p for p in pieces if p.row < head]
            tight = [
                p
                for p in lines
                if any(
                    p.left < q.right and q.left < p.right and p.top - q.bottom < _LEADING * self.em
                    for q in above
                )
            ]
            if not tight or len(lines) > 0.5 * shape[1]:
                break
            head += 1
        return head

    def _ends(self) -> list[float]:
        """Where rulings end inside the table: at boundaries between columns, in its header."""
        inset = 0.6 * self.em
        ends = [x for line in self.inner for piece in line.pieces for x in piece] if self.ruled else []
        return [x for x in ends if self.left + inset < x < self.right - inset]

    def _spread(self, rows: Sequence[Sequence[int]]) -> list[Intervals]:
        return [occupied(self.boxes, row, self.em) for row in rows]

    def _with_between(self, members: Rows, between: Rows) -> list[Sequence[int]]:
        """Rows in order, and after rows with texts between them the undermost texts of all these."""
        filled = [row for row in members if row]
        tops = [self._y(row) for row in filled]
        linked: dict[int, list[int]] = {}  # by the row above
        for group in between:
            linked.setdefault(int(np.searchsorted(tops, self._y(group))) - 1, []).extend(group)
        rows: list[Sequence[int]] = []
        open_texts: list[int] = []
        for k, row in enumerate(filled):
            rows.append(row)
            if k - 1 in linked:
                open_texts += [*linked[k - 1], *row]
            if open_texts and k not in linked:
                rows.append(self._undermost(open_texts))
            if k in linked and k - 1 not in linked:
                open_texts = list(row)
            elif k not in linked:
                open_texts = []
        return rows

    def _undermost(self, texts: Sequence[int]) -> list[int]:
        """Those that have none of the others below them."""
        own = self.boxes[list(texts)]
        over = (own[:, None, 0] < own[None, :, 2]) & (own[None, :, 0] < own[:, None, 2])
        lower = own[None, :, 1] > (own[:, None, 1] + own[:, None, 3]) / 2
        far = own[None, :, 1] - own[:, None, 3] > 0.4 * self.em  # not the next line of the same text
        hidden: npt.NDArray[np.bool_] = np.any(over & lower & far, axis=1)
        return [i for i, under in zip(texts, hidden.tolist(), strict=True) if not under]

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
        lines = text_lines(self.boxes, self.em)
        boundaries = find_gutters(self._spread(lines), self.left, self.right, self.em)
        bands: list[Rows] = []
        between: Rows = []
        edges = [self.top, *[line.at for line in full], self.bottom]
        for above, under in pairwise(edges):
            own = np.flatnonzero((self.centres > above) & (self.centres <= under))
            found = find_rows(self.boxes[own], self.em, boundaries)
            bands.append([tuple(int(own[i]) for i in row) for row in found.rows])
            between += [tuple(int(own[i]) for i in group) for group in found.between]
        texts = [[self._extent(row) for row in band] for band in bands]
        steps = [usual_height(band, self.em) for band in texts]
        usual = next((height for height in reversed(steps) if height is not None), None)
        written = sum(b - a for (a, b), band in zip(pairwise(edges), bands, strict=True) if band)
        mean = written / max(1, sum(map(len, bands)))
        rows: Rows = []
        ys = [self.top]
        for k, (above, under) in enumerate(pairwise(edges)):
            filled = self._filled(bands[k], texts[k], (above, under), (k > 0, bool(full)), usual)
            if not bands[k]:
                filled = self._blanks(
                    max(1, round((under - above) / (usual or mean or np.inf))), above, under
                )
            rows += [row for row, _ in filled]
            ys += [end for _, end in filled]
        return rows, between, ys

    def _extent(self, row: Sequence[int]) -> tuple[float, float]:
        own = self.boxes[list(row)]
        return float(own[:, 1].min()), float(own[:, 3].max())

    def _filled(
        self,
        rows: Rows,
        texts: list[tuple[float, float]],
        edges: tuple[float, float],
        ruled: tuple[bool, bool],
        usual: float | None,
    ) -> list[tuple[tuple[int, ...], float]]:
        """Rows between two edges, blank ones among them, and where each ends."""
        above, under = edges
        if not rows:
            return []
        counts = [0] * (len(rows) + 1)
        if usual:
            counts = blank_rows(
                texts, above if ruled[0] else None, under if ruled[1] else None, usual, self.em
            )
        gap = _PADDING * self.em
        filled: list[tuple[tuple[int, ...], float]] = []
        for k, row in enumerate(rows):
            start = texts[k - 1][1] if k else above
            filled += self._blanks(counts[k], start + gap, texts[k][0] - gap)
            end = under if k + 1 == len(rows) else (texts[k][1] + texts[k + 1][0]) / 2
            if counts[k + 1]:
                end = texts[k][1] + gap
            filled.append((row, end))
        filled += self._blanks(counts[-1], texts[-1][1] + gap, under)
        return filled

    def _blanks(self, count: int, start: float, end: float) -> list[tuple[tuple[int, ...], float]]:
        """Blank rows from `start` to `end`; at least one if there is a band without text."""
        last = max(start, end)
        return [((), start + (last - start) * (k + 1) / count) for k in range(min(count, _MOST_BLANK))]

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

    def _unbroken(self, pieces: Sequence[Piece], shape: tuple[int, int]) -> list[Piece]:
        """With texts as one again that a boundary parts only between two words.

        What follows a small gap is a cell of its own if it is aligned as its column is.
        """
        small = _WORD * self.em
        tight = {
            k + 1 for k, (a, b) in enumerate(pairwise(pieces)) if a.row == b.row and b.left - a.right < small
        }
        single = [p for p in pieces if p.first == p.last]
        columns = [[p for p in single if p.first == c] for c in range(shape[1])]
        whole: list[Piece] = []
        for k, piece in enumerate(pieces):
            own = k not in tight or (piece.first == piece.last and fits(piece, columns[piece.first], self.em))
            if own:
                whole.append(piece)
            else:
                whole[-1] = whole[-1].joined(piece)
        return whole

    def _header_rows(
        self,
        pieces: Sequence[Piece],
        loose: Sequence[Piece],
        ys: Sequence[float],
        shape: tuple[int, int],
        full: Sequence[Line],
    ) -> int:
        """Rows of the header, 0 if there is none.

        They end with the first by which each column has a text of its own, or with a ruling.
        """
        headed = np.zeros(shape[1], np.bool_)
        for row in range(min(_HEADER, shape[0])):
            for p in pieces:
                if p.row == row and p.first == p.last:
                    headed[p.first] = True
            for p in loose:
                if p.middle < ys[row + 1] and p.first == p.last:
                    headed[p.first] = True
            if headed.all():
                return self._with_last_lines(row + 1, pieces, shape)
        return ys.index(full[0].at) if not self.ruled and full and full[0].at in ys[1 : _HEADER + 1] else 0
