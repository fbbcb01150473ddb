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
_FEWEST = 3  # texts that show how a column is aligned
_BEGIN, _END, _MIDDLE = 0.3, 0.6, 0.6  # share of texts that are aligned; indented names are fewer
_HEAD = 0.3  # weight of what a centre says, beside an edge
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
    aligned = [_alignment(texts, em) for texts in own]
    edges = list(xs)
    for _ in range(_ROUNDS):
        for k in range(1, cols):
            votes = []
            for col, side, other in ((k - 1, "right", k - 1), (k, "left", k + 1)):
                kind, at = aligned[col]
                if kind == side:
                    votes.append((at + (_INSET if side == "right" else -_INSET) * em, 1.0))
                if kind != "middle":
                    head = [p for p in heads if p.first == p.last == col]
                    at = float(np.median([(p.left + p.right) / 2 for p in head])) if head else np.nan
                if not np.isnan(at) and (kind == "middle" or head):
                    votes.append((2 * at - edges[other], _HEAD))
            if votes:
                at = sum(x * w for x, w in votes) / sum(w for _, w in votes)
                edges[k] = float(np.clip(at, lowest[k], highest[k]))
    return edges


def _alignment(texts: Sequence[Piece], em: float) -> tuple[str, float]:
    """How a column is aligned, left, right or middle, and where; "" if that cannot be told."""
    widths = [p.right - p.left for p in texts]
    if len(texts) < _FEWEST or np.percentile(widths, 90) - np.percentile(widths, 10) < 2 * _ALIGNED * em:
        return "", np.nan
    options = [
        (*_commonest([p.left for p in texts], em), _BEGIN, "left"),
        (*_commonest([p.right for p in texts], em), _END, "right"),
        (*_commonest([(p.left + p.right) / 2 for p in texts], em), _MIDDLE, "middle"),
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
