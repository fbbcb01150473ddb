"""Names that stand beside another code's number: one of the two is wrong, in print or in reading.

Names drift by year and city, so a new name for a code is no fault; one that within the same document is
another code's name is. Names that several codes bear (行政运行) tell nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..document import Problem
from .subjects import alike, bare, function_class, is_economic, is_function
from .view import TableView

_MOST = 200  # problems of one group


@dataclass(frozen=True, slots=True)
class _Named:
    code: str
    name: str
    table: str
    row: int


def contradicting_names(tables: Iterable[TableView]) -> Iterator[Problem]:
    """A problem `code_name_contradicts` for each row whose name is that of another code."""
    named = [one for view in tables for one in _named(view)]
    codes: dict[str, Counter[str]] = {}
    names: dict[str, Counter[str]] = {}
    for one in named:
        codes.setdefault(one.name, Counter())[one.code] += 1
        names.setdefault(one.code, Counter())[one.name] += 1
    told = 0
    for one in named:
        other = _class_of(one) or _other_code(one, codes, names)
        if other is None:
            continue
        message = f"{one.name} beside {one.code} is the name of {other}"
        where = f"{one.table} row {one.row}"
        yield Problem("warning", "code_name_contradicts", message, stage="arithmetic", where=where)
        told += 1
        if told >= _MOST:
            return


def _named(view: TableView) -> Iterator[_Named]:
    for panel in view.panels:
        for row in panel.rows:
            name = bare(row.name)
            if row.code and len(name) >= 2 and (is_function(row.code) or is_economic(row.code)):
                yield _Named(row.code, name, view.id, row.row)


def _class_of(one: _Named) -> str | None:
    """The class that a name is by the classification, where the code is that of another class."""
    if not is_function(one.code) or len(one.code) != 3:
        return None
    known = function_class(one.name)
    return known if known is not None and known != one.code else None


def _other_code(one: _Named, codes: dict[str, Counter[str]], names: dict[str, Counter[str]]) -> str | None:
    """The one other code that bears a name, where more rows than this give this code another name."""
    mine = names[one.code]
    usual, times = mine.most_common(1)[0]
    if alike(usual, one.name) or times <= mine[one.name]:
        return None
    others = [code for code in codes[one.name] if code != one.code]
    if len(others) != 1:
        return None
    other = others[0]
    related = other.startswith(one.code) or one.code.startswith(other)
    same_kind = is_function(other) == is_function(one.code) and len(other) == len(one.code)
    return other if same_kind and not related and codes[one.name][other] > codes[one.name][one.code] else None
