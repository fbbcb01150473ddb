"""What stands on a PDF page: where its images lie, and what is drawn beside and over them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from .geometry import Matrix, Rectangle, as_matrix, inverse, scaling
from .styles import style_of

MAX_OBJECTS = 200_000  # of one page, nested ones counted
MOST = 0.6  # share from which images make the page a scan
MAX_DEPTH = 8  # of forms within forms, the page itself counted
COVERAGE = 64  # cells along each side of the page, to tell what images cover
SKEW = 0.02  # of a pixel's side: less is rounding by whoever wrote the page
UNDRAWN = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)


@dataclass(slots=True)
class PlacedImage:
    """An image on a page: `matrix` takes its unit square (y up) to the page."""

    handle: Any
    size: tuple[int, int]  # width, height
    matrix: Matrix
    order: int  # of drawing
    box: Rectangle  # around what of it lies on the page
    share: float  # of the page that lies under it

    def to_pixels(self) -> Matrix:
        """From the page to the image's stored pixels, y down."""
        width, height = self.size
        return as_matrix([[width, 0, 0], [0, -height, height], [0, 0, 1]]) @ inverse(self.matrix)

    def dpi(self) -> float:
        """Pixels per inch, along the finer side."""
        _, sides = self._stored_pixel()
        return float(72 / max(sides.min(), 1e-7))

    def turns(self) -> int | None:
        """Clockwise quarter turns from stored to shown; None if skewed, mirrored or stretched."""
        linear, sides = self._stored_pixel()
        if sides.max() > (1 + SKEW) * sides.min():
            return None
        for turns, (cos, sin) in enumerate([(1, 0), (0, 1), (-1, 0), (0, -1)]):
            if np.abs(linear / sides.mean() - [[cos, -sin], [sin, cos]]).max() < SKEW:
                return turns
        return None

    def _stored_pixel(self) -> tuple[Matrix, npt.NDArray[np.float64]]:
        """The two sides of a stored pixel on the page, as columns, and their lengths."""
        linear = inverse(self.to_pixels())[:2, :2]
        return linear, np.sqrt((linear**2).sum(axis=0))


@dataclass(slots=True)
class Survey:
    """What is on a page of `width` × `height` points; `to_shown` leads there from user space."""

    width: float
    height: float
    to_shown: Matrix
    images: list[PlacedImage] = field(default_factory=list)
    covered: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros((COVERAGE, COVERAGE), np.bool_))
    paths: int = 0
    last_drawn: int = -1  # order of the last visible object that is no image
    stamped: bool = False  # annotations are drawn on top
    limits: set[str] = field(default_factory=set)  # that were reached: what was not looked at

    @property
    def share(self) -> float:
        """How much of the page images cover."""
        return float(self.covered.mean())

    @property
    def is_picture(self) -> bool:
        """Whether images make the page."""
        return self.share >= MOST

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies on the page."""
        return 0 <= x < self.width and 0 <= y < self.height

    def is_covered(self, x: float, y: float) -> bool:
        """Whether an image covers a point of the page."""
        return bool(self.covered[int(y / self.height * COVERAGE), int(x / self.width * COVERAGE)])


def survey_page(page: Any) -> Survey:
    """Look at every object and annotation of a page."""
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    survey = Survey(width, height, scaling(width, height) @ _to_unit_square(page))
    for order, (handle, parent, depth) in enumerate(_objects(page)):
        if order == MAX_OBJECTS:
            survey.limits.add(f"objects beyond the first {MAX_OBJECTS:,} (MAX_OBJECTS)")
            survey.last_drawn = order  # for all that is known
            break
        match pdfium.FPDFPageObj_GetType(handle):
            case pdfium.FPDF_PAGEOBJ_FORM:
                if depth == 1:
                    survey.limits.add(f"forms nested deeper than {MAX_DEPTH} (MAX_DEPTH)")
                    survey.last_drawn = order
            case pdfium.FPDF_PAGEOBJ_IMAGE:
                _place(survey, handle, parent, order)
            case pdfium.FPDF_PAGEOBJ_TEXT:
                if not style_of(handle).hidden:
                    survey.last_drawn = order
            case pdfium.FPDF_PAGEOBJ_PATH:
                if _is_drawn(handle):
                    survey.paths += 1
                    survey.last_drawn = order
            case _:
                survey.last_drawn = order
    survey.stamped = any(kind not in UNDRAWN for kind in _annotations(page))
    return survey


def _to_unit_square(page: Any) -> Matrix:
    """PDFium's own transform, which knows CropBox and /Rotate, sampled at three points."""
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    size = 1 << 24  # PDFium answers in whole pixels of a page this large
    x, y = ctypes.c_int(), ctypes.c_int()

    def shown(left: float, bottom: float) -> npt.NDArray[np.float64]:
        pdfium.FPDF_PageToDevice(page, 0, 0, size, size, 0, left, bottom, x, y)
        return np.array([x.value / size, y.value / size])

    origin = shown(box.left, box.bottom)
    across = (shown(box.right, box.bottom) - origin) / (box.right - box.left)
    up = (shown(box.left, box.top) - origin) / (box.top - box.bottom)
    offset = origin - across * box.left - up * box.bottom
    return np.vstack([np.column_stack([across, up, offset]), [0, 0, 1.0]])


def _objects(
    parent: Any,
    count: Callable[[Any], int] = pdfium.FPDFPage_CountObjects,
    get: Callable[[Any, int], Any] = pdfium.FPDFPage_GetObject,
    matrix: Matrix | None = None,
    depth: int = MAX_DEPTH,
) -> Iterator[tuple[Any, Matrix, int]]:
    """Objects in the order of drawing; those in a form follow it.

    Each with the matrix of the form it is in, and how many levels may follow, its own counted.
    """
    matrix = np.eye(3) if matrix is None else matrix
    for index in range(count(parent)):
        handle = get(parent, index)
        if not handle:
            continue
        yield handle, matrix, depth
        if depth > 1 and pdfium.FPDFPageObj_GetType(handle) == pdfium.FPDF_PAGEOBJ_FORM:
            within = matrix @ _matrix(handle)
            count_in, get_in = pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject
            yield from _objects(handle, count_in, get_in, within, depth - 1)


def _matrix(handle: Any) -> Matrix:
    raw = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(handle, raw)
    return as_matrix([[raw.a, raw.c, raw.e], [raw.b, raw.d, raw.f], [0, 0, 1]])


def _place(survey: Survey, handle: Any, parent: Matrix, order: int) -> None:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(handle, width, height)
    in_user_space = parent @ _matrix(handle)
    if not (width.value and height.value) or abs(np.linalg.det(in_user_space)) < 1e-6:
        return  # nothing of it is seen
    matrix = survey.to_shown @ in_user_space
    corners = (matrix @ [[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]])[:2].T / (survey.width, survey.height)
    left, top = corners.min(axis=0).clip(0, 1)
    right, bottom = corners.max(axis=0).clip(0, 1)
    rows = slice(round(top * COVERAGE), round(bottom * COVERAGE))
    cols = slice(round(left * COVERAGE), round(right * COVERAGE))
    survey.covered[rows, cols] = True
    share = float((right - left) * (bottom - top))
    box = (left * survey.width, top * survey.height, right * survey.width, bottom * survey.height)
    survey.images.append(PlacedImage(handle, (width.value, height.value), matrix, order, box, share))


def _is_drawn(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    return bool(fill.value or stroke.value)


def _annotations(page: Any) -> Iterator[int]:
    """The kinds of a page's annotations."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        yield pdfium.FPDFAnnot_GetSubtype(annotation)
        pdfium.FPDFPage_CloseAnnot(annotation)
