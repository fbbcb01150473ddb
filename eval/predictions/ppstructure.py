"""PaddleOCR's PP-StructureV3 and PaddleOCR-VL: what `save_to_json` writes, a file per page.

An image gives `<stem>_res.json`, a PDF `<stem>_<page index>_res.json`. `table_res_list` has
the tables as HTML; where each stands is said by the block of `parsing_res_list` that bears
the same HTML. PaddleOCR-VL writes the blocks alone. Boxes are pixels of the page as it was
recognised; after PaddleOCR has turned or unwarped a page they say nothing about the scan and
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...document import Box
from .files import Entry, existing, natural, read_json
from .grid import Place
from .markup import tables_in
from .records import PredictedTable


def find(folder: Path, stem: str) -> tuple[Path, ...]:
    """The files of one fixture, in order of pages."""
    name = re.compile(rf"{re.escape(stem)}(_\d{{1,6}})?_res\.json")
    for place in (folder, folder / stem):
        if place.is_dir():
            files = existing(path for path in place.iterdir() if name.fullmatch(path.name))
            if files:
                return tuple(sorted(files, key=natural))
    return ()


def tables(files: tuple[Path, ...]) -> Iterator[PredictedTable]:
    """The tables of those files; an image without a page index is page 1 where it is alone."""
    for path in files:
        page = read_json(path)
        index = page.get("page_index")
        number = index.integer() if index else None
        named = re.search(r"_(\d+)_res\.json$", path.name)
        if len(files) > 1 and named and number != int(named[1]):
            continue  # scan_2_res.json is the image scan_2, not a page of scan.pdf
        yield from _page_tables(page, number + 1 if number is not None else 1 if len(files) == 1 else None)


def _page_tables(page: Entry, number: int | None) -> Iterator[PredictedTable]:
    frame = _frame(page)
    blocks = [
        (block["block_content"].text(), block["block_bbox"].corners())
        for block in page.items("parsing_res_list")
        if block["block_label"].text() == "table" and block.get("block_content")
    ]
    found = [(table["pred_html"].text(), _around(table)) for table in page.items("table_res_list")]
    for markup, cells in found or tuple(blocks):
        same = [block for block in blocks if block[0] == markup]
        box: Box | None = same[0][1] if same else cells
        if same:
            blocks.remove(same[0])
        place = Place(number, None if _moved(page) else box, frame)
        yield from tables_in(markup, page.file, place)


def _frame(page: Entry) -> tuple[float, float] | None:
    width, height = page.get("width"), page.get("height")
    return (float(width.integer(1)), float(height.integer(1))) if width and height else None


def _around(table: Entry) -> Box | None:
    boxes = [cell.corners() for cell in table.items("cell_box_list")]
    return Box.around(boxes) if boxes else None


def _moved(page: Entry) -> bool:
    """Whether the page was turned or unwarped before it was read."""
    result = page.get("doc_preprocessor_res")
    if result is None:
        return False
    angle, settings = result.get("angle"), result.get("model_settings")
    unwarped = settings.get("use_doc_unwarping") if settings else None
    return bool(angle and angle.value in (90, 180, 270)) or bool(unwarped and unwarped.value)
