"""Fixtures: source files beside their truth, loaded, checked and added to.

A set is a folder with `manifest.csv` (see `manifest`). What is wrong with a fixture is
reported as file, address and reason, and leaves the others usable.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ..document import Document
from ..errors import CrossfootError, DocumentError, InputError, OutputError
from .fixtures_check import faults, read_truth, source_faults
from .manifest import (
    MANIFEST,
    Fixture,
    FixtureSet,
    Refusal,
    read_manifest,
    require_names,
    write_manifest,
)

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

SOURCES = "sources"
TRUTHS = "truth"
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
    found = load_set(folder, verify=False)
    refusals = list(found.refusals)
    for done, fixture in enumerate(found.fixtures, start=1):
        refusals += _check_fixture(found.root, fixture)
        if progress is not None:
            progress(done, len(found.fixtures))
    return tuple(refusals)


def _check_fixture(root: Path, fixture: Fixture) -> Iterator[Refusal]:
    source, truth = (path.relative_to(root).as_posix() for path in (fixture.source, fixture.truth))
    wrong = _wrong_hash(fixture)
    if wrong:
        yield Refusal(source, f"fixture {fixture.id}", wrong)
    document, broken = read_truth(fixture.truth)
    for address, reason in broken if document is None else faults(document):
        yield Refusal(truth, address, reason)
    if document is None or wrong:
        return
    try:
        for address, reason in source_faults(document, fixture.source, fixture.sha256):
            yield Refusal(truth, address, reason)
    except CrossfootError as error:
        yield Refusal(source, f"fixture {fixture.id}", error.reason)


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
    """Copy a source and its corrected document.json into a set, as a new fixture.

    The id defaults to the name of the source, with the start of its SHA-256 where
    another source has that id. A truth that does not name its source, as labels without one, is given it.

    Raises:
        InputError: the source cannot be read, the document is another file's truth, or a
            name is none; or the manifest has rows that writing it anew would lose.
        DocumentError: the document breaks the format, or contradicts itself.
        OutputError: there is such a fixture and not `force`, or the folder cannot be written to.
    """
    root, source, truth = Path(folder), Path(source), Path(document_json)
    sha256 = sha256_of(source)
    known = _known(root)
    name = _free_id(source, sha256, known) if id is None else id
    loaded = _sound(truth, source, sha256)
    fixture = Fixture(
        id=name,
        source=root / SOURCES / f"{name}{_suffix(source)}",
        truth=root / TRUTHS / f"{name}.json",
        licence=licence.strip(),
        damage=damage,
        split=split,
        sha256=sha256,
        document=document or name,
        extra={"made_by": made_by},
    )
    require_names(fixture)
    if not force and (name in known or fixture.source.exists() or fixture.truth.exists()):
        raise OutputError("there is such a fixture already", name=name, remedy="give --force to replace it")
    copy_file(source, fixture.source)
    make_folder(fixture.truth.parent)
    loaded.save(fixture.truth)
    write_manifest(root, [*(f for f in known.values() if f.id != name), fixture])
    return fixture


def _known(root: Path) -> dict[str, Fixture]:
    if not (root / MANIFEST).exists():
        return {}
    found = read_manifest(root)
    if found.refusals:
        raise InputError(f"{found.refusals[0]}; repair it first", name=str(root))
    return {fixture.id: fixture for fixture in found.fixtures}


def _free_id(source: Path, sha256: str, known: dict[str, Fixture]) -> str:
    stem = re.sub(r"[^\w.+-]+", "-", source.stem).strip("-.+")[:150] or "fixture"
    other = stem in known and known[stem].sha256 != sha256
    return f"{stem}-{sha256[:8]}" if other else stem


def _suffix(source: Path) -> str:
    return source.suffix.lower() if re.fullmatch(r"\.\w{1,10}", source.suffix) else ""


def _sound(truth: Path, source: Path, sha256: str) -> Document:
    """The document, with its source named, if nothing is wrong with it."""
    document, broken = read_truth(truth)
    wrong = list(broken if document is None else faults(document))
    if document is not None:
        wrong += source_faults(document, source, sha256)
    if document is None or wrong:
        address, reason = wrong[0]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise DocumentError(f"{address}: {reason}{more}" if address else reason + more, name=str(truth))
    if document.source.sha256:
        return document
    named = replace(document.source, name=source.name, sha256=sha256, pages=_pages(source))
    return replace(document, source=named)


def _pages(source: Path) -> int:
    from ..source import open_source

    with open_source(source) as opened:
        return opened.page_count


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror or error}", name=str(folder)) from None


def copy_file(source: Path, target: Path) -> None:
    """Copy beside the target and rename: a set never holds half a source.

    Raises:
        OutputError: it cannot be written.
    """
    make_folder(target.parent)
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            shutil.copyfile(source, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", name=str(target)) from None


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
