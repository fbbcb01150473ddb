"""Where exactly boundaries between columns lie, as far as their texts tell.

Between a left-aligned name and a right-aligned amount there may be much white, and a boundary
anywhere in it parts them; but what stands centred over several columns tells only by its centre.
So each boundary is put where the texts on its sides have their edges: an inset left of aligned
beginnings, an inset right of aligned ends, and so that heads stand in the middle of their columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .row_layouts import Piece

Floats = npt.NDArray[np.float64]

_ALIGNED = 0.15  # em by which aligned edges differ
_INSET = 0.25  # em between text and the edge of its cell
_FEWEST = 3  # texts that show how a column is aligned
_BEGIN, _END, _MIDDLE = 0.3, 0.6, 0.6  # share of texts that are aligned; indented names are fewer
_HEAD = 0.3  # weight of what a centre says, beside an edge
_GUESS = 0.1  # and of the middle of texts that may be aligned otherwise
_SAME = 0.15  # share of a column's texts that begin at one place, or end
_ROUNDS = 40


def refine_edges(
    xs: Sequence[float], pieces: Sequence[Piece], heads: Sequence[Piece], em: float
) -> list[float]:
    """The same edges, moved within the white around them.

    Args:
        xs: edges of columns, the first and last of which stay.
        pieces: texts of the body.
        heads: texts of the header, centred in their cells.
        em: size of the type in pixels.
    """
    cols = len(xs) - 1
    near = [*pieces, *heads]
    bounds = [
        (
            min(xs[k], max([p.right for p in near if p.last == k - 1], default=xs[k])),
            max(xs[k], min([p.left for p in near if p.first == k], default=xs[k])),
        )
        for k in range(cols + 1)
    ]
    columns = [_Column.of(k, pieces, heads, em) for k in range(cols)]
    edges = list(xs)
    for _ in range(_ROUNDS):
        for k in range(1, cols):
            votes = columns[k - 1].right(edges[k - 1], em) + columns[k].left(edges[k + 1], em)
            if votes:
                at = sum(x * w for x, w in votes) / sum(w for _, w in votes)
                edges[k] = float(np.clip(at, *bounds[k]))
    return edges


@dataclass(frozen=True, slots=True)
class _Column:
    """How a column is aligned and where, and the middle of its head, with its weight."""

    kind: str
    at: float
    middle: float | None
    weight: float

    @classmethod
    def of(cls, column: int, pieces: Sequence[Piece], heads: Sequence[Piece], em: float) -> _Column:
        own = [p for p in pieces if p.first == p.last == column]
        kind, at = alignment(own, em)
        if kind == "middle":
            return cls(kind, at, at, _HEAD)
        head = [p.centre for p in heads if p.first == p.last == column]
        if head or kind or not own:
            return cls(kind, at, float(np.median(head)) if head else None, _HEAD)
        return cls(kind, at, float(np.median([p.centre for p in own])), _GUESS)

    def left(self, right: float, em: float) -> list[tuple[float, float]]:
        """Where its left edge lies if the other lies at `right`: positions with weights."""
        votes = [(self.at - _INSET * em, 1.0)] if self.kind == "left" else []
        return votes + ([(2 * self.middle - right, self.weight)] if self.middle is not None else [])

    def right(self, left: float, em: float) -> list[tuple[float, float]]:
        """Where its right edge lies if the other lies at `left`."""
        votes = [(self.at + _INSET * em, 1.0)] if self.kind == "right" else []
        return votes + ([(2 * self.middle - left, self.weight)] if self.middle is not None else [])


def alignment(texts: Sequence[Piece], em: float) -> tuple[str, float]:
    """How a column is aligned, left, right or middle, and where; "" if that cannot be told."""
    widths = [p.right - p.left for p in texts]
    if len(texts) < _FEWEST or np.percentile(widths, 90) - np.percentile(widths, 10) < 2 * _ALIGNED * em:
        return "", np.nan
    options = [
        (*_commonest([p.left for p in texts], em), _BEGIN, "left"),
        (*_commonest([p.right for p in texts], em), _END, "right"),
        (*_commonest([p.centre for p in texts], em), _MIDDLE, "middle"),
    ]
    share, at, least, kind = max(options, key=lambda option: option[0])
    if share < least:
        return "", np.nan
    if kind == "left":  # indented ones may be more
        at = float(np.percentile([p.left for p in texts], 10))
    return kind, at


def _commonest(values: Sequence[float], em: float) -> tuple[float, float]:
    """Share of the values that lie close together, and where."""
    ordered = np.sort(np.array(values))
    counts = np.searchsorted(ordered, ordered + 2 * _ALIGNED * em, "right") - np.arange(len(ordered))
    first = int(counts.argmax())
    return float(counts[first]) / len(ordered), float(np.median(ordered[first : first + counts[first]]))


def fits(piece: Piece, column: Sequence[Piece], em: float) -> bool:
    """Whether a text begins, ends or has its middle where others of its column do, if there are enough."""
    others = [p for p in column if p is not piece]
    if len(others) < _FEWEST:
        return True
    edges = np.array([(p.left, p.right, p.centre) for p in others])
    same = np.abs(edges - (piece.left, piece.right, piece.centre)) < _ALIGNED * em
    return bool(same.sum(0).max() >= max(1.0, _SAME * len(others)))
