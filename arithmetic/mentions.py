"""Amounts in running text: the number, its unit, and the words before it that say what it is.

A number counts only with a unit of money or a percent sign right behind it; years, dates, counts and
telephone numbers have none. Commas and the spaces that OCR leaves beside separators are read through.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from .. import amounts
from ..document import Box, Document, Mention, Text

MAX_TEXT = 20_000  # characters of a paragraph that are searched
_ROLES = ("paragraph", "note")

_SPACE = r"[ \t\r\n\u3000]{0,4}"
_MENTION = re.compile(
    rf"(?<![\d.,A-Za-z])(?P<number>-?{_SPACE}\d{{1,30}}(?:{_SPACE}[,.]{_SPACE}\d{{1,30}}){{0,10}})"
    rf"{_SPACE}(?P<unit>亿{_SPACE}元|百万元|万{_SPACE}元|千元|元(?![氏谋素宵旦])|%)"
    r"(?![(（含)）]{0,3}以[上下内])"  # a threshold, not a figure
)
_BREAKS = re.compile(r"[,。;:、!?\n]")
_OPENS_CLAUSE = ("", *"。;:!?\n")
_ITEM = re.compile(r"\d{1,2}\.[ \t\u3000]+\d")
_BOUNDS = re.compile(r"[≥≤><±~～至到](?:[ \t]*)$")


@dataclass(frozen=True, slots=True)
class Told:
    """A mention within its paragraph; `start` and `end` count characters of the text."""

    start: int
    end: int
    amount: Decimal
    unit: str
    phrase: str


def with_mentions(document: Document) -> Document:
    """The document with an id'd mention for every amount in its paragraphs and notes, in order."""
    found: list[Mention] = []
    for text in document.texts:
        if text.role not in _ROLES:
            continue
        for told in tell(text.text):
            box = _share(text, told.start, told.end)
            printed = text.text[told.start : told.end]
            name = f"m{len(found) + 1}"
            found.append(Mention(name, text.page, box, printed, told.amount, told.unit, told.phrase))
    return replace(document, mentions=tuple(found))


def tell(paragraph: str) -> Iterator[Told]:
    """The amounts of a paragraph, from its start."""
    text = half_width(paragraph[:MAX_TEXT])
    before = 0
    for match in _MENTION.finditer(text):
        parsed = amounts.parse(re.sub(r"[ \t\r\n\u3000]+", "", match["number"]))
        unit = re.sub(r"[ \t\r\n\u3000]+", "", match["unit"])
        if parsed is None or (unit == "%" and _BOUNDS.search(text[: match.start()][-4:])):
            continue
        start, value = match.start(), parsed.value
        led = text[max(0, start - 8) : start].rstrip(" \t\u3000")[-1:]
        if led.isdecimal() or (led in _OPENS_CLAUSE and _ITEM.match(match["number"])):
            continue  # 1,2 34.5 is a number in pieces, and 1. 5 may be the first item of a list
        if value.is_signed() and unit == "%" and (led.isalnum() or led == "%"):
            continue  # 60-70% and 60% - 70% are ranges
        yield Told(start, match.end(), value, unit, _phrase(paragraph, text, before, start))
        before = match.end()


def half_width(text: str) -> str:
    """The text in half-width forms, character for character, so that places stay."""
    folded = (unicodedata.normalize("NFKC", char) for char in text)
    return "".join(
        "-" if char in "−–﹣－" else new if len(new) == 1 and not _is_mark(char) else char
        for char, new in zip(text, folded, strict=True)
    )


def _is_mark(char: str) -> bool:
    """Whether a character is a mark, of which NFKC makes a digit: ①5万元 is not 15."""
    return char.isnumeric() and not char.isdecimal()


def _phrase(paragraph: str, text: str, before: int, start: int) -> str:
    """The words back to the clause's start; where it has none, those of the clause before it."""
    edges = [before, *(m.end() for m in _BREAKS.finditer(text, before, start))]
    for edge in reversed(edges):
        words = " ".join(paragraph[edge:start].split())
        if words.strip("。，,；;：:、（）() "):
            return words.strip("，,；;：:、 ")
    return ""


def _share(text: Text, start: int, end: int) -> Box:
    """Where characters of a paragraph stand, as if it were set in full lines of equal pitch."""
    length = max(len(text.text), 1)
    box = text.box
    if box.area <= 0:
        return box
    # A glyph is about as wide as two thirds of its line's pitch.
    pitch = math.sqrt(1.6 * box.area / length)
    lines = max(1, round(box.height / pitch)) if box.height > 2 * pitch else 1
    across = math.ceil(length / lines)
    first, last = start // across, max(start, end - 1) // across
    height = box.height / lines
    left, right = box.left, box.right
    if first == last:
        left = box.left + box.width * (start - first * across) / across
        right = box.left + box.width * min(1.0, (end - first * across) / across)
    return Box(left, box.top + first * height, right, box.top + min(lines, last + 1) * height)
