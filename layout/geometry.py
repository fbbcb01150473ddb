"""Shared geometry: masks, matrices, clusters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]  # (3, 3)


def as_mask(image: npt.NDArray[Any]) -> Mask:
    """The same array, typed: OpenCV's stubs promise only a number of some kind."""
    return image.astype(np.uint8, copy=False)


def rows_of(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    """A matrix as the nested tuples that records hold."""
    return tuple(tuple(float(v) for v in row) for row in matrix)


def clusters(values: Iterable[float], gap: float) -> list[list[int]]:
    """Indices of values in runs whose neighbours differ by at most `gap`, in rising order."""
    items = list(values)
    order = sorted(range(len(items)), key=items.__getitem__)
    runs: list[list[int]] = []
    for index in order:
        if runs and items[index] - items[runs[-1][-1]] <= gap:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs
