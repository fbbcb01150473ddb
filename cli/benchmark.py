"""`crossfoot benchmark`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from .. import summary
from ..document import write_atomically
from ..errors import EXIT_FAILED
from ..summary import Bar, plain
from .app import app, complain


@app.command()
def benchmark(
    name: Annotated[
        str, typer.Argument(help="A set in eval/benchmark.toml: full, quick or tuning.")
    ] = "quick",
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the set, the results and the report.")],
    workers: Annotated[int, typer.Option(help="Worker processes; 0 means one per core.", min=0)] = 0,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")] = False,
) -> None:
    """Make the committed benchmark and measure crossfoot and img2table on it.

    Prints whether the set counts, every figure, and the table of the README. The exit code is 4 if a
    profile is softer or harder than scans are.

    \b
    Examples:
      crossfoot benchmark quick --out out/benchmark-quick
      crossfoot benchmark full --out out/benchmark
    """
    from ..eval import benchmark as sets
    from ..eval.harness import MAX_WORKERS
    from .evaluation import show

    started = time.perf_counter()
    workers = min(workers or os.cpu_count() or 1, MAX_WORKERS)
    console = summary.output_console()
    with Bar(quiet) as bar:
        chosen = sets.load(name)
        folder = sets.make(chosen, out, workers, bar.fixtures)
    console.print(f"made after {time.perf_counter() - started:.0f} s")
    hardness = sets.harden(folder)
    for entry in hardness:
        console.print(plain(entry), soft_wrap=True)
    with Bar(quiet) as bar:
        evaluation = sets.measure(folder, out, workers, bar.fixtures, bar.bytes)
    show(evaluation, console)
    table = sets.markdown(evaluation)
    write_atomically(out / "table.md", f"{table}\n".encode())
    console.print()
    for line in table.splitlines():
        console.print(plain(line), soft_wrap=True)
    console.print(f"\nmeasured in {time.perf_counter() - started:.0f} s; report: {plain(out / 'report')}")
    for failed in evaluation.failures:
        complain(f"{failed.fixture}: {failed.tool}: {failed.failure}")
    if any(entry.counts is False for entry in hardness):
        complain("the damage of a profile is not that of scans, so its figures do not count")
        raise typer.Exit(EXIT_FAILED)
