"""What people put on a page: a red round seal and a signature.

A Chinese organization's seal is a ring of 42 mm with a star in the middle and its name along
the ring. Both marks are drawn large and reduced, so that they have the soft edges of ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ...document import Box
from .optics import Plane, Sheet, field, shares
from .profiles import Profile

_SEAL_MM = 42.0
_STAR_MM = 14.0
_PEN_MM = 0.6
_SIGNATURE_MM = (38.0, 15.0)
_DRAWN = 1000  # pixels of a seal's side before it is reduced
_FONTS = (("NotoSerifCJK-Bold.ttc", 2), ("uming.ttc", 0), ("simsun.ttc", 0), ("NotoSansCJK-Regular.ttc", 2))


def stamp(
    sheet: Sheet, profile: Profile, rng: np.random.Generator, amounts: Sequence[Box], organization: str
) -> Box:
    """Put a seal on the sheet, its red as strong as `profile.seal`; returns where it stands."""
    side = max(8, round(_SEAL_MM / 25.4 * profile.dpi))
    drawn = _seal(organization, rng)
    turn = cv2.getRotationMatrix2D((_DRAWN / 2, _DRAWN / 2), float(rng.uniform(-15, 15)), 1.0)
    drawn = cv2.warpAffine(drawn, turn, (_DRAWN, _DRAWN)).astype(np.uint8)
    patch = shares(cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA))
    patch *= np.float32(profile.seal) * (0.55 + 0.45 * field(rng, (side, side), side / 12))  # a dry pad
    x, y = _place(sheet.cover.shape, amounts, rng, 0.25 * side)
    red = np.zeros_like(sheet.cover)
    box = _lay(red, patch, x, y)
    sheet.red = red if sheet.red is None else np.maximum(sheet.red, red)
    return box


def sign(sheet: Sheet, profile: Profile, rng: np.random.Generator, amounts: Sequence[Box]) -> Box:
    """Sign the sheet with a smooth random curve; returns where it stands."""
    dot = profile.dpi / 25.4
    width, height = (max(8, round(mm * dot)) for mm in _SIGNATURE_MM)
    patch = _curve(width, height, _PEN_MM * dot, rng) * np.float32(profile.signature)
    x, y = _place(sheet.cover.shape, amounts, rng, 0.25 * height)
    ink = np.zeros_like(sheet.cover)
    box = _lay(ink, patch, x, y)
    sheet.cover = np.maximum(sheet.cover, ink)
    return box


def _place(
    shape: tuple[int, ...], amounts: Sequence[Box], rng: np.random.Generator, stray: float
) -> tuple[float, float]:
    """The middle of a mark: near an amount, or at the lower right of the page."""
    height, width = shape
    jitter = rng.uniform(-stray, stray, 2)
    pick = float(rng.random())
    if amounts:
        x, y = amounts[int(pick * len(amounts))].center
    else:
        x, y = 0.72 * width, 0.8 * height
    return x + float(jitter[0]), y + float(jitter[1])


def _lay(plane: Plane, patch: Plane, x: float, y: float) -> Box:
    """Lay `patch` with its middle at (x, y), as far as it is on the page."""
    tall, wide = patch.shape
    top, left = round(y - tall / 2), round(x - wide / 2)
    rows = slice(max(0, top), max(0, min(plane.shape[0], top + tall)))
    cols = slice(max(0, left), max(0, min(plane.shape[1], left + wide)))
    plane[rows, cols] = patch[rows.start - top : rows.stop - top, cols.start - left : cols.stop - left]
    return Box(cols.start, rows.start, cols.stop, rows.stop)


def _seal(organization: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A seal of `_DRAWN` pixels each way, 255 where there is ink."""
    image = np.zeros((_DRAWN, _DRAWN), np.uint8)
    middle, radius = _DRAWN / 2, 0.47 * _DRAWN
    cv2.circle(
        image, (round(middle), round(middle)), round(radius), (255,), round(0.03 * _DRAWN), cv2.LINE_AA
    )
    star = 0.5 * _STAR_MM / _SEAL_MM * _DRAWN
    angles = np.deg2rad(np.arange(10) * 36 - 90)
    reach = np.where(np.arange(10) % 2 == 0, star, 0.382 * star)
    points = np.stack([middle + reach * np.cos(angles), middle + reach * np.sin(angles)], axis=1)
    cv2.fillPoly(image, [points.round().astype(np.int32)], (255,), cv2.LINE_AA)
    glyphs = _glyphs(organization, rng)
    spread = min(270.0, 26.0 * (len(glyphs) - 1))  # degrees of the ring under words
    for glyph, degrees in zip(glyphs, np.linspace(-spread / 2, spread / 2, len(glyphs)), strict=True):
        _set_on_ring(image, glyph, float(degrees), 0.365 * _DRAWN)
    return image


def _set_on_ring(image: NDArray[np.uint8], glyph: NDArray[np.uint8], degrees: float, radius: float) -> None:
    side = glyph.shape[0]
    angle = np.deg2rad(degrees)
    x = _DRAWN / 2 + radius * np.sin(angle) - side / 2
    y = _DRAWN / 2 - radius * np.cos(angle) - side / 2
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), -degrees, 1.0) + np.array([[0, 0, x], [0, 0, y]])
    turned = cv2.warpAffine(glyph, matrix, (_DRAWN, _DRAWN)).astype(np.uint8)
    np.maximum(image, turned, out=image)


def _glyphs(organization: str, rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    """The characters of a name as squares; without a name or a font, strokes that look like some."""
    side = round(0.14 * _DRAWN)
    font = _font(round(0.85 * side))
    words = "".join(organization.split())[:24]
    if words and font is not None:
        return [_character(letter, font, side) for letter in words]
    return [_strokes(side, rng) for _ in range(len(words) or 10)]


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | None:
    for name, index in _FONTS:
        try:
            return ImageFont.truetype(name, size, index=index)
        except OSError:
            continue
    return None


def _character(letter: str, font: ImageFont.FreeTypeFont, side: int) -> NDArray[np.uint8]:
    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).text((side / 2, side / 2), letter, fill=255, font=font, anchor="mm")
    return np.asarray(image, np.uint8)


def _strokes(side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Level and upright strokes, as the characters of a seal have."""
    image = np.zeros((side, side), np.uint8)
    for number in range(7):
        a, b, c = (rng.uniform(0.12, 0.88, 3) * side).round().astype(int).tolist()
        ends = ((a, c), (b, c)) if number % 2 else ((c, a), (c, b))
        cv2.line(image, ends[0], ends[1], (255,), max(1, side // 12), cv2.LINE_AA)
    return image


def _curve(width: int, height: int, pen: float, rng: np.random.Generator) -> Plane:
    """A pen's way through random turns from left to right, thinner where it runs fast."""
    scale = 4
    turns = 14
    x = np.linspace(0.08, 0.92, turns) + rng.uniform(-0.06, 0.06, turns)
    y = rng.uniform(0.1, 0.9, turns)
    way = _smooth(np.stack([x * width, y * height], axis=1) * scale)
    speed = np.hypot(*np.diff(way, axis=0).T)
    image = np.zeros((height * scale, width * scale), np.uint8)
    for (start, end), fast in zip(pairwise(way), speed / speed.max(), strict=True):
        thick = max(1, round(pen * scale * (1.2 - 0.7 * float(fast))))
        cv2.line(
            image,
            start.round().astype(int).tolist(),
            end.round().astype(int).tolist(),
            (255,),
            thick,
            cv2.LINE_AA,
        )
    return shares(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A Catmull-Rom spline through `points` (n, 2), sixteen steps between each two."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    before, start, end, after = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, 16, endpoint=False)[None, :, None]
    way: NDArray[np.float64] = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.reshape(way, (-1, 2))
