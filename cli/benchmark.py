"""`crossfoot benchmark`."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import summary
from ..document import write_atomically
from ..errors import EXIT_FAILED, OptionsError
from ..summary import Bar, plain
from .app import app, complain
from .digitize import Grid
from .evaluate import selection

if TYPE_CHECKING:
    from ..eval.benchmark import Benchmark
    from ..eval.layout import Plan

_LISTED = 10
"""Worst pages that are named even if none is drawn."""


class Variants(StrEnum):
    """How img2table is run for layout."""

    OWN = "own"
    ALL = "all"


@app.command()
def benchmark(
    name: Annotated[
        str,
        typer.Argument(
            help="A set in eval/benchmark.toml: full, quick or tuning; layout, layout-held-out or "
            "layout-quick for layout alone; arithmetic, arithmetic-held-out, arithmetic-tuning or "
            "arithmetic-quick for amounts and what arithmetic makes of them."
        ),
    ] = "quick",
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the set, the results and the report.")],
    fixtures: Annotated[
        Path | None,
        typer.Option(help="For layout and arithmetic: measure on this set of fixtures and make none."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="For layout and arithmetic: only fixtures with, say, damage=fax; also id=. Repeatable."
        ),
    ] = None,
    against: Annotated[
        bool, typer.Option("--against/--alone", help="For layout: whether img2table runs beside it.")
    ] = True,
    variants: Annotated[
        Variants,
        typer.Option(
            help="For layout: img2table by its own settings, or also with all its options, which takes "
            "twice as long."
        ),
    ] = Variants.OWN,
    grid: Annotated[Grid, typer.Option(help="For layout: how crossfoot finds cells.")] = Grid.AUTO,
    worst: Annotated[
        int, typer.Option(help="For layout and arithmetic: show so many of the worst in OUT/worst.", min=0)
    ] = 0,
    arithmetic_only: Annotated[
        bool,
        typer.Option("--arithmetic-only", help="For arithmetic: read no scan, use what was read already."),
    ] = False,
    limit: Annotated[
        int, typer.Option(help="For arithmetic: so many scans, from the first on; 0 means all.", min=0)
    ] = 0,
    alone: Annotated[
        bool,
        typer.Option(
            "--origins/--no-origins", help="For arithmetic: also with equations of each origin alone."
        ),
    ] = True,
    other_seed: Annotated[
        Path | None,
        typer.Option(help="For arithmetic: the arithmetic.json of another set, for bounds over both."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Worker processes; 0 means one per core.", min=0)] = 0,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")] = False,
) -> None:
    """Make the committed benchmark and measure crossfoot and img2table on it.

    Prints whether the set counts, every figure, and the table of the README. The exit code is 4 if a
    profile is softer or harder than scans are.

    A set for layout is measured without recognition, against the targets of the layout; the exit code
    says nothing of them. Its set and img2table's results stay in OUT and are used again.

    A set for arithmetic is read once, which takes seconds a page, and what was read stays in OUT;
    arithmetic is then run on all of it, against its targets, and again with --arithmetic-only.

    \b
    Examples:
      crossfoot benchmark quick --out out/benchmark-quick
      crossfoot benchmark full --out out/benchmark
      crossfoot benchmark layout --out out/layout --worst 20
      crossfoot benchmark arithmetic --out out/arithmetic --worst 20
    """
    from ..eval import benchmark as sets
    from ..eval.harness import MAX_WORKERS
    from ..eval.layout import Plan
    from ..layout.options import LayoutOptions

    workers = min(workers or os.cpu_count() or 1, MAX_WORKERS)
    chosen = sets.load(name)
    if not chosen.arithmetic and (arithmetic_only or limit or not alone or other_seed):
        raise OptionsError("only for sets of arithmetic", name="--arithmetic-only, --limit, …")
    if chosen.layout:
        plan = Plan(
            kept=out / "img2table",
            only=selection(only or [], ("damage", "id")),
            against=_against(variants) if against else (),
            workers=workers,
            options=LayoutOptions(grid=grid.value),
        )
        _layout(chosen, plan, out, fixtures, worst, quiet)
        return
    if chosen.arithmetic:
        from .arithmetic_benchmark import Wanted, run

        kept = selection(only or [], ("damage", "id"))
        wanted = Wanted(out, workers, kept, limit, not arithmetic_only, alone, worst, other_seed)
        run(chosen, wanted, fixtures, Bar(quiet))
        return
    if fixtures or only or grid is not Grid.AUTO or worst or not against or variants is not Variants.OWN:
        raise OptionsError("only for layout, layout-held-out and layout-quick", name="--fixtures, --only, …")
    _whole(chosen, out, workers, quiet)


def _against(variants: Variants) -> tuple[str, ...]:
    from ..eval.layout_scores import BASELINES, IMG2TABLE

    return BASELINES if variants is Variants.ALL else (IMG2TABLE,)


def _whole(chosen: Benchmark, out: Path, workers: int, quiet: bool) -> None:
    """Everything, from the scan to the amounts."""
    from ..eval import benchmark as sets
    from .evaluation import show

    started = time.perf_counter()
    console = summary.output_console()
    with Bar(quiet) as bar:
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


def _layout(chosen: Benchmark, plan: Plan, out: Path, fixtures: Path | None, worst: int, quiet: bool) -> None:
    """Layout alone."""
    from ..eval import benchmark as sets
    from ..eval import layout
    from ..eval.layout_figures import figures, worst_pages
    from .layout_benchmark import show

    started = time.perf_counter()
    console = summary.output_console()
    with Bar(quiet) as bar:
        folder = fixtures or sets.make(chosen, out, plan.workers, bar.fixtures)
        result = layout.measure_layout(folder, plan, bar.fixtures, bar.bytes)
    found, ranked = list(figures(result)), worst_pages(result)
    show(result, found, ranked[: max(worst, _LISTED)], console)
    layout.save(result, found, out / "layout.json")
    if worst:
        from ..eval.layout_overlay import draw_worst

        draw_worst(ranked[:worst], folder, plan.options, out / "worst")
    console.print(
        f"\nmeasured in {time.perf_counter() - started:.0f} s; all rows: {plain(out / 'layout.json')}"
    )
    for name, why in result.failures:
        complain(f"{name}: {why}")
