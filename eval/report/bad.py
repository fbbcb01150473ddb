"""The worst tables of an evaluation, each with its scan, its truth and what was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...document import Document, Page, Scan, Table
from ...errors import CrossfootError
from ..figures import exact
from ..judging import TableScore
from ..metrics.alignment import at_address
from ..metrics.amounts import Amount, compare_amounts, parsed_amount, stated_amount
from ..results import Evaluation, Judged, TableRow
from ..running import score_of
from ..slices import PageTable
from .comparison import Mark, compare, escaped, legend_html, marked_html
from .pictures import Outline, outline, picture

MAX_TABLES = 12
"""Tables shown: some megabytes of pictures at most, and more than anybody looks through."""


def bad_tables(evaluation: Evaluation) -> str:
    """The section on the worst tables of the first tool."""
    entries = worst(evaluation)
    tool = escaped(evaluation.tools[0])
    if not entries:
        return f"<p>Every table came out of {tool} as the truth has it, amounts and all.</p>"
    shown = [_article(judged, row) for judged, row in entries]
    used = frozenset[Mark]().union(*(marks for _, marks in shown))
    note = (
        f"<p>The tables that came out worst of {tool}, by TEDS and exact amounts. Marks are set "
        "after rows and columns were aligned; wrong_amounts.csv lists amounts by their address, as the "
        "figure “amounts exact” counts them.</p>"
    )
    return "\n".join((note, legend_html(used), *(article for article, _ in shown)))


def worst(evaluation: Evaluation, count: int = MAX_TABLES) -> list[tuple[Judged, TableRow]]:
    """The tables of the first tool that came out worst, by the mean of TEDS and exact amounts.

    Small type comes last: that it cannot be read is no news.
    """

    def quality(entry: tuple[Judged, TableRow]) -> float:
        scores = entry[1].scores
        return (scores.structure.teds + scores.amounts.ratio.value) / 2

    def key(entry: tuple[Judged, TableRow]) -> tuple[bool, float, str, str, int]:
        judged, row = entry
        return judged.small, quality(entry), judged.fixture, row.table, row.page or 0

    rows = [(j, row) for j in evaluation.judged if j.tool == evaluation.tools[0] for row in j.tables]
    return sorted((entry for entry in rows if quality(entry) < 1), key=key)[:count]


def _article(judged: Judged, row: TableRow) -> tuple[str, frozenset[Mark]]:
    """One table and the marks that it uses."""
    place = f"{judged.fixture}, table {row.table}" + (f", page {row.page}" if row.page else "")
    about = " · ".join(escaped(fact) for fact in _facts(judged, row) if fact)
    used: frozenset[Mark] = frozenset()
    try:
        body, used = _body(judged, row)
    except Exception as error:  # a file that has gone meanwhile; nothing here may cost the report
        body = f"<p class='cut'>{escaped(error)}</p>"
    return f"<article class='bad'><h3>{escaped(place)}</h3><p class='about'>{about}</p>{body}</article>", used


def _facts(judged: Judged, row: TableRow) -> Iterator[str | None]:
    counts, after = row.scores.amounts, row.scores.aligned
    yield row.kind
    yield judged.damage
    yield f"TEDS {exact(row.scores.structure.teds)}"
    yield f"{counts.exact} of {counts.amounts} amounts exact"
    yield f"{after.exact} after aligning rows" if after.exact != counts.exact else None
    yield f"{counts.misread} misread" if counts.misread else None
    yield f"{counts.lost} lost or missing" if counts.lost else None
    yield f"{counts.zeros - counts.zeros_exact} zeros wrong" if counts.zeros != counts.zeros_exact else None
    yield f"{counts.invented} invented" if counts.invented else None
    yield "not found" if row.result is None else None


def _body(judged: Judged, row: TableRow) -> tuple[str, frozenset[Mark]]:
    truth = Document.load(judged.truth)
    score = _table_score(judged, row, truth)
    result = score.result.table if score.result else None
    marks = compare(score.truth, result, _amount(score))
    read = marked_html(result, marks.result, marks.other) if result else "<p>No such table.</p>"
    title = "truth" if score.truth.table.title is None else f"truth: {score.truth.table.title}"
    html = (
        f"{_scan(judged, row, truth, score)}<div class='pair'><section><h4>{escaped(title)}</h4>"
        f"<div class='scroll'>{marked_html(score.truth.table, marks.truth)}</div></section>"
        f"<section><h4>{escaped(judged.tool)}</h4><div class='scroll'>{read}</div></section></div>"
    )
    return html, marks.used


def _amount(score: TableScore) -> Amount:
    """How the tool's amounts were read when the table was judged: the way that gives the same counts."""
    result = score.result.table if score.result else None
    partners = at_address(score.truth.table, result)
    stated = compare_amounts(score.truth, result, partners, stated_amount)
    return stated_amount if stated == score.scores.amounts else parsed_amount


def _scan(judged: Judged, row: TableRow, truth: Document, score: TableScore) -> str:
    """The picture with a line on whose boxes it shows; a truth made by hand has none, nor a page at times."""
    page = row.page or (score.result.page if score.result else None)
    if page is None:
        return "<p class='cut'>No picture: neither the truth nor the result says where the table is.</p>"
    outlines = list(_outlines(judged, row, truth, score, page))
    drawn = {o.is_truth for o in outlines if o.quads}
    caption = {
        frozenset({True, False}): "Blue: the grid that was found. Green: the border of the truth.",
        frozenset({True}): "Green: the border of the truth; the result has no boxes here.",
        frozenset({False}): "Blue: the grid that was found; the truth has no boxes.",
        frozenset[bool](): "The whole page: neither the truth nor the result has boxes here.",
    }[frozenset(drawn)]
    uri = picture(judged.source, page, outlines)
    if not uri:
        return ""
    return f"<figure><img alt='the scan' src='{uri}'><p class='cut'>{caption}</p></figure>"


def _table_score(judged: Judged, row: TableRow, truth: Document) -> TableScore:
    """The judgement of one table with the tables themselves, which the evaluation does not keep."""
    score, _ = score_of(truth, judged.tool, judged.result, judged.source.stem, judged.predictions)
    for table in score.tables:
        if (table.truth.source_id, table.truth.page) == (row.table, row.page):
            return table
    raise CrossfootError("the truth has changed since it was judged", name=str(judged.truth))


def _outlines(
    judged: Judged, row: TableRow, truth: Document, score: TableScore, page: int
) -> Iterator[Outline]:
    yield outline(_of_id(truth.tables, row.table), page, truth.pages, is_truth=True)
    if judged.result is not None and row.result is not None:
        document = Document.load(judged.result)
        yield outline(_of_id(document.tables, row.result), page, document.pages, is_truth=False)
    elif score.result is not None:
        yield _on_scan(score.result, page)


def _of_id(tables: Sequence[Table], wanted: str) -> Table | None:
    return next((table for table in tables if table.id == wanted), None)


def _on_scan(piece: PageTable, page: int) -> Outline:
    """Cells whose boxes are on the scan already."""
    frame = Page(page, 1, 1, Scan(1, 1, None, "image"), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    return outline(piece.table, page, [frame], is_truth=False)
