"""Intervals over documents, and what difference a set can show."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from crossfoot.eval.metrics.amounts import Amounts
from crossfoot.eval.metrics.bootstrap import difference, difference_of, interval, interval_of
from crossfoot.eval.metrics.characters import Characters
from crossfoot.eval.metrics.counts import Ratio
from crossfoot.eval.metrics.kinds import Kinds, macro_f1_sums
from crossfoot.eval.metrics.risk import Risk
from crossfoot.eval.scores import COUNTS, Scores, sums_of
from hypothesis import given, settings
from hypothesis import strategies as st

ratios = st.lists(
    st.integers(0, 50).flatmap(lambda n: st.builds(Ratio, st.integers(0, n), st.just(n))), max_size=12
)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@settings(max_examples=50, deadline=None)
@given(ratios)
def test_an_interval_holds_its_value_and_is_never_nan(documents: list[Ratio]) -> None:
    found = interval(documents, rng(), resamples=200)
    assert math.isfinite(found.value)
    if found.documents < 2:
        assert found.low is found.high is None
    else:
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_value_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    assert interval([Ratio(1, 1), Ratio(0, 3)], rng()).value == 0.25


def test_equal_documents_leave_no_doubt() -> None:
    found = interval([Ratio(9, 10)] * 5, rng())
    assert (found.low, found.value, found.high) == (0.9, 0.9, 0.9)


def test_one_document_or_none_says_nothing_of_others() -> None:
    assert interval([Ratio(9, 10)], rng()).low is None
    assert interval([], rng()).value == 1.0
    assert interval([Ratio(0, 0, empty=0.0)], rng()).value == 0.0
    assert interval([Ratio(9, 10), Ratio(0, 0)], rng()).documents == 1  # the second has nothing to count


def test_one_seed_gives_one_interval_and_another_another() -> None:
    documents = [Ratio(n, 10) for n in range(10)]
    assert interval(documents, rng(1)) == interval(documents, rng(1))
    assert interval(documents, rng(1)) != interval(documents, rng(2))


def test_it_agrees_with_the_normal_interval_of_many_documents() -> None:
    shares = rng(5).binomial(100, 0.9, size=400)
    found = interval([Ratio(int(n), 100) for n in shares], rng(6), resamples=4000)
    spread = 1.96 * np.std(shares / 100) / 20
    assert found.high is not None
    assert found.low is not None
    assert (found.high - found.low) / 2 == pytest.approx(spread, rel=0.1)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draws = rng(7)
    covered = 0
    for _ in range(200):
        found = interval([Ratio(int(n), 20) for n in draws.binomial(20, 0.8, size=40)], draws, 500)
        covered += found.low is not None and found.high is not None and found.low <= 0.8 <= found.high
    assert 180 <= covered <= 198


def counted(values: Sequence[int]) -> list[Ratio]:
    return [Ratio(n, 100) for n in values]


def test_pairing_shows_a_small_difference_that_documents_would_hide() -> None:
    hard = rng(3).integers(20, 100, size=30)
    apart = difference(counted(list(hard)), counted([int(n) - 2 for n in hard]), rng())
    assert apart.value == pytest.approx(0.02)
    assert apart.is_shown
    assert apart.detectable is not None
    assert apart.detectable < 1e-9
    alone = interval(counted(list(hard)), rng())
    assert alone.high is not None
    assert alone.high - alone.value > 0.04


def test_what_a_set_cannot_show_is_not_shown() -> None:
    first, second = counted([90, 70, 80, 95]), counted([80, 85, 85, 80])
    found = difference(first, second, rng())
    assert found.detectable is not None
    assert abs(found.value) < found.detectable
    assert not found.is_shown


def test_a_tool_does_not_differ_from_itself() -> None:
    found = difference(counted([1, 50, 99]), counted([1, 50, 99]), rng())
    assert (found.value, found.low, found.high, found.detectable) == (0, 0, 0, 0)
    assert not found.is_shown


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=8))
def test_turning_the_tools_round_turns_the_sign(pairs: list[tuple[int, int]]) -> None:
    first, second = (counted(side) for side in zip(*pairs, strict=True))
    one, other = difference(first, second, rng(), 200), difference(second, first, rng(), 200)
    assert one.value == -other.value
    assert one.low is not None
    assert other.high is not None
    assert one.low == pytest.approx(-other.high)
    assert one.low <= one.value


def test_documents_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        difference(counted([1]), counted([1, 2]), rng())


@given(st.integers(0, 5), st.integers(0, 5), st.sampled_from([0.0, 1.0]))
def test_a_ratio_is_always_finite(numerator: int, denominator: int, empty: float) -> None:
    value = Ratio(numerator, denominator, empty).value
    assert math.isfinite(value)
    if denominator == 0:
        assert value == (1.0 - empty if numerator else empty)


kinds = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["a", "b", "c", ""])), max_size=5).map(
    Kinds.of
)
steps = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([-0.9, -0.5]), st.integers(1, 9), st.integers(0, 9)),
    max_size=4,
)
risks = st.builds(
    lambda items, unread: sum(
        (Risk(((rank, doubt, count, min(count, wrong)),)) for rank, doubt, count, wrong in items),
        Risk((), unread),
    ),
    steps,
    st.integers(0, 2),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(kinds, risks), min_size=1, max_size=5))
def test_figures_that_are_no_ratios_are_drawn_as_they_are_computed(pairs: list[tuple[Kinds, Risk]]) -> None:
    documents = [Scores(kinds=kind, risk=risk) for kind, risk in pairs]
    values = sum(documents, Scores()).values()
    for name in ("kinds_f1", "coverage_99", "coverage_999"):
        sums = sums_of(name, documents)
        assert (sums is None) == (values[name] is None)
        if sums is None:
            continue
        found = interval_of(sums, rng(), resamples=200)
        assert found.value == pytest.approx(values[name])
        assert found.low is None or 0 <= found.low <= found.value <= (found.high or 0) <= 1


def test_every_figure_of_the_scores_has_sums_or_is_a_count() -> None:
    amounts = Amounts(amounts=4, exact=3)
    documents = [Scores(amounts=amounts), Scores(amounts=Amounts(amounts=4))]
    for name, value in sum(documents, Scores()).values().items():
        sums = sums_of(name, documents)
        assert (sums is None) == (value is None or name in COUNTS), name
        if sums is not None:
            assert interval_of(sums, rng(), 100).value == value, name
    with pytest.raises(KeyError):
        sums_of("no such figure", documents)


def test_a_document_for_which_a_figure_is_not_available_adds_nothing() -> None:
    documents = [Scores(outside=Characters(100, 10)), Scores(), Scores(outside=Characters(100, 30))]
    sums = sums_of("characters_outside", documents)
    assert sums is not None
    found = interval_of(sums, rng())
    assert (found.value, found.documents) == (0.2, 2)


def test_two_tools_are_compared_in_a_figure_that_is_no_ratio() -> None:
    right, wrong = Kinds.of([("a", "a"), ("b", "b")]), Kinds.of([("a", "b"), ("b", "b")])
    found = difference_of(macro_f1_sums([right] * 5), macro_f1_sums([right, *[wrong] * 4]), rng())
    assert found.is_shown
    assert found.value > 0
