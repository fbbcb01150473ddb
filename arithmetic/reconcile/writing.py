"""The outcome as records: cells with states, equations with residuals, problems with places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ... import amounts
from ...document import Cell, Correction, Document, Equation, Problem, State, Table
from ..proposal import At, Place, Said
from .model import Model
from .quantities import as_decimal

STAGE = "arithmetic.reconcile"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one amount: its state, why, and the correction that led to it."""

    state: State | None
    why: str | None = None
    text: str | None = None
    correction: Correction | None = None


def without_states(document: Document) -> Document:
    """The document as it was read: no states, corrections or equations; what a person confirmed stays."""
    tables = tuple(replace(t, cells=tuple(_first_read(cell) for cell in t.cells)) for t in document.tables)
    problems = tuple(problem for problem in document.problems if problem.stage != STAGE)
    return replace(document, tables=tables, equations=(), problems=problems)


def _first_read(cell: Cell) -> Cell:
    if cell.state == "confirmed":
        return replace(cell, equations=()) if cell.equations else cell
    if cell.correction is not None and cell.reading is not None:
        parsed = amounts.parse(cell.reading.text)
        cell = replace(cell, text=cell.reading.text, amount=parsed.value if parsed else None)
    if cell.state is None and cell.why is None and cell.correction is None and not cell.equations:
        return cell
    return replace(cell, state=None, why=None, correction=None, equations=())


def written(
    document: Document, model: Model, verdicts: Mapping[int, Verdict], problems: Iterable[Problem]
) -> Document:
    """The document with the model's equations, and the verdicts on its quantities."""
    by_place = {quantity.place: i for i, quantity in enumerate(model.known)}
    by_table: dict[str, dict[tuple[int, int], int]] = {}
    for place, index in by_place.items():
        if not isinstance(place, Said):
            by_table.setdefault(place.table, {})[place.row, place.col] = index
    tables = tuple(_table(table, by_table.get(table.id, {}), model, verdicts) for table in document.tables)
    equations = tuple(_equation(model, number) for number in range(len(model.relations)))
    return replace(
        document, tables=tables, equations=equations, problems=(*document.problems, *dict.fromkeys(problems))
    )


def _table(
    table: Table, places: Mapping[tuple[int, int], int], model: Model, verdicts: Mapping[int, Verdict]
) -> Table:
    cells = []
    for cell in table.cells:
        index = places.get((cell.row, cell.col))
        if index is not None:
            cells.append(_cell(cell, index, model, verdicts))
        elif cell.amount is None or cell.header or cell.state == "confirmed":
            cells.append(cell)
        else:
            beyond = At(table.id, cell.row, cell.col) in model.left_out
            cells.append(replace(cell, state="unchecked", why="limit" if beyond else "no_equation"))
    return replace(table, cells=tuple(cells))


def _cell(cell: Cell, index: int, model: Model, verdicts: Mapping[int, Verdict]) -> Cell:
    numbers = tuple(number + 1 for number in model.touching[index])
    if cell.state == "confirmed":
        return replace(cell, equations=numbers)
    verdict = verdicts.get(index, Verdict(None))
    cell = replace(cell, state=verdict.state, why=verdict.why, equations=numbers)
    if verdict.text is None:
        return cell
    return replace(cell, text=verdict.text, amount=_number(verdict.text), correction=verdict.correction)


def _number(text: str) -> Decimal | None:
    parsed = amounts.parse(text)
    return parsed.value if parsed else None


def _equation(model: Model, number: int) -> Equation:
    relation = model.relations[number]
    proposal = relation.proposal
    tolerance = proposal.tolerance
    if relation.rounded:
        # Half a unit per amount: exact in decimals, for the unit is a power of ten.
        tolerance = as_decimal(int(relation.tolerance * 10 ** (model.scale + 1)), model.scale + 1)
    return Equation(
        number + 1,
        proposal.relation,
        proposal.strength,
        proposal.origin,
        proposal.total.term(),
        tuple(place.term(factor) for place, factor in proposal.terms),
        tolerance,
        relation.printed_residual(model.values),
        model.holds[number],
        proposal.reason,
    )


def where(place: Place) -> str:
    """How a problem names a place."""
    return place.mention if isinstance(place, Said) else f"{place.table} ({place.row}, {place.col})"
