"""The whole program on the sample scans, with the default weights."""

import os
from collections.abc import Iterator
from pathlib import Path

import crossfoot
import cv2
import numpy as np
import pytest
from crossfoot.document import Box, Cell, Document, Table
from crossfoot.eval.judging import judge
from crossfoot.eval.metrics.counts import plus
from crossfoot.eval.slices import on_scan
from crossfoot.eval.text import normalize
from crossfoot.layout.upright import make_upright
from crossfoot.ocr.cutting import Piece
from crossfoot.ocr.engine import Engine, load_engine
from crossfoot.ocr.options import OcrOptions
from crossfoot.ocr.page import crops
from crossfoot.source import Image, open_source

pytestmark = pytest.mark.weights

NAMES = (
    "budget-2020-basic",
    "budget-2020-summary",
    "final-2020-expenditure",
    "final-2020-summary",
    "project-application",
)


@pytest.fixture(scope="module")
def results(samples: Path) -> dict[str, tuple[Document, Document]]:
    with crossfoot.Digitizer() as digitizer:
        return {
            name: (Document.load(samples / f"{name}.json"), digitizer(samples / f"{name}.pdf"))
            for name in NAMES
        }


Results = dict[str, tuple[Document, Document]]


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_found_with_its_spans_and_none_is_invented(name: str, results: Results) -> None:
    truth, result = results[name]
    scores = judge(truth, result).scores
    detection = scores.detection
    assert result.status == "ok"
    assert detection.found == scores.structure.spans_exact == detection.tables == len(truth.tables)
    assert detection.false == 0


@pytest.mark.parametrize("name", NAMES)
def test_amounts_and_characters_reach_the_stated_accuracy(name: str, results: Results) -> None:
    scores = judge(*results[name]).scores
    amounts = scores.amounts
    assert amounts.amounts >= 5
    assert amounts.ratio.value >= 0.99, amounts.wrong
    assert amounts.zeros_exact == amounts.zeros
    assert amounts.invented == 0  # a code or a line number taken for money
    characters = plus(scores.characters, scores.outside)
    assert characters.characters > scores.characters.characters > 0
    assert characters.rate.value <= 0.03


def pairs(truth: Document, result: Document) -> Iterator[tuple[Table, Table]]:
    """True and found tables from top to bottom, as both documents list them."""
    yield from zip(truth.tables, result.tables, strict=True)


@pytest.mark.parametrize("name", NAMES)
def test_titles_header_rows_and_roles_are_those_of_the_page(name: str, results: Results) -> None:
    for truth, found in pairs(*results[name]):
        assert found.title is not None
        assert normalize(found.title) == normalize(truth.title or "")
        assert found.header_rows == truth.header_rows
        assert [c.role for c in found.columns] == [c.role for c in truth.columns]
        assert headers(found) == headers(truth)


def headers(table: Table) -> set[tuple[int, int]]:
    return {(cell.row, cell.col) for cell in table.cells if cell.header}


@pytest.mark.parametrize("name", NAMES[:4])  # the fifth prints them inside its table
def test_organizations_units_and_years_are_those_above_the_table(name: str, results: Results) -> None:
    for truth, found in pairs(*results[name]):
        assert truth.organization
        assert normalize(found.organization or "") == normalize(truth.organization)
        assert (found.unit, found.year) == (truth.unit, truth.year)


def test_notes_below_a_table_belong_to_it(results: Results) -> None:
    notes = results["final-2020-summary"][1]
    assert len(notes.tables[0].notes) >= 1
    assert {t.role for t in notes.texts} >= {"title", "unit", "organization", "note"}


BOX_TOLERANCE = 4  # pixels at 200 dpi, half a millimetre: a ruling's width and a turn of half a degree


@pytest.mark.parametrize("name", NAMES)
def test_cells_lie_on_the_scan_where_they_were_printed(name: str, results: Results) -> None:
    far = []
    for truth, found in pairs(*results[name]):
        boxes = {(cell.row, cell.col): box for cell, box in placed(found, results[name][1])}
        for cell, box in placed(truth, results[name][0]):
            distance = np.abs(np.subtract(box.to_list(), boxes[cell.row, cell.col].to_list())).max()
            if distance > BOX_TOLERANCE:
                far.append((truth.id, cell.row, cell.col, round(float(distance), 1)))
    assert far == []


def placed(table: Table, document: Document) -> Iterator[tuple[Cell, Box]]:
    """Cells and their boxes on the scan."""
    pages = {page.number: page for page in document.pages}
    for cell in table.cells:
        (part,) = cell.parts
        yield cell, on_scan(part.box, pages[part.page])


def test_readings_are_kept_beside_the_text(results: dict[str, tuple[Document, Document]]) -> None:
    for _, result in results.values():
        for table in result.tables:
            for cell in table.cells:
                assert (cell.reading is None) == (cell.text == "")
                assert cell.box is not None


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    # Loading paddleocr warns of this and that; what it warns of is not ours to mend.
    os.environ["PYTHONWARNINGS"] = "ignore"
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"threads": 2, "batch": 1}
        return load_engine(OcrOptions(**options)), load_engine(OcrOptions(engine="paddle", **options))  # type: ignore[arg-type]


def faxed(image: Image) -> Image:
    """100 dpi from 200, grain, and JPEG at quality 45."""
    small = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(5).normal(0, 12, small.shape)
    noisy = np.clip(small + grain, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 45])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def differences(pair: tuple[Engine, Engine], image: Image) -> tuple[int, list[tuple[str, str]]]:
    """Number of lines, and those that the engines read differently."""
    ours, theirs = pair
    boxes = theirs.detect(image)
    assert sorted(map(str, ours.detect(image))) == sorted(map(str, boxes))
    parts = crops(image, [Piece(box) for box in boxes])
    texts = [(a.text, b.text) for a, b in zip(ours.recognize(parts), theirs.recognize(parts), strict=True)]
    return len(texts), [(a, b) for a, b in texts if a != b]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_both_engines_read_the_same_from_the_same_weights(
    name: str, engines: tuple[Engine, Engine], samples: Path
) -> None:
    with open_source(samples / f"{name}.pdf") as source:
        page = make_upright(source.load(1).image, 5.0).image
    lines, different = differences(engines, page)
    assert lines > 40
    assert different == []


@pytest.mark.filterwarnings("ignore")
def test_both_engines_read_nearly_the_same_of_fax_quality(
    engines: tuple[Engine, Engine], samples: Path
) -> None:
    with open_source(samples / "budget-2020-summary.pdf") as source:
        page = faxed(make_upright(source.load(1).image, 5.0).image)
    lines, different = differences(engines, page)
    assert lines > 40
    assert len(different) <= 0.01 * lines, different
