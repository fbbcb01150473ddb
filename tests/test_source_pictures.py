"""PNG, JPEG and TIFF: pixels, resolutions, broken frames, limits."""

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from crossfoot import errors
from crossfoot.source import open_source
from pdf_builder import TEXT, Pdf, scan_pdf
from picture_builder import bgr, load, noise, saved, tiff
from PIL import Image, TiffImagePlugin

WHITE = 255


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
