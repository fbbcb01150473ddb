"""What the text around a table says of it: title, organization, unit, year and notes.

A table owns the lines between the table before it and itself, and the notes right below
it. What a line is follows from its words first and from its place second.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..amounts import scale
from ..document import Box, Stage, TextRole
from .paragraphs import Line

# A county may be called 元氏: nothing but an end may follow the unit.
_UNIT = re.compile(
    r"(?:^|[(（\s]|金额|计量)单位[:：\s]{0,4}(?:人民币)?(?P<unit>[百千万亿]{0,2}元)(?=$|[\s,，;；)）])"
)
_ORGANIZATION = re.compile(
    r"^(?:编制|填报|申报|预算|项目)?(?:单位名称|部门名称|部门|单位|主管部门)"
    r"(?:[(（][^)）]{0,12}[)）])?\s*[:：]\s*(?P<name>.*)$"
)
_NOTE = re.compile(r"^(?:注|备注|说明|附注)\s*\d*\s*[:：.、]")
_FORMULA = re.compile(r"^\d{1,3}\s{0,2}[行栏].{0,6}=")
_FORM_NUMBER = re.compile(r"^(?:公开\s*\d+\s*表|附[件表]\s*\d*[:：]?|表\s*\d+)$")
_PAGE_NUMBER = re.compile(r"^[-—–·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?[-—–·\s]*$")
_YEAR = re.compile(r"(20\d{2})\s*年")
_DATE = re.compile(r"^(?:填报|编制|填表)?日期|20\d{2}\s*年\s*\d{1,2}\s*月")
_LONGEST = 200  # characters of a line that are looked at
_TITLE_LINES = 8  # above a table; what stands higher belongs to the text before it


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found around one table; indices point into the page's lines."""

    title: str | None = None
    organization: str | None = None
    unit: str | None = None
    year: int | None = None
    stage: Stage | None = None
    roles: tuple[tuple[int, TextRole], ...] = ()
    notes: tuple[int, ...] = ()


def read_surroundings(lines: Sequence[Line], tables: Sequence[Box], page_height: float) -> list[Surroundings]:
    """For each table, from top to bottom, what the lines around it say.

    Args:
        lines: text outside the tables, from top to bottom.
        tables: boxes of the tables, from top to bottom.
        page_height: in pixels.
    """
    found: list[Surroundings] = []
    taken: set[int] = set()
    for index, table in enumerate(tables):
        ceiling = max((t.bottom for t in tables[:index] if t.bottom <= table.top + 1), default=0.0)
        floor = min((t.top for t in tables[index + 1 :] if t.top >= table.bottom - 1), default=page_height)
        above = [
            i for i, line in enumerate(lines)
            if i not in taken and ceiling - 1 <= line.box.center[1] <= table.top + 0.5 * line.height
        ]  # fmt: skip
        below = [i for i, line in enumerate(lines) if table.bottom - 1 <= line.box.center[1] <= floor]
        one = _around_one(lines, above[-_TITLE_LINES:], below, table)
        taken.update(i for i, _ in one.roles)
        found.append(one)
    return found


def furniture(line: Line, page_height: float) -> bool:
    """Whether a line is a page number in the margin."""
    in_margin = line.box.center[1] < 0.08 * page_height or line.box.center[1] > 0.92 * page_height
    return in_margin and _PAGE_NUMBER.match(line.text) is not None


def _around_one(lines: Sequence[Line], above: list[int], below: list[int], table: Box) -> Surroundings:
    roles: dict[int, TextRole] = {}
    organization = unit = None
    for i in above:
        text = unicodedata.normalize("NFKC", lines[i].text[:_LONGEST]).strip()
        money = _UNIT.search(text)
        named = _ORGANIZATION.match(lines[i].text[:_LONGEST].strip())
        if money and scale(money["unit"]) is not None:
            unit, roles[i] = money["unit"], "unit"
        elif named and scale(named["name"].strip()) is None:
            organization, roles[i] = named["name"].strip() or None, "organization"
        elif _FORM_NUMBER.match(text) or _DATE.match(text):
            roles[i] = "furniture" if _FORM_NUMBER.match(text) else "note"
    title_lines = _title(lines, [i for i in above if i not in roles], table)
    roles |= dict.fromkeys(title_lines, "title")
    title = "".join(lines[i].text.strip() for i in title_lines) or None
    year = _YEAR.search(title or "")
    notes = _notes(lines, below)
    roles |= dict.fromkeys(notes, "note")
    return Surroundings(
        title,
        organization,
        unit,
        int(year[1]) if year else None,
        _stage(title),
        tuple(roles.items()),
        tuple(notes),
    )


def _stage(title: str | None) -> Stage | None:
    if title and "决算" in title:
        return "final"
    return "budget" if title and "预算" in title else None


def _title(lines: Sequence[Line], candidates: list[int], table: Box) -> list[int]:
    """The line most like a title, with the line above that it continues and one below in brackets."""
    scores = {i: _title_score(lines[i], table) for i in candidates}
    best = max(candidates, key=lambda i: (scores[i], i), default=None)
    if best is None or scores[best] < 2:
        return []
    line = lines[best]
    before = [i for i in candidates if i < best and scores[i] >= 2 and _adjoin(lines[i], line)]
    after = [i for i in candidates if i > best and lines[i].text[:1] in "（(" and _adjoin(line, lines[i])]
    return [*before[-1:], best, *after[:1]]


def _adjoin(upper: Line, lower: Line) -> bool:
    """Whether two lines are of one size and stand right below one another, centred alike."""
    near = 0 <= lower.box.top - upper.box.bottom < 1.2 * lower.height
    alike = abs(upper.height - lower.height) < 0.25 * lower.height
    return near and alike and abs(upper.box.center[0] - lower.box.center[0]) < 2 * lower.height


def _title_score(line: Line, table: Box) -> float:
    """Centred above the table, near it, and not a sentence; 表 at its end decides."""
    text = line.text[:_LONGEST].strip()
    centred = abs(line.box.center[0] - table.center[0]) < 0.1 * table.width
    gap = (table.top - line.box.bottom) / max(line.height, 1.0)
    named = re.search(r"表(?:\s{0,4}[(（][^()（）]{0,40}[)）])?$", text) is not None
    sentence = (
        text.endswith(("。", "；", "，", ":", "：")) or len(text) > 60 or _PAGE_NUMBER.match(text) is not None
    )
    return 2.0 * named + 1.5 * centred + (gap < 6) - 3.0 * sentence


def _notes(lines: Sequence[Line], below: list[int]) -> list[int]:
    """Lines below a table that begin with 注 or a formula, and those that continue them."""
    notes: list[int] = []
    for i in below:
        text = unicodedata.normalize("NFKC", lines[i].text[:_LONGEST]).strip()
        near = not notes or lines[i].box.top - lines[notes[-1]].box.bottom < 1.5 * lines[i].height
        if not near or (not notes and not _NOTE.match(text) and not _FORMULA.match(text)):
            break
        notes.append(i)
    return notes
