"""A document's folder: document.json, its tables as HTML, CSV, XLSX and Parquet, and pictures.

Names come from file names and from somebody else's document.json, so every one is made
harmless before it becomes a path. `document.json` is written last: where it stands, all
the rest is complete. While writing goes on, `.unfinished.json` says whose folder it is.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..document import MAX_JSON_BYTES, Document, write_atomically
from ..errors import OutputError
from .csv import write_csv
from .html import pages_html
from .parquet import parquet_bytes
from .xlsx import write_xlsx

DOCUMENT = "document.json"
PREVIOUS = ".previous.json"  # the earlier document.json, until the new one stands
UNFINISHED = ".unfinished.json"
TABLES = "tables"
OVERLAY = "overlay"  # pictures of pages

_WHOLE = frozenset({"tables.xlsx", "cells.parquet"})
_MAX_CHARACTERS = 100
_MAX_BYTES = 200  # file systems allow 255, and a suffix is to fit
_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_PICTURE = re.compile(rf"{OVERLAY}/page-\d+\.png")
_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.part")  # what a killed write_atomically leaves


def prepare(out: Path) -> None:
    """Make `out` and try to write in it, so that hours of work do not end at a full disk.

    Raises:
        OutputError: it is a file, or cannot be made or written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".crossfoot-probe"
        write_atomically(probe, b"x" * 4096)
        probe.unlink()
    except OutputError as error:  # which names the probe
        raise OutputError(error.reason, name=str(out)) from None
    except FileExistsError:
        raise OutputError("is a file, not a folder", name=str(out)) from None
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot be written: {_reason(error)}", name=str(out)) from None


def result_folder(out: Path, name: str, sha256: str, taken: Collection[Path] = ()) -> Path:
    """Where the results of the input called `name` go: `out/<stem>`.

    Args:
        out: the folder of all results.
        name: the input's file name; folders in it do not count.
        sha256: of its content, in hexadecimal digits.
        taken: the folders that this run has already given to other inputs.

    Returns:
        A folder directly in `out`. It is `<stem>-<sha256[:8]>` if `<stem>` is taken by
        another content, upper and lower case being the same, or if an earlier run put
        this content there, so that the order of the inputs does not matter to later runs.
    """
    plain = out / _stem(name)
    digits = re.sub(r"[^0-9a-zA-Z]", "", sha256)
    suffixed = plain.with_name(f"{plain.name}-{digits[:8]}")
    names = {_key(path.name) for path in taken}

    def is_free(folder: Path) -> bool:
        return _key(folder.name) not in names or _holder(folder) == sha256

    if is_free(plain) and _holder(suffixed) != sha256:
        return plain
    return suffixed if is_free(suffixed) else plain.with_name(f"{plain.name}-{digits[:64]}")


def write_folder(
    document: Document, folder: Path, *, force: bool = False, pictures: Path | None = None
) -> list[Path]:
    """Write all formats of `document` into `folder`, which is made if need be.

    A folder that holds results of the same source is rewritten; files of tables that are
    no more, and pictures of an earlier run, are removed. With `force`, files that are not
    ours stay where they are unless they bear a name that is needed.

    Args:
        document: what to write.
        folder: where to; not a symbolic link.
        force: overwrite what is not ours or belongs to another source.
        pictures: a folder of `page-<number>.png`, on the same file system, that are moved.

    Returns:
        the files written, document.json last.

    Raises:
        OutputError: the folder is a link, or it holds something else and `force` is not
            set, or it cannot be written. An earlier document.json is then still there, as `.previous.json`.
    """
    files = _render(document)
    held = _inspect(folder)
    if not force:
        _require_ours(folder, held, document)
    stale = held.results - files.keys()
    unfinished = {"sha256": document.source.sha256, "files": sorted(files.keys() | held.results)}
    try:
        (folder / TABLES).mkdir(parents=True, exist_ok=True)
        write_atomically(folder / UNFINISHED, json.dumps(unfinished).encode())
        if (folder / DOCUMENT).exists():
            (folder / DOCUMENT).replace(folder / PREVIOUS)
        for name in stale:
            (folder / name).unlink(missing_ok=True)
        for name, data in files.items():
            write_atomically(folder / name, data)
        placed = _place_pictures(pictures, folder / OVERLAY)
        document.save(folder / DOCUMENT)
        for name in (PREVIOUS, UNFINISHED):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be written: {_reason(error)}", name=str(folder)) from None
    return [*(folder / name for name in files), *placed, folder / DOCUMENT]


def _place_pictures(pictures: Path | None, target: Path) -> list[Path]:
    """Move new pictures to where those of an earlier run are; these go in any case."""
    for stale in target.glob("page-*.png"):
        stale.unlink()
    if pictures is None:
        if target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        return []
    target.mkdir(exist_ok=True)
    return [picture.replace(target / picture.name) for picture in sorted(pictures.iterdir())]


def _render(document: Document) -> dict[str, bytes]:
    """Contents by path within the folder, all made before anything old is touched."""
    files: dict[str, bytes] = {}
    names = _table_names(table.id for table in document.tables)
    for name, table, page in zip(names, document.tables, pages_html(document), strict=True):
        files[f"{TABLES}/{name}.html"] = page.encode()
        files[f"{TABLES}/{name}.csv"] = write_csv(table)
    files["tables.xlsx"] = write_xlsx(document)
    files["cells.parquet"] = parquet_bytes(document)
    return files


def _table_names(ids: Iterable[str]) -> list[str]:
    names: list[str] = []
    taken: set[str] = set()
    for table_id in ids:
        base = _harmless(table_id) or "table"
        name, number = base, 1
        while _key(name) in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(_key(name))
        names.append(name)
    return names


@dataclass(frozen=True)
class _Held:
    """What a folder holds: whose results, which files of ours, and what else."""

    sha256: str | None
    results: frozenset[str]
    foreign: tuple[str, ...]


def _inspect(folder: Path) -> _Held:
    for place in (folder, folder / TABLES, folder / OVERLAY):
        if place.is_symlink():
            raise OutputError("is a link, and files elsewhere would be replaced", name=str(place))
    try:
        if not folder.exists():
            return _Held(None, frozenset(), ())
        present = [path.name for path in folder.iterdir()]
        for inner in (TABLES, OVERLAY):
            if (folder / inner).is_dir():
                present.remove(inner)
                present += [f"{inner}/{path.name}" for path in (folder / inner).iterdir()]
        owner, names = _account(folder)
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot be read: {_reason(error)}", name=str(folder)) from None
    foreign = [name for name in present if not _is_ours(name, names)]
    return _Held(owner, frozenset(names.intersection(present)), tuple(sorted(foreign)))


def _is_ours(name: str, names: set[str]) -> bool:
    if name in (DOCUMENT, PREVIOUS, UNFINISHED) or name in names or _PICTURE.fullmatch(name):
        return True
    return _TEMPORARY.fullmatch(name.rpartition("/")[2]) is not None


def _holder(folder: Path) -> str | None:
    try:
        return _account(folder)[0]
    except OSError:
        return None


def _account(folder: Path) -> tuple[str | None, set[str]]:
    """SHA-256 of the source whose results the folder holds, and the files that we wrote there."""
    owner: str | None = None
    names: set[str] = set()
    for file in (PREVIOUS, DOCUMENT):
        value = _json(folder / file)
        source, tables = value.get("source"), value.get("tables")
        if isinstance(source, dict) and isinstance(source.get("sha256"), str):
            owner = source["sha256"]
            ids = [t.get("id") for t in tables if isinstance(t, dict)] if isinstance(tables, list) else []
            stems = _table_names(i for i in ids if isinstance(i, str))
            names |= {f"{TABLES}/{stem}{ending}" for stem in stems for ending in (".html", ".csv")}
            names |= _WHOLE
    unfinished = _json(folder / UNFINISHED)
    if isinstance(unfinished.get("sha256"), str) and isinstance(unfinished.get("files"), list):
        owner = unfinished["sha256"]
        names |= {n for n in unfinished["files"] if isinstance(n, str) and _is_result_name(n)}
    return owner, names


def _is_result_name(name: str) -> bool:
    place, _, last = name.rpartition("/")
    return name in _WHOLE or (place == TABLES and "\\" not in last and last not in ("", ".", ".."))


def _json(file: Path) -> dict[str, Any]:
    if not file.is_file() or file.stat().st_size > MAX_JSON_BYTES:
        return {}
    try:
        value = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _require_ours(folder: Path, held: _Held, document: Document) -> None:
    remedy = "give --force to overwrite it, or another output folder"
    if held.foreign:
        raise OutputError(f"holds {held.foreign[0]}, which is not ours", name=str(folder), remedy=remedy)
    if held.sha256 not in (None, document.source.sha256):
        raise OutputError("holds the results of another file", name=str(folder), remedy=remedy)
    if held.sha256 is None and (folder / DOCUMENT).exists():
        raise OutputError(f"holds a {DOCUMENT} that is not ours", name=str(folder), remedy=remedy)


def _stem(name: str) -> str:
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return _harmless(Path(last.replace("\0", "")).stem) or "document"


def _harmless(text: str) -> str:
    """`text` as a file name on any system: no separators, no invisible characters, not too long."""
    visible = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in _INVISIBLE)
    name = _UNSAFE.sub("_", "".join(visible)).strip().lstrip(".")
    name = name[:_MAX_CHARACTERS].encode()[:_MAX_BYTES].decode(errors="ignore").strip().rstrip(". ")
    return f"_{name}" if _RESERVED.fullmatch(name) else name


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _key(name: str) -> str:
    """Equal for names that some file system takes for one."""
    return unicodedata.normalize("NFC", name.casefold())


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
