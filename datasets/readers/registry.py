"""The formats of public data sets that can be read, by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from . import fintabnet, icdar2013, omnidocbench, pubtabnet, scitsr, wtw
from .entries import Entry, Refuse


class Reader(Protocol):
    """One format."""

    def __call__(
        self, path: Path, *, sources: Path | None = None, refuse: Refuse | None = None
    ) -> Iterator[Entry]:
        """(id, partial truth) of each entry; malformed ones go to `refuse`, or are raised."""


READERS: dict[str, Reader] = {
    "pubtabnet": pubtabnet.read,
    "fintabnet": fintabnet.read,
    "scitsr": scitsr.read,
    "icdar2013": icdar2013.read,
    "wtw": wtw.read,
    "omnidocbench": omnidocbench.read,
}
