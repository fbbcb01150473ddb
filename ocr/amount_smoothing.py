"""A reduced lattice made ready for the search: spaces printed nowhere, separators in doubt.

Comma and point are the commonest confusion of a recogniser and the grammar tells them apart,
so each is given a little of the other's mass. Digits are given none: none is invented.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .amount_grammar import BLANK, COMMA, OTHER, POINT, SPACE, Lattice

# The likelihood of 800 cells of damaged pages (seed 601) is flat about these values.
_SWAPPED = 0.03  # of the mass of a comma is a point's, and the other way round
_IMAGINED = 0.00003  # of the mass of a separator is a speck's
_LOST = 0.00001  # of the mass of the clearest gap between two digits is each separator's
_JOINED = 0.3  # weight of a space between two digits, which parts two numbers as often
_DIGITS = 10  # the first symbols


def smoothed(lattice: Lattice) -> NDArray[np.float64]:
    """The lattice with spaces in the blank and a little mass moved among separators.

    Steps of one separator become one, so that a wide comma is not harder to doubt than a
    narrow one. Nothing goes to or from digits, signs and words, but for spaces between digits.
    """
    steps = lattice.astype(np.float64)
    best = steps.argmax(axis=1).tolist()
    for step in _parting(best):
        steps[step, OTHER] += (1 - _JOINED) * steps[step, SPACE]
        steps[step, SPACE] *= _JOINED
    steps[:, BLANK] += steps[:, SPACE]  # a space prints nothing, and parts repeats as a blank does
    steps[:, SPACE] = 0
    if runs := _separators(best):
        steps = _narrowed(steps, runs)
        best = steps.argmax(axis=1).tolist()
    comma, point = steps[:, COMMA].copy(), steps[:, POINT].copy()
    keep = 1 - _SWAPPED - _IMAGINED
    steps[:, COMMA] = keep * comma + _SWAPPED * point
    steps[:, POINT] = keep * point + _SWAPPED * comma
    steps[:, BLANK] += _IMAGINED * (comma + point)
    for gap in _gaps(best):
        step = gap.start + int((comma + point)[gap].argmax())
        lost = _LOST * steps[step, BLANK]
        steps[step, [COMMA, POINT]] += lost
        steps[step, BLANK] -= 2 * lost
    return steps


def _parting(best: list[int]) -> list[int]:
    """Steps of spaces that stand between two digits, by the best symbol of each step."""
    found: list[int] = []
    run: list[int] = []
    before = BLANK
    for step, symbol in enumerate(best):
        if symbol == SPACE:
            run.append(step)
        elif symbol != BLANK:
            if before < _DIGITS and symbol < _DIGITS:
                found += run
            run, before = [], symbol
    return found


def _separators(best: list[int]) -> list[slice]:
    """Stretches of more than one step of the same separator, by the best symbol of each step."""
    found: list[slice] = []
    start = 0
    for step in range(1, len(best) + 1):
        if step == len(best) or best[step] != best[start]:
            if best[start] in (COMMA, POINT) and step - start > 1:
                found.append(slice(start, step))
            start = step
    return found


def _narrowed(steps: NDArray[np.float64], runs: list[slice]) -> NDArray[np.float64]:
    """Each run as a single step that prints one symbol or none, as its steps did together.

    What they print of two symbols is lost; beside a separator hardly any of it is an amount.
    """
    steps = steps.copy()
    drop = np.zeros(len(steps), bool)
    for run in runs:
        blank = steps[run, BLANK]
        single = (steps[run] + blank[:, None]).prod(axis=0) - blank.prod()
        single[BLANK] = blank.prod()
        single[OTHER] = max(0.0, 1 - (1 - steps[run, OTHER]).prod())
        steps[run.start] = single
        drop[run.start + 1 : run.stop] = True
    narrowed: NDArray[np.float64] = steps[~drop]
    return narrowed


def _gaps(best: list[int]) -> list[slice]:
    """Stretches without a glyph between two digits, by the best symbol of each step."""
    found: list[slice] = []
    end = -1  # of the last digit, or -1 where another glyph came after it
    for step, symbol in enumerate(best):
        if symbol < _DIGITS:
            if 0 <= end < step:
                found.append(slice(end, step))
            end = step + 1
        elif symbol not in (BLANK, SPACE):
            end = -1
    return found
