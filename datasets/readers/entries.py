"""What all readers share: files of strangers, read within bounds and refused entry by entry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, ParseError, XMLParser

from ...document import Document
from ...errors import CrossfootError, InputError, LimitExceeded, MissingInput
from ..fixtures.manifest import Refusal

Entry = tuple[str, Document]
Refuse = Callable[[Refusal], None]
"""Called with what is malformed; the entries after it are still read."""
T = TypeVar("T")

MAX_LINE = 32 << 20  # bytes of one entry of a JSONL file, which as a whole may have any length
MAX_FILE = 512 << 20  # bytes of a JSON file, the largest known of which has 100 MiB
MAX_XML = 32 << 20
MAX_NESTING = 100


def guarded(file: Path, entry: str, refuse: Refuse | None, build: Callable[[], T]) -> Iterator[T]:
    """What `build` makes of an entry, or nothing once `refuse` was told why not.

    Raises:
        InputError: the entry is malformed and there is no `refuse`; file, entry and reason.
    """
    try:
        built = build()
    except CrossfootError as error:
        reason = error.reason if not error.name or error.name == str(file) else str(error)
        if refuse is None:
            raise InputError(f"{entry}: {reason}" if entry else reason, name=str(file)) from None
        refuse(Refusal(file.name, entry, reason))
    else:
        yield built


def json_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, bytes) of each line that is not blank; a line beyond the bound ends the file.

    Raises:
        MissingInput: no such file.
        LimitExceeded: a line is longer than an entry may be.
    """
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise LimitExceeded(f"line {number} is longer than {MAX_LINE >> 20} MiB", name=str(path))
                if line.strip():
                    yield number, line
    except OSError as error:
        raise _unreadable(path, error) from None


def parse_json(data: bytes) -> Any:
    """A JSON value; InputError for anything else."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON: {error}") from None


def read_bytes(path: Path, most: int = MAX_FILE) -> bytes:
    """The bytes of a file of at most `most` of them."""
    try:
        if path.stat().st_size > most:
            raise LimitExceeded(f"is larger than {most >> 20} MiB", name=str(path))
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return MissingInput("no such file", name=str(path))
    return InputError(f"cannot be read: {error.strerror or error}", name=str(path))


class _Builder:
    """A tree builder that refuses document types, and with them every entity that could swell."""

    def __init__(self) -> None:
        from xml.etree.ElementTree import TreeBuilder

        self._tree = TreeBuilder()
        self._depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise InputError("declares a document type")

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise InputError(f"nests more than {MAX_NESTING} elements")
        return self._tree.start(tag, attributes)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return self._tree.end(tag)

    def data(self, text: str) -> None:
        self._tree.data(text)

    def close(self) -> Element:
        return self._tree.close()


def read_xml(path: Path) -> Element:
    """The root element of an XML file without document type.

    Raises:
        InputError: it is malformed or declares a document type.
        LimitExceeded: it is larger than an annotation may be.
    """
    data = read_bytes(path, MAX_XML)
    parser = XMLParser(target=_Builder())  # noqa: S314  # which refuses what is dangerous in XML
    try:
        parser.feed(data)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError) as error:  # the latter for unknown encodings
        raise InputError(f"no XML: {error}") from None
    return root


def entry_id(text: str) -> str:
    """A name that may be the id of a fixture."""
    return re.sub(r"[^\w.+-]+", "-", text).strip("-.+")[:200] or "entry"


def item(value: Any, key: str, kind: type[T]) -> T:
    """`value[key]`, which must be there and of type `kind`."""
    if not isinstance(value, dict):
        raise InputError(f"an object expected, not {type(value).__name__}")
    if key not in value:
        raise InputError(f"key {key} is missing")
    return typed(value[key], kind, key)


def typed(value: Any, kind: type[T], what: str) -> T:
    """`value`, which must be of type `kind`; a bool is no number."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InputError(f"{what} is of type {type(value).__name__}, not {kind.__name__}")
    return value


def numbers(value: Any, count: int, what: str) -> list[float]:
    """A list of `count` finite numbers."""
    if not isinstance(value, list) or len(value) != count:
        raise InputError(f"{what} must be a list of {count} numbers")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 1e9 for v in value):
        raise InputError(f"{what} must be a list of {count} numbers")
    return [float(v) for v in value]


def whole(text: str | None, what: str) -> int:
    """An integer of up to six digits, as XML attributes hold them."""
    if text is None:
        raise InputError(f"{what} is missing")
    if not re.fullmatch(r"\s*-?\d{1,6}(\.0*)?\s*", text, re.ASCII):
        raise InputError(f"{what}={text[:40]!r} is no whole number")
    return int(float(text))


def decimal(text: str | None, what: str) -> float:
    """A coordinate, as XML attributes hold them."""
    if text is None:
        raise InputError(f"{what} is missing")
    if not re.fullmatch(r"\s*-?\d{1,9}(\.\d{1,20})?\s*", text, re.ASCII):
        raise InputError(f"{what}={text[:40]!r} is no number")
    return float(text)
