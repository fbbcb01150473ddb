"""What the command line says of its results: tables for people, one JSON object for programs.

Titles and file names come from scans and strangers, so nothing of them reaches a terminal
as a control sequence or as markup.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid
from rich.text import Text

from .document import Column, Document, Problem, Status, Table
from .errors import EXIT_FAILED, EXIT_OK, EXIT_PARTIAL, CrossfootError, InputError

_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, bidi marks, lone surrogates, line separators
_PIPE_WIDTH = 200  # columns where no terminal gives a width, so that titles stay on one line


@dataclass(frozen=True, slots=True)
class TableSummary:
    """One table of a result; `amounts` is the number of cells with an amount."""

    id: str
    page: int | None
    title: str | None
    kind: str | None
    rows: int
    cols: int
    amounts: int
    unit: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input; `folder` holds its files, None where there are none.

    `error` says why an input failed altogether, in one line.
    """

    input: str
    name: str
    status: Status
    seconds: float
    sha256: str | None = None
    folder: Path | None = None
    pages: int = 0
    tables: tuple[TableSummary, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The entry of this input in what `--json` prints."""
        problems: list[dict[str, Any]] = [
            {"severity": p.severity, "code": p.code, "message": p.message, "page": p.page, "stage": p.stage}
            for p in self.problems
        ]
        return {
            "input": self.input,
            "name": self.name,
            "sha256": self.sha256,
            "status": self.status,
            "folder": None if self.folder is None else str(self.folder),
            "tables": [asdict(table) for table in self.tables],
            "problems": problems,
            "seconds": round(self.seconds, 3),
        }


def outcome(document: Document, *, given: str, folder: Path, seconds: float) -> Outcome:
    """The summary of a digitized document whose files are in `folder`."""
    return Outcome(
        input=given,
        name=document.source.name,
        status=document.status,
        seconds=seconds,
        sha256=document.source.sha256,
        folder=folder,
        pages=document.source.pages,
        tables=tuple(_table_summary(table) for table in document.tables),
        problems=document.problems,
    )


def failure(error: Exception, *, given: str, seconds: float) -> Outcome:
    """The summary of an input that failed altogether; `error` may be of any class."""
    if isinstance(error, InputError):
        reason = error.reason  # its name is that of the input, without folders
    elif isinstance(error, CrossfootError):
        reason = str(error)
    else:
        reason = f"{type(error).__name__}: {error}"
    remedy = f"; {error.remedy}" if isinstance(error, CrossfootError) and error.remedy else ""
    problem = Problem("error", "input_unusable", reason)
    line = f"{given}: {reason}{remedy}"
    return Outcome(given, Path(given).name, "failed", seconds, problems=(problem,), error=line)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """The code of the worst outcome."""
    statuses = {o.status for o in outcomes}
    if "failed" in statuses:
        return EXIT_FAILED
    return EXIT_PARTIAL if "partial" in statuses else EXIT_OK


def to_json(outcomes: Iterable[Outcome], code: int, error: CrossfootError | None = None) -> str:
    """What `--json` prints; `error` is one that ended the run before all inputs were done."""
    value: dict[str, Any] = {"inputs": [o.to_json() for o in outcomes], "exit_code": code}
    if error is not None:
        value["error"] = str(error)
    return json.dumps(value)  # ASCII: safe in every terminal and locale


def plain(text: object) -> str:
    """`text` on one line, with whatever would steer a terminal written as an escape."""
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in _UNSAFE else c for c in str(text)
    )


def error_line(error: CrossfootError) -> str:
    """An error and its remedy on one line."""
    return f"{error}; {error.remedy}" if error.remedy else str(error)


def output_console() -> Console:
    """Standard output, wide where it is no terminal."""
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    return console


def show(result: Outcome, console: Console) -> None:
    """Print the table of tables of one input, its status and its problems."""
    console.print(Text(plain(result.name), style="bold"), soft_wrap=True)
    if result.tables:
        console.print(_grid(result.tables))
    amounts = sum(table.amounts for table in result.tables)
    counts = ", ".join(
        (counted(len(result.tables), "table"), counted(amounts, "amount"), counted(result.pages, "page"))
    )
    console.print(
        Text(f"{result.status}: {counts}, {result.seconds:.1f} s; files in {plain(result.folder)}"),
        soft_wrap=True,
    )
    for problem in result.problems:
        page = "" if problem.page is None else f"page {problem.page}: "
        line = f"  {problem.severity}: {page}{problem.message} [{problem.code}]"
        console.print(Text(plain(line)), soft_wrap=True)


def _grid(tables: Sequence[TableSummary]) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("page", justify="right")
    grid.add_column("id")
    grid.add_column("title", overflow="fold")
    grid.add_column("kind", overflow="fold")
    grid.add_column("size", justify="right", no_wrap=True)
    grid.add_column("amounts", justify="right")
    for table in tables:
        cells = (table.page or "—", table.id, table.title or "—", table.kind or "—")
        numbers = (f"{table.rows} × {table.cols}", table.amounts)
        grid.add_row(*(Text(plain(cell)) for cell in (*cells, *numbers)))
    return grid


def show_cells(document: Document, console: Console) -> None:
    """Print the tables themselves: amounts whole and to the right, long labels cut short."""
    for table in document.tables:
        grid = Grid(
            box=box.SIMPLE_HEAD, pad_edge=False, show_header=False, title=plain(table.title or table.id)
        )
        for column in table.columns or [Column()] * table.shape[1]:
            number = column.role in ("amount", "ratio", "line_number")
            grid.add_column(
                justify="right" if number else "left", overflow="ellipsis", no_wrap=True, ratio=not number
            )
        for cells in table.starts():
            texts = {cell.col: Text(plain(cell.text), style="bold" * cell.header) for cell in cells}
            grid.add_row(*(texts.get(col, "") for col in range(table.shape[1])))
        console.print(grid)


def _table_summary(table: Table) -> TableSummary:
    rows, cols = table.shape
    return TableSummary(
        id=table.id,
        page=table.parts[0].page if table.parts else None,
        title=table.title,
        kind=table.kind,
        rows=rows,
        cols=cols,
        amounts=sum(cell.amount is not None for cell in table.cells),
        unit=table.unit,
        year=table.year,
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the singular for one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Bar:
    """A progress bar on standard error, there only on a terminal and gone when it is done.

    Args:
        quiet: show nothing.
    """

    def __init__(self, quiet: bool = False) -> None:
        console = Console(stderr=True, markup=False, highlight=False, emoji=False)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[count]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._label: str | None = None
        self._task = self._progress.add_task("", count="", total=None, visible=False)

    def __enter__(self) -> Bar:
        self._label = None
        self._progress.update(self._task, visible=False)
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def bytes(self, label: str, done: int, total: int) -> None:
        """Show `done` of `total` bytes; a total of 0 is unknown."""
        count = f"{done / 1e6:.1f} of {total / 1e6:.1f} MB" if total else f"{done / 1e6:.1f} MB" * bool(done)
        self._show(label, count, done, total)

    def pages(self, label: str, done: int, total: int, noun: str = "pages") -> None:
        """Show `done` of `total` pages, or of what else is counted."""
        self._show(label, f"{done} of {total} {noun}", done, total)

    def fixtures(self, label: str, done: int, total: int) -> None:
        """Show `done` of `total` fixtures of an evaluation."""
        self._show(label, f"{done} of {total} fixtures", done, total)

    def _show(self, label: str, count: str, done: int, total: int) -> None:
        if label != self._label:  # the clock starts anew with each thing that is done
            self._progress.reset(self._task, description=plain(label), count="", visible=True)
            self._label = label
        self._progress.update(self._task, completed=done, total=total or None, count=count)
