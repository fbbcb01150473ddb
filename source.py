"""Files → page images and text layers, one page at a time.

An input is opened once: its hash, its format (by content, never by extension) and its
number of pages are known then; `load` decodes one page and keeps nothing, so memory does
not grow with length, and a page that is broken or too large costs that page alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import os
import stat
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from .document import Box, Problem, Scan
from .errors import (
    CrossfootError,
    DamagedInput,
    InputError,
    LimitExceeded,
    MissingInput,
    OptionsError,
    UnsupportedInput,
)

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

Image = npt.NDArray[np.uint8]
"""Pixels of a page, (height, width, 3), BGR."""

MIN_DPI, MAX_DPI = 40, 2400  # outside, a resolution tag is a placeholder (1) or a mistake
MAX_SHEET = 34  # inches, the long side of A1; a photograph "at 72 dpi" claims more
SQUARE = 0.02  # x and y resolution may differ by this much before pixels are made square
MAX_STRETCH = 4  # no fax standard is beyond 204 × 98 dpi; more is a broken tag
PDF_HEADER_WITHIN = 1024  # bytes of junk that may precede %PDF-, as viewers allow


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How inputs are read, and how large they may be.

    Raises:
        OptionsError: a value out of its range.
    """

    password: str | None = field(default=None, repr=False)
    """Opens an encrypted PDF; ignored elsewhere. Kept out of `repr`, and so out of logs."""

    render_dpi: int = 200
    """Pixels per inch at which a PDF page is drawn that is no scan; 50 to 1200. Below 150
    small print blurs for recognition; above 400 only time and memory grow."""

    max_pages: int = 2000
    """Pages of one input; at least 1. An input with more is refused whole. Too low refuses
    long reports; too high lets a crafted file of a million empty pages run for days."""

    max_pixels: int = 200_000_000
    """Pixels of one page as decoded or drawn; at least 1. A page with more is refused: at
    three bytes a pixel the default already means 600 MB. A0 at 300 dpi has 140 million."""

    work_pixels: int = 40_000_000
    """Pixels of one page as worked on; at least 10,000. A page with more is reduced to this,
    A4 above 640 dpi. Too low makes small print illegible, too high multiplies the time."""

    max_bytes: int = 2 << 30
    """Bytes of the file; at least 1. A file object is read into memory, so this bounds that."""

    def __post_init__(self) -> None:
        ranges = {
            "render_dpi": (50, 1200),
            "max_pages": (1, None),
            "max_pixels": (1, None),
            "work_pixels": (10_000, None),
            "max_bytes": (1, None),
        }
        for option, (low, high) in ranges.items():
            value = getattr(self, option)
            if not isinstance(value, int) or value < low or (high is not None and value > high):
                allowed = f"at least {low}" if high is None else f"from {low} to {high}"
                raise OptionsError(f"must be a whole number {allowed}, not {value!r}", name=_flag(option))
        if self.password is not None and "\0" in self.password:
            raise OptionsError("must not contain a NUL character", name="--password")


DEFAULTS = SourceOptions()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text layer; `box` in pixels of `PageImage.image`."""

    text: str
    box: Box


@dataclass(frozen=True, eq=False)  # arrays have no single truth value to compare by
class PageImage:
    """One page as it was found, not yet upright.

    `from_scan` maps pixels of the scan to pixels of `image` (3 × 3, row by row): the
    identity unless the page was reduced or its pixels were not square. `words` is the text
    layer where it is to be read instead of the image, else None; `layer` a rejected text
    layer, fit for a second reading at most. `scan.dpi` counts along the scan's width.
    """

    number: int
    image: Image
    scan: Scan
    from_scan: tuple[tuple[float, ...], ...]
    words: tuple[Word, ...] | None
    layer: tuple[Word, ...] = ()
    problems: tuple[Problem, ...] = ()


class Source:
    """An open input; a context manager, safe to use from several threads.

    `name` is the file's name without folders, `sha256` that of its bytes, `page_count` at
    least 1. Made by `open_source`; a subclass decodes one page in `_load`.
    """

    def __init__(self, stream: BinaryIO, name: str, sha256: str, options: SourceOptions) -> None:
        self.name = name
        self.sha256 = sha256
        self.page_count = 0
        self._stream = stream
        self._options = options
        self._closed = False
        self._lock = threading.RLock()  # the stream has one position

    def load(self, number: int) -> PageImage:
        """Decode page `number`, counted from 1.

        Raises:
            DamagedInput: this page cannot be decoded; others may be.
            LimitExceeded: this page is larger than an option allows.
            IndexError: there is no such page.
            ValueError: the source is closed.
        """
        if not 1 <= number <= self.page_count:
            raise IndexError(f"{self.name} has pages 1 to {self.page_count}, not {number}")
        with self._lock:
            if self._closed:
                raise ValueError(f"{self.name} is closed")
            try:
                return self._load(number)
            except CrossfootError:
                raise
            except MemoryError:
                raise LimitExceeded(
                    f"page {number} needs more memory than there is",
                    name=self.name,
                    remedy="lower --max-pixels or --render-dpi",
                ) from None
            except Exception as error:  # decoders raise whatever their parsers stumble over
                raise DamagedInput(
                    f"page {number} cannot be decoded: {_clause(error)}", name=self.name
                ) from None

    def close(self) -> None:
        """Release the file; pages already loaded stay valid. May be called twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._release()
                self._stream.close()

    def _load(self, number: int) -> PageImage:
        raise NotImplementedError

    def _release(self) -> None:
        """Let go of what holds the stream, before it is closed."""

    def require_pages(self, count: int) -> None:
        """Refuse the input where it has more than `max_pages` pages."""
        if count > self._options.max_pages:
            raise LimitExceeded(
                f"has {count} pages, more than --max-pages {self._options.max_pages}",
                name=self.name,
                remedy="raise --max-pages, or split the file",
            )

    def require_pixels(self, number: int, width: float, height: float, what: str = "has") -> None:
        """Refuse page `number` where `width` × `height` is more than `max_pixels`."""
        if width * height > self._options.max_pixels:
            raise LimitExceeded(
                f"page {number} {what} {width:.0f} × {height:.0f} pixels, "
                f"more than --max-pixels {self._options.max_pixels}",
                name=self.name,
                remedy="raise --max-pixels",
            )

    def __len__(self) -> int:
        return self.page_count

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_source(
    input: str | os.PathLike[str] | bytes | BinaryIO,  # noqa: A002
    options: SourceOptions = DEFAULTS,
    *,
    name: str | None = None,
) -> Source:
    """Open a PDF, TIFF, PNG or JPEG: a path, its bytes, or a binary file object.

    A path is read as pages are loaded, a file object at once (and left open). `name`
    replaces the file's name in messages and results.

    Raises:
        MissingInput: no such file, or a folder, pipe or device.
        UnsupportedInput: empty, or another format.
        DamagedInput: the right format, but nothing in it can be read.
        PasswordNeeded: an encrypted PDF without its password.
        LimitExceeded: more bytes or pages than `options` allow.
        InputError: the file may not be read.
    """
    name = _printable(_name_of(input) if name is None else name)
    if isinstance(input, bytes | bytearray | memoryview):
        stream: BinaryIO = io.BytesIO(input)
        _require_bytes(len(input), name, options)
    elif isinstance(input, str | os.PathLike):
        stream = _open_file(input, name, options)
    else:
        stream = io.BytesIO(_read_object(input, name, options))
    try:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        return _open_format(stream, name, sha256, options)
    except OSError as error:
        stream.close()
        raise InputError(f"cannot be read: {error.strerror or error}", name=name) from None
    except BaseException:
        stream.close()
        raise


def work_image(
    pixels: npt.NDArray[np.uint8],
    number: int,
    options: SourceOptions,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> tuple[Image, tuple[tuple[float, ...], ...], tuple[Problem, ...]]:
    """Make pixels square by `stretch` (x, y), and few enough to work on.

    Args:
        pixels: (height, width) grey or (height, width, 3) BGR.
        number: the page's, for the problem that tells of a reduction.
        options: `work_pixels` is the bound.
        stretch: factors of at least 1.

    Returns:
        The BGR image, the matrix from `pixels` to it, and "page_reduced" where it was.
    """
    import cv2

    height, width = pixels.shape[:2]
    problems: tuple[Problem, ...] = ()
    wide, high = width * stretch[0], height * stretch[1]
    factor = min(1.0, math.sqrt(options.work_pixels / (wide * high)))
    size = (
        (max(1, int(wide * factor)), max(1, int(high * factor))) if factor < 1 else (round(wide), round(high))
    )
    if factor < 1:
        message = f"reduced from {width} × {height} to {size[0]} × {size[1]} pixels (--work-pixels)"
        problems = (Problem("info", "page_reduced", message, page=number, stage="source"),)
    if size != (width, height):
        smaller = size[0] <= width and size[1] <= height
        pixels = _uint8(
            cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        )
    if pixels.ndim == 2:
        pixels = _uint8(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR))
    matrix = ((size[0] / width, 0.0, 0.0), (0.0, size[1] / height, 0.0), (0.0, 0.0, 1.0))
    return np.ascontiguousarray(pixels), matrix, problems


class _PictureSource(Source):
    """PNG, JPEG, and TIFF frame by frame, through Pillow.

    Pillow's classes are called directly, not `Image.open`, whose global limit on pixels
    would rule over `max_pixels`.
    """

    def __init__(self, stream: BinaryIO, name: str, sha256: str, options: SourceOptions, kind: str) -> None:
        super().__init__(stream, name, sha256, options)
        self._kind = kind
        self._headers: list[bytes] = []
        try:
            if kind == "TIFF":
                self._headers = _frame_headers(stream, options.max_pages + 1)
                self.page_count = len(self._headers)
            else:
                self._open(1)  # a header that cannot be read condemns the whole file
                self.page_count = 1
        except Exception as error:  # see `load`
            raise DamagedInput(f"is no readable {kind}: {_clause(error)}", name=name) from None
        if not self.page_count:
            raise DamagedInput("is a TIFF without a page", name=name)
        self.require_pages(self.page_count)

    def _open(self, number: int) -> PilImage:
        from PIL import JpegImagePlugin, PngImagePlugin, TiffImagePlugin

        self._stream.seek(0)
        if self._kind == "PNG":
            return PngImagePlugin.PngImageFile(self._stream)
        if self._kind == "JPEG":
            return JpegImagePlugin.JpegImageFile(self._stream)
        return TiffImagePlugin.TiffImageFile(_OneFrame(self._stream, self._headers[number - 1]))  # type: ignore[arg-type]

    def _load(self, number: int) -> PageImage:
        from PIL import Image as Pil
        from PIL import ImageOps

        picture = self._open(number)
        self.require_pixels(number, *picture.size)
        if self._kind == "TIFF":
            # Given its buffer, Pillow does not ask its global limit. The tags have the size
            # before the orientation is applied.
            stored = picture.tag_v2  # type: ignore[attr-defined]
            picture.im = Pil.new(picture.mode, (stored[256], stored[257])).im
        turned = _is_turned(picture)
        picture.load()
        resolution = picture.info.get("dpi")
        with contextlib.suppress(Exception):  # a broken note on orientation spoils no pixels
            picture = ImageOps.exif_transpose(picture)
        pixels = _pixels(picture)
        dpi, stretch = _resolution(resolution, turned, (pixels.shape[1], pixels.shape[0]))
        scan = Scan(pixels.shape[1], pixels.shape[0], dpi, "image")
        image, matrix, problems = work_image(pixels, number, self._options, stretch)
        return PageImage(number, image, scan, matrix, None, problems=problems)


class _OneFrame:
    """A TIFF whose header names another first frame.

    Pillow reaches a frame by seeking through all before it, and a broken one ends that;
    with this each frame is the first. libtiff reads the file itself, by its descriptor.
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


def _frame_headers(stream: BinaryIO, limit: int) -> list[bytes]:
    """For each page of a TIFF, the header of a file that would begin with it.

    Follows the chain of directories (TIFF 6.0, section 2; BigTIFF) and leaves out reduced
    copies and masks. A directory outside the file is a page too: one that cannot be read.
    """
    stream.seek(0)
    start = stream.read(16)
    order: Any = "little" if start[:2] == b"II" else "big"
    big = start[2:4] in (b"+\0", b"\0+")
    prefix, wide, entry, count_size = (start[:8], 8, 20, 8) if big else (start[:4], 4, 12, 2)
    offset = int.from_bytes(start[len(prefix) : len(prefix) + wide], order)
    headers: list[bytes] = []
    seen: set[int] = set()
    while offset and offset not in seen and len(headers) < limit and len(seen) < 100 * limit:
        seen.add(offset)
        stream.seek(offset)
        count = int.from_bytes(stream.read(count_size), order)
        entries = stream.read(min(count, 4096) * entry)
        kinds = [
            int.from_bytes(entries[at + entry - wide : at + entry - wide + 4], order)
            for at in range(0, len(entries) - entry + 1, entry)
            if int.from_bytes(entries[at : at + 2], order) == 254
        ]
        if not any(kind & 0b101 for kind in kinds):
            headers.append(prefix + offset.to_bytes(wide, order))
        stream.seek(offset + count_size + count * entry)
        offset = int.from_bytes(stream.read(wide), order)
    if len(seen) == 1 and not entries:
        raise ValueError("its first directory lies outside the file")
    return headers


def _pixels(picture: PilImage) -> npt.NDArray[np.uint8]:
    """Any Pillow mode as 8 bits: grey (height, width) or BGR (height, width, 3), over white."""
    from PIL import Image as Pil

    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture).astype(np.float32)
        # 16 bits unless every value fits into 8; floating point is 0 to 1 where it fits.
        top = 65535.0 if picture.mode.startswith("I;16") or values.max() > 255 else 255.0
        top = 1.0 if picture.mode == "F" and values.max() <= 1 else top
        return _uint8(np.clip(values * (255 / top) + 0.5, 0, 255))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        paper = Pil.new("RGBA", layer.size, (255, 255, 255, 255))
        picture = Pil.alpha_composite(paper, layer).convert("RGB")
    if picture.mode in ("1", "L"):
        return _uint8(np.asarray(picture.convert("L")))
    return _uint8(np.asarray(picture.convert("RGB"))[:, :, ::-1])


def _uint8(array: Any) -> npt.NDArray[np.uint8]:
    return np.asarray(array, dtype=np.uint8)


def _is_turned(picture: PilImage) -> bool:
    """Whether the orientation tag exchanges width and height, and so the resolutions."""
    try:
        return picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except Exception:  # Pillow parses the tags only now; broken ones say nothing
        return False


def _resolution(dpi: Any, turned: bool, size: tuple[int, int]) -> tuple[float | None, tuple[float, float]]:
    """Dots per inch along the width, where the file says so credibly, and the stretch to square pixels."""
    try:
        across, down = (float(dpi[1]), float(dpi[0])) if turned else (float(dpi[0]), float(dpi[1]))
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return None, (1.0, 1.0)
    if not all(MIN_DPI <= value <= MAX_DPI for value in (across, down)):
        return None, (1.0, 1.0)
    if max(size[0] / across, size[1] / down) > MAX_SHEET:
        return None, (1.0, 1.0)
    finest = max(across, down)
    if finest > MAX_STRETCH * min(across, down):
        return None, (1.0, 1.0)
    if abs(across - down) <= SQUARE * finest:
        return across, (1.0, 1.0)
    return across, (finest / across, finest / down)


def _open_format(stream: BinaryIO, name: str, sha256: str, options: SourceOptions) -> Source:
    stream.seek(0)
    start = stream.read(PDF_HEADER_WITHIN + 5)
    if not start:
        raise UnsupportedInput("is empty", name=name)
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return _PictureSource(stream, name, sha256, options, "TIFF")
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return _PictureSource(stream, name, sha256, options, "PNG")
    if start.startswith(b"\xff\xd8\xff"):
        return _PictureSource(stream, name, sha256, options, "JPEG")
    if b"%PDF-" in start:
        from .pdf import PdfSource

        return PdfSource(stream, name, sha256, options)
    raise UnsupportedInput("is neither PDF, TIFF, PNG nor JPEG", name=name)


def _open_file(path: str | os.PathLike[str], name: str, options: SourceOptions) -> BinaryIO:
    """Open a regular file for reading; nothing that could block or never end."""
    # Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise MissingInput("no such file", name=name) from None
    except ValueError:
        raise MissingInput("is no possible file name", name=name) from None
    except OSError as error:
        if isinstance(error, PermissionError) and Path(path).is_dir():  # what Windows says of a folder
            raise MissingInput("is a folder; give the files in it", name=name) from None
        raise InputError(f"cannot be opened: {error.strerror or error}", name=name) from None
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise MissingInput("is a folder; give the files in it", name=name)
        if not stat.S_ISREG(status.st_mode):
            raise MissingInput("is no regular file but a pipe or device", name=name)
        _require_bytes(status.st_size, name, options)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _read_object(stream: BinaryIO, name: str, options: SourceOptions) -> bytes:
    data = bytearray()
    try:
        while chunk := stream.read(1 << 20):
            if not isinstance(chunk, bytes):
                raise InputError("is a text stream; open it in binary mode", name=name)
            data += chunk
            _require_bytes(len(data), name, options)
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"cannot be read: {_clause(error)}", name=name) from None
    return bytes(data)


def _require_bytes(size: int, name: str, options: SourceOptions) -> None:
    if size > options.max_bytes:
        raise LimitExceeded(
            f"is larger than --max-bytes {options.max_bytes}", name=name, remedy="raise --max-bytes"
        )


def _name_of(input: Any) -> str:  # noqa: A002
    if isinstance(input, str | os.PathLike):
        path = os.fsdecode(input)
    else:
        path = getattr(input, "name", None) or ""
        if not isinstance(path, str):  # a descriptor's number
            path = ""
    return Path(path).name or path or "input"


def _printable(name: str) -> str:
    """The name without what cannot be written as UTF-8 or breaks a line."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _flag(option: str) -> str:
    return "--" + option.replace("_", "-")


def _clause(error: BaseException) -> str:
    """A library's message as one short clause."""
    return " ".join(str(error).split())[:200] or type(error).__name__
