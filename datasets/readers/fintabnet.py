"""FinTabNet: lines as in PubTabNet, but of PDF pages, with boxes in points from the bottom left.

Zheng et al., Global Table Extractor (GTE), WACV 2021. A line is one table of a page; several
lines may name one file, so a truth lacks the page's other tables. Boxes need the height of
the page, so they are kept where the PDF is at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .entries import Entry, Refuse, entry_id, guarded, item, json_lines, numbers, parse_json
from .grids import document, inside, pdf_frames
from .pubtabnet import tokens_table


def read(path: Path, *, sources: Path | None = None, refuse: Refuse | None = None) -> Iterator[Entry]:
    """The entries of a .jsonl file, one table each.

    Args:
        path: the annotations.
        sources: folder of the PDFs, as `FOLDER/<filename>` or `FOLDER/pdf/<filename>`;
            default: the folder of the annotations.
        refuse: told of malformed entries.

    Raises:
        InputError: an entry is malformed and there is no `refuse`.
    """
    folder = sources or path.parent
    for number, line in json_lines(path):
        yield from guarded(path, f"line {number}", refuse, partial(_entry, line, folder))


def _entry(line: bytes, folder: Path) -> Entry:
    value = parse_json(line)
    file, number = item(value, "filename", str), item(value, "table_id", int)
    frames = pdf_frames(inside(folder, file)) or pdf_frames(inside(folder / "pdf", file))
    frame = frames[0] if len(frames) == 1 else None  # a file is one page of a report
    given = value.get("bbox")
    box = frame.box(*numbers(given, 4, "bbox")) if frame and given is not None else None
    table = tokens_table(item(value, "html", dict), "t1", frame, box)
    name = entry_id(f"{Path(file).with_suffix('')}-{number}")
    return name, document(
        file,
        (table,),
        dataset="fintabnet",
        frames=(frame,) if frame else (),
        pages=len(frames),
        lacks=("other_tables",),
    )
