"""The layout benchmark: words go where they stand, and every figure counts what it says."""

import io
import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from crossfoot.cli import app
from crossfoot.cli.layout_benchmark import show
from crossfoot.datasets.typesetting.style import RULINGS
from crossfoot.document import Box, Cell, Document, Page, Part, Scan, SourceInfo, Table, TablePart
from crossfoot.errors import InputError
from crossfoot.eval import benchmark, layout, layout_baseline, layout_judging
from crossfoot.eval.baseline import BaselineCell, BaselineTable, Found
from crossfoot.eval.hardware import this_machine
from crossfoot.eval.layout import Plan, measure_layout, save
from crossfoot.eval.layout_figures import (
    ALL,
    FALSE,
    HEADERS,
    HEADERS_FOUND,
    JOINED,
    RECALL,
    TARGETS,
    TEDS_S,
    UPRIGHT,
    WRONG,
    figures,
    find,
    worst_pages,
)
from crossfoot.eval.layout_judging import join_score
from crossfoot.eval.layout_overlay import draw_worst
from crossfoot.eval.layout_scores import (
    BASELINES,
    CROSSFOOT,
    EVERY_OPTION,
    GROUPS,
    IMG2TABLE,
    FixtureScore,
    JoinScore,
    LayoutResult,
    PageScore,
    Structure,
    TableScore,
)
from crossfoot.eval.layout_words import filled, moved, on_the_scan
from crossfoot.eval.matching import match
from crossfoot.eval.slices import on_scan, page_tables, slices
from crossfoot.layout.engine import Grid, GridCell
from crossfoot.layout.mesh import Mesh
from crossfoot.layout.options import LayoutOptions
from crossfoot.ocr.cutting import Place
from hypothesis import given
from hypothesis import strategies as st
from replayed import make_set
from rich.console import Console
from typer.testing import CliRunner

NAME = "budget-2020-basic"
EYE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
CLOCKWISE = ((0.0, -1.0, 600.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))  # of a page 600 pixels high
WORD = (Box(100, 40, 180, 60), "合计")


def page(from_scan=EYE, number=1):
    return Page(number, 600, 600, Scan(600, 600, 200.0, "image"), from_scan)


@given(
    st.floats(-10, 10),
    st.floats(0.5, 2),
    st.floats(-200, 200),
    st.floats(-1e-4, 1e-4),
    st.floats(-1e-4, 1e-4),
)
def test_a_word_moved_to_another_page_and_back_stands_where_it_stood(degrees, scale, shift, tilt, lean):
    angle = np.radians(degrees)
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    other = page(((cos, -sin, shift), (sin, cos, -shift), (tilt, lean, 1.0)))

    (there,) = moved([WORD], page(), other)
    (back,) = moved([(there.box, there.reading.text)], other, page())

    assert back.box.center == pytest.approx(WORD[0].center, abs=0.05)
    assert (back.box.width, back.box.height) == pytest.approx((80, 20), abs=0.05)


def test_a_word_on_a_bent_page_is_followed_along_the_bend_and_back():
    x, y = np.arange(0.0, 601, 50), np.arange(0.0, 601, 50)
    there = np.stack(np.meshgrid(x, y), axis=-1)
    bent = there + np.stack([0 * there[..., 0], 12 * np.sin(there[..., 0] / 190)], axis=-1)
    other = replace(page(), mesh=Mesh(x, y, bent).to_rows())

    (word,) = moved([WORD], page(), other)
    (back,) = moved([(word.box, "合计")], other, page())

    assert word.box.center[1] == pytest.approx(50 - 12 * np.sin(140 / 190), abs=0.5)
    assert back.box.center == pytest.approx(WORD[0].center, abs=0.05)


def test_a_word_of_a_page_on_its_side_is_as_high_as_it_was_wide():
    (word,) = moved([WORD], page(), page(CLOCKWISE))

    assert word.box.to_list() == [540, 100, 560, 180]


def grid(*cells, shape):
    return Grid(Box.around(c.box for c in cells), shape, cells)


def test_a_word_falls_into_the_smallest_cell_around_its_middle_and_others_outside_or_astray():
    wide = GridCell(0, 0, 1, 1, Box(0, 0, 200, 100))
    narrow = GridCell(0, 1, 1, 1, Box(90, 20, 190, 80))
    far = GridCell(1, 0, 1, 2, Box(0, 300, 200, 400))
    words = moved(
        [WORD, (Box(0, 0, 20, 20), "左"), (Box(0, 200, 20, 220), "缝"), (Box(300, 0, 320, 20), "外")],
        page(),
        page(),
    )

    text = filled([grid(wide, narrow, far, shape=(2, 2))], words)

    assert {place: reading.text for place, reading in text.cells.items()} == {
        Place(0, 1): "合计",
        Place(0, 0): "左",
    }
    assert [word.reading.text for word in text.astray] == ["缝"]
    assert [word.reading.text for word in text.outside] == ["外"]


def table(name, rows_by_page, header=1, repeated=0, left=0.0):
    """A table of two columns with so many rows on each page, repeated ones not counted."""
    parts, cells, number = [], [], 0
    for at, rows in rows_by_page.items():
        again = repeated if parts else 0
        parts.append(TablePart(at, Box(left, 0, left + 100, 10 * (rows + again)), again))
        for down in range(again, again + rows):
            for col in (0, 1):
                box = Box(left + 50 * col, 10 * down, left + 50 * col + 50, 10 * down + 10)
                cells.append(Cell(number, col, parts=(Part(at, box),), header=number < header, text="x"))
            number += 1
    return Table(name, (number, 2), tuple(cells), parts=tuple(parts), header_rows=header)


def joins(truth, result, rows=None, small=frozenset()):
    document = Document(SourceInfo("x.pdf", "0" * 64, 3), "ok", tables=tuple(truth))
    pieces = page_tables(document)
    matching = match(pieces, [piece for t in result for piece in slices(t)])
    standing = {(p.source_id, p.page): p.table.shape[0] for p in pieces}
    return join_score(document, result, matching, small, standing | (rows or {}))


LONG = table("t1", {1: 9, 2: 8}, repeated=1)


def test_a_table_over_two_pages_that_comes_out_as_one_is_joined_right():
    assert joins([LONG], [replace(LONG, id="a")]) == JoinScore(1, 1, 1, 1, 0)


def test_pieces_left_apart_are_not_joined():
    halves = [table("a", {1: 9}), table("b", {2: 9})]

    assert joins([LONG], halves) == JoinScore(1, 0, 0, 0, 0)


def test_a_repeated_header_that_stays_in_the_body_is_not_right():
    kept = table("a", {1: 9, 2: 9})

    assert joins([LONG], [kept]) == JoinScore(1, 1, 0, 0, 0)


def test_a_row_that_the_grid_lost_is_not_the_fault_of_joining():
    short = table("a", {1: 9, 2: 7}, repeated=1)

    assert joins([LONG], [short], {("t1", 2): 8}) == JoinScore(1, 1, 1, 0, 0)


def test_two_tables_joined_to_one_are_wrong_and_neither_is_right():
    one, other = LONG, table("t2", {3: 6})
    mixed = table("a", {1: 9, 2: 8, 3: 6}, repeated=1)

    assert joins([one, other], [mixed]) == JoinScore(1, 0, 0, 0, 1)


def test_a_table_joined_with_what_is_none_is_wrong_but_a_badly_cut_piece_of_itself_is_not():
    with_stranger = table("a", {1: 9, 2: 8, 3: 6}, repeated=1)
    badly_cut = replace(LONG, id="a", parts=(LONG.parts[0], replace(LONG.parts[1], box=Box(0, 0, 30, 30))))

    assert joins([LONG], [with_stranger]).wrong == 1
    assert joins([LONG], [badly_cut]) == JoinScore(1, 0, 0, 0, 0)


def test_a_long_table_in_small_type_is_not_counted():
    assert joins([LONG], [replace(LONG, id="a")], small=frozenset({"t1"})).tables == 0


def structure(teds):
    return Structure(teds, teds, teds, (3, 2), 0.9)


def table_score(name, number=1, *, small=False, headers=None, **found):
    by_tool = {tool: structure(teds) for tool, teds in found.items()}
    return TableScore(name, number, "budget.revenue", (4, 2), small, by_tool, headers)


def page_score(number=1, tables=1, *, turned=False, seconds=0.1, **false):
    costs = {"layout.upright": seconds, "layout.grids": 2 * seconds, IMG2TABLE: 9.0}
    return PageScore(number, 200.0, tables, turned, false, costs)


def result(*scores, tools=(CROSSFOOT, IMG2TABLE)):
    return LayoutResult("set", tools, tuple(scores), (), LayoutOptions(), "digest", 1, this_machine())


def document(name="d1", damage="fax", ruling="thin", *, tables=(), pages=(), joined=None):
    joins = joined or JoinScore()
    return FixtureScore(
        f"{name}-{damage}", name, damage, ruling, 9.0, Path("x.pdf"), tuple(tables), tuple(pages), joins
    )


def value(found, name, tool=CROSSFOOT, group=ALL, profile=ALL):
    figure = find(found, name, tool, group, profile)
    return None if figure is None else (figure.value, figure.count)


def test_a_table_that_was_not_found_counts_0_and_small_type_counts_nowhere_but_apart():
    tables = [
        table_score("t1", crossfoot=1.0, img2table=0.5),
        table_score("t2", img2table=0.7),
        table_score("t3", small=True, crossfoot=0.2),
    ]
    found = list(figures(result(document(tables=tables, pages=[page_score(tables=3)]))))

    assert value(found, TEDS_S, group="fully ruled", profile="fax") == (0.5, 2)
    assert value(found, TEDS_S, IMG2TABLE) == (pytest.approx(0.6), 2)
    assert value(found, RECALL) == (0.5, 2)
    assert value(found, f"{TEDS_S}, small type") == (0.2, 1)
    assert value(found, TEDS_S, group="borderless") is None


def test_pages_that_were_scanned_on_their_side_are_left_out_of_the_figures_of_upright_ones():
    tables = [table_score("t1", 1, crossfoot=0.4), table_score("t2", 2, crossfoot=0.8)]
    pages = [page_score(1, turned=True), page_score(2)]
    found = list(figures(result(document(tables=tables, pages=pages))))

    assert value(found, TEDS_S) == (pytest.approx(0.6), 2)
    assert value(found, TEDS_S + UPRIGHT) == (0.8, 1)


def test_false_tables_are_counted_over_all_pages_those_without_a_table_among_them():
    pages = [page_score(1), page_score(2, 0, crossfoot=1, img2table=3), page_score(3, 0), page_score(4, 0)]
    found = list(figures(result(document(pages=pages))))

    assert value(found, FALSE) == (0.25, 4)
    assert value(found, FALSE, IMG2TABLE) == (0.75, 4)
    assert value(found, f"{FALSE}, pages without a table") == (pytest.approx(1 / 3), 3)


def test_header_rows_are_exact_or_not_and_joins_are_summed_over_documents():
    tables = [
        table_score("t1", headers=(2, 2), crossfoot=1.0),
        table_score("t2", headers=(2, 1), crossfoot=1.0),
        table_score("t3", headers=(0, 0), crossfoot=1.0),
        table_score("t4"),
    ]
    found = list(
        figures(
            result(
                document("d1", tables=tables, pages=[page_score()], joined=JoinScore(3, 3, 3, 2, 0)),
                document("d2", pages=[page_score()], joined=JoinScore(1, 0, 0, 0, 2)),
            )
        )
    )

    assert value(found, HEADERS) == (0.5, 4)  # the table that was missed has no header row right
    assert value(found, HEADERS_FOUND) == (pytest.approx(2 / 3), 3)
    assert value(found, JOINED) == (0.75, 4)
    assert value(found, WRONG)[0] == 2
    assert find(found, WRONG, CROSSFOOT, ALL, ALL).met is False


def test_layout_time_is_that_of_its_own_stages():
    pages = [page_score(n, seconds=s) for n, s in enumerate((0.1, 0.2, 0.1), start=1)]
    found = list(figures(result(document(pages=pages))))

    assert value(found, "layout seconds per page", profile="200 dpi") == (pytest.approx(0.3), 3)
    assert find(found, "layout seconds per page", CROSSFOOT, ALL, "200 dpi").met is True


@pytest.mark.parametrize(("teds", "met"), [(0.98, True), (0.9799, False)])
def test_a_target_is_met_from_its_bound_on(teds, met):
    scored = document(tables=[table_score("t1", crossfoot=teds)], pages=[page_score()])
    figure = find(list(figures(result(scored))), TEDS_S, CROSSFOOT, "fully ruled", "fax")

    assert (figure.target, figure.met) == (0.98, met)


def test_every_profile_and_group_of_the_layout_sets_has_a_target():
    for name in ("layout", "layout-held-out"):
        chosen = benchmark.load(name)
        plain = {profile.partition("@")[0] for profile in chosen.profiles}
        assert {(TEDS_S, group, profile) for group in GROUPS for profile in plain} <= set(TARGETS)
        assert set(chosen.rulings) == {style for styles in GROUPS.values() for style in styles}
        assert chosen.layout
        assert chosen.tables is None  # whole documents, with pages that bear no table
    assert {style for styles in GROUPS.values() for style in styles} == set(RULINGS)


def test_the_worst_pages_are_each_named_once_and_an_invented_table_is_as_bad_as_a_lost_one():
    low = document(
        "d1",
        "fax",
        tables=[table_score("t1", 1, crossfoot=0.5), table_score("t2", 2, crossfoot=0.9)],
        pages=[page_score(1), page_score(2), page_score(3, 0, crossfoot=2)],
    )
    high = document("d1", "clean", tables=[table_score("t1", 1, crossfoot=0.8)], pages=[page_score(1)])
    small = document("d2", tables=[table_score("t1", small=True)], pages=[page_score(1)])

    worst = worst_pages(result(high, low, small))

    assert [(w.fixture.fixture, w.page.number, w.score) for w in worst] == [
        ("d1-fax", 3, 0.0),
        ("d1-fax", 1, 0.5),
        ("d1-fax", 2, 0.9),
    ]
    assert "2 invented" in str(worst[0])
    assert "4x2 as 3x2" in str(worst[1])


def test_the_terminal_says_what_is_met_and_what_rests_on_too_little():
    met = [document("d1", "fax", tables=[table_score("t1", crossfoot=0.99, img2table=0.3)])]
    missed = [
        document(f"d{n}", "clean", "none", tables=[table_score("t1", crossfoot=0.9)], pages=[page_score()])
        for n in range(100)
    ]
    measured = result(*met, *missed)
    console = Console(file=io.StringIO(), width=200)

    show(measured, list(figures(measured)), worst_pages(measured), console)
    text = console.file.getvalue()

    assert "≥ 0.98 met, of 1" in text
    assert "≥ 0.93 NOT met " in text
    assert "0.3000" in text


@pytest.mark.parametrize(
    "option", [["--alone"], ["--worst", "3"], ["--only", "damage=fax"], ["--variants", "all"]]
)
def test_options_of_layout_are_refused_for_other_benchmarks(option, tmp_path):
    answer = CliRunner().invoke(app, ["benchmark", "quick", "--out", str(tmp_path), *option])

    assert answer.exit_code == 2
    assert "layout-quick" in answer.stderr
    assert not any(tmp_path.iterdir())


@pytest.fixture
def without_weights(monkeypatch):
    monkeypatch.setattr("crossfoot.models.weights.WeightStore.ensure", lambda *_: Path())
    monkeypatch.setattr(layout_judging, "_orientation", lambda: None)


@pytest.mark.usefixtures("without_weights")
def test_a_clean_sample_is_found_as_it_is_and_img2table_is_asked_once(samples, tmp_path, monkeypatch):
    folder = make_set(samples, tmp_path / "set", [(NAME, "clean")])
    plan = Plan(tmp_path / "kept", workers=0)
    first = measure_layout(folder, plan)
    monkeypatch.setattr(layout_baseline, "find", lambda image, variants: pytest.fail("asked again"))
    second = measure_layout(folder, plan)

    for measured in (first, second):
        (score,) = measured.scores
        assert score.tables
        for found in score.tables:
            assert found.teds(CROSSFOOT) == 1.0
            assert found.found[CROSSFOOT].located > 0.9
            assert found.teds(IMG2TABLE) > 0.9
            assert found.headers is not None
            assert found.headers[0] == found.headers[1]
        assert not any(page.false[CROSSFOOT] for page in score.pages)
    assert first.scores[0].tables == second.scores[0].tables
    assert find(list(figures(first)), "seconds per page", IMG2TABLE, ALL, ALL) is not None
    assert find(list(figures(second)), "seconds per page", IMG2TABLE, ALL, ALL) is None
    console = Console(file=io.StringIO(), width=200)
    show(second, list(figures(second)), [], console)
    assert any({"img2table", "n/a"} <= set(line.split()) for line in console.file.getvalue().splitlines())
    save(second, list(figures(second)), tmp_path / "layout.json")
    written = json.loads((tmp_path / "layout.json").read_text(encoding="utf-8"))
    assert [row["found"][CROSSFOOT]["teds"] for row in written["tables"]] == [1.0] * len(score.tables)
    stale = tmp_path / "worst" / "07-other-1.png"
    stale.parent.mkdir()
    stale.touch()
    (picture,) = draw_worst(worst_pages(second)[:1], folder, LayoutOptions(), tmp_path / "worst")
    assert cv2.imread(str(picture)).shape[0] > 1000
    assert not stale.exists()


@pytest.mark.usefixtures("without_weights")
def test_a_page_on_which_layout_fails_counts_as_one_where_it_found_nothing(samples, tmp_path, monkeypatch):
    folder = make_set(samples, tmp_path / "set", [(NAME, "clean")])

    def fail(options):
        return SimpleNamespace(name="broken", find=lambda *_: 1 / 0)

    monkeypatch.setattr(layout_judging, "_engine", fail)
    measured = measure_layout(folder, Plan(tmp_path / "kept", against=(), workers=0))

    assert [row.table.teds(CROSSFOOT) for row in measured.rows()] == [0.0] * len(measured.rows())
    assert value(list(figures(measured)), RECALL)[0] == 0.0
    assert "ZeroDivisionError" in measured.failures[0][1]


@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize("error", [RuntimeError("it died\nof this"), TimeoutError()])
def test_a_document_whose_work_came_to_no_end_counts_as_nothing_found(samples, tmp_path, monkeypatch, error):
    folder = make_set(samples, tmp_path / "set", [(NAME, "clean"), (NAME, "fax")])

    def measure(task):
        if task.fixture.damage == "fax":
            raise error
        return layout_judging.measure(task)

    monkeypatch.setattr(layout, "measure", measure)
    measured = measure_layout(folder, Plan(tmp_path / "kept", workers=0))
    found = list(figures(measured))
    done, gone = measured.scores

    assert [(t.table, t.page, t.shape) for t in gone.tables] == [
        (t.table, t.page, t.shape) for t in done.tables
    ]
    assert [(p.number, p.tables, p.dpi) for p in gone.pages] == [
        (p.number, p.tables, p.dpi) for p in done.pages
    ]
    assert (gone.ruling, gone.size, gone.joins.tables) == (done.ruling, done.size, done.joins.tables)
    for name in (TEDS_S, RECALL, HEADERS):
        assert value(found, name, profile="fax") == (0.0, len(done.tables))
        assert value(found, name) == (0.5, 2 * len(done.tables))
    assert value(found, RECALL, IMG2TABLE, profile="fax") == (0.0, len(done.tables))
    assert [name for name, _ in measured.failures] == [gone.fixture]


def test_a_long_table_of_a_document_whose_work_came_to_no_end_is_not_joined(tmp_path):
    truth = Document(
        SourceInfo("x.pdf", "0" * 64, 2), "ok", pages=(page(number=1), page(number=2)), tables=(LONG,)
    )
    fixture = SimpleNamespace(
        id="d1-fax", document="d1", damage="fax", source=tmp_path / "x.pdf", load=lambda: truth
    )

    score = layout_judging.lost(fixture, (CROSSFOOT,), "it died")

    assert score.joins == JoinScore(1, 0, 0, 0, 0)
    assert [(table.page, table.found) for table in score.tables] == [(1, {}), (2, {})]


@pytest.mark.usefixtures("without_weights")
def test_what_img2table_takes_for_a_table_in_running_text_is_false(samples, tmp_path, monkeypatch):
    folder = make_set(samples, tmp_path / "set", [(NAME, "clean")])
    truth = Document.load(folder / f"{NAME}-clean.json")
    boxes = [on_scan(truth.texts[0].box, truth.pages[0]), Box(0, 0, 20, 20)]  # the title, and bare paper
    invented = Found(tuple(BaselineTable((1, 1), (BaselineCell(0, 0, 1, 1, b),), b) for b in boxes))
    monkeypatch.setattr(
        layout_baseline,
        "find",
        lambda image, variants: {name: layout_baseline.Timed(invented, 1.0) for name in variants},
    )

    measured = measure_layout(folder, Plan(tmp_path / "kept", workers=0))

    assert [page.false[IMG2TABLE] for page in measured.pages()] == [1]  # a frame without a word is no table


@pytest.mark.parametrize("from_scan", [EYE, CLOCKWISE])
def test_words_on_the_scan_stand_there_as_large_as_they_are_printed(from_scan):
    frame = page(from_scan)

    ((box, text),) = on_the_scan([WORD], frame)

    assert text == WORD[1]
    assert box.to_list() == pytest.approx(on_scan(WORD[0], frame).to_list())


def test_a_variant_of_img2table_that_was_not_asked_before_is_asked_alone(tmp_path, monkeypatch):
    asked = []

    def ask(image, variants):
        asked.append(tuple(variants))
        return {name: layout_baseline.Timed(Found(()), 1.0) for name in variants}

    monkeypatch.setattr(layout_baseline, "find", ask)
    scan = SimpleNamespace(number=1, image=None)
    seconds = []
    for variants in ((IMG2TABLE,), BASELINES, (IMG2TABLE,), ()):
        with layout_baseline.pages(tmp_path, "0" * 64, variants) as results:
            seconds.append({name: timed.seconds for name, timed in results.page(scan).items()})

    assert asked == [(IMG2TABLE,), (EVERY_OPTION,)]
    assert seconds == [{IMG2TABLE: 1.0}, {IMG2TABLE: None, EVERY_OPTION: 1.0}, {IMG2TABLE: None}, {}]


@pytest.mark.parametrize(
    ("options", "against"),
    [([], (IMG2TABLE,)), (["--variants", "all"], BASELINES), (["--variants", "all", "--alone"], ())],
)
def test_the_terminal_chooses_the_variants_of_img2table(options, against, tmp_path, monkeypatch):
    plans = []

    def stop(folder, plan, *_):
        plans.append(plan)
        raise InputError("stopped", name="set")

    monkeypatch.setattr(layout, "measure_layout", stop)
    CliRunner().invoke(
        app, ["benchmark", "layout-quick", "--out", str(tmp_path), "--fixtures", str(tmp_path), *options]
    )

    assert [plan.against for plan in plans] == [against]


def test_a_set_for_layout_is_made_once_unless_its_definition_changes(tmp_path, monkeypatch):
    made = count()
    monkeypatch.setattr("crossfoot.datasets.synthesize.synthesize", lambda *_, **__: next(made))
    chosen = benchmark.load("layout-quick")

    for wanted in (chosen, chosen, replace(chosen, seed=5), replace(chosen, seed=5)):
        benchmark.make(wanted, tmp_path, 1, lambda *_: None)

    assert next(made) == 2
