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
        line = lines[-1] if lines else []
        if line and _same_line(Box.around(w.box for w in line), word.box):
            line.append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w.box.left) for line in lines]


def _same_line(a: Box, b: Box) -> bool:
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
        text = _continued(text, _line_text(line))
    confidence = min(word.reading.confidence for word in read)
    return Reading(text, confidence, read[0].reading.source)


def _line_text(line: Sequence[Word]) -> str:
    text, right = "", 0.0
    for word in line:
        gap = word.box.left - right
        wide = text and gap > _SPACE * word.box.height
        text += (" " if wide else "") + word.reading.text
        right = word.box.right
    return text


def _continued(text: str, line: str) -> str:
    """A wrapped line joined on: with nothing between Chinese, with a space between words.

    Two lines of digits stay apart: 100 over 200 is not 100200.
    """
    if not text or not line:
        return text + line
    alphanumeric = text[-1].isascii() and text[-1].isalnum() and line[0].isascii() and line[0].isalnum()
    return text + (" " if alphanumeric else "") + line
