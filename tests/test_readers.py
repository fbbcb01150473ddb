"""Readers of public data sets, on tiny files in each format, whole and malformed."""

from __future__ import annotations

import json

import pytest
from crossfoot.datasets.fixtures.checking import faults
from crossfoot.datasets.fixtures.sets import check, load_set
from crossfoot.datasets.readers import fintabnet, icdar2013, omnidocbench, pubtabnet, scitsr, wtw
from crossfoot.datasets.readers.importing import import_set
from crossfoot.datasets.readers.latex import latex_cells
from crossfoot.datasets.readers.registry import READERS
from crossfoot.document import Document
from crossfoot.errors import InputError, MissingInput, OptionsError, OutputError
from pdf_builder import Pdf
from PIL import Image


def grid(table):
    return [
        (c.row, c.col, c.row_span, c.col_span, c.text)
        for c in sorted(table.cells, key=lambda c: (c.row, c.col))
    ]


def boxes(table):
    return {(c.row, c.col): c.box.to_list() for c in table.cells if c.parts}


def only(entries):
    ((name, document),) = entries
    assert list(faults(document)) == []
    assert Document.from_json(document.to_json()) == document
    return name, document


def pdf(path, width=200, height=300, pages=1, extra=b""):
    made = Pdf()
    for _ in range(pages):
        made.page(b"", size=(width, height), extra=extra)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.bytes())
    return path


# PubTabNet and FinTabNet -----------------------------------------------------------------

STRUCTURE = [
    *("<thead>", "<tr>", "<td", ' rowspan="2"', ">", "</td>", "<td", ' colspan="2"', ">", "</td>", "</tr>"),
    *("<tr>", "<td>", "</td>", "<td>", "</td>", "</tr>", "</thead>"),
    *("<tbody>", "<tr>", "<td>", "</td>", "<td>", "</td>", "<td>", "</td>", "</tr>", "</tbody>"),
]
CELLS = [
    {"tokens": ["<b>", "A", "</b>"], "bbox": [1, 2, 30, 12]},
    {"tokens": list("x &lt; y"), "bbox": [40, 2, 90, 12]},
    {"tokens": ["p", "<sup>", "2", "</sup>"], "bbox": [40, 14, 60, 24]},
    {"tokens": list("q"), "bbox": [70, 14, 90, 24]},
    {"tokens": []},
    {"tokens": list("1.5"), "bbox": [40, 26, 60, 36]},
    {"tokens": list("a<b"), "bbox": [70, 26, 90, 36]},
]
EXPECTED = [
    (0, 0, 2, 1, "A"),
    (0, 1, 1, 2, "x < y"),
    (1, 1, 1, 1, "p2"),
    (1, 2, 1, 1, "q"),
    (2, 0, 1, 1, ""),
    (2, 1, 1, 1, "1.5"),
    (2, 2, 1, 1, "a<b"),
]


def entry(**changes):
    html = {"structure": {"tokens": STRUCTURE}, "cells": CELLS}
    return {"filename": "PMC1_001.png", "split": "val", "imgid": 7, "html": html} | changes


def lines(path, *entries):
    path.write_text("\n".join(e if isinstance(e, str) else json.dumps(e) for e in entries), encoding="utf-8")
    return path


def test_pubtabnet(tmp_path):
    (tmp_path / "val").mkdir()
    Image.new("L", (100, 40)).save(tmp_path / "val/PMC1_001.png")
    name, document = only(pubtabnet.read(lines(tmp_path / "a.jsonl", entry())))
    table = document.tables[0]
    assert name == "PMC1_001"
    assert grid(table) == EXPECTED
    assert table.header_rows == 2
    assert [c.header for c in table.cells] == [True] * 4 + [False] * 3
    assert boxes(table)[0, 1] == [40, 2, 90, 12]
    assert (2, 0) not in boxes(table)
    assert (document.pages[0].width, document.pages[0].height) == (100, 40)
    assert table.parts[0].box.to_list() == [1, 2, 90, 36]
    assert document.extra["labels"] == {"dataset": "pubtabnet", "file": "val/PMC1_001.png"}


def test_pubtabnet_without_images_has_boxes_but_no_pages(tmp_path):
    _, document = only(pubtabnet.read(lines(tmp_path / "a.jsonl", entry())))
    assert document.pages == ()
    assert boxes(document.tables[0])[2, 1] == [40, 26, 60, 36]


def test_rows_that_end_early_are_filled_with_blanks(tmp_path):
    tokens = ["<tr>", *["<td>", "</td>"] * 2, "</tr>", "<tr>", "<td>", "</td>", "</tr>"]
    html = {
        "structure": {"tokens": tokens},
        "cells": [{"tokens": ["a"]}, {"tokens": ["b"]}, {"tokens": ["c"]}],
    }
    _, document = only(pubtabnet.read(lines(tmp_path / "a.jsonl", entry(html=html))))
    assert grid(document.tables[0])[-1] == (1, 1, 1, 1, "")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "line 2: no JSON"),
        ("[" * 100_000, "line 2: no JSON"),
        ("[]", "line 2: an object expected"),
        ({"split": "val"}, "line 2: key filename is missing"),
        (entry(filename=7), "filename is of type int, not str"),
        (entry(html={"structure": {"tokens": STRUCTURE}}), "key cells is missing"),
        (entry(html={"structure": {"tokens": STRUCTURE}, "cells": CELLS[1:]}), "make 7 cells, 6 are given"),
        (
            entry(html={"structure": {"tokens": [*STRUCTURE[3:-2], 7]}, "cells": CELLS}),
            "a token is of type int",
        ),
        (entry(html={"structure": {"tokens": ["<tr>", "<table>"]}, "cells": []}), "table within a table"),
        (
            entry(
                html={
                    "structure": {"tokens": ["<tr>", "<td", " rowspan='2'", ">"]},
                    "cells": [{"tokens": []}],
                }
            ),
            "reaches out",
        ),
        (
            entry(
                html={
                    "structure": {"tokens": STRUCTURE},
                    "cells": [{"tokens": ["A"], "bbox": [1, 2, 3]}, *CELLS[1:]],
                }
            ),
            r"cell \(0, 0\): bbox must be a list of 4 numbers",
        ),
        (
            entry(
                html={
                    "structure": {"tokens": STRUCTURE},
                    "cells": [{"tokens": [], "bbox": [1, 2, 3, float("nan")]}, *CELLS[1:]],
                }
            ),
            "bbox must be",
        ),
    ],
)
def test_a_malformed_line_is_refused_by_name_and_the_others_are_read(tmp_path, bad, reason):
    path = lines(tmp_path / "a.jsonl", entry(), bad, "", entry(filename="other.png"))
    with pytest.raises(InputError, match=reason) as caught:
        list(pubtabnet.read(path))
    assert caught.value.name == str(path)
    refused = []
    assert [name for name, _ in pubtabnet.read(path, refuse=refused.append)] == ["PMC1_001", "other"]
    assert [(r.file, r.address) for r in refused] == [("a.jsonl", "line 2")]


def test_an_image_outside_the_folder_is_not_opened(tmp_path):
    Image.new("L", (100, 40)).save(tmp_path / "secret.png")
    (tmp_path / "set").mkdir()
    _, document = only(
        pubtabnet.read(lines(tmp_path / "set/a.jsonl", entry(filename="../secret.png", split="")))
    )
    assert document.pages == ()


def fin(**changes):
    cells = [{"tokens": ["A"], "bbox": [10, 250, 50, 260]}, {"tokens": ["1"], "bbox": [60.5, 250, 90, 260]}]
    html = {"structure": {"tokens": ["<tr>", "<td>", "</td>", "<td>", "</td>", "</tr>"]}, "cells": cells}
    value = {
        "filename": "ADS/2007/page_61.pdf",
        "table_id": 3,
        "split": "val",
        "bbox": [8, 240, 100, 270],
        "html": html,
    }
    return value | changes


def test_fintabnet_turns_boxes_the_right_way_up(tmp_path):
    pdf(tmp_path / "pdf/ADS/2007/page_61.pdf")
    name, document = only(fintabnet.read(lines(tmp_path / "f.jsonl", fin())))
    assert name == "ADS-2007-page_61-3"
    assert boxes(document.tables[0]) == {(0, 0): [10, 40, 50, 50], (0, 1): [60.5, 40, 90, 50]}
    assert document.tables[0].parts[0].box.to_list() == [8, 30, 100, 60]
    assert (document.pages[0].width, document.pages[0].height, document.pages[0].scan.dpi) == (200, 300, 72)


@pytest.mark.parametrize("extra", [None, b"/Rotate 90", b"broken"])
def test_fintabnet_without_a_usable_page_has_no_boxes(tmp_path, extra):
    if extra == b"broken":
        (tmp_path / "ADS/2007").mkdir(parents=True)
        (tmp_path / "ADS/2007/page_61.pdf").write_bytes(b"%PDF-1.4 nothing")
    elif extra:
        pdf(tmp_path / "ADS/2007/page_61.pdf", extra=extra)
    _, document = only(fintabnet.read(lines(tmp_path / "f.jsonl", fin())))
    assert boxes(document.tables[0]) == {}
    assert document.pages == ()
    assert document.tables[0].parts == ()
    assert grid(document.tables[0]) == [(0, 0, 1, 1, "A"), (0, 1, 1, 1, "1")]


def test_fintabnet_refuses_a_line_without_a_table_number(tmp_path):
    with pytest.raises(InputError, match="line 1: table_id is of type str"):
        list(fintabnet.read(lines(tmp_path / "f.jsonl", fin(table_id="3"))))


# SciTSR ----------------------------------------------------------------------------------


def sci(root, cells, chunks=None):
    for folder in ("structure", "chunk"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "structure/1204.0001v1.1.json").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    if chunks is not None:
        (root / "chunk/1204.0001v1.1.chunk").write_text(json.dumps({"chunks": chunks}), encoding="utf-8")
    return root


def sci_cell(number, text, rows, cols):
    words = text.split()
    return {
        "id": number,
        "tex": text,
        "content": words,
        "start_row": rows[0],
        "end_row": rows[1],
        "start_col": cols[0],
        "end_col": cols[1],
    }


SCI = [
    sci_cell(0, "two words", (0, 0), (0, 1)),
    sci_cell(1, "a", (1, 1), (0, 0)),
    sci_cell(2, "a", (2, 2), (1, 1)),
]


def test_scitsr(tmp_path):
    chunks = [
        {"pos": [10, 60, 200, 210], "text": "two words"},
        {"pos": [10, 20, 180, 190], "text": "a"},
        {"pos": [40, 50, 160, 170], "text": "a"},
    ]
    root = sci(tmp_path / "train", SCI, chunks)
    pdf(root / "pdf/1204.0001v1.1.pdf")
    name, document = only(scitsr.read(root))
    assert name == "1204.0001v1.1"
    assert grid(document.tables[0]) == [
        (0, 0, 1, 2, "two words"),
        (1, 0, 1, 1, "a"),
        (1, 1, 1, 1, ""),
        (2, 0, 1, 1, ""),
        (2, 1, 1, 1, "a"),
    ]
    # Two cells read "a", and nothing says which chunk is whose.
    assert boxes(document.tables[0]) == {(0, 0): [10, 90, 60, 100]}
    assert document.tables[0].parts[0].box.to_list() == [10, 90, 60, 140]
    assert only(scitsr.read(root / "structure/1204.0001v1.1.json"))[1] == document


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([*SCI, sci_cell(3, "b", (1, 2), (0, 0))], r"address \(1, 0\) is covered twice"),
        ([sci_cell(0, "b", (2, 1), (0, 0))], r"cells\[0\]: rows 2 to 1"),
        ([sci_cell(0, "b", (-1, 1), (0, 0))], r"cells\[0\]: rows -1 to 1"),
        ([sci_cell(0, "b", (0, 10**9), (0, 0))], "more than 1000000 addresses"),
        ([{"id": 0}], r"cells\[0\]: key start_row is missing"),
        ([], "a table without cells"),
    ],
)
def test_scitsr_refuses_by_name(tmp_path, cells, reason):
    root = sci(tmp_path / "train", cells)
    with pytest.raises(InputError, match=reason) as caught:
        list(scitsr.read(root))
    assert caught.value.name.endswith("1204.0001v1.1.json")


def test_a_folder_without_annotations_is_no_data_set(tmp_path):
    for read in (scitsr.read, icdar2013.read, wtw.read):
        with pytest.raises(MissingInput):
            list(read(tmp_path))
    for read in (pubtabnet.read, fintabnet.read, omnidocbench.read):
        with pytest.raises(MissingInput):
            list(read(tmp_path / "no.json"))


# ICDAR 2013 ------------------------------------------------------------------------------

REG = """<?xml version="1.0" encoding="UTF-8"?>
<document filename='us-001.pdf'><table id='1'>
 <region id='1' page='1'><bounding-box x1='10' y1='100' x2='190' y2='200'/></region>
 <region id='2' page='2'><bounding-box x1='10' y1='250' x2='190' y2='290'/></region>
</table></document>"""
STR = """<?xml version="1.0" encoding="UTF-8"?>
<document filename='us-001.pdf'><table id='1'>
 <region id='1' page='1' col-increment='0' row-increment='0'>
  <cell id='1' start-row='0' start-col='0' end-col='1'><bounding-box x1='10' y1='190' x2='90' y2='200'/>
   <content>Head
     line &amp; more</content></cell>
  <cell id='2' start-row='1' start-col='1'><bounding-box x1='60' y1='170' x2='90' y2='180'/>
   <content>5</content></cell>
 </region>
 <region id='2' page='2' col-increment='0' row-increment='2'>
  <cell id='1' start-row='0' start-col='0' end-row='1'><bounding-box x1='10' y1='260' x2='50' y2='280'/>
   <content>x</content></cell>
  <cell id='2' start-row='0' start-col='1'><bounding-box x1='60' y1='270' x2='90' y2='280'/>
   <content>y</content></cell>
 </region>
</table></document>"""


def test_icdar_2013(tmp_path):
    (tmp_path / "eu").mkdir()
    (tmp_path / "eu/us-001-reg.xml").write_text(REG)
    (tmp_path / "eu/us-001-str.xml").write_text(STR)
    pdf(tmp_path / "eu/us-001.pdf", pages=2)
    name, document = only(icdar2013.read(tmp_path))
    (table,) = document.tables
    assert name == "us-001"
    assert grid(table) == [
        (0, 0, 1, 2, "Head line & more"),
        (1, 0, 1, 1, ""),
        (1, 1, 1, 1, "5"),
        (2, 0, 2, 1, "x"),
        (2, 1, 1, 1, "y"),
        (3, 1, 1, 1, ""),
    ]
    assert boxes(table)[0, 0] == [10, 100, 90, 110]
    assert [c.parts[0].page for c in table.cells if c.parts] == [1, 1, 2, 2]
    assert [(p.page, p.box.to_list()) for p in table.parts] == [
        (1, [10, 100, 190, 200]),
        (2, [10, 10, 190, 50]),
    ]
    assert document.source.pages == 2


def test_icdar_regions_alone_say_where_tables_are(tmp_path):
    (tmp_path / "us-001-reg.xml").write_text(REG)
    pdf(tmp_path / "us-001.pdf", pages=2)
    _, document = only(icdar2013.read(tmp_path / "us-001-reg.xml"))
    assert document.tables[0].shape == (0, 0)
    assert [p.page for p in document.tables[0].parts] == [1, 2]


def test_icdar_without_the_pdf_has_cells_and_no_boxes(tmp_path):
    (tmp_path / "us-001-str.xml").write_text(STR)
    _, document = only(icdar2013.read(tmp_path))
    assert boxes(document.tables[0]) == {}
    assert document.tables[0].shape == (4, 2)


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><document>&b;</document>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "declares a document type"),
        (BOMB.encode("utf-16"), "declares a document type"),
        ("<document><table id='1'>", "no XML"),
        ("<x/>", "the root is x, not document"),
        ("<a>" * 200 + "</a>" * 200, "nests more than 100 elements"),
        (
            STR.replace("start-row='1'", "start-row='one'"),
            "table 1: cell 2: start-row='one' is no whole number",
        ),
        (STR.replace("start-row='1' ", ""), "table 1: cell 2: start-row is missing"),
        (STR.replace("x1='60' y1='170'", "y1='170'"), "table 1: cell 2: x1 is missing"),
        (STR.replace("page='2'", ""), "table 1: page is missing"),
        (
            STR.replace("end-col='1'", "end-row='1' end-col='1'"),
            r"table 1: address \(1, 1\) is covered twice",
        ),
        (STR.replace("end-col='1'", "end-col='-1'"), "table 1: cell 1: .* are no address"),
    ],
)
def test_icdar_refuses_by_name(tmp_path, text, reason):
    path = tmp_path / "us-001-str.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=reason) as caught:
        list(icdar2013.read(tmp_path))
    assert caught.value.name == str(path)


# WTW -------------------------------------------------------------------------------------


def wtw_object(rows, cols, corners, table=0, **changes):
    values = {f"{axis}{i}": corners[i - 1][axis == "y"] for i in range(1, 5) for axis in "xy"}
    values |= {
        "startrow": rows[0],
        "endrow": rows[1],
        "startcol": cols[0],
        "endcol": cols[1],
        "tableid": table,
    }
    inner = "".join(
        f"<{key}>{value}</{key}>" for key, value in (values | changes).items() if value is not None
    )
    return f"<object><name>box</name><bndbox><xmin>0</xmin>{inner}</bndbox></object>"


def wtw_file(path, *objects):
    size = "<size><width>640</width><height>480</height><depth>3</depth></size>"
    path.write_text(f"<annotation><filename>p.jpg</filename>{size}{''.join(objects)}</annotation>")
    return path


QUAD = [(10.5, 20), (110, 25), (108, 60), (9, 55)]


def test_wtw(tmp_path):
    path = wtw_file(
        tmp_path / "p.xml",
        wtw_object((0, 1), (0, 0), QUAD),
        wtw_object((0, 0), (1, 1), [(x + 100, y) for x, y in QUAD]),
        wtw_object((0, 0), (0, 0), [(x + 300, y + 300) for x, y in QUAD], table=1),
    )
    name, document = only(wtw.read(tmp_path))
    assert name == "p"
    first, second = document.tables
    assert [(c.row, c.col, c.row_span) for c in first.cells] == [(0, 0, 2), (0, 1, 1), (1, 1, 1)]
    assert boxes(first)[0, 0] == [9, 20, 110, 60]
    assert first.cells[0].parts[0].extra["corners"] == [list(map(float, c)) for c in QUAD]
    assert first.cells[2].parts == ()
    assert second.parts[0].box.to_list() == [309, 320, 410, 360]
    assert (document.pages[0].width, document.pages[0].height) == (640, 480)
    assert document.extra["labels"]["lacks"] == ["text"]
    assert only(wtw.read(path))[1] == document


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        ([wtw_object((0, 0), (0, 0), QUAD, startrow="a")], "object 0: startrow='a' is no whole number"),
        ([wtw_object((0, 0), (0, 0), QUAD, endcol=None)], "object 0: endcol is missing"),
        ([wtw_object((0, 0), (0, 0), QUAD, x3="nan")], "object 0: x3='nan' is no number"),
        ([wtw_object((0, 0), (0, 0), QUAD)] * 2, r"table 0: address \(0, 0\) is covered twice"),
        ([wtw_object((3, 2), (0, 0), QUAD)], "object 0: rows 3 to 2"),
        (["<object/>"], "object 0: bndbox is missing"),
    ],
)
def test_wtw_refuses_by_name(tmp_path, objects, reason):
    path = wtw_file(tmp_path / "p.xml", *objects)
    with pytest.raises(InputError, match=reason) as caught:
        list(wtw.read(tmp_path))
    assert caught.value.name == str(path)


# OmniDocBench ----------------------------------------------------------------------------

POLY = [10, 20, 110, 20, 110, 70, 10, 70]
TABULAR = r"""\begin{tabular}{|l|c|c|}
\hline
\multirow{2}{*}{\textbf{Item}} & \multicolumn{2}{c|}{50\% of $x_{1}$} \\ \cline{2-3}
 & a \& b & c{}d \\ \hline
\makecell{one\\two} & 1 & \\
\end{tabular}"""


def region(**changes):
    return {"category_type": "table", "poly": POLY, "ignore": False, "order": 1, "anno_id": 1} | changes


def page(*regions, **info):
    about = {"page_no": 0, "width": 800, "height": 1000, "image_path": "magazine.pdf_3.png"} | info
    return {"layout_dets": list(regions), "page_info": about, "extra": {"relation": []}}


def omni(path, pages):
    path.write_text(json.dumps(pages), encoding="utf-8")
    return path


def test_omnidocbench(tmp_path):
    html = (
        "<table><thead><tr><td>a</td><td>b</td></tr></thead><tr><td colspan='2'>c &amp; d</td></tr></table>"
    )
    regions = [
        {"category_type": "text_block", "poly": POLY, "text": "Some text."},
        region(html=html, latex="\\begin{tabular}"),
        region(latex=TABULAR),
        region(html="", ignore=True),
        {"category_type": "figure", "poly": POLY},
        {"category_type": "table_footnote", "poly": POLY, "text": "note"},
    ]
    path = omni(tmp_path / "OmniDocBench.json", [page(*regions), page(image_path="b.png")])
    (name, document), (other, empty) = omnidocbench.read(path)
    assert (name, other) == ("magazine.pdf_3", "b")
    assert empty.tables == ()
    assert list(faults(document)) == []
    first, second = document.tables
    assert grid(first) == [(0, 0, 1, 1, "a"), (0, 1, 1, 1, "b"), (1, 0, 1, 2, "c & d")]
    assert first.header_rows == 1
    assert first.parts[0].box.to_list() == [10, 20, 110, 70]
    assert second.shape == (3, 3)
    assert [(t.role, t.text) for t in document.texts] == [("paragraph", "Some text."), ("note", "note")]
    assert (document.pages[0].width, document.pages[0].height) == (800, 1000)


def test_latex_tables():
    cells = [(c.row, c.col, c.row_span, c.col_span, c.text) for c in latex_cells(TABULAR)]
    assert cells == [
        (0, 0, 2, 1, "Item"),
        (0, 1, 1, 2, "50% of $x_{1}$"),
        (1, 1, 1, 1, "a & b"),
        (1, 2, 1, 1, "cd"),
        (2, 0, 1, 1, "one two"),
        (2, 1, 1, 1, "1"),
        (2, 2, 1, 1, ""),
    ]
    rows = r"\multicolumn{2}{c}{\multirow[c]{2}*{A}} & b \\ \multicolumn{2}{c}{} & c"
    block = rf"\begin{{tabular}}{{cc}}{rows}\end{{tabular}}"
    assert [(c.row, c.col, c.row_span, c.col_span, c.text) for c in latex_cells(block)] == [
        (0, 0, 2, 2, "A"),
        (0, 2, 1, 1, "b"),
        (1, 2, 1, 1, "c"),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not exactly one tabular"),
        (r"\begin{tabular}{c}\begin{tabular}{c}a\end{tabular}\end{tabular}", "not exactly one tabular"),
        (r"\begin{tabular}{c a \end{tabular}", "unbalanced"),
        (r"\begin{tabular}{c}\multirow{2}{*}{a}\\b\end{tabular}", r"\(1, 0\) is covered twice"),
        (r"\begin{tabular}{c}\multicolumn{x}{c}{a}\end{tabular}", "multicolumn over 'x'"),
        (r"\begin{tabular}{c}\multicolumn 2{c}{a}\end{tabular}", "expected in latex"),
    ],
)
def test_latex_that_is_no_table_is_refused(body, reason):
    with pytest.raises(InputError, match=reason):
        latex_cells(body)


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ({}, "the file is of type dict, not list"),
        ([7], r"\[0\]: an object expected"),
        ([page(width="8")], r"\[0\]: page_info.width is no size"),
        ([page(image_path=None)], r"\[0\]: image_path is of type NoneType"),
        ([page(region(html="<table></table>"))], r"\[0\]: layout_dets\[0\]: table 1: has no cells"),
        ([page(region())], r"\[0\]: layout_dets\[0\]: the table has neither html nor latex"),
        ([page(region(html="x"))], "html has 0 tables"),
        ([page(region(html="<table><tr><td>a</table>", poly=[1, 2, 3]))], "poly must be a list of 8 numbers"),
    ],
)
def test_omnidocbench_refuses_by_name(tmp_path, pages, reason):
    path = omni(tmp_path / "o.json", pages)
    with pytest.raises(InputError, match=reason) as caught:
        list(omnidocbench.read(path))
    assert caught.value.name == str(path)


def test_the_registry_has_every_reader_under_its_name():
    assert list(READERS) == ["pubtabnet", "fintabnet", "scitsr", "icdar2013", "wtw", "omnidocbench"]
    for name, read in READERS.items():
        assert read.__module__ == f"crossfoot.datasets.readers.{name}"


# Importing -------------------------------------------------------------------------------


def test_a_data_set_becomes_a_set_of_fixtures(tmp_path):
    pdf(tmp_path / "data/ADS/2007/page_61.pdf")
    path = lines(tmp_path / "data/f.jsonl", fin(), fin(table_id=4), fin(filename="gone.pdf"), "{", fin())
    count, refusals = import_set("fintabnet", path, tmp_path / "set", licence="CDLA-Permissive-1.0")
    assert count == 2
    assert [(r.file, r.address) for r in refusals] == [
        ("f.jsonl", "gone-3"),
        ("f.jsonl", "line 4"),
        ("f.jsonl", "ADS-2007-page_61-3"),
    ]
    assert check(tmp_path / "set") == ()
    first, second = load_set(tmp_path / "set").fixtures
    assert (first.id, second.id) == ("ADS-2007-page_61-3", "ADS-2007-page_61-4")
    assert first.source == second.source
    assert first.document == second.document
    assert (first.licence, first.extra["made_by"]) == ("CDLA-Permissive-1.0", "fintabnet")
    assert first.load().source.sha256 == first.sha256
    with pytest.raises(OutputError, match="already"):
        import_set("fintabnet", path, tmp_path / "set", licence="x")


def test_an_import_stops_where_it_is_told_or_has_nothing(tmp_path):
    for number in range(3):
        Image.new("L", (100, 40)).save(tmp_path / f"{number}.png")
    path = lines(tmp_path / "a.jsonl", *(entry(filename=f"{number}.png") for number in range(3)))
    assert import_set("pubtabnet", path, tmp_path / "set", licence="x", limit=2) == (2, ())
    assert check(tmp_path / "set") == ()
    with pytest.raises(InputError, match=r"no entry that can be used.*0: its source"):
        import_set("pubtabnet", path, tmp_path / "other", licence="x", sources=tmp_path / "nowhere")
    with pytest.raises(OptionsError, match="there are pubtabnet, fintabnet"):
        import_set("pubtabnets", path, tmp_path / "third", licence="x")
