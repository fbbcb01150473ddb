"""Which rulings a table has, and which sides between their joints are ruled.

A long stroke is a ruling. A short one is, if it reaches unbroken from one ruling to
another: the strokes of a character may be as long as a low row is high, but end short of both.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .evidence import RULED, stops
from .geometry import Mask
from .rulings import Ruling, Segment, merged

_LONG = 0.45  # inches: longer than any stroke of a character of up to 30 pt
_LONGER, _WHOLE = 1.2, 0.5  # inches where a fifth of it is bare by more than half
_TOUCH = 0.025  # inches within which a stroke's end touches a ruling
_DOUBLE = 0.06  # inches: two rulings nearer than this are one double ruling; no row is so low
_SOLID = 0.93  # share of a short ruling that bears ink itself: closing gaps makes strokes longer
_DARK = 0.4  # of its strength, which the ruling has up to its joint
_WIDER = 1.7  # times the usual width: short rulings are no wider than long ones, a pen's strokes are
_OVERHANG = 0.12  # inches by which lines must stick out for a border to be missing there


def anchored(
    rows: list[Ruling], columns: list[Ruling], darkness: Mask, per_inch: float
) -> tuple[list[Ruling], list[Ruling]]:
    """The rulings among the candidates of both directions, with borders that are not printed.

    Args:
        rows: horizontal candidates.
        columns: vertical ones.
        darkness: (height, width) of the page, 0 to 255.
        per_inch: its scale.
    """
    overhang = _OVERHANG * per_inch
    long = [[r for r in lines if _is_long(r, per_inch)] for lines in (rows, columns)]
    kept = [_bordered(long[0], long[1], overhang), _bordered(long[1], long[0], overhang)]
    waiting = [[r for r in lines if not _is_long(r, per_inch)] for lines in (rows, columns)]
    touch = max(3.0, _TOUCH * per_inch)
    widest = _WIDER * _usual_width([*long[0], *long[1]])
    waiting = [
        [
            r
            for r in lines
            if min(s.width for s in r.segments) <= widest or _is_border(r, long[1 - own], 2 * touch)
        ]
        for own, lines in enumerate(waiting)
    ]
    grown = True
    while grown:
        grown = False
        for own, crossing in ((0, 1), (1, 0)):
            plane = darkness.T if own else darkness  # (across, along)
            joins = [r for r in waiting[own] if _reaches(r, kept[crossing], plane, touch)]
            if joins:
                kept[own] = _in_order([*kept[own], *joins])
                waiting[own] = [r for r in waiting[own] if r not in joins]
                grown = True
    supported = _supported(kept[0], kept[1], touch), _supported(kept[1], kept[0], touch)
    single = (_without_spare(lines, overhang) for lines in supported)
    first, second = (_without_doubles(lines, per_inch) for lines in single)
    return first, second


def _is_long(ruling: Ruling, per_inch: float) -> bool:
    """Whether it has a segment longer than a character's strokes, or than two that were bridged."""
    return any(s.length >= (_LONG if s.solid >= _WHOLE else _LONGER) * per_inch for s in ruling.segments)


def _usual_width(rulings: list[Ruling]) -> float:
    """Median width of rulings by length."""
    segments = sorted((s for r in rulings for s in r.segments), key=lambda s: s.width)
    if not segments:
        return 0.0
    lengths = np.cumsum([s.length for s in segments])
    return segments[int(np.searchsorted(lengths, lengths[-1] / 2))].width


def _is_border(line: Ruling, crossing: list[Ruling], reach: float) -> bool:
    """Whether a line lies where the crossing rulings begin or end: a frame may be wider than the rest."""
    at = line.at((line.start + line.end) / 2)
    return any(min(abs(c.start - at), abs(c.end - at)) <= reach for c in crossing)


def _in_order(rulings: list[Ruling]) -> list[Ruling]:
    return sorted(rulings, key=lambda r: r.at((r.start + r.end) / 2) if r.segments else r.offset)


def _covered(line: Ruling, start: float, end: float) -> float:
    """Share of start … end on which the line has a segment; its own joints tell nothing."""
    if not line.segments:
        return 1.0  # a border that is not printed holds all the same
    inset = min(3.0, (end - start) / 4)
    first, last = start + inset, end - inset
    if last <= first:
        return 1.0
    shares = (max(0.0, min(s.end, last) - max(s.start, first)) for s in line.segments)
    return min(1.0, sum(shares) / (last - first))


def _rules(line: Ruling, start: float, end: float, touch: float) -> tuple[bool, bool]:
    """Whether the line, where it covers a side, touches both of its ends, and is unbroken."""
    part = [s for s in line.segments if s.end > start and s.start < end]
    if not part or _covered(line, start, end) < RULED:
        return not line.segments, not line.segments  # a border that is not printed rules
    solid = sum(s.solid * s.length for s in part) / sum(s.length for s in part)
    ends = min(s.start for s in part) <= start + touch and max(s.end for s in part) >= end - touch
    return ends, solid >= _SOLID


def _reaches(line: Ruling, crossing: list[Ruling], darkness: Mask, touch: float) -> bool:
    """Whether a segment of the line runs unbroken from one of the rulings to another, and no further.

    A stroke of a character ends short of them; that of a pen runs past, or slants.
    """
    at = np.array(stops(line, crossing))
    if at.size < 2:
        return False
    for s in line.segments:
        ends = [float(at[np.abs(at - end).argmin()]) for end in (s.start, s.end)]
        near = abs(ends[0] - s.start) <= touch and abs(ends[1] - s.end) <= touch and ends[0] < ends[1]
        if near and s.solid >= _SOLID and all(_joined(s, end, darkness) for end in ends):
            return True
    return False


def _joined(segment: Segment, stop: float, darkness: Mask) -> bool:
    """Whether no paper shows between the end of a segment and a ruling."""
    before = stop < segment.middle
    end = segment.start if before else segment.end - 1
    first, last = (round(stop), round(end)) if before else (round(end), round(stop))
    row = round(segment.at + segment.slope * (end - segment.middle))
    gap = darkness[max(0, row - 1) : row + 2, max(0, first) : last + 1]
    return not gap.size or float(gap.max(axis=0).min()) >= _DARK * segment.strength


def _bordered(lines: list[Ruling], crossing: list[Ruling], overhang: float) -> list[Ruling]:
    """With the outer borders that are not printed: where the crossing lines end."""
    if not lines or len(crossing) < 2:
        return lines
    first, last = (float(np.median(ends)) for ends in zip(*((c.start, c.end) for c in crossing), strict=True))
    middle = (crossing[0].offset + crossing[-1].offset) / 2
    before = [Ruling((), first, 0.0)] if first < lines[0].at(middle) - overhang else []
    after = [Ruling((), last, 0.0)] if last > lines[-1].at(middle) + overhang else []
    return [*before, *lines, *after]


def _without_spare(lines: list[Ruling], overhang: float) -> list[Ruling]:
    """Without borders taken for missing that turned up among the short rulings."""
    printed = [line for line in lines if line.segments]
    return [
        line
        for line in lines
        if line.segments or all(abs(p.at((p.start + p.end) / 2) - line.offset) > overhang for p in printed)
    ]


def _supported(lines: list[Ruling], crossing: list[Ruling], touch: float) -> list[Ruling]:
    """Without long strokes that rule no side: the strokes of a word may lie in one line.

    A side is ruled by a line that reaches both of its ends, or is unbroken where it is.
    """
    return [
        line
        for line in lines
        if any(any(_rules(line, start, end, touch)) for start, end in pairwise(stops(line, crossing)))
    ]


def _without_doubles(lines: list[Ruling], per_inch: float) -> list[Ruling]:
    """Double rulings as one."""
    result: list[Ruling] = []
    for line in lines:
        last = result[-1] if result else None
        if last is not None and last.segments and line.segments:
            middle = (min(last.start, line.start) + max(last.end, line.end)) / 2
            if abs(line.at(middle) - last.at(middle)) < _DOUBLE * per_inch:
                result[-1] = merged(last, line)
                continue
        result.append(line)
    return result
