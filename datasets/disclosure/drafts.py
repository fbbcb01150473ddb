"""Structural misprints: a table or the narrative of another draft, rows left out, a project too many.

Drafts are accounts that differ in a line or two and balance in themselves, so that a table of
another draft adds up and only disagrees with the rest of the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from ..content import (
    At,
    CellContent,
    MisprintContent,
    ParagraphContent,
    Ref,
    RelationContent,
    Said,
    TableContent,
)
from .accounts import Accounts, Line, Project, Quantity
from .building import Made
from .numbers import WAN, Numbers

SORTS = ("another_draft", "extra_project", "narrative_of_another_version", "rows_left_out")
_EXTRA = "行政审批综合业务支出"
Narrative = tuple[
    tuple[ParagraphContent, ...], tuple[tuple[Said, Quantity], ...], tuple[RelationContent, ...]
]
"""Paragraphs, the quantities that they tell, and what they assert."""
_Difference = tuple[Ref, str, str]
"""Where, what is printed there, what was meant."""


def other_accounts(accounts: Accounts, numbers: Numbers, rng: np.random.Generator, sort: str) -> Accounts:
    """Accounts of another draft: with one project more, or one line of spending larger."""
    grain = numbers.step * (WAN if numbers.unit == "万元" else 1)
    delta = Decimal(int(rng.integers(3, 900))) * 100 * grain
    spending = [line for line in accounts.lines if line.flow == "spending" and line.source == "fiscal"]
    line = spending[int(rng.integers(len(spending)))]
    if sort == "extra_project":
        project = Project(
            f"{accounts.code}{accounts.year}99999", _EXTRA, "recurrent", line.function, (accounts.year,) * 2
        )
        extra = Line(
            "spending",
            delta,
            line.function,
            "30299",
            "general",
            "fiscal",
            "project",
            "recurrent",
            _EXTRA,
            line.unit,
        )
        lines = (*accounts.lines, extra, _received(extra))
        return replace(accounts, lines=lines, projects=(*accounts.projects, project), _sums={})
    changed = tuple(
        replace(item, amount=item.amount + delta) if item is line else item for item in accounts.lines
    )
    return replace(accounts, lines=(*changed, _received(replace(line, amount=delta))), _sums={})


def _received(line: Line) -> Line:
    """The receipt that pays for a line of spending."""
    return replace(line, flow="receipts", economic="", nature="", programme="", project="")


def table_misprint(
    sort: str, made: Sequence[Made], again: Sequence[Made], accounts: Accounts, other: Accounts
) -> MisprintContent | None:
    """What the tables of another draft print differently; None where nothing, or where only zeros differ."""
    found: list[_Difference] = []
    before = {item.table.key: item.table for item in made}
    true = _texts(made)
    for item in again:
        key = item.table.key
        cells = {(cell.row, cell.col): cell for cell in item.table.cells}
        if key in before and before[key].shape == item.table.shape:
            # Cell by cell: differences and ratios change with the figures that they follow from.
            should = {(cell.row, cell.col): cell.text for cell in before[key].cells}
            found += [(At(key, *at), cell.text, should.get(at, "")) for at, cell in cells.items()]
            continue
        found += [
            (at, cells[at.row, at.col].text, true.get((key, quantity), ""))
            for at, quantity in item.figures
            if accounts.value(quantity) != other.value(quantity)
        ]
    if sort == "extra_project" and not _grew(made, again):
        return None
    return _misprint(sort, found, f"of another draft: {again[0].table.key}")


def _misprint(sort: str, found: Iterable[_Difference], note: str) -> MisprintContent | None:
    wrong = [difference for difference in found if difference[1] != difference[2]]
    if not wrong:
        return None
    where, printed, meant = zip(*wrong, strict=True)
    return MisprintContent(sort, where, printed, meant, note)


def _grew(made: Sequence[Made], again: Sequence[Made]) -> bool:
    """Whether the other draft brought rows or forms: the project shows by its name, not in sums alone."""
    return sum(m.table.shape[0] for m in again) > sum(m.table.shape[0] for m in made)


def _texts(made: Sequence[Made]) -> dict[tuple[str, Quantity], str]:
    texts: dict[tuple[str, Quantity], str] = {}
    for item in made:
        cells = {(cell.row, cell.col): cell.text for cell in item.table.cells}
        for at, quantity in item.figures:
            texts.setdefault((item.table.key, quantity), cells[at.row, at.col])
    return texts


def narrative_misprint(sort: str, true: Narrative, told: Narrative) -> MisprintContent | None:
    """What the narrative of another version says differently; None where it says the same."""
    before = {paragraph.key: paragraph for paragraph in true[0]}
    amounts = {quantity: _said(before[place.key], place.index) for place, quantity in reversed(true[1])}
    quantities = dict(told[1])
    found: list[_Difference] = []
    for paragraph in told[0]:
        same = before.get(paragraph.key)
        # Sentence by sentence where both versions have it: changes and shares follow from the amounts.
        alike = same is not None and len(same.mentions) == len(paragraph.mentions)
        for index in range(len(paragraph.mentions)):
            place = Said(paragraph.key, index)
            if same is not None and alike:
                found.append((place, _said(paragraph, index), _said(same, index)))
            elif place in quantities:
                found.append((place, _said(paragraph, index), amounts.get(quantities[place], "")))
    return _misprint(sort, found, "of another version")


def _said(paragraph: ParagraphContent, index: int) -> str:
    mention = paragraph.mentions[index]
    return paragraph.text[mention.start : mention.end]


def leave_rows_out(
    made: Mapping[str, tuple[Made, ...]], rng: np.random.Generator
) -> tuple[dict[str, tuple[Made, ...]], MisprintContent] | None:
    """Leave out one row that others add up to; None where no table has such a row."""
    candidates = [
        (kind, index, row)
        for kind, group in made.items()
        for index, item in enumerate(group)
        for row in _removable(item)
    ]
    if not candidates:
        return None
    kind, index, row = candidates[int(rng.integers(len(candidates)))]
    item = made[kind][index]
    totals = tuple(
        dict.fromkeys(
            relation.total
            for relation in item.relations
            if isinstance(relation.total, At)
            and relation.total.key == item.table.key
            and any(_on(term, item.table.key, row) for term, _ in relation.terms)
        )
    )
    left = without_row(item, row)
    cells = {(cell.row, cell.col): cell for cell in left.table.cells}
    where = tuple(_shifted(total, item.table.key, row) for total in totals)
    texts = tuple(cells[at.row, at.col].text for at in where if isinstance(at, At))
    lost = " ".join(cell.text for cell in item.table.cells if cell.row == row and cell.text)
    group = (*made[kind][:index], left, *made[kind][index + 1 :])
    return {**made, kind: group}, MisprintContent("rows_left_out", where, texts, texts, f"left out: {lost}")


def _removable(item: Made) -> list[int]:
    """Rows with an amount that are a part of some sum, the total of none, and in no row span."""
    totals = {relation.total.row for relation in item.relations if isinstance(relation.total, At)}
    amounts = {(cell.row, cell.col) for cell in item.table.cells if cell.amount}
    parts = {
        term.row
        for relation in item.relations
        if relation.relation == "sum" and relation.strength == "law"
        for term, _ in relation.terms
        if isinstance(term, At) and isinstance(relation.total, At)
        if term.key == relation.total.key == item.table.key
        if term.row != relation.total.row and (term.row, term.col) in amounts
    }
    spanned = {
        row
        for cell in item.table.cells
        if cell.row_span > 1
        for row in range(cell.row, cell.row + cell.row_span)
    }
    return sorted(parts - totals - spanned)


def _on(ref: Ref, key: str, row: int) -> bool:
    return isinstance(ref, At) and ref.key == key and ref.row == row


def _shifted(ref: Ref, key: str, row: int) -> Ref:
    # A relation of this table may point into another, whose rows stay where they are.
    return replace(ref, row=ref.row - 1) if isinstance(ref, At) and ref.key == key and ref.row > row else ref


def without_row(item: Made, row: int) -> Made:
    """The table without a row; sums that it was a part of now miss."""
    cells = tuple(
        replace(cell, row=cell.row - 1) if cell.row > row else cell
        for cell in item.table.cells
        if cell.row != row
    )
    key = item.table.key
    relations: list[RelationContent] = []
    for relation in item.relations:
        terms = tuple(
            (_shifted(term, key, row), factor) for term, factor in relation.terms if not _on(term, key, row)
        )
        lost = len(terms) < len(relation.terms)
        if _on(relation.total, key, row) or not terms or (lost and relation.relation != "sum"):
            continue
        relations.append(replace(relation, total=_shifted(relation.total, key, row), terms=terms))
    figures = tuple(
        (replace(at, row=at.row - 1) if at.row > row else at, quantity)
        for at, quantity in item.figures
        if at.row != row
    )
    table: TableContent = replace(item.table, cells=_sorted(cells))
    return Made(table, tuple(relations), figures)


def _sorted(cells: Sequence[CellContent]) -> tuple[CellContent, ...]:
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.col)))
