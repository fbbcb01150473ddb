"""The grammar of amounts as an automaton over the glyphs that a recogniser may print.

A recogniser's alphabet has each sign of an amount in several widths; `Columns` adds their
probabilities up, so that a lattice of 18,710 columns becomes one of nineteen. `STEP` and
`ENDS` are the grammar of `amounts.parse` as a table, with the dashes that stand for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SYMBOLS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ",", ".", "-", "—", "(", ")", "%", "/", " ")
"""What glyphs are mapped to: the first columns of a reduced lattice, in this order."""
BLANK = len(SYMBOLS)
"""Column of the blank of connectionist temporal classification in a reduced lattice."""
OTHER = BLANK + 1
"""Column of all glyphs that no amount has."""
WIDTH = OTHER + 1
"""Columns of a reduced lattice."""
SPACE = SYMBOLS.index(" ")
COMMA = SYMBOLS.index(",")
POINT = SYMBOLS.index(".")
MINUS = SYMBOLS.index("-")
DASH = SYMBOLS.index("—")

_WIDTHS = {
    **{symbol: symbol for symbol in SYMBOLS},
    **{chr(ord("０") + digit): str(digit) for digit in range(10)},
    **dict.fromkeys("，、﹐､", ","),
    **dict.fromkeys("．·。・｡•﹒", "."),
    **dict.fromkeys("－−–﹣‐‑", "-"),
    **dict.fromkeys("―─━ー一", "—"),  # the numeral one is how a lone dash is often read
    **dict.fromkeys("（﹙", "("),
    **dict.fromkeys("）﹚", ")"),
    **dict.fromkeys("％﹪", "%"),
    "／": "/",
    "\u3000": " ",
}
_ALIKE = {":": ".", "：": ".", ";": ",", "；": ","}  # no part of an amount, but a speck beside makes one
_LIKENESS = 0.05  # share of the mass of such a glyph that counts for the separator

CANONICAL: Mapping[str, str] = _WIDTHS | _ALIKE
"""The symbol of each glyph in `GLYPHS`."""
GLYPHS: tuple[str, ...] = tuple(CANONICAL)
"""Every glyph that may be part of an amount or of a dash, in all widths that are printed."""

Lattice = NDArray[np.float32]
"""(time, `WIDTH`) probabilities, as `Columns.reduce` makes them."""

Kind = Literal["blank", "dash", "amount"]


@dataclass(frozen=True, eq=False)  # arrays have no single truth value to compare by
class Columns:
    """Which columns of a recogniser's lattice belong to which symbol.

    `glyphs` are the columns of the alphabet that matter, the blank's (0) first; `targets`
    the column of a reduced lattice for each, `weights` the share of its mass that goes there.
    """

    glyphs: NDArray[np.intp]
    targets: NDArray[np.intp]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, alphabet: Sequence[str]) -> Columns:
        """For an alphabet whose first entry is the blank, whatever it is called."""
        known = {symbol: column for column, symbol in enumerate(SYMBOLS)}
        found = [(i, glyph) for i, glyph in enumerate(alphabet) if i and glyph in CANONICAL]
        return cls(
            np.array([0, *(i for i, _ in found)], np.intp),
            np.array([BLANK, *(known[CANONICAL[glyph]] for _, glyph in found)], np.intp),
            np.array([1.0, *(_LIKENESS if glyph in _ALIKE else 1.0 for _, glyph in found)], np.float32),
        )

    def reduce(self, lattice: NDArray[np.float32]) -> NDArray[np.float32]:
        """From (time, alphabet) to (time, `WIDTH`): probabilities of equal symbols added.

        What a step is short of one goes to `OTHER`: adding 18,000 columns up would take
        longer than decoding.
        """
        reduced = np.zeros((len(lattice), WIDTH), np.float32)
        np.add.at(reduced.T, self.targets, (self.weights * lattice[:, self.glyphs]).T)
        reduced[:, OTHER] = np.maximum(0, 1 - reduced.sum(axis=1))
        return reduced


def _numbers() -> tuple[dict[str, dict[str, str]], set[str]]:
    """Transitions and ends of a number without sign: class of symbol (`1` … `9` are "d")."""
    step: dict[str, dict[str, str]] = {
        "": {"0": "zero", "d": "i1"},
        "zero": {".": "point"},
        "i1": {"0": "i2", "d": "i2", ",": "g0", ".": "point"},
        "i2": {"0": "i3", "d": "i3", ",": "g0", ".": "point"},
        "i3": {"0": "many", "d": "many", ",": "g0", ".": "point"},
        "many": {"0": "many", "d": "many", ".": "point"},
        "g0": {"0": "g1", "d": "g1"},
        "g1": {"0": "g2", "d": "g2"},
        "g2": {"0": "g3", "d": "g3"},
        "g3": {",": "g0", ".": "point"},
        "point": {"0": "decimals", "d": "decimals"},
        "decimals": {"0": "decimals", "d": "decimals"},
    }
    return step, {"zero", "i1", "i2", "i3", "many", "g3", "decimals"}


def _automaton() -> tuple[list[list[int]], list[Kind | None]]:
    """The whole grammar; states are numbered as they are reached."""
    inner, complete = _numbers()
    step: dict[str, dict[str, str]] = {"start": {"-": "minus", "—": "dash", "/": "slash", "(": "open"}}
    ends: dict[str, Kind] = {"start": "blank", "minus": "dash", "dash": "dash", "slash": "dash"}
    step |= {"minus": {"-": "twice"}, "dash": {"—": "twice"}, "slash": {}, "twice": {}, "open": {}}
    step |= {"closed": {"%": "percent"}, "percent": {}}
    ends |= {"twice": "dash", "closed": "amount", "percent": "amount"}
    for bracket, starts in (("", ("start", "minus", "dash")), ("(", ("open",))):
        for state, moves in inner.items():
            to = {symbol: bracket + target for symbol, target in moves.items()}
            if not state:
                for start in starts:
                    step[start] |= to
                continue
            if state in complete:
                to |= {")": "closed"} if bracket else {"%": "percent"}
                if not bracket:
                    ends[state] = "amount"
            step[bracket + state] = to
    number = {state: i for i, state in enumerate(step)}
    table = []
    for moves in step.values():
        row = [number[moves[key]] if (key := _class(s)) in moves else -1 for s in SYMBOLS]
        table.append(row)
    return table, [ends.get(state) for state in step]


def _class(symbol: str) -> str:
    return "d" if symbol in "123456789" else symbol


STEP, ENDS = _automaton()
"""`STEP[state][symbol]` is the next state or -1; `ENDS[state]` what a text that ends there is."""
START = 0
