"""Amounts read again from crops of their own: which cells, what of them, and what is believed."""

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import crossfoot
import cv2
import numpy as np
import pytest
from crossfoot.amounts import parse
from crossfoot.document import Box, Cell, Part, Reading, Table
from crossfoot.layout.engine import Grid, GridCell
from crossfoot.layout.ink import Ink
from crossfoot.layout.roles import describe
from crossfoot.ocr.amount_beam import decode, decode_together
from crossfoot.ocr.amount_cells import AmountCell, crop, find_amount_cells, looks_numeric
from crossfoot.ocr.amount_grammar import BLANK, OTHER, SYMBOLS, WIDTH
from crossfoot.ocr.engine import LatticeEngine
from crossfoot.ocr.number_format import infer_format
from crossfoot.ocr.options import OcrOptions
from crossfoot.ocr.paddle import PaddleEngine
from crossfoot.ocr.rereading import Reread, Views, _Case, _together, reread_amounts
from crossfoot.ocr.unclaimed import unclaimed_ink
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

WIDE, HIGH, EDGE = 120, 30, 20  # pixels of a cell, and of the paper around the table
HEADER = ["科目编码", "科目名称", "本年支出合计", "基本支出", "执行率%"]
BODY = [
    ["201", "一般公共服务支出", "4804.64", "3,212.05", "66.85"],
    ["20103", "政府办公厅（室）及相关机构事务", "4804.64", "3,212.05", "66.85"],
    ["2010301", "行政运行", "2901.33", "2,901.33", "100.00"],
    ["2010302", "一般行政管理事务", "1903.31", "310.72", "16.33"],
]
SURE = 0.99999


def lattice(text: str, sure: float = SURE, other: str | None = None) -> np.ndarray:
    """Clear steps for `text`; where `other` differs in a symbol, the rest of the probability is its."""
    steps = []
    for place, symbol in enumerate(text):
        step = np.full(WIDTH, 1e-9, np.float32)
        rest = OTHER if other is None or other[place] == symbol else SYMBOLS.index(other[place])
        step[rest] = 1 - sure
        step[SYMBOLS.index(symbol) if symbol in SYMBOLS else OTHER] = sure
        gap = np.full(WIDTH, 1e-9, np.float32)
        gap[BLANK] = 1
        steps += [step / step.sum(), gap / gap.sum()]
    if not steps:
        gap = np.full(WIDTH, 1e-9, np.float32)
        gap[BLANK] = 1
        steps = [gap / gap.sum()] * 4
    return np.array(steps, np.float32)


class Scripted:
    """Gives the lattices that it was told to give, in order, and keeps the crops."""

    name = "scripted"

    def __init__(self, *calls: Sequence[np.ndarray]) -> None:
        self.calls = list(calls)
        self.crops: list[np.ndarray] = []

    def lattices(self, crops: Sequence[np.ndarray]) -> list[np.ndarray]:
        self.crops += crops
        answers = list(self.calls.pop(0))
        assert len(answers) == len(crops)
        return answers


def table(body: list[list[str]] | None = None, header: list[str] | None = None) -> Table:
    rows = [HEADER if header is None else header, *(BODY if body is None else body)]
    cells = tuple(
        Cell(
            r,
            c,
            parts=(Part(1, place(r, c)),),
            text=text,
            reading=Reading(text, 0.9, "ppocr") if text else None,
        )
        for r, texts in enumerate(rows)
        for c, text in enumerate(texts)
    )
    return describe(Table("t1", (len(rows), len(rows[0])), cells))


def place(row: int, col: int) -> Box:
    return Box(EDGE + col * WIDE, EDGE + row * HIGH, EDGE + (col + 1) * WIDE, EDGE + (row + 1) * HIGH)


def with_text(row: int, col: int, text: str) -> Table:
    body = [list(texts) for texts in BODY]
    body[row - 1][col] = text
    return table(body)


def page_of(
    shown: Table, blots: Sequence[tuple[int, int]] = ()
) -> tuple[np.ndarray, Ink, list[tuple[Box, str]]]:
    """A picture of a table with a bar for each text, its ink, and where its words were detected."""
    rows, cols = shown.shape
    image = np.full((rows * HIGH + 2 * EDGE, cols * WIDE + 2 * EDGE, 3), 240, np.uint8)
    words = []
    for cell in shown.cells:
        box = place(cell.row, cell.col)
        left, top = int(box.left) + 10, int(box.top) + 9
        if cell.text or (cell.row, cell.col) in blots:
            image[top : top + 12, left : left + 40] = 20
        if cell.text:
            words.append((Box(left - 4, top - 3, left + 44, top + 15), cell.text))
    for row in range(rows + 1):
        cv2.line(image, (EDGE, EDGE + row * HIGH), (EDGE + cols * WIDE, EDGE + row * HIGH), (0, 0, 0), 2)
    for col in range(cols + 1):
        cv2.line(image, (EDGE + col * WIDE, EDGE), (EDGE + col * WIDE, EDGE + rows * HIGH), (0, 0, 0), 2)
    mask = np.where(image[..., 0] < 128, 255, 0).astype(np.uint8)
    return image, Ink(mask, 150, mask), words


def read(shown: Table, engine: Scripted, blots: Sequence[tuple[int, int]] = (), **options: Any) -> Reread:
    image, ink, words = page_of(shown, blots)
    return reread_amounts(engine, Views.of(image, ink), [shown], words, OcrOptions(**options), 1)


def only(shown: Table, row: int, col: int, *own: np.ndarray) -> list[list[np.ndarray]]:
    """The answers of an engine that agrees with all readings but one: its own crop's, then three others'."""
    _image, ink, words = page_of(shown, [(row, col)])
    cells = [shown.cells[c.index] for c in find_amount_cells([shown], ink, words)]
    assert (row, col) in [(c.row, c.col) for c in cells]
    first = [own[0] if (c.row, c.col) == (row, col) else lattice(c.text) for c in cells]
    return [first, list(own[1:])]


def test_columns_of_amounts_and_ratios_are_read_and_codes_names_and_headers_are_not() -> None:
    _image, ink, words = page_of(table())
    found = find_amount_cells([table()], ink, words)
    assert {table().cells[c.index].col for c in found} == {2, 3, 4}
    assert {table().cells[c.index].row for c in found} == {1, 2, 3, 4}


@pytest.mark.parametrize("text", ["—", "-", "/", "无", "详见说明", "12人", "第1季度"])
def test_a_dash_and_a_text_are_left_alone(text: str) -> None:
    shown = with_text(2, 3, text)
    _, ink, words = page_of(shown)
    found = find_amount_cells([shown], ink, words)
    assert (2, 3) not in {(shown.cells[c.index].row, shown.cells[c.index].col) for c in found}


def test_a_blank_without_ink_is_not_looked_at_and_one_with_ink_is() -> None:
    shown = with_text(2, 3, "")
    for blots, count in (([], 11), ([(2, 3)], 12)):
        _, ink, words = page_of(shown, blots)
        assert len(find_amount_cells([shown], ink, words)) == count


def test_specks_of_a_fax_are_no_unread_ink_and_a_small_figure_is() -> None:
    mask = np.zeros((100, 200), np.uint8)
    mask[40:44, 40:43] = 255
    grid = Grid(Box(0, 0, 200, 100), (1, 1), (GridCell(0, 0, 1, 1, Box(0, 0, 200, 100)),))
    assert unclaimed_ink(Ink(mask, 100, mask), [], [grid]) == []
    mask[40:46, 140:142] = 255  # a 1 of 6 points
    (found,) = unclaimed_ink(Ink(mask, 100, mask), [], [grid])
    assert found.box.holds(141, 43)
    assert not found.box.holds(41, 42)


def test_two_lines_in_a_cell_are_left_alone() -> None:
    shown = with_text(2, 3, "1,234.00\n55.00")
    _, ink, words = page_of(shown)
    assert len(find_amount_cells([shown], ink, words)) == 11


def test_amounts_of_a_page_without_header_are_found_by_their_looks() -> None:
    shown = table(BODY[1:], header=BODY[0])
    _, ink, words = page_of(shown)
    found = {shown.cells[c.index].col for c in find_amount_cells([shown], ink, words)}
    assert shown.header_rows == 0
    assert {2, 3} <= found <= {2, 3, 4}


@pytest.mark.parametrize(
    "text", ["4.804.64", "l2.50", "1,234,5", "O.00", "1044Q.08", "3，212.O5", "(1.234.56)"]
)
def test_misread_numbers_look_like_numbers(text: str) -> None:
    assert looks_numeric(text)


@pytest.mark.parametrize(
    "text", ["", "I", "SO", "一", "2020年", "3.5%/a", "12 34 ab", "12a", "5.00元", "1.2ab", "B" * 50]
)
def test_words_do_not_look_like_numbers(text: str) -> None:
    assert not looks_numeric(text)


def test_a_crop_holds_the_figures_and_no_ruling() -> None:
    image, ink, words = page_of(table())
    for cell in find_amount_cells([table()], ink, words):
        part = crop(image, cell)
        assert (part.max(axis=2) < 128).sum() == 12 * 40
        assert part.shape[0] < HIGH
        assert (part[:, [0, -1]] > 200).all()
        assert (part[[0, -1]] > 200).all()


def test_ink_that_detection_cut_off_belongs_to_the_crop_and_what_is_far_does_not() -> None:
    _, ink, words = page_of(table())
    left, top = int(place(3, 2).left) + 10, int(place(3, 2).top) + 9
    ink.mask[top : top + 12, left + 46 : left + 49] = 255  # a 1 beside the box
    ink.mask[top - 4 : top + 9, left + 80 : left + 100] = 255  # what is left of a seal
    found = find_amount_cells([table()], ink, words)
    line = next(c.line for c in found if (table().cells[c.index].row, table().cells[c.index].col) == (3, 2))
    assert line.right == pytest.approx(left + 49, abs=1)


def test_a_crop_at_the_edge_of_its_cell_is_padded_with_paper() -> None:
    image = np.full((40, 80, 3), 230, np.uint8)
    image[:, :20] = 0
    image[15:25, 21:24] = 10
    part = crop(image, AmountCell(0, 0, Box(21, 15, 50, 25), Box(20, 0, 80, 40)))
    assert (part[0] == 230).all()
    assert (part[:, :2] == 230).all()


def test_what_both_readings_say_stands_without_a_further_look() -> None:
    engine = Scripted([lattice(t) for row in BODY for t in row[2:]])
    result = read(table(), engine)
    assert [c.text for c in result.tables[0].cells] == [c.text for c in table().cells]
    cell = result.tables[0].cell_at(1, 2)
    assert cell.amount == parse("4804.64").value  # type: ignore[union-attr]
    assert cell.reading is not None
    assert cell.reading.attempts == (("ppocr", "4804.64"), ("cell", "4804.64"))
    assert cell.reading.alternatives[0][0] == "4804.64"
    assert not engine.calls


def test_a_number_with_two_points_becomes_the_amount_that_it_is() -> None:
    shown = with_text(1, 2, "4.804.64")
    answers = only(shown, 1, 2, *[lattice("4,804.64")] * 4)
    result = read(shown, Scripted(*answers))
    assert result.tables[0].cell_at(1, 2).text == "4,804.64"
    assert result.tables[0].cell_at(1, 2).amount == parse("4804.64").value  # type: ignore[union-attr]


@pytest.mark.parametrize("votes", [1, 3])
def test_readings_that_differ_both_stay_among_the_alternatives(votes: int) -> None:
    shown = table()
    ours, theirs = (lattice("2907.33", 0.9, "2901.33"), lattice("2901.33", 0.9, "2907.33"))
    crops = [ours, *([ours] * (votes - 1)), *([theirs] * (4 - votes))]
    result = read(shown, Scripted(*only(shown, 3, 2, *crops)))
    cell = result.tables[0].cell_at(3, 2)
    assert cell.reading is not None
    assert cell.text == cell.reading.text == ("2901.33" if votes == 1 else "2907.33")
    known = dict(cell.reading.alternatives)
    assert {"2901.33", "2907.33"} <= set(known)
    assert known[cell.text] == max(known.values()) == cell.reading.alternatives[0][1]
    assert sum(math.exp(p) for p in known.values()) <= 1 + 1e-6
    assert [source for source, _ in cell.reading.attempts][:2] == ["ppocr", "cell"]
    assert len(cell.reading.attempts) == 5


def test_the_first_reading_stays_an_alternative_when_no_crop_shows_it() -> None:
    shown = with_text(3, 2, "2801.39")
    result = read(shown, Scripted(*only(shown, 3, 2, *[lattice("2901.33", 0.9999)] * 4)))
    reading = result.tables[0].cell_at(3, 2).reading
    assert reading is not None
    assert reading.text == "2901.33"
    assert "2801.39" in dict(reading.alternatives)
    assert sum(math.exp(p) for _, p in reading.alternatives) <= 1 + 1e-6


def test_a_stroke_that_was_read_as_a_letter_is_no_part_of_the_amount() -> None:
    shown = with_text(3, 2, "V 2901.33")
    image, ink, words = page_of(shown)
    box, _ = next(word for word in words if word[1] == "V 2901.33")
    words.remove((box, "V 2901.33"))
    words += [
        (Box(box.left - 4, box.top, box.left + 4, box.bottom), "V"),
        (Box(box.left + 10, box.top, box.right, box.bottom), "2901.33"),
    ]
    cells = [shown.cells[c.index].text for c in find_amount_cells([shown], ink, words)]
    own = [lattice(text.removeprefix("V ")) for text in cells]
    engine = Scripted(own, [lattice("2901.33")] * 3)
    result = reread_amounts(engine, Views.of(image, ink), [shown], words, OcrOptions(), 1)
    cell = result.tables[0].cell_at(3, 2)
    assert cell.text == "2901.33"
    assert cell.reading is not None
    assert cell.reading.attempts[0] == ("ppocr", "V 2901.33")


@pytest.mark.parametrize("text", ["2901.33 万元", "约 2901.33", "12 ab", "ABCD 2901.33"])
def test_a_number_beside_a_word_is_left_alone(text: str) -> None:
    shown = with_text(3, 2, text)
    _, ink, words = page_of(shown)
    found = find_amount_cells([shown], ink, words)
    assert (3, 2) not in {(shown.cells[c.index].row, shown.cells[c.index].col) for c in found}


def test_crops_made_otherwise_do_not_outvote_two_readings_that_agree() -> None:
    own, plain, other = lattice("0.00", 0.9, "9.00"), lattice("0.00", 0.9, "9.00"), lattice("9.00")
    shown = with_text(3, 3, "0.00")
    result = read(shown, Scripted(*only(shown, 3, 3, own, plain, other, other)))
    reading = result.tables[0].cell_at(3, 3).reading
    assert reading is not None
    assert reading.text == "0.00"
    assert "9.00" in dict(reading.alternatives)


def test_crops_that_all_say_one_amount_are_not_overruled_by_their_sum() -> None:
    """A comma with a short tail looks like a point in each crop; the column has whole numbers only."""
    prior = infer_format(["43,395,671", "160,160,215", "15,181,657", "2,245,343", "12,852,300"])
    views = [lattice("26,826.161", 0.98, "26,826,161")] * 4
    found = decode(views[0], prior)
    assert found[0].text == "26,826,161"
    assert decode_together(views, prior)[0].text == "26,826.161"
    shown = table()
    place_of, cell = AmountCell(0, 0, place(3, 2), place(3, 2)), shown.cell_at(3, 2)
    said = (
        ("ppocr", "26.826.161"),
        *((name, found[0].text) for name in ("cell", "plain", "wider", "shifted")),
    )
    case = _Case(place_of, cell, prior, list(views), tuple(found), said)
    assert _together(case)[0].text == "26,826,161"


@pytest.mark.parametrize("said", ["人民币", ""])
def test_a_blank_whose_ink_reads_as_nothing_stays_blank(said: str) -> None:
    shown = with_text(2, 3, "")
    result = read(shown, Scripted(*only(shown, 2, 3, *[lattice(said)] * 4)), [(2, 3)])
    assert result.tables[0].cell_at(2, 3) == shown.cell_at(2, 3)
    assert not result.read


def test_a_blank_whose_ink_reads_unclearly_stays_blank() -> None:
    shown = with_text(2, 3, "")
    unclear = lattice("17.53", 0.6, "77.59")
    result = read(shown, Scripted(*only(shown, 2, 3, *[unclear] * 4)), [(2, 3)])
    assert result.tables[0].cell_at(2, 3).text == ""


@pytest.mark.parametrize("own", [lattice(""), lattice("合计"), lattice("17.53", 0.2, "77.59")])
def test_specks_in_a_blank_are_not_read_again(own: np.ndarray) -> None:
    shown = with_text(2, 3, "")
    crops, _ = only(shown, 2, 3, own)
    again = Scripted(crops)  # which has nothing for a second look
    assert read(shown, again, [(2, 3)]).tables[0].cell_at(2, 3) == shown.cell_at(2, 3)


def test_a_blank_whose_ink_reads_clearly_becomes_an_amount() -> None:
    shown = with_text(2, 3, "")
    result = read(shown, Scripted(*only(shown, 2, 3, *[lattice("17.53", 0.9999)] * 4)), [(2, 3)])
    cell = result.tables[0].cell_at(2, 3)
    assert (cell.text, str(cell.amount)) == ("17.53", "17.53")
    assert result.read == (place(2, 3),)


def test_an_amount_never_becomes_a_blank_or_a_word() -> None:
    shown = table()
    for said in ("", "合计"):
        result = read(shown, Scripted(*only(shown, 3, 2, *[lattice(said)] * 4)))
        assert result.tables[0].cell_at(3, 2).text == "2901.33"


def unsure(symbol: str, sure: float, other: int = BLANK) -> np.ndarray:
    """One glyph that may as well be `other`, a column of the lattice."""
    steps = np.full((3, WIDTH), 1e-9, np.float32)
    steps[[0, 2], BLANK] = 1
    steps[1, SYMBOLS.index(symbol)] = sure
    steps[1, other] = 1 - sure
    return steps


def test_text_that_may_be_an_amount_never_becomes_a_blank() -> None:
    shown = with_text(3, 2, "7.")
    result = read(shown, Scripted(*only(shown, 3, 2, *[unsure("7", 0.3)] * 4)))
    cell = result.tables[0].cell_at(3, 2)
    assert (cell.text, cell.amount) == ("7.", None)
    assert cell.reading is not None
    assert "7" in dict(cell.reading.alternatives)


@pytest.mark.parametrize(("sure", "text"), [(0.6, "1"), (0.9999, "-")])
def test_an_amount_becomes_a_dash_only_where_that_is_clear(sure: float, text: str) -> None:
    shown = with_text(3, 2, "1")
    dash = unsure("-", sure, SYMBOLS.index("1"))
    result = read(shown, Scripted(*only(shown, 3, 2, *[dash] * 4)))
    assert result.tables[0].cell_at(3, 2).text == text


@given(st.sampled_from(["0", "0.00"]), st.sampled_from(["grammar", "reread"]))
def test_a_zero_keeps_its_print(zero: str, amounts: str) -> None:
    shown = with_text(3, 2, zero)
    answers = only(shown, 3, 2, *[lattice(zero)] * (4 if amounts == "reread" else 2))
    result = read(shown, Scripted(*answers), amounts=amounts)
    assert result.tables[0].cell_at(3, 2).text == zero


def test_grammar_alone_compares_with_the_first_crop_and_no_other() -> None:
    shown = table()
    engine = Scripted(*only(shown, 3, 2, lattice("2907.33", 0.9), lattice("2901.33", 0.99)))
    result = read(shown, engine, amounts="grammar")
    reading = result.tables[0].cell_at(3, 2).reading
    assert reading is not None
    assert [source for source, _ in reading.attempts] == ["ppocr", "cell", "plain"]
    assert not engine.calls


def test_plain_asks_nothing() -> None:
    engine = Scripted()
    assert read(table(), engine, amounts="plain") == Reread((table(),))
    assert not engine.crops


def test_more_doubtful_amounts_than_allowed_are_a_problem_and_the_worst_are_read() -> None:
    numbers = [t for row in BODY for t in row[2:]]
    doubtful = [lattice(t, 0.7) for t in numbers]
    doubtful[4] = lattice(numbers[4], 0.45)
    result = read(table(), Scripted(doubtful, [lattice(numbers[4])] * 3), amounts_reread=1)
    (problem,) = result.problems
    assert (problem.code, problem.page, problem.stage) == ("limit_reached", 1, "ocr.amounts")
    assert "amounts_reread" in problem.message
    again = [c for c in result.tables[0].cells if c.reading and len(c.reading.attempts) == 5]
    assert [(c.row, c.col) for c in again] == [(2, 3)]
    assert [c.text for c in result.tables[0].cells] == [c.text for c in table().cells]


def test_engines_say_by_their_methods_whether_they_give_lattices() -> None:
    assert isinstance(Scripted(), LatticeEngine)
    assert not isinstance(object.__new__(PaddleEngine), LatticeEngine)


class Drawn:
    """A text engine for the picture of `table()`; `lattices` is what the test says."""

    name = "drawn"

    def detect(self, image: np.ndarray) -> list[Box]:
        return [box for box, _ in page_of(table())[2]]

    def recognize(self, crops: Sequence[np.ndarray]) -> list[Reading]:
        texts = [text for _, text in page_of(table())[2]]
        return [Reading(texts[i] if i < len(texts) else "", 0.9, self.name) for i in range(len(crops))]


class Lattices(Drawn):
    def lattices(self, crops: Sequence[np.ndarray]) -> list[np.ndarray]:
        if len(crops) != 12:
            raise ValueError("no such crops")
        return [lattice(t) for row in BODY for t in row[2:]]


class Broken(Drawn):
    def lattices(self, crops: Sequence[np.ndarray]) -> list[np.ndarray]:
        raise MemoryError("no lattice today")


@pytest.fixture
def digitized(monkeypatch: pytest.MonkeyPatch) -> Callable[[Drawn], Any]:
    monkeypatch.setattr(
        "crossfoot.models.orientation.load_orientation",
        lambda weights=None, progress=None: lambda image: np.array([0.91, 0.03, 0.03, 0.03]),
    )

    def run(engine: Drawn) -> Any:
        monkeypatch.setattr("crossfoot.ocr.engine.load_engine", lambda options, progress=None: engine)
        stream = io.BytesIO()
        Image.fromarray(page_of(table())[0]).save(stream, "PNG")
        return crossfoot.digitize(stream.getvalue())

    return run


def test_an_engine_with_lattices_reads_amounts_in_a_stage_of_its_own(
    digitized: Callable[[Drawn], Any],
) -> None:
    document = digitized(Lattices())
    assert "ocr.amounts" in [step.stage for step in document.steps]
    readings = [c.reading for c in document.tables[0].cells if c.amount is not None]
    assert readings
    assert all(r.attempts and r.alternatives for r in readings)


def test_an_engine_without_lattices_keeps_its_readings(digitized: Callable[[Drawn], Any]) -> None:
    document = digitized(Drawn())
    assert "ocr.amounts" not in [step.stage for step in document.steps]
    assert document.tables[0].cell_at(1, 2).text == "4804.64"
    assert not document.tables[0].cell_at(1, 2).reading.attempts


def test_an_engine_that_fails_costs_the_amounts_of_a_page_and_nothing_else(
    digitized: Callable[[Drawn], Any],
) -> None:
    document = digitized(Broken())
    assert document.tables[0].cell_at(1, 2).text == "4804.64"
    failed = [p for p in document.problems if p.code == "stage_failed"]
    assert [(p.stage, p.page, p.severity, p.message) for p in failed] == [
        ("ocr.amounts", 1, "error", "MemoryError: no lattice today")
    ]
    assert document.status == "partial"
