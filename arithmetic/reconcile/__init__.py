"""Holding readings against equations: what is proven, which reading to correct, what to dispute."""

from __future__ import annotations

from collections.abc import Sequence

from ...document import Correction, Document
from ..proposal import Proposal
from .blame import Blame, blame
from .correcting import Corrected, corrected
from .model import Model, build
from .options import ReconcileOptions
from .verdicts import problems, verdicts
from .writing import without_states, written

__all__ = ["ReconcileOptions", "reconcile", "without_states"]


def reconcile(
    document: Document, proposals: Sequence[Proposal], options: ReconcileOptions | None = None
) -> Document:
    """The document with a state for every amount, with corrections that are proven, and its equations.

    Args:
        document: amounts as read, `reading.alternatives` where the recogniser has any. What an earlier
            run said of it is taken back first; what a person confirmed is a fact.
        proposals: what the finders suggest; families that the numbers do not bear out are dropped.
        options: how sure to be.
    """
    options = options or ReconcileOptions()
    fresh = without_states(document)
    model = build(fresh, proposals, options)
    after, found = _settled(model)
    corrections = {
        index: (one.change.text or "", Correction(tuple(n + 1 for n in one.relations), round(one.margin, 3)))
        for index, one in after.accepted.items()
    }
    decided = verdicts(after.model, found, corrections, after.unsolved)
    return written(fresh, after.model, decided, problems(after.model, found, after.unsolved))


def _settled(model: Model) -> tuple[Corrected, Blame]:
    """Corrections, and who is to blame for what still fails; an amount is never both."""
    barred: frozenset[int] = frozenset()
    while True:
        after = corrected(model, barred)
        found = blame(after.model)
        both = frozenset(after.accepted).intersection(found.blamed)
        if not both:
            return after, found
        barred |= both  # grows each time, so that this ends
