"""The command line with a pipeline that only pretends; what it prints, writes and exits with."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, get_args

import pytest
from crossfoot import __version__, cli, summary
from crossfoot.cli.digitize import Engine, Grid
from crossfoot.document import Box, Cell, Document, Page, Problem, Scan, SourceInfo, Table, TablePart
from crossfoot.errors import DamagedInput, MissingInput, OptionsError, WeightsError
from crossfoot.export.states import STATES
from typer.testing import CliRunner

HOSTILE = "\x1b[31mred\x1b[0m [bold]a[/bold]\u202e\n:smile:"


def document(path: Path, **changes: Any) -> Document:
    """A document of one page and one table with two amounts."""
    cells = (
        Cell(0, 0, text="合计"),
        Cell(0, 1, text="4,804.64", amount=Decimal("4804.64")),
        Cell(0, 2, text="1", amount=Decimal(1)),
    )
    part = TablePart(1, Box(0, 0, 9, 9))
    table = Table("t1", (1, 3), cells, parts=(part,), title="收支总表", unit="万元", year=2020)
    fields: dict[str, Any] = {
        "source": SourceInfo(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), 1),
        "pages": (Page(1, 10, 10, Scan(10, 10, None, "image"), ((1, 0, 0), (0, 1, 0), (0, 0, 1))),),
        "tables": (table,),
    }
    return Document(**fields | changes)


@dataclass
class FakeDigitizer:
    """Makes of an input what the input's text says: ok, partial, failed, damaged, bug, interrupt."""

    options: Any

    def __enter__(self) -> FakeDigitizer:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(
        self,
        path: Path,
        *,
        name: str | None = None,
        on_page: Callable[[Any], None] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_fetch: Callable[[str, int, int], None] | None = None,
    ) -> Document:
        if not path.is_file():
            raise MissingInput("no such file", name=path.name)
        if on_fetch:
            on_fetch("downloading", 1, 2)
        if self.options.ocr["weights"] == Path("none"):
            raise WeightsError("inference.onnx is missing", name="net")
        text = path.read_text()
        if text == "damaged":
            raise DamagedInput("is truncated", name=path.name, remedy="scan it again")
        if text == "bug":
            raise ZeroDivisionError("division by\nzero")
        if text == "interrupt":
            raise KeyboardInterrupt
        if on_progress:
            on_progress(1, 1)
        if on_page:
            on_page(SimpleNamespace(page=SimpleNamespace(number=1), image=0, tables=(), texts=(), words=()))
        if text == "hostile":
            base = document(path)
            table = base.tables[0]
            named = Table("t1", table.shape, table.cells, title=HOSTILE, kind=HOSTILE)
            return document(path, tables=(named,), problems=(Problem("info", "page_reduced", HOSTILE),))
        if text in {"partial", "failed"}:
            problem = Problem("error", "page_unreadable", "page 2 is broken", page=2)
            return document(path, status=text, problems=(problem,))
        return document(path)


def only_stores(**fields: Any) -> dict[str, Any]:
    if fields.get("max_pages") == 0:
        raise OptionsError("must be at least 1", name="--max-pages")
    return fields


@pytest.fixture(autouse=True)
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[FakeDigitizer]:
    """Replaces the pipeline, its options and the drawing; lists the Digitizers made."""
    made: list[FakeDigitizer] = []

    def digitizer(options: Any) -> FakeDigitizer:
        made.append(FakeDigitizer(options))
        return made[-1]

    def replace(name: str, **content: Any) -> None:
        module = ModuleType(f"crossfoot.{name}")
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        package, _, attribute = name.rpartition(".")
        if package:
            monkeypatch.setattr(f"crossfoot.{package}.{attribute}", module, raising=False)

    replace("pipeline", Digitizer=digitizer, Options=SimpleNamespace)
    replace("source", SourceOptions=only_stores)
    replace("layout.options", LayoutOptions=only_stores)
    replace("ocr.options", OcrOptions=only_stores)
    replace("export.overlay", draw=lambda *_: 0, encode_png=lambda image: b"PNG", decode_png=lambda data: 0)
    monkeypatch.chdir(tmp_path)
    return made


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(*arguments: str | Path) -> Ran:
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def write(*contents: str) -> list[Path]:
    """Files in the current folder, named for what they contain."""
    for content in contents:
        Path(f"{content}.pdf").write_text(content)
    return [Path(f"{content}.pdf") for content in contents]


def test_a_document_is_written_and_told() -> None:
    ran = run("digitize", *write("ok"), "-o", "out")

    assert ran.code == 0
    assert ran.err == ""
    header, row = (line.split() for line in ran.out.splitlines() if line.startswith(("page", "   1")))
    assert header == ["page", "id", "title", "kind", "size", "amounts"]
    assert row == ["1", "t1", "收支总表", "—", "1", "×", "3", "2"]
    assert re.search(r"^ok: 1 table, 2 amounts, 1 page, \d+\.\d s; files in out.ok$", ran.out, re.MULTILINE)
    assert Document.load("out/ok/document.json").tables[0].title == "收支总表"
    assert sorted(path.name for path in Path("out").iterdir()) == ["ok"]


@pytest.mark.parametrize(
    ("contents", "code"),
    [
        (("ok",), 0),
        (("ok", "partial"), 3),
        (("partial", "failed"), 4),
        (("damaged", "ok"), 4),
        (("bug", "partial", "ok"), 4),
    ],
)
def test_the_exit_code_is_that_of_the_worst_input(contents: tuple[str, ...], code: int) -> None:
    assert run("digitize", *write(*contents), "-o", "out").code == code
    assert {path.name for path in Path("out").iterdir()} == set(contents) - {"damaged", "bug"}


def test_a_bad_input_costs_one_line_and_the_next_goes_on() -> None:
    write("damaged", "bug", "ok")

    ran = run("digitize", "damaged.pdf", "bug.pdf", "ok.pdf", "-o", "out")

    assert ran.err.splitlines() == [
        "crossfoot: damaged.pdf: is truncated; scan it again",
        "crossfoot: bug.pdf: ZeroDivisionError: division by\\nzero",
    ]
    assert Path("out/ok/document.json").exists()


def test_debug_shows_the_traceback_of_a_bug_only() -> None:
    ran = run("digitize", *write("damaged", "bug"), "-o", "out", "--debug")

    assert ran.err.count("Traceback") == 1
    assert "ZeroDivisionError" in ran.err


def test_problems_are_one_line_each() -> None:
    ran = run("digitize", *write("partial"), "-o", "out")

    assert "  error: page 2: page 2 is broken [page_unreadable]" in ran.out.splitlines()


def test_json_is_one_object_and_nothing_else() -> None:
    ran = run("digitize", *write("ok", "partial", "damaged"), "-o", "out", "--json")

    value = json.loads(ran.out)
    assert value["exit_code"] == ran.code == 4
    ok, partial, damaged = value["inputs"]
    assert list(ok) == [
        "input", "name", "sha256", "status", "folder", "tables", "states", "equations", "failing", "rounded",
        "disputed", "problems", "seconds",
    ]  # fmt: skip
    assert ok["states"] == dict.fromkeys(STATES, 0)
    assert ok["equations"] == {"found": 0, "failing": 0, "rounded": 0}
    assert ok["folder"] == str(Path("out/ok"))
    assert ok["sha256"] == hashlib.sha256(b"ok").hexdigest()
    assert ok["tables"] == [
        {
            "id": "t1",
            "page": 1,
            "title": "收支总表",
            "kind": None,
            "rows": 1,
            "cols": 3,
            "amounts": 2,
            "unit": "万元",
            "year": 2020,
            "states": dict.fromkeys(STATES, 0),
            "equations": 0,
            "failing": 0,
        }
    ]
    assert [partial["status"], damaged["status"]] == ["partial", "failed"]
    assert partial["problems"][0]["code"] == "page_unreadable"
    assert damaged["folder"] is damaged["sha256"] is None
    assert damaged["problems"][0]["message"] == "is truncated"


def test_json_stays_json_when_the_weights_are_missing() -> None:
    ran = run("digitize", *write("ok"), "-o", "out", "--weights", "none", "--json")

    assert json.loads(ran.out) == {
        "inputs": [],
        "exit_code": 4,
        "error": "net: inference.onnx is missing",
    }
    assert ran.err.startswith("crossfoot: net: inference.onnx is missing; run `crossfoot weights fetch`")
    assert ran.code == 4


def test_quiet_says_nothing_but_errors() -> None:
    ran = run("digitize", *write("ok", "damaged"), "-o", "out", "-q")

    assert ran.out == ""
    assert ran.err == "crossfoot: damaged.pdf: is truncated; scan it again\n"


def test_titles_and_names_cannot_steer_the_terminal() -> None:
    name = Path("\x1b[2J[red]x\u202e.pdf")
    name.write_text("hostile")

    ran = run("digitize", name, "missing\x1b[2J.pdf", "-o", "out")

    for text in (ran.out, ran.err):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "\\x1b[31mred\\x1b[0m [bold]a[/bold]\\u202e\\n:smile:" in ran.out
    assert "[red]x" in ran.out


def test_an_ideographic_space_in_a_title_stays() -> None:
    assert summary.plain("收\u3000支") == "收\u3000支"
    assert summary.plain("\udcff") == "\\udcff"


def test_no_models_are_loaded_for_names_that_do_not_exist() -> None:
    Path("folder").mkdir()

    ran = run("digitize", "folder", "missing.pdf", "-o", "out", "--weights", "none")

    assert ran.code == 4
    assert "inference.onnx" not in ran.err  # the pretended pipeline raises OSErrors of its own
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == ["folder", "missing.pdf"]


def test_an_output_that_is_a_file_is_said_before_anything_is_digitized(
    pipeline: list[FakeDigitizer],
) -> None:
    Path("out").touch()

    ran = run("digitize", *write("ok"), "-o", "out")

    assert ran.code == 4
    assert ran.err == "crossfoot: out: is a file, not a folder\n"
    assert pipeline == []


def test_interrupted_is_130_one_line_and_nothing_half_done() -> None:
    ran = run("digitize", *write("ok", "interrupt"), "-o", "out", "--overlay")

    assert ran.code == 130
    assert ran.err == "crossfoot: interrupted\n"
    assert [path.name for path in Path("out").iterdir()] == ["ok"]


def test_overlays_lie_beside_the_document() -> None:
    run("digitize", *write("ok"), "-o", "out", "--overlay")
    Path("out/ok/overlay/page-099.png").touch()  # of an earlier run

    assert run("digitize", "ok.pdf", "-o", "out", "--overlay").code == 0

    assert [path.name for path in Path("out/ok/overlay").iterdir()] == ["page-001.png"]
    assert Path("out/ok/overlay/page-001.png").read_bytes() == b"PNG"
    assert [path.name for path in Path("out").iterdir()] == ["ok"]


def test_pictures_of_an_earlier_run_go_when_there_are_no_new_ones() -> None:
    run("digitize", *write("ok"), "-o", "out", "--overlay")

    assert run("digitize", "ok.pdf", "-o", "out").code == 0

    assert not Path("out/ok/overlay").exists()


@pytest.mark.skipif(os.name == "nt", reason="a disk that refuses is made by a file of that name")
def test_pictures_that_cannot_be_placed_are_a_failure_without_a_complete_result() -> None:
    run("digitize", *write("ok"), "-o", "out")
    Path("out/ok/overlay").write_text("a file in their way")

    ran = run("digitize", "ok.pdf", "-o", "out", "--overlay", "--force")

    assert ran.code == 4
    assert len(ran.err.splitlines()) == 1
    assert not Path("out/ok/document.json").exists()
    assert Path("out/ok/.previous.json").exists()  # the earlier reading is not lost
    Path("out/ok/overlay").unlink()
    assert run("digitize", "ok.pdf", "-o", "out", "--overlay").code == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["ok"]


def test_two_inputs_of_one_name_get_a_folder_each_and_keep_it() -> None:
    for order in (("a", "b"), ("b", "a")):
        for place in order:
            Path(place).mkdir(exist_ok=True)
            Path(place, "x.pdf").write_text(f"ok {place}")
        assert run("digitize", *(f"{place}/x.pdf" for place in order), "-o", "out").code == 0

    digest = hashlib.sha256(b"ok b").hexdigest()
    assert {path.name for path in Path("out").iterdir()} == {"x", f"x-{digest[:8]}"}


def test_another_documents_folder_is_kept_without_force() -> None:
    Path("x.pdf").write_text("ok")
    assert run("digitize", "x.pdf", "-o", "out").code == 0
    Path("x.pdf").write_text("ok, but another")

    refused = run("digitize", "x.pdf", "-o", "out")

    assert refused.code == 4
    assert "--force" in refused.err
    assert run("digitize", "x.pdf", "-o", "out", "--force").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["digitize"],
        ["digitize", "x.pdf"],
        ["digitize", "x.pdf", "-o", "out", "--grid", "magic"],
        ["digitize", "x.pdf", "-o", "out", "--max-pages", "many"],
        ["digitize", "x.pdf", "-o", "out", "--max-pages", "0"],
        ["frobnicate"],
        ["weights", "fetch", "--frobnicate"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    ran = run(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_options_reach_the_pipeline_and_defaults_stay_with_it(pipeline: list[FakeDigitizer]) -> None:
    given = ["--render-dpi", "300", "--work-pixels", "7"]
    given += ["--threads", "1", "--engine", "paddle", "--grid", "img2table", "--password", "p"]
    run("digitize", *write("ok"), "-o", "out", *given, "--max-pixels", "9", "--max-bytes", "8", "--force")

    options = pipeline[0].options
    assert options.source == {
        "password": "p",
        "render_dpi": 300,
        "max_pixels": 9,
        "work_pixels": 7,
        "max_bytes": 8,
    }
    assert options.layout == {"grid": "img2table"}
    assert options.ocr == {"engine": "paddle", "threads": 1, "weights": None}


def test_version_and_help() -> None:
    assert run("--version").out == f"crossfoot {__version__}\n"
    assert "crossfoot digitize report.pdf -o out" in run("--help").out
    assert "crossfoot digitize report.pdf -o out" in run("digitize", "--help").out


def test_schema_is_printed_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "document.schema.json").write_text('{"title": "收支"}\n', encoding="utf-8")
    monkeypatch.setattr("crossfoot.cli.schema.SCHEMA", tmp_path / "document.schema.json")

    assert run("schema").out == '{"title": "收支"}\n'


def test_weights_that_are_missing_are_listed_and_fail_verification(tmp_path: Path) -> None:
    listed = run("weights", "list", "--weights", tmp_path / "none")
    verified = run("weights", "verify", "--weights", tmp_path / "none")

    assert listed.code == 0
    assert "missing  PP-OCRv6_small_det  detection, 9.9 MB, Apache-2.0, rapidocr==3.10.0" in listed.out
    assert verified.code == 4
    assert "crossfoot weights fetch" in verified.err


def test_fetching_an_unknown_model_is_one_line(tmp_path: Path) -> None:
    ran = run("weights", "fetch", "nothing", "--weights", tmp_path)

    assert ran.code == 4
    assert ran.err.startswith("crossfoot: nothing: not in the manifest; known models: ")


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_a_bar_shows_on_a_terminal_and_not_when_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = []
    for quiet in (False, True):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        with summary.Bar(quiet) as bar:
            bar.pages("report.pdf", 1, 2)
            bar.bytes("downloading", 1_000_000, 0)
            bar.bytes("unpacking", 1_000_000, 2_000_000)
        shown.append(terminal.getvalue())

    assert "1.0 of 2.0 MB" in shown[0]
    assert shown[1] == ""


def test_names_of_engines_are_those_of_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real modules
    from crossfoot.layout.options import GridName
    from crossfoot.ocr.options import EngineName

    assert [grid.value for grid in Grid] == list(get_args(GridName))
    assert [engine.value for engine in Engine] == list(get_args(EngineName))


def test_defaults_in_the_help_are_those_of_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    from crossfoot.source import SourceOptions

    text = " ".join(run("digitize", "--help").out.split())
    options = SourceOptions()
    for words, value in (
        ("files of more pages", options.max_pages),
        ("pages of more pixels", options.max_pixels),
        ("larger files, in bytes", options.max_bytes),
        ("more pixels to so many", options.work_pixels),
        ("drawn, not scanned", options.render_dpi),
    ):
        assert f"{words}; default {value}." in text
