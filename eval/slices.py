"""Tables as they stand on a page, which is the unit of judgement.

Other tools read page by page, so a table that runs over three pages is three tables here:
each with its rows renumbered and with the header rows that were printed again on its page,
and with the columns that can be told apart there.
A row that a page break cuts stands on both pages, each with its piece of the text. Boxes
are then moved to the scan, the one frame that truth and result share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ..document import Box, Cell, Document, Page, Part, Table, TablePart
from ..layout.joining import PIECE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PageTable:
    """A complete table as one page shows it.

    Attributes:
        table: the rows of this page, numbered from 0, with repeated header rows on top.
        page: number of the page; None where the truth or the tool does not say.
        box: the table on the page; None where there are no boxes.
        source_id: id of the whole table.
        rows: for each row of `table`, its row in the whole table.
        columns: for each column of `table`, those of the whole table that it stands for.
    """

    table: Table
    page: int | None
    box: Box | None
    source_id: str
    rows: tuple[int, ...]
    columns: tuple[range, ...]

    @classmethod
    def whole(cls, table: Table, page: int | None, box: Box | None, name: str) -> PageTable:
        """A table that stands on one page."""
        return cls(
            table,
            page,
            box,
            name,
            tuple(range(table.shape[0])),
            tuple(range(c, c + 1) for c in range(table.shape[1])),
        )

    def in_whole(self, cell: Cell) -> Cell:
        """A cell of `table` at its address in the whole table."""
        columns = range(self.columns[cell.col].start, self.columns[cell.cols[-1]].stop)
        return replace(cell, row=self.rows[cell.row], col=columns.start, col_span=len(columns))

    def addresses(self, cell: Cell) -> Iterator[tuple[int, int]]:
        """The addresses of the whole table that a cell of `table` covers here."""
        columns = self.in_whole(cell).cols
        return ((self.rows[row], col) for row in cell.rows for col in columns)


def page_tables(document: Document) -> tuple[PageTable, ...]:
    """All tables of a document page by page, in order; boxes stay in the frames of their pages.

    Tables labelled by hand have no boxes; their pages may be in the labels (`pages`, by id).
    """
    labels = document.extra.get("labels")
    pages = labels.get("pages") if isinstance(labels, Mapping) else None
    known = pages if isinstance(pages, Mapping) else {}
    pieces: list[PageTable] = []
    for table in document.tables:
        page = known.get(table.id)
        pieces += slices(table, page if isinstance(page, int) else None)
    return tuple(pieces)


def slices(table: Table, page: int | None = None) -> tuple[PageTable, ...]:
    """One table page by page; a table without parts is one piece without box, on `page`."""
    if len({part.page for part in table.parts}) < 2:
        box = Box.around(part.box for part in table.parts) if table.parts else None
        at = table.parts[0].page if table.parts else page
        return (PageTable.whole(table, at, _visible(box), table.id),)
    extents = _extents(table)
    return tuple(
        _slice(table, part, extents[part.page]) for part in _merged(table.parts) if extents[part.page]
    )


def on_scan(box: Box, page: Page) -> Box:
    """A box of the upright page as the smallest one around it in pixels of the scan."""
    import numpy as np

    from ..layout.mesh import to_scan

    corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    x, y = to_scan(page, np.array(corners)).T
    return Box(x.min(), y.min(), x.max(), y.max())


def moved_points(points: NDArray[np.float64], frame: Page, page: Page) -> NDArray[np.float64]:
    """Points (n, 2) of one page record on another of the same scan."""
    import numpy as np

    from ..layout.mesh import Mesh, to_page, to_scan

    mesh = Mesh.from_rows(page.mesh) if page.mesh else None
    return to_page(np.array(page.from_scan), mesh, to_scan(frame, points))


def placed_on_scan(piece: PageTable, pages: Mapping[int, Page]) -> PageTable:
    """The same with its boxes on the scan; a piece of a page that is not in `pages` stays."""
    page = pages.get(piece.page) if piece.page is not None else None
    if page is None:
        return piece
    cells = tuple(
        replace(cell, parts=tuple(replace(part, box=on_scan(part.box, page)) for part in cell.parts))
        for cell in piece.table.cells
    )
    parts = tuple(replace(part, box=on_scan(part.box, page)) for part in piece.table.parts)
    box = on_scan(piece.box, page) if piece.box else None
    return replace(piece, table=replace(piece.table, cells=cells, parts=parts), box=box)


def _visible(box: Box | None) -> Box | None:
    """A box without area is a placeholder."""
    return box if box is not None and box.area else None


def _merged(parts: tuple[TablePart, ...]) -> list[TablePart]:
    """One part a page, in order of pages."""
    pages: defaultdict[int, list[TablePart]] = defaultdict(list)
    for part in parts:
        pages[part.page].append(part)
    return [
        replace(pages[page][0], box=Box.around(part.box for part in pages[page])) for page in sorted(pages)
    ]


def _extents(table: Table) -> dict[int, range]:
    """The rows that stand on each page, without repeated ones: ranges that meet or share a cut row.

    Cells of one row tell where it stands. A row that has none (each of its cells runs over
    several rows, or was never given a box) stands where the row above it ends.
    """
    parts = _merged(table.parts)
    pages = [part.page for part in parts]
    repeated = {part.page: part.repeated_header_rows for part in parts[1:]}
    shown: defaultdict[int, set[int]] = defaultdict(set)
    for cell in table.cells:
        if cell.row_span == 1:
            at = {part.page for part in cell.parts} & set(pages)
            shown[cell.row] |= {page for page in at if cell.row >= repeated.get(page, 0)}
    rows: dict[int, list[int]] = {page: [] for page in pages}
    current = pages[0]
    for row in range(table.shape[0]):
        at = {page for page in shown[row] if page >= current} or {current}
        for page in at:
            rows[page].append(row)
        current = max(at)
    return {page: range(min(on), max(on) + 1) if on else range(0) for page, on in rows.items()}


def _slice(table: Table, part: TablePart, extent: range) -> PageTable:
    first = extent.start == 0
    repeated = 0 if first else min(part.repeated_header_rows, extent.start)
    rows = (*range(repeated), *extent)
    cells = []
    for cell in table.cells:
        # A header's rows and the page's own are two runs: a cell over both would be two cells.
        for run, offset in ((range(repeated), 0), (extent, repeated)):
            top, bottom = max(cell.row, run.start), min(cell.row + cell.row_span, run.stop)
            if top < bottom:
                row = top - run.start + offset
                placed = replace(cell, row=row, row_span=bottom - top)
                cells.append(_cut(placed, part.page) if run is extent else _again(placed, table, part))
    header_rows = repeated or max(0, min(table.header_rows, extent.stop) - extent.start)
    piece = replace(
        table,
        shape=(len(rows), table.shape[1]),
        cells=tuple(sorted(cells, key=lambda c: (c.row, c.col))),
        parts=(part,),
        header_rows=header_rows,
    )
    piece, columns = _visible_columns(piece)
    return PageTable(piece, part.page, _visible(part.box), table.id, rows, columns)


def _visible_columns(piece: Table) -> tuple[Table, tuple[range, ...]]:
    """A piece without the boundaries of columns that no cell of its page ends at: nobody could see them."""
    starts = sorted({cell.col for cell in piece.cells})
    columns = tuple(range(*pair) for pair in pairwise([*starts, piece.shape[1]]))
    number = {col: index for index, shared in enumerate(columns) for col in shared}
    cells = tuple(
        replace(c, col=number[c.col], col_span=number[c.cols[-1]] - number[c.col] + 1) for c in piece.cells
    )
    kept = tuple(piece.columns[shared.start] for shared in columns) if piece.columns else ()
    return replace(piece, shape=(piece.shape[0], len(columns)), cells=cells, columns=kept), columns


def _again(cell: Cell, table: Table, part: TablePart) -> Cell:
    """A header cell that is printed once more at the top of `part`.

    Where the record gives it no box of its own there, it stands as far from the corner of the
    table as it did the first time.
    """
    here = tuple(p for p in cell.parts if p.page == part.page)
    first = _merged(table.parts)[0]
    if not here and len(cell.parts) == 1 and cell.parts[0].page == first.page:
        box, right, down = cell.parts[0].box, part.box.left - first.box.left, part.box.top - first.box.top
        moved = Box(box.left + right, box.top + down, box.right + right, box.bottom + down)
        here = (Part(part.page, moved),)
    return replace(cell, parts=here)


def _cut(cell: Cell, page: int) -> Cell:
    """What of a cell stands on a page.

    A cut cell's text is where its parts say, else on the first page of it, and the amount is
    where the whole text is.
    """
    here = tuple(part for part in cell.parts if part.page == page)
    if len({part.page for part in cell.parts}) < 2:
        return _emptied(cell, here, "") if cell.parts and not here else replace(cell, parts=here)
    text = _piece(cell, here)
    whole = "".join(text.split()) == "".join(cell.text.split())
    return replace(cell, parts=here, text=text) if whole else _emptied(cell, here, text)


def _emptied(cell: Cell, here: tuple[Part, ...], text: str) -> Cell:
    """A piece of a cell that does not bear its amount, so no claim of it either."""
    return replace(cell, parts=here, text=text, amount=None, state=None, correction=None)


def _piece(cell: Cell, here: tuple[Part, ...]) -> str:
    if any(PIECE in part.extra for part in cell.parts):
        return "".join(str(part.extra.get(PIECE, "")) for part in here)
    return cell.text if here and here[0] is cell.parts[0] else ""
