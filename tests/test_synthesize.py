"""Whole synthetic sets: the same bytes for the same seed, and truth that arithmetic confirms."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crossfoot import amounts
from crossfoot.datasets import synthesize as synthesis
from crossfoot.datasets.content import At, DisclosureContent, Said
from crossfoot.datasets.disclosure.compose import TABLES, Recipe, draw_disclosure
from crossfoot.datasets.fixtures.sets import add_document, check, load_set
from crossfoot.datasets.synthesize import Order, synthesize
from crossfoot.datasets.typesetting import pages as typesetting
from crossfoot.datasets.typesetting.equations import Print
from crossfoot.datasets.typesetting.fonts import DEFAULT_FONTS, installed
from crossfoot.datasets.typesetting.style import Style
from crossfoot.document import Document
from crossfoot.errors import CrossfootError, InputError, MissingInput, OutputError

needs_fonts = pytest.mark.skipif(
    not set(DEFAULT_FONTS) & set(installed().families()),
    reason="needs one of: fonts-noto-cjk, fonts-arphic-uming, fonts-arphic-ukai, fonts-wqy-zenhei",
)
THREE = ("final.basic_expenditure", "final.three_public")
EXCERPTS = Order(count=4, seed=5, damage=("mixed",), recipe=Recipe(tables=2, misprints=0.75))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fixtures")
    synthesize(EXCERPTS, out)
    return out


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@needs_fonts
def test_a_seed_gives_the_same_bytes_whatever_the_workers(made: Path, tmp_path: Path) -> None:
    synthesize(EXCERPTS, tmp_path, workers=2)

    assert digests(tmp_path) == digests(made)
    assert len(digests(made)) == 2 * 4 + 1


@needs_fonts
def test_another_seed_gives_other_documents(made: Path, tmp_path: Path) -> None:
    synthesize(Order(1, seed=6, recipe=Recipe(tables=1)), tmp_path)

    (fixture,) = load_set(tmp_path).fixtures
    assert fixture.sha256 not in digests(made).values()


@needs_fonts
def test_a_set_passes_its_own_check(made: Path) -> None:
    assert check(made) == ()


@needs_fonts
def test_truth_that_is_spoilt_is_refused_and_costs_nothing_else(made: Path, tmp_path: Path) -> None:
    for file in made.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    spoilt = next(tmp_path.glob("*.json"))
    value = json.loads(spoilt.read_text("utf-8"))
    value["tables"][0]["cells"].append(value["tables"][0]["cells"][-1])
    spoilt.write_text(json.dumps(value), "utf-8")

    refusals = check(tmp_path)
    assert {refusal.file for refusal in refusals} == {spoilt.name}
    assert "tables[0]" in str(refusals[0])


@needs_fonts
def test_every_profile_and_every_kind_can_be_asked_for(tmp_path: Path) -> None:
    order = Order(1, seed=1, damage=("all",), recipe=Recipe(kinds=("final.three_public",)))
    synthesize(order, tmp_path)

    fixtures = load_set(tmp_path).fixtures
    assert {"clean", "office", "fax", "low", "seal", "photo", "fold", "bleed"} == {f.damage for f in fixtures}
    assert len({f.document for f in fixtures}) == 1
    assert {table.kind for f in fixtures for table in f.load().tables} == {"final.three_public"}


def test_unknown_kinds_profiles_and_fonts_are_one_clear_line(tmp_path: Path) -> None:
    for order in (
        Order(1, recipe=Recipe(kinds=("budget.nothing",))),
        Order(1, damage=("storm",)),
        Order(1, fonts=("No Such Font",)),
        Order(0),
    ):
        with pytest.raises(CrossfootError) as caught:
            synthesize(order, tmp_path / "out")
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "out").exists()


@needs_fonts
def test_a_set_is_not_overwritten_unasked(made: Path) -> None:
    with pytest.raises(OutputError, match="--force"):
        synthesize(EXCERPTS, made)


def test_a_count_out_of_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        synthesize(Order(10**9), tmp_path)


@needs_fonts
def test_what_cannot_be_laid_out_is_tried_in_other_styles_and_costs_nothing_else(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    lay_out = typesetting.typeset_disclosure

    def narrow(content: DisclosureContent, style: Style) -> typesetting.Typeset:
        tried.append(content.name)
        if content.name == "s5-001" or (content.name == "s5-002" and tried.count("s5-002") == 1):
            raise InputError("table t does not fit on its pages", name=content.name)
        return lay_out(content, style)

    monkeypatch.setattr(typesetting, "typeset_disclosure", narrow)
    with pytest.raises(InputError, match=r"s5-001: document 1 of seed 5 .* 3 styles: table t does not fit"):
        synthesize(EXCERPTS, tmp_path)

    assert [tried.count(f"s5-00{number}") for number in range(4)] == [1, 3, 2, 1]
    assert {f.document for f in load_set(tmp_path).fixtures} == {"s5-000", "s5-002", "s5-003"}
    kept, before = digests(tmp_path), digests(made)
    assert {name for name in kept if kept[name] == before[name]} == {
        name for name in before if "-000-" in name or "-003-" in name
    }


@needs_fonts
def test_forcing_leaves_nothing_of_the_set_before(tmp_path: Path) -> None:
    recipe = Recipe(kinds=("final.three_public",))
    synthesize(Order(3, seed=1, recipe=recipe), tmp_path)
    synthesize(Order(1, seed=2, recipe=recipe), tmp_path, force=True)

    (fixture,) = load_set(tmp_path).fixtures
    assert set(digests(tmp_path)) == {"manifest.csv", fixture.source.name, fixture.truth.name}


@needs_fonts
def test_forcing_never_costs_what_was_labelled_by_hand(made: Path, tmp_path: Path) -> None:
    fixture = load_set(made).fixtures[0]
    add_document(tmp_path, fixture.source, fixture.truth, licence="CC0-1.0", id="mine")
    before = (tmp_path / "manifest.csv").read_bytes()

    with pytest.raises(OutputError, match="holds mine, which is not synthetic"):
        synthesize(EXCERPTS, tmp_path, force=True)
    assert (tmp_path / "manifest.csv").read_bytes() == before
    assert check(tmp_path) == ()


@needs_fonts
def test_the_pages_of_a_document_are_not_held_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alive: list[weakref.ref[Any]] = []
    most = 0
    render = synthesis._raster

    def counted(document: Any, index: int, dpi: float) -> Any:
        nonlocal most
        raster = render(document, index, dpi)
        alive.append(weakref.ref(raster))
        most = max(most, sum(ref() is not None for ref in alive))
        return raster

    monkeypatch.setattr(synthesis, "_raster", counted)
    order = Order(1, seed=3, damage=("office",), recipe=Recipe(kinds=("performance.self_evaluation",)))
    synthesize(order, tmp_path)
    assert len(alive) > 3
    assert most <= 3  # the page, the one after it, and at most one that is still being let go


@needs_fonts
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches a console's processes another way")
def test_an_interrupted_run_ends_at_once_and_leaves_no_set(tmp_path: Path) -> None:
    # Ctrl-C as at a terminal: a shell's background jobs, this run of the tests perhaps, ignore it.
    main = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    main += "from crossfoot.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-P", "-c", main, "synthesize", "500", str(tmp_path / "out")]
    run = subprocess.Popen(  # noqa: S603
        [*command, "--workers", "2", "--kind", "final.three_public", "-q"],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not list(tmp_path.glob("out/*.json")) and run.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the workers as well
        _, said = run.communicate(timeout=20)
    finally:
        run.kill()
    assert run.returncode == 130
    assert said == b"crossfoot: interrupted\n"
    with pytest.raises(MissingInput):
        load_set(tmp_path / "out")


# What follows recomputes every relation from the text of cells and mentions alone.


def number(text: str) -> Decimal:
    """The number that a cell prints, of a label its weight; a blank or a dash counts as nothing."""
    weight = re.fullmatch(r"\D+（(\d+)分）", text)
    parsed = amounts.parse(weight[1] if weight else text)
    return parsed.value if parsed else Decimal(0)


def terms(truth: Document) -> Iterator[tuple[Any, Decimal, list[Decimal], list[Any]]]:
    """Each equation with the value of its total, of its terms, and the places of all of them."""
    tables = {table.id: table for table in truth.tables}
    mentions = {mention.id: mention for mention in truth.mentions}

    def value(term: Any) -> tuple[Decimal, Any]:
        if term.mention is not None:
            text = mentions[term.mention].text
            digits = "".join(c for c in text if c.isdigit() or c in ".-")
            return Decimal(digits), term.mention
        cell = tables[term.table].cell_at(term.row, term.col)
        return number(cell.text), (term.table, cell.row, cell.col)

    for equation in truth.equations:
        total, place = value(equation.total)
        values = [(value(term)[0] * term.factor, value(term)[1]) for term in equation.terms]
        yield equation, total, [v for v, _ in values], [place, *(at for _, at in values)]


def residual(relation: str, total: Decimal, parts: list[Decimal]) -> Decimal:
    if relation in ("sum", "equal", "at_most"):
        return total - sum(parts)
    if relation == "product":
        product = Decimal(1)
        for part in parts:
            product *= part
        return total - product
    return total - parts[0] / parts[1] if parts[1] else Decimal(0)


@needs_fonts
def test_every_relation_of_the_truth_holds_but_those_that_a_misprint_touches(made: Path) -> None:
    checked = 0
    for fixture in load_set(made).fixtures:
        truth = fixture.load()
        planted = truth.extra["labels"]["misprints"]
        touched = {
            at.get("mention") or (at["table"], at["row"], at["col"]) for m in planted for at in m["where"]
        }
        for equation, total, parts, places in terms(truth):
            off = residual(equation.relation, total, parts)
            holds = (off if equation.relation == "at_most" else abs(off)) <= equation.tolerance
            assert holds == equation.holds, (fixture.id, equation)
            assert abs(off - equation.residual) < Decimal("1e-9"), (fixture.id, equation)
            assert holds or touched & set(places), (fixture.id, equation)
            checked += 1
    assert checked > 50


@pytest.mark.parametrize("seed", range(60))
def test_content_is_consistent_before_it_is_printed(seed: int) -> None:
    content = draw_disclosure(f"d{seed}", (1, 77, seed), Recipe(misprints=0))
    cells = {(t.key, c.row, c.col): c for t in content.tables for c in t.cells}
    covered = {
        (t.key, r, c): (t.key, x.row, x.col)
        for t in content.tables
        for x in t.cells
        for r in range(x.row, x.row + x.row_span)
        for c in range(x.col, x.col + x.col_span)
    }
    said = {p.key: p for p in content.paragraphs}

    def value(ref: Any) -> Decimal:
        if hasattr(ref, "index"):
            return said[ref.key].mentions[ref.index].amount
        return number(cells[covered[ref.key, ref.row, ref.col]].text)

    for table in content.tables:  # a boundary that no cell starts at is one that nobody can see
        rows, cols = table.shape
        assert {c.row for c in table.cells} == set(range(rows))
        assert {c.col for c in table.cells} == set(range(cols))
    assert content.relations
    assert len({t.key for t in content.tables}) == len(content.tables)
    for relation in content.relations:
        parts = [value(ref) * factor for ref, factor in relation.terms]
        off = residual(relation.relation, value(relation.total), parts)
        assert (off if relation.relation == "at_most" else abs(off)) <= relation.tolerance, (relation, off)


def printed_texts(content: DisclosureContent) -> dict[Any, str]:
    """What stands in every cell and mention."""
    cells = {At(t.key, c.row, c.col): c.text for t in content.tables for c in t.cells}
    return cells | {
        Said(p.key, index): p.text[said.start : said.end]
        for p in content.paragraphs
        for index, said in enumerate(p.mentions)
    }


def failing(content: DisclosureContent) -> list[set[Any]]:
    """The places of each relation that the print contradicts."""
    printed = Print(content)
    found = []
    for relation in content.relations:
        off = printed.residual(relation)
        if off is not None and (off if relation.relation == "at_most" else abs(off)) > relation.tolerance:
            found.append({printed.start(ref) for ref in (relation.total, *(t for t, _ in relation.terms))})
    return found


@pytest.fixture(scope="module")
def spoilt() -> list[tuple[DisclosureContent, DisclosureContent]]:
    """Documents with misprints, and the same without."""
    return [
        (
            draw_disclosure(f"d{seed}", (1, 78, seed), Recipe(misprints=1.0)),
            draw_disclosure(f"d{seed}", (1, 78, seed), Recipe(misprints=0.0)),
        )
        for seed in range(80)
    ]


Spoilt = list[tuple[DisclosureContent, DisclosureContent]]


def test_misprints_of_every_sort_are_planted(spoilt: Spoilt) -> None:
    assert {misprint.kind for wrong, _ in spoilt for misprint in wrong.misprints} == {
        "wrong_total",
        "swapped_digits",
        "copied_amount",
        "ratio_off",
        "wrong_formula",
        "wrong_weight",
        "another_draft",
        "extra_project",
        "narrative_of_another_version",
        "rows_left_out",
    }
    assert all(wrong.misprints and not right.misprints for wrong, right in spoilt)


def test_what_is_recorded_is_what_differs_from_the_document_as_it_was_meant(spoilt: Spoilt) -> None:
    compared = 0
    for wrong, right in spoilt:
        printed, meant = printed_texts(wrong), printed_texts(right)
        told = {
            at: (p, m) for x in wrong.misprints for at, p, m in zip(x.where, x.printed, x.meant, strict=True)
        }
        assert all(printed[at] == text for at, (text, _) in told.items())
        if printed.keys() != meant.keys():  # rows or sentences more or less
            continue
        compared += 1
        differs = {at: (printed[at], meant[at]) for at in printed if printed[at] != meant[at]}
        assert differs == {at: texts for at, texts in told.items() if texts[0] != texts[1]}
    assert compared > 40


def test_a_misprint_contradicts_something_and_nothing_else_is_contradicted(spoilt: Spoilt) -> None:
    for wrong, right in spoilt:
        assert failing(right) == []
        found = failing(wrong)
        touched = {at for misprint in wrong.misprints for at in misprint.where}
        assert all(places & touched for places in found)
        for misprint in wrong.misprints:
            assert misprint.where, misprint
            if misprint.kind != "wrong_formula":  # which the sums on paper contradict, not those of the truth
                assert any(places & set(misprint.where) for places in found), misprint


def test_a_copied_amount_is_of_another_row_of_its_column(spoilt: Spoilt) -> None:
    copied = [(wrong, m) for wrong, _ in spoilt for m in wrong.misprints if m.kind == "copied_amount"]
    assert copied
    for content, misprint in copied:
        (at,) = misprint.where
        others = {c.text for t in content.tables if t.key == at.key for c in t.cells if c.col == at.col}
        assert misprint.printed[0] in others


def test_a_wrong_formula_names_the_totals_that_it_should_give(spoilt: Spoilt) -> None:
    for wrong, right in spoilt:
        for misprint in wrong.misprints:
            if misprint.kind == "wrong_formula":
                sums = {r.total for r in wrong.relations if r.origin == "printed_formula"}
                assert set(misprint.where) <= sums
                notes = {note for t in wrong.tables for note in t.notes}
                (printed,) = notes - {note for t in right.tables for note in t.notes}
                assert printed in misprint.note


def test_no_class_is_printed_before_it_was_introduced() -> None:
    seen = set()
    for seed in range(60):
        kinds = ("budget.revenue_expenditure_summary", "final.revenue_expenditure_summary")
        content = draw_disclosure("d", (1, 81, seed), Recipe(kinds=kinds, misprints=0))
        texts = "".join(cell.text for table in content.tables for cell in table.cells)
        for name, since in (("灾害防治", 2019), ("抗疫特别国债", 2020)):
            if name in texts:
                seen.add(name)
                # Who spends it prints it whatever the year.
                assert content.year >= since or "应急管理" in content.organization, (seed, name)
    assert len(seen) == 2


def test_an_item_that_projects_may_pay_for_as_well_is_only_a_hint() -> None:
    strengths = set()
    for seed in range(12):
        content = draw_disclosure("d", (1, 80, seed), Recipe(kinds=THREE, misprints=0))
        assert {r.strength for r in content.relations if r.origin == "cross_table"} <= {
            "law",
            "usual",
            "hint",
        }
        kinds = {t.key: t.kind for t in content.tables}
        for relation in content.relations:
            refs = (relation.total, *(t for t, _ in relation.terms))
            if {kinds[ref.key] for ref in refs} == set(THREE):
                strengths.add(relation.strength)
    assert strengths == {"hint"}


def test_every_kind_occurs() -> None:
    kinds = {
        table.kind
        for seed in range(40)
        for table in draw_disclosure("d", (1, 79, seed), Recipe(misprints=0)).tables
    }
    assert kinds == set(TABLES)
