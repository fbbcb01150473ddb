"""Runs of glyphs from ink alone, on drawn pages."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from crossfoot.document import Box
from crossfoot.layout.ink import black_ink
from crossfoot.layout.runs import em_of, find_runs
from crossfoot.layout.strokes import find_strokes

EM = 24


def _page(height: int = 1200, width: int = 1000):
    return np.full((height, width, 3), 255, np.uint8)


def _glyphs(page, left: int, top: int, count: int, height: int = EM, pitch: int = EM) -> Box:
    """Round characters with a cross in them, which no long stroke can be made of; the box around them."""
    for i in range(count):
        x, right, bottom = left + i * pitch, left + (i + 1) * pitch - 5, top + height - 1
        centre = (x + right) // 2, (top + bottom) // 2
        cv2.ellipse(page, centre, ((right - x) // 2, height // 2 - 1), 0, 0, 360, (0, 0, 0), 2)
        cv2.line(page, (x + 3, top + 4), (right - 3, bottom - 4), (0, 0, 0), 2)
        cv2.line(page, (x + 3, bottom - 4), (right - 3, top + 4), (0, 0, 0), 2)
    return Box(left - 1, top - 1, left + count * pitch - 3, top + height + 1)


def _filled():
    """A page with enough type for its scale to be measured: (page, a column of words)."""
    page = _page()
    words = [_glyphs(page, 100, 100 + 50 * i, 6) for i in range(20)]
    return page, words


def _runs(page):
    ink = black_ink(page)
    return find_runs(ink, find_strokes(ink))


def _near(a: Box, b: Box, slack: float = 4) -> bool:
    return all(abs(x - y) <= slack for x, y in zip(a.to_list(), b.to_list(), strict=True))


def test_a_word_is_one_tight_run():
    page, words = _filled()
    runs = _runs(page)
    assert len(runs) == len(words)
    assert all(any(_near(run, word) for run in runs) for word in words)


def test_the_type_size_is_that_of_the_text_and_not_of_its_title():
    page, _ = _filled()
    _glyphs(page, 100, 20, 10, height=2 * EM, pitch=2 * EM)
    assert em_of(_runs(page)) == pytest.approx(EM, abs=3)


def test_a_wide_gap_parts_runs_and_a_narrow_one_does_not():
    page, words = _filled()
    _glyphs(page, 100 + 6 * EM + EM, 100, 3)  # an em further on
    _glyphs(page, 100 + 6 * EM + 3, 150, 3)
    runs = _runs(page)
    assert len([r for r in runs if r.center[1] < 130]) == 2
    assert len([r for r in runs if 145 < r.center[1] < 175]) == 1
    assert len(runs) == len(words) + 1


def test_a_vertical_ruling_parts_what_stands_close_on_both_sides():
    page, _ = _filled()
    ruling = 100 + 6 * EM
    _glyphs(page, ruling + 5, 100, 3)
    assert len([r for r in _runs(page) if r.center[1] < 130]) == 1
    cv2.line(page, (ruling, 60), (ruling, 1150), (0, 0, 0), 2)
    runs = [r for r in _runs(page) if r.center[1] < 130]
    assert len(runs) == 2
    assert not any(r.left < ruling < r.right for r in runs)


def test_points_belong_to_their_number_and_dirt_to_nothing():
    page, words = _filled()
    _glyphs(page, 400, 100, 3)
    cv2.rectangle(page, (400 + 3 * EM, 100 + EM - 4), (403 + 3 * EM, 100 + EM - 1), (0, 0, 0), -1)
    _glyphs(page, 400 + 3 * EM + 10, 100, 2)
    cv2.rectangle(page, (700, 700), (703, 703), (0, 0, 0), -1)
    runs = _runs(page)
    number = [r for r in runs if r.left > 350]
    assert len(number) == 1
    assert number[0].right == pytest.approx(400 + 5 * EM + 10 - 3, abs=4)
    assert len(runs) == len(words) + 1


def test_a_dash_alone_is_a_run():
    page, words = _filled()
    cv2.rectangle(page, (600, 400), (620, 402), (0, 0, 0), -1)
    assert len(_runs(page)) == len(words) + 1


@pytest.mark.parametrize("page", [_page(), np.zeros((400, 300, 3), np.uint8), _page(3, 3)])
def test_pages_without_text_have_no_runs(page):
    assert find_runs(black_ink(page)) == ()
    assert em_of(()) == 0.0


def test_a_page_of_noise_ends():
    noise = np.random.default_rng(1).integers(0, 256, (800, 600, 3), dtype=np.uint8)
    runs = _runs(noise)
    assert all(0 <= r.left <= r.right <= 600 and 0 <= r.top <= r.bottom <= 800 for r in runs)
