"""The layout benchmark on a terminal: figures beside their targets, and the worst pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from ..eval.layout_figures import (
    ALL,
    BARE,
    ENOUGH,
    FALSE,
    GRITS,
    HEADERS,
    HEADERS_FOUND,
    JOINED,
    LEAD,
    LOWER,
    RECALL,
    SECONDS,
    TEDS_S,
    TOGETHER,
    UPRIGHT,
    WHOLE,
    WRONG,
    Figure,
    Worst,
    find,
)
from ..eval.layout_scores import CROSSFOOT, EVERY_OPTION, LayoutResult
from ..eval.matching import RULE
from ..summary import counted, plain

if TYPE_CHECKING:
    from rich.console import Console

_NOTES = (
    "Nothing was recognised: the words in the cells, by which header rows and continued tables are told, "
    "are the truth's, each put into the cell that holds the middle of its own. A frame without any word "
    "counts for no tool.",
    "TEDS-S is the mean over the truth's tables, each counted once on each of its pages, 0 for one that "
    "was not found; small type is in no sum. Intervals: 95 %, percentile bootstrap over documents.",
    RULE,
)
_BASELINE_NOTE = (
    "img2table has its rotation on; it knows no quarter turns, so pages that were scanned upright are given "
    "apart. Its time is n/a where results of an earlier run were used."
)
_EVERY_OPTION_NOTE = (
    "With all options img2table also looks for implicit rows and columns and for tables without rulings."
)


def show(result: LayoutResult, figures: Sequence[Figure], worst: Sequence[Worst], console: Console) -> None:
    """Print the figures, what they rest on, and the worst pages."""
    pages, tables = len(result.pages()), len(result.rows())
    documents = len({score.document for score in result.scores})
    small = len(result.all_rows()) - tables
    counts = ", ".join(
        (counted(documents, "document"), counted(pages, "scanned page"), counted(tables, "table"))
    )
    _title(console, f"{result.name}: {counts}; {counted(small, 'table')} in small type apart")
    for name, heading in ((TEDS_S, TEDS_S), (TEDS_S + UPRIGHT, f"{TEDS_S}, pages that were scanned upright")):
        _title(console, heading)
        console.print(_by_profile(result, figures, name, targets=name == TEDS_S))
    _title(console, "by ruling style, all profiles")
    console.print(_styles(figures))
    _title(console, "all groups together")
    console.print(_whole(result, figures))
    _title(console, "median seconds of one core")
    console.print(_seconds(result, figures))
    _title(console, "worst pages, each in the kind of damage that is worst for it")
    for entry in worst:
        console.print(Text(plain(entry)), soft_wrap=True)
    for line in (
        *((_BASELINE_NOTE,) if len(result.tools) > 1 else ()),
        *((_EVERY_OPTION_NOTE,) if EVERY_OPTION in result.tools else ()),
        *_NOTES,
        f"crossfoot's grids: {result.options.grid}; digest {result.digest[:12]}; "
        f"{counted(result.workers, 'worker')} of one thread; "
        f"{result.hardware.machine}; {result.hardware.versions}",
    ):
        console.print(Text(plain(line), style="dim"), soft_wrap=True)


def _title(console: Console, text: str) -> None:
    console.print()
    console.print(Text(plain(text), style="bold"), soft_wrap=True)


def _grid(*heads: str) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column(heads[0])
    for head in heads[1:]:
        grid.add_column(head, justify="right")
    return grid


def _by_profile(result: LayoutResult, figures: Sequence[Figure], name: str, *, targets: bool) -> Grid:
    """A row per group and tool, a column per profile; with targets, what they are and the intervals."""
    profiles = (*result.profiles, ALL)
    grid = _grid("", *profiles)
    for group in result.groups:
        rows = {
            tool: [find(figures, name, tool, group, profile) for profile in profiles] for tool in result.tools
        }
        ours = rows[CROSSFOOT]
        grid.add_row(Text(group, style="bold"), *(_number(f) for f in ours))
        if targets:
            grid.add_row("  target", *(_bound(f) for f in ours), style="dim")
            grid.add_row("  95 %", *(_interval(f) for f in ours), style="dim")
        for tool in result.tools[1:]:
            grid.add_row(f"  {tool}", *(_number(f) for f in rows[tool]))
        grid.add_row("  tables", *(str(f.count) if f else "" for f in ours), style="dim")
    return grid


def _styles(figures: Sequence[Figure]) -> Grid:
    grid = _grid("style", TEDS_S, "95 %", "tables")
    for figure in figures:
        if figure.name == TEDS_S and figure.group.startswith("style "):
            name = figure.group.removeprefix("style ")
            grid.add_row(name, _number(figure), _interval(figure), str(figure.count))
    return grid


def _whole(result: LayoutResult, figures: Sequence[Figure]) -> Grid:
    """A row per figure and tool over all groups, a column per profile."""
    profiles = (*result.profiles, ALL)
    grid = _grid("", "tool", *profiles, "95 %", "over", "target")
    names = (RECALL, FALSE, BARE, *GRITS, HEADERS, HEADERS_FOUND, JOINED, TOGETHER, WHOLE, WRONG)
    leads = tuple(f"{LEAD} {tool}" for tool in result.tools[1:])
    for name in (*names, *leads):
        for tool in result.tools:
            row = [find(figures, name, tool, ALL, profile) for profile in profiles]
            if (overall := row[-1]) is not None:
                about = (_interval(overall), str(overall.count), _bound(overall))
                grid.add_row(name, tool, *map(_number, row), *about)
    return grid


def _seconds(result: LayoutResult, figures: Sequence[Figure]) -> Grid:
    """A row per stage and tool, a column per resolution."""
    timed = [f for f in figures if "seconds per page" in f.name]
    profiles = sorted(dict.fromkeys(f.profile for f in timed), key=lambda p: (p == ALL, len(p), p))
    grid = _grid("", *profiles)
    for name, tool in dict.fromkeys((f.name, f.tool) for f in timed):
        label = name if tool == CROSSFOOT else f"{name}, {tool}"
        row = [find(timed, name, tool, ALL, profile) for profile in profiles]
        grid.add_row(label, *(_number(f) for f in row))
        if any(f is not None and f.target is not None for f in row):
            grid.add_row("  target", *(_bound(f) for f in row), style="dim")
    for tool in result.tools[1:]:
        if all(f.tool != tool for f in timed):
            grid.add_row(f"seconds per page, {tool}", *("n/a" for _ in profiles))
    counts = [find(timed, SECONDS, CROSSFOOT, ALL, profile) for profile in profiles]
    grid.add_row("  pages", *(str(f.count) if f else "" for f in counts), style="dim")
    return grid


def _number(figure: Figure | None) -> Text:
    if figure is None:
        return Text("")
    style = {True: "green", False: "bold red", None: ""}[figure.met]
    value = f"{figure.value:.0f}" if figure.name == WRONG else f"{figure.value:.4f}"
    return Text(value, style=style)


def _bound(figure: Figure | None) -> Text:
    """The target, whether it is met, and whether the figure rests on enough."""
    if figure is None or figure.target is None:
        return Text("")
    relation = "≤" if figure.name in LOWER else "≥"
    few = "" if figure.count >= ENOUGH else f", of {figure.count}"
    return Text(f"{relation} {figure.target:g} {'met' if figure.met else 'NOT met'}{few}")


def _interval(figure: Figure | None) -> Text:
    if figure is None or figure.low is None or figure.high is None:
        return Text("")
    return Text(f"{figure.low:.3f}–{figure.high:.3f}")
