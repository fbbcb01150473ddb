"""Equations in words: one line that says what should equal what, with the amounts as printed.

Workbooks, pages and the command line say the same of an equation, so it is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from ..document import Cell, Document, Equation, Table, Term

MAX_TERMS = 12  # in a sentence; a workbook has them all
_LABEL = 24  # characters of a row's or column's name
_LABELS = ("code", "name", "text")


class Places:
    """What stands at the places of a document's equations."""

    def __init__(self, document: Document) -> None:
        self._tables = {table.id: table for table in document.tables}
        self._mentions = {mention.id: mention for mention in document.mentions}

    def cell(self, term: Term) -> Cell | None:
        """The cell of a term; None for a mention and for what the document has not."""
        table = self._tables.get(term.table) if term.table is not None else None
        if table is None or term.row is None or term.col is None:
            return None
        rows, cols = table.shape
        inside = 0 <= term.row < rows and 0 <= term.col < cols
        return table.cell_at(term.row, term.col) if inside else None

    def address(self, term: Term) -> str:
        """Table, row and column, or the mention: t1 (4, 2)."""
        if term.mention is not None:
            return term.mention
        return f"{term.table} ({term.row}, {term.col})"

    def text(self, term: Term) -> str:
        """What is printed there, or what stands for nothing."""
        if term.mention is not None and term.mention in self._mentions:
            return _one_line(self._mentions[term.mention].text) or "blank"
        cell = self.cell(term)
        return (_one_line(cell.text) or "blank") if cell is not None else "?"

    def name(self, term: Term) -> str:
        """What row and column call it: 合计, 基本支出."""
        cell = self.cell(term)
        if cell is None:
            mention = self._mentions.get(term.mention or "")
            return _short(mention.phrase) if mention else ""
        table = self._tables[term.table or ""]
        return ", ".join(name for name in (_row_name(table, cell), _column_name(table, cell)) if name)

    def formula(self, equation: Equation, most: int | None = None) -> str:
        """1,133.08 = 916.82 + 216.26; `most` is how many terms are written out."""
        terms = equation.terms if most is None else equation.terms[:most]
        left = len(equation.terms) - len(terms)
        side = self._side(equation, terms, self._amount)
        more = f" … and {left} more" if left else ""
        return f"{self.text(equation.total)} {_SIGN[equation.relation]} {side}{more}"

    def addresses(self, equation: Equation) -> str:
        """The same with addresses in the place of amounts."""
        side = self._side(equation, equation.terms, self.address)
        return f"{self.address(equation.total)} {_SIGN[equation.relation]} {side}"

    def _amount(self, term: Term) -> str:
        text = self.text(term)
        return f"({text})" if text.startswith(("-", "−", "－")) else text

    def _side(self, equation: Equation, terms: Iterable[Term], shown: Callable[[Term], str]) -> str:
        """The right side, each term as `shown` writes it."""
        joint = {"product": " × ", "ratio": " / "}.get(equation.relation)
        if joint is not None:
            return joint.join(f"{_factor(term.factor)}{shown(term)}" for term in terms)
        pieces: list[str] = []
        for term in terms:
            pieces += ["−" if term.factor < 0 else "+", f"{_factor(abs(term.factor))}{shown(term)}"]
        return " ".join(pieces[1:] if pieces[:1] == ["+"] else pieces)

    def sentence(self, equation: Equation) -> str:
        """What an equation that misses says, in one sentence with its address and by how much."""
        name = self.name(equation.total)
        where = f"{self.address(equation.total)}{f' [{name}]' if name else ''}"
        off = equation.residual
        gap = "" if off is None else f", off by {_signed(off)}"
        why = f" ({_one_line(equation.reason)})" if equation.reason else ""
        verdict = "does not hold" if equation.holds is False else "holds within rounding"
        return f"{where}: {self.formula(equation, MAX_TERMS)} {verdict}{gap}{why} [{equation.origin}]"


_SIGN = {"sum": "=", "equal": "=", "at_most": "≤", "product": "=", "ratio": "="}


def failing(document: Document) -> list[Equation]:
    """Equations that do not hold, those of laws first, then the worst."""
    return sorted(
        (equation for equation in document.equations if equation.holds is False),
        key=lambda e: (e.strength == "hint", -abs(e.residual or Decimal(0)), e.id),
    )


def rounded(document: Document) -> list[Equation]:
    """Sums and equalities that hold within rounding only, in the order found."""
    return [e for e in document.equations if e.holds and e.residual and e.relation in ("sum", "equal")]


def equations_of(document: Document, table_id: str) -> Iterator[Equation]:
    """Those that a table has a part in."""
    return (
        equation
        for equation in document.equations
        if any(term.table == table_id for term in (equation.total, *equation.terms))
    )


def _factor(factor: Decimal) -> str:
    return "" if factor == 1 else f"{factor.normalize():f} × "


def _signed(value: Decimal) -> str:
    return f"{'+' if value > 0 else ''}{value:f}".replace("-", "−")


def _row_name(table: Table, cell: Cell) -> str:
    """The texts of the label cells on the left that are nearest to a cell."""
    names: list[str] = []
    for col in range(cell.col - 1, -1, -1):
        role = table.columns[col].role if col < len(table.columns) else None
        beside = table.cell_at(cell.row, col)
        if names and role not in _LABELS:
            break
        if role in _LABELS and beside.text.strip():
            names.insert(0, _one_line(beside.text))
    return _short(" ".join(dict.fromkeys(names)))


def _column_name(table: Table, cell: Cell) -> str:
    """The lowest heading over a cell that is no column number."""
    for row in range(min(table.header_rows, cell.row) - 1, -1, -1):
        text = _one_line(table.cell_at(row, cell.col).text)
        if text and not text.isdigit():
            return _short(text)
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"
