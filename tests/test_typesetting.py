"""Typeset disclosures: what is said of a place on a page is what is printed there."""

import math
import sys
from collections import defaultdict
from functools import cache

import numpy as np
import pypdfium2 as pdfium
import pytest
from crossfoot.datasets.content import ColumnContent, DisclosureContent, PageBreak, TableContent
from crossfoot.datasets.typesetting import fonts
from crossfoot.datasets.typesetting import pages as typesetting
from crossfoot.datasets.typesetting.columns import SMALLEST, plan_table, text_width, tokens_of
from crossfoot.datasets.typesetting.pages import typeset_disclosure
from crossfoot.datasets.typesetting.style import RULINGS, Style
from crossfoot.errors import EngineError, InputError, LimitExceeded
from disclosure_content import AMOUNT, TEXT, WISH, cell, disclosure, form, long_table, paragraph, wide_table
from hypothesis import given, settings
from hypothesis import strategies as st

DPI = 150
RULED = ("full", "thin", "thick_frame")
STYLES = {
    "plain": {},
    "thin": {"ruling": "thin", "stroke": 0.35, "size": 9.0, "share_pages": True, "header_bold": True},
    "cut": {
        "ruling": "thick_frame",
        "cut_rows": True,
        "repeat_header": False,
        "row_height": 2.4,
        "padding": 4,
    },
    "rows": {"ruling": "rows_only", "size": 12.0, "bold_totals": True, "amount_align": "center"},
    "three": {"ruling": "three_line", "latin": fonts.SERIF_LATIN, "cut_rows": True, "turned": 90},
    "none": {"ruling": "none", "size": 7.0, "table_width": 0.75, "page_number": "words"},
}


def any_font():
    """The first font there is; what does not hang on the font is tested with it."""
    pytest.importorskip("typst")
    try:
        return fonts.available_fonts()[0]
    except EngineError as error:
        pytest.skip(f"no font to set Chinese in: {error.remedy}")


def need(font):
    pytest.importorskip("typst")
    if font not in fonts.installed().families():
        pytest.skip(f"{font} is not installed (Debian: {fonts.PACKAGES[font]})")
    return font


@cache
def typeset(name, font=None):
    return typeset_disclosure(disclosure(), Style(font or any_font(), **STYLES[name]))


def only(*blocks, **style):
    content = DisclosureContent("small", "budget", "局", 2020, "budget", "万元", blocks)
    return typeset_disclosure(content, Style(any_font(), **style))


def squeeze(text):
    return "".join(text.split())


class Printed:
    """The PDF as another engine reads it."""

    def __init__(self, result):
        self.heights = [page.height for page in result.pages]
        with pdfium.PdfDocument(result.pdf) as pdf:
            assert [page.get_size() for page in pdf] == [
                pytest.approx((p.width, p.height), abs=0.01) for p in result.pages
            ]
        self._pdf = pdfium.PdfDocument(result.pdf)
        self._texts = [page.get_textpage() for page in self._pdf]

    def text(self, page, rect, slack=0.0):
        left, top, right, bottom = rect
        height = self.heights[page - 1]
        found = self._texts[page - 1].get_text_bounded(
            left - slack, height - bottom, right + slack, height - top
        )
        return squeeze(found)

    def grey(self, page):
        return self._pdf[page - 1].render(scale=DPI / 72, grayscale=True).to_numpy().squeeze()


# What is printed ------------------------------------------------------------------------


@pytest.mark.parametrize("name", STYLES)
def test_every_cell_holds_its_own_text_and_no_other(name):
    result = typeset(name)
    printed = Printed(result)
    assert len(result.cells) == sum(len(table.cells) for table in disclosure().tables)
    for address, parts in result.cells.items():
        for part in parts:
            assert printed.text(part.page, part.rect) == squeeze(part.text), (address, part)


@pytest.mark.parametrize("font", fonts.DEFAULT_FONTS)
def test_every_font_prints_every_character(font):
    result = typeset("cut", need(font))
    printed = Printed(result)
    for parts in result.cells.values():
        for part in parts:
            assert printed.text(part.page, part.rect) == squeeze(part.text)


@pytest.mark.parametrize("name", STYLES)
def test_texts_and_mentions_stand_where_they_are_said_to(name):
    result, content = typeset(name), disclosure()
    printed = Printed(result)
    for text in result.texts:
        assert printed.text(text.page, text.rect, slack=1) == squeeze(text.text), text
    saying = {p.key: p for p in content.paragraphs}
    assert set(result.mentions) == {(p.key, i) for p in content.paragraphs for i in range(len(p.mentions))}
    cut = 0
    for (key, index), (page, rect) in result.mentions.items():
        said = saying[key].mentions[index]
        text = saying[key].text[said.start : said.end]
        found = printed.text(page, rect, slack=0.5)
        cut += text not in found
        assert text in found or any(found.endswith(text[:n]) for n in range(1, len(text))), (key, index)
    assert cut <= 2  # those that a page break cuts are said to stand where they begin


@pytest.mark.parametrize("name", STYLES)
def test_pieces_join_to_the_whole_text(name):
    result, content = typeset(name), disclosure()
    for table in content.tables:
        for one in table.cells:
            parts = result.cells[table.key, one.row, one.col]
            assert "".join(part.text for part in parts) == one.text
            assert [part.page for part in parts] == sorted({part.page for part in parts})
    pieces = defaultdict(str)
    for text in result.texts:
        pieces[text.key, text.part] += text.text
    for one in content.paragraphs:
        assert pieces[one.key, one.role] == one.text
    for table in content.tables:
        assert pieces[table.key, "note"] == "".join(table.notes)
        assert pieces[table.key, "title"] == table.title


def test_a_line_of_its_own_begins_where_a_newline_is():
    text = "一\n二 三\n"
    result = only(
        TableContent("t", "other", (cell(0, 0, text, 2), cell(0, 1, "甲"), cell(1, 1, "乙")), (TEXT, TEXT), 0)
    )
    (part,) = result.cells["t", 0, 0]
    assert part.text == text
    assert part.rect[3] - part.rect[1] >= 3 * 10.5


# Where it stands ------------------------------------------------------------------------


def dark(grey, points):
    """The darkest grey level within a pixel of each point, in points of the page."""
    x, y = (points * DPI / 72).T
    height, width = grey.shape
    near = [
        grey[
            np.clip(np.floor(y + dy).astype(int), 0, height - 1),
            np.clip(np.floor(x + dx).astype(int), 0, width - 1),
        ]
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    ]
    return np.min(near, axis=0)


def edges(rect):
    left, top, right, bottom = rect
    return {
        "top": ((left, top), (right, top)),
        "bottom": ((left, bottom), (right, bottom)),
        "left": ((left, top), (left, bottom)),
        "right": ((right, top), (right, bottom)),
    }


def inked(grey, start, end):
    """Share of an edge that is dark, its ends left out, where another ruling may cross it."""
    length = math.dist(start, end)
    near = min(0.4, 2 / length)
    points = np.linspace(start, end, 60)[int(60 * near) : 60 - int(60 * near)]
    return (dark(grey, points) < 200).mean()


@pytest.mark.parametrize("name", [n for n, s in STYLES.items() if s.get("ruling", "full") in RULED])
def test_every_edge_of_every_cell_lies_on_a_ruling(name):
    result = typeset(name)
    printed = Printed(result)
    pages = {page: printed.grey(page) for page in {p.page for parts in result.cells.values() for p in parts}}
    for address, parts in result.cells.items():
        for part in parts:
            for side, (start, end) in edges(part.rect).items():
                assert inked(pages[part.page], start, end) == 1, (address, part, side)


def test_rulings_are_drawn_as_their_style_says():
    drawn = {}
    for ruling in RULINGS:
        result = only(long_table(rows=6), ruling=ruling, stroke=0.35 if ruling == "thin" else 0.6, padding=4)
        grey = Printed(result).grey(1)
        rects = {address[1:]: parts[0].rect for address, parts in result.cells.items()}
        lines = {
            "top": edges(rects[0, 0])["top"],
            "head": edges(rects[1, 2])["bottom"],
            "row": edges(rects[3, 1])["bottom"],
            "bottom": edges(rects[5, 0])["bottom"],
            "side": edges(rects[3, 0])["left"],
            "column": edges(rects[3, 1])["right"],
        }
        drawn[ruling] = {name for name, (start, end) in lines.items() if inked(grey, start, end) == 1}
        assert all(inked(grey, *line) in (0, 1) for line in lines.values())
    everything = {"top", "head", "row", "bottom", "side", "column"}
    assert drawn == {
        "full": everything,
        "thin": everything,
        "thick_frame": everything,
        "rows_only": {"top", "head", "row", "bottom"},
        "three_line": {"top", "head", "bottom"},
        "none": set(),
    }


@pytest.mark.parametrize("name", STYLES)
def test_cells_of_a_page_share_their_edges_and_fill_the_table(name):
    result = typeset(name)
    for table in disclosure().tables:
        lefts, areas = defaultdict(set), defaultdict(float)
        for one in table.cells:
            for part in result.cells[table.key, one.row, one.col]:
                left, top, right, bottom = part.rect
                assert right > left
                assert bottom > top
                lefts[part.page, one.col].add(round(left, 2))
                lefts[part.page, one.col + one.col_span].add(round(right, 2))
                areas[part.page] += (right - left) * (bottom - top)
        assert all(max(found) - min(found) < 0.05 for found in lefts.values())
        for row in range(table.shape[0]):
            pieces = defaultdict(set)
            for one in table.cells:
                if one.row == row and one.row_span == 1:
                    for part in result.cells[table.key, row, one.col]:
                        pieces[part.page].add((part.rect[1], part.rect[3]))
            assert all(len(found) == 1 for found in pieces.values())
        for page, (left, top, right, bottom) in result.parts[table.key].items():
            assert 0 <= left < right <= result.pages[page - 1].width
            assert 0 <= top < bottom <= result.pages[page - 1].height
            if page not in result.headers_repeated[table.key]:
                assert areas[page] == pytest.approx((right - left) * (bottom - top), rel=1e-3)


# Over pages -----------------------------------------------------------------------------


def test_repeated_headers_are_told_and_dropped():
    result = typeset("plain")
    pages = sorted(result.parts["long"])
    assert len(pages) >= 2
    assert result.headers_repeated["long"] == dict.fromkeys(pages[1:], 2)
    assert result.headers_repeated["form"] == {}
    printed = Printed(result)
    for page in pages[1:]:
        first = min(
            p.rect[1] for k, ps in result.cells.items() for p in ps if k[0] == "long" and p.page == page
        )
        left, top, right, _ = result.parts["long"][page]
        again = printed.text(page, (left, top, right, first))
        assert sorted(again) == sorted("科目编码科目名称本年支出合计基本支出项目支出")
    assert typeset("cut").headers_repeated["long"] == {}


def test_a_table_of_many_rows_runs_over_three_pages():
    result = only(long_table(rows=120), size=12, row_height=2)
    assert len(result.parts["long"]) >= 3
    rows = [result.cells["long", row, 2] for row in range(120)]
    assert all(len(parts) == 1 for parts in rows)
    assert [parts[0].page for parts in rows] == sorted(parts[0].page for parts in rows)


def test_a_row_is_cut_at_the_end_of_the_page_where_the_style_allows():
    text = WISH * 60
    table = TableContent(
        "t",
        "other",
        (
            cell(0, 0, "目标"),
            cell(0, 1, WISH * 30),
            cell(1, 0, "内容"),
            cell(1, 1, text),
            cell(2, 0, "末"),
            cell(2, 1),
        ),
        (ColumnContent("text", 0.3), ColumnContent("text")),
        0,
    )
    result = only(table, cut_rows=True)
    first, second = result.cells["t", 1, 1]
    assert first.text + second.text == text
    assert 100 < len(first.text) < len(text) - 100
    floor = result.pages[0].height - Style("x").margins[3]
    assert first.rect[3] == pytest.approx(floor, abs=0.5) == result.parts["t"][1][3]
    assert second.rect[1] == result.parts["t"][2][1]
    assert [part.text for part in result.cells["t", 1, 0]] == ["内容", ""]
    whole = only(table, cut_rows=False)
    assert [part.page for part in whole.cells["t", 1, 1]] == [2]


def test_a_row_higher_than_a_page_is_cut_even_where_the_style_forbids_it():
    table = TableContent("t", "other", (cell(0, 0, "甲"), cell(0, 1, WISH * 100)), (TEXT, TEXT), 0)
    result = only(table, cut_rows=False, size=12)
    parts = result.cells["t", 0, 1]
    assert len(parts) >= 2
    assert "".join(part.text for part in parts) == WISH * 100


def test_a_label_over_many_rows_has_a_part_on_each_page():
    rows = 90
    cells = [cell(0, 0, "绩效指标", rows, align="center")]
    cells += [cell(row, 1, f"第{row}项") for row in range(rows)]
    result = only(TableContent("t", "other", tuple(cells), (TEXT, TEXT), 0))
    parts = result.cells["t", 0, 0]
    assert [part.page for part in parts] == [1, 2, 3][: len(parts)]
    assert len(parts) >= 2
    assert [(part.rect[1], part.rect[3]) for part in parts] == [
        (r[1], r[3]) for r in result.parts["t"].values()
    ]


def test_wide_tables_lie_on_landscape_pages_among_portrait_ones():
    result = typeset("three")
    landscape = [number for number, page in enumerate(result.pages, start=1) if page.width > page.height]
    assert landscape == list(result.parts["wide"])
    assert {result.pages[number - 1].turned for number in landscape} == {90}
    assert {page.turned for page in result.pages if page.width < page.height} == {0}


def test_two_tables_share_a_page_only_where_the_style_allows():
    tables = long_table("a", 6), long_table("b", 6)
    assert list(only(*tables, share_pages=True).parts["b"]) == [1]
    assert list(only(*tables).parts["b"]) == [2]


def test_a_page_break_is_kept_and_makes_no_empty_page():
    result = only(
        PageBreak(), paragraph("a", "甲"), PageBreak(), PageBreak(), paragraph("b", "乙"), PageBreak()
    )
    assert [(text.page, text.text) for text in result.texts if text.key] == [(1, "甲"), (2, "乙")]
    assert len(result.pages) == 2


def test_a_header_that_would_fill_the_page_is_not_repeated():
    cells = [cell(0, 0, WISH * 45, header=True), cell(0, 1, "头", header=True)]
    cells += [cell(row, col, "甲") for row in range(1, 60) for col in (0, 1)]
    result = only(TableContent("t", "other", tuple(cells), (TEXT, TEXT), 1))
    assert result.headers_repeated["t"] == {}
    assert len(result.parts["t"]) >= 2


# Columns --------------------------------------------------------------------------------


def em(text, bold):
    return sum(1.0 if character > "~" else 0.5 for character in text)


@given(st.text("一二三（），。 12.,abc\n"))
def test_tokens_join_to_the_text(text):
    assert "".join(tokens_of(text)) == text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["name", "text", "amount"]), st.integers(1, 60)), min_size=1, max_size=14
    ),
    st.sampled_from([7.0, 9.0, 10.5, 12.0]),
)
def test_columns_fit_their_page_and_break_no_amount(columns, size):
    cells = []
    for col, (role, length) in enumerate(columns):
        if role == "amount":
            text = f"{10 ** min(length, 9):,}.00"
            cells.append(cell(0, col, text, align="right"))
        else:
            cells.append(cell(0, col, "字" * length))
    table = TableContent("t", "other", tuple(cells), tuple(ColumnContent(role) for role, _ in columns), 0)
    style = Style("any", size=size)
    plan = plan_table(table, style, em, frozenset())
    assert plan is not None
    assert SMALLEST <= plan.size <= size
    assert sum(plan.widths) <= text_width(style, plan.sheet) + 1e-6
    for one, width in zip(cells, plan.widths, strict=True):
        least = em(one.text, bold=False) if table.columns[one.col].role == "amount" else 1
        assert width >= least * plan.size + 2 * style.inset


def test_a_crowded_table_is_set_smaller_and_an_impossible_one_refused():
    result = only(wide_table(cols=16, rows=4), size=12)
    assert SMALLEST <= result.sizes["wide"] < 12
    large = only(wide_table(cols=24, rows=4), size=9, turned=90)
    assert (large.pages[0].width, large.pages[0].turned) == (1190.55, 0)
    with pytest.raises(InputError, match="small: table wide is too wide"):
        only(wide_table(cols=40, rows=4))


def test_amounts_stand_on_one_line():
    result = typeset("plain")
    low = min(p.rect[3] - p.rect[1] for k, ps in result.cells.items() if k[0] == "long" for p in ps)
    for row in range(2, 60):
        (part,) = result.cells["long", row, 2]
        (name,) = result.cells["long", row, 1]
        assert part.rect[3] - part.rect[1] < low * 1.2 or len(name.text) > 16


# Refusals -------------------------------------------------------------------------------


def test_equal_arguments_give_equal_bytes():
    first, again = (only(long_table(rows=20), form()) for _ in range(2))
    assert first.pdf == again.pdf
    assert first == again
    assert b"/CreationDate" not in first.pdf
    assert b"/ModDate" not in first.pdf


def test_what_is_not_installed_is_named(monkeypatch):
    any_font()
    with pytest.raises(EngineError, match="No Such Family"):
        typeset_disclosure(disclosure(), Style("No Such Family"))
    with pytest.raises(EngineError, match="No Such Family") as none:
        fonts.available_fonts(["No Such Family"])
    assert none.value.remedy
    assert fonts.available_fonts([any_font(), "No Such Family"]) == (any_font(),)
    monkeypatch.setattr(fonts, "_SCANNED", [(fonts.require_typst(), NoFonts())])
    with pytest.raises(EngineError) as missing:
        fonts.available_fonts()
    for package in ("fonts-noto-cjk", "fonts-arphic-uming", "fonts-arphic-ukai", "fonts-wqy-zenhei"):
        assert package in missing.value.remedy
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(EngineError) as bare:
        typeset_disclosure(disclosure(), Style("any"))
    assert "crossfoot[synthesis]" in bare.value.remedy


class NoFonts:
    def families(self):
        return []


@pytest.mark.parametrize("character", ["\ue123", "\x07"])
def test_a_character_without_a_glyph_is_refused(character):
    with pytest.raises(InputError, match=r"small: no glyph for .*U\+"):
        only(paragraph("a", f"一{character}"))


def test_names_with_the_region_are_the_same_family():
    need("AR PL UMing")
    assert fonts.available_fonts(["AR PL UMing CN"]) == ("AR PL UMing",)


def test_content_that_contradicts_itself_is_refused():
    with pytest.raises(InputError, match="same key"):
        only(paragraph("a", "一"), long_table("a"))
    with pytest.raises(InputError, match="has no cell"):
        only(TableContent("t", "other", (), (), 0))
    twice = (cell(0, 0, "一"), cell(0, 0, "二"))
    with pytest.raises(InputError, match="small: typst cannot lay it out"):
        only(TableContent("t", "other", twice, (AMOUNT,), 0))


def test_what_would_take_hours_is_refused(monkeypatch):
    monkeypatch.setattr(typesetting, "MAX_PAGES", 3)
    with pytest.raises(LimitExceeded, match="4 pages, more than 3"):
        only(*(block for n in range(4) for block in (paragraph(str(n), "一"), PageBreak())))
    with pytest.raises(LimitExceeded, match="characters in one text"):
        only(paragraph("a", "一" * 6000))
    with pytest.raises(LimitExceeded, match="rows in one table"):
        only(TableContent("t", "other", tuple(cell(r, 0) for r in range(1001)), (TEXT,), 0))
