"""The way of text into cells: cutting at rulings, passed-over ink, joining."""

import numpy as np
import pytest
from crossfoot.document import Box, Reading, Scan
from crossfoot.layout.engine import Grid, GridCell
from crossfoot.layout.ink import Ink
from crossfoot.layout.words import Word, joined
from crossfoot.ocr.cutting import Piece, Place, cut_at_rulings, cut_words
from crossfoot.ocr.options import OcrOptions
from crossfoot.ocr.page import read_layer, read_scan
from crossfoot.ocr.unclaimed import claim_ink, unclaimed_ink
from crossfoot.source import PageImage
from crossfoot.source import Word as LayerWord

CELL = 100


def grid(rows: int = 3, cols: int = 3) -> Grid:
    cells = tuple(
        GridCell(r, c, 1, 1, Box(c * CELL, r * CELL, (c + 1) * CELL, (r + 1) * CELL))
        for r in range(rows)
        for c in range(cols)
    )
    return Grid(Box(0, 0, cols * CELL, rows * CELL), (rows, cols), cells)


def test_a_box_over_three_cells_becomes_three_pieces() -> None:
    pieces = cut_at_rulings([Box(20, 30, 280, 55)], [grid()])
    assert [p.place for p in pieces] == [Place(0, 0), Place(0, 1), Place(0, 2)]
    assert all(p.box.overlap(grid().cells[i].box) == p.box.area for i, p in enumerate(pieces))


def test_a_box_that_brushes_the_next_row_stays_in_its_own() -> None:
    (piece,) = cut_at_rulings([Box(120, 70, 180, 106)], [grid()])
    assert piece.place == Place(0, 1)


def test_two_lines_detected_as_one_box_are_parted_at_the_ruling() -> None:
    pieces = cut_at_rulings([Box(120, 60, 180, 145)], [grid()])
    assert [p.place for p in pieces] == [Place(0, 1), Place(0, 4)]


def test_boxes_outside_tables_stay_whole() -> None:
    assert cut_at_rulings([Box(20, 400, 280, 425)], [grid()]) == [Piece(Box(20, 400, 280, 425))]


def test_a_box_in_no_cell_is_marked_and_not_lost() -> None:
    sparse = Grid(Box(0, 0, 300, 300), (1, 1), (GridCell(0, 0, 1, 1, Box(0, 0, 50, 50)),))
    assert cut_at_rulings([Box(200, 200, 260, 220)], [sparse]) == [
        Piece(Box(200, 200, 260, 220), astray=True)
    ]
    word = LayerWord("1", Box(200, 200, 260, 220))
    assert cut_words([word], [sparse]) == [(Piece(word.box, astray=True), "1")]


def test_ink_that_detection_passed_over_is_found_in_its_cell() -> None:
    ink = np.zeros((320, 320), np.uint8)
    ink[140:156, 148:152] = 255  # a lone 1
    ink[230:232, 120:140] = 255  # a dash
    ink[30:46, 30:60] = 255  # text that was detected
    ink[60, 250] = 255  # a speck
    found = unclaimed_ink(Ink(ink, 100, ink), [Piece(Box(28, 28, 62, 48), Place(0, 0))], [grid()])
    assert [p.place for p in found] == [Place(0, 4), Place(0, 7)]
    assert found[0].box.holds(150, 148)


def test_a_box_that_cuts_a_character_grows_to_hold_it() -> None:
    ink = np.zeros((320, 320), np.uint8)
    ink[38:41, 20:48] = 255  # one long stroke; detection began in its middle
    ink[30:46, 55:80] = 255
    pieces, new = claim_ink(Ink(ink, 100, ink), [Piece(Box(34, 28, 82, 48), Place(0, 0))], [grid()])
    assert new == []
    assert pieces[0].box.left <= 20
    assert pieces[0].box.right >= 80


def word(text: str, left: float, top: float, confidence: float = 0.9) -> Word:
    return Word(Box(left, top, left + 10 * len(text), top + 20), Reading(text, confidence, "test"))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([word("机关事业", 0, 0), word("单位支出", 0, 25)], "机关事业单位支出"),
        ([word("单位支出", 0, 25), word("机关事业", 0, 0)], "机关事业单位支出"),  # whatever their order
        ([word("收", 0, 0), word("入", 60, 2)], "收 入"),
        ([word("GDP", 0, 0), word("growth", 0, 25)], "GDP growth"),
        ([word("100", 0, 0), word("200", 0, 25)], "100\n200"),  # two numbers never become one
        ([word("", 0, 0), word("合计", 0, 25)], "合计"),
        ([], ""),
    ],
)
def test_joining(words: list[Word], text: str) -> None:
    assert joined(words).text == text


def test_two_stacked_numbers_are_no_amount() -> None:
    from crossfoot.amounts import parse

    assert parse(joined([word("100", 0, 0), word("200", 0, 25)]).text) is None
    assert parse(joined([word("1,234.", 0, 0), word("56", 0, 25)]).text) is None
    assert parse(joined([word("１００", 0, 0), word("２００", 0, 25)]).text) is None
    assert parse(joined([word("100", 0, 0), word("200", 80, 0)]).text) is None
    assert parse(joined([word("100", 0, 0), word("200", 31, 0)]).text) is None  # however near


def test_a_joined_reading_is_as_sure_as_its_least_sure_word() -> None:
    assert joined([word("机关", 0, 0, 0.99), word("单位", 0, 25, 0.41)]).confidence == 0.41


def layered(image: np.ndarray, words: list[LayerWord], pictures: tuple[Box, ...] = ()) -> PageImage:
    scan = Scan(image.shape[1], image.shape[0], 100, "text_layer")
    identity = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    return PageImage(1, image, scan, identity, tuple(words), pictures=pictures)


class ScriptedEngine:
    """Detects given boxes and reads each crop as its mean lightness."""

    name = "scripted"

    def __init__(self, boxes: list[Box], texts: list[str]) -> None:
        self.boxes, self.texts = boxes, texts

    def detect(self, image: np.ndarray) -> list[Box]:
        return self.boxes

    def recognize(self, crops: list[np.ndarray]) -> list[Reading]:
        assert all(crop.size for crop in crops)
        return [Reading(text, 0.9 if text else 0.0, self.name) for text in self.texts[: len(crops)]]


def test_a_page_is_read_into_cells_and_nothing_is_dropped() -> None:
    image = np.full((500, 400, 3), 255, np.uint8)
    ink = np.zeros((500, 400), np.uint8)
    ink[240:256, 245:255] = 255  # in cell 8, passed over, and unreadable
    engine = ScriptedEngine([Box(20, 30, 180, 55), Box(10, 400, 200, 420)], ["一", "12.00", "注", ""])
    text = read_scan(engine, image, Ink(ink, 100, ink), [grid()])
    assert {place.cell: reading.text for place, reading in text.cells.items()} == {0: "一", 1: "12.00"}
    assert [w.reading.text for w in text.outside] == ["注"]
    assert len(text.unread) == 1
    assert len(text.boxes) == 4


def test_words_of_a_text_layer_are_placed_whole() -> None:
    words = [
        LayerWord("合计", Box(20, 20, 60, 40)),
        LayerWord("1.00", Box(160, 20, 206, 40)),
        LayerWord("注", Box(0, 400, 20, 420)),
    ]
    image, ink = np.full((500, 400, 3), 255, np.uint8), np.zeros((500, 400), np.uint8)

    def no_engine() -> ScriptedEngine:
        raise AssertionError("a page without other ink needs no engine")

    text = read_layer(layered(image, words), Ink(ink, 100, ink), [grid()], no_engine)
    assert {p.cell: r.text for p, r in text.cells.items()} == {0: "合计", 1: "1.00"}
    assert text.outside[0].reading == Reading("注", 1.0, "text_layer")


def test_ink_that_a_text_layer_leaves_out_is_read() -> None:
    image, ink = np.full((500, 400, 3), 255, np.uint8), np.zeros((500, 400), np.uint8)
    ink[240:256, 245:255] = 255
    word = LayerWord("合计", Box(20, 20, 60, 40))
    text = read_layer(layered(image, [word]), Ink(ink, 100, ink), [grid()], lambda: ScriptedEngine([], ["7"]))
    assert {p.cell: (r.text, r.source) for p, r in text.cells.items()} == {
        0: ("合计", "text_layer"),
        8: ("7", "scripted"),
    }


def test_letters_of_a_word_over_a_ruling_go_to_their_own_cells() -> None:
    letters = tuple((c, Box(60 + 9 * i, 20, 69 + 9 * i, 40)) for i, c in enumerate("1234.51201"))
    parts = cut_words([LayerWord("1234.51201", Box(60, 20, 150, 40), letters)], [grid()])
    assert [(piece.place, text) for piece, text in parts] == [(Place(0, 0), "1234"), (Place(0, 1), ".51201")]


def test_pictures_on_a_page_with_a_text_layer_are_read() -> None:
    image, ink = np.full((500, 400, 3), 255, np.uint8), np.zeros((500, 400), np.uint8)
    page = layered(image, [LayerWord("合计", Box(20, 20, 60, 40))], (Box(0, 350, 400, 450),))
    text = read_layer(
        page, Ink(ink, 100, ink), [grid()], lambda: ScriptedEngine([Box(10, 20, 90, 40)], ["图中"])
    )
    assert [(w.reading.text, w.box) for w in text.outside] == [("图中", Box(10, 370, 90, 390))]


def test_a_glyph_that_was_detected_twice_is_read_once() -> None:
    pieces = cut_at_rulings([Box(10, 20, 22, 40), Box(12, 20, 90, 40), Box(10, 60, 90, 80)], [grid()])
    assert [p.box for p in pieces] == [Box(10, 20, 90, 40), Box(10, 60, 90, 80)]


def test_what_sticks_out_of_a_table_is_a_piece_of_its_own() -> None:
    inside, outside = cut_at_rulings([Box(210, 30, 380, 55)], [grid()])
    assert inside.place == Place(0, 2)
    assert outside == Piece(Box(300, 30, 380, 55))
    assert len(cut_at_rulings([Box(120, 30, 306, 55)], [grid()])) == 2  # grown past the edge, no more


@pytest.mark.parametrize(
    ("passed_over", "confidence", "text", "sure"),
    [
        ("12,", 0.55, "345.00", False),  # doubtful digits: not taken, and said
        ("-", 0.7, "345.00", False),  # the remnant of a ruling is no minus
        ("12,", 0.9, "12,345.00", True),
    ],
)
def test_passed_over_ink_beside_text(passed_over: str, confidence: float, text: str, sure: bool) -> None:
    class Engine(ScriptedEngine):
        def recognize(self, crops: list[np.ndarray]) -> list[Reading]:
            return [Reading("345.00", 0.99, "s"), Reading(passed_over, confidence, "s")][: len(crops)]

    ink = np.zeros((500, 400), np.uint8)
    ink[30:46, 12:22] = 255
    page = read_scan(
        Engine([Box(36, 28, 90, 48)], []), np.full((500, 400, 3), 255, np.uint8), Ink(ink, 100, ink), [grid()]
    )
    reading = page.cells[Place(0, 0)]
    assert reading.text == text
    assert (reading.confidence > 0.5) == sure
    assert (page.unread == ()) == sure


def test_options_out_of_range_are_refused() -> None:
    from crossfoot.errors import OptionsError

    for wrong in ({"threads": -1}, {"batch": 0}, {"engine": "tesseract"}, {"detection_side": 10}):
        with pytest.raises(OptionsError):
            OcrOptions(**wrong)  # type: ignore[arg-type]
