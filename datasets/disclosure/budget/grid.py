"""Lay rows of quantities against columns of quantities, and state what the two trees imply.

Most disclosure tables are one or several *sides* next to one another. A side is a tree of rows
against a tree of columns; a cell prints the quantity that both narrow down. Both trees give
relations for free: a row is the sum of its parts in every column, a column in every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from ...content import At, Relation, Strength
from ..accounts import Quantity
from ..building import Context, TableBuilder
from ..numbers import Numbers
from .header import Changes, Column, Numbering, Where, heads, put_header


@dataclass(frozen=True)
class Row:
    """A row: its labels, what it prints (None: no amounts), and the groups of rows that it consists of.

    A row with `after` stands below its parts. `span` lets the first label cover all label columns.
    """

    labels: tuple[str, ...]
    where: Where | None = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    after: bool = False
    span: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Group:
    """Rows that together make up another; `relation` None says that they are merely listed under it."""

    rows: tuple[Row, ...]
    origin: str = "code_tree"
    strength: Strength = "law"
    relation: Relation | None = "sum"
    indent: int = 1


@dataclass(frozen=True)
class Side:
    """A block of columns with its rows.

    `closing` rows (本年合计, 上年结转 …) and the `final` one are aligned at the foot of all sides: the
    first closing row is the sum of the body's top rows, the final one the sum of the closing ones.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    base: Quantity
    closing: tuple[Row, ...] = ()
    final: Row | None = None
    origin: str = "total_row"

    @property
    def leaves(self) -> tuple[Column, ...]:
        """Its columns from left to right."""
        return tuple(leaf for column in self.columns for leaf in column.leaves)


def start(
    context: Context, key: str, kind: str, sides: Sequence[Side], numbers: Numbers | None = None
) -> TableBuilder:
    """A builder with the columns of the sides."""
    leaves = [leaf for side in sides for leaf in side.leaves]
    return TableBuilder(
        context,
        key,
        kind,
        [leaf.role for leaf in leaves],
        numbers=numbers,
        weights=[leaf.weight for leaf in leaves],
    )


def lay(builder: TableBuilder, sides: Sequence[Side], numbering: Numbering = "", blank_rows: int = 0) -> None:
    """Put headers and rows, and state their relations.

    `blank_rows` empty rows follow the header of a table that has nothing to say.
    """
    formulas = put_header(builder, [column for side in sides for column in side.columns], numbering)
    top = builder.header_rows
    blocks: list[_Block] = []
    col = 0
    for side in sides:
        blocks.append(_Block(builder, side, col, formulas))
        col += len(side.leaves)
    foot = top + max((block.put(block.side.rows, top) for block in blocks), default=0)
    last = foot + max((block.put(block.side.closing, foot) for block in blocks), default=0)
    for block in blocks:
        if block.side.final is not None:
            block.put((block.side.final,), last)
        block.relate()
    _balance(builder, blocks)
    for row in range(builder.rows, builder.rows + blank_rows):
        builder.put(row, 0)


def narrowed(quantity: Quantity, *changes: Changes) -> Quantity:
    """The quantity with changes applied; an attribute set twice must agree or, for codes, refine.

    Raises:
        ValueError: two changes that exclude one another; a sum over them would be silently wrong.
    """
    for change in changes:
        for name, value in change.items():
            held = getattr(quantity, name)
            if name != "flow" and held and not str(value).startswith(str(held)):
                raise ValueError(f"{name} cannot be both {held} and {value}")
        quantity = replace(quantity, **change)
    return quantity


def _all(where: Where) -> tuple[Changes, ...]:
    return where if isinstance(where, tuple) else (where,)


class _Block:
    """One side on its way into the builder."""

    def __init__(self, builder: TableBuilder, side: Side, left: int, formulas: bool) -> None:
        self.builder = builder
        self.side = side
        self.left = left
        self.formulas = formulas
        self.leaves = side.leaves
        self.cols = {leaf.key: left + i for i, leaf in enumerate(self.leaves) if leaf.key}
        self.amounts = [left + i for i, leaf in enumerate(self.leaves) if leaf.role == "amount"]
        self.texts = [left + i for i, leaf in enumerate(self.leaves) if leaf.role not in ("amount", "ratio")]
        self.lines: dict[int, int] = {}  # id of a row → its line

    def put(self, rows: Iterable[Row], line: int) -> int:
        """Print rows from a line on and say how many lines they took."""
        first = line
        for row, depth in _flat(rows, 0):
            self._labels(row, line, depth)
            if row.where is not None:
                self._figures(row, line)
            self.lines[id(row)] = line
            line += 1
        return line - first

    def _labels(self, row: Row, line: int, depth: int) -> None:
        if row.span:
            self.builder.put(line, self.texts[0], row.labels[0], col_span=self._leading(), align="center")
            return
        named = next((c for c in self.texts if self.builder.columns[c] == "name"), -1)
        for col, text in zip(self.texts, row.labels, strict=False):
            role = self.builder.columns[col]
            align: Literal["left", "center"] = (
                "center" if (row.centred and col == named) or role == "line_number" else "left"
            )
            indent = depth if col == named and not row.centred else 0
            self.builder.put(line, col, text, align=align, indent=indent)

    def _leading(self) -> int:
        count = 0
        while count < len(self.texts) and self.texts[count] == self.texts[0] + count:
            count += 1
        return count

    def _figures(self, row: Row, line: int) -> None:
        builder, accounts = self.builder, self.builder.context.accounts
        for col, leaf in enumerate(self.leaves, start=self.left):
            if leaf.role == "amount" and leaf.change is None:
                dated: dict[str, Any] = (
                    {"year": accounts.year - 1, "stage": "prior_budget"} if leaf.prior else {}
                )
                self._print(line, col, self._quantities(row, leaf), dated)
        for col, leaf in enumerate(self.leaves, start=self.left):
            if leaf.change is not None:
                now, before = (self.cols[key] for key in leaf.change)
                values = [self._value(row, self.leaves[c - self.left]) for c in (now, before)]
                at = builder.money(line, col, values[0] - values[1])
                origin = "printed_formula" if self.formulas else "header_tree"
                terms = [
                    (At(builder.key, line, now), Decimal(1)),
                    (At(builder.key, line, before), Decimal(-1)),
                ]
                _state(builder, at, terms, origin, "law" if self.formulas else "usual")
            if leaf.rate is not None:
                part, whole = (At(builder.key, line, self.cols[key]) for key in leaf.rate)
                builder.ratio(line, col, part, whole, sign=leaf.sign)

    def _quantities(self, row: Row, leaf: Column) -> list[Quantity]:
        assert row.where is not None  # noqa: S101  asked by the caller
        base = self.side.base
        return [narrowed(base, r, c) for r in _all(row.where) for c in _all(leaf.where)]

    def _value(self, row: Row, leaf: Column) -> Decimal:
        value = self.builder.context.accounts.value
        return sum((value(quantity) for quantity in self._quantities(row, leaf)), Decimal(0))

    def _print(self, line: int, col: int, quantities: list[Quantity], dated: Mapping[str, Any]) -> None:
        """A figure where one quantity says it all, else the sum of several or nothing."""
        value = self.builder.context.accounts.value
        telling = [quantity for quantity in quantities if value(quantity)] or quantities[:1]
        if len(telling) == 1:
            self.builder.figure(line, col, telling[0], **dated)
        else:
            self.builder.money(line, col, sum((value(q) for q in telling), Decimal(0)), **dated)

    def relate(self) -> None:
        """State the relations of rows and columns."""
        side = self.side
        closing = [*side.closing, *([side.final] if side.final else [])]
        for row in (*side.rows, *closing):
            self._parts(row)
        if closing:
            self._total(closing[0], side.rows, side.origin, "law", "sum")
        if side.closing and side.final:
            self._total(side.final, side.closing, side.origin, "law", "sum")
        for row, _ in _flat((*side.rows, *closing), 0):
            if row.where is not None:
                col = self.left
                for column in side.columns:
                    self._across(column, self.lines[id(row)], col)
                    col += len(column.leaves)

    def _parts(self, row: Row) -> None:
        for group in row.groups:
            for part in group.rows:
                self._parts(part)
            if row.where is not None and group.relation is not None:
                self._total(row, group.rows, group.origin, group.strength, group.relation)

    def _total(
        self, total: Row, rows: tuple[Row, ...], origin: str, strength: Strength, relation: Relation
    ) -> None:
        lines = [self.lines[id(row)] for row in _printing(rows)]
        for col in self.amounts:
            terms = [(At(self.builder.key, line, col), Decimal(1)) for line in lines]
            at = At(self.builder.key, self.lines[id(total)], col)
            if relation == "at_most":
                for term in terms:
                    _state(self.builder, term[0], [(at, Decimal(1))], origin, strength, relation)
            else:
                _state(self.builder, at, terms, origin, strength, relation)

    def _across(self, column: Column, line: int, col: int) -> None:
        """The columns under a heading with a total of its own."""
        at = col + (1 if column.total else 0)
        terms: list[int] = []
        for part in column.parts:
            terms += heads(part, at)
            self._across(part, line, at)
            at += len(part.leaves)
        if column.total and column.complete:
            origin = "printed_formula" if self.formulas and len(terms) > 1 else "header_tree"
            refs = [(At(self.builder.key, line, term), Decimal(1)) for term in terms]
            _state(self.builder, At(self.builder.key, line, col), refs, origin, "law")


def _flat(rows: Iterable[Row], depth: int) -> Iterator[tuple[Row, int]]:
    for row in rows:
        if not row.after:
            yield row, depth
        for group in row.groups:
            yield from _flat(group.rows, depth + group.indent)
        if row.after:
            yield row, depth


def _printing(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that print amounts; a bare label (其中：) stands for the rows under it."""
    for row in rows:
        if row.where is not None:
            yield row
        else:
            for group in row.groups:
                yield from _printing(group.rows)


def _state(
    builder: TableBuilder,
    total: At,
    terms: Sequence[tuple[At, Decimal]],
    origin: str,
    strength: Strength,
    relation: Relation = "sum",
) -> None:
    """State a relation unless all of it is nothing: blanks prove nothing of one another."""
    cells = [builder.cells.get((at.row, at.col)) for at in (total, *(at for at, _ in terms))]
    if terms and any(cell is not None and cell.amount for cell in cells):
        builder.sum(total, terms, origin, strength, relation)


def _balance(builder: TableBuilder, blocks: Sequence[_Block]) -> None:
    """Both sides close with the same figure."""
    ends = [
        At(builder.key, block.lines[id(block.side.final)], block.amounts[0])
        for block in blocks
        if block.side.final is not None and block.amounts
    ]
    for end in ends[1:]:
        builder.equal(ends[0], end, "balance")
