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
_INCOMPLETE = 0.75  # where several columns miss, as where rows are left out
_MOST_STRAYS = 5  # beside one parent; more are no misread codes
_MANY = 8  # children
_USUAL = 0.75  # of a table's parents must hold before one that does not is called a misreading


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """One family per parent, one instance per amount column."""
    for view in scope.tables:
        for _, forest in forests(view):
            yield from _of_forest(view, forest)


def _of_forest(view: TableView, forest: Forest) -> Iterator[Proposal]:
    parents = [(node, *_parts(view, node)) for node in forest.nodes]
    speaking = [(node, parts, own) for node, parts, own in parents if parts and own.speaks]
    good = sum(_supports(own) for _, _, own in speaking)
    for node, parts, own in speaking:
        others = len(speaking) - 1
        certain = not node.odd and not node.strays and not any(part.odd for part in parts)
        if own.good or (certain and _meant(own, len(parts), good - _supports(own), others)):
            yield from proposals(
                view,
                node.sums(parts),
                origin="code_tree",
                family=f"{view.id} row {node.row.row} code {node.code}",
                prior=_PRIOR if own.complete else _INCOMPLETE,
                reason=_reason(node, parts),
            )


def _parts(view: TableView, node: Node) -> tuple[list[Node], Fit]:
    """The children of a node; where they do not add up, with or without those whose code is misread."""
    if not node.children:
        return [], Fit()
    own = fit(view, node.sums(node.children))
    if own.good or not node.strays or len(node.strays) > _MOST_STRAYS:
        return node.children, own
    sound = [child for child in node.children if not child.odd]
    below = [stray for stray in node.strays if stray not in node.children]
    for parts in (sound, [*sound, *below], [*sound, *below[:1]]):
        if parts and (other := fit(view, node.sums(parts))).good:
            return parts, other
    return node.children, own


def _supports(own: Fit) -> bool:
    return own.good or own.near > own.fails


def _meant(own: Fit, parts: int, good: int, others: int) -> bool:
    """Whether a parent that does not hold is a misreading rather than a list of some children."""
    if own.fails > 1:
        return others >= 3 and good >= others * _USUAL
    if own.holds or own.near > own.fails:
        return 2 * good >= others
    # Of many numbers in one column two are easily wrong, and a choice of items is seldom long.
    return 2 * good >= others > 0 if parts >= _MANY else others >= 2 and good >= others * _USUAL


def _reason(node: Node, parts: list[Node]) -> str:
    codes = [part.code or part.row.name for part in parts]
    listed = ", ".join(codes) if len(codes) <= 3 else f"{codes[0]} … {codes[-1]}"
    return f"code {node.code} holds {listed}"
