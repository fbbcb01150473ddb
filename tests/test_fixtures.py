"""Sets of fixtures: what is usable, what is refused, and why."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from crossfoot.datasets.fixtures.checking import faults
from crossfoot.datasets.fixtures.sets import Fixture, Refusal, add_document, check, load_set, write_manifest
from crossfoot.datasets.kinds import KINDS
from crossfoot.document import Document
from crossfoot.errors import DocumentError, InputError, MissingInput, OutputError
from hypothesis import given
from hypothesis import strategies as st

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
NAMES = ("budget-2020-basic", "final-2020-expenditure")
COLUMNS = ["id", "source", "truth", "licence", "damage", "split", "sha256", "document", "made_by"]


@pytest.fixture
def fixture_set(tmp_path):
    """Two samples and their truths."""
    for name in NAMES:
        add_document(tmp_path / "set", SAMPLES / f"{name}.pdf", SAMPLES / f"{name}.json", licence="CC0-1.0")
    return tmp_path / "set"


def rows(folder):
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def rewrite(folder, table, encoding="utf-8"):
    columns = list(dict.fromkeys(key for row in table for key in row)) or COLUMNS
    with (folder / "manifest.csv").open("w", newline="", encoding=encoding) as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(table)


def edit(path, change):
    """Change the JSON of a truth."""
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


# The manifest ----------------------------------------------------------------------------


def test_a_set_is_loaded_and_clean(fixture_set):
    found = load_set(fixture_set)
    assert [f.id for f in found.fixtures] == list(NAMES)
    assert found.refusals == check(fixture_set) == ()
    first = found.fixtures[0]
    assert first.load() == Document.load(SAMPLES / f"{NAMES[0]}.json")
    assert first.sha256 == hashlib.sha256(first.source.read_bytes()).hexdigest()
    assert (first.licence, first.damage, first.split, first.document) == ("CC0-1.0", "real", "test", first.id)


def test_a_spreadsheet_may_have_written_the_manifest(fixture_set):
    table = [row | {"note": f"n{i}", "document": ""} for i, row in enumerate(rows(fixture_set))]
    rewrite(fixture_set, table, encoding="utf-8-sig")
    found = load_set(fixture_set)
    assert [f.extra["note"] for f in found.fixtures] == ["n0", "n1"]
    assert [f.document for f in found.fixtures] == list(NAMES)
    write_manifest(fixture_set, reversed(found.fixtures))
    assert load_set(fixture_set).fixtures == found.fixtures
    assert list(rows(fixture_set)[0]) == [*COLUMNS, "note"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no such file"),
        ("", "lacks the column id, source"),
        ("id,source\n", "lacks the column truth, licence, damage, split, sha256"),
        (",".join(COLUMNS) + "\n", "names no fixture"),
        (",".join(COLUMNS) + "\n,,,\n\n", "names no fixture"),
        (",".join([*COLUMNS, "id"]) + "\n", "names a column twice"),
        (b"\xff\xfe\xfa", "not UTF-8"),
        (",".join(COLUMNS) + '\n"a' + "b" * 200_000, "is no CSV"),
    ],
)
def test_a_manifest_that_names_nothing_is_refused(tmp_path, content, reason):
    if content is not None:
        (tmp_path / "manifest.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    for use in (load_set, check):
        with pytest.raises(InputError, match=reason) as caught:
            use(tmp_path)
        assert caught.value.name == str(tmp_path / "manifest.csv")


@pytest.mark.parametrize(
    ("change", "address", "reason"),
    [
        ({"id": ""}, "id", "is empty"),
        ({"id": "a/b"}, "id", "is no name"),
        ({"id": NAMES[0]}, "id", "of an earlier row"),
        ({"licence": " "}, "licence", "is empty"),
        ({"damage": "a b"}, "damage", "is no name"),
        ({"sha256": "12"}, "sha256", "is no SHA-256"),
        ({"source": "sources/none.pdf"}, "source", "no such file"),
        ({"truth": "truth"}, "truth", "no such file"),
        ({"source": "../manifest.csv"}, "source", "leads out"),
        ({"source": "sources/../../x"}, "source", "leads out"),
        ({"source": "/etc/hostname"}, "source", "leads out"),
        ({"truth": "C:/x.json"}, "truth", "leads out"),
        ({"truth": "..\\x.json"}, "truth", "leads out"),
        ({"truth": "link.json"}, "truth", "leads out"),
        ({"truth": "a\0b"}, "truth", "is no possible path"),
        ({"truth": "x" * 5000}, "truth", "is no possible path"),
    ],
)
def test_a_bad_row_costs_itself_alone(tmp_path, fixture_set, change, address, reason):
    (tmp_path / "outside.json").write_text("{}")
    (fixture_set / "link.json").symlink_to(tmp_path / "outside.json")
    first, second = rows(fixture_set)
    rewrite(fixture_set, [first, second | change])
    found = load_set(fixture_set)
    assert [f.id for f in found.fixtures] == [NAMES[0]]
    (refusal,) = found.refusals
    assert (refusal.file, refusal.address) == ("manifest.csv", f"line 3, {address}")
    assert reason in refusal.reason
    assert check(fixture_set) == found.refusals


def test_a_short_row_is_refused(fixture_set):
    with (fixture_set / "manifest.csv").open("a", encoding="utf-8") as stream:
        stream.write("x,y\n")
    (refusal,) = load_set(fixture_set).refusals
    assert str(refusal) == "manifest.csv: line 4: has 2 fields, the header 9"


def test_a_source_that_was_changed_is_refused(fixture_set):
    with (fixture_set / f"sources/{NAMES[0]}.pdf").open("ab") as stream:
        stream.write(b"\n")
    found = load_set(fixture_set)
    assert [f.id for f in found.fixtures] == [NAMES[1]]
    (refusal,) = found.refusals
    assert (refusal.file, refusal.address) == (f"sources/{NAMES[0]}.pdf", f"fixture {NAMES[0]}")
    assert check(fixture_set) == found.refusals
    assert len(load_set(fixture_set, verify=False).fixtures) == 2


names = st.from_regex(r"[a-z一-龥][a-z0-9一-龥.+-]{0,8}", fullmatch=True)


@given(
    st.lists(
        st.tuples(names, st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip)),
        min_size=1,
        max_size=4,
        unique_by=lambda entry: entry[0],
    )
)
def test_what_is_written_is_read(tmp_path_factory, entries):
    folder = tmp_path_factory.mktemp("set")
    (folder / "a.pdf").write_bytes(b"")
    (folder / "a.json").write_bytes(b"")
    fixtures = [
        Fixture(
            id=name,
            source=folder / "a.pdf",
            truth=folder / "a.json",
            licence=text or "?",
            damage="real",
            split="test",
            sha256="0" * 64,
            document=name,
            extra={"made_by": text, "other": text},
        )
        for name, text in entries
    ]
    write_manifest(folder, fixtures)
    assert load_set(folder, verify=False).fixtures == tuple(sorted(fixtures, key=lambda f: f.id))


def test_a_manifest_names_only_what_lies_in_its_folder(tmp_path, fixture_set):
    (fixture, _) = load_set(fixture_set).fixtures
    with pytest.raises(InputError, match="not in the folder"):
        write_manifest(tmp_path / "other", [fixture])
    with pytest.raises(InputError, match="two fixtures"):
        write_manifest(fixture_set, [fixture, fixture])


# Truths that break the format ------------------------------------------------------------


def drop_cell(table):
    del table["cells"][5]


def widen(table):
    table["cells"][0]["col_span"] = 90


def repeat(table):
    table["cells"].append(table["cells"][5])


def swap(table):
    """One address covered twice and another not at all: the areas agree."""
    table["cells"][5] |= {"row": table["cells"][6]["row"], "col": table["cells"][6]["col"]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (drop_cell, "is covered by no cell"),
        (widen, "reaches out of a|cells cover"),
        (repeat, r"address \(\d+, \d+\) is covered twice"),
        (swap, r"address \(\d+, \d+\) is covered twice"),
        (lambda t: t.update(shape=[10**9, 10**9]), "more than 1000000 addresses"),
        (lambda t: t.update(shape=[3]), "a list of 2 expected"),
        (lambda t: t["cells"][0].update(amount=1.5), "a decimal in a string expected"),
    ],
)
def test_every_broken_table_is_reported_and_the_rest_stays_usable(fixture_set, change, reason):
    truth = fixture_set / f"truth/{NAMES[0]}.json"

    def break_two(value):
        value["tables"] = [value["tables"][0], json.loads(json.dumps(value["tables"][0])), value["tables"][0]]
        for table in value["tables"][:2]:
            table["id"] = f"x{len(table)}"
        change(value["tables"][1])
        value["tables"].append(json.loads(json.dumps(value["tables"][1])))

    edit(truth, break_two)
    refusals = check(fixture_set)
    assert [r.file for r in refusals] == [f"truth/{NAMES[0]}.json"] * 2
    assert [r.address.split(".")[0] for r in refusals] == ["tables[1]", "tables[3]"]
    for refusal in refusals:
        assert re.search(reason, refusal.reason)
    first, second = load_set(fixture_set).fixtures
    with pytest.raises(DocumentError, match=re.escape(str(truth))):
        first.load()
    assert second.load().tables


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a crossfoot/1 document"),
        ('{"schema": "crossfoot/1"}', "key source is missing"),
        ('{"schema": "crossfoot/1", "tables": []}', "key source is missing"),
        ('{"schema": "crossfoot/1", "tables": {}}', "a list expected"),
    ],
)
def test_a_truth_that_is_no_document_is_refused(fixture_set, content, reason):
    (fixture_set / f"truth/{NAMES[1]}.json").write_text(content)
    (refusal,) = check(fixture_set)
    assert refusal.file == f"truth/{NAMES[1]}.json"
    assert reason in refusal.reason


# Truths that contradict themselves -------------------------------------------------------


def first_amount(value):
    return next(c for c in value["tables"][0]["cells"] if c["amount"])


def numbered(total, *terms, relation="sum", **more):
    def at(row, col):
        return {"table": "t1", "row": row, "col": col, "factor": "1"}

    equation = {"id": 1, "relation": relation, "strength": "law", "origin": "total_row", "total": at(*total)}
    return equation | {"terms": [at(*term) for term in terms]} | more


def document(*texts, equations=(), mentions=(), **table):
    """A document of one row of amounts (None for no amount), as JSON."""
    cells = [{"row": 0, "col": i, "text": text, "amount": amount} for i, (text, amount) in enumerate(texts)]
    return {
        "schema": "crossfoot/1",
        "source": {"name": "x", "sha256": "", "pages": 0},
        "tables": [{"id": "t1", "shape": [1, len(cells)], "cells": cells} | table],
        "equations": list(equations),
        "mentions": list(mentions),
    }


def found(value):
    return [f"{address}: {reason}" for address, reason in faults(Document.from_json(json.dumps(value)))]


@pytest.mark.parametrize(
    ("change", "address", "reason"),
    [
        (lambda v: first_amount(v).update(amount="1.23"), "tables[0] (", "which prints"),
        (lambda v: first_amount(v).update(text="12.3.4"), "tables[0] (", "which prints none"),
        (lambda v: first_amount(v).update(text=first_amount(v)["text"] + "%"), "tables[0] (", "a percentage"),
        (lambda v: first_amount(v).update(unit="人"), "tables[0] (", "no unit of money"),
        (lambda v: first_amount(v).update(equations=[4]), "tables[0] (", "no equation 4"),
        (lambda v: first_amount(v)["parts"][0].update(page=9), "tables[0] (", "there is no page 9"),
        (
            lambda v: first_amount(v)["parts"][0].update(box=[0, 0, 9e5, 5]),
            "tables[0] (",
            "reaches out of page 1",
        ),
        (
            lambda v: v["tables"][0]["parts"][0].update(box=[-5, 0, 10, 5]),
            "tables[0].parts[0]",
            "reaches out",
        ),
        (lambda v: v["texts"][0].update(box=[0, -9, 10, 5]), "texts[0]", "reaches out of page 1"),
        (lambda v: v["tables"][0].update(header_rows=99), "tables[0]", "header_rows is 99"),
        (lambda v: v["tables"][0]["columns"].pop(), "tables[0]", "columns are described"),
        (lambda v: v["tables"][0].update(kind="budget.nothing"), "tables[0]", "'budget.nothing' is no kind"),
        (lambda v: v["tables"][0].update(notes=["x99"]), "tables[0]", "no text x99"),
        (lambda v: v["tables"].append(v["tables"][0]), "tables", "id t1 is given 2 times"),
        (lambda v: v["texts"].append(v["texts"][0]), "texts", "is given 2 times"),
        (lambda v: v["pages"][0].update(number=2), "pages[0]", "page 2 of a source of 1 pages"),
        (lambda v: v["source"].update(sha256="0" * 64), "source.sha256", "the manifest says"),
        (lambda v: v["source"].update(pages=2), "source.pages", "is 2, the source has 1"),
    ],
)
def test_a_truth_that_contradicts_itself_or_its_source_is_refused(fixture_set, change, address, reason):
    edit(fixture_set / f"truth/{NAMES[0]}.json", change)
    refusals = check(fixture_set)
    assert refusals
    assert all(r.file == f"truth/{NAMES[0]}.json" for r in refusals)
    assert any(r.address.startswith(address) and reason in r.reason for r in refusals), refusals


def test_a_partial_truth_is_sound(fixture_set):
    def strip(value):
        value["pages"] = value["texts"] = []
        value["source"] |= {"sha256": "", "pages": 0}
        for table in value["tables"]:
            table |= {"parts": [], "kind": None, "columns": [], "notes": []}
            for cell in table["cells"]:
                cell |= {"parts": [], "amount": None}

    edit(fixture_set / f"truth/{NAMES[0]}.json", strip)
    assert check(fixture_set) == ()


def test_a_source_that_cannot_be_opened_is_refused(fixture_set):
    source = fixture_set / f"sources/{NAMES[0]}.pdf"
    source.write_bytes(b"not a page")
    sha256 = hashlib.sha256(b"not a page").hexdigest()
    edit(fixture_set / f"truth/{NAMES[0]}.json", lambda v: v["source"].update(sha256=sha256))
    first, second = rows(fixture_set)
    rewrite(fixture_set, [first | {"sha256": sha256}, second])
    (refusal,) = check(fixture_set)
    assert (refusal.file, refusal.address) == (f"sources/{NAMES[0]}.pdf", f"fixture {NAMES[0]}")


SUM = [
    ("3.00", "3.00"),
    ("1.00", "1.00"),
    ("2.00", "2.00"),
    ("—", None),
    ("", None),
    ("95.5%", None),
    ("无", None),
]


@pytest.mark.parametrize(
    ("equation", "reason"),
    [
        (numbered((0, 0), (0, 1), (0, 2), residual="0.00", holds=True), None),
        (numbered((0, 0), (0, 1), (0, 2), (0, 3), (0, 4), residual="0", holds=True), None),
        (numbered((0, 0), (0, 1), residual="2.00", holds=False), None),
        (numbered((0, 0), (0, 1)), None),
        (numbered((0, 0), (0, 1), tolerance="2", residual="2.00", holds=True), None),
        (numbered((0, 1), (0, 0), relation="at_most", residual="-2", holds=True), None),
        (numbered((0, 0), (0, 1), (0, 2), relation="product", residual="1.0000", holds=False), None),
        (numbered((0, 0), (0, 2), (0, 0), relation="ratio", residual="2.333", holds=False), None),
        (numbered((0, 0), (0, 2), (0, 0), relation="ratio", residual="2.34", holds=False), None),
        (numbered((0, 0), (0, 1), (0, 3), relation="ratio"), None),
        (numbered((0, 5), (0, 1), residual="94.5", holds=False), None),
        (
            numbered((0, 0), (0, 1), (0, 2), residual="0.01", holds=True),
            "residual is 0.01, the print gives 0.00",
        ),
        (numbered((0, 0), (0, 1), residual="2.00", holds=True), "it does not hold: residual 2.00"),
        (numbered((0, 0), (0, 1), (0, 2), residual="0.00", holds=False), "it holds: residual 0.00"),
        (numbered((0, 0), (0, 1), relation="at_most", residual="2", holds=True), "does not hold"),
        (
            numbered((0, 0), (0, 2), (0, 0), relation="ratio", residual="2.40", holds=False),
            "residual is 2.40",
        ),
        (numbered((0, 0), (0, 1), (0, 3), relation="ratio", residual="0"), "divides by zero"),
        (numbered((0, 0), (0, 1), (0, 2), relation="equal"), "equal with 2 terms"),
        (numbered((0, 0)), "sum with 0 terms"),
        (numbered((0, 0), (0, 6)), "terms[0]: '无' is no number"),
        (numbered((0, 0), (1, 1)), "terms[0]: table t1 has no address (1, 1)"),
        (
            numbered((0, 0), (0, 1)) | {"total": {"table": "t9", "row": 0, "col": 0}},
            "total: there is no table t9",
        ),
        (numbered((0, 0), (0, 1)) | {"total": {"mention": "m9"}}, "total: there is no mention m9"),
        (numbered((0, 0), (0, 1)) | {"total": {"table": "t1"}}, "total: points at neither"),
        (
            numbered((0, 0), (0, 1)) | {"total": {"table": "t1", "mention": "m1"}},
            "total: points at a cell and",
        ),
    ],
)
def test_equations_are_computed_again(equation, reason):
    expected = [] if reason is None else [reason]
    reasons = found(document(*SUM, equations=[equation]))
    assert len(reasons) == len(expected)
    for got, want in zip(reasons, expected, strict=True):
        assert got.startswith("equations[0]: ")
        assert want in got


@pytest.mark.parametrize(
    ("label", "reasons"),
    [
        ("产出指标（3分）", []),
        ("产出指标（40分）", ["it does not hold"]),
        ("产出指标（3分，占10%）", ["is no number"]),
        ("产出指标", ["is no number"]),
    ],
)
def test_a_label_counts_for_its_only_number(label, reasons):
    texts = [(label, None), ("1.00", "1.00"), ("2.00", "2.00")]
    equation = numbered((0, 0), (0, 1), (0, 2), residual="0.00", holds=True)
    got = found(document(*texts, equations=[equation]))
    for reason in reasons:
        assert any(reason in line for line in got)
    assert bool(got) == bool(reasons)


@given(
    st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=2, max_size=6), st.decimals(-1, 1, places=2)
)
def test_a_residual_is_right_or_refused(values, error):
    texts = [(f"{value:f}", f"{value:f}") for value in values]
    residual = values[0] - sum(values[1:])
    stated = residual + error
    equation = numbered((0, 0), *((0, i) for i in range(1, len(values))), residual=f"{stated:f}")
    reasons = found(document(*texts, equations=[equation]))
    assert bool(reasons) == (error != 0)


def mention(**changes):
    value = {
        "id": "m1",
        "page": 1,
        "box": [0, 0, 5, 5],
        "text": "4,804.64万元",
        "amount": "4804.64",
        "unit": "万元",
    }
    return value | {"phrase": "收入总计"} | changes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"text": "4804.64"}, None),
        ({"text": "12.5%", "amount": "12.5", "unit": None}, None),
        ({"amount": "4804.46"}, "which prints 4804.64"),
        ({"text": "四千万元"}, "which prints none"),
        ({"unit": "元", "text": "4,804.64万元"}, "which prints none"),
    ],
)
def test_a_mention_says_its_amount(changes, reason):
    reasons = found(document(("4804.64", "4804.64"), mentions=[mention(**changes)]))
    assert len(reasons) == (reason is not None)
    assert reason is None or reason in reasons[0]
    said = numbered((0, 0), residual="0", holds=True, relation="equal", terms=[{"mention": "m1"}])
    if reason is None and "amount" not in changes:
        assert found(document(("4804.64", "4804.64"), mentions=[mention()], equations=[said])) == []


def test_kinds_are_a_closed_list():
    assert len(KINDS) == len(set(KINDS)) == 25
    assert KINDS[-1] == "other"
    assert {kind.split(".")[0] for kind in KINDS[:-1]} == {"budget", "final", "performance"}
    for sample in SAMPLES.glob("*.json"):
        assert {table.kind for table in Document.load(sample).tables} <= set(KINDS)


# Adding ----------------------------------------------------------------------------------


def add(folder, name=NAMES[0], **options):
    return add_document(
        folder, SAMPLES / f"{name}.pdf", SAMPLES / f"{name}.json", licence="CC0-1.0", **options
    )


def test_nothing_is_overwritten_without_force(fixture_set):
    before = (fixture_set / "manifest.csv").read_bytes()
    with pytest.raises(OutputError, match="already"):
        add(fixture_set)
    assert (fixture_set / "manifest.csv").read_bytes() == before
    replaced = add(fixture_set, force=True, split="dev", document="shared", made_by="hand")
    assert [f.split for f in load_set(fixture_set).fixtures] == ["dev", "test"]
    assert (replaced.document, replaced.extra["made_by"]) == ("shared", "hand")
    assert check(fixture_set) == ()


def test_two_sources_of_one_name_get_two_ids(tmp_path, fixture_set):
    other = tmp_path / f"{NAMES[0]}.pdf"
    shutil.copy(SAMPLES / "project-application.pdf", other)
    fixture = add_document(fixture_set, other, SAMPLES / "project-application.json", licence="CC0-1.0")
    assert fixture.id == f"{NAMES[0]}-{fixture.sha256[:8]}"
    assert len(load_set(fixture_set).fixtures) == 3


def test_the_truth_of_another_file_is_no_truth(tmp_path):
    with pytest.raises(DocumentError, match=r"source\.sha256"):
        add_document(tmp_path, SAMPLES / f"{NAMES[0]}.pdf", SAMPLES / f"{NAMES[1]}.json", licence="CC0-1.0")
    assert list(tmp_path.iterdir()) == []


def test_a_truth_that_names_no_source_is_given_it(tmp_path):
    truth = tmp_path / "t.json"
    shutil.copy(SAMPLES / f"{NAMES[0]}.json", truth)
    edit(truth, lambda v: v.update(source={"name": "labels.html", "sha256": "", "pages": 0}))
    fixture = add_document(tmp_path / "set", SAMPLES / f"{NAMES[0]}.pdf", truth, licence="CC0-1.0")
    source = fixture.load().source
    assert (source.name, source.sha256, source.pages) == (f"{NAMES[0]}.pdf", fixture.sha256, 1)


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"id": "../x"}, "is no name"), ({"damage": ""}, "is no name"), ({"split": "a/b"}, "is no name")],
)
def test_names_that_a_manifest_cannot_hold_are_refused(tmp_path, options, reason):
    with pytest.raises(InputError, match=reason):
        add(tmp_path / "set", **options)
    assert not (tmp_path / "set").exists()


def test_a_set_with_a_bad_row_is_not_written_anew(fixture_set):
    first, second = rows(fixture_set)
    rewrite(fixture_set, [first, second | {"sha256": "?"}])
    with pytest.raises(InputError, match=r"manifest\.csv: line 3, sha256.*repair"):
        add(fixture_set, "project-application")


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.pdf"):
        add_document(tmp_path, tmp_path / "nothing.pdf", SAMPLES / f"{NAMES[0]}.json", licence="CC0-1.0")
    with pytest.raises(DocumentError, match=r"nothing\.json"):
        add_document(tmp_path, SAMPLES / f"{NAMES[0]}.pdf", tmp_path / "nothing.json", licence="CC0-1.0")
    with pytest.raises(MissingInput):
        load_set(tmp_path / "nowhere")


def test_a_refusal_is_one_line():
    assert str(Refusal("a.json", "tables[0]", "is bad")) == "a.json: tables[0]: is bad"
    assert str(Refusal("a.json", "", "is bad")) == "a.json: is bad"


def test_progress_is_told(fixture_set):
    seen = []
    check(fixture_set, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_values_are_exact_beyond_the_default_precision():
    big, small = Decimal(10) ** 29, Decimal("0.01")
    texts = [(f"{big:f}", f"{big:f}"), (f"{small}", f"{small}")]
    equation = numbered((0, 0), (0, 1), residual=f"{'9' * 29}.99", holds=False)
    assert found(document(*texts, equations=[equation])) == []
