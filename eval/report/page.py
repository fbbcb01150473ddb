"""The report: one HTML file that loads nothing, and its figures as JSON and CSV beside it.

Everything that comes from files is escaped, and a content security policy forbids scripts
and all addresses but the page's own pictures, should something slip through.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

from ...document import write_atomically
from ...errors import OutputError
from ..figures import FIGURES, SECONDS, written
from ..matching import RULE
from ..requirements import OVERALL
from ..results import SMALL, Evaluation
from ..running import BASELINE_NOTE, IMG2TABLE
from ..tabular import TABLE_COLUMNS, WRONG_AMOUNT_COLUMNS, table_rows, to_csv, wrong_amount_rows
from ..text import STATEMENT
from . import plots
from .bad import bad_tables
from .comparison import escaped
from .tables import by_profile, extent, figures, interval, kinds, meanings

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_CARDS = ("amounts", "teds", "misread", SECONDS)
_GRID_ALONE = ": grid alone"
"""What img2table's seconds are for, so that nobody sets them against a whole reading."""


def write_report(evaluation: Evaluation, folder: Path) -> Path:
    """Write `index.html`, `results.json`, `tables.csv` and `wrong_amounts.csv`; gives the first.

    Raises:
        OutputError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror or error}", name=str(folder)) from None
    results = json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=1)
    write_atomically(folder / "results.json", results.encode(errors="backslashreplace"))
    write_atomically(folder / "tables.csv", to_csv(table_rows(evaluation), TABLE_COLUMNS))
    write_atomically(
        folder / "wrong_amounts.csv", to_csv(wrong_amount_rows(evaluation), WRONG_AMOUNT_COLUMNS)
    )
    index = folder / "index.html"
    write_atomically(index, page_html(evaluation).encode(errors="backslashreplace"))
    return index


def page_html(evaluation: Evaluation) -> str:
    """The page as text."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    title = f"Evaluation of {evaluation.tools[0]} on {evaluation.setting.fixtures}"
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="crossfoot">
<title>{escaped(title)}</title>
<style>
{style}</style>
</head>
<body>
<header><h1>{escaped(title)}</h1><p>{extent(evaluation, OVERALL)}</p></header>
<main>
{"".join(_sections(evaluation))}
</main>
</body>
</html>
"""


def _sections(evaluation: Evaluation) -> Iterator[str]:
    yield _cards(evaluation)
    if evaluation.verdicts:
        yield _section("Requirements", _verdicts(evaluation))
    if evaluation.refusals or evaluation.failures:
        yield _section("What went wrong", _trouble(evaluation))
    yield _section("By damage", by_profile(evaluation))
    yield _section("All figures", figures(evaluation, OVERALL) + meanings())
    if SMALL in evaluation.scopes:
        note = "<p>At low resolution nobody can read it, so it is part of no other sum.</p>"
        yield _section("Small type", note + figures(evaluation, SMALL))
    yield _section("By kind of table", "".join(kinds(evaluation, scope) for scope in evaluation.scopes))
    yield _section("Distributions", _distributions(evaluation))
    yield _section("The worst tables", bad_tables(evaluation))
    yield _section("How it was measured", _method(evaluation))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>\n{body}\n</section>\n"


def _cards(evaluation: Evaluation) -> str:
    values = {tool: evaluation.values(tool) for tool in evaluation.tools}
    cards = []
    for name in _CARDS:
        first, *others = evaluation.tools
        beside = "".join(
            f"<p>{escaped(tool)}{_GRID_ALONE if (name, tool) == (SECONDS, IMG2TABLE) else ''} "
            f"<b>{written(name, values[tool][name])}</b></p>"
            for tool in others
        )
        cards.append(
            f"<div class='card'><h3>{FIGURES[name].label}</h3>"
            f"<p class='figure'>{written(name, values[first][name])}</p>"
            f"<p>{interval(evaluation, first, name, OVERALL) or '&nbsp;'}</p>{beside}</div>"
        )
    return f"<div class='cards'>{''.join(cards)}</div>\n"


def _verdicts(evaluation: Evaluation) -> str:
    rows = "".join(
        f"<li class='{'met' if v.met else 'unmet'}'>{escaped(v)}</li>" for v in evaluation.verdicts
    )
    return f"<ul class='plain'>{rows}</ul>"


def _trouble(evaluation: Evaluation) -> str:
    refused = "".join(f"<li>refused: {escaped(refusal)}</li>" for refusal in evaluation.refusals)
    failed = "".join(
        f"<li>{escaped(j.fixture)}, {escaped(j.tool)}: {escaped(j.failure)}</li>" for j in evaluation.failures
    )
    note = "<p>A refused fixture is in no figure; what a tool could not read counts as not found.</p>"
    return f"{note}<ul class='plain'>{refused}{failed}</ul>"


def _distributions(evaluation: Evaluation) -> str:
    teds = {
        tool: [row.scores.structure.teds for j in evaluation.select(tool) for row in j.tables]
        for tool in evaluation.tools
    }
    scores = {tool: evaluation.scores(tool) for tool in evaluation.tools}
    charts = [_chart("TEDS of every table", plots.distribution(teds, "TEDS"))]
    ranked = {tool: s.risk for tool, s in scores.items() if s.risk is not None and s.risk.is_ranked}
    risks = {tool: ranked[tool].curve() if tool in ranked else () for tool in evaluation.tools}
    if ranked:
        curve = plots.curve(risks, "share of amounts accepted, surest first", "wrong among the accepted")
        charts.append(_chart("Coverage and risk of amounts", curve))
    guesses = scores[evaluation.tools[0]].kinds
    if guesses is not None and guesses.are_given:
        counts = {(true or "none", given or "none"): count for true, given, count in guesses.confusion}
        names = sorted({name for pair in counts for name in pair})
        charts.append(_chart("Kinds: true and said", plots.confusion(names, counts)))
    return f"<div class='charts'>{''.join(charts)}</div>{_states(evaluation)}"


def _chart(title: str, svg: str) -> str:
    return f"<figure><figcaption>{title}</figcaption>{svg}</figure>"


def _states(evaluation: Evaluation) -> str:
    states = evaluation.scores(evaluation.tools[0]).states
    if states is None:
        return ""
    names = ("proven", "corrected", "confirmed", "disputed", "unchecked")
    rows = "".join(
        f"<tr><th>{name}</th><td>{getattr(states, name):,}</td>"
        f"<td>{getattr(states, f'{name}_wrong'):,}</td></tr>"
        for name in names
    )
    note = (
        f"<p>{states.corrections:,} corrections, {states.corrections_right:,} right, "
        f"{states.corrections_spoiled:,} of them to what had been read rightly; of the disputed "
        f"{states.disputed_misprinted:,} were misprinted.</p>"
    )
    head = "<tr><th>state</th><th>cells</th><th>in truth wrong</th></tr>"
    return f"<table class='figures'>{head}{rows}</table>{note}"


def _method(evaluation: Evaluation) -> str:
    setting = evaluation.setting
    cached = sum(j.cached for j in evaluation.judged)
    items = {
        "matching": RULE,
        "text": STATEMENT,
        "intervals": "95 %, percentile bootstrap over documents, paired for differences; fixtures that show "
        "one content are one document. Detectable is the smallest difference that the set can show: half the "
        "width of the interval of the difference. An interval that equals its figure is not printed.",
        "seed": setting.seed,
        "crossfoot": f"{setting.version}, digest {setting.digest or 'none: it was not run'}",
        "processes": f"{setting.workers} with {setting.threads} threads each, the same for every tool",
        "machine": setting.hardware.machine,
        "versions": setting.hardware.versions,
        "cached": f"{cached} of {len(evaluation.judged)} results are of an earlier run like this one",
    }
    if IMG2TABLE in evaluation.tools:
        items["baseline"] = BASELINE_NOTE
    rows = "".join(f"<dt>{name}</dt><dd>{html.escape(str(text))}</dd>" for name, text in items.items())
    return f"<dl>{rows}</dl>"
