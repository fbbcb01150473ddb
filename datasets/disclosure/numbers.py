"""How a document prints its amounts: unit, decimals, commas, zeros and minus signs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import numpy as np

WAN = Decimal(10_000)
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number format.

    Attributes:
        unit: 万元 or 元.
        decimals: digits after the point.
        grouped: thousands commas.
        zero: what stands for nothing: empty, 0.00, 0, — or -.
        minus: sign before a negative amount, or brackets around it.
        exact: whether every line of the ledger is a whole number of the last printed digit, so that sums of
            printed amounts agree; otherwise each cell is rounded by itself and sums miss by a digit.
    """

    unit: Literal["万元", "元"] = "万元"
    decimals: int = 2
    grouped: bool = True
    zero: Literal["", "0.00", "0", "—", "-"] = ""
    minus: Literal["-", "－", "−", "("] = "-"
    exact: bool = True

    @property
    def step(self) -> Decimal:
        """One of the last printed digit, in `unit`."""
        return Decimal(1).scaleb(-self.decimals)

    def rounded(self, yuan: Decimal) -> Decimal:
        """What is printed of an amount in yuan, in `unit`."""
        return (yuan / (WAN if self.unit == "万元" else 1)).quantize(self.step, ROUND_HALF_UP)

    def show(self, yuan: Decimal) -> tuple[str, Decimal | None]:
        """The text of an amount in yuan and the number that it prints; None for a blank or dash."""
        value = self.rounded(yuan)
        if not value:
            if self.zero in ("0.00", "0"):
                text = f"{Decimal(0):.{self.decimals}f}" if self.zero == "0.00" else "0"
                return text, Decimal(text)
            return self.zero, None
        text = f"{abs(value):,f}" if self.grouped else f"{abs(value):f}"
        if value < 0:
            text = f"({text})" if self.minus == "(" else f"{self.minus}{text}"
        return text, value

    def tolerance(self, terms: int) -> Decimal:
        """What rounding allows a sum of `terms` printed amounts to miss its printed total by."""
        return Decimal(0) if self.exact else self.step * HALF * (terms + 1)

    def with_zero(self, zero: Literal["", "0.00", "0", "—", "-"]) -> Numbers:
        """The same with another zero: the same item is blank in one table and 0.00 in the next."""
        return replace(self, zero=zero)


def draw_numbers(rng: np.random.Generator) -> Numbers:
    """A format as disclosures have them: mostly 万元 with two decimals, a quarter of it rounded."""
    unit: Literal["万元", "元"] = "万元" if rng.random() < 0.8 else "元"
    decimals = 2 if unit == "万元" or rng.random() < 0.7 else 0
    zeros: list[Literal["", "0.00", "0", "—", "-"]] = ["", "0.00", "0", "—", "-"]
    signs: list[Literal["-", "－", "−", "("]] = ["-", "－", "−", "("]
    return Numbers(
        unit=unit,
        decimals=decimals,
        grouped=bool(rng.random() < 0.7),
        zero=zeros[int(rng.choice(5, p=[0.45, 0.35, 0.08, 0.08, 0.04]))],
        minus=signs[int(rng.choice(4, p=[0.7, 0.1, 0.1, 0.1]))],
        exact=bool(unit == "元" or rng.random() < 0.75),
    )
