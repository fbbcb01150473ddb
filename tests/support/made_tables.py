"""What makers of tables made, judged by the printed cells alone."""

import re
from decimal import Decimal

import numpy as np
from crossfoot import amounts
from crossfoot.datasets.content import At
from crossfoot.datasets.disclosure.building import Context
from crossfoot.datasets.disclosure.ledger import draw_accounts
from crossfoot.datasets.disclosure.numbers import draw_numbers

SCALES = {"元": Decimal(1), "万元": Decimal(10_000)}
ORIGINS = {
    "code_tree", "total_row", "header_tree", "printed_formula", "outline", "balance", "cross_table",
    "ratio", "narrative",
}  # fmt: skip


def context(seed, stage):
    """A context as a document has it: its habits hang on the document, not on the table."""
    rng = np.random.default_rng(seed)
    numbers = draw_numbers(rng)
    return Context(draw_accounts(rng, numbers, stage, "small"), numbers, rng)


def number(text):
    """The number in a text, blank and dash as nothing; of a label its weight: 产出指标（40分）."""
    if amounts.printed(text) in ("blank", "dash"):
        return Decimal(0)
    weight = re.fullmatch(r"\D+（(\d+)分）", text)
    parsed = amounts.parse(weight[1] if weight else text)
    assert parsed is not None, text
    return parsed.value


def require_complete(table):
    """Every address once, spans inside."""
    rows, cols = table.shape
    addresses = [
        (r, c)
        for cell in table.cells
        for r in range(cell.row, cell.row + cell.row_span)
        for c in range(cell.col, cell.col + cell.col_span)
    ]
    assert len(addresses) == len(set(addresses)) == rows * cols
    assert set(addresses) == {(r, c) for r in range(rows) for c in range(cols)}
    assert all(cell.row < table.header_rows for cell in table.cells if cell.header)


def require_amounts(table):
    """A text prints its amount; what has no amount but reads as one is a rate, a count or a number."""
    for cell in table.cells:
        if cell.amount is not None:
            parsed = amounts.parse(cell.text)
            assert parsed is not None, cell
            assert parsed.value == cell.amount, cell
            assert not parsed.percent, cell
            assert cell.unit in SCALES, cell
            assert cell.year, cell
            assert cell.stage, cell
            assert not cell.header, cell


def require_relations(made):
    """Every relation of tables made together holds on what their cells print."""
    cells = {At(item.table.key, cell.row, cell.col): cell for item in made for cell in item.table.cells}
    for relation in (relation for item in made for relation in item.relations):
        assert relation.origin in ORIGINS
        values = [number(cells[ref].text) * factor for ref, factor in relation.terms]
        total = number(cells[relation.total].text)
        if relation.relation == "ratio":
            computed = values[0] / values[1]
        elif relation.relation == "product":
            computed = values[0] * values[1]
            assert len(values) == 2
        else:
            assert relation.relation == "sum" or len(values) == 1
            computed = sum(values)
        gap = total - computed if relation.relation == "at_most" else abs(total - computed)
        assert gap <= relation.tolerance, (relation, total, values)
        # A tolerance that swallows any misprint would make the test, and the truth, worthless.
        assert relation.tolerance < 1 or relation.tolerance <= len(values), relation


def require_figures(accounts, item):
    """Each figure prints its quantity, rounded to the digits that stand there."""
    cells = {At(item.table.key, cell.row, cell.col): cell for cell in item.table.cells}
    for at, quantity in item.figures:
        cell = cells[at]
        unit = SCALES[cell.unit or item.table.unit]
        value = accounts.value(quantity) / unit
        if cell.amount is None:
            assert amounts.printed(cell.text) in ("blank", "dash"), cell
            assert abs(value) < 1, cell  # nothing, or less than is printed
        else:
            step = Decimal(1).scaleb(cell.amount.as_tuple().exponent)
            assert abs(cell.amount - value) <= step / 2, cell
