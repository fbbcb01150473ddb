"""Tables as HTML: one escaped `<table>` element, or a file that stands alone.

Rows are plain `<tr>` without `<thead>`, because a cell may span from the header into the
body and a row group would cut it. States are a `data-state` attribute, so that a page
that embeds the table decides how they look.
"""

from __future__ import annotations

import html

from ..document import Cell, Table
from .characters import printable
from .palette import HEADER_COLOR, STATE_COLORS

_FILLS = "".join(
    f'[data-state="{state}"] {{ background: {color}; }}\n' for state, color in STATE_COLORS.items()
)
_STYLE = f"""\
body {{ font-family: sans-serif; margin: 2em; }}
table {{ border-collapse: collapse; }}
caption {{ font-weight: bold; padding: 0.5em; }}
th, td {{ border: 1px solid #999; padding: 0.2em 0.5em; }}
th {{ background: {HEADER_COLOR}; }}
.amount {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
{_FILLS}"""


def table_html(table: Table) -> str:
    """One `<table>` element with the table's spans; all text escaped, line breaks as `<br>`.

    A cell whose `amount` is known has the class `amount`; one with a state has
    `data-state`. Control characters that XML forbids are left out.
    """
    rows: list[list[Cell]] = [[] for _ in range(table.shape[0])]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.col)):
        rows[cell.row].append(cell)
    lines = [f'<table data-id="{_attribute(table.id)}">']
    if table.title:
        lines.append(f"<caption>{_escape(table.title)}</caption>")
    lines += [f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


def page_html(table: Table) -> str:
    """A whole HTML page with the table, to be written as UTF-8; it loads nothing from elsewhere."""
    title = html.escape(printable(table.title or table.id))
    facts = [table.kind, table.organization, table.unit, None if table.year is None else str(table.year)]
    about = " · ".join(_escape(fact) for fact in facts if fact)
    return f"""\
<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="generator" content="crossfoot">
<title>{title}</title>
<style>
{_STYLE}</style>
</head>
<body>
<p>{about}</p>
{table_html(table)}
</body>
</html>
"""


def _cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    attributes = ""
    if cell.row_span > 1:
        attributes += f' rowspan="{cell.row_span}"'
    if cell.col_span > 1:
        attributes += f' colspan="{cell.col_span}"'
    if cell.amount is not None:
        attributes += ' class="amount"'
    if cell.state is not None:
        attributes += f' data-state="{_attribute(cell.state)}"'
    return f"<{tag}{attributes}>{_escape(cell.text)}</{tag}>"


def _escape(text: str) -> str:
    """Text of an element, its line breaks shown."""
    return html.escape(printable(text)).replace("\n", "<br>")


def _attribute(text: str) -> str:
    """An attribute's value, between double quotes; a parser gives back the same text."""
    return html.escape(printable(text)).replace("\n", "&#10;")
