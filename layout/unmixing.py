"""Black ink under a seal's ink, and the page without the seal.

By the law of Beer and Lambert the densities of inks that lie on each other add up. Black ink
has one density in all channels; the seal's ink has least in one of them, from which its share
is taken off in proportion to how far the other channels exceed it.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ..source import Image
from .depth import gate, solid
from .geometry import Mask, as_mask
from .light import paper_level
from .seals import Seal

_COLOURED = 0.2  # of density, by which channels differ where the seal's ink lies
_TINTED = np.float32(0.06)  # from which a pixel is no more the page's own
_EVEN = np.float32(0.1)  # density by which the seal's ink differs over three pixels, away from its edges
_STAR = 0.3  # inches: no seal has a thicker stroke; its star of 14 mm is as thick in the middle
_PALE = 0.75  # of the depth of ink: a grey seal darker than this cannot be told from ink
_NONE = 0.1  # of the depth of ink: where the pad was dry
_MOSTLY = 0.4  # of a ring's middle that must be pale: the rest lies under print or is dry
_RIM = 0.03  # inches: within a ring's stroke, which is 0.05 thick
_BAND = 0.09  # inches: beyond that stroke, by as much as a ring is no circle
_THICK = 0.07  # inches: no stroke of type in a table is as thick
_PAPER_AROUND = 0.3  # inches about a seal, from which paper beneath it is judged

Plane = npt.NDArray[np.float32]
_LOGARITHM = -np.log(np.maximum(np.arange(256, dtype=np.float32), 4) / 255)


def without_seals(
    image: Image, share: Mask, seals: Sequence[Seal], per_inch: float
) -> tuple[Mask, Image | None]:
    """The share of light absorbed, and the image, without the ink of seals.

    Args:
        image: (height, width, 3) BGR.
        share: (height, width), 0 to 255.
        seals: those of the page.
        per_inch: pixels per inch of the sheet.

    Returns:
        The share, in which grey seals leave their letters; and the image, None where no seal is
        coloured: what is as grey as a seal is often a figure.
    """
    bare, clean = share.copy(), None
    depth = solid(np.bincount(share[::2, ::2].ravel(), minlength=256), 0.0)
    for seal in seals:
        inside = seal.inside > 0
        if not seal.coloured:
            bare[seal.window][inside] = _lightened(share[seal.window], seal, depth, per_inch)[inside]
            continue
        clean = image.copy() if clean is None else clean
        black, page = _unmixed(image, seal, per_inch)
        bare[seal.window][inside] = black[inside]
        clean[seal.window][inside] = page[inside]
    return bare, clean


def _lightened(share: Mask, seal: Seal, depth: float, per_inch: float) -> Mask:
    """Without the ring and the star of a grey seal; where they are as dark as ink they stay.

    The letters on the ring stay too: they are as pale as thin figures are.
    """
    rim, band = np.zeros_like(share), np.zeros_like(share)
    cv2.polylines(rim, [seal.ring], isClosed=True, color=(255,), thickness=max(1, round(_RIM * per_inch)))
    cv2.polylines(band, [seal.ring], isClosed=True, color=(255,), thickness=max(3, round(_BAND * per_inch)))
    stroke = share[rim > 0]
    pale = stroke[(stroke > _NONE * depth) & (stroke < _PALE * depth)]
    if pale.size < _MOSTLY * stroke.size:
        return share
    side = max(3, round(_THICK * per_inch))
    fields = cv2.morphologyEx(share, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    bare = as_mask(cv2.subtract(share, fields))
    weight = gate(float(np.percentile(pale, 90)), shut=1.05, wide=1.4)
    passed = (np.arange(256) * weight).round().astype(np.uint8)
    return np.where(band > 0, passed[share], bare)


def _unmixed(image: Image, seal: Seal, per_inch: float) -> tuple[Mask, Image]:
    """Share of light that the black ink in a coloured seal's box absorbs, and the box without the seal."""
    rows, columns = seal.window
    border = round(_PAPER_AROUND * per_inch)
    top, left = max(0, rows.start - border), max(0, columns.start - border)
    around = image[top : rows.stop + border, left : columns.stop + border]
    own = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    channels = [np.ascontiguousarray(around[..., channel]) for channel in range(3)]
    paper = np.dstack([paper_level(plane, per_inch, _STAR) for plane in channels])[own]
    page = np.ascontiguousarray(around[own])
    density = _density(page, paper)
    black, tint = _parted(density, _density(_lightness(page), _lightness(paper)), seal.inside > 0)
    light = np.exp(-black)
    share = as_mask((255 * (1 - light)).round().astype(np.uint8))
    weight = np.clip(tint / _TINTED - 1, 0, 1)[..., None]
    bare = page + weight * (light[..., None] * paper - page)
    return share, bare.round().astype(np.uint8)


def _lightness(image: Image) -> Mask:
    return as_mask(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def _density(page: npt.NDArray[np.uint8], paper: npt.NDArray[np.uint8]) -> Plane:
    return np.asarray(_LOGARITHM[as_mask(cv2.divide(page, paper, scale=255))])


def _parted(density: Plane, sharp: Plane, inside: npt.NDArray[np.bool_]) -> tuple[Plane, Plane]:
    """Density of black ink, and how far the channels differ, from the densities of three channels.

    A JPEG keeps colour at half the resolution of lightness, so that next to red a thin black
    stroke is tinged with it and pale in the red channel. There `sharp`, the density of lightness,
    knows better how black it is; where black ink is at all, the clear channel knows.
    """
    stack = np.moveaxis(density, -1, 0)
    spread = stack.max(axis=0) - stack.min(axis=0)
    seal = inside & (spread > _COLOURED)
    if not seal.any():
        return stack.min(axis=0), np.zeros_like(spread)
    clear = int(np.argmin(np.median(stack[:, seal], axis=1)))
    lightest = stack[clear]
    tint = np.maximum((stack.sum(axis=0) - lightest) / 2 - lightest, 0)
    shares = [float(np.median(plane[seal] / np.maximum(tint[seal], 1e-3))) for plane in (lightest, sharp)]
    calm = np.asarray(cv2.medianBlur(tint, 5), np.float32)
    ripple = cv2.dilate(calm, np.ones((3, 3))) - cv2.erode(calm, np.ones((3, 3)))
    even = np.clip(2 - ripple / _EVEN, 0, 1) * np.clip(calm / _COLOURED, 0, 1)
    clear_black = np.maximum(lightest - shares[0] * tint, 0)
    sharp_black = np.maximum(sharp - shares[1] * calm, 0)
    return clear_black + even * np.maximum(sharp_black - clear_black, 0), tint
