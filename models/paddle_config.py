"""inference.yml, the file that PaddleOCR reads beside a network.

The wheels that carry the networks leave it out. Settings of detection and of page orientation
are those of the files that PaddleOCR publishes with the models; the recogniser's alphabet
stands in the network's own metadata. Every glyph is written as a JSON string, which YAML reads
as that text: bare, `~`, `1` or a quote would come back as something else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from ..errors import WeightsError

Task = Literal["detection", "recognition", "orientation"]

# thresh, box_thresh and unclip_ratio are the model's own; PaddleOCR's whole OCR pipeline
# overrides them with 0.3, 0.6 and 1.5 (paddlex/configs/pipelines/OCR.yaml).
_DETECTION = """\
Global:
  model_name: {name}
PreProcess:
  transform_ops:
  - DecodeImage:
      channel_first: false
      img_mode: BGR
  - DetLabelEncode: null
  - DetResizeForTest: null
  - NormalizeImage:
      mean: [0.485, 0.456, 0.406]
      order: hwc
      scale: 1./255.
      std: [0.229, 0.224, 0.225]
  - ToCHWImage: null
  - KeepKeys:
      keep_keys: [image, shape, polys, ignore_tags]
PostProcess:
  name: DBPostProcess
  thresh: 0.2
  box_thresh: 0.45
  max_candidates: 3000
  unclip_ratio: 1.4
"""

_RECOGNITION = """\
Global:
  model_name: {name}
PreProcess:
  transform_ops:
  - DecodeImage:
      channel_first: false
      img_mode: BGR
  - MultiLabelEncode:
      gtc_encode: NRTRLabelEncode
  - RecResizeImg:
      image_shape: [3, 48, 320]
  - KeepKeys:
      keep_keys: [image, label_ctc, label_gtc, length, valid_ratio]
PostProcess:
  name: CTCLabelDecode
  character_dict:
{glyphs}
"""


_ORIENTATION = """\
Global:
  model_name: {name}
PreProcess:
  transform_ops:
  - ResizeImage:
      resize_short: 256
  - CropImage:
      size: 224
  - NormalizeImage:
      channel_num: 3
      mean: [0.485, 0.456, 0.406]
      order: ''
      scale: 0.00392156862745098
      std: [0.229, 0.224, 0.225]
  - ToCHWImage: null
PostProcess:
  Topk:
    topk: 1
    label_list: ['0', '90', '180', '270']
"""

_FIXED = {"detection": _DETECTION, "orientation": _ORIENTATION}


def render(task: Task, name: str, network: Path) -> str:
    """The text of inference.yml for the model `name` in the ONNX file `network`.

    Raises:
        WeightsError: `network` cannot be loaded, or is a recogniser without an alphabet.
    """
    quoted = json.dumps(name)
    if task in _FIXED:
        return _FIXED[task].format(name=quoted)
    glyphs = "\n".join(f"  - {json.dumps(glyph, ensure_ascii=False)}" for glyph in alphabet(network))
    return _RECOGNITION.format(name=quoted, glyphs=glyphs)


def alphabet(network: Path) -> list[str]:
    """The glyphs of a recogniser, in the order of its outputs, without blank and space.

    Raises:
        WeightsError: `network` cannot be loaded, or has no metadata entry `character`.
    """
    import onnxruntime  # a tenth of a second: only a fetch or a verification pays it

    try:
        session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions have no public base class
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"ONNX Runtime cannot load it: {reason}", name=str(network)) from None
    characters: str = session.get_modelmeta().custom_metadata_map.get("character", "")
    if not characters:
        raise WeightsError("its metadata has no alphabet (key `character`)", name=str(network))
    return characters.split("\n")  # not splitlines(), which would also split at rarer separators
