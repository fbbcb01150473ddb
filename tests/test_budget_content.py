"""Tables and narrative of synthetic budgets say what their accounts hold, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from crossfoot.amounts import parse
from crossfoot.datasets.content import At, CellContent, Ref, RelationContent, Said
from crossfoot.datasets.disclosure.accounts import Quantity
from crossfoot.datasets.disclosure.budget.grid import narrowed
from crossfoot.datasets.disclosure.budget.narrative import narrative
from crossfoot.datasets.disclosure.budget.tables import BUDGET_TABLES
from crossfoot.datasets.disclosure.building import Context, Made
from crossfoot.datasets.disclosure.cover import contents, cover
from crossfoot.datasets.disclosure.ledger import draw_accounts
from crossfoot.datasets.disclosure.numbers import draw_numbers
from crossfoot.datasets.kinds import BUDGET
from crossfoot.document import Cell, Table

SEEDS = range(100)
ORIGINS = {"code_tree", "total_row", "header_tree", "printed_formula", "outline", "balance", "ratio"}
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
            assert relation.origin in ORIGINS
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


def share(kind: str, fits: Callable[[Context, Made], bool]) -> float:
    found = [fits(context, made) for context, made in tables(kind)]
    return sum(found) / len(found)


def test_shapes_that_documents_have_occur() -> None:
    expenditure = "budget.expenditure"
    assert share(expenditure, lambda c, m: m.table.header_rows >= 3) > 0.2
    assert share(expenditure, lambda c, m: any(r.origin == "printed_formula" for r in m.relations)) > 0.02
    units = [share(kind, lambda c, m: m.table.unit != c.numbers.unit) for kind in BUDGET_TABLES]
    assert 0.01 < sum(units) / len(units) < 0.2
    fund = "budget.government_fund_expenditure"
    assert 0.3 < share(fund, lambda c, m: m.table.declared_empty) < 0.9
    assert share(fund, lambda c, m: m.table.declared_empty and not m.table.notes) == 0
    basic = "budget.basic_expenditure"
    assert share(basic, lambda c, m: any((x.amount or 0) < 0 for x in m.table.cells)) > 0.02
    assert share(basic, lambda c, m: any(x.stage == "prior_budget" for x in m.table.cells)) > 0.02
    assert share(basic, lambda c, m: any(x.text.startswith("501") for x in m.table.cells)) > 0.02


@pytest.mark.parametrize("kind", BUDGET_TABLES)
def test_codes_are_the_parents_that_code_trees_claim(kind: str) -> None:
    """A code tree joins a code with codes that extend it, whatever columns the code is printed in."""
    joined = 0
    for _, made in tables(kind):
        codes = printed_codes(made)
        for relation in made.relations:
            if relation.origin == "code_tree" and isinstance(relation.total, At):
                parent = codes[relation.total.row, relation.total.col]
                children = [codes[ref.row, ref.col] for ref, _ in relation.terms if isinstance(ref, At)]
                # Codes of units have six digits, which no functional code has.
                of_units = len(parent) == 6 or all(len(child) == 6 for child in children)
                assert of_units or all(c.startswith(parent) and c != parent for c in children)
                joined += not of_units
    assert joined or kind not in ("budget.revenue", "budget.expenditure", "budget.basic_expenditure")


def printed_codes(made: Made) -> dict[tuple[int, int], str]:
    """The code to which each amount belongs: what stands before it in its row, of its own side."""
    codes: dict[tuple[int, int], str] = {}
    for row in range(made.table.shape[0]):
        code, amounts = "", False
        for cell in (c for c in made.table.cells if c.row == row and not c.header):
            role = made.table.columns[cell.col].role
            if role in ("code", "name"):
                code, amounts = ("" if amounts else code), False
                word = cell.text.split(" ")[0]
                code += word if word.isdigit() else ""
            else:
                amounts = True
                codes[row, cell.col] = code
    return codes


def test_an_unequal_change_of_one_attribute_is_refused() -> None:
    general = Quantity("spending", function="201", source="fiscal")
    assert narrowed(general, {"function": "20103"}).function == "20103"
    with pytest.raises(ValueError, match="source cannot be both"):
        narrowed(general, {"source": "other"})


def test_narrative_tells_quantities_and_relations_that_hold() -> None:
    lengths, told = set(), set()
    for seed in SEEDS:
        context = drawn(seed)
        paragraphs, figures, relations = narrative(context)
        assert len({p.key for p in paragraphs}) == len(paragraphs)
        lengths.add(len(paragraphs))
        value: dict[Ref, Decimal] = {}
        units: dict[Ref, str | None] = {}
        for paragraph in paragraphs:
            for index, mention in enumerate(paragraph.mentions):
                text = paragraph.text[mention.start : mention.end]
                amount = parse(text.removesuffix(mention.unit or "").strip())
                assert amount is not None
                assert amount.value == mention.amount
                assert mention.phrase
                value[Said(paragraph.key, index)] = amount.value
                units[Said(paragraph.key, index)] = mention.unit
        assert relations
        for relation in relations:
            told.add(relation.origin)
            assert holds(relation, value), (seed, relation)
        for said, quantity in figures:
            unit = UNIT[units[said] or ""]
            assert abs(value[said] - context.accounts.value(quantity) / unit) <= Decimal("0.005") * (
                100 if units[said] == "元" else 1
            )
    assert min(lengths) < 10
    assert max(lengths) > 40
    assert told == {"narrative", "ratio"}


def test_cover_and_contents_name_the_organization_and_every_entry() -> None:
    context = drawn(1)
    text = "".join(line.text for line in cover(context, "部门预算"))
    assert context.accounts.organization in text
    assert "部门预算" in text
    lines = [
        p.text for p in contents(context, [("概况", ["主要职责", "机构设置"]), ("预算表", ["收支总表"])])
    ]
    assert len(lines) == 6
    assert all(any(line.endswith(word) for line in lines) for word in ("主要职责", "机构设置", "收支总表"))


def test_equal_seeds_give_equal_tables() -> None:
    for kind, make in BUDGET_TABLES.items():
        assert make(drawn(3)) == make(drawn(3)), kind
