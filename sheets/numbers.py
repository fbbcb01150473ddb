"""Numbers as a spreadsheet shows them: number format codes of ECMA-376, part 1, 18.8.31.

Only what tables of amounts and codes use: digits, grouping, decimals, per cent, literals,
colours, and a section each for positive, negative and zero. Anything else is refused, for
a wrong guess would become a wrong truth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

EXACT_DIGITS = 15  # what a spreadsheet keeps and shows of any number
MAX_CODE = 255  # characters of a format; spreadsheets allow no more
_MAX_DECIMALS = 30
_WIDE = Context(prec=400)  # digits of the largest number that a spreadsheet holds, with its decimals
_TOKEN = re.compile(
    r"""(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+)
      | "(?P<quoted>[^"]*)" | \\(?P<escaped>.)
      | (?P<padding>[_*].)
      | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]
      | \[(?P<colour>[A-Za-z]+[0-9]*)\]
      | (?P<literal>[\ ()+\-:/%元¥￥$€£])""",
    re.VERBOSE | re.DOTALL,
)
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*', re.DOTALL)


def show_number(value: float, code: str) -> str:
    """The text that a spreadsheet shows for `value` under the format `code`.

    Raises:
        ValueError: a format that is not known, or one of dates, fractions or powers of ten.
    """
    try:
        number = Decimal(f"{value:.{EXACT_DIGITS}g}")
    except OverflowError:  # of an integer that no spreadsheet holds
        raise ValueError("the number is too large") from None
    if not number.is_finite():
        raise ValueError(f"{value} is no finite number")
    if code.lower() in ("general", "@", ""):
        return f"{number.normalize():f}" if number else "0"
    if len(code) > MAX_CODE:
        raise _unknown(code)
    sections = _sections(code)
    minus = ""
    if number < 0:
        minus = "" if len(sections) > 1 else "-"
        section = sections[1] if len(sections) > 1 else sections[0]
    else:
        section = sections[2] if not number and len(sections) > 2 else sections[0]
    return minus + _fill(section, abs(number), code)


def _sections(code: str) -> list[str]:
    sections, place = [], 0
    while place <= len(code):
        match = _SECTION.match(code, place)
        end = match.end() if match else place
        sections.append(code[place:end])
        if end < len(code) and code[end] != ";":
            raise _unknown(code)
        place = end + 1
    if len(sections) > 4:
        raise _unknown(code)
    return sections


def _fill(section: str, number: Decimal, code: str) -> str:
    """One section with the digits of `number` in it; blanks at either end are padding."""
    pieces: list[str] = []
    digits = None
    percent = False
    place = 0
    while place < len(section):
        match = _TOKEN.match(section, place)
        if match is None or (match["digits"] and digits is not None):
            raise _unknown(code)
        place = match.end()
        if match["digits"]:
            digits = _Digits.of(match["digits"], code)
            pieces.append("")
            at = len(pieces) - 1
        else:
            percent = percent or match["literal"] == "%"
            pieces += [text for name in ("quoted", "escaped", "currency", "literal") if (text := match[name])]
    if digits is not None:
        pieces[at] = digits.show(number * 100 if percent else number)
    return "".join(pieces).strip()


@dataclass(frozen=True)
class _Digits:
    """How many digits stand before and after the point at least, and how many after it at most."""

    grouped: bool
    least_integer: int
    least_decimals: int
    most_decimals: int
    vanishes: bool

    @classmethod
    def of(cls, placeholders: str, code: str) -> _Digits:
        integer, _, decimals = placeholders.partition(".")
        if integer.endswith(",") or len(decimals) > _MAX_DECIMALS:  # the comma divides by a thousand
            raise _unknown(code)
        vanishes = set(integer + decimals) <= {"?", "#"} and not decimals
        return cls(
            "," in integer, integer.count("0"), decimals.rstrip("#?").count("0"), len(decimals), vanishes
        )

    def show(self, number: Decimal) -> str:
        last = Decimal(1).scaleb(-self.most_decimals)
        rounded = number.quantize(last, rounding=ROUND_HALF_UP, context=_WIDE)
        if self.vanishes and not rounded:
            return ""
        integer, _, decimals = f"{rounded:f}".partition(".")
        integer = integer.lstrip("0").rjust(self.least_integer, "0")
        if self.grouped and integer:
            head = len(integer) % 3
            groups = [integer[:head]] * bool(head) + [
                integer[i : i + 3] for i in range(head, len(integer), 3)
            ]
            integer = ",".join(groups)
        kept = decimals[self.least_decimals :].rstrip("0")
        decimals = decimals[: self.least_decimals] + kept
        return f"{integer}.{decimals}" if self.most_decimals else integer


def _unknown(code: str) -> ValueError:
    return ValueError(f"number format {code[:40]!r} is not known")
