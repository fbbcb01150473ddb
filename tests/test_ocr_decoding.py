"""The networks' outputs, decoded without the networks."""

import numpy as np
import pytest
from crossfoot.ocr import detection, lattice
from hypothesis import given
from hypothesis import strategies as st

ALPHABET = ("", "1", "2", ",", ".")


def steps(*symbols: int, probability: float = 0.9) -> np.ndarray:
    array = np.full((len(symbols), len(ALPHABET)), (1 - probability) / 4, np.float32)
    array[np.arange(len(symbols)), symbols] = probability
    return array


@pytest.mark.parametrize(
    ("symbols", "text"),
    [
        ((1, 1, 2), "12"),  # a repeat is one symbol
        ((1, 0, 1, 2), "112"),  # unless a blank parts it
        ((0, 0, 0), ""),
        ((0, 1, 3, 0, 4, 2, 2, 0), "1,.2"),
    ],
)
def test_best_path(symbols: tuple[int, ...], text: str) -> None:
    reading = lattice.best_path(steps(*symbols), ALPHABET, "test")
    assert reading.text == text
    assert reading.confidence == pytest.approx(0.9 if text else 0.0, abs=1e-4)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_best_path_equals_the_definition(symbols: list[int]) -> None:
    collapsed = [s for i, s in enumerate(symbols) if i == 0 or s != symbols[i - 1]]
    expected = "".join(ALPHABET[s] for s in collapsed)
    assert lattice.best_path(steps(*symbols), ALPHABET, "test").text == expected


def probability_map(*cores: tuple[int, int, int, int]) -> np.ndarray:
    array = np.zeros((160, 320), np.float32)
    for left, top, right, bottom in cores:
        array[top:bottom, left:right] = 0.95
    return array


def test_cores_are_grown_back_and_scaled_to_the_page() -> None:
    (quad,) = detection.quads(probability_map((40, 60, 240, 72)), (640, 320))
    left, top = quad.min(axis=0)
    right, bottom = quad.max(axis=0)
    # The core of 200 × 12 grows by area × 1.5 / perimeter = 8.5 on each side, then doubles in scale.
    assert [left, top, right, bottom] == pytest.approx([63, 103, 496, 160], abs=4)


def test_weak_and_tiny_cores_are_dropped() -> None:
    faint = probability_map((40, 60, 240, 72)) * 0.5
    assert detection.quads(faint, (320, 160)) == []
    assert detection.quads(probability_map((10, 10, 12, 12)), (320, 160)) == []
    assert detection.quads(np.zeros((160, 320), np.float32), (320, 160)) == []


@given(st.integers(1, 400), st.integers(1, 400), st.integers(320, 640))
def test_prepared_pages_are_multiples_of_the_stride_and_bounded(height: int, width: int, side: int) -> None:
    batch = detection.prepare(np.zeros((height, width, 3), np.uint8), side)
    assert batch.shape[:2] == (1, 3)
    assert all(length % detection.STRIDE == 0 for length in batch.shape[2:])
    assert max(batch.shape[2:]) <= side + detection.STRIDE
