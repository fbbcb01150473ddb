"""Opening inputs: what is known then, what is refused, and that anything at all is survived."""

import contextlib
import hashlib
import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
from crossfoot import errors
from crossfoot import source as source_package
from crossfoot.source import SourceOptions, open_source
from crossfoot.source.options import RANGES
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_builder import TEXT, Pdf, fill, jpeg_scan_pdf, scan_pdf, show, text_pdf
from picture_builder import load, noise, saved, tiff
from PIL import Image


def test_what_is_known_on_opening(tmp_path):
    data = Pdf().page(b"").page(b"").bytes()
    path = tmp_path / "预算 2020.bin"  # the extension is not asked
    path.write_bytes(data)
    with open_source(path) as source:
        assert (source.name, source.page_count, len(source)) == ("预算 2020.bin", 2, 2)
        assert source.sha256 == hashlib.sha256(data).hexdigest()
    with open_source(data) as source:
        assert source.name == "input"
    with path.open("rb") as file:
        with open_source(file) as source:
            assert source.name == "预算 2020.bin"
        assert not file.closed
    with open_source(io.BytesIO(data), name="a\nb\udcff.pdf") as source:
        assert source.name == "a\ufffdb?.pdf"
        source.name.encode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", errors.UnsupportedInput),
        (b"PK\x03\x04 a spreadsheet", errors.UnsupportedInput),
        (b" " * 1200 + b"%PDF-1.5 too late", errors.UnsupportedInput),
        (b"%PDF-1.5\n", errors.DamagedInput),
        (Pdf().bytes(), errors.DamagedInput),  # no page
        (text_pdf()[:300], errors.DamagedInput),
        (b"\x89PNG\r\n\x1a\n", errors.DamagedInput),
        (b"\xff\xd8\xff\xe0", errors.DamagedInput),
        (b"II*\0\x08\0\0\0", errors.DamagedInput),
        (b"MM\0*\0\0\0\0", errors.DamagedInput),
    ],
)
def test_bytes_that_are_refused(data, kind):
    with pytest.raises(kind, match=r"^x\.pdf: [^\n]+$") as caught:
        open_source(data, name="x.pdf")
    assert caught.value.__cause__ is None
    assert caught.value.name == "x.pdf"


def test_paths_that_are_refused(tmp_path):
    with pytest.raises(errors.MissingInput, match=r"gone\.pdf: no such file"):
        open_source(tmp_path / "gone.pdf")
    with pytest.raises(errors.MissingInput, match="is a folder"):
        open_source(str(tmp_path))
    with pytest.raises(errors.InputError):
        open_source("a\0b")
    with pytest.raises(errors.InputError):
        open_source("x" * 5000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.pdf")
    with pytest.raises(errors.MissingInput, match="pipe"):
        open_source(tmp_path / "pipe.pdf")
    with pytest.raises(errors.MissingInput, match="device"):
        open_source("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "secret.pdf"
    path.write_bytes(text_pdf())
    path.chmod(0)
    with pytest.raises(errors.InputError, match="Permission denied"):
        open_source(path)


def test_file_objects_that_are_refused():
    with pytest.raises(errors.InputError, match="binary"):
        open_source(io.StringIO("%PDF-"))

    class Endless(io.RawIOBase):
        def read(self, size=-1):
            return b"%PDF-1.5 " * 100_000

    with pytest.raises(errors.LimitExceeded, match="--max-bytes"):
        open_source(Endless(), SourceOptions(max_bytes=10_000_000))


def test_limits_on_bytes_and_pages(tmp_path):
    data = Pdf().page(b"").page(b"").page(b"").bytes()
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    with pytest.raises(errors.LimitExceeded, match="--max-bytes"):
        open_source(path, SourceOptions(max_bytes=len(data) - 1))
    for many in (data, tiff(*[np.zeros((9, 9), np.uint8)] * 3)):
        with pytest.raises(errors.LimitExceeded, match="has 3 pages, more than --max-pages 2"):
            open_source(many, SourceOptions(max_pages=2))
        with open_source(many, SourceOptions(max_pages=3)) as source:
            assert source.page_count == 3


def test_options_are_checked_and_keep_the_password_out_of_logs():
    mine = "hunter2"
    assert mine not in repr(SourceOptions(password=mine))
    for bad in ({"render_dpi": 10}, {"max_pages": 0}, {"max_pixels": -1}, {"work_pixels": 1.5}):
        with pytest.raises(errors.OptionsError, match="--" + next(iter(bad)).replace("_", "-")):
            SourceOptions(**bad)


def test_a_closed_source_and_a_page_that_is_not_there():
    source = open_source(text_pdf())
    for number in (0, 2, -1):
        with pytest.raises(IndexError):
            source.load(number)
    source.close()
    source.close()
    with pytest.raises(ValueError, match="closed"):
        source.load(1)


def test_encryption():
    data = Pdf().page(TEXT).bytes(user=b"open sesame")
    right, wrong = "open sesame", "guess"
    with pytest.raises(errors.PasswordNeeded, match="--password"):
        open_source(data)
    with pytest.raises(errors.PasswordNeeded, match="wrong") as caught:
        open_source(data, SourceOptions(password=wrong))
    assert wrong not in str(caught.value)
    assert [w.text for w in load(data, password=right).words] == [w.text for w in load(text_pdf()).words]
    assert load(Pdf().page(TEXT).bytes(user=b"")).words  # an owner's password only forbids printing


def test_importing_is_cheap():
    code = "import sys, crossfoot.source; print({'cv2', 'PIL', 'pypdfium2', 'pandas'} & {*sys.modules})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert result.stdout.strip() == "set()"


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_memory_does_not_grow_with_length(tmp_path, kind):
    path = tmp_path / "long"
    if kind == "TIFF":
        path.write_bytes(tiff(*[np.full((1000, 700), 200, np.uint8)] * 200, compression="tiff_lzw"))
    else:
        document = Pdf()
        for index in range(200):
            image = document.image(np.full((1000, 700), index, np.uint8))
            document.page(fill(0, (504, 720)), (504, 720), images=[image])
        path.write_bytes(document.bytes())
    process = psutil.Process()
    with open_source(path) as source:
        assert source.page_count == 200
        for number in range(1, 21):
            source.load(number)
        before = process.memory_info().rss
        for number in range(21, 201):
            source.load(number)
        grown = process.memory_info().rss - before
    assert grown < 40_000_000  # 180 pages of 2.1 MB are 378 MB


def test_memory_does_not_grow_with_what_pdfium_has_read(tmp_path):
    """PDFium keeps every stream of a document until it is closed: 100 MB here."""
    document = Pdf()
    for index in range(100):
        image = document.image(np.random.default_rng(index).integers(0, 256, (1000, 1000), dtype=np.uint8))
        document.page(fill(0, (720, 720)), (720, 720), images=[image])
    path = tmp_path / "long.pdf"
    path.write_bytes(document.bytes())
    process = psutil.Process()
    with open_source(path) as source:
        first = source.load(1).image
        for number in range(2, 21):
            source.load(number)
        before = process.memory_info().rss
        for number in range(21, 101):
            source.load(number)
        grown = process.memory_info().rss - before
        assert np.array_equal(source.load(1).image, first)
    assert grown < 30_000_000


def test_a_pdf_that_cannot_be_opened_again_stays_open(tmp_path):
    document = Pdf()
    for _ in range(40):
        document.page(TEXT)
    path = tmp_path / "x.pdf"
    path.write_bytes(document.bytes())
    with open_source(path) as source:
        for number in range(1, 41):
            if number == 10:
                with path.open("r+b") as file:
                    file.write(b"\0" * 1024)
                    file.truncate(2048)
            with contextlib.suppress(errors.DamagedInput):
                source.load(number)
        assert source._file.document


def test_pages_are_the_same_after_reopening():
    document = Pdf()
    for index in range(50):
        document.page(show(b"Page number %d" % index, 60, 600))
    with open_source(document.bytes(user=b"secret"), SourceOptions(password="secret")) as source:
        opened = [source._file._kept]  # held, so that no two are the same object
        for number in [*range(1, 51), 3, 50]:
            assert str(number - 1) in [w.text for w in source.load(number).words]
            if source._file._kept is not opened[-1]:
                opened.append(source._file._kept)
        assert len(opened) >= 3


def test_messages_name_flags_that_there_are():
    folder = Path(source_package.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    flags = {"password", *RANGES}
    assert set(re.findall(r"(?<![\w-])--([a-z][a-z-]*)", text)) == {f.replace("_", "-") for f in flags}


def test_threads_see_what_one_thread_sees():
    scans = Pdf()
    for index in range(4):
        image = scans.image(noise(seed=index))
        scans.page(fill(0, (122.4, 172.8)), (122.4, 172.8), images=[image]).page(TEXT)
    files = [scans.bytes(), tiff(*[noise(seed=i) for i in range(8)], compression="tiff_lzw")]
    jobs = [(which, number) for number in range(1, 9) for which in (0, 1)] * 2
    with open_source(files[0]) as first, open_source(files[1]) as second:
        sources = [first, second]
        serial = [sources[which].load(number) for which, number in jobs]
        with ThreadPoolExecutor(4) as pool:
            parallel = list(pool.map(lambda job: sources[job[0]].load(job[1]), jobs))
    for one, other in zip(serial, parallel, strict=True):
        assert np.array_equal(one.image, other.image)
        assert one.words == other.words


SMALL = {
    "pdf": Pdf().page(TEXT[:200], (200, 200)).bytes(),
    "scan": scan_pdf(noise(60, 50)),
    "photograph": jpeg_scan_pdf(saved(Image.fromarray(noise()), "JPEG", quality=20)),
    "tiff": tiff(noise(30, 20), noise(20, 30), compression="tiff_lzw"),
    "png": saved(Image.fromarray(noise(30, 20)), "PNG"),
    "jpeg": saved(Image.fromarray(noise(30, 20)), "JPEG"),
}


def load_all(data):
    """Every page, where only our own errors may come up, of one line each."""
    try:
        with open_source(data, SourceOptions(max_pixels=4_000_000, max_pages=50)) as source:
            pages = [attempt(source, number) for number in range(1, source.page_count + 1)]
    except errors.CrossfootError as error:
        return [str(error)]
    assert all(isinstance(p, str) or (p.image.dtype == np.uint8 and p.image.ndim == 3) for p in pages)
    return [p for p in pages if isinstance(p, str)]


def attempt(source, number):
    try:
        return source.load(number)
    except errors.CrossfootError as error:
        return str(error)


@settings(max_examples=50, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"%PDF-1.4\n", b"II*\0", b"MM\0*", b"II+\0", b"\xff\xd8\xff"]),
)
def test_random_bytes(data, magic):
    assert not any("\n" in message for message in load_all(magic + data))


@pytest.mark.parametrize("kind", SMALL)
@settings(max_examples=50, deadline=None)
@given(st.data())
def test_mutations_and_truncations(kind, data):
    changed = bytearray(SMALL[kind])
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] = data.draw(st.integers(0, 255))
    messages = load_all(bytes(changed[: data.draw(st.integers(1, len(changed)))]))
    assert not any("\n" in message for message in messages)
