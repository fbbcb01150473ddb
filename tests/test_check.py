"""Sums of tables that people already have: the same equations from every format, and what is said of them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import crossfoot
import pytest
from crossfoot import cli, summary
from crossfoot.document import (
    Box,
    Cell,
    Document,
    Equation,
    Mention,
    Problem,
    Reading,
    SourceInfo,
    Table,
    Term,
)
from crossfoot.errors import MissingInput
from crossfoot.export import states
from crossfoot.export.csv import write_csv
from crossfoot.export.equations import Places, failing, rounded
from crossfoot.export.html import page_html, pages_html
from crossfoot.export.states import counts, marked
from crossfoot.export.xlsx import write_xlsx
from crossfoot.layout.roles import describe
from crossfoot.sheets import checking
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FINAL, BASIC = SAMPLES / "final-2020-expenditure.json", SAMPLES / "budget-2020-basic.json"
HOSTILE = '=cmd|"<b>&\x1b[31m'


def spoiled(document: Document, old: str, new: str) -> Document:
    """The document with one amount printed wrongly."""
    table = document.tables[0]
    cells = [
        replace(c, text=new, amount=Decimal(new.replace(",", ""))) if c.text == old else c
        for c in table.cells
    ]
    assert sum(a != b for a, b in zip(cells, table.cells, strict=True)) == 1
    return replace(document, tables=(replace(table, cells=tuple(cells)), *document.tables[1:]))


@pytest.fixture
def wrong() -> Document:
    """Real accounts whose grand total of basic expenditure has one wrong digit."""
    return spoiled(Document.load(FINAL), "4,922.56", "4,992.56")


@pytest.fixture
def sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences that say where they belong, and something that would do harm."""

    class Explainer:
        def __init__(self, _: Document, language: str = "en") -> None:
            self.language = language

        def sentence(self, table: str, row: int, col: int) -> str:
            return f"{self.language}: {table} {row} {col} {HOSTILE}"

    def explain(document: Document, table: str, row: int, col: int, language: str = "en") -> str:
        return Explainer(document, language).sentence(table, row, col)

    module = ModuleType("crossfoot.arithmetic.explain")
    module.explain = explain  # type: ignore[attr-defined]
    module.Explainer = Explainer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)


def said(document: Document) -> set[Any]:
    """The equations, whatever their order, their evidence and what the tables are called."""
    return {
        (
            (e.relation, e.holds, e.residual, e.total.row, e.total.col),
            frozenset((t.row, t.col, t.factor) for t in e.terms),
        )
        for e in document.equations
    }


# The call ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["budget-2020-basic", "budget-2020-summary", "final-2020-expenditure"])
def test_every_format_gives_the_same_equations_and_states(name: str, tmp_path: Path) -> None:
    document = Document.load(SAMPLES / f"{name}.json")
    table = document.tables[0]
    (tmp_path / "t.html").write_text(pages_html(document)[0], "utf-8")
    (tmp_path / "t.xlsx").write_bytes(write_xlsx(document))
    (tmp_path / "t.csv").write_bytes(write_csv(table))
    (tmp_path / "g.csv").write_bytes(write_csv(table).decode("utf-8-sig").encode("gb18030"))
    expected = crossfoot.check(SAMPLES / f"{name}.json")

    assert len(expected.equations) > 3
    assert counts(expected.tables)["proven"] > 20
    for source in (
        *(tmp_path / n for n in ("t.html", "t.xlsx", "t.csv", "g.csv")),
        table,
        [table.to_pandas()],
    ):
        found = crossfoot.check(source)
        assert said(found) == said(expected), source
        assert counts(found.tables) == counts(expected.tables), source


def test_a_wrong_total_is_disputed_and_never_changed(wrong: Document) -> None:
    found = crossfoot.check(wrong)
    (before,), (after,) = wrong.tables, found.tables

    assert [(c.text, c.amount) for c in after.cells] == [(c.text, c.amount) for c in before.cells]
    assert "4,992.56" in [c.text for c in after.cells if c.state == "disputed"]
    assert counts(found.tables)["corrected"] == 0
    assert {abs(e.residual or 0) for e in failing(found)} == {Decimal("70.00")}
    assert all(c.correction is None for c in after.cells)


def test_alternatives_of_earlier_readings_correct_nothing(wrong: Document) -> None:
    table = wrong.tables[0]
    tempting = Reading("4,992.56", 0.6, "ppocr", (("4,992.56", -0.7), ("4,922.56", -0.71)))
    cells = tuple(replace(c, reading=tempting) if c.text == "4,992.56" else c for c in table.cells)
    found = crossfoot.check(replace(wrong, tables=(replace(table, cells=cells),)))

    assert counts(found.tables)["corrected"] == 0
    assert "4,922.56" not in [cell.text for cell in found.tables[0].cells]


def test_states_are_computed_anew_and_problems_not_said_twice(wrong: Document) -> None:
    once = crossfoot.check(wrong)
    twice = crossfoot.check(once)

    assert once.problems
    assert [p.message for p in twice.problems] == [p.message for p in once.problems]
    assert [e.id for e in twice.equations] == [e.id for e in once.equations]
    assert counts(twice.tables) == counts(once.tables)


def test_check_of_one_file_has_its_name_and_content_and_of_objects_none(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_bytes(write_csv(Document.load(BASIC).tables[0]))

    assert crossfoot.check(str(tmp_path / "表.csv")).source.name == "表.csv"
    assert len(crossfoot.check(tmp_path / "表.csv").source.sha256) == 64
    assert crossfoot.check(BASIC).source == Document.load(BASIC).source
    table = Table("t1", (1, 1), (Cell(0, 0, text="1.00"),))
    assert crossfoot.check({"收入": table}).tables[0].id == "收入"
    with pytest.raises(MissingInput):
        crossfoot.check("none.csv")


def test_options_reach_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    options = crossfoot.ArithmeticOptions(origins=frozenset({"code_tree"}))
    found = crossfoot.check(BASIC, options)

    assert {e.origin for e in found.equations} == {"code_tree"}


def test_reading_tables_loads_neither_ocr_nor_solver() -> None:
    code = f"import crossfoot, sys; crossfoot.check({str(BASIC)!r}); print(*sys.modules)"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert {"onnxruntime", "paddleocr", "cv2", "openpyxl"}.isdisjoint(done.stdout.split())


# Equations in words -----------------------------------------------------------------------


def words() -> Document:
    cells = [
        Cell(0, 0, text="项目", header=True), Cell(0, 1, text="基本\n支出", header=True),
        Cell(1, 0, text="合计"), Cell(1, 1, text="10.00", amount=Decimal("10.00"), state="disputed"),
        Cell(2, 0, text="工资"), Cell(2, 1, text="(3.00)", amount=Decimal("-3.00"), state="proven"),
        Cell(3, 0, text="津贴"), Cell(3, 1, text="", state=None),
        Cell(4, 0, text="其他"), Cell(4, 1, text="-1.00", amount=Decimal("-1.00"), state="unchecked"),
    ]  # fmt: skip
    columns = (crossfoot.document.Column("name"), crossfoot.document.Column("amount"))
    table = Table("t1", (5, 2), tuple(cells), header_rows=1, columns=columns)
    one = Decimal(1)
    equations = (
        Equation(
            1, "sum", "law", "total_row", Term("t1", 1, 1),
            (Term("t1", 2, 1), Term("t1", 3, 1), Term("t1", 4, 1, factor=-one)),
            residual=Decimal("12.00"), holds=False, reason="合计 covers\nthe rows",
        ),
        Equation(2, "at_most", "hint", "outline", Term("t1", 2, 1), (Term("t1", 1, 1),), holds=True),
        Equation(
            3, "equal", "usual", "narrative", Term(mention="m1"), (Term("t1", 1, 1, factor=Decimal(10000)),),
            residual=Decimal(-5), holds=False,
        ),
        Equation(4, "ratio", "usual", "ratio", Term("t9", 7, 7), (Term("t1", 99, 1), Term("t1", 1, 1))),
    )  # fmt: skip
    mention = Mention("m1", 1, Box(0, 0, 1, 1), "99995元", Decimal(99995), "元", "收入总计")
    return Document(SourceInfo("a", "0" * 64, 1), tables=(table,), equations=equations, mentions=(mention,))


def test_an_equation_is_told_with_amounts_as_printed() -> None:
    document = words()
    places = Places(document)
    first, limit, mention, odd = document.equations

    assert places.formula(first) == "10.00 = (3.00) + blank − (-1.00)"
    assert places.sentence(first) == (
        "t1 (1, 1) [合计, 基本 支出]: 10.00 = (3.00) + blank − (-1.00) does not hold, off by +12.00"
        " (合计 covers the rows) [total_row]"
    )
    assert places.formula(first, 1) == "10.00 = (3.00) … and 2 more"
    assert places.addresses(first) == "t1 (1, 1) = t1 (2, 1) + t1 (3, 1) − t1 (4, 1)"
    assert places.formula(limit) == "(3.00) ≤ 10.00"
    assert places.sentence(mention).startswith(
        "m1 [收入总计]: 99995元 = 10000 × 10.00 does not hold, off by −5"
    )
    assert places.formula(odd) == "? = ? / 10.00"
    assert " / " in places.addresses(odd)
    assert [e.id for e in failing(document)] == [1, 3]


# Exports ----------------------------------------------------------------------------------


def test_pages_show_states_reasons_and_what_fails(sentences: None) -> None:
    document = words()
    (page,) = pages_html(document)

    assert (
        '<td class="amount disputed" data-state="disputed" title="en: t1 1 1 =cmd|&quot;&lt;b&gt;&amp;[31m">'
        in page
    )
    assert '<span data-state="disputed">disputed 有矛盾: 1</span>' in page
    assert '[data-state="disputed"] { background:' in page
    assert page.count("<li>") == 2
    assert "off by +12.00" in page
    assert "<b>" not in page
    (table,) = document.tables
    silent = page_html(replace(table, cells=tuple(replace(c, state=None) for c in table.cells)))
    assert "legend" not in silent.partition("</style>")[2]
    assert "<ul" not in silent


def test_a_page_with_states_reads_back_as_the_same_table(
    sentences: None, tmp_path: Path, wrong: Document
) -> None:
    found = crossfoot.check(wrong)
    (tmp_path / "t.html").write_text(pages_html(found)[0], "utf-8")
    (tmp_path / "t.xlsx").write_bytes(write_xlsx(found))
    for name in ("t.html", "t.xlsx"):
        again = crossfoot.check(tmp_path / name)
        assert [c.text for c in again.tables[0].cells] == [c.text for c in found.tables[0].cells]
        assert said(again) == said(found)
        assert len(again.tables) == 1  # the sheet of equations is none


def test_notes_stand_below_their_table_and_are_read_back(tmp_path: Path) -> None:
    document = Document.load(FINAL)
    texts = {text.id: text.text for text in document.texts}
    notes = [texts[note] for note in document.tables[0].notes]
    (page,) = pages_html(document)
    (tmp_path / "t.html").write_text(page, "utf-8")
    back = crossfoot.check(tmp_path / "t.html")

    assert notes
    assert [t.text for t in back.texts if t.id in back.tables[0].notes] == notes
    assert {e.origin for e in back.equations} == {e.origin for e in crossfoot.check(FINAL).equations}


def test_workbooks_list_equations_and_explain_cells(sentences: None, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(write_xlsx(words()))
    book = load_workbook(path)
    sheet, equations = book["t1"], book["Equations"]

    assert HOSTILE.replace("\x1b", "") in sheet["B2"].comment.text
    assert sheet["B3"].comment is None
    rows = list(equations.iter_rows(values_only=True))
    assert rows[0][:4] == ("id", "relation", "strength", "origin")
    assert rows[1] == (
        1, "sum", "law", "total_row", "t1 (1, 1) 合计, 基本 支出", "10.00 = (3.00) + blank − (-1.00)",
        "t1 (1, 1) = t1 (2, 1) + t1 (3, 1) − t1 (4, 1)", "12.00", "0", "no", "合计 covers\nthe rows",
    )  # fmt: skip
    assert [row[9] for row in rows[1:]] == ["no", "yes", "no", None]
    assert all(cell.data_type != "f" for row in equations.iter_rows() for cell in row)
    overview = list(book["Tables"].iter_rows(values_only=True))
    assert overview[0][-6:] == (*states.STATES, "organization")
    assert overview[1][-6:] == (1, 0, 1, 1, 0, None)


def test_the_worst_comes_first_and_only_so_many_are_explained(sentences: None) -> None:
    cells = tuple(Cell(row, 0, text="1", state="corrected" if row == 3 else "disputed") for row in range(4))
    table = Table("t1", (4, 1), cells)
    equations = tuple(
        Equation(n, "equal", "law", "balance", Term("t1", n, 0), (), residual=Decimal(gap), holds=False)
        for n, gap in enumerate((5, -70, 60))
    )
    document = Document(SourceInfo("a", "", 1), tables=(table,), equations=equations)
    found, total = marked(document)

    assert [item.cell.row for item in found] == [1, 2, 0, 3]
    assert found[0].gap == 70
    assert found[0].line() == f"t1 (1, 0): en: t1 1 0 {HOSTILE}"
    assert [item.cell.row for item in marked(document, limit=2)[0]] == [1, 2]
    assert total == marked(document, limit=2)[1] == 4


# The commands -----------------------------------------------------------------------------


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli.app, [str(a) for a in arguments], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def wrong_file(wrong: Document, tmp_path: Path) -> Path:
    path = tmp_path / "wrong.json"
    wrong.save(path)
    return path


def test_exports_say_what_they_do_not_explain(
    wrong: Document, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = crossfoot.check(wrong)
    number = counts(found.tables)["disputed"]
    whole = pages_html(found)[0]
    monkeypatch.setattr(states.marked, "__kwdefaults__", {**states.marked.__kwdefaults__, "limit": 0})
    (tmp_path / "t.xlsx").write_bytes(write_xlsx(found))
    said = f"{number} of {number} corrected or disputed amounts are not explained here"

    assert number
    assert "not explained" not in whole
    assert said in pages_html(found)[0]
    assert said in [cell.value for cell in load_workbook(tmp_path / "t.xlsx").worksheets[0]["B"]]


def test_a_rate_within_its_digits_is_no_sum_that_misses() -> None:
    (table,) = words().tables
    rate = Equation(
        1, "ratio", "law", "ratio", Term("t1", 1, 1), (Term("t1", 2, 1),), residual=Decimal("0.004")
    )
    near = replace(rate, id=2, relation="sum")
    equations = tuple(replace(e, holds=True) for e in (rate, near))
    document = replace(words(), tables=(table,), equations=equations)
    assert [e.id for e in rounded(document)] == [2]


def test_check_prints_states_and_a_sentence_per_failing_equation(sentences: None, wrong_file: Path) -> None:
    code, out, err = run("check", wrong_file)

    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if line.startswith("  fails: ")]
    assert len(lines) == len(failing(crossfoot.check(wrong_file)))
    assert any("4,992.56 = " in line and "off by +70.00" in line for line in lines)
    assert "amounts: " in out
    assert "equation_fails" not in out
    header = next(line for line in out.splitlines() if line.startswith("id"))
    assert header.split() == [
        "id", "title", "amounts", "proven", "disputed", "unchecked", "equations", "failing",
    ]  # fmt: skip


def test_sums_that_hold_within_rounding_only_are_told(tmp_path: Path) -> None:
    rows = ["项目,一季度,二季度,合计", "甲,1.21,2.32,3.53", "乙,4.15,3.27,7.42", "合计,5.37,5.59,10.95"]
    (tmp_path / "t.csv").write_text("\n".join(rows), "utf-8")
    out = run("check", tmp_path / "t.csv")[1]
    found = json.loads(run("check", tmp_path / "t.csv", "--json")[1])["inputs"][0]

    # The first sum of 合计 misses by 0.01, and so its row does.
    assert found["equations"]["failing"] == 0
    assert found["equations"]["rounded"] == len(found["rounded"]) == 2
    assert "2 hold within rounding only" in out
    assert (
        "  rounded: t1 (3, 1) [合计, 一季度]: 5.37 = 1.21 + 4.15 holds within rounding, off by +0.01" in out
    )


def test_require_no_disputed_ends_a_build(sentences: None, wrong_file: Path) -> None:
    code, _, err = run("check", wrong_file, "--require", "no-disputed", "-q")
    assert code == 4
    assert err.startswith("crossfoot: no-disputed: not met, ")
    assert run("check", BASIC, "--require", "no-disputed", "-q") == (0, "", "")
    assert run("check", wrong_file, "-q") == (0, "", "")
    assert run("check", BASIC, "--require", "all-proven")[0] == 2


def test_json_of_check_counts_and_names_what_is_disputed(sentences: None, wrong_file: Path) -> None:
    code, out, _ = run("check", wrong_file, BASIC, "none.csv", "--json", "--require", "no-disputed")
    value = json.loads(out)
    first, second, third = value["inputs"]

    assert code == value["exit_code"] == 4
    assert first["states"]["disputed"] == len(first["disputed"]) > 0
    assert first["disputed"][0]["text"] == "4,992.56"
    assert first["equations"]["failing"] == len(first["failing"]) > 0
    assert second["states"]["disputed"] == second["equations"]["failing"] == 0
    assert second["tables"][0]["states"]["proven"] == second["states"]["proven"] > 20
    assert (third["status"], third["problems"][0]["message"]) == ("failed", "no such file")


def test_a_bad_file_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xff\0")
    code, out, err = run("check", tmp_path / "a.csv", BASIC)

    assert code == 4
    assert err.count("\n") == 1
    assert "a.csv: is neither UTF-8 nor GB18030" in err
    assert "budget-2020-basic.pdf" in out


def test_an_error_names_the_sheet_and_the_cell_and_the_file_once(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "收支"
    book.active.append(["合计", "=1+1"])
    book.save(tmp_path / "f.xlsx")
    (tmp_path / "d.json").write_text("[" * 9, "utf-8")

    _, _, err = run("check", tmp_path / "f.xlsx", tmp_path / "d.json")
    first, second = err.splitlines()
    assert first.startswith(f"crossfoot: {tmp_path / 'f.xlsx'}: sheet 收支, cell B1: a formula that was")
    assert second.startswith(f"crossfoot: {tmp_path / 'd.json'}: not JSON")


def test_results_of_check_are_those_of_digitize(sentences: None, wrong_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("check", wrong_file, "-o", out, "-q")[0] == 0
    (folder,) = out.iterdir()

    assert {"document.json", "tables.xlsx", "cells.parquet", "tables"} == {p.name for p in folder.iterdir()}
    written = Document.load(folder / "document.json")
    assert written == crossfoot.check(wrong_file)
    assert 'data-state="disputed"' in (folder / "tables/t1.html").read_text("utf-8")
    assert set(written.tables[0].to_pandas("state").to_numpy().ravel()) >= {"proven", "disputed"}


@pytest.mark.parametrize("given", ["document.json", "copy.json"])
def test_check_keeps_what_digitize_left_unless_it_is_told_to(
    wrong: Document, tmp_path: Path, given: str
) -> None:
    name = Path(wrong.source.name).stem
    folder = tmp_path / "out" / name
    (folder / "overlay").mkdir(parents=True)
    wrong.save(folder / "document.json")
    wrong.save(tmp_path / "copy.json")
    before = (folder / "document.json").read_bytes()
    file = folder / given if given == "document.json" else tmp_path / given
    if given == "copy.json":
        (folder / "overlay/page-001.png").write_bytes(b"picture")

    code, _, err = run("check", file, "-o", tmp_path / "out", "-q")
    assert code == 4
    assert "holds what digitize read" in err
    assert "--force" in err
    assert (folder / "document.json").read_bytes() == before
    assert run("check", file, "-o", tmp_path / "out", "-q", "--force")[0] == 0
    assert Document.load(folder / "document.json") == crossfoot.check(tmp_path / "copy.json")
    assert not list((folder / "overlay").glob("*"))  # pictures would show other states


def test_results_of_check_are_replaced_by_those_of_the_next(tmp_path: Path) -> None:
    for _ in range(2):
        assert run("check", BASIC, "-o", tmp_path, "-q")[0] == 0


def test_what_is_no_amount_among_amounts_is_told(tmp_path: Path) -> None:
    lines = [
        "项目,一,二",
        "甲,1.00,2.00",
        "乙,12.3.4,5.00",
        "丙,2.00,#REF!",
        "丁,5.00元,1.00",
        "合计,9.00,9.00",
    ]
    (tmp_path / "t.csv").write_text("\n".join(lines), "utf-8")
    found = [p for p in crossfoot.check(tmp_path / "t.csv").problems if p.code == "amount_unreadable"]

    assert [p.message for p in found] == [
        "t1 (2, 1): '12.3.4' is no amount, nor are 2 more cells of the table"
    ]


def test_arithmetic_that_failed_once_is_no_problem_when_it_works(wrong: Document) -> None:
    failed = Problem("error", "stage_failed", "no memory", stage="arithmetic")
    limited = Problem("warning", "limit_reached", "too many", stage="arithmetic.outline")
    damaged = Problem("error", "page_unreadable", "cut off", 2, "source")
    once = crossfoot.check(replace(wrong, status="partial", problems=(failed, limited)))
    other = crossfoot.check(replace(wrong, status="partial", problems=(failed, damaged)))

    assert (once.status, {p.stage for p in once.problems}) == ("ok", {"arithmetic.reconcile"})
    assert (other.status, damaged in other.problems, failed in other.problems) == ("partial", True, False)


def test_explain_lists_what_asks_for_attention(sentences: None, tmp_path: Path) -> None:
    words().save(tmp_path / "document.json")

    assert run("explain", tmp_path) == (0, 't1 (1, 1): en: t1 1 1 =cmd|"<b>&\\x1b[31m\n', "")
    code, out, _ = run("explain", tmp_path / "document.json", "--all", "--lang", "zh")
    assert code == 0
    assert sorted(line.partition(": zh")[0] for line in out.splitlines()) == [
        "t1 (1, 1)", "t1 (2, 1)", "t1 (4, 1)",
    ]  # fmt: skip
    assert run("explain", tmp_path, "--table", "t1", "--cell", "2,1")[1].startswith("en: t1 2 1")
    assert run("explain", tmp_path, "--cell", " 2 , 1 ")[1].startswith("en: t1 2 1")


def test_explain_says_when_there_is_nothing(sentences: None) -> None:
    assert run("explain", BASIC) == (0, "nothing was corrected, nothing is disputed\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--cell", "2"], 2, "is no row and column"),
        (["--cell", "99,0"], 2, "outside of the 5 × 2 table t1"),
        (["--table", "t7"], 2, "there is no table 't7'; there are t1"),
        (["--lang", "fr"], 2, ""),
    ],
)
def test_explain_refuses_what_is_not_there(
    sentences: None, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    words().save(tmp_path / "document.json")
    found = run("explain", tmp_path, *arguments)
    assert found[0] == code
    assert message in found[2]


def test_the_summary_of_digitize_lists_disputed_amounts(
    sentences: None, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = summary.outcome(words(), given="a.pdf", folder=Path("out/a"), seconds=1.0)
    summary.show(outcome, summary.output_console())
    out = capsys.readouterr().out

    assert "amounts: 1 proven, 0 corrected, 1 disputed, 1 unchecked; 4 equations, 2 fail" in out
    assert "  disputed: t1 (1, 1): en: t1 1 1" in out
    assert "\x1b[31m" not in out


def test_only_what_arithmetic_says_is_said_anew() -> None:
    assert set(crossfoot.document.PROBLEM_CODES) >= checking._SAID_ANEW
    assert set(states.STATE_NAMES) == set(states.STATES)


def test_what_is_disputed_is_explained_with_its_page_and_address(wrong_file: Path, tmp_path: Path) -> None:
    run("check", wrong_file, "-o", tmp_path / "out", "-q")
    (folder,) = (tmp_path / "out").iterdir()
    (english,) = run("explain", folder)[1].splitlines()
    (chinese,) = run("explain", folder, "--lang", "zh")[1].splitlines()

    assert english.startswith("page 1, t1 (3, 3): ")
    assert chinese.startswith("第1页，t1 (3, 3): ")
    assert all("4,992.56" in line and "70.00" in line for line in (english, chinese))
    comment = load_workbook(folder / "tables.xlsx").worksheets[1]["D4"].comment.text
    assert english.removeprefix("page 1, t1 (3, 3): ") == comment


def test_a_folder_of_results_stands_for_its_document(wrong_file: Path, tmp_path: Path) -> None:
    run("check", wrong_file, "-o", tmp_path / "out", "-q")
    (folder,) = (tmp_path / "out").iterdir()
    assert run("check", folder)[1].splitlines()[1:4] == run("check", wrong_file)[1].splitlines()[1:4]
    assert "is a folder without a document.json" in run("check", tmp_path)[2]


def test_a_sum_that_accuses_nobody_is_told_and_is_a_contradiction(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("项目,金额\n合计,3.50\n工资,1.50\n津贴,2.10\n", "utf-8")
    code, out, err = run("check", tmp_path / "t.csv", "-o", tmp_path / "out", "--require", "no-disputed")
    assert code == 4
    assert "0 amounts disputed, 1 equation failing" in err
    assert "3.50 = 1.50 + 2.10 does not hold" in out
    assert "3.50 = 1.50 + 2.10 does not hold" in run("explain", tmp_path / "out" / "t")[1]


def test_results_of_digitize_are_as_exact_as_any_file() -> None:
    """Doubts of a recogniser are not those of a file: a right sum proves all its amounts."""
    texts = [["项目", "金额"], ["合计", "350.50"], ["工资", "150.25"], ["津贴", "200.25"]]
    cells = tuple(
        Cell(r, c, text=text, reading=Reading(text, 0.6, "ppocr", ((text, -0.5), ("1.00", -1.0))))
        for r, row in enumerate(texts)
        for c, text in enumerate(row)
    )
    found = crossfoot.check(describe(Table("t1", (4, 2), cells)))
    assert [c.state for c in found.tables[0].cells if c.amount is not None] == ["proven"] * 3
