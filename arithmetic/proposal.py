"""What finders yield: equations between places of a document, with a prior and a reason.

A finder reads one kind of evidence (codes, labels, headers, printed formulas …) and knows
nothing of misreadings: whether the numbers agree, and who is to blame where they do not, is for
`reconcile` to say. It proposes an equation only where it can tell that all the parts are printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from ..document import Mention, Problem, Term, Text
from .view import TableView

Relation = Literal["sum", "equal", "at_most", "product", "ratio"]
Strength = Literal["law", "usual", "hint"]


@dataclass(frozen=True, slots=True, order=True)
class At:
    """The cell of a table that starts at an address."""

    table: str
    row: int
    col: int

    def term(self, factor: Decimal = Decimal(1)) -> Term:
        """As a term of an equation."""
        return Term(self.table, self.row, self.col, factor=factor)


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """A mention in running text."""

    mention: str

    def term(self, factor: Decimal = Decimal(1)) -> Term:
        """As a term of an equation."""
        return Term(mention=self.mention, factor=factor)


Place = At | Said


@dataclass(frozen=True, slots=True)
class Proposal:
    """An equation that the document's structure suggests.

    Attributes:
        relation: sum: total = Σ factor · term; equal: total = factor · the one term; at_most:
            total ≤ it; product: total = Π factor · term; ratio: total = first / second, each
            times its factor (100 on the first for per cent).
        strength: law and usual equations prove; hints only flag.
        origin: code_tree, total_row, header_tree, printed_formula, outline, balance,
            cross_table, ratio or narrative.
        family: names the pattern that this is one instance of, unique in the document: all rows
            of `column 3 = 4 + 5 of t2` are one family, and stand or fall together.
        prior: probability, before any number is looked at, that the publisher meant the family
            to hold; the finder's docstring says why.
        reason: one short English sentence, what in the table suggests it.
        tolerance: by how much the print may miss through rounding alone; 0 where exact.
    """

    relation: Relation
    strength: Strength
    origin: str
    total: Place
    terms: tuple[tuple[Place, Decimal], ...]
    family: str
    prior: float
    reason: str
    tolerance: Decimal = Decimal(0)

    @property
    def places(self) -> tuple[Place, ...]:
        """The total, then the terms."""
        return (self.total, *(place for place, _ in self.terms))


@dataclass(frozen=True)
class Scope:
    """What belongs together, and what finders may relate: the tables of one group.

    `texts` and `mentions` are those of the document that speak of this group.
    """

    tables: tuple[TableView, ...]
    texts: tuple[Text, ...] = ()
    mentions: tuple[Mention, ...] = ()


class Finder(Protocol):
    """One kind of evidence. Never raises on what a document may hold; yields nothing instead of guessing."""

    def __call__(self, scope: Scope) -> Iterator[Proposal | Problem]:
        """The equations of a scope, and what is wrong with their evidence (a formula that says nonsense)."""
        ...
