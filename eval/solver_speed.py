"""How fast and how well amounts are reconciled: in grids, in the largest table, in a long document.

Prints one line per case: seconds (without importing OR-Tools), misreadings, repaired, wrongly
changed, proven though wrong. Run as `python -m crossfoot.eval.solver_speed`; everything is seeded.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from .. import amounts
from ..arithmetic.proposal import At, Proposal
from ..arithmetic.reconcile import reconcile
from ..document import Cell, Document, Reading, SourceInfo, Table

LOOKALIKES = {
    "0": "8",
    "1": "7",
    "2": "7",
    "3": "8",
    "4": "9",
    "5": "6",
    "6": "8",
    "7": "1",
    "8": "3",
    "9": "0",
}
ONE = Decimal(1)


def grid(rows: int, cols: int, chance: random.Random, name: str) -> Table:
    """Amounts with their sums in the last column and the last row."""
    body = [
        [Decimal(chance.randrange(100, 10_000_000)) / 100 for _ in range(cols - 1)] for _ in range(rows - 1)
    ]
    lines = [[*line, sum(line, Decimal(0))] for line in body]
    lines.append([sum(column, Decimal(0)) for column in zip(*lines, strict=True)])
    cells = tuple(
        Cell(row, col, text=f"{value:,.2f}", amount=value)
        for row, line in enumerate(lines)
        for col, value in enumerate(line)
    )
    return Table(name, (rows, cols), cells)


def sums(table: Table) -> Iterator[Proposal]:
    """Every row and every column of a grid adds up."""
    rows, cols = table.shape
    for row in range(rows):
        terms = tuple((At(table.id, row, col), ONE) for col in range(cols - 1))
        total = At(table.id, row, cols - 1)
        yield Proposal("sum", "law", "header_tree", total, terms, f"{table.id} rows", 0.95, "It adds up.")
    for col in range(cols):
        terms = tuple((At(table.id, row, col), ONE) for row in range(rows - 1))
        total = At(table.id, rows - 1, col)
        yield Proposal("sum", "law", "total_row", total, terms, f"{table.id} last", 0.95, "It adds up.")


def misread(table: Table, share: float, chance: random.Random) -> Table:
    """A share of the cells with one digit wrong, the truth their second reading four times in five."""
    return replace(table, cells=tuple(_misread(cell, share, chance) for cell in table.cells))


def _misread(cell: Cell, share: float, chance: random.Random) -> Cell:
    wrong = chance.random() < share
    text = _slip(cell.text, chance) if wrong else cell.text
    sure = chance.uniform(0.5, 0.95) if wrong else 1 - 10 ** chance.uniform(-5, -1)
    others = [cell.text] if wrong and chance.random() < 0.8 else []
    others += [_slip(text, chance) for _ in range(4)]
    scores = [math.log((1 - sure) * 0.6**k / 3) for k in range(len(others))]
    parsed = amounts.parse(text)
    ranked = ((text, math.log(sure)), *zip(others, scores, strict=True))
    return replace(
        cell, text=text, amount=parsed.value if parsed else None, reading=Reading(text, sure, "made", ranked)
    )


def _slip(text: str, chance: random.Random) -> str:
    at = chance.choice([i for i, c in enumerate(text) if c.isdigit() and (i or text[0] != "0")])
    other = LOOKALIKES[text[at]]
    return text if at == 0 and other == "0" else text[:at] + other + text[at + 1 :]


def measure(name: str, tables: list[Table], share: float, seed: int) -> None:
    """Reconcile some grids and print how it went."""
    chance = random.Random(seed)  # noqa: S311
    read = tuple(misread(table, share, chance) for table in tables)
    proposals = [proposal for table in tables for proposal in sums(table)]
    document = Document(SourceInfo(name, "0" * 64, 1), tables=read)
    start = time.perf_counter()
    result = reconcile(document, proposals)
    seconds = time.perf_counter() - start
    pairs = [(a, b, c) for t, r, s in zip(tables, read, result.tables, strict=True)
             for a, b, c in zip(t.cells, r.cells, s.cells, strict=True)]  # fmt: skip
    wrong = sum(a.amount != b.amount for a, b, _ in pairs)
    repaired = sum(a.amount != b.amount and a.amount == c.amount for a, b, c in pairs)
    spoiled = sum(c.correction is not None and a.amount != c.amount for a, _, c in pairs)
    proven = sum(c.state == "proven" and a.amount != c.amount for a, _, c in pairs)
    limited = sum(p.code == "arithmetic_limit" for p in result.problems)
    print(
        f"{name:28} {seconds:7.3f} s  {len(pairs):6} amounts  {wrong:4} wrong  {repaired:4} repaired"
        f"  {spoiled} spoiled  {proven} proven wrong  {limited} at the limit"
    )


def main() -> None:
    """All cases, three seeds of the small ones."""
    import ortools.sat.python.cp_model  # noqa: F401 - so that no case pays for the import

    for share in (0.01, 0.03, 0.05):
        for seed in range(3):
            table = grid(40, 10, random.Random(seed), "t1")  # noqa: S311
            measure(f"40 × 10, {share:.0%}, seed {seed}", [table], share, seed)
    chance = random.Random(7)  # noqa: S311
    measure("200 × 10, 3%", [grid(200, 10, chance, "t1")], 0.03, 1)
    measure("200 × 10, 10%", [grid(200, 10, chance, "t1")], 0.10, 1)
    pages = [grid(30, 9, chance, f"t{number}") for number in range(60)]
    measure("60 pages of 30 × 9, 3%", pages, 0.03, 1)


if __name__ == "__main__":
    main()
