"""Seals are found by colour and shape, or shape alone, and leave the black ink beneath them."""

import cv2
import numpy as np
import pytest
from crossfoot.assembly import page_records
from crossfoot.document import Box, Page, Scan
from crossfoot.layout.engine import Found
from crossfoot.layout.ink import black_ink
from crossfoot.layout.outline import find_sheet
from crossfoot.layout.seals import is_coloured
from crossfoot.ocr.page import PageText

HEIGHT, WIDTH = 1755, 1240  # A4 at 150 pixels per inch
CENTRE, RADIUS = (700, 900), 117  # a ring of 40 mm
RED, BLUE = (0.9, 0.2, 0.22), (0.2, 0.3, 0.85)  # light that passes, red, green and blue


def paper_and_print() -> np.ndarray:
    """Lightness of a page with text and a table, from 0 to 1."""
    page = np.full((HEIGHT, WIDTH), 0.96, np.float32)
    for y in range(200, 1500, 50):
        for x in (150, 450, 620, 900):
            cv2.putText(page, "4,804.64", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0.15,), 2, cv2.LINE_AA)
        cv2.line(page, (120, y + 15), (1100, y + 15), (0.15,), 2)
    return page


def seal(shape: str = "round", strength: float = 0.7) -> np.ndarray:
    """How much of a seal's ink covers each pixel, 0 to 1."""
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    x, y = CENTRE
    if shape == "square":
        cv2.rectangle(ink, (x - 60, y - 60), (x + 60, y + 60), (255,), 6)
    elif shape == "oval":
        cv2.ellipse(ink, CENTRE, (130, 85), 0, 0, 360, (255,), 6, cv2.LINE_AA)
    else:
        cv2.circle(ink, CENTRE, RADIUS, (255,), 7, cv2.LINE_AA)
    cv2.putText(ink, "OFFICE", (x - 45, y + 10), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255,), 3, cv2.LINE_AA)
    return ink.astype(np.float32) / 255 * strength


def stamped(ink: np.ndarray, tint: tuple[float, float, float] = RED, *, grey: bool = False) -> np.ndarray:
    """A scan (height, width, 3) BGR of the page under a seal, with grain."""
    light = paper_and_print()
    planes = np.dstack([light * (1 - ink * (1 - share)) for share in reversed(tint)])
    if grey:
        planes = np.dstack([cv2.cvtColor(planes, cv2.COLOR_BGR2GRAY)] * 3)
    grain = np.random.default_rng(2).normal(0, 0.006, light.shape)[..., None]
    return (np.clip(planes + grain, 0, 1) * 255).astype(np.uint8)


def around(ink: np.ndarray) -> Box:
    rows, columns = np.nonzero(ink)
    return Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def alike(a: Box, b: Box) -> bool:
    both = a.overlap(b)
    return both > 0.75 * (a.area + b.area - both)


@pytest.mark.parametrize("tint", [RED, BLUE])
@pytest.mark.parametrize("shape", ["round", "oval", "square"])
def test_a_coloured_seal_is_found_and_taken_off(shape: str, tint: tuple[float, float, float]) -> None:
    ink = seal(shape)
    found = black_ink(stamped(ink, tint))
    (box,) = found.seals
    assert alike(box, around(ink))
    under = paper_and_print() < 0.3
    bare = (ink > 0.5) & (cv2.dilate(under.astype(np.uint8), np.ones((7, 7))) == 0)
    assert (found.mask[bare] > 0).mean() < 0.02
    assert (found.mask[under & (ink > 0.5)] > 0).mean() > 0.97
    assert found.clean is not None
    assert found.clean[bare].min(axis=1).mean() > 225


def test_the_picture_for_reading_differs_only_under_the_seal() -> None:
    image = stamped(seal())
    found = black_ink(image)
    assert found.clean is not None
    left, top, right, bottom = (round(v) for v in found.seals[0].to_list())
    changed = (found.clean != image).any(axis=2)
    changed[top:bottom, left:right] = False
    assert not changed.any()


@pytest.mark.parametrize("strength", [0.45, 0.8])
def test_a_grey_seal_is_found_by_its_ring(strength: float) -> None:
    ink = seal(strength=strength)
    found = black_ink(stamped(ink, grey=True))
    (box,) = found.seals
    assert alike(box, around(ink))
    under = paper_and_print() < 0.3
    ring = cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), CENTRE, RADIUS, (255,), 5) > 0
    bare = ring & (cv2.dilate(under.astype(np.uint8), np.ones((7, 7))) == 0)
    assert (found.mask[bare] > 0).mean() < 0.1
    assert (found.mask[under & (ink > 0)] > 0).mean() > 0.95
    assert found.clean is None  # a reader can tell pale figures from a pale seal better


def test_a_page_without_a_seal_has_none() -> None:
    found = black_ink(stamped(np.zeros((HEIGHT, WIDTH), np.float32)))
    assert found.seals == ()
    assert found.clean is None


def test_red_figures_and_boxes_of_a_form_are_no_seals() -> None:
    image = stamped(np.zeros((HEIGHT, WIDTH), np.float32))
    for y in range(1520, 1700, 60):
        cv2.putText(
            image, "-12,345.67", (300, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (40, 40, 200), 2, cv2.LINE_AA
        )
    assert black_ink(image).seals == ()


def test_red_rulings_beside_a_seal_stay() -> None:
    image = stamped(seal())
    cv2.rectangle(image, (100, 120), (1150, 1600), (50, 50, 200), 3)
    found = black_ink(image)
    assert len(found.seals) == 1
    assert (found.mask[120, 110:1140] > 0).all()
    assert (found.mask[130:1590, 100] > 0).all()


def test_a_seal_cut_by_the_edge_of_the_page_is_found() -> None:
    moved = np.roll(seal(), (0, WIDTH - CENTRE[0] - 60), axis=(0, 1))
    moved[:, : WIDTH // 2] = 0
    found = black_ink(stamped(moved))
    assert len(found.seals) == 1
    assert found.seals[0].right == WIDTH


def test_seals_are_texts_of_their_own() -> None:
    page = Page(1, WIDTH, HEIGHT, Scan(WIDTH, HEIGHT, 150.0, "image"), ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    box = Box(10, 20, 30, 40)
    (text,) = page_records(page, Found(()), PageText({}, (), (), (), (), ()), 0, 4, [box]).texts
    assert (text.id, text.role, text.page, text.box, text.text) == ("x5", "seal", 1, box, "")


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0)])
def test_a_picture_of_nothing_has_no_colour_and_no_seal(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    assert not is_coloured(picture)
    ink = black_ink(picture)
    assert ink.mask.shape == ink.darkness.shape == shape
    assert ink.seals == ()


@pytest.mark.parametrize("shape", [(1, 2000), (2, 2000), (2000, 2), (2000, 1), (3, 32000), (15, 300)])
def test_narrow_pictures_show_no_sheet(shape: tuple[int, int]) -> None:
    picture = np.full(shape, 20, np.uint8)
    picture[:, shape[1] // 5 : -shape[1] // 5] = 240
    assert find_sheet(picture) is None
