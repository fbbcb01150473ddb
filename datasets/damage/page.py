"""Damage a typeset page as printing, handling and scanning do, and keep the way back.

The upright page is the raster before damage, at the profile's resolution. What is on the
paper comes first (faint print, the back page, signature, seal, creases), then geometry, then
the light, the lens and the sensor; the JPEG is written by `scan.scan_pdf`. Coordinates are
continuous: pixel (0, 0) covers the square from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...document import Box
from ...errors import InputError
from . import marks, optics
from .profiles import Profile, profile, profiles, released

__all__ = ["DamagedPage", "Profile", "damage_page", "profile", "profiles", "released"]

Matrix = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, eq=False, slots=True)
class DamagedPage:
    """A scan, and the way from its pixels back to the upright page.

    Attributes:
        pixels: grey (height, width) or RGB (height, width, 3), before compression.
        dpi: of the scan.
        quality: of the JPEG that it is to be saved as.
        from_scan: 3×3, row by row: pixels of the scan to pixels of the upright page.
        width, height: of the upright page.
        marks: (`seal` or `signature`, where on the upright page).
    """

    pixels: NDArray[np.uint8]
    dpi: float
    quality: int
    from_scan: Matrix
    width: int
    height: int
    marks: tuple[tuple[str, Box], ...] = ()

    @property
    def scan_width(self) -> int:
        """Pixels of the scan from left to right."""
        return int(self.pixels.shape[1])

    @property
    def scan_height(self) -> int:
        """Pixels of the scan from top to bottom."""
        return int(self.pixels.shape[0])


def damage_page(
    upright: NDArray[np.uint8],
    profile: Profile,
    rng: np.random.Generator,
    *,
    amounts: Sequence[Box] = (),
    verso: NDArray[np.uint8] | None = None,
    turned: int = 0,
    organization: str = "",
) -> DamagedPage:
    """Damage one page. The same `rng` state gives the same pixels.

    Args:
        upright: grey (height, width) at `profile.dpi`, 255 for paper.
        profile: what to do to it.
        rng: draws where and how much.
        amounts: boxes on the upright page that seals and signatures shall fall on; without
            any they stand where they usually do, at the lower right.
        verso: the back page, grey, seen from its own side; without it the back is taken to
            be printed like the front.
        turned: degrees clockwise by which the page lies turned in the scan: 0, 90, 180 or 270.
        organization: the words on the seal's ring.

    Raises:
        InputError: `turned` is none of these.
    """
    if turned not in (0, 90, 180, 270):
        raise InputError(f"a page lies turned by 0, 90, 180 or 270 degrees, not {turned}", name="turned")
    height, width = upright.shape
    sheet = optics.print_sheet(upright, profile, rng)
    if profile.bleed:
        optics.shine_through(sheet, upright if verso is None else verso, profile.bleed)
    placed: list[tuple[str, Box]] = []
    if profile.signature:
        placed.append(("signature", marks.sign(sheet, profile, rng, amounts)))
    if profile.seal:
        placed.append(("seal", marks.stamp(sheet, profile, rng, amounts, organization)))
    if profile.fold:
        optics.crease(sheet, profile, rng)
    to_scan, size = optics.lay_down(width, height, profile, rng)
    pixels = optics.expose(optics.warp(sheet, to_scan, size), profile, rng)
    pixels, to_scan = optics.turn_about(pixels, to_scan, turned)
    inverse = np.linalg.inv(to_scan)
    if not profile.perspective:
        inverse[2] = (0, 0, 1)  # exactly affine, whatever the inversion left in the last bits
    from_scan: Matrix = tuple((float(a), float(b), float(c)) for a, b, c in inverse / inverse[2, 2])
    return DamagedPage(pixels, float(profile.dpi), profile.quality, from_scan, width, height, tuple(placed))
