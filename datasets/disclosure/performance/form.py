"""A form: label and value cells merged into a maze, filled row by row over a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ....document import ColumnRole, Stage
from ...content import At
from ..accounts import Flow, Project, Quantity
from ..building import Context, TableBuilder
from .numbers import FormNumbers, draw_form_numbers

TARGET = "performance.project_target"
Fill = Callable[[int, int, int], object]
"""Puts a value at row, column, over so many columns."""
Entry = tuple[str | Fill, int]
"""A text or what puts a value, and the columns that it covers."""


class Form:
    """Rows of entries from the top, over columns of text. Labels are centred, values run from the left."""

    def __init__(
        self,
        context: Context,
        key: str,
        kind: str,
        weights: Sequence[float],
        roles: Sequence[ColumnRole] | None = None,
        *,
        year: int | None = None,
        stage: Stage | None = None,
    ) -> None:
        self.numbers: FormNumbers = draw_form_numbers(context)
        self.context = context
        self.width = len(weights)
        self.table = TableBuilder(
            context, key, kind, roles or ["text"] * self.width, self.numbers.total,
            weights=weights, year=year, stage=stage,
        )  # fmt: skip
        self.row = 0

    def at(self, row: int, col: int) -> At:
        """An address in this form."""
        return At(self.table.key, row, col)

    def label(self, col: int, text: str, *, down: int = 1, across: int = 1, row: int | None = None) -> None:
        """A label, in this row or the one given."""
        self.table.put(
            self.row if row is None else row, col, text, row_span=down, col_span=across, align="center"
        )

    def value(self, col: int, text: str, *, across: int = 1) -> None:
        """A value in this row."""
        self.table.put(self.row, col, text, col_span=across)

    def pairs(self, *pairs: tuple[str, str], start: int = 0, widths: Sequence[int] | None = None) -> None:
        """A row of labels and values; `widths` tells columns of each value, by default what is left over."""
        spread = widths or [1] * (len(pairs) - 1) + [self.width - start - 2 * len(pairs) + 1]
        col = start
        for (label, value), width in zip(pairs, spread, strict=True):
            self.label(col, label)
            self.value(col + 1, value, across=width)
            col += 1 + width
        self.row += 1

    def labels(self, start: int, *labels: tuple[str, int]) -> None:
        """A row of labels from column `start`, each with its width."""
        col = start
        for text, width in labels:
            self.label(col, text, across=width)
            col += width
        self.row += 1

    def runs(self, col: int, texts: Sequence[str], first: int, *, across: int = 1) -> dict[At, range]:
        """Labels down a column from row `first`; equal neighbours share a cell. The rows of each."""
        placed: dict[At, range] = {}
        start = 0
        while start < len(texts):
            stop = start + 1
            while stop < len(texts) and texts[stop] == texts[start]:
                stop += 1
            self.label(col, texts[start], down=stop - start, across=across, row=first + start)
            placed[self.at(first + start, col)] = range(first + start, first + stop)
            start = stop
        return placed


def current(context: Context, project: Project) -> Quantity:
    """What a project may spend this year: spending in a budget, the first budget in final accounts."""
    flow: Flow = "spending" if context.accounts.stage == "budget" else "planned"
    return Quantity(flow, nature="project", project=project.name)


def targeted(context: Context, most: int = 3) -> tuple[Project, ...]:
    """The projects that get forms: those with money this year, a few at most."""
    accounts = context.accounts
    funded = [project for project in accounts.projects if accounts.value(current(context, project))]
    return tuple(funded[: 1 + int(context.rng.integers(most))])
