"""Headers of tables: each column's path from the top down, and where its cells merge."""

from __future__ import annotations

from collections.abc import Sequence

from ..building import TableBuilder

Path = tuple[str, ...]


def put_header(table: TableBuilder, paths: Sequence[Path]) -> None:
    """Header rows for columns named by their paths, such as ("本年支出", "小计").

    Neighbours that agree down to a level share its cell; a path that ends early reaches to the
    bottom of the header, and columns of one whole path share one cell.
    """
    depth = max(len(path) for path in paths)
    for level in range(depth):
        col = 0
        while col < len(paths):
            path = paths[col]
            stop = col + 1
            while stop < len(paths) and paths[stop][: level + 1] == path[: level + 1]:
                stop += 1
            if level < len(path):
                # A longer path below the same words cannot share a cell that ends here.
                ends = all(len(p) == level + 1 for p in paths[col:stop])
                down = depth - level if ends else 1
                table.put(level, col, path[level], row_span=down, col_span=stop - col, header=True)
            col = stop
    table.header_rows = depth


def put_column_numbers(table: TableBuilder, first: int, labels: Sequence[str], word: str = "栏次") -> None:
    """A row 栏次 below the header: `word` over the columns before `first`, then a label to each column."""
    row = table.header_rows
    if first:
        table.put(row, 0, word, col_span=first, header=True)
    for col, label in enumerate(labels, start=first):
        table.put(row, col, label, header=True)
    table.header_rows = row + 1
