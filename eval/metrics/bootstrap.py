"""How sure a figure is: percentile bootstrap over documents (Efron 1979).

Cells of one document share its scan, its fonts and its mistakes, so documents are drawn,
not cells; a figure over a set is a ratio, or another function, of sums over documents. Two
tools are compared on the same drawn documents. Documents without anything to count do not
bear on a figure and are not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .counts import Ratio

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2000
CONFIDENCE = 0.95
_BLOCK = 100  # resamples at a time: a curve has thousands of counts


@dataclass(frozen=True)
class Sums:
    """A figure as a function of sums over documents.

    Attributes:
        counts: (documents, k), what each document adds.
        statistic: sums (n, k) to figures (n), finite for every sum.
    """

    counts: np.ndarray
    statistic: Callable[[np.ndarray], np.ndarray]


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
    """The ratio of sums over documents with its percentile interval; see `interval_of`."""
    return interval_of(ratio_sums(ratios), generator, resamples, confidence)


def difference(
    first: Sequence[Ratio],
    second: Sequence[Ratio],
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Difference:
    """First minus second over the same documents in the same order; see `difference_of`."""
    return difference_of(ratio_sums(first), ratio_sums(second), generator, resamples, confidence)


def ratio_sums(ratios: Sequence[Ratio]) -> Sums:
    """Ratios, one a document and all of one kind, as the ratio of their sums."""
    import numpy as np

    empty = ratios[0].empty if ratios else 1.0

    def values(sums: np.ndarray) -> np.ndarray:  # (n, 2) to (n)
        numerators, denominators = sums[:, 0], sums[:, 1]
        without = np.where(numerators == 0, empty, 1 - empty)
        divisors = np.where(denominators == 0, 1, denominators)
        return np.where(denominators == 0, without, numerators / divisors)

    counts = np.array([(r.numerator, r.denominator) for r in ratios], dtype=float).reshape(-1, 2)
    return Sums(counts, values)


def interval_of(
    figure: Sums,
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """A figure over documents with its percentile interval.

    The interval is widened to hold the value itself where resampling would leave it out.
    """
    value = _value(figure)
    bears = _bears(figure)
    documents = int(bears.sum())
    if documents < 2:
        return Interval(value, None, None, documents)
    (drawn,) = _drawn([figure], bears, generator, resamples)
    return Interval(value, *_bounds(drawn, value, confidence), documents)


def difference_of(
    first: Sums,
    second: Sums,
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Difference:
    """First minus second over the same documents in the same order, with its percentile interval.

    Raises:
        ValueError: the two are not of equal length.
    """
    if len(first.counts) != len(second.counts):
        raise ValueError(f"{len(first.counts)} documents cannot be paired with {len(second.counts)}")
    value = _value(first) - _value(second)
    bears = _bears(first) | _bears(second)
    documents = int(bears.sum())
    if documents < 2:
        return Difference(value, None, None, None, documents)
    one, other = _drawn([first, second], bears, generator, resamples)
    low, high = _bounds(one - other, value, confidence)
    return Difference(value, low, high, (high - low) / 2, documents)


def _value(figure: Sums) -> float:
    return float(figure.statistic(figure.counts.sum(axis=0, keepdims=True))[0])


def _bears(figure: Sums) -> np.ndarray:  # (documents)
    import numpy as np

    return np.asarray(np.any(figure.counts, axis=1))


def _drawn(
    figures: Sequence[Sums], bears: np.ndarray, generator: np.random.Generator, resamples: int
) -> list[np.ndarray]:
    """Each figure in each resample, (resamples), all over the same drawn documents."""
    import numpy as np

    documents = int(bears.sum())
    times = generator.multinomial(documents, [1 / documents] * documents, size=resamples).astype(float)
    return [
        np.concatenate(
            [
                figure.statistic(times[start : start + _BLOCK] @ figure.counts[bears])
                for start in range(0, resamples, _BLOCK)
            ]
        )
        for figure in figures
    ]


def _bounds(drawn: np.ndarray, value: float, confidence: float) -> tuple[float, float]:
    import numpy as np

    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return min(float(low), value), max(float(high), value)
