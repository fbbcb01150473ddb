"""Run arithmetic on what was read, and hold every cell against the truth: what a worker does.

A cell is judged twice: at its address, as “amounts exact” counts, and after rows and columns were
aligned, since what arithmetic claims is about an amount and its labels. Which cells are partners is
told from the readings, once, so that all variants of arithmetic are judged over the same ones.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .. import amounts
from ..arithmetic.checking import check_document
from ..arithmetic.options import ArithmeticOptions
from ..arithmetic.reconcile import without_states
from ..document import Cell, Document, Equation, Page
from .arithmetic_records import PROVEN, Case, FixtureScore, Outcome, Seen, Sort
from .matching import match
from .metrics.alignment import Partners, aligned, at_address
from .metrics.misprints import Address, judged_misprints, misprinted_cells
from .slices import PageTable, page_tables, placed_on_scan

if TYPE_CHECKING:
    from ..datasets.fixtures.sets import Fixture
    from .arithmetic_reading import Kept

# Height of the digit 7 relative to the type size, as the fonts themselves draw it.
_DIGITS = {
    "Noto Serif CJK SC": 0.73,
    "Noto Sans CJK SC": 0.73,
    "AR PL UMing": 0.68,
    "AR PL UKai": 0.68,
    "WenQuanYi Zen Hei": 0.69,
    "Libertinus Serif": 0.65,
}
_USUAL = 0.7
_PROVES = ("sum", "equal", "product")
"""Relations that say what an amount is; ratios and limits only hint at it."""


@dataclass(frozen=True)
class Task:
    """A document that was read, to run arithmetic on; `origins` are also run each alone."""

    fixture: Fixture
    kept: Kept
    options: ArithmeticOptions
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Truth:
    """A truth and what is known of its cells by their address."""

    document: Document
    misprinted: frozenset[Address]
    covered: frozenset[Address]
    broken: frozenset[Address]
    cells: Mapping[Address, Cell]


def measure(task: Task) -> FixtureScore:
    """Run arithmetic anew on what was read of a scan, and judge it.

    Raises:
        CrossfootError: the truth or what was read cannot be used.
    """
    truth, read = task.fixture.load(), without_states(task.kept.document())
    started = time.process_time()
    checked = check_document(read, task.options)
    seconds = time.process_time() - started
    alone = {
        origin: check_document(read, ArithmeticOptions(origins=frozenset([origin])))
        for origin in task.origins
    }
    return judge(truth, read, checked, task, seconds=seconds, alone=alone)


def judge(
    truth: Document,
    read: Document,
    checked: Document,
    task: Task,
    *,
    seconds: float = 0.0,
    alone: Mapping[str, Document] | None = None,
) -> FixtureScore:
    """Hold a document that arithmetic was run on against its truth.

    Args:
        truth: what is printed.
        read: the document before arithmetic, from which partners are told.
        checked: the same after it.
        task: what it is of.
        seconds: that arithmetic took.
        alone: by origin, the same document with equations of that origin alone.
    """
    pairs = list(_pairs(truth, read))
    cases = tuple(_cases(_known(truth), pairs, checked))
    labels = _labels(truth)
    return FixtureScore(
        fixture=task.fixture.id,
        document=task.fixture.document,
        damage=task.fixture.damage,
        ruling=labels.get("style", {}).get("ruling"),
        pages=len(truth.pages),
        cases=cases,
        misprints=judged_misprints(truth, checked, _found(pairs, checked)),
        alone={origin: _outcome(cases, document) for origin, document in (alone or {}).items()},
        seconds=round(seconds, 4),
        reading=task.kept.seconds,
        digest=task.kept.digest,
    )


@dataclass(frozen=True)
class _Pair:
    """A table of the truth on a page, and per cell of it where its partners are in the result's tables.

    `extra` are cells of the result without a partner.
    """

    truth: PageTable | None
    at: tuple[tuple[Cell, Address | None], ...] = ()
    by: tuple[tuple[Cell, Address | None], ...] = ()
    extra: tuple[Address, ...] = ()


def _pairs(truth: Document, read: Document) -> Iterator[_Pair]:
    matching = match(_on_scan(truth), _on_scan(read))
    for pair in matching.pairs:
        found, name = pair.result, pair.result.source_id
        at, by = at_address(pair.truth.table, found.table), aligned(pair.truth.table, found.table)
        if _exact(at) > _exact(by):  # aligning by labels that are misread must cost no amount
            by = at
        taken = {(cell.row, cell.col) for _, cell in by if cell is not None}
        extra = tuple(
            (name, whole.row, whole.col)
            for cell in found.table.cells
            if (cell.row, cell.col) not in taken and (whole := found.in_whole(cell))
        )
        yield _Pair(pair.truth, _whole(at, found), _whole(by, found), extra)
    for piece in matching.missed:
        nothing = tuple((cell, None) for cell in piece.table.cells)
        yield _Pair(piece, nothing, nothing)
    for piece in matching.invented:
        cells = (piece.in_whole(cell) for cell in piece.table.cells)
        yield _Pair(None, extra=tuple((piece.source_id, cell.row, cell.col) for cell in cells))


def _exact(partners: Partners) -> int:
    return sum(c.amount is not None and r is not None and r.amount == c.amount for c, r in partners)


def _whole(partners: Partners, found: PageTable) -> tuple[tuple[Cell, Address | None], ...]:
    """The partners by their address in the whole table of the result."""
    return tuple(
        (cell, (found.source_id, whole.row, whole.col) if read and (whole := found.in_whole(read)) else None)
        for cell, read in partners
    )


def _on_scan(document: Document) -> list[PageTable]:
    pages = {page.number: page for page in document.pages}
    return [placed_on_scan(piece, pages) for piece in page_tables(document)]


def _known(truth: Document) -> _Truth:
    laws = [e for e in truth.equations if e.strength != "hint" and e.relation in _PROVES]
    broken = frozenset(_addresses(e for e in laws if e.holds is False))
    return _Truth(truth, misprinted_cells(truth), frozenset(_addresses(laws)), broken, _cells(truth))


def _addresses(equations: Iterable[Equation]) -> Iterator[Address]:
    for equation in equations:
        for term in (equation.total, *equation.terms):
            if term.table is not None and term.row is not None and term.col is not None:
                yield term.table, term.row, term.col


def _cases(truth: _Truth, pairs: Iterable[_Pair], checked: Document) -> Iterator[Case]:
    """The cells that print an amount, nothing or a dash, and others of which arithmetic says something."""
    cells = _cells(checked)
    covered = frozenset(
        _addresses(e for e in checked.equations if e.strength != "hint" and e.relation in _PROVES)
    )
    told: set[Address] = set()  # a table of several pages repeats its header: each cell once

    def seen(address: Address | None) -> Seen | None:
        return _seen(address, cells[address], covered) if address in cells and address else None

    heights = _heights(truth.document)
    for pair in pairs:
        if pair.truth is not None:
            for (cell, at), (_, by) in zip(pair.at, pair.by, strict=True):
                sort = _sort(cell)
                found = seen(by)
                if (by is not None and by in told) or _is_rest(truth, pair.truth, cell):
                    continue
                if sort != "other" or (found is not None and _claims(found)):
                    told |= {by} if by is not None else set()
                    yield _case(truth, pair.truth, cell, sort, heights, (seen(at), found))
        for address in pair.extra:
            found = seen(address)
            if address not in told and found is not None and _claims(found):
                told.add(address)
                kind = pair.truth.table.kind if pair.truth else None
                yield Case("other", "", kind, None, -1, -1, "", None, by=found)


def _is_rest(truth: _Truth, piece: PageTable, cell: Cell) -> bool:
    """Whether a page shows no more than a part of what a cell says, which is judged where the whole is."""
    whole = truth.cells.get((piece.source_id, (place := piece.in_whole(cell)).row, place.col))
    return cell.amount is None and (whole is None or cell.text != whole.text)


def _case(
    truth: _Truth,
    piece: PageTable,
    cell: Cell,
    sort: Sort,
    heights: Mapping[tuple[str, int | None], float],
    seen: tuple[Seen | None, Seen | None],
) -> Case:
    whole = piece.in_whole(cell)
    addresses = [(piece.source_id, *address) for address in piece.addresses(cell)]
    return Case(
        sort=sort,
        table=piece.source_id,
        kind=piece.table.kind,
        page=piece.page,
        row=whole.row,
        col=whole.col,
        text=cell.text,
        printed=cell.amount if sort != "other" else _value(cell.text),
        box=cell.box,
        height=heights.get((piece.source_id, piece.page)),
        misprinted=any(address in truth.misprinted for address in addresses),
        covered=any(address in truth.covered for address in addresses),
        broken=any(address in truth.broken for address in addresses),
        at=seen[0],
        by=seen[1],
    )


def _claims(seen: Seen) -> bool:
    """Whether arithmetic says anything of a cell that prints no amount."""
    return seen.corrected or seen.state in (*PROVEN, "disputed")


def _sort(cell: Cell) -> Sort:
    if cell.amount is not None:
        return "amount" if cell.amount else "zero"
    kind = amounts.printed(cell.text)
    if cell.header or kind not in ("blank", "dash"):
        return "other"
    return "blank" if kind == "blank" else "dash"


def _seen(address: Address, cell: Cell, covered: frozenset[Address]) -> Seen:
    reading = cell.reading
    corrected = cell.correction is not None
    bears = cell.amount is not None or corrected
    attempts = tuple((source, _value(text)) for source, text in reading.attempts) if reading else ()
    choices = reading.alternatives if reading else ()
    return Seen(
        *address,
        text=cell.text,
        amount=cell.amount,
        first=_value(reading.text) if corrected and reading else cell.amount,
        attempts=attempts if bears else (),
        choices=tuple((_value(text), math.exp(min(0.0, log))) for text, log in choices),
        state=cell.state,
        corrected=corrected,
        covered=address in covered,
        spans=(cell.row_span, cell.col_span),
    )


def _value(text: str) -> Decimal | None:
    parsed = amounts.parse(text)
    return parsed.value if parsed is not None and not parsed.percent else None


def _cells(document: Document) -> dict[Address, Cell]:
    return {(table.id, cell.row, cell.col): cell for table in document.tables for cell in table.cells}


def _found(pairs: Iterable[_Pair], checked: Document) -> dict[Address, list[tuple[str, Cell]]]:
    """For each address of the truth the checked document's cells there."""
    cells = _cells(checked)
    found: defaultdict[Address, list[tuple[str, Cell]]] = defaultdict(list)
    for pair in pairs:
        for cell, by in pair.by:
            if pair.truth is not None and by is not None and by in cells:
                for address in pair.truth.addresses(cell):
                    found[pair.truth.source_id, *address].append((by[0], cells[by]))
    return found


def _outcome(cases: Iterable[Case], document: Document) -> Outcome:
    """The counts of a variant of arithmetic over the amounts other than zero."""
    cells = _cells(document)
    total = Outcome()
    for case in cases:
        if case.sort != "amount":
            continue
        at = cells.get((case.at.table, case.at.row, case.at.col)) if case.at else None
        by = cells.get((case.by.table, case.by.row, case.by.col)) if case.by else None
        read = at.amount if at else None
        corrected = by is not None and by.correction is not None
        total += Outcome(
            amounts=1,
            exact=int(read == case.printed),
            misread=int(read is not None and read != case.printed),
            proven=int(by is not None and by.state in PROVEN),
            corrections=int(corrected),
            corrections_wrong=int(by is not None and corrected and by.amount != case.printed),
        )
    return total


def _labels(truth: Document) -> Mapping[str, Any]:
    labels = truth.extra.get("labels")
    return labels if isinstance(labels, Mapping) else {}


def _heights(truth: Document) -> dict[tuple[str, int | None], float]:
    """Pixels of the scan that digits are high, by table and page."""
    labels = _labels(truth)
    style, sizes = labels.get("style") or {}, labels.get("sizes") or {}
    ratio = _DIGITS.get(str(style.get("latin") or style.get("font")), _USUAL)
    scales = {page.number: _scale(page) for page in truth.pages}
    heights: dict[tuple[str, int | None], float] = {}
    for table in truth.tables:
        size = sizes.get(table.id, style.get("size"))
        for part in table.parts:
            scale = scales.get(part.page)
            if size and scale:
                heights[table.id, part.page] = ratio * float(size) * scale
    return heights


def _scale(page: Page) -> float | None:
    """Pixels of the scan per point of the paper, in the middle of the page.

    The upright page of a truth is at the resolution of the scan; the scan itself may show the paper
    smaller, as a photograph does.
    """
    if not page.scan.dpi:
        return None
    (a, b, _), (c, d, _), (g, h, i) = page.from_scan
    x, y = page.scan.width / 2, page.scan.height / 2
    depth = g * x + h * y + i
    return page.scan.dpi / 72 / math.sqrt(abs(_jacobian(page, (a, b, c, d, g, h), (x, y), depth)))


def _jacobian(
    page: Page, terms: tuple[float, float, float, float, float, float], at: tuple[float, float], depth: float
) -> float:
    """How much larger a small area is on the page than on the scan."""
    a, b, c, d, g, h = terms
    (_, _, right), (_, _, down), _ = page.from_scan
    x, y = at
    u, v = (a * x + b * y + right) / depth, (c * x + d * y + down) / depth
    return ((a - g * u) * (d - h * v) - (b - h * u) * (c - g * v)) / depth**2
