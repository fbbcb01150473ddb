"""By which quarter turn a page lies turned, asked of PP-LCNet_x1_0_doc_ori.

The network (PaddleOCR's page orientation classifier; Cui et al., "PP-LCNet: A Lightweight
CPU Convolutional Neural Network", 2021) sees 224 pixels of a page whose short side was made
256: on a form that is mostly empty, the middle may hold nothing that tells up from down.
So it is asked of several squares along the page, which together are right where one is not.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from .session import load_session
from .weights import DEFAULT_ORIENTATION, Progress, WeightStore

_SHORT = 256  # short side in pixels and side of the crop, as in the model's inference.yml
_CROP = 224
_MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
_SCALE = np.array([0.229, 0.224, 0.225], np.float32) * 255
_SQUARES = 3  # cover an A4 page from end to end
_LEAST = 1e-6  # of a probability, so that no one square outvotes all others


class PageOrientation:
    """Loaded once; safe to call from several threads.

    Raises:
        EngineError: the network cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        self._session = load_session(folder, 1)  # a call takes milliseconds: threads only cost
        self._input = self._session.get_inputs()[0].name

    def __call__(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Probabilities (4,) that an image (height, width, 3) BGR lies turned by 0, 90, 180, 270°.

        Degrees are clockwise: a page turned by 90° has its top edge on the right.
        """
        (outputs,) = self._session.run(None, {self._input: _squares(image)})  # (squares, 4)
        together = np.exp(np.log(np.maximum(outputs.astype(np.float64), _LEAST)).mean(axis=0))
        result: npt.NDArray[np.float64] = together / together.sum()
        return result


def load_orientation(weights: Path | None = None, progress: Progress | None = None) -> PageOrientation:
    """The network from the store in the folder `weights`, fetched first where it is missing.

    Raises:
        WeightsError: it is missing and cannot be fetched.
        EngineError: it cannot be loaded.
    """
    return PageOrientation(WeightStore(weights).ensure(DEFAULT_ORIENTATION, progress))


def _squares(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The network's inputs (squares, 3, 224, 224): squares in a row along the longer side."""
    height, width = image.shape[:2]
    ratio = _SHORT / min(height, width)
    size = (max(_SHORT, round(width * ratio)), max(_SHORT, round(height * ratio)))
    # Area averaging: the reference's bilinear reduction skips most pixels of a large scan.
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR)
    spots = [np.linspace(0, length - _CROP, _SQUARES).round().astype(int) for length in small.shape[:2]]
    middle = (_SHORT - _CROP) // 2
    tall = small.shape[0] > small.shape[1]
    corners = [(at, middle) for at in spots[0]] if tall else [(middle, at) for at in spots[1]]
    crops = np.stack([small[y : y + _CROP, x : x + _CROP, ::-1] for y, x in corners])  # RGB
    return np.ascontiguousarray(((crops.astype(np.float32) - _MEAN) / _SCALE).transpose(0, 3, 1, 2))
