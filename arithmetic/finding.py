"""All finders, asked scope by scope; one that fails costs its own equations and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..document import Problem
from ..errors import one_line
from .finders import (
    balance,
    code_tree,
    cross_table,
    forms,
    header_tree,
    narrative,
    outline,
    printed_formula,
    ratio,
    total_row,
)
from .proposal import Finder, Proposal, Scope

FINDERS: Final[Mapping[str, Finder]] = {
    "code_tree": code_tree.find,
    "total_row": total_row.find,
    "header_tree": header_tree.find,
    "printed_formula": printed_formula.find,
    "outline": outline.find,
    "balance": balance.find,
    "ratio": ratio.find,
    "forms": forms.find,
    "cross_table": cross_table.find,
    "narrative": narrative.find,
}
"""By the name of their module, in the order in which they are asked."""

_RANK = {"law": 0, "usual": 1, "hint": 2}


def find_equations(scope: Scope, limit: int) -> Iterator[Proposal | Problem]:
    """What all finders say of a scope, from each at most `limit` equations."""
    for name, finder in FINDERS.items():
        yield from _bounded(name, finder, scope, limit)


def _bounded(name: str, finder: Finder, scope: Scope, limit: int) -> Iterator[Proposal | Problem]:
    stage = f"arithmetic.{name}"
    try:
        for number, found in enumerate(finder(scope)):
            if number >= limit:
                message = f"more than {limit} equations; the rest is left out (proposals)"
                yield Problem("warning", "limit_reached", message, stage=stage)
                return
            yield found
    except Exception as error:  # a table that a finder trips over must not cost the others
        yield Problem("warning", "stage_failed", one_line(error), stage=stage)


def distinct(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Of equations that say the same the strongest, in the order found."""
    best: dict[object, Proposal] = {}
    for proposal in proposals:
        key = (proposal.relation, proposal.total, frozenset(proposal.terms))
        other = best.get(key)
        if other is None or _rank(proposal) < _rank(other):
            best[key] = proposal
    return list(best.values())


def _rank(proposal: Proposal) -> tuple[int, float]:
    return _RANK[proposal.strength], -proposal.prior
