"""How much can be accepted without a person, at which rate of errors.

The coverage–risk curve (El-Yaniv & Wiener 2010): amounts are accepted from the surest to the
least sure, and for each share accepted the curve gives the share of those that are wrong.
Confirmed, proven and corrected ones come first, then unchecked ones, then disputed ones,
each by the confidence of the reading. Amounts that were not read at all cannot be accepted.
Zeros read as zeros are left out: half of all cells are 0.00, and would flatter the curve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...document import Cell
from .alignment import Partners
from .bootstrap import Sums

if TYPE_CHECKING:
    import numpy as np

_UNRANKED = 1
_RANKS = {"confirmed": 0, "proven": 0, "corrected": 0, "unchecked": 1, None: _UNRANKED, "disputed": 2}


@dataclass(frozen=True, slots=True)
class Risk:
    """Amounts by how sure they are: sorted (rank, −confidence, count, wrong); and those not read.

    Amounts of equal rank and confidence are accepted together, since nothing puts one first.
    """

    steps: tuple[tuple[int, float, int, int], ...] = ()
    unread: int = 0

    def __add__(self, other: Risk) -> Risk:
        counts: Counter[tuple[int, float]] = Counter()
        wrong: Counter[tuple[int, float]] = Counter()
        for rank, doubt, count, errors in self.steps + other.steps:
            counts[rank, doubt] += count
            wrong[rank, doubt] += errors
        steps = tuple((*key, counts[key], wrong[key]) for key in sorted(counts))
        return Risk(steps, self.unread + other.unread)

    @property
    def amounts(self) -> int:
        """All amounts, read or not."""
        return sum(count for _, _, count, _ in self.steps) + self.unread

    @property
    def is_ranked(self) -> bool:
        """Whether anything says which amounts are surer: a state, or a confidence."""
        return any(rank != _UNRANKED or doubt for rank, doubt, _, _ in self.steps)

    def curve(self) -> tuple[tuple[float, float], ...]:
        """(share accepted, share of these that are wrong), from the surest on."""
        points, accepted, errors = [], 0, 0
        for _, _, count, wrong in self.steps:
            accepted, errors = accepted + count, errors + wrong
            points.append((accepted / self.amounts, errors / accepted))
        return tuple(points)

    def coverage_at(self, error_rate: float) -> float:
        """The largest share that can be accepted with at most such a rate of errors; 1 without amounts."""
        if not self.amounts:
            return 1.0
        return max((share for share, rate in self.curve() if rate <= error_rate), default=0.0)


def rank_amounts(cells: Iterable[Cell], partners: Partners) -> Risk:
    """Rank the amounts of one table of the result, wrong where the truth's partner has another."""
    truths = {(read.row, read.col): cell for cell, read in partners if read is not None}
    counts: Counter[tuple[int, float]] = Counter()
    wrong: Counter[tuple[int, float]] = Counter()
    for cell in cells:
        truth = truths.get((cell.row, cell.col))
        printed = truth.amount if truth is not None else None
        if cell.amount is None or (not cell.amount and not printed and printed is not None):
            continue
        confidence = cell.reading.confidence if cell.reading is not None else 0.0
        key = _RANKS[cell.state], -round(confidence, 4)
        counts[key] += 1
        wrong[key] += cell.amount != printed
    unread = sum(bool(cell.amount) and (read is None or read.amount is None) for cell, read in partners)
    return Risk(tuple((*key, counts[key], wrong[key]) for key in sorted(counts)), unread)


def coverage_sums(documents: Sequence[Risk], error_rate: float) -> Sums:
    """`Risk.coverage_at` as a function of sums over documents, for a bootstrap."""
    import numpy as np

    keys = sorted({(rank, doubt) for risk in documents for rank, doubt, _, _ in risk.steps})
    places = {key: place for place, key in enumerate(keys)}
    counts = np.zeros((len(documents), 2 * len(keys) + 1))  # amounts, wrong ones, unread
    for document, risk in enumerate(documents):
        counts[document, -1] = risk.unread
        for rank, doubt, count, wrong in risk.steps:
            counts[document, places[rank, doubt]] = count
            counts[document, len(keys) + places[rank, doubt]] = wrong

    def coverage(sums: np.ndarray) -> np.ndarray:
        accepted = sums[:, : len(keys)].cumsum(axis=1)
        errors = sums[:, len(keys) : -1].cumsum(axis=1)
        amounts = sums[:, : len(keys)].sum(axis=1) + sums[:, -1]
        allowed = errors / np.maximum(accepted, 1) <= error_rate
        most = (accepted * allowed).max(axis=1, initial=0.0)
        return np.where(amounts > 0, most / np.maximum(amounts, 1), 1.0)

    return Sums(counts, coverage)
