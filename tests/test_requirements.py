"""Requirements: what they may say, and when they are met."""

import pytest
from crossfoot.errors import EXIT_USAGE, OptionsError
from crossfoot.eval.figures import FIGURES, written
from crossfoot.eval.requirements import OVERALL, Requirement, Verdict, check_scopes, parse_requirements
from crossfoot.eval.scores import Scores
from hypothesis import given
from hypothesis import strategies as st


def test_a_list_with_scopes_and_spaces_is_read() -> None:
    found = parse_requirements(" amounts>=0.99, fax:teds >= .9 ,characters<=2,")
    assert found == (
        Requirement("amounts", ">=", 0.99),
        Requirement("teds", ">=", 0.9, "fax"),
        Requirement("characters", "<=", 2.0),
    )
    assert [str(item) for item in found] == ["amounts>=0.99", "fax:teds>=0.9", "characters<=2"]
    assert found[0].scope == OVERALL


@pytest.mark.parametrize(
    "text",
    ["", " , ", "amounts", "amounts>0.9", "amounts>=", "amounts>=nan", "amounts>=inf", "amounts>=-1",
     ">=0.5", "amounts>=0.9>=0.8", "amounts=0.9", "amounts>=0.9 teds>=0.8", "a:b:teds>=0.9", "amounts>=1e-1"],
)  # fmt: skip
def test_what_is_no_requirement_is_a_usage_error(text: str) -> None:
    with pytest.raises(OptionsError) as caught:
        parse_requirements(text)
    assert caught.value.exit_code == EXIT_USAGE
    assert "--require" in str(caught.value)


def test_an_unknown_figure_lists_the_known() -> None:
    with pytest.raises(OptionsError, match="unknown figure 'amount'") as caught:
        parse_requirements("amount>=0.9")
    assert all(name in caught.value.remedy for name in FIGURES)


def test_a_share_above_one_is_refused_and_a_rate_is_not() -> None:
    with pytest.raises(OptionsError, match="never above 1"):
        parse_requirements("amounts>=99")
    parse_requirements("seconds_per_page<=99,characters<=1.5,false_tables<=3")


def test_a_profile_that_the_set_has_not_is_refused() -> None:
    requirements = parse_requirements("fax:amounts>=0.9,teds>=0.9")
    check_scopes(requirements, ["fax", "clean"])
    with pytest.raises(OptionsError, match="no fixture has the damage 'fax'") as caught:
        check_scopes(requirements, ["office", "clean"])
    assert "clean, office" in caught.value.remedy


@given(st.floats(0, 1), st.floats(0, 1))
def test_bounds_hold_on_their_edge(value: float, bound: float) -> None:
    least, most = Requirement("teds", ">=", bound), Requirement("teds", "<=", bound)
    assert least.is_met(bound)
    assert most.is_met(bound)
    assert least.is_met(value) == (value >= bound)
    assert most.is_met(value) == (value <= bound)


def test_what_was_not_measured_was_not_met() -> None:
    verdict = Verdict(Requirement("misprints", "<=", 1.0), None)
    assert not verdict.met
    assert "n/a" in str(verdict)


def test_every_figure_has_a_name_and_every_name_a_figure() -> None:
    assert set(FIGURES) == {*Scores().values(), "seconds_per_page", "peak_memory"}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("teds", None, "n/a"),
        ("teds", 1.0, "1.0000"),
        ("teds", 0.99999, "0.9999"),  # only what is perfect may look it
        ("misread", 0.00001, "0.0001"),
        ("misread", 0.0, "0.0000"),
        ("false_tables", 1234.0, "1,234"),
        ("seconds_per_page", 4.2, "4.20"),
        ("characters", 1.25, "1.2500"),
    ],
)
def test_figures_are_written_so_that_perfect_means_perfect(name: str, value: float | None, text: str) -> None:
    assert written(name, value) == text
