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
    assert (clean.exit_code, clean.stdout) == (0, "1 fixtures, 0 refused\n")

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
    assert last == "1 fixtures, 2 refused"
    found = json.loads(run("check", tmp_path / "set", "--json").stdout)
    assert (found["fixtures"], found["exit_code"]) == (1, 4)
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
    assert done.stdout == "t1  3 × 3, 1 header rows, 2 amounts  budget.expenditure\n"
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
        (["--kind", "x"], "'x' is no kind of table"),
        (["--unit", "斤"], "'斤' is no unit of money"),
        (["--stage", "late"], "'late' is no stage"),
        (["--columns", "code,sum,text"], "'sum' is no role"),
        (["--columns", "code"], "1 roles for 3 columns"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path, options, reason):
    (tmp_path / "labels.html").write_text(LABELS, "utf-8")
    done = run("label", tmp_path / "labels.html", "-o", tmp_path / "t.json", *options)
    assert done.exit_code == 4
    assert reason in done.stderr
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
    assert last == "1 fixtures, 1 refused"
    assert run("check", tmp_path / "set").exit_code == 0
    assert run("import", "nothing", tmp_path, tmp_path / "b", "--licence", "x").exit_code == 2
