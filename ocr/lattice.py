"""The recogniser's lattice, decoded: (time, alphabet) probabilities in, a reading out.

Connectionist temporal classification (Graves et al., ICML 2006): repeats collapse, the
blank separates. Best-path decoding here; decoding under the grammar of amounts will
take the same array.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..document import Reading

BLANK = 0


def best_path(lattice: npt.NDArray[np.float32], alphabet: Sequence[str], source: str) -> Reading:
    """The likeliest symbol at each step, collapsed.

    Args:
        lattice: (time, alphabet) probabilities.
        alphabet: the symbol of each column; column 0 is the blank.
        source: name of the engine, kept in the reading.

    Returns:
        A reading whose confidence is the mean probability of its symbols, 0 when empty.
    """
    best = lattice.argmax(axis=1)
    keep = best != BLANK
    keep[1:] &= best[1:] != best[:-1]
    indices = best[keep]
    if not indices.size:
        return Reading("", 0.0, source)
    text = "".join(alphabet[i] for i in indices)
    confidence = float(lattice[keep, indices].mean())
    return Reading(text, round(confidence, 4), source)
