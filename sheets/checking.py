"""Sums for everyone: whatever holds tables goes in, a document with a state per amount comes out.

What files and programs say is exact, so nothing is ever corrected here: where amounts
contradict each other, they are disputed and stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..document import Document, SourceInfo
from .reading import Gathered, from_object, read_file

if TYPE_CHECKING:
    from ..arithmetic.options import ArithmeticOptions

# What earlier arithmetic said, which is said anew.
_SAID_ANEW = frozenset({
    "equation_fails", "rows_missing", "formula_unreadable", "formula_misprinted", "ink_missed",
    "context_contradicts", "code_name_contradicts", "arithmetic_limit",
})  # fmt: skip


def check(tables: Any, options: ArithmeticOptions | None = None) -> Document:
    """Find the equations between the amounts of tables, and say of every amount whether they prove it.

    Args:
        tables: a path of document.json, HTML, XLSX or CSV; a `Document`, a `Table`, a pandas
            DataFrame; or a list or mapping of any of these, whose tables are then held against
            each other as well. The keys of a mapping become the ids of its tables.
        options: of arithmetic.

    Returns:
        A document whose cells have states and whose `equations` say which hold. No text differs
        from what was given.

    Raises:
        CrossfootError: something that cannot be read, by name and with the reason.
    """
    if isinstance(tables, str | PathLike):
        return check_file(Path(tables), options)
    gathered = from_object(tables, "tables")
    if gathered.known is not None:
        return _checked(gathered.known.source, gathered, options)
    return _checked(SourceInfo("tables", "", len(gathered.tables)), gathered, options)


def check_file(path: Path, options: ArithmeticOptions | None = None) -> Document:
    """`check` for one file, which becomes the document's source; a document.json keeps its own.

    Raises:
        CrossfootError: it cannot be read, by name and with the reason.
    """
    source, gathered = read_file(path)
    return _checked(source, gathered, options)


def _checked(source: SourceInfo, gathered: Gathered, options: ArithmeticOptions | None) -> Document:
    from ..arithmetic.checking import check_document

    known = gathered.known or Document(source)
    document = replace(
        known,
        tables=gathered.tables,
        texts=gathered.texts,
        mentions=gathered.mentions,
        equations=(),
        problems=tuple(p for p in known.problems if p.code not in _SAID_ANEW),
    )
    return check_document(document, options)
