"""Files of other tools: found by the stem of the fixture, read within limits, checked as they are used."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ...document import Box
from ...errors import InputError, LimitExceeded

MAX_BYTES = 200 << 20


def existing(candidates: Iterable[Path]) -> tuple[Path, ...]:
    """Those of `candidates` that are files."""
    return tuple(path for path in candidates if path.is_file())


def only(candidates: Iterable[Path]) -> tuple[Path, ...]:
    """The one of `candidates` that exists, or none.

    Raises:
        InputError: several exist, so what is to be judged is not clear.
    """
    found = existing(candidates)
    if len(found) > 1:
        raise InputError(f"{found[1]} is there as well; keep one", name=str(found[0]))
    return found


def natural(path: Path) -> tuple[tuple[int, str], ...]:
    """A key that puts t2 before t10."""
    pieces = re.findall(r"(\d{1,18})|(\D+)", path.name)
    return tuple((int(number) if number else -1, rest) for number, rest in pieces)


def read_text(path: Path) -> str:
    """A file as UTF-8, with or without a byte order mark.

    Raises:
        LimitExceeded: larger than MAX_BYTES.
        InputError: cannot be read, or is not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LimitExceeded(f"larger than {MAX_BYTES >> 20} MiB", name=str(path))
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(error.strerror or str(error), name=str(path)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}", name=str(path)) from None


def read_json(path: Path) -> Entry:
    """A JSON file. Raises as `read_text`, and InputError for what is no JSON."""
    try:
        return Entry(json.loads(read_text(path), parse_constant=_refuse_constant), str(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", name=str(path)) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


@dataclass(frozen=True, slots=True)
class Entry:
    """A JSON value that knows its file and path, so that each check can say what is wrong where.

    All methods raise InputError for a value of another type.
    """

    value: Any
    file: str
    path: str = ""

    def get(self, key: str) -> Entry | None:
        """The value under `key` of an object; None if it is absent or null."""
        if not isinstance(self.value, dict):
            self.fail("an object")
        value = self.value.get(key)
        return None if value is None else Entry(value, self.file, f"{self.path}.{key}".lstrip("."))

    def __getitem__(self, key: str) -> Entry:
        found = self.get(key)
        if found is None:
            raise InputError(f"{self.path or 'the top level'}: {key} is missing", name=self.file)
        return found

    def items(self, key: str) -> Iterator[Entry]:
        """The items of the list under `key`; none if it is absent or null."""
        found = self.get(key)
        return iter(()) if found is None else found.each()

    def each(self) -> Iterator[Entry]:
        """The items of a list."""
        if not isinstance(self.value, list):
            self.fail("a list")
        return (Entry(v, self.file, f"{self.path}[{i}]") for i, v in enumerate(self.value))

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            self.fail("text")
        return self.value

    def integer(self, least: int = 0) -> int:
        """An integer from `least` to a thousand million."""
        if type(self.value) is not int or not least <= self.value <= 10**9:
            self.fail(f"an integer from {least}")
        return int(self.value)

    def number(self) -> float:
        """A finite number."""
        if type(self.value) not in (int, float) or not abs(self.value) <= 1e9 or math.isnan(self.value):
            self.fail("a number")
        return float(self.value)

    def size(self) -> tuple[float, float]:
        """A list of a width and a height, both above 0."""
        sides = [item.number() for item in self.each()]
        if len(sides) != 2 or min(sides) <= 0:
            self.fail("a width and a height")
        return sides[0], sides[1]

    def corners(self) -> Box:
        """The box around a list of x and y in turn: two corners, or the points of a polygon."""
        numbers = [item.number() for item in self.each()]
        if len(numbers) < 4 or len(numbers) % 2:
            self.fail("pairs of x and y")
        return Box(min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))

    def fail(self, expected: str) -> NoReturn:
        """Refuse the value."""
        shown = repr(self.value)
        shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
        raise InputError(f"{self.path or 'the top level'}: {expected} expected, not {shown}", name=self.file)
