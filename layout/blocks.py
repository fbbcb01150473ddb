"""Lines of runs, and what a line looks like: a row of a table, a title, a unit line, running text.

Everything is told from boxes alone. Digits are lower than Chinese characters, rows have wide
gaps, running text has none and fills its column, a title is set larger than what stands below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..document import Box

_SAME_LINE = 0.35  # em between the middles of what stands on one line; a comma's tail moves them 0.1
_LOWEST = 0.5  # em: what is lower carries no line (dashes, leaders, dirt)
_DIRT = 0.55  # em: what is smaller both ways is no character; digits are 0.65 high
_WORD = 1.5  # em: a wider gap is no space of running text, where a comma between blanks leaves 1.3
_DIGITS = 0.86  # of the type's height: digits and commas reach 0.85, Chinese characters 0.92
_LEADER = 0.35  # em: a run lower and longer than this is a leader of dots
_LARGER = 1.18  # a title is larger than the table's type by more
_LARGEST = 3.0  # and never by so much; seals and signatures are
_EDGE = 0.25  # em within which edges of runs in one column agree
_MATCHED = 0.6  # of a line's runs that agree with a row's
_TITLE = 4.0  # em, the least width of a title
_CENTRED = 4.0  # em by which the middle of a title may be beside that of the text
_FLUSH = 0.7  # em within which edges are aligned with the table's; cells are inset by up to 0.5


@dataclass(frozen=True)
class Line:
    """Runs on one line, from left to right, (count, 4): left, top, right, bottom; and the type's em."""

    runs: npt.NDArray[np.float64]
    em: float

    @cached_property
    def box(self) -> Box:
        """Around all runs."""
        low, high = self.runs[:, :2].min(axis=0), self.runs[:, 2:].max(axis=0)
        return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    @cached_property
    def middle(self) -> float:
        """Height on the page, by the runs that carry the line."""
        return float(np.median((self.runs[:, 1] + self.runs[:, 3]) / 2))

    @cached_property
    def height(self) -> float:
        """Of its highest type."""
        return float(np.quantile(self.runs[:, 3] - self.runs[:, 1], 0.8))

    @cached_property
    def phrases(self) -> tuple[tuple[float, float], ...]:
        """(left, right) of what wide gaps part."""
        found: list[tuple[float, float]] = []
        space = _WORD * max(self.em, self.height)
        for left, _, right, _ in self.runs.tolist():
            if found and left - found[-1][1] < space:
                found[-1] = (found[-1][0], max(found[-1][1], right))
            else:
                found.append((left, right))
        return tuple(found)

    @cached_property
    def numeric(self) -> npt.NDArray[np.bool_]:
        """(count,) which runs look like digits: lower than the type, and longer than one glyph."""
        width = self.runs[:, 2] - self.runs[:, 0]
        height = self.runs[:, 3] - self.runs[:, 1]
        return np.asarray(
            (height < _DIGITS * self.em) & (height > _LOWEST * self.em) & (width > 1.2 * height)
        )

    @property
    def _has_numbers(self) -> bool:
        """Whether numbers directly follow one another, as no sentence has them."""
        return int((self.numeric[1:] & self.numeric[:-1]).sum()) > 2

    @property
    def has_leader(self) -> bool:
        """Whether dots lead from a text to its page number."""
        width, height = self.runs[:, 2] - self.runs[:, 0], self.runs[:, 3] - self.runs[:, 1]
        return bool(((height < _LEADER * self.em) & (width > 2 * self.em)).any())

    @property
    def is_row(self) -> bool:
        """Whether wide gaps or several numbers make it look like a row of a table."""
        return not self.has_leader and (len(self.phrases) > 1 or self._has_numbers)

    def is_text(self, left: float, width: float) -> bool:
        """Whether it is running text that fills a column from `left`, `width` wide."""
        starts = self.box.left < left + 0.2 * width
        return len(self.phrases) == 1 and starts and self.box.width > 0.62 * width and not self._has_numbers

    def continues(self, near: Sequence[Line]) -> bool:
        """Whether its runs begin or end where those of a line near it do, and there are rows near it."""
        inner = self.runs[1:]
        if not len(inner) or not any(line.is_row for line in near):
            return False
        for line in near:
            starts, ends = (np.abs(inner[:, k, None] - line.runs[None, :, k]).min(axis=1) for k in (0, 2))
            matched = int((np.minimum(starts, ends) < _EDGE * self.em).sum())
            if line is not self and matched > 1 and matched >= _MATCHED * len(inner):
                return True
        return False

    def is_title(self, usual: float, extent: tuple[float, float]) -> bool:
        """Whether it is one phrase in the middle of `extent`, in type that is larger than `usual`."""
        if len(self.phrases) > 1 or self.box.width < _TITLE * self.em:
            return False
        height, width = self.runs[:, 3] - self.runs[:, 1], self.runs[:, 2] - self.runs[:, 0]
        larger = (height > _LARGER * usual) & (height < _LARGEST * usual)
        centred = abs(self.box.left - extent[0] + self.box.right - extent[1]) < 2 * _CENTRED * self.em
        return centred and float(width[larger].sum()) > 0.7 * float(width.sum())

    def is_caption(self, extent: tuple[float, float]) -> bool:
        """Whether it may be the line with organization and unit above a table of that extent.

        It keeps to both edges, or to one of them, and holds no number by itself.
        """
        near = _FLUSH * self.em
        at_left = self.box.left < extent[0] + near
        at_right = self.box.right > extent[1] - near
        first, last = self.phrases[0], self.phrases[-1]
        if len(self.phrases) == 1:
            middle = (extent[0] + extent[1]) / 2
            return (at_left and last[1] < middle + near) or (at_right and first[0] > middle)
        free = max(b[0] - a[1] for a, b in zip(self.phrases[:-1], self.phrases[1:], strict=True))
        number_ends = bool(self.numeric[-1])
        return len(self.phrases) <= 3 and at_left and at_right and not number_ends and free > 4 * self.em


def find_lines(runs: Iterable[Box], em: float) -> list[Line]:
    """Group runs to lines over the whole width of a page, from top to bottom.

    Runs whose middles lie at one height make a line; what is too low to carry one (a dash,
    a leader) joins a line whose height it lies within, or is left out.
    """
    boxes = np.array([run.to_list() for run in runs], np.float64).reshape(-1, 4)
    boxes = boxes[np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) >= _DIRT * em]
    boxes = boxes[np.argsort((boxes[:, 1] + boxes[:, 3]) / 2, kind="stable")]
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    carries = boxes[:, 3] - boxes[:, 1] >= _LOWEST * em
    groups: list[list[int]] = []
    centre = 0.0
    for index in np.flatnonzero(carries).tolist():
        if groups and middle[index] - centre <= _SAME_LINE * em:
            groups[-1].append(index)
            centre += (middle[index] - centre) / len(groups[-1])
        else:
            groups.append([index])
            centre = float(middle[index])
    if not groups:
        return []
    centres = np.array([middle[group].mean() for group in groups])
    for index in np.flatnonzero(~carries).tolist():
        nearest = int(np.abs(centres - middle[index]).argmin())
        if abs(centres[nearest] - middle[index]) < 0.6 * em:
            groups[nearest].append(index)
    return [Line(_apart(boxes[sorted(group, key=lambda i: boxes[i, 0])]), em) for group in groups]


def _apart(runs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The runs of a line, those that overlap joined: the ring and the bar of a percent sign."""
    reach = np.maximum.accumulate(runs[:, 2])
    starts = np.flatnonzero(np.concatenate([[True], runs[1:, 0] > reach[:-1]]))
    low = np.minimum.reduceat(runs, starts)
    high = np.maximum.reduceat(runs, starts)
    return np.concatenate([low[:, :2], high[:, 2:]], axis=1)


def usual_height(lines: Sequence[Line]) -> float:
    """Height of the type in which most of `lines` are set, weighted by what stands on them."""
    heights = np.array([line.height for line in lines])
    weights = np.array([float((line.runs[:, 2] - line.runs[:, 0]).sum()) for line in lines])
    order = np.argsort(heights)
    total = np.cumsum(weights[order])
    return float(heights[order][min(int(np.searchsorted(total, total[-1] / 2)), len(lines) - 1)])
