"""The worst tables of an evaluation, each with its scan, its truth and what was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...document import Document, Page, Scan, Table
from ...errors import CrossfootError
from ..figures import exact
from ..judging import TableScore
from ..results import Evaluation, Judged, TableRow
from ..running import score_of
from ..slices import PageTable
from .comparison import LEGEND, compare, escaped, marked_html
from .pictures import Outline, outline, picture

MAX_TABLES = 12
"""Tables shown: some megabytes of pictures at most, and more than anybody looks through."""


def bad_tables(evaluation: Evaluation) -> str:
    """The section on the worst tables of the first tool."""
    entries = worst(evaluation)
    if not entries:
        return "<p>Every table came out as the truth has it, amounts and all.</p>"
    legend = "".join(f"<span data-mark='{mark}'>{mark}</span> {text}" for mark, text in LEGEND.items())
    parts = [f"<p class='legend'>{legend}</p>"]
    parts += (_article(judged, row) for judged, row in entries)
    return "\n".join(parts)


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


def _article(judged: Judged, row: TableRow) -> str:
    place = f"{judged.fixture}, table {row.table}" + (f", page {row.page}" if row.page else "")
    scores = row.scores
    facts = [
        row.kind,
        judged.damage,
        f"TEDS {exact(scores.structure.teds)}",
        f"{scores.amounts.exact} of {scores.amounts.amounts} amounts exact",
        f"{scores.amounts.misread} misread" if scores.amounts.misread else None,
        "not found" if row.result is None else None,
    ]
    about = " · ".join(escaped(fact) for fact in facts if fact)
    try:
        body = _body(judged, row)
    except Exception as error:  # a file that has gone meanwhile; nothing here may cost the report
        body = f"<p class='cut'>{escaped(error)}</p>"
    return f"<article class='bad'><h3>{escaped(place)}</h3><p class='about'>{about}</p>{body}</article>"


def _body(judged: Judged, row: TableRow) -> str:
    truth = Document.load(judged.truth)
    score = _table_score(judged, row, truth)
    result = score.result.table if score.result else None
    marks = compare(score.truth.table, result)
    uri = picture(judged.source, row.page, list(_outlines(judged, row, truth, score))) if row.page else None
    image = f"<figure><img alt='the scan' src='{uri}'></figure>" if uri else ""
    read = marked_html(result, marks.result, marks.other) if result else "<p>No such table.</p>"
    title = "truth" if score.truth.table.title is None else f"truth: {score.truth.table.title}"
    return (
        f"{image}<div class='pair'><section><h4>{escaped(title)}</h4>"
        f"<div class='scroll'>{marked_html(score.truth.table, marks.truth)}</div></section>"
        f"<section><h4>{escaped(judged.tool)}</h4><div class='scroll'>{read}</div></section></div>"
    )


def _table_score(judged: Judged, row: TableRow, truth: Document) -> TableScore:
    """The judgement of one table with the tables themselves, which the evaluation does not keep."""
    score, _ = score_of(truth, judged.tool, judged.result, judged.source.stem, judged.predictions)
    for table in score.tables:
        if (table.truth.source_id, table.truth.page) == (row.table, row.page):
            return table
    raise CrossfootError("the truth has changed since it was judged", name=str(judged.truth))


def _outlines(judged: Judged, row: TableRow, truth: Document, score: TableScore) -> Iterator[Outline]:
    page = row.page or 0
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
