"""How a synthetic disclosure is printed: every knob of its typography, and how each is drawn.

The shares follow what offices print: most tables fully ruled in 9 or 10.5 point Song, some
in thin lines or a thick frame, few without rulings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from .fonts import SERIF_LATIN, is_serif

Ruling = Literal["full", "thin", "thick_frame", "rows_only", "three_line", "none"]
PageNumber = Literal["none", "plain", "dashes", "words"]
HeaderAlign = Literal["center", "left"]
AmountAlign = Literal["right", "center"]

RULINGS: dict[Ruling, float] = {
    "full": 0.42, "thin": 0.2, "thick_frame": 0.2, "rows_only": 0.06, "three_line": 0.08, "none": 0.04,
}  # fmt: skip
"""Ruling styles and how often each is drawn."""
SIZES = {9.0: 0.3, 10.5: 0.5, 12.0: 0.2}
"""Type sizes of tables in points and how often each is drawn where the type is not small."""
SMALL_SIZE = 7.0
SMALL_SHARE = 0.08
"""Share of documents in 7-point type, which is judged apart: at 85 dpi it can hardly be read."""


@dataclass(frozen=True, slots=True)
class Style:
    """Typography of one document. Lengths are in points unless said otherwise.

    Attributes:
        font: family of everything that is not named below.
        latin: family of digits and Latin letters, or None for those of `font`.
        title_font: family of titles and headings.
        size: type size of tables, 6.5 to 16; a table that does not fit is set smaller.
        body_size: type size of running text, 9 to 18.
        title_scale: size of a table's title relative to `size`, 1 to 2.
        title_bold: whether titles are bold.
        padding: white above and below the text of a cell, 0.5 to 8.
        inset: white left and right of it, 1 to 6.
        row_height: least height of a row relative to the type size, 1 to 3.
        leading: white between the lines of a cell relative to the type size, 0.1 to 0.6.
        ruling: which rulings are drawn.
        stroke: thickness of rulings, 0.25 to 1.5; thinner ones vanish at 100 dpi.
        frame: thickness of the outer frame in style thick_frame and of the outer lines in
            three_line, 0.8 to 2.5.
        repeat_header: whether the header is printed again on each page of a table.
        cut_rows: whether the page break may cut a row in two.
        share_pages: whether a table may start on a page that already holds another.
        wide: width in points beyond which a table is set on a landscape page even though
            it could be squeezed into portrait.
        turned: how landscape pages are bound: 0 as they are, 90 or 270 turned by so many
            degrees clockwise on a portrait sheet.
        margins: left, top, right and bottom of a portrait page, 28 to 100.
        table_width: least share of the text width that a table fills, 0.5 to 1.
        name_width: characters that a column of names has at least before it wraps, 4 to 16.
        header_align: where header cells are set.
        header_bold: whether header cells are bold.
        amount_align: where amounts are set.
        bold_totals: whether rows of totals are bold.
        page_number: how page numbers at the foot are printed.
    """

    font: str
    latin: str | None = None
    title_font: str | None = None
    size: float = 10.5
    body_size: float = 12.0
    title_scale: float = 1.5
    title_bold: bool = True
    padding: float = 2.5
    inset: float = 3.0
    row_height: float = 1.5
    leading: float = 0.3
    ruling: Ruling = "full"
    stroke: float = 0.6
    frame: float = 1.5
    repeat_header: bool = True
    cut_rows: bool = False
    share_pages: bool = False
    wide: float = 620.0
    turned: Literal[0, 90, 270] = 0
    margins: tuple[float, float, float, float] = (50.0, 56.0, 50.0, 56.0)
    table_width: float = 1.0
    name_width: float = 8.0
    header_align: HeaderAlign = "center"
    header_bold: bool = False
    amount_align: AmountAlign = "right"
    bold_totals: bool = False
    page_number: PageNumber = "dashes"

    @property
    def small(self) -> bool:
        """Whether the type is smaller than documents usually have, and so judged apart."""
        return self.size < min(SIZES)


_T = TypeVar("_T")


def draw_style(rng: np.random.Generator, fonts: Sequence[str], ruling: Ruling | None = None) -> Style:
    """A style within what disclosures show, in one of `fonts`; equal states of `rng` give equal styles.

    A given `ruling` replaces the one drawn.
    """
    font = str(rng.choice(list(fonts)))
    size = SMALL_SIZE if rng.random() < SMALL_SHARE else _pick(rng, SIZES)
    drawn = _pick(rng, RULINGS)
    ruling = ruling or drawn
    side = _between(rng, 36, 72)
    return Style(
        font=font,
        latin=SERIF_LATIN if is_serif(font) and rng.random() < 0.35 else None,
        title_font=str(rng.choice(list(fonts))) if rng.random() < 0.4 else None,
        size=size,
        body_size=_pick(rng, {10.5: 0.3, 12.0: 0.4, 14.0: 0.3}),
        title_scale=_between(rng, 1.3, 1.8),
        title_bold=bool(rng.random() < 0.6),
        padding=_between(rng, 1.2, 4.5),
        inset=_between(rng, 2, 4),
        row_height=_between(rng, 1.3, 2.2),
        leading=_between(rng, 0.2, 0.45),
        ruling=ruling,
        stroke=_between(rng, 0.25, 0.45) if ruling == "thin" else _between(rng, 0.5, 0.9),
        frame=_between(rng, 1.2, 2.0),
        repeat_header=bool(rng.random() < 0.6),
        cut_rows=bool(rng.random() < 0.35),
        share_pages=bool(rng.random() < 0.4),
        wide=_between(rng, 480, 760),
        turned=_pick(rng, {0: 0.5, 90: 0.3, 270: 0.2}),
        margins=(side, _between(rng, 45, 80), side, _between(rng, 50, 80)),
        table_width=_pick(rng, {1.0: 0.7, 0.9: 0.2, 0.75: 0.1}),
        name_width=_between(rng, 6, 12),
        header_align="left" if rng.random() < 0.06 else "center",
        header_bold=bool(rng.random() < 0.3),
        amount_align="center" if rng.random() < 0.2 else "right",
        bold_totals=bool(rng.random() < 0.25),
        page_number=_pick(rng, {"none": 0.15, "plain": 0.35, "dashes": 0.35, "words": 0.15}),
    )


def _pick(rng: np.random.Generator, shares: dict[_T, float]) -> _T:
    items, weights = list(shares), np.array(list(shares.values()))
    return items[int(rng.choice(len(items), p=weights / weights.sum()))]


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    # Rounded, so that the style reads well in the truth's labels and nothing hangs on last bits.
    return round(float(rng.uniform(low, high)), 2)
