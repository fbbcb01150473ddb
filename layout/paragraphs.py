"""Words outside the grids, put into lines and paragraphs.

A line ends at a wide gap, since what stands left and right of a table's upper edge
(单位名称 … 单位：万元) are two things. A paragraph goes on while its lines are full.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ..document import Box, Reading

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


def find_lines(words: Iterable[tuple[Box, Reading]]) -> list[Line]:
    """Lines of text from words, from top to bottom and left to right."""
    rows: list[list[tuple[Box, Reading]]] = []
    for word in sorted(words, key=lambda w: w[0].center[1]):
        if rows and _level(rows[-1][-1][0], word[0]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [line for row in rows for line in _split(sorted(row, key=lambda w: w[0].left))]


def _level(a: Box, b: Box) -> bool:
    return min(a.bottom, b.bottom) - max(a.top, b.top) > 0.5 * min(a.height, b.height)


def _split(row: list[tuple[Box, Reading]]) -> list[Line]:
    runs: list[list[tuple[Box, Reading]]] = []
    for word in row:
        if runs and word[0].left - runs[-1][-1][0].right <= _GAP * word[0].height:
            runs[-1].append(word)
        else:
            runs.append([word])
    return [_line(run) for run in runs]


def _line(run: list[tuple[Box, Reading]]) -> Line:
    text = run[0][1].text
    for (before, _), (box, reading) in pairwise(run):
        text += (" " if box.left - before.right > 0.5 * box.height else "") + reading.text
    box = Box.around(b for b, _ in run)
    return Line(box, text, min(reading.confidence for _, reading in run), box.height)


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
