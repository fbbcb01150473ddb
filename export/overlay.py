"""A page with everything that was found on it drawn over it, for judging by eye.

Fills are multiplied into the page, so that black ink stays black under any colour; lines
are thin and blended, so that they show on printed rulings and hide no digit. Names stand
in a strip below the page, and coordinates of the page stay those of the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..document import Box, Cell, State, Table, Text, TextRole
from ..errors import OutputError
from .palette import STATE_COLORS, STATE_FRAMES, bgr
from .states import counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

Color = tuple[int, int, int]  # blue, green, red

_LINE_SHARE = 0.65  # of a line's colour; the rest is the page under it
_WORD: Color = (150, 150, 150)
_CELL: Color = (0, 140, 255)  # bright, to show on black rulings
_TABLE: Color = (180, 30, 160)
_HEADER: Color = (255, 240, 225)
_AMOUNT: Color = (225, 255, 240)
_STATES: dict[State, Color] = {
    **{state: bgr(color) for state, color in STATE_COLORS.items()},
    "unchecked": (190, 248, 255),  # on paper it must differ from "no amount"
}
_FRAMES: dict[State, Color] = {state: bgr(color) for state, color in STATE_FRAMES.items()}
_ROLES: dict[TextRole, Color] = {
    "title": (0, 0, 200),
    "unit": (200, 100, 0),
    "organization": (150, 0, 120),
    "note": (0, 130, 130),
    "paragraph": (60, 130, 0),
    "furniture": (110, 110, 110),
    "seal": (80, 80, 255),
    "stamp": (120, 60, 200),
}


def draw(
    image: Image,
    page_number: int,
    tables: Iterable[Table],
    texts: Iterable[Text],
    words: Sequence[Box] = (),
) -> Image:
    """A picture of one page with its cells, texts and words.

    Args:
        image: the upright page, (h, w, 3) uint8 BGR; not changed.
        page_number: which page it is; what stands on other pages is left out.
        tables: cells are outlined, headers tinted light blue, amounts light green or in
            the colour of their state; corrected and disputed ones have a frame as well.
        texts: outlined in the colour of their role.
        words: boxes of recognised words on this page, outlined in grey.

    Returns:
        (h + legend, w, 3) uint8 BGR: the page, and below it a strip that explains the
        colours and lists the tables with their shapes.
    """
    import cv2
    import numpy as np

    here = [table for table in tables if any(part.page == page_number for part in table.parts)]
    texts_here = [text for text in texts if text.page == page_number]
    fills = list(_fills(here, page_number))
    lines = list(_lines(here, texts_here, words, page_number))
    tint = np.full_like(image, 255)
    for box, color, _ in fills:
        _rectangle(tint, box, color, cv2.FILLED)
    page = cv2.multiply(image, tint, scale=1 / 255)
    drawn = page.copy()
    for box, color, thickness, _ in lines:
        _rectangle(drawn, box, color, thickness)
    page = cv2.addWeighted(drawn, _LINE_SHARE, page, 1 - _LINE_SHARE, 0)
    for table in here:
        _tag(page, table, page_number)
    keys = {label: color for _, color, label in fills}
    for _, color, _, label in lines:
        keys.setdefault(label, color)  # a state's frame needs no key beside its fill
    return np.vstack([page, _legend(image.shape[1], keys, [_describe(table) for table in here])])


def encode_png(image: Image) -> bytes:
    """The picture as a PNG file.

    Raises:
        OutputError: the picture is empty or of a type that PNG has not.
    """
    import cv2

    try:
        done, data = cv2.imencode(".png", image)
    except cv2.error as error:
        raise OutputError(f"cannot be encoded as PNG: {error}") from None
    if not done:
        raise OutputError("cannot be encoded as PNG")
    return data.tobytes()


def decode_png(data: bytes) -> Image:
    """(h, w, 3) uint8 BGR: what `encode_png` made a file of."""
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(image, np.uint8)


def _fills(tables: Iterable[Table], page: int) -> Iterator[tuple[Box, Color, str]]:
    for table in tables:
        for cell in table.cells:
            color, label = _fill(cell)
            if color is not None:
                yield from ((part.box, color, label) for part in cell.parts if part.page == page)


def _fill(cell: Cell) -> tuple[Color | None, str]:
    if cell.state is not None:
        return _STATES[cell.state], cell.state
    if cell.amount is not None:
        return _AMOUNT, "amount"
    return (_HEADER, "header") if cell.header else (None, "")


def _lines(
    tables: Iterable[Table], texts: Iterable[Text], words: Iterable[Box], page: int
) -> Iterator[tuple[Box, Color, int, str]]:
    yield from ((box, _WORD, 1, "word") for box in words)
    for table in tables:
        for cell in table.cells:
            yield from ((part.box, _CELL, 1, "cell") for part in cell.parts if part.page == page)
    yield from ((text.box, _ROLES[text.role], 1, text.role) for text in texts)
    for table in tables:
        for cell in table.cells:
            if cell.state in _FRAMES:
                frame = (_FRAMES[cell.state], 3, cell.state)
                yield from ((part.box, *frame) for part in cell.parts if part.page == page)
    for table in tables:
        yield from ((part.box, _TABLE, 2, "table") for part in table.parts if part.page == page)


def _rectangle(canvas: Any, box: Box, color: Color, thickness: int) -> None:
    import cv2

    height, width = canvas.shape[:2]
    if box.right < 0 or box.bottom < 0 or box.left >= width or box.top >= height:
        return
    # Just outside the picture is far enough, and OpenCV's coordinates are 32 bits wide.
    left, right = (round(min(max(x, -9.0), width + 9.0)) for x in (box.left, box.right))
    top, bottom = (round(min(max(y, -9.0), height + 9.0)) for y in (box.top, box.bottom))
    cv2.rectangle(canvas, (left, top), (right, bottom), color, thickness)


def _tag(canvas: Any, table: Table, page: int) -> None:
    """The table's id outside its top left corner, where pages have a margin."""
    import cv2

    scale = _scale(canvas.shape[1])
    text = _ascii(table.id)[:12]
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    for part in table.parts:
        if part.page != page:
            continue
        x = round(min(max(part.box.left - width - 6, 2.0), canvas.shape[1] - width - 2.0))
        y = round(min(max(part.box.top + height + 2, height + 2.0), canvas.shape[0] - 4.0))
        cv2.rectangle(canvas, (x - 2, y - height - 2), (x + width + 1, y + 3), (255, 255, 255), cv2.FILLED)
        cv2.putText(canvas, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, _TABLE, 1, cv2.LINE_AA)


def _legend(width: int, keys: dict[str, Color], tables: list[str]) -> Image:
    """(height, width, 3): a swatch and a name per colour, then a line per table."""
    import cv2
    import numpy as np

    scale = _scale(width)
    step = round(44 * scale)
    spots: list[tuple[int, int, str, Color | None]] = []
    x, y = step // 2, step
    for label, color in keys.items():
        length = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)[0][0] + 2 * step
        if x + length > width and x > step:
            x, y = step // 2, y + step
        spots.append((x, y, label, color))
        x += length
    spots += [(step // 2, y + step * number, text, None) for number, text in enumerate(tables, start=1)]
    strip = np.full((y + step * len(tables) + step // 2, width, 3), 255, np.uint8)
    strip[:2] = 0
    for x, y, label, swatch in spots:
        if swatch is not None:
            corner = (x + step * 3 // 4, y - step // 2)
            cv2.rectangle(strip, (x, y + 2), corner, swatch, cv2.FILLED)
            cv2.rectangle(strip, (x, y + 2), corner, (0, 0, 0), 1)
        start = (x + (0 if swatch is None else step), y)
        cv2.putText(strip, label, start, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 1, cv2.LINE_AA)
    return strip


def _describe(table: Table) -> str:
    amounts = sum(cell.amount is not None for cell in table.cells)
    size = f"{table.shape[0]} x {table.shape[1]}, {amounts} amounts"
    found = ", ".join(f"{number} {state}" for state, number in counts([table]).items() if number)
    score = None if table.score is None else f"score {table.score:.2f}"
    title = table.title if table.title and table.title.isascii() else None
    return "   ".join(_ascii(item) for item in (table.id, size, found, table.kind, title, score) if item)


def _ascii(text: str) -> str:
    # OpenCV draws no Chinese; ids, kinds and shapes are what tells tables apart.
    return "".join(c for c in text if " " <= c <= "~").strip()[:120] or "?"


def _scale(width: int) -> float:
    """Font scale: digits about 12 pixels high on a page of 200 dpi."""
    return min(max(width / 1654 * 0.55, 0.35), 2.0)
