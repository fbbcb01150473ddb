"""The equations found in the tables of real disclosures are those that a person found there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot.arithmetic.checking import check_document
from crossfoot.document import Cell, Document, Table, Term
from golden_tables import FOLDER, golden_document

NAMES = sorted(path.stem for path in FOLDER.glob("*.tsv"))
_PLACES = re.compile(r"(\?)? ?(t\d+) \* (\d+,\d+) = ([\d, ]+)")
Place = tuple[str, int, int]
Sum = tuple[Place, frozenset[Place]]
_LINE = re.compile(r"(\?)? ?(t\d+) ([\d ]+) ([|-]) (\d+) = ([\d ]+)")


@pytest.mark.parametrize("name", NAMES)
def test_sums_found_are_the_golden_ones(name: str) -> None:
    document = check_document(golden_document(name))
    necessary, right = _golden(name, {t.id: t for t in document.tables})
    found = set(_sums(document))
    assert not sorted(necessary - found, key=repr), "not found"
    assert not sorted(found - necessary - right, key=repr), "found, and not right"


@pytest.mark.parametrize("name", NAMES)
def test_every_change_of_an_amount_is_noticed_where_sums_cover_it(name: str) -> None:
    """A publisher's wrong digit in a part of a golden sum is disputed, or a problem names the sum."""
    document = golden_document(name)
    necessary, _ = _golden(name, {t.id: t for t in document.tables})
    table, row, col = max(term for total, terms in necessary if len(terms) > 1 for term in terms)
    wrong = _with_wrong_digit(document, table, row, col)
    told = [p for p in check_document(wrong).problems if p.code == "equation_fails"]
    before = [p for p in check_document(document).problems if p.code == "equation_fails"]
    assert {p.where for p in told if p.where and p.where.startswith(table)} - {p.where for p in before}


def test_what_is_known_to_be_contradictory_is_disputed_and_nothing_else() -> None:
    """5425.6 received and 5426.92 spent in one year, and totals of two drafts: 4904.64, 4804.64."""
    document = check_document(golden_document("dongxihu-2020-budget"))
    disputed = {c.text for t in document.tables for c in t.cells if c.state == "disputed"}
    assert disputed <= {"5425.6", "5426.92", "4904.64", "4,804.64", "4804.64", "3771.56", "3,671.56"}
    for name in NAMES[1:]:
        checked = check_document(golden_document(name))
        assert not [c.text for t in checked.tables for c in t.cells if c.state == "disputed"], name


def _golden(name: str, tables: dict[str, Table]) -> tuple[set[Sum], set[Sum]]:
    """The sums that must be found, and those that may be."""
    sums: dict[bool, set[Sum]] = {True: set(), False: set()}
    for line in (FOLDER / f"{name}.equations").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        optional, table, instances = _instances(line)
        for places in instances:
            total, *terms = (tables[table].cell_at(*place) for place in places)
            filled = frozenset((table, c.row, c.col) for c in terms if c.amount)
            if total.amount and filled:
                sums[not optional].add(((table, total.row, total.col), filled))
    return sums[True], sums[False]


def _instances(line: str) -> tuple[bool, str, list[list[tuple[int, int]]]]:
    """Whether a line's sums may be missing, their table, and the places of each, the total first."""
    if match := _PLACES.fullmatch(line):
        optional, table, total, terms = match.groups()
        pairs = [place.split(",") for place in (total, *terms.split())]
        return optional is not None, table, [[(int(row), int(col)) for row, col in pairs]]
    match = _LINE.fullmatch(line)
    assert match, line
    optional, table, along, sign, total, terms = match.groups()
    parts = [int(total), *map(int, terms.split())]
    down = sign == "|"
    others = map(int, along.split())
    return optional is not None, table, [[(p, o) if down else (o, p) for p in parts] for o in others]


def _sums(document: Document) -> Iterator[Sum]:
    """Sums inside one table, of strength law or usual, with the terms other than zero."""
    for equation in document.equations:
        if equation.strength == "hint" or equation.relation not in ("sum", "equal"):
            continue
        terms = [t for t in equation.terms if _amount(document, t)]
        inside = len({t.table for t in (equation.total, *equation.terms)}) == 1
        if inside and terms and _amount(document, equation.total):
            yield _place(equation.total), frozenset(map(_place, terms))


def _amount(document: Document, term: Term) -> Decimal | None:
    if term.table is None:
        return None
    table = next(t for t in document.tables if t.id == term.table)
    return table.cell_at(*_place(term)[1:]).amount


def _place(term: Term) -> Place:
    assert term.table is not None
    assert term.row is not None
    assert term.col is not None
    return term.table, term.row, term.col


def _with_wrong_digit(document: Document, table: str, row: int, col: int) -> Document:
    def change(cell: Cell) -> Cell:
        if (cell.row, cell.col) != (row, col):
            return cell
        assert cell.amount is not None
        return replace(cell, text=str(cell.amount + 3), amount=cell.amount + 3)

    tables = (replace(t, cells=tuple(map(change, t.cells))) if t.id == table else t for t in document.tables)
    return replace(document, tables=tuple(tables))
