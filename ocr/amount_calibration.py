"""What the masses that a recogniser gives to texts are worth as probabilities.

Networks trained with connectionist temporal classification are over-confident. Masses are
therefore flattened to a power (temperature scaling, Guo et al., ICML 2017, of the whole
text), what is no amount is weighed against them, and a rest stays for errors that no
lattice shows: a digit under a seal, a crop that lost its edge. `fit` finds the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a search found in a lattice, as natural logarithms of mass.

    Attributes:
        texts: grammatical texts with theirs.
        words: mass of all texts with a glyph that no amount has.
        malformed: mass of texts of the glyphs of amounts that are none, such as 4.804.64.
    """

    texts: tuple[tuple[str, float], ...]
    words: float
    malformed: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The numbers between masses and probabilities.

    The default `sharpness` was fitted with `fit` for PP-OCRv6 small: 2,890 cells with
    amounts, zeros and words in the profiles fax@1, low@1 and seal@1 of eight synthetic
    disclosures of seed 601, cut at the ink in their true boxes; so was `rest`. The others were
    held where the likelihood is flat, on the side of doubt: that set has fewer words, and fewer
    dates and codes (004), than a table that was misunderstood.

    Attributes:
        sharpness: power that masses are raised to, from 0 (all are equal) to 1 (as they are).
        words: weight of words against amounts; at 1 the network is believed.
        malformed: weight of texts like 4.804.64, which a reader takes for a misread amount.
        rest: probability that is left to what the lattice does not show, below 1.
    """

    sharpness: float = 0.8
    words: float = 0.3
    malformed: float = 0.01
    rest: float = 0.002

    def probabilities(self, evidence: Evidence) -> list[float]:
        """Natural logarithms of the probabilities of `evidence.texts`; they sum to `1 - rest` at most."""
        scores = [self.sharpness * mass for _, mass in evidence.texts]
        beside = [
            self.sharpness * mass + math.log(weight)
            for mass, weight in ((evidence.words, self.words), (evidence.malformed, self.malformed))
            if weight > 0
        ]
        if not scores:
            return []
        total = log_sum([*scores, *beside]) - math.log1p(-self.rest)
        return [score - total for score in scores]


IDENTITY = Calibration(sharpness=1.0, words=1.0, malformed=1.0, rest=0.0)
"""Masses as they are."""

_GRID = {
    "sharpness": [0.05 * step for step in range(4, 21)],
    "words": [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0],
    "malformed": [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0],
    "rest": [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1],
}


def fit(
    samples: Sequence[tuple[Evidence, str]],
    start: Calibration | None = None,
    fixed: Collection[str] = (),
) -> Calibration:
    """The calibration that makes the truth likeliest.

    Coordinate descent over a grid: every number in turn takes the value of the least mean
    negative log-likelihood, until none changes. A truth that was not found counts as
    "something else", with the probability that the found texts leave.

    Args:
        samples: what was found in each lattice, and the text that was printed.
        start: where to begin.
        fixed: names of numbers that stay as they are in `start`.
    """
    best = start or Calibration()
    if not samples:
        return best
    least = loss(samples, best)
    while True:
        before = best
        for name in [name for name in _GRID if name not in fixed]:
            for value in _GRID[name]:
                candidate = replace(best, **{name: value})
                if (cost := loss(samples, candidate)) < least:
                    best, least = candidate, cost
        if best == before:
            return best


def loss(samples: Sequence[tuple[Evidence, str]], calibration: Calibration) -> float:
    """Mean negative log-likelihood of the truth in nats, 0 at best."""
    total = 0.0
    for evidence, truth in samples:
        logs = calibration.probabilities(evidence)
        index = next((i for i, (text, _) in enumerate(evidence.texts) if text == truth), None)
        if index is not None:
            total -= logs[index]
        else:
            total -= math.log(max(1e-12, 1 - sum(map(math.exp, logs))))
    return total / len(samples)


def log_sum(values: Sequence[float]) -> float:
    """Logarithm of the sum of numbers given by their logarithms; of one at least."""
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values)) if top > -math.inf else top
