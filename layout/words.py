"""Words to lines and lines to a cell's text, in reading order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..document import Box, Reading

_SPACE = 0.5  # of the line's height: a wider gap between two words is a space


@dataclass(frozen=True, slots=True)
class Word:
    """A box of text with what was read in it."""

    box: Box
    reading: Reading


def in_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Lines from top to bottom, each from left to right.

    A word belongs to a line if their heights overlap by more than half of the lower one.
    """
    lines: list[list[Word]] = []
    top = bottom = 0.0  # of the last line
    for word in sorted(words, key=lambda w: w.box.center[1]):
        box = word.box
        shared = min(bottom, box.bottom) - max(top, box.top)
        if lines and shared > 0.5 * min(bottom - top, box.height):
            lines[-1].append(word)
            top, bottom = min(top, box.top), max(bottom, box.bottom)
        else:
            lines.append([word])
            top, bottom = box.top, box.bottom
    return [sorted(line, key=lambda w: w.box.left) for line in lines]


def joined(words: Sequence[Word]) -> Reading:
    """One reading of all words of a cell, as sure as the least sure of them.

    Alternatives survive only where there is one word: those of several do not combine.
    """
    read = [word for word in words if word.reading.text]
    if len(read) == 1:
        return read[0].reading
    if not read:
        return Reading("", 0.0, words[0].reading.source if words else "")
    text = ""
    for line in in_lines(read):
        text = _continued(text, line_text(line))
    sources = {word.reading.source for word in read}
    confidence = min(word.reading.confidence for word in read)
    return Reading(text, confidence, sources.pop() if len(sources) == 1 else "mixed")


def line_text(line: Sequence[Word]) -> str:
    """The text of one line, with a space at each wide gap."""
    text, right = "", 0.0
    for word in line:
        text = _appended(text, word.reading.text, word.box.left - right > _SPACE * word.box.height)
        right = word.box.right
    return text


def _appended(text: str, more: str, gap: bool) -> str:
    """Two words of one line: directly where Chinese is written, else with a space."""
    if not text or not more:
        return text + more
    words = all(c.isascii() and c.isalnum() for c in _half_width(text[-1] + more[0]))
    return f"{text} {more}" if gap or words else text + more


def _continued(text: str, line: str) -> str:
    """A wrapped line joined on; digits over digits stay on lines of their own.

    100 over 200 is not 100200, nor is 1,234. over 56 certainly 1,234.56.
    """
    if not text or not line:
        return text + line
    last, first = _half_width(text[-1]), _half_width(line[0])
    if (last.isdigit() or last in ".,") and (first.isdigit() or first in ".,"):
        return f"{text}\n{line}"
    return _appended(text, line, gap=False)


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
