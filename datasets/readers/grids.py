"""Cells of an annotation → records: gaps filled, boxes turned the right way up.

Data sets leave out empty cells, or rows end early; a record is complete, so what no cell
covers becomes a blank cell without a box. PDF coordinates start at the bottom left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...document import MAX_ADDRESSES, Box, Cell, Document, Page, Scan, SourceInfo, Table, TablePart
from ...errors import InputError
from ..labels.coverage import covered_twice

IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
POINTS_PER_INCH = 72.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The page that boxes stand on: pixels of an image, or points of a PDF with y upwards."""

    number: int
    width: float
    height: float
    upwards: bool = False

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A box from the page's own corners, in either order, origin at the top left."""
        if self.upwards:
            top, bottom = self.height - top, self.height - bottom
        return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))

    def page(self) -> Page:
        """The page; one pixel is a point where the annotation is in points."""
        width, height = round(self.width), round(self.height)
        dpi = POINTS_PER_INCH if self.upwards else None
        scan = Scan(width, height, dpi, "render" if self.upwards else "image")
        return Page(self.number, width, height, scan, IDENTITY)


def table(
    name: str, cells: Iterable[Cell], *, parts: tuple[TablePart, ...] = (), header_rows: int = 0
) -> Table:
    """A complete table.

    Raises:
        InputError: no cells, or cells over cells; the address.
    """
    given = list(cells)
    rows = max((c.row + c.row_span for c in given), default=0)
    cols = max((c.col + c.col_span for c in given), default=0)
    if not given:
        raise InputError("a table without cells")
    if rows * cols > MAX_ADDRESSES:
        raise InputError(f"a table of more than {MAX_ADDRESSES} addresses")
    if twice := covered_twice((rows, cols), given):
        raise InputError(f"address {twice} is covered twice")
    covered = {(r, c) for cell in given for r in cell.rows for c in cell.cols}
    given += [Cell(r, c) for r in range(rows) for c in range(cols) if (r, c) not in covered]
    ordered = tuple(sorted(given, key=lambda c: (c.row, c.col)))
    return Table(id=name, shape=(rows, cols), cells=ordered, parts=parts, header_rows=header_rows)


def cell(row: int, col: int, last_row: int, last_col: int, **fields: Any) -> Cell:
    """A cell from its first and last row and column."""
    if not (0 <= row <= last_row and 0 <= col <= last_col):
        raise InputError(f"rows {row} to {last_row}, columns {col} to {last_col} are no address")
    return Cell(row, col, last_row - row + 1, last_col - col + 1, **fields)


def document(
    file: str,
    tables: Iterable[Table],
    *,
    dataset: str,
    frames: Iterable[Frame] = (),
    pages: int = 0,
    lacks: tuple[str, ...] = (),
    **fields: Any,
) -> Document:
    """The truth of one entry; `file` is its source as the data set names it.

    `labels` keep the data set, that name, and what the annotation does not tell (text).
    """
    labels = {"dataset": dataset, "file": file} | ({"lacks": list(lacks)} if lacks else {})
    return Document(
        source=SourceInfo(name=file.replace("\\", "/").rpartition("/")[2], sha256="", pages=pages),
        pages=tuple(frame.page() for frame in frames),
        tables=tuple(tables),
        extra={"labels": labels},
        **fields,
    )


def pdf_frames(path: Path) -> tuple[Frame, ...]:
    """The pages of a PDF in points; () where there is none, it is broken, or a page is turned.

    Without them PDF coordinates cannot be turned the right way up, and a truth has no boxes.
    """
    import pypdfium2 as pdfium

    from ...source.pdffile import PDFIUM

    if not path.is_file():
        return ()
    with PDFIUM:
        try:
            with pdfium.PdfDocument(path) as opened:
                frames = []
                for index in range(len(opened)):
                    page = opened[index]
                    frames.append((page.get_mediabox(), page.get_rotation()))
                    page.close()
        except pdfium.PdfiumError:
            return ()
    if any(box[:2] != (0, 0) or turned for box, turned in frames):
        return ()
    return tuple(Frame(n, box[2], box[3], upwards=True) for n, (box, _) in enumerate(frames, start=1))


def image_frame(path: Path) -> Frame | None:
    """The size of an image, or None where there is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as opened:  # reads the header only
            return Frame(1, *opened.size)
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
        return None


def inside(folder: Path, name: str) -> Path:
    """`folder/name`; a name that leads out of the folder leads nowhere."""
    path = folder / name
    try:
        return (
            path if path.resolve().is_relative_to(folder.resolve()) else folder / "\N{REPLACEMENT CHARACTER}"
        )
    except (OSError, ValueError, RuntimeError):
        return folder / "\N{REPLACEMENT CHARACTER}"
