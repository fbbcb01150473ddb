"""The text layer of a PDF page: its characters, and the words that they stand together as.

Words are cut at gaps, not where PDFium guesses a space, so that the amounts of
neighbouring cells stay apart.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from .geometry import Matrix, Rectangle, moved
from .styles import Style, style_of

MAX_CHARACTERS = 50_000  # of one page; A4 filled with 5-point text has fewer
LINE_GAP = 0.4  # of the line height, about 0.6 of a digit's: wider, it is the next cell
ASCII_GAP = 0.25  # the same between digits or Latin letters, which are not spread as Chinese is
LINE_SHARED = 0.5  # of the lower line's height that two characters on one line share
CJK = 0x2E80  # the first code point of scripts whose fonts are often not installed
NO_MEANING = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Character:
    """A character on the page as shown; `line` is its line's share, `ink` its own extent."""

    text: str
    ink: Rectangle
    line: Rectangle
    turns: int  # clockwise quarters, as shown
    unmapped: bool
    style: Style

    def along(self) -> tuple[float, float, float, float]:
        """Start and end in the direction of writing, then low and high across it."""
        left, top, right, bottom = self.line
        match self.turns:
            case 0:
                return left, right, top, bottom
            case 1:
                return top, bottom, left, right
            case 2:
                return -right, -left, top, bottom
            case _:
                return -bottom, -top, left, right


@dataclass(frozen=True, slots=True)
class Run:
    """Characters without a gap between them, on the page as shown; `letters` one by one."""

    text: str
    box: Rectangle
    style: Style
    letters: tuple[tuple[str, Rectangle], ...] = ()

    @property
    def portable(self) -> bool:
        """Whether every renderer has its glyphs."""
        return self.style.embedded or all(ord(c) < CJK for c in self.text)


def read_characters(page: Any, to_shown: Matrix) -> tuple[list[Character | None], int]:
    """The characters of a page in reading order, None between words, and how many PDFium counts.

    No character is read where they are more than MAX_CHARACTERS.
    """
    text = pdfium.FPDFText_LoadPage(page)
    if not text:
        return [], 0
    try:
        count = pdfium.FPDFText_CountChars(text)
        turns = pdfium.FPDFPage_GetRotation(page)
        characters = _characters(text, count, turns, to_shown) if count <= MAX_CHARACTERS else ()
        return list(characters), count
    finally:
        pdfium.FPDFText_ClosePage(text)


def runs_of(characters: list[Character | None]) -> list[Run]:
    """Put characters together that stand beside each other on a line."""
    runs: list[Run] = []
    word: list[Character] = []
    for character in [*characters, None]:
        if character and word and _continues(word[-1], character):
            word.append(character)
            continue
        if word:
            runs.append(_run(word))
        word = [character] if character else []
    return runs


def _characters(text: Any, count: int, page_turns: int, to_shown: Matrix) -> Iterator[Character | None]:
    styles: dict[int | None, Style] = {}  # by the address of the text object
    for index in range(count):
        glyph, unmapped = _glyph(text, index)
        if glyph == " ":
            yield None
        if glyph in ("", " "):
            continue
        ink, line = _boxes(text, index)
        if not all(map(math.isfinite, ink + line)):
            continue
        turns = round(pdfium.FPDFText_GetCharAngle(text, index) / (math.pi / 2)) + page_turns
        handle = pdfium.FPDFText_GetTextObject(text, index)
        address = ctypes.cast(handle, ctypes.c_void_p).value
        if address not in styles:
            styles[address] = style_of(handle)
        style = styles[address]
        yield Character(glyph, moved(ink, to_shown), moved(line, to_shown), turns % 4, unmapped, style)


def _glyph(text: Any, index: int) -> tuple[str, bool]:
    """A character, " " between words, "" for what bears no ink; and whether its meaning is unknown."""
    code = pdfium.FPDFText_GetUnicode(text, index)
    glyph = NO_MEANING if _is_unmapped(code) else chr(code)
    unmapped = glyph == NO_MEANING or pdfium.FPDFText_HasUnicodeMapError(text, index) == 1
    if pdfium.FPDFText_IsHyphen(text, index) == 1:
        glyph = "-"
    elif code and (pdfium.FPDFText_IsGenerated(text, index) == 1 or glyph.isspace() or code < 32):
        glyph = " "
    elif unicodedata.category(glyph) == "Cf":  # joiners and marks of direction
        glyph = ""
    return glyph, unmapped


def _is_unmapped(code: int) -> bool:
    private = 0xE000 <= code <= 0xF8FF or code >= 0xF0000
    return private or code in (0, 0xFFFD, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xDFFF


def _boxes(text: Any, index: int) -> tuple[Rectangle, Rectangle]:
    """A character's ink and its share of the line, in user space; top is above bottom there."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    loose = pdfium.FS_RECTF()
    pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
    pdfium.FPDFText_GetLooseCharBox(text, index, loose)
    line = (loose.left, loose.top, loose.right, loose.bottom)
    if left.value < right.value and bottom.value < top.value:
        return (left.value, top.value, right.value, bottom.value), line
    return line, line  # some fonts do not tell the ink's extent


def _run(word: list[Character]) -> Run:
    lefts, tops, rights, bottoms = zip(*(c.ink for c in word), strict=True)
    style = Counter(c.style for c in word).most_common(1)[0][0]
    box = (min(lefts), min(tops), max(rights), max(bottoms))
    return Run("".join(c.text for c in word), box, style, tuple((c.text, c.ink) for c in word))


def _continues(last: Character, new: Character) -> bool:
    """Whether `new` stands beside `last` on its line, as letters of one word do."""
    if last.turns != new.turns or last.style.hidden != new.style.hidden:
        return False
    (start, end, low, high), (start2, _, low2, high2) = last.along(), new.along()
    shared = min(high, high2) - max(low, low2)
    if shared < LINE_SHARED * min(high - low, high2 - low2):
        return False
    height = max(high - low, high2 - low2)
    gap = ASCII_GAP if last.text.isascii() and new.text.isascii() else LINE_GAP
    return start - LINE_GAP * height < start2 <= end + gap * height
