"""Rows as a forest of codes: 201 → 20103 → 2010301, and units 004 → 004001 → the items of each.

A child belongs to the nearest row above it whose code begins its own, however many levels lie
between, so levels that a table never prints are no gap. Lists side by side may carry on one
another's trees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..view import Panel, Row, TableView
from .sums import Sum, amount_columns

_UNIT_DIGITS = (3, 6, 9)
_ITEM_DIGITS = (3, 5, 7)


@dataclass(slots=True)
class Node:
    """A row with a code, in one of the panels, and the nodes directly below it.

    Attributes:
        row: the row.
        numbers: the amount columns of its panel.
        unit: whether its code is that of a unit.
        children: the nodes directly below it.
        odd: whether its code fits in nowhere: lost, of another length than those beside it, out of order.
        strays: odd nodes in or right after its rows, which may be children whose code is misread.
    """

    row: Row
    numbers: tuple[int, ...]
    unit: bool = False
    children: list[Node] = field(default_factory=list)
    odd: bool = False
    strays: list[Node] = field(default_factory=list)

    @property
    def code(self) -> str:
        """Its digits."""
        return self.row.code or ""

    def sums(self, parts: Sequence[Node]) -> tuple[Sum, ...]:
        """This node as the sum of others, once per amount column of its panel."""
        width = min([len(self.numbers), *(len(part.numbers) for part in parts)])
        return tuple(
            Sum((self.row.row, self.numbers[k]), tuple((part.row.row, part.numbers[k]) for part in parts))
            for k in range(width)
        )


@dataclass(frozen=True, slots=True)
class Forest:
    """The roots of some panels, and all nodes in reading order."""

    roots: tuple[Node, ...]
    nodes: tuple[Node, ...]


def forests(view: TableView) -> tuple[tuple[tuple[Panel, ...], Forest], ...]:
    """One forest per run of panels that are alike: as many amounts each, and codes.

    A panel without codes ends a run.
    """
    runs: list[list[Panel]] = []
    width = -1
    for panel in view.panels:
        amounts = amount_columns(view, panel.numbers)
        coded = bool(amounts) and any(row.code for row in panel.rows)
        if coded and len(amounts) == width:
            runs[-1].append(panel)
        elif coded:
            runs.append([panel])
        width = len(amounts) if coded else -1
    return tuple((tuple(run), _forest(view, run)) for run in runs)


def _forest(view: TableView, panels: Sequence[Panel]) -> Forest:
    nodes = [
        Node(row, amount_columns(view, panel.numbers))
        for panel in panels
        for row in panel.rows
        if (row.role in ("item", "of_which") and row.code) or _is_nameless(view, panel, row)
    ]
    while nodes and not nodes[-1].code:
        nodes.pop()  # what follows the last code is no part of the tree
    _mark_units(nodes)
    roots: list[Node] = []
    stack: list[Node] = []
    for node in nodes:
        if not node.code or not _is_regular(node):
            node.odd = True
            for open_ in stack:
                open_.strays.append(node)
            continue
        closed = _unwind(stack, node)
        siblings = stack[-1].children if stack else roots
        node.odd = _is_odd(node, siblings)
        if node.odd:
            for near in (*closed, *stack):
                near.strays.append(node)
        siblings.append(node)
        stack.append(node)
    _mark_minorities(roots)
    return Forest(tuple(roots), tuple(node for node in nodes if node.code and _is_regular(node)))


def _is_nameless(view: TableView, panel: Panel, row: Row) -> bool:
    """Whether a row bears amounts whose code, or whole label, the reading lost."""
    bears = any(view.bears_number(row.row, col) for col in amount_columns(view, panel.numbers))
    return bears and not row.code and row.role in ("item", "of_which", "blank")


def _is_regular(node: Node) -> bool:
    """Whether a code is of a length that codes have."""
    return len(node.code) in (_UNIT_DIGITS if node.unit else _ITEM_DIGITS)


def _is_odd(node: Node, siblings: Sequence[Node]) -> bool:
    """Whether a code does not follow on those beside it."""
    before = next((other for other in reversed(siblings) if not other.odd), None)
    if before is None or before.unit != node.unit or before.code == node.code:
        return False
    # Lists side by side are each in order, but 302 may stand at the head of the list right of 303.
    return len(before.code) != len(node.code) or (before.numbers == node.numbers and before.code > node.code)


def _mark_minorities(roots: Sequence[Node]) -> None:
    """Roots of a length that few roots have lost a digit, or their parent."""
    lengths = [len(root.code) for root in roots]
    for root in roots:
        root.odd = root.odd or 3 * lengths.count(len(root.code)) < len(lengths)


def _mark_units(nodes: Sequence[Node]) -> None:
    """Units are told by six digits, which no item has, below a unit's three or beside others like them."""
    six = [node.code for node in nodes if len(node.code) in (6, 9)]
    classes = {node.code[:3] for node in nodes if len(node.code) in (5, 7)}
    three = {node.code for node in nodes if len(node.code) == 3} - classes
    begun = Counter(code[:3] for code in dict.fromkeys(six))
    zeros = next((node.code.startswith("0") for node in nodes if node.code), False)  # a unit stands first
    units = {
        code for code in six
        if code[:3] in three or begun[code[:3]] > 1 or (zeros and code.startswith("0"))
    }  # fmt: skip
    heads = {code[:3] for code in units}
    for node in nodes:
        code = node.code
        node.unit = (
            code in units or code in heads or (zeros and code.startswith("0") and len(code) in _UNIT_DIGITS)
        )


def _unwind(stack: list[Node], node: Node) -> list[Node]:
    """Take off what does not hold the node: a unit holds its sub-units and any items."""
    closed = []
    while stack:
        top = stack[-1]
        begins = node.code.startswith(top.code) and len(node.code) > len(top.code)
        if (begins and top.unit == node.unit) or (top.unit and not node.unit):
            break
        closed.append(stack.pop())
    return closed
