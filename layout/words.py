"""Words to lines and lines to a cell's text, in reading order."""

from __future__ import annotations

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
    for word in sorted(words, key=lambda w: w.box.center[1]):
        if lines and _level(Box.around(w.box for w in lines[-1]), word.box):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w.box.left) for line in lines]


def _level(a: Box, b: Box) -> bool:
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    return shared > 0.5 * min(a.height, b.height)


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
        text = _appended(text, line_text(line))
    confidence = min(word.reading.confidence for word in read)
    return Reading(text, confidence, read[0].reading.source)


def line_text(line: Sequence[Word]) -> str:
    """The text of one line, with a space at each wide gap."""
    text, right = "", 0.0
    for word in line:
        text = _appended(text, word.reading.text, word.box.left - right > _SPACE * word.box.height)
        right = word.box.right
    return text


def _appended(text: str, more: str, gap: bool = False) -> str:
    """Text and what follows it: directly where Chinese is written, with a space between words.

    Two runs of digits stay apart: 100 and 200 are not 100200.
    """
    if not text or not more:
        return text + more
    words = all(c.isascii() and c.isalnum() for c in (text[-1], more[0]))
    return f"{text} {more}" if gap or words else text + more
