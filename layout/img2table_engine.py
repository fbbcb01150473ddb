"""The alternative grid engine: img2table, asked for grids only.

It takes bytes, not arrays, and decodes them with OpenCV, so an uncompressed BMP is the
cheapest way in. It gives each address its cell's box; equal boxes are one spanning cell.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from img2table.document import Image as Img2TableImage

from ..document import Box
from ..errors import EngineError
from ..source import Image
from .engine import Found, Grid, GridCell, reading_order
from .ink import Ink
from .options import LayoutOptions
from .spans import merge_spans


class Img2TableEngine:
    """Ruled tables as img2table finds them."""

    name = "img2table"

    def __init__(self, options: LayoutOptions) -> None:
        self.options = options

    def find(self, image: Image, ink: Ink) -> Found:
        """Grids of an upright page (height, width, 3) BGR; `ink` is not used."""
        encoded, data = cv2.imencode(".bmp", image)
        if not encoded:
            raise EngineError("the page could not be handed over", name=self.name)
        tables = Img2TableImage(src=data.tobytes()).extract_tables()
        grids = [grid for table in tables if (grid := _grid(table.content)) is not None]
        most = self.options.max_tables
        over = f"{len(grids)} tables on a page, more than max_tables ({most})"
        return Found(tuple(reading_order(grids[:most])), (over,) if len(grids) > most else ())


def _grid(content: object) -> Grid | None:
    rows = [[_box(cell.bbox) for cell in row] for row in content.values()]  # type: ignore[attr-defined]
    if not rows or len({len(row) for row in rows}) != 1 or len(rows) * len(rows[0]) < 2:
        return None
    shape = (len(rows), len(rows[0]))
    differs_below = np.array([[a != b for a, b in zip(*pair, strict=True)] for pair in pairwise(rows)])
    differs_right = np.array([[a != b for a, b in pairwise(row)] for row in rows])
    spans = merge_spans(shape, differs_below.reshape(-1, shape[1]), differs_right.reshape(shape[0], -1))
    cells = tuple(
        GridCell(r, c, rs, cs, Box.around([rows[r][c], rows[r + rs - 1][c + cs - 1]]))
        for r, c, rs, cs in spans
    )
    return Grid(Box.around(cell.box for cell in cells), shape, cells)


def _box(bbox: object) -> Box:
    return Box(bbox.x1, bbox.y1, bbox.x2, bbox.y2)  # type: ignore[attr-defined]
