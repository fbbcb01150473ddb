"""`crossfoot explain`."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import OptionsError
from ..summary import plain
from .app import app

if TYPE_CHECKING:
    from ..document import Document, Table


class Language(StrEnum):
    """Languages that there are sentences in."""

    EN = "en"
    ZH = "zh"


_CELL = re.compile(r"\s*(\d{1,7})\s*,\s*(\d{1,7})\s*", re.ASCII)
_NOTHING = {"en": "nothing was corrected, nothing is disputed", "zh": "没有更正，也没有矛盾"}


@app.command()
def explain(
    document: Annotated[
        Path, typer.Argument(metavar="DOCUMENT", help="A document.json, or the folder that holds it.")
    ],
    *,
    table: Annotated[str | None, typer.Option(help="Only this table, by its id.")] = None,
    cell: Annotated[
        str | None, typer.Option(help="Only this cell: row and column from 0, as in document.json: 4,2.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.EN,
    every: Annotated[
        bool, typer.Option("--all", help="Explain every amount, not only corrected and disputed ones.")
    ] = False,
) -> None:
    """Say why amounts were corrected or are disputed, and which other equations fail.

    \b
    Examples:
      crossfoot explain out/report/document.json
      crossfoot explain out/report --table t3 --cell 4,2 --lang zh
    """
    from ..document import Document
    from ..export.folder import DOCUMENT

    loaded = Document.load(document / DOCUMENT if document.is_dir() else document)
    if table is not None and all(t.id != table for t in loaded.tables):
        known = ", ".join(t.id for t in loaded.tables[:20]) or "none"
        raise OptionsError(f"there is no table {table!r}; there are {known}", name="--table")
    if cell is not None:
        typer.echo(plain(_of_cell(loaded, table, cell, lang)))
        return
    lines = _of_all(loaded, table, lang, every=every) + _failing(loaded, table)
    for line in lines or [_NOTHING[lang.value]]:
        typer.echo(plain(line))


def _of_all(document: Document, table: str | None, lang: Language, *, every: bool) -> list[str]:
    from ..export.states import MARKED, STATES, marked

    states = frozenset(STATES) if every else MARKED
    number = sum(len(t.cells) for t in document.tables)
    found, _ = marked(document, states, language=lang.value, limit=number, table=table)
    return [item.line(lang.value) for item in found]


def _failing(document: Document, table: str | None) -> list[str]:
    """Equations that fail where no amount is disputed for it, since which is wrong cannot be told."""
    from ..export.equations import Places, failing

    disputed = {(t.id, c.row, c.col) for t in document.tables for c in t.cells if c.state == "disputed"}
    places = Places(document)
    return [
        f"fails: {places.sentence(equation)}"
        for equation in failing(document)
        if table in (None, equation.total.table)
        and not any(
            (term.table, term.row, term.col) in disputed for term in (equation.total, *equation.terms)
        )
    ]


def _of_cell(document: Document, table: str | None, cell: str, lang: Language) -> str:
    from ..arithmetic.explain import explain as say

    match = _CELL.fullmatch(cell)
    if match is None:
        raise OptionsError(f"{cell!r} is no row and column, such as 4,2", name="--cell")
    one = _table(document, table)
    row, col = int(match[1]), int(match[2])
    if row >= one.shape[0] or col >= one.shape[1]:
        size = f"{one.shape[0]} × {one.shape[1]}"
        raise OptionsError(f"{row},{col} is outside of the {size} table {one.id}", name="--cell")
    start = one.cell_at(row, col)
    return say(document, one.id, start.row, start.col, lang.value)


def _table(document: Document, table: str | None) -> Table:
    if table is None and len(document.tables) != 1:
        raise OptionsError("needs a table", name="--cell", remedy="name it with --table")
    return next(t for t in document.tables if table in (None, t.id))
