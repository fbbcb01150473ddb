"""The report: complete in one file, safe whatever the documents say, the same each time."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from crossfoot.document import Cell, Document, Table
from crossfoot.errors import OutputError
from crossfoot.eval import running
from crossfoot.eval.figures import FIGURES
from crossfoot.eval.harness import Plan, evaluate
from crossfoot.eval.metrics.alignment import aligned, at_address
from crossfoot.eval.metrics.amounts import Amount, compare_amounts, parsed_amount, stated_amount
from crossfoot.eval.report import bad, plots
from crossfoot.eval.report.comparison import MAX_ROWS, Marks, compare, escaped, legend_html, marked_html
from crossfoot.eval.report.page import page_html
from crossfoot.eval.requirements import parse_requirements
from crossfoot.eval.results import Evaluation
from crossfoot.eval.slices import slices
from crossfoot.eval.tabular import TABLE_COLUMNS, WRONG_AMOUNT_COLUMNS
from hypothesis import given
from hypothesis import strategies as st
from replayed import Replay, make_set, with_cell, without_row

SUMMARY, BASIC = "budget-2020-summary", "budget-2020-basic"
HOSTILE = "<script>alert('x')</script>\"'&\x00\ud800"

Evaluate = Callable[..., Evaluation]


@pytest.fixture
def evaluated(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    """Evaluates two samples, the first of which is read with the changes given."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "inference.onnx").write_bytes(b"")
    monkeypatch.setattr("crossfoot.models.weights.WeightStore.ensure", lambda *_: model)
    folder = make_set(samples, tmp_path / "set", [(SUMMARY, "fax"), (BASIC, "clean")])

    def run(change: Callable[[Document], Document] = lambda d: d, **plan: object) -> Evaluation:
        monkeypatch.setattr(running, "_digitizer", lambda options: Replay({f"{SUMMARY}-fax": change}))
        return evaluate(folder, Plan(workers=0, use_cache=False, cache=None, **plan))  # type: ignore[arg-type]

    return run


def misread(document: Document) -> Document:
    def change(cell: Cell) -> Cell | None:
        return replace(cell, text="9.99", amount=Decimal("9.99")) if cell.amount else None

    return with_cell(document, change)


def hostile(document: Document) -> Document:
    return with_cell(document, lambda cell: replace(cell, text=HOSTILE))


class Page(HTMLParser):
    """Elements and their attributes, and whether every element is closed in turn."""

    VOID = frozenset({"meta", "img", "br", "path", "use"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_page_stands_alone(evaluated: Evaluate) -> None:
    text = page_html(evaluated(misread, against="img2table"))
    page = Page(text)
    assert page.open == []
    assert not page.of("script") + page.of("link") + page.of("iframe")
    assert all((image["src"] or "").startswith("data:image/jpeg;base64,") for image in page.of("img"))
    assert len(page.of("svg")) >= 4
    addresses = set(re.findall(r"https?://[^\s\"'<]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names, not addresses
    (policy,) = [m["content"] for m in page.of("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in (policy or "")
    assert "script-src" not in (policy or "")


def test_what_documents_say_is_text_and_nothing_else(evaluated: Evaluate, tmp_path: Path) -> None:
    found = evaluated(hostile)
    index = found.save_report(tmp_path / "report")
    page = Page(index.read_text(encoding="utf-8"))
    assert page.open == []
    assert not page.of("script")
    assert "&lt;script&gt;alert" in index.read_text(encoding="utf-8")


def test_the_misread_amount_is_shown_beside_its_truth(evaluated: Evaluate) -> None:
    found = evaluated(misread)
    ((judged, row), *others) = bad.worst(found)
    assert (judged.fixture, len(others)) == (f"{SUMMARY}-fax", 0)
    page = Page(bad.bad_tables(found))
    (legend,) = {a["data-mark"] for a in page.of("span")}
    assert legend == "misread"
    marked = [a for t in ("td", "th") for a in page.of(t) if a.get("data-mark")]
    assert [a["data-mark"] for a in marked] == ["misread", "misread"]
    assert marked[1]["title"] == row.wrong[0].truth  # hovering over the result tells what was printed
    (image,) = page.of("img")
    data = base64.b64decode((image["src"] or "").partition(",")[2])
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert max(pixels.shape) <= 1200
    blue, green, red = (pixels[:, :, i].astype(int) for i in range(3))
    assert ((blue - red > 60) & (blue - green > 60)).sum() > 2000  # the grid that was found
    assert ((green - red > 40) & (green - blue > 20)).sum() > 1000  # the border of the truth


def test_the_same_evaluation_gives_the_same_page(evaluated: Evaluate) -> None:
    found = evaluated(misread, against="img2table")
    assert page_html(found) == page_html(found)


def test_only_the_worst_tables_are_shown(evaluated: Evaluate, monkeypatch: pytest.MonkeyPatch) -> None:
    found = evaluated(lambda d: replace(d, tables=()))
    assert len(bad.worst(found)) == 1
    assert bad.worst(found, 0) == []
    assert "No such table." in bad.bad_tables(found)
    perfect = evaluated()
    assert "Every table came out of crossfoot" in bad.bad_tables(perfect)


def test_a_truth_that_has_gone_costs_its_picture_alone(evaluated: Evaluate) -> None:
    found = evaluated(misread)
    found.judged[0].truth.unlink()
    for judged in found.judged:
        judged.truth.unlink(missing_ok=True)
    assert "No such file" in bad.bad_tables(found)


def test_a_picture_that_cannot_be_drawn_does_not_cost_the_report(
    evaluated: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise ValueError("no <matrix>")

    found = evaluated(misread)
    monkeypatch.setattr(bad, "picture", broken)
    assert "no &lt;matrix&gt;" in bad.bad_tables(found)


def test_files_for_other_programs_say_the_same(evaluated: Evaluate, tmp_path: Path) -> None:
    import pandas

    found = evaluated(misread, against="img2table", requirements=parse_requirements("amounts>=1"))
    found.save_report(tmp_path / "report")
    tables = pandas.read_csv(tmp_path / "report" / "tables.csv")
    assert len(tables) == 4
    assert tables[tables.tool == "crossfoot"].amounts_misread.sum() == 1
    wrong = pandas.read_csv(tmp_path / "report" / "wrong_amounts.csv", dtype=str)
    assert set(wrong["read"]) == {"9.99"}
    results = json.loads((tmp_path / "report" / "results.json").read_text(encoding="utf-8"))
    figure = results["scopes"]["all"]["tools"]["crossfoot"]["figures"]["amounts"]
    assert figure["value"] == found.values("crossfoot")["amounts"]
    assert figure["interval"][0] < figure["value"]
    assert results["requirements"][0]["met"] is False
    assert results["scopes"]["all"]["tools"]["crossfoot"]["figures"]["kinds_f1"]["value"] is None


def test_csv_files_have_their_header_without_rows_too(evaluated: Evaluate, tmp_path: Path) -> None:
    found = evaluated()
    found.save_report(tmp_path / "report")
    text = (tmp_path / "report" / "wrong_amounts.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines() == [",".join(WRONG_AMOUNT_COLUMNS)]
    with (tmp_path / "report" / "tables.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert (tuple(rows[0]), len(rows)) == (TABLE_COLUMNS, 3)


def without_boxes(document: Document) -> Document:
    tables = tuple(
        replace(t, parts=(), cells=tuple(replace(c, parts=()) for c in t.cells)) for t in document.tables
    )
    return replace(document, tables=tables)


def test_a_truth_without_boxes_is_shown_by_the_grid_that_was_found(evaluated: Evaluate) -> None:
    whole = evaluated(misread)  # its results last as long as it does
    ((judged, _),) = bad.worst(whole)
    without_boxes(Document.load(judged.truth)).save(judged.truth)
    rows = tuple(replace(row, page=None) for row in judged.tables)
    found = replace(whole, judged=(replace(judged, tables=rows),))
    text = bad.bad_tables(found)
    assert "the truth has no boxes" in text
    assert "1 misread" in text
    assert len(Page(text).of("img")) == 1
    judged = found.judged[0]
    assert judged.result is not None
    without_boxes(Document.load(judged.result)).save(judged.result)
    text = bad.bad_tables(found)
    assert "neither the truth nor the result says where" in text
    assert not Page(text).of("img")


def test_the_report_says_what_its_figures_mean(evaluated: Evaluate) -> None:
    text = page_html(evaluated(misread, against="img2table"))
    assert all(escaped(figure.meaning) in text for figure in FIGURES.values())
    assert "img2table: grid alone" in text
    assert "1.0000 to 1.0000" not in text
    assert "n/a here: " in text
    assert "kinds, macro-F1" in text
    assert "<th>kinds, macro-F1</th>" not in text
    assert "green if crossfoot is better" in text


def test_each_tool_keeps_its_color() -> None:
    svg = plots.curve({"first": [], "second": [(0.5, 0.0), (1.0, 0.1)]}, "x", "y")
    assert plots.TOOL_COLORS[1].lower() in svg.lower()
    assert "first: n/a" in svg
    assert "second" in svg


def test_no_spreadsheet_runs_what_was_read(evaluated: Evaluate, tmp_path: Path) -> None:
    def formula(document: Document) -> Document:
        def change(cell: Cell) -> Cell | None:
            return replace(cell, text='=HYPERLINK("x")', amount=None) if cell.amount else None

        return with_cell(document, change)

    evaluated(formula).save_report(tmp_path / "report")
    data = (tmp_path / "report" / "wrong_amounts.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    (row,) = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert row["read"] == '\'=HYPERLINK("x")'


def test_a_folder_that_cannot_be_made_is_one_clear_error(evaluated: Evaluate, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        evaluated().save_report(tmp_path / "file" / "report")


def grid(*rows: str) -> Table:
    """A table of one-character cells; digits are amounts."""
    cells = tuple(
        Cell(r, c, text=text.strip(), amount=Decimal(text) if text.isdigit() else None)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Table("t", (len(rows), len(rows[0])), cells)


def marks_of(truth: Table, result: Table | None, amount: Amount = stated_amount) -> Marks:
    (piece,) = slices(truth)
    return compare(piece, result, amount)


def line(*cells: tuple[str, str | None]) -> Table:
    """One row of cells, each with its text and its amount."""
    amounts = [None if value is None else Decimal(value) for _, value in cells]
    return Table(
        "t",
        (1, len(cells)),
        tuple(Cell(0, c, text=cells[c][0], amount=amounts[c]) for c in range(len(cells))),
    )


def test_a_lost_row_is_marked_once() -> None:
    truth = grid("ab3", "cd5", "ef7", "gh9")
    marks = marks_of(truth, without_row(truth, 1))
    assert marks.truth == {(1, 0): "absent", (1, 1): "absent", (1, 2): "missing"}
    assert marks.result == {}


def test_marks_tell_what_is_wrong() -> None:
    marks = marks_of(grid("ab3", "cd5", "ef7"), grid("ab4x", "cz5 ", "efz "))
    assert marks.truth == {(0, 2): "misread", (1, 1): "differs", (2, 2): "lost"}
    assert marks.result == {**marks.truth, (0, 3): "extra"}
    assert marks.other == {(0, 2): "3", (1, 1): "d", (2, 2): "7"}
    assert marks_of(grid("ab"), None).truth == {(0, 0): "absent", (0, 1): "absent"}
    assert not marks_of(grid("ab3"), grid("ab3")).used


def test_amounts_are_marked_by_value_and_others_mildly() -> None:
    truth = line(("支出", None), ("23327.91", "23327.91"), ("12", None), ("", None), ("", None))
    read = line(("支出", None), ("23,327.91", "23327.91"), ("13", None), ("章", None), ("0.00", "0"))
    marks = marks_of(truth, read)
    assert marks.truth == {(0, 2): "differs"}  # a line number is no amount, and blanks bear no blame
    assert marks.result == {(0, 2): "differs", (0, 3): "extra", (0, 4): "invented"}
    texts = line(("支出", None), ("23,327.91", None), ("12", None), ("", None), ("7.00", None))
    assert marks_of(truth, texts, parsed_amount).result == {(0, 4): "invented"}
    assert marks_of(truth, texts).truth == {(0, 1): "lost"}  # no amount said where amounts are said


_CELLS = st.sampled_from([("甲", None), ("12", None), ("", None), ("0.00", "0"), ("3.00", "3"), ("3", "3")])
_TABLES = st.integers(1, 3).flatmap(
    lambda cols: st.lists(st.lists(_CELLS, min_size=cols, max_size=cols), min_size=1, max_size=4)
)


@given(_TABLES, _TABLES, st.sampled_from([stated_amount, parsed_amount]))
def test_marks_of_amounts_are_as_many_as_the_figures_count(
    truth: list[list[tuple[str, str | None]]], read: list[list[tuple[str, str | None]]], amount: Amount
) -> None:
    def table(rows: list[list[tuple[str, str | None]]]) -> Table:
        cells = [replace(cell, row=r) for r, row in enumerate(rows) for cell in line(*row).cells]
        return Table("t", (len(rows), len(rows[0])), tuple(cells))

    (piece,), result = slices(table(truth)), table(read)
    marks = compare(piece, result, amount)
    strict, after = (
        compare_amounts(piece, result, f(piece.table, result), amount) for f in (at_address, aligned)
    )
    counts = after if after.exact >= strict.exact else strict
    found = Counter(marks.truth.values())
    assert found["misread"] == counts.misread + counts.zeros_misread
    assert found["misread"] + found["lost"] + found["missing"] == len(counts.wrong)
    assert Counter(marks.result.values())["invented"] == counts.invented


def test_other_spans_are_marked() -> None:
    truth = Table("t", (1, 2), (Cell(0, 0, 1, 2, text="合计"),))
    result = Table("t", (1, 2), (Cell(0, 0, text="合计"), Cell(0, 1)))
    assert marks_of(truth, result).truth == {(0, 0): "spans"}


def test_the_legend_lists_the_marks_used_and_no_others() -> None:
    text = legend_html(frozenset({"misread", "extra"}))
    assert re.findall("data-mark='(.*?)'", text) == ["misread", "extra"]
    assert legend_html(frozenset()) == ""


def test_a_long_table_is_cut_with_its_spans() -> None:
    rows = MAX_ROWS + 30
    cells = (Cell(0, 0, rows, 1, text="x"), *(Cell(r, 1, text=str(r)) for r in range(rows)))
    text = marked_html(Table("t", (rows, 2), cells), {})
    assert f'rowspan="{MAX_ROWS}"' in text
    assert text.count("<tr>") == MAX_ROWS
    assert "30 more rows" in text


def test_plots_are_the_same_each_time_and_take_any_name() -> None:
    def draw() -> list[str]:
        names = ["clean", "$x^{", "复印 &<"]
        return [
            plots.shares(names, {"a": [(0.9, 0.8, 1.0), None, (0.5, None, None)], "b": [None] * 3}, "x"),
            plots.distribution({"a": [0.2, 1.0], "b": []}, "x"),
            plots.curve({"a": [(0.5, 0.0), (1.0, 0.1)], "b": []}, "x", "y"),
            plots.confusion(names, {("clean", "clean"): 3, ("clean", "$x^{"): 1}),
        ]

    first = draw()
    assert first == draw()
    for svg in first:
        page = Page(svg)
        assert page.open == []
        assert svg.startswith("<svg ")
        assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", svg)
    assert "复印 &amp;&lt;" in first[0]
