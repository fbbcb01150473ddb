"""The order of the stages, and nothing else.

source → upright → ink layers → grids → text detection, boxes cut at rulings → recognition
→ cells filled → titles, header rows, roles → amounts read from crops of their own → pages
joined. Pages pass through one at a time. What goes wrong on a page becomes a problem of that
page; the others are digitized all the same.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from . import heap
from .arithmetic.options import ArithmeticOptions
from .document import Document, Page, Problem, SourceInfo, Status, Table, Text
from .errors import CrossfootError, EngineError, ForkError, InputError, LimitExceeded, WeightsError, one_line
from .layout.continuation import Joiner, Sheet
from .layout.options import LayoutOptions
from .ocr.options import OcrOptions
from .processes import renew_in_forks
from .source import PageImage, Source, SourceOptions, open_source

if TYPE_CHECKING:
    from .assembly import PageResult
    from .layout.engine import GridEngine
    from .layout.ink import Ink
    from .models.orientation import PageOrientation
    from .models.weights import Progress
    from .ocr.engine import Engine
    from .ocr.page import PageText
    from .ocr.rereading import Reread
    from .source import Image

T = TypeVar("T")
Input = str | os.PathLike[str] | bytes | BinaryIO


@dataclass(frozen=True, slots=True)
class Options:
    """Options of all stages."""

    source: SourceOptions = field(default_factory=SourceOptions)
    layout: LayoutOptions = field(default_factory=LayoutOptions)
    ocr: OcrOptions = field(default_factory=OcrOptions)
    arithmetic: ArithmeticOptions = field(default_factory=ArithmeticOptions)


OnPage = Callable[["PageResult"], None]
OnProgress = Callable[[int, int], None]

_UNLOADABLE = (WeightsError, EngineError, ForkError)  # from loading an engine: all pages need it


def digitize(input: Input, options: Options | None = None, *, name: str | None = None) -> Document:  # noqa: A002
    """Digitize one document; for several, a `Digitizer` loads the models only once.

    Args:
        input: a path, the bytes of a file, or a binary file object.
        options: options of all stages.
        name: what to call the document; the file's own name when not given.

    Raises:
        InputError: the input cannot be used. Later trouble is in `Document.problems`.
        WeightsError: model weights are missing and cannot be fetched.
    """
    with Digitizer(options) as digitizer:
        return digitizer(input, name=name)


class Digitizer:
    """Digitizes documents with models that load once, when a scan first needs them.

    Safe to use from several threads; pickles its options and not its models; refuses use
    in a forked process once models are loaded, since their threads do not survive a fork.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._start()

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._grids: GridEngine | None = None
        self._orientation: PageOrientation | CrossfootError | None = None  # the error, once it failed
        self._pid: int | None = None  # of the process that loads or has loaded models
        renew_in_forks(self)

    def renew_lock(self) -> None:
        """In a fresh fork: a lock that a thread of the parent held would never open."""
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"options": self.options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.options = state["options"]
        self._start()

    def __enter__(self) -> Digitizer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the models go; the next call loads them again.

        In a fork of the process that loaded them this does nothing: they are not the fork's.
        """
        if self._is_forked():
            return
        with self._lock:
            self._engine = self._grids = self._orientation = self._pid = None

    def warm_up(self, on_fetch: Progress | None = None) -> None:
        """Load the models now, fetching missing default weights with `on_fetch` told of it."""
        self.engine(on_fetch)
        self.orientation(on_fetch)

    def __call__(
        self,
        input: Input,  # noqa: A002
        *,
        name: str | None = None,
        on_page: OnPage | None = None,
        on_progress: OnProgress | None = None,
        on_fetch: Progress | None = None,
    ) -> Document:
        """Digitize one document.

        Args:
            input: a path, the bytes of a file, or a binary file object.
            name: what to call the document; the file's own name when not given.
            on_page: called with each page when it is done.
            on_progress: called with (pages done, pages) before the first page and after each.
            on_fetch: called with (label, bytes done, bytes) while missing weights are fetched.

        Raises:
            InputError: the input cannot be used. Later trouble is in `Document.problems`.
            WeightsError: model weights are missing and cannot be fetched.
            ForkError: models were loaded in another process, of which this is a fork.
        """
        self._check_process()
        with open_source(input, self.options.source, name=name) as source:
            run = _Run(self, source, on_fetch)
            for number in range(1, source.page_count + 1):
                if on_progress:
                    on_progress(number - 1, source.page_count)
                result = run.page(number)
                if result and on_page:
                    on_page(result)
                del result  # before its image is needed again
                heap.trim()
            if on_progress:
                on_progress(source.page_count, source.page_count)
            return run.document()

    def map(self, inputs: Iterable[Input]) -> Iterator[Document]:
        """Digitize many, in order; an unusable input gives a failed document, not an error."""
        from .assembly import unusable

        for item in inputs:
            try:
                yield self(item)
            except InputError as error:
                name = PurePath(os.fspath(item)).name if isinstance(item, str | os.PathLike) else "input"
                yield unusable(str(name), error)

    def engine(self, on_fetch: Progress | None = None) -> Engine:
        """The text engine, loaded when first asked for."""
        self._check_process()
        with self._loading():
            if self._engine is None:
                from .ocr.engine import load_engine

                self._engine = load_engine(self.options.ocr, on_fetch)
            return self._engine

    def grid_engine(self) -> GridEngine:
        """The grid engine, loaded when first asked for."""
        self._check_process()
        with self._loading():
            if self._grids is None:
                from .layout.engine import load_grid_engine

                self._grids = load_grid_engine(self.options.layout)
            return self._grids

    def orientation(self, on_fetch: Progress | None = None) -> PageOrientation | CrossfootError:
        """The network that tells which end of a page is up, loaded when first asked for.

        Pages can be digitized without it, so where it cannot be had its error is returned.
        """
        self._check_process()
        with self._loading():
            if self._orientation is None:
                from .models.orientation import load_orientation

                try:
                    self._orientation = load_orientation(self.options.ocr.weights, on_fetch)
                except (WeightsError, EngineError) as error:
                    self._orientation = error
            return self._orientation

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """Alone, and with the process on record before a library starts its first thread."""
        with self._lock:
            self._pid = os.getpid()
            try:
                yield
            finally:
                if all(m is None for m in (self._engine, self._grids, self._orientation)):
                    self._pid = None

    def _is_forked(self) -> bool:
        # Asked without the lock, which another thread may have held when the process forked.
        return self._pid not in (None, os.getpid())

    def _check_process(self) -> None:
        if self._is_forked():
            raise ForkError("a Digitizer cannot be used in a fork of the process that loaded its models")


class _Run:
    """One document on its way: pages go in, records are gathered."""

    def __init__(self, digitizer: Digitizer, source: Source, on_fetch: Progress | None) -> None:
        self.digitizer = digitizer
        self.source = source
        self.on_fetch = on_fetch
        self.seconds: dict[str, float] = {}
        self.at: str | None = None  # the stage that runs, or that failed
        self.unloadable: Exception | None = None
        self.pages: list[Page] = []
        self.joiner = Joiner()
        self.texts: list[Text] = []
        self.problems: list[Problem] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        self.at = name
        try:
            yield
            self.at = None
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def page(self, number: int) -> PageResult | None:
        """Digitize one page; None where it could not be.

        Raises:
            WeightsError, EngineError, ForkError: an engine cannot be loaded.
        """
        try:
            with self.stage("source"):
                image = self.source.load(number)
            self.problems += image.problems
            return self._digitize(image)
        except Exception as error:  # one page must not cost the others, whatever a library throws
            if error is self.unloadable:
                raise  # no other page would fare better
            self.problems.append(Problem("error", self._code(error), one_line(error), number, self.at))
            return None

    def _code(self, error: Exception) -> str:
        if self.at != "source" or not isinstance(error, InputError):
            return "stage_failed"
        return "page_too_large" if isinstance(error, LimitExceeded) else "page_unreadable"

    def _digitize(self, scan: PageImage) -> PageResult:
        import numpy as np

        from .assembly import PageResult, page_records, settled
        from .layout.geometry import rows_of
        from .layout.page import lay_out
        from .ocr.page import read_layer, read_scan

        laid = lay_out(
            scan.image,
            self.digitizer.options.layout,
            self._load(self.digitizer.grid_engine),
            layered=scan.words is not None,
            orient=self._orient,
            stage=self.stage,
        )
        upright, ink, found = laid.upright, laid.ink, laid.found
        if upright.doubtful:
            message = "it is unclear which end of the page is up"
            self.problems.append(Problem("warning", "page_turned", message, scan.number, "layout.upright"))
        with self.stage("ocr"):
            if scan.words is not None:
                text = read_layer(scan, ink, found.grids, self.engine)
            else:
                sealless = upright.image if ink.clean is None else ink.clean
                text = read_scan(self.engine(), sealless, ink, found.grids)
        before = np.array(scan.from_scan)
        height, width = upright.image.shape[:2]
        mesh = None if upright.mesh is None else upright.mesh.behind(before).to_rows()
        page = Page(scan.number, width, height, scan.scan, rows_of(upright.matrix @ before), mesh)
        with self.stage("layout.records"):
            records = page_records(page, found, text, self.joiner.count, len(self.texts), ink.seals)
        if scan.words is None:
            records = settled(records, self._amounts(upright.image, ink, records.tables, text, page))
        with self.stage("layout.continuation"):
            tables = self.joiner.add(Sheet(page, records.tables, records.texts))
        ids = {old.id: table.id for old, table in zip(records.tables, tables, strict=True)}
        self.pages.append(page)
        self.texts += records.texts
        self.problems += [replace(p, where=ids.get(p.where or "", p.where)) for p in records.problems]
        return PageResult(page, upright.image, tables, records.texts, text.boxes, text.readings)

    def _amounts(
        self, image: Image, ink: Ink, tables: tuple[Table, ...], text: PageText, page: Page
    ) -> Reread:
        """Tables whose amounts were read from crops of their own; as they were where that fails."""
        from .ocr.engine import LatticeEngine
        from .ocr.rereading import Reread, Views, reread_amounts

        options, engine = self.digitizer.options.ocr, self.engine()
        if options.amounts == "plain" or not isinstance(engine, LatticeEngine):
            return Reread(tables)
        try:
            with self.stage("ocr.amounts"):
                views = Views.of(image, ink)
                return reread_amounts(engine, views, tables, text.readings, options, page.number)
        except Exception as error:  # the plain readings are worth keeping, whatever a library throws
            self.at = None
            failed = Problem("error", "stage_failed", one_line(error), page.number, "ocr.amounts")
            return Reread(tables, (failed,))

    def _orient(self, image: Image) -> Any:
        """Probabilities of the quarter turns of a page; None where the network cannot be had."""
        network = self.digitizer.orientation(self.on_fetch)
        if not isinstance(network, CrossfootError):
            return network(image)
        if not any(p.code == "weights_missing" for p in self.problems):
            self.problems.append(Problem("warning", "weights_missing", str(network), stage=self.at))
        return None

    def engine(self) -> Engine:
        """The text engine; a page with a text layer may never need it."""
        return self._load(lambda: self.digitizer.engine(self.on_fetch))

    def _load(self, load: Callable[[], T]) -> T:
        try:
            return load()
        except _UNLOADABLE as error:
            self.unloadable = error
            raise

    def document(self) -> Document:
        """Everything gathered, pages joined, with a status that says whether it is all."""
        from .assembly import steps, table_problems

        options = self.digitizer.options
        with self.stage("layout.continuation"):
            tables = self.joiner.tables()
        document = self._checked(
            Document(
                SourceInfo(self.source.name, self.source.sha256, self.source.page_count),
                "partial",  # until it is known what went wrong
                tuple(self.problems),
                (),
                tuple(self.pages),
                tables,
                texts=tuple(self.texts),
            )
        )
        problems = sorted([*document.problems, *table_problems(document.tables)], key=lambda p: p.page or 0)
        failed = any(p.severity == "error" for p in problems)
        status: Status = "ok" if not failed else "partial" if self.pages else "failed"
        return replace(
            document,
            status=status,
            problems=tuple(problems),
            steps=steps(self.seconds, options.source, options.layout, options.ocr, options.arithmetic),
        )

    def _checked(self, document: Document) -> Document:
        """The document with its amounts held against each other; as it was where that fails."""
        from .arithmetic.checking import check_document

        try:
            with self.stage("arithmetic"):
                return check_document(document, self.digitizer.options.arithmetic)
        except Exception as error:  # readings are worth keeping, whatever arithmetic trips over
            failed = Problem("error", "stage_failed", one_line(error), stage="arithmetic")
            return replace(document, problems=(*document.problems, failed))
