"""Parents of the code tree are the sums of their children: 201 of 201xx, 20103 of 20103xx, 004 of 004001.

Prior 0.97, law: the classification adds up by law, and a table that prints the children of one
parent prints those of all. What fails are tables of which rows were left out, and lists of
chosen items; the table's other parents tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...document import Problem
from ..proposal import Proposal, Scope
from ..view import TableView
from .code_forest import Forest, Node, forests
from .sums import Fit, fit, proposals

_PRIOR = 0.97
_USUAL = 0.75  # of a table's parents must hold before one that does not is called a misreading


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """One family per parent, one instance per amount column."""
    for view in scope.tables:
        for _, forest in forests(view):
            yield from _of_forest(view, forest)


def _of_forest(view: TableView, forest: Forest) -> Iterator[Proposal]:
    parents = [node for node in forest.nodes if node.children]
    fits = {id(node): fit(view, node.sums(node.children)) for node in parents}
    speaking = [node for node in parents if fits[id(node)].speaks]
    good = sum(_supports(fits[id(node)]) for node in speaking)
    for node in speaking:
        own = fits[id(node)]
        others = len(speaking) - 1
        if own.good or _meant(own, good - _supports(own), others):
            yield from proposals(
                view,
                node.sums(node.children),
                origin="code_tree",
                family=f"{view.id} row {node.row.row} code {node.code}",
                prior=_PRIOR if own.good else _PRIOR - 0.1,
                reason=_reason(node),
            )


def _supports(own: Fit) -> bool:
    return own.good or own.near > own.fails


def _meant(own: Fit, good: int, others: int) -> bool:
    """Whether a parent that does not hold is a misreading rather than a list of some children."""
    if own.fails <= 1 and (own.holds or own.near > own.fails):
        return 2 * good >= others
    return others >= (2 if own.fails <= 1 else 3) and good >= others * _USUAL


def _reason(node: Node) -> str:
    codes = [child.code for child in node.children]
    listed = ", ".join(codes) if len(codes) <= 3 else f"{codes[0]} … {codes[-1]}"
    return f"code {node.code} holds {listed}"
