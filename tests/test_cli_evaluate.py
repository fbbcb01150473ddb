"""`crossfoot evaluate`: what it prints, writes and exits with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import crossfoot.cli.evaluate
import pytest
from click.testing import Result
from crossfoot.cli.app import app
from crossfoot.document import Cell, Document
from crossfoot.eval import harness, predictions, running
from crossfoot.eval.pool import Pool
from replayed import Replay, make_set, with_cell
from rich.console import Console
from typer.testing import CliRunner

SUMMARY, BASIC = "budget-2020-summary", "budget-2020-basic"

Run = Callable[..., Result]


def misread(document: Document) -> Document:
    def change(cell: Cell) -> Cell | None:
        return replace(cell, text="9.99", amount=Decimal("9.99")) if cell.amount else None

    return with_cell(document, change)


@pytest.fixture
def fixtures(samples: Path, tmp_path: Path) -> Path:
    return make_set(samples, tmp_path / "set", [(SUMMARY, "fax"), (BASIC, "clean")])


@pytest.fixture
def run(fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process, on replayed samples of which one has a misread amount."""
    model = tmp_path / "model"
    model.mkdir()
    monkeypatch.setattr("crossfoot.models.weights.WeightStore.ensure", lambda *_: model)
    monkeypatch.setattr(running, "_digitizer", lambda options: Replay({f"{SUMMARY}-fax": misread}))
    monkeypatch.setattr("crossfoot.eval.harness.Pool", lambda workers, threads, limit: Pool(0, threads))

    def call(*arguments: str | Path) -> Result:
        given = [str(a) for a in arguments]
        return CliRunner().invoke(
            app, ["evaluate", str(fixtures), "--cache", str(tmp_path / "cache"), *given]
        )

    return call


def test_a_table_per_profile_and_one_over_all(run: Run) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout.index("clean: 1 document") < result.stdout.index("fax: 1 document")
    assert "all profiles: 2 documents, 2 pages, 2 tables" in result.stdout
    assert "budget.basic_expenditure" in result.stdout
    assert "n/a here: " in result.stdout
    for stated in ("intersection over union", "NFKC", "seed 0", "1 worker with"):
        assert stated in result.stdout


def test_the_baseline_stands_beside_with_a_difference(run: Run) -> None:
    result = run("--against", "img2table", "--only", "damage=clean")
    assert result.exit_code == 0, result.output
    assert "img2table" in result.stdout
    assert "detectable" in result.stdout
    assert "fax" not in result.stdout


def test_an_unmet_requirement_is_exit_code_4_and_a_line(run: Run) -> None:
    assert run("--require", "clean:amounts>=1,fax:amounts>=0.5").exit_code == 0
    result = run("--require", "amounts>=1,misprints<=1")
    assert result.exit_code == 4
    assert "crossfoot: amounts>=1: not met, measured 0.9" in result.stderr
    assert "crossfoot: misprints<=1: not met, the set gives no misprints there (n/a)" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--require", "amount>=1"), "known figures: amounts, "),
        (("--require", "amounts>=2"), "never above 1"),
        (("--require", "fox:amounts>=1"), "there are: clean, fax\n"),
        (("--only", "fax"), "damage=, split= and id="),
        (("--only", "licence=x"), "damage=, split= and id="),
        (("--predictions", "somewhere"), "go together"),
        (("--format", "html"), "go together"),
        (("--against", "crossfoot"), "img2table alone"),
        (("--workers", "0"), "--workers"),
        (("--against", "tabula"), "--against"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what_is_right(
    run: Run, arguments: tuple[str, ...], word: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert word in result.stderr
    assert "Traceback" not in result.output


def test_a_refused_fixture_is_exit_code_4_and_listed(run: Run, fixtures: Path) -> None:
    (fixtures / f"{BASIC}-clean.json").write_text('{"schema": "other"}')
    result = run()
    assert result.exit_code == 4
    assert f"refused: {BASIC}-clean.json: fixture {BASIC}-clean: not a crossfoot/1 document" in result.stderr
    assert "all profiles: 1 document" in result.stdout


def test_no_set_is_one_line(run: Run, fixtures: Path) -> None:
    (fixtures / "manifest.csv").unlink()
    result = run()
    assert result.exit_code == 4
    assert result.stderr.count("\n") == 1
    assert "manifest.csv: no such file" in result.stderr


def test_json_is_one_object_with_every_figure(run: Run) -> None:
    result = run("--json", "--require", "amounts>=1")
    value = json.loads(result.stdout)
    assert value["exit_code"] == result.exit_code == 4
    assert value["requirements"] == [
        {"requirement": "amounts>=1", "value": pytest.approx(0.98, abs=0.02), "met": False}
    ]
    assert set(value["scopes"]) == {"clean", "fax", "all"}
    assert value["scopes"]["fax"]["tools"]["crossfoot"]["figures"]["misread"]["value"] > 0


def test_the_report_is_written_where_it_was_asked_for(run: Run, tmp_path: Path) -> None:
    result = run("--out", tmp_path / "deep" / "report", "--no-cache", "--quiet")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    names = {path.name for path in (tmp_path / "deep" / "report").iterdir()}
    assert names == {"index.html", "results.json", "tables.csv", "wrong_amounts.csv"}
    assert "9.99" in (tmp_path / "deep" / "report" / "index.html").read_text(encoding="utf-8")
    assert not (tmp_path / "cache").exists()


def test_predictions_are_judged_without_any_weights(
    run: Run, tmp_path: Path, fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_digitizer", lambda options: pytest.fail("crossfoot was run"))
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for truth in fixtures.glob("*.json"):
        (theirs / truth.name).write_bytes(truth.read_bytes())
    result = run(
        "--predictions", theirs, "--format", "crossfoot", "--require", "amounts>=1,teds>=1,kinds_f1>=1"
    )
    assert result.exit_code == 0, result.output
    missing = run("--predictions", tmp_path / "nowhere", "--format", "html")
    assert missing.exit_code == 4
    assert "no such folder" in missing.stderr


def test_a_folder_without_any_prediction_is_an_error_and_not_zeros(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text("<table><tr><td>1</table>")
    result = run("--predictions", tmp_path, "--format", "html")
    assert result.exit_code == 4
    assert result.stdout == ""
    assert f"has no prediction for any fixture; the first would be {BASIC}-clean.html" in result.stderr


def test_small_type_is_offered_where_a_set_has_it(run: Run, fixtures: Path) -> None:
    truth = fixtures / f"{BASIC}-clean.json"
    document = Document.load(truth)
    replace(document, extra={"labels": {"small": True}}).save(truth)
    result = run("--require", "fox:amounts>=1")
    assert result.exit_code == 2
    assert "there are: clean, fax, small" in result.stderr


def test_a_report_is_not_written_among_the_fixtures(run: Run, fixtures: Path) -> None:
    before = sorted(fixtures.iterdir())
    result = run("--out", fixtures)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "holds a set of fixtures" in result.stderr
    assert sorted(fixtures.iterdir()) == before


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
def test_tables_fit_the_terminal_and_say_what_is_left_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(
        "crossfoot.summary.output_console",
        lambda: Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False),
    )
    result = run("--against", "img2table")
    assert result.exit_code == 0, result.output
    heads = [line for line in result.stdout.splitlines() if line.lstrip().startswith(("kind ", "figure "))]
    assert len(heads) == 3
    for head in heads[:2]:
        assert "amounts" in head
    tables = [line for line in result.stdout.splitlines() if "─" in line or "crossfoot  " in line]
    assert max(map(len, tables)) <= width
    assert "…" not in result.stdout
    assert ("left out, for a wider terminal: " in result.stdout) == (width < 190)
    assert ("TEDS-S" in heads[0]) != ("TEDS-S" in result.stdout.partition("left out")[2])


def test_an_interrupt_is_exit_code_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(document: Document) -> Document:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "_digitizer", lambda options: Replay({f"{SUMMARY}-fax": interrupt}))
    result = run()
    assert result.exit_code == 130
    assert result.stderr == "crossfoot: interrupted\n"


def test_importing_the_command_loads_nothing_heavy() -> None:
    code = "import crossfoot.cli.evaluate, sys; print(*{n.partition('.')[0] for n in sys.modules})"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    heavy = {"numpy", "cv2", "scipy", "pandas", "matplotlib", "psutil", "img2table", "onnxruntime"}
    assert set(done.stdout.split()) & heavy == set()


def test_the_formats_offered_are_those_that_are_read() -> None:
    offered = {form.value for form in crossfoot.cli.evaluate.Format}
    assert offered == set(harness.FORMATS) == set(predictions.FORMATS)
