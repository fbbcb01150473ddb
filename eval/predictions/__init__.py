"""What other tools write, as records, one module per tool."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...document import MAX_ADDRESSES
from ...errors import InputError, LimitExceeded, MissingInput, OptionsError
from . import crossfoot, docling, html, mineru, ppstructure
from .records import PredictedTable

__all__ = ["FORMATS", "PredictedTable", "expected", "has_prediction", "read_predictions"]

_READERS = {
    "crossfoot": (crossfoot.find, crossfoot.tables),
    "docling": (docling.find, docling.tables),
    "html": (html.find, html.tables),
    "mineru": (mineru.find, mineru.tables),
    "ppstructure": (ppstructure.find, ppstructure.tables),
}
FORMATS = tuple(_READERS)
_NAMES = {
    "crossfoot": "{}/document.json or {}.json",
    "docling": "{}.json",
    "html": "{}.html",
    "mineru": "{}_middle.json or {}_content_list.json",
    "ppstructure": "{}_res.json",
}
MAX_TOTAL_ADDRESSES = 5 * MAX_ADDRESSES  # of one fixture: a few bytes of HTML can claim a million


def expected(format: str, stem: str) -> str:  # noqa: A002
    """What a tool's file for the fixture `stem` would be called, for messages."""
    return _NAMES[format].replace("{}", stem)


def has_prediction(folder: Path, format: str, stem: str) -> bool:  # noqa: A002
    """Whether there is anything for the fixture `stem`, be it unusable."""
    try:
        return bool(_READERS[format][0](folder, stem))
    except InputError:  # several files, of which one must go
        return True


def read_predictions(folder: Path, format: str, stem: str) -> tuple[PredictedTable, ...] | None:  # noqa: A002
    """The tables that a tool found in the fixture `stem`; None if it wrote nothing for it.

    Args:
        folder: what the tool wrote, for all fixtures.
        format: one of FORMATS.
        stem: name of the fixture's source file without its ending.

    Raises:
        MissingInput: no such folder.
        OptionsError: no such format.
        InputError: a malformed file, by name and with what is wrong in it.
        LimitExceeded: a file or table larger than is read.
    """
    if format not in _READERS:
        raise OptionsError(f"{format!r} is none of {', '.join(FORMATS)}", name="--format")
    if not folder.is_dir():
        raise MissingInput("no such folder", name=str(folder))
    if Path(stem).name != stem or stem in ("", ".."):
        raise InputError("is no name of a file", name=repr(stem))
    find, tables = _READERS[format]
    files = find(folder, stem)
    if not files:
        return None
    found: list[PredictedTable] = []
    total = 0
    for table in tables(files):
        total += table.table.shape[0] * table.table.shape[1]
        if total > MAX_TOTAL_ADDRESSES:
            raise LimitExceeded(f"tables of more than {MAX_TOTAL_ADDRESSES} addresses", name=str(files[0]))
        numbered = replace(table.table, id=table.table.id or f"t{len(found) + 1}")
        found.append(replace(table, table=numbered))
    return tuple(found)
