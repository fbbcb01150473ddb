"""Options of arithmetic, each knob explained where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..errors import OptionsError
from .reconcile.options import ReconcileOptions

ORIGINS: Final = (
    "code_tree",
    "total_row",
    "header_tree",
    "printed_formula",
    "outline",
    "balance",
    "cross_table",
    "ratio",
    "narrative",
)
"""Where equations may come from."""


@dataclass(frozen=True, slots=True)
class ArithmeticOptions:
    """How amounts are held against each other.

    Attributes:
        origins: the kinds of evidence to use; None means all. With fewer, fewer amounts are
            proven and none is disputed wrongly for it; meant for measuring each alone.
        proposals: largest number of equations that one finder may propose for a document. The
            largest real documents have about ten thousand in all; beyond the limit the rest is
            left out with a problem.
        reconcile: how readings are held against the equations.
    """

    origins: frozenset[str] | None = None
    proposals: int = 50_000
    reconcile: ReconcileOptions = field(default_factory=ReconcileOptions)

    def __post_init__(self) -> None:
        unknown = sorted((self.origins or frozenset()) - set(ORIGINS))
        if unknown:
            raise OptionsError(f"{unknown[0]!r} is none of {', '.join(ORIGINS)}", name="origins")
        if not 1 <= self.proposals <= 10_000_000:
            raise OptionsError("must be between 1 and 10000000", name="proposals")
