"""The harness on the samples: what counts, what is kept, and what one broken fixture costs."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psutil
import pytest
from crossfoot.datasets.fixtures.sets import load_set, write_manifest
from crossfoot.document import Cell, Document, Problem
from crossfoot.errors import DamagedInput, InputError, MissingInput, OptionsError, WeightsError
from crossfoot.eval import harness, running
from crossfoot.eval.cache import Cache, fingerprint
from crossfoot.eval.harness import Plan, evaluate
from crossfoot.eval.measuring import Cost, Meter
from crossfoot.eval.pool import Pool, TookTooLong, WorkerDied
from crossfoot.eval.requirements import parse_requirements
from crossfoot.eval.results import SMALL, Evaluation
from crossfoot.layout.options import LayoutOptions
from crossfoot.pipeline import Options
from replayed import Change, Replay, make_set, square_or_die, with_cell, without_row

SUMMARY, BASIC = "budget-2020-summary", "budget-2020-basic"
DAMAGES = ((SUMMARY, "clean"), (SUMMARY, "fax"), (BASIC, "clean"))


@pytest.fixture
def fixtures(samples: Path, tmp_path: Path) -> Path:
    return make_set(samples, tmp_path / "set", DAMAGES)


@pytest.fixture(autouse=True)
def weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A store whose one file stands for all models."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "inference.onnx").write_bytes(b"a network")
    monkeypatch.setattr("crossfoot.models.weights.WeightStore.ensure", lambda *_: folder)
    return folder


def replay(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Change] | None = None) -> Replay:
    digitizer = Replay(changes)
    monkeypatch.setattr(running, "_digitizer", lambda options: digitizer)
    return digitizer


def plan(tmp_path: Path, **changes: object) -> Plan:
    return Plan(**{"workers": 0, "cache": tmp_path / "cache"} | changes)  # type: ignore[arg-type]


def misread(document: Document) -> Document:
    def change(cell: Cell) -> Cell | None:
        return replace(cell, text="9.99", amount=Decimal("9.99")) if cell.amount else None

    return with_cell(document, change)


def fail(document: Document) -> Document:
    raise DamagedInput("cannot be read", name=document.source.name)


def crash(document: Document) -> Document:
    raise ZeroDivisionError("a bug\nover two lines")


def test_a_perfect_reader_is_perfect(fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replay(monkeypatch)
    found = evaluate(fixtures, plan(tmp_path))
    assert found.profiles == ("clean", "fax")
    values = found.values("crossfoot")
    assert [values[n] for n in ("amounts", "teds", "grits_top", "detection_recall")] == [1.0] * 4
    assert values["characters"] == values["false_tables"] == 0
    assert values["kinds_f1"] is None  # the reader says no kinds, so n/a and not 0
    assert found.failures == found.refusals == ()
    assert found.scores("crossfoot").amounts.amounts == sum(
        found.scores("crossfoot", p).amounts.amounts for p in found.profiles
    )


def test_one_misread_amount_is_counted_where_it_stands(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay(monkeypatch, {f"{SUMMARY}-fax": misread})
    found = evaluate(fixtures, plan(tmp_path))
    (wrong,) = [w for j in found.judged for row in j.tables for w in row.wrong]
    assert (wrong.read, wrong.misread, wrong.page) == ("9.99", True, 1)
    amounts = found.scores("crossfoot", "fax").amounts
    assert (amounts.exact, amounts.misread) == (amounts.amounts - 1, 1)
    assert found.values("crossfoot", "clean")["amounts"] == 1
    frame = found.to_pandas()
    assert frame[frame.amounts_misread > 0][["fixture", "damage"]].to_numpy().tolist() == [
        [f"{SUMMARY}-fax", "fax"]
    ]
    assert len(found.to_pandas("documents")) == len(DAMAGES)
    assert set(found.to_pandas("figures").scope) == {"clean", "fax", "all"}


@pytest.mark.parametrize("change", [fail, crash])
def test_what_cannot_be_read_counts_as_nothing_found(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    replay(monkeypatch, {f"{SUMMARY}-fax": change})
    found = evaluate(fixtures, plan(tmp_path))
    (failed,) = found.failures
    assert failed.fixture == f"{SUMMARY}-fax"
    assert failed.failure is not None
    assert "\n" not in failed.failure
    assert found.values("crossfoot", "fax")["amounts"] == 0
    assert found.values("crossfoot", "fax")["teds"] == 0
    assert found.values("crossfoot", "fax")["coverage_99"] is None  # nothing says how sure it is
    clean, risk = found.scores("crossfoot", "clean").risk, found.scores("crossfoot").risk
    assert clean is not None
    assert risk is not None
    assert found.values("crossfoot")["coverage_99"] == pytest.approx(clean.amounts / risk.amounts)
    assert found.values("crossfoot", "fax")["characters_outside"] == 1
    assert found.values("crossfoot", "clean")["teds"] == 1


def test_a_partial_result_counts_and_is_listed(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def partly(document: Document) -> Document:
        problem = Problem("error", "stage_failed", "the engine failed", page=2)
        return replace(document, status="partial", problems=(problem,))

    replay(monkeypatch, {f"{BASIC}-clean": partly})
    found = evaluate(fixtures, plan(tmp_path))
    (failed,) = found.failures
    assert failed.failure == "page 2: the engine failed"
    assert found.values("crossfoot")["teds"] == 1


def test_missing_weights_end_the_run(fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(document: Document) -> Document:
        raise WeightsError("not there", name="model")

    replay(monkeypatch, {f"{SUMMARY}-clean": missing})
    with pytest.raises(WeightsError):
        evaluate(fixtures, plan(tmp_path))


def test_a_refused_fixture_costs_itself_alone(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = fixtures / f"{SUMMARY}-fax.json"
    broken = json.loads(truth.read_text())
    del broken["tables"][0]["cells"][3]
    truth.write_text(json.dumps(broken))
    (fixtures / f"{BASIC}-clean.pdf").write_bytes(b"another content")
    digitizer = replay(monkeypatch)
    found = evaluate(fixtures, plan(tmp_path))
    assert digitizer.calls == [f"{SUMMARY}-clean"]
    assert [j.fixture for j in found.judged] == [f"{SUMMARY}-clean"]
    lines = sorted(map(str, found.refusals))
    assert "SHA-256" in lines[0]
    assert f"{SUMMARY}-fax" in lines[1]
    assert "covered" in lines[1] or "cover" in lines[1]


@pytest.mark.parametrize("damage", ["all", SMALL])
def test_no_damage_is_named_like_a_sum(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    replay(monkeypatch)
    folder = make_set(samples, tmp_path / "set", [(SUMMARY, damage), (BASIC, "clean")])
    found = evaluate(folder, plan(tmp_path))
    assert found.scopes == ("clean", "all")
    assert [refusal.reason for refusal in found.refusals] == [
        f"damage {damage!r} is the name of another group of figures"
    ]


def test_nothing_usable_is_an_error(fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replay(monkeypatch)
    for truth in fixtures.glob("*.json"):
        truth.write_text("{}")
    with pytest.raises(InputError, match="no fixture can be used"):
        evaluate(fixtures, plan(tmp_path))


def test_only_what_is_asked_for_is_read(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digitizer = replay(monkeypatch)
    found = evaluate(fixtures, plan(tmp_path, only={"damage": ("clean",), "id": (f"{BASIC}-clean", "x")}))
    assert digitizer.calls == [f"{BASIC}-clean"] == [j.fixture for j in found.judged]
    with pytest.raises(MissingInput, match="no fixture with split=train"):
        evaluate(fixtures, plan(tmp_path, only={"split": ("train",)}))


def test_results_are_kept_until_anything_changes_that_they_depend_on(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: Path
) -> None:
    digitizer = replay(monkeypatch)
    first = evaluate(fixtures, plan(tmp_path))
    second = evaluate(fixtures, plan(tmp_path))
    assert len(digitizer.calls) == 3
    assert all(j.cached for j in second.judged)
    assert not any(j.cached for j in first.judged)
    assert second.values("crossfoot") == first.values("crossfoot")  # seconds and memory, too

    evaluate(fixtures, plan(tmp_path, options=Options(layout=LayoutOptions(max_skew=1))))
    assert len(digitizer.calls) == 6
    (weights / "inference.onnx").write_bytes(b"another network")
    evaluate(fixtures, plan(tmp_path))
    assert len(digitizer.calls) == 9
    monkeypatch.setattr(harness, "program", lambda: "another source file")
    evaluate(fixtures, plan(tmp_path))
    assert len(digitizer.calls) == 12


def test_a_damaged_entry_is_as_good_as_none(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digitizer = replay(monkeypatch)
    evaluate(fixtures, plan(tmp_path))
    entries = sorted((tmp_path / "cache").glob("*/*/cost.json"))
    assert len(entries) == 3
    entries[0].write_text("[1, 2")
    (entries[1].parent / "document.json").unlink()
    evaluate(fixtures, plan(tmp_path))
    assert len(digitizer.calls) == 5


def test_without_a_cache_nothing_is_kept(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digitizer = replay(monkeypatch)
    for _ in range(2):
        found = evaluate(fixtures, plan(tmp_path, use_cache=False))
    assert len(digitizer.calls) == 6
    assert not (tmp_path / "cache").exists()
    assert found.values("crossfoot")["teds"] == 1


def test_a_lost_row_costs_more_at_addresses_than_aligned(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shorter(document: Document) -> Document:
        table = document.tables[0]
        whole = [
            r for r in range(2, table.shape[0]) if all(c.row_span == 1 for c in table.cells if r in c.rows)
        ]
        return replace(document, tables=(without_row(table, whole[0]), *document.tables[1:]))

    replay(monkeypatch, {f"{SUMMARY}-clean": shorter})
    values = evaluate(fixtures, plan(tmp_path)).values("crossfoot", "clean")
    assert values["amounts"] is not None
    assert values["amounts_aligned"] is not None
    assert values["amounts"] < values["amounts_aligned"] < 1


def label(fixtures: Path, stem: str, labels: dict[str, object]) -> None:
    path = fixtures / f"{stem}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"labels": labels}))


@pytest.mark.parametrize("labels", [{"small": True}, {"style": {"small": True}}, {"sizes": {"t1": 7.0}}])
def test_small_type_is_in_no_other_sum(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: dict[str, object]
) -> None:
    label(fixtures, f"{SUMMARY}-clean", labels)
    replay(monkeypatch, {f"{SUMMARY}-clean": misread})
    found = evaluate(fixtures, plan(tmp_path))
    assert found.scopes == ("clean", "fax", "all", SMALL)
    assert found.values("crossfoot")["amounts"] == 1
    small = found.values("crossfoot", SMALL)["amounts"]
    assert small is not None
    assert small < 1


def test_small_tables_among_others_are_judged_apart(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_set(samples, tmp_path / "set", [("project-application", "clean")])
    label(folder, "project-application-clean", {"sizes": {"t2": 6.5, "t1": 9.0}, "style": {"small": False}})
    replay(monkeypatch)
    found = evaluate(folder, plan(tmp_path))
    assert [(j.small, [row.table for row in j.tables], j.pages) for j in found.judged] == [
        (False, ["t1"], 1),
        (True, ["t2"], 0),
    ]
    assert found.scores("crossfoot").detection.tables == 1
    assert found.scores("crossfoot", SMALL).detection.tables == 1
    whole, apart = (found.scores("crossfoot", scope).amounts.amounts for scope in ("all", SMALL))
    truth = Document.load(folder / "project-application-clean.json")
    assert whole + apart == sum(bool(c.amount) for t in truth.tables for c in t.cells)
    assert apart > 0


def test_intervals_are_over_documents_and_the_same_each_time(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay(monkeypatch, {f"{SUMMARY}-fax": misread, f"{SUMMARY}-clean": misread})
    found = evaluate(fixtures, plan(tmp_path, seed=5))
    interval = found.interval("crossfoot", "amounts")
    assert interval is not None
    assert interval.documents == 2  # three scans, two of one document
    assert interval.low is not None
    assert interval.high == 1
    assert interval.low < interval.value < 1
    assert evaluate(fixtures, plan(tmp_path, seed=5)).interval("crossfoot", "amounts") == interval
    alone = found.interval("crossfoot", "amounts", "fax")
    assert alone is not None
    assert (alone.documents, alone.low) == (1, None)


def test_requirements_are_held_against_the_first_tool(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay(monkeypatch, {f"{SUMMARY}-fax": misread})
    wanted = parse_requirements("amounts>=1,clean:amounts>=1,fax:misread<=0.5,misprints>=0,small:teds>=0")
    found = evaluate(fixtures, plan(tmp_path, requirements=wanted))
    assert [v.met for v in found.verdicts] == [False, True, True, False, False]
    with pytest.raises(OptionsError, match="no fixture has the damage"):
        evaluate(fixtures, plan(tmp_path, requirements=parse_requirements("fox:teds>=0")))


def test_the_baseline_is_filled_with_the_words_that_crossfoot_read(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay(monkeypatch, {f"{BASIC}-clean": misread, f"{SUMMARY}-fax": crash})
    found = evaluate(fixtures, plan(tmp_path, against="img2table"))
    assert found.tools == ("crossfoot", "img2table")
    by_tool = {(j.tool, j.fixture): j for j in found.judged}
    ours, theirs = (by_tool[tool, f"{BASIC}-clean"] for tool in found.tools)
    assert [w.read for row in theirs.tables for w in row.wrong] == ["9.99"]
    assert [w.read for row in ours.tables for w in row.wrong] == ["9.99"]
    assert theirs.scores.structure.teds_structure > 0.99
    # Where crossfoot read nothing the baseline has its grid, and no text in it.
    empty = by_tool["img2table", f"{SUMMARY}-fax"]
    assert empty.scores.structure.teds_structure > 0.99
    assert empty.scores.amounts.exact == 0
    difference = found.difference("teds_structure")
    assert difference is not None
    assert difference.value == pytest.approx(
        (found.values("crossfoot")["teds_structure"] or 0)
        - (found.values("img2table")["teds_structure"] or 0)
    )


def test_a_failing_baseline_counts_zero_and_is_listed(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossfoot.eval.baseline import Baseline, Found

    replay(monkeypatch)
    running._baseline.cache_clear()
    monkeypatch.setattr(Baseline, "find", lambda self, image: Found((), failure="ValueError: it broke"))
    found = evaluate(fixtures, plan(tmp_path, against="img2table", only={"id": (f"{BASIC}-clean",)}))
    running._baseline.cache_clear()
    assert found.values("img2table")["teds"] == 0
    assert [(j.tool, j.failure) for j in found.failures] == [("img2table", "page 1: ValueError: it broke")]


def test_predictions_of_another_tool_are_judged_in_place_of_crossfoot(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossfoot.export.html import table_html

    theirs = tmp_path / "theirs"
    theirs.mkdir()
    truth = Document.load(fixtures / f"{BASIC}-clean.json")
    (theirs / f"{BASIC}-clean.html").write_text("".join(map(table_html, truth.tables)), encoding="utf-8")
    found = evaluate(fixtures, plan(tmp_path, predictions=(theirs, "html")))
    by_fixture = {j.fixture: j for j in found.judged}
    assert by_fixture[f"{BASIC}-clean"].scores.structure.teds == 1
    assert by_fixture[f"{BASIC}-clean"].failure is None
    assert by_fixture[f"{SUMMARY}-fax"].failure == (
        f"no prediction for it, which would be {SUMMARY}-fax.html"
    )
    assert found.values("html predictions", "fax")["teds"] == 0


def test_predictions_in_the_own_format_keep_what_only_it_says(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / f"{BASIC}-clean.json").write_bytes((fixtures / f"{BASIC}-clean.json").read_bytes())
    (theirs / f"{SUMMARY}-fax.json").write_text("{ no JSON")
    chosen = {"id": (f"{BASIC}-clean", f"{SUMMARY}-fax")}
    found = evaluate(fixtures, plan(tmp_path, predictions=(theirs, "crossfoot"), only=chosen))
    (failed,) = found.failures
    assert "not judged" in (failed.failure or "")
    assert found.values("crossfoot predictions", "clean")["characters_outside"] == 0
    assert found.values("crossfoot predictions", "fax")["teds"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"against": "tabula"},
        {"against": "crossfoot"},
        {"against": "img2table", "predictions": (Path(), "html")},
        {"predictions": (Path(), "docx")},
        {"workers": -1},
        {"workers": 65},
        {"seed": -1},
        {"time_limit": 0},
    ],
)
def test_plans_that_contradict_themselves_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(OptionsError):
        Plan(**changes)  # type: ignore[arg-type]


def test_a_dead_worker_costs_its_own_task() -> None:
    with Pool(2, 1) as pool:
        answers = dict(pool.each(square_or_die, [1, 13, -2, 3, 4]))
    assert [answers[i] for i in (0, 3, 4)] == [1, 9, 16]
    assert isinstance(answers[1], WorkerDied)
    assert isinstance(answers[2], ValueError)


def test_a_worker_that_hangs_costs_its_own_task() -> None:
    started = time.monotonic()
    with Pool(2, 1, limit=3) as pool:
        answers = dict(pool.each(square_or_die, [99, 2, 3]))
        stuck = pool.processes
    assert time.monotonic() - started < 60
    assert isinstance(answers[0], TookTooLong)
    assert "longer than 3 s" in str(answers[0])
    assert [answers[1], answers[2]] == [4, 9]
    assert len(stuck) == 1  # the process that hung was ended, and no other was needed


def test_a_grid_without_words_is_not_kept_for_when_there_are_words(
    fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {"id": (f"{BASIC}-clean",)}
    replay(monkeypatch, {f"{BASIC}-clean": crash})
    first = evaluate(fixtures, plan(tmp_path, against="img2table", only=chosen))
    assert first.values("img2table")["amounts"] == 0
    replay(monkeypatch)
    second = evaluate(fixtures, plan(tmp_path, against="img2table", only=chosen))
    assert second.values("img2table")["amounts"] == 1


def test_sources_of_one_name_have_no_predictions(samples: Path, tmp_path: Path) -> None:
    folder = make_set(samples, tmp_path / "set", DAMAGES)
    moved = []
    for fixture in load_set(folder).fixtures:
        if not fixture.id.startswith(SUMMARY):
            continue
        source = folder / fixture.damage / "page.pdf"
        source.parent.mkdir()
        moved.append(replace(fixture, source=fixture.source.rename(source)))
    write_manifest(folder, moved)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    with pytest.raises(OptionsError, match="have one name, page"):
        evaluate(folder, plan(tmp_path, predictions=(theirs, "html")))
    (theirs / "page.html").write_text("<table><tr><td>1</table>")
    alone = evaluate(folder, plan(tmp_path, predictions=(theirs, "html"), only={"damage": ("fax",)}))
    assert len(alone.judged) == 1


def test_an_interrupted_pool_leaves_no_process_behind() -> None:
    def interrupted() -> None:
        with Pool(2, 1) as pool:
            for _ in pool.each(square_or_die, [2, 99]):
                workers.extend(pool.processes)
                raise KeyboardInterrupt

    workers: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(workers) == 2
    alive = [psutil.Process(pid) for pid in workers if psutil.pid_exists(pid)]
    assert psutil.wait_procs(alive, timeout=20)[1] == []


def test_words_and_costs_survive_the_cache(tmp_path: Path, samples: Path) -> None:
    document = Document.load(samples / f"{BASIC}.json")
    box = document.tables[0].cells[0].parts[0].box
    words = {1: ((box, "1,000.00"), (box, "合计"))}
    cache = Cache(tmp_path / "deep" / "cache")
    assert cache.find("f" * 64, "0" * 64) is None
    cache.keep("f" * 64, "0" * 64, document, words, Cost(1.5, 2, 100.0))
    found = cache.find("f" * 64, "0" * 64)
    assert found is not None
    assert found.words() == words
    assert found.document() == document
    assert found.cost.per_page == 0.75


def test_fingerprints_know_order_and_kind() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint("a", "b") != fingerprint("ab")
    assert fingerprint(1) != fingerprint("1")


def test_a_meter_sees_memory_that_is_let_go_again() -> None:
    with Meter() as idle:
        time.sleep(0.05)
    with Meter() as meter:
        block = bytearray(200 << 20)
        block[::4096] = b"x" * len(block[::4096])
        time.sleep(0.1)
        del block
    assert meter.peak > idle.peak + 150
    assert 0.1 <= meter.seconds < 10


@pytest.mark.weights
def test_a_real_sample_in_a_worker_process(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real weights
    folder = make_set(samples, tmp_path / "set", [(BASIC, "clean")])
    found: Evaluation = evaluate(folder, Plan(cache=tmp_path / "cache"))
    values = found.values("crossfoot")
    assert values["amounts"] == 1
    assert (values["teds"] or 0) > 0.99
    assert 0 < (values["seconds_per_page"] or 0) < 120
    assert 100 < (values["peak_memory"] or 0) < 4000
    (judged,) = found.judged
    entry = Cache(tmp_path / "cache").root.glob("*/*/words.json")
    assert "合计" in next(entry).read_text(encoding="utf-8")
    assert judged.result is not None
