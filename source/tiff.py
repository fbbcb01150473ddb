"""TIFF frame by frame, each as if it were the first of its file.

Pillow reaches a frame by seeking through all before it, where a broken one ends the way;
so the chain of directories is followed here, and each frame gets a header of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

from PIL import Image as Pil
from PIL.TiffImagePlugin import TiffImageFile

from ..errors import LimitExceeded
from .pictures import PictureSource

WIDTH, LENGTH, SUBFILE_TYPE = 256, 257, 254  # tags
REDUCED_OR_MASK = 0b101  # bits of the subfile type
MAX_ENTRIES = 4096  # of a directory that are looked at; scanners write 20
MAX_SKIPPED = 100  # thumbnails and masks per page, on average


class TiffSource(PictureSource):
    """A TIFF or BigTIFF of any number of pages."""

    format = "TIFF"
    reader = TiffImageFile

    def _count(self) -> int:
        self._headers = frame_headers(self._stream, self._options.max_pages + 1, self.name)
        return len(self._headers)

    def _open(self, number: int) -> Pil.Image:
        self._stream.seek(0)
        return self.reader(_OneFrame(self._stream, self._headers[number - 1]))  # type: ignore[arg-type]

    def _decode(self, picture: Pil.Image) -> None:
        # Given its buffer, Pillow does not ask its global limit. The tags have the size
        # before the orientation is applied.
        tags = picture.tag_v2  # type: ignore[attr-defined]
        picture.im = Pil.new(picture.mode, (tags[WIDTH], tags[LENGTH])).im
        picture.load()


class _OneFrame:
    """A TIFF whose header names another first frame.

    libtiff reads the file itself, by its descriptor, at the place that Pillow then names.
    """

    def __init__(self, stream: BinaryIO, header: bytes) -> None:
        self._stream = stream
        self._header = header
        self.seek = stream.seek
        self.tell = stream.tell
        self.fileno = stream.fileno

    def read(self, size: int = -1) -> bytes:
        at = self._stream.tell()
        data = self._stream.read(size)
        changed = self._header[at : at + len(data)]
        return changed + data[len(changed) :]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a TIFF or BigTIFF writes numbers: bytes of an offset, an entry, a count of entries."""

    order: Literal["little", "big"]
    offset: int
    entry: int
    count: int

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)


def frame_headers(stream: BinaryIO, limit: int, name: str) -> list[bytes]:
    """For each page of a TIFF, at most `limit`, the header of a file that would begin with it.

    Follows the chain of directories (TIFF 6.0, section 2; BigTIFF) and leaves out reduced
    copies and masks. A directory outside the file is a page too: one that cannot be read.

    Raises:
        ValueError: there is no page, or the first lies outside the file.
        LimitExceeded: there is very much beside the pages.
    """
    stream.seek(0)
    start = stream.read(16)
    order: Literal["little", "big"] = "little" if start.startswith(b"II") else "big"
    big = b"+" in start[2:4]
    layout = _Layout(order, offset=8, entry=20, count=8) if big else _Layout(order, 4, 12, 2)
    prefix = start[: 8 if big else 4]
    offset = layout.number(start[len(prefix) : len(prefix) + layout.offset])
    headers: list[bytes] = []
    seen: set[int] = set()
    while offset and offset not in seen and len(headers) < limit:
        if len(seen) == MAX_SKIPPED * limit:
            raise LimitExceeded(
                f"has {len(seen)} thumbnails and masks beside {len(headers)} pages, "
                f"more than {MAX_SKIPPED} for each of --max-pages {limit - 1}",
                name=name,
                remedy="raise --max-pages, or split the file",
            )
        seen.add(offset)
        entries, following = _directory(stream, offset, layout)
        if len(seen) == 1 and not (entries or following):
            raise ValueError("its first directory lies outside the file")
        if not _is_auxiliary(entries, layout):
            headers.append(prefix + offset.to_bytes(layout.offset, layout.order))
        offset = following
    if not headers:
        raise ValueError("it has no page")
    return headers


def _directory(stream: BinaryIO, offset: int, layout: _Layout) -> tuple[list[bytes], int]:
    """The entries of a directory, and the offset of the next (0 after the last)."""
    stream.seek(offset)
    count = layout.number(stream.read(layout.count))
    data = stream.read(min(count, MAX_ENTRIES) * layout.entry)
    entries = [data[at : at + layout.entry] for at in range(0, len(data) - layout.entry + 1, layout.entry)]
    stream.seek(offset + layout.count + count * layout.entry)
    return entries, layout.number(stream.read(layout.offset))


def _is_auxiliary(entries: list[bytes], layout: _Layout) -> bool:
    """Whether a directory describes a reduced copy or a mask of another page."""
    for entry in entries:
        value = entry[-layout.offset :][:4]
        if layout.number(entry[:2]) == SUBFILE_TYPE and layout.number(value) & REDUCED_OR_MASK:
            return True
    return False
