"""An amount's text: its grammar, parsing, formatting and units.

The grammar is that of Chinese disclosures: an optional sign (a minus of any width, or
accountants' brackets), digits ungrouped or in comma groups of three, a point and
decimals, an optional percent sign. A number with a leading zero (004) is a code and no
amount. Values are `Decimal` and keep the scale they were printed in; nothing passes
through a binary float.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

MAX_DIGITS = 30  # a trillion 元 in fen has 15; twice that is damage or malice

Printed = Literal["amount", "zero", "blank", "dash", "text"]

_MINUS = str.maketrans("−–﹣－", "----")  # NFKC leaves minus sign and en dash alone
_DASHES = frozenset({"-", "--", "—", "——", "―", "/"})
_NUMBER = r"(?P<integer>\d{1,3}(?:,\d{3})+|0|[1-9]\d*)(?:\.(?P<decimals>\d+))?"
_AMOUNT = re.compile(rf"(?P<open>\()?(?P<sign>-)?{_NUMBER}(?P<close>\))?(?P<percent>%)?", re.ASCII)
_DIGITS = frozenset("0123456789０１２３４５６７８９")
# Spaces beside a separator are OCR's; a space between two digits parts two numbers.
# One that could begin anywhere within a run of spaces would take the square of its length.
_SPACED = re.compile(r"(?<=[-,.()%])[ \t\u3000]+|(?<![ \t\u3000])[ \t\u3000]+(?=[-,.()%])")

_SCALES = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A parsed amount with the way it was printed.

    Attributes:
        value: the number as printed, with its printed scale (`1.00` keeps two decimals);
            for a percentage the figure before the sign.
        grouped: whether thousands were set off with commas.
        brackets: whether a negative value was printed in brackets instead of with a minus.
        percent: whether a percent sign followed.
    """

    value: Decimal
    grouped: bool = False
    brackets: bool = False
    percent: bool = False

    @property
    def decimals(self) -> int:
        """Number of digits printed after the point."""
        return max(0, -int(self.value.as_tuple().exponent))


def normalize(text: str) -> str:
    """Full-width forms to half-width, every minus to `-`, spaces beside separators removed."""
    return _SPACED.sub("", unicodedata.normalize("NFKC", text.translate(_MINUS)).translate(_MINUS)).strip()


def parse(text: str) -> Amount | None:
    """Read an amount, tolerant of width and of spaces beside separators, of nothing else.

    Returns None for anything that is not exactly one amount: blanks, dashes, codes with
    leading zeros, misplaced commas, two points, units or words beside the digits.
    """
    if any(c.isnumeric() and c not in _DIGITS for c in text):
        return None  # ①, ⑴ and ² are marks, but NFKC makes digits of them
    match = _AMOUNT.fullmatch(normalize(text))
    if match is None:
        return None
    brackets = match["open"] is not None
    if brackets != (match["close"] is not None) or (brackets and match["sign"]):
        return None
    integer = match["integer"]
    grouped = "," in integer
    if grouped and integer.startswith("0"):
        return None
    digits, decimals = integer.replace(",", ""), match["decimals"] or ""
    if len(digits) + len(decimals) > MAX_DIGITS:
        return None
    minus = "-" if brackets or match["sign"] else ""
    value = Decimal(f"{minus}{digits}.{decimals}")
    return Amount(value, grouped, brackets, match["percent"] is not None)


def format_amount(amount: Amount) -> str:
    """The amount as printed; `parse(format_amount(a)) == a`."""
    magnitude = amount.value.copy_abs()
    text = f"{magnitude:,f}" if amount.grouped else f"{magnitude:f}"
    if amount.value.is_signed():
        text = f"({text})" if amount.brackets else f"-{text}"
    return text + ("%" if amount.percent else "")


def printed(text: str) -> Printed:
    """What kind of thing stands in a cell: blank, 0, 0.00 and — are different things."""
    stripped = text.strip()
    if not stripped:
        return "blank"
    if stripped in _DASHES or normalize(stripped) in _DASHES:
        return "dash"
    amount = parse(stripped)
    if amount is None:
        return "text"
    return "amount" if amount.value else "zero"


def scale(unit: str | None) -> Decimal | None:
    """Yuan in one of `unit` (万元 is 10000), or None for what is no unit of money."""
    if unit is None:
        return None
    return _SCALES.get("".join(normalize(unit).split()).removeprefix("人民币"))
