"""The sample pages at fewer pixels than they were scanned with: the same grids, to the span."""

from pathlib import Path

import cv2
import pytest
from crossfoot.document import Document
from crossfoot.layout.engines import LinesEngine
from crossfoot.layout.ink import black_ink
from crossfoot.layout.options import LayoutOptions
from crossfoot.layout.upright import make_upright
from crossfoot.source import open_source

NAMES = sorted(path.stem for path in (Path(__file__).parents[1] / "samples").glob("*.pdf"))


@pytest.mark.parametrize("share", [1.0, 0.75, 0.6])
@pytest.mark.parametrize("name", NAMES)
def test_spans_do_not_depend_on_the_resolution(name: str, share: float, samples: Path) -> None:
    truth = Document.load(samples / f"{name}.json")
    with open_source(samples / f"{name}.pdf") as source:
        scan = source.load(1).image
    small = cv2.resize(scan, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    page = make_upright(small, LayoutOptions().max_skew).image
    grids = LinesEngine(LayoutOptions()).find(page, black_ink(page)).grids
    found = [sorted((c.row, c.col, c.row_span, c.col_span) for c in grid.cells) for grid in grids]
    expected = [sorted((c.row, c.col, c.row_span, c.col_span) for c in table.cells) for table in truth.tables]
    assert found == expected
