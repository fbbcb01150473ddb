"""How near a result comes to its truth: tables, spans, amounts at their address, characters.

Truth and result each have an upright frame of their own; boxes are compared on the scan.
Text is compared without spaces and in half-width forms, since a gap on paper is not a
character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import Levenshtein

from ..document import Box, Cell, Document, Page, Table

_SAME_TABLE = 0.5  # intersection over union


@dataclass(frozen=True)
class Accuracy:
    """Counts over one document; ratios are 1 where there was nothing to find.

    `wrong` lists (table, row, col, truth, read) of each amount that is not exact.
    """

    tables: int = 0
    tables_found: int = 0
    tables_invented: int = 0
    spans_exact: int = 0
    amounts: int = 0  # other than zero
    amounts_exact: int = 0
    zeros: int = 0
    zeros_exact: int = 0
    amounts_invented: int = 0
    characters: int = 0
    character_errors: int = 0
    wrong: tuple[tuple[str, int, int, str, str], ...] = field(default=(), compare=False)

    @property
    def amount_accuracy(self) -> float:
        """Share of the amounts other than zero that stand exact at their address."""
        return self.amounts_exact / self.amounts if self.amounts else 1.0

    @property
    def character_accuracy(self) -> float:
        """One minus the edit distance per character of the truth, at least 0."""
        return max(0.0, 1 - self.character_errors / self.characters) if self.characters else 1.0

    def __add__(self, other: Accuracy) -> Accuracy:
        names = [name for name in self.__dataclass_fields__ if name != "wrong"]
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Accuracy(**sums, wrong=self.wrong + other.wrong)


def compare(truth: Document, result: Document) -> Accuracy:
    """Judge a result against its truth; tables are matched by page and place on the scan."""
    pairs, invented = _match(truth, result)
    total = Accuracy(tables_invented=invented)
    for table, found in pairs:
        total += _compare_tables(table, found)
    outside = Levenshtein.distance(_outside(truth), _outside(result))
    return total + Accuracy(characters=len(_outside(truth)), character_errors=outside)


def normalize(text: str) -> str:
    """Half-width forms without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _outside(document: Document) -> str:
    # A line's place decides, not its role; lines of equal height go from left to right.
    texts = sorted(document.texts, key=lambda t: (t.page, round(t.box.center[1] / 15), t.box.left))
    return normalize("".join(t.text for t in texts))


def _compare_tables(truth: Table, found: Table | None) -> Accuracy:
    cells = {(c.row, c.col): c for c in found.cells} if found else {}
    spans = found is not None and {_span(c) for c in truth.cells} == {_span(c) for c in found.cells}
    counts = dict.fromkeys(
        ("amounts", "amounts_exact", "zeros", "zeros_exact", "characters", "character_errors"), 0
    )
    wrong = []
    for cell in truth.cells:
        read = cells.get((cell.row, cell.col))
        text = normalize(cell.text)
        counts["characters"] += len(text)
        counts["character_errors"] += Levenshtein.distance(text, normalize(read.text) if read else "")
        if cell.amount is None:
            continue
        kind = "amounts" if cell.amount else "zeros"
        exact = read is not None and read.amount == cell.amount
        counts[kind] += 1
        counts[f"{kind}_exact"] += exact
        if not exact:
            wrong.append((truth.id, cell.row, cell.col, cell.text, read.text if read else "(no cell)"))
    return Accuracy(
        tables=1,
        tables_found=int(found is not None),
        spans_exact=int(spans),
        amounts_invented=_invented(truth, cells.values()),
        wrong=tuple(wrong),
        **counts,
    )


def _invented(truth: Table, cells: Iterable[Cell]) -> int:
    real = {(c.row, c.col) for c in truth.cells if c.amount is not None}
    return sum(c.amount is not None and (c.row, c.col) not in real for c in cells)


def _span(cell: Cell) -> tuple[int, int, int, int]:
    return cell.row, cell.col, cell.row_span, cell.col_span


def _match(truth: Document, result: Document) -> tuple[list[tuple[Table, Table | None]], int]:
    """Each true table with the found one that it overlaps most, and the number left over."""
    truth_pages = {p.number: p for p in truth.pages}
    result_pages = {p.number: p for p in result.pages}
    free = [(t, _on_scan(t, result_pages)) for t in result.tables]
    pairs: list[tuple[Table, Table | None]] = []
    for table in truth.tables:
        page, box = _on_scan(table, truth_pages)
        shares = [_iou(box, b) if page == p else 0.0 for _, (p, b) in free]
        best = int(np.argmax(shares)) if shares else -1
        if best >= 0 and shares[best] >= _SAME_TABLE:
            pairs.append((table, free.pop(best)[0]))
        else:
            pairs.append((table, None))
    return pairs, len(free)


def on_scan(box: Box, page: Page) -> Box:
    """A box of the upright page as the smallest one around it in pixels of the scan."""
    corners = [(x, y, 1.0) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    mapped = np.linalg.solve(np.array(page.from_scan), np.array(corners).T)
    x, y = mapped[:2] / mapped[2]
    return Box(x.min(), y.min(), x.max(), y.max())


def _on_scan(table: Table, pages: dict[int, Page]) -> tuple[int, Box]:
    """Page and box of a table's first part, in pixels of the scan."""
    part = table.parts[0]
    return part.page, on_scan(part.box, pages[part.page])


def _iou(a: Box, b: Box) -> float:
    shared = a.overlap(b)
    return shared / (a.area + b.area - shared) if shared else 0.0
