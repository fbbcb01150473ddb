"""Pages drawn for tests of how they lie: tables of rulings, lines of text, and ways to spoil them."""

import cv2
import numpy as np

RULES_Y = tuple(range(100, 1001, 45))
RULES_X = (60, 300, 420, 600, 760)


def table_page() -> np.ndarray:
    """A ruled table without text, (1170, 827, 3)."""
    page = np.full((1170, 827, 3), 255, np.uint8)
    for y in RULES_Y:
        cv2.line(page, (60, y), (760, y), (0, 0, 0), 2)
    for x in RULES_X:
        cv2.line(page, (x, 100), (x, 1000), (0, 0, 0), 2)
    return page


def text_page(seed: int = 0, columns: bool = True) -> np.ndarray:
    """Lines of text as blocks of strokes, with a short last line to each paragraph, (1170, 827, 3)."""
    rng = np.random.default_rng(seed)
    page = np.full((1170, 827, 3), 255, np.uint8)
    for number, y in enumerate(range(90, 1050, 30)):
        spans = [(70, 260), (340, 430), (560, 740)] if columns else [(70, 400 if number % 4 == 3 else 750)]
        for left, right in spans:
            for x in range(left, right, 16):
                _glyph(page, x, y, rng)
    return page


def _glyph(page: np.ndarray, x: int, y: int, rng: np.random.Generator) -> None:
    """Two strokes across and two down in a square of 13 pixels, as many either way as in type."""
    for low in (0, 7):
        across, down = (int(v) for v in rng.integers(low, low + 6, 2))
        cv2.line(page, (x, y + across), (x + 12, y + across), (0, 0, 0), 1)
        cv2.line(page, (x + down, y), (x + down, y + 12), (0, 0, 0), 1)


def turned(page: np.ndarray, degrees: float) -> np.ndarray:
    """The page turned counter-clockwise about its middle, in the same frame."""
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), degrees, 1.0)
    return cv2.warpAffine(page, matrix, page.shape[1::-1], flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def photographed(
    page: np.ndarray, moves: np.ndarray, desk: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The page with its corners moved by shares of its sides (4, 2), and the matrix that did it."""
    height, width = page.shape[:2]
    margin = 0 if desk is None else 40
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + moves * (width, height) + margin
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    level = 255 if desk is None else desk
    size = (width + 2 * margin, height + 2 * margin)
    return cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderValue=(level,) * 3), matrix
