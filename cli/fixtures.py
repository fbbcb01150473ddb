"""`crossfoot fixtures`: check sets of labelled pages, label tables, add documents to a set."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import EXIT_FAILED, EXIT_OK, EXIT_PARTIAL, CrossfootError, OptionsError, OutputError
from ..summary import Bar, counted, plain
from .app import app, complain

if TYPE_CHECKING:
    from ..datasets.fixtures.manifest import Refusal
    from ..document import Table

fixtures_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(fixtures_app, name="fixtures", help="Check, make and extend sets of labelled pages.")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that holds manifest.csv.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there already.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
Licence = Annotated[str, typer.Option(help="Licence of the source, as CC0-1.0.")]
Damage = Annotated[str, typer.Option(help="What is wrong with the pages, in one word.")]
Split = Annotated[str, typer.Option(help="Part of the set that it belongs to.")]


@fixtures_app.command("check")
def check_fixtures(
    folder: Folder,
    *,
    quiet: Quiet = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of lines for people.")
    ] = False,
) -> None:
    """Check a set: files, hashes, and that every truth agrees with itself.

    What is wrong is printed as file, address and reason, one line each; the exit code is
    then 4. The last line counts the fixtures that the manifest names, and how many of them
    are refused.
    """
    from ..datasets.fixtures import sets as fixtures

    try:
        found = fixtures.load_set(folder, verify=False)
        with Bar(quiet) as bar:
            refusals = fixtures.check(
                folder, lambda done, total: bar.pages(folder.name, done, total, "fixtures")
            )
    except CrossfootError as error:
        if as_json:
            _print_json(
                {
                    "fixtures": 0,
                    "refused": 0,
                    "refusals": [],
                    "exit_code": error.exit_code,
                    "error": str(error),
                }
            )
        raise
    count, refused = fixtures.tally(found, refusals)
    code = EXIT_FAILED if refusals else EXIT_OK
    if as_json:
        listed = [asdict(refusal) for refusal in refusals]
        _print_json({"fixtures": count, "refused": refused, "refusals": listed, "exit_code": code})
    else:
        _print_refusals(refusals)
        if not quiet:
            typer.echo(f"{counted(count, 'fixture')}, {refused} refused")
    raise typer.Exit(code)


@fixtures_app.command("label")
def label_tables(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="An .html or .xlsx file with the tables.")],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The truth to write, a .json file.")],
    source: Annotated[Path | None, typer.Option(help="The scan that the tables stand in.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="Kind of the tables, as budget.revenue; an unknown one is answered with the list."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the tables, where none has its own.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of the amounts, as 万元.")] = None,
    year: Annotated[int | None, typer.Option(help="Year of the amounts.")] = None,
    stage: Annotated[
        str | None,
        typer.Option(
            help="budget, adjusted_budget, final, prior_budget …; an unknown one is answered with the list."
        ),
    ] = None,
    organization: Annotated[str | None, typer.Option(help="Whose tables they are.")] = None,
    columns: Annotated[
        str | None,
        typer.Option(help="Roles of the columns: code,name,line_number,amount,ratio,text; default: guessed."),
    ] = None,
    header_rows: Annotated[
        int | None, typer.Option(min=0, help="Rows above the body; default: as marked, or guessed.")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Turn tables that were typed by hand into a truth.

    HTML tables use rowspan, colspan and th; a workbook holds one table per sheet. A table
    may say itself what the options say: data-kind, data-unit, data-year, data-stage,
    data-columns, data-header-rows, data-page. The first row of a table is its first row on
    paper: rows that read like its title or unit are told on standard error.

    \b
    Examples:
      crossfoot fixtures label page.html -o page.json --source page.pdf --unit 万元
      crossfoot fixtures label tables.xlsx -o page.json --columns code,name,amount
    """
    from ..datasets.fixtures.sets import make_folder
    from ..datasets.labels.documents import document_from_labels

    if output.suffix.lower() != ".json":
        raise OptionsError(
            f"{output.name!r} is no name of a truth", name="--output", remedy="end it in .json"
        )
    if output.exists() and not force:
        raise OutputError("is there already", name=str(output), remedy="give --force to replace it")
    said: dict[str, Any] = {
        "kind": kind,
        "unit": unit,
        "year": year,
        "stage": stage,
        "organization": organization,
        "title": title,
        "columns": None if columns is None else tuple(role.strip() for role in columns.split(",")),
        "header_rows": header_rows,
    }
    document = document_from_labels(table, source=source, **said)
    make_folder(output.parent)
    document.save(output)
    if not quiet:
        for made in document.tables:
            _print_table(made)


def _print_table(table: Table) -> None:
    """A table in one line, and a note for each row that should perhaps not be in it."""
    from ..sheets.strays import stray_rows

    amounts = sum(cell.amount is not None for cell in table.cells)
    (rows, cols), header = table.shape, counted(table.header_rows, "header row")
    name = table.title or table.kind or "—"
    typer.echo(plain(f"{table.id}  {rows} × {cols}, {header}, {counted(amounts, 'amount')}  {name}"))
    for stray in stray_rows(table):
        complain(
            f"note: {table.id}, row {stray.row + 1}, {stray.text[:40]!r}, counts as part of the table; if it "
            f"stands above the table on paper, remove the row and give {stray.option}"
        )


@fixtures_app.command("add")
def add_fixture(
    folder: Folder,
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="The scan.")],
    document: Annotated[Path, typer.Argument(metavar="DOCUMENT", help="Its corrected document.json.")],
    *,
    licence: Licence,
    name: Annotated[str | None, typer.Option("--id", help="Default: the name of the source.")] = None,
    damage: Damage = "real",
    split: Split = "test",
    group: Annotated[
        str | None, typer.Option("--document", help="Name shared by fixtures that show the same content.")
    ] = None,
    made_by: Annotated[str, typer.Option(help="Who or what made the truth.")] = "",
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Copy a scan and its corrected document.json into a set, which is made if need be.

    \b
    Example:
      crossfoot fixtures add pages/ report.pdf out/report/document.json --licence CC0-1.0
    """
    from ..datasets.fixtures.sets import add_document
    from ..document import Document

    fixture = add_document(
        folder,
        source,
        document,
        licence=licence,
        id=name,
        damage=damage,
        split=split,
        document=group,
        made_by=made_by,
        force=force,
    )
    if not quiet:
        typer.echo(plain(f"{fixture.id}  {fixture.source}  {fixture.truth}"))
        if not Document.load(document).source.sha256:
            complain(
                f"note: {document}: the truth does not say which scan it is of; "
                "label with --source to be sure"
            )


@fixtures_app.command("import")
def import_fixtures(
    dataset: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help="pubtabnet, fintabnet, scitsr, icdar2013, wtw or omnidocbench."
        ),
    ],
    annotations: Annotated[Path, typer.Argument(metavar="PATH", help="Its annotations, a file or folder.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The set to make.")],
    *,
    licence: Licence,
    sources: Annotated[
        Path | None, typer.Option(help="Folder of the images or PDFs; default: beside the annotations.")
    ] = None,
    damage: Damage = "real",
    split: Split = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many fixtures.")] = None,
    quiet: Quiet = False,
) -> None:
    """Make a set from the annotations of a public data set.

    Entries that are malformed or have no source are printed; the exit code is then 3.
    """
    from ..datasets.readers.importing import import_set

    with Bar(quiet) as bar:
        count, refusals = import_set(
            dataset,
            annotations,
            folder,
            licence=licence,
            sources=sources,
            damage=damage,
            split=split,
            limit=limit,
            progress=lambda done: bar.pages(dataset, done, limit or 0, "fixtures"),
        )
    _print_refusals(refusals)
    if not quiet:
        typer.echo(f"{counted(count, 'fixture')}, {len(refusals)} refused")
    raise typer.Exit(EXIT_PARTIAL if refusals else EXIT_OK)


def _print_refusals(refusals: tuple[Refusal, ...]) -> None:
    for refusal in refusals:
        typer.echo(plain(refusal))


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value))  # ASCII: safe in every terminal and locale
