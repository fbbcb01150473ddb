"""Input of the kind that a folder of ten thousand files holds, through the real pipeline.

Only the text engine is replaced, so that no weights are needed.
"""

import io
import json
import struct
import zlib
from pathlib import Path

import crossfoot
import numpy as np
import pytest
from crossfoot import cli
from crossfoot.document import Box, Document, Reading
from crossfoot.errors import LimitExceeded
from crossfoot.pipeline import Options
from crossfoot.source import SourceOptions
from pdf_builder import TEXT, Pdf, text_pdf
from PIL import Image
from typer.testing import CliRunner

GOOD = text_pdf()
LOCKED = Pdf().page(TEXT).bytes(user=b"open sesame")


class BlindEngine:
    """Finds no text anywhere."""

    name = "blind"

    def detect(self, image: np.ndarray) -> list[Box]:
        return []

    def recognize(self, crops: list[np.ndarray]) -> list[Reading]:
        return [Reading("", 0.0, self.name)] * len(crops)


@pytest.fixture(autouse=True)
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossfoot.ocr.engine.load_engine", lambda options, progress=None: BlindEngine())


@pytest.fixture
def bad(tmp_path: Path) -> dict[str, str]:
    """Files of every bad kind, and what is said of each."""
    contents = {
        "empty.pdf": b"",
        "letter.pdf": b"Dear Sir or Madam,\n",
        "cut.pdf": GOOD[: len(GOOD) // 2],
        "locked.pdf": LOCKED,
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.pdf").mkdir()
    return {
        "missing.pdf": "no such file",
        "folder.pdf": "is a folder; give the files in it",
        "empty.pdf": "is empty; crossfoot reads PDF, TIFF, PNG and JPEG",
        "letter.pdf": "is neither PDF, TIFF, PNG nor JPEG; crossfoot reads PDF, TIFF, PNG and JPEG",
        "cut.pdf": "is a PDF, but truncated or broken",
        "locked.pdf": "is encrypted and needs --password; give the password with --password",
    }


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ([], "is encrypted and needs --password"),
        (["--password", "guess"], "the password given is wrong"),
    ],
    ids=["no password", "wrong password"],
)
def test_each_bad_file_is_one_line_and_the_good_one_is_digitized(
    password: list[str], said: str, bad: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "good.pdf").write_bytes(GOOD)
    names = [*bad, "good.pdf"]
    out = tmp_path / "out"

    arguments = ["digitize", *(str(tmp_path / name) for name in names), "-o", str(out), *password]
    ran = CliRunner().invoke(cli.app, arguments)

    assert ran.exit_code == 4
    lines = ran.stderr.splitlines()
    assert len(lines) == len(bad)
    for line, (name, reason) in zip(lines, bad.items(), strict=True):
        expected = said if name == "locked.pdf" else reason
        assert line.startswith(f"crossfoot: {tmp_path / name}: {expected}")
    assert [path.name for path in out.iterdir()] == ["good"]
    document = Document.load(out / "good" / "document.json")
    assert document.status == "ok"
    assert "1,234.00" in "".join(text.text for text in document.texts)


def test_the_right_password_opens_what_is_locked(tmp_path: Path) -> None:
    (tmp_path / "locked.pdf").write_bytes(LOCKED)
    arguments = ["digitize", str(tmp_path / "locked.pdf"), "-o", str(tmp_path / "out")]
    ran = CliRunner().invoke(cli.app, [*arguments, "--password", "open sesame", "--json"])
    assert ran.exit_code == 0
    assert "open sesame" not in ran.stdout + (tmp_path / "out/locked/document.json").read_text("utf-8")
    assert json.loads(ran.stdout)["inputs"][0]["status"] == "ok"


def test_a_page_of_ten_metres_costs_itself_alone() -> None:
    side = 10_000 / 25.4 * 72
    document = crossfoot.digitize(Pdf().page(TEXT).page(TEXT, size=(side, side)).page(TEXT).bytes())
    assert document.status == "partial"
    assert [page.number for page in document.pages] == [1, 3]
    (problem,) = document.problems
    assert (problem.page, problem.severity, problem.code) == (2, "error", "page_too_large")
    assert "--max-pixels 200000000" in problem.message


def test_more_pages_than_allowed_are_refused_whole() -> None:
    data = Pdf().page(TEXT).page(TEXT).page(TEXT).bytes()
    with pytest.raises(LimitExceeded, match="has 3 pages, more than --max-pages 2"):
        crossfoot.digitize(data, Options(source=SourceOptions(max_pages=2)))
    assert len(crossfoot.digitize(data, Options(source=SourceOptions(max_pages=3))).pages) == 3


def png(width: int, height: int) -> bytes:
    """A PNG whose header claims this size, and that holds no pixels to speak of."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_png_of_more_pixels_than_allowed_is_never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL.PngImagePlugin import PngImageFile

    def decode(self: PngImageFile) -> None:
        pytest.fail("the pixels were decoded")

    monkeypatch.setattr(PngImageFile, "load", decode)
    document = crossfoot.digitize(png(20_000, 10_001), name="huge.png")
    (problem,) = document.problems
    assert (document.status, problem.code, problem.page) == ("failed", "page_too_large", 1)
    assert "20000 × 10001 pixels, more than --max-pixels 200000000" in problem.message


def test_a_broken_page_costs_itself_alone() -> None:
    pages = [Image.new("L", (400, 600), 255) for _ in range(3)]
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    data = stream.getvalue()
    strips = [at for at in range(len(data)) if data.startswith(b"\x78\x9c", at)]  # zlib's first bytes
    broken = bytearray(data)
    middle = strips[len(strips) // 2]
    broken[middle : middle + 20] = bytes(20)

    document = crossfoot.digitize(bytes(broken))

    assert document.status == "partial"
    assert [page.number for page in document.pages] == [1, 3]
    errors = [(p.page, p.code) for p in document.problems if p.severity == "error"]
    assert errors == [(2, "page_unreadable")]
