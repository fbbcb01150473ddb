"""Damage profiles: the way back is exact, draws depend on the seed alone, numbers are pinned."""

import hashlib
import io
from dataclasses import fields, replace

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from crossfoot.datasets.damage import marks as damage_marks
from crossfoot.datasets.damage.page import DamagedPage, Profile, damage_page, profile, profiles, released
from crossfoot.datasets.damage.profiles import read_profiles
from crossfoot.datasets.damage.scan import scan_pdf
from crossfoot.document import Box
from crossfoot.errors import InputError
from PIL import Image

NAMES = ("clean", "office", "fax", "low", "seal", "photo", "fold", "bleed")
PINNED = {
    "clean@1": "c99bf2e7548c9c45626014ab6d0a1accacd14d97a1e489b9133aac3e653528c6",
    "office@1": "1a060c81930a1cc6cc930704eae5c1f4ebb22b2d103611c41e358e726218ef6a",
    "fax@1": "18189f25ae958ff20c82d4956e6698ba1c5ab8e15aa9ee683a7ce36fe2180e1e",
    "low@1": "c862ba7b7960184d2a1db8a6ce3d7751aeb71494a369c3fd018f47eef4fb8250",
    "seal@1": "9a1749546d56bedfc749b0c0e9d9fbca3cfe47167776253ad1d1b03b5829a5a5",
    "photo@1": "34fe2f0e6ae7de74d6cc942376d2a29ad1795d0aff57141543bcbb93339092fe",
    "fold@1": "2c063f25b94a9f8a57a8a43d18a0db1b8cbf96466317737f0dc29f5ff233e06e",
    "bleed@1": "754596001c0a954845fef11de149dd32226f539cffa80701fed2fa9e1ef51cd6",
}
"""SHA-256 of the numbers of every version that was released; none may change or go."""
DEFAULTS = {
    "skew": 0.0,
    "blur": 0.0,
    "noise": 0.0,
    "speckle": 0.0,
    "contrast": 1.0,
    "ink": 45,
    "paper": (247, 247, 247),
    "faint": 0.0,
    "quality": 85,
    "perspective": 0.0,
    "margin": 0.0,
    "desk": 70,
    "light": 0.0,
    "seal": 0.0,
    "signature": 0.0,
    "fold": 0.0,
    "creases": 0,
    "bleed": 0.0,
}
"""What a profile is where it does not say; likewise."""


def rng(seed=0):
    return np.random.default_rng(seed)


def sheet(dpi, crosses=()):
    """A small page with some lines of squares as type, and crosses as wide as a thumbnail."""
    height, width = round(7 * dpi), round(5 * dpi)
    page = np.full((height, width), 255, np.uint8)
    for top in range(dpi // 2, height - dpi // 2, dpi // 4):
        page[top : top + dpi // 12, dpi // 2 : width - dpi // 2 : dpi // 10] = 0
    for x, y in crosses:
        page[y - dpi // 3 : y + dpi // 3, x - dpi // 3 : x + dpi // 3] = 255
        thick = max(1, dpi // 60)
        page[y - thick : y + thick, x - dpi // 4 : x + dpi // 4] = 0
        page[y - dpi // 4 : y + dpi // 4, x - thick : x + thick] = 0
    return page


def mapped(matrix, x, y):
    across, down, scale = np.array(matrix) @ (x, y, 1)
    return across / scale, down / scale


def dark_middle(pixels, x, y, reach):
    """The middle of the dark cross near (x, y), as both of its strokes' centres of ink."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels
    left, top = round(x) - reach, round(y) - reach
    window = grey[top : top + 2 * reach, left : left + 2 * reach].astype(float)
    ink = np.clip(np.median(window) - window - 30, 0, None)
    profiles = [ink.sum(axis=axis) for axis in (0, 1)]
    at = []
    for values in profiles:
        peak = np.clip(values - 0.5 * values.max(), 0, None)
        at.append(float((peak * (np.arange(len(values)) + 0.5)).sum() / peak.sum()))
    return left + at[0], top + at[1]


# Geometry -------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("name", NAMES)
def test_a_cross_is_found_where_the_matrix_says(name, turned):
    how = profile(name)
    upright = sheet(how.dpi)
    height, width = upright.shape
    crosses = [(round(fx * width), round(fy * height)) for fx in (0.2, 0.8) for fy in (0.2, 0.8)]
    how = replace(how, seal=0.0, signature=0.0, fold=0.0, bleed=0.0, speckle=0.0, paper=(240, 240, 240))
    page = damage_page(sheet(how.dpi, crosses), how, rng(5), turned=turned)
    assert (page.width, page.height) == (width, height)
    assert (page.scan_height, page.scan_width) == page.pixels.shape[:2]
    way = np.linalg.inv(np.array(page.from_scan))
    for x, y in crosses:
        expected = mapped(way, x, y)
        found = dark_middle(page.pixels, *expected, reach=how.dpi // 5)
        assert np.hypot(found[0] - expected[0], found[1] - expected[1]) < 1


def test_a_turned_page_lies_clockwise():
    page = damage_page(sheet(100), replace(profile("fax"), skew=0.0), rng(), turned=90)
    assert page.pixels.shape == (500, 700)
    assert mapped(page.from_scan, 700, 0) == pytest.approx((0, 0))  # its top left is now top right
    with pytest.raises(InputError, match="45"):
        damage_page(sheet(100), profile("fax"), rng(), turned=45)


def test_skew_stays_within_its_range_and_goes_both_ways():
    angles = []
    for seed in range(12):
        (a, b, _), *_ = damage_page(np.full((60, 40), 255, np.uint8), profile("fax"), rng(seed)).from_scan
        angles.append(np.degrees(np.arctan2(b, a)))
    assert max(np.abs(angles)) <= 2
    assert min(angles) < -0.3 < 0.3 < max(angles)


def test_only_a_photograph_bends_parallels():
    for name in NAMES:
        last = damage_page(sheet(profile(name).dpi), profile(name), rng(1)).from_scan[2]
        assert (last == (0, 0, 1)) == (name != "photo"), name


def test_a_photograph_shows_the_desk_around_the_page():
    how = replace(profile("photo"), light=0.0, noise=0.0)
    page = damage_page(sheet(how.dpi), how, rng(1))
    assert abs(int(page.pixels[0, 0].mean()) - how.desk) < 3
    assert page.scan_width > page.width


# Chance ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, "office+seal+fold"])
def test_damage_depends_on_its_seed_alone(name):
    upright = sheet(profile(name).dpi)
    first, again, other = (damage_page(upright, profile(name), rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.pixels, again.pixels)
    assert (first.from_scan, first.marks) == (again.from_scan, again.marks)
    assert not np.array_equal(first.pixels, other.pixels)
    assert scan_pdf([first]) == scan_pdf([again])


def test_the_page_that_is_given_stays_as_it_is():
    upright = sheet(150)
    before = upright.copy()
    damage_page(upright, profile("office+seal+fold+bleed"), rng())
    assert np.array_equal(upright, before)


# Strength -------------------------------------------------------------------------------


def straight(**changes):
    """A profile that leaves every pixel where it is, and does nothing else but `changes`."""
    plain = replace(
        profile("clean"), skew=0.0, blur=0.0, noise=0.0, light=0.0, paper=(255, 255, 255), ink=0, dpi=100
    )
    return replace(plain, **changes)


def grey(how, upright=None, **options):
    pixels = damage_page(sheet(100) if upright is None else upright, how, rng(3), **options).pixels
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels


def psnr(pixels, reference):
    return 10 * np.log10(255**2 / np.mean((pixels.astype(float) - reference) ** 2))


def test_no_damage_leaves_the_page_as_it_is():
    assert np.array_equal(grey(straight()), sheet(100))


@pytest.mark.parametrize(
    ("number", "values"),
    [
        ("noise", (2.0, 6.0, 15.0)),
        ("blur", (0.4, 0.8, 1.6)),
        ("speckle", (0.001, 0.005, 0.02)),
        ("faint", (0.1, 0.4, 0.8)),
        ("light", (0.05, 0.2, 0.5)),
        ("bleed", (0.1, 0.3, 0.6)),
        ("signature", (0.3, 0.6, 1.0)),
        ("seal", (0.2, 0.5, 0.9)),
    ],
)
def test_more_of_a_damage_is_further_from_the_page(number, values):
    qualities = [psnr(grey(straight(**{number: value})), sheet(100)) for value in values]
    assert qualities[0] > qualities[1] + 0.5 > qualities[2] + 1


def test_deeper_creases_are_darker():
    depths = [grey(straight(fold=fold, creases=2)).mean() for fold in (0.2, 0.5, 0.9)]
    assert depths[0] > depths[1] > depths[2]


def test_contrast_is_the_share_of_the_distance_from_paper_to_ink():
    for contrast in (1.0, 0.5, 0.25):
        pixels = grey(straight(contrast=contrast, paper=(220, 220, 220), ink=20))
        assert int(pixels.max()) == 220
        assert int(pixels.max()) - int(pixels.min()) == pytest.approx(200 * contrast, abs=1)


def test_specks_cover_the_share_that_is_asked_for():
    pixels = grey(straight(speckle=0.02), np.full((400, 300), 255, np.uint8))
    assert (pixels < 250).mean() == pytest.approx(0.01, rel=0.4)  # the other half is light, on paper unseen


def test_the_back_page_shows_through_mirrored():
    verso = np.full((700, 500), 255, np.uint8)
    verso[100:200, 20:120] = 0
    pixels = grey(straight(bleed=0.5), np.full((700, 500), 255, np.uint8), verso=verso)
    assert pixels[150, 430] < 200
    assert pixels[150, 70] == 255


def test_profiles_are_as_hard_as_their_names():
    assert (profile("office").skew, profile("office").quality, profile("office").dpi) == (1.0, 60, 150)
    assert (profile("fax").skew, profile("fax").quality, profile("fax").dpi) == (2.0, 45, 100)
    assert profile("fax").speckle > 0 < profile("fax").faint
    assert (profile("clean").dpi, profile("low").dpi, profile("photo").dpi) == (200, 85, 150)
    assert profile("low").contrast < 1
    assert profile("photo").perspective > 0 < profile("photo").light
    assert [name for name in NAMES if profile(name).colour] == ["seal", "photo"]


# Marks ----------------------------------------------------------------------------------


def test_a_seal_is_red_and_lies_over_an_amount():
    amount = Box(300, 500, 380, 520)
    page = damage_page(sheet(150), straight(dpi=150, seal=0.8), rng(2), amounts=[amount])
    ((kind, box),) = page.marks
    assert kind == "seal"
    assert box.overlap(amount) == pytest.approx(amount.area)
    assert box.width == pytest.approx(42 / 25.4 * 150, abs=1)
    red, green, blue = (page.pixels[..., c].astype(int) for c in range(3))
    stamped = red - np.maximum(green, blue) > 48
    rows, cols = np.nonzero(stamped)
    assert stamped.sum() > 0.1 * box.area
    assert box.left <= cols.min() < cols.max() <= box.right
    assert box.top <= rows.min() < rows.max() <= box.bottom
    under = sheet(150)[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] == 0
    assert page.pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right)][under].max() < 10


def test_a_signature_crosses_an_amount_in_black():
    upright = np.full((1050, 750), 255, np.uint8)
    amount = Box(300, 500, 380, 520)
    page = damage_page(upright, straight(dpi=150, signature=0.9), rng(2), amounts=[amount])
    ((kind, box),) = page.marks
    assert kind == "signature"
    assert box.overlap(amount) > 0
    rows, cols = np.nonzero(page.pixels < 128)
    assert len(rows) > 500
    assert box.left <= cols.min() < cols.max() <= box.right
    assert cols.max() - cols.min() > 0.6 * box.width


def test_marks_without_amounts_stand_at_the_lower_right_and_stay_on_the_page():
    for seed in range(5):
        page = damage_page(sheet(150), profile("seal"), rng(seed))
        for _, box in page.marks:
            assert box.center[0] > 0.4 * page.width
            assert box.center[1] > 0.5 * page.height
            assert 0 <= box.left < box.right <= page.width
            assert 0 <= box.top < box.bottom <= page.height


def test_a_mark_at_the_edge_is_cut_off_by_it():
    page = damage_page(sheet(100), straight(seal=0.8), rng(1), amounts=[Box(0, 0, 4, 4)])
    assert page.marks[0][1].left == page.marks[0][1].top == 0


def test_a_seal_bears_its_name_and_without_a_font_strokes(monkeypatch):
    def drawn(name):
        return damage_page(sheet(100), straight(seal=0.8), rng(1), organization=name).pixels

    def red(pixels):
        return int((pixels[..., 0].astype(int) - pixels[..., 1] > 48).sum())

    written = drawn("甲市乙局")
    assert not np.array_equal(written, drawn("丙县丁厅"))
    monkeypatch.setattr(damage_marks, "_font", lambda size: None)
    strokes = drawn("甲市乙局")
    monkeypatch.setattr(damage_marks, "_glyphs", lambda name, rng: [np.zeros((140, 140), np.uint8)])
    bare = drawn("甲市乙局")
    assert min(red(written), red(strokes)) > red(bare) + 200


# Names and numbers ----------------------------------------------------------------------


def test_every_profile_of_the_issue_is_there_in_order():
    assert tuple(profiles()) == NAMES
    assert all(p == profile(name) for name, p in profiles().items())


def test_a_name_is_the_latest_version(tmp_path, monkeypatch):
    assert profile("office") == released()["office@1"] == profile("office@1")
    two = "[a.1]\ndpi = 100\n[a.10]\ndpi = 300\n[a.2]\ndpi = 200\n"
    (tmp_path / "d.toml").write_text(two)
    known = read_profiles(tmp_path / "d.toml")
    monkeypatch.setattr("crossfoot.datasets.damage.profiles.released", lambda: known)
    assert (profile("a").dpi, profile("a@2").dpi, profile("a@1").version) == (300, 200, 1)


def test_released_numbers_never_change():
    assert {name: p.digest for name, p in released().items()} == PINNED
    defaults = {f.name: f.default for f in fields(Profile)}
    assert {name: defaults[name] for name in DEFAULTS} == DEFAULTS


def test_a_composition_adds_marks_to_the_optics_of_the_first():
    both = profile("fax+seal")
    fax, seal = profile("fax"), profile("seal")
    assert both == replace(fax, name="fax+seal", seal=seal.seal, signature=seal.signature)
    assert both.colour
    assert profile("office+fold+bleed").bleed == profile("bleed").bleed
    assert profile("seal+fold").seal == seal.seal
    with pytest.raises(InputError, match="photo: has no marks"):
        profile("office+photo")


@pytest.mark.parametrize("name", ["nonsense", "", "office@9", "office+nonsense", "office@", "+"])
def test_an_unknown_profile_is_one_clear_error(name):
    with pytest.raises(InputError, match="no such damage profile") as error:
        profile(name)
    assert "clean, office, fax" in error.value.remedy
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a.1]\ndpi = 100\nnois = 3.0\n", "a@1.*nois"),
        ("[a.1]\nnoise = 3.0\n", "a@1.*dpi"),
        ("[a.one]\ndpi = 100\n", "a@one"),
        ('[a.1]\nname = "b"\ndpi = 100\n', "a@1.*name"),
    ],
)
def test_numbers_that_are_none_are_refused(tmp_path, text, reason):
    (tmp_path / "d.toml").write_text(text)
    with pytest.raises(InputError, match=reason):
        read_profiles(tmp_path / "d.toml")


# The file -------------------------------------------------------------------------------


def test_a_scan_of_several_pages_holds_each_as_it_was_compressed():
    pages = [
        damage_page(sheet(profile(n).dpi), profile(n), rng(1), turned=t)
        for n, t in (("fax", 0), ("seal", 90))
    ]
    pdf = scan_pdf(pages)
    assert b"Date" not in pdf
    with pdfium.PdfDocument(pdf) as document:
        assert len(document) == 2
        for page, shown in zip(pages, document, strict=True):
            assert shown.get_width() == pytest.approx(page.scan_width * 72 / page.dpi, abs=0.02)
            assert shown.get_textpage().count_chars() == 0
            (image,) = shown.get_objects()
            data = io.BytesIO()
            image.extract(data)
            kept = Image.open(data)
            assert (kept.format, kept.size) == ("JPEG", (page.scan_width, page.scan_height))
            assert kept.mode == ("RGB" if page.pixels.ndim == 3 else "L")
            assert psnr(np.asarray(kept), page.pixels) > 25


def test_a_lower_quality_takes_fewer_bytes():
    page = damage_page(sheet(150), profile("office"), rng())
    coarse = DamagedPage(page.pixels, page.dpi, 20, page.from_scan, page.width, page.height)
    assert len(scan_pdf([coarse])) < 0.6 * len(scan_pdf([page]))
    assert hashlib.sha256(scan_pdf([page, page])).digest() == hashlib.sha256(scan_pdf([page, page])).digest()
