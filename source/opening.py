"""Opening an input: where its bytes come from, their hash, and which format they are.

The format is told by content and never by extension; each reader is imported only when a
file of its kind is opened.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import InputError, LimitExceeded, MissingInput, UnsupportedInput
from .base import Source, clause
from .options import SourceOptions

PDF_HEADER_WITHIN = 1024  # bytes of junk that may precede %PDF-, as viewers allow
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the latter two are BigTIFF


def open_source(
    input: str | os.PathLike[str] | bytes | BinaryIO,  # noqa: A002
    options: SourceOptions | None = None,
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
    options = options or SourceOptions()
    name = _printable(_name_of(input) if name is None else name)
    if isinstance(input, bytes | bytearray | memoryview):
        _require_bytes(len(input), name, options)
        stream: BinaryIO = io.BytesIO(input)
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


def _open_format(stream: BinaryIO, name: str, sha256: str, options: SourceOptions) -> Source:
    stream.seek(0)
    start = stream.read(PDF_HEADER_WITHIN + len(b"%PDF-"))
    if not start:
        raise UnsupportedInput("is empty", name=name)
    if start.startswith(TIFF_STARTS):
        from .tiff import TiffSource

        return TiffSource(stream, name, sha256, options)
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        from .pictures import PngSource

        return PngSource(stream, name, sha256, options)
    if start.startswith(b"\xff\xd8\xff"):
        from .pictures import JpegSource

        return JpegSource(stream, name, sha256, options)
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
        raise InputError(f"cannot be read: {clause(error)}", name=name) from None
    return bytes(data)


def _require_bytes(size: int, name: str, options: SourceOptions) -> None:
    if size > options.max_bytes:
        message = f"is larger than --max-bytes {options.max_bytes}"
        raise LimitExceeded(message, name=name, remedy="raise --max-bytes")


def _name_of(input: Any) -> str:  # noqa: A002
    """The last part of a path, or of a file object's; "input" where there is none."""
    path = input if isinstance(input, str | os.PathLike) else getattr(input, "name", None)
    if not isinstance(path, str | os.PathLike):  # bytes, or a file that knows its descriptor only
        return "input"
    return Path(os.fsdecode(path)).name or os.fsdecode(path) or "input"


def _printable(name: str) -> str:
    """The name without what cannot be written as UTF-8 or breaks a line."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
