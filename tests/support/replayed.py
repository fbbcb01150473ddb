"""A set of fixtures from the samples, and a Digitizer that knows what is on them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crossfoot.datasets.fixtures.sets import Fixture, sha256_of, write_manifest
from crossfoot.document import Cell, Document, Reading, Table

Change = Callable[[Document], Document]


def make_set(samples: Path, folder: Path, damages: Sequence[tuple[str, str]]) -> Path:
    """A set of (sample, damage), one fixture each; one sample under two damages is one document."""
    folder.mkdir()
    fixtures = []
    for name, damage in damages:
        stem = f"{name}-{damage}"
        source, truth = folder / f"{stem}.pdf", folder / f"{stem}.json"
        # Another comment at the end makes another content, as another scan would be.
        source.write_bytes((samples / f"{name}.pdf").read_bytes() + f"% {damage}\n".encode())
        truth.write_bytes((samples / f"{name}.json").read_bytes())
        fixtures.append(Fixture(stem, source, truth, "Apache-2.0", damage, "test", sha256_of(source), name))
    write_manifest(folder, fixtures)
    return folder


class Replay:
    """Reads a sample as its truth says, changed as the test wants; counts its calls."""

    def __init__(self, changes: dict[str, Change] | None = None) -> None:
        self.changes = changes or {}
        self.calls: list[str] = []

    def warm_up(self) -> None:
        """There is no model to load."""

    def __call__(self, source: Path, *, on_page: Callable[[Any], None]) -> Document:
        self.calls.append(source.stem)
        truth = read_back(Document.load(source.with_suffix(".json")))
        result = self.changes.get(source.stem, lambda document: document)(truth)
        for page in result.pages:
            cells = [c for t in result.tables for c in t.cells if c.text and c.parts[0].page == page.number]
            on_page(SimpleNamespace(page=page, readings=tuple((c.parts[0].box, c.text) for c in cells)))
        return result


def read_back(truth: Document) -> Document:
    """A truth as a perfect reader gives it: with readings, without kinds."""
    tables = tuple(
        replace(
            t, kind=None, cells=tuple(replace(c, reading=Reading(c.text, 0.9, "replay")) for c in t.cells)
        )
        for t in truth.tables
    )
    return replace(truth, tables=tables, extra={})


def with_cell(document: Document, change: Callable[[Cell], Cell | None]) -> Document:
    """The document with the first cell of its first table for which `change` gives another."""
    table = document.tables[0]
    for index, cell in enumerate(table.cells):
        changed = change(cell)
        if changed is not None:
            cells = (*table.cells[:index], changed, *table.cells[index + 1 :])
            return replace(document, tables=(replace(table, cells=cells), *document.tables[1:]))
    raise AssertionError("no cell to change")


def without_row(table: Table, row: int) -> Table:
    """A table whose cells are all of one row, with one row lost."""
    cells = tuple(replace(c, row=c.row - (c.row > row)) for c in table.cells if c.row != row)
    return replace(table, shape=(table.shape[0] - 1, table.shape[1]), cells=cells)


def square_or_die(number: int) -> int:
    """For workers: 13 kills its process, a negative number raises, 99 takes for ever."""
    if number == 13:
        os._exit(9)
    if number < 0:
        raise ValueError(f"{number} is negative")
    if number == 99:
        time.sleep(600)
    return number * number
