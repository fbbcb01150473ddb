"""Horizontal rulings of a table that has no vertical ones, and the rows that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .engine import Rule

Floats = npt.NDArray[np.float64]

_SAME = 0.3  # em between pieces of one ruling
_TOUCH = 0.06  # em by which a stroke of a character may stick out of its box


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal ruling, in pieces."""

    at: float
    pieces: tuple[tuple[float, float], ...]

    def share(self, left: float, right: float) -> float:
        """Of left … right that is ruled."""
        if right <= left:
            return 0.0
        return sum(max(0.0, min(b, right) - max(a, left)) for a, b in self.pieces) / (right - left)


def gather_lines(rules: Sequence[Rule], boxes: Floats, em: float) -> list[Line]:
    """Rulings from top to bottom, those in one line as one; strokes of characters are left out.

    Args:
        rules: horizontal.
        boxes: (runs, 4) of the text.
        em: size of the type in pixels.
    """
    lines: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda r: (r.at, r.start)):
        if rule.end <= rule.start or _in_text(rule, boxes, em):
            continue
        if lines and rule.at - lines[-1][0].at < _SAME * em:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    return [
        Line(
            float(np.average([r.at for r in line], weights=[r.end - r.start for r in line])),
            _united((r.start, r.end) for r in line),
        )
        for line in lines
    ]


def _in_text(rule: Rule, boxes: Floats, em: float) -> bool:
    """Whether most of a rule lies in characters, whose strokes it then is."""
    left, top, right, bottom = boxes.T
    level = (top - _TOUCH * em < rule.at) & (rule.at < bottom + _TOUCH * em)
    shared = np.minimum(right, rule.end) - np.maximum(left, rule.start)
    return float(np.maximum(shared[level], 0).sum()) > 0.5 * (rule.end - rule.start)


def _united(pieces: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    united: list[tuple[float, float]] = []
    for start, end in sorted(pieces):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return tuple(united)


def reach(lines: Sequence[Line | None], row: int, left: float, right: float) -> tuple[int, int]:
    """First and last row of the cell in which a text of `row` from left to right stands.

    `lines[k]` lies below row k.
    """
    first = last = row
    while first > 0 and (line := lines[first - 1]) is not None and line.share(left, right) < 0.5:
        first -= 1
    while last < len(lines) and (line := lines[last]) is not None and line.share(left, right) < 0.5:
        last += 1
    return first, last
