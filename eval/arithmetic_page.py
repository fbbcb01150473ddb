"""The figures of the benchmark of arithmetic as a page, with the curve of what probabilities are worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..document import write_atomically
from .arithmetic_figures import ALL, SECTIONS, Figure
from .matching import RULE
from .report.comparison import escaped

if TYPE_CHECKING:
    from .arithmetic import ArithmeticResult

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
NOTES = (
    "Amounts are exact where the result has the printed amount at its address in the table as its page shows "
    "it; what arithmetic says of a cell is judged after rows and columns were aligned. Misprints count as "
    "printed: to mend one silently is an error. An amount is covered where a law or a usual equation that "
    "says what it is (no ratio, no limit) holds it.",
    "Heights of digits are those of the fonts on the scan. Intervals: 95 %, Wilson; bounds of rates of "
    "errors: 95 %, one-sided, Clopper-Pearson.",
    RULE,
)
_SIDE = 300  # of the plot, in its own units


def number(figure: Figure) -> str:
    """The value with what it rests on."""
    if figure.value is None:
        return "n/a"
    if figure.count is None:
        return f"{figure.value:.4g}"
    if figure.bound is not None:
        return f"{figure.count} of {figure.of}, < {figure.bound:.2g}"
    if figure.relation == "<=" and figure.low is None:
        return f"{figure.count}" + (f" of {figure.of}" if figure.of is not None else "")
    return f"{figure.value:.4f} ({figure.count}/{figure.of})"


def target(figure: Figure | None) -> str:
    """What is required, and whether it is kept."""
    if figure is None or figure.target is None:
        return ""
    word = {True: "met", False: "MISSED", None: "nothing to count"}[figure.met]
    relation = {">=": "≥", "<=": "≤", "<": "<"}[figure.relation]
    return f"{relation} {figure.target:g} {word}"


def interval(figure: Figure | None) -> str:
    """The interval of a share."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.4f}–{figure.high:.4f}"


def write_page(result: ArithmeticResult, figures: Sequence[Figure], file: Path) -> None:
    """Write the page, one HTML file that loads nothing, and its tables as Markdown beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, page_html(result, figures).encode(errors="backslashreplace"))
    text = "\n\n".join(_markdown(section, figures, result.profiles) for section in SECTIONS)
    write_atomically(file.with_suffix(".md"), f"{text}\n".encode())


def page_html(result: ArithmeticResult, figures: Sequence[Figure]) -> str:
    """The page as text."""
    style = (Path(__file__).parent / "report" / "report.css").read_text(encoding="utf-8")
    title = f"Arithmetic on {result.name}"
    body = "".join(
        f"<section><h2>{escaped(section)}</h2>{_table(section, figures, result.profiles)}</section>"
        for section in SECTIONS
    )
    notes = "".join(f"<p>{escaped(note)}</p>" for note in NOTES)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escaped(title)}</title>
<style>
{style}</style>
</head>
<body>
<header><h1>{escaped(title)}</h1><p>digest {result.digest[:12]}</p></header>
<main>
{body}
<section><h2>Reliability</h2>{reliability_plot(figures)}</section>
<section>{notes}</section>
</main>
</body>
</html>
"""


def _rows(
    section: str, figures: Sequence[Figure], profiles: Sequence[str]
) -> Iterator[tuple[str, list[Figure | None]]]:
    chosen = [figure for figure in figures if figure.section == section]
    for name in dict.fromkeys(figure.name for figure in chosen):
        row = {figure.profile: figure for figure in chosen if figure.name == name}
        yield name, [row.get(profile) for profile in (*profiles, ALL)]


def _table(section: str, figures: Sequence[Figure], profiles: Sequence[str]) -> str:
    heads = "".join(f"<th>{escaped(head)}</th>" for head in ("", *profiles, ALL))
    rows = "".join(
        f"<tr><th>{escaped(name)}</th>{''.join(map(_cell, row))}</tr>"
        for name, row in _rows(section, figures, profiles)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "<td></td>"
    lines = [number(figure), interval(figure), target(figure)]
    return f"<td>{'<br>'.join(escaped(line) for line in lines if line)}</td>"


def _markdown(section: str, figures: Sequence[Figure], profiles: Sequence[str]) -> str:
    lines = [
        f"## {section}",
        "",
        f"| | {' | '.join((*profiles, ALL))} |",
        "|---|" + "---|" * (len(profiles) + 1),
    ]
    for name, row in _rows(section, figures, profiles):
        cells = (
            "; ".join(part for part in (number(f), interval(f), target(f)) if part) if f else "" for f in row
        )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def reliability_plot(figures: Sequence[Figure]) -> str:
    """Share of right readings over their mean probability, of all profiles, as SVG with logarithmic doubt.

    Almost all readings are surer than 0.99, so both axes run by the doubt 1 - p from 1 to 0.0001.
    """
    every = {figure.name: figure for figure in figures if figure.profile == ALL}
    marks = []
    for name, share in every.items():
        mean = every.get(name.replace("right, of", "mean of", 1))
        if name.startswith("right, of") and mean and mean.value is not None and share.value is not None:
            x, y = _along(mean.value), _SIDE - _along(share.value)
            low, high = (_SIDE - _along(end or 0.0) for end in (share.low, share.high))
            marks.append(
                f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='#888'/>"
                f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='#246'>"
                f"<title>{escaped(name)}: {number(share)}</title></circle>"
            )
    if not marks:
        return "<p>No reading has alternatives.</p>"
    return (
        f"<svg viewBox='-30 -10 {_SIDE + 60} {_SIDE + 40}' width='420' role='img'>"
        f"<rect width='{_SIDE}' height='{_SIDE}' fill='none' stroke='#888'/>"
        f"<line x1='0' y1='{_SIDE}' x2='{_SIDE}' y2='0' stroke='#bbb'/>{''.join(marks)}"
        f"<text x='0' y='{_SIDE + 20}' font-size='12'>mean probability (doubt from 1 to 0.0001)</text></svg>"
    )


def _along(share: float) -> float:
    """Where a share stands on an axis of the logarithm of the doubt."""
    from math import log10

    return _SIDE * min(1.0, -log10(max(1 - share, 1e-4)) / 4)
