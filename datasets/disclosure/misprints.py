"""Single misprints of the publisher: a digit, a total, a formula, a ratio, an amount of another row.

They change what is printed and nothing else: the relations stay those of the accounts, and the
print disagrees with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ... import amounts
from ..content import (
    At,
    Block,
    CellContent,
    DisclosureContent,
    MisprintContent,
    Ref,
    RelationContent,
    TableContent,
)
from ..typesetting.equations import Print

_FORMULA = re.compile(r"\d+(?=[^=＝]*[=＝])|(?<=[+＋…(（=＝])\d+")
_TOTAL = re.compile(r"\s*(?:注：)?\s*(\d+)\s*(行|栏)")
Planted = tuple[DisclosureContent, MisprintContent]


def plant(content: DisclosureContent, rng: np.random.Generator) -> DisclosureContent:
    """The same disclosure with one or two misprints, recorded; as it is where nothing can be misprinted."""
    count = 1 if rng.random() < 0.7 else 2
    for sort in rng.permutation(len(_SORTS)).tolist():
        if len(content.misprints) == count:
            break
        planted = _SORTS[sort](content, rng)
        taken = {ref for misprint in content.misprints for ref in misprint.where}
        if planted and not taken & set(planted[1].where) and _shows(*planted):
            content = replace(planted[0], misprints=(*content.misprints, planted[1]))
    return content


def contradictory(content: DisclosureContent, where: frozenset[Ref] | None = None) -> bool:
    """Whether a relation, one that touches `where` if that is given, fails in print."""
    printed = Print(content)
    for relation in content.relations:
        refs = (relation.total, *(term for term, _ in relation.terms))
        if where is not None and not where & {printed.start(ref) for ref in refs}:
            continue
        residual = printed.residual(relation)
        if residual is not None:
            off = residual if relation.relation == "at_most" else abs(residual)
            if off > relation.tolerance:
                return True
    return False


def _shows(content: DisclosureContent, misprint: MisprintContent) -> bool:
    """A misprint within what rounding allows contradicts nothing; a wrong formula contradicts by itself."""
    return misprint.kind == "wrong_formula" or contradictory(content, frozenset(misprint.where))


def _wrong_total(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    totals = [r.total for r in _sums(content) if isinstance(r.total, At)]
    return _misprint("wrong_total", content, rng, totals, _other_digit)


def _wrong_weight(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    """A label that prints another weight than its parts have: 产出指标（45分）."""
    cells = _cells(content)
    labels = {r.total for r in _sums(content) if isinstance(r.total, At)}
    found = sorted(
        (at for at in labels if _digits(cells[at].text) and not amounts.parse(cells[at].text)),
        key=lambda at: (at.key, at.row, at.col),
    )
    if not found:
        return None
    at = found[int(rng.integers(len(found)))]
    printed = _other_digit(cells[at].text, rng)
    return _print(content, "wrong_weight", at, printed) if printed else None


def _swapped_digits(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    parts = [term for r in _sums(content) for term, _ in r.terms if isinstance(term, At)]
    return _misprint("swapped_digits", content, rng, parts, _swapped)


def _copied_amount(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    """An amount of another row of the same column, as when a form is filled in from the last one."""
    cells = _cells(content)
    sums = [
        r
        for r in _sums(content)
        if len([t for t, _ in r.terms if _amount(cells, t)]) >= 2
        and len({(t.key, t.col) if isinstance(t, At) else () for t, _ in r.terms}) == 1
    ]
    if not sums:
        return None
    terms = [
        t for t, _ in sums[int(rng.integers(len(sums)))].terms if isinstance(t, At) and _amount(cells, t)
    ]
    texts = {cells[t].text for t in terms}
    if len(texts) < 2:
        return None
    target = terms[int(rng.integers(len(terms)))]
    other = sorted(texts - {cells[target].text})[0]
    return _print(content, "copied_amount", target, other)


def _ratio_off(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    """A ratio that is off by one in its last digit."""
    totals = [r.total for r in content.relations if r.relation == "ratio" and isinstance(r.total, At)]
    return _misprint("ratio_off", content, rng, totals, _last_digit)


def _wrong_formula(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    """A printed formula that names another row or column."""
    places = [
        (block, index, match)
        for block in content.tables
        for index, note in enumerate(block.notes)
        if "=" in note or "＝" in note
        for match in _FORMULA.finditer(note)
    ]
    if not places:
        return None
    table, index, match = places[int(rng.integers(len(places)))]
    note = table.notes[index]
    number = int(match[0])
    wrong = number + 1 if number < 2 or rng.random() < 0.5 else number - 1
    printed = f"{note[: match.start()]}{wrong}{note[match.end() :]}"
    notes = (*table.notes[:index], printed, *table.notes[index + 1 :])
    where = _totals_of(content, table, note, match)
    if not where:
        return None
    cells = _cells(content)
    texts = tuple(cells[at].text for at in where)
    what = f"note {index + 1} of {table.key}: {printed} for {note}"
    misprint = MisprintContent("wrong_formula", where, texts, texts, what)
    return _with_table(content, replace(table, notes=notes)), misprint


def _totals_of(
    content: DisclosureContent, table: TableContent, note: str, match: re.Match[str]
) -> tuple[At, ...]:
    """The cells that the formula at `match` gives: of its line by its number, or of its column."""
    start = max(note.rfind(mark, 0, match.start()) for mark in "；。：") + 1
    found = _TOTAL.match(note, start)
    if found is None:
        return ()
    number, word = found.groups()
    printed = {At(table.key, c.row, c.col): c for c in table.cells if c.text == number}
    lines = [at for at in printed if table.columns[at.col].role == "line_number"]
    columns = [at.col for at, cell in printed.items() if cell.header or cell.row < table.header_rows]
    totals = dict.fromkeys(
        r.total
        for r in content.relations
        if r.origin == "printed_formula" and isinstance(r.total, At) and r.total.key == table.key
    )
    if word == "栏":
        return tuple(at for at in totals if isinstance(at, At) and at.col in columns)
    numbered = [col for col, column in enumerate(table.columns) if column.role == "line_number"]
    return tuple(
        at
        for at in totals
        if isinstance(at, At)
        and any(
            at.row == line.row and line.col == max((col for col in numbered if col < at.col), default=-1)
            for line in lines
        )
    )


_SORTS: tuple[Callable[[DisclosureContent, np.random.Generator], Planted | None], ...] = (
    _wrong_total,
    _swapped_digits,
    _copied_amount,
    _ratio_off,
    _wrong_formula,
    _wrong_weight,
)


def _sums(content: DisclosureContent) -> list[RelationContent]:
    return [r for r in content.relations if r.relation == "sum" and r.strength == "law"]


def _cells(content: DisclosureContent) -> dict[At, CellContent]:
    return {At(table.key, cell.row, cell.col): cell for table in content.tables for cell in table.cells}


def _amount(cells: dict[At, CellContent], ref: object) -> bool:
    return isinstance(ref, At) and bool(cells[ref].amount)


def _misprint(
    sort: str,
    content: DisclosureContent,
    rng: np.random.Generator,
    places: list[At],
    alter: Callable[[str, np.random.Generator], str | None],
) -> Planted | None:
    """Alter the text of one of the cells, the first in a random order that can be altered."""
    cells = _cells(content)
    places = sorted(
        {at for at in places if amounts.parse(cells[at].text)}, key=lambda at: (at.key, at.row, at.col)
    )
    for index in rng.permutation(len(places)).tolist():
        text = cells[places[index]].text
        printed = alter(text, rng)
        if printed is not None and amounts.parse(printed) != amounts.parse(text):
            return _print(content, sort, places[index], printed)
    return None


def _print(content: DisclosureContent, sort: str, at: At, text: str) -> Planted:
    """The content with another text in a cell, and the record of it."""
    table = next(table for table in content.tables if table.key == at.key)
    cell = next(c for c in table.cells if (c.row, c.col) == (at.row, at.col))
    parsed = amounts.parse(text)
    value = parsed.value if parsed and cell.amount is not None else None
    cells = tuple(replace(c, text=text, amount=value) if c is cell else c for c in table.cells)
    misprint = MisprintContent(sort, (at,), (text,), (cell.text,))
    return _with_table(content, replace(table, cells=cells)), misprint


def _with_table(content: DisclosureContent, table: TableContent) -> DisclosureContent:
    blocks: tuple[Block, ...] = tuple(
        table if isinstance(block, TableContent) and block.key == table.key else block
        for block in content.blocks
    )
    return replace(content, blocks=blocks)


def _digits(text: str) -> list[int]:
    return [index for index, character in enumerate(text) if character.isascii() and character.isdigit()]


def _other_digit(text: str, rng: np.random.Generator) -> str | None:
    places = _digits(text)
    if not places or amounts.printed(text) == "zero":
        return None
    place = places[int(rng.integers(len(places)))]
    # A leading zero is no misprint but nonsense.
    options = [d for d in "123456789" if d != text[place]]
    return text[:place] + options[int(rng.integers(len(options)))] + text[place + 1 :]


def _swapped(text: str, rng: np.random.Generator) -> str | None:
    places = _digits(text)
    pairs = [
        (a, b)
        for number, (a, b) in enumerate(pairwise(places))
        if text[a] != text[b] and not (number == 0 and text[b] == "0")
    ]
    if not pairs:
        return None
    a, b = pairs[int(rng.integers(len(pairs)))]
    characters = list(text)
    characters[a], characters[b] = characters[b], characters[a]
    return "".join(characters)


def _last_digit(text: str, rng: np.random.Generator) -> str | None:
    places = _digits(text)
    if not places:
        return None
    place = places[-1]
    digit = int(text[place])
    wrong = digit + 1 if digit == 0 or (digit < 9 and rng.random() < 0.5) else digit - 1
    return f"{text[:place]}{wrong}{text[place + 1 :]}"
