"""Words outside the grids, put into lines and paragraphs.

A line ends at a wide gap, since what stands left and right of a table's upper edge
(单位名称 … 单位：万元) are two things. A paragraph goes on while its lines are full.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ..document import Box
from .words import Word, in_lines, line_text

_GAP = 1.6  # of the line's height: a wider gap between words parts two texts
_LEADING = 1.1  # of the line's height: a wider gap between lines parts two paragraphs
_RAGGED = 2.0  # of the line's height: a line that ends earlier ends its paragraph


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or several joined to a paragraph."""

    box: Box
    text: str
    confidence: float
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
    return Line(box, line_text(run), min(word.reading.confidence for word in run), box.height)


def find_paragraphs(lines: Iterable[Line]) -> list[Line]:
    """Join lines that continue one another; `lines` from top to bottom."""
    paragraphs: list[list[Line]] = []
    for line in lines:
        before = next((p for p in reversed(paragraphs) if _goes_on(p, line)), None)
        if before is None:
            paragraphs.append([line])
        else:
            before.append(line)
    return [_paragraph(lines) for lines in paragraphs]


def _goes_on(paragraph: list[Line], line: Line) -> bool:
    last = paragraph[-1]
    right = max(p.box.right for p in paragraph)
    below = -0.3 * last.height <= line.box.top - last.box.bottom <= _LEADING * last.height
    similar = abs(line.height - last.height) <= 0.3 * last.height
    # The first line of a paragraph may be indented by two characters, no other.
    indent = last.box.left - line.box.left
    aligned = -0.8 * line.height <= indent <= (2.6 if len(paragraph) == 1 else 0.8) * line.height
    full = last.box.right >= max(right, line.box.right) - _RAGGED * last.height
    return below and similar and aligned and full and last.text[-1:] not in "。；;"


def _paragraph(lines: list[Line]) -> Line:
    return Line(
        Box.around(line.box for line in lines),
        "".join(line.text for line in lines),
        min(line.confidence for line in lines),
        lines[0].height,
    )
