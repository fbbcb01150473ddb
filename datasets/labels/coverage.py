"""Which address of a table is covered twice: the record says how many, people need to know where."""

from __future__ import annotations

from collections.abc import Iterable

from ...document import Cell


def covered_twice(shape: tuple[int, int], cells: Iterable[Cell]) -> tuple[int, int] | None:
    """The first address that a cell covers after another; cells out of `shape` are passed over."""
    rows, cols = shape
    covered: set[tuple[int, int]] = set()
    for cell in cells:
        if cell.row + cell.row_span > rows or cell.col + cell.col_span > cols:
            continue  # also spans of billions, which must not be walked
        for address in ((row, col) for row in cell.rows for col in cell.cols):
            if address in covered:
                return address
            covered.add(address)
    return None
