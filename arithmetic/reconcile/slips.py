"""How likely one number is printed or read in place of another: one digit wrong, one lost, two swapped.

The probabilities are of a given slip among all that a number of six digits allows.
"""

from __future__ import annotations

ONE_DIGIT = 1 / 60  # nine other digits in each of about six places
SWAPPED = 1 / 300
SHIFTED = 1 / 300  # a point or a digit lost or added
OTHER = 1 / 20_000


def slip(read: int, meant: int) -> float:
    """Probability that a number taken wrongly was `meant`, given what was read; both at one scale."""
    one, other = str(abs(read)), str(abs(meant))
    if (read < 0) != (meant < 0) and read and meant:
        return SHIFTED if abs(read) == abs(meant) else OTHER
    if len(one) == len(other):
        different = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(different) == 1:
            return ONE_DIGIT
        if len(different) == 2 and _swapped(one, other, *different):
            return SWAPPED
        return OTHER
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long))):
        return SHIFTED
    return SHIFTED if long.rstrip("0") == short.rstrip("0") else OTHER


def _swapped(one: str, other: str, first: int, second: int) -> bool:
    return second == first + 1 and one[first] == other[second] and one[second] == other[first]
