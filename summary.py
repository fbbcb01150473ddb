"""What the command line says of its results: tables for people, one JSON object for programs.

Titles and file names come from scans and strangers, so nothing of them reaches a terminal
as a control sequence or as markup.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid
from rich.text import Text

from .document import Column, Document, Problem, State, Status, Table
from .errors import EXIT_FAILED, EXIT_OK, EXIT_PARTIAL, CrossfootError, InputError
from .export.equations import Places, failing, rounded
from .export.states import STATES, Marked, counts, marked

_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # controls, bidi marks, lone surrogates, line separators
_MOST_LINES = 20  # of disputed amounts, and of equations that fail, for people; JSON has more
_MOST_ENTRIES = 1000
_PIPE_WIDTH = 200  # columns where no terminal gives a width, so that titles stay on one line


@dataclass(frozen=True, slots=True)
class TableSummary:
    """One table of a result; `amounts` is the number of cells with an amount, `states` of those per state.

    `equations` are those that the table has a part in, `failing` those of them that do not hold.
    """

    id: str
    page: int | None
    title: str | None
    kind: str | None
    rows: int
    cols: int
    amounts: int
    unit: str | None
    year: int | None
    states: dict[State, int] = field(default_factory=dict, hash=False)
    equations: int = 0
    failing: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input; `folder` holds its files, None where there are none.

    `disputed` are amounts that contradict each other, the worst first, `failing` the equations
    that say so, a sentence each, `rounded` those that hold within rounding only; only so many are
    kept, `equations` counts them all: found, failing and rounded. `error` says why an input failed
    altogether, in one line.
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
    equations: tuple[int, int, int] = (0, 0, 0)
    failing: tuple[str, ...] = ()
    rounded: tuple[str, ...] = ()
    disputed: tuple[Marked, ...] = ()

    @property
    def states(self) -> dict[State, int]:
        """How many amounts of all tables have which state."""
        return {state: sum(table.states.get(state, 0) for table in self.tables) for state in STATES}

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
            "states": self.states,
            "equations": dict(zip(("found", "failing", "rounded"), self.equations, strict=True)),
            "failing": list(self.failing),
            "rounded": list(self.rounded),
            "disputed": [
                {"table": m.table, "row": m.cell.row, "col": m.cell.col, "page": m.page, "text": m.cell.text}
                | {"sentence": m.sentence}
                for m in self.disputed
            ],
            "problems": problems,
            "seconds": round(self.seconds, 3),
        }


def outcome(document: Document, *, given: str, folder: Path | None, seconds: float) -> Outcome:
    """The summary of a document whose files are in `folder`, if they were written."""
    places = Places(document)
    broken, near = failing(document), rounded(document)
    return Outcome(
        input=given,
        name=document.source.name,
        status=document.status,
        seconds=seconds,
        sha256=document.source.sha256,
        folder=folder,
        pages=document.source.pages,
        tables=_table_summaries(document),
        problems=document.problems,
        equations=(len(document.equations), len(broken), len(near)),
        failing=tuple(places.sentence(equation) for equation in broken[:_MOST_ENTRIES]),
        rounded=tuple(places.sentence(equation) for equation in near[:_MOST_ENTRIES]),
        disputed=tuple(marked(document, ["disputed"], limit=_MOST_ENTRIES)[0]),
    )


def failure(error: Exception, *, given: str, seconds: float) -> Outcome:
    """The summary of an input that failed altogether; `error` may be of any class."""
    if isinstance(error, CrossfootError) and error.name == given:
        reason = error.reason
    elif isinstance(error, CrossfootError) and error.name.startswith(f"{given}, "):
        reason = f"{error.name.removeprefix(f'{given}, ')}: {error.reason}"  # which sheet, which cell
    elif isinstance(error, InputError):
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


def show(result: Outcome, console: Console, *, sums: bool = False) -> None:
    """Print the table of tables of one input, its status, what is disputed, and its problems.

    With `sums` the equations that fail, or hold within rounding only, take the place of the
    amounts that they dispute.
    """
    console.print(Text(plain(result.name), style="bold"), soft_wrap=True)
    if result.tables:
        console.print(_sums(result.tables) if sums else _grid(result.tables))
    amounts = sum(table.amounts for table in result.tables)
    counted_things = [counted(len(result.tables), "table"), counted(amounts, "amount")]
    if not sums:
        counted_things.append(counted(result.pages, "page"))
    files = "" if result.folder is None else f"; files in {plain(result.folder)}"
    line = f"{result.status}: {', '.join(counted_things)}, {result.seconds:.1f} s{files}"
    console.print(Text(line), soft_wrap=True)
    _show_states(result, console)
    disputed = tuple(item.line() for item in result.disputed)
    _show_lines("disputed", disputed, result.states["disputed"], console)
    if sums:
        _show_lines("fails", result.failing, result.equations[1], console)
        _show_lines("rounded", result.rounded, result.equations[2], console)
    for problem in result.problems:
        if sums and problem.code == "equation_fails":  # it has its sentence
            continue
        page = "" if problem.page is None else f"page {problem.page}: "
        text = f"  {problem.severity}: {page}{problem.message} [{problem.code}]"
        console.print(Text(plain(text)), soft_wrap=True)


def _show_lines(word: str, lines: Sequence[str], total: int, console: Console) -> None:
    """The first of `total` sentences, each behind a word that says what it is about."""
    style = "yellow" if word == "rounded" else "red"
    for sentence in lines[:_MOST_LINES]:
        console.print(Text(f"  {word}: {plain(sentence)}", style=style), soft_wrap=True)
    if total > _MOST_LINES:
        console.print(Text(f"  … and {total - _MOST_LINES} more"), soft_wrap=True)


def _show_states(result: Outcome, console: Console) -> None:
    """How many amounts are in which state, and how many equations hold; nothing where none was looked at."""
    states = result.states
    if not any(states.values()):
        return
    shown = [f"{states[s]} {s}" for s in STATES if states[s] or s != "confirmed"]
    found, broken, near = result.equations
    equations = f"{counted(found, 'equation')}, {broken} {'fails' if broken == 1 else 'fail'}"
    if near:
        equations += f", {near} {'holds' if near == 1 else 'hold'} within rounding only"
    console.print(Text(f"amounts: {', '.join(shown)}; {equations}"), soft_wrap=True)


def _sums(tables: Sequence[TableSummary]) -> Grid:
    """A row per table: its amounts by state, and its equations."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("id")
    grid.add_column("title", overflow="fold")
    numbers = ("amounts", "proven", "corrected", "disputed", "unchecked", "equations", "failing")
    kept = [n for n in numbers if n != "corrected" or any(t.states.get("corrected") for t in tables)]
    for name in kept:
        grid.add_column(name, justify="right")
    for table in tables:
        figures = {"amounts": table.amounts, "equations": table.equations, "failing": table.failing}
        figures |= {str(state): number for state, number in table.states.items()}
        texts = (table.id, table.title or "—", *(figures.get(name, 0) for name in kept))
        grid.add_row(*(Text(plain(text)) for text in texts))
    return grid


def _grid(tables: Sequence[TableSummary]) -> Grid:
    judged = any(number for table in tables for number in table.states.values())
    states: tuple[State, ...] = ("proven", "corrected", "disputed", "unchecked") if judged else ()
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("page", justify="right")
    grid.add_column("id")
    grid.add_column("title", overflow="fold")
    grid.add_column("kind", overflow="fold")
    grid.add_column("size", justify="right", no_wrap=True)
    grid.add_column("amounts", justify="right")
    for state in states:
        grid.add_column(state, justify="right")
    for table in tables:
        cells = (table.page or "—", table.id, table.title or "—", table.kind or "—")
        numbers = (f"{table.rows} × {table.cols}", table.amounts, *(table.states.get(s, 0) for s in states))
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


def _table_summaries(document: Document) -> tuple[TableSummary, ...]:
    broken = {equation.id for equation in document.equations if equation.holds is False}
    found: dict[str, list[int]] = {table.id: [] for table in document.tables}
    for equation in document.equations:
        for name in {term.table for term in (equation.total, *equation.terms) if term.table is not None}:
            found.setdefault(name, []).append(equation.id)
    return tuple(
        _table_summary(table, found[table.id], broken.intersection(found[table.id]))
        for table in document.tables
    )


def _table_summary(table: Table, equations: Sequence[int], broken: Collection[int]) -> TableSummary:
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
        states=counts([table]),
        equations=len(equations),
        failing=len(broken),
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
