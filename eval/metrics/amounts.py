"""Amounts exact at their address: what the whole program is for.

Half of a disclosure's cells are 0.00, so amounts other than zero, zeros, blanks and dashes
are counted apart. An amount that is read as another valid amount is worse than one that is
unreadable, because nothing but arithmetic can tell; so it is counted by itself. The truth is
what the paper says, misprints included. Codes, percentages and counts bear no amount in the
truth and do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ... import amounts
from ...document import Box, Cell, Table
from ..slices import PageTable
from .alignment import Partners
from .counts import Additive, Ratio

Amount = Callable[[Cell], Decimal | None]
"""Reads the amount of a result's cell, None where it bears none."""


@dataclass(frozen=True, slots=True)
class WrongAmount:
    """An amount that is not exact, at its address in the table as its page shows it.

    `read` is None where the result has no such cell. `box` is in pixels of the scan.
    """

    table: str
    page: int | None
    row: int
    col: int
    truth: str
    read: str | None
    misread: bool
    box: Box | None


@dataclass(frozen=True, slots=True)
class Amounts(Additive):
    """Counts of the truth's amounts other than zero, zeros, blanks and dashes, and of those kept.

    `raw` are amounts whose text is as printed, character by character. `misread` are read as
    another amount, the rest of those not exact are lost. `invented` are amounts of the result
    where the truth has none.
    """

    amounts: int = 0
    exact: int = 0
    raw: int = 0
    misread: int = 0
    zeros: int = 0
    zeros_exact: int = 0
    zeros_misread: int = 0
    blanks: int = 0
    blanks_exact: int = 0
    dashes: int = 0
    dashes_exact: int = 0
    invented: int = 0
    wrong: tuple[WrongAmount, ...] = field(default=(), compare=False)

    @property
    def ratio(self) -> Ratio:
        """Share of amounts other than zero that are exact."""
        return Ratio(self.exact, self.amounts)

    @property
    def raw_ratio(self) -> Ratio:
        """Share of amounts other than zero whose text is exactly as printed."""
        return Ratio(self.raw, self.amounts)

    @property
    def misread_rate(self) -> Ratio:
        """Share of amounts other than zero that were read as another amount."""
        return Ratio(self.misread, self.amounts, empty=0.0)

    @property
    def lost(self) -> int:
        """Amounts other than zero that are missing or unreadable."""
        return self.amounts - self.exact - self.misread

    @property
    def zeros_ratio(self) -> Ratio:
        """Share of zeros that are exact."""
        return Ratio(self.zeros_exact, self.zeros)

    @property
    def blanks_ratio(self) -> Ratio:
        """Share of blank body cells that stayed blank."""
        return Ratio(self.blanks_exact, self.blanks)

    @property
    def dashes_ratio(self) -> Ratio:
        """Share of dashes that stayed dashes."""
        return Ratio(self.dashes_exact, self.dashes)


def stated_amount(cell: Cell) -> Decimal | None:
    """The amount that the result itself gives."""
    return cell.amount


def parsed_amount(cell: Cell) -> Decimal | None:
    """The amount that the text spells, for tools that give texts only; percentages are none."""
    parsed = amounts.parse(cell.text)
    return parsed.value if parsed is not None and not parsed.percent else None


def amount_reader(tables: Iterable[Table]) -> Amount:
    """How to read amounts off a result: as it states them, if it states any at all."""
    states = any(cell.amount is not None for table in tables for cell in table.cells)
    return stated_amount if states else parsed_amount


def compare_amounts(truth: PageTable, result: Table | None, partners: Partners, amount: Amount) -> Amounts:
    """Count over one table of the truth and the result's cells that it is judged by."""
    counts = dict.fromkeys((name for name in Amounts.__dataclass_fields__ if name != "wrong"), 0)
    wrong: list[WrongAmount] = []
    real: set[tuple[int, int]] = set()  # where an amount of the result is not invented
    for cell, read in partners:
        if read is not None and not is_invented(cell, amount):
            real.add((read.row, read.col))
        if cell.amount is None:
            _count_without_amount(cell, read, counts)
            continue
        value = amount(read) if read is not None else None
        exact, misread = value == cell.amount, value is not None and value != cell.amount
        prefix = ("", "amounts") if cell.amount else ("zeros_", "zeros")
        counts[prefix[1]] += 1
        counts[f"{prefix[0]}exact"] += exact
        counts[f"{prefix[0]}misread"] += misread
        counts["raw"] += bool(cell.amount) and read is not None and read.text == cell.text
        if not exact:
            text = read.text if read is not None else None
            wrong.append(
                WrongAmount(
                    truth.source_id, truth.page, cell.row, cell.col, cell.text, text, misread, cell.box
                )
            )
    cells = result.cells if result is not None else ()
    counts["invented"] = sum(amount(c) is not None and (c.row, c.col) not in real for c in cells)
    return Amounts(**counts, wrong=tuple(wrong))


def is_invented(cell: Cell, amount: Amount) -> bool:
    """Whether an amount read for a cell of the truth is invented.

    A tool that gives texts only does not say that a code is money when it reads one.
    """
    if cell.amount is not None:
        return False
    return amount is stated_amount or amounts.printed(cell.text) in ("blank", "dash")


def _count_without_amount(cell: Cell, read: Cell | None, counts: dict[str, int]) -> None:
    kind = amounts.printed(cell.text)
    if cell.header or kind not in ("blank", "dash"):
        return
    name = "blanks" if kind == "blank" else "dashes"
    counts[name] += 1
    counts[f"{name}_exact"] += read is not None and amounts.printed(read.text) == kind
