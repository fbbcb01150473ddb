"""What arithmetic claims of amounts: states, corrections, misprints, and what can be accepted."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.document import Correction, Document, Mention, Problem, Reading, State, Table
from crossfoot.eval.judging import judge
from crossfoot.eval.metrics.risk import Risk
from crossfoot.eval.scores import is_judged, sums_of
from hypothesis import given
from hypothesis import strategies as st
from judged_documents import changed, document, place, table, without_row

ROWS = [
    ["科目", "合计", "基本"],
    ["一般", "12.00", "10.00"],
    ["外交", "3.00", "3.00"],
    ["国防", "0.00", ""],
    ["总计", "15.00", "13.00"],
]
TRUTH = table(ROWS)
CORRECTION = Correction((1,), 3.0)


def claimed(result: Table, row: int, col: int, state: State, confidence: float = 0.9, **values: Any) -> Table:
    text = values.get("text", result.cell_at(row, col).text)
    reading = Reading(values.pop("first", text), confidence, "ppocr")
    return changed(result, row, col, state=state, reading=reading, **values)


def states(result: Table, truth: Document | None = None) -> Any:
    return judge(truth or document(TRUTH), document(result)).scores


def test_without_states_there_is_nothing_to_judge() -> None:
    scores = states(TRUTH)
    assert scores.states is None
    assert scores.misprints is None
    assert not scores.risk.is_ranked
    assert scores.values()["proven"] is scores.values()["coverage_99"] is None


def test_claims_are_held_against_the_paper() -> None:
    result = claimed(TRUTH, 1, 1, "proven")
    result = claimed(result, 1, 2, "proven", text="19.00")
    result = claimed(result, 2, 1, "disputed", text="8.00")
    result = claimed(result, 2, 2, "disputed")
    result = claimed(result, 4, 1, "unchecked")
    counted = states(result).states
    assert (counted.proven, counted.proven_wrong) == (2, 1)
    assert (counted.disputed, counted.disputed_wrong, counted.disputed_misprinted) == (2, 1, 0)
    assert (counted.unchecked, counted.unchecked_wrong, counted.cells) == (1, 0, 5)
    assert counted.proven_wrong_rate.value == 0.5


def test_corrections_are_right_wrong_or_spoil_what_was_right() -> None:
    result = claimed(TRUTH, 1, 1, "corrected", first="12.000.", correction=CORRECTION)
    result = claimed(result, 1, 2, "corrected", first="16.00", text="18.00", correction=CORRECTION)
    result = claimed(result, 2, 1, "corrected", first="3.00", text="8.00", correction=CORRECTION)
    counted = states(result).states
    assert (counted.corrections, counted.corrections_right, counted.corrections_wrong) == (3, 1, 2)
    assert counted.corrections_spoiled == 1
    assert (counted.corrected, counted.corrected_wrong) == (3, 2)


def test_a_lost_row_does_not_make_the_proofs_below_it_wrong() -> None:
    result = without_row(claimed(claimed(TRUTH, 4, 1, "proven"), 4, 2, "proven"), 2)
    counted = states(result).states
    assert (counted.proven, counted.proven_wrong) == (2, 0)


def test_proofs_in_an_invented_table_are_wrong() -> None:
    invented = claimed(table([["a", "1.00"]], "t2", top=900), 0, 1, "proven")
    scores = judge(document(TRUTH), document(claimed(TRUTH, 1, 1, "proven"), invented)).scores
    assert scores.states is not None
    assert (scores.states.proven, scores.states.proven_wrong) == (2, 1)
    assert scores.amounts.invented == scores.detection.false == 1


def misprinted(*where: dict[str, Any], kind: str = "wrong_total", **more: Any) -> Document:
    misprint = {"kind": kind, "where": list(where), "printed": ["15.00"], "meant": ["15.01"]}
    return document(TRUTH, extra={"labels": {"misprints": [misprint]}}, **more)


TOTAL = {"table": "t1", "row": 4, "col": 1}


def test_a_misprint_is_found_where_one_of_its_cells_is_disputed() -> None:
    truth = misprinted({"table": "t1", "row": 1, "col": 1}, TOTAL)
    for state, found in (("disputed", 1), ("unchecked", 0)):
        scores = states(claimed(TRUTH, 4, 1, state), truth)  # type: ignore[arg-type]
        assert scores.misprints.by_kind == (("wrong_total", 1, found),)
        assert scores.states.disputed_misprinted == found


def test_a_misprint_is_found_in_a_row_that_moved() -> None:
    result = without_row(claimed(TRUTH, 4, 1, "disputed"), 2)
    assert states(result, misprinted(TOTAL)).misprints.ratio.value == 1.0


def test_a_problem_that_names_the_cell_or_the_mention_finds_it() -> None:
    proven = claimed(TRUTH, 1, 1, "proven")
    result = document(replace(proven, id="t9"), problems=(problem("t9 (4, 1)"),))
    found = judge(misprinted(TOTAL), result).scores.misprints
    assert found is not None
    assert found.by_kind == (("wrong_total", 1, 1),)
    said = Mention("m4", 2, place(0, 0), "15.00万元", TRUTH.cells[-2].amount or 0, "万元", "总计")  # type: ignore[arg-type]
    truth = misprinted({"mention": "m4"}, mentions=(said,))
    for where, count in (("m1", 1), ("m2", 0)):
        result = document(proven, mentions=(replace(said, id="m1"),), problems=(problem(where),))
        found = judge(truth, result).scores.misprints
        assert found is not None
        assert found.by_kind == (("wrong_total", 1, count),)


def problem(where: str) -> Problem:
    return Problem("warning", "grid_doubtful", "contradicts", where=where)


@pytest.mark.parametrize(
    "where", [{"table": "t7", "row": 1, "col": 1}, {"table": "t1", "row": 99, "col": 0}, {"mention": "m"}, {}]
)
def test_a_label_that_points_nowhere_is_planted_and_not_found(where: dict[str, Any]) -> None:
    scores = states(claimed(TRUTH, 4, 1, "disputed"), misprinted(where))
    assert scores.misprints.by_kind == (("wrong_total", 1, 0),)


def test_a_document_in_which_nothing_was_read_stays_in_the_set() -> None:
    truth = misprinted(TOTAL)
    known = states(claimed(TRUTH, 4, 1, "disputed"), truth)
    failed = judge(truth, document()).scores
    assert (known.values()["misprints"], known.values()["coverage_99"]) == (1.0, 1.0)
    assert failed.values()["misprints"] is failed.values()["coverage_99"] is None
    both = (known + failed).values()
    assert (both["misprints"], both["coverage_99"]) == (0.5, 0.5)
    for name in ("misprints", "coverage_99"):
        sums = sums_of(name, [known, failed])
        assert sums is not None
        assert sums.counts.any(axis=1).all()  # it bears on the interval, too
        assert sums.statistic(sums.counts.sum(axis=0, keepdims=True)) == 0.5
        assert is_judged(name, failed)
        assert sums_of(name, [failed]) is None


def test_a_truth_without_labels_says_nothing_of_misprints() -> None:
    assert states(claimed(TRUTH, 4, 1, "disputed")).misprints is None
    none = document(TRUTH, extra={"labels": {"misprints": []}})
    assert states(claimed(TRUTH, 4, 1, "disputed"), none).values()["misprints"] is None


def test_the_surest_are_accepted_first() -> None:
    result = claimed(TRUTH, 1, 1, "proven", 0.2)
    result = claimed(result, 1, 2, "unchecked", 0.9)
    result = claimed(result, 2, 1, "unchecked", 0.6, text="8.00")
    result = claimed(result, 2, 2, "disputed", 0.99)
    result = claimed(result, 4, 1, "unchecked", 0.95)
    result = changed(result, 4, 2, text="13.0O")  # unreadable
    risk = states(result).risk
    assert risk.amounts == 6  # the zero that is read as zero says nothing
    assert risk.unread == 1
    assert risk.curve() == ((1 / 6, 0.0), (2 / 6, 0.0), (3 / 6, 0.0), (4 / 6, 1 / 4), (5 / 6, 1 / 5))
    assert risk.coverage_at(0.0) == 0.5
    assert risk.coverage_at(0.2) == pytest.approx(5 / 6)


def test_amounts_that_are_equally_sure_are_accepted_together() -> None:
    risk = Risk(((1, -0.9, 1, 0),)) + Risk(((1, -0.9, 1, 1),))
    assert risk.steps == ((1, -0.9, 2, 1),)
    assert risk.coverage_at(0.4) == 0.0


def test_readings_alone_give_a_curve() -> None:
    reading = Reading("12.00", 0.8, "ppocr")
    risk = states(changed(TRUTH, 1, 1, reading=reading)).risk
    assert risk.coverage_at(0.0) == 1.0


steps = st.tuples(st.integers(0, 2), st.sampled_from([-1.0, -0.5, 0.0]), st.integers(1, 9), st.integers(0, 9))
risks = st.builds(
    lambda items, unread: sum(
        (Risk(((rank, doubt, count, min(count, wrong)),)) for rank, doubt, count, wrong in items),
        Risk((), unread),
    ),
    st.lists(steps, max_size=6),
    st.integers(0, 3),
)


@given(risks, st.floats(0, 1), st.floats(0, 1))
def test_more_error_allowed_never_accepts_less(risk: Risk, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 <= risk.coverage_at(low) <= risk.coverage_at(high) <= 1.0
    assert all(0 < share <= 1 and 0 <= rate <= 1 for share, rate in risk.curve())


@given(risks, risks)
def test_curves_add_up_in_any_order(one: Risk, other: Risk) -> None:
    assert one + other == other + one
    assert (one + other).amounts == one.amounts + other.amounts
