"""A document judged as a whole."""

import math
import pickle
from dataclasses import dataclass, replace

import pytest
from crossfoot.document import Box, Document, KindGuess, Table, TablePart
from crossfoot.eval.judging import judge, judge_tables
from crossfoot.eval.metrics.kinds import Kinds
from crossfoot.eval.scores import Scores
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_documents import changed, document, place, table, without_places, without_row

A = table([["科目", "合计"], ["一般", "12.00"], ["外交", "0.00"]], kind="budget.revenue", top=0)
B = table([["项目", "金额"], ["甲", "1.00"], ["乙", "—"], ["丙", ""]], "t2", kind="budget.project", top=600)
TRUTH = document(A, B)

ERRORS = {"misread", "misread_aligned", "characters", "characters_raw", "characters_outside"}
ERRORS |= {"false_tables", "invented", "proven_wrong", "corrections_wrong"}


@dataclass(frozen=True)
class Found:
    table: Table
    page: int | None = 1
    box: Box | None = None
    frame: tuple[int, int] | None = None


def assert_perfect(scores: Scores) -> None:
    for name, value in scores.values().items():
        if value is not None:
            assert value == (0.0 if name in ERRORS else 1.0), name


texts = st.sampled_from(["", "0.00", "1.00", "—", "甲", "4,804.64", "(3.00)", "45%"])
grids = st.integers(1, 4).flatmap(
    lambda cols: st.lists(st.lists(texts, min_size=cols, max_size=cols), min_size=1, max_size=5)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(grids, max_size=3))
def test_a_document_judged_against_itself_is_perfect(tables: list[list[list[str]]]) -> None:
    same = document(*(table(rows, f"t{i}", top=400 * i) for i, rows in enumerate(tables)))
    score = judge(same, same)
    assert_perfect(score.scores)
    assert len(score.tables) == len(tables)
    assert all(t.overlap == 1.0 for t in score.tables)


@settings(max_examples=40, deadline=None)
@given(grids, st.data())
def test_errors_never_raise_the_score(rows: list[list[str]], data: st.DataObject) -> None:
    truth = table(rows)
    result, last = truth, judge(document(truth), document(truth)).scores.values()
    for at in data.draw(
        st.lists(st.sampled_from(truth.cells), unique_by=lambda c: (c.row, c.col), max_size=4)
    ):
        result = changed(result, at.row, at.col, text="囗" + at.text)
        now = judge(document(truth), document(result)).scores.values()
        for name in ("amounts", "amounts_raw", "zeros", "blanks", "dashes", "teds", "teds_raw", "grits_con"):
            assert now[name] <= last[name] + 1e-9, name  # type: ignore[operator]
        assert now["characters"] >= last["characters"]  # type: ignore[operator]
        last = now


@settings(max_examples=60, deadline=None)
@given(grids, grids)
def test_alignment_never_costs_an_amount_and_no_figure_leaves_its_range(
    rows: list[list[str]], others: list[list[str]]
) -> None:
    truth = table(rows)
    box = truth.parts[0].box
    result = replace(table(others), parts=(TablePart(1, box),))  # the same place, another grid
    scores = judge(document(truth), document(result)).scores
    assert scores.detection.found == 1
    assert scores.aligned.exact >= scores.amounts.exact
    for name, value in scores.values().items():
        assert value is None or (math.isfinite(value) and value >= 0), name
        assert value is None or value <= 1 or name in ERRORS, name


def test_a_missed_table_scores_nothing_and_loses_its_amounts() -> None:
    score = judge(TRUTH, document(A))
    values = score.scores.values()
    assert values["teds"] == values["teds_structure"] == values["grits_con"] == 0.5
    assert values["detection_recall"] == values["detection_strict"] == 0.5
    assert values["adjacency_precision"] == 1.0
    assert values["adjacency_recall"] < 0.5  # type: ignore[operator]
    assert [t.result is None for t in score.tables] == [False, True]
    assert score.tables[1].scores.amounts.lost == 1


def test_an_invented_table_costs_precision() -> None:
    extra = table([["a", "7.00"], ["b", "8.00"]], "t9", page=2)
    score = judge(TRUTH, document(A, B, extra))
    values = score.scores.values()
    assert values["detection_precision"] == pytest.approx(2 / 3)
    assert values["adjacency_precision"] < 1.0  # type: ignore[operator]
    assert (values["false_tables"], values["invented"]) == (1.0, 2.0)
    assert [piece.source_id for piece in score.invented] == ["t9"]


def test_the_scores_of_tables_add_up_to_those_of_the_document() -> None:
    score = judge(TRUTH, document(without_row(A, 1), B))
    total = sum((t.scores for t in score.tables), Scores())
    assert total.amounts == score.scores.amounts
    assert total.structure == score.scores.structure
    assert score.scores.values()["amounts"] == 0.5
    worst = min(score.tables, key=lambda t: t.scores.structure.teds)
    assert (worst.kind, worst.truth.source_id) == ("budget.revenue", "t1")
    assert worst.result is not None
    assert worst.result.table.shape == (2, 2)


def test_an_empty_result_is_all_missed_and_nothing_is_nan() -> None:
    for truth, result in ((TRUTH, document()), (document(), TRUTH), (document(), document())):
        values = judge(truth, result).scores.values()
        assert all(value is None or math.isfinite(value) for value in values.values())
    assert judge(TRUTH, document()).scores.values()["teds"] == 0.0
    assert judge(document(), document()).scores.values()["teds"] == 1.0


def test_normalised_and_raw_figures_stand_beside_each_other() -> None:
    values = judge(
        TRUTH, document(changed(A, 1, 1, text="１２.００"), changed(B, 1, 0, text="甲 "))
    ).scores.values()
    assert values["teds"] == values["grits_con"] == values["amounts"] == 1.0
    assert values["teds_raw"] < 1.0  # type: ignore[operator]
    assert values["amounts_raw"] == 0.5
    assert values["characters"] == 0.0
    assert values["characters_raw"] > 0.0  # type: ignore[operator]


def test_what_the_truth_or_the_tool_does_not_say_is_not_available() -> None:
    bare = document(
        *(replace(t, kind=None, parts=(), cells=without_places(t).cells) for t in (A, B)), pages=0
    )
    values = judge(bare, TRUTH).scores.values()
    for name in ("kinds_f1", "detection_strict", "grits_loc", "joined", "proven", "misprints", "coverage_99"):
        assert values[name] is None, name
    assert values["teds"] == values["detection_recall"] == 1.0  # matched by content
    values = judge_tables(TRUTH, [Found(without_places(A)), Found(without_places(B))]).scores.values()
    assert values["characters_outside"] is values["proven"] is values["joined"] is None
    assert values["teds"] == values["amounts"] == 1.0


def test_kinds_are_judged_over_the_tables_that_were_found() -> None:
    said = replace(B, kind=None, kinds=(KindGuess("budget.revenue", 0.9),))
    kinds = judge(TRUTH, document(A, said)).scores.kinds
    assert kinds is not None
    assert kinds.confusion == (
        ("budget.project", "budget.revenue", 1),
        ("budget.revenue", "budget.revenue", 1),
    )
    assert kinds.macro_f1 == pytest.approx((0 + 2 / 3) / 2)
    assert kinds.accuracy == 0.5
    unkind = document(*(replace(t, kind=None) for t in (A, B)))
    silent = judge(TRUTH, unkind).scores
    assert silent.values()["kinds_f1"] is None
    # In a set in which other documents have kinds, one without any is wrong rather than left out.
    both = (silent + judge(TRUTH, TRUTH).scores).values()["kinds_f1"]
    assert both == pytest.approx(2 / 3)
    assert judge(TRUTH, document(A, replace(B, kind=None))).scores.kinds == Kinds.of(
        [("budget.revenue", "budget.revenue"), ("budget.project", "")]
    )


def test_the_macro_average_weighs_kinds_and_not_tables() -> None:
    kinds = Kinds.of([("a", "a")] * 98 + [("b", "a"), ("b", "b")])
    assert kinds.macro_f1 == pytest.approx((2 * 98 / (98 + 99) + 2 / 3) / 2)
    assert Kinds().macro_f1 == Kinds().accuracy == 1.0
    assert Kinds.of([("a", "")]).macro_f1 == 0.0


def test_boxes_in_another_frame_are_scaled_to_the_scan() -> None:
    half = replace(A, parts=(), cells=tuple(replace(c, parts=()) for c in A.cells))
    box = place(0, 0, 3, 2)
    small = Box(box.left / 2, box.top / 3, box.right / 2, box.bottom / 3)
    for frame, overlap in (((1000, 1000), 1.0), (None, None), ((0, 0), None)):
        score = judge_tables(document(A), [Found(half, 1, small, frame)])
        assert [t.overlap for t in score.tables] == [overlap]


def test_a_tool_that_names_no_page_is_on_the_only_one() -> None:
    box = place(0, 0, 3, 2)
    strange = table([["x", "5.00"]] * 3)
    (found,) = judge_tables(document(A, pages=1), [Found(strange, None, box)]).tables
    assert found.overlap == 1.0
    (found,) = judge_tables(document(A, pages=2), [Found(strange, None, box)]).tables
    assert found.result is None


def test_a_table_over_two_pages_is_judged_on_each() -> None:
    cells = [replace(c, parts=(replace(c.parts[0], page=1 + c.row // 2),)) for c in B.cells]
    parts = tuple(TablePart(page, place(0, 0, 2, 2, top=600 if page == 1 else 660)) for page in (1, 2))
    whole: Document = document(replace(B, cells=tuple(cells), parts=parts))
    score = judge(whole, whole)
    assert [t.truth.page for t in score.tables] == [1, 2]
    assert_perfect(score.scores)
    assert score.scores.joined is not None
    score = judge(whole, document(score.tables[0].truth.table))
    assert score.scores.values()["teds"] == 0.5


def test_scores_travel_between_processes() -> None:
    score = judge(TRUTH, document(A))
    assert pickle.loads(pickle.dumps(score)) == score
