"""MinerU: `<stem>_middle.json`, else `<stem>_content_list.json`, beside or in `<stem>/<method>/`.

The middle file has boxes in points of the page and, in `preproc_blocks`, tables page by page;
`para_blocks` joins tables over page breaks, which would be judged against one page. The
content list has them, since MinerU 2.5, on a scale of 0 to 1000; before that, none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .files import Entry, only, read_json
from .grid import Grid, Place
from .markup import tables_in
from .records import PredictedTable

_SCALE = (1000.0, 1000.0)


def find(folder: Path, stem: str) -> tuple[Path, ...]:
    """The file of one fixture."""
    inside = folder / stem
    methods = sorted(path for path in inside.iterdir() if path.is_dir()) if inside.is_dir() else []
    for name in (f"{stem}_middle.json", f"{stem}_content_list.json"):
        found = only(place / name for place in (folder, inside, *methods))
        if found:
            return found
    return ()


def tables(files: tuple[Path, ...]) -> Iterator[PredictedTable]:
    """The tables of that file."""
    for path in files:
        top = read_json(path)
        yield from _of_middle(top) if isinstance(top.value, dict) else _of_content(top)


def _of_middle(top: Entry) -> Iterator[PredictedTable]:
    for page in top["pdf_info"].each():
        frame = page["page_size"].size()
        number = page["page_idx"].integer() + 1
        blocks = "preproc_blocks" if page.get("preproc_blocks") else "para_blocks"
        for block in page.items(blocks):
            if block["type"].text() == "table" and not _joined(block):
                place = Place(number, block["bbox"].corners(), frame)
                yield from _read(_markup(block), place, top.file)


def _joined(block: Entry) -> bool:
    """Whether the rows were moved to the table on the page before."""
    return any(body.get("lines_deleted") is not None for body in block.items("blocks"))


def _markup(block: Entry) -> str:
    pieces = [
        span["html"].text()
        for body in block.items("blocks")
        for line in body.items("lines")
        for span in line.items("spans")
        if span.get("html")
    ]
    return "".join(pieces)


def _of_content(top: Entry) -> Iterator[PredictedTable]:
    for item in top.each():
        if item["type"].text() != "table":
            continue
        body, box = item.get("table_body"), item.get("bbox")
        place = Place(item["page_idx"].integer() + 1, box.corners() if box else None, _SCALE if box else None)
        yield from _read(body.text() if body else "", place, top.file)


def _read(markup: str, place: Place, name: str) -> Iterator[PredictedTable]:
    """The tables of one block; one that was found but not read is a table without cells."""
    if "<table" in markup.lower():
        return tables_in(markup, name, place)
    return iter((Grid(name, 0).finish(place),))
