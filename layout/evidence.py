"""What the ink along a side says: whether a ruling runs from one joint to the next.

Evidence is gathered along the whole side on the ridges of darkness, followed within a few
pixels of the fitted line, and held against the strength of the ruling itself: a faint line is
judged by its own faintness, and what only touches the line counts only where it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .geometry import Mask
from .rulings import Ruling

Shares = npt.NDArray[np.float64]

_ASIDE = 0.015  # inches that a line may leave its fit
_DARK = 0.45  # of a ruling's strength: half as dark at the edge of a thin stroke
_END = 0.2  # of a side, at each end
RULED = 0.75  # share of a side that must bear ink; a character's stroke covers at most 0.65
_MOST = 0.55  # enough where both ends are inked: of dashes, more than half is ink
PERHAPS = 0.35  # enough where both ends are inked and the ruling goes on beyond them
_ENDS, _TOUCHED = 0.5, 0.3  # share of each end: what is written in a cell stays clear of its corners


@dataclass(frozen=True)
class Evidence:
    """For lines × sides between crossing lines: share of the side, and of its barer end, that is inked."""

    inked: Shares
    ends: Shares

    def ruled(self) -> npt.NDArray[np.bool_]:
        """Which sides are ruled: clearly, or perhaps while the ruling goes on at both ends."""
        sure = self.inked >= RULED
        touched = (self.inked >= PERHAPS) & (self.ends >= _TOUCHED)
        going_on = np.zeros_like(sure)
        going_on[:, 1:-1] = sure[:, :-2] & sure[:, 2:]
        return sure | (touched & going_on) | ((self.inked >= _MOST) & (self.ends >= _ENDS))


def gather(lines: Sequence[Ruling], crossing: Sequence[Ruling], ridge: Mask, per_inch: float) -> Evidence:
    """Evidence for every side of every line; `ridge` (across, along) is of the lines' direction."""
    inked = np.ones((len(lines), max(0, len(crossing) - 1)))
    ends = np.ones_like(inked)
    aside = max(2, round(_ASIDE * per_inch))
    for i, line in enumerate(lines):
        if line.segments:  # a border that is not printed holds all the same
            inked[i], ends[i] = _sides(line, stops(line, crossing), ridge, aside)
    return Evidence(inked, ends)


def stops(line: Ruling, crossing: Sequence[Ruling]) -> list[float]:
    """Where a line meets the crossing rulings, along it."""
    return [c.at(line.offset + line.slope * c.offset) for c in crossing]


def _sides(line: Ruling, at: list[float], ridge: Mask, aside: int) -> tuple[Shares, Shares]:
    first, last = max(0, int(at[0])), min(ridge.shape[1], int(at[-1]) + 1)
    along = np.arange(first, max(first + 1, last))
    across = np.round(line.offset + line.slope * along).astype(np.int64)
    rows = np.clip(across + np.arange(-aside - 1, aside + 2)[:, None], 0, ridge.shape[0] - 1)
    band = ridge[rows, np.minimum(along, ridge.shape[1] - 1)]  # (2 · aside + 3, along)
    level = _DARK * line.strength
    inked, ends = np.ones(len(at) - 1), np.ones(len(at) - 1)
    for j, (start, end) in enumerate(itertools.pairwise(at)):
        inset = min(aside, (end - start) / 4)
        low, high = (min(max(round(stop) - first, 0), band.shape[1]) for stop in (start + inset, end - inset))
        if high - low < 2:
            continue
        side = band[:, low:high]
        best = 1 + int(side[1:-1].mean(axis=1).argmax())
        dark = side[best - 1 : best + 2].max(axis=0) >= level
        end_length = max(1, round(_END * dark.size))
        inked[j] = dark.mean()
        ends[j] = min(dark[:end_length].mean(), dark[-end_length:].mean())
    return inked, ends
