"""Worker processes that do not outlive their parent, and locks that do not stay shut in forks.

A pool's workers wait for tasks on a pipe whose other end they hold themselves, so when the
parent is killed they would wait for ever, each with its models in memory.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import weakref
from typing import Protocol

_EXIT_ORPHANED = 1


def end_with_parent() -> None:
    """In a worker: end as soon as the parent has, however that came about."""
    threading.Thread(target=_watch, name="parent-watch", daemon=True).start()


def _watch() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(_EXIT_ORPHANED)  # there is nobody left to tell


class Locked(Protocol):
    """Something with a lock of its own."""

    def renew_lock(self) -> None:
        """Take a new lock in the place of the old one."""


_locked: weakref.WeakSet[Locked] = weakref.WeakSet()


def renew_in_forks(holder: Locked) -> None:
    """In forks of this process: have the lock renewed, since threads that hold it do not come along."""
    _locked.add(holder)


def _renew_locks() -> None:
    for holder in list(_locked):
        holder.renew_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
