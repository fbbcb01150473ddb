"""Worker processes that do not outlive their parent.

A pool's workers wait for tasks on a pipe whose other end they hold themselves, so when the
parent is killed they would wait for ever, each with its models in memory.
"""

from __future__ import annotations

import multiprocessing
import os
import threading

_EXIT_ORPHANED = 1


def end_with_parent() -> None:
    """In a worker: end as soon as the parent has, however that came about."""
    threading.Thread(target=_watch, name="parent-watch", daemon=True).start()


def _watch() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(_EXIT_ORPHANED)  # there is nobody left to tell
