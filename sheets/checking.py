"""Sums for everyone: whatever holds tables goes in, a document with a state per amount comes out.

What files and programs say is exact, so nothing is ever corrected here: where amounts
contradict each other, they are disputed and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..document import Document, Problem, SourceInfo, Table
from ..layout.roles import unreadable_amounts
from .reading import Gathered, from_object, read_file

if TYPE_CHECKING:
    from ..arithmetic.options import ArithmeticOptions

# What spreadsheets show in the place of a result.
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)")
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
    from ..arithmetic.options import ArithmeticOptions

    options = options or ArithmeticOptions()
    options = replace(options, reconcile=replace(options.reconcile, exact=True))
    known = gathered.known or Document(source, problems=tuple(_unreadable(gathered.tables)))
    problems = tuple(p for p in known.problems if not _said_anew(p))
    healed = known.status == "partial" and _failed(known.problems) and not _failed(problems)
    document = replace(
        known,
        status="ok" if healed else known.status,
        tables=gathered.tables,
        texts=gathered.texts,
        mentions=gathered.mentions,
        equations=(),
        problems=problems,
    )
    return check_document(document, options)


def _said_anew(problem: Problem) -> bool:
    return problem.code in _SAID_ANEW or (problem.stage or "").partition(".")[0] == "arithmetic"


def _failed(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _unreadable(tables: Iterable[Table]) -> Iterator[Problem]:
    """One problem per table that has words where amounts should stand."""
    for table in tables:
        errors = (cell for cell in table.cells if _ERROR.fullmatch(cell.text.strip()))
        found = list(dict.fromkeys([*unreadable_amounts(table), *errors]))
        if found:
            first = found[0]
            others = f", nor are {len(found) - 1} more cells of the table" if found[1:] else ""
            message = f"{first.text[:40]!r} is no amount{others}"
            where = f"{table.id} ({first.row}, {first.col})"
            yield Problem("warning", "amount_unreadable", f"{where}: {message}", stage="sheets", where=where)
