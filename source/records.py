"""What reading a page yields: its pixels, and the words of its text layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Box, Problem, Scan

Image = npt.NDArray[np.uint8]
"""Pixels of a page, (height, width, 3), BGR."""

MatrixRows = tuple[tuple[float, ...], ...]
"""A 3 × 3 matrix row by row, as documents hold it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text layer; `box` in pixels of `PageImage.image`.

    `letters` are its characters with the extents of their ink, in reading order, so that a
    word may be cut where a ruling goes through it; joined they are `text`.
    """

    text: str
    box: Box
    letters: tuple[tuple[str, Box], ...] = ()


@dataclass(frozen=True, eq=False)  # arrays have no single truth value to compare by
class PageImage:
    """One page as it was found, not yet upright.

    `from_scan` maps pixels of the scan to pixels of `image` (3 × 3, row by row): the
    identity unless the page was reduced or its pixels were not square. `words` is the text
    layer where it is to be read instead of the image, else None; `layer` a rejected text
    layer, fit for a second reading at most. `pictures` are the places of images among the
    words, in pixels of `image`: pasted screenshots, whose text is in no layer. `scan.dpi`
    counts along the scan's width.
    """

    number: int
    image: Image
    scan: Scan
    from_scan: MatrixRows
    words: tuple[Word, ...] | None
    layer: tuple[Word, ...] = ()
    problems: tuple[Problem, ...] = ()
    pictures: tuple[Box, ...] = ()
