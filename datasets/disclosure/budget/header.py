"""Trees of columns, and the header rows that they make: headings over headings, column numbers, formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ....document import ColumnRole
from ..building import TableBuilder

Changes = Mapping[str, Any]
"""Attributes of a `Quantity` that a row or a column sets."""
Where = Changes | tuple[Changes, ...]
"""What is printed; figures are added up where there are several."""
Numbering = Literal["", "stars", "label", "plain", "formula"]
"""The row of column numbers under a header: none, **, 栏次, over every column, with formulas (1=2+3)."""
NEVER: tuple[Changes, ...] = ()
"""What a row or column holds that the organization has nothing of."""


@dataclass(frozen=True)
class Column:
    """A column, or a heading over several.

    `where` says what an amount column prints, added up where there are several. With `parts` it is a
    heading; `total` then names the heading's own column (小计), which prints `where` and, if
    `complete`, is the sum of the parts. `change` and `rate` name two columns by `key`: first − second
    and first / second in per cent. `prior` marks last year's figures; `joined` continues the heading
    of the side on the left.
    """

    text: str
    role: ColumnRole = "amount"
    where: Where = field(default_factory=dict)
    parts: tuple[Column, ...] = ()
    total: str = ""
    complete: bool = True
    key: str = ""
    change: tuple[str, str] | None = None
    rate: tuple[str, str] | None = None
    sign: str = "%"
    prior: bool = False
    joined: bool = False
    weight: float = 1.0

    @property
    def leaves(self) -> tuple[Column, ...]:
        """The columns under it from left to right, its own one first."""
        if not self.parts:
            return (self,)
        own = (replace(self, text=self.total, parts=(), total=""),) if self.total else ()
        return own + tuple(leaf for part in self.parts for leaf in part.leaves)

    @property
    def depth(self) -> int:
        """Header rows that it needs."""
        if not self.parts:
            return 1
        below = max(part.depth for part in self.parts)
        return below + (1 if self.text else 0)


def put_header(builder: TableBuilder, trees: Sequence[Column], numbering: Numbering) -> bool:
    """Header rows, then the row of column numbers; whether it prints formulas."""
    columns: list[Column] = []
    for column in trees:
        if column.joined:
            columns[-1] = replace(columns[-1], parts=columns[-1].parts + column.parts)
        else:
            columns.append(column)
    depth = max(column.depth for column in columns)
    col = 0
    for column in columns:
        _put_head(builder, column, 0, col, depth)
        col += len(column.leaves)
    builder.header_rows = depth
    if numbering:
        _number(builder, columns, numbering)
    return numbering == "formula"


def _put_head(builder: TableBuilder, column: Column, row: int, col: int, depth: int) -> None:
    """One heading with those below it, in `depth` header rows; a heading without text takes none."""
    if not column.parts:
        builder.put(row, col, column.text, row_span=depth - row, header=True)
        return
    if column.text:
        builder.put(row, col, column.text, col_span=len(column.leaves), header=True)
        row += 1
    if column.total:
        builder.put(row, col, column.total, row_span=depth - row, header=True)
        col += 1
    for part in column.parts:
        _put_head(builder, part, row, col, depth)
        col += len(part.leaves)


def _number(builder: TableBuilder, columns: Sequence[Column], numbering: Numbering) -> None:
    """The row of column numbers that closes a header."""
    row = builder.header_rows
    roles = builder.columns
    amounts = [col for col, role in enumerate(roles) if role in ("amount", "ratio")]
    numbers = {col: index for index, col in enumerate(amounts, start=1)}
    if numbering == "plain":
        numbers = {col: index for index, col in enumerate(range(len(roles)), start=1)}
    texts = {col: str(number) for col, number in numbers.items()}
    if numbering == "formula":
        leaves = [leaf for column in columns for leaf in column.leaves]
        keys = {leaf.key: numbers[col] for col, leaf in enumerate(leaves) if leaf.key and col in numbers}
        for col, leaf in enumerate(leaves):
            if leaf.change is not None:
                now, before = (keys[key] for key in leaf.change)
                texts[col] += f"={now}-{before}"
        col = 0
        for column in columns:
            _formulas(column, col, numbers, texts)
            col += len(column.leaves)
    labels = 0
    while labels < len(roles) and labels not in numbers:
        labels += 1
    if numbering in ("label", "formula") and labels:
        builder.put(row, 0, "栏次", col_span=labels, header=True)
    for col in range(len(roles)):
        if col in texts:
            builder.put(row, col, texts[col], header=True)
        elif numbering == "stars":
            builder.put(row, col, "**", header=True)
    builder.header_rows = row + 1


def _formulas(column: Column, col: int, numbers: Mapping[int, int], texts: dict[int, str]) -> None:
    """Numbers of totals with what they are made of: 1=2+6."""
    at = col + (1 if column.total else 0)
    terms: list[int] = []
    for part in column.parts:
        terms += heads(part, at)
        _formulas(part, at, numbers, texts)
        at += len(part.leaves)
    if column.total and column.complete and len(terms) > 1:
        texts[col] += "=" + "+".join(str(numbers[term]) for term in terms)


def heads(column: Column, col: int) -> list[int]:
    """Columns that stand for a part in the sum above it: its own total, or else its parts."""
    if column.total or not column.parts:
        return [col] if column.role == "amount" else []
    found: list[int] = []
    for part in column.parts:
        found += heads(part, col)
        col += len(part.leaves)
    return found
