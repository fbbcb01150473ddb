"""Amounts at their address and after alignment, and character errors."""

import time
from dataclasses import replace

import numpy as np
import pytest
from crossfoot.document import Box, Cell, Table, Text
from crossfoot.eval.metrics.alignment import align, aligned, at_address
from crossfoot.eval.metrics.amounts import (
    Amounts,
    amount_reader,
    compare_amounts,
    parsed_amount,
    stated_amount,
)
from crossfoot.eval.metrics.characters import cell_characters, outside_characters
from crossfoot.eval.slices import slices
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_documents import changed, document, table, without_places, without_row
from random_tables import random_table

ROWS = [
    ["科目", "合计", "基本", "项目"],
    ["201 一般", "12.00", "10.00", "2.00"],
    ["202 外交", "0.00", "", "—"],
    ["203 国防", "5,000.50", "5000.50", "0"],
    ["204 安全", "-3.00", "(3.00)", ""],
]
TRUTH = table(ROWS)


def judged(result: Table | None, truth: Table = TRUTH) -> Amounts:
    (piece,) = slices(truth)
    reader = amount_reader([result] if result else [])
    return compare_amounts(piece, result, at_address(truth, result), reader)


def judged_aligned(result: Table, truth: Table = TRUTH) -> Amounts:
    (piece,) = slices(truth)
    return compare_amounts(piece, result, aligned(truth, result), amount_reader([result]))


def test_every_kind_of_cell_is_counted_apart() -> None:
    amounts = judged(TRUTH)
    assert (amounts.amounts, amounts.zeros, amounts.blanks, amounts.dashes) == (7, 2, 2, 1)
    assert (amounts.exact, amounts.zeros_exact, amounts.blanks_exact, amounts.dashes_exact) == (7, 2, 2, 1)
    assert (amounts.raw, amounts.misread, amounts.invented, amounts.lost) == (7, 0, 0, 0)
    assert amounts.wrong == ()


def test_an_amount_read_as_another_is_misread_and_one_unreadable_is_lost() -> None:
    result = changed(changed(TRUTH, 1, 1, text="13.00"), 3, 1, text="5.000.50")
    amounts = judged(result)
    assert (amounts.exact, amounts.misread, amounts.lost) == (5, 1, 1)
    assert [(w.row, w.col, w.truth, w.read, w.misread) for w in amounts.wrong] == [
        (1, 1, "12.00", "13.00", True),
        (3, 1, "5,000.50", "5.000.50", False),
    ]
    assert amounts.wrong[0].box == TRUTH.cell_at(1, 1).box
    assert amounts.wrong[0].table == "t1"


def test_another_print_of_the_same_number_is_exact_but_not_raw() -> None:
    amounts = judged(changed(TRUTH, 3, 1, text="5000.50"))
    assert (amounts.exact, amounts.raw) == (7, 6)


def test_zero_blank_and_dash_are_different_things() -> None:
    amounts = judged(changed(changed(TRUTH, 2, 2, text="0.00"), 2, 3, text=""))
    assert (amounts.blanks_exact, amounts.dashes_exact, amounts.invented) == (1, 0, 1)
    amounts = judged(changed(TRUTH, 2, 1, text="8.00"))
    assert (amounts.zeros_exact, amounts.zeros_misread, amounts.misread) == (1, 1, 0)


def test_a_missed_table_loses_everything() -> None:
    amounts = judged(None)
    assert (amounts.amounts, amounts.exact, amounts.lost, amounts.blanks_exact) == (7, 0, 7, 0)
    assert {w.read for w in amounts.wrong} == {None}


def test_a_code_taken_for_money_is_invented_if_the_tool_says_so() -> None:
    truth = table([["a", "2010101"], ["b", "1.00"]])
    truth = replace(truth, cells=tuple(replace(c, amount=None) if c.row == 0 else c for c in truth.cells))
    assert judged(table([["a", "2010101"], ["b", "1.00"]]), truth).invented == 1
    assert judged(without_places(truth), truth).invented == 0  # it gave a text, and the right one
    assert judged(without_places(truth), truth).exact == 1


def test_a_tool_of_texts_only_is_read_by_the_grammar() -> None:
    amounts = judged(without_places(TRUTH))
    assert (amounts.exact, amounts.zeros_exact, amounts.invented) == (7, 2, 0)
    assert parsed_amount(Cell(0, 0, text="45%")) is None
    assert amount_reader([TRUTH]) is stated_amount
    assert amount_reader([without_places(TRUTH)]) is parsed_amount


def test_one_lost_row_costs_one_row_after_alignment() -> None:
    result = without_row(TRUTH, 1)
    assert judged(result).exact < 4
    amounts = judged_aligned(result)
    assert amounts.exact == 4
    assert {w.row for w in amounts.wrong} == {1}
    assert amounts.invented == 0


def test_one_lost_column_costs_one_column_after_alignment() -> None:
    cells = tuple(replace(c, col=c.col - (c.col > 1)) for c in TRUTH.cells if c.col != 1)
    amounts = judged_aligned(replace(TRUTH, shape=(5, 3), cells=cells))
    assert amounts.exact == 4
    assert {w.col for w in amounts.wrong} == {1}


texts = st.sampled_from(["", "0.00", "1.00", "2.00", "-", "甲", "乙", "10.00"])


@st.composite
def tables(draw: st.DrawFn, least_rows: int = 2) -> Table:
    rows, cols = draw(st.integers(least_rows, 6)), draw(st.integers(1, 5))
    return table([[draw(texts) for _ in range(cols)] for _ in range(rows)])


@given(tables(), st.data())
def test_a_row_lost_anywhere_costs_only_itself(truth: Table, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, truth.shape[0] - 1))
    amounts = judged_aligned(without_row(truth, row), truth)
    own = sum(bool(c.amount) for c in truth.cells if c.row == row)
    assert amounts.exact == amounts.amounts - own  # even where rows repeat
    assert amounts.misread == amounts.invented == 0


@given(st.integers(0, 2**32 - 1))
def test_equal_tables_align_with_themselves(seed: int) -> None:
    truth = random_table(np.random.default_rng(seed))
    assert all(cell is read for cell, read in aligned(truth, truth))
    alignment = align(truth, truth)
    assert alignment.rows == tuple(range(truth.shape[0]))
    assert alignment.cols == tuple(range(truth.shape[1]))


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_no_cell_of_a_result_is_the_partner_of_two(first: int, second: int) -> None:
    truth, result = (random_table(np.random.default_rng(seed)) for seed in (first, second))
    for partners in (aligned(truth, result), at_address(truth, result)):
        used = [id(read) for _, read in partners if read is not None]
        assert len(used) == len(set(used))
        assert len(partners) == len(truth.cells)


@given(tables(1), st.data())
def test_more_errors_never_raise_a_count(truth: Table, data: st.DataObject) -> None:
    result, last = truth, judged(truth, truth)
    errors = cell_characters(truth, truth)
    for cell in data.draw(st.permutations(truth.cells)):
        result = changed(result, cell.row, cell.col, text=data.draw(st.just("9" + cell.text) | st.just("囗")))
        amounts, characters = judged(result, truth), cell_characters(truth, result)
        for name in ("exact", "raw", "zeros_exact", "blanks_exact", "dashes_exact"):
            assert getattr(amounts, name) <= getattr(last, name)
        assert characters.errors >= errors.errors
        last, errors = amounts, characters
    assert last.exact == 0


def test_a_large_pair_is_aligned_in_a_fifth_of_a_second() -> None:
    rng = np.random.default_rng(3)
    rows = [[f"科目{r}"] + [f"{rng.integers(10**7) / 100:.2f}" for _ in range(19)] for r in range(45)]
    truth = table(rows)
    result = without_row(truth, 20)
    align(TRUTH, TRUTH)  # imports apart
    started = time.process_time()
    alignment = align(truth, result)
    assert time.process_time() - started < 0.2
    assert alignment.rows == (*range(20), None, *range(20, 44))


@settings(max_examples=20)
@given(tables())
def test_counts_add_up_over_tables(truth: Table) -> None:
    amounts = judged(truth, truth)
    twice = amounts + amounts
    assert twice.amounts == 2 * amounts.amounts
    assert twice.ratio.value == amounts.ratio.value
    assert amounts + Amounts() == amounts


def text(name: str, left: float, top: float, words: str, page: int = 1, role: str = "paragraph") -> Text:
    return Text(name, role, page, Box(left, top, left + 100, top + 20), words)  # type: ignore[arg-type]


def test_characters_are_counted_raw_and_normalised() -> None:
    result = changed(TRUTH, 1, 0, text="201一般")
    characters = cell_characters(TRUTH, result)
    assert (characters.errors, characters.raw_errors) == (0, 1)
    assert characters.rate.value == 0.0
    assert characters.raw_rate.value == 1 / characters.raw_characters


def test_a_cell_that_only_the_result_has_is_all_errors() -> None:
    longer = table([*ROWS, ["多出", "1.00", "", ""]])
    assert cell_characters(TRUTH, longer).errors == 6


def test_lines_outside_tables_are_read_in_order_whatever_their_ids() -> None:
    lines = [text("x1", 0, 0, "部门:甲"), text("x2", 300, 4, "单位:万元"), text("x3", 0, 40, "说明")]
    truth, result = document(texts=tuple(lines)), document(texts=tuple(reversed(lines)))
    assert outside_characters(truth, result).errors == 0
    assert (
        outside_characters(truth, document()).errors == outside_characters(truth, document()).characters == 11
    )


def test_text_on_the_wrong_page_is_missed_there_and_invented_here_and_seals_are_not_read() -> None:
    truth = document(texts=(text("x1", 0, 0, "甲乙", page=1), text("x2", 0, 0, "某某局", role="seal")))
    result = document(texts=(text("x1", 0, 0, "甲乙", page=2),))
    characters = outside_characters(truth, result)
    assert (characters.characters, characters.errors) == (2, 4)


@pytest.mark.parametrize("kept", [0, 1])
def test_nothing_to_read_gives_no_errors_and_never_nan(kept: int) -> None:
    truth = document(texts=())
    result = document(texts=(text("x1", 0, 0, "甲"),)[:kept])
    assert outside_characters(truth, result).rate.value == kept
