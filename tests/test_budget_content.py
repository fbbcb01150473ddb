"""Tables and narrative of synthetic budgets say what their accounts hold, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from crossfoot.amounts import parse
from crossfoot.datasets.content import At, CellContent, Ref, RelationContent
from crossfoot.datasets.disclosure.budget import BUDGET_TABLES
from crossfoot.datasets.disclosure.building import Context, Made
from crossfoot.datasets.disclosure.ledger import draw_accounts
from crossfoot.datasets.disclosure.numbers import draw_numbers
from crossfoot.datasets.kinds import BUDGET
from crossfoot.document import Cell, Table

SEEDS = range(200)
UNIT = {"万元": Decimal(10_000), "元": Decimal(1), "亿元": Decimal(10**8)}
TITLES = {
    "budget.revenue_expenditure_summary": ("收支",),
    "budget.revenue": ("收入",),
    "budget.expenditure": ("支出",),
    "budget.fiscal_appropriation_summary": ("财政拨款收支",),
    "budget.general_public_expenditure": ("一般公共预算",),
    "budget.basic_expenditure": ("一般公共预算", "基本支出"),
    "budget.three_public": ("三公",),
    "budget.government_fund_expenditure": ("政府性基金",),
    "budget.state_capital_expenditure": ("国有资本经营",),
    "budget.project_expenditure": ("项目",),
    "budget.government_procurement": ("政府采购",),
    "budget.service_purchase": ("购买服务",),
}


def drawn(seed: int) -> Context:
    rng = np.random.default_rng(seed)
    numbers = draw_numbers(rng)
    return Context(draw_accounts(rng, numbers, "budget"), numbers, rng)


@cache
def documents() -> tuple[tuple[Context, Mapping[str, tuple[Made, ...]]], ...]:
    """The tables of every seed, by kind."""
    made = []
    for seed in SEEDS:
        context = drawn(seed)
        made.append((context, {kind: make(context) for kind, make in BUDGET_TABLES.items()}))
    return tuple(made)


def tables(kind: str) -> Iterator[tuple[Context, Made]]:
    for context, kinds in documents():
        for made in kinds[kind]:
            yield context, made


def printed(cell: CellContent) -> Decimal:
    """What the paper says, read from the text alone."""
    amount = parse(cell.text)
    return amount.value if amount else Decimal(0)


def holds(relation: RelationContent, value: dict[Ref, Decimal]) -> bool:
    """Whether a relation holds of printed values, within the tolerance that it grants itself."""
    total = value[relation.total]
    terms = [value[ref] * factor for ref, factor in relation.terms]
    if relation.relation == "at_most":
        return total <= terms[0] + relation.tolerance
    if relation.relation == "ratio":
        return abs(total - terms[0] / terms[1]) <= relation.tolerance
    return abs(total - sum(terms, Decimal(0))) <= relation.tolerance


def test_every_kind_has_a_maker() -> None:
    assert set(BUDGET_TABLES) == set(BUDGET)


@pytest.mark.parametrize("kind", BUDGET_TABLES)
def test_grids_are_complete_and_amounts_are_what_the_text_says(kind: str) -> None:
    for _, made in tables(kind):
        table = made.table
        cells = tuple(Cell(c.row, c.col, c.row_span, c.col_span) for c in table.cells)
        Table("t", table.shape, cells)  # refuses overlaps and gaps
        assert table.kind == kind
        for cell in table.cells:
            if cell.amount is not None:
                assert parse(cell.text) is not None
                assert printed(cell) == cell.amount
                assert cell.unit in UNIT
                assert cell.year is not None
                assert cell.stage is not None
            elif not cell.header and table.columns[cell.col].role == "amount" and cell.col_span == 1:
                assert cell.text in ("", "—", "-")


@pytest.mark.parametrize("kind", BUDGET_TABLES)
def test_relations_hold_on_the_printed_cells(kind: str) -> None:
    for context, made in tables(kind):
        value: dict[Ref, Decimal] = {At(made.table.key, c.row, c.col): printed(c) for c in made.table.cells}
        for relation in made.relations:
            assert holds(relation, value), (kind, context.accounts.organization, relation)
        if any(c.amount for c in made.table.cells):
            assert made.relations, (kind, made.table.title)


@pytest.mark.parametrize("kind", BUDGET_TABLES)
def test_figures_print_their_quantities(kind: str) -> None:
    for context, made in tables(kind):
        cells = {(c.row, c.col): c for c in made.table.cells}
        for at, quantity in made.figures:
            cell = cells[at.row, at.col]
            yuan = context.accounts.value(quantity)
            half = Decimal("0.5").scaleb(-(parse(cell.text).decimals if parse(cell.text) else 2))
            assert abs(printed(cell) - yuan / UNIT[cell.unit or context.numbers.unit]) <= half


@pytest.mark.parametrize("kind", BUDGET_TABLES)
def test_titles_say_what_the_table_is_and_headers_vary(kind: str) -> None:
    headers = set()
    for _, made in tables(kind):
        assert all(word in made.table.title for word in TITLES[kind]), made.table.title
        headers.add(tuple((c.text, c.row, c.col) for c in made.table.cells if c.header))
    assert len(headers) >= 10
