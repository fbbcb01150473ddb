"""Performance forms: mazes that are complete grids, whose amounts and scores add up in print."""

import re
from collections import Counter, defaultdict
from decimal import Decimal

import made_tables
import pytest
from crossfoot.datasets.content import At
from crossfoot.datasets.disclosure.performance.forms import PERFORMANCE_FORMS
from crossfoot.datasets.kinds import PERFORMANCE

SEEDS = range(200)
TARGET, OVERALL, EVALUATION = PERFORMANCE


@pytest.fixture(scope="module")
def made():
    """By seed: the accounts and every form; budgets and final accounts in turn."""
    documents = {}
    for seed in SEEDS:
        context = made_tables.context(seed, "final" if seed % 2 else "budget")
        documents[seed] = context.accounts, {kind: make(context) for kind, make in PERFORMANCE_FORMS.items()}
    return documents


def _forms(made, kind=None):
    return [
        item
        for _, kinds in made.values()
        for name, group in kinds.items()
        for item in group
        if kind in (None, name)
    ]


def test_every_kind_has_a_maker():
    assert tuple(PERFORMANCE_FORMS) == PERFORMANCE


def test_grids_amounts_figures_and_keys(made):
    for accounts, kinds in made.values():
        for kind, group in kinds.items():
            keys = [item.table.key for item in group]
            assert len(keys) == len(set(keys)) > 0
            for item in group:
                assert item.table.kind == kind
                made_tables.require_complete(item.table)
                made_tables.require_amounts(item.table)
                made_tables.require_figures(accounts, item)


def test_relations_hold_in_print(made):
    for _, kinds in made.values():
        for group in kinds.values():
            made_tables.require_relations(group)
            assert sum(len(item.relations) for item in group) > 0


def test_target_forms_come_in_three_shapes(made):
    shapes = Counter()
    for item in _forms(made, TARGET):
        texts = {cell.text for cell in item.table.cells}
        if "市级资金" in texts:
            shapes["application"] += 1
        elif "1. 财政拨款" in texts:
            shapes["annual"] += 1
        elif "成本构成" in texts:
            shapes["maze"] += 1
    assert min(shapes[name] for name in ("application", "annual", "maze")) > 20


def test_decimals_are_mixed_inside_forms(made):
    kinds = Counter()
    for item in _forms(made):
        texts = [c.text for c in item.table.cells if c.amount is not None]
        decimals = {len(text.partition(".")[2]) for text in texts}
        kinds["mixed"] += len(decimals) > 1
        kinds["four"] += any(re.fullmatch(r"\d+\.\d{4}", text) for text in texts)
        kinds["four beside two"] += {2, 4} <= decimals
        kinds["zero beside four"] += {0, 4} <= decimals and "0" in texts
    assert min(kinds[name] for name in ("mixed", "four", "four beside two", "zero beside four")) > 10, kinds


def test_lists_and_counts_are_no_amounts(made):
    lists = 0
    for item in _forms(made):
        for cell in item.table.cells:
            if re.search(r"[次份家台件人年%]", cell.text):
                assert cell.amount is None, cell
            lists += bool(re.fullmatch(r"1\.\d+次；2\.\d+次", cell.text))
    assert lists > 10


def test_columns_of_earlier_years_say_so(made):
    earlier = Counter()
    for accounts, kinds in made.values():
        for item in (*kinds[TARGET], *kinds[OVERALL]):
            for cell in item.table.cells:
                if cell.amount is not None and cell.year != accounts.year:
                    assert cell.year in (accounts.year - 1, accounts.year - 2)
                    assert cell.stage in ("prior_budget", "prior_final")
                    earlier[accounts.year - cell.year] += 1
    assert earlier[1] > 100
    assert earlier[2] > 50


def test_targets_of_one_project_tell_its_one_amount(made):
    for _, kinds in made.values():
        for item in kinds[TARGET]:
            totals = {
                (quantity.project, cell.amount)
                for at, quantity in item.figures
                if not quantity.economic and quantity.flow in ("spending", "planned") and not quantity.source
                for cell in item.table.cells
                if (cell.row, cell.col) == (at.row, at.col)
            }
            assert len({amount for _, amount in totals}) <= 1
            assert len({project for project, _ in totals}) <= 1


def test_weights_nest_and_make_a_hundred(made):
    weighed = re.compile(r"（(\d+)分）")
    for item in _forms(made, EVALUATION):
        cells = {(c.row, c.col): c for c in item.table.cells}
        sums = [
            [r for r in item.relations if r.origin == "total_row" and r.total.col == col] for col in (5, 7)
        ]
        (weights,), (scores,) = sums
        assert made_tables.number(cells[weights.total.row, 5].text) == 100
        assert made_tables.number(cells[scores.total.row, 7].text) <= 100
        # Labels at the left tell the weights of the rows that they cover.
        for cell in item.table.cells:
            if cell.col < 2 and (match := weighed.search(cell.text)):
                rows = range(cell.row, cell.row + cell.row_span)
                covered = [cells[r, 5].text for r in rows if (r, 5) in cells]
                numbers = [made_tables.number(t) for t in covered if re.fullmatch(r"[\d.]+", t)]
                assert sum(numbers) == int(match[1]), cell


def test_execution_rates_come_with_and_without_a_sign(made):
    signs = Counter()
    for item in _forms(made, EVALUATION):
        (rate,) = [r for r in item.relations if r.relation == "ratio"]
        cells = {At(item.table.key, c.row, c.col): c for c in item.table.cells}
        text = cells[rate.total].text
        assert Decimal(0) < Decimal(text.removesuffix("%")) <= 100
        signs[text.endswith("%")] += 1
        signs["below"] += not text.startswith("100")
    assert min(signs.values()) > 15


def test_projects_of_the_overall_form_add_up_to_project_spending(made):
    several = 0
    for item in _forms(made, OVERALL):
        projects = {at for at, quantity in item.figures if quantity.project}
        (relation,) = [
            r for r in item.relations if r.relation == "sum" and projects == {ref for ref, _ in r.terms}
        ]
        several += len(relation.terms) > 1
        assert any(r.relation == "equal" and r.origin == "balance" for r in item.relations)
    assert several > 100


def test_wordings_of_labels_vary(made):
    words = defaultdict(set)
    for item in _forms(made):
        words[item.table.kind].add(tuple(sorted({c.text for c in item.table.cells if len(c.text) < 20})))
        words[item.table.kind, "title"].add(re.sub(r"\d{4}", "", item.table.title))
    for kind in PERFORMANCE:
        assert len(words[kind]) >= 3
        assert len(words[kind, "title"]) >= 3


def test_no_telephones_and_only_invented_names(made):
    for item in _forms(made):
        for cell in item.table.cells:
            assert not re.search(r"(?<!\d)\d{7,8}(?!\d)", cell.text) or cell.amount is not None, cell
        by_place = {(c.row, c.col): c for c in item.table.cells}
        for cell in item.table.cells:
            if cell.text in ("项目负责人", "填报人"):
                assert by_place[cell.row, cell.col + cell.col_span].text in ("", "张某某", "李某", "王某某")


def test_weights_in_labels_nest_and_no_score_exceeds_its_weight(made):
    nested = bounded = 0
    for _, kinds in made.values():
        for item in kinds["performance.self_evaluation"]:
            cells = {(c.row, c.col): c for c in item.table.cells}
            labels = {
                at for at, cell in cells.items() if at[1] < 2 and re.fullmatch(r".+标（\d+分）", cell.text)
            }
            sums = {
                (r.total.row, r.total.col)
                for r in item.relations
                if r.relation == "sum" and r.strength == "law"
            }
            assert labels
            assert labels <= sums
            nested += len(labels)
            bounds = [r for r in item.relations if r.relation == "at_most"]
            assert {r.strength for r in bounds} == {"law"}
            bounded += len(bounds)
    assert nested > 100
    assert bounded > 100
