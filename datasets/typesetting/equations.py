"""The relations of a disclosure as equations between printed amounts.

Each is judged by what stands on paper: blanks and dashes count as 0, a misprinted amount
as what it prints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import mul
from typing import Any

from ... import amounts
from ...document import Equation, Term
from ...errors import InputError
from ..content import At, CellContent, DisclosureContent, Ref, RelationContent, Said

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PLACES = Decimal("0.000001")  # a ratio has no end; a residual needs no more


@dataclass(frozen=True, slots=True)
class Names:
    """Ids in the document: of tables by their key, of mentions by paragraph and index."""

    tables: Mapping[str, str]
    mentions: Mapping[tuple[str, int], str]

    def term(self, ref: Ref, factor: Decimal = Decimal(1)) -> Term:
        """A term of an equation."""
        return Term(**self.address(ref), factor=factor)

    def address(self, ref: Ref) -> dict[str, Any]:
        """{table, row, col} or {mention}."""
        if isinstance(ref, Said):
            return {"mention": self.mentions[ref.key, ref.index]}
        return {"table": self.tables[ref.key], "row": ref.row, "col": ref.col}


class Print:
    """What is printed at each cell and mention of a disclosure."""

    def __init__(self, content: DisclosureContent) -> None:
        self._name = content.name
        self._cells: dict[tuple[str, int, int], CellContent] = {
            (table.key, row, col): cell
            for table in content.tables
            for cell in table.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for col in range(cell.col, cell.col + cell.col_span)
        }
        self._said = {
            (p.key, index): said.amount for p in content.paragraphs for index, said in enumerate(p.mentions)
        }

    def start(self, ref: Ref) -> Ref:
        """`ref` with the address at which the cell that covers it starts.

        Raises:
            InputError: it points at nothing.
        """
        if isinstance(ref, At):
            cell = self._cell(ref)
            return At(ref.key, cell.row, cell.col)
        self._mention(ref)
        return ref

    def value(self, ref: Ref) -> Decimal | None:
        """The number that is printed: 0 for blanks and dashes, None where there is none.

        A label counts for its only number (产出指标（40分） for 40).
        """
        if isinstance(ref, Said):
            return self._mention(ref)
        cell = self._cell(ref)
        if cell.amount is not None:
            return cell.amount
        parsed = amounts.parse(cell.text)
        if parsed is not None:
            return parsed.value
        if amounts.printed(cell.text) in ("blank", "dash"):
            return Decimal(0)
        numbers = _NUMBER.findall(amounts.normalize(cell.text))
        return Decimal(numbers[0]) if len(numbers) == 1 else None

    def residual(self, relation: RelationContent) -> Decimal | None:
        """Printed total less what the printed terms give; None if one has no number or divides by 0."""
        total = self.value(relation.total)
        values = [(self.value(ref), factor) for ref, factor in relation.terms]
        known = [value * factor for value, factor in values if value is not None]
        if total is None or len(known) < len(values):
            return None
        if relation.relation == "product":
            return total - reduce(mul, known, Decimal(1))
        if relation.relation == "ratio":
            over, under = known
            return total - over / under if under else None
        return total - sum(known, Decimal(0))

    def _cell(self, ref: At) -> CellContent:
        cell = self._cells.get((ref.key, ref.row, ref.col))
        if cell is None:
            raise InputError(f"no cell at ({ref.row}, {ref.col}) of table {ref.key!r}", name=self._name)
        return cell

    def _mention(self, ref: Said) -> Decimal:
        amount = self._said.get((ref.key, ref.index))
        if amount is None:
            raise InputError(f"no mention {ref.index} in paragraph {ref.key!r}", name=self._name)
        return amount


def equation(number: int, relation: RelationContent, printed: Print, names: Names) -> Equation:
    """The equation `number` for a relation, with the residual of the print.

    Raises:
        InputError: the relation points at nothing, or is a ratio of other than two terms.
    """
    if relation.relation == "ratio" and len(relation.terms) != 2:
        raise InputError(f"a ratio of {len(relation.terms)} terms", name=f"relation {number}")
    residual = printed.residual(relation)
    holds = None
    if residual is not None:
        holds = (residual if relation.relation == "at_most" else abs(residual)) <= relation.tolerance
        if relation.relation == "ratio":
            residual = residual.quantize(_PLACES)
    return Equation(
        id=number,
        relation=relation.relation,
        strength=relation.strength,
        origin=relation.origin,
        total=names.term(printed.start(relation.total)),
        terms=tuple(names.term(printed.start(ref), factor) for ref, factor in relation.terms),
        tolerance=relation.tolerance,
        residual=residual,
        holds=holds,
    )
