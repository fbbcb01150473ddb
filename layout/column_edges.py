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
_STAY, _HELD = 0.01, 100.0  # weights of where an edge is now, and of one at its bound
_ROUNDS = 6


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
    return _settled(columns, xs, bounds, em)


def _settled(
    columns: Sequence[_Column], xs: Sequence[float], bounds: Sequence[tuple[float, float]], em: float
) -> list[float]:
    """Least squares over what edges and middles say; edges out of their bounds are put there and held."""
    count = len(xs)
    held = {0: xs[0], count - 1: xs[-1]}
    edges = np.array(xs)
    for _ in range(_ROUNDS):
        weights: list[Floats] = []
        values: list[float] = []

        def say(places: Sequence[int], value: float, weight: float) -> None:
            row = np.zeros(count)
            row[list(places)] = weight
            weights.append(row)  # noqa: B023
            values.append(weight * value)  # noqa: B023

        for k, x in enumerate(xs):
            say([k], held.get(k, x), _HELD if k in held else _STAY)
        for k, column in enumerate(columns):
            if column.kind == "left":
                say([k], column.at - _INSET * em, 1.0)
            if column.kind == "right":
                say([k + 1], column.at + _INSET * em, 1.0)
            if column.middle is not None:
                say([k, k + 1], 2 * column.middle, column.weight)
        edges = np.linalg.lstsq(np.array(weights), np.array(values), rcond=None)[0]
        out = [
            k
            for k, (low, high) in enumerate(bounds)
            if k not in held and not low - 0.5 <= edges[k] <= high + 0.5
        ]
        if not out:
            break
        held |= {k: float(np.clip(edges[k], *bounds[k])) for k in out}
    inside = [float(np.clip(edge, *bound)) for edge, bound in zip(edges, bounds, strict=True)]
    return [xs[0], *inside[1:-1], xs[-1]]


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
        over = [p for p in heads if p.first == p.last == column]
        if over or kind or not own:
            # Higher ones may head several columns.
            lowest = max(over, key=lambda p: p.bottom).centre if over else None
            return cls(kind, at, lowest, _HEAD)
        return cls(kind, at, float(np.median([p.centre for p in own])), _GUESS)


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
