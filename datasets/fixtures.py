"""Fixtures: source files beside their truth, loaded, checked and added to.

A set is a folder with `manifest.csv` (see `manifest`). What is wrong with a fixture is
reported as file, address and reason, and leaves the others usable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from ..errors import InputError
from .manifest import Fixture, FixtureSet, Refusal, read_manifest, write_manifest

__all__ = [
    "Fixture",
    "FixtureSet",
    "Refusal",
    "add_document",
    "check",
    "load_set",
    "sha256_of",
    "write_manifest",
]

Progress = Callable[[int, int], None]
"""Called with the number of fixtures done and of all."""


def load_set(folder: Path | str, *, verify: bool = True) -> FixtureSet:
    """The fixtures of a folder whose files exist and, with `verify`, have the right SHA-256.

    Truth files are not opened: `Fixture.load` does that, one by one.

    Raises:
        MissingInput: there is no manifest.
        InputError: the manifest cannot be read or names no fixture.
    """
    root = Path(folder)
    found = read_manifest(root)
    if not verify:
        return found
    bad = {f.id: reason for f in found.fixtures if (reason := _wrong_hash(f))}
    refusals = tuple(
        Refusal(f.source.relative_to(root).as_posix(), f"fixture {f.id}", bad[f.id])
        for f in found.fixtures
        if f.id in bad
    )
    usable = tuple(f for f in found.fixtures if f.id not in bad)
    return FixtureSet(root, usable, found.refusals + refusals)


def check(folder: Path | str, progress: Progress | None = None) -> tuple[Refusal, ...]:
    """Everything that is wrong with a set of fixtures; empty if nothing is.

    Raises:
        MissingInput: there is no manifest.
        InputError: the manifest cannot be read or names no fixture.
    """
    raise NotImplementedError


def add_document(
    folder: Path | str,
    source: Path | str,
    document_json: Path | str,
    *,
    licence: str,
    id: str | None = None,  # noqa: A002
    damage: str = "real",
    split: str = "test",
    document: str | None = None,
    made_by: str = "",
    force: bool = False,
) -> Fixture:
    """Copy a source and its corrected document.json into a set, as a new fixture."""
    raise NotImplementedError


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", name=str(path)) from None


def _wrong_hash(fixture: Fixture) -> str:
    try:
        found = sha256_of(fixture.source)
    except InputError as error:
        return error.reason
    return "" if found == fixture.sha256 else f"its SHA-256 is {found}, the manifest says {fixture.sha256}"
