"""The reference engine: PaddleOCR's own API, for any model that PaddleOCR has.

Runs on ONNX Runtime, so paddlepaddle is not needed. Importing paddleocr takes seconds and
would look for model hosts; both wait until the engine is asked for.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..document import Box, Reading
from ..errors import EngineError
from ..source import Image
from .options import OcrOptions
from .threads import available_cores


class PaddleEngine:
    """Detection and recognition through `paddleocr.TextDetection` and `TextRecognition`."""

    name = "paddle"

    def __init__(self, detection_folder: Path, recognition_folder: Path, options: OcrOptions) -> None:
        self._lock = threading.Lock()  # its predictors keep state between steps
        self._batch = options.batch
        self._side = options.detection_side
        # The weights are local: asking the hosts first would cost a timeout each.
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        try:
            import paddleocr
        except ImportError as error:  # a dependency of ours, but some distributions strip it
            raise EngineError(
                f"cannot be imported ({error})", name="paddleocr", remedy="pip install 'paddleocr>=3.7,<3.8'"
            ) from None
        common = {"engine": "onnxruntime", "engine_config": _threads(options.threads), "device": "cpu"}
        try:
            self._detector = paddleocr.TextDetection(
                model_name=model_name(detection_folder), model_dir=str(detection_folder), **common
            )
            self._recognizer = paddleocr.TextRecognition(
                model_name=model_name(recognition_folder), model_dir=str(recognition_folder), **common
            )
        except Exception as error:  # paddlex raises what its dependencies raise
            raise EngineError(f"cannot be loaded: {str(error).splitlines()[0]}", name="paddleocr") from error

    def detect(self, image: Image) -> list[Box]:
        """Boxes of the lines of text on an upright page (height, width, 3) BGR."""
        settings: dict[str, Any] = {
            "limit_side_len": self._side,
            "limit_type": "max",
            "max_side_limit": self._side,
        }
        settings |= {"thresh": 0.3, "box_thresh": 0.6, "unclip_ratio": 1.5}
        with self._lock:
            (result,) = self._detector.predict(image, batch_size=1, **settings)
        return [
            Box(*np.min(quad, axis=0).tolist(), *np.max(quad, axis=0).tolist()) for quad in result["dt_polys"]
        ]

    def recognize(self, crops: Sequence[Image]) -> list[Reading]:
        """One reading per crop (height, width, 3) BGR, in order."""
        if not crops:
            return []
        # Batches are padded to their widest crop: sorted, they waste the least.
        order = sorted(range(len(crops)), key=lambda i: crops[i].shape[1] / crops[i].shape[0])
        readings = [Reading("", 0.0, self.name)] * len(crops)
        with self._lock:
            results = self._recognizer.predict([crops[i] for i in order], batch_size=self._batch)
        for index, result in zip(order, results, strict=True):
            text = result["rec_text"]
            readings[index] = Reading(text, round(float(result["rec_score"]), 4) if text else 0.0, self.name)
        return readings


def _threads(threads: int) -> dict[str, int]:
    return {"intra_op_num_threads": threads or available_cores()}


def model_name(folder: Path) -> str:
    """PaddleOCR's name of the model in a folder, from its inference.yml.

    Raises:
        EngineError: the file names no model.
    """
    import yaml

    settings = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))
    name = (settings.get("Global") or {}).get("model_name") if isinstance(settings, dict) else None
    if not isinstance(name, str):
        raise EngineError("names no model", name=str(folder / "inference.yml"))
    return name
