"""The command line: what a person types, turned into options and calls.

One module per command or family of commands; importing it adds them to `app`. What they print is
made in `summary`, and whatever is slow to import is imported by the command that needs it.
"""

from __future__ import annotations

import sys

from . import benchmark, check, digitize, evaluate, explain, fixtures, schema, synthesize, weights
from .app import app

__all__ = [
    "app",
    "benchmark",
    "check",
    "digitize",
    "evaluate",
    "explain",
    "fixtures",
    "main",
    "schema",
    "synthesize",
    "weights",
]


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a narrow code page must not end a run
            stream.reconfigure(errors="replace")
    app(prog_name="crossfoot")
