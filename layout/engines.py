"""Our own grid engines: from rulings, from the alignment of text, and whichever fits a table better.

Where rulings close every cell they decide. Where they leave something open (rows only, three
lines, none at all) text decides within them: a page's ruled tables are found first, then the
regions of tables among the text that is left, each with the rulings that run through it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..document import Box
from ..source import Image
from .alignment import grid_from_text
from .borderless import find_tables
from .completion import fits_better, is_open
from .engine import Deadline, Found, Grid, Rule, reading_order
from .ink import Ink
from .lines import find_ruled
from .options import LayoutOptions
from .rulings import Ruling, Segment, Segments, find_segments, join_segments
from .runs import em_of, find_runs
from .strokes import Strokes, find_strokes

_GAP = 0.15  # inches between stretches of one ruling
_LEAST = 0.7  # score of a grid from text: where less of it is aligned, it stays text


class LinesEngine:
    """Recovers ruled tables from the page's own rulings, and nothing else."""

    name = "lines"

    def __init__(self, options: LayoutOptions) -> None:
        self.options = options

    def find(self, image: Image, ink: Ink) -> Found:
        """Grids of an upright page."""
        strokes = find_strokes(ink)
        return find_ruled(strokes, find_segments(strokes), self.options, Deadline(self.options.seconds))


class WhitespaceEngine:
    """Recovers tables from the alignment of their text, within whatever rulings there are."""

    name = "whitespace"

    def __init__(self, options: LayoutOptions) -> None:
        self.options = options

    def find(self, image: Image, ink: Ink) -> Found:
        """Grids of an upright page."""
        deadline = Deadline(self.options.seconds)
        strokes = find_strokes(ink)
        return _Page(ink, strokes, find_segments(strokes), deadline).unruled(())


class AutoEngine:
    """Rulings first; text where they leave something open, if it fits the table better."""

    name = "auto"

    def __init__(self, options: LayoutOptions) -> None:
        self.options = options

    def find(self, image: Image, ink: Ink) -> Found:
        """Grids of an upright page."""
        deadline = Deadline(self.options.seconds)
        strokes = find_strokes(ink)
        segments = find_segments(strokes)
        ruled = find_ruled(strokes, segments, self.options, deadline)
        page = _Page(ink, strokes, segments, deadline)
        # Whether a grid holds any text is for recognition to say: type may be fainter than ink.
        grids = [page.completed(grid) for grid in ruled.grids]
        found = page.unruled(tuple(grid.box for grid in grids))
        room = max(0, self.options.max_tables - len(grids))
        limits = [*ruled.limits, *found.limits]
        if len(found.grids) > room:
            limits.append(f"more tables on a page than max_tables ({self.options.max_tables})")
        return Found(tuple(reading_order([*grids, *found.grids[:room]])), tuple(dict.fromkeys(limits)))


class _Page:
    """Text and rulings of a page, for grids that rulings alone do not make."""

    def __init__(self, ink: Ink, strokes: Strokes, segments: Segments, deadline: Deadline) -> None:
        self.deadline = deadline
        self.size = (ink.mask.shape[1], ink.mask.shape[0])
        self.runs = find_runs(ink, strokes)
        self.em = em_of(self.runs)
        self.rows, self.columns = (_rules(group, strokes.per_inch) for group in segments)

    def inside(self, box: Box) -> list[Box]:
        """Runs whose middle lies in a box."""
        return [run for run in self.runs if box.holds(*run.center)]

    def completed(self, grid: Grid) -> Grid:
        """The grid, or a better one from its text where rulings leave rows or columns open."""
        runs = self.inside(grid.box)
        if self.deadline.passed or not is_open(grid, runs, self.em):
            return grid
        other = self.from_text(grid.box)
        return other if other is not None and fits_better(other, grid, runs, self.em) else grid

    def from_text(self, region: Box) -> Grid | None:
        """The grid of a region, from its text and the rulings in it."""
        reach = 0.5 * self.em
        rows = _within(self.rows, region, reach)
        columns = _within(self.columns, region, reach, vertical=True)
        return grid_from_text(region, self.inside(region), rows, columns)

    def unruled(self, taken: Sequence[Box]) -> Found:
        """Tables outside of those that are known."""
        rules = [rule for rule in self.rows if not any(_lies_in(rule, box) for box in taken)]
        grids: list[Grid] = []
        for region in find_tables(self.runs, self.em, taken, self.size, rules):
            if self.deadline.passed:
                return Found(tuple(grids), (str(self.deadline),))
            grid = self.from_text(region)
            if grid is not None and grid.score >= _LEAST:
                grids.append(grid)
        return Found(tuple(reading_order(grids)))


def _rules(segments: Sequence[Segment], per_inch: float) -> list[Rule]:
    """Rulings of a page as straight rules, one for each stretch that is inked."""
    gap = _GAP * per_inch
    return [
        Rule(ruling.at((start + end) / 2), start, end)
        for ruling in join_segments(segments, per_inch)
        for start, end in _stretches(ruling, gap)
    ]


def _stretches(ruling: Ruling, gap: float) -> list[tuple[float, float]]:
    """Where a ruling is inked, gaps of scanning closed."""
    found: list[tuple[float, float]] = []
    for segment in ruling.segments:
        if found and segment.start - found[-1][1] <= gap:
            found[-1] = found[-1][0], max(found[-1][1], segment.end)
        else:
            found.append((segment.start, segment.end))
    return found


def _within(rules: Sequence[Rule], box: Box, reach: float, *, vertical: bool = False) -> list[Rule]:
    """Rules that run through a box or along its edges, cut to it."""
    along = (box.top, box.bottom) if vertical else (box.left, box.right)
    across = (box.left, box.right) if vertical else (box.top, box.bottom)
    return [
        Rule(r.at, max(r.start, along[0] - reach), min(r.end, along[1] + reach))
        for r in rules
        if across[0] - reach <= r.at <= across[1] + reach
        and min(r.end, along[1]) - max(r.start, along[0]) > reach
    ]


def _lies_in(rule: Rule, box: Box) -> bool:
    """Whether a horizontal rule belongs to what is in a box."""
    return box.holds((rule.start + rule.end) / 2, rule.at)
