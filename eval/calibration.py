"""Whether the damage is as hard as the world: `python -P -m crossfoot.eval.calibration FIXTURES`.

img2table, with its rotation on and the true words in its cells, is the yardstick. Over the
fully ruled tables of a synthetic set its mean TEDS per profile must lie within the bands
below, or the numbers in `datasets/damage.toml` make damage softer, or harder, than scans are.
What img2table cannot do on any scan says nothing of damage, so it is left out: pages that lie
turned by quarters, which it does not turn; tables of one row, which it does not take for
tables; and those with a wholly blank row or column, which it deletes. A table that it does
not find counts as 0.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from ..document import Cell, Document, Page, Table
from ..errors import EXIT_FAILED, EXIT_OK, CrossfootError, InputError
from .baseline import Baseline, Words, filled
from .matching import match
from .metrics.teds import teds
from .slices import PageTable, page_tables, placed_on_scan, slices
from .text import normalized

BANDS = {"clean": (0.97, 1.0), "office": (0.84, 0.94)}
"""Least and greatest mean TEDS of the baseline by profile."""
OTHER = (0.5, 0.8)
"""The same for every other profile."""
FULLY_RULED = ("full", "thin", "thick_frame")
"""Ruling styles in which every cell has four rulings."""


def page_scores(baseline: Baseline, image: Any, page: Page, tables: Sequence[PageTable]) -> list[float]:
    """TEDS of the baseline for each table of one page.

    Args:
        baseline: what is measured.
        image: the scan (height, width, 3) BGR.
        page: the page's record in the truth.
        tables: the truth's tables on that page, boxes in pixels of the upright page.
    """
    placed = [placed_on_scan(table, {page.number: page}) for table in tables]
    words = [word for piece in placed for word in true_words(piece.table)]
    result = [piece for t in filled(baseline.find(image), words, page.number) for piece in slices(t)]
    matching = match(placed, result)
    scores = [teds(normalized(p.truth.table), normalized(p.result.table)) for p in matching.pairs]
    return scores + [0.0] * len(matching.missed)


def true_words(table: Table) -> Words:
    """Each cell's text at the middle of its box."""
    return [(cell.parts[0].box.center, cell.text) for cell in table.cells if cell.text and cell.parts]


def document_scores(baseline: Baseline, document: Document, source: Path) -> list[float]:
    """TEDS for each table of one fixture that can be judged; none unless the truth says it is fully ruled."""
    from ..source import open_source

    if _ruling(document) not in FULLY_RULED:
        return []
    tables = [table for table in page_tables(document) if can_be_found(table.table)]
    scores: list[float] = []
    with open_source(source) as scan:
        for page in document.pages:
            here = [table for table in tables if table.page == page.number]
            if here and _lies_upright(page):
                scores += page_scores(baseline, scan.load(page.number).image, page, here)
    return scores


def can_be_found(table: Table) -> bool:
    """Whether img2table finds such a table on a perfect page: it has two rows, and none is blank."""
    return table.shape[0] > 1 and not has_blank_line(table)


def has_blank_line(table: Table) -> bool:
    """Whether a row or column bears no text but that of cells that reach beyond it."""
    rows, cols = ({n for cell in table.cells if cell.text for n in _alone(cell)[axis]} for axis in (0, 1))
    return len(rows) < table.shape[0] or len(cols) < table.shape[1]


def _alone(cell: Cell) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The row and the column that a cell says something of: those in which it lies whole."""
    return (cell.row,) if cell.row_span == 1 else (), (cell.col,) if cell.col_span == 1 else ()


def within(profile: str, mean: float) -> bool:
    """Whether a mean TEDS lies within the profile's band."""
    low, high = band(profile)
    return low <= mean <= high


def band(profile: str) -> tuple[float, float]:
    """Least and greatest mean TEDS of the baseline; a profile's version does not matter."""
    return BANDS.get(profile.partition("@")[0], OTHER)


def _lies_upright(page: Page) -> bool:
    (a, b, _), *_ = page.from_scan
    return a > abs(b)


def _ruling(document: Document) -> str | None:
    labels = document.extra.get("labels")
    style = labels.get("style") if isinstance(labels, Mapping) else None
    return style.get("ruling") if isinstance(style, Mapping) else None


def calibrate(folder: Path, limit: int | None = None) -> dict[str, list[float]]:
    """TEDS of every fully ruled table of a set of fixtures, by damage.

    Args:
        folder: the set.
        limit: fixtures per kind of damage at most.

    Raises:
        InputError: no fixture of the set has a fully ruled table.
    """
    from ..datasets.fixtures.sets import load_set

    baseline = Baseline()
    scores: dict[str, list[float]] = {}
    used: dict[str, int] = {}
    for fixture in load_set(folder).fixtures:
        if limit is None or used.get(fixture.damage, 0) < limit:
            used[fixture.damage] = used.get(fixture.damage, 0) + 1
            scores.setdefault(fixture.damage, []).extend(
                document_scores(baseline, fixture.load(), fixture.source)
            )
    found = {damage: values for damage, values in scores.items() if values}
    if not found:
        raise InputError("has no table whose truth says that it is fully ruled", name=str(folder))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line per profile; the exit code says whether all lie within their bands."""
    parser = argparse.ArgumentParser(
        prog="python -m crossfoot.eval.calibration", description="Whether the damage is as hard as the world."
    )
    parser.add_argument("fixtures", type=Path, help="a synthetic set with every profile to be judged")
    parser.add_argument("--limit", type=int, help="documents per profile at most")
    options = parser.parse_args(arguments)
    try:
        scores = calibrate(options.fixtures, options.limit)
    except CrossfootError as error:
        print(f"{error}\n{error.remedy}" if error.remedy else error, file=sys.stderr)
        return error.exit_code
    code = EXIT_OK
    for damage, values in scores.items():
        mean = fmean(values)
        low, high = band(damage)
        verdict = "within" if within(damage, mean) else "OUTSIDE"
        code = code if within(damage, mean) else EXIT_FAILED
        print(f"{damage:12s} {len(values):5d} tables  TEDS {mean:.3f}  {verdict} {low:.2f} to {high:.2f}")
    return code


if __name__ == "__main__":
    sys.exit(main())
