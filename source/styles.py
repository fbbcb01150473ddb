"""How a text object of a PDF is drawn, as far as it tells whether the text is seen."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

CONTRAST = 24  # of 255 grey levels: less is not seen
UNSEEN = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)


@dataclass(frozen=True, slots=True)
class Style:
    """How text is drawn; by default as if nothing were known of it."""

    hidden: bool = False
    color: tuple[int, int, int] = (0, 0, 0)  # BGR
    embedded: bool = True  # the file brings the font along


def style_of(handle: Any) -> Style:
    """The style of a text object, which may be null."""
    if not handle:
        return Style()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    painted = pdfium.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha)
    font = pdfium.FPDFTextObj_GetFont(handle)
    return Style(
        hidden=pdfium.FPDFTextObj_GetTextRenderMode(handle) in UNSEEN
        or bool(painted and alpha.value < CONTRAST),
        color=(blue.value, green.value, red.value) if painted else (0, 0, 0),
        embedded=not font or pdfium.FPDFFont_GetIsEmbedded(font) != 0,
    )
