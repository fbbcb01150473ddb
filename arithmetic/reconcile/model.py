"""All that reconciliation knows of a document at one moment: amounts, the equations that were meant, values.

A model never changes; a correction makes another one with other values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...document import Document
from ..missing import MissingRows
from ..proposal import Place, Proposal, Said
from .families import beliefs
from .omissions import omissions
from .options import ReconcileOptions
from .quantities import Quantity, quantities
from .relations import Relation, relate
from .rounding import last_digits, with_rounding


@dataclass(frozen=True)
class Model:
    """Quantities, their present values, and the relations among them with how far each is believed.

    Attributes:
        beliefs: per relation the probability that the publisher meant it.
        left_out: places of proposals beyond the limit on amounts.
        omitted: relations from which rows are missing, with which; they contradict nobody.
    """

    known: tuple[Quantity, ...]
    values: tuple[int | None, ...]
    relations: tuple[Relation, ...]
    beliefs: tuple[float, ...]
    scale: int
    options: ReconcileOptions
    omitted: Mapping[int, MissingRows] = field(default_factory=dict)
    left_out: frozenset[Place] = frozenset()

    @cached_property
    def touching(self) -> tuple[tuple[int, ...], ...]:
        """Per quantity the relations that it is in."""
        found: list[list[int]] = [[] for _ in self.known]
        for number, relation in enumerate(self.relations):
            for member in relation.members:
                found[member].append(number)
        return tuple(map(tuple, found))

    @cached_property
    def counting(self) -> tuple[frozenset[int], ...]:
        """Per relation the members that are not zero."""
        return tuple(frozenset(relation.counting(self.values)) for relation in self.relations)

    @cached_property
    def holds(self) -> tuple[bool | None, ...]:
        """Per relation whether it holds; None where an amount is unreadable."""
        return tuple(relation.holds(self.values) for relation in self.relations)

    @cached_property
    def proving(self) -> tuple[bool, ...]:
        """Per relation whether it holds exactly and can prove amounts."""
        return tuple(
            bool(holds) and relation.proves() and belief >= self.options.dispute
            for relation, holds, belief in zip(self.relations, self.holds, self.beliefs, strict=True)
        )

    @cached_property
    def failing(self) -> tuple[int, ...]:
        """The relations that fail and may dispute an amount."""
        return tuple(
            number
            for number, (relation, holds, belief) in enumerate(
                zip(self.relations, self.holds, self.beliefs, strict=True)
            )
            if holds is False
            and relation.proposal.strength != "hint"
            and belief >= self.options.dispute
            and number not in self.omitted
        )

    @cached_property
    def protection(self) -> tuple[float, ...]:
        """Per quantity how much less likely it is wrong, for the equations that hold with it."""
        return tuple(self._protection(index) for index in range(len(self.known)))

    def _protection(self, index: int) -> float:
        best = 1.0
        for number in self.touching[index]:
            if self.proving[number]:
                others = len(self.counting[number] - {index})
                best = min(best, (1.0, 0.01, 0.001)[min(others, 2)])
        return best

    def with_values(self, changes: Mapping[int, int]) -> Model:
        """The model after some amounts are read otherwise; beliefs stay."""
        return replace(self, values=tuple(changes.get(i, value) for i, value in enumerate(self.values)))


def build(document: Document, proposals: Sequence[Proposal], options: ReconcileOptions) -> Model:
    """The model of a document as it was read; families that were not meant are left out."""
    order = {table.id: number for number, table in enumerate(document.tables)}
    ordered = sorted(proposals, key=lambda proposal: _sort_key(proposal, order))
    index: dict[Place, int] = {}
    used: list[Proposal] = []
    left_out: set[Place] = set()
    for proposal in ordered:
        fresh = [place for place in dict.fromkeys(proposal.places) if place not in index]
        if len(index) + len(fresh) > options.amounts:
            left_out.update(fresh)
            continue
        used.append(proposal)
        for place in fresh:
            index[place] = len(index)
    known, scale = quantities(document, index, options)
    values = tuple(quantity.value for quantity in known)
    relations = with_rounding(relate(used, index, scale), known, values, last_digits(document))
    believed = beliefs(relations, known, values, options)
    missing = omissions(document, relations, values)
    kept = [i for i, belief in enumerate(believed) if belief >= options.belief or i in missing]
    return Model(
        tuple(known),
        values,
        tuple(relations[i] for i in kept),
        tuple(believed[i] for i in kept),
        scale,
        options,
        {place: missing[i] for place, i in enumerate(kept) if i in missing},
        frozenset(left_out.difference(index)),
    )


def _sort_key(proposal: Proposal, order: Mapping[str, int]) -> tuple[object, ...]:
    """By where the total stands, then by all else: the order of the proposals makes no difference."""
    # As texts: a factor of a hostile formula may be NaN, which has no order.
    terms = tuple((_place_key(place, order), str(factor)) for place, factor in proposal.terms)
    return (
        _place_key(proposal.total, order),
        proposal.relation,
        terms,
        proposal.strength,
        proposal.origin,
        proposal.family,
        proposal.prior,
        str(proposal.tolerance),
        proposal.reason,
    )


def _place_key(place: Place, order: Mapping[str, int]) -> tuple[int, str, int, int]:
    if isinstance(place, Said):
        return len(order) + 1, place.mention, 0, 0
    return order.get(place.table, len(order)), place.table, place.row, place.col
