"""What all open inputs have in common: identity, limits, and errors that name the page."""

from __future__ import annotations

import threading
from typing import BinaryIO

from ..errors import CrossfootError, DamagedInput, LimitExceeded
from .options import SourceOptions
from .records import PageImage


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
                message = f"page {number} cannot be decoded: {clause(error)}"
                raise DamagedInput(message, name=self.name) from None

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

    def _require_pages(self, count: int) -> None:
        """Refuse the input where it has more than `max_pages` pages."""
        if count > self._options.max_pages:
            raise LimitExceeded(
                f"has {count} pages, more than --max-pages {self._options.max_pages}",
                name=self.name,
                remedy="raise --max-pages, or split the file",
            )

    def _require_pixels(self, number: int, width: float, height: float, what: str = "has") -> None:
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


def clause(error: BaseException) -> str:
    """A library's message as one short clause."""
    return " ".join(str(error).split())[:200] or type(error).__name__
