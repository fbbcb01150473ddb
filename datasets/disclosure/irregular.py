"""Tables that leave rows out without being wrong: a level of the code tree, or one of the parts.

Offices print 201 right above 2010301, or only the larger items under a heading. The amounts are
right all the same, so this is no misprint; what changes is which equations the print bears: those
over a level that is left out reach through it, those over a part that is not printed are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from ..content import At, Ref, RelationContent
from .building import Made
from .drafts import without_row

_PER_TABLE = 0.5
"""Share of the tables of an irregular document that leave something out, where they have what could be."""


def thinned(
    made: Mapping[str, tuple[Made, ...]], rng: np.random.Generator, share: float
) -> dict[str, tuple[Made, ...]]:
    """The tables, some of them without a level or a part where this is one of `share` of all documents."""
    if rng.random() >= share:
        return dict(made)
    return {
        kind: tuple(_thinned(item, rng) if rng.random() < _PER_TABLE else item for item in group)
        for kind, group in made.items()
    }


def _thinned(item: Made, rng: np.random.Generator) -> Made:
    if _side_by_side(item):
        return item  # a row of it holds more than one item
    levels, parts = _candidates(item)
    if levels and (not parts or rng.random() < 0.5):
        return without_level(item, levels[int(rng.integers(len(levels)))])
    return without_part(item, parts[int(rng.integers(len(parts)))]) if parts else item


def _side_by_side(item: Made) -> bool:
    roles = [column.role for column in item.table.columns]
    first = roles.index("amount") if "amount" in roles else len(roles)
    return any(role in ("code", "name") for role in roles[first:])


def _candidates(item: Made) -> tuple[list[int], list[int]]:
    """Rows that are a level between two others, and rows that are one of several parts."""
    totals, terms = set(), set()
    for relation in _tree(item):
        if isinstance(relation.total, At):
            totals.add(relation.total.row)
            if len(relation.terms) > 1:
                terms |= {ref.row for ref, _ in relation.terms if isinstance(ref, At)}
    within = {ref.row for r in _tree(item) for ref, _ in r.terms if isinstance(ref, At)}
    spanned = {
        row
        for cell in item.table.cells
        if cell.row_span > 1
        for row in range(cell.row, cell.row + cell.row_span)
    }
    return sorted(totals & within - spanned), sorted(terms - totals - spanned)


def without_level(item: Made, row: int) -> Made:
    """The table without a row that is the sum of others; what it was a part of has those for parts."""
    own = {relation.total: relation.terms for relation in _tree(item) if _on(relation.total, item, row)}
    relations: list[RelationContent] = []
    for relation in item.relations:
        if not _touches(relation, item, row):
            relations.append(relation)
        elif relation.relation == "sum" and not _on(relation.total, item, row):
            terms = tuple(_through(relation, own, item, row))
            # Each printed amount, the total among them, may be off by as much.
            each = relation.tolerance / (len(relation.terms) + 1)
            if terms:
                relations.append(replace(relation, terms=terms, tolerance=each * (len(terms) + 1)))
    return without_row(replace(item, relations=tuple(relations)), row)


def _through(
    relation: RelationContent, own: Mapping[Ref, tuple[tuple[Ref, Decimal], ...]], item: Made, row: int
) -> Iterator[tuple[Ref, Decimal]]:
    """The terms of a sum, that of the row left out replaced by its parts, of which nothing has none."""
    for ref, factor in relation.terms:
        if not _on(ref, item, row):
            yield ref, factor
        else:
            yield from ((inner, factor * times) for inner, times in own.get(ref, ()))


def without_part(item: Made, row: int) -> Made:
    """The table without a row that others add up; they do so no longer, and nothing says that they do."""
    kept = tuple(relation for relation in item.relations if not _touches(relation, item, row))
    return without_row(replace(item, relations=kept), row)


def _tree(item: Made) -> Iterator[RelationContent]:
    """The sums of the table's code tree."""
    for relation in item.relations:
        if relation.origin == "code_tree" and relation.relation == "sum" and isinstance(relation.total, At):
            yield relation


def _touches(relation: RelationContent, item: Made, row: int) -> bool:
    return any(_on(ref, item, row) for ref in (relation.total, *(term for term, _ in relation.terms)))


def _on(ref: Ref, item: Made, row: int) -> bool:
    return isinstance(ref, At) and ref.key == item.table.key and ref.row == row
