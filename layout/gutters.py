"""Boundaries between columns: white rivers that most rows respect.

Every gap between two neighbouring runs of a row may part two columns. A boundary is a
position that lies in the gaps of many rows and that few runs cross; boundaries are chosen
one by one, the best first, each explaining the gaps that it lies in, until what is left is
what stands between the words of one cell. Runs may cross a boundary in cells that span it,
so a crossing counts most where it interrupts the rows that respect the boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .geometry import clusters

Floats = npt.NDArray[np.float64]
Intervals = list[tuple[float, float, float]]  # left, right, height

# In em.
_NARROWEST = 0.3  # a gap that may part cells
_CLEAR = 0.72  # a gap that parts cells if nothing speaks against it; after a comma it is narrower
_WORDS = 0.8  # between the words of one text, at most
_TELLING = 0.6  # share of rows with several texts, where those with one are titles
_CROSSED, _FEW = 0.85, 2  # although one or two labels cross the boundary, as 合计 does
_WIDE = 1.25  # a gap that parts cells although texts cross the boundary
_SPREAD = 1.7  # between characters set wide, as in 本 年 合 计
_PAIR = 4.5  # between two, as in 项    目
_UNEVEN = 0.5  # by which those blanks differ
_GLYPH = 1.25  # width of a single character
_CHINESE = 0.78  # height of a character; digits are lower
_ORDINAL, _LONG_ORDINAL = 2.6, 4.3  # width of （十） and of 二十一、
_EVEN = 0.12  # by which figures differ in height; 一 and 二 are lower than 四
_FLUSH = 0.2  # by which ordinals begin apart

_END = 0.25  # between the ends of rulings at one boundary
_SMALL = 0.6  # worth of a row with a small gap, beside one with a wide one
_CENTRED = 0.25  # by which texts are more nearly centred together than each
_ONE = 0.5  # worth of the first row that respects a boundary
_ANYWHERE = 0.2  # cost of a row that crosses
_LEAST = 0.05  # a boundary's worth
_HEADS = 7  # rows in which each column has a head
_MOST_COLUMNS = 100
_STEPS = 2048  # resolution across the region


@dataclass(frozen=True, slots=True)
class Gap:
    """White between two neighbours of a row."""

    row: int
    left: float
    right: float

    @property
    def width(self) -> float:
        """In pixels."""
        return self.right - self.left

    def holds(self, x: float) -> bool:
        """Whether a boundary at x lies in it."""
        return self.left <= x <= self.right


def occupied(boxes: Floats, members: Sequence[int], em: float) -> Intervals:
    """Where a row bears text: its runs from left to right, characters set wide joined."""
    merged: Intervals = []
    for left, top, right, bottom in sorted(map(tuple, boxes[list(members)].tolist())):
        if merged and left - merged[-1][1] < _NARROWEST * em:
            before = merged[-1]
            merged[-1] = before[0], max(right, before[1]), max(bottom - top, before[2])
        else:
            merged.append((left, right, bottom - top))
    return _spread_joined(merged, em)


def _spread_joined(runs: Intervals, em: float) -> Intervals:
    """Single characters at equal distances, as in 合 计 or 收 入 总 计, are one word, but not 类 款 项."""
    joined: Intervals = []
    at = 0
    while at < len(runs):
        end = at + 1
        while end < len(runs) and _spread(runs, at, end, em):
            end += 1
        word = runs[at:end]
        chinese = sum(high for _, _, high in word) > _CHINESE * em * len(word)
        if len(word) in (2, *range(4, 20)) and chinese:
            joined.append((word[0][0], word[-1][1], max(high for _, _, high in word)))
        else:
            joined += word
        at = end
    return joined


def _spread(runs: Intervals, first: int, last: int, em: float) -> bool:
    """Whether run `last` goes on the row of single characters that begins with `first`."""
    if any(right - left > _GLYPH * em for left, right, _ in (runs[last - 1], runs[last])):
        return False
    gap, before = runs[last][0] - runs[last - 1][1], runs[first + 1][0] - runs[first][1]
    return gap < (_PAIR if last == first + 1 else _SPREAD) * em and abs(gap - before) < _UNEVEN * em


def find_gutters(
    rows: Sequence[Intervals], left: float, right: float, em: float, ends: Sequence[float] = ()
) -> list[float]:
    """Positions of the boundaries between columns, from left to right.

    Args:
        rows: where each row bears text.
        left: of the table.
        right: of the table.
        em: size of the type in pixels.
        ends: where rulings end, which is at boundaries.
    """
    if right - left < em:
        return []
    # A row of one text is the title of a section, or a note, and tells nothing of columns.
    telling = [runs for runs in rows if any(b[0] - a[1] > _WORDS * em for a, b in pairwise(runs))]
    if len(telling) > _TELLING * len(rows):
        rows = telling
    gaps = [Gap(row, a[1], b[0]) for row, runs in enumerate(rows) for a, b in pairwise(runs)]
    if not rows:
        return []
    step = (right - left) / _STEPS
    boundaries = _code_columns(rows, em) + _common(ends, em)
    search = _Search(rows, gaps, left, step, em)
    for x in boundaries:
        search.explain(x)
    while len(boundaries) < _MOST_COLUMNS:
        score, at, crossings = search.best()
        if score < _LEAST:
            break
        explained = search.explain(at)
        least = _CLEAR if not crossings else _CROSSED if crossings <= _FEW else _WIDE
        if max(gap.width for gap in explained) >= least * em:
            boundaries.append(_at_end(at, explained, ends))
    found = _without_empty(sorted(boundaries), rows, gaps)
    found = _without_halves(found, rows, left, right, em)
    return _without_ordinals(found, rows, gaps, left, right, em)


def _common(ends: Sequence[float], em: float) -> list[float]:
    """Where several rulings end."""
    groups = clusters(ends, _END * em)
    return [float(np.median([ends[i] for i in group])) for group in groups if len(group) > 1]


def _at_end(at: float, explained: Sequence[Gap], ends: Sequence[float]) -> float:
    """The same boundary where a ruling ends in all the gaps that it explains, if one does."""
    left, right = max(g.left for g in explained), min(g.right for g in explained)
    fitting = [x for x in ends if left <= x <= right]
    return float(np.median(fitting)) if fitting else at


def _code_columns(rows: Sequence[Intervals], em: float) -> list[float]:
    """Boundaries between 类, 款 and 项: three single characters in the header, first of their row."""
    for runs in rows[:_HEADS]:
        if len(runs) < 3:
            continue
        a, b, c = runs[:3]
        single = all(x[1] - x[0] < _GLYPH * em and x[2] > _CHINESE * em for x in (a, b, c))
        gaps = b[0] - a[1], c[0] - b[1]
        if single and max(gaps) < _SPREAD * em and abs(gaps[0] - gaps[1]) < _UNEVEN * em:
            return [(a[1] + b[0]) / 2, (b[1] + c[0]) / 2]
    return []


class _Search:
    """What each position is worth as a boundary, given the gaps that are not explained yet.

    A position's worth is, over each band of rows that do not cross it, the rows that respect it
    beyond the first, so it is kept per band, and only where gaps are taken out is it summed anew.
    """

    def __init__(
        self, rows: Sequence[Intervals], gaps: Sequence[Gap], left: float, step: float, em: float
    ) -> None:
        self.left, self.step, self.gaps = left, step, list(gaps)
        crossed = np.zeros((len(rows), _STEPS), np.bool_)
        for row, runs in enumerate(rows):
            for a, b, _ in runs:
                crossed[row, max(0, int((a - left) / step)) : max(0, int((b - left) / step) + 1)] = True
        self.crossings = crossed.sum(0)
        self.bands = np.cumsum(crossed, axis=0)
        self.ranges = [
            (max(0, int((g.left - left) / step) + 1), min(_STEPS, int((g.right - left) / step))) for g in gaps
        ]
        self.worths = [min(1.0, max(_SMALL, g.width / em / _WIDE)) for g in gaps]
        self.waiting = np.ones(len(gaps), np.bool_)
        self.worth = np.zeros((len(rows), _STEPS))
        for gap, (a, b), worth in zip(gaps, self.ranges, self.worths, strict=True):
            self.worth[gap.row, a:b] += worth
        self.starts = np.array([g.left for g in gaps])
        self.ends = np.array([g.right for g in gaps])
        self.score = self._scored(0, _STEPS)

    def _scored(self, first: int, last: int) -> Floats:
        """Worth of positions first … last - 1."""
        worth, bands = self.worth[:, first:last], self.bands[:, first:last]
        width = last - first
        flat = (bands * width + np.arange(width)).ravel()
        sums = np.bincount(flat, worth.ravel(), minlength=(int(bands.max(initial=0)) + 1) * width)
        beyond = np.maximum(sums.reshape(-1, width) - 1, 0).sum(0)
        score = beyond + _ONE - _ANYWHERE * self.crossings[first:last]
        return np.where(worth.max(0) < 0.5 * _SMALL, -np.inf, score)

    def best(self) -> tuple[float, float, int]:
        """The best position for a boundary: its worth in rows, where it is, how many rows cross it."""
        best = float(self.score.max())
        plateau = np.flatnonzero(self.score >= best - 1e-9)
        parts = np.split(plateau, np.flatnonzero(np.diff(plateau) > 1) + 1)
        longest = max(parts, key=len)
        middle = int(longest[0] + longest[-1]) // 2
        return best, self.left + (middle + 0.5) * self.step, int(self.crossings[middle])

    def explain(self, at: float) -> list[Gap]:
        """Take out the gaps that a boundary lies in."""
        chosen = np.flatnonzero(self.waiting & (self.starts <= at) & (at <= self.ends)).tolist()
        self.waiting[chosen] = False
        for k in chosen:
            a, b = self.ranges[k]
            self.worth[self.gaps[k].row, a:b] -= self.worths[k]
        if chosen:
            first, last = min(self.ranges[k][0] for k in chosen), max(self.ranges[k][1] for k in chosen)
            if first < last:
                self.score[first:last] = self._scored(first, last)
        return [self.gaps[k] for k in chosen]


def _without_empty(boundaries: list[float], rows: Sequence[Intervals], gaps: Sequence[Gap]) -> list[float]:
    """Without those between which no row has any text: they are one boundary, seen twice."""
    lefts, rights = np.array([g.left for g in gaps]), np.array([g.right for g in gaps])
    support = [int(((lefts <= x) & (x <= rights)).sum()) for x in boundaries]
    middles = np.array(sorted((a + b) / 2 for runs in rows for a, b, _ in runs))
    kept: list[int] = []
    for k, x in enumerate(boundaries):
        if kept:
            previous = boundaries[kept[-1]]
            if np.searchsorted(middles, previous) == np.searchsorted(middles, x):
                if support[k] > support[kept[-1]]:
                    kept[-1] = k
                continue
        kept.append(k)
    return [boundaries[k] for k in kept]


def _without_halves(
    boundaries: list[float], rows: Sequence[Intervals], left: float, right: float, em: float
) -> list[float]:
    """Without those that one row knows, by a small gap, if its texts stand centred together, not each."""
    kept = list(boundaries)
    every = [(a, b) for runs in rows for a, b in pairwise(runs)]
    starts, ends = np.array([a[1] for a, _ in every]), np.array([b[0] for _, b in every])
    for x in boundaries:
        others = np.array([other for other in kept if other != x])
        # Gaps that hold this boundary and no other.
        alone = (starts <= x) & (x <= ends)
        alone &= np.searchsorted(others, starts, "left") == np.searchsorted(others, ends, "right")
        pairs = [every[k] for k in np.flatnonzero(alone).tolist()]
        pairs = [(a, b) for a, b in pairs if b[0] - a[1] < _WIDE * em] if len(set(pairs)) == 1 else []
        if not pairs:
            continue
        (start, a_end, _), (b_start, end, _) = pairs[0]
        at = kept.index(x)
        low, high = (kept[at - 1] if at else left), (kept[at + 1] if at + 1 < len(kept) else right)
        together = abs(start + end - low - high) / 2
        apart = max(abs(start + a_end - low - x), abs(b_start + end - x - high)) / 2
        if together < min(_WIDE * em, apart - _CENTRED * em):
            kept.remove(x)
    return kept


def _without_ordinals(
    boundaries: list[float],
    rows: Sequence[Intervals],
    gaps: Sequence[Gap],
    left: float,
    right: float,
    em: float,
) -> list[float]:
    """Without those that part 一、 or （一） from the text that follows.

    Such ordinals are narrow Chinese text, and either close to what follows, always, or without
    a head of their own.
    """
    codes = _code_columns(rows, em)
    kept: list[float] = []
    for x in boundaries:
        start = kept[-1] if kept else left
        inside = [
            (row, run) for row, runs in enumerate(rows) for run in runs if start <= run[0] and run[1] <= x
        ]
        followed = [
            (run, next(after for after in rows[row] if after[0] >= x))
            for row, run in inside
            if any(after[0] >= x for after in rows[row])
        ]
        if len(followed) < 2 or len(followed) < 0.7 * len(inside):
            kept.append(x)
            continue
        widest = max(run[1] - run[0] for _, run in inside) / em
        widest_gap = max(after[0] - run[1] for run, after in followed) / em
        low, usual, high = np.percentile([run[2] / em for _, run in inside], [10, 50, 90])
        figures = usual < _CHINESE and high - low < _EVEN
        first, end = min(row for row, _ in inside), max(after[1] for _, after in followed)
        headless = any(x <= run[0] and run[1] <= end for runs in rows[:first] for run in runs)
        flush = all(abs(run[0] - followed[0][0][0]) < _FLUSH * em for run, _ in followed)
        close = widest_gap < _WIDE and widest < (_ORDINAL if figures else _LONG_ORDINAL)
        tabbed = not figures and widest < _LONG_ORDINAL and headless and flush and len(followed) > 2
        ordinals = close or tabbed
        if x in codes or not ordinals:
            kept.append(x)
    return kept
