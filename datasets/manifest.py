"""manifest.csv: which source belongs to which truth, under what licence, in which split.

One row per fixture. Every path is relative to the folder and may not lead out of it, by
`..` or by a link, so that a set that somebody sends can be loaded without reading files
that it has no business with. A bad row costs itself alone and is reported.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..document import Document, write_atomically
from ..errors import InputError, LimitExceeded, MissingInput

MANIFEST = "manifest.csv"
COLUMNS = ("id", "source", "truth", "licence", "damage", "split", "sha256", "document", "made_by")
REQUIRED = ("id", "source", "truth", "licence", "damage", "split", "sha256")
MAX_BYTES = 64 << 20  # of a manifest: a quarter of a million fixtures
_NAMES = ("id", "damage", "split")  # files and headings of reports are named for them
_NAME = re.compile(r"\w[\w.+-]{0,199}")
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Fixture:
    """A source file and its truth; `source` and `truth` are paths that can be opened.

    `damage` names what was done to the page (clean, fax, real …), `split` the part of the
    set; fixtures that show one content share `document`, the unit that intervals are
    estimated over. `extra` holds the other columns of the manifest, `made_by` among them.
    """

    id: str
    source: Path
    truth: Path
    licence: str
    damage: str
    split: str
    sha256: str
    document: str
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    def load(self) -> Document:
        """The truth.

        Raises:
            DocumentError: it is missing or breaks the format; file, address and reason.
            LimitExceeded: it is larger than a document.json may be.
        """
        return Document.load(self.truth)


@dataclass(frozen=True)
class Refusal:
    """Something that cannot be used: the file, relative to its set, the address in it, and why."""

    file: str
    address: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.address, self.reason) if part)


@dataclass(frozen=True)
class FixtureSet:
    """The usable fixtures of a folder, in the order of its manifest, and what was refused."""

    root: Path
    fixtures: tuple[Fixture, ...]
    refusals: tuple[Refusal, ...] = ()


class _Bad(Exception):
    """A row that cannot be used: the column and the reason."""


def read_manifest(folder: Path) -> FixtureSet:
    """The rows of `folder/manifest.csv`; those that cannot be used become refusals.

    Raises:
        MissingInput: there is no such folder, or no manifest in it.
        InputError: the manifest cannot be read, lacks a column, or names no fixture.
    """
    path = folder / MANIFEST
    rows = _rows(path)
    header = [name.strip() for name in next(rows, (0, []))[1]]
    missing = [name for name in REQUIRED if name not in header]
    if missing or len(set(header)) != len(header):
        what = f"lacks the column {', '.join(missing)}" if missing else "names a column twice"
        raise InputError(what, name=str(path))
    fixtures: dict[str, Fixture] = {}
    refusals: list[Refusal] = []
    for line, values in rows:
        try:
            fixture = _fixture(folder, header, values)
            if fixture.id in fixtures:
                raise _Bad("id", f"{fixture.id} is the id of an earlier row")
            fixtures[fixture.id] = fixture
        except _Bad as bad:
            column, reason = bad.args
            refusals.append(Refusal(MANIFEST, f"line {line}" + (f", {column}" if column else ""), reason))
    if not fixtures and not refusals:
        raise InputError("names no fixture", name=str(path))
    return FixtureSet(folder, tuple(fixtures.values()), tuple(refusals))


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, values) of each row that is not blank."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LimitExceeded(f"larger than {MAX_BYTES >> 20} MiB", name=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise MissingInput("no such file; a set of fixtures has a manifest", name=str(path)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8: {error.reason} at byte {error.start}", name=str(path)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", name=str(path)) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for values in reader:
            if any(value.strip() for value in values):
                yield reader.line_num, values
    except csv.Error as error:
        raise InputError(f"line {reader.line_num} is no CSV: {error}", name=str(path)) from None


def _fixture(folder: Path, header: list[str], values: list[str]) -> Fixture:
    if len(values) != len(header):
        raise _Bad("", f"has {len(values)} fields, the header {len(header)}")
    row = {name: value.strip() for name, value in zip(header, values, strict=True)}
    for name in REQUIRED:
        if not row[name]:
            raise _Bad(name, "is empty")
    for name in _NAMES:
        if not _NAME.fullmatch(row[name]):
            raise _Bad(name, _no_name(row[name]))
    if not _SHA256.fullmatch(row["sha256"].lower()):
        raise _Bad("sha256", f"{row['sha256'][:40]!r} is no SHA-256")
    extra = {name: value for name, value in row.items() if name not in COLUMNS or name == "made_by"}
    return Fixture(
        id=row["id"],
        source=_inside(folder, "source", row["source"]),
        truth=_inside(folder, "truth", row["truth"]),
        licence=row["licence"],
        damage=row["damage"],
        split=row["split"],
        sha256=row["sha256"].lower(),
        document=row.get("document") or row["id"],
        extra=extra,
    )


def _inside(folder: Path, column: str, given: str) -> Path:
    pure = PurePosixPath(given)
    # A drive or a backslash leads out on one system and is a name on another.
    if pure.is_absolute() or PureWindowsPath(given).drive or ".." in pure.parts or "\\" in given:
        raise _Bad(column, f"{given} leads out of the folder")
    path = folder / pure
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise _Bad(column, f"{given} leads out of the folder")
        if not path.is_file():
            raise _Bad(column, f"{given}: no such file")
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a NUL, a name too long
        raise _Bad(column, f"{given[:200]!r} is no possible path: {error}") from None
    return path


def require_names(fixture: Fixture) -> None:
    """Refuse a fixture that could not be read back from a manifest.

    Raises:
        InputError: a name that is none, or no licence.
    """
    for name in _NAMES:
        if not _NAME.fullmatch(getattr(fixture, name)):
            raise InputError(_no_name(getattr(fixture, name)), name=name)
    if not fixture.licence:
        raise InputError("is empty", name="licence")


def _no_name(value: str) -> str:
    return f"{value[:40]!r} is no name of letters, digits, '.', '+', '-' and '_'"


def write_manifest(folder: Path | str, fixtures: Iterable[Fixture]) -> None:
    """Write `folder/manifest.csv`, sorted by id, in one step.

    Raises:
        InputError: two fixtures of one id, or a file outside the folder.
        OutputError: the folder cannot be written to.
    """
    folder = Path(folder)
    ordered = sorted(fixtures, key=lambda f: f.id)
    others = sorted({name for f in ordered for name in f.extra} - set(COLUMNS))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, [*COLUMNS, *others], restval="", lineterminator="\n")
    writer.writeheader()
    seen: set[str] = set()
    for fixture in ordered:
        if fixture.id in seen:
            raise InputError("two fixtures have this id", name=fixture.id)
        seen.add(fixture.id)
        writer.writerow(dict(fixture.extra) | _row(folder, fixture))
    write_atomically(folder / MANIFEST, buffer.getvalue().encode())


def _row(folder: Path, fixture: Fixture) -> dict[str, str]:
    return {
        "id": fixture.id,
        "source": _relative(folder, fixture.source),
        "truth": _relative(folder, fixture.truth),
        "licence": fixture.licence,
        "damage": fixture.damage,
        "split": fixture.split,
        "sha256": fixture.sha256,
        "document": fixture.document,
    }


def _relative(folder: Path, path: Path) -> str:
    try:
        # Not resolved first: a file may be a link inside the folder and keep its own name.
        return (path if path.is_absolute() else path.absolute()).relative_to(folder.absolute()).as_posix()
    except ValueError:
        raise InputError(f"is not in the folder of the set, {folder}", name=str(path)) from None
