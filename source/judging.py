"""Whether a PDF's text layer is to be believed: only where a person would see the same text.

What scanners and bad fonts put there is worse than reading the page again. Some of it
shows on the page's objects, the rest only once the page is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .geometry import Matrix, Pixels, View, center, moved
from .styles import CONTRAST
from .survey import Survey
from .textlayer import Character, Run

FEW = 10  # characters that a scanner's stamp or a page number may have
OUTLINES = 100  # paths beside few characters: text was turned into outlines
UNMAPPED = 0.05  # share of characters without a meaning that spoils a layer
INKLESS = 0.2  # share of words without ink that spoils a layer


def distrust(characters: Sequence[Character | None], survey: Survey) -> str:
    """Why a layer is no rendering of what the page shows; "" where that must be seen once drawn."""
    present = [c for c in characters if c and survey.contains(*center(c.ink))]
    total = len(present)
    if not total:
        return "it lies outside the page"
    if sum(c.style.hidden for c in present) > total / 2:
        return "most of it is invisible"
    unmapped = sum(c.unmapped for c in present)
    if unmapped > UNMAPPED * total:
        return f"{unmapped} of {total} characters have no meaning assigned"
    if total < FEW and (survey.is_picture or survey.paths >= OUTLINES):
        return f"it has only {total} characters on a page that is a picture"
    if survey.is_picture and sum(survey.is_covered(*center(c.ink)) for c in present) > total / 2:
        return f"it lies over an image that covers {survey.share:.0%} of the page"
    return ""


def inked_runs(runs: Sequence[Run], view: View) -> tuple[list[Run], str]:
    """The words that are seen on the drawn page, and why the layer is spoiled ("" if it is not)."""
    visible = [run for run in runs if not run.style.hidden]
    inked = [run for run in visible if has_ink(run, view.pixels, view.to_pixels)]
    blank = len(visible) - len(inked)
    spoiled = blank > INKLESS * len(visible)
    return inked, f"{blank} of {len(visible)} words have no ink under them" if spoiled else ""


def has_ink(run: Run, pixels: Pixels, to_pixels: Matrix) -> bool:
    """Whether a word is seen on the drawn page."""
    left, top, right, bottom = moved(run.box, to_pixels)
    rows = slice(max(0, math.floor(top) - 1), max(0, math.ceil(bottom) + 1))
    cols = slice(max(0, math.floor(left) - 1), max(0, math.ceil(right) + 1))
    patch = pixels[rows, cols].reshape(-1, 3)
    if not patch.size:
        return False
    if int(np.ptp(patch, axis=0).max()) >= CONTRAST:
        return True
    # A Chinese font that is neither embedded nor installed leaves no ink, though everybody
    # who has it sees the text: then only the colours can tell.
    return not run.portable and float(np.abs(np.median(patch, axis=0) - run.style.color).max()) >= CONTRAST
