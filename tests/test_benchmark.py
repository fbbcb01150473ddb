"""The committed benchmark: sets that can be made, damage that counts, and the README's table."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from crossfoot.datasets.damage.page import profile, profiles
from crossfoot.datasets.typesetting.fonts import PACKAGES
from crossfoot.document import Document
from crossfoot.errors import OptionsError
from crossfoot.eval import running
from crossfoot.eval.benchmark import FEW, Hardness, load, markdown
from crossfoot.eval.harness import Plan, evaluate
from replayed import Replay, make_set, with_cell

NAMES = ("full", "quick", "tuning", "layout", "layout-held-out", "layout-quick")


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_names_every_profile_by_version_and_every_font(name: str) -> None:
    chosen = load(name)

    assert {entry.partition("@")[0] for entry in chosen.profiles} == set(profiles())
    for entry in chosen.profiles:
        assert f"{profile(entry).name}@{profile(entry).version}" == entry
    assert set(chosen.fonts) == set(PACKAGES)


def test_no_two_benchmarks_share_a_seed() -> None:
    assert len({load(name).seed for name in NAMES}) == len(NAMES)


def test_an_unknown_benchmark_is_one_line_that_names_the_known() -> None:
    with pytest.raises(OptionsError, match="full, quick, tuning"):
        load("slow")


@pytest.mark.parametrize(
    ("teds", "counts"), [(0.5, True), (0.8, True), (0.4999, False), (0.8001, False), (1.0, False)]
)
def test_damage_counts_within_its_band_and_says_so(teds: float, counts: bool) -> None:
    hardness = Hardness("fax", teds, FEW, (0.5, 0.8))

    assert hardness.counts is counts
    assert ("OUTSIDE" in str(hardness)) is not counts


def test_few_tables_say_nothing_of_damage() -> None:
    assert Hardness("fax", 1.0, FEW - 1, (0.5, 0.8)).counts is None


def misread(document: Document) -> Document:
    return with_cell(document, lambda c: replace(c, amount=Decimal("9.99")) if c.amount else None)


def test_the_table_has_a_row_per_profile_and_both_tools(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "budget-2020-basic"
    folder = make_set(samples, tmp_path / "set", [(name, "clean"), (name, "fax")])
    replay = Replay({f"{name}-fax": misread})
    monkeypatch.setattr(running, "_digitizer", lambda options: replay)
    monkeypatch.setattr("crossfoot.models.weights.WeightStore.ensure", lambda *_: tmp_path)

    table = markdown(evaluate(folder, Plan(workers=0, cache=tmp_path / "cache")))

    head, rule, *rows = table.splitlines()
    assert head.count("|") == rule.count("|") == rows[0].count("|")
    assert [row.split("|")[1].strip() for row in rows] == ["clean", "fax", "all"]
    exact = [float(row.split("|")[2]) for row in rows]
    assert exact[0] == 1.0 > exact[2] > exact[1] > 0.9
