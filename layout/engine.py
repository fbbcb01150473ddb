"""What a grid engine is: an upright page in, grids out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ..document import Box
from ..errors import EngineError
from ..source import Image
from .ink import Ink
from .options import LayoutOptions


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell's address, spans and box in pixels of the upright page."""

    row: int
    col: int
    row_span: int
    col_span: int
    box: Box


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight ruling: across at `at`, along from `start` to `end`, in pixels of the upright page."""

    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Grid:
    """A table's cells; every address of `shape` (rows, columns) is covered exactly once.

    `score` from 0 to 1 says how sure the rulings were, `reason` why it is low.
    """

    box: Box
    shape: tuple[int, int]
    cells: tuple[GridCell, ...]
    score: float = 1.0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The grids of a page from top to bottom, and what was left out for the sake of a limit."""

    grids: tuple[Grid, ...]
    limits: tuple[str, ...] = ()


class GridEngine(Protocol):
    """Finds the grids of one page."""

    name: str

    def find(self, image: Image, ink: Ink) -> Found:
        """Grids of an upright page, from top to bottom.

        Args:
            image: (height, width, 3) BGR.
            ink: its black ink.
        """
        ...


def load_grid_engine(options: LayoutOptions) -> GridEngine:
    """The engine that `options` names; EngineError when its package is missing."""
    if options.grid == "img2table":
        try:
            from .img2table_engine import Img2TableEngine
        except ImportError as error:
            raise EngineError(
                f"cannot be imported ({error})", name="img2table", remedy="pip install 'img2table>=2.0,<2.1'"
            ) from None
        return Img2TableEngine(options)
    from .engines import AutoEngine, LinesEngine, WhitespaceEngine

    ours: dict[str, type[AutoEngine | LinesEngine | WhitespaceEngine]]
    ours = {"auto": AutoEngine, "lines": LinesEngine, "whitespace": WhitespaceEngine}
    return ours[options.grid](options)


class Deadline:
    """When a page's time is up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Whether it is."""
        return time.monotonic() > self._end

    def __str__(self) -> str:
        return f"grids took more than layout seconds ({self.seconds:g}); the rest of the page was left out"


def reading_order(grids: Iterable[Grid]) -> list[Grid]:
    """From top to bottom, and from left to right where two begin at one height."""
    return sorted(grids, key=lambda grid: (round(grid.box.top / 20), grid.box.left))
