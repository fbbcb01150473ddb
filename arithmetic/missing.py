"""Rows that a table leaves out: a sum that misses by exactly what another table prints of rows not here.

Publishers drop rows now and then, and the totals still hold them. Where a failing sum of a code tree or
of a total row lacks codes that another table of the group prints for the same measure, and their amounts
are all that is missing, no amount is wrong: the table is incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from .figures import Figure, figures_of
from .finders.cross_table import Merged
from .meanings import Meaning
from .proposal import At, Proposal
from .view import TableView

MAX_ROWS = 4  # left out of one sum
_MAX_CANDIDATES = 24  # of one sum; among more, sets that fit by chance are many
_MAX_SUMS = 300
_ORIGINS = ("code_tree", "total_row")
_Key = tuple[Meaning, object, object]


@dataclass(frozen=True, slots=True)
class MissingRows:
    """The codes that a table leaves out, a table that prints them, and their sum in the total's unit."""

    codes: tuple[str, ...]
    table: str
    total: Decimal


def missing_rows(tables: Mapping[str, TableView], equations: Sequence[Proposal]) -> dict[int, MissingRows]:
    """Which failing sums lack rows that another table prints, by index into `equations`.

    Args:
        tables: the tables of one group, by id.
        equations: sums that do not hold; those of other origins than code_tree and total_row, of several
            tables or in several columns are passed over.
    """
    failing = [(index, one) for index, one in enumerate(equations) if _within_one_column(one, tables)]
    if not failing:
        return {}
    search = _Search(tables)
    found: dict[int, MissingRows] = {}
    for index, equation in failing[:_MAX_SUMS]:
        missing = search.explain(equation)
        if missing is not None:
            found[index] = missing
    return found


def _within_one_column(equation: Proposal, tables: Mapping[str, TableView]) -> bool:
    places = equation.places
    if equation.relation != "sum" or equation.origin not in _ORIGINS or len(places) < 2:
        return False
    if not all(isinstance(place, At) and place.table in tables for place in places):
        return False
    if any(factor != 1 for _, factor in equation.terms):
        return False
    return len({(p.table, p.col) for p in places if isinstance(p, At)}) == 1


class _Search:
    """The figures of a group by what they mean, and those of each table by place."""

    def __init__(self, tables: Mapping[str, TableView]) -> None:
        self._tables = tables
        self._printed: dict[str, set[str]] = {}
        figures = figures_of(tables.values())
        self._merge = Merged(figures)
        self._at = {figure.place: figure for figure in figures}
        self._by_code: dict[tuple[str, _Key], list[Figure]] = {}
        for figure in figures:
            code = _code(figure.meaning)
            if code and figure.amount and figure.scale is not None:
                meaning, year, stage = self._merge.key(figure)
                self._by_code.setdefault((code, (_uncoded(meaning), year, stage)), []).append(figure)

    def explain(self, equation: Proposal) -> MissingRows | None:
        """The rows that a sum lacks; None where none make up for it, or several sets of them do."""
        total = equation.total
        if not isinstance(total, At):
            return None
        view = self._tables[total.table]
        numbers = [view.number(place.row, place.col) for place in equation.places if isinstance(place, At)]
        if any(number is None for number in numbers):
            return None
        residual = (numbers[0] or Decimal(0)) - sum((n or Decimal(0) for n in numbers[1:]), Decimal(0))
        figure = self._at.get(total)
        if figure is None or figure.scale is None or residual <= equation.tolerance:
            return None
        candidates = self._candidates(equation, figure, view)
        loose = max(equation.tolerance, max((c.step for c in candidates.values()), default=figure.step)
                    / figure.scale / 2)  # fmt: skip
        exact = all(c.step == figure.step for c in candidates.values())
        tolerance = equation.tolerance if exact else loose
        return _unique(candidates, residual, figure.scale, tolerance)

    def _candidates(self, equation: Proposal, total: Figure, view: TableView) -> dict[str, Figure]:
        """Per code that the sum might lack, a figure of the same measure in another table."""
        lengths = {len(code) for code in self._term_codes(equation, view)}
        if len(lengths) != 1:
            return {}
        length, parent = lengths.pop(), _code(total.meaning)
        printed = self._printed_in(view)
        found: dict[str, Figure] = {}
        for (code, key), figures in self._by_code.items():
            if len(code) != length or not code.startswith(parent) or code in printed or code in found:
                continue
            if any(one.startswith(code) for one in printed):
                continue  # its parts are printed: it is grouped otherwise here
            if not self._same_measure(total, code, key):
                continue
            other = next((figure for figure in figures if figure.table != view.id), None)
            if other is not None:
                found[code] = other
        return found

    def _printed_in(self, view: TableView) -> set[str]:
        """The codes that a table prints, and those of the classes that it names."""
        if view.id not in self._printed:
            codes = {row.code for panel in view.panels for row in panel.rows if row.code}
            codes |= {_code(f.meaning) for f in self._at.values() if f.table == view.id}
            self._printed[view.id] = codes - {""}
        return self._printed[view.id]

    def _term_codes(self, equation: Proposal, view: TableView) -> Iterator[str]:
        rows = {row.row: row.code for panel in view.panels for row in panel.rows if row.code}
        for place, _ in equation.terms:
            figure = self._at.get(place)
            code = _code(figure.meaning) if figure is not None else ""
            code = code or (rows.get(place.row) or "" if isinstance(place, At) else "")
            if code:
                yield code

    def _same_measure(self, total: Figure, code: str, key: _Key) -> bool:
        mine = _coded(_uncoded(total.meaning), code)
        meaning, year, stage = self._merge.reduced(mine, total.year, total.stage)
        return (_uncoded(meaning), year, stage) == key


def _unique(
    candidates: Mapping[str, Figure], residual: Decimal, scale: Decimal, tolerance: Decimal
) -> MissingRows | None:
    """The one smallest set of candidates that makes up the residual."""
    values = {code: figure.yuan / scale for code, figure in candidates.items()}
    small = sorted(code for code, value in values.items() if value <= residual + tolerance)
    if len(small) > _MAX_CANDIDATES:
        return None
    for size in range(1, min(MAX_ROWS, len(small)) + 1):
        sets = [
            codes
            for codes in combinations(small, size)
            if abs(sum((values[code] for code in codes), Decimal(0)) - residual) <= tolerance
        ]
        if sets:
            codes = sets[0]
            if len(sets) > 1:
                return None
            total = sum((values[code] for code in codes), Decimal(0))
            return MissingRows(codes, candidates[codes[0]].table, total)
    return None


def _code(meaning: Meaning) -> str:
    """The functional code of a figure, else its economic one."""
    return meaning.function or (meaning.economic if meaning.economic.isdigit() else "")


def _uncoded(meaning: Meaning) -> Meaning:
    economic = "" if meaning.economic.isdigit() else meaning.economic
    return replace(meaning, function="", economic=economic)


def _coded(meaning: Meaning, code: str) -> Meaning:
    return replace(meaning, function=code) if code.startswith("2") else replace(meaning, economic=code)
