"""Formulas that a table prints: 27行=（1+2+…+8）行 in a note, 3=1+2 under a header.

Prior 0.97: a formula says outright what is meant, and only its numbers may be misprinted or
misread. So each is tried on the numbers; where it fails and a formula one edit away holds, that
one is proposed instead (prior 0.9) and the note reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ...document import Problem, Text
from ..proposal import At, Proposal, Scope
from ..view import TableView
from .formula import (
    Axis,
    Formula,
    FormulaError,
    Operand,
    linear,
    parse,
    parse_expression,
    statements,
)
from .header_columns import column_numbers, numbering_row
from .support import ONE, Figures, Sum, Support

_PRIOR, _MENDED = 0.97, 0.9
_IN_BRACKETS = re.compile(r"\(([^()]*\d[^()]*)\)$")
_MOST_NOTES = 40  # texts per table that are looked at
_MOST_EFFORT = 20_000  # terms tried in one table
_MOST_TRIALS = 600  # formulas one edit away
_QUOTED = 80  # characters of a formula in a message


@dataclass(frozen=True, slots=True)
class _Stated:
    """A sum by printed numbers; `text` and `source` say how and where it is printed."""

    axis: Axis
    total: int
    terms: tuple[tuple[int, int], ...]
    text: str
    source: str
    page: int | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The total's, then the terms'."""
        return (self.total, *(number for number, _ in self.terms))

    @property
    def spelled(self) -> str:
        """As a formula with numbers alone."""
        right = "".join(f"{'+' if sign > 0 else '-'}{number}" for number, sign in self.terms)
        return f"{self.total}={right.removeprefix('+')}"

    def sane(self) -> bool:
        """Whether no number stands twice."""
        return max(Counter(self.numbers).values()) == 1


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """What the formulas of every table say, and which of them say nonsense."""
    for reader in (_Reader(view, Figures(view)) for view in scope.tables if view.panels):
        yield from reader.read(scope)
        yield from reader.proposals()


class _Reader:
    """Reads the formulas of one table and tries them on its numbers."""

    def __init__(self, view: TableView, figures: Figures) -> None:
        self.view = view
        self.figures = figures
        self.chosen: list[tuple[_Stated, list[Sum], float]] = []
        self.effort = 0
        self.kept: dict[tuple[Axis, int], set[int]] = {}

    def read(self, scope: Scope) -> Iterator[Problem]:
        """Read and try all formulas; yields what is wrong with them."""
        seen: set[tuple[Axis, str]] = set()
        for found in self._stated(scope):
            if isinstance(found, Problem):
                yield found
            elif (found.axis, found.spelled) not in seen:
                seen.add((found.axis, found.spelled))
                for outcome in self._judged(found):
                    if isinstance(outcome, Problem):
                        yield outcome
                    else:
                        self.chosen.append(outcome)

    def proposals(self) -> Iterator[Proposal]:
        """One for every row or column of the formulas that were read."""
        for stated, instances, prior in self.chosen:
            for instance in instances:
                yield Proposal(
                    "sum", "law", "printed_formula", instance.total, instance.terms,
                    f"{self.view.id} {stated.axis} {stated.spelled}", prior,
                    f"{stated.source} says so: {stated.text[:_QUOTED]}",
                )  # fmt: skip

    def _stated(self, scope: Scope) -> Iterator[_Stated | Problem]:
        """All formulas around the table: notes first, then headers and labels."""
        for text in _notes(self.view, scope):
            for statement in statements(text.text):
                try:
                    stated = self._numbered(parse(statement), statement, "a note", None)
                except FormulaError as error:
                    if re.search("[行栏]", statement):
                        message = f"{self.view.id}: {statement[:_QUOTED]}: {error}, position {error.position}"
                        yield _problem("formula_unreadable", message, self.view, text.page)
                    continue
                if stated is not None:
                    yield replace(stated, page=text.page)
        for row in range(min(self.view.rows, self.view.header_rows + 1)):
            for col in range(self.view.cols):
                cell = self.view.cell(row, col)
                if (cell.row, cell.col) == (row, col):
                    yield from self._from_label(self.view.text(row, col), "column", self._number_of.get(col))
        for panel in self.view.panels:
            for line in panel.rows:
                yield from self._from_label(line.label, "row", line.line)

    def _from_label(self, label: str, axis: Axis, number: int | None) -> Iterator[_Stated]:
        """3=1+2 in a header, 合计（1+2） in a header or a label."""
        if not any(character.isdigit() for character in label) or len(label) > 200:
            return
        bracket = _IN_BRACKETS.search(label)
        inner = bracket[1] if bracket else label
        if not re.search(r"\d\s*[-+＋]", inner) and "=" not in inner:
            return
        try:
            if "=" in inner:
                stated = self._numbered(
                    parse(inner), inner, "the header" if axis == "column" else "a label", axis
                )
                if stated is not None:
                    yield stated
            elif bracket and number is not None:
                terms = linear(parse_expression(inner)) or ()
                named = tuple((o.number, sign) for o, sign in terms if o.number is not None)
                if len(named) >= 2 and len(named) == len(terms):
                    yield _Stated(axis, number, named, inner, "a label")
        except FormulaError:
            return  # a label with digits and signs is a date or a model as often as a formula

    def _numbered(self, formula: Formula, text: str, source: str, axis: Axis | None) -> _Stated | None:
        """A formula with all operands by number; None for what is no sum of lines or columns."""
        axis = axis or formula.axis or ("column" if numbering_row(self.view) is not None else "row")
        terms = formula.terms
        if not terms:
            return None
        total = self._by_number(formula.total, axis)
        numbers = [(self._by_number(operand, axis), sign) for operand, sign in terms]
        named = tuple((number, sign) for number, sign in numbers if number is not None)
        if total is None or len(named) < len(numbers):
            return None
        return _Stated(axis, total, named, text, source)

    def _by_number(self, operand: Operand, axis: Axis) -> int | None:
        if operand.number is not None:
            return operand.number
        if axis == "column":
            named = [
                col for col, path in enumerate(self.view.header_paths) if path and path[-1] == operand.name
            ]
            return self._number_of.get(named[0]) if len(named) == 1 else None
        rows = [row.line for panel in self.view.panels for row in panel.rows if row.name == operand.name]
        return rows[0] if len(rows) == 1 else None

    def _judged(self, stated: _Stated) -> Iterator[tuple[_Stated, list[Sum], float] | Problem]:
        """The formula with its instances, or the one that was meant, or why it is not used."""
        places = self._rows if stated.axis == "row" else self._cols
        missing = [number for number in stated.numbers if number not in places]
        broken = bool(missing) or not stated.sane()
        instances = [] if broken else self._instances(stated)
        support = self.figures.support(instances)
        if not broken and not support.fails:
            # What one wrong digit explains is a misreading sooner than a misprinted formula.
            yield from self._kept(stated, instances, _PRIOR)
            return
        if not broken and support.holds and support.meant:
            yield from self._kept(stated, instances, _PRIOR)
            return
        mended = self._mended(stated, support)
        what = f"{self.view.id}: {stated.source} prints {stated.text[:_QUOTED]}"
        if mended is not None:
            message = f"{what}, but the numbers bear out {mended.spelled[:_QUOTED]}"
            yield _problem("formula_misprinted", message, self.view, stated.page)
            yield from self._kept(mended, self._instances(mended), _MENDED)
        elif broken:
            reason = (
                f"which names {missing[0]}, not in the table" if missing else "which names a number twice"
            )
            yield _problem("formula_misprinted", f"{what}, {reason}", self.view, stated.page)
        else:
            yield from self._kept(stated, instances, _PRIOR)

    def _kept(
        self, stated: _Stated, instances: list[Sum], prior: float
    ) -> Iterator[tuple[_Stated, list[Sum], float] | Problem]:
        """A formula unless it runs in a circle with those before it."""
        if self._circular(stated):
            message = f"{self.view.id}: {stated.text[:_QUOTED]} runs in a circle with other formulas"
            yield _problem("formula_misprinted", message, self.view, stated.page)
            return
        self.kept.setdefault((stated.axis, stated.total), set()).update(n for n, _ in stated.terms)
        yield stated, instances, prior

    def _circular(self, stated: _Stated) -> bool:
        reached: set[int] = set()
        waiting = [number for number, _ in stated.terms]
        while waiting:
            number = waiting.pop()
            if number not in reached:
                reached.add(number)
                waiting += self.kept.get((stated.axis, number), ())
        return stated.total in reached

    def _mended(self, stated: _Stated, support: Support) -> _Stated | None:
        """The formula one edit away that holds where the printed one does not."""
        best: tuple[tuple[int, int, int], _Stated] | None = None
        for trial, gain in self._trials(stated):
            self.effort += len(trial.terms)
            found = self.figures.support(self._instances(trial))
            if not found.holds or not found.meant or found.rank <= support.rank:
                continue
            if found.fails or found.slips > found.holds:
                continue
            rank = (found.holds, -found.slips, gain)
            if best is None or rank > best[0]:
                best = rank, trial
        return best[1] if best else None

    def _trials(self, stated: _Stated) -> Iterator[tuple[_Stated, int]]:
        """Formulas one edit away, with 1 for those that close a gap or only part two numbers."""
        places = self._rows if stated.axis == "row" else self._cols
        used = Counter(stated.numbers)
        count = 0
        for index, number in enumerate(stated.numbers):
            if self.effort > _MOST_EFFORT:
                return
            for other in places:
                if other in used or not _near(number, other):
                    continue
                count += 1
                if count > _MOST_TRIALS:
                    return
                trial = _with_number(stated, index, other)
                if trial.sane() and all(n in places for n in trial.numbers):
                    terms = sorted(n for n, _ in trial.terms)
                    yield trial, int(terms[-1] - terms[0] == len(terms) - 1)
            yield from self._parted(stated, index, places)

    def _parted(
        self, stated: _Stated, index: int, places: Mapping[int, object]
    ) -> Iterator[tuple[_Stated, int]]:
        """12 for 1+2, where OCR lost a plus sign."""
        digits = str(stated.numbers[index])
        if index == 0:
            return
        sign = stated.terms[index - 1][1]
        for cut in range(1, len(digits)):
            two = ((int(digits[:cut]), sign), (int(digits[cut:]), sign))
            trial = replace(stated, terms=(*stated.terms[: index - 1], *two, *stated.terms[index:]))
            if trial.sane() and all(n in places for n in trial.numbers):
                yield trial, 1

    def _instances(self, stated: _Stated) -> list[Sum]:
        """One per column for lines, one per row for columns; only those with a number."""
        found: list[Sum | None] = []
        if stated.axis == "row":
            panel, _ = self._rows[stated.total]
            width = len(self.view.panels[panel].numbers)
            found = [self._sum(stated, offset) for offset in range(width)]
        else:
            skipped = self.figures.numbering
            found = [self._sum(stated, row) for row in self.view.body if row != skipped]
        return [instance for instance in found if instance is not None and self.figures.sound(instance)]

    def _sum(self, stated: _Stated, which: int) -> Sum | None:
        """The instance in a row, or in a column by its place among its panel's."""
        if stated.axis == "row" and len({self._rows[number][0] for number in stated.numbers}) > 1:
            return None  # lines of two lists do not add up
        ats = [self._at(stated.axis, number, which) for number in stated.numbers]
        known = [at for at in ats if at is not None]
        if len(known) < len(ats):
            return None
        terms = tuple((at, ONE * sign) for at, (_, sign) in zip(known[1:], stated.terms, strict=True))
        return Sum(known[0], terms)

    def _at(self, axis: Axis, number: int, which: int) -> At | None:
        if axis == "column":
            return self.figures.at(which, self._cols[number])
        panel, row = self._rows[number]
        cols = self.view.panels[panel].numbers
        return self.figures.at(row, cols[which]) if which < len(cols) else None

    @cached_property
    def _cols(self) -> dict[int, int]:
        return column_numbers(self.view)

    @cached_property
    def _number_of(self) -> dict[int, int]:
        return {col: number for number, col in self._cols.items()}

    @cached_property
    def _rows(self) -> dict[int, tuple[int, int]]:
        """Line number → panel and row. Lines run on, so one that is misread is told by the others."""
        found: dict[int, tuple[int, int]] = {}
        for index, panel in enumerate(self.view.panels):
            offsets = Counter(row.line - row.row for row in panel.rows if row.line is not None)
            if not offsets:
                continue
            offset, agreeing = offsets.most_common(1)[0]
            steady = 4 * agreeing >= 3 * sum(offsets.values()) and agreeing >= 3
            for row in panel.rows:
                line = row.row + offset if steady else row.line
                if line is not None:
                    found.setdefault(line, (index, row.row))
        return found


def _notes(view: TableView, scope: Scope) -> list[Text]:
    """The table's notes, and texts right below it that belong to no table."""
    own = set(view.table.notes)
    claimed = {note for other in scope.tables for note in other.table.notes}
    found = [text for text in scope.texts if text.id in own]
    found += [
        text
        for text in scope.texts
        if text.id not in claimed and text.role in ("note", "paragraph") and _nearest(text, scope) is view
    ]
    return found[:_MOST_NOTES]


def _nearest(text: Text, scope: Scope) -> TableView | None:
    """The table that ends last above a text on its page."""
    above = [
        (part.box.bottom, index)
        for index, view in enumerate(scope.tables)
        for part in view.table.parts[-1:]
        if part.page == text.page and part.box.bottom <= text.box.center[1]
    ]
    return scope.tables[max(above)[1]] if above else None


def _with_number(stated: _Stated, index: int, number: int) -> _Stated:
    if index == 0:
        return replace(stated, total=number)
    terms = list(stated.terms)
    terms[index - 1] = (number, terms[index - 1][1])
    return replace(stated, terms=tuple(terms))


def _near(one: int, other: int) -> bool:
    """Whether two printed numbers are one step or one digit apart."""
    if abs(one - other) == 1:
        return True
    a, b = sorted((str(one), str(other)), key=len)
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return len(b) == len(a) + 1 and any(b[:i] + b[i + 1 :] == a for i in range(len(b)))


def _problem(code: str, message: str, view: TableView, page: int | None) -> Problem:
    return Problem("warning", code, message, page=page, stage="arithmetic", where=view.id)
