"""All cells of one or many documents as one Arrow table, and as Parquet.

One row per cell under one fixed schema, so that files of many documents can be read as
one data set (DuckDB: `read_parquet('store/*/cells.parquet')`). Every field carries its
description in the schema's metadata.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..document import Cell, Document, Table, write_atomically
from ..errors import DocumentError
from .characters import encodable

if TYPE_CHECKING:
    import pyarrow

AMOUNT_DIGITS = 38
AMOUNT_DECIMALS = 8  # ratios print four; twice that, and 30 digits before the point

_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("document_sha256", "string", "SHA-256 of the file that was read"),
    ("document_name", "string", "name of the file that was read"),
    ("table_id", "string", "the table's id, unique in the document"),
    ("group", "string", "tables of one organization, year and project share it"),
    ("page", "int32", "page of the cell's first part, from 1"),
    ("row", "int32", "first row, from 0"),
    ("col", "int32", "first column, from 0"),
    ("row_span", "int32", "rows that the cell covers"),
    ("col_span", "int32", "columns that the cell covers"),
    ("left", "float64", "left edge of the first part in pixels of the upright page"),
    ("top", "float64", "top edge of the first part in pixels of the upright page"),
    ("right", "float64", "right edge of the first part in pixels of the upright page"),
    ("bottom", "float64", "bottom edge of the first part in pixels of the upright page"),
    ("header", "bool", "whether the cell is a header"),
    ("column_role", "string", "role of the cell's first column"),
    ("text", "string", "the final text, as printed"),
    ("reading_text", "string", "the recogniser's first reading"),
    ("reading_confidence", "float64", "the recogniser's confidence, 0 to 1"),
    ("reading_source", "string", "what read it"),
    ("amount", "decimal", "the amount in `unit`; null if none, or if decimal128(38, 8) cannot hold it"),
    ("amount_text", "string", "the amount in plain decimal digits with the printed scale, always exact"),
    ("unit", "string", "unit of the amount"),
    ("year", "int16", "year that the amount is for"),
    ("stage", "string", "budget, adjusted_budget, final, prior_budget or prior_final"),
    ("state", "string", "proven, corrected, disputed, unchecked or confirmed"),
    ("why", "string", "why the cell has this state"),
    ("equations", "int32s", "ids of the document's equations that the cell is in"),
)


@functools.cache
def cells_schema() -> pyarrow.Schema:
    """The Arrow schema of `cells_table`; also to be had as `CELLS_SCHEMA`."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "int16": pa.int16(),
        "int32": pa.int32(),
        "int32s": pa.list_(pa.int32()),
        "float64": pa.float64(),
        "bool": pa.bool_(),
        "decimal": pa.decimal128(AMOUNT_DIGITS, AMOUNT_DECIMALS),
    }
    fields = [pa.field(name, types[kind], metadata={"description": text}) for name, kind, text in _FIELDS]
    return pa.schema(fields, metadata={"crossfoot": "cells/1"})


def __getattr__(name: str) -> Any:
    # Building the schema imports pyarrow, which takes longer than importing crossfoot.
    if name == "CELLS_SCHEMA":
        return cells_schema()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def cells_table(documents: Document | Iterable[Document]) -> pyarrow.Table:
    """One row per cell of every table of `documents`, in their order, under `cells_schema()`.

    Raises:
        DocumentError: a page, year or equation number too large for its column.
    """
    import pyarrow as pa

    items = [documents] if isinstance(documents, Document) else documents
    rows = [row for document in items for row in _rows(document)]
    columns: Iterable[tuple[Any, ...]] = zip(*rows, strict=True) if rows else ((),) * len(_FIELDS)
    arrays = []
    for field, column in zip(cells_schema(), columns, strict=True):
        try:
            arrays.append(pa.array(column, type=field.type))
        except (pa.ArrowInvalid, OverflowError) as error:
            raise DocumentError(f"{field.name} does not fit {field.type}: {error}") from None
    return pa.Table.from_arrays(arrays, schema=cells_schema())


def parquet_bytes(documents: Document | Iterable[Document]) -> bytes:
    """`cells_table` as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(cells_table(documents), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def write_parquet(documents: Document | Iterable[Document], path: Path) -> None:
    """Write `cells_table` to `path` in one step.

    Raises:
        OutputError: the file cannot be written.
    """
    write_atomically(path, parquet_bytes(documents))


def _rows(document: Document) -> Iterator[tuple[Any, ...]]:
    source = (_text(document.source.sha256), _text(document.source.name))
    for table in document.tables:
        of_table = (*source, _text(table.id), _text(table.group))
        for cell in table.cells:
            yield (*of_table, *_place(cell), *_content(table, cell), *_judgement(cell))


def _place(cell: Cell) -> tuple[Any, ...]:
    page, box = (cell.parts[0].page, cell.parts[0].box.to_list()) if cell.parts else (None, [None] * 4)
    return page, cell.row, cell.col, cell.row_span, cell.col_span, *box


def _content(table: Table, cell: Cell) -> tuple[Any, ...]:
    role = table.columns[cell.col].role if cell.col < len(table.columns) else None
    reading = cell.reading
    seen = (_text(reading.text), reading.confidence, _text(reading.source)) if reading else (None,) * 3
    return cell.header, role, _text(cell.text), *seen


def _judgement(cell: Cell) -> tuple[Any, ...]:
    amount = cell.amount
    exact = None if amount is None else format(amount, "f")
    fitting = amount if amount is not None and _fits(amount) else None
    unit, why = _text(cell.unit), _text(cell.why)
    return fitting, exact, unit, cell.year, cell.stage, cell.state, why, list(cell.equations)


def _fits(amount: Decimal) -> bool:
    # Zeros at the end of the decimals cost nothing: 1.0000000000 fits eight decimals.
    decimals = len(format(amount, "f").partition(".")[2].rstrip("0"))
    return decimals <= AMOUNT_DECIMALS and amount.adjusted() < AMOUNT_DIGITS - AMOUNT_DECIMALS


def _text(text: str | None) -> str | None:
    return None if text is None else encodable(text)
