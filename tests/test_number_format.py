"""A column's format: inferred from its readings, bounded in what it may say."""

import math

import pytest
from crossfoot.ocr.number_format import BOUND, WIDE, NumberFormat, infer_format
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.one_of(
    st.from_regex(r"\(?-?[0-9]{1,7}(,[0-9]{3})?(\.[0-9]{0,10})?\)?%?", fullmatch=True),
    st.sampled_from(["", "—", "0", "0.00", "合计", "1,234.50", "(3.20)", "-17", "１２．５％", "①", "1e9"]),
    st.text(max_size=8),
)
FORMATS = st.builds(infer_format, st.lists(TEXTS, max_size=30))


def test_a_budget_prefers_two_decimals() -> None:
    budget = infer_format(["4,804.64", "12.50", "0.00", "1,120.00", "98.07", "—", "", "3,286.92", "7.10"])
    assert budget.log_prior("4,804.64") == pytest.approx(0)
    assert budget.log_prior("480464") < -2
    assert budget.log_prior("4804.64") < -1  # this column sets off thousands
    assert budget.log_prior("48.0464") < -1.5


def test_zeros_are_formatted_on_their_own() -> None:
    mixed = infer_format(["200.0000", "35.5000", "0", "0", "0", "0", "12.2500", "0"])
    assert mixed.log_prior("0") > mixed.log_prior("0.0000")
    assert mixed.log_prior("200.0000") > mixed.log_prior("200")


def test_a_mixed_column_keeps_its_formats_close() -> None:
    mixed = infer_format(["200.0000", "200.00", "17.5000", "3.20", "0", "81.0000", "9.15"])
    assert abs(mixed.log_prior("50.0000") - mixed.log_prior("50.00")) < 0.5


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (["(12.30)", "(8.00)", "(140.55)", "(3.10)"], "-12.30"),
        (["-12.30", "-8.00", "-140.55", "-3.10"], "(12.30)"),
        (["12.3%", "98.0%", "100.0%", "45.5%"], "12.3"),
        (["12,300", "8,000", "140,550", "3,100"], "12300"),
    ],
)
def test_style(right: list[str], wrong: str) -> None:
    style = infer_format(right * 3)
    assert all(style.log_prior(text) > style.log_prior(wrong) + 0.5 for text in right)


@given(st.lists(st.sampled_from(["480464", "12,5", "x", "4.804.64", "98.1", "7.000", "3"]), max_size=10))
def test_a_misreading_in_five_changes_no_rule(misread: list[str]) -> None:
    right = [f"{i},{i}00.{i}5" for i in range(1, 10)] * 5  # 45 readings
    usual = infer_format(right + misread)
    assert usual.log_prior("4,804.64") == pytest.approx(0)
    assert usual.log_prior("480464") < -1


def test_a_short_column_follows_its_table() -> None:
    table = infer_format(["1.5000", "20.0000", "17.2500", "3.0000", "100.5000", "88.1000"] * 3)
    for text in ("3.0000", "3.00", "0", "-7", "12%", "1,000"):
        assert infer_format([], table).log_prior(text) == pytest.approx(table.log_prior(text))
    assert infer_format(["2.0000"], table).log_prior("3.0000") == pytest.approx(0)
    assert infer_format(["", "合计", "4.804.64"]).decimals == pytest.approx(WIDE.decimals)


def test_two_cells_make_no_rule() -> None:
    assert infer_format(["12", "15"]).log_prior("3.50") > -1


@given(FORMATS, TEXTS)
def test_every_prior_is_bounded(style: NumberFormat, text: str) -> None:
    assert -BOUND <= style.log_prior(text) <= 0


@given(FORMATS)
def test_shares_are_probabilities(style: NumberFormat) -> None:
    for shares in (style.decimals, style.zero_decimals):
        assert math.isclose(sum(shares.values()), 1)
        assert min(shares.values()) > 0
    assert all(0 < share < 1 for share in (style.grouped, style.brackets, style.percent))


def test_points_for_commas_make_no_three_decimals() -> None:
    texts = ["26,826.161", "160,160.215", "43,395,671", "15,181,657", "2,245,343"]
    learned = infer_format(texts)
    assert learned.log_prior("26,826,161") - learned.log_prior("26,826.161") == BOUND


def test_three_decimals_are_learned_where_they_are_the_habit() -> None:
    learned = infer_format(["48.588", "7.608", "16.560", "1,048.588", "12.5"])
    assert learned.log_prior("40.980") > learned.log_prior("40.98")
