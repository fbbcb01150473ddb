"""How sure a share is that was counted: intervals for k of n, exact where k is 0.

For the figures whose cells may be taken as independent; where documents differ more than chance,
`bootstrap` draws documents instead.
"""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95


def wilson(count: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """The score interval of a share, two-sided (Wilson 1927); None of nothing."""
    if not of:
        return None
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, slack = count / of, z * z / of
    middle = (share + slack / 2) / (1 + slack)
    half = z * math.sqrt(share * (1 - share) / of + slack / (4 * of)) / (1 + slack)
    # At 0 and 1 the bound is the share itself; rounding must not leave it beside.
    low = 0.0 if count == 0 else middle - half
    return max(0.0, low), 1.0 if count == of else min(1.0, middle + half)


def upper_bound(count: int, of: int, confidence: float = CONFIDENCE) -> float | None:
    """The exact one-sided bound that a rate stays under (Clopper & Pearson 1934), about 3/n for none of n.

    None of nothing.
    """
    if not of:
        return None
    if count == of:
        return 1.0
    if count == 0:
        return float(1 - (1 - confidence) ** (1 / of))
    from scipy.stats import beta

    return float(beta.ppf(confidence, count + 1, of - count))
