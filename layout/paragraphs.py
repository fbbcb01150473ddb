"""Words outside the grids, put into lines and paragraphs.

A line ends at a wide gap, since what stands left and right of a table's upper edge
(单位名称 … 单位：万元) are two things. A paragraph goes on while its lines are full.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ..document import Box, Reading
from .words import Word, in_lines, line_text

_GAP = 1.6  # of the line's height: a wider gap between words parts two texts
_LEADING = 1.1  # of the line's height: a wider gap between lines parts two paragraphs
_RAGGED = 2.0  # of the line's height: a line that ends earlier ends its paragraph
_COLUMNS = 12  # open paragraphs that a line may continue


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or several joined to a paragraph."""

    box: Box
    text: str
    reading: Reading
    height: float  # of one line


def find_lines(words: Iterable[Word]) -> list[Line]:
    """Lines of text from words, from top to bottom and left to right."""
    return [_line(run) for line in in_lines(words) for run in _split(line)]


def _split(line: list[Word]) -> list[list[Word]]:
    runs = [line[:1]]
    for before, word in pairwise(line):
        if word.box.left - before.box.right <= _GAP * word.box.height:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _line(run: list[Word]) -> Line:
    box = Box.around(word.box for word in run)
    sources = {word.reading.source for word in run}
    reading = Reading(
        line_text(run),
        min(word.reading.confidence for word in run),
        sources.pop() if len(sources) == 1 else "mixed",
    )
    return Line(box, reading.text, reading, box.height)


class _Open:
    """A paragraph that may go on, with the extent of its lines."""

    def __init__(self, line: Line) -> None:
        self.lines = [line]
        self.right = line.box.right

    def takes(self, line: Line) -> bool:
        """Take a line if it continues the paragraph; whether it did."""
        last = self.lines[-1]
        below = -0.3 * last.height <= line.box.top - last.box.bottom <= _LEADING * last.height
        similar = abs(line.height - last.height) <= 0.3 * last.height
        # The first line of a paragraph may be indented by two characters, no other.
        indent = last.box.left - line.box.left
        aligned = -0.8 * line.height <= indent <= (2.6 if len(self.lines) == 1 else 0.8) * line.height
        full = last.box.right >= max(self.right, line.box.right) - _RAGGED * last.height
        if below and similar and aligned and full and last.text[-1:] not in "。；;":
            self.lines.append(line)
            self.right = max(self.right, line.box.right)
            return True
        return False


def find_paragraphs(lines: Iterable[Line]) -> list[Line]:
    """Join lines that continue one another; `lines` from top to bottom."""
    paragraphs: list[_Open] = []
    for line in lines:
        # Columns stand side by side, a few of them: no need to look back further.
        if not any(paragraph.takes(line) for paragraph in reversed(paragraphs[-_COLUMNS:])):
            paragraphs.append(_Open(line))
    return [_paragraph(paragraph.lines) for paragraph in paragraphs]


def _paragraph(lines: list[Line]) -> Line:
    if len(lines) == 1:
        return lines[0]
    text = "".join(line.text for line in lines)
    confidence = min(line.reading.confidence for line in lines)
    reading = Reading(text, confidence, lines[0].reading.source)
    return Line(Box.around(line.box for line in lines), text, reading, lines[0].height)
