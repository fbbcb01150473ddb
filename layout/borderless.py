"""Regions of tables that no full grid of rulings bounds: rows-only, three-line and borderless ones.

A page falls into blocks at titles, wide gaps and running text. A block is a table if enough of
its lines are rows and these agree on columns: the same edges of text, line after line, which
running text, headings and lists of contents do not have. Its caption (organization and unit)
and its notes are then taken off, and its box goes to its horizontal rulings where it has some.
Judging lines by the columns they share is the idea of T-Recs (Kieninger, "Table structure
recognition based on robust block segmentation", DRR 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..document import Box
from .blocks import Line, find_lines, usual_height
from .engine import Rule

# In em of the page's type.
_APART = 3.2  # of white between two lines: two blocks; a row beside one of four lines has less
_EDGE = 0.4  # within which edges of text are aligned; centred numbers differ by half a digit
_SHORTEST_RULE = 8.0
_WRAP = 0.25  # less white between two lines: they belong to one row or to overlapping ones
_INSET = 0.15  # less than text in a cell is from its edge
_AT_RULE = 1.6  # from the text of an outer row to the ruling that bounds it
_CUT_OUT = 4  # more rulings from edge to edge of a page than its own edges and creases are
_SAME_EXTENT = 1.0  # by which the ends of rulings of one table differ

_ROWS = 0.3  # least share of rows among the lines of a block that keep to no column of theirs
_CLOSE = 0.9  # quantile of the gaps between the lines of a table that is still usual in it
_NEAR = 6  # lines above and below with which a line may share columns
_WIDE = 6  # most lines of a cell as wide as the table
_LED = 0.3  # more lines than this with leaders: a list of contents
_AGREE = 0.4  # least share of a row's cells that have company in their columns


def find_tables(
    runs: Sequence[Box], em: float, taken: Sequence[Box], page_size: tuple[int, int], rules: Sequence[Rule]
) -> list[Box]:
    """Boxes of tables, from top to bottom.

    Args:
        runs: runs of glyphs of the page (`runs.find_runs`).
        em: height of the page's type in pixels (`runs.em_of`).
        taken: boxes of tables that are known; their runs are left out.
        page_size: (width, height) in pixels.
        rules: the page's long horizontal rulings outside of `taken`.
    """
    free = [run for run in runs if not any(box.holds(*run.center) for box in taken)]
    if em <= 0 or not free:
        return []
    lines = find_lines(free, em)
    if not lines:
        return []
    apart = [r for r in _printed(rules, em, page_size) if not any(_through(r, line) for line in lines)]
    page = _Page(lines, em, page_size, apart)
    return [page.bounded(table) for table in page.tables()]


def _printed(rules: Sequence[Rule], em: float, size: tuple[int, int]) -> list[Rule]:
    """Long rulings from top to bottom, without creases and edges of the sheet, which run to its edge.

    On a page that was cut out along its table the rulings do so too, but then there are several.
    """
    long = sorted((r for r in rules if r.end - r.start >= _SHORTEST_RULE * em), key=lambda r: r.at)
    inside = [r.start > em / 2 and r.end < size[0] - em / 2 for r in long]
    return [
        r
        for r, free in zip(long, inside, strict=True)
        if free or sum(_alike(r, o, em) for o in long) > _CUT_OUT
    ]


@dataclass(frozen=True)
class _Table:
    """Lines of a table, the lines above it in its block, and its rulings."""

    body: list[Line]
    above: list[Line]
    rules: list[Rule]


@dataclass(frozen=True)
class _Page:
    """The lines of a page from top to bottom, and its long horizontal rulings."""

    lines: list[Line]
    em: float
    size: tuple[int, int]
    rules: list[Rule]

    def blocks(self) -> list[list[Line]]:
        """Lines that may be one table with its caption and notes."""
        left, right = self._column
        blocks: list[list[Line]] = [[]]
        before: list[Rule] | None = None  # the stack that holds the last line
        for index, line in enumerate(self.lines):
            last, stack = blocks[-1], self._holding(line)
            if stack is not None and stack is before:
                last.append(line)
                continue
            before = stack
            if last and line.box.top - last[-1].box.bottom > _APART * self.em:
                blocks.append([])
            near = self.lines[max(0, index - _NEAR) : index + _NEAR + 1]
            text = line.is_text(left, right - left) and not line.continues(near)
            if stack is None and (text or self._is_title(line, (left, right))):
                blocks.append([])
            else:
                blocks[-1].append(line)
        return [block for block in blocks if block]

    @cached_property
    def usual(self) -> float:
        """Height of the page's type, as lines have it."""
        return max(self.em, usual_height(self.lines))

    @cached_property
    def _column(self) -> tuple[float, float]:
        """(left, right) of the page's text."""
        left = float(np.quantile([line.box.left for line in self.lines], 0.05))
        return left, float(np.quantile([line.box.right for line in self.lines], 0.95))

    def _is_title(self, line: Line, extent: tuple[float, float]) -> bool:
        """Whether a line is a title in the middle of `extent`; signatures reach into other lines."""
        if not line.is_title(self.usual, extent):
            return False
        top, bottom = line.box.top + _WRAP * self.em, line.box.bottom - _WRAP * self.em
        wide = [other for other in self.lines if other.box.width > 0.3 * line.box.width and other is not line]
        return not any(other.box.bottom > top and other.box.top < bottom for other in wide)

    @cached_property
    def stacks(self) -> list[list[Rule]]:
        """Rulings of one extent with rows of a table between them, or with nothing.

        Two rulings bound rows unless a title or running text stands between them.
        """
        stacks: list[list[Rule]] = []
        for rule in self.rules:
            stack = next((s for s in reversed(stacks) if _alike(s[-1], rule, self.em)), None)
            if stack is not None and self._are_rows(stack[-1], rule):
                stack.append(rule)
            else:
                stacks.append([rule])
        return [stack for stack in stacks if len(stack) > 1]

    def _holding(self, line: Line) -> list[Rule] | None:
        """The stack in which a line stands."""
        return next((s for s in self.stacks if s[0].at < line.middle < s[-1].at), None)

    def _are_rows(self, above: Rule, below: Rule) -> bool:
        """Whether rows of a table stand between two rulings, or nothing, and not what parts two tables."""
        lines = [line for line in self.lines if above.at < line.middle < below.at]
        extents = (above.start, above.end), self._column
        if any(self._is_title(line, extent) for line in lines for extent in extents):
            return False
        text = sum(line.is_text(above.start, above.end - above.start) for line in lines)
        if len(lines) > 3 and text > len(lines) / 2:
            return False
        return len(lines) < 2 or not lines[-1].is_caption((above.start, above.end))

    def tables(self) -> list[_Table]:
        """The tables of all blocks; two are one where only a wide cell parted them."""
        found: list[_Table] = []
        for block in self.blocks():
            table = self._table(block)
            if table is None:
                continue
            between = self._between(found[-1], table) if found else None
            if between is None:
                found.append(table)
            else:
                last = found.pop()
                body = [*last.body, *between, *table.body]
                found.append(_Table(body, last.above, [*last.rules, *table.rules]))
        return found

    def _between(self, upper: _Table, lower: _Table) -> list[Line] | None:
        """The lines between two tables if they can be cells of one table with both."""
        top, bottom = upper.body[-1], lower.body[0]
        lines = [line for line in self.lines if top.middle < line.middle < bottom.middle]
        gaps = [b.box.top - a.box.bottom for a, b in pairwise([top, *lines, bottom])]
        pitch = min(_pitch([line for line in t.body if line.is_row], self.em) for t in (upper, lower))
        if len(lines) > _WIDE or max(gaps) > min(pitch, 2 * self.em) - 0.5 * self.em:
            return None
        return None if any(self._is_title(line, self._column) for line in lines) else lines

    def _table(self, block: list[Line]) -> _Table | None:
        """The table in a block, if there is one."""
        rows = [i for i, line in enumerate(block) if line.is_row]
        if not rows:
            return self._framed(block)
        rules = self._rules_of(block)
        first = self._first(block, rows, rules)
        last = self._last(block, rows, first, rules)
        body = block[first : last + 1]
        if not body or not self._is_table(body):
            return None
        return _Table(body, block[:first], rules)

    def _framed(self, block: list[Line]) -> _Table | None:
        """The last cell of a table whose next one on the page has the same extent: it has no rows."""
        stack = self._holding(block[0])
        if stack is None or any(self._holding(line) is not stack for line in block):
            return None
        others = [s for s in self.stacks if s is not stack and _alike(s[0], stack[0], self.em)]
        held = any(line.is_row and self._holding(line) is s for s in others for line in self.lines)
        return _Table(block, [], stack) if held else None

    def _rules_of(self, block: list[Line]) -> list[Rule]:
        """Rulings between, above and below the lines of a block that are as wide as it."""
        stacked = [r for s in self.stacks if any(self._holding(line) is s for line in block) for r in s]
        box = Box.around(line.box for line in block)
        reach = _AT_RULE * self.em
        near = [r for r in self.rules if box.top - reach < r.at < box.bottom + reach]
        wide = [r for r in near if _shared(r, box) > 0.6 * min(box.width, r.end - r.start)]
        return sorted({*stacked, *wide}, key=lambda r: r.at)

    def _first(self, block: list[Line], rows: list[int], rules: list[Rule]) -> int:
        """Index of the table's first line: below its caption, or below its first ruling."""
        extent = _extent([block[i] for i in rows], rules)
        first = 0
        for line, below in pairwise(block):
            gap = below.box.top - line.box.bottom
            if self._holding(line) or gap < _WRAP * self.em or not line.is_caption(extent):
                break
            first += 1
        if len(rules) > 2:  # no header without a ruling above it
            first = max(first, sum(line.middle < rules[0].at for line in block))
        return first

    def _last(self, block: list[Line], rows: list[int], first: int, rules: list[Rule]) -> int:
        """Index of the table's last line: its last row, and what wraps or goes on regularly below it."""
        if len(rules) > 2:
            return sum(line.middle < rules[-1].at for line in block) - 1
        last = rows[-1]
        body = block[first : last + 1]
        if not body:
            return last
        usual = np.quantile([b.box.top - a.box.bottom for a, b in pairwise(body)] or [0.0], _CLOSE)
        left = min(line.box.left for line in body)
        for index in range(last + 1, len(block)):
            line, above = block[index], block[index - 1]
            gap = line.box.top - above.box.bottom
            within = gap < usual + 0.1 * self.em and line.box.left > left - 0.1 * self.em
            if gap >= _WRAP * self.em and not within:
                break
            last = index
        outside = (i for i in range(first, last + 1) if rules and self._under(block[i], rules[-1]))
        return next(outside, last + 1) - 1

    def _under(self, line: Line, rule: Rule) -> bool:
        """Whether a line below a ruling begins where the ruling does: in a table it would be set in."""
        return line.middle > rule.at and abs(line.box.left - rule.start) < _INSET * self.em

    def _is_table(self, body: list[Line]) -> bool:
        """Whether enough lines are rows, and have so many cells or agree so well that it is no chance."""
        rows = [line for line in body if line.is_row]
        if any(self._holding(line) for line in rows):
            return True
        led = sum(line.has_leader for line in body)
        bridging = sum(_bridges(i, body) for i, line in enumerate(body) if not line.is_row)
        if not rows or led > _LED * len(body) or len(rows) < _ROWS * (len(rows) + bridging):
            return False
        cells = [len(line.phrases) for line in rows]
        if len(rows) == 1:
            return cells[0] > 3 or (cells[0] == 3 and bool(rows[0].numeric.any()))
        return sum(n > 2 for n in cells) >= len(rows) / 2 or _agreement(rows, self.em) >= _AGREE

    def _below(self, line: Line) -> Line | None:
        """The next line of the page that is more than dirt."""
        lines = (other for other in self.lines if other.middle > line.middle)
        return next((other for other in lines if other.box.width > 2 * self.em), None)

    def bounded(self, table: _Table) -> Box:
        """The box of a table: to its rulings, or half a row beyond its text."""
        body, rules = table.body, table.rules
        box = Box.around(line.box for line in body)
        pitch = _pitch([line for line in body if line.is_row], self.em)
        half = max(0.2 * self.em, min(pitch - self.em, self.em) / 2)
        left, right = _extent(body, rules)
        captions = [line.box for line in table.above if line.is_caption((left, right))]
        inset = 0.3 * self.em
        left = min([left - inset * (not rules), *(b.left for b in captions)])
        right = max([right + inset * (not rules), *(b.right for b in captions)])
        top, bottom = box.top - half, box.bottom + half
        if rules and abs(rules[0].at - box.top) < _AT_RULE * self.em:
            top = min(rules[0].at, box.top)
        if rules and rules[-1].at > box.bottom - _AT_RULE * self.em:
            bottom = max(rules[-1].at, box.bottom)
        below = self._below(body[-1])
        if below and not rules and abs(below.box.left - left) < _EDGE * self.em:  # empty rows above a note
            bottom = max(bottom, below.box.top - 0.5 * self.em)
        return Box(
            max(0.0, left), max(0.0, top), min(float(self.size[0]), right), min(float(self.size[1]), bottom)
        )


def _bridges(index: int, body: Sequence[Line]) -> bool:
    """Whether a line reaches over a gap between cells of the nearest row above or below it."""
    above = next((line for line in reversed(body[:index]) if line.is_row), None)
    below = next((line for line in body[index + 1 :] if line.is_row), None)
    box = body[index].box
    return any(
        sum(left < box.right and right > box.left for left, right in row.phrases) > 1
        for row in (above, below)
        if row is not None
    )


def _through(rule: Rule, line: Line) -> bool:
    """Whether what passes for a ruling runs through text, and so is a chain of its strokes."""
    runs = line.runs
    inner = 0.2 * (runs[:, 3] - runs[:, 1])
    crossed = (runs[:, 1] + inner < rule.at) & (rule.at < runs[:, 3] - inner)
    shared = np.minimum(runs[:, 2], rule.end) - np.maximum(runs[:, 0], rule.start)
    return bool(np.maximum(shared[crossed], 0).sum() > 0.5 * (rule.end - rule.start))


def _shared(rule: Rule, box: Box) -> float:
    """Pixels along a ruling that are above, in or below a box."""
    return min(rule.end, box.right) - max(rule.start, box.left)


def _alike(a: Rule, b: Rule, em: float) -> bool:
    return abs(a.start - b.start) < _SAME_EXTENT * em and abs(a.end - b.end) < _SAME_EXTENT * em


def _extent(lines: Sequence[Line], rules: Sequence[Rule]) -> tuple[float, float]:
    """(left, right) of a table by its rows and rulings."""
    left = min([line.box.left for line in lines] + [r.start for r in rules])
    right = max([line.box.right for line in lines] + [r.end for r in rules])
    return left, right


def _pitch(rows: Sequence[Line], em: float) -> float:
    """Usual distance of rows; 1.7 em where there is one row."""
    if len(rows) < 2:
        return 1.7 * em
    return float(np.median([b.middle - a.middle for a, b in pairwise(rows)]))


def _agreement(rows: Sequence[Line], em: float) -> float:
    """Share of runs that have company: a run of another row with the same left, right or middle.

    The first run of a row does not count, for running text also begins at one edge.
    """
    edges = [line.runs for line in rows]
    owner = np.repeat(np.arange(len(edges)), [len(e) for e in edges])
    rank = np.concatenate([np.arange(len(e)) for e in edges])
    boxes = np.concatenate(edges)
    company = np.zeros(len(boxes), bool)
    for values in (boxes[:, 0], boxes[:, 2], (boxes[:, 0] + boxes[:, 2]) / 2):
        order = np.argsort(values, kind="stable")
        near = (np.diff(values[order]) < _EDGE * em) & (np.diff(owner[order]) != 0)
        company[order[1:]] |= near
        company[order[:-1]] |= near
    counted = rank > 0
    return float(company[counted].mean()) if counted.any() else 0.0
