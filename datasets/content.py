"""What a disclosure says, before it is laid out: its text, its tables, and what they assert.

The generators under `disclosure/` write these records, the typesetter lays them out, and
`truth` turns both into the document that a perfect reader would return. Nothing here knows
of paper: no widths, fonts or pages. A table is named by its `key`, a paragraph likewise;
relations and misprints point at cells and at amounts said in paragraphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ..document import ColumnRole, Stage

Align = Literal["left", "center", "right"]
ParagraphRole = Literal["cover", "contents", "heading", "body"]
Relation = Literal["sum", "equal", "at_most", "product", "ratio"]
Strength = Literal["law", "usual", "hint"]


@dataclass(frozen=True, slots=True)
class CellContent:
    """A cell: its address, its spans, its exact text, and the number that the text prints.

    `amount` is what is printed, misprints included; it is None for blanks, dashes, codes,
    ratios, counts and percentages. `indent` is in characters before the text.
    """

    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    text: str = ""
    header: bool = False
    align: Align = "left"
    indent: int = 0
    amount: Decimal | None = None
    unit: str | None = None
    year: int | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class ColumnContent:
    """A column: its role, and how wide it wants to be beside others whose text wraps."""

    role: ColumnRole
    weight: float = 1.0


@dataclass(frozen=True)
class TableContent:
    """A table and the lines around it, complete: every address is covered by exactly one cell.

    `left` and `right` are the lines above it (部门：…, 单位：万元), `number` the line above those
    at the right (公开01表); each may be empty. `organization`, `year`, `stage` and `unit` are
    what a reader would conclude. The kind is from the list of kinds, as `budget.revenue`.
    """

    key: str
    kind: str
    cells: tuple[CellContent, ...]
    columns: tuple[ColumnContent, ...]
    header_rows: int
    title: str = ""
    number: str = ""
    left: str = ""
    right: str = ""
    notes: tuple[str, ...] = ()
    organization: str | None = None
    year: int | None = None
    stage: Stage | None = None
    unit: str | None = None
    group: str = "g1"
    declared_empty: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return max(c.row + c.row_span for c in self.cells), len(self.columns)


@dataclass(frozen=True, slots=True)
class MentionContent:
    """An amount in a paragraph: characters `start` to `end` of its text, unit included."""

    start: int
    end: int
    amount: Decimal
    unit: str | None
    phrase: str


@dataclass(frozen=True, slots=True)
class ParagraphContent:
    """Running text; a line of the cover, an entry of the contents, a heading or a paragraph."""

    key: str
    role: ParagraphRole
    text: str
    mentions: tuple[MentionContent, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


@dataclass(frozen=True, slots=True)
class At:
    """The cell of table `key` that covers an address."""

    key: str
    row: int
    col: int


@dataclass(frozen=True, slots=True)
class Said:
    """The mention number `index` of paragraph `key`."""

    key: str
    index: int


Ref = At | Said


@dataclass(frozen=True, slots=True)
class RelationContent:
    """A relation that the accounts obey, whether or not the print still does.

    sum: total = Σ factor · term; equal: total = factor · the one term; at_most: total ≤ it;
    product: total = the product of factor · term; ratio: total = first term / second, each
    times its factor (100 on the first for per cent). Blank cells count as 0. `tolerance` is
    what rounding of each printed cell allows. `origin` is one of the origins of
    `document.Equation`: code_tree, total_row, header_tree, printed_formula, outline, balance,
    cross_table, ratio, narrative.
    """

    relation: Relation
    strength: Strength
    origin: str
    total: Ref
    terms: tuple[tuple[Ref, Decimal], ...]
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class MisprintContent:
    """What the publisher printed wrongly: where, what stands there, and what was meant.

    `kind` is a name such as wrong_total or rows_left_out; `where` lists the cells and
    mentions concerned, `printed` and `meant` run along it (empty where nothing was printed
    or nothing should have been).
    """

    kind: str
    where: tuple[Ref, ...]
    printed: tuple[str, ...]
    meant: tuple[str, ...]
    note: str = ""


Block = ParagraphContent | TableContent | PageBreak


@dataclass(frozen=True)
class DisclosureContent:
    """A whole disclosure in reading order, what it asserts, and where it is wrong.

    `labels` goes into the truth as it is (template, number format, whether rounding shows).
    """

    name: str
    family: Literal["budget", "final", "performance"]
    organization: str
    year: int
    stage: Stage
    unit: str
    blocks: tuple[Block, ...]
    relations: tuple[RelationContent, ...] = ()
    misprints: tuple[MisprintContent, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[TableContent, ...]:
        """The tables in reading order."""
        return tuple(block for block in self.blocks if isinstance(block, TableContent))

    @property
    def paragraphs(self) -> tuple[ParagraphContent, ...]:
        """The paragraphs in reading order."""
        return tuple(block for block in self.blocks if isinstance(block, ParagraphContent))
