"""The order of arithmetic's steps: contexts, groups, mentions, equations, reconciliation.

Finders look at one group at a time, so that equations never relate the amounts of two
organizations or years.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..document import Document, Mention, Problem, Table
from .contexts import resolve_contexts
from .finding import distinct, find_equations
from .groups import grouped
from .mentions import with_mentions
from .options import ArithmeticOptions
from .proposal import Proposal, Scope
from .reconcile import reconcile
from .view import TableView, usable


def check_document(document: Document, options: ArithmeticOptions | None = None) -> Document:
    """The document with a state for every amount, the equations found, and corrections that they prove.

    Args:
        document: with tables whose columns have roles and whose cells bear amounts. Readings with
            alternatives may be corrected to one of them; readings without any never change.
        options: what to use and how long to search.
    """
    options = options or ArithmeticOptions()
    known = with_mentions(grouped(resolve_contexts(document)))
    proposals: list[Proposal] = []
    problems: list[Problem] = []
    for scope in _scopes(known):
        for found in find_equations(scope, options.proposals):
            if isinstance(found, Problem):
                problems.append(found)
            elif options.origins is None or found.origin in options.origins:
                proposals.append(found)
    known = replace(known, problems=(*known.problems, *dict.fromkeys(problems)))
    return reconcile(known, distinct(proposals), options.reconcile)


def _scopes(document: Document) -> Iterator[Scope]:
    """One scope per group, in the order of their first tables."""
    groups: dict[str | None, list[Table]] = {}
    for table in document.tables:
        groups.setdefault(table.group, []).append(table)
    pages = {group: {part.page for t in tables for part in t.parts} for group, tables in groups.items()}
    spoken: dict[str | None, list[Mention]] = {group: [] for group in groups}
    for mention in (m for m in document.mentions if groups and usable(m.amount)):
        nearest = min(groups, key=lambda group: _distance(mention.page, pages[group]))
        spoken[nearest].append(mention)
    for group, tables in groups.items():
        views = tuple(TableView(table) for table in tables)
        yield Scope(views, document.texts, tuple(spoken[group]))


def _distance(page: int, pages: set[int]) -> int:
    return min((abs(page - other) for other in pages), default=0)
