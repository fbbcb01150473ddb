"""Ink layers: black ink apart from paper, shading, creases, show-through and seals; the scale of its type.

How dark ink is on a page depends on the printer, the scanner and the light; so every bound
is a share of the page's own depth of ink, which is taken from its characters and strokes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from ..source import Image
from .creases import without_creases
from .depth import Traces, find_traces
from .geometry import Mask, as_mask
from .light import absorbed, paper_level, reversed_print
from .seals import find_seals, is_coloured
from .unmixing import without_seals

_A4_INCHES = 11.7  # the long side; disclosures are A4, whatever a file says of its dpi
_GLYPH_INCHES = 0.118  # height of the characters of 9-point type
_FIGURE = 1.4  # height of a Chinese character by that of a figure of the same type
_LARGEST = 0.7  # inches: what is higher is no character
_BLUR = 1  # pixels: half of one at either end of a stroke
_ENOUGH = 30  # characters that say how high they are
_INKED = 0.12  # of a character's box, at least; Chinese type covers 0.2 and more of it
_CORNER = 0.1  # of a box's sides, in which the outline of a box has ink and that of a 0 has none
_HOLLOW = 0.25  # of a box's sides, on each of them: the outline of a box has no ink further inside
_HELD = 2  # characters inside another: a table's cells. One alone is a part of a character, as in 国
_PAGE_SCALE = 80  # pixels per inch under which a page's type cannot be read: such a picture shows a part
_PAGE_SHAPE = (1.25, 1.6)  # long by short side of a sheet: A4 has 1.41, Letter 1.29, Legal is cut off
_OTHER_TYPE = 2.0  # times, at most, that a page's type is larger or smaller than 9 points

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ink:
    """Black ink of a page, and coloured ink that is no seal's.

    Attributes:
        mask: (height, width), 255 where there is ink of text or strokes.
        per_inch: pixels per inch, if the page's type is of 9 points. What is long or
            thin on a page is so beside its characters, at any resolution and on any sheet.
        darkness: (height, width), 0 for paper, 255 as dark as the page's solid ink. Thin
            rulings, which cover a part of each pixel, reach a third of that or less.
        seals: boxes of seals and stamps.
        clean: (height, width, 3) BGR, the page without its coloured seals; None where it has none.
    """

    mask: Mask
    per_inch: float
    darkness: Mask
    seals: tuple[Box, ...] = ()
    clean: Image | None = None


def black_ink(image: Image) -> Ink:
    """Find the ink of a page (height, width, 3)."""
    if not image.size:
        blank = np.zeros(image.shape[:2], np.uint8)
        return Ink(blank, _sheet_scale(image.shape[:2]), blank)
    coloured = is_coloured(image)
    light = _darkest(image) if coloured else as_mask(cv2.extractChannel(image, 0))
    sheet = _sheet_scale(image.shape[:2])
    paper = paper_level(light, sheet, fields=True)
    noise = _noise(light, paper)
    share = without_creases(absorbed(light, paper), sheet)
    bright = reversed_print(light, paper, sheet)
    share = share if bright is None else as_mask(cv2.max(share, bright))
    seals = find_seals(image, share, paper, sheet, coloured=coloured)
    share, clean = without_seals(image, share, seals, sheet) if seals else (share, None)
    traces = find_traces(share, noise, sheet)
    mask = traces.mask(share)
    boxes = tuple(seal.box for seal in seals)
    return Ink(mask, _type_scale(traces, image.shape[:2]), traces.darkness(share), boxes, clean)


def _darkest(image: Image) -> Mask:
    """The darkest channel of every pixel, with paper as light in all three.

    A red or blue ruling is pale in lightness, and in one channel as dark as a black one.
    """
    paper = np.maximum(np.median(image[::16, ::16].reshape(-1, 3), axis=0), 1)
    table = np.arange(256)[:, None, None] * (paper.max() / paper)
    balanced = cv2.LUT(image, np.clip(table, 0, 255).round().astype(np.uint8))
    blue, green, red = cv2.split(balanced)
    return as_mask(cv2.min(cv2.min(blue, green), red))


def _noise(light: Mask, paper: Mask) -> float:
    """Standard deviation of the paper's grain as a share of its light, 0 to 255.

    Measured on what is brighter than paper, since no ink is.
    """
    level = np.maximum(paper[::5, ::3], 1).astype(np.float32)
    brighter = np.maximum(light[::5, ::3] / level - 1, 0)
    return 255 * float(np.percentile(brighter, 75)) / 0.67  # the upper quartile of a normal distribution


def _sheet_scale(size: Sequence[int]) -> float:
    """Pixels per inch if the page is A4, within what scanners do."""
    return float(np.clip(max(size) / _A4_INCHES, 72, 600))


def _type_scale(traces: Traces, size: tuple[int, int]) -> float:
    """Pixels per inch from the height of the characters; from the sheet where there are few.

    Chinese characters fill a square, figures do not: a page of figures is not one of small type.

    Args:
        traces: of ink.
        size: (height, width) of the page.
    """
    sheet = _sheet_scale(size)
    stats = traces.stats[traces.own].astype(np.int64)
    stats = stats[(stats[:, 3] > 4) & (stats[:, 2] > 2) & (stats[:, 3] - _BLUR < _LARGEST * sheet)]
    width, height = (stats[:, i].astype(float) - _BLUR for i in (2, 3))
    glyph = (width > 0.3 * height) & (width < 2.2 * height)
    glyph &= stats[:, 4] > _INKED * stats[:, 2] * stats[:, 3]
    glyph &= ~_frames(stats, traces.where, size)
    square = glyph & (width > 0.75 * height) & (width < 1.4 * height)
    ink = stats[:, 4].astype(float)
    if square.sum() >= _ENOUGH:
        type_height = _usual(height[square], ink[square])
    elif glyph.sum() >= _ENOUGH:
        narrow = glyph & (width < 0.75 * height)
        figures = ink[narrow].sum() > 0.5 * ink[glyph].sum()
        type_height = _usual(height[glyph], ink[glyph]) * (_FIGURE if figures else 1.0)
    else:
        return sheet
    least, most = 50.0, 700.0
    if _is_page(size):
        least, most = max(least, sheet / _OTHER_TYPE), min(most, sheet * _OTHER_TYPE)
    return float(np.clip(type_height / _GLYPH_INCHES, least, most))


def _is_page(size: tuple[int, int]) -> bool:
    """Whether a picture of (height, width) is one of a whole sheet, and not of a table cut out of it."""
    long, short = max(size), min(size)
    return long > _PAGE_SCALE * _A4_INCHES and _PAGE_SHAPE[0] < long / short < _PAGE_SHAPE[1]


def _frames(stats: Counts, where: Counts, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which traces are no characters, but boxes to tick, little tables, or cells drawn one by one.

    Args:
        stats: (count, 5) of the traces, as OpenCV has them.
        where: (pixels,) flat indices of all ink.
        size: (height, width) of the page.
    """
    left, top, width, height = stats[:, :4].T
    right, bottom = left + width, top + height
    ink = np.zeros(size, np.uint8)
    ink.ravel()[where] = 1
    inked = _sums(ink)
    x, y = (np.round(_HOLLOW * side).astype(np.int64) for side in (width, height))
    frame = inked(left + x, top + y, right - x, bottom - y) == 0
    x, y = (np.maximum(1, np.round(_CORNER * side)).astype(np.int64) for side in (width, height))
    for near, far in ((left, left + x), (right - x, right)):
        frame &= inked(near, top, far, top + y) > 0
        frame &= inked(near, bottom - y, far, bottom) > 0
    middles = np.zeros(size, np.uint8)
    middles[top + height // 2, left + width // 2] = 1
    held = _sums(middles)(left, top, right, bottom) - 1
    result: npt.NDArray[np.bool_] = frame | (held >= _HELD)
    return result


def _sums(plane: Mask) -> Callable[[Counts, Counts, Counts, Counts], Counts]:
    """What sums a plane over boxes: left, top, right and bottom (count,) each."""
    table: npt.NDArray[Any] = cv2.integral(plane)

    def sums(left: Counts, top: Counts, right: Counts, bottom: Counts) -> Counts:
        found: Counts = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
        return found

    return sums


def _usual(height: Values, ink: Values) -> float:
    """Height that 60 % of the ink stays below: pairs of figures that touch are squares, too."""
    order = np.argsort(height, kind="stable")
    weights = np.cumsum(ink[order])
    return float(height[order][np.searchsorted(weights, 0.6 * weights[-1])])
