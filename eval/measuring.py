"""What a run costs: seconds, and the most memory that its process held."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from types import TracebackType

_INTERVAL = 0.02  # seconds between two looks at the memory; a network's peak lasts longer


@dataclass(frozen=True, slots=True)
class Cost:
    """What one file cost: wall seconds in all, its pages, MiB of resident memory at most."""

    seconds: float
    pages: int
    peak: float

    @property
    def per_page(self) -> float | None:
        """Seconds per page; None for a file without pages."""
        return self.seconds / self.pages if self.pages else None


class Meter:
    """Measures what happens inside a `with` block.

    Memory is that of the whole process, models included, since that is what a user's
    machine must have. It is looked at by a thread, because the operating system's own
    high-water mark cannot be set back between two files.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak = 0.0
        self._done = threading.Event()

    def __enter__(self) -> Meter:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._started
        self._done.set()
        self._thread.join()

    def cost(self, pages: int) -> Cost:
        """The cost of a file of so many pages."""
        return Cost(round(self.seconds, 4), pages, round(self.peak, 1))

    def _watch(self) -> None:
        import psutil

        process = psutil.Process()
        while True:
            self.peak = max(self.peak, process.memory_info().rss / 2**20)
            if self._done.wait(_INTERVAL):
                return
