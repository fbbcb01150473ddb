"""PDF pages: embedded scans at their own pixels, drawings, and text layers.

A page that is one scanned image is taken as that image, any other is drawn; a text layer
is believed only where a person would see the same text, because what scanners and bad
fonts put there is worse than reading the page again.

PDFium is not thread-safe, not even for two documents, so one lock guards every call; its
raw interface is used because the helper classes of pypdfium2 free what they hold whenever
and in whatever thread the garbage collector runs.
"""

from __future__ import annotations

import ctypes
import math
import threading
import unicodedata
import weakref
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from .document import Box, Problem, Scan
from .errors import DamagedInput, PasswordNeeded, UnsupportedInput
from .source import Image, PageImage, Source, SourceOptions, Word, work_image

PDFIUM = threading.RLock()
"""Held around every PDFium call, by whoever makes one."""

MAX_CHARACTERS = 200_000  # of one page; the densest table has a tenth
MAX_OBJECTS = 200_000  # of one page, nested ones counted
MAX_DEPTH = 8  # of forms within forms
MAX_IMAGE_DPI = 400  # beyond, drawing costs time and shows no more than the paper had
WHOLE = 0.95  # share of the page that one image must cover to be taken for the page
MOST = 0.6  # share from which images make the page a scan
FEW = 10  # characters that a scanner's stamp or a page number may have
OUTLINES = 100  # paths beside few characters: text was turned into outlines
UNMAPPED = 0.05  # share of characters without a meaning that spoils a layer
INKLESS = 0.2  # share of words without ink that spoils a layer
CONTRAST = 24  # of 255 grey levels: less is not seen
LINE_GAP = 0.4  # of the line height, about 0.6 of a digit's: wider, it is the next cell
PREVIEW = 512  # pixels of the longer side, for comparing an image with its page
PREVIEW_BLOCK = 16  # pixels of the preview that are averaged
PREVIEW_TOLERANCE = 40  # grey levels; resampling differs by less, a negative by far more

Matrix = npt.NDArray[np.float64]  # (3, 3), for column vectors (x, y, 1)


class PdfSource(Source):
    """A PDF, through PDFium; see `source.open_source` for the errors of opening."""

    def __init__(self, stream: BinaryIO, name: str, sha256: str, options: SourceOptions) -> None:
        super().__init__(stream, name, sha256, options)
        with PDFIUM:
            self._handles = _open(stream, name, options.password)
            # A source that is dropped without `close` must not be freed outside the lock.
            self._finalizer = weakref.finalize(self, _close, self._handles)
            self._finalizer.atexit = False
            self.page_count = pdfium.FPDF_GetPageCount(self._handles.document)
        try:
            if self.page_count < 1:
                raise DamagedInput("is a PDF without a page", name=name)
            self.require_pages(self.page_count)
        except BaseException:
            self._release()
            raise

    def _release(self) -> None:
        self._finalizer()

    def _load(self, number: int) -> PageImage:
        with PDFIUM, self._page(number) as page:
            survey = _survey(page)
            for image in survey.images:
                self.require_pixels(number, *image.size, "has an image of")
            runs, reason = _text_layer(page, survey)
            if runs and not reason:
                pixels = self._draw(page, number, self._options.render_dpi)
                to_pixels = _scaling(pixels) @ survey.device
                visible = [run for run in runs if not run.hidden]
                seen = [run for run in visible if _has_ink(pixels, run, to_pixels)]
                blank = len(visible) - len(seen)
                if blank <= INKLESS * len(visible):
                    dpi = float(self._options.render_dpi)
                    return self._finish(number, pixels, dpi, "text_layer", to_pixels, words=seen)
                reason = f"{blank} of {len(visible)} words have no ink under them"
            found = self._embedded(page, number, survey)
            if found:
                return self._finish(number, *found, layer=runs, reason=reason)
            dpi = self._drawing_dpi(survey)
            pixels = self._draw(page, number, dpi)
            to_pixels = _scaling(pixels) @ survey.device
            return self._finish(number, pixels, dpi, "render", to_pixels, layer=runs, reason=reason)

    def _finish(
        self,
        number: int,
        pixels: npt.NDArray[np.uint8],
        dpi: float,
        source: Any,
        to_pixels: Matrix,
        *,
        words: Sequence[_Run] | None = None,
        layer: Sequence[_Run] = (),
        reason: str = "",
    ) -> PageImage:
        image, matrix, problems = work_image(pixels, number, self._options)
        to_image = np.array(matrix) @ to_pixels
        if layer:
            message = f"the text layer was not used: {reason}"
            problems += (Problem("info", "text_layer_rejected", message, page=number, stage="source"),)
        return PageImage(
            number,
            image,
            Scan(pixels.shape[1], pixels.shape[0], round(dpi, 2), source),
            matrix,
            None if words is None else _words(words, to_image, image),
            _words(layer, to_image, image),
            problems,
        )

    @contextmanager
    def _page(self, number: int) -> Iterator[Any]:
        handles = self._handles
        page = pdfium.FPDF_LoadPage(handles.document, number - 1)
        if not page:
            raise DamagedInput(f"page {number} cannot be loaded", name=self.name)
        try:
            if handles.form:
                pdfium.FORM_OnAfterLoadPage(page, handles.form)
            yield page
        finally:
            if handles.form:
                pdfium.FORM_OnBeforeClosePage(page, handles.form)
            pdfium.FPDF_ClosePage(page)

    def _draw(self, page: Any, number: int, dpi: float) -> Image:
        wide = pdfium.FPDF_GetPageWidthF(page) / 72 * dpi
        high = pdfium.FPDF_GetPageHeightF(page) / 72 * dpi
        self.require_pixels(number, wide, high, f"at {dpi:.0f} dpi has")
        return _draw(page, self._handles.form, max(1, round(wide)), max(1, round(high)))

    def _drawing_dpi(self, survey: _Survey) -> float:
        """`render_dpi`, or that of the finest large image where images are the page."""
        least = float(self._options.render_dpi)
        if survey.coverage.mean() < MOST:
            return least
        largest = max(image.share for image in survey.images)
        finest = max(image.dpi(survey) for image in survey.images if image.share >= largest / 2)
        inches = survey.width / 72 * survey.height / 72
        affordable = math.sqrt(self._options.max_pixels / inches) * 0.999
        return max(least, min(finest, MAX_IMAGE_DPI, affordable))

    def _embedded(
        self, page: Any, number: int, survey: _Survey
    ) -> tuple[npt.NDArray[np.uint8], float, str, Matrix] | None:
        """The page's one image at its own pixels, turned and cropped as the page shows it."""
        if len(survey.images) != 1 or survey.last_drawn > survey.images[0].order or survey.stamped:
            return None
        image = survey.images[0]
        turns = image.turns(survey)
        if image.share < WHOLE or turns is None:
            return None
        pixels = _image_pixels(image.handle)
        if pixels is None:
            raise DamagedInput(f"the image on page {number} cannot be decoded", name=self.name)
        if pixels.shape[1::-1] != image.size:  # the stream and its dictionary disagree
            return None
        to_pixels = _quarter_turns(turns, image.size) @ image.to_pixels()
        pixels = np.rot90(pixels, -turns)
        pixels, to_pixels = _crop(pixels, to_pixels @ np.linalg.inv(survey.device), to_pixels)
        if not _shows(page, self._handles.form, pixels, to_pixels @ np.linalg.inv(survey.device)):
            return None
        return np.ascontiguousarray(pixels), image.dpi(survey), "image", to_pixels


@dataclass(slots=True)
class _Handles:
    """What PDFium must be told to free, and what it reads from until then."""

    document: Any
    form: Any
    keep: tuple[Any, ...]


def _open(stream: BinaryIO, name: str, password: str | None) -> _Handles:
    access = pdfium.FPDF_FILEACCESS()
    access.m_FileLen = stream.seek(0, 2)

    def block(_: Any, position: int, buffer: Any, size: int) -> int:
        try:
            stream.seek(position)
            data = stream.read(size)
        except (OSError, ValueError):  # must not cross PDFium's frames
            return 0
        if len(data) != size:
            return 0
        ctypes.memmove(buffer, data, size)
        return 1

    access.m_GetBlock = type(access.m_GetBlock)(block)
    secret = None if password is None else password.encode("utf-8", "replace") + b"\0"
    document = pdfium.FPDF_LoadCustomDocument(access, secret)
    if not document:
        raise _refusal(pdfium.FPDF_GetLastError(), name, password)
    form = info = None
    if pdfium.FPDF_GetFormType(document) != pdfium.FORMTYPE_NONE:
        info = pdfium.FPDF_FORMFILLINFO(version=2)
        form = pdfium.FPDFDOC_InitFormFillEnvironment(document, info)
    return _Handles(document, form, (access, stream, info))


def _refusal(code: int, name: str, password: str | None) -> Exception:
    if code == pdfium.FPDF_ERR_PASSWORD:
        if password:
            return PasswordNeeded("the password given is wrong", name=name)
        return PasswordNeeded("is encrypted and needs --password", name=name)
    if code == pdfium.FPDF_ERR_SECURITY:
        return UnsupportedInput(
            "is encrypted in a way that is not supported", name=name, remedy="save it without encryption"
        )
    return DamagedInput("is a PDF, but truncated or broken", name=name)


def _close(handles: _Handles) -> None:
    with PDFIUM:
        if handles.form:
            pdfium.FPDFDOC_ExitFormFillEnvironment(handles.form)
        pdfium.FPDF_CloseDocument(handles.document)
        handles.document = handles.form = None


@dataclass(slots=True)
class _Placed:
    """An image on a page: `matrix` takes its unit square (y up) to the page's points."""

    handle: Any
    size: tuple[int, int]
    matrix: Matrix
    order: int
    share: float = 0.0

    def to_pixels(self) -> Matrix:
        """From the page's points to the image's stored pixels, y down."""
        width, height = self.size
        unit = np.array([[width, 0, 0], [0, -height, height], [0, 0, 1.0]])
        return _float(unit @ np.linalg.inv(self.matrix))

    def _on_screen(self, survey: _Survey) -> Matrix:
        """From stored pixels to inches of the page as it is shown."""
        inches = np.diag([survey.width / 72, survey.height / 72, 1.0])
        return _float(inches @ survey.device @ np.linalg.inv(self.to_pixels()))

    def dpi(self, survey: _Survey) -> float:
        """Pixels per inch, along the finer side."""
        steps = np.linalg.norm(self._on_screen(survey)[:2, :2], axis=0)
        return float(1 / max(min(steps), 1e-9))

    def turns(self, survey: _Survey) -> int | None:
        """Clockwise quarter turns from stored to shown; None if skewed, mirrored or stretched."""
        linear = self._on_screen(survey)[:2, :2]
        steps = np.linalg.norm(linear, axis=0)
        if max(steps) > 1.02 * min(steps):
            return None
        for turns, (cos, sin) in enumerate([(1, 0), (0, 1), (-1, 0), (0, -1)]):
            upright = np.array([[cos, -sin], [sin, cos]])
            if np.abs(linear / steps.mean() - upright).max() < 0.02:
                return turns
        return None


@dataclass(slots=True)
class _Survey:
    """What is on a page. `device` takes its points to the unit square as shown, y down."""

    width: float  # points, as shown
    height: float
    device: Matrix
    images: list[_Placed] = field(default_factory=list)
    coverage: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros((64, 64), dtype=bool))
    paths: int = 0
    last_drawn: int = -1  # order of the last visible object that is no image
    stamped: bool = False  # annotations are drawn on top


def _survey(page: Any) -> _Survey:
    survey = _Survey(pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page), _device(page))
    for order, (handle, matrix) in enumerate(_objects(page)):
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            _place(survey, handle, matrix, order)
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if not _style(handle).hidden:
                survey.last_drawn = order
        elif kind != pdfium.FPDF_PAGEOBJ_PATH or _is_drawn(handle):
            survey.paths += kind == pdfium.FPDF_PAGEOBJ_PATH
            survey.last_drawn = order
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        survey.stamped |= kind not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)
        pdfium.FPDFPage_CloseAnnot(annotation)
    return survey


def _device(page: Any) -> Matrix:
    """PDFium's own transform, which knows CropBox and /Rotate, sampled at three points."""
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    size = 1 << 24  # PDFium answers in whole pixels of a page this large
    x, y = ctypes.c_int(), ctypes.c_int()

    def shown(left: float, bottom: float) -> Matrix:
        pdfium.FPDF_PageToDevice(page, 0, 0, size, size, 0, left, bottom, x, y)
        return np.array([x.value / size, y.value / size])

    origin = shown(box.left, box.bottom)
    across = (shown(box.right, box.bottom) - origin) / (box.right - box.left)
    up = (shown(box.left, box.top) - origin) / (box.top - box.bottom)
    offset = origin - across * box.left - up * box.bottom
    return np.vstack([np.column_stack([across, up, offset]), [0, 0, 1.0]])


def _objects(page: Any) -> Iterator[tuple[Any, Matrix]]:
    """Objects in the order of drawing, those within forms in their place, at most MAX_OBJECTS."""
    count, get = pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject
    pending = [(page, count, get, iter(range(count(page))), np.eye(3))]
    budget = MAX_OBJECTS
    while pending and budget:
        parent, _, get, indices, matrix = pending[-1]
        index = next(indices, None)
        if index is None:
            pending.pop()
            continue
        budget -= 1
        handle = get(parent, index)
        if not handle:
            continue
        if pdfium.FPDFPageObj_GetType(handle) != pdfium.FPDF_PAGEOBJ_FORM:
            yield handle, matrix
        elif len(pending) < MAX_DEPTH:
            count, get = pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject
            pending.append((handle, count, get, iter(range(count(handle))), matrix @ _matrix(handle)))


def _matrix(handle: Any) -> Matrix:
    raw = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(handle, raw)
    return np.array([[raw.a, raw.c, raw.e], [raw.b, raw.d, raw.f], [0, 0, 1.0]])


def _place(survey: _Survey, handle: Any, parent: Matrix, order: int) -> None:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(handle, width, height)
    matrix = _float(parent @ _matrix(handle))
    if not (width.value and height.value) or abs(np.linalg.det(matrix)) < 1e-6:
        return  # nothing of it is seen
    corners = (survey.device @ matrix @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1.0]]))[:2]
    left, top = corners.min(axis=1).clip(0, 1)
    right, bottom = corners.max(axis=1).clip(0, 1)
    rows, cols = survey.coverage.shape
    survey.coverage[round(top * rows) : round(bottom * rows), round(left * cols) : round(right * cols)] = True
    share = float((right - left) * (bottom - top))
    survey.images.append(_Placed(handle, (width.value, height.value), matrix, order, share))


def _is_drawn(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    return bool(fill.value or stroke.value)


def _draw(page: Any, form: Any, width: int, height: int) -> Image:
    image = np.full((height, width, 3), 255, dtype=np.uint8)
    buffer = image.ctypes.data_as(ctypes.c_void_p)
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, buffer, width * 3)
    if not bitmap:
        raise MemoryError
    try:
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
        if form:
            pdfium.FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return image


def _image_pixels(handle: Any) -> npt.NDArray[np.uint8] | None:
    """An image object's stored pixels, grey or BGR; None where PDFium cannot decode it."""
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


def _quarter_turns(turns: int, size: tuple[int, int]) -> Matrix:
    """Where pixels go when an image of `size` (width, height) is turned clockwise."""
    width, height = size
    return np.array(
        {
            0: [[1, 0, 0], [0, 1, 0], [0, 0, 1.0]],
            1: [[0, -1, height], [1, 0, 0], [0, 0, 1.0]],
            2: [[-1, 0, width], [0, -1, height], [0, 0, 1.0]],
            3: [[0, 1, 0], [-1, 0, width], [0, 0, 1.0]],
        }[turns]
    )


def _crop(
    pixels: npt.NDArray[np.uint8], unit_to_pixels: Matrix, to_pixels: Matrix
) -> tuple[npt.NDArray[np.uint8], Matrix]:
    """Cut off what of an image lies outside the page, to whole pixels."""
    height, width = pixels.shape[:2]
    left, top = (max(0, round(v)) for v in unit_to_pixels[:2, 2])
    right, bottom = (round(v) for v in (unit_to_pixels @ [1, 1, 1])[:2])
    shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
    return pixels[top : min(bottom, height), left : min(right, width)], _float(shift @ to_pixels)


def _shows(page: Any, form: Any, pixels: npt.NDArray[np.uint8], unit_to_pixels: Matrix) -> bool:
    """Whether the page, drawn small, looks like the image.

    Stencils, soft masks, clips, palettes and optional content make a page differ from the
    image that it bears; a glance at the result covers them all.
    """
    height, width = pixels.shape[:2]
    factor = PREVIEW / max(pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page))
    size = [round(pdfium.FPDF_GetPageWidthF(page) * factor), round(pdfium.FPDF_GetPageHeightF(page) * factor)]
    if min(*size, width, height) < PREVIEW_BLOCK:
        return False
    preview = _draw(page, form, size[0], size[1])
    place = np.linalg.inv(unit_to_pixels) @ np.array([[0, width], [0, height], [1, 1]])
    (left, right), (top, bottom) = (np.rint(place[:2].clip(0, 1) * np.array(size)[:, None])).astype(int)
    shown = preview[top:bottom, left:right]
    blocks = (max(1, (right - left) // PREVIEW_BLOCK), max(1, (bottom - top) // PREVIEW_BLOCK))
    small = cv2.resize(pixels, blocks, interpolation=cv2.INTER_AREA).astype(float)
    if small.ndim == 2:
        small = small[:, :, None]
    seen = cv2.resize(shown, blocks, interpolation=cv2.INTER_AREA).astype(float)
    return float(np.abs(small - seen).max()) < PREVIEW_TOLERANCE


@dataclass(frozen=True, slots=True)
class _Style:
    """How a text object is drawn."""

    hidden: bool = False
    color: tuple[int, int, int] = (0, 0, 0)  # BGR
    embedded: bool = True


def _style(handle: Any) -> _Style:
    if not handle:
        return _Style()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    painted = pdfium.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha)
    mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
    unseen = mode in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
    font = pdfium.FPDFTextObj_GetFont(handle)
    return _Style(
        hidden=unseen or bool(painted and alpha.value < CONTRAST),
        color=(blue.value, green.value, red.value) if painted else (0, 0, 0),
        embedded=not font or pdfium.FPDFFont_GetIsEmbedded(font) != 0,
    )


@dataclass(frozen=True, slots=True)
class _Character:
    """A character in points of the page; `line` is its line's share, `box` its ink's."""

    text: str
    box: tuple[float, float, float, float]  # left, bottom, right, top
    line: tuple[float, float, float, float]
    angle: int  # quarter turns clockwise
    unmapped: bool
    style: _Style


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters without a gap between them, in points of the page."""

    text: str
    box: tuple[float, float, float, float]
    style: _Style
    portable: bool  # every renderer has its glyphs

    @property
    def hidden(self) -> bool:
        return self.style.hidden


def _text_layer(page: Any, survey: _Survey) -> tuple[list[_Run], str]:
    """The words of a page, and why they are not to be believed ("" where they may be)."""
    text = pdfium.FPDFText_LoadPage(page)
    if not text:
        return [], ""
    try:
        if pdfium.FPDFText_CountChars(text) > MAX_CHARACTERS:
            return [], f"it has more than {MAX_CHARACTERS} characters"
        characters = list(_characters(text))
    finally:
        pdfium.FPDFText_ClosePage(text)
    runs = _group(characters)
    return runs, _distrust([c for c in characters if c and _on_page(c, survey)], survey)


def _on_page(character: _Character, survey: _Survey) -> bool:
    x, y = _center(character.box, survey.device)
    return 0 <= x < 1 and 0 <= y < 1


def _distrust(characters: list[_Character], survey: _Survey) -> str:
    """Why a text layer is no rendering of what the page shows, as far as is known undrawn."""
    total = len(characters)
    if not total:
        return "it lies outside the page"
    if sum(c.style.hidden for c in characters) > total / 2:
        return "most of it is invisible"
    unmapped = sum(c.unmapped for c in characters)
    if unmapped > UNMAPPED * total:
        return f"{unmapped} of {total} characters have no meaning assigned"
    share = survey.coverage.mean()
    if total < FEW and (share >= MOST or survey.paths >= OUTLINES):
        return f"it has only {total} characters on a page that is a picture"
    if share >= MOST:
        rows, cols = survey.coverage.shape
        centers = (_center(c.box, survey.device) for c in characters)
        above = sum(bool(survey.coverage[int(y * rows), int(x * cols)]) for x, y in centers)
        if above > total / 2:
            return f"it lies over an image that covers {share:.0%} of the page"
    return ""


def _center(box: tuple[float, float, float, float], matrix: Matrix) -> tuple[float, float]:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return (
        float(matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]),
        float(matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]),
    )


def _characters(text: Any) -> Iterator[_Character | None]:
    """The characters in reading order, None between words."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    loose = pdfium.FS_RECTF()
    styles: dict[int | None, _Style] = {}
    for index in range(pdfium.FPDFText_CountChars(text)):
        code = pdfium.FPDFText_GetUnicode(text, index)
        unmapped = _is_unmapped(code) or pdfium.FPDFText_HasUnicodeMapError(text, index) == 1
        glyph = "\N{REPLACEMENT CHARACTER}" if _is_unmapped(code) else chr(code)
        if pdfium.FPDFText_IsHyphen(text, index) == 1:
            glyph = "-"
        elif pdfium.FPDFText_IsGenerated(text, index) == 1 or glyph.isspace() or code < 32:
            if not (code == 0 and unmapped):
                yield None
                continue
        elif unicodedata.category(glyph) == "Cf":  # joiners and marks of direction bear no ink
            continue
        pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        pdfium.FPDFText_GetLooseCharBox(text, index, loose)
        box = (left.value, bottom.value, right.value, top.value)
        line = (loose.left, loose.bottom, loose.right, loose.top)
        if not (box[0] < box[2] and box[1] < box[3]):  # some fonts do not tell the ink's extent
            box = line
        if not all(map(math.isfinite, box + line)):
            continue
        angle = round(pdfium.FPDFText_GetCharAngle(text, index) / (math.pi / 2)) % 4
        handle = pdfium.FPDFText_GetTextObject(text, index)
        address = ctypes.cast(handle, ctypes.c_void_p).value
        if address not in styles:
            styles[address] = _style(handle)
        yield _Character(glyph, box, line, angle, unmapped, styles[address])


def _is_unmapped(code: int) -> bool:
    private = 0xE000 <= code <= 0xF8FF or code >= 0xF0000
    return private or code in (0, 0xFFFD, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xDFFF


def _group(characters: list[_Character | None]) -> list[_Run]:
    runs: list[_Run] = []
    word: list[_Character] = []
    for character in [*characters, None]:
        if character and word and _continues(word[-1], character):
            word.append(character)
            continue
        if word:
            runs.append(_run(word))
        word = [character] if character else []
    return runs


def _run(word: list[_Character]) -> _Run:
    boxes = np.array([c.box for c in word])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    style = Counter(c.style for c in word).most_common(1)[0][0]
    portable = style.embedded or all(ord(c.text) < 0x2E80 for c in word)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return _Run("".join(c.text for c in word), box, style, portable)


def _continues(last: _Character, new: _Character) -> bool:
    """Whether `new` stands beside `last` on its line, as letters of one word do."""
    if last.angle != new.angle or last.style.hidden != new.style.hidden:
        return False
    (start, end, low, high), (start2, _, low2, high2) = _along(last), _along(new)
    shared = min(high, high2) - max(low, low2)
    if shared < 0.5 * min(high - low, high2 - low2):
        return False
    gap = start2 - end
    limit = LINE_GAP * max(high - low, high2 - low2)
    return gap <= limit and start2 > start - limit


def _along(character: _Character) -> tuple[float, float, float, float]:
    """Start and end in the direction of writing, then low and high across it."""
    left, bottom, right, top = character.line
    match character.angle:
        case 0:
            return left, right, bottom, top
        case 1:
            return -top, -bottom, left, right
        case 2:
            return -right, -left, bottom, top
        case _:
            return bottom, top, left, right


def _has_ink(pixels: Image, run: _Run, to_pixels: Matrix) -> bool:
    """Whether a word is seen on the drawn page."""
    left, top, right, bottom = _bounds(run.box, to_pixels)
    height, width = pixels.shape[:2]
    rows = slice(max(0, math.floor(top) - 1), min(height, math.ceil(bottom) + 1))
    cols = slice(max(0, math.floor(left) - 1), min(width, math.ceil(right) + 1))
    patch = pixels[rows, cols].reshape(-1, 3)
    if not patch.size:
        return False
    if int((patch.max(axis=0) - patch.min(axis=0)).max()) >= CONTRAST:
        return True
    # A Chinese font that is neither embedded nor installed leaves no ink, though everybody
    # who has it sees the text: then only the colours can tell.
    return not run.portable and float(np.abs(np.median(patch, axis=0) - run.style.color).max()) >= CONTRAST


def _words(runs: Sequence[_Run], to_image: Matrix, image: Image) -> tuple[Word, ...]:
    """Runs as words in pixels of the image; those outside it are left out."""
    height, width = image.shape[:2]
    words = []
    for run in runs:
        left, top, right, bottom = _bounds(run.box, to_image)
        if 0 <= left + right <= 2 * width and 0 <= top + bottom <= 2 * height:
            box = Box(max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom))
            words.append(Word(run.text, box))
    return tuple(words)


def _bounds(box: tuple[float, float, float, float], matrix: Matrix) -> tuple[float, float, float, float]:
    """The upright rectangle around a box's image; `matrix` turns by quarters only."""
    corners = matrix[:2] @ np.array([[box[0], box[2]], [box[1], box[3]], [1, 1]])
    (x0, x1), (y0, y1) = corners.tolist()
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _scaling(pixels: npt.NDArray[np.uint8]) -> Matrix:
    """From the unit square to an image's pixels."""
    return np.diag([float(pixels.shape[1]), float(pixels.shape[0]), 1.0])


def _float(matrix: Any) -> Matrix:
    return np.asarray(matrix, dtype=np.float64)
