"""Tables of real disclosures, typed in as tab-separated text.

`# ` begins a table with its title, `## ` says its unit, `> ` is a note below it. A cell `<` belongs
to the cell on its left, `^` to the one above.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crossfoot.document import Box, Cell, Document, SourceInfo, Table, Text
from crossfoot.layout.roles import describe

FOLDER = Path(__file__).parents[1] / "golden"


def golden_document(name: str) -> Document:
    """The tables of `golden/NAME.tsv` as a document, with header rows, column roles and amounts."""
    tables: list[Table] = []
    texts: list[Text] = []
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("# ")]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 1):
        table, notes = _table(f"t{number}", lines[start:end], len(texts))
        tables.append(table)
        texts += notes
    return Document(SourceInfo(name, "", 1), tables=tuple(tables), texts=tuple(texts))


def _table(name: str, lines: list[str], before: int) -> tuple[Table, list[Text]]:
    unit = next((line.partition("：")[2] for line in lines if line.startswith("## ")), None)
    rows = [line.split("\t") for line in lines if line and not line.startswith(("# ", "## ", "> "))]
    said = [line[2:] for line in lines if line.startswith("> ")]
    notes = [Text(f"x{before + i}", "note", 1, Box(0, 0, 1, 1), text) for i, text in enumerate(said, 1)]
    table = Table(name, (len(rows), len(rows[0])), tuple(_cells(rows)))
    title = lines[0][2:]
    known = replace(table, title=title, unit=unit, notes=tuple(note.id for note in notes))
    return describe(known), notes


def _cells(rows: list[list[str]]) -> list[Cell]:
    cells = []
    for row, texts in enumerate(rows):
        for col, text in enumerate(texts):
            if text in ("<", "^"):
                continue
            across, down = 1, 1
            while col + across < len(texts) and texts[col + across] == "<":
                across += 1
            while row + down < len(rows) and rows[row + down][col] == "^":
                down += 1
            cells.append(Cell(row, col, down, across, text=text))
    return cells
