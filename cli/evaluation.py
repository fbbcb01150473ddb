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
from ..summary import plain

if TYPE_CHECKING:
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
_WIDTH = 190  # columns that a profile's table needs; a narrower terminal wraps its lines


def show(evaluation: Evaluation, console: Console) -> None:
    """Print all tables, what they were made under, and the rules they rest on."""
    console.width = max(console.width, _WIDTH)
    setting = evaluation.setting
    for scope in evaluation.scopes:
        if scope != OVERALL:
            _title(console, _heading(evaluation, scope))
            console.print(_profile(evaluation, scope))
    _title(console, _heading(evaluation, OVERALL))
    console.print(_overall(evaluation))
    for verdict in evaluation.verdicts:
        console.print(Text(plain(verdict), style="green" if verdict.met else "bold red"))
    lines: tuple[str, ...] = (
        "Intervals: 95 %, percentile bootstrap over documents. Detectable: the smallest difference that "
        "the set can show.",
        RULE,
        STATEMENT,
        f"crossfoot {setting.version}, digest {setting.digest[:12] or 'none'}, seed {setting.seed}; "
        f"{_count(setting.workers, 'worker')} with {_count(setting.threads, 'thread')} each; "
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
    return f"{name}: {_count(documents, 'document')}, {_count(pages, 'page')}, {_count(tables, 'table')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _title(console: Console, text: str) -> None:
    console.print()
    console.print(Text(plain(text), style="bold"), soft_wrap=True)


def _profile(evaluation: Evaluation, scope: str) -> Grid:
    """A row per kind and tool, and one for all kinds."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("kind", overflow="fold")
    grid.add_column("tool")
    for head in ("tables", *_COLUMNS.values()):
        grid.add_column(head, justify="right", no_wrap=True)
    for kind in (*evaluation.kinds(scope), None):
        for number, tool in enumerate(evaluation.tools):
            values = evaluation.values(tool, scope, kind)
            tables = evaluation.scores(tool, scope, kind).structure.tables
            name = "" if number else kind or "all kinds"
            cells = [plain(name), plain(tool), str(tables)]
            grid.add_row(
                *cells, *(written(n, values[n]) for n in _COLUMNS), style="bold" if kind is None else None
            )
    return grid


def _overall(evaluation: Evaluation) -> Grid:
    """A row per figure with intervals, tools side by side."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("figure", no_wrap=True)
    for tool in evaluation.tools:
        grid.add_column(plain(tool), justify="right", no_wrap=True)
    if len(evaluation.tools) > 1:
        grid.add_column("difference", justify="right", no_wrap=True)
        grid.add_column("detectable", justify="right", no_wrap=True)
    values = {tool: evaluation.values(tool) for tool in evaluation.tools}
    for name, figure in FIGURES.items():
        if all(values[tool][name] is None for tool in evaluation.tools):
            continue
        cells = [with_interval(evaluation, tool, name, values[tool][name]) for tool in evaluation.tools]
        found = evaluation.difference(name)
        if found is not None and found.low is not None and found.high is not None:
            shown = "*" if found.is_shown else " "
            cells.append(f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]{shown}")
            cells.append(f"{found.detectable:.4f}")
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
