"""Sums that fail because the table leaves out rows which another table of its group prints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...document import Document
from ..missing import MissingRows, missing_rows
from ..proposal import At
from ..view import TableView
from .relations import Relation, Values


def omissions(document: Document, relations: Sequence[Relation], values: Values) -> dict[int, MissingRows]:
    """Per failing relation what its table leaves out, where that is known."""
    groups = {table.id: table.group for table in document.tables}
    failing: dict[str | None, list[int]] = defaultdict(list)
    for number, relation in enumerate(relations):
        total = relation.proposal.total
        if not isinstance(total, At) or total.table not in groups or not relation.linear:
            continue
        if relation.holds(values) is False:
            failing[groups[total.table]].append(number)
    found: dict[int, MissingRows] = {}
    for group, numbers in failing.items():
        views = {table.id: TableView(table) for table in document.tables if table.group == group}
        missing = missing_rows(views, [relations[number].proposal for number in numbers])
        found.update({numbers[place]: rows for place, rows in missing.items()})
    return found
