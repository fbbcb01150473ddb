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
    RelationContent,
    TableContent,
)

_FORMULA = re.compile(r"\d+(?=[^=＝]*[=＝])|(?<=[+＋…(（=＝])\d+")
Planted = tuple[DisclosureContent, MisprintContent]


def plant(content: DisclosureContent, rng: np.random.Generator) -> DisclosureContent:
    """The same disclosure with one or two misprints, recorded; as it is where nothing can be misprinted."""
    count = 1 if rng.random() < 0.7 else 2
    for sort in rng.permutation(len(_SORTS)).tolist():
        if len(content.misprints) == count:
            break
        planted = _SORTS[sort](content, rng)
        taken = {ref for misprint in content.misprints for ref in misprint.where}
        if planted and not taken & set(planted[1].where):
            content = replace(planted[0], misprints=(*content.misprints, planted[1]))
    return content


def _wrong_total(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    totals = [r.total for r in _sums(content) if isinstance(r.total, At)]
    return _misprint("wrong_total", content, rng, totals, _other_digit)


def _swapped_digits(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    parts = [term for r in _sums(content) for term, _ in r.terms if isinstance(term, At)]
    return _misprint("swapped_digits", content, rng, parts, _swapped)


def _copied_amount(content: DisclosureContent, rng: np.random.Generator) -> Planted | None:
    """An amount of another row of the same column, as when a form is filled in from the last one."""
    cells = _cells(content)
    sums = [r for r in _sums(content) if len([t for t, _ in r.terms if _amount(cells, t)]) >= 2]
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
    misprint = MisprintContent("wrong_formula", (), (printed,), (note,), f"note {index + 1} of {table.key}")
    return _with_table(content, replace(table, notes=notes)), misprint


_SORTS: tuple[Callable[[DisclosureContent, np.random.Generator], Planted | None], ...] = (
    _wrong_total,
    _swapped_digits,
    _copied_amount,
    _ratio_off,
    _wrong_formula,
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
