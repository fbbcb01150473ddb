"""The benchmark of arithmetic on a terminal: every figure beside its target."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from ..eval.arithmetic_figures import ALL, SECTIONS, Figure
from ..eval.arithmetic_page import NOTES, interval, number, target
from ..summary import Bar, counted, output_console, plain
from .app import complain

if TYPE_CHECKING:
    from rich.console import Console

    from ..eval.arithmetic import ArithmeticResult
    from ..eval.benchmark import Benchmark


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for; see there."""

    out: Path
    workers: int
    only: dict[str, tuple[str, ...]]
    limit: int
    read: bool
    alone: bool
    worst: int
    other: Path | None


def run(chosen: Benchmark, wanted: Wanted, fixtures: Path | None, bar: Bar) -> None:
    """Make the set, read it, run arithmetic on it, and show and write what came of it.

    Raises:
        InputError: there is nothing to measure.
        EngineError, WeightsError: nothing can be read at all.
    """
    from ..eval import arithmetic, benchmark
    from ..eval.arithmetic_figures import figures
    from ..eval.arithmetic_page import write_page

    started = time.perf_counter()
    plan = arithmetic.Plan(
        kept=wanted.out / "read",
        only=wanted.only,
        limit=wanted.limit,
        read=wanted.read,
        alone=wanted.alone,
        workers=wanted.workers,
    )
    with bar:
        made = wanted.out / "fixtures"
        if fixtures is None and (wanted.read or not made.is_dir()):
            made = benchmark.make(chosen, wanted.out, wanted.workers, bar.fixtures)
        folder = fixtures or made
        result = arithmetic.measure_arithmetic(folder, plan, bar.fixtures, bar.bytes)
    found = list(figures(result.scores))
    if wanted.other is not None:
        found += arithmetic.both_seeds(found, wanted.other)
    show(result, found, output_console())
    arithmetic.save(result, found, wanted.out / "arithmetic.json")
    write_page(result, found, wanted.out / "arithmetic.html")
    if wanted.worst:
        from ..eval.arithmetic_worst import write_worst

        write_worst(result.scores, folder, plan, wanted.worst, wanted.out / "worst")
    for name, why in result.failures:
        complain(f"{name}: {why}")
    output_console().print(f"measured in {time.perf_counter() - started:.0f} s; {plain(wanted.out)}")


def show(result: ArithmeticResult, figures: Sequence[Figure], console: Console) -> None:
    """Print the figures by section, and what they rest on."""
    amounts = sum(case.sort in ("amount", "zero") for score in result.scores for case in score.cases)
    documents = len({score.document for score in result.scores})
    pages = sum(score.pages for score in result.scores)
    facts = (counted(documents, "document"), counted(pages, "scanned page"), counted(amounts, "amount"))
    _title(console, f"{result.name}: {', '.join(facts)}")
    profiles = (*result.profiles, ALL)
    for section in SECTIONS:
        _title(console, section)
        console.print(_grid([f for f in figures if f.section == section], profiles))
    missed = [figure for figure in figures if figure.met is False]
    _title(console, f"{len(missed)} of {sum(f.met is not None for f in figures)} targets missed")
    for figure in missed:
        console.print(
            Text(plain(f"{figure.profile}: {figure.name}: {number(figure)}, {target(figure)}")),
            soft_wrap=True,
        )
    for line in (
        *NOTES,
        f"{counted(result.unread, 'document')} not read and left out; digest {result.digest[:12]}; "
        f"{result.hardware.machine}; {result.hardware.versions}",
    ):
        console.print(Text(plain(line), style="dim"), soft_wrap=True)


def _title(console: Console, text: str) -> None:
    console.print()
    console.print(Text(plain(text), style="bold"), soft_wrap=True)


def _grid(figures: Sequence[Figure], profiles: Sequence[str]) -> Grid:
    """A row per figure and one for its targets, a column per profile."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("", *profiles, "95 %, all"):
        grid.add_column(head, justify="left" if not head else "right")
    for name in dict.fromkeys(figure.name for figure in figures):
        row = {figure.profile: figure for figure in figures if figure.name == name}
        cells = [_cell(row.get(profile)) for profile in profiles]
        grid.add_row(name, *cells, Text(interval(row.get(ALL))))
        if any(figure.target is not None for figure in row.values()):
            targets = [Text(target(row.get(profile))) for profile in profiles]
            grid.add_row("  target", *targets, "", style="dim")
    return grid


def _cell(figure: Figure | None) -> Text:
    if figure is None:
        return Text("")
    style = {True: "green", False: "bold red", None: ""}[figure.met]
    return Text(number(figure), style=style)
