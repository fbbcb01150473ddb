"""States of a document's amounts, counted, and in words where they ask for attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from ..document import Cell, Document, State, Table

Language = Literal["en", "zh"]

STATES: tuple[State, ...] = get_args(State)
MARKED: frozenset[State] = frozenset({"corrected", "disputed"})
"""States that are explained."""

MAX_EXPLAINED = 20_000  # cells of a document, which takes a second or two
STATE_NAMES: Mapping[State, str] = {
    "proven": "已验证",
    "corrected": "已更正",
    "disputed": "有矛盾",
    "unchecked": "未核对",
    "confirmed": "人工确认",
}


_PAGE: Mapping[Language, str] = {"en": "page {}, ", "zh": "第{}页，"}


@dataclass(frozen=True, slots=True)
class Marked:
    """A corrected or disputed cell, its sentence, and how far its worst equation misses."""

    table: str
    cell: Cell
    page: int | None
    sentence: str
    gap: Decimal

    def line(self, language: Language = "en") -> str:
        """Page, address and sentence."""
        page = "" if self.page is None else _PAGE[language].format(self.page)
        return f"{page}{self.table} ({self.cell.row}, {self.cell.col}): {self.sentence}"


def counts(tables: Iterable[Table]) -> dict[State, int]:
    """How many cells have which state; every state is a key."""
    found = Counter(cell.state for table in tables for cell in table.cells)
    return {state: found[state] for state in STATES}


def marked(
    document: Document,
    states: Iterable[State] = MARKED,
    *,
    language: Language = "en",
    limit: int = MAX_EXPLAINED,
    table: str | None = None,
) -> tuple[list[Marked], int]:
    """Cells of some states, disputed ones first and of these the worst, and how many there are in all.

    Only the first `limit` are explained and returned, and only those of `table` where it is given.
    """
    wanted = frozenset(states)
    gaps = _gaps(document)
    found = [
        (gaps.get((one.id, cell.row, cell.col), Decimal(0)), one, cell)
        for one in document.tables
        if table in (None, one.id)
        for cell in one.cells
        if cell.state in wanted
    ]
    found.sort(key=lambda item: (item[2].state != "disputed", -item[0]))
    if not found[:limit]:
        return [], len(found)
    from ..arithmetic.explain import Explainer  # when it is needed: most documents have nothing to explain

    explainer = Explainer(document, language)
    cells = [
        Marked(one.id, cell, _page(one, cell), explainer.sentence(one.id, cell.row, cell.col), gap)
        for gap, one, cell in found[:limit]
    ]
    return cells, len(found)


def unexplained(tables: Iterable[Table], sentences: int) -> str:
    """What is said where only so many corrected and disputed cells of tables have a sentence; blank else."""
    found = sum(cell.state in MARKED for table in tables for cell in table.cells)
    if sentences >= found:
        return ""
    return f"{found - sentences} of {found} corrected or disputed amounts are not explained here"


def explained(document: Document, language: Language = "en") -> dict[tuple[str, int, int], str]:
    """The sentences of corrected and disputed cells by table, row and column."""
    cells, _ = marked(document, language=language)
    return {(item.table, item.cell.row, item.cell.col): item.sentence for item in cells}


def _page(table: Table, cell: Cell) -> int | None:
    parts = cell.parts or table.parts
    return parts[0].page if parts else None


def _gaps(document: Document) -> dict[tuple[str, int, int], Decimal]:
    """By address the largest amount by which an equation misses there."""
    gaps: dict[tuple[str, int, int], Decimal] = {}
    for equation in document.equations:
        if equation.holds is not False or equation.residual is None:
            continue
        for term in (equation.total, *equation.terms):
            if term.table is not None and term.row is not None and term.col is not None:
                key = (term.table, term.row, term.col)
                gaps[key] = max(gaps.get(key, Decimal(0)), abs(equation.residual))
    return gaps
