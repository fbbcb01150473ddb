"""The figures of the layout benchmark, each with its interval, its count and its target.

Targets are those that the layout was specified by, before anything was measured; they are
compared with and never fail a run.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from .layout_scores import CROSSFOOT, FixtureScore, JoinScore, LayoutResult, PageScore, Row
from .metrics.bootstrap import difference, interval
from .metrics.counts import Ratio

if TYPE_CHECKING:
    import numpy as np

ALL = "all"
TEDS_S = "TEDS-S"
RECALL, FALSE = "tables found", "false tables per page"
HEADERS, JOINED, TOGETHER, WRONG = (
    "header rows exact",
    "tables over pages joined right",
    "… pages together",
    "tables joined wrongly",
)
HEADERS_FOUND = f"{HEADERS}, of tables found"
WHOLE = "… with all rows exact"
GRITS = ("GriTS-Top", "GriTS-Loc")
BARE = f"{FALSE}, pages without a table"
SECONDS, SECONDS_95 = "layout seconds per page", "layout seconds per page, 95th percentile"
UPRIGHT = ", pages scanned upright"
LEAD = "TEDS-S, lead over"

_ORDER = ("clean", "office", "seal", "photo", "fax", "low", "fold", "bleed")
_TEDS_S = {
    "fully ruled": (0.995, 0.99, 0.99, 0.98, 0.98, 0.98, 0.97, 0.97),
    "rows only, three lines": (0.96, 0.95, 0.95, 0.93, 0.92, 0.92, 0.90, 0.90),
    "borderless": (0.93, 0.92, 0.91, 0.88, 0.87, 0.87, 0.85, 0.85),
}
TARGETS: dict[tuple[str, str, str], float] = {
    **{
        (TEDS_S, group, profile): bound
        for group, bounds in _TEDS_S.items()
        for profile, bound in zip(_ORDER, bounds, strict=True)
    },
    (RECALL, ALL, ALL): 0.99,
    (FALSE, ALL, ALL): 0.01,
    (HEADERS, ALL, ALL): 0.97,
    (JOINED, ALL, ALL): 0.97,
    (WRONG, ALL, ALL): 0.0,
    (SECONDS, ALL, "200 dpi"): 0.4,
}
"""By figure, group and profile; least values, but for those in `LOWER`."""
LOWER = {FALSE, WRONG, SECONDS, SECONDS_95}
ENOUGH = 100
"""Tables that a figure with a target has to rest on."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one tool.

    Attributes:
        group: a group of ruling styles, a single one, or `all`.
        profile: a kind of damage, `all`, or a resolution.
        count: tables, pages or joined tables that it is a mean over.
        low, high: 95 % percentile bootstrap over documents; None where there are too few.
        target: None where there is none.
    """

    name: str
    tool: str
    group: str
    profile: str
    value: float
    low: float | None
    high: float | None
    count: int
    target: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether it keeps its target; None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.name in LOWER else self.value >= self.target


def figures(result: LayoutResult) -> Iterator[Figure]:
    """Every figure that the set gives, those of the other tools among them."""
    for tool in result.tools:
        for group in (*result.groups, ALL):
            for profile in (*result.profiles, ALL):
                rows = result.rows(None if group == ALL else group, None if profile == ALL else profile)
                yield from _structure(rows, tool, group, profile)
        for profile in (*result.profiles, ALL):
            yield from _detection(result, tool, profile)
    for tool in result.tools[1:]:
        for group in (*result.groups, ALL):
            for profile in (*result.profiles, ALL):
                rows = result.rows(None if group == ALL else group, None if profile == ALL else profile)
                yield from _lead(rows, tool, group, profile)
    for ruling in dict.fromkeys(score.ruling for score in result.scores):
        rows = [row for row in result.rows() if row.fixture.ruling == ruling]
        if ruling is not None:
            yield from _mean(TEDS_S, CROSSFOOT, f"style {ruling}", ALL, rows, _teds(CROSSFOOT))
    small = [row for row in result.all_rows() if row.table.small]
    for tool in result.tools:
        yield from _mean(f"{TEDS_S}, small type", tool, ALL, ALL, small, _teds(tool))
    for profile in (*result.profiles, ALL):
        yield from _whole(result, profile)
    yield from _seconds(result)


def find(found: Iterable[Figure], name: str, tool: str, group: str, profile: str) -> Figure | None:
    """One of them."""
    wanted = (name, tool, group, profile)
    return next((f for f in found if (f.name, f.tool, f.group, f.profile) == wanted), None)


def _structure(rows: Sequence[Row], tool: str, group: str, profile: str) -> Iterator[Figure]:
    yield from _mean(TEDS_S, tool, group, profile, rows, _teds(tool))
    upright = [row for row in rows if not _turned(row)]
    yield from _mean(TEDS_S + UPRIGHT, tool, group, profile, upright, _teds(tool))
    for name, field in zip(GRITS, ("grits", "located"), strict=True):
        yield from _mean(name, tool, group, profile, rows, _other(tool, field))


def _detection(result: LayoutResult, tool: str, profile: str) -> Iterator[Figure]:
    damage = None if profile == ALL else profile
    rows = result.rows(None, damage)
    yield from _mean(RECALL, tool, ALL, profile, rows, lambda r: float(tool in r.table.found))
    pages = [(score, page) for score in result.select(damage=damage) for page in score.pages]
    for name, chosen in (
        (FALSE, pages),
        (BARE, [p for p in pages if not p[1].tables]),
    ):
        yield from _ratio(
            name,
            tool,
            ALL,
            profile,
            [(score.document, Ratio(page.false.get(tool, 0), 1, empty=0.0)) for score, page in chosen],
            len(chosen),
        )


def _whole(result: LayoutResult, profile: str) -> Iterator[Figure]:
    """What comes of a document as a whole, with the words of the truth."""
    damage = None if profile == ALL else profile
    rows = result.rows(None, damage)
    known = [row for row in rows if row.table.headers is not None]
    yield from _mean(HEADERS, CROSSFOOT, ALL, profile, rows, _headers_exact)
    yield from _mean(HEADERS_FOUND, CROSSFOOT, ALL, profile, known, _headers_exact)
    scores = result.select(damage=damage)
    joins: tuple[tuple[str, Callable[[JoinScore], int]], ...] = (
        (JOINED, lambda j: j.right),
        (TOGETHER, lambda j: j.together),
        (WHOLE, lambda j: j.whole),
    )
    count = sum(score.joins.tables for score in scores)
    for name, counted in joins:
        parts = [(s.document, Ratio(counted(s.joins), s.joins.tables)) for s in scores]
        yield from _ratio(name, CROSSFOOT, ALL, profile, parts, count)
    if scores:
        wrong = float(sum(score.joins.wrong for score in scores))
        tables = sum(len(score.tables) for score in scores)
        yield _figure(WRONG, CROSSFOOT, ALL, profile, (wrong, None, None), tables)


def _seconds(result: LayoutResult) -> Iterator[Figure]:
    """Layout time by resolution, in seconds of one core.

    Another tool has a time only where it was timed on the same pages in this run.
    """
    by_dpi: defaultdict[str, list[PageScore]] = defaultdict(list)
    for page in result.pages():
        if CROSSFOOT not in page.failures:
            by_dpi[ALL].append(page)
            if page.dpi:
                by_dpi[f"{page.dpi:.0f} dpi"].append(page)
    for profile, pages in by_dpi.items():
        totals = [sum(s for name, s in page.seconds.items() if name not in result.tools) for page in pages]
        yield _figure(SECONDS, CROSSFOOT, ALL, profile, (median(totals), None, None), len(pages))
        yield _figure(SECONDS_95, CROSSFOOT, ALL, profile, (_percentile(totals, 95), None, None), len(pages))
        for name in dict.fromkeys(name for page in pages for name in page.seconds):
            values = [page.seconds[name] for page in pages if name in page.seconds]
            if name in result.tools and len(values) < len(pages):
                continue
            tool = name if name in result.tools else CROSSFOOT
            label = "seconds per page" if name in result.tools else f"seconds per page, {name}"
            yield _figure(label, tool, ALL, profile, (median(values), None, None), len(values))


def _percentile(values: Sequence[float], percent: float) -> float:
    import numpy as np

    return float(np.percentile(values, percent))


def _teds(tool: str) -> Callable[[Row], float]:
    return lambda row: row.table.teds(tool)


def _turned(row: Row) -> bool:
    return any(page.turned for page in row.fixture.pages if page.number == row.table.page)


def _other(tool: str, name: str) -> Callable[[Row], float]:
    """Another measure of a structure, 0 where the table was not found."""

    def value(row: Row) -> float:
        structure = row.table.found.get(tool)
        return (getattr(structure, name) or 0.0) if structure is not None else 0.0

    return value


def _headers_exact(row: Row) -> float:
    """Whether a table has as many header rows as the truth; one that was not found has not."""
    wanted, found = row.table.headers or (0, -1)
    return float(wanted == found)


def _mean(
    name: str, tool: str, group: str, profile: str, rows: Sequence[Row], value: Callable[[Row], float]
) -> Iterator[Figure]:
    parts = [(row.fixture.document, Ratio(value(row), 1)) for row in rows]
    yield from _ratio(name, tool, group, profile, parts, len(rows))


def _ratio(
    name: str, tool: str, group: str, profile: str, parts: Sequence[tuple[str, Ratio]], count: int
) -> Iterator[Figure]:
    """A ratio of sums with its interval over documents; nothing where there is nothing to count."""
    if not count:
        return
    found = interval(_by_document(parts), _generator(name, group, profile))
    yield _figure(name, tool, group, profile, (found.value, found.low, found.high), count)


def _lead(rows: Sequence[Row], tool: str, group: str, profile: str) -> Iterator[Figure]:
    """By how much crossfoot is ahead of a tool on the same tables."""
    if not rows:
        return
    ours, theirs = (
        _by_document([(row.fixture.document, Ratio(row.table.teds(name), 1)) for row in rows])
        for name in (CROSSFOOT, tool)
    )
    name = f"{LEAD} {tool}"
    found = difference(ours, theirs, _generator(name, group, profile))
    yield _figure(name, CROSSFOOT, group, profile, (found.value, found.low, found.high), len(rows))


def _by_document(parts: Iterable[tuple[str, Ratio]]) -> list[Ratio]:
    """Sums over each document, in the order in which documents come first."""
    documents: dict[str, Ratio] = {}
    for document, ratio in parts:
        documents[document] = documents[document] + ratio if document in documents else ratio
    return list(documents.values())


def _generator(*names: str) -> np.random.Generator:
    """Draws that depend on the figure and not on the tool."""
    import numpy as np

    return np.random.default_rng(zlib.crc32("/".join(names).encode()))


def _figure(
    name: str,
    tool: str,
    group: str,
    profile: str,
    value: tuple[float, float | None, float | None],
    count: int,
) -> Figure:
    target = TARGETS.get((name, group, profile)) if tool == CROSSFOOT else None
    return Figure(name, tool, group, profile, *value, count=count, target=target)


@dataclass(frozen=True, slots=True)
class Worst:
    """A page with the score of its worst table, 0 where one was missed or invented."""

    fixture: FixtureScore
    page: PageScore
    score: float

    def __str__(self) -> str:
        here = [table for table in self.fixture.tables if table.page == self.page.number]
        tables = [
            f"{_by(t.shape)} as {_by(f.shape) if (f := t.found.get(CROSSFOOT)) else 'nothing'}" for t in here
        ]
        tables += [f"{n} invented"] if (n := self.page.false.get(CROSSFOOT, 0)) else []
        turned = ", turned" if self.page.turned else ""
        where = f"{self.fixture.fixture} page {self.page.number} ({self.fixture.ruling}{turned})"
        return f"{self.score:.3f} {where}: {', '.join(tables)}"


def worst_pages(result: LayoutResult) -> list[Worst]:
    """Every page of documents that are not in small type, the worst first.

    A page of a document is there once, in the kind of damage that was worst for it, so that the
    list shows many faults rather than one fault many times.
    """
    worst: dict[tuple[str, int], Worst] = {}
    for score in result.scores:
        for page in score.pages:
            tables = [table for table in score.tables if table.page == page.number]
            if any(table.small for table in tables):
                continue
            values = [table.teds(CROSSFOOT) for table in tables]
            value = min(values, default=1.0) if not page.false.get(CROSSFOOT) else 0.0
            key = score.document, page.number
            if key not in worst or value < worst[key].score:
                worst[key] = Worst(score, page, value)
    return sorted(worst.values(), key=lambda w: (w.score, w.fixture.fixture, w.page.number))


def _by(shape: tuple[int, int]) -> str:
    return "x".join(map(str, shape))
