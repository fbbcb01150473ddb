"""Reconciliation: what is proven, corrected, disputed; above all that nothing is changed without proof."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot import amounts
from crossfoot.arithmetic.proposal import At, Proposal, Said
from crossfoot.arithmetic.reconcile import ReconcileOptions, reconcile, without_states
from crossfoot.arithmetic.reconcile.puzzles import Change, Clause, Puzzle
from crossfoot.arithmetic.reconcile.slips import ONE_DIGIT, OTHER, SHIFTED, SWAPPED, slip
from crossfoot.arithmetic.reconcile.solving import OutOfNodes, search, solve_cp
from crossfoot.document import Box, Cell, Document, Mention, Reading, SourceInfo, Table
from crossfoot.errors import OptionsError
from hypothesis import given, settings
from hypothesis import strategies as st

ONE = Decimal(1)
SOURCE = SourceInfo("report.pdf", "0" * 64, 1)


def table(*rows, name="t1", read=None, group=None):
    """A table of amounts; `read` maps addresses to alternatives [(text, probability), ...]."""
    cells = []
    for r, line in enumerate(rows):
        for c, text in enumerate(line):
            parsed = amounts.parse(text)
            reading = None
            if read is not None:
                ranked = read.get((r, c)) or ([(text, 0.9999)] if text else [])
                scores = tuple((t, math.log(p)) for t, p in ranked)
                reading = Reading(text, ranked[0][1] if ranked else 1.0, "ocr", scores)
            cells.append(Cell(r, c, text=text, amount=parsed.value if parsed else None, reading=reading))
    return Table(name, (len(rows), len(rows[0])), tuple(cells), group=group)


def document(*tables, mentions=()):
    return Document(SOURCE, tables=tables, mentions=mentions)


def total(at, *terms, family=None, prior=0.97, relation="sum", strength="law", origin="total_row", **more):
    places = tuple((p, ONE) if not isinstance(p, tuple) else p for p in terms)
    name = family or f"{at} of {len(terms)}"
    return Proposal(relation, strength, origin, at, places, name, prior, "It adds up.", **more)


def column(rows, col=0, name="t1", **more):
    """The last row is the sum of those above."""
    return total(At(name, rows - 1, col), *(At(name, r, col) for r in range(rows - 1)), **more)


def cross(rows, cols, name="t1"):
    """All row and column sums of a grid."""
    return [column(rows, c, name, family="columns") for c in range(cols)] + [
        total(At(name, r, cols - 1), *(At(name, r, c) for c in range(cols - 1)), family="rows")
        for r in range(rows)
    ]


def state(result, row, col=0, name="t1"):
    found = next(t for t in result.tables if t.id == name).cell_at(row, col)
    return found.state, found.why


def texts(result):
    return [cell.text for t in result.tables for cell in t.cells]


GRID = (
    ("1,326.31", "6,369.79", "7,696.10"),
    ("1,235.69", "1,165.04", "2,400.73"),
    ("2,562.00", "7,534.83", "10,096.83"),
)


# What holds


def test_every_amount_of_a_grid_that_adds_up_is_proven():
    result = reconcile(document(table(*GRID)), cross(3, 3))
    assert {cell.state for cell in result.tables[0].cells} == {"proven"}
    assert not result.problems
    assert [e.id for e in result.equations] == [1, 2, 3, 4, 5, 6]
    assert all(e.holds and e.residual == 0 for e in result.equations)
    assert result.tables[0].cell_at(0, 0).equations == (1, 3)


def test_zeros_prove_nothing_and_a_blank_stays_without_state():
    result = reconcile(document(table(["0.00"], ["0.00"], [""], ["0.00"])), [column(4)])
    assert [state(result, r)[0] for r in range(4)] == ["unchecked", "unchecked", None, "unchecked"]
    assert state(result, 0) == ("unchecked", "no_equation")


def test_a_zero_in_a_sum_of_others_is_proven():
    result = reconcile(document(table(["0.00"], ["3.10"], ["4.20"], ["7.30"])), [column(4)])
    assert state(result, 0) == ("proven", None)


def test_an_amount_in_no_equation_is_unchecked():
    assert state(reconcile(document(table(["5.00"])), []), 0) == ("unchecked", "no_equation")


def test_hints_limits_and_ratios_prove_nothing():
    at = [At("t1", r, 0) for r in range(4)]
    cells = table(["120.50"], ["60.25"], ["180.75"], ["50.00"])
    proposals = [
        total(at[2], at[0], at[1], strength="hint"),
        total(at[1], at[0], relation="at_most"),
        total(at[3], (at[1], Decimal(100)), at[0], relation="ratio", tolerance=Decimal("0.005")),
    ]
    result = reconcile(document(cells), proposals)
    assert all(cell.state == "unchecked" for cell in result.tables[0].cells)
    assert [e.holds for e in result.equations] == [True, True, True]


def test_sums_beyond_64_bits_and_28_digits_are_exact():
    parts = ["9" * 27 + ".01", "1" * 27 + ".02"]
    right = f"{sum(int(p.replace('.', '')) for p in parts)}"
    result = reconcile(document(table(*([p] for p in parts), [f"{right[:-2]}.{right[-2:]}"])), [column(3)])
    assert [state(result, r)[0] for r in range(3)] == ["proven"] * 3
    off = f"{right[:-2]}.{int(right[-2:]) + 1:02}"
    result = reconcile(document(table(*([p] for p in parts), [off])), [column(3)])
    assert "proven" not in [state(result, r)[0] for r in range(3)]


def test_units_differ_between_tables():
    wan = table(["4,804.64"], name="t1")
    yuan = table(["48,046,400.00"], name="t2")
    proposal = total(At("t2", 0, 0), (At("t1", 0, 0), Decimal(10000)), relation="equal", origin="cross_table")
    result = reconcile(document(wan, yuan), [proposal])
    assert state(result, 0, name="t2") == ("proven", None)  # a text layer is exact, so equality proves


def test_equality_of_two_unsure_readings_proves_neither():
    unsure = {(0, 0): [("38.10", 0.95), ("33.10", 0.04)]}
    both = [table(["38.10"], name=name, read=unsure) for name in ("t1", "t2")]
    equal = total(At("t1", 0, 0), At("t2", 0, 0), relation="equal", origin="cross_table")
    assert state(reconcile(document(*both), [equal]), 0) == ("unchecked", "ambiguous")
    sure = [table(["38.10"], name=name, read={}) for name in ("t1", "t2")]
    assert state(reconcile(document(*sure), [equal]), 0) == ("proven", None)


def test_a_column_whose_points_may_all_be_commas_is_not_proven():
    rows = (["26,826.161"], ["10,785.736"], ["342.820"], ["37,954.717"])
    for text, expected in (("{}", "unchecked"), ("1{}", "proven")):
        alike = {
            (r, 0): [(cell, 0.96), (text.format(cell.replace(".", ",")), 0.0399)]
            for r, (cell,) in enumerate(rows)
        }
        result = reconcile(document(table(*rows, read=alike)), [column(4)])
        assert [state(result, r)[0] for r in range(4)] == [expected] * 4


def test_a_sum_with_one_part_is_an_equality():
    unsure = {(0, 0): [("38.10", 0.95), ("33.10", 0.04)], (1, 0): [("38.10", 0.95), ("33.10", 0.04)]}
    result = reconcile(document(table(["38.10"], ["38.10"], read=unsure)), [column(2)])
    assert state(result, 1)[0] == "unchecked"


def test_two_readings_that_could_compensate_prove_nothing():
    swap = {
        (0, 0): [("18.30", 0.6), ("13.30", 0.39)],
        (1, 0): [("23.40", 0.6), ("28.40", 0.39)],
    }
    read = table(["18.30"], ["23.40"], ["41.70"], read=swap)
    result = reconcile(document(read), [column(3)])
    assert state(result, 0) == ("unchecked", "ambiguous")
    assert state(result, 2) == ("proven", None)


# Corrections

WRONG = {(1, 1): [("1,165.84", 0.8), ("1,165.04", 0.19)]}


def misread_grid():
    rows = [list(line) for line in GRID]
    rows[1][1] = "1,165.84"
    return document(table(*rows, read=WRONG))


def test_a_misreading_in_a_row_and_a_column_is_corrected():
    result = reconcile(misread_grid(), cross(3, 3))
    cell = result.tables[0].cell_at(1, 1)
    assert (cell.state, cell.text, cell.amount) == ("corrected", "1,165.04", Decimal("1165.04"))
    assert cell.reading.text == "1,165.84"
    assert cell.correction.equations == (2, 4)
    assert cell.correction.margin >= ReconcileOptions().margin
    assert all(e.holds for e in result.equations)
    assert not result.problems


def test_a_clear_reading_is_a_misprint_and_stays():
    rows = [list(line) for line in GRID]
    rows[1][1] = "1,165.84"
    clear = {(1, 1): [("1,165.84", 0.9999), ("1,165.04", math.exp(-12))]}
    result = reconcile(document(table(*rows, read=clear)), cross(3, 3))
    assert state(result, 1, 1) == ("disputed", "contradicted")
    assert texts(result)[4] == "1,165.84"
    assert [c.state for c in result.tables[0].cells].count("disputed") == 1
    assert [(p.code, p.where) for p in result.problems] == [("equation_fails", "t1 (1, 1)")]


def test_a_text_layer_is_never_corrected():
    rows = [list(line) for line in GRID]
    rows[1][1] = "1,165.84"
    result = reconcile(document(table(*rows)), cross(3, 3))
    assert texts(result)[4] == "1,165.84"
    assert state(result, 1, 1) == ("disputed", "contradicted")


def test_one_sum_with_a_weak_alternative_is_no_proof():
    rows = (["18.30"], ["23.40"], ["41.90"])
    for odds, expected in ((0.3, "corrected"), (0.004, "disputed")):
        read = {(2, 0): [("41.90", 0.99 - odds), ("41.70", odds)]}
        result = reconcile(document(table(*rows, read=read)), [column(3, prior=0.9999)])
        assert state(result, 2)[0] == expected


def test_two_ways_to_close_a_sum_change_nothing():
    read = {
        (0, 0): [("18.30", 0.6), ("18.50", 0.39)],
        (1, 0): [("23.40", 0.6), ("23.60", 0.39)],
    }
    result = reconcile(document(table(["18.30"], ["23.40"], ["41.90"], read=read)), [column(3)])
    assert texts(result) == ["18.30", "23.40", "41.90"]


def test_two_misreadings_in_one_row_are_told_apart_by_their_columns():
    read = {
        (0, 0): [("1,826.31", 0.7), ("1,326.31", 0.28)],
        (0, 1): [("6,869.79", 0.7), ("6,369.79", 0.28)],
    }
    rows = [list(line) for line in GRID]
    rows[0][:2] = ["1,826.31", "6,869.79"]
    result = reconcile(document(table(*rows, read=read)), cross(3, 3))
    assert texts(result) == [text for line in GRID for text in line]


def test_an_unreadable_amount_is_corrected_or_leaves_its_partners_unchecked():
    rows = [list(line) for line in GRID]
    rows[1][1] = "1,16.5.04"
    result = reconcile(document(table(*rows, read={(1, 1): [("1,16.5.04", 0.5)]})), cross(3, 3))
    assert state(result, 1, 1)[0] is None
    assert [e.holds for e in result.equations].count(None) == 2
    readable = {(1, 1): [("1,16.5.04", 0.5), ("1,165.04", 0.4), ("1,185.04", 0.05)]}
    result = reconcile(document(table(*rows, read=readable)), cross(3, 3))
    assert state(result, 1, 1)[0] == "corrected"
    assert result.tables[0].cell_at(1, 1).amount == Decimal("1165.04")
    lone = table(["1.00"], ["x1"], ["3.00"])
    assert state(reconcile(document(lone), [column(3)]), 2) == ("unchecked", "unreadable_partner")


def test_ink_in_a_blank_that_a_sum_needs_is_told():
    read = {(1, 0): [("", 0.97), ("23.40", 0.001)]}
    result = reconcile(document(table(["18.30"], [""], ["41.70"], read=read)), cross_of_blank())
    assert [p.code for p in result.problems] == ["ink_missed"]
    assert result.problems[0].where == "t1 (1, 0)"
    without = reconcile(document(table(["18.30"], [""], ["41.70"], read={})), cross_of_blank())
    assert "ink_missed" not in [p.code for p in without.problems]


def cross_of_blank():
    return [column(3, prior=0.999)]


# Families


def test_a_family_that_never_holds_is_dropped():
    rows = [[f"{a}.{a + 9}", f"{a * 7}.31", f"{a * 5}.77"] for a in range(11, 31)]
    wrong = [
        total(At("t1", r, 2), At("t1", r, 0), At("t1", r, 1), family="columns 3 = 1 + 2", prior=0.7)
        for r in range(len(rows))
    ]
    result = reconcile(document(table(*rows)), wrong)
    assert result.equations == ()
    assert not result.problems
    assert {c.state for c in result.tables[0].cells} == {"unchecked"}


def test_a_weak_equation_that_fails_alone_disputes_nothing():
    weak = total(At("t1", 2, 0), At("t1", 0, 0), At("t1", 1, 0), prior=0.5)
    result = reconcile(document(table(["18.37"], ["23.41"], ["977.92"])), [weak])
    assert {c.state for c in result.tables[0].cells} == {"unchecked"}


def test_a_wrong_total_does_not_dispute_its_parts():
    parts = [[f"{100 + n}.{n:02}", f"{200 + n}.{n + 1:02}"] for n in range(20)]
    rows = [[a, b, f"{Decimal(a) + Decimal(b)}"] for a, b in parts]
    sums = [f"{sum(Decimal(line[c]) for line in rows)}" for c in range(3)]
    sums[0] = f"{Decimal(sums[0]) + Decimal('0.30')}"
    result = reconcile(document(table(*rows, sums)), cross(21, 3)[:-1])
    assert state(result, 20, 0) == ("disputed", "contradicted")
    assert [c.state for c in result.tables[0].cells].count("disputed") == 1
    assert [c.state for c in result.tables[0].cells].count("proven") >= 60


def test_where_nothing_can_be_told_apart_the_total_stands_for_all():
    rows = [["11.37"], ["22.46"], ["33.52"], ["44.67"], ["59.73"], ["171.95"]]
    result = reconcile(document(table(*rows)), [column(6, prior=0.99)])
    assert state(result, 5) == ("disputed", "contradicted")
    assert {state(result, r) for r in range(5)} == {("unchecked", "contradicted")}


def test_two_parts_that_print_one_long_number_are_suspected_as_copies():
    rows = (["1,804.12"], ["259.82"], ["259.82"], ["470.03"], ["2,815.23"])
    result = reconcile(document(table(*rows)), [column(5, prior=0.999)])
    assert [state(result, r)[0] for r in range(5)] == ["unchecked", "disputed", "disputed"] + [
        "unchecked"
    ] * 2
    assert {p.where for p in result.problems} == {"t1 (1, 0)", "t1 (2, 0)"}
    short = (["1,804.12"], ["2.00"], ["2.00"], ["470.03"], ["2,815.23"])
    assert state(reconcile(document(table(*short)), [column(5, prior=0.999)]), 4)[0] == "disputed"


def test_rounding_is_tolerated_and_proves_no_last_digit():
    rows = [[f"{n}.11", f"{n}.22", f"{2 * n}.{33 + (n % 3 == 0)}"] for n in range(101, 121)]
    rows_only = [
        total(At("t1", r, 2), At("t1", r, 0), At("t1", r, 1), family="rows") for r in range(len(rows))
    ]
    result = reconcile(document(table(*rows)), rows_only)
    assert {(c.state, c.why) for c in result.tables[0].cells} == {("unchecked", "rounding")}
    assert {e.tolerance for e in result.equations} == {Decimal("0.015")}
    assert all(e.holds for e in result.equations)
    assert not result.problems


def test_where_sums_are_rounded_none_of_them_corrects_or_proves():
    rows = [[f"{n}.11", f"{n}.22", f"{2 * n}.{33 + (n % 3 == 0)}"] for n in range(101, 121)]
    rows[4][2] = "216.33"  # printed 210.33; and a sum of another table that a misread digit makes exact
    read = {(4, 2): [("216.33", 0.6), ("210.33", 0.39)]}
    other = table(["65.70"], ["73.73"], ["139.43"], name="t2", read={})
    proposals = [
        total(At("t1", r, 2), At("t1", r, 0), At("t1", r, 1), family="rows") for r in range(len(rows))
    ]
    result = reconcile(document(table(*rows, read=read), other), [*proposals, column(3, name="t2")])
    assert result.tables[0].cell_at(4, 2).text == "216.33"
    assert {cell.state for cell in result.tables[1].cells} == {"unchecked"}


def test_one_sum_off_by_a_digit_is_no_rounding():
    rows = [[f"{n}.11", f"{n}.22", f"{2 * n}.33"] for n in range(101, 121)]
    rows[7][2] = "216.93"
    proposals = [
        total(At("t1", r, 2), At("t1", r, 0), At("t1", r, 1), family="rows") for r in range(len(rows))
    ]
    result = reconcile(document(table(*rows)), proposals)
    assert {e.tolerance for e in result.equations} == {Decimal(0)}
    assert [c.state for c in result.tables[0].cells].count("disputed") == 1


def test_a_narrative_names_its_mention_and_disputes_no_amount():
    said = Mention("m1", 1, Box(0, 0, 9, 9), "10096.38万元", Decimal("10096.38"), "万元", "支出总计")
    narrative = total(Said("m1"), At("t1", 2, 2), relation="equal", origin="narrative", prior=0.99)
    result = reconcile(document(table(*GRID), mentions=(said,)), [*cross(3, 3), narrative])
    assert {c.state for c in result.tables[0].cells} == {"proven"}
    assert [(p.code, p.where) for p in result.problems] == [
        ("equation_fails", "m1"),
        ("equation_fails", "t1 (2, 2)"),
    ]


# People, runs, odd input


def test_what_a_person_confirmed_is_a_fact_and_survives():
    doc = misread_grid()
    cells = tuple(
        replace(c, state="confirmed") if (c.row, c.col) == (1, 1) else c for c in doc.tables[0].cells
    )
    doc = replace(doc, tables=(replace(doc.tables[0], cells=cells),))
    result = reconcile(doc, cross(3, 3))
    assert state(result, 1, 1)[0] == "confirmed"
    assert texts(result)[4] == "1,165.84"
    assert reconcile(result, cross(3, 3)) == result


def test_taking_states_back_gives_the_document_as_read():
    doc = misread_grid()
    assert without_states(reconcile(doc, cross(3, 3))) == doc


def test_odd_proposals_cost_nothing():
    at = [At("t1", r, 0) for r in range(3)]
    odd = [
        total(at[2], at[0], at[1]),
        total(at[0], At("t9", 4, 4), At("t1", 99, 0)),
        total(Said("none"), at[0], relation="equal"),
        total(at[0], at[0], relation="equal"),
        total(at[0], (at[1], Decimal("1E+999999"))),
        total(at[0], (at[1], Decimal("NaN"))),
        total(at[0], (at[1], Decimal(0))),
        total(at[0], at[1], at[2], at[0], relation="ratio"),
        Proposal("sum", "law", "outline", at[0], (), "empty", 0.9, "Nothing."),
        total(at[0], at[1], relation="equal", tolerance=Decimal(-1)),
        total(at[0], at[2], at[1], family="cycle"),
        total(at[1], at[2], at[0], family="cycle"),
    ]
    result = reconcile(document(table(["18.30"], ["23.40"], ["41.70"])), odd)
    assert [state(result, r)[0] for r in range(3)] == ["proven"] * 3


def test_hostile_numbers_are_unreadable():
    cells = tuple(
        Cell(r, 0, text="9", amount=value)
        for r, value in enumerate(
            [Decimal("1E+999999"), Decimal("NaN"), Decimal("Infinity"), Decimal("1E-999")]
        )
    )
    result = reconcile(document(Table("t1", (4, 1), cells)), [column(4)])
    assert {c.state for c in result.tables[0].cells} == {"unchecked"}


def test_too_many_amounts_are_left_out():
    options = ReconcileOptions(amounts=2)
    result = reconcile(document(table(["18.30"], ["23.40"], ["41.70"])), [column(3)], options)
    assert {(c.state, c.why) for c in result.tables[0].cells} == {("unchecked", "limit")}
    assert [p.code for p in result.problems] == ["arithmetic_limit"]


def test_out_of_time_the_readings_stay_and_it_is_told():
    options = ReconcileOptions(nodes=0, seconds=0.0)
    result = reconcile(misread_grid(), cross(3, 3), options)
    assert texts(result)[4] == "1,165.84"
    assert state(result, 1, 1) == ("unchecked", "limit")
    assert {p.code for p in result.problems} == {"equation_fails", "arithmetic_limit"}


@pytest.mark.parametrize(
    "bad",
    [{"margin": -1}, {"misprint": 0}, {"misprint": 1.5}, {"floor": 1.0}, {"candidates": 0}, {"nodes": -1}],
)
def test_options_are_checked(bad):
    with pytest.raises(OptionsError):
        ReconcileOptions(**bad)


@pytest.mark.parametrize(
    ("read", "meant", "chance"),
    [
        (116584, 116504, ONE_DIGIT),
        (5473, 5437, SWAPPED),
        (6177, 617, SHIFTED),
        (165070000, 1650700, SHIFTED),
        (-5473, 5473, SHIFTED),
        (5473, 9111, OTHER),
    ],
)
def test_slips(read, meant, chance):
    assert slip(read, meant) == slip(meant, read) == chance


# Properties

CENTS = st.integers(1, 9_999_999)


@st.composite
def noisy_grids(draw, clear=False):
    """(truth texts, document, proposals): a grid that adds up, with some amounts misread or misprinted."""
    rows, cols = draw(st.integers(3, 6)), draw(st.integers(3, 5))
    body = [[draw(CENTS) for _ in range(cols - 1)] for _ in range(rows - 1)]
    lines = [[*line, sum(line)] for line in body]
    lines.append([sum(c) for c in zip(*lines, strict=True)])
    truth = [[f"{value // 100}.{value % 100:02}" for value in line] for line in lines]
    shown, read = [list(line) for line in truth], {}
    for r in range(rows):
        for c in range(cols):
            others = [other for other in (draw(slips(truth[r][c])) for _ in range(2)) if other != truth[r][c]]
            sure = draw(st.sampled_from([0.5, 0.8, 0.95, 0.999]))
            ranked = [truth[r][c], *dict.fromkeys(others)]
            if others and draw(st.integers(0, 9)) == 0:
                ranked[:2] = [ranked[1], ranked[0]]
                sure = 0.999999 if clear else sure
            shown[r][c] = ranked[0]
            rest = math.exp(-12) if clear else (1 - sure) * 0.45
            read[r, c] = [(text, sure if not i else rest) for i, text in enumerate(ranked)]
    return truth, document(table(*shown, read=read)), cross(rows, cols)


@st.composite
def slips(draw, text):
    """The text with one digit other; the first is never made zero."""
    at = draw(st.sampled_from([i for i, ch in enumerate(text) if ch.isdigit()]))
    digit = draw(st.sampled_from("123456789" if at == 0 else "0123456789"))
    made = text[:at] + digit + text[at + 1 :]
    return made if amounts.parse(made) is not None else text


@given(noisy_grids())
@settings(deadline=None, max_examples=60)
def test_a_change_is_an_alternative_and_its_equations_hold(case):
    _, doc, proposals = case
    result = reconcile(doc, proposals)
    held = {e.id for e in result.equations if e.holds}
    before = {
        (e.total, e.terms)
        for e in reconcile(doc, proposals, ReconcileOptions(margin=1e6)).equations
        if e.holds
    }
    after = {(e.total, e.terms) for e in result.equations if e.holds}
    assert before <= after  # no change breaks what held
    for old, cell in zip(doc.tables[0].cells, result.tables[0].cells, strict=True):
        assert cell.state in {"proven", "corrected", "disputed", "unchecked"}
        assert (cell.why is None) == (cell.state in {"proven", "corrected"})
        assert (cell.correction is not None) == (cell.text != old.text)
        if cell.correction is None:
            assert cell.text == old.text
            assert cell.amount == old.amount
        else:
            assert cell.text in [text for text, _ in old.reading.alternatives]
            assert cell.amount == amounts.parse(cell.text).value
            assert cell.correction.equations
            assert held.issuperset(cell.correction.equations)
        if cell.state in ("proven", "corrected"):
            assert held.intersection(cell.equations)


@given(noisy_grids(clear=True))
@settings(deadline=None, max_examples=40)
def test_what_is_clearly_printed_is_never_changed(case):
    _, doc, proposals = case
    assert texts(reconcile(doc, proposals)) == texts(doc)


@given(noisy_grids(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_the_order_of_proposals_makes_no_difference(case, chance):
    _, doc, proposals = case
    shuffled = list(proposals)
    chance.shuffle(shuffled)
    assert reconcile(doc, shuffled) == reconcile(doc, proposals)


@given(noisy_grids())
@settings(deadline=None, max_examples=30)
def test_a_second_run_says_the_same(case):
    _, doc, proposals = case
    once = reconcile(doc, proposals)
    assert reconcile(once, proposals) == once
    assert without_states(once) == doc


@st.composite
def small_puzzles(draw):
    """Any clauses over up to eight changes: more tangled than tables make them."""
    count = draw(st.integers(1, 8))
    changes = tuple(Change(i // 2, i, draw(st.integers(0, 90)) / 10, "1") for i in range(count))
    numbers = st.integers(0, count - 1)
    clauses = []
    for relation in range(draw(st.integers(1, 5))):
        sets = draw(st.lists(st.sets(numbers, min_size=1, max_size=2), min_size=1, max_size=4))
        fail = draw(st.none() | st.integers(1, 90).map(lambda n: n / 10))
        sets = [tuple(sorted(one)) for one in sets if len({c // 2 for c in one}) == len(one)]
        members = sorted({c for one in sets for c in one} | draw(st.sets(numbers, max_size=2)))
        sets = [(), *sets] if fail is None else sets
        clauses.append(Clause(relation, tuple(dict.fromkeys(sets)), tuple(members), fail))
    rivals = tuple((i, i + 1) for i in range(0, count - 1, 2))
    return Puzzle(changes, tuple(clauses), rivals)


@given(small_puzzles(), st.sets(st.integers(0, 7), max_size=2))
@settings(deadline=None, max_examples=60)
def test_the_exact_search_and_the_solver_agree(puzzle, forbidden):
    barred = frozenset(c for c in forbidden if c < len(puzzle.changes))
    mine, theirs = search(puzzle, barred, 10**6), solve_cp(puzzle, barred, 10.0)
    assert theirs is not None
    assert mine.cost == theirs.cost
    assert not barred & (mine.changes | theirs.changes)


def test_the_exact_search_stops_at_its_limit():
    changes = tuple(Change(i, 1, 1.0, "1") for i in range(4))
    clauses = tuple(Clause(i, ((i,), ((i + 1) % 4,)), (i, (i + 1) % 4), 3.0) for i in range(4))
    with pytest.raises(OutOfNodes):
        search(Puzzle(changes, clauses, ()), frozenset(), 2)


def test_a_formula_that_leaves_a_column_out_disputes_nobody():
    """1栏=(2+3)栏, the 4 lost: it holds where that column is blank, and fails in too many rows."""
    lines = []
    for row in range(30):
        other = 1000 + 37 * row if row % 4 == 0 else 0
        first, second = 4000 + 13 * row, 2000 + 29 * row
        lines.append([f"{v}.00" if v else "" for v in (first + second + other, first, second, other)])
    made = table(*lines)
    stated = [
        total(
            At("t1", row, 0), At("t1", row, 1), At("t1", row, 2), family="formula", origin="printed_formula"
        )
        for row in range(30)
    ]
    result = reconcile(document(made), stated)
    assert not [c for c in result.tables[0].cells if c.state == "disputed"]


def test_one_misread_point_does_not_hide_that_a_table_is_rounded():
    lines = [
        ["10.01", "5.00", "5.00"],
        ["7.02", "3.51", "3.50"],
        ["9.00", "4.51", "4.50"],
        ["1.234", "1.10", ""],
    ]
    lines += [[f"{8 + i}.01", f"{4 + i}.00", "4.00"] for i in range(8)]
    rows = [total(At("t1", r, 0), At("t1", r, 1), At("t1", r, 2), family="rows") for r in range(len(lines))]
    result = reconcile(document(table(*lines)), [row for i, row in enumerate(rows) if i != 3])
    assert {state(result, 0)[1], state(result, 2)[1]} == {"rounding"}
