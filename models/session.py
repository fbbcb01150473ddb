"""ONNX Runtime sessions of the networks in the weight store.

Shared by all that call a network directly: text recognition, page orientation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import EngineError
from .weights import NETWORK


def load_session(folder: Path, threads: int) -> Any:
    """A session on the CPU for the network in a model's folder.

    Args:
        folder: a model of the store.
        threads: threads of one call, at least 1.

    Raises:
        EngineError: the network cannot be loaded.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Inputs come in many shapes, and a memory plan would be kept for each of them.
    options.enable_mem_pattern = False
    try:
        return onnxruntime.InferenceSession(
            str(folder / NETWORK), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises a dozen unrelated classes
        raise EngineError(
            f"cannot be loaded: {str(error).splitlines()[0]}",
            name=str(folder),
            remedy="run `crossfoot weights verify`",
        ) from error
