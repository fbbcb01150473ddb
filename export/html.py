"""Tables as HTML: one escaped `<table>` element, or a file that stands alone.

Rows are plain `<tr>` without `<thead>`, because a cell may span from the header into the
body and a row group would cut it. States are a `data-state` attribute and a class, so that a
page that embeds the table decides how they look; why they are so is told by the title.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from ..amounts import scale
from ..document import Cell, Document, Table
from .characters import printable
from .equations import Places, equations_of, failing
from .palette import HEADER_COLOR, STATE_COLORS, STATE_FRAMES
from .states import STATE_NAMES, counts, explained, unexplained

MAX_SENTENCES = 200  # equations that fail, on the page of one table
_FILLS = "".join(
    f'[data-state="{state}"] {{ background: {color}; }}\n' for state, color in STATE_COLORS.items()
) + "".join(
    f'[data-state="{state}"] {{ outline: 2px solid {color}; outline-offset: -2px; }}\n'
    for state, color in STATE_FRAMES.items()
)
_STYLE = f"""\
body {{ font-family: sans-serif; margin: 2em; }}
table {{ border-collapse: collapse; }}
caption {{ font-weight: bold; padding: 0.5em; }}
th, td {{ border: 1px solid #999; padding: 0.2em 0.5em; }}
th {{ background: {HEADER_COLOR}; }}
.legend span {{ padding: 0.1em 0.5em; margin-right: 0.5em; }}
.amount {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
{_FILLS}"""


def table_html(table: Table, sentences: Mapping[tuple[int, int], str] | None = None) -> str:
    """One `<table>` element with the table's spans; all text escaped, line breaks as `<br>`.

    A cell whose `amount` is known has the class `amount`; one with a state has the state as
    class and as `data-state`, and a title that says why. Unit, year and organization are
    attributes of the table. Control characters that XML forbids are left out.

    Args:
        table: what to write.
        sentences: by row and column, what the title of a cell is to say.
    """
    rows: list[list[Cell]] = [[] for _ in range(table.shape[0])]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.col)):
        rows[cell.row].append(cell)
    lines = [f"<table{_about(table)}>"]
    if table.title:
        lines.append(f"<caption>{_escape(table.title)}</caption>")
    said = sentences or {}
    lines += [
        f"<tr>{''.join(_cell(cell, said.get((cell.row, cell.col))) for cell in row)}</tr>" for row in rows
    ]
    return "\n".join([*lines, "</table>"])


def pages_html(document: Document) -> list[str]:
    """A page for each table of a document, with the sentences of its corrected and disputed cells."""
    sentences = explained(document)
    pages = []
    for table in document.tables:
        own = {(row, col): text for (name, row, col), text in sentences.items() if name == table.id}
        pages.append(page_html(table, document, own))
    return pages


def page_html(
    table: Table, document: Document | None = None, sentences: Mapping[tuple[int, int], str] | None = None
) -> str:
    """A whole HTML page with the table, to be written as UTF-8; it loads nothing from elsewhere.

    With the document that the table is of, the page has the table's notes as well, and lists its
    equations that fail.
    """
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
{_legend(table, sentences)}{table_html(table, sentences)}
{_notes(table, document)}{_failing(table, document)}</body>
</html>
"""


def _legend(table: Table, sentences: Mapping[tuple[int, int], str] | None) -> str:
    """What the colours mean, and how many cells have each; nothing where no cell has a state."""
    found = {state: number for state, number in counts([table]).items() if number}
    if not found:
        return ""
    spans = [
        f'<span data-state="{state}">{state} {STATE_NAMES[state]}: {number}</span>'
        for state, number in found.items()
    ]
    left = "" if sentences is None else unexplained([table], len(sentences))
    if left:
        spans.append(f"<span>{left}</span>")
    return f'<p class="legend">{"".join(spans)}</p>\n'


def _notes(table: Table, document: Document | None) -> str:
    texts = {text.id: text.text for text in document.texts} if document is not None and table.notes else {}
    return "".join(f'<p class="note">{_escape(texts[note])}</p>\n' for note in table.notes if note in texts)


def _failing(table: Table, document: Document | None) -> str:
    if document is None:
        return ""
    mine = {equation.id for equation in equations_of(document, table.id)}
    broken = [equation for equation in failing(document) if equation.id in mine]
    if not broken:
        return ""
    places = Places(document)
    items = [f"<li>{_escape(places.sentence(equation))}</li>" for equation in broken[:MAX_SENTENCES]]
    if len(broken) > MAX_SENTENCES:
        items.append(f"<li>… and {len(broken) - MAX_SENTENCES} more</li>")
    return "\n".join(['<ul class="equations">', *items, "</ul>", ""])


def _about(table: Table) -> str:
    """The attributes by which a table that is read back has the same unit, year and organization."""
    said = {"data-id": table.id}
    if table.unit is not None and scale(table.unit) is not None:
        said["data-unit"] = table.unit
    if table.year is not None and 0 <= table.year < 10**4:
        said["data-year"] = str(table.year)
    if table.organization:
        said["data-organization"] = table.organization
    return "".join(f' {name}="{_attribute(value)}"' for name, value in said.items())


def _cell(cell: Cell, sentence: str | None) -> str:
    tag = "th" if cell.header else "td"
    attributes = ""
    if cell.row_span > 1:
        attributes += f' rowspan="{cell.row_span}"'
    if cell.col_span > 1:
        attributes += f' colspan="{cell.col_span}"'
    classes = ["amount"] * (cell.amount is not None) + ([cell.state] if cell.state is not None else [])
    if classes:
        attributes += f' class="{_attribute(" ".join(classes))}"'
    if cell.state is not None:
        attributes += f' data-state="{_attribute(cell.state)}" title="{_attribute(_title(cell, sentence))}"'
    return f"<{tag}{attributes}>{_escape(cell.text)}</{tag}>"


def _title(cell: Cell, sentence: str | None) -> str:
    about = ": ".join(part for part in (str(cell.state), cell.why) if part)
    read = cell.reading.text if cell.reading is not None and cell.reading.text != cell.text else None
    return "\n".join([sentence or about, *([] if read is None else [f"read: {read}"])])


def _escape(text: str) -> str:
    """Text of an element, its line breaks shown."""
    return html.escape(printable(text)).replace("\n", "<br>")


def _attribute(text: str) -> str:
    """An attribute's value, between double quotes; a parser gives back the same text."""
    return html.escape(printable(text)).replace("\n", "&#10;")
