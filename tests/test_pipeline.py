"""The pipeline with a scripted engine: order, isolation of pages, and the Digitizer's contract."""

import io
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import crossfoot
import cv2
import numpy as np
import pytest
from crossfoot.document import Box, Document, Reading
from crossfoot.errors import ForkError, MissingInput, WeightsError
from crossfoot.layout.options import LayoutOptions
from crossfoot.ocr.options import OcrOptions
from crossfoot.pipeline import Digitizer, Options
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
    assert "this page makes the engine fail" in problem.message
    assert [p.number for p in document.pages] == [1, 3]
    assert [t.parts[0].page for t in document.tables] == [1, 3]
    assert [t.id for t in document.tables] == ["t1", "t2"]


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
    assert steps["layout.grids"]["engine"] == "lines"
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


def _use(digitizer: Digitizer, results: "multiprocessing.SimpleQueue[str]") -> None:
    try:
        digitizer.engine()
        results.put("worked")
    except ForkError as error:
        results.put(f"refused: {error}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize(("loaded", "answer"), [(True, "refused"), (False, "worked")])
def test_a_fork_is_refused_once_models_are_loaded(loaded: bool, answer: str) -> None:
    digitizer = Digitizer()
    if loaded:
        digitizer.warm_up()
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    worker = context.Process(target=_use, args=(digitizer, results))
    worker.start()
    assert results.get().startswith(answer)
    worker.join()


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
