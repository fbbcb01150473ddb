"""An evaluation as tables on a terminal: one per damage profile, and one over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from ..eval.figures import FIGURES, written
from ..eval.matching import RULE
from ..eval.requirements import OVERALL
from ..eval.results import SMALL
from ..eval.running import BASELINE_NOTE, IMG2TABLE
from ..eval.text import STATEMENT
from ..summary import counted, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ..eval.results import Evaluation

# Short heads, so that a profile's table fits on a line; the long names stand in the last table.
_COLUMNS = {
    "detection_recall": "found",
    "amounts": "amounts",
    "amounts_aligned": "aligned",
    "misread": "misread",
    "zeros": "zeros",
    "teds": "TEDS",
    "teds_structure": "TEDS-S",
    "grits_top": "G-top",
    "grits_con": "G-con",
    "grits_loc": "G-loc",
    "adjacency_f1": "adj F1",
    "characters": "CER",
    "false_tables": "false",
    "seconds_per_page": "s/page",
    "peak_memory": "MiB",
}
_FIRST = ("amounts", "amounts_aligned", "misread", "teds", "detection_recall", "characters")
"""Figures that a narrow terminal keeps longest, the most telling first."""
_NARROW = (20, 12)  # characters of a line of kind and of tool, which fold where not all figures fit


def show(evaluation: Evaluation, console: Console) -> None:
    """Print all tables, what they were made under, and the rules they rest on.

    A console too narrow for all columns gets those that fit, and a line that names the others.
    """
    setting = evaluation.setting
    grids, left_out = _profiles(evaluation, console)
    for scope, grid in grids.items():
        _title(console, _heading(evaluation, scope))
        console.print(grid)
    _title(console, _heading(evaluation, OVERALL))
    overall, more = _overall(evaluation, console)
    console.print(overall)
    if left_out or more:
        names = ", ".join((*left_out, *more))
        console.print(
            Text(f"left out, for a wider terminal: {names}; all are in results.json, see --out"),
            soft_wrap=True,
        )
    for verdict in evaluation.verdicts:
        console.print(Text(plain(verdict), style="green" if verdict.met else "bold red"))
    lines: tuple[str, ...] = (
        "Intervals: 95 %, percentile bootstrap over documents. Detectable: the smallest difference that "
        "the set can show.",
        RULE,
        STATEMENT,
        f"crossfoot {setting.version}, digest {setting.digest[:12] or 'none'}, seed {setting.seed}; "
        f"{counted(setting.workers, 'worker')} with {counted(setting.threads, 'thread')} each; "
        f"{setting.hardware.machine}; {setting.hardware.versions}",
    )
    if IMG2TABLE in evaluation.tools:
        lines = (BASELINE_NOTE, *lines)
    for line in lines:
        console.print(Text(plain(line), style="dim"), soft_wrap=True)


def _heading(evaluation: Evaluation, scope: str) -> str:
    judged = evaluation.select(evaluation.tools[0], scope)
    name = {OVERALL: "all profiles", SMALL: "small type, in no other sum"}.get(scope, scope)
    documents, pages = len({j.document for j in judged}), sum(j.pages for j in judged)
    tables = evaluation.scores(evaluation.tools[0], scope).detection.tables
    return f"{name}: {counted(documents, 'document')}, {counted(pages, 'page')}, {counted(tables, 'table')}"


def _title(console: Console, text: str) -> None:
    console.print()
    console.print(Text(plain(text), style="bold"), soft_wrap=True)


def _fits(console: Console, *grids: Grid) -> bool:
    options = console.options.update(max_width=10_000)  # else it measures what it would be cut to
    return all(grid.__rich_measure__(console, options).maximum <= console.width for grid in grids)


def _profiles(evaluation: Evaluation, console: Console) -> tuple[dict[str, Grid], tuple[str, ...]]:
    """A table per profile, all with the same columns, and the heads of those left out."""
    ranked = (*_FIRST, *(name for name in _COLUMNS if name not in _FIRST))
    scopes = [scope for scope in evaluation.scopes if scope != OVERALL]
    grids: dict[str, Grid] = {}
    for kept, narrow in ((len(ranked), False), *((n, True) for n in range(len(ranked), 0, -1))):
        names = [name for name in _COLUMNS if name in ranked[:kept]]
        grids = {scope: _profile(evaluation, scope, names, narrow=narrow) for scope in scopes}
        if _fits(console, *grids.values()):
            break
    return grids, tuple(head for name, head in _COLUMNS.items() if name not in names)


def _profile(evaluation: Evaluation, scope: str, names: Sequence[str], *, narrow: bool) -> Grid:
    """A row per kind and tool, and one for all kinds."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=narrow)
    for head, width in zip(("kind", "tool"), _NARROW, strict=True):
        grid.add_column(head, overflow="fold", max_width=width if narrow else None)
    for head in ("tables", *(_COLUMNS[name] for name in names)):
        grid.add_column(head, justify="right", no_wrap=True)
    for kind in (*evaluation.kinds(scope), None):
        for number, tool in enumerate(evaluation.tools):
            values = evaluation.values(tool, scope, kind)
            tables = evaluation.scores(tool, scope, kind).structure.tables
            name = "" if number else kind or "all kinds"
            cells = [plain(name), plain(tool), str(tables)]
            grid.add_row(
                *cells, *(written(n, values[n]) for n in names), style="bold" if kind is None else None
            )
    return grid


def _overall(evaluation: Evaluation, console: Console) -> tuple[Grid, tuple[str, ...]]:
    """A row per figure, tools side by side, and what was left out to make it fit."""
    compared = len(evaluation.tools) > 1
    parts = ("intervals", "difference", "detectable") if compared else ("intervals",)
    for kept in range(len(parts), 0, -1):
        grid = _figures(evaluation, parts[:kept])
        if _fits(console, grid):
            return grid, parts[kept:]
    return _figures(evaluation, ()), parts


def _figures(evaluation: Evaluation, parts: Sequence[str]) -> Grid:
    """A row per figure; `parts` are those of intervals, difference and detectable that are shown."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("figure", no_wrap=True)
    for tool in evaluation.tools:
        grid.add_column(plain(tool), justify="right", no_wrap=True)
    heads = [part for part in parts if part != "intervals"]
    for head in heads:
        grid.add_column(head, justify="right", no_wrap=True)
    values = {tool: evaluation.values(tool) for tool in evaluation.tools}
    for name, figure in FIGURES.items():
        if all(values[tool][name] is None for tool in evaluation.tools):
            continue
        cells = [
            with_interval(evaluation, tool, name, values[tool][name])
            if "intervals" in parts
            else written(name, values[tool][name])
            for tool in evaluation.tools
        ]
        found = evaluation.difference(name)
        if found is not None and found.low is not None and found.high is not None:
            shown = "*" if found.is_shown else " "
            change = f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]{shown}"
            cells += [change, f"{found.detectable:.4f}"][: len(heads)]
        grid.add_row(figure.label, *cells, style="bold" if figure.main else None)
    left_out = [f.label for n, f in FIGURES.items() if all(v[n] is None for v in values.values())]
    grid.caption = f"n/a here: {', '.join(left_out)}" if left_out else None
    grid.caption_justify = "left"
    return grid


def with_interval(evaluation: Evaluation, tool: str, name: str, value: float | None) -> str:
    """A figure, with its interval where it has one."""
    text = written(name, value)
    found = evaluation.interval(tool, name)
    if value is None or found is None or found.low is None or found.high is None:
        return text
    return f"{text} [{written(name, found.low)}, {written(name, found.high)}]"
