"""Rows without any text, known from the room that they take among rows of one height."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

_LINE = 1.2  # em; text of one line is not higher
_PADDING = 0.3  # em that a row is higher than its text, at least
_ALIKE = 0.08  # share by which the heights of rows differ that are meant to be one height
_MOST_ALIKE = 0.6  # share of rows of one line that have the same height
_FEWEST = 3
_ROOM = 0.8  # share of a row's height that there must be room for
_MOST = 20  # blank rows in one place


def usual_height(texts: Sequence[tuple[float, float]], em: float) -> float | None:
    """Height of rows of one line, if they have one height, from the top and bottom of each row's text."""
    steps = np.array(
        [(c + d - a - b) / 2 for (a, b), (c, d) in pairwise(texts) if max(b - a, d - c) < _LINE * em]
    )
    if len(steps) < _FEWEST:
        return None
    usual = float(np.median(steps))
    return usual if np.mean(np.abs(steps - usual) < _ALIKE * usual) >= _MOST_ALIKE else None


def blank_rows(
    texts: Sequence[tuple[float, float]], top: float | None, bottom: float | None, usual: float, em: float
) -> list[int]:
    """How many blank rows stand before each row and after the last.

    Args:
        texts: top and bottom of each row's text.
        top: ruling above the rows, if there is one.
        bottom: ruling below them.
        usual: height of a row of one line.
        em: size of the type in pixels.
    """
    heights = [max(usual, b - a + _PADDING * em) for a, b in texts]
    middles = [(a + b) / 2 for a, b in texts]
    rooms = [0.0 if top is None else middles[0] - heights[0] / 2 - top]
    rooms += [
        b - a - (g + h) / 2 for (a, b), (g, h) in zip(pairwise(middles), pairwise(heights), strict=True)
    ]
    rooms.append(0.0 if bottom is None else bottom - middles[-1] - heights[-1] / 2)
    counts = [int(room / usual + 1 - _ROOM) if room > 0 else 0 for room in rooms]
    return [count if count <= _MOST else 0 for count in counts]
