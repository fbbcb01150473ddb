"""A table as finders see it: numbers at addresses, label and amount columns side by side, rows with roles.

Built once per table and shared by all finders, so that what a label, a code or a total row is,
is decided in one place. A table that prints two or three lists side by side is as many panels.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Literal

from .. import amounts
from ..document import Cell, Table

RowRole = Literal["total", "of_which", "item", "section", "note", "blank"]

MAX_EXPONENT = 60  # digits before and after the point that any amount or factor may have

_SPACES = re.compile(r"\s+")
_CODE = re.compile(r"\d{3,9}", re.ASCII)
_LEADING_CODE = re.compile(r"(\d{3}|\d{5,9})(?=[^\d.,%年万元])", re.ASCII)
_TOTAL = re.compile(r"(?:合计|总计|小计|共计|总分)(?:\([^()]*\))?$|^(?:合计|总计|小计|共计)(?![划算])")
_OF_WHICH = re.compile(r"^其中")
_REMARK = re.compile(r"\([^()]*\)")
_NOTE = re.compile(r"^(?:注|备注|说明)\d*[:.、]")
_LABELS = ("code", "name", "line_number", "text")
_LABEL_HEAD = re.compile(r"(?:编码|代码|名称|科目|项目|单位|备注|说明|用途|行次|栏次|序号|[类款项])$")
_POINTS = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,2})?)分")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_CHINESE = "一二三四五六七八九十"
_ORDINALS = (
    (1, re.compile(rf"^([{_CHINESE}]+)[、.,]")),
    (2, re.compile(rf"^\(([{_CHINESE}]+)\)")),
    (3, re.compile(r"^(\d{1,2})[.、](?!\d)", re.ASCII)),
    (4, re.compile(r"^\((\d{1,2})\)", re.ASCII)),
)


def plain(text: str) -> str:
    """A label without spaces, in half-width forms: `合 计` and `合计` are one."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))


def usable(value: Decimal) -> bool:
    """Whether a number is of a size that a print may have; hostile JSON may say NaN or 1E+999999."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_EXPONENT and value.adjusted() <= MAX_EXPONENT


def _printable(table: Table) -> Table:
    """The table, amounts that no print may have taken for words."""
    if all(cell.amount is None or usable(cell.amount) for cell in table.cells):
        return table
    cells = (c if c.amount is None or usable(c.amount) else replace(c, amount=None) for c in table.cells)
    return replace(table, cells=tuple(cells))


def label_number(text: str) -> Decimal | None:
    """The points that a label names, 40 of 产出指标（40分）; None where it has none or other numbers too."""
    label = plain(text)
    match = _POINTS.search(label)
    if match is None or len(_DIGITS.findall(label)) != 1 or match[0] == label:
        return None
    return Decimal(match[1])


@dataclass(frozen=True, slots=True)
class Ordinal:
    """The number that a label begins with: 一、 is level 1, （一） 2, 1. 3 and (1) 4."""

    level: int
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """A body row of one panel.

    Attributes:
        row: its index in the table.
        label: what names it, plain: the name, or all label cells where no column is a name.
        name: the label without ordinal and 其中：.
        code: digits of its code, parts in several columns joined; None where it has none.
        line: its printed line number (行次); None where it has none.
        ordinal: the number that its label begins with.
        role: what it is; a total row is one by its words, a section by its label that spans the amounts,
            a header that is printed once more a note.
        indent: spaces printed before its name, where the print kept them.
        mark: which of its label columns are filled; rows of one kind are filled alike.
    """

    row: int
    label: str
    name: str
    code: str | None
    line: int | None
    ordinal: Ordinal | None
    role: RowRole
    indent: int = 0
    mark: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the lists that stand side by side in a table: its label columns, then its amounts.

    `numbers` are its columns of amounts and ratios, `cols` all of its columns. Rows without
    any label are among `rows` as well, blank or with a line number alone.
    """

    cols: range
    labels: tuple[int, ...]
    numbers: tuple[int, ...]
    rows: tuple[Row, ...]


class TableView:
    """A table with its numbers and labels looked up once; never changes the table."""

    def __init__(self, table: Table) -> None:
        self.table = _printable(table)
        self.id = table.id
        self.rows, self.cols = table.shape
        self.header_rows = table.header_rows
        self.body = range(table.header_rows, table.shape[0])
        self._texts: dict[tuple[int, int], str] = {}

    def cell(self, row: int, col: int) -> Cell:
        """The cell that covers an address."""
        return self.table.cell_at(row, col)

    def text(self, row: int, col: int) -> str:
        """The plain text at an address."""
        cell = self.cell(row, col)
        start = (cell.row, cell.col)
        if start not in self._texts:
            self._texts[start] = plain(cell.text)
        return self._texts[start]

    def number(self, row: int, col: int) -> Decimal | None:
        """The number at an address: 0 for a blank or a dash, None for words and for what is unreadable.

        Percentages and counts that a cell spells are numbers as well; codes are for labels.
        """
        cell = self.cell(row, col)
        if cell.amount is not None:
            return cell.amount
        if amounts.printed(cell.text) in ("blank", "dash"):
            return Decimal(0)
        parsed = amounts.parse(cell.text)
        return parsed.value if parsed is not None else None

    def bears_number(self, row: int, col: int) -> bool:
        """Whether a number other than zero is printed at an address."""
        return bool(self.number(row, col))

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The role of each column; `text` where nothing is known.

        Right of a column of amounts, one that holds a few amounts, or nothing at all between others, is
        one of amounts as well, unless its header names labels.
        """
        known = [column.role or "text" for column in self.table.columns]
        roles = (known + ["text"] * self.cols)[: self.cols]
        first = roles.index("amount") if "amount" in roles else self.cols
        wordless = [
            c for c in range(first, self.cols) if roles[c] in ("name", "text") and self._is_wordless(c)
        ]
        for col in wordless:
            if any(self.cell(row, col).amount for row in self.body):
                roles[col] = "amount"
        last = max((col for col, role in enumerate(roles) if role == "amount"), default=0)
        return tuple("amount" if col in wordless and col < last else role for col, role in enumerate(roles))

    def _is_wordless(self, col: int) -> bool:
        """Whether a column's header names no labels, and below it stand only amounts, blanks and strokes."""
        path = self.header_paths[col]
        if not path or _LABEL_HEAD.search(_REMARK.sub("", path[-1])):
            return False
        cells = (self.cell(row, col) for row in self.body)
        return all(cell.amount is not None or len(plain(cell.text)) <= 1 for cell in cells)

    @cached_property
    def _repeated(self) -> frozenset[int]:
        """Body rows that print a row of the header once more, as tables do on each new page."""
        headers = [
            [self.text(row, col) for col in range(self.cols)] for row in range(min(self.header_rows, 8))
        ]
        telling = [texts for texts in headers if len(set(filter(None, texts))) >= 2]
        return frozenset(
            row
            for row in self.body
            if any(all(self.text(row, col) == text for col, text in enumerate(texts)) for texts in telling)
        )

    @cached_property
    def header_paths(self) -> tuple[tuple[str, ...], ...]:
        """Per column the plain texts of its header cells from the top, column numbers left out."""
        return tuple(
            tuple(
                dict.fromkeys(
                    text
                    for row in range(self.header_rows)
                    if row != self._numbering and (text := self.text(row, col))
                )
            )
            for col in range(self.cols)
        )

    @cached_property
    def column_numbers(self) -> Mapping[int, int]:
        """Printed number → column, where the header has a row of column numbers (栏次)."""
        if self._numbering is None:
            return {}
        texts = [self.text(self._numbering, col) for col in range(self.cols)]
        return {int(text): col for col, text in reversed(list(enumerate(texts))) if _is_ordinal(text)}

    @cached_property
    def _numbering(self) -> int | None:
        """The header row that numbers the columns: mostly 1, 2, 3 … in order."""
        for row in reversed(range(self.header_rows)):
            numbers = [int(t) for col in range(self.cols) if _is_ordinal(t := self.text(row, col))]
            if len(numbers) >= 2 and numbers == sorted(numbers) and len(set(numbers)) == len(numbers):
                return row
        return None

    @cached_property
    def panels(self) -> tuple[Panel, ...]:
        """The lists that stand side by side; none in a form, whose columns have no roles."""
        spans: list[tuple[int, int]] = []
        start, filled = 0, False
        for col, role in enumerate(self.roles):
            label = role in _LABELS
            if filled and label and any(r not in _LABELS for r in self.roles[col:]):
                spans.append((start, col))
                start, filled = col, False
            filled = filled or not label
        spans.append((start, self.cols))
        panels = (self._panel(range(first, last)) for first, last in spans)
        return tuple(panel for panel in panels if panel.numbers)

    def _panel(self, cols: range) -> Panel:
        numbers = tuple(col for col in cols if self.roles[col] not in _LABELS)
        first = numbers[0] if numbers else cols.stop
        labels = tuple(col for col in cols if col < first)
        return Panel(cols, labels, numbers, tuple(self._row(row, labels) for row in self.body))

    def _row(self, row: int, labels: tuple[int, ...]) -> Row:
        if row in self._repeated:
            return Row(row, "", "", None, None, None, "note")
        texts = {cell.col: plain(cell.text) for col in labels if (cell := self.cell(row, col)).row == row}
        roles = {col: self.roles[max(col, labels[0])] for col in texts}
        digits = {col: t for col, t in texts.items() if t.isascii() and t.isdigit()}
        lines = [t for col, t in digits.items() if roles[col] == "line_number" and _is_ordinal(t)]
        line = int(lines[0]) if lines else None
        code = _joined([t for col, t in digits.items() if roles[col] == "code"])
        beside = [col for col in digits if roles[col] in ("code", "line_number")]
        words = {col: t for col, t in texts.items() if t and col not in beside}
        # What names a row is its name; other labels (a unit, a kind of goods) only where it has none.
        named = {col: t for col, t in words.items() if roles[col] == "name"} or words
        label = "".join(named.values())
        if code is None and (leading := _LEADING_CODE.match(label)):
            code, label = leading[1], label[leading.end() :]  # 201一般公共服务支出 in one cell
        elif code is None and _CODE.fullmatch(label):
            code, label = label, ""
        role = _row_role(label, code, line)
        if role == "item" and any(self.cell(row, col).cols.stop > labels[-1] + 1 for col in named):
            role = "section"  # a heading that spans the amounts
        if role == "item" and code is None and any(_TOTAL.search(t) for t in words.values()):
            role = "total"  # 合计 stands in the column of codes or of units
        indent = max((_indent(self.cell(row, col).text) for col in named), default=0)
        mark = tuple(bool(texts.get(col)) for col in labels)
        ordinal = read_ordinal(_OF_WHICH.sub("", label).lstrip(":"))
        return Row(row, label, _name(label), code, line, ordinal, role, indent, mark)


def read_ordinal(label: str) -> Ordinal | None:
    """The ordinal at the start of a plain label."""
    for level, pattern in _ORDINALS:
        if match := pattern.match(label):
            number = match[1]
            return Ordinal(level, int(number) if number.isdigit() else _chinese(number))
    return None


def _joined(codes: list[str]) -> str | None:
    """One code of its parts in several columns; a part may itself be the whole code so far."""
    code = ""
    for part in codes:
        code = part if code and part.startswith(code) and len(part) > len(code) else code + part
    return code or None


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _name(label: str) -> str:
    name = _OF_WHICH.sub("", label).lstrip(":")
    for _, pattern in _ORDINALS:
        if match := pattern.match(name):
            return name[match.end() :]
    return name


def _row_role(label: str, code: str | None, line: int | None) -> RowRole:
    if not label and code is None:
        return "blank"
    if _NOTE.match(label):
        return "note"
    if _OF_WHICH.match(label):
        return "of_which"
    return "total" if _TOTAL.search(label) else "item"


def _chinese(text: str) -> int:
    """一 … 九十九 as a number."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return _CHINESE.index(text[-1]) + 1
    return 10 * (_CHINESE.index(tens[-1]) + 1 if tens else 1) + (_CHINESE.index(ones[0]) + 1 if ones else 0)


def _is_ordinal(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) <= 3
