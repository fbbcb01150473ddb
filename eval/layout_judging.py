"""Lay a document out and judge it: what a worker of the layout benchmark does.

The stages are those of `pipeline`, without recognition: the words in the cells are the
truth's. Structure is judged on each page by itself; header rows and joined pages on the
tables as they came out of the whole document.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..assembly import page_records
from ..document import Document, Page, Table, Text
from ..errors import CrossfootError, one_line
from ..layout.continuation import join_tables
from ..layout.geometry import rows_of
from ..source import open_source
from . import layout_baseline
from .baseline import filled as baseline_filled
from .layout_scores import CROSSFOOT, FixtureScore, JoinScore, PageScore, Structure, TableScore
from .layout_words import TrueWords, filled, moved, on_the_scan, page_words
from .matching import Matching, match
from .metrics.grits import grits
from .metrics.teds import teds_structure
from .running import small_tables
from .slices import PageTable, page_tables, placed_on_scan, slices

if TYPE_CHECKING:
    from ..datasets.fixtures.sets import Fixture
    from ..layout.engine import GridEngine
    from ..layout.options import LayoutOptions
    from ..layout.page import LaidOut
    from ..models.orientation import PageOrientation
    from ..source import PageImage
    from .baseline import Found


@dataclass(frozen=True)
class Task:
    """A document to lay out, with the variants of img2table to compare with and the folder of its results."""

    fixture: Fixture
    options: LayoutOptions
    against: tuple[str, ...]
    kept: Path


@dataclass
class _Pages:
    """What was found on the pages so far, in the order of the truth's pages."""

    pages: dict[int, Page] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    scores: list[PageScore] = field(default_factory=list)
    found: dict[tuple[str, int], dict[str, Structure]] = field(default_factory=lambda: defaultdict(dict))
    rows: dict[tuple[str, int], int] = field(default_factory=dict)


def measure(task: Task) -> FixtureScore:
    """Lay out every page of a document and judge what came of it.

    A page on which layout fails counts as one on which it found nothing.

    Raises:
        CrossfootError: the truth or the source cannot be read.
    """
    fixture, truth = task.fixture, task.fixture.load()
    pieces = page_tables(truth)
    run = _Pages()
    with (
        layout_baseline.pages(task.kept, fixture.sha256, task.against) as baseline,
        open_source(fixture.source) as source,
    ):
        for page in truth.pages:
            here = [piece for piece in pieces if piece.page == page.number]
            words = page_words(truth, here, page.number)
            _page(run, page, here, words, source.load(page.number), task.options, baseline)
    return _scored(fixture, truth, pieces, run)


def lost(fixture: Fixture, tools: Sequence[str], why: str) -> FixtureScore:
    """The score of a document whose work came to no end: no tool found anything on any page.

    Raises:
        CrossfootError: the truth cannot be read.
    """
    truth = fixture.load()
    pieces = page_tables(truth)
    run = _Pages()
    for page in truth.pages:
        tables = sum(piece.page == page.number for piece in pieces)
        nothing = dict.fromkeys(tools, 0)
        failures = dict.fromkeys(tools, why)
        run.scores.append(PageScore(page.number, page.scan.dpi, tables, _turned(page), nothing, {}, failures))
    return _scored(fixture, truth, pieces, run)


def _scored(fixture: Fixture, truth: Document, pieces: Sequence[PageTable], run: _Pages) -> FixtureScore:
    """The score of a document all of whose pages are done."""
    style = _style(truth)
    small = small_tables(truth)
    headers, joins = _joined(truth, pieces, small, run)
    tables = tuple(
        TableScore(
            table=piece.source_id,
            page=piece.page or 0,
            kind=piece.table.kind,
            shape=piece.table.shape,
            small=piece.source_id in small,
            found=run.found.get(_key(piece), {}),
            headers=headers.get(_key(piece)),
        )
        for piece in pieces
    )
    return FixtureScore(
        fixture=fixture.id,
        document=fixture.document,
        damage=fixture.damage,
        ruling=style.get("ruling"),
        size=style.get("size"),
        source=fixture.source,
        tables=tables,
        pages=tuple(run.scores),
        joins=joins,
    )


def lay_out_page(scan: PageImage, options: LayoutOptions, seconds: dict[str, float]) -> tuple[Page, LaidOut]:
    """A page laid out as `digitize` does it, with its record; CPU seconds by stage are filled in.

    A worker has one thread, so these are what a page takes on a core that nobody else uses.
    """
    import numpy as np

    from ..layout.page import lay_out

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        started = time.process_time()
        yield
        seconds[name] = round(seconds.get(name, 0.0) + time.process_time() - started, 5)

    layered = scan.words is not None
    laid = lay_out(scan.image, options, _engine(options), layered=layered, orient=_orientation(), stage=stage)
    height, width = laid.upright.image.shape[:2]
    before = np.array(scan.from_scan)
    mesh = laid.upright.mesh.behind(before).to_rows() if laid.upright.mesh is not None else None
    page = Page(scan.number, width, height, scan.scan, rows_of(laid.upright.matrix @ before), mesh)
    return page, laid


@lru_cache(maxsize=1)
def _engine(options: LayoutOptions) -> GridEngine:
    from ..layout.engine import load_grid_engine

    return load_grid_engine(options)


@lru_cache(maxsize=1)
def _orientation() -> PageOrientation:
    from ..models.orientation import load_orientation

    return load_orientation()


def _page(
    run: _Pages,
    frame: Page,
    pieces: Sequence[PageTable],
    words: TrueWords,
    scan: PageImage,
    options: LayoutOptions,
    baseline: layout_baseline.Pages,
) -> None:
    """Lay one page out, let the baseline read it, and judge both, who are given the same words."""
    seconds: dict[str, float] = {}
    failures: dict[str, str] = {}
    results: dict[str, list[PageTable]] = {CROSSFOOT: []}
    try:
        results[CROSSFOOT] = _laid_out(run, frame, words, scan, options, seconds)
    except Exception as error:  # one page must not cost the others, as in the pipeline
        failures[CROSSFOOT] = one_line(error)
    for name, timed in baseline.page(scan).items():
        if timed.seconds is not None:
            seconds[name] = timed.seconds
        results[name], failure = _of_baseline(timed.found, frame, words)
        if failure:
            failures[name] = failure
    score = PageScore(
        number=frame.number,
        dpi=scan.scan.dpi,
        tables=len(pieces),
        turned=_turned(frame),
        false=_judged(run, frame, pieces, results),
        seconds=seconds,
        failures=failures,
    )
    run.scores.append(score)


def _laid_out(
    run: _Pages,
    frame: Page,
    words: TrueWords,
    scan: PageImage,
    options: LayoutOptions,
    seconds: dict[str, float],
) -> list[PageTable]:
    """What crossfoot finds on a page, on the scan; its records join those of the pages before."""
    page, laid = lay_out_page(scan, options, seconds)
    text = filled(laid.found.grids, moved(words, frame, page))
    records = page_records(page, laid.found, text, len(run.tables), len(run.texts), laid.ink.seals)
    run.pages[page.number] = page
    run.tables += records.tables
    run.texts += records.texts
    return _on_scan(records.tables, {page.number: page})


def _of_baseline(found: Found, frame: Page, words: TrueWords) -> tuple[list[PageTable], str | None]:
    """What the baseline found on a page, and why it found nothing where it failed.

    As with crossfoot, a frame without a word in it is no table.
    """
    try:
        tables = baseline_filled(found, on_the_scan(words, frame), frame.number)
    except CrossfootError as error:  # cells that make no grid
        return [], str(error)
    worded = [table for table in tables if any(cell.text for cell in table.cells)]
    return [piece for table in worded for piece in slices(table)], found.failure


def _judged(
    run: _Pages, frame: Page, pieces: Sequence[PageTable], results: Mapping[str, Sequence[PageTable]]
) -> dict[str, int]:
    """Note what each tool made of the tables of a page; gives how many it invented."""
    on_scan = [placed_on_scan(piece, {frame.number: frame}) for piece in pieces]
    false = {}
    for name, found in results.items():
        matching = match(on_scan, found)
        false[name] = len(matching.invented)
        for pair in matching.pairs:
            run.found[_key(pair.truth)][name] = _structure(pair.truth, pair.result, pair.overlap)
            if name == CROSSFOOT:
                run.rows[_key(pair.truth)] = pair.result.table.shape[0]
    return false


def _turned(frame: Page) -> bool:
    """Whether a page was scanned lying on its side or upside down."""
    (a, b, _), *_ = frame.from_scan
    return not a > abs(b)


def _structure(truth: PageTable, result: PageTable, overlap: float | None) -> Structure:
    bare = [_wordless(piece.table) for piece in (truth, result)]
    alike = grits(*bare)
    return Structure(
        teds=teds_structure(*bare),
        grits=alike.top,
        located=alike.loc,
        shape=result.table.shape,
        overlap=overlap,
        score=result.table.score,
        reason=result.table.score_reason,
    )


def _wordless(table: Table) -> Table:
    return replace(table, cells=tuple(replace(cell, text="") for cell in table.cells))


def _on_scan(tables: Sequence[Table], pages: Mapping[int, Page]) -> list[PageTable]:
    return [placed_on_scan(piece, pages) for table in tables for piece in slices(table)]


def _joined(
    truth: Document, pieces: Sequence[PageTable], small: frozenset[str], run: _Pages
) -> tuple[dict[tuple[str, int], tuple[int, int]], JoinScore]:
    """Header rows of each piece that was found, of the truth and as they came out; and what was joined."""
    frames = {page.number: page for page in truth.pages}
    tables = join_tables(run.tables, list(run.pages.values()), run.texts)
    matching = match([placed_on_scan(piece, frames) for piece in pieces], _on_scan(tables, run.pages))
    headers = {
        _key(pair.truth): (pair.truth.table.header_rows, pair.result.table.header_rows)
        for pair in matching.pairs
    }
    return headers, join_score(truth, tables, matching, small, run.rows)


def join_score(
    truth: Document,
    tables: Sequence[Table],
    matching: Matching,
    small: frozenset[str],
    rows: Mapping[tuple[str, int], int],
) -> JoinScore:
    """What became of the truth's tables over several pages.

    Args:
        truth: the document.
        tables: those that were found, once pages were joined.
        matching: of the truth's tables and these, page by page.
        small: ids of the truth's tables in small type.
        rows: by id and page of a table of the truth, how many rows its grid on that page has.
    """
    by_id = {table.id: table for table in tables}
    pieces: dict[str, list[PageTable]] = defaultdict(list)
    for piece in matching.truth:
        pieces[piece.source_id].append(piece)
    partners = {_key(pair.truth): pair.result.source_id for pair in matching.pairs}
    mixed = _mixed(matching, pieces)
    counts: dict[str, int] = {"tables": 0, "together": 0, "right": 0, "whole": 0, "wrong": len(mixed)}
    for table in truth.tables:
        stands = pieces[table.id]
        if len(stands) < 2 or table.id in small:
            continue
        counts["tables"] += 1
        found = {partners.get(_key(piece)) for piece in stands}
        name = next(iter(found))
        if len(found) > 1 or name is None or name in mixed:
            continue
        off = sum(rows.get(_key(piece), 0) - piece.table.shape[0] for piece in stands)
        counts["together"] += 1
        counts["right"] += by_id[name].shape[0] == table.shape[0] + off
        counts["whole"] += by_id[name].shape[0] == table.shape[0]
    return JoinScore(**counts)


def _mixed(matching: Matching, pieces: Mapping[str, Sequence[PageTable]]) -> set[str]:
    """Ids of tables of the result that hold more than one of the truth, or one and something else."""
    holds: dict[str, set[str]] = defaultdict(set)
    for pair in matching.pairs:
        holds[pair.result.source_id].add(pair.truth.source_id)
    mixed = {name for name, held in holds.items() if len(held) > 1}
    for stray in matching.invented:
        # Badly cut out, a piece has no partner; it is a stranger where the table has no piece at all.
        for name in holds.get(stray.source_id, ()):
            if all(piece.page != stray.page for piece in pieces[name]):
                mixed.add(stray.source_id)
    return mixed


def _key(piece: PageTable) -> tuple[str, int]:
    return piece.source_id, piece.page or 0


def _style(truth: Document) -> Mapping[str, Any]:
    labels = truth.extra.get("labels")
    style = labels.get("style") if isinstance(labels, Mapping) else None
    return style if isinstance(style, Mapping) else {}
