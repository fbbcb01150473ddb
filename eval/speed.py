"""What a page costs beside PaddleOCR alone, and what a process costs as a whole.

    crossfoot-clone$ .venv/bin/python -P -m crossfoot.eval.speed [PAGE] [--pages 20 200] [--layout]
    crossfoot-clone$ .venv/bin/python -P -m crossfoot.eval.speed --ratios PAGE ...

Both sides read the same page with the same weights, two threads and the same detection
side, in one process and by turns, imports and loading apart; the ratio of medians is
printed. Whole processes are started afresh: from the shell's point of view, and until the
first page's work begins. Peak memory is that of a process that reads a scan of N pages, all
sample scans by turns, and the ratio says how it grows from the fewest pages to the most.
With `--ratios` only the whole of digitizing is held against PaddleOCR, once for each way of
reading amounts, on every page that is named.
With `--layout` only that is measured, stage by stage and on one core, and the reading of the
same page on the same core beside it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, get_args

from ..errors import CrossfootError
from ..ocr.options import AmountReading, OcrOptions
from ..ocr.threads import available_cores
from ..pipeline import Digitizer, Options
from ..source import open_source

THREADS = 2
SIDE = 2400

_COLD = """
import sys, time
started = float(sys.argv[2])
import crossfoot
from crossfoot.pipeline import Options
digitizer = crossfoot.Digitizer(Options())
digitizer.warm_up()
print(time.time() - started)
"""

_PEAK = """
import sys
import crossfoot, psutil, threading, time
peak, process, done = 0, psutil.Process(), threading.Event()
def watch():
    global peak
    while not done.wait(0.02):
        peak = max(peak, process.memory_info().rss)
threading.Thread(target=watch, daemon=True).start()
document = crossfoot.digitize(sys.argv[1])
done.set()
print(peak / 2**20, len(document.pages), document.status)
"""


_LAYOUT = """
import json, os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # before any library counts cores
from pathlib import Path
from crossfoot.eval.speed import layout_costs
print(json.dumps(layout_costs(Path(sys.argv[1]), int(sys.argv[2]))))
"""


def main() -> None:
    """Run what is asked for and print one figure a line."""
    parser = argparse.ArgumentParser(description="What a page costs beside PaddleOCR alone.")
    parser.add_argument("page", nargs="?", type=Path, default=Path("samples/budget-2020-summary.pdf"))
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the comparison")
    parser.add_argument(
        "--pages", type=int, nargs="*", default=[], help="scans of so many pages for peak memory"
    )
    parser.add_argument("--layout", action="store_true", help="layout alone, on one core")
    parser.add_argument(
        "--ratios", type=Path, nargs="+", default=[], help="digitize of these pages beside PaddleOCR alone"
    )
    arguments = parser.parse_args()
    if arguments.ratios:
        show_ratios(arguments.ratios, arguments.rounds)
        return
    if arguments.layout:
        show_layout(arguments.page, arguments.rounds)
        return
    versions = ", ".join(f"{n} {metadata.version(n)}" for n in ("crossfoot", "paddleocr", "onnxruntime"))
    print(f"{versions}; {available_cores()} cores, {THREADS} threads")
    ours, theirs = compare(arguments.page, arguments.rounds)
    print(f"digitize, one page      {ours:6.2f} s")
    print(f"PaddleOCR.predict alone {theirs:6.2f} s")
    print(f"ratio                   {ours / theirs:6.2f}")
    print(f"until work begins, cold {_cold(arguments.page):6.2f} s")
    print(f"crossfoot digitize      {_whole(arguments.page):6.2f} s, the whole process")
    scans = sorted(arguments.page.parent.glob("*.pdf"))
    peaks = []
    for pages in sorted(arguments.pages):
        peak, read, status = _peak(scans, pages)
        peaks.append(peak)
        print(f"peak memory, {pages:4d} pages {peak:6.0f} MiB ({read} pages, {status})", flush=True)
    if len(peaks) > 1:
        print(f"ratio                   {peaks[-1] / peaks[0]:6.2f}")


def show_ratios(pages: Sequence[Path], rounds: int) -> None:
    """Print what digitize costs as a multiple of PaddleOCR alone, by way of reading amounts.

    Page 1 of each file, median of the rounds: by the clock, and of the processor, which tells
    more on a machine that others use too. The last column is the stage of amounts alone.
    """
    ways = get_args(AmountReading)
    digitizers = {
        way: Digitizer(Options(ocr=OcrOptions(threads=THREADS, detection_side=SIDE, amounts=way)))
        for way in ways
    }
    reference = _paddle()
    for page in pages:
        with open_source(page) as source:
            image = source.load(1).image
        costs: dict[str, list[tuple[float, float]]] = {}
        stages: dict[str, list[float]] = {way: [] for way in ways}
        single = _first_page(page)
        for _ in range(rounds + 1):
            with _timed(costs, "paddle"):
                reference.predict(image)
            for way, digitizer in digitizers.items():
                with _timed(costs, way):
                    document = digitizer(single, name=page.name)
                stages[way].append(sum(s.seconds for s in document.steps if s.stage == "ocr.amounts"))
        medians = {
            name: [statistics.median(v) for v in zip(*seconds[1:], strict=True)]
            for name, seconds in costs.items()
        }
        wall, cpu = medians.pop("paddle")
        print(f"{page.name}: PaddleOCR.predict {wall:.2f} s, {cpu:.2f} s of the processor")
        for way, (ours, busy) in medians.items():
            stage = statistics.median(stages[way][1:])
            clock, processor = f"{ours:6.2f} s, {ours / wall:5.2f}", f"{busy:6.2f} s, {busy / cpu:5.2f}"
            print(f"  {way:8s} {clock}; processor {processor}; amounts {stage:.2f} s")


def _first_page(path: Path) -> bytes:
    """The first page of a PDF as a file of its own."""
    import pypdfium2

    whole, single, stream = pypdfium2.PdfDocument(path), pypdfium2.PdfDocument.new(), io.BytesIO()
    single.import_pages(whole, [0])
    single.save(stream)
    whole.close()
    single.close()
    return stream.getvalue()


@contextmanager
def _timed(costs: dict[str, list[tuple[float, float]]], name: str) -> Iterator[None]:
    """Add what is done under it to `costs`, by the clock and of the processor."""
    wall, busy = time.perf_counter(), time.process_time()
    yield
    costs.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - busy))


def show_layout(page: Path, rounds: int) -> None:
    """Print what layout of one page costs on one core, by stage, and beside reading it."""
    costs = json.loads(_run(_LAYOUT, str(page), str(rounds)))
    size = " x ".join(f"{length:.0f}" for length in costs.pop("size"))
    print(f"{page.name}, page 1, {size} pixels; one core, one thread, median of {rounds}")
    reading, whole = costs.pop("ocr"), costs.pop("layout")
    rows = {**costs, "layout, one page": whole, "its text recognised": reading}
    for name, (wall, cpu) in rows.items():
        print(f"{name:23s} {wall:6.3f} s, {cpu:6.3f} s of the core")
    print(f"ratio                   {whole[1] / reading[1]:6.3f}")


def layout_costs(page: Path, rounds: int) -> dict[str, Any]:
    """Median seconds on page 1 of a file, by stage: `layout` for all of layout, `ocr` for reading.

    Each is (by the clock, which others on the core make longer, and of the core itself). One thread
    is used; a process that is to use one core has to be bound to it before. Loading of models and
    the first round, which warms up, are left out. `size` is that of the page in pixels.
    """
    import cv2

    from ..layout.page import lay_out
    from ..ocr.page import read_scan

    cv2.setNumThreads(1)
    digitizer = Digitizer(Options(ocr=OcrOptions(threads=1, detection_side=SIDE)))
    digitizer.warm_up()
    orientation = digitizer.orientation()
    orient = None if isinstance(orientation, CrossfootError) else orientation
    grids, options = digitizer.grid_engine(), digitizer.options.layout
    with open_source(page) as source:
        image = source.load(1).image
    costs: dict[str, list[tuple[float, float]]] = {}

    stage = partial(_timed, costs)
    for _ in range(rounds + 1):
        with stage("layout"):
            laid = lay_out(image, options, grids, orient=orient, stage=stage)
        with stage("ocr"):
            read_scan(digitizer.engine(), laid.upright.image, laid.ink, laid.found.grids)
    medians = {
        name: [statistics.median(values) for values in zip(*seconds[1:], strict=True)]
        for name, seconds in costs.items()
    }
    return {"size": image.shape[:2], **medians}


def compare(page: Path, rounds: int) -> tuple[float, float]:
    """Median seconds of (crossfoot, PaddleOCR alone) on one page, by turns."""
    digitizer = Digitizer(Options(ocr=OcrOptions(threads=THREADS, detection_side=SIDE)))
    reference = _paddle()
    with open_source(page) as source:
        image = source.load(1).image
    ours, theirs = [], []
    for _ in range(rounds + 1):
        ours.append(_seconds(lambda: digitizer(page)))
        theirs.append(_seconds(lambda: reference.predict(image)))
    return statistics.median(ours[1:]), statistics.median(theirs[1:])  # the first warms up


def _paddle() -> Any:
    """PaddleOCR's own pipeline on the same weights, without the stages that crossfoot lacks."""
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    import paddleocr

    from ..models.weights import DEFAULT_DETECTION, DEFAULT_RECOGNITION, WeightStore

    store = WeightStore()
    return paddleocr.PaddleOCR(
        text_detection_model_name=DEFAULT_DETECTION,
        text_detection_model_dir=str(store.ensure(DEFAULT_DETECTION)),
        text_recognition_model_name=DEFAULT_RECOGNITION,
        text_recognition_model_dir=str(store.ensure(DEFAULT_RECOGNITION)),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        text_det_limit_side_len=SIDE,
        text_det_limit_type="max",
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": THREADS},
        device="cpu",
    )


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-P", "-c", code, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603


def _cold(page: Path) -> float:
    """Median seconds from the start of a process until models are loaded and a page can begin."""
    return statistics.median(float(_run(_COLD, str(page), str(time.time()))) for _ in range(3))


def _whole(page: Path) -> float:
    """Seconds of `crossfoot digitize` on one page, as the shell sees them."""
    with tempfile.TemporaryDirectory() as out:
        main_program = "from crossfoot.cli import main; main()"
        return _seconds(lambda: _run(main_program, "digitize", str(page), "-o", out, "--quiet"))


def _peak(scans: Sequence[Path], pages: int) -> tuple[float, str, str]:
    """MiB of resident memory at most, pages and status of a process that digitizes so many pages."""
    with tempfile.TemporaryDirectory() as folder:
        scan = Path(folder) / "scan.pdf"
        join(scans, pages, scan)
        peak, read, status = _run(_PEAK, str(scan)).split()
    return float(peak), read, status


def join(scans: Sequence[Path], pages: int, target: Path) -> None:
    """Write a PDF of so many pages, the first page of each scan by turns.

    Each is imported by itself, because pages that come in one call share their images, and
    an image that is decoded once and kept would make a leak look like none.
    """
    import pypdfium2

    joined = pypdfium2.PdfDocument.new()
    for number in range(pages):
        single = pypdfium2.PdfDocument(scans[number % len(scans)])
        joined.import_pages(single, [0])
        single.close()
    joined.save(target)
    joined.close()


if __name__ == "__main__":
    main()
