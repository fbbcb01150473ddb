"""Equations of a truth, computed again from what is printed in the cells and mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext
from math import prod

from .. import amounts
from ..document import Cell, Document, Equation, Mention, Table, Term

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)  # of a label: 产出指标（40分）
Fault = tuple[str, str]
"""Address in the document and reason."""

DIGITS = 200  # of the working precision; a product of terms of 30 digits stays exact or nearly
_EXACT = ("sum", "equal", "at_most")


class _NoValueError(Exception):
    """A term that refers to nothing, or to what is no number."""


@dataclass(frozen=True)
class _Values:
    """What terms can point at."""

    tables: dict[str, Table]
    mentions: dict[str, Mention]

    def of(self, term: Term) -> Decimal:
        """The printed number times the factor; blanks and dashes count as 0."""
        return self._printed(term) * term.factor

    def _printed(self, term: Term) -> Decimal:
        if term.mention is not None:
            if (term.table, term.row, term.col) != (None, None, None):
                raise _NoValueError("points at a cell and at a mention")
            if term.mention not in self.mentions:
                raise _NoValueError(f"there is no mention {term.mention}")
            return self.mentions[term.mention].amount
        if term.table is None or term.row is None or term.col is None:
            raise _NoValueError("points at neither a cell nor a mention")
        if term.table not in self.tables:
            raise _NoValueError(f"there is no table {term.table}")
        try:
            return _number(self.tables[term.table].cell_at(term.row, term.col))
        except KeyError:
            raise _NoValueError(f"table {term.table} has no address ({term.row}, {term.col})") from None


def faults(document: Document) -> Iterator[Fault]:
    """Equations that point at nothing, or whose `residual` or `holds` is not what the print gives.

    The residual is the total minus what its terms make: their sum, the one term, their
    product, or the first divided by the second, each times its factor.
    """
    values = _Values({t.id: t for t in document.tables}, {m.id: m for m in document.mentions})
    with localcontext() as context:
        context.prec = DIGITS
        for index, equation in enumerate(document.equations):
            address = f"equations[{index}]"
            try:
                total = _term(values, equation.total, "total")
                terms = [_term(values, t, f"terms[{i}]") for i, t in enumerate(equation.terms)]
                computed = _residual(equation, total, terms)
            except _NoValueError as error:
                yield address, str(error)
            else:
                yield from ((address, reason) for reason in _compare(equation, computed))


def _term(values: _Values, term: Term, name: str) -> Decimal:
    try:
        return values.of(term)
    except _NoValueError as error:
        raise _NoValueError(f"{name}: {error}") from None


def _number(cell: Cell) -> Decimal:
    """The number that a cell prints; percentages, counts and weights in labels are no amount but one."""
    if cell.amount is not None:
        return cell.amount
    if amounts.printed(cell.text) in ("blank", "dash"):
        return Decimal(0)
    parsed = amounts.parse(cell.text)
    if parsed is not None:
        return parsed.value
    numbers = _NUMBER.findall(amounts.normalize(cell.text))
    if len(numbers) != 1:
        raise _NoValueError(f"{cell.text[:40]!r} is no number")
    return Decimal(numbers[0])


def _residual(equation: Equation, total: Decimal, terms: list[Decimal]) -> Decimal | None:
    """Total minus the right side; None where that is undefined."""
    wanted = {"equal": 1, "at_most": 1, "ratio": 2}.get(equation.relation)
    if not terms or (wanted is not None and len(terms) != wanted):
        raise _NoValueError(f"{equation.relation} with {len(terms)} terms")
    if equation.relation == "product":
        return total - prod(terms)
    if equation.relation == "ratio":
        try:
            return total - terms[0] / terms[1]
        except (DivisionByZero, InvalidOperation):
            return None
    return total - sum(terms)


def _compare(equation: Equation, computed: Decimal | None) -> Iterator[str]:
    if computed is None:
        if equation.residual is not None or equation.holds is not None:
            yield "divides by zero, so that residual and holds must be null"
        return
    if equation.residual is not None and not _same(equation, equation.residual, computed):
        yield f"residual is {equation.residual}, the print gives {_shown(computed)}"
    distance = computed if equation.relation == "at_most" else abs(computed)
    holds = distance <= equation.tolerance
    if equation.holds is not None and equation.holds != holds:
        word = "holds" if holds else "does not hold"
        yield f"it {word}: residual {_shown(computed)}, tolerance {equation.tolerance}"


def _same(equation: Equation, stated: Decimal, computed: Decimal) -> bool:
    if equation.relation in _EXACT:
        return stated == computed
    # A quotient has no end; what is stated was rounded at its last digit, one way or another.
    unit = Decimal(1).scaleb(int(stated.as_tuple().exponent))
    return abs(stated - computed) < unit or stated == computed


def _shown(value: Decimal) -> str:
    return f"{value:f}" if len(f"{value:f}") <= 40 else f"{value:.12f}…"
