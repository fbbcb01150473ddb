"""Amounts decoded from a recogniser's lattice: ranked texts with honest probabilities.

What a search along the grammar of amounts finds is calibrated, several readings of one ink
are combined, and the format of the column decides where the ink does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..amounts import printed
from .amount_calibration import Calibration, Evidence, log_sum
from .amount_grammar import Lattice
from .amount_search import BEAM, masses, search
from .number_format import NumberFormat

CALIBRATION = Calibration()
DAMPING = 0.75
"""Readings of one ink are not independent: n of them count as n ** (1 - DAMPING).

The likeliest of 0, 0.25 … 1 on 532 cells of seed 601 (fax@1, low@1), read from three crops each.
"""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text with the natural logarithm of the probability that it is what was printed."""

    text: str
    log_probability: float


def decode(
    lattice: Lattice,
    prior: NumberFormat | None = None,
    *,
    beam: int = BEAM,
    keep: int = 10,
    calibration: Calibration = CALIBRATION,
) -> tuple[Hypothesis, ...]:
    """The amounts, dashes or blank that a cell may hold, likeliest first.

    Args:
        lattice: (time, WIDTH) probabilities.
        prior: the format of the cell's column; it changes the odds of two amounts by at most
            `number_format.BOUND` nats, and moves nothing to or from blanks, dashes and words.
        beam: prefixes that are followed.
        keep: hypotheses that are returned.
        calibration: from masses to probabilities.

    Returns:
        Texts that `amounts.parse` reads, dashes, or "" for a blank; in half width. Their
        probabilities sum to less than one: the rest is something else.

    Raises:
        ValueError: another shape, more than `MAX_STEPS` steps, or no probabilities.
    """
    return _ranked(search(lattice, beam), prior, keep, calibration)


def decode_together(
    lattices: Sequence[Lattice],
    prior: NumberFormat | None = None,
    *,
    beam: int = BEAM,
    keep: int = 10,
    calibration: Calibration = CALIBRATION,
) -> tuple[Hypothesis, ...]:
    """Several readings of the same ink combined, such as a crop at two scales.

    A product of experts (Hinton 2002): log-masses are added over the readings and divided
    by n ** `DAMPING`. A text that one reading did not find is scored in it all the same.

    Raises:
        ValueError: as `decode`.
    """
    found = [search(lattice, beam) for lattice in lattices]
    if len(found) < 2:
        return _ranked(found[0], prior, keep, calibration) if found else ()
    texts = sorted({text for evidence in found for text, _ in evidence.texts})
    scale = len(found) ** -DAMPING
    sums = np.zeros(len(texts))
    for lattice, evidence in zip(lattices, found, strict=True):
        known = dict(evidence.texts)
        missing = [text for text in texts if text not in known]
        known.update(zip(missing, masses(lattice, missing), strict=True))
        sums += [known[text] for text in texts]
    combined = Evidence(
        tuple(zip(texts, (scale * sums).tolist(), strict=True)),
        scale * sum(evidence.words for evidence in found),
        scale * sum(evidence.malformed for evidence in found),
    )
    return _ranked(combined, prior, keep, calibration)


def _ranked(
    evidence: Evidence, prior: NumberFormat | None, keep: int, calibration: Calibration
) -> tuple[Hypothesis, ...]:
    logs = dict(zip((t for t, _ in evidence.texts), calibration.probabilities(evidence), strict=True))
    amounts = [text for text in logs if printed(text) in ("amount", "zero")]
    if prior is not None and amounts:
        # Within the amounts only: how a column prints them says nothing of blanks and words.
        moved = {text: logs[text] + prior.log_prior(text) for text in amounts}
        share = log_sum([logs[text] for text in amounts]) - log_sum(list(moved.values()))
        logs |= {text: log + share for text, log in moved.items()}
    ranked = sorted(logs.items(), key=lambda found: (-found[1], found[0]))
    return tuple(Hypothesis(text, log) for text, log in ranked[:keep])
