"""The worst that arithmetic did, each with its crop of the scan: wrong amounts that were called proven,
wrong corrections, misprints that went unnoticed, amounts in doubt that are right.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets.fixtures.sets import load_set
from ..document import Box, Document, Equation, write_atomically
from ..source import open_source
from .arithmetic_records import PROVEN, Case, FixtureScore
from .report.comparison import escaped

if TYPE_CHECKING:
    from ..datasets.fixtures.sets import Fixture
    from .arithmetic import Plan

SORTS = ("wrong, and called proven", "wrong correction", "misprint not noticed", "disputed for nothing")
"""What counts as bad, the worst first."""
_AROUND = (60.0, 15.0)
"""Pixels of the scan that are shown left and right of a cell, and above and below."""


@dataclass(frozen=True)
class Bad:
    """A case that went wrong, and how."""

    sort: str
    score: FixtureScore
    case: Case


def worst(scores: Sequence[FixtureScore]) -> list[Bad]:
    """The cases that went wrong, the worst first, by turns over the fixtures within a sort."""
    found = [bad for score in scores for bad in _of(score)]
    turns: dict[tuple[str, str], int] = {}
    order: list[tuple[int, int, int]] = []
    for number, bad in enumerate(found):
        place = bad.sort, bad.score.fixture
        turns[place] = turns.get(place, 0) + 1
        order.append((SORTS.index(bad.sort), turns[place], number))
    return [found[number] for *_, number in sorted(order)]


def _of(score: FixtureScore) -> Iterator[Bad]:
    missed = {
        at
        for misprint in score.misprints
        if misprint.breaks and not misprint.noticed
        for at in misprint.where
    }
    for case in score.cases:
        seen = case.by
        if seen is not None and seen.corrected and not case.right:
            yield Bad(SORTS[1], score, case)
        elif seen is not None and seen.state in PROVEN and not case.right:
            yield Bad(SORTS[0], score, case)
        elif (case.table, case.row, case.col) in missed:
            yield Bad(SORTS[2], score, case)
        elif seen is not None and seen.state == "disputed" and case.right and not case.misprinted:
            yield Bad(SORTS[3], score, case)


def write_worst(scores: Sequence[FixtureScore], folder: Path, plan: Plan, count: int, out: Path) -> Path:
    """Write the worst cases as a page with pictures.

    Args:
        scores: of the set.
        folder: the set.
        plan: as it was measured.
        count: cases of each sort at most.
        out: folder for `index.html`.
    """
    from ..arithmetic.checking import check_document
    from .arithmetic_reading import find

    fixtures = {fixture.id: fixture for fixture in load_set(folder, verify=False).fixtures}
    chosen = _chosen(worst(scores), count)
    parts: list[str] = []
    for name in dict.fromkeys(bad.score.fixture for bad in chosen):
        fixture = fixtures[name]
        kept = find(fixture, plan.kept)
        if kept is None:
            continue
        truth, checked = fixture.load(), check_document(kept.document(), plan.arithmetic)
        mine = [bad for bad in chosen if bad.score.fixture == name]
        crops = _crops(fixture, truth, [bad.case for bad in mine])
        parts += (_article(bad, checked, crops.get(number)) for number, bad in enumerate(mine))
    out.mkdir(parents=True, exist_ok=True)
    index = out / "index.html"
    head = (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Worst cases</title></head><body>"
    )
    body = "\n".join(parts) or "<p>Nothing went wrong.</p>"
    write_atomically(index, f"{head}\n{body}\n</body></html>\n".encode(errors="backslashreplace"))
    return index


def _chosen(found: Sequence[Bad], count: int) -> list[Bad]:
    return [bad for sort in SORTS for bad in [b for b in found if b.sort == sort][:count]]


def _article(bad: Bad, checked: Document, crop: bytes | None) -> str:
    case, seen = bad.case, bad.case.by
    where = f"{bad.score.fixture}, {case.table or 'no table of the truth'}, page {case.page}, row {case.row}"
    facts = [f"printed {case.text!r}" if case.table else "nothing printed there"]
    lines: list[str] = []
    if seen is not None:
        read = ", ".join(f"{source} {value}" for source, value in seen.attempts)
        facts.append(
            f"read {seen.first}, now {seen.amount} ({seen.state}) at {seen.table}:{seen.row}:{seen.col}"
        )
        facts.append(f"attempts: {read or 'none'}")
        facts.append("alternatives: " + ", ".join(f"{value} {p:.4f}" for value, p in seen.choices[:5]))
        lines = _sentences(checked, seen.table, seen.row, seen.col)
    picture = ""
    if crop is not None:
        picture = f"<img alt='' src='data:image/png;base64,{base64.b64encode(crop).decode()}'>"
    items = "".join(f"<li>{escaped(line)}</li>" for line in (*facts, *lines))
    title = escaped(f"{bad.sort}: {where}, column {case.col}")
    return f"<article><h3>{title}</h3>{picture}<ul>{items}</ul></article>"


def _sentences(checked: Document, table: str, row: int, col: int) -> list[str]:
    """What can be said of the cell: why it is in its state, and the equations that hold it."""
    from ..arithmetic.explain import explain

    cells = {(t.id, c.row, c.col): c for t in checked.tables for c in t.cells}
    cell = cells.get((table, row, col))
    if cell is None:
        return []
    own = [e for e in checked.equations if e.id in cell.equations]
    return [explain(checked, table, row, col), *(_written(equation) for equation in own[:6])]


def _written(equation: Equation) -> str:
    places = " ".join(
        f"{t.factor:+f}·{t.mention or f'{t.table}:{t.row}:{t.col}'}" for t in equation.terms[:12]
    )
    total = equation.total.mention or f"{equation.total.table}:{equation.total.row}:{equation.total.col}"
    held = {True: "holds", False: f"is off by {equation.residual}", None: "is open"}[equation.holds]
    return f"{equation.origin}, {equation.strength}: {total} = {places} {held} ({equation.reason})"


def _crops(fixture: Fixture, truth: Document, cases: Sequence[Case]) -> Mapping[int, bytes]:
    """PNGs of the cells on their scan, by the number of the case; one page is in memory at a time."""
    import cv2

    pages = {page.number: page for page in truth.pages}
    crops: dict[int, bytes] = {}
    with open_source(fixture.source) as source:
        for number in sorted({case.page for case in cases if case.page is not None}):
            if number not in pages or number > source.page_count:
                continue
            image = source.load(number).image
            for place, case in enumerate(cases):
                if case.page == number and case.box is not None:
                    left, top, right, bottom = _window(case.box, image.shape[1], image.shape[0])
                    encoded, data = cv2.imencode(".png", image[top:bottom, left:right])
                    if encoded:
                        crops[place] = data.tobytes()
    return crops


def _window(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    across, down = _AROUND
    left, top = max(0, int(box.left - across)), max(0, int(box.top - down))
    return left, top, min(width, int(box.right + across)), min(height, int(box.bottom + down))
