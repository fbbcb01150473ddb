"""Ink layers: black ink apart from paper, shading and red seals; and the scale of its type."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..source import Image
from .geometry import Mask, as_mask

_RED = 48  # levels of red beyond blue and green: brownish paper reaches about 30
_CONTRAST = 14  # grey levels below the local mean: under about 8 paper grain becomes ink
_A4_INCHES = 11.7  # the long side; disclosures are A4, whatever a file says of its dpi
_GLYPH_INCHES = 0.118  # median height of the characters of 10.5-point type, weighted by area
_ENOUGH = 30  # characters that make a median


@dataclass(frozen=True)
class Ink:
    """Black ink of a page.

    Attributes:
        mask: (height, width), 255 where there is ink.
        per_inch: pixels per inch, if the page's type is of 10.5 points. What is long or
            thin on a page is so beside its characters, at any resolution and on any sheet.
        darkness: (height, width), 0 for paper, 255 as dark as the page's solid ink.
    """

    mask: Mask
    per_inch: float
    darkness: Mask


def grey(image: Image) -> Mask:
    """Lightness (height, width) in which red strokes are paper.

    A seal is red far more than it is blue or green; black ink, also under a seal, is not.
    """
    blue, green, red = cv2.split(image)
    seal = cv2.subtract(red, cv2.max(blue, green)) > _RED
    return np.where(seal, np.uint8(255), cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def black_ink(image: Image) -> Ink:
    """Find the ink of a page (height, width, 3), against the local mean of its lightness."""
    light = grey(image)
    block = int(_sheet_scale(light) * 0.25) | 1  # wider than any stroke, narrower than a shadow
    ink = cv2.adaptiveThreshold(
        light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, max(3, block), _CONTRAST
    )
    mask = as_mask(ink)
    return Ink(mask, _type_scale(mask), as_mask(255 - light))


def _sheet_scale(light: Mask) -> float:
    """Pixels per inch if the page is A4, within what scanners do."""
    return float(np.clip(max(light.shape) / _A4_INCHES, 72, 600))


def _type_scale(mask: Mask) -> float:
    """Pixels per inch from the height of the characters; from the sheet where there are few."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    width, height = stats[1:count, 2].astype(float), stats[1:count, 3].astype(float)
    squat = (width > 0.3 * height) & (width < 2.2 * height)
    glyph = squat & (height >= 5) & (width >= 3) & (height < 0.06 * max(mask.shape))
    if glyph.sum() < _ENOUGH:
        return _sheet_scale(mask)
    order = np.argsort(height[glyph])
    heights, weights = height[glyph][order], np.cumsum((width * height)[glyph][order])
    median = heights[np.searchsorted(weights, weights[-1] / 2)]
    return float(np.clip(median / _GLYPH_INCHES, 50, 700))
