"""One sentence on an amount: the equation that forced a correction, what a dispute is about, what proves it.

Sentences are made from the document alone, so that they say the same wherever it is read. Rows
are named by their codes, or by what their labels and headers say.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal

from ..document import Cell, Document, Equation, Table, Term
from ..errors import OptionsError
from .view import Row, TableView

Language = Literal["en", "zh"]
MAX_TERMS = 6  # of a long sum; the others are counted
MAX_NAME = 24  # characters of one label
MAX_READ = 48  # of a reading; amounts have at most 30 digits

_PHRASES: Final[Mapping[str, Mapping[Language, str]]] = {
    "corrected": {
        "en": "{names}: {numbers}; read {read}, only {now} adds up",
        "zh": "{names}：{numbers}；识别为 {read}，只有 {now} 能使等式成立",
    },
    "disputed": {
        "en": "{names}: {numbers}, off by {gap}; read {read}{closing}",
        "zh": "{names}：{numbers}，相差 {gap}；识别为 {read}{closing}",
    },
    "disputed as given": {
        "en": "{names}: {numbers}, off by {gap}; given as {read}{closing}",
        "zh": "{names}：{numbers}，相差 {gap}；原值为 {read}{closing}",
    },
    "closing": {"en": ", {value} would add up", "zh": "，改为 {value} 才相符"},
    "proven": {"en": "{names}: {numbers}", "zh": "{names}：{numbers}"},
    "confirmed": {"en": "{read} was confirmed by a person", "zh": "{read} 已由人工确认"},
    "no_equation": {"en": "no equation reaches {read}", "zh": "没有等式可核对 {read}"},
    "unreadable_partner": {
        "en": "an amount in the equations of {read} cannot be read",
        "zh": "与 {read} 相关的等式中有金额无法识别",
    },
    "rounding": {
        "en": "{read} agrees within rounding, which proves no last digit",
        "zh": "{read} 在四舍五入误差内相符，末位未能证实",
    },
    "limit": {
        "en": "the equations of {read} were not solved in time",
        "zh": "与 {read} 相关的等式未能在限定时间内求解",
    },
    "ambiguous": {
        "en": "the equations of {read} hold, but would hold as well if it and another amount were misread",
        "zh": "与 {read} 相关的等式成立，但若它与另一金额同时误识，等式也会成立",
    },
    "contradicted": {
        "en": "an equation with {read} fails, and which of its amounts is wrong cannot be told",
        "zh": "含 {read} 的等式不成立，无法判断哪个金额有误",
    },
    "rows_missing": {
        "en": "the table leaves out rows that the sum of {read} needs",
        "zh": "表中缺少 {read} 求和所需的行",
    },
    "none": {"en": "the cell bears no amount", "zh": "该单元格没有金额"},
    "more": {"en": "{count} more", "zh": "另 {count} 项"},
    "text": {"en": "text “{text}”", "zh": "正文“{text}”"},
    "cell": {"en": "row {row} column {col}", "zh": "第{row}行第{col}列"},
}
_SIGNS = {"sum": "=", "equal": "=", "at_most": "≤", "product": "=", "ratio": "="}
_WEIGHTS = {"law": 0, "usual": 1, "hint": 2}


def explain(document: Document, table_id: str, row: int, col: int, language: Language = "en") -> str:
    """One sentence that says why the amount at an address is in the state that it is in.

    For many cells of one document an `Explainer` looks its equations and labels up only once.

    Args:
        document: reconciled; equations and states are taken from it as they are.
        table_id, row, col: any address that the cell covers.
        language: en or zh.

    Raises:
        OptionsError: no such table or address, or another language.
    """
    return Explainer(document, language).sentence(table_id, row, col)


class Explainer:
    """Sentences on the amounts of one document, as `explain` has them.

    Raises:
        OptionsError: a language other than en and zh.
    """

    def __init__(self, document: Document, language: Language = "en") -> None:
        if language not in ("en", "zh"):
            raise OptionsError(f"{language!r} is neither en nor zh", name="language")
        self._document = document
        self._language = language
        self._tables = {table.id: table for table in reversed(document.tables)}
        self._mentions = {mention.id: mention for mention in reversed(document.mentions)}
        self._views: dict[str, TableView] = {}
        self._rows: dict[str, list[dict[int, Row]]] = {}

    def sentence(self, table_id: str, row: int, col: int) -> str:
        """Why the amount at an address is in its state.

        Raises:
            OptionsError: no such table or address.
        """
        table = self._tables.get(table_id)
        if table is None:
            raise OptionsError(f"there is no table {table_id!r}", name="table")
        if not (0 <= row < table.shape[0] and 0 <= col < table.shape[1]):
            raise OptionsError(f"({row}, {col}) is outside {table_id}", name="address")
        return self._sentence(table, table.cell_at(row, col))

    def _sentence(self, table: Table, cell: Cell) -> str:
        if cell.state is None:
            return self._say("none")
        read = _shown(cell.amount, _printed(cell.text))
        if cell.state == "confirmed":
            return self._say("confirmed", read=read)
        if cell.state == "unchecked":
            why = cell.why if cell.why in _PHRASES else "no_equation"
            return self._say(why or "no_equation", read=read)
        equation = self._telling(cell)
        if equation is None:
            return self._say("contradicted" if cell.state == "disputed" else "no_equation", read=read)
        shown = self._shown_terms(equation, table, cell)
        parts = {"names": self._names(equation, shown, table), "numbers": self._numbers(equation, shown)}
        if cell.state == "disputed":
            closing = self._closing(equation, table, cell)
            gap = _shown(abs(equation.residual or Decimal(0)), "")
            phrase = "disputed" if cell.reading is not None else "disputed as given"
            return self._say(phrase, **parts, gap=gap, read=read, closing=closing)
        if cell.correction is not None:
            first = _printed(cell.reading.text) if cell.reading is not None else ""
            return self._say("corrected", **parts, read=first or "—", now=read)
        return self._say("proven", **parts)

    def _say(self, phrase: str, **values: str) -> str:
        return _PHRASES[phrase][self._language].format(**values)

    @cached_property
    def _equations(self) -> dict[int, Equation]:
        return {equation.id: equation for equation in self._document.equations}

    def _telling(self, cell: Cell) -> Equation | None:
        """The equation that says most: of those that forced the correction, fail, or hold, the strongest."""
        numbers = cell.correction.equations if cell.correction is not None else cell.equations
        if cell.state == "disputed":
            numbers = cell.equations
        found = [self._equations[number] for number in numbers if number in self._equations]
        fitting = [e for e in found if e.holds is (cell.state != "disputed")]
        return min(fitting, key=lambda e: (_WEIGHTS[e.strength], e.relation != "sum", e.id), default=None)

    def _shown_terms(self, equation: Equation, table: Table, cell: Cell) -> tuple[Term, ...]:
        """All terms, or of a long sum the one that it is about and the first that are not zero."""
        if len(equation.terms) <= MAX_TERMS:
            return equation.terms
        ranked = sorted(
            range(len(equation.terms)),
            key=lambda i: (
                not _is_at(equation.terms[i], table, cell),
                not self._amount(equation.terms[i]),
                i,
            ),
        )
        return tuple(equation.terms[i] for i in sorted(ranked[:MAX_TERMS]))

    def _names(self, equation: Equation, shown: tuple[Term, ...], home: Table) -> str:
        """The equation in names, parts first: `2010301 + 2010302 = 20103`."""
        within = all(term.table == equation.total.table for term in equation.terms)
        level = within and all(term.row == equation.total.row for term in equation.terms)
        across = not within or equation.total.table != home.id
        parts = [self._name(term, level, across) for term in shown]
        return self._joined(equation, shown, parts, self._name(equation.total, level, across))

    def _numbers(self, equation: Equation, shown: tuple[Term, ...]) -> str:
        parts = [_shown(self._amount(term), "?") for term in shown]
        sign = _SIGNS[equation.relation] if equation.holds is not False else "≠"
        return self._joined(equation, shown, parts, _shown(self._amount(equation.total), "?"), sign)

    def _joined(
        self, equation: Equation, shown: tuple[Term, ...], parts: list[str], total: str, sign: str = "="
    ) -> str:
        between = {"product": " × ", "ratio": " ÷ "}.get(equation.relation, " + ")
        text = ""
        for term, part in zip(shown, parts, strict=True):
            minus = between == " + " and term.factor < 0
            factor = "" if abs(term.factor) == 1 else f" × {abs(term.factor):f}"
            joint = (" − " if minus else between) if text else ("−" if minus else "")
            text += f"{joint}{part}{factor}"
        if len(equation.terms) > len(shown):
            text += between + self._say("more", count=str(len(equation.terms) - len(shown)))
        if equation.relation == "at_most":
            return f"{total} {'>' if sign == '≠' else '≤'} {text}"
        return f"{text} {sign} {total}"

    def _closing(self, equation: Equation, table: Table, cell: Cell) -> str:
        """What the disputed amount would have to be."""
        if cell.amount is None or equation.residual is None or equation.relation not in ("sum", "equal"):
            return ""
        if _is_at(equation.total, table, cell):
            needed = cell.amount - equation.residual
        else:
            term = next((t for t in equation.terms if _is_at(t, table, cell)), None)
            if term is None or abs(term.factor) != 1:
                return ""
            needed = cell.amount + equation.residual * term.factor
        return self._say("closing", value=_shown(needed, ""))

    def _amount(self, term: Term) -> Decimal | None:
        if term.mention is not None:
            said = self._mentions.get(term.mention)
            return None if said is None else said.amount
        view = self._view(term.table)
        if view is None or term.row is None or term.col is None:
            return None
        if not (0 <= term.row < view.rows and 0 <= term.col < view.cols):
            return None
        return view.number(term.row, term.col)

    def _name(self, term: Term, level: bool, across: bool) -> str:
        """A term by its code or label; by its column where the equation runs along a row."""
        if term.mention is not None:
            said = self._mentions.get(term.mention)
            words = (said.phrase or said.text) if said is not None else ""
            return self._say("text", text=_short(words or term.mention))
        view = self._view(term.table)
        row, col = term.row, term.col
        if view is None or row is None or col is None or not (0 <= row < view.rows and 0 <= col < view.cols):
            return "?"
        name = (
            view.header_paths[col][-1] if level and view.header_paths[col] else self._row_name(view, row, col)
        )
        name = name or self._say("cell", row=str(row + 1), col=str(col + 1))
        return f"{view.id} {_short(name)}" if across else _short(name)

    def _view(self, table_id: str | None) -> TableView | None:
        if table_id is None:
            return None
        if table_id not in self._views:
            table = self._tables.get(table_id)
            if table is None:
                return None
            self._views[table_id] = TableView(table)
        return self._views[table_id]

    def _row_name(self, view: TableView, row: int, col: int) -> str:
        """The code of a row, else its name, else the nearest words on its left."""
        found = self._row(view, row, col)
        if found is not None and (found.code or found.name or found.label):
            return found.code or found.name or found.label
        for left in range(col - 1, -1, -1):
            text = view.text(row, left)
            if text and view.number(row, left) is None:
                return text
        return ""

    def _row(self, view: TableView, row: int, col: int) -> Row | None:
        if view.id not in self._rows:
            self._rows[view.id] = [{r.row: r for r in panel.rows} for panel in view.panels]
        panel = next((n for n, p in enumerate(view.panels) if col in p.cols), None)
        return None if panel is None else self._rows[view.id][panel].get(row)


def _is_at(term: Term, table: Table, cell: Cell) -> bool:
    return (term.table, term.row, term.col) == (table.id, cell.row, cell.col)


def _printed(text: str) -> str:
    """A reading on one line, cut where no amount is as long."""
    line = " ".join(text[: 4 * MAX_READ].split())
    return line if len(line) <= MAX_READ else line[: MAX_READ - 1] + "…"


def _shown(amount: Decimal | None, otherwise: str) -> str:
    return f"{amount:,f}" if amount is not None else otherwise


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"
