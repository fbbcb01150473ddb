"""Styles: drawn in the shares that are stated, equal for equal seeds, within their ranges."""

from collections import Counter

import numpy as np
import pytest
from crossfoot.datasets.typesetting.style import RULINGS, SIZES, SMALL_SHARE, SMALL_SIZE, Style, draw_style

FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UKai")
DRAWN = 3000


def draw(seed):
    return draw_style(np.random.default_rng(seed), FONTS)


@pytest.fixture(scope="module")
def styles():
    return [draw(seed) for seed in range(DRAWN)]


def shares(values):
    return {value: count / DRAWN for value, count in Counter(values).items()}


def test_a_style_depends_on_its_seed_alone(styles):
    assert [draw(seed) for seed in range(50)] == styles[:50]
    assert len(set(styles)) == DRAWN


def test_sizes_are_drawn_3_5_2_beside_a_small_share(styles):
    small = sum(style.small for style in styles) / DRAWN
    assert small == pytest.approx(SMALL_SHARE, abs=0.02)
    assert {style.size for style in styles if style.small} == {SMALL_SIZE}
    found = shares(style.size for style in styles if not style.small)
    assert found == {size: pytest.approx(share * (1 - small), abs=0.03) for size, share in SIZES.items()}


def test_every_ruling_and_font_is_drawn(styles):
    assert sum(RULINGS.values()) == pytest.approx(1)
    found = shares(style.ruling for style in styles)
    assert found == {ruling: pytest.approx(share, abs=0.03) for ruling, share in RULINGS.items()}
    assert found["full"] + found["thin"] + found["thick_frame"] > 0.75
    assert set(shares(style.font for style in styles)) == set(FONTS)


def test_every_switch_is_drawn_both_ways(styles):
    for name in ("repeat_header", "cut_rows", "share_pages", "bold_totals", "header_bold", "title_bold"):
        assert {getattr(style, name) for style in styles} == {False, True}, name
    assert {style.turned for style in styles} == {0, 90, 270}
    assert {style.amount_align for style in styles} == {"right", "center"}


def test_knobs_stay_within_their_ranges(styles):
    ranges = {
        "padding": (0.5, 8), "inset": (1, 6), "row_height": (1, 3), "leading": (0.1, 0.6),
        "stroke": (0.25, 1.5), "frame": (0.8, 2.5), "title_scale": (1, 2), "body_size": (9, 18),
        "table_width": (0.5, 1), "name_width": (4, 16),
    }  # fmt: skip
    for style in styles:
        for name, (low, high) in ranges.items():
            assert low <= getattr(style, name) <= high, name
        assert all(28 <= margin <= 100 for margin in style.margins)
        assert (style.stroke < 0.5) == (style.ruling == "thin")


def test_latin_serifs_stand_beside_song_type_only(styles):
    assert {style.font for style in styles if style.latin} == {"Noto Serif CJK SC"}
    assert not Style("Noto Serif CJK SC").small
