"""The one image that is a whole PDF page: a scan, at its own pixels."""

from __future__ import annotations

import ctypes
from typing import Any

import cv2
import numpy as np
import pypdfium2.raw as pdfium

from .geometry import Matrix, Pixels, View, as_matrix, inverse, moved, quarter_turns
from .pdffile import PdfFile
from .survey import PlacedImage, Survey

WHOLE = 0.95  # share of the page that one image must cover to be taken for the page
PREVIEW = 512  # pixels of the longer side, for comparing an image with its page
PREVIEW_BLOCK = 16  # pixels of the preview that are averaged
PREVIEW_TOLERANCE = 40  # grey levels; resampling differs by less, a negative by far more
JPEG_SCAN, JPEG_END = b"\xff\xda", b"\xff\xd9"  # markers, which no JPEG has among its coded pixels


def embedded_scan(file: PdfFile, page: Any, survey: Survey) -> View | None:
    """The page's one image, turned and cropped as the page shows it.

    Raises:
        ValueError: the image is the page, but cannot be decoded.
    """
    image = _only_image(survey)
    if image is None:
        return None
    turns = image.turns()
    if turns is None:
        return None
    pixels = _stored_pixels(image.handle)
    if pixels is None:
        raise ValueError("its image is broken")
    if pixels.shape[1::-1] != image.size:  # the stream and its dictionary disagree
        return None
    to_pixels = quarter_turns(turns, image.size) @ image.to_pixels()
    pixels, to_pixels = _crop(np.rot90(pixels, -turns), to_pixels, survey)
    if not _shows(file, page, survey, pixels, to_pixels):
        return None
    return View(np.ascontiguousarray(pixels), to_pixels, image.dpi(), "image")


def is_cut_off(image: PlacedImage) -> bool:
    """Whether an image is a JPEG without its end, whose lower part decodes as grey."""
    handle = image.handle
    last = pdfium.FPDFImageObj_GetImageFilterCount(handle) - 1
    name = ctypes.create_string_buffer(16)
    if last < 0 or not pdfium.FPDFImageObj_GetImageFilter(handle, last, name, len(name)):
        return False
    if name.value not in (b"DCTDecode", b"DCT"):
        return False
    size = pdfium.FPDFImageObj_GetImageDataDecoded(handle, None, 0)  # all filters but the last undone
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFImageObj_GetImageDataDecoded(handle, buffer, size)
    data = buffer.raw
    return data.rfind(JPEG_END) < data.rfind(JPEG_SCAN)


def _only_image(survey: Survey) -> PlacedImage | None:
    """The image that covers the page, where nothing else is drawn over or beside it."""
    if len(survey.images) != 1 or survey.stamped:
        return None
    (image,) = survey.images
    return image if image.share >= WHOLE and image.order > survey.last_drawn else None


def _stored_pixels(handle: Any) -> Pixels | None:
    """An image object's stored pixels; None where PDFium cannot decode it."""
    bitmap = pdfium.FPDFImageObj_GetBitmap(handle)
    if not bitmap:
        return None
    try:
        width, height = pdfium.FPDFBitmap_GetWidth(bitmap), pdfium.FPDFBitmap_GetHeight(bitmap)
        stride, kind = pdfium.FPDFBitmap_GetStride(bitmap), pdfium.FPDFBitmap_GetFormat(bitmap)
        depth = {pdfium.FPDFBitmap_Gray: 1, pdfium.FPDFBitmap_BGR: 3}.get(kind, 4)
        buffer = pdfium.FPDFBitmap_GetBuffer(bitmap)
        flat = np.ctypeslib.as_array(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_uint8)), (height, stride))
        pixels = flat[:, : width * depth].reshape(height, width, depth)
        return pixels[:, :, 0].copy() if depth == 1 else pixels[:, :, :3].copy()
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)


def _crop(pixels: Pixels, to_pixels: Matrix, survey: Survey) -> tuple[Pixels, Matrix]:
    """Cut off what of an image lies outside the page, to whole pixels."""
    page = moved((0, 0, survey.width, survey.height), to_pixels)
    left, top, right, bottom = (max(0, round(edge)) for edge in page)
    shift = as_matrix([[1, 0, -left], [0, 1, -top], [0, 0, 1]])
    return pixels[top:bottom, left:right], shift @ to_pixels


def _shows(file: PdfFile, page: Any, survey: Survey, pixels: Pixels, to_pixels: Matrix) -> bool:
    """Whether the page, drawn small, looks like the image.

    Stencils, soft masks, clips, palettes and optional content make a page differ from the
    image that it bears; a glance at the result covers them all.
    """
    height, width = pixels.shape[:2]
    factor = PREVIEW / max(survey.width, survey.height)
    size = (round(survey.width * factor), round(survey.height * factor))
    if min(*size, width, height) < PREVIEW_BLOCK:
        return False
    on_page = moved((0, 0, width, height), inverse(to_pixels))
    left, top, right, bottom = (max(0, round(edge * factor)) for edge in on_page)
    shown = file.draw(page, *size)[top:bottom, left:right]
    blocks = (max(1, shown.shape[1] // PREVIEW_BLOCK), max(1, shown.shape[0] // PREVIEW_BLOCK))
    stored = cv2.resize(pixels, blocks, interpolation=cv2.INTER_AREA).astype(float)
    drawn = cv2.resize(shown, blocks, interpolation=cv2.INTER_AREA).astype(float)
    difference = drawn - stored.reshape(*stored.shape[:2], -1)  # grey compares with each colour
    return float(np.abs(difference).max()) < PREVIEW_TOLERANCE
