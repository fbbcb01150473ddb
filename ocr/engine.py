"""What a text engine is: boxes of text on a page, and readings of crops.

The two steps are apart because the pipeline cuts the boxes at rulings in between, and
because amounts are read again later from crops of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ..document import Box, Reading
from ..models.weights import Progress, WeightStore
from ..source import Image
from .options import OcrOptions


class Engine(Protocol):
    """A text engine. Both calls may come from several threads at once."""

    name: str

    def detect(self, image: Image) -> list[Box]:
        """Lines of text on an upright page, image (height, width, 3) BGR.

        Returns boxes in pixels of `image`, in no particular order.
        """
        ...

    def recognize(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading per crop, in order; an empty text where nothing was read."""
        ...


@runtime_checkable
class LatticeEngine(Protocol):
    """What gives lattices for amounts: a text engine that can, or a recogniser of its own."""

    name: str

    def lattices(self, crops: Sequence[Image]) -> list[npt.NDArray[np.float32]]:
        """One lattice per crop (height, width, 3) BGR, in order.

        Each crop shows one line of figures. A lattice is (time, symbols + 2): probabilities of
        the symbols of amounts as `amount_grammar.Columns.reduce` orders them, its blank and
        whatever else. May come from several threads at once.
        """
        ...


def load_engine(options: OcrOptions, progress: Progress | None = None) -> Engine:
    """Load the engine that `options` names, fetching missing default weights first.

    Raises:
        WeightsError: weights are missing and cannot be fetched.
        EngineError: the engine's package is missing or its models do not load.
    """
    store = WeightStore(options.weights)
    detection = store.ensure(options.detection, progress)
    recognition = store.ensure(options.recognition, progress)
    if options.engine == "paddle":
        from .paddle import PaddleEngine

        return PaddleEngine(detection, recognition, options)
    from .ppocr import PPOCREngine

    return PPOCREngine(detection, recognition, options)
