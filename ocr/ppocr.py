"""The default engine: PP-OCR's detection and recognition networks on ONNX Runtime.

Called directly, because arithmetic needs the recogniser's lattice, which no high-level
API gives, and because importing paddleocr costs seconds before the first page. Inputs are
padded to a few widths: ONNX Runtime plans memory per shape and would never give it back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box, Reading
from ..errors import EngineError
from ..models.session import load_session
from ..source import Image
from . import detection, lattice
from .amount_grammar import Columns
from .options import OcrOptions
from .threads import available_cores

HEIGHT = 48  # the recogniser's input height
MIN_WIDTH = 320  # what the recogniser was trained on; narrower crops are padded
MAX_WIDTH = 3200
_BUCKET = 64  # pixels: crops of amounts are padded to few widths, lest memory be planned for each


class PPOCREngine:
    """PP-OCR detection and recognition; safe to call from several threads."""

    name = "ppocr"

    def __init__(self, detection_folder: Path, recognition_folder: Path, options: OcrOptions) -> None:
        self._side = options.detection_side
        self._batch = options.batch
        threads = options.threads or available_cores()
        self._detector = load_session(detection_folder, threads)
        self._recognizer = load_session(recognition_folder, threads)
        glyphs = self._recognizer.get_modelmeta().custom_metadata_map.get("character")
        if not glyphs:
            raise EngineError("the recognition model carries no alphabet", name=str(recognition_folder))
        self._alphabet = ("", *glyphs.split("\n"), " ")  # the blank before, the space after
        width = self._recognizer.get_outputs()[0].shape[-1]
        if isinstance(width, int) and width != len(self._alphabet):
            raise EngineError(
                f"alphabet of {len(self._alphabet)}, outputs of {width}", name=str(recognition_folder)
            )
        self._columns = Columns.of(self._alphabet)

    def detect(self, image: Image) -> list[Box]:
        """Boxes of the lines of text on an upright page (height, width, 3) BGR."""
        height, width = image.shape[:2]
        (probability,) = _run(self._detector, detection.prepare(image, self._side))
        quads = detection.quads(probability[0, 0], (width, height))
        return [Box(*quad.min(axis=0).tolist(), *quad.max(axis=0).tolist()) for quad in quads]

    def recognize(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading per crop (height, width, 3) BGR, in order."""
        readings = [Reading("", 0.0, self.name)] * len(crops)
        for indices, width in _batches([_scaled_width(crop) for crop in crops], self._batch):
            inputs = np.stack([_prepare(crops[i], width) for i in indices])
            (lattices,) = _run(self._recognizer, inputs)  # (batch, time, alphabet)
            for i, steps in zip(indices, lattices, strict=True):
                readings[i] = lattice.best_path(steps, self._alphabet, self.name)
        return readings

    def lattices(self, crops: Sequence[Image]) -> list[npt.NDArray[np.float32]]:
        """The lattice of each crop of one amount, reduced to the symbols of amounts."""
        found: list[npt.NDArray[np.float32]] = [np.zeros((0, 0), np.float32)] * len(crops)
        for indices, width in _batches([_scaled_width(crop) for crop in crops], self._batch):
            padded = math.ceil(width / _BUCKET) * _BUCKET
            inputs = np.stack([_prepare(crops[i], padded) for i in indices])
            (steps,) = _run(self._recognizer, inputs)  # (batch, time, alphabet)
            for i, lattice_of_one in zip(indices, steps, strict=True):
                found[i] = self._columns.reduce(lattice_of_one)  # a thousandth of its size
        return found


def _run(session: Any, inputs: npt.NDArray[np.float32]) -> Any:
    import onnxruntime

    # Give memory back after each run: within one the arena saves a third of the time that
    # a page takes, between runs it would keep what the largest page of all needed.
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return session.run(None, {session.get_inputs()[0].name: inputs}, options)


def _scaled_width(crop: Image) -> int:
    """Width at the input height; rounded as the reference does, or its readings differ."""
    height, width = int(crop.shape[0]), int(crop.shape[1])
    scaled = HEIGHT * width / height
    return min(MAX_WIDTH, math.floor(scaled) if scaled > MIN_WIDTH else math.ceil(scaled))


def _batches(widths: list[int], size: int) -> Iterator[tuple[list[int], int]]:
    """Indices of crops of similar width, at most `size` together, with the width to pad to.

    Sorted, so that little is padded: a wide margin turns full-width brackets to half-width.
    """
    order = sorted(range(len(widths)), key=widths.__getitem__)
    for start in range(0, len(order), size):
        indices = order[start : start + size]
        yield indices, max(MIN_WIDTH, widths[indices[-1]])


def _prepare(crop: Image, width: int) -> npt.NDArray[np.float32]:
    """Scale to the input height, to -1 … 1, and pad on the right: (3, HEIGHT, width)."""
    scaled = cv2.resize(crop, (max(1, _scaled_width(crop)), HEIGHT))
    padded = np.zeros((3, HEIGHT, width), np.float32)
    # In two steps, as the reference does: the roundings decide some brackets.
    padded[:, :, : scaled.shape[1]] = (scaled.astype(np.float32).transpose(2, 0, 1) / 255 - 0.5) / 0.5
    return padded
