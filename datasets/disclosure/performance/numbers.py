"""How performance forms print amounts: four decimals beside two, or as many as there are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal

from ..building import SCALES, Context
from ..numbers import Numbers

TIDY = Decimal(100)  # yuan: parts of an amount are whole hundredths of 万元


@dataclass(frozen=True)
class Trimmed(Numbers):
    """Prints no zero at the end: 16 beside 7.608 in one column."""

    def show(self, yuan: Decimal) -> tuple[str, Decimal | None]:
        """As `Numbers.show`, at the least number of decimals that tells the same."""
        value = self.rounded(yuan).normalize()
        decimals = max(0, -int(value.as_tuple().exponent))
        kept = {f.name: getattr(self, f.name) for f in fields(self)} | {"decimals": decimals}
        return Numbers(**kept).show(yuan)


@dataclass(frozen=True)
class FormNumbers:
    """The formats of one form: of totals and of parts, which need not be alike."""

    total: Numbers
    part: Numbers

    @property
    def coarse(self) -> Numbers:
        """The one that rounds most, by which tolerances go."""
        return min((self.total, self.part), key=lambda numbers: numbers.decimals)


def draw_form_numbers(context: Context) -> FormNumbers:
    """Mostly 万元 without commas; 200.0000 above 200.00 and 0, or trimmed."""
    style = context.habit("form numbers", "four", "four", "trimmed", "trimmed", "two", "document")
    if style == "document":
        return FormNumbers(context.numbers, context.numbers)
    zero = "0" if context.habit("form zero", "0", "0", "") == "0" else ""
    four, two = (_plain(context.numbers_in("万元", decimals), zero) for decimals in (4, 2))
    if style == "four":
        return FormNumbers(four, two)
    if style == "two":
        return FormNumbers(two, two)
    trimmed = Trimmed(**{f.name: getattr(four, f.name) for f in fields(four)})
    return FormNumbers(trimmed, trimmed)


def _plain(numbers: Numbers, zero: str) -> Numbers:
    return Numbers(
        numbers.unit,
        numbers.decimals,
        grouped=False,
        zero="0" if zero else "",
        minus="-",
        exact=numbers.exact,
    )


def part_of(context: Context, yuan: Decimal, least: float, most: float) -> Decimal:
    """Between two shares of an amount, in whole hundredths of 万元."""
    share = Decimal(repr(round(float(context.rng.uniform(least, most)), 4)))
    return yuan * share // TIDY * TIDY


def in_wan(yuan: Decimal) -> str:
    """An amount as running text in a cell tells it: 237.3万元."""
    value = (yuan / SCALES["万元"]).quantize(Decimal("0.01")).normalize()
    return f"{value:f}万元"
