"""The truth of a synthetic disclosure: boxes in pixels, amounts as printed, equations judged by the print."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

import pypdfium2 as pdfium
import pytest
from crossfoot.datasets.content import At, RelationContent, Said
from crossfoot.datasets.typesetting import fonts
from crossfoot.datasets.typesetting.equations import Names, Print, equation
from crossfoot.datasets.typesetting.pages import typeset_disclosure
from crossfoot.datasets.typesetting.style import Style
from crossfoot.datasets.typesetting.truth import disclosure_truth
from crossfoot.document import Document
from crossfoot.errors import EngineError, InputError
from disclosure_content import ONE, disclosure

DPI = 150
NAMES = Names({"long": "t1", "empty": "t2", "wide": "t3", "form": "t4"}, {("body0", 0): "m1"})


@dataclass(frozen=True)
class Scanned:
    width: int
    height: int
    scan_width: int
    scan_height: int
    dpi: float = DPI
    from_scan: tuple[tuple[float, ...], ...] = ((0.0, 1.0, 0.0), (-1.0, 0.0, 9.0), (0.0, 0.0, 1.0))


@cache
def typeset(**style):
    pytest.importorskip("typst")
    try:
        font = fonts.available_fonts()[0]
    except EngineError as error:
        pytest.skip(f"no font to set Chinese in: {error.remedy}")
    settings = {"cut_rows": True, "repeat_header": True, "turned": 270, "row_height": 2.4, "padding": 4}
    return typeset_disclosure(disclosure(), Style(font, **settings | style))


def scanned(result):
    sizes = [(math.ceil(p.width * DPI / 72), math.ceil(p.height * DPI / 72)) for p in result.pages]
    return [Scanned(width, height, height, width) for width, height in sizes]


@cache
def truth():
    result = typeset()
    return disclosure_truth(
        disclosure(), result, scanned(result), source_name="a.pdf", sha256="0" * 64, labels={"seed": 7}
    )


def table(key):
    return next(t for t in truth().tables if t.id == NAMES.tables[key])


# The record -----------------------------------------------------------------------------


def test_the_document_survives_json():
    assert Document.from_json(truth().to_json()) == truth()
    assert truth().status == "ok"
    assert truth().source.pages == len(truth().pages) == len(typeset().pages)


def test_tables_say_what_the_content_says():
    for made, meant in zip(truth().tables, disclosure().tables, strict=True):
        assert made.id == NAMES.tables[meant.key]
        assert (made.kind, made.title, made.header_rows) == (meant.kind, meant.title, meant.header_rows)
        assert (made.shape, made.unit, made.year) == (meant.shape, meant.unit, meant.year)
        cells = {(c.row, c.col): c for c in made.cells}
        assert list(cells) == sorted(cells)
        for one in meant.cells:
            found = cells[one.row, one.col]
            assert (found.text, found.header, found.amount) == (one.text, one.header, one.amount)
            assert (found.row_span, found.col_span) == (one.row_span, one.col_span)
            assert (found.unit is None) == (found.year is None) == (one.amount is None)
    assert [column.role for column in table("long").columns] == ["code", "name", "amount", "amount", "amount"]
    assert [(c.unit, c.decimals) for c in table("long").columns[1:3]] == [(None, None), ("万元", 2)]
    assert table("form").cell_at(1, 3).unit == "万元"  # the table's, where the cell does not say
    assert table("empty").extra == {"declared_empty": True}


def test_notes_and_texts_have_ids_and_parts():
    texts = {text.id: text for text in truth().texts}
    assert len(texts) == len(truth().texts)
    assert [texts[note].text for note in table("empty").notes] == [disclosure().tables[1].notes[0]]
    roles = {(text.extra["part"], text.role) for text in texts.values()}
    assert roles == {
        ("cover", "paragraph"), ("contents", "paragraph"), ("heading", "paragraph"), ("body", "paragraph"),
        ("title", "title"), ("number", "furniture"), ("left", "organization"), ("right", "unit"),
        ("note", "note"), ("page_number", "furniture"),
    }  # fmt: skip


def test_boxes_are_in_pixels_of_the_upright_page():
    result = typeset()
    with pdfium.PdfDocument(result.pdf) as pdf:
        rendered = [page.render(scale=DPI / 72) for page in pdf]
        assert [(bitmap.width, bitmap.height) for bitmap in rendered] == [
            (p.width, p.height) for p in truth().pages
        ]
    for key, name in NAMES.tables.items():
        made = next(t for t in truth().tables if t.id == name)
        for cell in made.cells:
            for part, placed in zip(cell.parts, result.cells[key, cell.row, cell.col], strict=True):
                assert part.page == placed.page
                expected = [edge * DPI / 72 for edge in placed.rect]
                assert part.box.to_list() == pytest.approx(expected, abs=1.0)
                on = next(p.box for p in made.parts if p.page == part.page)
                assert on.overlap(part.box) == pytest.approx(part.box.area, rel=0.01)


def test_pages_keep_the_way_back_to_the_scan():
    for page, placed in zip(truth().pages, typeset().pages, strict=True):
        assert (page.scan.width, page.scan.height) == (page.height, page.width)
        assert page.scan.dpi == DPI
        assert page.from_scan == Scanned(1, 1, 1, 1).from_scan
        assert page.extra == ({"turned": 270} if placed.width > placed.height else {})
    assert truth().extra["labels"]["turned"] == [p.number for p in truth().pages if p.extra]


def test_cut_cells_say_what_is_printed_in_each_piece():
    cut = [c for t in truth().tables for c in t.cells if len(c.parts) > 1]
    assert cut
    for cell in cut:
        assert "".join(part.extra["text"] for part in cell.parts) == cell.text
    assert all("text" not in c.parts[0].extra for t in truth().tables for c in t.cells if len(c.parts) == 1)


def test_parts_of_a_table_tell_its_repeated_headers():
    first, *others = table("long").parts
    assert first.repeated_header_rows == 0
    assert others
    assert {part.repeated_header_rows for part in others} == {2}
    for part in others:
        top = min(p.box.top for c in table("long").cells for p in c.parts if p.page == part.page)
        assert part.box.top < top - 20  # the repeated header stands between


def test_mentions_are_numbered_in_reading_order():
    mentions = truth().mentions
    assert [m.id for m in mentions] == [f"m{n}" for n in range(1, len(mentions) + 1)]
    assert (mentions[0].text, mentions[0].amount, mentions[0].unit) == (
        "4,804.64万元",
        Decimal("4804.64"),
        "万元",
    )
    assert [m.page for m in mentions] == sorted(m.page for m in mentions)


def test_labels_tell_the_style_and_the_misprints():
    labels = truth().extra["labels"]
    assert labels["seed"] == 7
    assert (labels["template"], labels["family"], labels["number_format"]) == (
        "test",
        "budget",
        ["grouped", 2],
    )
    assert labels["style"]["size"] == 10.5
    assert labels["style"]["small"] is False
    assert labels["misprints"] == [
        {
            "kind": "wrong_total",
            "where": [{"table": "t1", "row": 2, "col": 2}, {"mention": "m1"}],
            "printed": ["201.50", "4,804.64万元"],
            "meant": ["4,804.64", "201.50万元"],
            "note": "another draft",
        }
    ]


# Equations ------------------------------------------------------------------------------


def test_equations_are_judged_by_the_print():
    whole, told, ratio, most = truth().equations
    assert (whole.residual, whole.holds) == (Decimal("0.00"), True)
    assert (told.residual, told.holds) == (Decimal("201.50") - Decimal("4804.64"), False)
    assert told.terms[0].mention == "m1"
    assert (ratio.residual, ratio.holds) == (Decimal("0.000000"), True)  # 25% of 200.0000 is 50.00
    assert (most.residual, most.holds) == (Decimal("150.0000"), False)


def test_terms_point_at_the_start_of_merged_cells():
    ratio, most = truth().equations[2:]
    assert (ratio.terms[0].table, ratio.terms[0].row, ratio.terms[0].col) == ("t4", 2, 2)
    assert (most.total.row, most.total.col) == (1, 2)


def test_cells_list_the_equations_that_they_are_in():
    found = {(t.id, c.row, c.col): c.equations for t in truth().tables for c in t.cells if c.equations}
    assert found == {
        ("t1", 3, 2): (1,), ("t1", 3, 3): (1,), ("t1", 3, 4): (1,), ("t1", 2, 2): (2,),
        ("t4", 8, 5): (3,), ("t4", 2, 2): (3, 4), ("t4", 1, 2): (3, 4), ("t2", 1, 3): (4,),
    }  # fmt: skip


def relation(name, total, *terms, tolerance="0"):
    return RelationContent(name, "law", "ratio", total, terms, Decimal(tolerance))


def judged(one):
    made = equation(1, one, Print(disclosure()), NAMES)
    return made.residual, made.holds


QUARTER, MEANT = At("form", 2, 2), At("form", 1, 2)  # 50.00 of 200.0000


@pytest.mark.parametrize(
    ("one", "residual", "holds"),
    [
        (relation("sum", At("form", 6, 1), (At("form", 8, 5), Decimal(2))), "0", True),
        (relation("sum", At("empty", 1, 2), (At("empty", 2, 2), ONE)), "0", True),  # blanks are 0
        (relation("equal", QUARTER, (MEANT, Decimal("0.25"))), "0.00", True),
        (relation("equal", QUARTER, (MEANT, Decimal("0.251")), tolerance="0.1"), "-0.2", False),
        (relation("product", MEANT, (QUARTER, ONE), (At("form", 9, 5), Decimal("0.04"))), "0", True),
        (relation("at_most", QUARTER, (MEANT, ONE)), "-150", True),
        (relation("ratio", At("form", 8, 5), (Said("body0", 0), ONE), (At("empty", 1, 2), ONE)), None, None),
        (relation("equal", At("form", 0, 2), (MEANT, ONE)), None, None),  # a name has no number
        (
            relation("ratio", At("form", 8, 5), (QUARTER, Decimal(100)), (Said("body0", 0), ONE)),
            "23.959339",
            False,
        ),
    ],
)
def test_residuals(one, residual, holds):
    found, held = judged(one)
    assert held is holds
    assert found == (None if residual is None else Decimal(residual))


@pytest.mark.parametrize(
    "one",
    [
        relation("sum", At("nowhere", 0, 0), (At("long", 2, 2), ONE)),
        relation("sum", At("long", 2, 2), (At("long", 2, 9), ONE)),
        relation("sum", At("long", 2, 2), (Said("body0", 9), ONE)),
        relation("ratio", At("long", 2, 2), (At("long", 2, 3), ONE)),
    ],
)
def test_a_relation_that_points_at_nothing_is_refused(one):
    with pytest.raises(InputError, match=r"no cell at|no mention|a ratio of 1 terms"):
        judged(one)


def test_a_page_too_few_is_refused():
    result = typeset()
    with pytest.raises(InputError, match="pages scanned of"):
        disclosure_truth(
            disclosure(), result, scanned(result)[1:], source_name="a.pdf", sha256="0" * 64, labels={}
        )


def test_a_misprint_that_points_at_nothing_is_refused():
    result, content = typeset(), disclosure()
    lost = replace(content.misprints[0], where=(At("long", 999, 0),))
    with pytest.raises(InputError, match=r"no cell at \(999, 0\)"):
        disclosure_truth(
            replace(content, misprints=(lost,)),
            result,
            scanned(result),
            source_name="a.pdf",
            sha256="0" * 64,
            labels={},
        )
