"""The benchmark of arithmetic: every figure by numbers that were counted by hand."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crossfoot.arithmetic.options import ArithmeticOptions
from crossfoot.cli import app
from crossfoot.datasets.disclosure.building import Made
from crossfoot.datasets.disclosure.compose import Recipe, draw_disclosure
from crossfoot.datasets.disclosure.irregular import without_level, without_part
from crossfoot.datasets.fixtures.manifest import Fixture
from crossfoot.datasets.synthesize import Order
from crossfoot.datasets.typesetting.equations import Print
from crossfoot.document import Correction, Document, Equation, Problem, Reading, Table, Term
from crossfoot.errors import InputError
from crossfoot.eval import benchmark
from crossfoot.eval.arithmetic import both_seeds
from crossfoot.eval.arithmetic_figures import ALL, WRONG_PROVEN, Figure, figures, find
from crossfoot.eval.arithmetic_judging import Task, judge
from crossfoot.eval.arithmetic_page import page_html, reliability_plot
from crossfoot.eval.arithmetic_reading import Kept
from crossfoot.eval.arithmetic_reading import find as find_kept
from crossfoot.eval.arithmetic_records import FixtureScore
from crossfoot.eval.arithmetic_worst import worst
from crossfoot.eval.metrics.reliability import bins, calibration_error
from crossfoot.eval.metrics.shares import upper_bound, wilson
from hypothesis import given
from hypothesis import strategies as st
from judged_documents import changed, document, table, without_row
from typer.testing import CliRunner

ROWS = [
    ["科目", "合计", "基本支出", "项目支出"],
    ["201 一般公共服务支出", "1,204.50", "1,000.00", "204.50"],
    ["20103 政府办公厅", "1,204.50", "1,000.00", "204.50"],
    ["208 社会保障和就业支出", "300.25", "300.25", "0.00"],
    ["221 住房保障支出", "95.00", "95.00", ""],
    ["合计", "1,599.75", "1,395.25", "204.50"],
]
KIND = "budget.general_public_expenditure"
CORRECTION = Correction((1,), 3.0)


def summed(col: int, number: int = 1, **more: Any) -> Equation:
    terms = tuple(Term("t1", row, col) for row in (1, 3, 4))
    return Equation(number, "sum", "law", "total_row", Term("t1", 5, col), terms, **more)


def truth_of(
    rows: Sequence[Sequence[str]] = ROWS,
    misprints: Sequence[dict[str, Any]] = (),
    ruling: str = "full",
    size: float = 9.0,
    equations: Sequence[Equation] = (summed(1, holds=True),),
) -> Document:
    labels = {
        "style": {"ruling": ruling, "size": size, "font": "AR PL UMing"},
        "sizes": {},
        "misprints": misprints,
    }
    return document(
        table(rows, kind=KIND, header_rows=1), equations=tuple(equations), extra={"labels": labels}
    )


def misprint(row: int, col: int, printed: str, meant: str, kind: str = "wrong_total") -> dict[str, Any]:
    where = [{"table": "t1", "row": row, "col": col}]
    return {"kind": kind, "where": where, "printed": [printed], "meant": [meant]}


def read_as(result: Table, row: int, col: int, text: str, state: str | None = None, **more: Any) -> Table:
    """The table with a cell that was read as `text` by every step, unless told otherwise."""
    reading = Reading(
        more.pop("first", text), 0.9, "ppocr", more.pop("choices", ()), more.pop("attempts", ())
    )
    return changed(result, row, col, text=text, state=state, reading=reading, **more)


def scored(
    truth: Document, result: Table, damage: str = "office", name: str = "a", **more: Any
) -> FixtureScore:
    fixture = Fixture(f"{name}-{damage}", Path("a.pdf"), Path("a.json"), "x", damage, "benchmark", "0", name)
    task = Task(fixture, Kept(Path("a.json"), "digest", 6.0), ArithmeticOptions())
    read = document(result)
    return judge(truth, read, document(result, **more), task, seconds=0.5)


def figure(scores: Sequence[FixtureScore], name: str, profile: str = ALL) -> Figure:
    found = find(list(figures(scores)), name, profile)
    assert found is not None, name
    return found


def counts(scores: Sequence[FixtureScore], name: str, profile: str = ALL) -> tuple[int | None, int | None]:
    found = figure(scores, name, profile)
    return found.count, found.of


PLAIN = table(ROWS, header_rows=1)


def test_exact_amounts_are_counted_by_sort_of_cell_and_ruling() -> None:
    result = read_as(PLAIN, 1, 1, "1,204.60")
    result = read_as(result, 2, 1, "1,204.5O")
    result = changed(result, 3, 3, text="8.00")
    result = changed(result, 4, 3, text="—")
    ruled, other = scored(truth_of(), result), scored(truth_of(ruling="three_line"), PLAIN, name="b")
    scores = [ruled, other]
    assert counts(scores, "amounts exact, ruled") == (11, 13)
    assert counts(scores, "read as another amount, ruled") == (1, 13)
    assert counts(scores, "zeros exact, ruled") == (0, 1)
    assert counts(scores, "blanks exact, ruled") == (0, 1)
    assert counts(scores, "amounts exact, other rulings") == (13, 13)
    assert counts(scores, "blanks exact, other rulings") == (1, 1)
    assert counts(scores, "dashes exact, other rulings") == (0, 0)


@pytest.mark.parametrize(
    ("size", "dpi", "name"),
    [(9.0, 200.0, ">=10 px"), (12.0, 85.0, "8-10 px"), (9.0, 85.0, "<8 px"), (10.5, 100.0, "8-10 px")],
)
def test_digits_are_classed_by_their_height_on_the_scan(size: float, dpi: float, name: str) -> None:
    # 0.68 of the type size: 17.0, 9.6, 7.2 and 9.9 pixels
    truth = truth_of(size=size)
    pages = tuple(replace(page, scan=replace(page.scan, dpi=dpi)) for page in truth.pages)
    score = scored(replace(truth, pages=pages), PLAIN)
    assert counts([score], f"exact, digits {name}, ruled") == (13, 13)


def test_a_photograph_shows_digits_smaller_than_its_paper_has_them() -> None:
    truth = truth_of()
    half = ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))  # the page is twice the scan
    small = replace(truth, pages=tuple(replace(page, from_scan=half) for page in truth.pages))
    heights = [scored(each, PLAIN).cases[0].height for each in (truth, small)]
    assert heights == pytest.approx([17.0, 8.5])


def test_a_lost_row_costs_addresses_but_no_claim_is_held_against_another_row() -> None:
    full = read_as(PLAIN, 5, 1, "1,599.75", "proven")
    score = scored(truth_of(), without_row(full, 2))
    assert counts([score], "amounts exact, ruled") == (3, 13)  # those of the first row
    assert counts([score], "exact where rows align, ruled") == (10, 13)
    assert counts([score], WRONG_PROVEN) == (0, 1)


def test_corrections_are_right_wrong_or_spoil() -> None:
    result = read_as(PLAIN, 1, 1, "1,204.50", "corrected", first="1,204.60", correction=CORRECTION)
    result = read_as(result, 5, 1, "1,599.70", "corrected", first="1,599.10", correction=CORRECTION)
    result = read_as(result, 1, 2, "1,006.00", "corrected", first="1,000.00", correction=CORRECTION)
    scores = [scored(truth_of(), result)]
    assert counts(scores, "wrong corrections") == (2, 3)
    assert figure(scores, "wrong corrections").met is False
    assert counts(scores, "right corrections") == (1, 3)
    assert counts(scores, "right readings spoiled") == (1, 3)
    assert counts(scores, WRONG_PROVEN) == (2, 3)


def test_repairs_are_counted_of_misread_amounts_that_an_equation_of_the_truth_holds() -> None:
    choices = (("300.26", -0.1), ("300.25", -3.0))
    result = read_as(PLAIN, 1, 1, "1,204.50", "corrected", first="1,204.60", correction=CORRECTION)
    result = read_as(result, 3, 1, "300.26", "disputed", choices=choices)
    result = read_as(result, 4, 1, "96.00", "unchecked")
    result = read_as(result, 2, 2, "1,001.00", "unchecked")  # in no equation
    scores = [scored(truth_of(), result)]
    assert counts(scores, "repaired, of misread and covered") == (1, 3)
    assert figure(scores, "repaired, of misread and covered").met is False
    assert counts(scores, "repaired, of misread") == (1, 4)
    assert counts(scores, "truth among alternatives, of misread and covered") == (1, 3)
    assert counts(scores, "disputed, of misread and covered") == (1, 3)


def test_a_misprint_that_is_corrected_away_counts_against_the_program() -> None:
    rows = [list(row) for row in ROWS]
    rows[5][1] = "1,599.57"
    truth = truth_of(
        rows, [misprint(5, 1, "1,599.57", "1,599.75", "swapped_digits")], equations=[summed(1, holds=False)]
    )
    mended = read_as(table(rows), 5, 1, "1,599.75", "corrected", first="1,599.57", correction=CORRECTION)
    told = read_as(table(rows), 5, 1, "1,599.57", "disputed")
    for result, away, noticed in ((mended, (1, 1), (0, 1)), (told, (0, 0), (1, 1))):
        scores = [scored(truth, result)]
        assert counts(scores, "misprints corrected away") == away
        assert counts(scores, "reported, of misprints that break an equation") == noticed
        assert counts(scores, "wrong corrections") == away
    assert worst([scored(truth, mended)])[0].sort == "wrong correction"


def test_misprints_that_break_no_equation_are_counted_apart() -> None:
    planted = [misprint(2, 2, "1,000.00", "1,000.01"), misprint(5, 1, "1,599.75", "1,599.74")]
    truth = truth_of(misprints=planted, equations=[summed(1, holds=False)])
    scores = [scored(truth, read_as(PLAIN, 2, 2, "1,000.00", "disputed"))]
    assert counts(scores, "reported, of misprints that break an equation") == (0, 1)
    assert counts(scores, "reported, of all misprints") == (1, 2)
    assert [bad.sort for bad in worst(scores)] == ["misprint not noticed"]


def test_a_problem_of_its_own_sort_reports_what_is_no_amount() -> None:
    truth = truth_of(misprints=[misprint(5, 1, "1,599.75", "1,599.75", "wrong_formula")])
    for code, noticed in (("formula_misprinted", (1, 1)), ("context_contradicts", (0, 1))):
        problem = Problem("warning", code, "27 = 1 + 3", where="t1")
        scores = [scored(truth, PLAIN, problems=(problem,))]
        assert counts(scores, "reported, of all misprints") == noticed


def test_disputes_are_of_misprints_of_misreadings_or_for_nothing() -> None:
    rows = [list(row) for row in ROWS]
    rows[5][1] = "1,599.57"
    truth = truth_of(rows, [misprint(5, 1, "1,599.57", "1,599.75")], equations=[summed(1, holds=False)])
    result = read_as(table(rows), 5, 1, "1,599.57", "disputed")
    result = read_as(result, 4, 1, "96.00", "disputed")
    result = read_as(result, 3, 1, "300.25", "disputed")  # right, beside the misprint
    result = read_as(result, 2, 2, "1,000.00", "disputed")  # right, and in no equation
    scores = [scored(truth, result)]
    name = "disputed amounts that are misread or misprinted"
    assert counts(scores, name) == (2, 4)
    assert figure(scores, name).met is True
    assert counts(scores, "… misprinted") == (1, 4)
    assert counts(scores, "… misread") == (1, 4)
    assert counts(scores, "… beside a misprint") == (1, 4)
    assert [bad.sort for bad in worst(scores)] == ["disputed for nothing"] * 2


def test_documents_without_an_error_must_have_no_disputes() -> None:
    doubted = scored(truth_of(), read_as(PLAIN, 1, 1, "1,204.50", "disputed"))
    quiet = scored(truth_of(), PLAIN, name="b")
    misread = scored(truth_of(), read_as(PLAIN, 1, 1, "1,204.60", "disputed"), name="c")
    name = "documents without any error that have disputes"
    assert counts([doubted, quiet, misread], name) == (1, 2)
    assert figure([doubted, quiet, misread], name).met is False
    assert figure([quiet, misread], name).met is True


def test_what_is_proven_is_held_against_the_paper_cells_without_partner_too() -> None:
    result = read_as(PLAIN, 1, 1, "1,204.50", "proven")
    result = read_as(result, 4, 3, "7.00", "proven")  # blank on paper
    stray = read_as(table([["", "12.00"]], "t2", page=2), 0, 1, "12.00", "proven")
    fixture = Fixture("a-low", Path("a.pdf"), Path("a.json"), "x", "low", "benchmark", "0", "a")
    task = Task(fixture, Kept(Path("a.json"), "digest", 6.0), ArithmeticOptions())
    both = document(result, stray)
    scores = [judge(truth_of(), both, both, task)]
    assert counts(scores, WRONG_PROVEN) == (2, 3)
    assert counts(scores, f"{WRONG_PROVEN}, zeros apart") == (0, 1)
    assert [bad.sort for bad in worst(scores)] == ["wrong, and called proven"] * 2


def test_the_right_amount_in_a_cell_merged_with_its_neighbour_is_wrong_but_told_apart() -> None:
    stated = read_as(PLAIN, 4, 3, "204.50", "proven")
    cells = (cell for cell in stated.cells if (cell.row, cell.col) != (5, 3))
    merged = tuple(replace(c, row_span=2) if (c.row, c.col) == (4, 3) else c for c in cells)
    score = scored(truth_of(), replace(stated, cells=merged))
    assert counts([score], WRONG_PROVEN) == (1, 1)
    assert counts([score], "… in cells merged with that of the amount") == (1, 1)
    elsewhere = scored(truth_of(), read_as(PLAIN, 4, 3, "204.50", "proven"))
    assert counts([elsewhere], "… in cells merged with that of the amount") == (0, 1)


def test_proven_and_covered_are_shares_of_amounts_in_budgets_and_accounts() -> None:
    result = read_as(PLAIN, 1, 1, "1,204.50", "proven")
    result = read_as(result, 5, 1, "1,599.75", "corrected", first="1,599.15", correction=CORRECTION)
    hint = replace(summed(2, 2), strength="hint")
    office = scored(truth_of(), result, equations=(summed(1), hint))
    fax = scored(truth_of(), result, damage="fax")
    name = "proven or corrected, of amounts in budgets and accounts"
    assert counts([office, fax], name) == (4, 26)
    assert figure([office, fax], name, "office").met is False
    assert figure([office, fax], name, "fax").target is None
    assert counts([office], "in an equation, of amounts in budgets and accounts") == (4, 13)
    assert counts([fax], "in an equation, of amounts in budgets and accounts") == (0, 13)
    assert counts([office], "… in one of the truth's") == (4, 13)


def test_each_step_of_reading_is_counted_by_itself() -> None:
    attempts = (("ppocr", "1,204.60"), ("cell", "1,204.6O"), ("stretched", "1,204.58"))
    result = read_as(
        PLAIN, 1, 1, "1,204.50", "corrected", first="1,204.58", attempts=attempts, correction=CORRECTION
    )
    result = read_as(result, 3, 1, "300.25", attempts=(("ppocr", "3oo.25"), ("cell", "300.25")))
    scores = [scored(truth_of(), result)]
    assert counts(scores, "exact: recogniser") == (11, 13)
    assert counts(scores, "another amount: recogniser") == (1, 13)
    assert counts(scores, "exact: … read as amounts") == (12, 13)
    assert counts(scores, "another amount: … read as amounts") == (0, 13)
    assert counts(scores, "another amount: … doubtful ones again") == (1, 13)
    assert counts(scores, "exact: … and arithmetic") == (13, 13)


def test_equations_of_one_origin_alone_are_judged_over_the_same_amounts() -> None:
    first = read_as(PLAIN, 1, 1, "1,204.60")
    mended = read_as(PLAIN, 1, 1, "1,204.50", "corrected", first="1,204.60", correction=CORRECTION)
    spoiled = read_as(first, 3, 1, "300.20", "corrected", first="300.25", correction=CORRECTION)
    fixture = Fixture("a-low", Path("a.pdf"), Path("a.json"), "x", "low", "benchmark", "0", "a")
    task = Task(fixture, Kept(Path("a.json"), "digest", 6.0), ArithmeticOptions())
    alone = {"total_row": document(mended), "outline": document(spoiled)}
    scores = [judge(truth_of(), document(first), document(mended), task, alone=alone)]
    assert counts(scores, "exact: total_row") == (13, 13)
    assert counts(scores, "right corrections: total_row") == (1, 1)
    assert counts(scores, "exact: outline") == (11, 13)
    assert counts(scores, "another amount: outline") == (2, 13)
    assert counts(scores, "wrong corrections: outline") == (1, 1)


def test_probabilities_are_held_against_shares() -> None:
    result = read_as(PLAIN, 1, 1, "1,204.50", choices=(("1,204.50", -0.015), ("1,204.60", -4.7)))
    result = read_as(result, 3, 1, "300.26", choices=(("300.26", -0.02), ("300.25", -4.2)))
    scores = [scored(truth_of(), result)]
    assert counts(scores, "right, of probability 0.98 and above") == (1, 2)
    assert figure(scores, "mean of probability 0.98 and above").value == pytest.approx(0.98266, abs=1e-5)
    assert figure(scores, "expected calibration error").value == pytest.approx(0.48266, abs=1e-5)
    assert "<circle" in reliability_plot(list(figures(scores)))


def test_seconds_are_of_documents_and_pages() -> None:
    scores = [scored(truth_of(), PLAIN, name=str(number)) for number in range(10)]
    scores = [replace(score, seconds=float(number)) for number, score in enumerate(scores, start=1)]
    found = list(figures(scores))
    words = ("median", "9 of 10", "longest")
    values = [find(found, f"arithmetic, seconds of a core per document: {word}") for word in words]
    assert [value.value for value in values if value] == [5.0, 9.0, 10.0]
    per_page = find(found, "reading, seconds of a core per page: median")
    assert per_page is not None
    assert per_page.value == 2.0  # 6 seconds for 3 pages


def test_bounds_over_both_seeds_add_the_counts_up(tmp_path: Path) -> None:
    scores = [scored(truth_of(), read_as(PLAIN, 1, 1, "1,204.50", "proven"))]
    found = list(figures(scores))
    other = tmp_path / "arithmetic.json"
    saved = {
        "section": "states",
        "name": WRONG_PROVEN,
        "profile": ALL,
        "value": 0.0,
        "count": 0,
        "of": 40_000,
    }
    other.write_text(json.dumps({"figures": [saved | {"met": True}]}), encoding="utf-8")
    (both,) = both_seeds(found, other)
    assert (both.count, both.of, both.met) == (0, 40_001, True)
    assert both.bound == pytest.approx(3 / 40_001, rel=0.01)
    other.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="no figures"):
        both_seeds(found, other)


def test_few_proven_amounts_do_not_meet_a_bound_although_none_is_wrong() -> None:
    score = scored(truth_of(), read_as(PLAIN, 1, 1, "1,204.50", "proven"))
    found = figure([score], WRONG_PROVEN)
    assert (found.count, found.of, found.met) == (0, 1, False)
    assert figure([score], WRONG_PROVEN, "office").target is None


@pytest.mark.parametrize(("count", "of"), [(0, 1), (0, 30_000), (1, 5_000), (3, 17), (9, 9)])
def test_bounds_are_those_of_scipy(count: int, of: int) -> None:
    from scipy.stats import binomtest

    one_sided = binomtest(count, of, alternative="less").proportion_ci(0.95, "exact")
    assert upper_bound(count, of) == pytest.approx(one_sided.high, rel=1e-9)
    interval = binomtest(count, of).proportion_ci(0.95, "wilson")
    assert wilson(count, of) == pytest.approx((interval.low, interval.high), abs=1e-9)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share(case: tuple[int, int]) -> None:
    count, of = case
    low, high = wilson(count, of) or (1.0, 0.0)
    assert 0 <= low <= count / of <= high <= 1
    assert (upper_bound(count, of) or 0) >= count / of


def test_of_nothing_there_is_no_interval() -> None:
    assert wilson(0, 0) is upper_bound(0, 0) is None
    assert calibration_error(bins([])) is None


def test_the_page_escapes_what_it_shows_and_says_what_is_met() -> None:
    from crossfoot.eval.arithmetic import ArithmeticResult
    from crossfoot.eval.hardware import this_machine

    score = replace(scored(truth_of(), PLAIN), damage="<b>")
    result = ArithmeticResult("set", (score,), (), 0, "d" * 64, 1, this_machine())
    page = page_html(result, list(figures(result.scores)))
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    assert "≤ 0 met" in page


def test_what_was_read_of_another_scan_is_not_used_again(tmp_path: Path) -> None:
    fixture = Fixture("a-low", Path("a.pdf"), Path("a.json"), "x", "low", "benchmark", "0" * 64, "a")
    document(PLAIN).save(tmp_path / "a-low.json")
    note = {"sha256": "0" * 64, "digest": "d", "seconds": 3.5}
    (tmp_path / "a-low.read").write_text(json.dumps(note), encoding="utf-8")
    kept = find_kept(fixture, tmp_path)
    assert kept is not None
    assert kept.seconds == 3.5
    assert kept.document().tables == (PLAIN,)
    assert find_kept(replace(fixture, sha256="1" * 64), tmp_path) is None
    (tmp_path / "a-low.read").write_text("{", encoding="utf-8")
    assert find_kept(fixture, tmp_path) is None


@pytest.mark.parametrize("number", range(6))
def test_irregular_tables_assert_nothing_that_they_do_not_print(number: int) -> None:
    entropy = (1, 31, number)
    before = draw_disclosure("a", entropy, Recipe(misprints=0.0))
    after = draw_disclosure("a", entropy, Recipe(misprints=0.0, irregular=1.0))
    assert sum(t.shape[0] for t in after.tables) <= sum(t.shape[0] for t in before.tables)
    assert not after.misprints
    printed = Print(after)
    for relation in after.relations:
        residual = printed.residual(relation)
        if residual is not None:
            off = residual if relation.relation == "at_most" else abs(residual)
            assert off <= relation.tolerance, relation


def test_some_documents_are_irregular_and_published_ones_stay_as_they_were() -> None:
    plain = [draw_disclosure("a", (1, 31, n), Recipe(misprints=0.0)) for n in range(6)]
    thinned = [draw_disclosure("a", (1, 31, n), Recipe(misprints=0.0, irregular=1.0)) for n in range(6)]
    assert sum(a != b for a, b in zip(plain, thinned, strict=True)) >= 3
    assert [draw_disclosure("a", (1, 31, n), Recipe(misprints=0.0, irregular=0.0)) for n in range(6)] == plain


def made_tree() -> Made:
    """201 over 20101 and 20103, of which 20103 is over two items; one column of amounts."""
    from crossfoot.datasets.content import At, CellContent, ColumnContent, RelationContent, TableContent

    codes = ["201", "20101", "20103", "2010301", "2010302"]
    values = ["9.00", "2.00", "7.00", "4.00", "3.00"]
    cells = tuple(
        CellContent(row, col, text=text, amount=Decimal(text) if col else None)
        for row, texts in enumerate(zip(codes, values, strict=True))
        for col, text in enumerate(texts)
    )
    columns = (ColumnContent("code"), ColumnContent("amount"))

    def adds(total: int, *rows: int) -> RelationContent:
        terms = tuple((At("t", row, 1), Decimal(1)) for row in rows)
        tolerance = Decimal("0.005") * (len(rows) + 1)
        return RelationContent("sum", "law", "code_tree", At("t", total, 1), terms, tolerance)

    return Made(TableContent("t", KIND, cells, columns, 0), (adds(0, 1, 2), adds(2, 3, 4)))


def test_a_sum_reaches_through_a_level_that_is_left_out() -> None:
    left = without_level(made_tree(), 2)
    (relation,) = left.relations
    assert [cell.text for cell in left.table.cells if cell.col == 0] == ["201", "20101", "2010301", "2010302"]
    assert [(term.row, int(factor)) for term, factor in relation.terms] == [(1, 1), (2, 1), (3, 1)]  # type: ignore[union-attr]
    assert relation.tolerance == Decimal("0.020")


def test_nothing_adds_up_to_what_lacks_a_part() -> None:
    left = without_part(made_tree(), 4)
    assert [relation.total.row for relation in left.relations] == [0]  # type: ignore[union-attr]


def test_the_sets_have_misprints_in_a_fifth_and_begin_with_whole_documents() -> None:
    for name in ("arithmetic", "arithmetic-held-out"):
        order = benchmark.load(name).order
        recipes = [order.recipe_of(number) for number in range(order.count)]
        assert [recipe.misprints for recipe in recipes[:5]] == [0.0, 0.0, 1.0, 0.0, 0.0]
        assert [bool(recipe.kinds) for recipe in recipes[:3]] == [False, False, True]
        assert sum(recipe.misprints for recipe in recipes) / len(recipes) == pytest.approx(0.2, abs=0.04)
    assert Order(count=3).recipe_of(0) == Recipe()
    seeds = [benchmark.load(name).seed for name in benchmark.names()]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("option", [["--arithmetic-only"], ["--limit", "3"], ["--no-origins"]])
def test_options_of_arithmetic_are_refused_for_other_benchmarks(option: list[str], tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["benchmark", "layout-quick", "--out", str(tmp_path), *option])
    assert answer.exit_code == 2
    assert "arithmetic" in answer.stderr
    assert not any(tmp_path.iterdir())
