"""What workers do: read a file, let the baseline read it, judge what came of it.

Tasks carry paths and settings, and results go through files of the cache, so that neither
pages nor documents travel between processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..document import Box, Document, Page, Problem, SourceInfo, Status, Table
from ..errors import CrossfootError, DocumentError
from .cache import Cache, Entry, Words
from .measuring import Meter
from .results import Judged, TableRow, sums
from .slices import moved_points

if TYPE_CHECKING:
    from ..assembly import PageResult
    from ..datasets.fixtures.sets import Fixture
    from ..pipeline import Digitizer, Options
    from ..source import Image
    from .baseline import Baseline
    from .judging import DocumentScore, Predicted

CROSSFOOT = "crossfoot"
IMG2TABLE = "img2table"

BASELINE_NOTE = (
    "img2table is given the words that crossfoot read, cut at the rulings that crossfoot saw, so grids are "
    "compared; its seconds and memory are for the grids alone."
)
"""What a report says beside the baseline's figures."""

_SMALL = 7.5  # points: type of this size and below is judged apart


@dataclass(frozen=True)
class Read:
    """A file for crossfoot to read."""

    fixture: Fixture
    options: Options
    cache: Path
    fingerprint: str


@dataclass(frozen=True)
class Against:
    """A file for the baseline; `entry` is what crossfoot made of it, whose words it is given."""

    fixture: Fixture
    entry: Entry | None
    cache: Path
    fingerprint: str


@dataclass(frozen=True)
class Judge:
    """A result to judge: the entry of a tool, or what lies in a folder of predictions.

    `failure` says why there is no result, where that is known already.
    """

    fixture: Fixture
    tool: str
    entry: Entry | None = None
    predictions: tuple[Path, str] | None = None
    failure: str | None = None
    cached: bool = False


def check(fixture: Fixture) -> str | None:
    """Why a truth cannot be used, or None."""
    try:
        truth = fixture.load()
    except CrossfootError as error:
        return str(error)
    return None if truth.tables or truth.texts else "holds neither table nor text"


def read(task: Read) -> Entry:
    """Let crossfoot read a file and keep what came of it.

    Raises:
        InputError: the file cannot be read at all.
        WeightsError, EngineError: nothing can be read at all.
    """
    digitizer = _digitizer(task.options)
    digitizer.warm_up()  # models load once for many files, so no file is charged with it
    words: Words = {}

    def keep(result: PageResult) -> None:
        words[result.page.number] = result.readings

    with Meter() as meter:
        document = digitizer(task.fixture.source, on_page=keep)
    cost = meter.cost(document.source.pages)
    return Cache(task.cache).keep(task.fingerprint, task.fixture.sha256, document, words, cost)


@lru_cache(maxsize=1)
def _digitizer(options: Options) -> Digitizer:
    from ..pipeline import Digitizer

    return Digitizer(options)


def read_against(task: Against) -> Entry:
    """Let the baseline find grids, fill them with crossfoot's words, and keep what came of it.

    Raises:
        InputError: the file cannot be read at all.
        EngineError: the baseline is not installed.
    """
    baseline = _baseline()
    result = task.entry.document() if task.entry else None
    words = task.entry.words() if task.entry else {}
    with Meter() as meter:
        document = _baseline_document(task.fixture, baseline, result, words)
    cost = meter.cost(document.source.pages)
    return Cache(task.cache).keep(task.fingerprint, task.fixture.sha256, document, {}, cost)


@lru_cache(maxsize=1)
def _baseline() -> Baseline:
    import cv2
    import numpy as np

    from .baseline import Baseline

    baseline = Baseline()
    page = np.full((400, 300, 3), 255, np.uint8)  # it compiles itself on the first page
    cv2.rectangle(page, (40, 40), (260, 200), (0, 0, 0), 2)
    cv2.line(page, (40, 120), (260, 120), (0, 0, 0), 2)
    baseline.find(page)
    return baseline


def _baseline_document(
    fixture: Fixture, baseline: Baseline, result: Document | None, words: Words
) -> Document:
    """The baseline's tables as a document whose frame is the page as it was loaded."""
    from ..source import open_source

    frames = {page.number: page for page in result.pages} if result else {}
    pages: list[Page] = []
    tables: list[Table] = []
    problems: list[Problem] = []
    with open_source(fixture.source) as source:
        for number in range(1, source.page_count + 1):
            try:
                loaded = source.load(number)
            except CrossfootError as error:
                problems.append(Problem("error", "page_unreadable", str(error), number))
                continue
            height, width = loaded.image.shape[:2]
            page = Page(number, width, height, loaded.scan, loaded.from_scan)
            placed = _moved(words.get(number, ()), frames.get(number), page)
            found, failure = _page_tables(baseline, loaded.image, placed, number)
            pages.append(page)
            tables += (replace(t, id=f"t{len(tables) + i}") for i, t in enumerate(found, start=1))
            if failure:
                problems.append(Problem("error", "stage_failed", failure, number, IMG2TABLE))
        status: Status = "ok" if not problems else "partial" if pages else "failed"
        info = SourceInfo(source.name, source.sha256, source.page_count)
    return Document(info, status, tuple(problems), pages=tuple(pages), tables=tuple(tables))


def _page_tables(
    baseline: Baseline, image: Image, words: Sequence[tuple[Box, str]], page: int
) -> tuple[tuple[Table, ...], str | None]:
    from .baseline import filled

    found = baseline.find(image)
    try:
        return filled(found, words, page), found.failure
    except DocumentError as error:  # cells that make no grid
        return (), str(error)


def _moved(words: Sequence[tuple[Box, str]], frame: Page | None, page: Page) -> tuple[tuple[Box, str], ...]:
    """Words of crossfoot's upright page on the page as it was loaded.

    Their middles move and their sizes stay: the smallest box around a long line that is
    turned by a degree would be twice as high as the line.
    """
    if frame is None or not words:
        return ()
    import numpy as np

    matrix = np.array(page.from_scan) @ np.linalg.inv(np.array(frame.from_scan))
    upended = abs(matrix[0, 1]) > abs(matrix[0, 0])  # a page that was turned by a quarter
    middles = moved_points(np.array([box.center for box, _ in words]), frame, page)
    moved = []
    for (box, text), (x, y) in zip(words, middles.tolist(), strict=True):
        across, down = (box.height, box.width) if upended else (box.width, box.height)
        moved.append((Box(x - across / 2, y - down / 2, x + across / 2, y + down / 2), text))
    return tuple(moved)


@dataclass(frozen=True)
class OnScan:
    """A table of a document whose frame is a picture of the scan, for judging."""

    table: Table
    page: int | None
    box: Box | None
    frame: tuple[float, float] | None


def judge(task: Judge) -> tuple[Judged, ...]:
    """Judge a result, its tables in small type apart; none counts as a document without tables.

    Raises:
        CrossfootError: the truth, or a prediction, cannot be used.
    """
    fixture, truth = task.fixture, task.fixture.load()
    result = task.entry.folder / "document.json" if task.entry else None
    score, failure = score_of(truth, task.tool, result, fixture.source.stem, task.predictions)
    small = small_tables(truth)
    rows = [TableRow.of(table) for table in score.tables]
    normal = tuple(row for row in rows if row.table not in small)
    apart = tuple(row for row in rows if row.table in small)
    whole = Judged(
        fixture=fixture.id,
        document=fixture.document,
        damage=fixture.damage,
        split=fixture.split,
        small=not normal and bool(apart),
        source=fixture.source,
        truth=fixture.truth,
        tool=task.tool,
        pages=truth.source.pages or len(truth.pages),
        scores=sums([score.rest, *(row.scores for row in (normal or apart))]),
        tables=normal or apart,
        cost=task.entry.cost if task.entry else None,
        result=result,
        predictions=task.predictions,
        failure=task.failure or failure,
        cached=task.cached,
    )
    if not (normal and apart):
        return (whole,)
    # What is of no table, what it cost and what went wrong stay with the rest of the fixture.
    part = replace(whole, small=True, tables=apart, scores=sums(row.scores for row in apart))
    return whole, replace(part, pages=0, cost=None, failure=None)


def score_of(
    truth: Document,
    tool: str,
    result: Path | None,
    stem: str,
    predictions: tuple[Path, str] | None = None,
) -> tuple[DocumentScore, str | None]:
    """The score of a result, and why there is none or not all of it.

    Args:
        truth: what it is judged by.
        tool: whose it is.
        result: its document.json, where crossfoot or the baseline was run.
        stem: name of the source without its ending, for finding predictions.
        predictions: folder and format, where another tool's results are judged.
    """
    from .judging import judge as judge_document
    from .judging import judge_tables
    from .predictions import expected

    if predictions is None:
        if result is None:
            return _nothing(truth, tool.partition(" ")[0]), None
        document = Document.load(result)
        if tool == CROSSFOOT:
            return judge_document(truth, document), _failure(document)
        return judge_tables(truth, on_scan(document)), _failure(document)
    found = _predictions(*predictions, stem)
    if found is None:
        return _nothing(
            truth, predictions[1]
        ), f"no prediction for it, which would be {expected(predictions[1], stem)}"
    if isinstance(found, Document):
        return judge_document(truth, found), _failure(found)
    return judge_tables(truth, found), None


def _nothing(truth: Document, tool: str) -> DocumentScore:
    """The score of a tool that gave nothing: text outside tables is lost too, if it reads such."""
    from .judging import judge as judge_document
    from .judging import judge_tables

    if tool != CROSSFOOT:
        return judge_tables(truth, ())
    return judge_document(truth, Document(replace(truth.source, pages=0), "failed"))


def on_scan(document: Document) -> tuple[OnScan, ...]:
    """The tables of the baseline's document, as predictions in pixels of the loaded pages."""
    frames = {page.number: (float(page.width), float(page.height)) for page in document.pages}
    return tuple(
        OnScan(table, part.page, part.box, frames[part.page])
        for table in document.tables
        for part in table.parts
    )


def _predictions(folder: Path, form: str, stem: str) -> Document | Sequence[Predicted] | None:
    """What a folder holds for a fixture; crossfoot's own format says more than its tables."""
    from .predictions import crossfoot, read_predictions

    if form != CROSSFOOT:
        return read_predictions(folder, form, stem)
    files = crossfoot.find(folder, stem)
    return Document.load(files[0]) if files else None


def _failure(document: Document) -> str | None:
    errors = [problem for problem in document.problems if problem.severity == "error"]
    if not errors:
        return None
    first = errors[0]
    where = f"page {first.page}: " if first.page is not None else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{where}{first.message}{more}"


def small_tables(truth: Document) -> frozenset[str]:
    """Ids of the tables that a truth says are in small type.

    Its labels say so of the whole (`small`, there or in `style`), or give type sizes in points
    (`size` of the whole, `sizes` by table).
    """
    labels = truth.extra.get("labels")
    if not isinstance(labels, Mapping):
        return frozenset()
    style, sizes = (v if isinstance(v := labels.get(k), Mapping) else {} for k in ("style", "sizes"))
    is_small = True in (labels.get("small"), style.get("small")) or _is_small(labels.get("size"))
    return frozenset(t.id for t in truth.tables if is_small or _is_small(sizes.get(t.id)))


def has_small(fixture: Fixture) -> bool:
    """Whether tables of a fixture are in small type; a truth that cannot be read has none."""
    try:
        return bool(small_tables(fixture.load()))
    except CrossfootError:
        return False


def _is_small(size: object) -> bool:
    return isinstance(size, int | float) and 0 < size <= _SMALL
