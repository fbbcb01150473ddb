"""`crossfoot synthesize`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ..summary import Bar, counted, plain
from .app import app


@app.command()
def synthesize(
    count: Annotated[int, typer.Argument(metavar="N", help="Number of documents.", min=1)],
    out: Annotated[Path, typer.Argument(help="Folder for scans, truth and manifest.")],
    *,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal documents.", min=0)] = 0,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help="Only tables of this kind, as budget.revenue; may be repeated. An unknown one is answered "
            "with the list."
        ),
    ] = None,
    damage: Annotated[
        list[str] | None,
        typer.Option(
            help="Scan every document in this profile; may be repeated. `all` is each of them, `mixed` one "
            "of them per document in turn. Default: mixed."
        ),
    ] = None,
    tables: Annotated[
        int | None, typer.Option(help="Excerpts of at most so many kinds of table, without narrative.", min=1)
    ] = None,
    misprints: Annotated[
        float, typer.Option(help="Share of documents with misprints of the publisher.", min=0, max=1)
    ] = 0.3,
    font: Annotated[
        list[str] | None, typer.Option(help="Print in this font; may be repeated. Default: those installed.")
    ] = None,
    split: Annotated[str, typer.Option(help="The part of a set that the manifest counts them to.")] = "test",
    workers: Annotated[int, typer.Option(help="Processes; 0 means one per core.", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a set that is there already.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")] = False,
) -> None:
    """Make synthetic disclosures with exact truth.

    Whole documents with consistent accounts, printed, scanned and damaged.

    \b
    Examples:
      crossfoot synthesize 60 fixtures --seed 1
      crossfoot synthesize 20 fixtures --damage fax --damage office --tables 3
      crossfoot synthesize 10 fixtures --kind final.three_public --damage all
    """
    from ..datasets.disclosure.compose import Recipe
    from ..datasets.synthesize import MIXED, Order, synthesize

    recipe = Recipe(tuple(kind or ()), tables, misprints)
    order = Order(count, seed, tuple(damage or (MIXED,)), recipe, tuple(font or ()), split)
    workers = min(workers or os.cpu_count() or 1, count)
    with Bar(quiet) as bar:

        def progress(done: int, total: int) -> None:
            bar.pages(str(out), done, total, "documents")

        fixtures = synthesize(order, out, workers=workers, force=force, progress=progress)
    if not quiet:
        typer.echo(f"{counted(len(fixtures), 'fixture')} of {counted(count, 'document')} in {plain(out)}")
