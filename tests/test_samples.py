"""The committed samples: scans without text, whose truth agrees with the scan and with arithmetic."""

import hashlib
import io
import re
import sys
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from crossfoot import amounts
from crossfoot.datasets import samples
from crossfoot.datasets.damage.scan import Look, image_pdf, scan
from crossfoot.datasets.sheets import sheet as sheets
from crossfoot.datasets.sheets import typeset
from crossfoot.document import Document
from crossfoot.errors import EngineError, InputError, MissingInput
from PIL import Image, ImageFont

FOLDER = Path(__file__).parents[1] / "samples"
NAMES = sorted(samples.LOOKS)
KINDS = {
    "budget-2020-summary": ["budget.revenue_expenditure_summary"],
    "budget-2020-basic": ["budget.basic_expenditure"],
    "final-2020-summary": ["final.revenue_expenditure_summary"],
    "final-2020-expenditure": ["final.expenditure"],
    "project-application": ["performance.project_target"] * 2,
}
SHAPES = {
    "budget-2020-summary": [(38, 6)],
    "budget-2020-basic": [(36, 3)],
    "final-2020-summary": [(33, 6)],
    "final-2020-expenditure": [(38, 8)],
    "project-application": [(17, 4), (2, 4)],
}
MAX_BYTES = 400_000
RULING = 40  # grey levels by which the faintest ruling is darker than the paper
PERSONAL = ("负责人", "联系人", "填报人", "经办人", "电话")


@cache
def truth(name):
    return Document.load(FOLDER / f"{name}.json")


@cache
def pixels(name):
    with pdfium.PdfDocument(FOLDER / f"{name}.pdf") as pdf:
        (image,) = pdf[0].get_objects()
        grey = image.get_bitmap().to_pil().convert("L")
    return np.asarray(grey)


def table(name, index=0):
    return truth(name).tables[index]


def value(cell):
    return Decimal(0) if cell.amount is None else cell.amount


def rows(name, key, col, index=0):
    """Amounts in column `col` by the text in column `key`, below the header; a repeated label keeps all."""
    grid = table(name, index)
    found = defaultdict(list)
    for row in range(grid.header_rows, grid.shape[0]):
        found[grid.cell_at(row, key).text].append(value(grid.cell_at(row, col)))
    return found


def one(found, label):
    (amount,) = found[label]
    return amount


# The files ------------------------------------------------------------------------------


def test_every_sheet_is_a_sample_and_every_sample_a_sheet():
    assert {p.stem for p in sheets.TABLES.iterdir()} == set(NAMES)
    assert {p.name for p in FOLDER.iterdir() if p.suffix in (".pdf", ".json")} == {
        f"{name}.{suffix}" for name in NAMES for suffix in ("pdf", "json")
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_one_small_page_that_is_an_image_only(name):
    data = (FOLDER / f"{name}.pdf").read_bytes()
    assert len(data) <= MAX_BYTES
    with pdfium.PdfDocument(data) as pdf:
        assert len(pdf) == 1
        assert [o.type for o in pdf[0].get_objects()] == [pdfium_c.FPDF_PAGEOBJ_IMAGE]
        assert pdf[0].get_textpage().count_chars() == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_truth_names_its_scan(name):
    document = truth(name)
    assert document.source.name == f"{name}.pdf"
    assert document.source.sha256 == hashlib.sha256((FOLDER / f"{name}.pdf").read_bytes()).hexdigest()
    (page,) = document.pages
    assert pixels(name).shape == (page.scan.height, page.scan.width)
    assert document.status == "ok"
    with pdfium.PdfDocument(FOLDER / f"{name}.pdf") as pdf:
        rendered = pdf[0].render(scale=page.scan.dpi / 72)
        assert (rendered.width, rendered.height) == (page.scan.width, page.scan.height)


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_are_those_of_the_sheet(name):
    tables, sheet = truth(name).tables, sheets.load(name)
    assert [t.kind for t in tables] == KINDS[name]
    assert [t.shape for t in tables] == SHAPES[name]
    for grid, labelled in zip(tables, sheet.tables, strict=True):
        assert [(c.row, c.col, c.text, c.header) for c in grid.cells] == [
            (c.row, c.col, c.text, c.header) for c in labelled.cells
        ]
        texts = {text.id: text for text in truth(name).texts}
        assert [texts[note].text for note in grid.notes] == list(labelled.notes)
        assert {texts[note].role for note in grid.notes} <= {"note"}


@pytest.mark.parametrize("name", NAMES)
def test_amounts_are_what_the_text_says(name):
    for grid in truth(name).tables:
        for cell in grid.cells:
            parsed = amounts.parse(cell.text)
            if cell.amount is not None:
                assert parsed is not None
                assert (parsed.value, str(parsed.value)) == (cell.amount, str(cell.amount))
                assert (cell.unit, cell.year, cell.stage) == ("万元", 2020, grid.stage)
                assert not cell.header
            elif parsed is not None:  # a code, a line number or a column number
                role = grid.columns[cell.col].role
                assert cell.header or role in ("code", "line_number"), cell


@pytest.mark.parametrize("name", NAMES)
def test_no_person_and_no_telephone(name):
    document = truth(name)
    texts = [c.text for t in document.tables for c in t.cells] + [t.text for t in document.texts]
    for text in texts:
        assert not re.search(r"(?<![\d.])(\d{8}|\d{11})(?!\d)|\d{3,4}[-－]\d{7,8}", text), text
    for grid in document.tables:
        for cell in grid.cells:
            if cell.text.endswith(PERSONAL):
                assert grid.cell_at(cell.row, cell.col + cell.col_span).text == ""


# Where things stand ---------------------------------------------------------------------


def edges(box):
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    return zip(corners, corners[1:] + corners[:1], strict=True)


def darkest(name, points):
    """The darkest grey level within a pixel and a half of each point of the upright page."""
    to_scan = np.linalg.inv(np.array(truth(name).pages[0].from_scan))
    x, y = to_scan[:2] @ np.vstack([points.T, np.ones(len(points))])
    near = [
        pixels(name)[np.floor(y + dy).astype(int), np.floor(x + dx).astype(int)]
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    ]
    return np.min(near, axis=0)


@pytest.mark.parametrize("name", NAMES)
def test_every_edge_of_every_cell_lies_on_a_ruling(name):
    paper = np.median(pixels(name))
    for grid in truth(name).tables:
        for cell in grid.cells:
            assert len(cell.parts) == 1
            for start, end in edges(cell.box):
                points = np.linspace(start, end, 40)
                assert (darkest(name, points) < paper - RULING).mean() > 0.97, cell


@pytest.mark.parametrize("name", NAMES)
def test_neighbouring_cells_share_their_edges(name):
    for grid in truth(name).tables:
        lefts, tops = defaultdict(set), defaultdict(set)
        for cell in grid.cells:
            lefts[cell.col].add(cell.box.left)
            lefts[cell.cols.stop].add(cell.box.right)
            tops[cell.row].add(cell.box.top)
            tops[cell.rows.stop].add(cell.box.bottom)
        for positions in (*lefts.values(), *tops.values()):
            assert max(positions) - min(positions) < 0.05


@pytest.mark.parametrize("name", NAMES)
def test_ink_is_in_cells_that_have_text_and_in_no_other(name):
    paper = np.median(pixels(name))
    for grid in truth(name).tables:
        for cell in grid.cells:
            box = cell.box
            x, y = np.meshgrid(
                np.arange(box.left + 4, box.right - 4, 2), np.arange(box.top + 4, box.bottom - 4, 2)
            )
            inside = darkest(name, np.column_stack([x.ravel(), y.ravel()]))
            assert (inside < paper - 2 * RULING).any() == bool(cell.text), cell


# What adds up ---------------------------------------------------------------------------
# The sheets hold no contradiction: every sum below is exact, so a slip in transcription shows.


@pytest.mark.parametrize(
    ("name", "code", "columns"),
    [("budget-2020-basic", 0, [2]), ("final-2020-expenditure", 0, [2, 3, 4])],
)
def test_codes_add_up(name, code, columns):
    for col in columns:
        found = {key: found_[0] for key, found_ in rows(name, code, col).items() if key.isdigit()}
        parents = {key: [k for k in found if len(k) == len(key) + 2 and k.startswith(key)] for key in found}
        assert sum(map(bool, parents.values())) >= 3
        for key, children in parents.items():
            assert not children or found[key] == sum(found[k] for k in children), (key, col)
        total = table(name).header_rows
        assert value(table(name).cell_at(total, col)) == sum(a for k, a in found.items() if len(k) == 3)


def test_expenditure_is_the_sum_of_its_columns():
    grid = table("final-2020-expenditure")
    for row in range(grid.header_rows, grid.shape[0]):
        first, *others = (value(grid.cell_at(row, col)) for col in range(2, 8))
        assert first == sum(others)


def test_printed_formulas_hold_in_the_final_summary():
    line = {}
    for key, col in ((1, 2), (4, 5)):
        line |= {int(k): found[0] for k, found in rows("final-2020-summary", key, col).items()}
    assert list(line) == list(range(1, 61))
    assert line[27] == sum(line[n] for n in range(1, 9))
    assert line[30] == line[27] + line[28] + line[29]
    assert line[57] == sum(line[n] for n in range(31, 57))
    assert line[60] == line[57] + line[58] + line[59] == line[30]


def test_the_summary_shows_the_classes_of_the_expenditure_table():
    summary = rows("final-2020-summary", 3, 5)
    grid = table("final-2020-expenditure")
    codes = [row for row in range(grid.shape[0]) if re.fullmatch(r"\d{3}", grid.cell_at(row, 0).text)]
    detail = {grid.cell_at(row, 1).text: value(grid.cell_at(row, 2)) for row in codes}
    classes = {label.partition("、")[2]: found[0] for label, found in summary.items() if "、" in label}
    assert detail == {label: amount for label, amount in classes.items() if amount}
    assert len(detail) == 6


def test_the_budget_summary_balances():
    revenue, classes = rows("budget-2020-summary", 0, 1), rows("budget-2020-summary", 4, 5)
    total = one(revenue, "收入总计")
    assert total == one(revenue, "本年收入合计") == one(revenue, "一、财政拨款（补助）")
    assert total == sum(found[0] for label, found in classes.items() if label[:3].isdigit())
    assert total == one(classes, "支出功能科目总计") == one(classes, "本年功能科目支出合计")
    economic = rows("budget-2020-summary", 2, 3)
    assert total == one(economic, "支出总计") == one(economic, "一、经济分类")
    basic, project = one(economic, "其中：基本支出"), one(economic, "其中：部门项目支出")
    assert total == basic + project
    assert [sum(part) for part in zip(*(economic[k] for k in _SPENT), strict=True)] == [total, basic]
    assert project == economic["经常性项目"][0] + economic["其他项目"][0]


_SPENT = ("工资福利性支出", "商品和服务支出", "对个人和家庭的补助支出")


def test_basic_expenditure_is_that_of_the_summary():
    economic, detail = rows("budget-2020-summary", 2, 3), rows("budget-2020-basic", 0, 2)
    assert one(economic, "其中：基本支出") == value(table("budget-2020-basic").cell_at(1, 2))
    assert [economic[k][1] for k in _SPENT] == [one(detail, code) for code in ("301", "302", "303")]


def test_the_application_asks_for_what_its_sources_give():
    sources = rows("project-application", 1, 3)
    numbered = sum(found[0] for label, found in sources.items() if re.match(r"\d\. ", label))
    form, costs = table("project-application"), table("project-application", 1)
    budget = [c.amount for c in form.cells if c.row == 6 and c.amount is not None]
    assert budget == [one(sources, "合计")] * 2 == [numbered] * 2 == [costs.cell_at(1, 1).amount] * 2


def test_the_font_that_tests_draw_with_is_small_and_licensed():
    fonts = Path(__file__).parent / "fonts"
    font = ImageFont.truetype(fonts / "crossfoot-test-serif.otf", 20)
    assert font.getname() == ("Crossfoot Test Serif", "Regular")
    assert (fonts / "crossfoot-test-serif.otf").stat().st_size < 100_000
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text(encoding="utf-8")
    missing = font.getmask("\U0010ffff").getbbox()
    for letter in "单位万元合计（一般公共服务）、，0123456789,.-%":
        assert font.getmask(letter).getbbox() not in (None, missing), letter


# The makers -----------------------------------------------------------------------------


def test_cells_go_where_a_browser_puts_them():
    (cells,) = sheets.parse_tables(
        '<table><tr><th rowspan="2">a</th><th colspan="2">b &amp; c</th></tr>'
        '<tr><td>d</td><td class="amount">1</td></tr></table>'
    )
    assert [(c.row, c.col, c.text) for c in cells] == [(0, 0, "a"), (0, 1, "b & c"), (1, 1, "d"), (1, 2, "1")]
    assert [c.style for c in cells] == ["", "", "", "amount"]


def test_a_sheet_that_contradicts_itself_is_refused(tmp_path):
    about = 'year = 2020\nstage = "budget"\nunit = "元"\norganization = ""\nsize = 9\n'
    about += '[[tables]]\nkind = "other"\n'
    (tmp_path / "s.html").write_text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>")
    with pytest.raises(MissingInput):
        sheets.load("s", tmp_path)
    (tmp_path / "s.toml").write_text(about + 'columns = [["name", 10], ["amount", 10]]\n')
    with pytest.raises(InputError, match="do not fill"):
        sheets.load("s", tmp_path)
    (tmp_path / "s.toml").write_text(about + 'columns = [["nonsense", 10]]\n')
    with pytest.raises(InputError, match="nonsense"):
        sheets.load("s", tmp_path)


def blank_pdf(paper=(255, 255, 255)):
    buffer = io.BytesIO()
    Image.new("RGB", (90, 120), paper).save(buffer, "JPEG")
    return image_pdf(buffer.getvalue(), 90, 120, 72, colour=True)


@pytest.mark.parametrize("look", [Look(dpi=72), Look(dpi=100, skew=-0.9, paper=(250, 246, 238))])
def test_a_scan_depends_on_its_seed_alone(look):
    first, again, other = (scan(blank_pdf(), look, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.pdf != other.pdf
    assert first.from_scan == other.from_scan
    assert (first.width, first.height) == (90 * look.dpi / 72, pytest.approx(120 * look.dpi / 72, abs=1))


def test_looks_are_fixed_for_seed_0_and_drawn_for_others():
    assert samples.look_of("budget-2020-basic") == samples.LOOKS["budget-2020-basic"]
    assert samples.look_of("budget-2020-basic", dpi=150, skew=0.0).skew == 0.0
    drawn = [samples.look_of(name, seed) for name in NAMES for seed in (1, 2)]
    assert len(set(drawn)) == len(drawn)
    assert drawn == [samples.look_of(name, seed) for name in NAMES for seed in (1, 2)]


def test_what_typesetting_needs_is_named_when_missing(monkeypatch):
    sheet = sheets.load("budget-2020-basic")
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(EngineError) as missing:
        typeset.typeset(sheet, samples.SERIF)
    assert "crossfoot[synthesis]" in missing.value.remedy
    bare = SimpleNamespace(Fonts=lambda: SimpleNamespace(families=list))
    monkeypatch.setitem(sys.modules, "typst", bare)
    with pytest.raises(EngineError) as missing:
        typeset.typeset(sheet, samples.SERIF)
    assert "fonts-noto-cjk" in missing.value.remedy
