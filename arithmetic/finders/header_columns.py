"""A header as trees of columns: headings over headings, what each column is, and the printed column numbers.

Read from the merged header cells and their words; finders of column patterns share it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ..view import Panel, TableView

_TOTAL = re.compile(r"(?:合计|总计|小计|共计)(?:数|额|金额)?$|^(?:合计|总计|小计|共计)$")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_RATE = re.compile(r"[%率]|占比|比重|比例|幅度|百分")
_CHANGE = re.compile(r"增减|增加额|增长额|变动额|[+＋]增[,、]?[-－]减|差额")
_COUNT = re.compile(r"数量|单价|人数|个数|序号|编制|辆|行次")
_PRIOR = re.compile(r"上年|去年|上一年|前一年")
_CARRIED = re.compile(r"结转|结余")
_YEAR = re.compile(r"(?:19|20)\d\d")
_OF_WHICH = re.compile(r"^其中")
_NUMBERED = re.compile(r"(\d{1,3})(?:[=＝].*)?")
_FILLER = re.compile(r"\*+|栏次|[-—]*|行次|栏目|类款项|类|款|项")


@dataclass(frozen=True, slots=True)
class Heading:
    """A header cell: of one column (`col`), or of several headings below it."""

    text: str
    path: tuple[str, ...]
    col: int | None = None
    parts: tuple[Heading, ...] = ()

    @property
    def words(self) -> str:
        """Its own text without remarks in brackets."""
        return _BRACKETS.sub("", self.text) or self.text

    @property
    def is_total(self) -> bool:
        """A column that adds others up, by its words."""
        return self.col is not None and bool(_TOTAL.search(self.words)) and not self.is_of_which

    @property
    def is_of_which(self) -> bool:
        """A part that is told besides (其中：)."""
        return bool(_OF_WHICH.match(self.text))

    @property
    def is_rate(self) -> bool:
        """A ratio of amounts."""
        return bool(_RATE.search(self.text))

    @property
    def is_change(self) -> bool:
        """The difference of two years."""
        return self.col is not None and not self.is_rate and bool(_CHANGE.search("".join(self.path)))

    @property
    def is_prior(self) -> bool:
        """Last year's figures; what was carried over from last year is this year's."""
        return bool(_PRIOR.search(self.text)) and not _CARRIED.search(self.text)

    @property
    def year(self) -> int | None:
        """The year that the words name, if it is one."""
        years = years_in("".join(self.path))
        return years.pop() if len(years) == 1 else None

    @property
    def adds(self) -> bool:
        """Whether it may be a part of a total."""
        outside = self.is_of_which or self.is_rate or self.is_change or self.is_prior
        return not outside and not _COUNT.search(self.words)

    @property
    def heads(self) -> tuple[int, ...]:
        """The columns that stand for it in a sum: itself, its own total, or its parts."""
        if self.col is not None:
            return (self.col,) if self.adds else ()
        totals = [part for part in self.parts if part.is_total]
        if totals:
            return totals[0].heads
        return tuple(col for part in self.parts for col in part.heads)

    @property
    def leaves(self) -> tuple[Heading, ...]:
        """Its columns from left to right."""
        return (self,) if self.col is not None else tuple(leaf for part in self.parts for leaf in part.leaves)

    def walk(self) -> Iterator[Heading]:
        """Itself and all headings below."""
        yield self
        for part in self.parts:
            yield from part.walk()


def years_in(words: str) -> set[int]:
    """The years that words name."""
    return {int(year) for year in _YEAR.findall(words)}


def headings(view: TableView, panel: Panel) -> tuple[Heading, ...]:
    """The top headings over the number columns of a panel."""
    skipped = numbering_row(view)
    rows = [row for row in range(view.header_rows) if row != skipped]
    return _below(view, panel.numbers, rows, ())


def _below(
    view: TableView, cols: Sequence[int], rows: Sequence[int], path: tuple[str, ...]
) -> tuple[Heading, ...]:
    if not rows:
        return tuple(Heading(path[-1] if path else "", path, col) for col in cols)
    found: list[Heading] = []
    for key, group in groupby(cols, key=lambda col: _start(view, rows[0], col)):
        covered = list(group)
        cell = view.cell(*key)
        text = view.text(*key)
        deeper = [row for row in rows if row >= cell.row + cell.row_span]
        longer = (*path, text) if text else path
        if len(covered) == 1:
            found.extend(_below(view, covered, deeper, longer))
        else:
            parts = _below(view, covered, deeper, longer)
            found.extend([Heading(text, longer, parts=parts)] if text and deeper else parts)
    return tuple(found)


def _start(view: TableView, row: int, col: int) -> tuple[int, int]:
    cell = view.cell(row, col)
    return cell.row, cell.col


def numbering_row(view: TableView) -> int | None:
    """The row that numbers the columns, last of the header or taken for the first of the body."""
    last = min(view.header_rows, view.rows - 1)
    numeric = {col for panel in view.panels for col in panel.numbers}
    for row in range(last, -1, -1):
        texts = [view.text(row, col) for col in range(view.cols)]
        numbers = [int(match[1]) for text in texts if (match := _NUMBERED.fullmatch(text))]
        others = [text for text in texts if not _NUMBERED.fullmatch(text) and not _FILLER.fullmatch(text)]
        ordered = all(before < after for before, after in pairwise(numbers))
        if len(numbers) >= 2 and ordered and not others and numbers[0] <= 1 + view.cols - len(numeric):
            return row
    return None


def column_numbers(view: TableView) -> dict[int, int]:
    """Printed number → column; where none are printed, the columns of numbers are counted from 1."""
    row = numbering_row(view)
    if row is None:
        cols = [col for panel in view.panels for col in panel.numbers]
        return dict(enumerate(cols, start=1))
    matches = ((col, _NUMBERED.fullmatch(view.text(row, col))) for col in range(view.cols))
    return {int(match[1]): col for col, match in reversed(list(matches)) if match}
