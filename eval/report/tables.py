"""Figures as HTML tables: by damage, all of them with intervals, and by kind of table."""

from __future__ import annotations

from ..figures import FIGURES, written
from ..requirements import OVERALL
from ..results import Evaluation
from . import plots
from .comparison import escaped

_MAIN = ("amounts", "teds", "misread")
_BY_KIND = (
    "detection_recall",
    "amounts",
    "amounts_aligned",
    "misread",
    "zeros",
    "teds",
    "teds_structure",
    "grits_top",
    "grits_con",
    "grits_loc",
    "adjacency_f1",
    "characters",
)

_DIFFERENCE = (
    "<p class='cut'>Difference: {0} minus {1}, with its interval. Where the interval leaves out 0 the "
    "difference is <span class='better'>green if {0} is better</span> and "
    "<span class='worse'>red if {1} is</span> (a star in the terminal); else the set does not show which is "
    "better. Detectable: the smallest difference that the set can show.</p>"
)


def extent(evaluation: Evaluation, scope: str) -> str:
    """How much a scope holds, in one line."""
    judged = evaluation.select(evaluation.tools[0], scope)
    tables = evaluation.scores(evaluation.tools[0], scope).detection.tables
    documents, pages = len({j.document for j in judged}), sum(j.pages for j in judged)
    counts = {"document": documents, "scan": len(judged), "page": pages, "table": tables}
    return " · ".join(f"{n:,} {noun}{'s' * (n != 1)}" for noun, n in counts.items())


def by_profile(evaluation: Evaluation) -> str:
    """Charts and a table of the main figures for each kind of damage."""
    scopes = [scope for scope in evaluation.scopes if scope != OVERALL]
    charts = []
    for name in ("amounts", "teds"):
        bars = {tool: [_bar(evaluation, tool, name, scope) for scope in scopes] for tool in evaluation.tools}
        charts.append(f"<figure>{plots.shares(scopes, bars, FIGURES[name].label)}</figure>")
    head = "".join(
        f"<th>{FIGURES[name].label}<br><small>{escaped(tool)}</small></th>"
        for name in _MAIN
        for tool in evaluation.tools
    )
    rows = []
    for scope in (*scopes, OVERALL):
        values = {tool: evaluation.values(tool, scope) for tool in evaluation.tools}
        cells = "".join(
            f"<td>{written(name, values[tool][name])}<br><small>{interval(evaluation, tool, name, scope)}"
            "</small></td>"
            for name in _MAIN
            for tool in evaluation.tools
        )
        rows.append(
            f"<tr><th>{escaped(scope)}<br><small>{extent(evaluation, scope)}</small></th>{cells}</tr>"
        )
    table = f"<table class='figures'><tr><th>damage</th>{head}</tr>{''.join(rows)}</table>"
    return f"<div class='charts'>{''.join(charts)}</div><div class='scroll'>{table}</div>"


def figures(evaluation: Evaluation, scope: str) -> str:
    """Every figure over a scope, tools side by side."""
    values = {tool: evaluation.values(tool, scope) for tool in evaluation.tools}
    paired = len(evaluation.tools) > 1
    head = "".join(f"<th>{escaped(tool)}</th>" for tool in evaluation.tools)
    head += "<th>difference</th><th>detectable</th>" if paired else ""
    rows = []
    given = [name for name in FIGURES if any(values[tool][name] is not None for tool in evaluation.tools)]
    for name in given:
        figure = FIGURES[name]
        cells = "".join(
            f"<td>{written(name, values[tool][name])} "
            f"<small>{interval(evaluation, tool, name, scope)}</small></td>"
            for tool in evaluation.tools
        )
        cells += _difference(evaluation, name, scope) if paired else ""
        rows.append(f"<tr{' class=main' * figure.main}><th>{figure.label}</th>{cells}</tr>")
    missing = ", ".join(figure.label for name, figure in FIGURES.items() if name not in given)
    note = _DIFFERENCE.format(*map(escaped, evaluation.tools[:2])) if paired else ""
    note += f"<p class='cut'>n/a here: {missing}.</p>" if missing else ""
    table = f"<table class='figures'><tr><th></th>{head}</tr>{''.join(rows)}</table>"
    return f"<div class='scroll'>{table}</div>{note}"


def meanings() -> str:
    """What each figure counts, to be unfolded."""
    rows = "".join(f"<dt>{f.label}</dt><dd>{escaped(f.meaning)}</dd>" for f in FIGURES.values())
    return f"<details><summary>What the figures mean</summary><dl>{rows}</dl></details>"


def kinds(evaluation: Evaluation, scope: str) -> str:
    """The tables of a scope by kind, to be unfolded."""
    kinds = evaluation.kinds(scope)
    if not kinds:
        return ""
    head = "".join(f"<th>{FIGURES[name].label}</th>" for name in _BY_KIND)
    rows = []
    for kind in (*kinds, None):
        for number, tool in enumerate(evaluation.tools):
            values = evaluation.values(tool, scope, kind)
            tables = evaluation.scores(tool, scope, kind).structure.tables
            name = "" if number else escaped(kind or "all kinds")
            cells = "".join(f"<td>{written(n, values[n])}</td>" for n in _BY_KIND)
            rows.append(
                f"<tr{' class=main' * (kind is None)}><th>{name}</th>"
                f"<td class='tool'>{escaped(tool)}</td><td>{tables}</td>{cells}</tr>"
            )
    opened = " open" if scope == OVERALL else ""
    return (
        f"<details{opened}><summary>{escaped(scope)} · {extent(evaluation, scope)}</summary>"
        f"<div class='scroll'><table class='figures'><tr><th>kind</th><th>tool</th><th>tables</th>{head}</tr>"
        f"{''.join(rows)}</table></div></details>"
    )


def _bar(evaluation: Evaluation, tool: str, name: str, scope: str) -> plots.Bar | None:
    found = evaluation.interval(tool, name, scope)
    return None if found is None else (found.value, found.low, found.high)


def interval(evaluation: Evaluation, tool: str, name: str, scope: str) -> str:
    """The bounds of a figure as text; empty where there are none, or both are the figure itself."""
    found = evaluation.interval(tool, name, scope)
    if found is None or found.low is None or found.high is None:
        return ""
    value, low, high = (written(name, v) for v in (found.value, found.low, found.high))
    return "" if low == value == high else f"{low} to {high}"


def _difference(evaluation: Evaluation, name: str, scope: str) -> str:
    found = evaluation.difference(name, scope)
    if found is None or found.low is None or found.high is None:
        return "<td></td><td></td>"
    better = found.is_shown and (found.value > 0) == FIGURES[name].higher
    mark = (" class='better'" if better else " class='worse'") if found.is_shown else ""
    value, low, high = (f"{v:+.4f}" for v in (found.value, found.low, found.high))
    interval = "" if low == value == high else f" <small>{low} to {high}</small>"
    return f"<td{mark}>{value}{interval}</td><td>{found.detectable:.4f}</td>"
