"""Rows of a table from its lines of text alone.

The cells of a row stand vertically centred in it, however many lines each has: a wrapped
label straddles the line of its numbers. So rows are the partition of the lines of text into
consecutive groups in which the texts of all columns have one centre, found by dynamic
programming over the lines from top to bottom. A label that stands between the rows that it
belongs to is in no row; it is left for the cells that span rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# All lengths in em, the size of the type.
_LEVEL = 0.33  # centres nearer than this are on one line: figures stand 0.05 lower than characters
_CLOSEST = 1.08  # lines of two rows are at least so far apart: a line and what keeps cells apart
_WRAPPED = 1.36  # lines of one cell are hardly further apart
_LOOSEST = 1.8  # and never so far
_OFF_CENTRE = 0.3  # deviation of a text's centre from its row's that counts fully
_FLUSH = 0.35  # by which lines of one text may be out of line
_SLACK = 1.8  # a line that wraps leaves less room than this, or the next character had stood on it
_APART = 1.3  # a wider gap inside a line parts cells
_MOST_LINES = 40  # lines of text in one row
_MOST_WORK = 60_000  # pieces looked at; a page of noise has more, and no rows of several lines

# Costs, in rows: what an extra row costs is 1.
_SKIPPED = 0.25  # for each text that is in no row
_STACKED = 1.0  # if in one of the rows that it would span another stands above or below it
_STRAY = 2.5  # texts in no row although there is room for a row of their own
_MISFIT = 0.8  # a line too short to have been wrapped
_HEAD = 1.5  # a line over several texts, which heads them
_PARALLEL = 0.4  # for each further text of several lines, as rows are, and each line
_WITNESS = 0.5  # worth of a shorter text that stands at their centre
_UNSEEN = 0.3  # for each further line, where none does
_CROWDED = 1.5  # two rows nearer than lines can stand
_HOPELESS = 6.0


@dataclass(frozen=True, slots=True)
class TextRows:
    """Rows as indices of runs, from top to bottom, and the texts that are in no row."""

    rows: tuple[tuple[int, ...], ...]
    between: tuple[tuple[int, ...], ...]


def find_rows(boxes: Floats, em: float, boundaries: Sequence[float]) -> TextRows:
    """Partition runs into rows.

    Args:
        boxes: (runs, 4), left, top, right, bottom.
        em: size of the type in pixels.
        boundaries: between columns, as far as they are known, from left to right: a text wraps
            only where its column ends.
    """
    levels = text_lines(boxes, em)
    if not levels:
        return TextRows((), ())
    return _Rows(boxes, em, levels, boundaries).best()


def text_lines(boxes: Floats, em: float) -> list[list[int]]:
    """Indices of runs in lines from top to bottom; flat runs, a dash or 一, join the nearest line."""
    if not len(boxes):
        return []
    centres = (boxes[:, 1] + boxes[:, 3]) / 2 / em
    flat = boxes[:, 3] - boxes[:, 1] < 0.5 * em
    lines: list[list[int]] = []
    means: list[float] = []
    for index in np.argsort(centres, kind="stable").tolist():
        if flat[index]:
            continue
        centre = float(centres[index])
        if means and centre - means[-1] <= _LEVEL:
            lines[-1].append(index)
            means[-1] += (centre - means[-1]) / len(lines[-1])
        else:
            lines.append([index])
            means.append(centre)
    for index in np.argsort(centres, kind="stable").tolist():
        if flat[index]:
            near = int(np.argmin(np.abs(np.array(means) - centres[index]))) if means else -1
            if near >= 0 and abs(means[near] - centres[index]) < 0.55:
                lines[near].append(index)
            else:
                at = int(np.searchsorted(means, centres[index]))
                lines.insert(at, [index])
                means.insert(at, float(centres[index]))
    return lines


class _Rows:
    """The cheapest partition; positions in em."""

    def __init__(
        self, boxes: Floats, em: float, levels: Sequence[list[int]], boundaries: Sequence[float]
    ) -> None:
        tall = [[i for i in level if boxes[i, 3] - boxes[i, 1] >= 0.5 * em] or level for level in levels]
        self.at = [float(np.mean((boxes[t, 1] + boxes[t, 3]) / 2)) / em for t in tall]
        edges = np.array(boundaries) / em
        self.runs: list[list[int]] = []  # of each piece: what stands together on a line in a column
        self.left: list[float] = []
        self.right: list[float] = []
        self.levels = [self._pieces(boxes / em, level, edges) for level in levels]
        self.first = np.searchsorted(edges, np.array(self.left) + 0.1).tolist()
        self.last = np.searchsorted(edges, np.array(self.right) - 0.1).tolist()
        self.extent = [(np.inf, -np.inf)] * (len(edges) + 1)  # of the texts of each column
        for left, right, first, last in zip(self.left, self.right, self.first, self.last, strict=True):
            if first == last:
                a, b = self.extent[first]
                self.extent[first] = min(a, left), max(b, right)

    def _pieces(self, boxes: Floats, level: list[int], edges: Floats) -> list[int]:
        own: list[int] = []
        for i in sorted(level, key=lambda i: float(boxes[i, 0])):
            left, right = float(boxes[i, 0]), float(boxes[i, 2])
            if own and left - self.right[own[-1]] < _APART:
                between = np.searchsorted(edges, [self.right[own[-1]] - 0.1, left + 0.1])
                if between[0] == between[1]:
                    self.runs[own[-1]].append(i)
                    self.right[own[-1]] = max(self.right[own[-1]], right)
                    continue
            own.append(len(self.runs))
            self.runs.append([i])
            self.left.append(left)
            self.right.append(right)
        return own

    def best(self) -> TextRows:
        """The rows of least cost."""
        count = len(self.levels)
        cost = [0.0] + [np.inf] * count  # of rows up to level i, the last of which ends there
        came: list[tuple[int, int]] = [(0, 0)] * (count + 1)  # level before, first level of the last row
        reach = [-np.inf] * (count + 1)  # lowest line of that row
        work = 0
        for first in range(count):
            for last in range(first, min(count, first + _MOST_LINES)):
                if last > first and (work > _MOST_WORK or self.at[last] - self.at[last - 1] > _LOOSEST):
                    break
                work += sum(len(level) for level in self.levels[first : last + 1]) * (last > first)
                own, lasting, top, bottom = self._row(first, last)
                if lasting > _HOPELESS + (last - first):
                    break
                for end in range(first, max(-1, first - 4), -1):
                    if cost[end] == np.inf:
                        continue
                    total = cost[end] + own + _CROWDED * (top - reach[end] < _CLOSEST)
                    if end < first and total < cost[last + 1]:
                        total += self._skip(
                            range(end, first), range(came[end][1], end), range(first, last + 1)
                        )
                    if total < cost[last + 1]:
                        cost[last + 1], came[last + 1], reach[last + 1] = total, (end, first), bottom
        tail = [
            cost[end] + self._skip(range(end, count), range(came[end][1], end), range(0))
            for end in range(count + 1)
        ]
        end = int(np.argmin(tail))
        rows: list[tuple[int, ...]] = []
        used: set[int] = set()
        while end:
            previous, first = came[end]
            rows.append(
                tuple(i for level in self.levels[first:end] for piece in level for i in self.runs[piece])
            )
            used.update(range(first, end))
            end = previous
        between = tuple(
            tuple(i for piece in level for i in self.runs[piece])
            for k, level in enumerate(self.levels)
            if k not in used
        )
        return TextRows(tuple(reversed(rows)), between)

    def _skip(self, skipped: range, above: range, below: range) -> float:
        """Cost of leaving levels out of all rows, between the levels of two rows.

        Their texts span both rows, so they have no others above or below in these.
        """
        if not skipped:
            return 0.0
        if not above or not below:
            return _STRAY * len(skipped)
        total = 0.0
        beside = [i for k in (*above, *below) for i in self.levels[k]]
        for level in skipped:
            free = (
                self.at[level] - self.at[above[-1]] >= _CLOSEST
                and self.at[below[0]] - self.at[level] >= _CLOSEST
            )
            total += _STRAY * free
            for i in self.levels[level]:
                stacked = any(self.left[i] < self.right[j] and self.left[j] < self.right[i] for j in beside)
                total += _SKIPPED + _STACKED * stacked
        return total

    def _row(self, first: int, last: int) -> tuple[float, float, float, float]:
        """Cost of a row of the levels first … last, what of it no further line undoes, its top and bottom."""
        if first == last:
            return 1.0, 0.0, self.at[first], self.at[first]
        total, lasting, pitch, lines = 1.0, 0.0, 0.0, 1
        centre = (self.at[first] + self.at[last]) / 2
        top, bottom = self.at[last], self.at[first]
        centred: Counter[tuple[int, ...]] = Counter()  # texts by the levels of their lines
        for text in self._texts(first, last):
            levels = sorted(text)
            off = abs((self.at[levels[0]] + self.at[levels[-1]]) / 2 - centre)
            total += min((off / _OFF_CENTRE) ** 2, 1.0)
            if off < _OFF_CENTRE:
                top, bottom = min(top, self.at[levels[0]]), max(bottom, self.at[levels[-1]])
                centred[tuple(levels)] += 1
            if len(levels) > 1:
                lasting += self._wrapping(text, levels)
                pitch = max(pitch, *(self.at[b] - self.at[a] for a, b in pairwise(levels)))
                lines = max(lines, len(levels))
        witnesses = sum(
            number for levels, number in centred.items() if (levels[0], levels[-1]) != (first, last)
        )
        if lines > 1:
            alike = {levels: number for levels, number in centred.items() if len(levels) > 1}
            most = max(alike, key=lambda levels: alike[levels] * len(levels), default=())
            others = centred.total() - alike.get(most, 0)
            parallel = _PARALLEL * (alike.get(most, 1) - 1) * max(0, len(most) - 1)
            total += max(0.0, parallel - _WITNESS * others)
            if not witnesses:
                total += (lines - 1) * (_UNSEEN + max(0.0, pitch - _WRAPPED) / 0.15)
        return total + lasting, lasting, min(top, bottom), max(top, bottom)

    def _texts(self, first: int, last: int) -> list[dict[int, list[int]]]:
        """Texts of a row: pieces that overlap sideways, by level."""
        members = sorted(
            (self.left[i], self.right[i], level, i)
            for level in range(first, last + 1)
            for i in self.levels[level]
        )
        texts: list[dict[int, list[int]]] = []
        reach = -np.inf
        for left, right, level, index in members:
            if left > reach:
                texts.append({})
            texts[-1].setdefault(level, []).append(index)
            reach = max(reach, right)
        return texts

    def _wrapping(self, text: dict[int, list[int]], levels: list[int]) -> float:
        """How unlike one wrapped text the lines are."""
        ends = [(min(self.left[i] for i in text[k]), max(self.right[i] for i in text[k])) for k in levels]
        left, right = self._room(text, min(e[0] for e in ends), max(e[1] for e in ends))
        total = 0.0
        for k, (upper, lower) in enumerate(pairwise(ends)):
            if self.at[levels[k + 1]] - self.at[levels[k]] > _LOOSEST:
                total += _HOPELESS
            flush = abs(upper[0] - lower[0]) < _FLUSH and upper[1] > right - _SLACK
            centred = (
                abs(sum(upper) - sum(lower)) < 2 * _FLUSH and upper[1] - upper[0] > right - left - _SLACK
            )
            if not flush and not centred:
                total += _MISFIT
        for k in levels:
            runs = sorted(text[k], key=lambda i: self.left[i])
            for a, b in pairwise(runs):
                if self.left[b] - self.right[a] > _APART:
                    over = any(
                        self.left[i] < self.right[a] and self.right[i] > self.left[b]
                        for other in levels
                        if other < k
                        for i in text[other]
                    )
                    total += _HEAD if over else _MISFIT
        return total

    def _room(self, text: dict[int, list[int]], left: float, right: float) -> tuple[float, float]:
        """Where the columns of a text begin and end."""
        members = [i for line in text.values() for i in line]
        first, last = min(self.first[i] for i in members), max(self.last[i] for i in members)
        return min(left, self.extent[first][0]), max(right, self.extent[last][1])
