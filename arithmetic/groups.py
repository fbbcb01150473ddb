"""Which tables belong together: those of one organization's disclosure of one year and stage.

Only within a group do equal figures have to agree. Tables that do not say whose they are stay with
those before them; two organizations part tables only where both are stated.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from ..document import Document, Stage, Table

_CODE = re.compile(r"^(?:\[\w{1,12}\]|[A-Za-z0-9]{1,12}[-—_:.]?)")
_NO_NAME = re.compile(r"^[(（]?20\d{2}年度?[)）]?$|日期|^20\d{2}")
_MARKS = re.compile(r"[\s()（）\[\]【】:：,，.。·盖章公]+")
_NUMERALS = frozenset("一二三四五六七八九十0123456789东西南北")
_LONG = 8  # characters of a name in which one may be misread
_FAMILY: dict[Stage, str] = {
    "budget": "budget", "adjusted_budget": "budget", "prior_budget": "budget",
    "final": "final", "prior_final": "final",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Disclosure:
    """Whose figures, of which year and stage, as far as tables of the group have said."""

    organization: str
    year: int | None
    family: str | None

    def takes(self, other: _Disclosure) -> bool:
        """Whether a table may belong here: nothing that both say differs."""
        if self.organization and other.organization and not same_name(self.organization, other.organization):
            return False
        if None not in (self.year, other.year) and self.year != other.year:
            return False
        return None in (self.family, other.family) or self.family == other.family

    def with_(self, other: _Disclosure) -> _Disclosure:
        """What is known once a table has joined; the longest name is the fullest."""
        name = max(self.organization, other.organization, key=len)
        return _Disclosure(name, self.year or other.year, self.family or other.family)


def grouped(document: Document) -> Document:
    """The document with `Table.group` filled where it was null: g1, g2 … in order of appearance.

    Tables of one organization, year and stage share a group even where others stand between them.
    """
    tables: list[Table] = []
    known: list[tuple[str, _Disclosure]] = []
    taken = {table.group for table in document.tables if table.group}
    last: str | None = None
    for table in document.tables:
        said = _said(table)
        if table.group is None:
            last = _place(known, said, last, taken)
        else:
            last = table.group
            if last not in dict(known):
                known.append((last, said))
        tables.append(replace(table, group=last))
    return replace(document, tables=tuple(tables))


def same_name(one: str, other: str) -> bool:
    """Whether two names of organizations may be one: the shorter ends the longer, or one glyph differs."""
    short, long = sorted((_bare(one), _bare(other)), key=len)
    if not short or long.endswith(short) or long.startswith(short):
        return True
    if len(short) != len(long) or len(short) < _LONG:
        return False
    differing = [(a, b) for a, b in zip(short, long, strict=True) if a != b]
    return len(differing) == 1 and not any(char in _NUMERALS for char in differing[0])


def _place(known: list[tuple[str, _Disclosure]], said: _Disclosure, last: str | None, taken: set[str]) -> str:
    """The group of a table: that of the table before it, else the first that takes it, else a new one."""
    order = sorted(range(len(known)), key=lambda i: known[i][0] != last)
    for index in order:
        name, disclosure = known[index]
        if disclosure.takes(said):
            known[index] = (name, disclosure.with_(said))
            return name
    number = len(known) + 1
    while f"g{number}" in taken:
        number += 1
    known.append((f"g{number}", said))
    taken.add(f"g{number}")
    return f"g{number}"


def _said(table: Table) -> _Disclosure:
    name = "" if _NO_NAME.search(table.organization or "") else _bare(table.organization or "")
    stage = table.stage
    return _Disclosure(name, table.year, _FAMILY[stage] if stage else None)


def _bare(name: str) -> str:
    """A name without its code and marks."""
    text = unicodedata.normalize("NFKC", name).strip()
    return _MARKS.sub("", _CODE.sub("", text))
