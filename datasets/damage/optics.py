"""From ink on paper to pixels: weak print, the back page, creases, geometry, lens and sensor.

A sheet is kept as planes of float32 on the upright page (how much ink covers each pixel, how
much red, how much light the creases leave), so that geometry moves each once and colour is
made only at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .profiles import Profile

Plane = NDArray[np.float32]  # (height, width)
Matrix = NDArray[np.float64]  # (3, 3)

_RED = (0.90, 0.18, 0.22)  # what vermilion ink lets through of red, green and blue
_MM = 1 / 25.4


@dataclass(slots=True)
class Sheet:
    """A printed sheet of paper while it is being damaged.

    Attributes:
        cover: share of each pixel under black ink.
        red: share under red ink, or None.
        shade: factor on the light, or None.
        paper: share of each pixel that is paper and not desk, or None for all of it.
    """

    cover: Plane
    red: Plane | None = None
    shade: Plane | None = None
    paper: Plane | None = None


def field(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> Plane:
    """Smooth noise from 0 to 1 over (height, width) that changes over about `cell` pixels."""
    height, width = shape
    grid = rng.random((max(2, round(height / cell)) + 1, max(2, round(width / cell)) + 1), dtype=np.float32)
    return np.clip(_typed(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)), 0, 1)


def print_sheet(upright: NDArray[np.uint8], profile: Profile, rng: np.random.Generator) -> Sheet:
    """The upright page as ink; where print is weak, patches and whole lines of it are fainter."""
    cover = 1 - shares(upright)
    if profile.faint:
        height, width = upright.shape
        patches = field(rng, (height, width), 0.25 * profile.dpi)
        lines = rng.random((height, 1), dtype=np.float32) ** 2
        columns = field(rng, (2, width), 0.1 * profile.dpi)[:1]
        cover *= 1 - profile.faint * np.clip(0.6 * patches + 0.4 * columns + 0.4 * lines, 0, 1)
    return Sheet(cover)


def shine_through(sheet: Sheet, verso: NDArray[np.uint8], share: float) -> None:
    """Add the back page, mirrored and softened by the paper."""
    height, width = sheet.cover.shape
    back = 1 - shares(cv2.flip(verso, 1))
    if back.shape != (height, width):
        back = _typed(cv2.resize(back, (width, height), interpolation=cv2.INTER_AREA))
    soft = _typed(cv2.GaussianBlur(back, (0, 0), 0.8))
    sheet.cover = 1 - (1 - sheet.cover) * (1 - share * soft)


def crease(sheet: Sheet, profile: Profile, rng: np.random.Generator) -> None:
    """Fold the sheet: light falls off on one side of a crease, and toner is broken off along it."""
    height, width = sheet.cover.shape
    shade = np.ones((height, width), np.float32)
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    millimetre = profile.dpi * _MM
    for number in range(profile.creases):
        across = number % 2 == 0  # a letter is folded across first
        slope = np.float32(rng.uniform(-0.02, 0.02))
        at = np.float32(rng.uniform(0.2, 0.8))
        distance = (y - at * height - slope * x if across else x - at * width - slope * y) / millimetre
        side = np.float32(rng.choice([-1.0, 1.0]))
        falling = np.exp(-np.abs(distance) / 6) * (distance * side > 0)
        ridge = np.exp(-np.square(distance / 0.35))
        shade *= 1 - profile.fold * (0.25 * falling + 0.15 * ridge)
        worn = np.exp(-np.square(distance / 0.5)) * field(rng, (height, width), 1.5 * millimetre)
        sheet.cover *= 1 - np.clip(2 * profile.fold * worn, 0, 1)
    sheet.shade = shade


def lay_down(
    width: int, height: int, profile: Profile, rng: np.random.Generator
) -> tuple[Matrix, tuple[int, int]]:
    """Upright page to scan, 3×3, and the scan's (width, height)."""
    matrix = _turn(float(rng.uniform(-profile.skew, profile.skew)), width, height)
    if not profile.perspective and not profile.margin:
        return matrix, (width, height)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moves = rng.uniform(-profile.perspective, profile.perspective, (4, 2)) * (width, height)
    seen = cv2.getPerspectiveTransform(corners, (corners + moves).astype(np.float32))
    margin = round(profile.margin * width), round(profile.margin * height)
    shift = np.array([[1, 0, margin[0]], [0, 1, margin[1]], [0, 0, 1.0]])
    return shift @ np.asarray(seen, np.float64) @ matrix, (width + 2 * margin[0], height + 2 * margin[1])


def warp(sheet: Sheet, to_scan: Matrix, size: tuple[int, int]) -> Sheet:
    """Every plane as the scanner sees it; outside the page lies bare paper, or the desk."""
    # OpenCV counts from the middle of the first pixel, this module from its corner.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    centred = np.linalg.inv(half) @ to_scan @ half

    def move(plane: Plane, outside: float) -> Plane:
        moved = cv2.warpPerspective(plane, centred, size, flags=cv2.INTER_CUBIC, borderValue=(outside,))
        return np.clip(_typed(moved), 0, 1)

    whole = size == sheet.cover.shape[::-1]
    return Sheet(
        move(sheet.cover, 0),
        None if sheet.red is None else move(sheet.red, 0),
        None if sheet.shade is None else move(sheet.shade, 1),
        None if whole else move(np.ones_like(sheet.cover), 0),
    )


def expose(sheet: Sheet, profile: Profile, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Light, lens and sensor: (height, width), or (height, width, 3) in colour."""
    shape = sheet.cover.shape
    light = _light(shape, profile.light, rng)
    if sheet.shade is not None:
        light *= sheet.shade
    channels = range(3) if profile.colour else range(1)
    planes = [_seen(sheet, profile, channel) * light for channel in channels]
    if profile.blur:
        planes = [_typed(cv2.GaussianBlur(plane, (0, 0), profile.blur)) for plane in planes]
    grain = rng.standard_normal(shape, dtype=np.float32) * np.float32(profile.noise)
    specks = _specks(shape, profile, rng)
    pixels = []
    for plane in planes:
        grey = plane + grain
        if specks is not None:
            rows, cols, levels = specks
            grey[rows, cols] = levels
        pixels.append(np.clip(grey + 0.5, 0, 255).astype(np.uint8))
    return np.dstack(pixels) if len(pixels) > 1 else pixels[0]


def turn_about(pixels: NDArray[np.uint8], to_scan: Matrix, degrees: int) -> tuple[NDArray[np.uint8], Matrix]:
    """The scan turned clockwise by quarters, and the matrix that now leads to it."""
    for _ in range(degrees // 90):
        to_scan = np.array([[0, -1, pixels.shape[0]], [1, 0, 0], [0, 0, 1.0]]) @ to_scan
        pixels = np.rot90(pixels, -1)
    return np.ascontiguousarray(pixels), to_scan


def _turn(degrees: float, width: int, height: int) -> Matrix:
    """Upright page to scan: a turn about the middle, clockwise as y points down."""
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = width / 2, height / 2
    return np.array([[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y], [0, 0, 1]])


def _light(shape: tuple[int, int], share: float, rng: np.random.Generator) -> Plane:
    """Light that falls from one side, and unevenly over centimetres."""
    height, width = shape
    angle = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * np.float32(np.cos(angle))
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    slope = (x + y) / np.float32(2 * (abs(np.cos(angle)) + abs(np.sin(angle)))) + np.float32(0.5)
    return 1 - np.float32(share) * (0.7 * slope + 0.3 * field(rng, shape, max(shape) / 6))


def _seen(sheet: Sheet, profile: Profile, channel: int) -> Plane:
    paper = np.float32(profile.paper[channel])
    depth = np.float32(profile.contrast) * (paper - profile.ink)
    plane = paper - depth * sheet.cover
    if sheet.red is not None:
        plane *= 1 - sheet.red * np.float32(1 - _RED[channel])
    if sheet.paper is not None:
        plane = profile.desk + sheet.paper * (plane - profile.desk)
    return plane


def _specks(
    shape: tuple[int, ...], profile: Profile, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp], Plane] | None:
    """Rows, columns and grey levels of pixels under specks of one to nine pixels."""
    count = int(profile.speckle * shape[0] * shape[1] / 3)  # three pixels each in the mean
    if not count:
        return None
    row, col = rng.integers(0, shape[0], count), rng.integers(0, shape[1], count)
    tall, wide = rng.integers(1, 4, count), rng.integers(1, 4, count)
    paper = float(np.mean(profile.paper))
    level = np.where(
        rng.random(count) < 0.5, profile.ink + 0.3 * (paper - profile.ink) * rng.random(count), paper
    )
    offsets = np.array([(r, c) for r in range(3) for c in range(3)])
    inside = (offsets[:, :1] < tall) & (offsets[:, 1:] < wide)  # (9, count)
    rows = np.minimum(row + offsets[:, :1], shape[0] - 1)[inside]
    cols = np.minimum(col + offsets[:, 1:], shape[1] - 1)[inside]
    return rows, cols, np.broadcast_to(level, inside.shape)[inside].astype(np.float32)


def shares(grey: NDArray[Any]) -> Plane:
    """Levels from 0 to 255 as shares from 0 to 1."""
    return _typed(grey) * np.float32(1 / 255)


def _typed(plane: Any) -> Plane:
    """The same array, typed: OpenCV's stubs promise only a number of some kind."""
    return np.asarray(plane, dtype=np.float32)
