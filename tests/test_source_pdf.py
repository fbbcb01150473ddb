"""PDF pages: embedded scans, drawings, and which text layers are believed."""

import gc
import re
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from crossfoot import errors
from crossfoot.document import Box
from crossfoot.source import open_source, pasted, survey
from crossfoot.source.judging import has_ink
from crossfoot.source.pdffile import PDFIUM
from crossfoot.source.styles import Style
from crossfoot.source.textlayer import Character, Run, runs_of
from pdf_builder import A4, HELVETICA, HIDDEN, TEXT, Pdf, fill, jpeg_scan_pdf, scan_pdf, show, text_pdf
from picture_builder import bgr, load, noise, saved
from PIL import Image

WHITE = 255


def inside(box, margin):
    return (
        slice(max(0, int(box.top) - margin), int(box.bottom) + margin),
        slice(max(0, int(box.left) - margin), int(box.right) + margin),
    )


@pytest.mark.parametrize("junk", [b"", b"\r\n" * 500, b"HTTP/1.1 200 OK\n\n"])
def test_junk_before_a_pdf(junk):
    assert load(junk + text_pdf()).words


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


@pytest.mark.parametrize(("gap", "words"), [(0.5, ["11223344"]), (6.5, ["1122", "3344"])])
def test_neighbouring_cells_do_not_merge(gap, words):
    start = 60 + 4 * 0.556 * 12 + gap  # Helvetica's digits are 0.556 em wide
    content = show(b"1122", 60, 600) + show(b"3344", start, 600) + show(b"some more text here", 60, 500)
    assert [w.text for w in load(Pdf().page(content).bytes()).words][: len(words)] == words


@pytest.mark.parametrize(("pair", "words"), [("12", 2), ("Ab", 2), ("预算", 1), ("预1", 1)])
def test_chinese_may_be_spread_wider_than_digits(pair, words):
    def character(text, left):
        box = (left, 0, left + 5, 10)
        return Character(text, box, box, 0, False, Style())

    assert len(runs_of([character(pair[0], 0), character(pair[1], 8)])) == words  # 0.3 of the height
    (close,) = runs_of([character(pair[0], 0), character(pair[1], 7)])
    assert close.text == pair


def test_letter_spacing_cuts_no_word():
    content = b"BT 2 Tc ET " + show(b"1,234.51 Department", 60, 600)
    assert [w.text for w in load(Pdf().page(content).bytes()).words] == ["1,234.51", "Department"]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_letters_of_a_word_tile_it(rotate):
    page = load(text_pdf(extra=b"/Rotate %d" % rotate))
    for word in page.words:
        assert "".join(text for text, _ in word.letters) == word.text
        assert Box.around(box for _, box in word.letters) == word.box
        middles = [box.center[rotate % 180 != 0] for _, box in word.letters]
        assert middles == sorted(middles, reverse=rotate in (180, 270))


def test_letters_tell_the_cells_that_a_word_runs_through():
    apart = 60 + 7 * 0.556 * 18 - 0.278 * 18  # where "1234.51" ends; its point is half as wide
    content = show(b"1234.51", 60, 600, size=18) + show(b"201", apart + 2, 600, size=18)
    page = load(Pdf().page(content + TEXT).bytes())
    word = next(w for w in page.words if w.text == "1234.51201")
    ruling = (apart + 1) / 72 * 200
    assert "".join(text for text, box in word.letters if box.right < ruling) == "1234.51"
    assert "".join(text for text, box in word.letters if box.left > ruling) == "201"


def test_letters_beside_the_page_are_at_its_edge():
    page = load(Pdf().page(TEXT + show(b"Department", 0, 600).replace(b"0 600 Tm", b"-20 600 Tm")).bytes())
    word = next(w for w in page.words if w.text == "Department")
    assert all(0 <= box.left <= box.right for _, box in word.letters)


def place(index, x, y, width, height):
    return b"q %g 0 0 %g %g %g cm /I%d Do Q " % (width, height, x, y, index)


def pictures_of(content, *pixels, **options):
    document = Pdf()
    images = [document.image(p) for p in pixels]
    page = load(document.page(TEXT + content, images=images).bytes(), **options)
    assert page.words
    return page


def test_a_pasted_screenshot_is_told():
    content = place(0, 100, 100, 300, 200)
    page = pictures_of(content, noise(400, 600))
    (box,) = page.pictures
    scale = 200 / 72
    assert box.to_list() == pytest.approx([100 * scale, 542 * scale, 400 * scale, 742 * scale], abs=2)
    (small,) = pictures_of(content, noise(400, 600), work_pixels=1_000_000).pictures
    factor = np.sqrt(1_000_000 / page.image[:, :, 0].size)
    assert small.to_list() == pytest.approx([edge * factor for edge in box.to_list()], abs=2)


@pytest.mark.parametrize("gap", [0, 0.3])
def test_strips_are_one_picture(gap):
    strips = [place(i, 100, 300 - 10 * i, 300, 10 - gap) for i in range(20)]
    page = pictures_of(b"".join(strips), *[noise(20, 600, seed=i) for i in range(20)])
    (box,) = page.pictures
    assert (box.width, box.height) == pytest.approx((300 / 0.36, 200 / 0.36), abs=4)


def test_overlapping_pictures_are_one_and_others_are_not():
    content = place(0, 50, 50, 150, 150) + place(0, 150, 150, 150, 100) + place(0, 350, 50, 150, 150)
    first, second = pictures_of(content, noise(300, 300)).pictures
    assert (first.left, first.right) == pytest.approx((50 / 0.36, 300 / 0.36), abs=2)
    assert second.left == pytest.approx(350 / 0.36, abs=2)


@pytest.mark.parametrize(
    ("content", "pixels"),
    [
        (place(0, 300, 300, 30, 30), noise(90, 90)),  # 0.2 % of the page
        (place(0, 300, 300, 250, 12), noise(24, 500)),  # 33 pixels high
        (place(0, 100, 100, 300, 200), noise(1, 1)),  # one stretched pixel
        (place(0, 100, 100, 300, 200), np.full((400, 600), WHITE, np.uint8)),  # seen as nothing
        (b"".join(place(0, 100, 100 + 20 * i, 300, 0.5) for i in range(9)), noise(2, 900)),  # rulings
    ],
)
def test_images_that_are_no_pictures(content, pixels):
    assert pictures_of(content, pixels).pictures == ()


def test_the_ground_under_words_is_no_picture_but_what_is_pasted_on_it_is():
    ground = 255 - noise(200, 300) // 8  # pale
    lines = b"".join(show(b"Department of Finance  1,234.%02d" % i, 60, 500 - 16 * i) for i in range(12))
    content = place(0, 50, 300, 230, 220) + lines
    assert pictures_of(content, ground).pictures == ()
    (box,) = pictures_of(content + place(1, 245, 310, 70, 70), ground, noise(200, 200)).pictures
    assert box.width == pytest.approx(70 / 0.36, abs=2)


def test_a_page_that_is_a_scan_has_no_pictures_on_it():
    assert load(scan_pdf(noise(1000, 700), HIDDEN)).pictures == ()


def limit_reached(page, *texts):
    found = [p for p in page.problems if p.code == "limit_reached"]
    assert [(p.severity, p.page, p.stage) for p in found] == [("warning", 1, "source")] * len(texts)
    for problem, text in zip(found, texts, strict=True):
        assert text in problem.message


def test_too_many_pictures_are_told(monkeypatch):
    monkeypatch.setattr(pasted, "MAX_PICTURES", 2)
    sizes = [(60, 60), (90, 90), (80, 80)]
    content = b"".join(place(0, 60, 60 + 120 * i, *size) for i, size in enumerate(sizes))
    page = pictures_of(content, noise(300, 300))
    assert [round(box.width * 0.36) for box in page.pictures] == [80, 90]  # from the top
    limit_reached(page, "largest 2 pictures were kept (MAX_PICTURES), 1 left out")


def test_too_many_characters_are_told():
    line = b"12345678901234567890" * 12
    text = b"".join(show(line, 10, 5 + 4 * i, size=4) for i in range(209))
    assert load(Pdf().page(text[: text.index(b" 10 209 ")] + b"0 0 Td () Tj ET").bytes()).words
    page = load(Pdf().page(text).bytes())
    assert page.words is None
    limit_reached(page, "more than 50,000 (MAX_CHARACTERS)")


def test_too_many_objects_are_told(monkeypatch):
    monkeypatch.setattr(survey, "MAX_OBJECTS", 100)
    few, many = (b"0 0 5 5 re f " * count for count in (94, 95))  # beside six lines of text
    limit_reached(load(Pdf().page(TEXT + few).bytes()))
    limit_reached(load(Pdf().page(TEXT + many).bytes()), "beyond the first 100 (MAX_OBJECTS)")


@pytest.mark.parametrize(("levels", "reached"), [(7, ()), (8, ["deeper than 8 (MAX_DEPTH)"])])
def test_forms_nested_too_deeply_are_told(levels, reached):
    document = Pdf()
    form = None
    for _ in range(levels):
        inner = b"" if form is None else b"/Resources<</XObject<</I %d 0 R>>>>" % form
        body = b"0 0 9 9 re f" if form is None else b"/I Do"
        form = document.add(b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]" + inner, body)
    limit_reached(load(document.page(TEXT + b"/I0 Do", images=[form]).bytes()), *reached)


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

    def run(color, embedded):
        return Run("预", (5, 5, 30, 30), Style(color=color, embedded=embedded))

    assert has_ink(run((0, 0, 0), False), blank, np.eye(3))
    assert not has_ink(run((0, 0, 0), True), blank, np.eye(3))
    assert not has_ink(run((255, 250, 255), False), blank, np.eye(3))


def test_words_of_a_reduced_page_are_in_its_pixels():
    full, small = load(text_pdf()), load(text_pdf(), work_pixels=1_000_000)
    assert small.image.shape[0] * small.image.shape[1] <= 1_000_000
    for before, after in zip(full.words, small.words, strict=True):
        scaled = [v * small.from_scan[0][0] for v in before.box.to_list()]
        assert after.box.to_list() == pytest.approx(scaled, abs=0.6)


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
        with pytest.raises(errors.DamagedInput, match="page 1 cannot be decoded: its image is broken"):
            source.load(1)
        assert source.load(2).words


@pytest.mark.parametrize("tail", [b"", b"\n", b"\0" * 3000])
def test_a_jpeg_that_is_whole_is_no_problem(tail):
    assert load(jpeg_scan_pdf(saved(Image.fromarray(noise()), "JPEG") + tail)).problems == ()


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("source", ["image", "render"])
def test_a_jpeg_that_is_cut_off_is_reported(wrapped, source):
    data = saved(Image.fromarray(noise()), "JPEG")
    data = data[: len(data) // 2]
    data, filters = (zlib.compress(data), b"[/FlateDecode/DCTDecode]") if wrapped else (data, b"/DCTDecode")
    extra = b"q 9 0 0 9 0 0 cm /I0 Do Q " if source == "render" else b""
    page = load(jpeg_scan_pdf(data, filters, extra))
    assert page.scan.source == source
    (problem,) = page.problems
    assert (problem.severity, problem.code, problem.page) == ("warning", "page_damaged", 1)
    assert bgr(noise())[:40].mean() == pytest.approx(page.image[:40].mean(), abs=30)  # the rest is read


def test_a_dropped_source_waits_for_the_lock():
    source = open_source(text_pdf())
    file = source._file
    with ThreadPoolExecutor(1) as pool:
        with PDFIUM:
            holder = [source]
            del source

            def drop():
                holder.clear()
                gc.collect()

            done = pool.submit(drop)
            threading.Event().wait(0.1)
            assert file.document is not None
        done.result(timeout=10)
    assert file.document is None
