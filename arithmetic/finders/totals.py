"""The total rows of a table, and the sets of rows that each may cover by its place.

A total stands below or above its parts, after another total and what is added to it, or at the
foot of several lists side by side, all of which it covers where its label spans them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from ..view import Panel, Row, TableView
from .code_forest import Forest, forests
from .outline_forest import outline
from .sums import amount_columns, bears_amount

_MOST_TOTALS = 30  # of the lists that a total spans, before only its neighbours count

Part = tuple[int, tuple[int, ...]]  # a row and the amount columns of its panel

_REACH = 8  # panels that one total may span

_CARRIED = re.compile("结转|结余|弥补")
_STAFF = ("301", "303", "501", "509")  # what is spent on people, by economic class


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that a total may count: a top item or another total."""

    row: int
    numbers: tuple[int, ...]
    code: str | None
    total: bool
    loose: bool
    name: str = ""

    @property
    def part(self) -> Part:
        """As a part of a sum."""
        return self.row, self.numbers


Suggestion = tuple[str, list[Entry], str]  # a pattern, the rows it covers, and what they are


@dataclass(frozen=True, slots=True)
class Total:
    """A total row: where its amounts stand, and the entries of the panels that it spans."""

    row: int
    numbers: tuple[int, ...]
    label: str
    lists: tuple[tuple[Entry, ...], ...]
    others: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """Rows that a total may be the sum of.

    Attributes:
        pattern: how they were chosen.
        parts: the rows.
        reason: what they are, in words.
        coded: whether all of them have codes.
        carried: whether what is added to another total is carried over or left, by its name.
        doubtful: whether among them stand rows of which it is open what they are part of.
    """

    pattern: str
    parts: tuple[Part, ...]
    reason: str
    coded: bool
    carried: bool
    doubtful: bool


def totals(view: TableView) -> Iterator[Total]:
    """The total rows of all panels."""
    coded = {id(panel): forest for panels, forest in forests(view) for panel in panels}
    lists = [_entries(view, panel, coded.get(id(panel))) for panel in view.panels]
    for index, panel in enumerate(view.panels):
        numbers = amount_columns(view, panel.numbers)
        if not numbers:
            continue
        for row in panel.rows:
            first = _first_panel(view, index, row)
            if first is not None:
                width = len(numbers)
                spanned = tuple(e for e in lists[first : index + 1] if not e or len(e[0].numbers) == width)
                others = tuple(e for e in lists if not e or len(e[0].numbers) == width)
                label = row.label or view.panels[first].rows[row.row - view.header_rows].label
                yield Total(row.row, numbers, label, spanned, others)


def _entries(view: TableView, panel: Panel, forest: Forest | None) -> tuple[Entry, ...]:
    numbers = amount_columns(view, panel.numbers)
    if not numbers:
        return ()
    items = [
        Entry(item.row.row, numbers, item.row.code, False, item.loose, item.row.name)
        for item in outline(view, panel, forest)
    ]
    sums = [Entry(row.row, numbers, None, True, False) for row in panel.rows if _counts(view, row, numbers)]
    return tuple(sorted((*items, *sums), key=lambda entry: entry.row))


def _counts(view: TableView, row: Row, numbers: Sequence[int]) -> bool:
    """Whether a row is a total with amounts of its own."""
    return row.role == "total" and any(bears_amount(view, (row.row, col)) for col in numbers)


def _first_panel(view: TableView, index: int, row: Row) -> int | None:
    """The first of the panels that a row totals; None if it is no total with amounts in its panel.

    A label that spans panels, or one whose own amounts are blank beside a row without a
    label, totals all of them.
    """
    panels = view.panels
    numbers = amount_columns(view, panels[index].numbers)
    if row.role == "total" and panels[index].labels:
        if not any(bears_amount(view, (row.row, col)) for col in numbers):
            return None
        if index + 1 < len(panels) and _continues(view, index, row):
            return None  # its amounts stand in a later panel
        start = view.cell(row.row, panels[index].labels[0]).col
        return next((k for k, panel in enumerate(panels) if start in panel.cols), index)
    if row.role == "blank" and any(view.bears_number(row.row, col) for col in numbers):
        for k in reversed(range(max(0, index - _REACH), index)):
            other = panels[k].rows[row.row - view.header_rows]
            if other.role == "total":
                return k if _continues(view, k, other) else None
            if other.role != "blank":
                return None
    return None


def _continues(view: TableView, index: int, row: Row) -> bool:
    """Whether a total row has no amount in its panel, but one in the next whose label is blank."""
    own = amount_columns(view, view.panels[index].numbers)
    if any(view.bears_number(row.row, col) for col in own):
        return False
    for panel in view.panels[index + 1 : index + 1 + _REACH]:
        other = panel.rows[row.row - view.header_rows]
        if other.role != "blank":
            return False
        if any(view.bears_number(row.row, col) for col in amount_columns(view, panel.numbers)):
            return True
    return False


def covers(total: Total) -> Iterator[Cover]:
    """What a total may be the sum of, what its place suggests first before the rest."""
    seen: set[tuple[Part, ...]] = set()
    for pattern, suggested, reason in (*_nearby(total), *_anywhere(total), *_by_class(total)):
        for suffix, chosen in _variants(suggested):
            parts = tuple(e.part for e in chosen)
            if parts and parts not in seen:
                seen.add(parts)
                coded = all(e.code for e in chosen)
                carried = all(e.total or _CARRIED.search(e.name) for e in chosen)
                doubtful = any(e.loose for e in suggested)
                yield Cover(pattern + suffix, parts, reason, coded, carried, doubtful)


def _nearby(total: Total) -> Iterator[Suggestion]:
    """Up to the totals before and after it."""
    cuts = [bisect_left(entries, total.row, key=_row_of) for entries in total.lists]
    befores = [_last_total(entries, cut) for entries, cut in zip(total.lists, cuts, strict=True)]
    last = max((entry.row for entry in befores if entry), default=-1)
    since = [
        e
        for entries, cut in zip(total.lists, cuts, strict=True)
        for e in entries[bisect_right(entries, last, key=_row_of) : cut]
    ]
    before = [entry for entry in befores if entry and entry.row == last]
    if before:
        yield "carried", [*before, *since], "the total above it and what is added to that"
        yield "carried one", [*before, *since[:1]], "the total above it and the row after that"
    yield "above", since, "the rows above it"
    below = [
        e
        for entries, cut in zip(total.lists, cuts, strict=True)
        for e in takewhile(lambda e: not e.total, islice(entries, _after(entries, cut, total.row), None))
    ]
    yield "below", below, "the rows below it"


def _anywhere(total: Total) -> Iterator[Suggestion]:
    """Beyond other totals; not in lists of so many that a sum over all would be made up."""
    entries = [e for found in total.lists for e in found if e.row != total.row]
    if sum(e.total for e in entries) > _MOST_TOTALS:
        return
    above = [e for e in entries if e.row < total.row]
    below = [e for e in entries if e.row > total.row]
    for place, found in (("above", above), ("below", below)):
        sums = [e for e in found if e.total]
        if len(sums) > 1:
            yield f"totals {place}", sums, f"the totals {place} it"
        yield f"all {place}", [e for e in found if not e.total], f"all rows {place} it"


def _row_of(entry: Entry) -> int:
    return entry.row


def _last_total(entries: Sequence[Entry], cut: int) -> Entry | None:
    """The total before a position."""
    return next((entries[k] for k in reversed(range(cut)) if entries[k].total), None)


def _after(entries: Sequence[Entry], cut: int, row: int) -> int:
    """Where what stands below a row begins."""
    return cut + 1 if cut < len(entries) and entries[cut].row == row else cut


def _variants(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Without rows of which it is open whether they are parts of others, then with them."""
    yield "", [e for e in entries if not e.loose]
    yield " with loose", list(entries)


def _by_class(total: Total) -> Iterator[Suggestion]:
    """人员经费 and 公用经费 by economic class, in whatever panels the classes stand."""
    staff = "人员" in total.label
    if not staff and "公用" not in total.label:
        return
    rows = [e for entries in total.others for e in entries if e.row < total.row and e.code]
    chosen = [e for e in rows if (e.code in _STAFF) == staff]
    yield "class", chosen, "the economic classes that it names"
