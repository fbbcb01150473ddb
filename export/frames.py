"""A table's body as a pandas DataFrame whose columns are named by their header paths.

Text comes as strings and amounts as Arrow decimals; nothing passes through a binary
float. Names are flat strings, because CSV, DuckDB and Parquet know no nested ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, get_args

from ..document import Cell, ColumnRole, Table, Values
from ..errors import OptionsError
from .characters import encodable

if TYPE_CHECKING:
    import pandas

DECIMAL_DIGITS = 38  # what Arrow's decimal128 holds
_TEXT_ROLES: frozenset[ColumnRole] = frozenset({"code", "name", "line_number", "text"})


def frame(table: Table, values: Values = "text") -> pandas.DataFrame:
    """The rows below `header_rows`, one column per column of the grid.

    A column's name joins the header texts above it with " / ", each spanning cell once,
    line breaks dropped; a second column of that name gets " (2)". A column without header
    text is named by its index ("0", "1", …).

    - `text`: strings as printed, "" where nothing is printed. A spanning cell's text stands
      at every address that it covers.
    - `state`: strings, null for a cell without state; spans as for `text`.
    - `amount`: `decimal128(38, s)`, s being the most decimals printed in the column, null
      where there is no amount; values that need more than 38 digits make it a column of
      `Decimal` objects. A spanning cell's amount stands at its first address only, or sums
      would count it twice. Columns with the role code, name, line_number or text keep
      their text, so that amounts can be looked up and grouped by it; where such a column of
      a form bears amounts too, they stand in it as `Decimal` objects among the strings.

    `attrs` holds the table's id, title, unit, year and kind.

    Raises:
        OptionsError: `values` is none of these.
    """
    if values not in get_args(Values):
        raise OptionsError(f"must be one of {', '.join(get_args(Values))}, not {values!r}", name="values")
    import pandas as pd

    grid = _owners(table)
    first = min(max(table.header_rows, 0), table.shape[0])
    body = grid[first:]
    names = _unique(_header_path(grid[:first], col) for col in range(table.shape[1]))
    rows = range(first, table.shape[0])
    columns = {name: _column(table, body, rows, col, values) for col, name in enumerate(names)}
    result = pd.DataFrame(columns, index=pd.RangeIndex(len(body)))
    result.attrs = {
        "id": table.id,
        "title": table.title,
        "unit": table.unit,
        "year": table.year,
        "kind": table.kind,
    }
    return result


def _owners(table: Table) -> list[list[Cell]]:
    rows, cols = table.shape
    blank = Cell(0, 0)
    grid = [[blank] * cols for _ in range(rows)]
    for cell in table.cells:
        for row in cell.rows:
            grid[row][cell.col : cell.col + cell.col_span] = [cell] * cell.col_span
    return grid


def _header_path(header: Sequence[Sequence[Cell]], col: int) -> str:
    texts: list[str] = []
    above: Cell | None = None
    for row in header:
        cell = row[col]
        text = "".join(encodable(cell.text).splitlines()).strip()
        if cell is not above and text:
            texts.append(text)
        above = cell
    return " / ".join(texts) or str(col)


def _unique(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate in seen:
            number += 1
            candidate = f"{name} ({number})"
        seen.add(candidate)
        result.append(candidate)
    return result


def _column(
    table: Table, body: Sequence[Sequence[Cell]], rows: range, col: int, values: Values
) -> pandas.Series:
    import pandas as pd

    cells = [row[col] for row in body]
    role = table.columns[col].role if col < len(table.columns) else None
    if values == "amount" and role not in _TEXT_ROLES:
        firsts = zip(rows, cells, strict=True)
        return _decimals([c.amount if (c.row, c.col) == (row, col) else None for row, c in firsts])
    if values == "amount" and any(cell.amount is not None for cell in cells):
        return pd.Series([encodable(c.text) if c.amount is None else c.amount for c in cells], dtype=object)
    strings = [cell.state if values == "state" else encodable(cell.text) for cell in cells]
    return pd.Series(strings, dtype=pd.StringDtype("pyarrow"))


def _decimals(amounts: list[Decimal | None]) -> pandas.Series:
    import pandas as pd
    import pyarrow as pa

    known = [amount for amount in amounts if amount is not None]
    scale = max((-int(a.as_tuple().exponent) for a in known), default=0)
    scale = max(scale, 0)
    whole = max((a.adjusted() + 1 for a in known), default=0)
    if max(whole, 0) + scale > DECIMAL_DIGITS:
        return pd.Series(amounts, dtype=object)
    array = pa.array(amounts, type=pa.decimal128(DECIMAL_DIGITS, scale))
    return pd.Series(pd.arrays.ArrowExtensionArray(array))
