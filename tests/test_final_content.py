"""Final accounts: complete, consistent on what is printed, and worded in many ways."""

import re
from collections import Counter, defaultdict
from decimal import Decimal

import made_tables
import pytest
from crossfoot.datasets.content import At
from crossfoot.datasets.disclosure.accounts import Quantity
from crossfoot.datasets.disclosure.final.narrative import narrative
from crossfoot.datasets.disclosure.final.tables import FINAL_TABLES
from crossfoot.datasets.disclosure.other import OTHER_TABLES
from crossfoot.datasets.kinds import FINAL

SEEDS = range(100)


@pytest.fixture(scope="module")
def made():
    """By seed: the accounts and every table of kind."""
    documents = {}
    for seed in SEEDS:
        context = made_tables.context(seed, "final")
        documents[seed] = context.accounts, {kind: make(context) for kind, make in FINAL_TABLES.items()}
    return documents


def _tables(made):
    return [
        (accounts, item) for accounts, kinds in made.values() for group in kinds.values() for item in group
    ]


def test_every_kind_has_a_maker():
    assert tuple(FINAL_TABLES) == FINAL or set(FINAL_TABLES) == set(FINAL)


def test_grids_amounts_and_figures(made):
    for accounts, item in _tables(made):
        made_tables.require_complete(item.table)
        made_tables.require_amounts(item.table)
        made_tables.require_figures(accounts, item)


def test_relations_hold_in_print(made):
    for _, kinds in made.values():
        for kind, group in kinds.items():
            made_tables.require_relations(group)
            for item in group:
                assert item.table.kind == kind
                assert item.table.declared_empty or item.relations


def test_rounding_shows_in_sums(made):
    missed = 0
    for _, item in _tables(made):
        cells = {At(item.table.key, c.row, c.col): c for c in item.table.cells}
        for relation in item.relations:
            if relation.relation == "sum":
                terms = sum(made_tables.number(cells[ref].text) * f for ref, f in relation.terms)
                missed += terms != made_tables.number(cells[relation.total].text)
    assert missed > 50  # a quarter of the documents is rounded cell by cell


def test_headers_and_titles_vary(made):
    headers, titles, depths = defaultdict(set), defaultdict(set), Counter()
    for _, item in _tables(made):
        table = item.table
        words = tuple(c.text for c in table.cells if c.header)
        headers[table.kind].add(words)
        titles[table.kind].add(re.sub(r"\d{4}", "", table.title))
        depths[table.header_rows] += 1
    assert all(len(headers[kind]) >= 3 for kind in FINAL), {k: len(v) for k, v in headers.items()}
    assert all(len(titles[kind]) >= 5 for kind in FINAL)
    assert depths[3] > 20
    assert depths[4] > 5


def test_three_code_columns_join_into_codes_of_the_row(made):
    seen = 0
    for _, item in _tables(made):
        table = item.table
        header = {c.text: c.col for c in table.cells if c.header and c.text in "类款项"}
        if set(header) != {"类", "款", "项"} or item.table.declared_empty:
            continue
        cells = {(c.row, c.col): c for c in table.cells}
        for at, quantity in item.figures:
            first = cells.get((at.row, 0))
            if quantity.function and first is not None and first.col_span == 1:
                joined = "".join(
                    cells[at.row, col].text for col in (header["类"], header["款"], header["项"])
                )
                assert joined == quantity.function
                seen += 1
    assert seen > 100


FORMULA = re.compile(r"(\d+)(?:行|栏各行|栏)?[=＝][（(]?([\d+＋…\-]+)[）)]?")


def _numbers(side):
    numbers = []
    for part in side.replace("＋", "+").split("+"):
        if part == "…":
            numbers.append(None)
        else:
            numbers.append(int(part))
    full = []
    for index, value in enumerate(numbers):
        full += range(full[-1] + 1, numbers[index + 1]) if value is None else [value]
    return full


def test_line_formulas_in_notes_agree_with_printed_line_numbers(made):
    checked = 0
    for _, item in _tables(made):
        table = item.table
        lines = [i for i, column in enumerate(table.columns) if column.role == "line_number"]
        if not lines:
            continue
        cells = {(c.row, c.col): c for c in table.cells}
        rows = {int(c.text): (c.row, c.col + 1) for c in table.cells if c.col in lines and c.text.isdigit()}
        assert sorted(rows) == list(range(1, len(rows) + 1))
        for note in table.notes:
            for total, terms in FORMULA.findall(note.replace(" ", "")):
                value = sum(made_tables.number(cells[rows[n]].text) for n in _numbers(terms))
                gap = abs(value - made_tables.number(cells[rows[int(total)]].text))
                assert gap <= Decimal("0.005") * (len(rows) + 1) * (100 if table.unit == "元" else 1), note
                checked += 1
    assert checked > 100


def test_column_formulas_agree_with_printed_column_numbers(made):
    checked = Counter()
    for _, item in _tables(made):
        table = item.table
        if table.declared_empty or any(column.role == "line_number" for column in table.columns):
            continue
        last = table.header_rows - 1
        labels = {c.col: c.text for c in table.cells if c.row == last and re.match(r"\d", c.text)}
        columns = {int(text.split("=")[0]): col for col, text in labels.items()}
        stated = {
            (r.total.col, tuple((ref.col, factor) for ref, factor in r.terms))
            for r in item.relations
            if r.origin == "printed_formula"
        }
        for text in (*labels.values(), *table.notes):
            for total, right in FORMULA.findall(text.replace(" ", "")):
                plus, _, minus = right.partition("-")
                terms = [(columns[n], Decimal(1)) for n in _numbers(plus)]
                terms += [(columns[int(minus)], Decimal(-1))] if minus else []
                assert (columns[int(total)], tuple(terms)) in stated, (text, stated)
                checked["difference" if minus else "sum"] += 1
    assert checked["sum"] > 100
    assert checked["difference"] > 3


def test_summary_balances_and_shows_what_the_ledger_says(made):
    for accounts, kinds in made.values():
        (item,) = kinds["final.revenue_expenditure_summary"]
        quantities = {quantity for _, quantity in item.figures}
        assert accounts.value(Quantity("income")) == accounts.value(Quantity("outlay"))
        assert {
            Quantity("income"),
            Quantity("outlay"),
            Quantity("opening"),
            Quantity("closing"),
        } <= quantities
        listed = {q.function for q in quantities if q.function}
        assert set(accounts.functions(Quantity("spending"), 3)) <= listed


def test_three_public_columns_are_of_two_stages(made):
    for _, kinds in made.values():
        for item in kinds["final.three_public"]:
            for at, quantity in item.figures:
                cell = next(c for c in item.table.cells if (c.row, c.col) == (at.row, at.col))
                if cell.amount is not None:
                    assert cell.stage == {"planned": "budget", "spending": "final"}[quantity.flow]


def test_small_budgets_are_empty_only_where_the_ledger_is(made):
    seen = Counter()
    for accounts, kinds in made.values():
        for kind, fund in (("final.government_fund", "fund"), ("final.state_capital", "capital")):
            (item,) = kinds[kind]
            spent = accounts.value(Quantity("outlay", fund=fund)) or accounts.value(
                Quantity("income", fund=fund)
            )
            assert item.table.declared_empty == (not spent), kind
            assert not item.table.declared_empty or any(
                "没有" in n or "无" in n or "未" in n for n in item.table.notes
            )
            seen[item.table.declared_empty] += 1
    assert seen[True] > 50
    assert seen[False] > 20


def test_narrative_mentions_stand_where_they_say_and_relations_hold():
    lengths = set()
    for seed in range(60):
        context = made_tables.context(seed, "final")
        paragraphs, figures, relations = narrative(context)
        texts = {paragraph.key: paragraph for paragraph in paragraphs}
        assert len(texts) == len(paragraphs)
        lengths.add(len(paragraphs))
        values = {}
        for paragraph in paragraphs:
            for index, mention in enumerate(paragraph.mentions):
                said = paragraph.text[mention.start : mention.end]
                digits = said.removesuffix(mention.unit).strip()
                assert made_tables.number(digits) == mention.amount, said
                values[paragraph.key, index] = mention.amount
        for said, quantity in figures:
            mention = texts[said.key].mentions[said.index]
            exact = context.accounts.value(quantity) / made_tables.SCALES[mention.unit]
            assert abs(mention.amount - exact) <= Decimal("0.005"), mention
        assert len(relations) > 8
        for relation in relations:
            terms = [values[ref.key, ref.index] * factor for ref, factor in relation.terms]
            total = values[relation.total.key, relation.total.index]
            computed = terms[0] / terms[1] if relation.relation == "ratio" else sum(terms)
            assert abs(total - computed) <= relation.tolerance, (relation, total, terms)
    assert len(lengths) > 8


def test_other_tables_are_complete_and_name_no_kind():
    for seed in range(80):
        context = made_tables.context(seed, "final")
        group = OTHER_TABLES["other"](context)
        assert len({item.table.key for item in group}) == len(group) > 0
        made_tables.require_relations(group)
        for item in group:
            made_tables.require_complete(item.table)
            assert item.table.kind == "other"
            assert all(cell.amount is None for cell in item.table.cells)
