"""Reading inputs: what is taken from each kind of file, and what is refused.

PDFs are written by hand, so that each test says exactly what stands on the page.
"""

import gc
import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import psutil
import pytest
from crossfoot import errors, pdf
from crossfoot.source import PageImage, SourceOptions, open_source
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

A4 = (595, 842)
WHITE = 255
PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


# --- building files ---------------------------------------------------------------------


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


class Pdf:
    """A PDF object by object; object 1 is the catalog, 2 the page tree."""

    def __init__(self):
        self.objects = {1: (b"<</Type/Catalog/Pages 2 0 R>>", None)}
        self.pages = []

    def add(self, dictionary, stream=None):
        number = max(*self.objects, 2) + 1
        self.objects[number] = (dictionary, stream)
        return number

    def image(self, pixels, extra=b""):
        """Lossless; grey (height, width) or RGB (height, width, 3)."""
        height, width = pixels.shape[:2]
        space = (
            b""
            if b"Mask" in extra
            else b"/ColorSpace" + (b"/DeviceGray" if pixels.ndim == 2 else b"/DeviceRGB")
        )
        bits = b"" if b"BitsPerComponent" in extra else b"/BitsPerComponent 8"
        data = pixels if pixels.dtype == np.uint8 else np.packbits(pixels, axis=1)
        head = b"/Type/XObject/Subtype/Image/Filter/FlateDecode/Width %d/Height %d" % (width, height)
        return self.add(head + space + bits + extra, zlib.compress(data.tobytes()))

    def page(self, content, size=A4, extra=b"", images=(), font=HELVETICA):
        names = b"".join(b"/I%d %d 0 R" % item for item in enumerate(images))
        resources = b"<</Font<</F %d 0 R>>/XObject<<%s>>>>" % (self.add(font), names)
        body = self.add(b"", content)
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %g %g]" % size
        self.pages.append(self.add(page + b"/Contents %d 0 R/Resources %s%s>>" % (body, resources, extra)))
        return self

    def bytes(self, user=None):
        kids = b" ".join(b"%d 0 R" % n for n in self.pages)
        self.objects[2] = (b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.pages), kids), None)
        trailer, seal = b"", lambda number, data: data
        if user is not None:
            trailer, seal = self.encryption(user)
        out, offsets = bytearray(b"%PDF-1.5\n"), {}
        for number, (dictionary, stream) in sorted(self.objects.items()):
            offsets[number] = len(out)
            body = dictionary
            if stream is not None:
                data = seal(number, stream)
                body = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(data), data)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
        out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets.values())
        out += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (len(offsets) + 1, trailer)
        return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)

    @staticmethod
    def encryption(user):
        """The standard security handler, 40-bit RC4 (PDF 32000-1, 7.6.3)."""

        def md5(data):
            return hashlib.md5(data, usedforsecurity=False).digest()

        identity, rights = b"0123456789abcdef", -4
        secret = (user + PAD)[:32]
        owner = rc4(md5((b"owner" + PAD)[:32])[:5], secret)
        key = md5(secret + owner + struct.pack("<i", rights) + identity)[:5]
        check = rc4(key, PAD)
        trailer = b"/ID[<%b><%b>]/Encrypt<</Filter/Standard/V 1/R 2/P %d/O<%b>/U<%b>>>" % (
            *(identity.hex().encode(),) * 2,
            rights,
            owner.hex().encode(),
            check.hex().encode(),
        )

        def seal(number, data):
            return rc4(md5(key + struct.pack("<I", number)[:3] + b"\0\0")[:10], data)

        return trailer, seal


def show(text, x, y, size=12, mode=0, color=b"0 g"):
    return b"BT %b %d Tr /F %g Tf 1 0 0 1 %g %g Tm (%b) Tj ET\n" % (color, mode, size, x, y, text)


def fill(index, size=A4):
    """Draw image `index` over the whole page."""
    return b"q %g 0 0 %g 0 0 cm /I%d Do Q\n" % (*size, index)


TEXT = b"".join(show(b"Line %d  1,234.%02d" % (i, i), 60, 700 - 30 * i) for i in range(6))
HIDDEN = TEXT.replace(b" 0 Tr", b" 3 Tr")


def text_pdf(**options):
    return Pdf().page(TEXT, **options).bytes()


def noise(height=240, width=170, channels=3, seed=1):
    """A picture that no other picture, turn or resampling equals: noise over big blocks."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 200, (height // 40 + 1, width // 40 + 1, channels))
    wide = blocks.repeat(40, axis=0).repeat(40, axis=1)[:height, :width]
    pixels = (wide + rng.integers(0, 55, (height, width, channels))).astype(np.uint8)
    return pixels if channels == 3 else pixels[:, :, 0]


def scan_pdf(pixels, content=b"", extra=b"", before=b"", image_extra=b""):
    document = Pdf()
    size = (pixels.shape[1] * 72 / 100, pixels.shape[0] * 72 / 100)  # 100 dpi
    image = document.image(pixels, image_extra)
    return document.page(before + fill(0, size) + content, size, extra, [image]).bytes()


def saved(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(*pages, **options):
    first, *rest = [Image.fromarray(page) for page in pages]
    return saved(first, "TIFF", save_all=True, append_images=rest, **options)


def load(data, number=1, **options) -> PageImage:
    with open_source(data, SourceOptions(**options)) as source:
        return source.load(number)


def bgr(pixels):
    return pixels[:, :, ::-1] if pixels.ndim == 3 else np.stack([pixels] * 3, axis=2)


# --- opening ----------------------------------------------------------------------------


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


@pytest.mark.parametrize("junk", [b"", b"\r\n" * 500, b"HTTP/1.1 200 OK\n\n"])
def test_junk_before_a_pdf(junk):
    assert load(junk + text_pdf()).words


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


# --- text layers ------------------------------------------------------------------------


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [b"", b"/CropBox[40 500 400 800]"])
def test_words_lie_exactly_on_their_ink(rotate, crop):
    page = load(text_pdf(extra=b"/Rotate %d%b" % (rotate, crop)))
    width, height = (360, 300) if crop else A4
    if rotate % 180:
        width, height = height, width
    assert page.image.shape == (round(height / 72 * 200), round(width / 72 * 200), 3)
    assert (page.scan.source, page.scan.dpi) == ("text_layer", 200)
    expected = [("Line", str(i), f"1,234.{i:02}") for i in range(6)]  # PDFium may begin at either end
    assert sorted(w.text for w in page.words) == sorted(sum(expected, ()))
    dark = page.image.min(axis=2) < 128
    for word in page.words:
        rows, cols = np.nonzero(dark[inside(word.box, 3)])
        ink = (cols.max() - cols.min() + 1, rows.max() - rows.min() + 1)
        assert ink == pytest.approx((word.box.width, word.box.height), abs=3)
        dark[inside(word.box, 3)] = False
    assert not dark.any()  # and there is no ink without a word


def inside(box, margin):
    return (
        slice(max(0, int(box.top) - margin), int(box.bottom) + margin),
        slice(max(0, int(box.left) - margin), int(box.right) + margin),
    )


@pytest.mark.parametrize(("gap", "words"), [(0.5, ["11223344"]), (6.5, ["1122", "3344"])])
def test_neighbouring_cells_do_not_merge(gap, words):
    start = 60 + 4 * 0.556 * 12 + gap  # Helvetica's digits are 0.556 em wide
    content = show(b"1122", 60, 600) + show(b"3344", start, 600) + show(b"some more text here", 60, 500)
    assert [w.text for w in load(Pdf().page(content).bytes()).words][: len(words)] == words


@pytest.mark.parametrize("matrix", [b"0 1 -1 0 300 100", b"0 -1 1 0 300 700", b"-1 0 0 -1 300 700"])
@pytest.mark.parametrize("rotate", [0, 90])
def test_turned_text_is_read_along_its_line(matrix, rotate):
    content = b"BT /F 12 Tf %b Tm (Department budget 2020) Tj ET" % matrix
    page = load(Pdf().page(content, extra=b"/Rotate %d" % rotate).bytes())
    assert [w.text for w in page.words] == ["Department", "budget", "2020"]
    tall = matrix.startswith(b"0") != (rotate == 90)
    assert all((w.box.height > 2 * w.box.width) == tall for w in page.words)


def rejected(data, why):
    page = load(data)
    assert page.words is None
    assert page.scan.source in ("image", "render")
    (problem,) = page.problems
    assert (problem.severity, problem.code, problem.page, problem.stage) == (
        "info",
        "text_layer_rejected",
        1,
        "source",
    )
    assert re.search(why, problem.message), problem.message
    return page


def test_an_invisible_layer_is_kept_for_a_second_reading():
    pixels = noise(1000, 700)
    page = rejected(scan_pdf(pixels, HIDDEN), "invisible")
    assert page.scan.source == "image"
    assert np.array_equal(page.image, bgr(pixels))
    assert [w.text for w in page.layer][:3] == ["Line", "0", "1,234.00"]
    # 60 points from the left at 100 dpi, in pixels of the image that was taken
    assert page.layer[0].box.left == pytest.approx(60 / 0.72, abs=2)
    assert page.layer[0].box.bottom == pytest.approx(1000 - 700 / 0.72, abs=2)


def test_an_invisible_layer_without_an_image():
    rejected(Pdf().page(HIDDEN).bytes(), "invisible")


def test_hidden_words_among_visible_ones_are_not_read():
    page = load(
        Pdf().page(TEXT + show(b"junk", 60, 300, mode=3) + show(b"pale", 60, 200, color=b"1 g")).bytes()
    )
    assert page.scan.source == "text_layer"
    assert not {"junk", "pale"} & {w.text for w in page.words}
    assert len(page.words) == 18


def test_visible_text_over_a_scan():
    page = rejected(scan_pdf(noise(1000, 700), TEXT), "over an image")
    assert page.scan.source == "render"  # the text on top belongs to what is seen
    assert page.layer


def test_text_under_a_scan():
    pixels = noise(1000, 700)
    page = rejected(scan_pdf(pixels, before=TEXT), "over an image")
    assert np.array_equal(page.image, bgr(pixels))


@pytest.mark.parametrize("color", [b"1 g", b"0.97 g"])
def test_white_text(color):
    rejected(Pdf().page(TEXT.replace(b"0 g", color)).bytes(), "18 of 18 words have no ink")


def test_light_text_on_a_dark_ground_has_ink():
    content = b"0.1 0.2 0.5 rg 0 0 595 842 re f " + TEXT.replace(b"0 g", b"1 g")
    assert len(load(Pdf().page(content).bytes()).words) == 18


def test_text_behind_a_white_sheet():
    rejected(Pdf().page(TEXT + b"1 g 0 0 595 842 re f").bytes(), "no ink")


@pytest.mark.parametrize("target", [b"E123", b"FFFD", b"0000"])
def test_characters_without_a_meaning(target):
    document = Pdf()
    unicode_map = document.add(
        b"",
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"1 beginbfchar <31> <%b> endbfchar endcmap end end" % target,
    )
    font = HELVETICA[:-2] + b"/ToUnicode %d 0 R>>" % unicode_map
    rejected(document.page(TEXT, font=font).bytes(), "have no meaning")


def test_a_page_number_does_not_make_a_scan_a_text_page():
    page = load(scan_pdf(noise(1000, 700), show(b"- 3 -", 200, 20)))
    assert page.words is None
    assert [w.text for w in page.layer] == ["-", "3", "-"]


def test_few_characters_are_a_text_page_unless_the_rest_is_drawn():
    assert load(Pdf().page(show(b"2020", 60, 700)).bytes()).words
    outlines = b"".join(b"%d %d 5 5 re f " % (60 + 8 * (i % 40), 600 - 8 * (i // 40)) for i in range(200))
    assert load(Pdf().page(show(b"2020", 60, 700) + outlines).bytes()).words is None


def test_a_page_of_outlines_or_of_nothing_is_drawn():
    page = load(Pdf().page(b"0 0 100 100 re f").page(b"").bytes())
    assert (page.words, page.layer, page.problems, page.scan.source) == (None, (), (), "render")
    assert (page.image[-100:, :100] < 10).all()
    assert (load(Pdf().page(b"").bytes()).image == WHITE).all()


def test_missing_chinese_fonts_are_judged_by_colour():
    blank = np.full((40, 40, 3), WHITE, np.uint8)

    def run(color, portable):
        return pdf._Run("预", (5, 5, 30, 30), pdf._Style(color=color, embedded=False), portable)

    assert pdf._has_ink(blank, run((0, 0, 0), False), np.eye(3))
    assert not pdf._has_ink(blank, run((0, 0, 0), True), np.eye(3))
    assert not pdf._has_ink(blank, run((255, 250, 255), False), np.eye(3))


# --- scans in PDFs ----------------------------------------------------------------------


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("channels", [1, 3])
def test_an_embedded_scan_keeps_its_pixels(rotate, channels):
    pixels = noise(channels=channels)
    page = load(scan_pdf(pixels, extra=b"/Rotate %d" % rotate))
    assert np.array_equal(page.image, np.rot90(bgr(pixels), -rotate // 90))
    assert (page.scan.source, page.scan.dpi) == ("image", 100)
    assert (page.scan.width, page.scan.height) == page.image.shape[1::-1]
    assert page.from_scan == ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def test_a_scan_turned_by_its_matrix():
    pixels = noise()
    document = Pdf()
    content = b"q 0 -122.4 172.8 0 0 122.4 cm /I0 Do Q"  # a quarter turn clockwise
    data = document.page(content, (172.8, 122.4), images=[document.image(pixels)]).bytes()
    assert np.array_equal(load(data).image, np.rot90(bgr(pixels), -1))


def test_a_scan_within_a_form():
    pixels = noise()
    document = Pdf()
    form = document.add(
        b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</I %d 0 R>>>>"
        % document.image(pixels),
        b"/I Do",
    )
    data = document.page(b"q 122.4 0 0 172.8 0 0 cm /I0 Do Q", (122.4, 172.8), images=[form]).bytes()
    page = load(data)
    assert page.scan.source == "image"
    assert np.array_equal(page.image, bgr(pixels))


def test_what_the_crop_box_hides_of_a_scan_stays_hidden():
    pixels = noise()
    page = load(scan_pdf(pixels, extra=b"/CropBox[36 72 108 144]"))  # pixels 50 to 150, 40 to 140
    assert page.scan.source == "image"
    assert np.array_equal(page.image, bgr(pixels)[40:140, 50:150])


@pytest.mark.parametrize(
    "content",
    [
        b"0 0 1 rg 20 20 60 60 re f",
        b"q 0.5 0 0 0.5 0 0 cm /I0 Do Q",
        show(b"RECEIVED 2020", 10, 80),
    ],
)
def test_what_is_drawn_over_a_scan_is_not_lost(content):
    pixels = noise()
    page = load(scan_pdf(pixels, content))
    assert page.scan.source == "render"
    assert page.scan.dpi == 200
    plain = cv2.resize(bgr(pixels), page.image.shape[1::-1])
    assert np.abs(page.image.astype(int) - plain).max() > 100


def test_a_stamp_annotation_over_a_scan_is_not_lost():
    document = Pdf()
    look = document.add(b"/Type/XObject/Subtype/Form/BBox[0 0 50 50]", b"1 0 0 rg 0 0 50 50 re f")
    stamp = document.add(b"<</Type/Annot/Subtype/Stamp/Rect[20 20 70 70]/F 4/AP<</N %d 0 R>>>>" % look)
    image = document.image(np.full((240, 170), 200, np.uint8))
    extra = b"/Annots[%d 0 R]" % stamp
    page = load(document.page(fill(0, (122.4, 172.8)), (122.4, 172.8), extra, [image]).bytes())
    x, y = round(45 / 72 * 200), round((172.8 - 45) / 72 * 200)
    assert page.image[y, x].tolist() == [0, 0, 255]


@pytest.mark.parametrize("matrix", [b"-122.4 0 0 172.8 122.4 0", b"122.4 0 0 -172.8 0 172.8"])
def test_a_mirrored_scan_is_shown_as_the_page_shows_it(matrix):
    pixels = noise()
    document = Pdf()
    data = document.page(
        b"q %b cm /I0 Do Q" % matrix, (122.4, 172.8), images=[document.image(pixels)]
    ).bytes()
    page = load(data)
    assert page.scan.source == "render"
    mirrored = np.flip(bgr(pixels), axis=1 if matrix.startswith(b"-") else 0)
    shown = cv2.resize(page.image, (170, 240), interpolation=cv2.INTER_AREA)
    assert np.abs(shown.astype(int) - mirrored).mean() < 15


@pytest.mark.parametrize(
    ("extra", "ink"),
    [
        (b"/ImageMask true/BitsPerComponent 1", 0),  # a stencil paints where it is 0
        (b"/ImageMask true/BitsPerComponent 1/Decode[1 0]", 1),
        (b"/BitsPerComponent 1/Decode[1 0]", 1),
        (b"/BitsPerComponent 1", 0),
    ],
)
def test_fax_pages_have_black_ink_whatever_their_encoding(extra, ink):
    bits = noise(400, 280, 1) < 90
    page = load(scan_pdf(bits, image_extra=extra), render_dpi=100)
    expected = np.where(bits == bool(ink), 0, WHITE)
    assert np.abs(page.image[:, :, 0] - expected).mean() < 1


def test_a_scan_in_strips_is_drawn_at_its_own_resolution():
    document = Pdf()
    strips = [document.image(noise(300, 850, seed=i)) for i in range(2)]  # 850 px over 204 pt: 300 dpi
    content = b"".join(b"q 204 0 0 72 0 %d cm /I%d Do Q " % (72 * i, i) for i in range(2))
    page = load(document.page(content, (204, 144), images=strips).bytes())
    assert page.scan.source == "render"
    assert page.scan.dpi == pytest.approx(300)
    assert page.image.shape == (600, 850, 3)


def test_a_scan_that_cannot_be_decoded_is_no_blank_page():
    document = Pdf()
    head = b"/Type/XObject/Subtype/Image/Width 170/Height 240/ColorSpace/DeviceRGB/BitsPerComponent 8"
    broken = document.add(head + b"/Filter/DCTDecode", b"\xff\xd8\xff\xe0 this is no JPEG")
    document.page(fill(0, (122.4, 172.8)), (122.4, 172.8), images=[broken]).page(TEXT)
    with open_source(document.bytes()) as source:
        with pytest.raises(errors.DamagedInput, match="image on page 1"):
            source.load(1)
        assert source.load(2).words


# --- images and TIFF --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_lossless_pictures_keep_their_pixels(kind, mode):
    picture = Image.fromarray(noise()).convert(mode)
    page = load(saved(picture, kind, dpi=(300, 300)))
    assert np.array_equal(page.image, bgr(np.asarray(picture.convert("RGB"))))
    assert page.image.flags.c_contiguous
    assert page.scan.dpi == pytest.approx(300, abs=0.1)
    assert (page.scan.source, page.words, page.problems) == ("image", None, ())


def test_sixteen_bits_keep_their_upper_half():
    values = np.linspace(0, 65535, 5000).astype(np.uint16).reshape(50, 100)
    for kind in ("PNG", "TIFF"):
        grey = load(saved(Image.fromarray(values), kind)).image[:, :, 0]
        assert np.abs(grey.astype(int) - values / 257).max() <= 1


def test_transparency_is_paper():
    pixels = np.zeros((30, 40, 4), np.uint8)
    pixels[:, 20:] = (255, 0, 0, 128)
    page = load(saved(Image.fromarray(pixels), "PNG"))
    assert page.image[0, 0].tolist() == [255, 255, 255]
    assert page.image[0, 30].tolist() == pytest.approx([127, 127, 255], abs=1)


def test_cmyk():
    cmyk = Image.new("CMYK", (40, 30), (0, 255, 255, 0))  # red ink
    for kind in ("JPEG", "TIFF"):
        assert load(saved(cmyk, kind)).image[15, 20].tolist() == pytest.approx([0, 0, 255], abs=3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_stand_as_they_were_taken(orientation):
    stored = noise(120, 80)
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = load(saved(Image.fromarray(stored), "JPEG", exif=exif, quality=95, subsampling=0))
    upright = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.swapaxes(0, 1),
        6: np.rot90(stored, -1),
        7: np.rot90(stored, 2).swapaxes(0, 1),
        8: np.rot90(stored, 1),
    }[orientation]
    assert page.image.shape == upright.shape
    assert np.abs(page.image.astype(int) - bgr(upright)).mean() < 12
    assert (page.scan.width, page.scan.height) == upright.shape[1::-1]


@pytest.mark.parametrize(
    ("dpi", "size", "expected"),
    [
        (None, (100, 100), None),
        ((1, 1), (100, 100), None),
        ((9000, 9000), (100, 100), None),
        ((72, 72), (3000, 40), None),  # 42 inches: a camera's placeholder
        ((72, 72), (600, 40), 72),
        ((150, 150), (100, 100), 150),
    ],
)
def test_resolutions_that_are_believed(dpi, size, expected):
    options = {"dpi": dpi} if dpi else {}
    page = load(saved(Image.new("L", size), "PNG", **options))
    assert page.scan.dpi == (expected and pytest.approx(expected, abs=0.1))


@pytest.mark.parametrize("dpi", [(204, 98), (98, 204)])
def test_fax_pixels_are_made_square(dpi):
    page = load(saved(Image.new("1", (1728, 1000)), "TIFF", dpi=dpi, compression="group4"))
    wide, high = 204 / dpi[0], 204 / dpi[1]
    assert page.image.shape[1::-1] == (round(1728 * wide), round(1000 * high))
    assert (page.scan.width, page.scan.height, page.scan.dpi) == (1728, 1000, dpi[0])
    assert page.from_scan[0][0] * dpi[0] == pytest.approx(204, abs=0.2)
    assert page.from_scan[1][1] * dpi[1] == pytest.approx(204, abs=0.2)
    assert page.problems == ()


def test_a_very_large_page_is_reduced_and_says_so():
    pixels = np.full((400, 600), WHITE, np.uint8)
    pixels[100:200, 300:450] = 0
    page = load(saved(Image.fromarray(pixels), "PNG"), work_pixels=60_000)
    assert page.image.shape == (200, 300, 3)
    assert (page.scan.width, page.scan.height) == (600, 400)
    assert page.from_scan == ((0.5, 0, 0), (0, 0.5, 0), (0, 0, 1))
    assert (page.image[50:100, 150:225] == 0).all()
    assert [(p.code, p.severity, p.page) for p in page.problems] == [("page_reduced", "info", 1)]


def test_words_of_a_reduced_page_are_in_its_pixels():
    full, small = load(text_pdf()), load(text_pdf(), work_pixels=1_000_000)
    assert small.image.shape[0] * small.image.shape[1] <= 1_000_000
    for before, after in zip(full.words, small.words, strict=True):
        scaled = [v * small.from_scan[0][0] for v in before.box.to_list()]
        assert after.box.to_list() == pytest.approx(scaled, abs=0.6)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
@pytest.mark.parametrize("tag", [258, 259, 273])  # depth, compression, where the pixels are
@pytest.mark.parametrize("as_path", [True, False])
def test_a_broken_frame_costs_that_frame_alone(tmp_path, compression, tag, as_path):
    pages = [noise(seed=i) for i in range(4)]
    data = bytearray(tiff(*pages, compression=compression))
    offset = frame_offsets(data)[1]
    for at in range(offset + 2, offset + 2 + 12 * data[offset], 12):
        if struct.unpack_from("<H", data, at)[0] == tag:
            struct.pack_into("<HII", data, at + 2, 4, 1, 0x7FFFFFF0)
    path = tmp_path / "x.tif"
    path.write_bytes(data)
    with open_source(path if as_path else bytes(data)) as source:
        assert source.page_count == 4
        with pytest.raises(errors.DamagedInput, match="page 2"):
            source.load(2)
        for number in (4, 1, 3):
            difference = source.load(number).image.astype(int) - bgr(pages[number - 1])
            assert np.abs(difference).mean() <= (12 if compression == "jpeg" else 0)


def frame_offsets(data):
    offsets, at = [], 4
    while offset := struct.unpack_from("<I", data, at)[0]:
        offsets.append(offset)
        at = offset + 2 + 12 * struct.unpack_from("<H", data, offset)[0]
    return offsets


def test_big_tiff_and_thumbnails():
    pages = [noise(seed=i) for i in range(3)]
    frames = [Image.fromarray(p) for p in pages]
    small = TiffImagePlugin.ImageFileDirectory_v2()
    small[254] = 1  # a reduced copy of another image
    frames[1].encoderinfo = {"tiffinfo": small}
    for big in (False, True):
        data = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:], big_tiff=big)
        with open_source(data) as source:
            assert source.page_count == 2
            assert np.array_equal(source.load(2).image, bgr(pages[2]))


def test_a_tiff_that_bites_its_tail():
    data = bytearray(tiff(noise(), noise(seed=2)))
    first, second = frame_offsets(data)
    count = struct.unpack_from("<H", data, second)[0]
    struct.pack_into("<I", data, second + 2 + 12 * count, first)
    with open_source(bytes(data)) as source:
        assert source.page_count == 2


def png_header(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + body
        + struct.pack(">I", zlib.crc32(body))
        + struct.pack(">I", 8)
        + b"IDAT"
    )


def test_too_many_pixels_are_refused_before_they_are_decoded():
    tracemalloc.start()
    try:
        with (
            open_source(png_header(60_000, 60_000), name="x.png") as source,
            pytest.raises(errors.LimitExceeded, match=r"60000 × 60000.*--max-pixels 200000000"),
        ):
            source.load(1)
        huge = Pdf().page(TEXT, (28346, 28346)).page(TEXT)  # 10 × 10 m
        with open_source(huge.bytes()) as source:
            with pytest.raises(
                errors.LimitExceeded, match=r"page 1 at 200 dpi has 78739 × 78739.*--max-pixels"
            ):
                source.load(1)
            assert source.load(2).words
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_too_many_pixels_in_an_embedded_image_or_a_frame():
    for data in (scan_pdf(noise()), tiff(noise()), saved(Image.fromarray(noise()), "JPEG")):
        with pytest.raises(errors.LimitExceeded, match="170 × 240"):
            load(data, max_pixels=170 * 240 - 1)
        assert load(data, max_pixels=170 * 240).image.shape == (240, 170, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_our_limit_rules_and_not_pillows(kind, monkeypatch):
    data = saved(Image.fromarray(noise()), kind, compression="tiff_lzw")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)  # the noise has 40 times as many
    assert load(data).image.shape == (240, 170, 3)
    assert Image.MAX_IMAGE_PIXELS == 1000


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_truncated_pictures(kind):
    data = saved(Image.fromarray(noise(2000, 400)), kind)
    for share in (0.3, 0.9):
        with (
            pytest.raises(errors.DamagedInput, match=r"^scan: [^\n]*$"),
            open_source(data[: int(len(data) * share)], name="scan") as source,
        ):
            source.load(1)


# --- memory and threads -----------------------------------------------------------------


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


def test_a_dropped_source_waits_for_the_lock():
    source = open_source(text_pdf())
    handles = source._handles
    with ThreadPoolExecutor(1) as pool:
        with pdf.PDFIUM:
            holder = [source]
            del source

            def drop():
                holder.clear()
                gc.collect()

            done = pool.submit(drop)
            threading.Event().wait(0.1)
            assert handles.document is not None
        done.result(timeout=10)
    assert handles.document is None


def test_importing_is_cheap():
    code = "import sys, crossfoot.source; print({'cv2', 'PIL', 'pypdfium2', 'pandas'} & {*sys.modules})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert result.stdout.strip() == "set()"


# --- anything at all --------------------------------------------------------------------

SMALL = {
    "pdf": Pdf().page(TEXT[:200], (200, 200)).bytes(),
    "scan": scan_pdf(noise(60, 50)),
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
