"""Equations over quantities: what is missing for each to hold, exactly, and whether it says anything.

A sum or an equality is linear with integer coefficients and can be closed by another reading.
Limits (at most), products and ratios are only checked, as fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ..proposal import Place, Proposal
from ..view import usable
from .quantities import as_decimal, as_int, decimals_of

Values = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Relation:
    """A proposal over quantities.

    Attributes:
        total, terms: indices of quantities; `factors` belong to the terms.
        coefficients: per quantity, for what is linear: Σ coefficient · value = 0; else empty.
        shift: the coefficients are factors times 10^shift.
        tolerance: by how much it may miss and hold, in units of the amounts.
        rounded: the tolerance is due to rounding that shows in the table, not to the proposal.
    """

    proposal: Proposal
    total: int
    terms: tuple[int, ...]
    coefficients: Mapping[int, int]
    shift: int
    scale: int
    tolerance: Fraction
    rounded: bool = False

    @property
    def linear(self) -> bool:
        """Whether it is a sum or an equality."""
        return bool(self.coefficients)

    @property
    def members(self) -> tuple[int, ...]:
        """The quantities in it, each once, the total first."""
        return tuple(dict.fromkeys((self.total, *self.terms)))

    def readable(self, values: Values) -> bool:
        """Whether all amounts in it are known."""
        return all(values[i] is not None for i in self.members)

    def gap(self, values: Values) -> int:
        """Σ coefficient · value; an unreadable amount counts as 0."""
        return sum(c * (values[i] or 0) for i, c in self.coefficients.items())

    def residual(self, values: Values) -> Fraction | None:
        """Total less what the terms make; None where an amount is unreadable or a divisor zero."""
        if not self.readable(values):
            return None
        if self.linear:
            return Fraction(self.gap(values), 10 ** (self.shift + self.scale))
        unit = 10**self.scale
        parts = [
            Fraction(values[i] or 0, unit) * Fraction(factor)
            for i, (_, factor) in zip(self.terms, self.proposal.terms, strict=True)
        ]
        made = _MAKE[self.proposal.relation](parts)
        return None if made is None else Fraction(values[self.total] or 0, unit) - made

    def holds(self, values: Values) -> bool | None:
        """Whether it is fulfilled within its tolerance; None where that cannot be said."""
        residual = self.residual(values)
        if residual is None:
            return None
        return (residual if self.proposal.relation == "at_most" else abs(residual)) <= self.tolerance

    def printed_residual(self, values: Values) -> Decimal | None:
        """The residual for the record, exact for sums, else to 12 places."""
        residual = self.residual(values)
        if residual is None:
            return None
        if self.linear:
            return _trimmed(as_decimal(self.gap(values), self.shift + self.scale))
        return _trimmed(as_decimal(round(residual * 10**12), 12))

    def counting(self, values: Values) -> tuple[int, ...]:
        """The members that are not zero (or unreadable, and so perhaps not)."""
        return tuple(i for i in self.members if values[i] != 0)

    def proves(self) -> bool:
        """Whether holding it can prove an amount to the last digit."""
        return self.linear and self.proposal.strength != "hint" and self.tolerance == 0

    def within(self, tolerance: Fraction) -> Relation:
        """The same where the table's cells are each rounded."""
        return replace(self, tolerance=max(self.tolerance, tolerance), rounded=True)


def relate(proposals: Sequence[Proposal], index: Mapping[Place, int], scale: int) -> list[Relation]:
    """The proposals that can be evaluated, in their order."""
    made = (_relation(proposal, index, scale) for proposal in proposals)
    return [relation for relation in made if relation is not None]


def _relation(proposal: Proposal, index: Mapping[Place, int], scale: int) -> Relation | None:
    factors = [factor for _, factor in proposal.terms]
    if not proposal.terms or not all(map(usable, (*factors, proposal.tolerance))) or proposal.tolerance < 0:
        return None
    if proposal.relation == "ratio" and len(factors) != 2:
        return None
    total, terms = index[proposal.total], tuple(index[place] for place, _ in proposal.terms)
    shift, coefficients = 0, {}
    if proposal.relation in ("sum", "equal"):
        shift = max(map(decimals_of, factors))
        counted: dict[int, int] = {total: 10**shift}
        for term, factor in zip(terms, factors, strict=True):
            counted[term] = counted.get(term, 0) - as_int(factor, shift)
        coefficients = {i: c for i, c in counted.items() if c}
        if len(coefficients) < 2:
            return None  # an amount that equals itself, or zero
    return Relation(proposal, total, terms, coefficients, shift, scale, Fraction(proposal.tolerance))


def _quotient(parts: Sequence[Fraction]) -> Fraction | None:
    return parts[0] / parts[1] if parts[1] else None


def _product(parts: Sequence[Fraction]) -> Fraction | None:
    made = Fraction(1)
    for part in parts:
        made *= part
    return made


def _sum(parts: Sequence[Fraction]) -> Fraction | None:
    return sum(parts, Fraction(0))


_MAKE: Mapping[str, Callable[[Sequence[Fraction]], Fraction | None]] = {
    "at_most": _sum,
    "ratio": _quotient,
    "product": _product,
}


def _trimmed(value: Decimal) -> Decimal:
    """Without zeros beyond two decimals."""
    sign, digits, exponent = value.as_tuple()
    kept, places = list(digits), -int(exponent)
    while places > 2 and kept and kept[-1] == 0:
        kept.pop()
        places -= 1
    return Decimal((sign, tuple(kept) or (0,), -places))
