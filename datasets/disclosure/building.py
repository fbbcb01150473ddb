"""Build a table cell by cell: figures from the accounts, and the relations between them.

A maker is a function from a `Context` to `Made`: a table, the relations inside it, and which
quantity each of its figures prints. Relations between tables follow from the quantities later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import numpy as np

from ...document import ColumnRole, Stage
from ..content import (
    Align,
    At,
    CellContent,
    ColumnContent,
    Ref,
    Relation,
    RelationContent,
    Strength,
    TableContent,
)
from .accounts import Accounts, Quantity
from .numbers import Numbers

ONE = Decimal(1)
CENT = Decimal("0.01")  # yuan: the grain of a ledger whose figures are rounded in print
SCALES: Mapping[str, Decimal] = {"元": ONE, "万元": Decimal(10_000)}
Unit = Literal["万元", "元"]


@dataclass(frozen=True)
class Context:
    """What every maker is given: the accounts, the number format, and chance for wordings."""

    accounts: Accounts
    numbers: Numbers
    rng: np.random.Generator
    habits: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def habit(self, name: str, *options: str) -> str:
        """The wording that this document keeps to: one of `options`, drawn at its first use."""
        if name not in self.habits:
            self.habits[name] = self.choose(*options)
        return self.habits[name]

    def choose(self, *options: str) -> str:
        """One of several wordings."""
        return options[int(self.rng.integers(len(options)))]

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self.rng.random() < share)

    def numbers_in(self, unit: Unit | None = None, decimals: int | None = None) -> Numbers:
        """The document's format in another unit or with other decimals, exact only where the ledger is."""
        own = self.numbers
        grain = own.step * SCALES[own.unit] if own.exact else CENT
        changed = replace(own, unit=unit or own.unit, decimals=own.decimals if decimals is None else decimals)
        return replace(changed, exact=grain % (changed.step * SCALES[changed.unit]) == 0)


@dataclass(frozen=True)
class Made:
    """A table, its relations, and the quantity that each figure prints."""

    table: TableContent
    relations: tuple[RelationContent, ...] = ()
    figures: tuple[tuple[At, Quantity], ...] = ()


@dataclass
class TableBuilder:
    """Gathers the cells, relations and figures of one table; addresses not given become empty cells."""

    context: Context
    key: str
    kind: str
    columns: Sequence[ColumnRole]
    numbers: Numbers | None = None  # of this table, where they differ from the document's
    year: int | None = None
    stage: Stage | None = None
    header_rows: int = 0
    weights: Sequence[float] | None = None  # of the columns; default 1 each
    cells: dict[tuple[int, int], CellContent] = field(default_factory=dict)
    relations: list[RelationContent] = field(default_factory=list)
    figures: list[tuple[At, Quantity]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = self.numbers or self.context.numbers
        self.year = self.year if self.year is not None else self.context.accounts.year
        self.stage = self.stage or self.context.accounts.stage

    @property
    def format(self) -> Numbers:
        """The number format of this table."""
        assert self.numbers is not None  # noqa: S101  set above
        return self.numbers

    @property
    def rows(self) -> int:
        """Rows so far."""
        return max((c.row + c.row_span for c in self.cells.values()), default=0)

    def put(
        self,
        row: int,
        col: int,
        text: str = "",
        *,
        row_span: int = 1,
        col_span: int = 1,
        header: bool = False,
        align: Align | None = None,
        indent: int = 0,
    ) -> At:
        """A cell of text; header cells are centred unless told otherwise."""
        side: Align = align or ("center" if header else "left")
        self.cells[row, col] = CellContent(row, col, row_span, col_span, text, header, side, indent)
        return At(self.key, row, col)

    def head(self, rows: Iterable[Iterable[str | tuple[str, int, int]]]) -> None:
        """Header rows from the top: texts or (text, row span, column span), each at the next free address."""
        taken: set[tuple[int, int]] = set()
        start = self.header_rows
        for row, entries in enumerate(rows, start=start):
            col = 0
            for entry in entries:
                text, down, across = (entry, 1, 1) if isinstance(entry, str) else entry
                while (row, col) in taken:
                    col += 1
                self.put(row, col, text, row_span=down, col_span=across, header=True)
                taken |= {(r, c) for r in range(row, row + down) for c in range(col, col + across)}
                col += across
            self.header_rows = row + 1

    def figure(
        self,
        row: int,
        col: int,
        quantity: Quantity,
        *,
        numbers: Numbers | None = None,
        year: int | None = None,
        stage: Stage | None = None,
        **place: Any,
    ) -> At:
        """A cell that prints a quantity of the accounts."""
        at = self.money(
            row, col, self.context.accounts.value(quantity), numbers=numbers, year=year, stage=stage, **place
        )
        self.figures.append((at, quantity))
        return at

    def money(
        self,
        row: int,
        col: int,
        yuan: Decimal,
        *,
        numbers: Numbers | None = None,
        year: int | None = None,
        stage: Stage | None = None,
        align: Align = "right",
        **place: Any,
    ) -> At:
        """A cell that prints yuan which are no quantity of the ledger: a cost line, a difference."""
        text, value = (numbers or self.format).show(yuan)
        at = self.put(row, col, text, align=align, **place)
        if value is not None:
            self.cells[row, col] = replace(
                self.cells[row, col],
                amount=value,
                unit=(numbers or self.format).unit,
                year=year if year is not None else self.year,
                stage=stage or self.stage,
            )
        return at

    def sum(
        self,
        total: Ref,
        terms: Iterable[Ref | tuple[Ref, Decimal]],
        origin: str,
        strength: Strength = "law",
        relation: Relation = "sum",
        numbers: Numbers | None = None,
    ) -> None:
        """State that `total` is the sum of `terms`, each times 1 or the factor given; of none, nothing."""
        weighed = tuple(term if isinstance(term, tuple) else (term, ONE) for term in terms)
        if weighed:
            tolerance = (numbers or self.format).tolerance(len(weighed))
            self.relations.append(RelationContent(relation, strength, origin, total, weighed, tolerance))

    def equal(self, total: Ref, term: Ref, origin: str, strength: Strength = "law") -> None:
        """State that two cells print one figure."""
        self.sum(total, [term], origin, strength, "equal")

    def ratio(
        self,
        row: int,
        col: int,
        numerator: At,
        denominator: At,
        *,
        decimals: int = 2,
        sign: str = "%",
        percent: bool = True,
        **place: Any,
    ) -> At:
        """A cell that prints the ratio of two printed cells, in per cent or as it is, and the relation.

        A denominator of nothing leaves the cell blank.
        """
        over, under = self._printed(numerator), self._printed(denominator)
        factor = Decimal(100) if percent else ONE
        if not under:
            return self.put(row, col, "", **place)
        value = (over * factor / under).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        at = self.put(row, col, f"{value:f}{sign}", **({"align": "right"} | place))
        half = Decimal(1).scaleb(-decimals) / 2
        terms = ((numerator, factor), (denominator, ONE))
        self.relations.append(RelationContent("ratio", "usual", "ratio", at, terms, half))
        return at

    def _printed(self, at: At) -> Decimal:
        return self.cells[at.row, at.col].amount or Decimal(0)

    def build(self, **lines: Any) -> Made:
        """The table with `title`, `left`, `right`, `notes` … as keywords of `TableContent`."""
        accounts = self.context.accounts
        shape = self.rows, len(self.columns)
        covered = {
            (r, c)
            for cell in self.cells.values()
            for r in range(cell.row, cell.row + cell.row_span)
            for c in range(cell.col, cell.col + cell.col_span)
        }
        for row in range(shape[0]):
            for col in range(shape[1]):
                if (row, col) not in covered:
                    self.put(row, col, header=row < self.header_rows)
        weights = self.weights or [1.0] * len(self.columns)
        defaults: dict[str, Any] = {
            "organization": accounts.organization,
            "year": self.year,
            "stage": self.stage,
            "unit": self.format.unit,
        }
        table = TableContent(
            key=self.key,
            kind=self.kind,
            cells=tuple(self.cells[at] for at in sorted(self.cells)),
            columns=tuple(
                ColumnContent(role, weight) for role, weight in zip(self.columns, weights, strict=True)
            ),
            header_rows=self.header_rows,
            **defaults | lines,
        )
        return Made(table, tuple(self.relations), tuple(self.figures))
