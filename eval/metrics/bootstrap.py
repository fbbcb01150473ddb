"""How sure a figure is: percentile bootstrap over documents (Efron 1979).

Cells of one document share its scan, its fonts and its mistakes, so documents are drawn,
not cells; a figure over a set is a ratio of sums. Two tools are compared on the same drawn
documents. Documents without anything to count in a ratio do not bear on it and are not
drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .counts import Ratio

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, its bounds, and how many documents bear on it.

    Bounds are None below two documents: one document says nothing of how others vary.
    """

    value: float
    low: float | None
    high: float | None
    documents: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher the first of two tools scores, on the same documents.

    `detectable` is the smallest difference that the set can show: half the width of the
    interval. A true difference of that size would have an interval that leaves out zero
    about every second time; a smaller one mostly goes unseen. None below two documents.
    """

    value: float
    low: float | None
    high: float | None
    detectable: float | None
    documents: int

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def interval(
    ratios: Sequence[Ratio],
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The ratio of sums over documents with its percentile interval.

    The interval is widened to hold the value itself where resampling would leave it out.
    """
    import numpy as np

    counts = _counts(ratios)
    bearing = counts[counts.any(axis=1)]
    value = float(_values(counts.sum(axis=0), _empty(ratios)))
    if len(bearing) < 2:
        return Interval(value, None, None, len(bearing))
    drawn = _values(_weights(len(bearing), generator, resamples) @ bearing, _empty(ratios))
    low, high = np.quantile(drawn, _tails(confidence))
    return Interval(value, min(float(low), value), max(float(high), value), len(bearing))


def difference(
    first: Sequence[Ratio],
    second: Sequence[Ratio],
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Difference:
    """First minus second over the same documents in the same order, with its percentile interval.

    Raises:
        ValueError: the two are not of equal length.
    """
    import numpy as np

    if len(first) != len(second):
        raise ValueError(f"{len(first)} documents cannot be paired with {len(second)}")
    one, other = _counts(first), _counts(second)
    bears = one.any(axis=1) | other.any(axis=1)
    empties = _empty(first), _empty(second)
    value = float(_values(one.sum(axis=0), empties[0]) - _values(other.sum(axis=0), empties[1]))
    documents = int(bears.sum())
    if documents < 2:
        return Difference(value, None, None, None, documents)
    weights = _weights(documents, generator, resamples)
    drawn = _values(weights @ one[bears], empties[0]) - _values(weights @ other[bears], empties[1])
    low, high = (float(bound) for bound in np.quantile(drawn, _tails(confidence)))
    low, high = min(low, value), max(high, value)
    return Difference(value, low, high, (high - low) / 2, documents)


def _counts(ratios: Sequence[Ratio]) -> np.ndarray:  # (documents, 2)
    import numpy as np

    return np.array([(r.numerator, r.denominator) for r in ratios], dtype=float).reshape(-1, 2)


def _empty(ratios: Sequence[Ratio]) -> float:
    return ratios[0].empty if ratios else 1.0


def _weights(documents: int, generator: np.random.Generator, resamples: int) -> np.ndarray:
    """How often each document is drawn, (resamples, documents)."""
    return generator.multinomial(documents, [1 / documents] * documents, size=resamples).astype(float)


def _values(sums: np.ndarray, empty: float) -> np.ndarray:  # (…, 2) to (…)
    import numpy as np

    numerators, denominators = sums[..., 0], sums[..., 1]
    without = np.where(numerators == 0, empty, 1 - empty)
    return np.where(denominators == 0, without, numerators / np.where(denominators == 0, 1, denominators))


def _tails(confidence: float) -> list[float]:
    return [(1 - confidence) / 2, (1 + confidence) / 2]
