"""The overlay shows what was found and leaves every digit legible."""

import subprocess
import sys
from decimal import Decimal

import cv2
import numpy as np
import pytest
from crossfoot.document import Box, Cell, Part, Table, TablePart, Text
from crossfoot.errors import OutputError
from crossfoot.export.overlay import draw, encode_png

INK = 60  # what is darker is printed
CELL = Box(100, 60, 300, 100)


def page_with_digits() -> np.ndarray:
    image = np.full((240, 420, 3), 255, np.uint8)
    cv2.putText(image, "1,234.56", (110, 90), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    return image


def table(page: int = 1, box: Box = CELL, **cell: object) -> Table:
    cells = (Cell(0, 0, parts=(Part(page, box),), text="1,234.56", **cell),)  # type: ignore[arg-type]
    return Table("t1", (1, 1), cells, parts=(TablePart(page, box),))


def test_draw_leaves_its_input_alone_and_keeps_the_page_in_place() -> None:
    image = page_with_digits()
    before = image.copy()
    drawn = draw(image, 1, [table()], [], [Box(108, 68, 260, 96)])
    assert (image == before).all()
    assert drawn.dtype == np.uint8
    assert drawn.shape[1:] == (420, 3)
    assert drawn.shape[0] > 240
    assert (drawn[120:240, 310:] == 255).all()


@pytest.mark.parametrize("state", ["proven", "corrected", "disputed", "unchecked", "confirmed", None])
def test_digits_stay_black_under_every_fill(state: str | None) -> None:
    image = page_with_digits()
    drawn = draw(image, 1, [table(amount=Decimal("1234.56"), state=state)], [])
    ink = image.max(axis=2) < INK
    assert drawn[:240][ink].max() < INK
    assert drawn[63, 200].tolist() != [255, 255, 255]


def test_states_headers_and_amounts_differ_in_colour() -> None:
    image = np.full((200, 300, 3), 255, np.uint8)
    looks = [
        {"amount": Decimal(1), "state": s}
        for s in ("proven", "corrected", "disputed", "unchecked", "confirmed")
    ]
    looks += [{"amount": Decimal(1)}, {"header": True}, {}]
    colors = {
        tuple(draw(image, 1, [table(box=Box(50, 50, 250, 150), **look)], [])[100, 150]) for look in looks
    }
    assert len(colors) == len(looks)


def test_lines_show_on_printed_rulings() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    drawn = draw(
        image, 1, [table(box=Box(50, 50, 250, 150))], [Text("x1", "seal", 1, Box(10, 10, 40, 30), "")]
    )
    assert drawn[50, 150].max() > 100
    assert drawn[10, 20].max() > 100


def test_other_pages_are_left_out() -> None:
    image = page_with_digits()
    drawn = draw(image, 1, [table(page=2)], [Text("x1", "note", 2, Box(0, 0, 50, 50), "")])
    assert (drawn[:240] == image).all()


@pytest.mark.parametrize(
    "box",
    [
        Box(-1e300, -1e300, 1e300, 1e300),
        Box(1e9, 1e9, 2e9, 2e9),
        Box(-50, -50, -10, -10),
        Box(5, 5, 5, 5),
        Box(419, 239, 500, 500),
    ],
)
def test_boxes_beyond_the_page_do_no_harm(box: Box) -> None:
    texts = [Text("x1", "title", 1, box, "")]
    drawn = draw(page_with_digits(), 1, [table(box=box, amount=Decimal(1))], texts, [box])
    assert drawn.shape[1] == 420


@pytest.mark.parametrize("size", [(1, 1), (8, 2000), (2000, 8)])
def test_pages_of_any_size_get_a_legend(size: tuple[int, int]) -> None:
    drawn = draw(np.full((*size, 3), 255, np.uint8), 1, [table()], [])
    assert drawn.shape[1] == size[1]


def test_names_in_chinese_are_left_out_of_labels() -> None:
    odd = Table("表一", (1, 1), (Cell(0, 0),), title="收支总表", parts=(TablePart(1, CELL),))
    assert draw(page_with_digits(), 1, [odd], []).shape[0] > 240


def test_png_reads_back() -> None:
    image = draw(page_with_digits(), 1, [table()], [])
    data = encode_png(image)
    assert data.startswith(b"\x89PNG")
    assert (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) == image).all()


def test_png_of_nothing_is_an_error() -> None:
    with pytest.raises(OutputError, match="PNG"):
        encode_png(np.zeros((0, 0, 3), np.uint8))


def test_writers_load_their_libraries_when_called() -> None:
    names = ["characters", "csv", "folder", "frames", "html", "overlay", "palette", "parquet", "xlsx"]
    code = (
        "import sys\n"
        + "".join(f"import crossfoot.export.{name}\n" for name in names)
        + "print([m for m in ('cv2', 'numpy', 'pandas', 'pyarrow', 'xlsxwriter') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
