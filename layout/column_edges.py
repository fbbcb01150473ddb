"""Where exactly boundaries between columns lie, as far as their texts tell.

Between a left-aligned name and a right-aligned amount there may be much white, and a boundary
anywhere in it parts them; but what stands centred over several columns tells only by its centre.
So each boundary is put where the texts on its sides have their edges: an inset left of aligned
beginnings, an inset right of aligned ends, and so that heads stand in the middle of their columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .row_layouts import Piece

Floats = npt.NDArray[np.float64]

_ALIGNED = 0.15  # em by which aligned edges differ
_INSET = 0.25  # em between text and the edge of its cell
_MOST = 0.7  # share of a column's texts that are aligned; indented names are fewer
_BEGIN = 0.3
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
    own: list[list[Piece]] = [[] for _ in range(cols)]
    for piece in pieces:
        if piece.first == piece.last:
            own[piece.first].append(piece)
    lowest, highest = list(xs), list(xs)
    for k in range(1, cols):
        near = [*pieces, *heads]
        lowest[k] = max([p.right for p in near if p.last == k - 1], default=xs[k])
        highest[k] = min([p.left for p in near if p.first == k], default=xs[k])
        lowest[k], highest[k] = min(lowest[k], xs[k]), max(highest[k], xs[k])
    anchors = [_anchor(own, k, em) for k in range(cols + 1)]
    centres = [_centre(own[k], [p for p in heads if p.first == p.last == k], em) for k in range(cols)]
    edges = list(xs)
    for _ in range(_ROUNDS):
        for k in range(1, cols):
            votes = list(anchors[k])
            if (left := centres[k - 1]) is not None:
                votes.append((2 * left - edges[k - 1], 0.3))
            if (right := centres[k]) is not None:
                votes.append((2 * right - edges[k + 1], 0.3))
            if votes:
                at = sum(x * w for x, w in votes) / sum(w for _, w in votes)
                edges[k] = float(np.clip(at, lowest[k], highest[k]))
    return edges


def _anchor(own: Sequence[Sequence[Piece]], k: int, em: float) -> list[tuple[float, float]]:
    """Where boundary k lies by the edges of text on both sides, with weights."""
    votes = []
    if 0 < k < len(own):
        rights, lefts = [p.right for p in own[k - 1]], [p.left for p in own[k]]
        if len(rights) > 2 and not _same(own[k - 1], em):
            end = float(np.median(rights))
            if np.mean(np.abs(np.array(rights) - end) < _ALIGNED * em) >= _MOST:
                votes.append((end + _INSET * em, 1.0))
        if len(lefts) > 2 and not _same(own[k], em):
            begin = float(np.percentile(lefts, 10))
            if np.mean(np.abs(np.array(lefts) - begin) < _ALIGNED * em) >= _BEGIN:
                votes.append((begin - _INSET * em, 1.0))
    return votes


def _same(texts: Sequence[Piece], em: float) -> bool:
    """Whether texts are all as wide, so that their alignment cannot be told."""
    widths = [p.right - p.left for p in texts]
    return float(np.percentile(widths, 90) - np.percentile(widths, 10)) < 2 * _ALIGNED * em


def _centre(texts: Sequence[Piece], heads: Sequence[Piece], em: float) -> float | None:
    """Middle of a column whose texts are centred, or that of its head."""
    middles = np.array([(p.left + p.right) / 2 for p in texts])
    if len(middles) > 2 and not _same(texts, em):
        middle = float(np.median(middles))
        if np.mean(np.abs(middles - middle) < _ALIGNED * em) >= _MOST:
            return middle
    return float(np.median([(p.left + p.right) / 2 for p in heads])) if heads else None
