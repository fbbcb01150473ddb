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
from .geometry import clusters
from .ink import Ink
from .lines import find_ruled
from .options import LayoutOptions
from .rulings import Ruling, Segment, Segments, find_segments, join_segments
from .runs import em_of, find_runs
from .strokes import Strokes, find_strokes

_GAP = 0.15  # inches between stretches of one ruling
_SLIVER = 0.02  # share of a table within which another may reach into it: half a row's white
_CAPTION = 2  # lines that a caption may look like a table with: organization and unit, form and title
_FULL, _PROSE = 0.8, 0.5  # of a line's width that is ink in running text; of lines that are such
_LEAST = 0.7  # score of a grid from text: where less of it is aligned, it stays text


class LinesEngine:
    """Recovers ruled tables from the page's own rulings, and nothing else."""

    name = "lines"

    def __init__(self, options: LayoutOptions) -> None:
        self.options = options

    def find(self, image: Image, ink: Ink) -> Found:
        """Grids of an upright page."""
        strokes = find_strokes(ink)
        deadline = Deadline(self.options.seconds)
        return _bounded(find_ruled(strokes, find_segments(strokes), self.options, deadline), self.options)


class WhitespaceEngine:
    """Recovers tables from the alignment of their text, within whatever rulings there are."""

    name = "whitespace"

    def __init__(self, options: LayoutOptions) -> None:
        self.options = options

    def find(self, image: Image, ink: Ink) -> Found:
        """Grids of an upright page."""
        deadline = Deadline(self.options.seconds)
        strokes = find_strokes(ink)
        return _bounded(_Page(ink, strokes, find_segments(strokes), deadline).unruled(()), self.options)


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
        both = Found((*grids, *found.grids), (*ruled.limits, *found.limits))
        return _bounded(both, self.options)


def _bounded(found: Found, options: LayoutOptions) -> Found:
    """What was found, in reading order and within the limits, with a line for each that was hit."""
    limits = list(dict.fromkeys(found.limits))
    grids = [g for g in found.grids if g.shape[0] * g.shape[1] <= options.max_cells]
    if len(grids) < len(found.grids):
        limits.append(f"a table of more cells than max_cells ({options.max_cells})")
    if len(grids) > options.max_tables:
        limits.append(f"{len(grids)} tables on a page, more than max_tables ({options.max_tables})")
    return Found(tuple(reading_order(grids)[: options.max_tables]), tuple(limits))


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

    def from_text(self, region: Box, taken: Sequence[Box] = ()) -> Grid | None:
        """The grid of a region, from its text and the rulings in it, but for what is `taken`."""
        reach = 0.5 * self.em
        rows = _within([r for r in self.rows if not _lies_in(r, taken)], region, reach)
        upright = [r for r in self.columns if not _lies_in(r, taken, vertical=True)]
        columns = _within(upright, region, reach, vertical=True)
        runs = [run for run in self.inside(region) if not any(box.holds(*run.center) for box in taken)]
        return grid_from_text(region, runs, rows, columns)

    def _is_prose(self, region: Box) -> bool:
        """Whether most lines of a region without rulings fill its width, as running text does."""
        near = _within(self.rows, region, 0.5 * self.em)
        if sum(r.end - r.start > 0.5 * region.width for r in near) > 1:
            return False
        runs = self.inside(region)
        lines = clusters((run.center[1] for run in runs), 0.4 * self.em)
        full = sum(sum(runs[i].width for i in line) > _FULL * region.width for line in lines)
        return full > _PROSE * len(lines)

    def _is_caption(self, grid: Grid, taken: Sequence[Box]) -> bool:
        """Whether it is the title, organization and unit right above a ruled table."""
        return grid.shape[0] <= _CAPTION and any(
            -0.5 * self.em < box.top - grid.box.bottom < 1.5 * self.em
            and min(box.right, grid.box.right) - max(box.left, grid.box.left) > 0.5 * grid.box.width
            for box in taken
        )

    def unruled(self, taken: Sequence[Box]) -> Found:
        """Tables outside of those that are known."""
        rules = [rule for rule in self.rows if not _lies_in(rule, taken)]
        grids: list[Grid] = []
        limits: list[str] = []
        for region in find_tables(self.runs, self.em, taken, self.size, rules):
            if self.deadline.passed:
                return Found(tuple(grids), (*limits, str(self.deadline)))
            if self._is_prose(region):
                continue
            grid = self.from_text(region, taken)
            if grid is None or grid.score < _LEAST or self._is_caption(grid, taken):
                continue
            if any(_overlap(grid.box, box) for box in (*taken, *(g.box for g in grids))):
                limits.append("text that stands around or across another table was left out of the tables")
            else:
                grids.append(grid)
        return Found(tuple(grids), tuple(limits))


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


def _lies_in(rule: Rule, boxes: Sequence[Box], *, vertical: bool = False) -> bool:
    """Whether a rule belongs to what is in one of the boxes."""
    along = (rule.start + rule.end) / 2
    return any(box.holds(*((rule.at, along) if vertical else (along, rule.at))) for box in boxes)


def _overlap(a: Box, b: Box) -> bool:
    """Whether two tables share more than their edges."""
    return a.overlap(b) > _SLIVER * min(a.area, b.area)
