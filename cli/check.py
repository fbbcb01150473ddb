"""`crossfoot check`."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import summary
from ..errors import EXIT_FAILED, EXIT_OK, CrossfootError, OutputError
from ..summary import Outcome
from .app import app, complain

if TYPE_CHECKING:
    from ..document import Document


class Requirement(StrEnum):
    """What a build may ask of the sums."""

    NO_DISPUTED = "no-disputed"


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="document.json, HTML, XLSX or CSV files.")
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Also write results, as digitize does: a folder per file."),
    ] = None,
    require: Annotated[
        Requirement | None,
        typer.Option(help="End with exit code 4 if amounts contradict each other: no-disputed."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Also print the tables themselves.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Overwrite results of digitize, or of another document of the name."),
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables for people.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of unexpected errors.")] = False,
) -> None:
    """Check the sums of tables that you already have.

    What a file says is taken as exact: nothing is corrected. Every equation found between its
    amounts is tried; amounts are proven, disputed or unchecked by them. Each file is a
    document of its own; tables in one file are held against each other.

    \b
    Examples:
      crossfoot check out/report/document.json
      crossfoot check budget.xlsx accounts.html --require no-disputed
      crossfoot check *.csv -o checked --json
    """
    run = _Run(output, force=force, debug=debug)
    outcomes: list[Outcome] = []
    console = summary.output_console()
    if output is not None:
        from ..export import folder

        folder.prepare(output)
    for path in files:
        outcome, document = _check_one(path, run)
        outcomes.append(outcome)
        if outcome.error is not None:
            complain(outcome.error)
        elif not (quiet or as_json):
            summary.show(outcome, console, sums=True)
            if show and document is not None:
                summary.show_cells(document, console)
    code = summary.exit_code(outcomes)
    disputed = sum(outcome.states["disputed"] for outcome in outcomes)
    failing = sum(outcome.equations[1] for outcome in outcomes)  # where no amount is to blame for certain
    if require is Requirement.NO_DISPUTED and (disputed or failing):
        told = (
            f"{summary.counted(disputed, 'amount')} disputed, {summary.counted(failing, 'equation')} failing"
        )
        complain(f"{require.value}: not met, {told}")
        code = EXIT_FAILED if code == EXIT_OK else max(code, EXIT_FAILED)
    if as_json:
        typer.echo(summary.to_json(outcomes, code))
    raise typer.Exit(code)


@dataclass
class _Run:
    """What all files of one `check` share; `taken` are the result folders given out so far."""

    output: Path | None
    force: bool
    debug: bool
    taken: set[Path] = field(default_factory=set)


def _check_one(path: Path, run: _Run) -> tuple[Outcome, Document | None]:
    from ..sheets.checking import check_file

    started = time.perf_counter()
    try:
        document = check_file(path)
        place = _write(document, path, run)
    except Exception as error:  # a bug that one file brings out must not cost the others
        if run.debug and not isinstance(error, CrossfootError):
            traceback.print_exc()
        return summary.failure(error, given=str(path), seconds=time.perf_counter() - started), None
    seconds = time.perf_counter() - started
    return summary.outcome(document, given=str(path), folder=place, seconds=seconds), document


def _is_digitized(place: Path, path: Path) -> bool:
    """Whether a folder of results is the one that was checked, or has pictures of pages."""
    from ..export import folder

    held = place / folder.DOCUMENT
    if held.exists() and held.samefile(path):
        return True
    return any((place / folder.OVERLAY).glob("page-*.png"))


def _write(document: Document, path: Path, run: _Run) -> Path | None:
    if run.output is None:
        return None
    from ..export import folder

    place = folder.result_folder(run.output, document.source.name, document.source.sha256, run.taken)
    if not run.force and _is_digitized(place, path):
        raise OutputError(
            "holds what digitize read: pictures, corrections and other readings would be lost",
            name=str(place),
            remedy="give another output folder, or --force to replace it",
        )
    run.taken.add(place)
    folder.write_folder(document, place, force=run.force)
    return place
