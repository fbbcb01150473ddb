"""The search for amounts in a lattice, and the masses of given texts in it.

Prefix beam search over the collapsed texts of connectionist temporal classification
(Graves 2006; Hannun et al. 2014), along the automaton of `amount_grammar`. What it finds
are masses, which `amount_calibration` makes probabilities of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..amounts import MAX_DIGITS, printed
from .amount_calibration import Evidence
from .amount_grammar import BLANK, DASH, ENDS, OTHER, SPACE, START, STEP, SYMBOLS, WIDTH, Lattice
from .amount_smoothing import smoothed

BEAM = 16
MAX_STEPS = 4_000

_CLEAR = 1 - 1e-5  # steps of the same symbol, as clear as this, count as one
_FAINT = 1e-7  # mass at which a symbol is not followed
_HOPELESS = 1e-7  # share of the best prefix's mass at which another is dropped
_WORDS = -30.0  # log-mass of all texts without a foreign glyph at which none is looked for
_NOTHING = 1e-30
_ROUNDING = 1e-3  # a lattice is of single precision, and may come from a half-precision network
_DIGITS = 10  # the first symbols
_INDEX = {symbol: index for index, symbol in enumerate(SYMBOLS)}


def search(lattice: Lattice, beam: int = BEAM) -> Evidence:
    """The grammatical texts of a lattice with their masses, before any calibration.

    Args:
        lattice: (time, WIDTH) probabilities.
        beam: prefixes that are followed; besides them, the best one of every state of the
            grammar, lest misread separators crowd the mended text out.

    Raises:
        ValueError: as `decode`.
    """
    _require(lattice)
    steps = smoothed(lattice)
    without_words = np.clip(1 - steps[:, OTHER], 1e-12, 1)
    letters = float(np.log(without_words).sum())  # of all texts without a foreign glyph
    if letters < _WORDS:
        return Evidence((), words=0.0, malformed=math.log(_NOTHING))
    prefixes: dict[str, _Prefix] = {"": (1.0, 0.0, START)}
    top = 1.0
    spent = 0.0  # logarithm of what the masses were divided by
    for row in _merged(steps):
        prefixes, top = _pruned(_extended(prefixes, row, top * _HOPELESS), beam)
        if not top:
            break
        if top < 1e-100:
            prefixes = {text: (b / top, g / top, state) for text, (b, g, state) in prefixes.items()}
            spent += math.log(top)
            top = 1.0
    masses: dict[str, float] = {}
    for prefix, (blank, glyph, state) in prefixes.items():
        if ENDS[state] and blank + glyph > 0:
            text = _canonical(prefix, state)
            masses[text] = masses.get(text, 0.0) + blank + glyph
    texts = tuple((text, math.log(mass) + spent) for text, mass in masses.items())
    amounts = math.fsum(math.exp(mass) for _, mass in texts)
    return Evidence(
        texts,
        words=math.log(max(_NOTHING, -math.expm1(letters))),
        malformed=math.log(max(_NOTHING, math.exp(letters) - amounts)),
    )


_Prefix = tuple[float, float, int]
"""Mass of the paths that end in a blank, of those that end in a glyph, state of the grammar."""


def _extended(prefixes: dict[str, _Prefix], row: list[float], least: float) -> dict[str, _Prefix]:
    """One step further: every prefix stays as it is, and grows by every glyph it may.

    What would grow to a mass below `least` is left out.
    """
    silent = row[BLANK]
    glyphs = [(s, row[s], SYMBOLS[s]) for s in range(SPACE) if row[s] > _FAINT]
    grown: dict[str, _Prefix] = {}
    for text, (blank, glyph, state) in prefixes.items():
        total = blank + glyph
        stays = glyph * row[_INDEX[text[-1]]] if text else 0.0
        other = grown.get(text)
        if other:
            grown[text] = (other[0] + total * silent, other[1] + stays, state)
        else:
            grown[text] = (total * silent, stays, state)
        following = STEP[state]
        for index, mass, symbol in glyphs:
            target = following[index]
            if target < 0 or (index < _DIGITS and len(text) >= MAX_DIGITS and _is_full(text)):
                continue
            # A repeat needs a blank between.
            added = mass * (blank if text and text[-1] == symbol else total)
            if added > least:
                longer = text + symbol
                other = grown.get(longer)
                grown[longer] = (other[0], other[1] + added, target) if other else (0.0, added, target)
    return grown


def _pruned(prefixes: dict[str, _Prefix], beam: int) -> tuple[dict[str, _Prefix], float]:
    """The heaviest prefixes, the heaviest of each state, and the mass of the heaviest."""
    ranked = sorted([(b + g, text) for text, (b, g, _) in prefixes.items()], reverse=True)
    top = ranked[0][0]
    least = top * _HOPELESS
    kept: dict[str, _Prefix] = {}
    states: set[int] = set()
    for rank, (mass, text) in enumerate(ranked):
        if mass <= least:
            break
        prefix = prefixes[text]
        if rank < beam or prefix[2] not in states:
            states.add(prefix[2])
            kept[text] = prefix
    return kept, top


def _is_full(text: str) -> bool:
    return sum(symbol.isdigit() for symbol in text) >= MAX_DIGITS


def _canonical(prefix: str, state: int) -> str:
    """A dash before digits is a minus; alone it stays the dash that was printed."""
    return "-" + prefix[1:] if ENDS[state] == "amount" and prefix[0] == "—" else prefix


def _merged(steps: NDArray[np.float64]) -> list[list[float]]:
    """The steps as lists; neighbours as clear as `_CLEAR` in one symbol become one."""
    rows: list[list[float]] = []
    tops, bests = steps.max(axis=1).tolist(), steps.argmax(axis=1).tolist()
    before = -1
    for row, top, best in zip(steps.tolist(), tops, bests, strict=True):
        if top <= _CLEAR:
            before = -1
        elif best == before:
            rows[-1][best] *= top
            continue
        else:
            before = best
        rows.append(row)
    return rows


def _require(lattice: Lattice) -> None:
    if lattice.ndim != 2 or lattice.shape[1] != WIDTH:
        raise ValueError(f"a reduced lattice is (time, {WIDTH}), not {lattice.shape}")
    if len(lattice) > MAX_STEPS:
        raise ValueError(f"a lattice of {len(lattice)} steps is longer than {MAX_STEPS}")
    if lattice.size and not (lattice.min() >= 0 and lattice.max() <= 1 + _ROUNDING):  # also NaN
        raise ValueError("a lattice holds probabilities from 0 to 1")
    if lattice.size and lattice.sum(axis=1).max() > 1 + _ROUNDING:
        raise ValueError("a step of a lattice sums to more than 1")


def masses(lattice: Lattice, texts: Sequence[str]) -> list[float]:
    """Natural logarithms of the masses of given texts: the forward algorithm of Graves 2006.

    Args:
        lattice: (time, WIDTH) probabilities.
        texts: of `SYMBOLS`.
    """
    if not texts:
        return []
    steps = smoothed(lattice)
    labels = np.full((len(texts), 2 * max(map(len, texts)) + 1), BLANK)
    for row, text in zip(labels, texts, strict=True):
        row[1 : 2 * len(text) : 2] = [_INDEX[symbol] for symbol in text]
    emitted = steps[:, labels]  # (time, texts, labels)
    minus = [i for i, text in enumerate(texts) if printed(text) == "amount" and text[0] == "-"]
    if minus:
        emitted[:, minus, 1] += steps[:, [DASH]]  # a minus may be printed as long as a dash
    skips = np.zeros(labels.shape)
    skips[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]  # from glyph to glyph, where they differ
    alpha = np.zeros((len(texts), labels.shape[1] + 2))  # after two columns that stay empty
    alpha[:, 2] = 1.0
    spent = np.zeros((len(texts), 1))
    for step, row in enumerate(emitted):
        # The first step is a blank or the first glyph.
        skipped = alpha[:, :-2] * skips if step else 0.0
        alpha[:, 2:] = (alpha[:, 2:] + alpha[:, 1:-1] + skipped) * row
        top = np.maximum(alpha.max(axis=1, keepdims=True), _NOTHING)
        alpha /= top
        spent += np.log(top)
    ends = np.array([2 * len(text) + 2 for text in texts])  # the blank after the last glyph
    every = np.arange(len(texts))
    last = alpha[every, ends] + np.where(ends > 2, alpha[every, ends - 1], 0.0)
    found: list[float] = (np.log(np.maximum(last, _NOTHING)) + spent[:, 0]).tolist()
    return found
