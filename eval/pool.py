"""Worker processes of which one may die, or hang, without taking more than its own task along.

Each worker is an executor of one process: when it breaks, the task that broke it is known,
and a fresh process takes its place. Processes are spawned, since the models' threads do not
survive a fork, and leave Ctrl-C to the process that started them.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import TypeVar

from ..errors import EngineError, ForkError, WeightsError
from ..processes import end_with_parent

_Running = tuple[int, int, float]  # number of the worker, index of the task, when its time is up
Task = TypeVar("Task")
Done = TypeVar("Done")

_CONCERNS_ALL = (EngineError, WeightsError, ForkError)  # no other task would fare better
_MOST = 256
_DIED = "the worker process died, as it does when memory runs out or a library crashes"


class WorkerDied(Exception):
    """The process that worked on a task ended without an answer."""


class TookTooLong(WorkerDied):
    """The process that worked on a task was ended, as it had not answered in time."""


class Pool:
    """Runs a function over tasks in worker processes, or in this process.

    Args:
        workers: how many processes; 0 for none, which isolates nothing and starts at once.
        threads: threads that each may use.
        limit: seconds that a task may take before its process is ended; None for any time, which
            is also what it has in this process.
    """

    def __init__(self, workers: int, threads: int, limit: float | None = None) -> None:
        self.workers = workers
        self.threads = threads
        self.limit = limit
        self._executors: dict[int, ProcessPoolExecutor] = {}
        self._pids: dict[int, int] = {}

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in list(self._executors):
            self._end(number, kill=error is not None)

    @property
    def processes(self) -> tuple[int, ...]:
        """Ids of the worker processes."""
        return tuple(self._pids.values())

    def each(
        self, function: Callable[[Task], Done], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Done | Exception]]:
        """(index of the task, what it gave or raised), in the order in which they end.

        Raises:
            WeightsError, EngineError: what the function needs is not there for any task, or no
                process can be started.
        """
        if self.workers == 0:
            for index, task in enumerate(tasks):
                yield index, _answer(lambda task=task: function(task))  # type: ignore[misc]
            return
        waiting = iter(enumerate(tasks))
        running: dict[Future[Done], _Running] = {}
        for number in range(min(self.workers, len(tasks), _MOST)):
            self._next(number, waiting, running, function)
        while running:
            for future in _ended(running):
                number, index, _ = running.pop(future)
                answer = _answer(future.result) if future.done() else self._late()
                if isinstance(answer, WorkerDied):
                    self._end(number, kill=True)
                self._next(number, waiting, running, function)
                yield index, answer

    def _next(
        self,
        number: int,
        waiting: Iterator[tuple[int, Task]],
        running: dict[Future[Done], _Running],
        function: Callable[[Task], Done],
    ) -> None:
        following = next(waiting, None)
        if following is not None:
            index, task = following
            until = time.monotonic() + self.limit if self.limit is not None else math.inf
            running[self._executor(number).submit(function, task)] = number, index, until

    def _late(self) -> TookTooLong:
        return TookTooLong(f"took longer than {self.limit:g} s, so its process was ended")

    def _executor(self, number: int) -> ProcessPoolExecutor:
        if number not in self._executors:
            executor = ProcessPoolExecutor(1, get_context("spawn"), _start, (self.threads,))
            self._executors[number] = executor
            try:
                self._pids[number] = executor.submit(os.getpid).result()
            except BrokenProcessPool:
                raise EngineError(
                    "ends as soon as it is started",
                    name="a worker process",
                    remedy="evaluate under `if __name__ == '__main__':`, or with 0 workers in this process",
                ) from None
        return self._executors[number]

    def _end(self, number: int, *, kill: bool) -> None:
        executor, pid = self._executors.pop(number), self._pids.pop(number, None)
        executor.shutdown(wait=not kill, cancel_futures=True)
        if kill and pid is not None:
            import psutil

            try:
                process = psutil.Process(pid)
                if process.ppid() == os.getpid():  # a dead worker's number may be another's by now
                    process.kill()
            except psutil.Error:
                pass  # it has ended by itself


def _ended(running: Mapping[Future[Done], _Running]) -> list[Future[Done]]:
    """Wait until tasks end or run out of time, and give those."""
    left = min(until for *_, until in running.values()) - time.monotonic()
    ended, others = wait(
        running, timeout=None if left == math.inf else max(0.0, left), return_when=FIRST_COMPLETED
    )
    now = time.monotonic()
    return [*ended, *(future for future in others if running[future][2] <= now)]


def _answer(call: Callable[[], Done]) -> Done | Exception:
    try:
        return call()
    except _CONCERNS_ALL:
        raise
    except BrokenProcessPool:
        return WorkerDied(_DIED)
    except Exception as error:  # whatever one task brings out must not cost the others
        return error


def _start(threads: int) -> None:
    """In a new worker, before anything that starts threads is imported."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
        os.environ[variable] = str(threads)
    import cv2

    cv2.setNumThreads(threads)
