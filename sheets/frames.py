"""A pandas DataFrame → a grid of texts, its column names as header rows.

Numbers become the text that says exactly what they are: a float its shortest decimal form, a
Decimal its digits with their scale. Nothing is rounded but what adding binary floats leaves
behind the fifteenth digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..document import MAX_ADDRESSES, Cell
from ..errors import LimitExceeded
from ..layout.headers import ORDINAL
from .numbers import EXACT_DIGITS
from .sheet import Sheet

if TYPE_CHECKING:
    import pandas

_SHORT = 12  # digits of a number that comes out by chance once in a thousand times
_UNNAMED = "Unnamed:"  # how pandas calls a header cell that it finds blank
_PATH = " / "  # what `Table.to_pandas` puts between the headings over a column
_REPEATED = re.compile(r" \(\d+\)$")  # and behind a name that another column has


def frame_sheet(frame: pandas.DataFrame, name: str) -> Sheet:
    """The table of a DataFrame.

    A column index with several levels makes several header rows, equal names side by side one
    cell; columns that are only numbered make none. A named index becomes the first columns.
    `attrs` that `Table.to_pandas` sets are read back: title, unit and year.

    Raises:
        LimitExceeded: more rows and columns than a table may have.
    """
    import pandas as pd

    columns_index: Any = frame.columns
    levels = [] if isinstance(columns_index, pd.RangeIndex) else _levels(columns_index)
    if len(levels) == 1 and "id" in frame.attrs:  # from `Table.to_pandas`
        levels = _paths(levels[0])
    index = frame.index if any(n is not None for n in frame.index.names) else None
    labels = list(index.names) if index is not None else []
    rows, cols = len(frame), len(labels) + frame.shape[1]
    if (rows + len(levels)) * cols > MAX_ADDRESSES:
        raise LimitExceeded(f"has more than {MAX_ADDRESSES} cells", name=name)
    columns = (
        [_texts(list(index.get_level_values(n))) for n in range(len(labels))] if index is not None else []
    )
    columns += [_texts(_values(frame.iloc[:, n])) for n in range(frame.shape[1])]
    cells = list(_header([_text(label) for label in labels], levels))
    cells += [
        Cell(row + len(levels), col, text=texts[row])
        for row in range(rows)
        for col, texts in enumerate(columns)
    ]
    shape = (rows + len(levels), cols)
    about = {key: frame.attrs.get(key) for key in ("title", "unit", "year")}
    year = about["year"]
    return Sheet(
        name,
        shape if all(shape) else (0, 0),
        tuple(cells) if all(shape) else (),
        header_rows=len(levels) or None,
        title=about["title"] if isinstance(about["title"], str) else None,
        unit=about["unit"] if isinstance(about["unit"], str) else None,
        year=year if isinstance(year, int) else None,
    )


def _levels(columns: Any) -> list[list[str]]:
    """Per level the names of the columns, blank where pandas found none."""
    texts = [[_text(n) for n in columns.get_level_values(level)] for level in range(columns.nlevels)]
    return [["" if text.startswith(_UNNAMED) else text for text in level] for level in texts]


def _paths(names: list[str]) -> list[list[str]]:
    """Header rows from names such as 基本支出 / 人员经费; none where columns are only numbered."""
    if names == [str(number) for number in range(len(names))]:
        return []
    paths = [_REPEATED.sub("", name).split(_PATH) for name in names]
    depth = max(map(len, paths), default=0)
    filled = [_as_deep(path, depth) for path in paths]
    return [[path[level] for path in filled] for level in range(depth)]


def _as_deep(path: list[str], depth: int) -> list[str]:
    """A path with blanks under its lowest heading; a column number stands at the bottom of all."""
    number = path[-1:] if len(path) > 1 and ORDINAL.match(path[-1]) else []
    headings = path[: len(path) - len(number)]
    return [*headings, *[""] * (depth - len(path)), *number]


def _header(labels: Sequence[str], levels: Sequence[Sequence[str]]) -> list[Cell]:
    """Header cells: equal names under one parent are one, and one with nothing under it reaches down."""
    depth = len(levels)
    if not depth:
        return []
    cells = [Cell(0, col, row_span=depth, header=True, text=name) for col, name in enumerate(labels)]
    paths = list(zip(*levels, strict=True))
    covered: set[tuple[int, int]] = set()
    for level, col in ((level, col) for level in range(depth) for col in range(len(paths))):
        if (level, col) in covered:
            continue
        width = _width(paths, level, col) if level < depth - 1 else 1
        below = paths[col][level + 1 :] if width == 1 else ()
        height = 1 + next((n for n, t in enumerate(below) if t not in ("", paths[col][level])), len(below))
        covered |= {(level + r, col + c) for r in range(height) for c in range(width)}
        cells.append(Cell(level, len(labels) + col, height, width, header=True, text=paths[col][level]))
    return sorted(cells, key=lambda cell: (cell.row, cell.col))


def _width(paths: Sequence[Sequence[str]], level: int, col: int) -> int:
    """How many columns from `col` share its name and those above it."""
    path = paths[col][: level + 1]
    if not path[-1]:
        return 1
    return next(
        (n for n in range(1, len(paths) - col) if paths[col + n][: level + 1] != path), len(paths) - col
    )


def _values(column: pandas.Series) -> list[Any]:
    """The values as they are held: a list of single floats would show digits that are not theirs."""
    return list(column.to_numpy()) if str(column.dtype) in ("float16", "float32") else list(column)


def _texts(values: list[Any]) -> list[str]:
    """The texts of a column; whole floats are written as integers where pandas made floats of them.

    It does so with every column of integers that has a blank, and 201 is a code, 201.0 none.
    """
    floats = [float(v) for v in values if _is_number(v)]
    if len(floats) < len(values) and all(number.is_integer() for number in floats):
        return [str(int(v)) if _is_number(v) else _text(v) for v in values]
    return [_text(value) for value in values]


def _is_number(value: Any) -> bool:
    """Whether it is a float and not the one that stands for a blank."""
    import numpy as np

    return isinstance(value, float | np.floating) and not np.isnan(value)


def _text(value: Any) -> str:
    import numpy as np
    import pandas as pd

    if isinstance(value, str):
        return value
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, float):  # float64 is one of them, float32 is not
        return format(_without_noise(Decimal(repr(float(value)))), "f")
    if isinstance(value, np.floating):
        return np.format_float_positional(value, trim="-")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _without_noise(number: Decimal) -> Decimal:
    """0.3 for 0.30000000000000004, as adding binary floats leaves it; any other number as it is.

    A float says 15 digits of any decimal. One that needs more, and is a short number in these, is
    taken for that.
    """
    if not number.is_finite() or len(number.as_tuple().digits) <= EXACT_DIGITS:
        return number
    short = Decimal(f"{number:.{EXACT_DIGITS}g}").normalize()
    return short if len(short.as_tuple().digits) <= _SHORT else number
