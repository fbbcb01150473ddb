"""Adjacency relations: which are counted, and the properties of precision, recall and F1."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from crossfoot.document import Cell
from crossfoot.eval.metrics.adjacency import Counts, adjacency, relations
from hypothesis import given, settings
from hypothesis import strategies as st
from random_tables import damaged, random_table, table_from, without_row

SEEDS = st.integers(0, 2**32 - 1)


def test_blank_cells_are_passed_over() -> None:
    table = table_from([Cell(0, 0, text="收入"), Cell(0, 1, text=" "), Cell(0, 2, text="10")], (1, 3))
    assert relations(table) == Counter({("收入", "10", "right"): 1})


def test_a_spanning_cell_adjoins_all_it_touches_and_each_once() -> None:
    cells = [
        Cell(0, 0, row_span=2, text="部门"),
        Cell(0, 1, col_span=2, text="支出"),
        Cell(1, 1, text="基本"),
        Cell(1, 2, text="项目"),
    ]
    assert relations(table_from(cells, (2, 3))) == Counter(
        [
            ("部门", "支出", "right"),  # once, though 支出 covers two columns
            ("部门", "基本", "right"),
            ("基本", "项目", "right"),
            ("支出", "基本", "down"),
            ("支出", "项目", "down"),
        ]
    )


def test_repeated_texts_count_as_often_as_both_have_them() -> None:
    truth = table_from([Cell(0, col, text="0.00") for col in range(4)], (1, 4))
    result = table_from([Cell(0, col, text="0.00") for col in range(3)], (1, 3))
    assert adjacency(truth, result) == Counts(true=3, found=2, correct=2)


def test_a_lost_row_costs_its_own_relations_and_no_others() -> None:
    truth = table_from([Cell(r, c, text=f"{r}.{c}") for r in range(4) for c in range(2)], (4, 2))
    counts = adjacency(truth, without_row(truth, 1))
    # 4 right and 6 down in truth; lost are 1 right and 4 down, and 2 false ones appear.
    assert counts == Counts(true=10, found=7, correct=5)
    assert (counts.precision, counts.recall) == (5 / 7, 0.5)
    assert counts.f1 == pytest.approx(10 / 17)


def test_nothing_to_find() -> None:
    nothing, one = table_from([], (0, 0)), table_from([Cell(0, 0, text="1")], (1, 1))
    two = table_from([Cell(0, 0, text="1"), Cell(0, 1, text="2")], (1, 2))
    for table in (nothing, one):
        counts = adjacency(table, table)
        assert (counts.precision, counts.recall, counts.f1) == (1.0, 1.0, 1.0)
    missed, invented = adjacency(two, one), adjacency(one, two)
    assert (missed.precision, missed.recall, missed.f1) == (1.0, 0.0, 0.0)
    assert (invented.precision, invented.recall, invented.f1) == (0.0, 1.0, 0.0)
    assert missed + invented == Counts(true=1, found=1, correct=0)


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_properties_on_random_tables(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = random_table(rng)
    result = damaged(rng, truth)
    assert adjacency(truth, truth).f1 == 1.0
    counts = adjacency(truth, result)
    assert 0 <= counts.f1 <= 1
    assert counts.f1 == adjacency(result, truth).f1
    assert counts.precision == adjacency(result, truth).recall
    assert (counts.f1 == 1.0) == (relations(truth) == relations(result))


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_more_foreign_texts_never_raise_f1(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = random_table(rng)
    cells = list(damaged(rng, truth).cells)
    shape = (max((c.rows.stop for c in cells), default=0), truth.shape[1])
    score = adjacency(truth, table_from(cells, shape)).f1
    for index in rng.permutation(len(cells)):
        if cells[index].text:  # ink in a blank cell would cut relations instead
            cells[index] = replace(cells[index], text="§")
            worse = adjacency(truth, table_from(cells, shape)).f1
            assert worse <= score
            score = worse
