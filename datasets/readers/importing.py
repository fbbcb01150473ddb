"""A public data set → a set of fixtures: truths, copies of the pages, and the manifest."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...document import Document
from ...errors import CrossfootError, InputError, MissingInput, OptionsError, OutputError
from ..fixtures.manifest import MANIFEST, write_manifest
from ..fixtures.sets import SOURCES, TRUTHS, Fixture, Refusal, copy_file, load_set, make_folder, sha256_of
from .entries import entry_id
from .grids import inside
from .registry import READERS

_PLACES = ("", "images", "img", "pdf")


def import_set(
    name: str,
    path: Path,
    folder: Path,
    *,
    licence: str,
    sources: Path | None = None,
    damage: str = "real",
    split: str = "test",
    limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[int, tuple[Refusal, ...]]:
    """Read the data set `name` at `path` into the new set `folder`; its size, and what was refused.

    Sources are looked for under `sources`, by default beside the annotations; an entry
    without one is refused. Entries of one source share the manifest's `document`.

    Raises:
        OptionsError: there is no such format.
        InputError: nothing can be read at all.
        OutputError: `folder` is a set already, or cannot be written to.
    """
    if name not in READERS:
        raise OptionsError(f"{name[:40]!r} is no format; there are {', '.join(READERS)}", name="FORMAT")
    if (folder / MANIFEST).exists():
        raise OutputError("is a set already; import into a new folder", name=str(folder))
    base = sources or (path if path.is_dir() else path.parent)
    for place in (folder, folder / SOURCES, folder / TRUTHS):
        make_folder(place)
    refusals: list[Refusal] = []
    fixtures: dict[str, Fixture] = {}
    for entry, truth in READERS[name](path, sources=sources, refuse=refusals.append):
        try:
            if entry in fixtures:
                raise InputError("is the id of an earlier entry")
            made = _fixture(entry, truth, folder, base)
        except CrossfootError as error:
            refusals.append(Refusal(path.name, entry, error.reason))
            continue
        fixtures[entry] = replace(made, licence=licence, damage=damage, split=split)
        if progress is not None:
            progress(len(fixtures))
        if limit is not None and len(fixtures) >= limit:
            break
    if not fixtures:
        first = f"; {refusals[0]}" if refusals else ""
        raise InputError(f"has no entry that can be used{first}", name=str(path))
    write_manifest(folder, fixtures.values())
    return len(load_set(folder, verify=False).fixtures), tuple(refusals)


def _fixture(entry: str, truth: Document, folder: Path, base: Path) -> Fixture:
    """Copy the source of an entry and write its truth."""
    labels: dict[str, Any] = truth.extra["labels"]
    source = _find(base, labels["file"])
    sha256 = sha256_of(source)
    pages = truth.source.pages or _pages(source)
    copied = folder / SOURCES / f"{entry_id(Path(labels['file']).stem)}-{sha256[:8]}{source.suffix.lower()}"
    if not copied.exists():  # several entries may stand on one page
        copy_file(source, copied)
    written = folder / TRUTHS / f"{entry}.json"
    replace(truth, source=replace(truth.source, sha256=sha256, pages=pages)).save(written)
    return Fixture(
        id=entry,
        source=copied,
        truth=written,
        licence="",
        damage="",
        split="",
        sha256=sha256,
        document=entry_id(labels["file"]),
        extra={"made_by": labels["dataset"]},
    )


def _find(base: Path, file: str) -> Path:
    names = dict.fromkeys((file, os.path.basename(file)))  # noqa: PTH119  # of a name, not of a path
    for place in _PLACES:
        for name in names:
            path = inside(base / place, name)
            if path.is_file():
                return path
    raise MissingInput(f"its source {file} is not under {base}")


def _pages(source: Path) -> int:
    from ...source import open_source

    with open_source(source) as opened:
        return opened.page_count
