"""Amounts decoded from a recogniser's lattice: ranked texts with honest probabilities.

Prefix beam search over the collapsed texts of connectionist temporal classification
(Graves 2006; Hannun et al. 2014), along the automaton of `amount_grammar`. Separators are
smoothed, because comma and point are the commonest confusion and the grammar tells them
apart; digits never are, so none is invented.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..amounts import MAX_DIGITS, printed
from .amount_calibration import Calibration, Evidence, log_sum
from .amount_grammar import BLANK, COMMA, DASH, ENDS, OTHER, POINT, SPACE, START, STEP, SYMBOLS, WIDTH
from .number_format import NumberFormat

Lattice = NDArray[np.float32]
"""(time, `amount_grammar.WIDTH`) probabilities, as `Columns.reduce` makes them."""

BEAM = 16
CALIBRATION = Calibration()
DAMPING = 0.75
"""Readings of one ink are not independent: n of them count as n ** (1 - DAMPING).

The likeliest of 0, 0.25 … 1 on 532 cells of seed 601 (fax@1, low@1), read from three crops each.
"""
MAX_STEPS = 4_000

_SWAPPED = 0.03  # of the mass of a comma is a point's, and the other way round
_IMAGINED = 0.00003  # of the mass of a separator is a speck's
_LOST = 0.00001  # of the mass of the clearest gap between two digits is each separator's
_JOINED = 0.3  # weight of a space between two digits, which parts two numbers as often
_CLEAR = 1 - 1e-5  # steps of the same symbol, as clear as this, count as one
_FAINT = 1e-7  # mass at which a symbol is not followed
_HOPELESS = 1e-7  # share of the best prefix's mass at which another is dropped
_WORDS = -30.0  # log-mass of all texts without a foreign glyph at which none is looked for
_DIGITS = 10  # the first symbols
_NOTHING = 1e-30
_ROUNDING = 1e-3  # a lattice is of single precision, and may come from a half-precision network
_INDEX = {symbol: index for index, symbol in enumerate(SYMBOLS)}


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text with the natural logarithm of the probability that it is what was printed."""

    text: str
    log_probability: float


def decode(
    lattice: Lattice,
    prior: NumberFormat | None = None,
    *,
    beam: int = BEAM,
    keep: int = 10,
    calibration: Calibration = CALIBRATION,
) -> tuple[Hypothesis, ...]:
    """The amounts, dashes or blank that a cell may hold, likeliest first.

    Args:
        lattice: (time, WIDTH) probabilities.
        prior: the format of the cell's column; it changes the odds of two amounts by at most
            `number_format.BOUND` nats, and moves nothing to or from blanks, dashes and words.
        beam: prefixes that are followed.
        keep: hypotheses that are returned.
        calibration: from masses to probabilities.

    Returns:
        Texts that `amounts.parse` reads, dashes, or "" for a blank; in half width. Their
        probabilities sum to less than one: the rest is something else.

    Raises:
        ValueError: another shape, more than `MAX_STEPS` steps, or no probabilities.
    """
    return _ranked(search(lattice, beam), prior, keep, calibration)


def decode_together(
    lattices: Sequence[Lattice],
    prior: NumberFormat | None = None,
    *,
    beam: int = BEAM,
    keep: int = 10,
    calibration: Calibration = CALIBRATION,
) -> tuple[Hypothesis, ...]:
    """Several readings of the same ink combined, such as a crop at two scales.

    A product of experts (Hinton 2002): log-masses are added over the readings and divided
    by n ** `DAMPING`. A text that one reading did not find is scored in it all the same.

    Raises:
        ValueError: as `decode`.
    """
    found = [search(lattice, beam) for lattice in lattices]
    if len(found) < 2:
        return _ranked(found[0], prior, keep, calibration) if found else ()
    texts = sorted({text for evidence in found for text, _ in evidence.texts})
    scale = len(found) ** -DAMPING
    sums = np.zeros(len(texts))
    for lattice, evidence in zip(lattices, found, strict=True):
        known = dict(evidence.texts)
        missing = [text for text in texts if text not in known]
        known.update(zip(missing, masses(lattice, missing), strict=True))
        sums += [known[text] for text in texts]
    combined = Evidence(
        tuple(zip(texts, (scale * sums).tolist(), strict=True)),
        scale * sum(evidence.words for evidence in found),
        scale * sum(evidence.malformed for evidence in found),
    )
    return _ranked(combined, prior, keep, calibration)


def _ranked(
    evidence: Evidence, prior: NumberFormat | None, keep: int, calibration: Calibration
) -> tuple[Hypothesis, ...]:
    logs = dict(zip((t for t, _ in evidence.texts), calibration.probabilities(evidence), strict=True))
    amounts = [text for text in logs if printed(text) in ("amount", "zero")]
    if prior is not None and amounts:
        # Within the amounts only: how a column prints them says nothing of blanks and words.
        moved = {text: logs[text] + prior.log_prior(text) for text in amounts}
        share = log_sum([logs[text] for text in amounts]) - log_sum(list(moved.values()))
        logs |= {text: log + share for text, log in moved.items()}
    ranked = sorted(logs.items(), key=lambda found: (-found[1], found[0]))
    return tuple(Hypothesis(text, log) for text, log in ranked[:keep])


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


def _require(lattice: Lattice) -> None:
    if lattice.ndim != 2 or lattice.shape[1] != WIDTH:
        raise ValueError(f"a reduced lattice is (time, {WIDTH}), not {lattice.shape}")
    if len(lattice) > MAX_STEPS:
        raise ValueError(f"a lattice of {len(lattice)} steps is longer than {MAX_STEPS}")
    if lattice.size and not (lattice.min() >= 0 and lattice.max() <= 1 + _ROUNDING):  # also NaN
        raise ValueError("a lattice holds probabilities from 0 to 1")
    if lattice.size and lattice.sum(axis=1).max() > 1 + _ROUNDING:
        raise ValueError("a step of a lattice sums to more than 1")


def smoothed(lattice: Lattice) -> NDArray[np.float64]:
    """The lattice with spaces in the blank and a little mass moved among separators.

    Steps of one separator become one, so that a wide comma is not harder to doubt than a
    narrow one. Nothing goes to or from digits, signs and words, but for spaces between digits.
    """
    steps = lattice.astype(np.float64)
    best = steps.argmax(axis=1).tolist()
    for step in _parting(best):
        steps[step, OTHER] += (1 - _JOINED) * steps[step, SPACE]
        steps[step, SPACE] *= _JOINED
    steps[:, BLANK] += steps[:, SPACE]  # a space prints nothing, and parts repeats as a blank does
    steps[:, SPACE] = 0
    if runs := _separators(best):
        steps = _narrowed(steps, runs)
        best = steps.argmax(axis=1).tolist()
    comma, point = steps[:, COMMA].copy(), steps[:, POINT].copy()
    keep = 1 - _SWAPPED - _IMAGINED
    steps[:, COMMA] = keep * comma + _SWAPPED * point
    steps[:, POINT] = keep * point + _SWAPPED * comma
    steps[:, BLANK] += _IMAGINED * (comma + point)
    for gap in _gaps(best):
        step = gap.start + int((comma + point)[gap].argmax())
        lost = _LOST * steps[step, BLANK]
        steps[step, [COMMA, POINT]] += lost
        steps[step, BLANK] -= 2 * lost
    return steps


def _parting(best: list[int]) -> list[int]:
    """Steps of spaces that stand between two digits, by the best symbol of each step."""
    found: list[int] = []
    run: list[int] = []
    before = BLANK
    for step, symbol in enumerate(best):
        if symbol == SPACE:
            run.append(step)
        elif symbol != BLANK:
            if before < _DIGITS and symbol < _DIGITS:
                found += run
            run, before = [], symbol
    return found


def _separators(best: list[int]) -> list[slice]:
    """Stretches of more than one step of the same separator, by the best symbol of each step."""
    found: list[slice] = []
    start = 0
    for step in range(1, len(best) + 1):
        if step == len(best) or best[step] != best[start]:
            if best[start] in (COMMA, POINT) and step - start > 1:
                found.append(slice(start, step))
            start = step
    return found


def _narrowed(steps: NDArray[np.float64], runs: list[slice]) -> NDArray[np.float64]:
    """Each run as a single step that prints one symbol or none, as its steps did together.

    What they print of two symbols is lost; beside a separator hardly any of it is an amount.
    """
    steps = steps.copy()
    drop = np.zeros(len(steps), bool)
    for run in runs:
        blank = steps[run, BLANK]
        single = (steps[run] + blank[:, None]).prod(axis=0) - blank.prod()
        single[BLANK] = blank.prod()
        single[OTHER] = max(0.0, 1 - (1 - steps[run, OTHER]).prod())
        steps[run.start] = single
        drop[run.start + 1 : run.stop] = True
    narrowed: NDArray[np.float64] = steps[~drop]
    return narrowed


def _gaps(best: list[int]) -> list[slice]:
    """Stretches without a glyph between two digits, by the best symbol of each step."""
    found: list[slice] = []
    end = -1  # of the last digit, or -1 where another glyph came after it
    for step, symbol in enumerate(best):
        if symbol < _DIGITS:
            if 0 <= end < step:
                found.append(slice(end, step))
            end = step + 1
        elif symbol not in (BLANK, SPACE):
            end = -1
    return found


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
