"""How many threads a network call may use."""

from __future__ import annotations

import os


def available_cores() -> int:
    """Cores that this process may run on, at least 1.

    `os.cpu_count()` counts those of the machine; a container or a batch scheduler often
    allows fewer, and more threads than cores slow every call down.
    """
    if hasattr(os, "sched_getaffinity"):  # Linux; elsewhere a process has all cores
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
