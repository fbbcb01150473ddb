"""How a column prints its numbers: decimals, groups, signs; a soft prior for decoding.

Forms mix 200.0000, 200.00 and 0 in one column, so a format is a distribution and never a
rule. What it may say of two readings of one cell is bounded by `BOUND`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..amounts import Amount, parse

BOUND = 3.0
"""Nats by which a prior changes the odds of two texts at most: a factor of twenty."""
MAX_DECIMALS = 8  # more are counted as so many

_FALLBACK = 3.0  # cells that the fallback counts as, so that two cells make no rule
_GROUPABLE = 1000
_GROUP = 3  # digits between commas; amounts of so many decimals are rare


@dataclass(frozen=True)
class NumberFormat:
    """Shares of the ways in which numbers are printed; every share is above 0 and below 1.

    Attributes:
        decimals: shares of the numbers of decimals, of amounts other than zero.
        zero_decimals: the same of zeros, since a column of 12.50 may print 0 or 0.00.
        grouped: share of numbers from 1,000 that have commas.
        brackets: share of negative numbers that stand in brackets.
        percent: share of numbers with a percent sign.
    """

    decimals: Mapping[int, float]
    zero_decimals: Mapping[int, float]
    grouped: float
    brackets: float
    percent: float

    def log_prior(self, text: str) -> float:
        """Between -`BOUND` and 0: how usual the format of `text` is here, 0 for no amount."""
        amount = parse(text)
        if amount is None:
            return 0.0
        shares = self.decimals if amount.value else self.zero_decimals
        total = _relative(shares.get(min(amount.decimals, MAX_DECIMALS), 0.0), max(shares.values()))
        total += _choice(self.percent, amount.percent)
        if abs(amount.value) >= _GROUPABLE:
            total += _choice(self.grouped, amount.grouped)
        if amount.value.is_signed():
            total += _choice(self.brackets, amount.brackets)
        return max(-BOUND, total)


WIDE = NumberFormat(
    decimals={0: 0.25, 1: 0.05, 2: 0.55, 3: 0.01, 4: 0.06, 5: 0.01, 6: 0.05, 7: 0.01, 8: 0.01},
    zero_decimals={0: 0.4, 1: 0.02, 2: 0.5, 3: 0.01, 4: 0.03, 5: 0.01, 6: 0.01, 7: 0.01, 8: 0.01},
    grouped=0.5,
    brackets=0.1,
    percent=0.05,
)
"""What is usual in Chinese disclosures; taken where a table says nothing of its own."""


def infer_format(texts: Iterable[str], fallback: NumberFormat | None = None) -> NumberFormat:
    """The format of a column from the first readings of its cells.

    Shares are counts, to which the fallback adds as many as three cells; texts that are no
    amounts are passed over, and so are three decimals among whole numbers in groups. A
    misreading in five changes the commonest format of no column.

    Args:
        texts: of the column's cells, in any order.
        fallback: the format of the table, inferred in the same way; `WIDE` by default.
    """
    base = fallback or WIDE
    amounts = _without_lost_groups([amount for text in texts if (amount := parse(text)) is not None])
    large = [a for a in amounts if abs(a.value) >= _GROUPABLE]
    negative = [a for a in amounts if a.value.is_signed()]
    return NumberFormat(
        decimals=_shares((a for a in amounts if a.value), base.decimals),
        zero_decimals=_shares((a for a in amounts if not a.value), base.zero_decimals),
        grouped=_share((a.grouped for a in large), base.grouped),
        brackets=_share((a.brackets for a in negative), base.brackets),
        percent=_share((a.percent for a in amounts), base.percent),
    )


def _without_lost_groups(amounts: list[Amount]) -> list[Amount]:
    """The amounts but for 26,826.161 in a column of whole numbers: its point is a comma misread."""
    whole = sum(a.decimals == 0 and a.grouped for a in amounts)
    parted = sum(a.decimals not in (0, _GROUP) for a in amounts)
    return [a for a in amounts if a.decimals != _GROUP] if whole and whole > parted else amounts


def _shares(amounts: Iterable[Amount], base: Mapping[int, float]) -> dict[int, float]:
    counts = Counter(min(amount.decimals, MAX_DECIMALS) for amount in amounts)
    total = counts.total() + _FALLBACK
    return {n: (counts[n] + _FALLBACK * share) / total for n, share in base.items()}


def _share(flags: Iterable[bool], base: float) -> float:
    values = list(flags)
    return (sum(values) + _FALLBACK * base) / (len(values) + _FALLBACK)


def _choice(share: float, taken: bool) -> float:
    """Of a yes or no: the logarithm of its share over that of the commoner one."""
    return _relative(share if taken else 1 - share, max(share, 1 - share))


def _relative(share: float, largest: float) -> float:
    return math.log(share / largest) if share > 0 else -BOUND
