"""Options of reconciliation: how sure it must be before it proves, changes or disputes an amount.

Probabilities are of single amounts or equations; a cost or a margin is in nats, the natural
logarithm of a ratio of probabilities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...errors import OptionsError


@dataclass(frozen=True, slots=True)
class ReconcileOptions:
    """What reconciliation takes for granted about readings and publishers.

    Attributes:
        misprint: how often a publisher prints an amount wrongly. Too low, and misprints are
            corrected away; too high, and misreadings stay disputed.
        distrust: how often a reading is wrong however sure its lattice is. Too low, and an
            over-confident recogniser is believed; too high, and equality proves nothing.
        alike: how often a second print of the same number is misread just as the first was.
        margin: nats by which a correction must beat the best different answer. Below about 4
            chance decides; above about 8 hardly anything is corrected.
        lone: nats that a correction may cost which a single equation supports. One sum is closed by
            some reading of some part too easily: with twenty parts of ten alternatives each, a
            poor one fits by chance in a few of a hundred sums.
        floor: log-probability below which the ink does not allow an alternative.
        proof: largest probability that an amount in a sum that holds is wrong nevertheless.
        proof_by_equality: the same where nothing but equality with one other amount holds it.
        belief: posterior from which a family of equations is kept; where it fails, a problem says so.
        dispute: posterior from which an equation counts as meant: it proves, corrects and disputes.
        candidates: alternatives considered per amount.
        nodes: steps of the exact search for one connected set of failing equations, before CP-SAT
            takes over.
        seconds: CP-SAT's deterministic time for one connected set; the same on every machine.
        exact: take readings for what is printed, without any doubt, and correct nothing: for tables
            that nobody read from a scan.
        amounts: largest number of amounts that one document may relate; the rest is unchecked.
    """

    misprint: float = 5e-4
    distrust: float = 2e-3
    alike: float = 0.01
    margin: float = 5.0
    lone: float = 3.0
    floor: float = -10.0
    proof: float = 1e-4
    proof_by_equality: float = 4e-5
    belief: float = 0.1
    dispute: float = 0.5
    candidates: int = 10
    nodes: int = 4_000
    seconds: float = 2.0
    exact: bool = False
    amounts: int = 100_000

    def __post_init__(self) -> None:
        for name in ("misprint", "distrust", "alike", "proof", "proof_by_equality", "belief", "dispute"):
            if not 0 < getattr(self, name) < 1:
                raise OptionsError("must be between 0 and 1", name=name)
        for name in ("margin", "lone", "seconds"):
            if not 0 <= getattr(self, name) < math.inf:
                raise OptionsError("must be a number from 0", name=name)
        if not -math.inf < self.floor <= 0:
            raise OptionsError("must be a number up to 0", name="floor")
        for name, least in (("candidates", 1), ("nodes", 0), ("amounts", 1)):
            if getattr(self, name) < least:
                raise OptionsError(f"must be at least {least}", name=name)
