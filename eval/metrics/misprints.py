"""Whether the publisher's misprints, planted in a synthetic truth, were noticed.

A misprint counts as found if any of the cells that it concerns is disputed in the result, or
a problem names one of its cells or mentions. What counts is being told, not which of several
contradictory amounts is blamed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...document import Cell, Document, Mention
from ..text import normalize
from .counts import Ratio

Address = tuple[str, int, int]
Found = Mapping[Address, Sequence[tuple[str, Cell]]]
"""For addresses of the truth, ids of the result's tables with the cells that were matched to them."""


@dataclass(frozen=True, slots=True)
class Misprints:
    """Per kind of misprint, sorted: (kind, planted, found)."""

    by_kind: tuple[tuple[str, int, int], ...] = ()

    def __add__(self, other: Misprints) -> Misprints:
        planted: Counter[str] = Counter()
        noticed: Counter[str] = Counter()
        for kind, count, found in self.by_kind + other.by_kind:
            planted[kind] += count
            noticed[kind] += found
        return Misprints(tuple((kind, planted[kind], noticed[kind]) for kind in sorted(planted)))

    @property
    def ratio(self) -> Ratio | None:
        """Share of the planted misprints that were found; None where none was planted."""
        if not self.by_kind:
            return None
        return Ratio(sum(f for *_, f in self.by_kind), sum(p for _, p, _ in self.by_kind))


def planted(truth: Document) -> tuple[Mapping[str, Any], ...] | None:
    """The misprints that a truth declares, or None for a truth that says nothing of them."""
    labels = truth.extra.get("labels")
    misprints = labels.get("misprints") if isinstance(labels, Mapping) else None
    if not isinstance(misprints, Sequence):
        return None
    return tuple(m for m in misprints if isinstance(m, Mapping))


def misprinted_cells(truth: Document) -> frozenset[Address]:
    """Table, row and column of every address that a misprinted cell covers."""
    tables = {table.id: table for table in truth.tables}
    addresses: set[Address] = set()
    for misprint in planted(truth) or ():
        for ref in _refs(misprint):
            address = _address(ref)
            if address is not None and address[0] in tables:
                rows, cols = tables[address[0]].shape
                if address[1] in range(rows) and address[2] in range(cols):
                    cell = tables[address[0]].cell_at(*address[1:])
                    addresses.update((address[0], row, col) for row in cell.rows for col in cell.cols)
    return frozenset(addresses)


def compare_misprints(truth: Document, result: Document, found: Found) -> Misprints | None:
    """Count the planted misprints that the result noticed; None if the truth declares none or any."""
    if planted(truth) is None:
        return None
    total = Misprints()
    for misprint in judged_misprints(truth, result, found):
        total += Misprints(((misprint.kind, 1, int(misprint.noticed)),))
    return total


@dataclass(frozen=True, slots=True)
class Misprint:
    """One planted misprint.

    Attributes:
        place: number in the truth's list.
        breaks: whether a law or a usual equation of the truth that it is in fails in print; one that
            breaks none cannot be told from the numbers.
        noticed: whether the result says of any of its cells or mentions that something is wrong.
        where: its cells in the truth.
    """

    kind: str
    place: int
    breaks: bool
    noticed: bool
    where: tuple[Address, ...]


def judged_misprints(truth: Document, result: Document, found: Found) -> tuple[Misprint, ...]:
    """The planted misprints with what became of them; none for a truth that says nothing of them."""
    named = [tuple(re.findall(r"\w+", problem.where)) for problem in result.problems if problem.where]
    codes = [(p.code, tuple(re.findall(r"\w+", p.where))) for p in result.problems if p.where]
    broken = _broken(truth)
    judged = []
    for place, misprint in enumerate(planted(truth) or ()):
        refs, kind = _refs(misprint), str(misprint.get("kind", ""))
        noticed = any(_is_noticed(ref, truth, result, found, named) for ref in refs)
        noticed = noticed or _is_told(kind, refs, found, codes)
        breaks = bool(broken & {_spot(ref) for ref in refs})
        where = tuple(address for ref in refs if (address := _address(ref)) is not None)
        judged.append(Misprint(kind, place, breaks, noticed, where))
    return tuple(judged)


_TOLD_BY = {"wrong_formula": "formula_misprinted", "rows_left_out": "rows_missing"}
"""Misprints of something that is no amount, and the problem that says so of a whole table."""


def _is_told(
    kind: str, refs: Sequence[Mapping[str, Any]], found: Found, codes: Sequence[tuple[str, tuple[str, ...]]]
) -> bool:
    """Whether a problem of the misprint's own sort names the table that it stands in."""
    tables = {table for ref in refs if (at := _address(ref)) is not None for table, _ in found.get(at, ())}
    return any(code == _TOLD_BY.get(kind) and where and where[0] in tables for code, where in codes)


def _broken(truth: Document) -> set[object]:
    """The cells and mentions of the truth's laws and usual equations that fail in print."""
    return {
        term.mention or (term.table, term.row, term.col)
        for equation in truth.equations
        if equation.holds is False and equation.strength != "hint"
        for term in (equation.total, *equation.terms)
    }


def _spot(ref: Mapping[str, Any]) -> object:
    return ref.get("mention") or _address(ref)


def _is_noticed(
    ref: Mapping[str, Any],
    truth: Document,
    result: Document,
    found: Found,
    named: Sequence[tuple[str, ...]],
) -> bool:
    address = _address(ref)
    if address is not None:
        return any(
            cell.state == "disputed" or (table, str(cell.row), str(cell.col)) in named
            for table, cell in found.get(address, ())
        )
    mentions = (m for m in truth.mentions if m.id == ref.get("mention"))
    return any((same.id,) in named for mention in mentions for same in _same(mention, result.mentions))


def _refs(misprint: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    where = misprint.get("where")
    return [ref for ref in where if isinstance(ref, Mapping)] if isinstance(where, Sequence) else []


def _address(ref: Mapping[str, Any]) -> Address | None:
    table, row, col = ref.get("table"), ref.get("row"), ref.get("col")
    return (
        (table, row, col)
        if isinstance(table, str) and isinstance(row, int) and isinstance(col, int)
        else None
    )


def _same(mention: Mention, mentions: Iterable[Mention]) -> list[Mention]:
    """The result's mentions on its page that say the same amount in the same words."""
    text = normalize(mention.text)
    return [m for m in mentions if m.page == mention.page and normalize(m.text) == text]
