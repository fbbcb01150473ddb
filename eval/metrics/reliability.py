"""Whether a probability that a reading is given is the share of such readings that are right.

Readings are gathered by their probability; a bin whose mean probability is above its share of right
readings is too sure of itself (DeGroot & Fienberg 1983). The expected calibration error is the mean
gap, weighed by readings (Naeini et al. 2015).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
"""Lower ends of the bins: narrow near 1, where almost all readings are."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings whose probability is from `low` on: how many, how many are right, the mean probability."""

    low: float
    count: int
    right: int
    mean: float

    @property
    def share(self) -> float:
        """Share of right readings; 0 for an empty bin."""
        return self.right / self.count if self.count else 0.0

    @property
    def gap(self) -> float:
        """How much surer the readings are than they should be."""
        return self.mean - self.share


def bins(readings: Iterable[tuple[float, bool]], edges: Sequence[float] = EDGES) -> tuple[Bin, ...]:
    """(probability, whether right) of readings, by bins; empty bins are left out."""
    counts, rights, sums = ([0] * len(edges), [0] * len(edges), [0.0] * len(edges))
    for probability, right in readings:
        place = max(0, bisect_right(edges, probability) - 1)
        counts[place] += 1
        rights[place] += right
        sums[place] += probability
    return tuple(
        Bin(low, count, right, total / count)
        for low, count, right, total in zip(edges, counts, rights, sums, strict=True)
        if count
    )


def calibration_error(found: Sequence[Bin]) -> float | None:
    """The expected calibration error; None without readings."""
    total = sum(entry.count for entry in found)
    return sum(entry.count * abs(entry.gap) for entry in found) / total if total else None
