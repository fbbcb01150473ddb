"""img2table on the pages of a layout benchmark, by its own settings and with all its options on.

What it makes of a page depends on the page and on its version alone, so results are kept by
content: it takes longer than what it is compared with, and only the first run pays. How long it
took depends on the machine and its load, so times are not kept: a run gives those it took itself.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..document import Box, write_atomically
from ..errors import CrossfootError
from .baseline import Baseline, BaselineCell, BaselineTable, Found
from .cache import files_digest, fingerprint
from .layout_scores import EVERY_OPTION

if TYPE_CHECKING:
    from ..source import Image, PageImage

_PACKAGES = ("img2table", "opencv-contrib-python", "numpy", "pypdfium2", "pillow")
"""Whatever has a hand in its results: itself, and what decodes the pages."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What came of a page, and the CPU seconds that it took; None where an earlier run did it."""

    found: Found
    seconds: float | None = None


ByPage = Mapping[int, Mapping[str, Timed]]
"""By number of the page and by variant, one of `BASELINES`."""


def find(image: Image, variants: Sequence[str]) -> dict[str, Timed]:
    """Its tables on a scan (height, width, 3) BGR by each of some variants."""
    results = {}
    for name in variants:
        started = time.process_time()
        found = _baseline(name == EVERY_OPTION).find(image)
        results[name] = Timed(found, round(time.process_time() - started, 4))
    return results


@lru_cache(maxsize=2)
def _baseline(every_option: bool) -> Baseline:
    return Baseline(every_option=every_option)


class Pages:
    """img2table's results for one document, from an earlier run or made now."""

    def __init__(self, variants: Sequence[str], kept: ByPage | None = None) -> None:
        self.variants = variants
        self.kept = kept or {}
        self.made: dict[int, Mapping[str, Timed]] = {}

    def page(self, scan: PageImage) -> Mapping[str, Timed]:
        """By variant, what it makes of a page; empty where it is not compared with."""
        known = self.kept.get(scan.number, {})
        if missing := [name for name in self.variants if name not in known]:
            self.made[scan.number] = {**known, **find(scan.image, missing)}
        both = self.made.get(scan.number, known)
        return {name: both[name] for name in self.variants}


@contextlib.contextmanager
def pages(folder: Path, sha256: str, variants: Sequence[str]) -> Iterator[Pages]:
    """The results for a source of that content, which are kept once all its pages are done."""
    if not variants:
        yield Pages(())
        return
    file = place(folder, sha256)
    results = Pages(variants, load(file))
    yield results
    if results.made:
        save(file, {**results.kept, **results.made})


def place(folder: Path, sha256: str) -> Path:
    """The file for the results of a source of that content."""
    source = Path(__file__)
    versions = {name: metadata.version(name) for name in _PACKAGES}
    key = fingerprint(versions, files_digest([source, source.with_name("baseline.py")]))
    return folder / key[:16] / f"{sha256}.json"


def load(file: Path) -> ByPage | None:
    """Results that an earlier run left; a file that cannot be read is as good as none."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, CrossfootError):
        value = json.loads(file.read_bytes())
        return {
            int(page): {name: _timed(entry) for name, entry in results.items()}
            for page, results in value.items()
        }
    return None


def save(file: Path, results: ByPage) -> None:
    """Leave results for a later run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    value = {
        str(page): {name: _value(timed) for name, timed in found.items()} for page, found in results.items()
    }
    write_atomically(file, json.dumps(value, separators=(",", ":")).encode())


def _value(timed: Timed) -> dict[str, Any]:
    return {
        "failure": timed.found.failure,
        "matrix": timed.found.matrix,
        "tables": [
            {
                "shape": table.shape,
                "box": table.box.to_list(),
                "cells": [[c.row, c.col, c.row_span, c.col_span, *c.box.to_list()] for c in table.cells],
            }
            for table in timed.found.tables
        ],
    }


def _timed(value: Mapping[str, Any]) -> Timed:
    tables = []
    for table in value["tables"]:
        rows, cols = table["shape"]
        cells = tuple(BaselineCell(r, c, rs, cs, Box(*box)) for r, c, rs, cs, *box in table["cells"])
        tables.append(BaselineTable((rows, cols), cells, Box.from_list(table["box"])))
    matrix = tuple(tuple(float(v) for v in row) for row in value["matrix"])
    return Timed(Found(tuple(tables), matrix, value["failure"]))
