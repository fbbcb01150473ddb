"""The pipeline with a scripted engine: order, isolation of pages, and the Digitizer's contract."""

import io
import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import crossfoot
import cv2
import numpy as np
import pytest
from crossfoot.document import Box, Document, Reading
from crossfoot.errors import (
    CrossfootError,
    DamagedInput,
    DocumentError,
    EngineError,
    ForkError,
    MissingInput,
    WeightsError,
)
from crossfoot.layout.engines import AutoEngine
from crossfoot.layout.options import LayoutOptions
from crossfoot.ocr.options import OcrOptions
from crossfoot.pipeline import Digitizer, Options
from crossfoot.source import PageImage
from PIL import Image


class ReplayEngine:
    """Detects dark boxes and names them by their place; raises on a page that says so."""

    name = "replay"

    def detect(self, image: np.ndarray) -> list[Box]:
        if image[2, 2, 0] == 9:
            raise ValueError("this page makes the engine fail")
        return [Box(70, 110, 200, 130), Box(70, 1050, 300, 1075)]

    def recognize(self, crops: list[np.ndarray]) -> list[Reading]:
        return [Reading(f"{crop.shape[1]}", 0.9, self.name) for crop in crops]


@pytest.fixture(autouse=True)
def replay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossfoot.ocr.engine.load_engine", lambda options, progress=None: ReplayEngine())
    monkeypatch.setattr(
        "crossfoot.models.orientation.load_orientation",
        lambda weights=None, progress=None: lambda image: np.array([0.91, 0.03, 0.03, 0.03]),
    )


def page(mark: int = 255) -> Image.Image:
    image = np.full((1170, 827, 3), 255, np.uint8)
    for y in range(100, 1001, 150):
        cv2.line(image, (60, y), (760, y), (0, 0, 0), 2)
    for x in (60, 400, 760):
        cv2.line(image, (x, 100), (x, 1000), (0, 0, 0), 2)
    image[:5, :5] = mark
    return Image.fromarray(image)


def tiff(*pages: Image.Image) -> bytes:
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    return stream.getvalue()


def test_one_broken_page_costs_itself_alone() -> None:
    document = crossfoot.digitize(tiff(page(), page(9), page()))
    assert document.status == "partial"
    (problem,) = document.problems
    assert (problem.page, problem.severity, problem.code) == (2, "error", "stage_failed")
    assert problem.stage == "ocr"
    assert "this page makes the engine fail" in problem.message
    assert [p.number for p in document.pages] == [1, 3]
    assert [t.parts[0].page for t in document.tables] == [1, 3]
    assert [t.id for t in document.tables] == ["t1", "t2"]


@pytest.mark.parametrize("kind", [DocumentError, EngineError, WeightsError, DamagedInput, ForkError])
def test_an_error_of_ours_on_one_page_costs_that_page_alone(
    kind: type[CrossfootError], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = AutoEngine.find

    def fail(self: AutoEngine, image: np.ndarray, ink: Any) -> Any:
        if image[2, 2, 0] == 9:
            raise kind("a box must not be inverted")
        return find(self, image, ink)

    monkeypatch.setattr(AutoEngine, "find", fail)
    document = crossfoot.digitize(tiff(page(), page(9), page()))
    assert document.status == "partial"
    assert [p.number for p in document.pages] == [1, 3]
    assert [(p.page, p.code, p.stage, p.message) for p in document.problems] == [
        (2, "stage_failed", "layout.grids", "a box must not be inverted")
    ]


@pytest.mark.parametrize("error", [DocumentError("broken"), ZeroDivisionError("broken\nin two")])
def test_whatever_loading_a_page_throws_costs_that_page_alone(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crossfoot.source.tiff import TiffSource

    load = TiffSource.load

    def fail(self: TiffSource, number: int) -> PageImage:
        if number == 1:
            raise error
        return load(self, number)

    monkeypatch.setattr(TiffSource, "load", fail)
    document = crossfoot.digitize(tiff(page(), page()))
    assert [p.number for p in document.pages] == [2]
    assert [(p.page, p.code, p.stage) for p in document.problems] == [(1, "stage_failed", "source")]
    assert "\n" not in document.problems[0].message


def test_all_pages_broken_is_failed_and_none_is_ok() -> None:
    assert crossfoot.digitize(tiff(page(9))).status == "failed"
    assert crossfoot.digitize(tiff(page())).status == "ok"


def test_a_page_without_a_table_keeps_its_text_and_is_ok() -> None:
    document = crossfoot.digitize(tiff(Image.new("RGB", (827, 1170), "white")))
    assert (document.status, document.tables) == ("ok", ())
    assert len(document.texts) == 2


def test_progress_and_pages_are_reported_in_order() -> None:
    seen: list[tuple[int, int]] = []
    pages: list[int] = []
    with Digitizer() as digitizer:
        digitizer(
            tiff(page(), page()),
            on_page=lambda result: pages.append(result.page.number),
            on_progress=lambda done, total: seen.append((done, total)),
        )
    assert seen == [(0, 2), (1, 2), (2, 2)]
    assert pages == [1, 2]


def test_a_document_reads_back_equal(tmp_path: Path) -> None:
    document = crossfoot.digitize(tiff(page(), page(9)))
    document.save(tmp_path / "document.json")
    assert Document.load(tmp_path / "document.json") == document


def test_settings_are_recorded_and_the_password_is_not() -> None:
    from crossfoot.source import SourceOptions

    document = crossfoot.digitize(tiff(page()), Options(source=SourceOptions(password="hunter2")))
    steps = {step.stage: step.settings for step in document.steps}
    assert steps["layout.grids"]["engine"] == "auto"
    assert steps["ocr"]["engine"] == "ppocr"
    assert "hunter2" not in document.to_json()
    assert "hunter2" not in repr(Options(source=SourceOptions(password="hunter2")))


def test_boxes_can_be_drawn_on_the_scan() -> None:
    turned = page().rotate(1.5, expand=False, fillcolor="white", resample=Image.Resampling.BICUBIC)
    document = crossfoot.digitize(tiff(turned))
    (table,) = document.tables
    box = table.parts[0].box
    corner = np.linalg.solve(np.array(document.pages[0].from_scan), [box.left, box.top, 1])
    matrix = cv2.getRotationMatrix2D((827 / 2, 1170 / 2), 1.5, 1.0)
    assert corner[:2] / corner[2] == pytest.approx(matrix @ [60, 100, 1], abs=2.5)


def test_map_gives_a_failed_document_for_an_unusable_input(tmp_path: Path) -> None:
    good = tmp_path / "good.tif"
    good.write_bytes(tiff(page()))
    with Digitizer() as digitizer:
        first, second = digitizer.map([tmp_path / "missing.pdf", good])
    assert (first.status, first.problems[0].code, first.source.name) == (
        "failed",
        "input_unusable",
        "missing.pdf",
    )
    assert second.status == "ok"
    with pytest.raises(MissingInput), Digitizer() as digitizer:
        digitizer(tmp_path / "missing.pdf")


def test_missing_weights_are_an_error_and_not_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(options: OcrOptions, progress: object = None) -> None:
        raise WeightsError("missing")

    monkeypatch.setattr("crossfoot.ocr.engine.load_engine", missing)
    with pytest.raises(WeightsError):
        crossfoot.digitize(tiff(page()))


def test_a_grid_engine_that_cannot_be_loaded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(options: LayoutOptions) -> None:
        raise EngineError("missing")

    monkeypatch.setattr("crossfoot.layout.engine.load_grid_engine", missing)
    with pytest.raises(EngineError):
        crossfoot.digitize(tiff(page()))


def test_threads_share_one_digitizer_and_load_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    monkeypatch.setattr(
        "crossfoot.ocr.engine.load_engine", lambda options, progress=None: loads.append(1) or ReplayEngine()
    )
    data = tiff(page(), page())
    with Digitizer() as digitizer, ThreadPoolExecutor(4) as pool:
        documents = list(pool.map(lambda _: digitizer(data), range(8)))
    assert len(loads) == 1
    assert len({d.to_json().split('"pages":[')[1] for d in documents}) == 1


def test_pickling_keeps_the_options_and_drops_the_models() -> None:
    options = Options(layout=LayoutOptions(grid="img2table"))
    digitizer = Digitizer(options)
    digitizer.warm_up()
    copy = pickle.loads(pickle.dumps(digitizer))
    assert copy.options == options
    assert copy._engine is None
    assert copy(tiff(page())).status == "ok"


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
may_warn = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def in_a_fork(use: Callable[[], object]) -> str:
    """What came of a call in a forked process; "hangs" after ten seconds."""

    def child(results: Connection) -> None:
        try:
            results.send(f"worked: {use()}")
        except ForkError as error:
            results.send(f"refused: {error}")

    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=child, args=(there,))
    worker.start()
    answer = here.recv() if here.poll(10) else "hangs"
    worker.kill()
    worker.join()
    return str(answer)


USES: dict[str, Callable[[Digitizer], object]] = {
    "call": lambda digitizer: digitizer(tiff(page())).status,
    "unusable": lambda digitizer: list(digitizer.map([b""])),
    "engine": lambda digitizer: digitizer.engine().name,
    "grids": lambda digitizer: digitizer.grid_engine().name,
    "warm up": lambda digitizer: digitizer.warm_up(),
}


@needs_fork
@may_warn
@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("load", [Digitizer.engine, Digitizer.grid_engine])
class TestForks:
    def test_refused_once_a_model_is_loaded(
        self, load: Callable[[Digitizer], object], use: Callable[[Digitizer], object]
    ) -> None:
        digitizer = Digitizer()
        load(digitizer)
        assert in_a_fork(lambda: use(digitizer)).startswith("refused: a Digitizer cannot be used in a fork")

    def test_refused_while_another_thread_loads(
        self,
        load: Callable[[Digitizer], object],
        use: Callable[[Digitizer], object],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def slow(*_: object) -> ReplayEngine:
            begun.set()
            assert go_on.wait(30)
            return ReplayEngine()

        monkeypatch.setattr("crossfoot.ocr.engine.load_engine", slow)
        monkeypatch.setattr("crossfoot.layout.engine.load_grid_engine", slow)
        digitizer = Digitizer()
        loader = threading.Thread(target=load, args=(digitizer,))
        loader.start()
        try:
            assert begun.wait(10)
            assert in_a_fork(lambda: use(digitizer)).startswith("refused")
        finally:
            go_on.set()
            loader.join()


@needs_fork
@may_warn
@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("held", [False, True])
def test_a_digitizer_without_models_works_in_a_fork(held: bool, use: Callable[[Digitizer], object]) -> None:
    digitizer = Digitizer()
    if held:  # by a thread that does not come along
        digitizer._lock.acquire()
    assert in_a_fork(lambda: use(digitizer)).startswith("worked")


@needs_fork
@may_warn
def test_closing_in_a_fork_leaves_the_models_alone() -> None:
    digitizer = Digitizer()
    digitizer.warm_up()
    digitizer._lock.acquire()

    def close() -> bool:
        digitizer.close()
        return digitizer._engine is not None

    assert in_a_fork(close) == "worked: True"


def test_a_digitizer_whose_models_did_not_load_may_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(options: OcrOptions, progress: object = None) -> None:
        raise WeightsError("missing")

    monkeypatch.setattr("crossfoot.ocr.engine.load_engine", missing)
    digitizer = Digitizer()
    with pytest.raises(WeightsError):
        digitizer.warm_up()
    assert digitizer._pid is None


def test_a_closed_digitizer_loads_again() -> None:
    digitizer = Digitizer()
    digitizer.warm_up()
    digitizer.close()
    assert digitizer(tiff(page())).status == "ok"


def test_weights_load_while_another_thread_waits() -> None:
    digitizer = Digitizer()
    threads = [threading.Thread(target=digitizer.warm_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
def test_all_cores_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    from crossfoot.ocr import paddle

    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {5, 7})
    assert paddle._threads(0) == {"intra_op_num_threads": 2}
    assert paddle._threads(3) == {"intra_op_num_threads": 3}
