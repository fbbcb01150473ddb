"""Memory that C libraries have freed, given back to the system.

A page's images and network buffers lie in the C heap between the small things that a
document keeps. glibc leaves the holes where they are, and a run grew by some 8 MB a page
from about the fortieth page on, though nothing was lost.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable


def trim() -> None:
    """Give free memory back; a few milliseconds, and nothing where the C library is another."""
    call = _malloc_trim()
    if call is not None:
        call(0)


@functools.cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        call: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # macOS, musl, Windows
        return None
    return call
