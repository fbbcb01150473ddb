"""What arithmetic claims of amounts, against what the paper says.

A claim is judged against the printed text, misprints included: to mend a misprint silently
is an error. Cells are compared after rows and columns were aligned, because a claim is about
an amount and its labels, not about a row number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ... import amounts
from ...document import Cell, Document, State
from .alignment import Partners
from .counts import Additive, Ratio


@dataclass(frozen=True, slots=True)
class States(Additive):
    """Cells of the result by state, and how many of each are in truth wrong.

    A correction is right where the text after it is the printed amount; it is `spoiled` where
    the first reading was right. Of the disputed cells, `disputed_misprinted` are ones that the
    publisher printed wrongly, `disputed_wrong` ones that were misread.
    """

    proven: int = 0
    proven_wrong: int = 0
    corrected: int = 0
    corrected_wrong: int = 0
    confirmed: int = 0
    confirmed_wrong: int = 0
    disputed: int = 0
    disputed_wrong: int = 0
    disputed_misprinted: int = 0
    unchecked: int = 0
    unchecked_wrong: int = 0
    corrections: int = 0
    corrections_right: int = 0
    corrections_spoiled: int = 0

    @property
    def cells(self) -> int:
        """All cells with a state."""
        return self.proven + self.corrected + self.confirmed + self.disputed + self.unchecked

    @property
    def corrections_wrong(self) -> int:
        """Corrections that do not give the printed amount; there should be none."""
        return self.corrections - self.corrections_right

    @property
    def proven_ratio(self) -> Ratio:
        """Share of cells that are proven, as read or after a correction."""
        return Ratio(self.proven + self.corrected, self.cells, empty=0.0)

    @property
    def proven_wrong_rate(self) -> Ratio:
        """Share of these that are in truth wrong."""
        return Ratio(self.proven_wrong + self.corrected_wrong, self.proven + self.corrected, empty=0.0)

    @property
    def corrections_ratio(self) -> Ratio:
        """Share of corrections that are right."""
        return Ratio(self.corrections_right, self.corrections)


def has_states(document: Document) -> bool:
    """Whether a result says of any cell what arithmetic makes of it."""
    return any(cell.state is not None or cell.correction for t in document.tables for cell in t.cells)


def compare_states(
    cells: Iterable[Cell], partners: Partners, misprinted: frozenset[tuple[int, int]] = frozenset()
) -> States:
    """Count over the cells of one table of the result; `misprinted` are addresses in the truth's."""
    truths = {(read.row, read.col): cell for cell, read in partners if read is not None}
    counts = dict.fromkeys(States.__dataclass_fields__, 0)
    for cell in cells:
        truth = truths.get((cell.row, cell.col))
        printed = truth.amount if truth is not None else None
        right = cell.amount == printed
        if cell.state is not None:
            _count(cell.state, right, counts)
            is_misprint = truth is not None and (truth.row, truth.col) in misprinted
            counts["disputed_misprinted"] += cell.state == "disputed" and is_misprint
        if cell.correction is not None:
            counts["corrections"] += 1
            counts["corrections_right"] += right
            counts["corrections_spoiled"] += not right and _first_reading(cell) == printed
    return States(**counts)


def _count(state: State, right: bool, counts: dict[str, int]) -> None:
    counts[state] += 1
    counts[f"{state}_wrong"] += not right


def _first_reading(cell: Cell) -> Decimal | None:
    parsed = amounts.parse(cell.reading.text) if cell.reading is not None else None
    return parsed.value if parsed is not None else None
