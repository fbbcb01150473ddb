"""Pictures of pages whose layout is to be looked at: what was found over what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datasets.fixtures.sets import load_set
from ..document import Document, Page, write_atomically
from ..source import open_source
from .layout_judging import lay_out_page
from .slices import PageTable, moved_points, page_tables

if TYPE_CHECKING:
    from ..layout.options import LayoutOptions
    from ..source import Image
    from .layout_figures import Worst

_TRUTH, _FOUND = (60, 170, 0), (40, 40, 230)  # BGR: green beneath, red above
_LONG_SIDE = 2400  # pixels: enough to see a ruling of a page of 200 dpi


def draw_worst(pages: Sequence[Worst], fixtures: Path, options: LayoutOptions, folder: Path) -> list[Path]:
    """A PNG of each page as it was set upright, the truth's cells in green and those found in red.

    Args:
        pages: which; files are numbered in this order.
        fixtures: the set that they are of.
        options: that the pages were laid out with.
        folder: where the files go.
    """
    import cv2

    known = {fixture.id: fixture for fixture in load_set(fixtures, verify=False).fixtures}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9][0-9]-*.png"):  # of an earlier run, whose worst pages were others
        old.unlink()
    files = []
    for number, worst in enumerate(pages, start=1):
        picture = _drawn(worst, known[worst.fixture.fixture].load(), options)
        encoded, data = cv2.imencode(".png", picture)
        if encoded:
            file = folder / f"{number:02d}-{worst.fixture.fixture}-{worst.page.number}.png"
            write_atomically(file, data.tobytes())
            files.append(file)
    return files


def _drawn(worst: Worst, truth: Document, options: LayoutOptions) -> Image:
    import cv2
    import numpy as np

    frame = next(page for page in truth.pages if page.number == worst.page.number)
    with open_source(worst.fixture.source) as source:
        scan = source.load(frame.number)
    try:
        page, laid = lay_out_page(scan, options, {})
    except Exception:  # it failed when it was measured, and the list of failures says why
        return np.ascontiguousarray(scan.image)
    picture: Any = laid.upright.image
    scale = _LONG_SIDE / max(picture.shape[:2])
    picture = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    for piece in page_tables(truth):
        if piece.page == frame.number:
            for corners in _corners(piece, frame, page):
                cv2.polylines(picture, [np.round(corners * scale).astype(np.int32)], True, _TRUTH, 4)
    for grid in laid.found.grids:
        for cell in grid.cells:
            left, top, right, bottom = (round(value * scale) for value in cell.box.to_list())
            cv2.rectangle(picture, (left, top), (right, bottom), _FOUND, 2)
    _caption(picture, worst)
    return np.asarray(picture, np.uint8)


def _corners(piece: PageTable, frame: Page, page: Page) -> list[Any]:
    """The corners of each cell, (4, 2), on the page that was laid out."""
    import numpy as np

    found = []
    for cell in piece.table.cells:
        for part in cell.parts:
            left, top, right, bottom = part.box.to_list()
            corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
            found.append(moved_points(corners, frame, page))
    return found


def _caption(picture: Any, worst: Worst) -> None:
    import cv2

    text = str(worst)
    cv2.rectangle(picture, (0, 0), (picture.shape[1], 44), (255, 255, 255), -1)
    cv2.putText(picture, text, (10, 32), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0, 0, 0), 2, cv2.LINE_AA)
