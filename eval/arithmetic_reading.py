"""Read the scans of a set once, so that arithmetic can be measured on what was read in seconds.

Reading a page takes seconds and holding its amounts against each other takes hundredths of one.
So every document is digitized once and kept; what lies there already is not read again, whatever
has changed in the program since, and the figures say by which programs it was read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..document import Document, write_atomically
from ..errors import OutputError, one_line
from ..pipeline import Digitizer, Options
from .cache import program
from .pool import Pool

if TYPE_CHECKING:
    from ..datasets.fixtures.sets import Fixture
    from ..models.weights import Progress

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how many fixtures are done, and of how many."""

TIME_LIMIT = 3600.0
"""Seconds for one document in one kind of damage."""


@dataclass(frozen=True)
class ReadTask:
    """A scan to read, the program that reads it, and the folder for what comes of it."""

    fixture: Fixture
    options: Options
    kept: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read of a scan: the file, by which program, and how many seconds of a core it took."""

    file: Path
    digest: str
    seconds: float

    def document(self) -> Document:
        """The document as it was read.

        Raises:
            DocumentError: the file was damaged meanwhile.
        """
        return Document.load(self.file)


def read_all(
    fixtures: Sequence[Fixture],
    options: Options,
    kept: Path,
    workers: int,
    on_progress: OnProgress,
    on_fetch: Progress | None = None,
) -> tuple[dict[str, Kept], list[tuple[str, str]]]:
    """Read every scan that was not read yet; gives what was read, by fixture, and what failed and why.

    Args:
        fixtures: of the set.
        options: of digitizing; each worker has one thread.
        kept: folder for the documents, which later runs use again.
        workers: worker processes; 0 works in this one.
        on_progress: called when a fixture is done.
        on_fetch: called while missing weights are fetched.

    Raises:
        EngineError, WeightsError: nothing can be read at all.
        OutputError: the folder cannot be written to.
    """
    found = {fixture.id: there for fixture in fixtures if (there := find(fixture, kept))}
    missing = [fixture for fixture in fixtures if fixture.id not in found]
    failures: list[tuple[str, str]] = []
    on_progress("reading", len(found), len(fixtures))
    if missing:
        single = replace(options, ocr=replace(options.ocr, threads=1))
        Digitizer(single).warm_up(on_fetch)  # once, before the workers ask for weights
        digest = program()  # before it runs: sources may be edited meanwhile
        tasks = [ReadTask(fixture, single, kept, digest) for fixture in missing]
        with Pool(workers, 1, TIME_LIMIT) as pool:
            for index, answer in pool.each(read, tasks):
                if isinstance(answer, Exception):
                    failures.append((missing[index].id, one_line(answer)))
                else:
                    found[missing[index].id] = answer
                on_progress("reading", len(found) + len(failures), len(fixtures))
    return found, failures


def find(fixture: Fixture, kept: Path) -> Kept | None:
    """What an earlier run read of a scan of this content, if it is there and whole."""
    file, note = _files(fixture, kept)
    with suppress(OSError, ValueError, KeyError, TypeError):
        value = json.loads(note.read_bytes())  # written last, so the document is there as well
        if value["sha256"] == fixture.sha256 and file.is_file():
            return Kept(file, str(value["digest"]), float(value["seconds"]))
    return None


def read(task: ReadTask) -> Kept:
    """Digitize a scan and keep what came of it.

    Raises:
        InputError: the file cannot be read at all.
        WeightsError, EngineError: nothing can be read at all.
        OutputError: the folder cannot be written to.
    """
    digitizer = _digitizer(task.options)
    digitizer.warm_up()  # models load once for many files, so no file is charged with it
    started = time.process_time()
    document = digitizer(task.fixture.source)
    seconds = time.process_time() - started
    file, note = _files(task.fixture, task.kept)
    try:
        task.kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(error.strerror or str(error), name=str(task.kept)) from None
    document.save(file)
    kept = Kept(file, task.digest, round(seconds, 2))
    value = {"sha256": task.fixture.sha256, "digest": kept.digest, "seconds": kept.seconds}
    write_atomically(note, json.dumps(value).encode())
    return kept


def _files(fixture: Fixture, kept: Path) -> tuple[Path, Path]:
    return kept / f"{fixture.id}.json", kept / f"{fixture.id}.read"


@lru_cache(maxsize=1)
def _digitizer(options: Options) -> Digitizer:
    return Digitizer(options)
