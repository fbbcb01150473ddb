"""Final accounts with receipts on the left and spending on the right: tables 01 and 04.

Both sides are lists of items above a closing block (本年合计, what was carried in or out, 总计).
Lines are numbered through, the left side first; notes may print the sums by those numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ....document import ColumnRole
from ...content import Align, At
from ..accounts import Quantity
from ..building import Context, Made, TableBuilder
from ..numbers import Numbers
from .frame import around, formula, house

Role = Literal["item", "of_which", "sum", "carried", "part", "total"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of one side; `quantities` has one per amount column of that side."""

    role: Role
    label: str
    quantities: tuple[Quantity, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its items from the top, its closing block at the bottom, its amount columns.

    `names` are the headers of the amount columns below the word `over` (none where it is empty);
    the first is the total of the others if there are several.
    """

    word: str
    items: tuple[Entry, ...]
    closing: tuple[Entry, ...]
    names: tuple[str, ...]
    over: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Wordings of the frame; `lines` is empty where lines bear no numbers."""

    item: str
    lines: str
    numbers: str
    formulas: bool


_Line = tuple[Entry, int, int]
"""An entry, the row that it stands in and its line number."""


@dataclass
class _Placed:
    """A side in the table: its first column, and the row and line number of each entry."""

    side: Side
    first: int
    entries: list[_Line] = field(default_factory=list)

    def of(self, *roles: Role) -> list[_Line]:
        return [placed for placed in self.entries if placed[0].role in roles]


def draw_layout(context: Context) -> Layout:
    """Wordings of one document, its tables 01 and 04 alike."""
    return Layout(
        item=house(context, "side item", ("项目", "项 目", "项    目", "项目（按功能分类）")),
        lines=house(context, "line numbers", ("行次", "行次", "行 次", "行次", "")),
        numbers=house(context, "side numbers", ("栏次", "栏 次", "栏次", "")),
        formulas=house(context, "line formulas", (True, True, False)),
    )


class TwoSides:
    """Builds the table from its two sides."""

    def __init__(
        self, context: Context, kind: str, layout: Layout, sides: tuple[Side, Side], numbers: Numbers
    ) -> None:
        self.context = context
        self.layout = layout
        lead: list[ColumnRole] = ["name", "line_number"] if layout.lines else ["name"]
        self.lead = len(lead)
        columns: list[ColumnRole] = []
        weights: list[float] = []
        self.sides: list[_Placed] = []
        for side in sides:
            self.sides.append(_Placed(side, len(columns)))
            columns += lead
            columns += ["amount"] * len(side.names)
            weights += [2.4, 0.5][: self.lead] + [1.0] * len(side.names)
        self.table = TableBuilder(context, kind, kind, columns, numbers, weights=weights)

    def build(self, name: str, number: int, note: str) -> Made:
        """The table; `note` is its first, the formulas follow."""
        self._header()
        self._body()
        for placed in self.sides:
            self._relate(placed)
        left, right = (placed.of("total")[0][1] for placed in self.sides)
        self.table.equal(self._at(self.sides[0], left), self._at(self.sides[1], right), "balance")
        notes = [f"注：{note}"] if house(self.context, "notes", (True, True, True, False)) else []
        if self.layout.lines and self.layout.formulas:
            notes += self._formulas()
        return self.table.build(**around(self.context, name, number, self.table.format), notes=tuple(notes))

    def _header(self) -> None:
        table, layout = self.table, self.layout
        deep = any(len(p.side.names) > 1 and p.side.over for p in self.sides)
        for placed in self.sides:
            side, col = placed.side, placed.first
            table.put(0, col, side.word, col_span=self.lead + len(side.names), header=True)
            for offset, label in enumerate((layout.item, layout.lines)[: self.lead]):
                table.put(1, col + offset, label, header=True, row_span=2 if deep else 1)
            col += self.lead
            grouped = deep and len(side.names) > 1
            if grouped:
                table.put(1, col, side.over, col_span=len(side.names), header=True)
            for offset, label in enumerate(side.names):
                table.put(2 if grouped else 1, col + offset, label, header=True,
                          row_span=2 if deep and not grouped else 1)  # fmt: skip
        row = 3 if deep else 2
        if layout.numbers:
            number = 0
            for placed in self.sides:
                table.put(row, placed.first, layout.numbers, header=True)
                for offset in range(len(placed.side.names)):
                    number += 1
                    table.put(row, placed.first + self.lead + offset, str(number), header=True)
            row += 1
        table.header_rows = row

    def _body(self) -> None:
        items = max(len(placed.side.items) for placed in self.sides)
        closing = max(len(placed.side.closing) for placed in self.sides)
        start, line = self.table.header_rows, 1
        for placed in self.sides:
            side = placed.side
            upper = [*side.items, *[None] * (items - len(side.items))]
            # The totals stand on the last row of both sides.
            lower = [*side.closing[:-1], *[None] * (closing - len(side.closing)), side.closing[-1]]
            for row, entry in enumerate([*upper, *lower], start=start):
                self._entry(placed, row, line, entry)
                line += 1

    def _entry(self, placed: _Placed, row: int, line: int, entry: Entry | None) -> None:
        table, col = self.table, placed.first
        if self.layout.lines:
            table.put(row, col + 1, str(line), align="center")
        if entry is None:
            return
        placed.entries.append((entry, row, line))
        align: Align = "center" if entry.role in ("sum", "total") else "left"
        table.put(row, col, entry.label, indent=entry.indent, align=align)
        for offset, quantity in enumerate(entry.quantities, start=self.lead):
            table.figure(row, col + offset, quantity)

    def _relate(self, placed: _Placed) -> None:
        for column in range(len(placed.side.names)):
            for total, terms, origin in self._sums(placed):
                parts = [self._at(placed, row, column) for _, row, _ in terms]
                self.table.sum(self._at(placed, total[1], column), parts, origin)
        count = len(placed.side.names)
        for _, row, _ in placed.entries:
            if count > 1:
                parts = [self._at(placed, row, column) for column in range(1, count)]
                self.table.sum(self._at(placed, row), parts, "header_tree")
        self._of_which(placed)

    def _of_which(self, placed: _Placed) -> None:
        """其中 rows hang on the item above them."""
        above = 0
        for entry, row, _ in placed.entries:
            if entry.role == "of_which":
                self.table.sum(
                    self._at(placed, row), [self._at(placed, above)], "outline", "usual", "at_most"
                )
            else:
                above = row

    def _sums(self, placed: _Placed) -> list[tuple[_Line, list[_Line], str]]:
        """(total, terms, origin) of each sum along a side."""
        noted = "printed_formula" if self.layout.lines and self.layout.formulas else "total_row"
        subtotal, total = placed.of("sum")[0], placed.of("total")[0]
        sums = [
            (subtotal, placed.of("item"), noted),
            (total, [subtotal, *placed.of("carried")], noted),
        ]
        if parts := placed.of("part"):
            sums.append((placed.of("carried")[-1], parts, "outline"))
        return sums

    def _formulas(self) -> list[str]:
        texts = [
            formula(self.context, total[2], [line for _, _, line in terms])
            for placed in self.sides
            for total, terms, origin in self._sums(placed)
            if origin == "printed_formula"
        ]
        if house(self.context, "formulas on a line", (True, False)):
            return [f"{'；'.join(texts)}。"]
        return [f"{'；'.join(texts[:2])}；", f"{'；'.join(texts[2:])}。"]

    def _at(self, placed: _Placed, row: int, column: int = 0) -> At:
        return At(self.table.key, row, placed.first + self.lead + column)
