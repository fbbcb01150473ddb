"""What PDFium holds open: a document, its pages, the bitmaps it draws into.

PDFium is not thread-safe, not even for two documents, so one lock guards every call; its
raw interface is used because the helper classes of pypdfium2 free what they hold whenever
and in whatever thread the garbage collector runs.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pypdfium2.raw as pdfium

from ..errors import DamagedInput, InputError, PasswordNeeded, UnsupportedInput
from .records import Image

MAX_READ = 16 << 20  # bytes read from a file, and
MAX_PAGES = 16  # pages taken from it, before it is opened again
OPENING_SHARE = 8  # what opening reads is at most this often what the pages read: tables may be broken

PDFIUM = threading.RLock()
"""Held around every PDFium call, by whoever makes one."""


class PdfFile:
    """An open PDF. Its handles are valid until `close`, which may be called twice.

    PDFium keeps every stream and object that it has read until the document is closed: a
    scan of a thousand pages would end up in memory whole. So between pages it is now and
    then opened again, which nobody notices.
    """

    def __init__(self, stream: BinaryIO, name: str, password: str | None) -> None:
        self._opening = (stream, name, password)
        self.document: Any = None
        self._open()
        self.page_count: int = pdfium.FPDF_GetPageCount(self.document)

    def _open(self) -> None:
        """Open the document; in place of the one that is open, once that has succeeded."""
        stream, name, password = self._opening
        meter = _Meter()
        access = _access(stream, meter)
        secret = None if password is None else password.encode("utf-8", "replace") + b"\0"
        document = pdfium.FPDF_LoadCustomDocument(access, secret)
        if not document:
            raise _refusal(pdfium.FPDF_GetLastError(), name, password)
        self.close()
        self.document = document
        self._form = info = None
        if pdfium.FPDF_GetFormType(document) != pdfium.FORMTYPE_NONE:
            info = pdfium.FPDF_FORMFILLINFO(version=2)
            self._form = pdfium.FPDFDOC_InitFormFillEnvironment(document, info)
        self._kept = (access, info)  # PDFium reads them until it closes the document
        self._meter, self._opened_with, self._pages = meter, meter.read, 0

    def _renew(self) -> None:
        """Open the document again where it has grown; it stays as it is where that fails."""
        read = self._meter.read - self._opened_with
        if (read > MAX_READ or self._pages >= MAX_PAGES) and read * OPENING_SHARE >= self._opened_with:
            with suppress(InputError):  # the file was changed or is gone; what is open may still do
                self._open()

    def close(self) -> None:
        """Free the document, under the lock."""
        with PDFIUM:
            if self.document:
                if self._form:
                    pdfium.FPDFDOC_ExitFormFillEnvironment(self._form)
                pdfium.FPDF_CloseDocument(self.document)
            self.document = self._form = None

    @contextmanager
    def page(self, number: int) -> Iterator[Any]:
        """The handle of page `number`, counted from 1.

        Raises:
            ValueError: it cannot be loaded.
        """
        self._renew()
        self._pages += 1
        page = pdfium.FPDF_LoadPage(self.document, number - 1)
        if not page:
            raise ValueError("its structure is broken")
        try:
            if self._form:
                pdfium.FORM_OnAfterLoadPage(page, self._form)
            yield page
        finally:
            if self._form:
                pdfium.FORM_OnBeforeClosePage(page, self._form)
            pdfium.FPDF_ClosePage(page)

    def draw(self, page: Any, width: int, height: int) -> Image:
        """A page in pixels, with its annotations and filled forms, on white."""
        image = np.full((height, width, 3), 255, dtype=np.uint8)
        buffer = image.ctypes.data_as(ctypes.c_void_p)
        bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, buffer, width * 3)
        if not bitmap:
            raise MemoryError
        try:
            pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
            if self._form:
                pdfium.FPDF_FFLDraw(self._form, bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
        return image


@dataclass(slots=True)
class _Meter:
    """Counts the bytes that were read."""

    read: int = 0


def _access(stream: BinaryIO, meter: _Meter) -> Any:
    """PDFium's way into a stream."""

    def block(_: Any, position: int, buffer: Any, size: int) -> int:
        try:
            stream.seek(position)
            data = stream.read(size)
        except (OSError, ValueError):  # must not cross PDFium's frames
            return 0
        if len(data) != size:
            return 0
        ctypes.memmove(buffer, data, size)
        meter.read += size
        return 1

    access = pdfium.FPDF_FILEACCESS()
    access.m_FileLen = stream.seek(0, 2)
    access.m_GetBlock = type(access.m_GetBlock)(block)
    return access


def _refusal(code: int, name: str, password: str | None) -> InputError:
    if code == pdfium.FPDF_ERR_PASSWORD:
        if password:
            return PasswordNeeded("the password given is wrong", name=name)
        return PasswordNeeded("is encrypted and needs --password", name=name)
    if code == pdfium.FPDF_ERR_SECURITY:
        return UnsupportedInput(
            "is encrypted in a way that is not supported", name=name, remedy="save it without encryption"
        )
    return DamagedInput("is a PDF, but truncated or broken", name=name)
