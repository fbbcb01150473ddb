"""Regions of tables without a full grid of rulings, among boxes of runs."""

from __future__ import annotations

import pytest
from crossfoot.document import Box
from crossfoot.layout.borderless import find_tables
from crossfoot.layout.engine import Rule

EM = 20.0
SIZE = (1000, 1400)


def _run(left: float, top: float, ems: float, height: float = 0.95) -> Box:
    return Box(left, top, left + ems * EM, top + height * EM)


def _number(right: float, top: float, ems: float = 3) -> Box:
    return Box(right - ems * EM, top + 3, right, top + 3 + 0.72 * EM)


def _rows(top: float, count: int, pitch: float = 36) -> list[Box]:
    """Rows of a name and three numbers, 110 to 890."""
    found = []
    for i in range(count):
        y = top + i * pitch
        found += [_run(110, y, 5 + i % 4), *(_number(right, y) for right in (550, 720, 890))]
    return found


def _header(top: float) -> list[Box]:
    return [_run(160, top, 2), *(_run(right - 3.5 * EM, top, 3) for right in (550, 720, 890))]


def _title(top: float) -> Box:
    return _run(350, top, 15, 1.6)


def _caption(top: float) -> list[Box]:
    return [_run(100, top, 9), _run(900 - 5 * EM, top, 5)]


def _paragraph(top: float, lines: int) -> list[Box]:
    return [_run(100 if i else 140, top + 30 * i, 40 if i < lines - 1 else 12) for i in range(lines)]


def _iou(a: Box, b: Box) -> float:
    shared = a.overlap(b)
    return shared / (a.area + b.area - shared)


def _find(runs, taken=(), rules=()):
    return find_tables(runs, EM, taken, SIZE, rules)


def test_title_caption_and_note_stay_outside():
    runs = [_title(100), *_caption(150), *_header(190), *_rows(226, 12), _run(100, 680, 14)]
    [box] = _find(runs)
    assert _iou(box, Box(100, 182, 900, 650)) > 0.9
    assert box.top > 150 + 0.95 * EM
    assert box.bottom < 680


def test_two_tables_under_their_titles_are_two():
    upper = [_title(100), *_caption(150), *_header(190), *_rows(226, 8)]
    lower = [_title(600), *_caption(650), *_header(690), *_rows(726, 8)]
    first, second = _find([*upper, *lower])
    assert first.bottom < 600
    assert second.top > 650 + 0.95 * EM


@pytest.mark.parametrize("lines", [1, 3, 20])
def test_paragraphs_are_no_table(lines):
    assert _find([_title(100), *_paragraph(200, lines), *_paragraph(900, 4)]) == []


def test_headings_one_above_the_other_are_no_table():
    assert _find([_run(100, 100 + 40 * i, 8 + 3 * (i % 4)) for i in range(20)]) == []


def test_a_list_of_contents_with_leaders_is_no_table():
    runs = []
    for i in range(15):
        y = 100 + 40 * i
        ends = 100 + (6 + i % 5) * EM
        runs += [_run(100, y, 6 + i % 5), Box(ends + 15, y + 14, 850, y + 17), _number(890, y, 1)]
    assert _find(runs) == []


def test_a_table_between_paragraphs():
    runs = [*_paragraph(100, 5), *_header(400), *_rows(436, 6), *_paragraph(900, 5)]
    [box] = _find(runs)
    assert 300 < box.top < 400
    assert 436 + 6 * 36 - 20 < box.bottom < 900


def test_the_last_row_of_a_table_from_the_page_before():
    [box] = _find([*_rows(100, 1), _run(480, 1300, 1)])
    assert box.bottom < 200


def test_horizontal_rulings_bound_a_table():
    rules = [Rule(at, 100, 900) for at in (180, 220, 660)]
    runs = [_title(100), *_caption(150), *_header(190), *_rows(226, 12), _run(102, 680, 14)]
    [box] = _find(runs, rules=rules)
    assert box.to_list() == [100, 180, 900, 660]


def test_empty_ruled_rows_belong_to_their_table():
    rules = [Rule(180 + 40 * i, 100, 900) for i in range(8)]
    [box] = _find([_title(100), *_header(190), *_rows(230, 2, 40)], rules=rules)
    assert box.to_list() == [100, 180, 900, 460]


def test_rulings_around_running_text_make_no_table():
    rules = [Rule(80, 90, 910), Rule(1300, 90, 910)]
    assert _find(_paragraph(100, 30), rules=rules) == []


def test_creases_over_the_whole_sheet_bound_nothing():
    runs = [*_header(190), *_rows(226, 12)]
    creased = _find(runs, rules=[Rule(300, 0, 1000), Rule(500, 0, 1000)])
    assert creased == _find(runs)


def test_what_is_taken_is_left_out():
    assert _find(_rows(200, 10), taken=[Box(90, 150, 910, 700)]) == []


@pytest.mark.parametrize("runs", [[], [_run(100, 100, 1)], [_number(890, 700)]])
def test_pages_with_hardly_anything(runs):
    assert _find(runs) == []
    assert find_tables(runs, 0.0, [], SIZE, []) == []
