"""Options of text recognition, one frozen dataclass, each knob explained where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..errors import OptionsError
from ..models.weights import DEFAULT_DETECTION, DEFAULT_RECOGNITION

EngineName = Literal["ppocr", "paddle"]
AmountReading = Literal["plain", "grammar", "reread"]


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """How text is found and read.

    Attributes:
        engine: `ppocr` calls the networks directly; `paddle` goes through PaddleOCR's own
            API, takes any model that PaddleOCR has, and starts four to six seconds later.
        threads: threads of one network call; 0 means all cores. More than there are cores
            slows things down; several Digitizers side by side want 1 each.
        weights: a folder that holds the models; None means CROSSFOOT_WEIGHTS or the user's
            cache, which is filled on first use.
        detection: name of the detection model, or the path of its folder.
        recognition: name of the recognition model, or the path of its folder.
        detection_side: longest side in pixels at which text is searched. Under about 1,600
            an A4 page loses its small digits; the time grows with the square.
        batch: crops per recognition call, 1 to 64. On a CPU more than 8 gains nothing and
            costs memory.
        amounts: how cells that should bear amounts are read: `plain` as any text; `grammar`
            again from a crop of their own, as amounts and nothing else; `reread` doubtful
            ones once more, from crops made otherwise. An engine without lattices reads plainly.
        amounts_reread: doubtful amounts of one page that are read once more, at most; each
            costs about as much as four cells.
    """

    engine: EngineName = "ppocr"
    threads: int = 0
    weights: Path | None = None
    detection: str = DEFAULT_DETECTION
    recognition: str = DEFAULT_RECOGNITION
    detection_side: int = 2400
    batch: int = 6
    amounts: AmountReading = "reread"
    amounts_reread: int = 150

    def __post_init__(self) -> None:
        if self.engine not in get_args(EngineName):
            raise OptionsError(f"must be one of {', '.join(get_args(EngineName))}", name="--engine")
        if not 0 <= self.threads <= 256:
            raise OptionsError("must be between 0 and 256", name="--threads")
        if not 320 <= self.detection_side <= 8000:
            raise OptionsError("must be between 320 and 8000 pixels", name="detection_side")
        if not 1 <= self.batch <= 64:
            raise OptionsError("must be between 1 and 64", name="batch")
        if self.amounts not in get_args(AmountReading):
            raise OptionsError(f"must be one of {', '.join(get_args(AmountReading))}", name="amounts")
        if not 0 <= self.amounts_reread <= 10_000:
            raise OptionsError("must be between 0 and 10000", name="amounts_reread")
