"""Ink layers: black ink apart from paper, shading and red seals."""

from __future__ import annotations

import cv2
import numpy as np

from ..source import Image
from .geometry import Mask, as_mask, pixels_per_inch

_RED = 48  # levels of red beyond blue and green: brownish paper reaches about 30
_CONTRAST = 14  # grey levels below the local mean: under about 8 paper grain becomes ink


def grey(image: Image) -> Mask:
    """Lightness (height, width) in which red strokes are paper.

    A seal is red far more than it is blue or green; black ink, also under a seal, is not.
    """
    blue, green, red = cv2.split(image)
    seal = cv2.subtract(red, cv2.max(blue, green)) > _RED
    return np.where(seal, np.uint8(255), cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def black_ink(image: Image) -> Mask:
    """Mask (height, width), 255 where there is ink, found against the local mean."""
    light = grey(image)
    block = int(pixels_per_inch(light.shape) * 0.25) | 1  # wider than any stroke, narrower than a shadow
    ink = cv2.adaptiveThreshold(
        light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, max(3, block), _CONTRAST
    )
    return as_mask(ink)
