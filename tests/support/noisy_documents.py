"""Truth documents as a recogniser might read them: some amounts wrong, all with ranked alternatives.

The misreadings are those of amounts at low resolution: a digit taken for one of its look-alikes, a
digit lost or doubled, point and comma confused, rarely two digits swapped. Log-probabilities are
mostly calibrated; one wrong reading in twelve is over-confident, one in five does not list the
truth, and one in a hundred is repeated wherever the same number is printed.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from crossfoot import amounts
from crossfoot.arithmetic.proposal import At, Place, Proposal, Said
from crossfoot.document import Cell, Document, Equation, Reading, Term

LOOKALIKES = {
    "0": "869", "1": "74", "2": "73", "3": "859", "4": "19", "5": "638",
    "6": "850", "7": "12", "8": "360", "9": "803",
}  # fmt: skip


def proposals_of(document: Document) -> list[Proposal]:
    """The true relations of a document as finders would propose them, families by origin and line."""
    return [_proposal(equation) for equation in document.equations]


def _proposal(equation: Equation) -> Proposal:
    total = _place(equation.total)
    terms = tuple((_place(term), term.factor) for term in equation.terms)
    family = f"{equation.origin} {equation.id}"
    if isinstance(total, At) and all(isinstance(p, At) and p.table == total.table for p, _ in terms):
        rows = tuple(p.row - total.row for p, _ in terms if isinstance(p, At))
        cols = tuple(p.col - total.col for p, _ in terms if isinstance(p, At))
        line = f"col {total.col} {cols}" if not any(rows) else f"row {total.row} {rows}"
        family = f"{equation.origin} {equation.relation} {total.table} {line}"
    return Proposal(
        equation.relation, equation.strength, equation.origin, total, terms, family,
        {"law": 0.95, "usual": 0.85, "hint": 0.6}[equation.strength], "It is true.", equation.tolerance,
    )  # fmt: skip


def _place(term: Term) -> Place:
    if term.mention is not None:
        return Said(term.mention)
    assert term.table is not None
    assert term.row is not None
    assert term.col is not None
    return At(term.table, term.row, term.col)


def misread(document: Document, share: float, seed: int) -> Document:
    """The document with `share` of its amounts other than zero read wrongly."""
    chance = random.Random(seed)  # noqa: S311
    shared: dict[str, str] = {}
    tables = []
    for table in document.tables:
        cells = tuple(_read(cell, share, chance, shared) for cell in table.cells)
        tables.append(replace(table, cells=cells))
    return replace(document, tables=tuple(tables), equations=())


def _read(cell: Cell, share: float, chance: random.Random, shared: dict[str, str]) -> Cell:
    if cell.amount is None or cell.header:
        return cell
    text = cell.text
    if not cell.amount:
        return _with(cell, [(text, -1e-4)])
    wrong: str | None = shared.get(text)
    if wrong is None and chance.random() < share:
        wrong = confused(text, chance)
        if chance.random() < 0.01:
            shared[text] = wrong
    if wrong is None or wrong == text or amounts.parse(wrong) is None:
        return _with(cell, _ranked(text, None, _sureness(chance), chance))
    sure = _surely_wrong(chance)
    return _with(cell, _ranked(wrong, text if chance.random() < 0.8 else None, sure, chance))


def _sureness(chance: random.Random) -> float:
    """Probability of a right reading: mostly near one, at times low."""
    return 1 - min(0.6, 10 ** chance.uniform(-5, -1.0) * (6 if chance.random() < 0.08 else 1))


def _surely_wrong(chance: random.Random) -> float:
    """Probability that a wrong reading is given; one in twelve is sure of itself."""
    return chance.uniform(0.985, 0.9999) if chance.random() < 1 / 12 else chance.uniform(0.4, 0.93)


def _ranked(best: str, truth: str | None, sure: float, chance: random.Random) -> list[tuple[str, float]]:
    """Alternatives, best first; what is left after `sure` is shared out, a part of it to nothing."""
    others = [truth] if truth is not None else []
    for _ in range(chance.randint(2, 7)):
        text = confused(best, chance)
        if text not in (*others, best) and amounts.parse(text) is not None:
            others.append(text)
    if truth is not None and chance.random() < 0.25 and len(others) > 1:
        others[0], others[1] = others[1], others[0]  # the truth is not always second
    rest = (1 - sure) * 0.9
    ranked = [(best, math.log(sure))]
    for text in others:
        part = rest * chance.uniform(0.5, 0.9)
        ranked.append((text, math.log(max(part, 1e-9))))
        rest -= part
    return ranked


def _with(cell: Cell, ranked: list[tuple[str, float]]) -> Cell:
    text, score = ranked[0]
    reading = Reading(text, math.exp(score), "simulated", tuple(ranked))
    parsed = amounts.parse(text)
    assert parsed is not None
    return replace(cell, text=text, amount=parsed.value, reading=reading, state=None, equations=())


def confused(text: str, chance: random.Random) -> str:
    """A text with one misreading, or the same where it has no digit to misread."""
    places = [i for i, c in enumerate(text) if c in LOOKALIKES]
    if not places:
        return text
    at, kind = chance.choice(places), chance.random()
    if kind < 0.8:
        return text[:at] + chance.choice(LOOKALIKES[text[at]]) + text[at + 1 :]
    if kind < 0.87:
        return text[:at] + text[at + 1 :]
    if kind < 0.92:
        return text[: at + 1] + text[at] + text[at + 1 :]
    if kind < 0.97:
        return _separators(text)
    if at + 1 < len(text) and text[at + 1] in LOOKALIKES:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + chance.choice(LOOKALIKES[text[at]]) + text[at + 1 :]


def _separators(text: str) -> str:
    """Comma read as point, or the point lost."""
    if "." in text:
        return text.replace(".", "", 1) if "," not in text else text.replace(".", ",", 1)
    return text.replace(",", ".", 1)
