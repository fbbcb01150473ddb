"""A bad table on its scan, with the grid that was found drawn over it.

The picture shows the scan itself, not the upright page: boxes of the result go back
through the page's own transform, so that a wrong turn of the page is seen as well.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...document import Box, Page, Table
from ...errors import CrossfootError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.floating[Any]]  # (n, 2): corners

MAX_SIDE = 1200  # pixels: a page still shows its digits, and a dozen of them make no heavy file
_QUALITY = 70
_MARGIN = 0.03  # of the crop's longer side
_TRUTH = (60, 160, 40)  # blue, green, red
_GRID = (200, 60, 20)


@dataclass(frozen=True)
class Outline:
    """Cells to draw: their corners on the scan, and whether they are the truth's."""

    quads: tuple[Any, ...]
    is_truth: bool


def outline(table: Table | None, page: int, pages: Iterable[Page], *, is_truth: bool) -> Outline:
    """The cells of a table on one page, as corners on the scan; none without boxes."""
    frame = next((p for p in pages if p.number == page), None)
    if table is None or frame is None:
        return Outline((), is_truth)
    boxes = [part.box for cell in table.cells for part in cell.parts if part.page == page]
    boxes = boxes or [part.box for part in table.parts if part.page == page]
    return Outline(tuple(_corners(box, frame) for box in boxes), is_truth)


def picture(source: Path, page: int, outlines: Sequence[Outline]) -> str | None:
    """A `data:` URI of the scan around the outlines, as JPEG; None where it cannot be loaded.

    The result's cells are blue; only the border of the truth is drawn, in green.
    """
    from ...source import open_source

    try:
        with open_source(source) as opened:
            if not 1 <= page <= opened.page_count:
                return None
            loaded = opened.load(page)
    except CrossfootError:
        return None  # the report says elsewhere that this file could not be read
    return _uri(_drawn(loaded.image, loaded.from_scan, outlines))


def _corners(box: Box, page: Page) -> Points:
    """The corners of a box of the upright page, on the scan."""
    import numpy as np

    from ...layout.mesh import to_scan

    x, y = [box.left, box.right, box.right, box.left], [box.top, box.top, box.bottom, box.bottom]
    return to_scan(page, np.array([x, y], np.float64).T)


def _drawn(image: Any, from_scan: Any, outlines: Sequence[Outline]) -> Any:
    import cv2
    import numpy as np

    matrix = np.array(from_scan)
    moved = [(_through(matrix, quad), o.is_truth) for o in outlines for quad in o.quads]
    height, width = image.shape[:2]
    left, top, right, bottom = _region([quad for quad, _ in moved], width, height)
    part = image[top:bottom, left:right]
    scale = min(1.0, MAX_SIDE / max(part.shape[:2]))
    part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.ascontiguousarray(part)
    grid = [_placed(quad, left, top, scale) for quad, is_truth in moved if not is_truth]
    cv2.polylines(canvas, grid, True, _GRID, 1, cv2.LINE_AA)
    true = [quad for quad, is_truth in moved if is_truth]
    if true:
        hull = cv2.convexHull(np.concatenate(true).astype(np.float32))[:, 0]
        cv2.polylines(canvas, [_placed(hull, left, top, scale)], True, _TRUTH, 2, cv2.LINE_AA)
    return canvas


def _through(matrix: Points, points: Points) -> Points:
    import numpy as np

    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    through: Points = mapped[:, :2] / mapped[:, 2:]
    return through


def _region(quads: Sequence[Points], width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is shown: all of the quads with a margin, or the whole page."""
    import numpy as np

    if not quads:
        return 0, 0, width, height
    points = np.concatenate(list(quads))
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    margin = 8 + _MARGIN * max(right - left, bottom - top)
    x = sorted(int(min(max(v, 0), width)) for v in (left - margin, right + margin))
    y = sorted(int(min(max(v, 0), height)) for v in (top - margin, bottom + margin))
    if x[1] - x[0] < 2 or y[1] - y[0] < 2:  # the boxes lie outside the page
        return 0, 0, width, height
    return x[0], y[0], x[1], y[1]


def _placed(points: Any, left: int, top: int, scale: float) -> Any:
    import numpy as np

    # OpenCV's coordinates are 32 bits wide, and a hostile box may lie anywhere.
    return np.clip(np.rint((points - (left, top)) * scale), -9999, 9999).astype(np.int32)


def _uri(image: Any) -> str | None:
    import cv2

    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return f"data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}" if done else None
