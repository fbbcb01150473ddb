"""Rows as a forest of codes: 201 → 20103 → 2010301, and units 004 → 004001 → the items of each.

A child belongs to the nearest row above it whose code begins its own, however many levels lie
between, so levels that a table never prints are no gap. Lists side by side may carry on one
another's trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..view import Panel, Row, TableView
from .sums import Address, Sum, amount_columns

_UNIT_DIGITS = (3, 6, 9)


@dataclass(slots=True)
class Node:
    """A row with a code, in one of the panels, and the nodes directly below it."""

    row: Row
    numbers: tuple[int, ...]
    unit: bool = False
    children: list[Node] = field(default_factory=list)

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

    def address(self, k: int) -> Address:
        """Where its number in the k-th amount column stands."""
        return self.row.row, self.numbers[k]


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
        if row.code and row.role in ("item", "of_which")
    ]
    _mark_units(nodes)
    roots: list[Node] = []
    stack: list[Node] = []
    for node in nodes:
        _unwind(stack, node)
        (stack[-1].children if stack else roots).append(node)
        stack.append(node)
    return Forest(tuple(roots), tuple(nodes))


def _mark_units(nodes: Sequence[Node]) -> None:
    """Units are told by six digits, which no item has, and by being above one that has them."""
    six = {node.code for node in nodes if len(node.code) in (6, 9)}
    for node in nodes:
        code = node.code
        above = len(code) == 3 and any(other.startswith(code) for other in six)
        node.unit = code in six or above or (code.startswith("0") and len(code) in _UNIT_DIGITS)


def _unwind(stack: list[Node], node: Node) -> None:
    """Take off what does not hold the node: a unit holds its sub-units and any items."""
    while stack:
        top = stack[-1]
        begins = node.code.startswith(top.code) and len(node.code) > len(top.code)
        if begins and top.unit == node.unit:
            return
        if top.unit and not node.unit:
            return
        stack.pop()
