"""Results of earlier runs, so that judging anew does not mean reading anew.

A result is filed under a fingerprint of everything that it depends on, the program's own
source files among them: a changed line of code makes it a stranger. Entries are plain JSON,
and one that cannot be read is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..document import Box, Document, write_atomically
from ..errors import CrossfootError, OutputError
from .measuring import Cost

MAX_BYTES = 256 << 20  # of a file of words; the document has a bound of its own

Words = dict[int, tuple[tuple[Box, str], ...]]
"""Per page number, the words as they were read: box in pixels of the upright page, and text."""

# What never has a hand in a result; everything else in the package has, or may have one day.
_NO_HAND = {"cli", "datasets", "eval", "export", "tests", "docs", "build"}


@dataclass(frozen=True)
class Entry:
    """What a tool made of one file: the folder that holds it, and what it cost."""

    folder: Path
    cost: Cost

    def document(self) -> Document:
        """The result, read anew each time: a set's results do not fit into memory together.

        Raises:
            DocumentError, LimitExceeded: the file was damaged meanwhile.
        """
        return Document.load(self.folder / "document.json")

    def words(self) -> Words:
        """The words that were read, in pixels of the upright pages.

        Raises:
            OutputError: the file was damaged meanwhile.
        """
        value = _load(self.folder / "words.json")
        try:
            return {
                int(page): tuple((Box.from_list(box), str(text)) for box, text in words)
                for page, words in value["pages"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError, CrossfootError) as error:
            raise OutputError(f"holds no words: {error}", name=str(self.folder / "words.json")) from None


class Cache:
    """Results in a folder, one folder per fingerprint and in it one per file.

    Args:
        root: the folder, which need not exist yet; None for the user's cache.
    """

    def __init__(self, root: Path | None = None) -> None:
        if root is None:
            from platformdirs import user_cache_path

            root = user_cache_path("crossfoot") / "evaluation"
        self.root = root

    def find(self, fingerprint: str, sha256: str) -> Entry | None:
        """The result for a file of this content, if it is there and whole."""
        folder = self._folder(fingerprint, sha256)
        with contextlib.suppress(OSError, CrossfootError, KeyError, TypeError, ValueError):
            value = _load(folder / "cost.json")  # written last, so the rest is there as well
            cost = Cost(float(value["seconds"]), int(value["pages"]), float(value["peak"]))
            if all((folder / name).is_file() for name in ("document.json", "words.json")):
                return Entry(folder, cost)
        return None

    def keep(self, fingerprint: str, sha256: str, document: Document, words: Words, cost: Cost) -> Entry:
        """File a result.

        Raises:
            OutputError: the folder cannot be written to.
        """
        folder = self._folder(fingerprint, sha256)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot be made: {error.strerror or error}", name=str(folder)) from None
        pages = {
            str(page): [[box.to_list(), text] for box, text in found] for page, found in sorted(words.items())
        }
        document.save(folder / "document.json")
        write_atomically(folder / "words.json", _dump({"pages": pages}))
        write_atomically(folder / "cost.json", _dump(asdict(cost)))
        return Entry(folder, cost)

    def _folder(self, fingerprint: str, sha256: str) -> Path:
        return self.root / fingerprint[:16] / sha256


def fingerprint(*parts: Any) -> str:
    """SHA-256 of values that JSON can hold; anything else counts as its `str`."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def program() -> str:
    """SHA-256 over the source files that have a hand in a result."""
    return files_digest(_sources(Path(__file__).parents[1]))


def files_digest(paths: Iterator[Path] | list[Path]) -> str:
    """SHA-256 over names and contents of files, in the order of their paths."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.name}\0{file_digest(path)}\n".encode(errors="backslashreplace"))
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    yield from root.glob("*.py")
    for package in root.glob("*/__init__.py"):
        if package.parent.name not in _NO_HAND:
            for pattern in ("*.py", "*.toml"):
                yield from package.parent.rglob(pattern)


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise OutputError(f"larger than {MAX_BYTES >> 20} MiB", name=str(path))
        return json.loads(path.read_bytes())
    except OSError as error:
        raise OutputError(f"cannot be read: {error.strerror or error}", name=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise OutputError(f"not JSON: {error}", name=str(path)) from None
