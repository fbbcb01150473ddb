"""The exact record of a synthetic page: what `crossfoot digitize` should say of it.

Boxes are in pixels of the upright page. An amount, with its unit, year and stage, is given
to every body cell that bears one, which codes, line numbers, column numbers and
percentages do not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from ... import amounts
from ...document import Box, Cell, Column, Document, Page, Part, Scan, SourceInfo, Table, TablePart, Text
from ..damage.scan import Scanned
from .sheet import Sheet, SheetCell, SheetTable
from .typeset import Layout, Rect

GROUP = "g1"


def truth(name: str, sheet: Sheet, layout: Layout, scanned: Scanned) -> Document:
    """The document that the scan `name` holds."""
    scale = scanned.width / layout.width, scanned.height / layout.height
    texts = tuple(
        Text(id=f"x{number}", role=placed.role, page=1, box=scaled_box(placed.rect, scale), text=placed.text)
        for number, placed in enumerate(layout.texts, start=1)
    )
    tables = []
    for index, table in enumerate(sheet.tables):
        boxes = [scaled_box(rect, scale) for rect in layout.cells[index]]
        notes = tuple(
            text.id
            for text, placed in zip(texts, layout.texts, strict=True)
            if placed.table == index and placed.role == "note"
        )
        tables.append(_table(f"t{index + 1}", sheet, table, boxes, notes))
    page = Page(
        number=1,
        width=scanned.width,
        height=scanned.height,
        scan=Scan(scanned.width, scanned.height, float(scanned.dpi), "image"),
        from_scan=scanned.from_scan,
    )
    source = SourceInfo(name=name, sha256=hashlib.sha256(scanned.pdf).hexdigest(), pages=1)
    return Document(source=source, pages=(page,), tables=tuple(tables), texts=texts)


def _table(name: str, sheet: Sheet, table: SheetTable, boxes: list[Box], notes: tuple[str, ...]) -> Table:
    cells = tuple(_cell(sheet, table, cell, box) for cell, box in zip(table.cells, boxes, strict=True))
    return Table(
        id=name,
        shape=table.shape,
        cells=tuple(sorted(cells, key=lambda c: (c.row, c.col))),
        group=GROUP,
        parts=(TablePart(page=1, box=Box.around(boxes)),),
        title=table.title or None,
        organization=sheet.organization,
        year=sheet.year,
        stage=sheet.stage,
        unit=sheet.unit,
        kind=table.kind,
        header_rows=table.header_rows,
        columns=tuple(_column(sheet, table, cells, col) for col in range(table.shape[1])),
        notes=notes,
    )


def _cell(sheet: Sheet, table: SheetTable, cell: SheetCell, box: Box) -> Cell:
    amount = _amount(table, cell)
    bears = amount is not None
    return Cell(
        row=cell.row,
        col=cell.col,
        row_span=cell.row_span,
        col_span=cell.col_span,
        parts=(Part(page=1, box=box),),
        header=cell.header,
        text=cell.text,
        amount=amount,
        unit=sheet.unit if bears else None,
        year=sheet.year if bears else None,
        stage=sheet.stage if bears else None,
    )


def _amount(table: SheetTable, cell: SheetCell) -> Decimal | None:
    in_amounts = cell.style == "amount" or table.columns[cell.col][0] == "amount"
    parsed = amounts.parse(cell.text) if in_amounts and not cell.header else None
    return parsed.value if parsed is not None and not parsed.percent else None


def _column(sheet: Sheet, table: SheetTable, cells: tuple[Cell, ...], col: int) -> Column:
    role = table.columns[col][0]
    if role != "amount":
        return Column(role=role)
    values = [c.amount for c in cells if c.col == col and c.amount is not None]
    return Column(role=role, unit=sheet.unit, decimals=printed_decimals(values))


def printed_decimals(values: Iterable[Decimal]) -> int | None:
    """The commonest number of decimals among printed amounts, None if there are none."""
    scales = Counter(max(0, -int(value.as_tuple().exponent)) for value in values)
    return scales.most_common(1)[0][0] if scales else None


def scaled_box(rect: Rect, scale: tuple[float, float]) -> Box:
    """A rectangle in points as pixels, `scale` of them to a point across and down."""
    left, top, right, bottom = rect
    return Box(left * scale[0], top * scale[1], right * scale[0], bottom * scale[1])
