"""`crossfoot fixtures`, as a person or a script calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from crossfoot.cli import app
from crossfoot.document import Document
from PIL import Image
from typer.testing import CliRunner

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
NAME = "budget-2020-basic"
LABELS = "<table><tr><th>编码<th>名称<th>金额<tr><td>201<td>一般<td>1.50<tr><td>202<td>外交<td>2.00</table>"


def run(*arguments):
    return CliRunner().invoke(app, ["fixtures", *map(str, arguments)])


def add(folder, *options):
    scan = SAMPLES / f"{NAME}.pdf"
    return run("add", folder, scan, scan.with_suffix(".json"), "--licence", "CC0-1.0", *options)


def test_a_set_is_made_checked_and_found_out(tmp_path):
    done = add(tmp_path / "set", "--id", "first", "--damage", "scan", "--made-by", "hand")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("first  ")
    clean = run("check", tmp_path / "set")
    assert (clean.exit_code, clean.stdout) == (0, "1 fixture, 0 refused\n")

    truth = tmp_path / "set/truth/first.json"
    value = json.loads(truth.read_text("utf-8"))
    del value["tables"][0]["cells"][3]
    value["tables"].append(value["tables"][0] | {"id": "t2\x1b[2J", "shape": [1, 1]})
    truth.write_text(json.dumps(value), "utf-8")
    bad = run("check", tmp_path / "set")
    assert bad.exit_code == 4
    first, second, last = bad.stdout.splitlines()
    assert first.startswith("truth/first.json: tables[0]: address (")
    assert first.endswith("is covered by no cell")
    assert second.startswith("truth/first.json: tables[1]: ")
    assert last == "1 fixture, 1 refused"  # one, with two faults
    found = json.loads(run("check", tmp_path / "set", "--json").stdout)
    assert (found["fixtures"], found["refused"], found["exit_code"]) == (1, 1, 4)
    assert [r["address"] for r in found["refusals"]] == ["tables[0]", "tables[1]"]
    assert run("check", tmp_path / "set", "--quiet").stdout.splitlines() == [first, second]


def test_a_manifest_that_names_nothing_ends_the_check(tmp_path):
    done = run("check", tmp_path)
    assert done.exit_code == 4
    assert "manifest.csv: no such file" in done.stderr
    as_json = run("check", tmp_path, "--json")
    assert json.loads(as_json.stdout)["exit_code"] == as_json.exit_code == 4


def test_control_characters_of_a_stranger_do_not_reach_the_terminal(tmp_path):
    add(tmp_path)
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(manifest.read_text("utf-8").replace(f"{NAME},sources", "x\x1b[2J,sources"), "utf-8")
    done = run("check", tmp_path)
    assert done.exit_code == 4
    assert "\x1b" not in done.output


def test_labels_become_a_truth_and_a_fixture(tmp_path):
    (tmp_path / "labels.html").write_text(LABELS, "utf-8")
    options = ["--kind", "budget.expenditure", "--unit", "万元", "--year", "2020", "--stage", "budget"]
    done = run("label", tmp_path / "labels.html", "-o", tmp_path / "t.json", *options)
    assert done.exit_code == 0, done.output
    assert done.stdout == "t1  3 × 3, 1 header row, 2 amounts  budget.expenditure\n"
    table = Document.load(tmp_path / "t.json").tables[0]
    assert {(c.unit, c.year, c.stage) for c in table.cells if c.amount is not None} == {
        ("万元", 2020, "budget")
    }
    scan = SAMPLES / f"{NAME}.pdf"
    assert run("add", tmp_path / "set", scan, tmp_path / "t.json", "--licence", "own").exit_code == 0
    assert run("check", tmp_path / "set").exit_code == 0
    again = run("label", tmp_path / "labels.html", "-o", tmp_path / "t.json")
    assert again.exit_code == 4
    assert "--force" in again.stderr
    options = ["--columns", "text, text,text", "--header-rows", "0", "--source", scan, "--force", "--quiet"]
    assert run("label", tmp_path / "labels.html", "-o", tmp_path / "t.json", *options).stdout == ""
    document = Document.load(tmp_path / "t.json")
    assert document.source.pages == 1
    assert all(cell.amount is None for cell in document.tables[0].cells)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--kind", "x"], "'x' is no kind of table; there are budget.revenue_expenditure_summary, "),
        (["--unit", "斤"], "'斤' is no unit of money"),
        (["--stage", "late"], "'late' is no stage; there are budget, "),
        (["--columns", "code,sum,text"], "'sum' is no role; there are "),
    ],
)
def test_options_that_mean_nothing_are_refused_and_the_table_is_not_to_blame(tmp_path, options, reason):
    (tmp_path / "labels.html").write_text(LABELS, "utf-8")
    done = run("label", tmp_path / "labels.html", "-o", tmp_path / "t.json", *options)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"crossfoot: {options[0]}: {reason}")
    assert "labels.html" not in done.stderr
    assert not (tmp_path / "t.json").exists()


def test_too_few_roles_are_refused(tmp_path):
    (tmp_path / "labels.html").write_text(LABELS, "utf-8")
    done = run("label", tmp_path / "labels.html", "-o", tmp_path / "t.json", "--columns", "code")
    assert done.exit_code == 4
    assert "table 1: has 3 columns, and 1 role given for them" in done.stderr
    assert not (tmp_path / "t.json").exists()


def test_nothing_is_replaced_without_force(tmp_path):
    assert add(tmp_path).exit_code == 0
    refused = add(tmp_path)
    assert refused.exit_code == 4
    assert "already; give --force" in refused.stderr
    assert add(tmp_path, "--force", "--split", "dev", "--document", "shared", "-q").stdout == ""


def test_a_public_data_set_is_imported(tmp_path):
    Image.new("L", (60, 20)).save(tmp_path / "a.png")
    html = {"structure": {"tokens": ["<tr>", "<td>", "</td>", "</tr>"]}, "cells": [{"tokens": ["1"]}]}
    good = {"filename": "a.png", "split": "", "html": html}
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(good)}\n{{\n", "utf-8")
    done = run(
        "import", "pubtabnet", tmp_path / "a.jsonl", tmp_path / "set", "--licence", "CDLA-Permissive-1.0"
    )
    assert done.exit_code == 3, done.output
    first, last = done.stdout.splitlines()
    assert first.startswith("a.jsonl: line 2: no JSON")
    assert last == "1 fixture, 1 refused"
    assert run("check", tmp_path / "set").exit_code == 0
    assert run("import", "nothing", tmp_path, tmp_path / "b", "--licence", "x").exit_code == 2


def test_missing_and_changed_sources_count_alike(tmp_path):
    assert add(tmp_path, "--id", "a").exit_code == add(tmp_path, "--id", "b").exit_code == 0
    source = tmp_path / "sources/a.pdf"
    source.write_bytes(source.read_bytes() + b"%")
    changed = run("check", tmp_path)
    source.unlink()
    missing = run("check", tmp_path)
    assert changed.stdout.splitlines()[-1] == missing.stdout.splitlines()[-1] == "2 fixtures, 1 refused"


def test_a_truth_that_names_no_scan_is_told(tmp_path):
    (tmp_path / "labels.html").write_text(LABELS, "utf-8")
    scan, truth = SAMPLES / f"{NAME}.pdf", tmp_path / "t.json"
    assert run("label", tmp_path / "labels.html", "-o", truth).exit_code == 0
    done = run("add", tmp_path / "set", scan, truth, "--licence", "own", "--id", "loose")
    assert done.exit_code == 0
    assert "t.json: the truth does not say which scan it is of; label with --source" in done.stderr
    assert run("label", tmp_path / "labels.html", "-o", truth, "--source", scan, "--force").exit_code == 0
    assert run("add", tmp_path / "set", scan, truth, "--licence", "own", "--id", "tied").stderr == ""


def test_a_truth_is_json_in_a_folder_that_is_made(tmp_path):
    (tmp_path / "labels.html").write_text(LABELS, "utf-8")
    wrong = run("label", tmp_path / "labels.html", "-o", tmp_path / "truth.html", "--force")
    assert wrong.exit_code == 2
    assert "'truth.html' is no name of a truth; end it in .json" in wrong.stderr
    assert not (tmp_path / "truth.html").exists()
    truth = tmp_path / "new/folder/t.json"
    assert run("label", tmp_path / "labels.html", "-o", truth, "--title", "2020年支出表").exit_code == 0
    assert Document.load(truth).tables[0].title == "2020年支出表"


def test_a_title_typed_into_the_table_is_told(tmp_path):
    above = "<tr><td colspan=3>2020年支出预算表<tr><td>部门：某局<td><td>单位：万元"
    (tmp_path / "labels.html").write_text(LABELS.replace("<table>", f"<table>{above}"), "utf-8")
    done = run("label", tmp_path / "labels.html", "-o", tmp_path / "t.json")
    assert done.exit_code == 0
    first, second = done.stderr.splitlines()
    assert first.startswith("crossfoot: note: t1, row 1, '2020年支出预算表', counts as part of the table")
    assert first.endswith("remove the row and give --title")
    assert "row 2, '部门：某局 单位：万元'" in second
    assert second.endswith("give --unit")
    assert Document.load(tmp_path / "t.json").tables[0].shape == (5, 3)
