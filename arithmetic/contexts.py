"""The unit, year and stage of every amount, each with what decided it.

What stands nearest decides: the cell and the label before it, the column's header, the row's labels,
the lines above the table, its section, the document. Two places of one rank that say different things
contradict each other; then neither decides, and a `Problem` says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from .. import amounts
from ..document import Cell, DecidedBy, Document, Problem, Table, Text
from .context_words import Words, read_stage, read_words, spoken_unit
from .view import TableView, plain

_FORM = re.compile(r"绩效|申报|自评|测算")
_HIGHEST = 12  # rows of a form that are looked at above an amount
_Given = tuple[Any, DecidedBy | None]
_NOTHING: _Given = (None, None)


def in_yuan(cell: Cell) -> Decimal | None:
    """The amount of a cell in yuan; None without an amount or a unit of money."""
    scale = amounts.scale(cell.unit)
    return cell.amount * scale if cell.amount is not None and scale is not None else None


def resolve_contexts(document: Document) -> Document:
    """The document with unit, year and stage of each cell that holds an amount, and what decided them.

    Tables without a unit, year or stage of their own get what their surroundings say. Contradictions
    become problems `context_contradicts`.
    """
    defaults = _defaults(document)
    tables: list[Table] = []
    problems: list[Problem] = []
    for table, default in zip(document.tables, defaults, strict=True):
        resolver = _Resolver(TableView(table), default)
        cells = tuple(resolver.resolve(cell) for cell in table.cells)
        year, stage, unit = default.year[0], default.stage[0], default.unit[0]
        tables.append(replace(table, cells=cells, unit=unit, year=year, stage=stage))
        problems += resolver.problems()
    return replace(document, tables=tuple(tables), problems=(*document.problems, *problems))


@dataclass(frozen=True, slots=True)
class _Default:
    """What holds for a table where nothing inside it says otherwise, each with what decided."""

    unit: _Given = _NOTHING
    year: _Given = _NOTHING
    stage: _Given = _NOTHING
    contradicted: tuple[tuple[str, AbstractSet[Any]], ...] = ()


def _defaults(document: Document) -> list[_Default]:
    own = [_own(table, lines) for table, lines in zip(document.tables, _lines(document), strict=True)]
    families = [_is_form(table) for table in document.tables]
    cover = [read_words(text.text) for text in document.texts[:8] if text.role in ("title", "paragraph")]
    stage = _most(o.stage[0] for o in own) or _only(w.stage for w in cover)
    # A budget and an evaluation of last year's projects may lie in one file: never the commonest year.
    years = {
        of: _only(o.year[0] for o in own if of in (None, o.stage[0])) for of in ("budget", "final", None)
    }
    covered = _only(w.year for w in cover)
    narrative = spoken_unit(text.text for text in document.texts if text.role == "paragraph")
    found: list[_Default] = []
    for index, (table, one) in enumerate(zip(document.tables, own, strict=True)):
        alike = [o for i, o in enumerate(own) if families[i] == families[index] and i != index]
        unit = one.unit
        if unit[0] is None and (said := spoken_unit(cell.text for cell in table.cells)):
            unit = (said, "section")
        near = found[-1] if index and families[index] == families[index - 1] else _Default()
        if unit[0] is None and families[index] and near.unit[0]:
            unit = (near.unit[0], "section")
        if unit[0] is None and (said := _only(o.unit[0] for o in alike)):
            unit = (said, "document")
        if unit[0] is None and not families[index] and narrative and not any(o.unit[0] for o in alike):
            unit = (narrative, "document")
        staged = _first(one.stage, (near.stage[0], "section"), (stage, "document"))
        alike_year = years.get(staged[0]) or (covered if years[None] in (None, covered) else None)
        section = near.year[0] if near.stage[0] == staged[0] else None
        dated = _first(one.year, (section, "section"), (alike_year, "document"))
        found.append(_Default(unit, dated, staged, one.contradicted))
    return found


def _own(table: Table, lines: Sequence[Text]) -> _Default:
    """What the table's record, its title and the lines above it say."""
    said = [(text, read_words(text.text)) for text in lines if text.role not in ("paragraph", "title")]
    units = {w.unit for _, w in said if w.unit and w.unit != "%"} | ({table.unit} - {None})
    dated = {w.year for text, w in said if w.year and "日期" not in plain(text.text)}
    years = dated | {table.year or read_words(table.title or "").year} - {None}
    stage = table.stage or read_stage(table.title or "")
    contradicted = tuple(
        (what, values) for what, values in (("unit", units), ("year", years)) if len(values) > 1
    )
    unit, year = _only(units), _only(years)
    return _Default((unit, "line" if unit else None), (year, "line" if year else None),
                    (stage, "line" if stage else None), contradicted)  # fmt: skip


def _lines(document: Document) -> Iterator[list[Text]]:
    """Per table, the texts above its first part and below the table before it."""
    bottoms: dict[int, list[float]] = {}
    for table in document.tables:
        for part in table.parts:
            bottoms.setdefault(part.page, []).append(part.box.bottom)
    texts: dict[int, list[Text]] = {}
    for text in document.texts:
        texts.setdefault(text.page, []).append(text)
    for table in document.tables:
        if not table.parts:
            yield []
            continue
        part = table.parts[0]
        above = [bottom for bottom in bottoms[part.page] if bottom <= part.box.top + 1]
        ceiling = max(above, default=0.0)
        yield [
            text for text in texts.get(part.page, ()) if ceiling - 1 <= text.box.center[1] <= part.box.top + 1
        ]


def _is_form(table: Table) -> bool:
    """Whether a table is a performance form: by its kind, else by having no header."""
    if table.kind:
        return table.kind.startswith("performance")
    return table.header_rows == 0 or _FORM.search(table.title or "") is not None


def _only(values: Iterable[Any]) -> Any:
    """The one value that all agree on, those that say nothing left out; else None."""
    found = {value for value in values if value is not None}
    return found.pop() if len(found) == 1 else None


def _most(values: Iterable[Any]) -> Any:
    """The value of more than half of those that say something."""
    counts = Counter(value for value in values if value is not None)
    if not counts:
        return None
    value, count = counts.most_common(1)[0]
    return value if 2 * count > sum(counts.values()) else None


def _first(*given: _Given) -> _Given:
    return next((one for one in given if one[0] is not None), _NOTHING)


@dataclass
class _Resolver:
    """Contexts of the cells of one table."""

    view: TableView
    default: _Default
    _words: dict[str, Words] = field(default_factory=dict)
    _contradicted: dict[tuple[str, str], set[Any]] = field(default_factory=dict)

    def resolve(self, cell: Cell) -> Cell:
        """The cell with its context; as it is where it holds no number."""
        if cell.header or cell.row < self.view.header_rows:
            return cell
        parsed = amounts.parse(cell.text) if cell.text else None
        percent = parsed is not None and parsed.percent
        if cell.amount is None and not percent:
            return cell
        levels = self._levels(cell)
        unit: _Given = ("%", "cell")
        if not percent:
            unit = self._decide("unit", levels, lambda w: w.unit, self.default.unit)
        year0, stage0 = self.default.year, self.default.stage
        year = self._decide("year", levels, lambda w: w.dated(year0[0]), year0)
        stage = self._decide("stage", levels, lambda w: w.staged(year0[0], stage0[0]), stage0)
        return replace(
            cell,
            unit=unit[0], unit_from=unit[1],
            year=year[0], year_from=year[1],
            stage=stage[0], stage_from=stage[1],
        )  # fmt: skip

    def problems(self) -> Iterator[Problem]:
        """One problem per place that contradicts itself."""
        above = {
            (what, "what stands above the table"): set(values) for what, values in self.default.contradicted
        }
        for (what, where), values in (above | self._contradicted).items():
            named = ", ".join(sorted(str(value) for value in values))
            message = f"{where} says {named} as the {what} of the same amounts"
            yield Problem("warning", "context_contradicts", message, stage="arithmetic", where=self.view.id)

    def _decide(
        self, what: str, levels: Sequence[tuple[DecidedBy, str, list[Words]]],
        of: Callable[[Words], Any], default: _Given,
    ) -> _Given:  # fmt: skip
        for by, where, said in levels:
            values = {value for words in said if (value := of(words)) is not None}
            if len(values) == 1:
                return values.pop(), by
            if len(values) > 1:
                self._contradicted.setdefault((what, where), set()).update(values)
        return default

    def _levels(self, cell: Cell) -> list[tuple[DecidedBy, str, list[Words]]]:
        left = self._left(cell)
        nearest = left[:1] if self.view.header_rows == 0 else []
        column = self._column(cell)
        return [
            ("cell", f"row {cell.row}", [self._read(text) for text in nearest]),
            ("column", f"column {cell.col}", column),
            ("row", f"row {cell.row}", self._nearest_of_each([self._read(text) for text in left])),
        ]

    def _left(self, cell: Cell) -> list[str]:
        """Words to the left in the same row, nearest first."""
        found: list[str] = []
        col = cell.col - 1
        while col >= 0:
            other = self.view.cell(cell.row, col)
            if other.amount is None and other.text and not other.header and amounts.parse(other.text) is None:
                found.append(other.text)
            col = other.col - 1
        return found

    def _column(self, cell: Cell) -> list[Words]:
        if self.view.header_rows:
            # The lowest header that says something decides: 决算数 under 2019年.
            path = [self._read(text) for text in reversed(self.view.header_paths[cell.col])]
            return self._nearest_of_each(path)
        return self._nearest_of_each([self._read(text) for text in self._above(cell)])

    def _above(self, cell: Cell) -> list[str]:
        """In a form, the labels right above a block of amounts, nearest first."""
        found: list[str] = []
        row, last = cell.row - 1, -1
        while row >= 0 and cell.row - row <= _HIGHEST:
            other = self.view.cell(row, cell.col)
            words = other.amount is None and bool(other.text) and amounts.parse(other.text) is None
            if found and not words:
                break
            if words and other.row != last and len(other.text) <= 20:
                found.append(other.text)
                last = other.row
            row = other.row - 1
        return found[:2]

    def _nearest_of_each(self, said: Sequence[Words]) -> list[Words]:
        """One record of what the nearest words say of each thing."""
        merged = Words()
        for words in said:
            if merged.unit is None and words.unit is not None:
                merged = replace(merged, unit=words.unit)
            if merged.year is None and merged.shift is None and (words.year or words.shift is not None):
                merged = replace(merged, year=words.year, shift=words.shift)
            if merged.stage is None and words.stage is not None:
                merged = replace(merged, stage=words.stage)
        return [merged]

    def _read(self, text: str) -> Words:
        if text not in self._words:
            self._words[text] = read_words(text)
        return self._words[text]
