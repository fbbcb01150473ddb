"""The exact record of a synthetic disclosure: what a perfect reader would say of its scan.

Boxes are in pixels of the upright pages. What the publisher misprinted stays as printed,
so an equation's residual is that of the print; what was meant is in the labels.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol, cast

from ...document import (
    Box,
    Cell,
    Column,
    Document,
    Mention,
    Page,
    Part,
    Scan,
    SourceInfo,
    Table,
    TablePart,
    Text,
)
from ...errors import InputError
from ..content import At, CellContent, DisclosureContent, Ref, TableContent
from ..sheets.truth import printed_decimals, scaled_box
from .equations import Names, Print, equation
from .records import Rect, Typeset


class PageScan(Protocol):
    """What truth needs to know of a scanned page; sizes in pixels.

    `width` and `height` are those of the upright page, which shows the whole typeset page,
    readable side up; `from_scan` leads from the scan to it.
    """

    @property
    def width(self) -> int:
        """Of the upright page."""

    @property
    def height(self) -> int:
        """Of the upright page."""

    @property
    def scan_width(self) -> int:
        """Of the scan."""

    @property
    def scan_height(self) -> int:
        """Of the scan."""

    @property
    def dpi(self) -> float:
        """Resolution of both."""

    @property
    def from_scan(self) -> tuple[tuple[float, ...], ...]:
        """3×3, row by row."""


def disclosure_truth(
    content: DisclosureContent,
    typeset: Typeset,
    pages: Sequence[PageScan],
    *,
    source_name: str,
    sha256: str,
    labels: Mapping[str, Any],
) -> Document:
    """The document that the scan `source_name` of `typeset` holds.

    Args:
        content: what was typeset.
        typeset: where it came to stand.
        pages: the scanned pages, one for each of `typeset.pages`.
        source_name: name of the scanned file.
        sha256: of its bytes, in hexadecimal.
        labels: what else to record in `extra["labels"]`, such as damage, seed and version.

    Raises:
        InputError: not as many scanned pages as typeset ones, or a relation or misprint
            that points at nothing.
    """
    if len(pages) != len(typeset.pages):
        raise InputError(
            f"{len(pages)} pages scanned of {len(typeset.pages)} typeset ones", name=content.name
        )
    boxes = _Boxes(typeset, pages)
    names = Names(
        {table.key: f"t{number}" for number, table in enumerate(content.tables, start=1)},
        {said: f"m{number}" for number, said in enumerate(_said(content), start=1)},
    )
    printed = Print(content)
    equations = tuple(
        equation(number, relation, printed, names)
        for number, relation in enumerate(content.relations, start=1)
    )
    used: dict[Ref, list[int]] = defaultdict(list)
    for number, relation in enumerate(content.relations, start=1):
        refs = (relation.total, *(ref for ref, _ in relation.terms))
        for ref in dict.fromkeys(printed.start(ref) for ref in refs):
            used[ref].append(number)
    texts = tuple(
        Text(f"x{number}", t.role, t.page, boxes.box(t.page, t.rect), t.text, extra={"part": t.part})
        for number, t in enumerate(typeset.texts, start=1)
    )
    notes: dict[str, list[str]] = defaultdict(list)
    for text, placed in zip(texts, typeset.texts, strict=True):
        if placed.part == "note":
            notes[placed.key].append(text.id)
    return Document(
        source=SourceInfo(source_name, sha256, len(pages)),
        pages=tuple(_page(number, page, typeset) for number, page in enumerate(pages, start=1)),
        tables=tuple(
            _table(names.tables[table.key], table, typeset, boxes, tuple(notes[table.key]), used)
            for table in content.tables
        ),
        equations=equations,
        mentions=_mentions(content, typeset, boxes, names),
        texts=texts,
        extra={"labels": _labels(content, typeset, names, printed) | dict(labels)},
    )


class _Boxes:
    """From points of a typeset page to pixels of the upright one."""

    def __init__(self, typeset: Typeset, pages: Sequence[PageScan]) -> None:
        # A raster is the page stretched to whole pixels, so across and down differ by a hair.
        self._scales = [
            (scan.width / page.width, scan.height / page.height)
            for scan, page in zip(pages, typeset.pages, strict=True)
        ]

    def box(self, page: int, rect: Rect) -> Box:
        return scaled_box(rect, self._scales[page - 1])


def _said(content: DisclosureContent) -> list[tuple[str, int]]:
    return [(p.key, index) for p in content.paragraphs for index in range(len(p.mentions))]


def _page(number: int, page: PageScan, typeset: Typeset) -> Page:
    turned = typeset.pages[number - 1].turned
    return Page(
        number=number,
        width=page.width,
        height=page.height,
        scan=Scan(page.scan_width, page.scan_height, float(page.dpi), "image"),
        from_scan=page.from_scan,
        extra={"turned": turned} if turned else {},
    )


def _table(
    name: str,
    table: TableContent,
    typeset: Typeset,
    boxes: _Boxes,
    notes: tuple[str, ...],
    used: Mapping[Ref, Sequence[int]],
) -> Table:
    cells = tuple(
        _cell(table, cell, typeset, boxes, used) for cell in sorted(table.cells, key=lambda c: (c.row, c.col))
    )
    repeated = typeset.headers_repeated[table.key]
    return Table(
        id=name,
        shape=table.shape,
        cells=cells,
        group=table.group,
        parts=tuple(
            TablePart(page, boxes.box(page, rect), repeated.get(page, 0))
            for page, rect in sorted(typeset.parts[table.key].items())
        ),
        title=table.title or None,
        organization=table.organization,
        year=table.year,
        stage=table.stage,
        unit=table.unit,
        kind=table.kind,
        header_rows=table.header_rows,
        columns=tuple(_column(table, cells, col) for col in range(table.shape[1])),
        notes=notes,
        extra={"declared_empty": True} if table.declared_empty else {},
    )


def _cell(
    table: TableContent, cell: CellContent, typeset: Typeset, boxes: _Boxes, used: Mapping[Ref, Sequence[int]]
) -> Cell:
    placed = typeset.cells[table.key, cell.row, cell.col]
    bears = cell.amount is not None
    return Cell(
        row=cell.row,
        col=cell.col,
        row_span=cell.row_span,
        col_span=cell.col_span,
        parts=tuple(
            Part(p.page, boxes.box(p.page, p.rect), extra={"text": p.text} if len(placed) > 1 else {})
            for p in placed
        ),
        header=cell.header,
        text=cell.text,
        amount=cell.amount,
        unit=(cell.unit or table.unit) if bears else None,
        year=(cell.year or table.year) if bears else None,
        stage=(cell.stage or table.stage) if bears else None,
        equations=tuple(used.get(At(table.key, cell.row, cell.col), ())),
    )


def _column(table: TableContent, cells: Sequence[Cell], col: int) -> Column:
    role = table.columns[col].role
    bearing = [c for c in cells if c.col == col and c.col_span == 1 and c.amount is not None]
    if role != "amount":
        return Column(role=role)
    units = {c.unit for c in bearing} or {table.unit}
    return Column(
        role=role,
        unit=units.pop() if len(units) == 1 else table.unit,
        decimals=printed_decimals(c.amount for c in bearing if c.amount is not None),
    )


def _mentions(
    content: DisclosureContent, typeset: Typeset, boxes: _Boxes, names: Names
) -> tuple[Mention, ...]:
    found = []
    for paragraph in content.paragraphs:
        for index, said in enumerate(paragraph.mentions):
            page, rect = typeset.mentions[paragraph.key, index]
            found.append(
                Mention(
                    id=names.mentions[paragraph.key, index],
                    page=page,
                    box=boxes.box(page, rect),
                    text=paragraph.text[said.start : said.end],
                    amount=said.amount,
                    unit=said.unit,
                    phrase=said.phrase,
                )
            )
    return tuple(found)


def _labels(content: DisclosureContent, typeset: Typeset, names: Names, printed: Print) -> dict[str, Any]:
    style = asdict(typeset.style) | {"small": typeset.style.small}
    misprints = [
        {
            "kind": m.kind,
            "where": [names.address(printed.start(ref)) for ref in m.where],
            "printed": list(m.printed),
            "meant": list(m.meant),
            "note": m.note,
        }
        for m in content.misprints
    ]
    found = dict(content.labels) | {
        "name": content.name,
        "family": content.family,
        "style": style,
        "sizes": {names.tables[key]: size for key, size in typeset.sizes.items()},
        "turned": [n for n, page in enumerate(typeset.pages, start=1) if page.turned],
        "misprints": misprints,
    }
    return cast("dict[str, Any]", json.loads(json.dumps(found)))  # as it will be read again: no tuples
