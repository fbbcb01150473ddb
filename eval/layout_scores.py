"""What a layout benchmark notes of every table, page and document; figures are sums over these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..layout.options import LayoutOptions
from .hardware import Hardware

CROSSFOOT = "crossfoot"
IMG2TABLE = "img2table"
EVERY_OPTION = "img2table, all options"
"""The same with implicit rows and columns and borderless tables, which its own settings leave out."""
BASELINES = (IMG2TABLE, EVERY_OPTION)

GROUPS = {
    "fully ruled": ("full", "thin", "thick_frame"),
    "rows only, three lines": ("rows_only", "three_line"),
    "borderless": ("none",),
}
"""Ruling styles whose tables are judged together."""
OTHER = "ruling not known"


@dataclass(frozen=True, slots=True)
class Structure:
    """What a tool made of one table of the truth.

    Attributes:
        teds: TEDS-S.
        grits: GriTS of topology.
        located: GriTS of the cells' boxes on the scan.
        shape: (rows, columns) that were found.
        overlap: intersection over union with the truth on the scan.
        score: what the tool itself says of it, with `reason` where that is low.
    """

    teds: float
    grits: float
    located: float | None
    shape: tuple[int, int]
    overlap: float | None
    score: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TableScore:
    """A table of the truth as it stands on one page.

    Attributes:
        found: what each tool made of it; a tool that did not find it is not there.
        headers: header rows of the truth and those found, once pages were joined; None where the
            table was not found.
        small: whether it is in type so small that it is judged apart.
    """

    table: str
    page: int
    kind: str | None
    shape: tuple[int, int]
    small: bool
    found: Mapping[str, Structure]
    headers: tuple[int, int] | None = None

    def teds(self, tool: str) -> float:
        """TEDS-S by a tool, 0 where it did not find the table."""
        structure = self.found.get(tool)
        return structure.teds if structure is not None else 0.0


@dataclass(frozen=True, slots=True)
class PageScore:
    """A page.

    Attributes:
        tables: how many the truth has on it.
        turned: whether it was scanned lying on its side or upside down.
        false: tables without a partner in the truth, by tool.
        seconds: of one core, by stage of layout and by other tool; a tool whose results an earlier run
            left is not there.
        failures: by tool, why it gave nothing for this page.
    """

    number: int
    dpi: float | None
    tables: int
    turned: bool
    false: Mapping[str, int]
    seconds: Mapping[str, float]
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JoinScore:
    """Tables over several pages, of those that are not in small type.

    Attributes:
        tables: of the truth.
        together: those whose pieces came out as one table that holds nothing else.
        right: those of them with as many rows as the grids on their pages give, repeated headers
            dropped and cut rows put together.
        whole: those of them with exactly the rows of the truth.
        wrong: tables of the result, of any size of type, that hold what are two in the truth.
    """

    tables: int = 0
    together: int = 0
    right: int = 0
    whole: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class FixtureScore:
    """A document in one kind of damage; `document` is what intervals are estimated over."""

    fixture: str
    document: str
    damage: str
    ruling: str | None
    size: float | None
    source: Path
    tables: tuple[TableScore, ...]
    pages: tuple[PageScore, ...]
    joins: JoinScore


def group_of(score: FixtureScore) -> str:
    """The group of ruling styles that a document belongs to."""
    return next((name for name, styles in GROUPS.items() if score.ruling in styles), OTHER)


@dataclass(frozen=True, slots=True)
class Row:
    """A table of the truth with the document that it is of."""

    fixture: FixtureScore
    table: TableScore


@dataclass(frozen=True)
class LayoutResult:
    """The scores of a set, in the order of its fixtures.

    Attributes:
        tools: crossfoot, and what it is compared with.
        failures: fixtures that could not be measured, each as (id, why).
        options: of crossfoot's layout.
        digest: of the program's source files.
    """

    name: str
    tools: tuple[str, ...]
    scores: tuple[FixtureScore, ...]
    failures: tuple[tuple[str, str], ...]
    options: LayoutOptions
    digest: str
    workers: int
    hardware: Hardware

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """Kinds of damage, in the order of the set."""
        return tuple(dict.fromkeys(score.damage for score in self.scores))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of ruling styles that have tables to judge."""
        present = {group_of(row.fixture) for row in self.rows()}
        return tuple(name for name in (*GROUPS, OTHER) if name in present)

    def rows(self, group: str | None = None, damage: str | None = None) -> list[Row]:
        """The tables on their pages, but those in small type, which are judged apart."""
        return [row for row in self.all_rows(group, damage) if not row.table.small]

    def all_rows(self, group: str | None = None, damage: str | None = None) -> list[Row]:
        """The tables on their pages, those in small type among them."""
        return [Row(score, table) for score in self.select(group, damage) for table in score.tables]

    def select(self, group: str | None = None, damage: str | None = None) -> list[FixtureScore]:
        """The documents of a group in one kind of damage; None for all."""
        return [
            score
            for score in self.scores
            if group in (None, group_of(score)) and damage in (None, score.damage)
        ]

    def pages(self, damage: str | None = None) -> list[PageScore]:
        """All pages."""
        return [page for score in self.select(damage=damage) for page in score.pages]
