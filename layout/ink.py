"""Ink layers: black ink apart from paper, shading, creases, show-through and seals; the scale of its type.

How dark ink is on a page depends on the printer, the scanner and the light; so every bound
is a share of the page's own depth of ink, which is taken from its characters and strokes.
"""

from __future__ import annotations

from dataclasses import dataclass

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

Values = npt.NDArray[np.float64]


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
    coloured = is_coloured(image)
    light = _darkest(image) if coloured else as_mask(cv2.extractChannel(image, 0))
    sheet = _sheet_scale(image)
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
    return Ink(mask, _type_scale(traces, sheet), traces.darkness(share), boxes, clean)


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


def _sheet_scale(image: Image) -> float:
    """Pixels per inch if the page is A4, within what scanners do."""
    return float(np.clip(max(image.shape[:2]) / _A4_INCHES, 72, 600))


def _type_scale(traces: Traces, sheet: float) -> float:
    """Pixels per inch from the height of the characters; from the sheet where there are few.

    Chinese characters fill a square, figures do not: a page of figures is not one of small type.
    """
    width, height = (traces.stats[traces.own, i].astype(float) - _BLUR for i in (2, 3))
    glyph = (width > 0.3 * height) & (width < 2.2 * height) & (height >= 4) & (width >= 2)
    glyph &= height < _LARGEST * sheet
    square = glyph & (width > 0.75 * height) & (width < 1.4 * height)
    if square.sum() >= _ENOUGH:
        type_height = _usual(height[square], width[square])
    elif glyph.sum() >= _ENOUGH:
        narrow = glyph & (width < 0.75 * height)
        figures = (width * height)[narrow].sum() > 0.5 * (width * height)[glyph].sum()
        type_height = _usual(height[glyph], width[glyph]) * (_FIGURE if figures else 1.0)
    else:
        return sheet
    return float(np.clip(type_height / _GLYPH_INCHES, 50, 700))


def _usual(height: Values, width: Values) -> float:
    """Height that 60 % of the area stays below: pairs of figures that touch are squares, too."""
    order = np.argsort(height)
    weights = np.cumsum((width * height)[order])
    return float(height[order][np.searchsorted(weights, 0.6 * weights[-1])])
