"""Dashes for nothing, which recognisers take for other flat strokes."""

from __future__ import annotations

import pytest
from crossfoot.document import Box, Cell, Reading, Table
from crossfoot.layout.dashes import DASH, with_dashes
from crossfoot.ocr.cutting import Piece, Place
from crossfoot.ocr.page import _gathered


def column(*texts: str) -> Table:
    cells = (Cell(i, 0, text=t, reading=Reading(t, 0.9, "ppocr")) for i, t in enumerate(texts))
    return Table("t1", (len(texts), 1), tuple(cells))


@pytest.mark.parametrize("stroke", ["一", "_", "ー"])
def test_a_flat_stroke_among_figures_is_a_dash(stroke: str) -> None:
    cells = with_dashes(column("上缴上级支出", "623,004", stroke, "—", "0.00")).cells
    assert [c.text for c in cells] == ["上缴上级支出", "623,004", DASH, "—", "0.00"]
    assert cells[2].reading is not None
    assert cells[2].reading.attempts == (("ppocr", stroke), ("dash", DASH))


@pytest.mark.parametrize(
    "texts",
    [("一", "二", "三", "四"), ("项目", "一", "说明", "办公"), ("一",), ("名称", "一般公共服务", "一")],
)
def test_the_number_one_stays_among_words(texts: tuple[str, ...]) -> None:
    assert [c.text for c in with_dashes(column(*texts)).cells] == list(texts)


def read(box: Box, text: str = "", beside: bool = False) -> tuple[str | None, int]:
    """What a cell says whose ink is in `box` and was passed over, and how many boxes stay unread."""
    words = [
        (Piece(Box(0, 40 * i, 100, 40 * i + 30), Place(0, i + 1)), Reading("1.00", 1, "x")) for i in range(3)
    ]
    if beside:
        words.append((Piece(Box(200, 0, 300, 30), Place(0, 0)), Reading("2.00", 1, "x")))
    found = _gathered(words, [(Piece(box, Place(0, 0)), Reading(text, 0.2, "x"))])
    cell = found.cells.get(Place(0, 0))
    return (cell.text if cell else None), len(found.unread)


def test_flat_ink_alone_in_its_cell_is_a_dash() -> None:
    assert read(Box(200, 10, 226, 19)) == (DASH, 0)


def test_other_unread_ink_stays_unread() -> None:
    assert read(Box(200, 10, 226, 36)) == (None, 1)  # as high as a character
    assert read(Box(200, 10, 212, 19)) == (None, 1)  # a speck
    assert read(Box(200, 10, 500, 19)) == (None, 1)  # a ruling
    assert read(Box(200, 10, 226, 19), beside=True) == ("2.00", 1)
