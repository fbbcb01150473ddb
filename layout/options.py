"""Options of the layout stages, one frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ..errors import OptionsError

GridName = Literal["auto", "lines", "whitespace", "img2table"]


@dataclass(frozen=True, slots=True)
class LayoutOptions:
    """How pages are set upright and grids are found.

    Attributes:
        grid: `lines` recovers cells from rulings, `whitespace` from the alignment of text and what
            rulings there are; `auto` takes whichever fits a table better; `img2table` asks that
            package instead.
        max_skew: largest skew in degrees that is searched for and undone, 0 to 15. Less may
            leave a sheet that was fed askew as it is; more costs next to nothing. 0 leaves
            every page as it was scanned, also one that lies on its side.
        max_tables: bound on tables of one page; a chart's gridlines can look like hundreds.
        max_cells: bound on cells of one table, before spans are merged.
        seconds: time after which no further table of a page is looked for. A dense page takes
            half a second; img2table cannot be interrupted.
    """

    grid: GridName = "auto"
    max_skew: float = 15.0
    max_tables: int = 50
    max_cells: int = 40_000
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.grid not in get_args(GridName):
            raise OptionsError(f"must be one of {', '.join(get_args(GridName))}", name="--grid")
        if not 0 <= self.max_skew <= 15:
            raise OptionsError("must be between 0 and 15 degrees", name="max_skew")
        if not 0 < self.seconds <= 3600:
            raise OptionsError("must be between 0 and 3600", name="seconds")
        if self.max_tables < 1 or self.max_cells < 1:
            raise OptionsError("must be at least 1", name="max_tables, max_cells")
