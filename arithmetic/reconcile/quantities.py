"""Amounts as unknowns: what was read, what else the ink may say, and how far either is to be trusted.

All values of a document are integers at one scale, so that sums of any size are exact;
`Decimal` would round at the precision of its context.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ... import amounts
from ...document import Cell, Document, Mention
from ..proposal import Place, Said
from ..view import label_number, usable
from .options import ReconcileOptions

UNSURE = 0.03  # a recogniser's reading without alternatives is wrong about this often at low resolution


Listed = tuple[Decimal, str, float]
"""An alternative: its number, its text, its log-probability."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One other reading of an amount: its value, its text, and by how many nats it is less likely."""

    value: int
    text: str
    cost: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A place that bears an amount, or may.

    Attributes:
        value: as read, in units of the document's scale; 0 for a blank, None where unreadable.
        choices: the other readings that the ink allows, likeliest first.
        wrong: probability that the reading is wrong.
        unlisted: probability that neither the reading nor any of the choices is right.
        ink: whether there is ink at all; a blank without any is a plain zero.
        bears: whether the cell bears an amount, and so has a state.
    """

    place: Place
    value: int | None
    choices: tuple[Choice, ...] = ()
    wrong: float = 0.0
    unlisted: float = 0.0
    ink: bool = True
    bears: bool = True
    fixed: bool = False


def decimals_of(value: Decimal) -> int:
    """Digits after the point of a usable number."""
    return max(0, -int(value.as_tuple().exponent))


def as_int(value: Decimal, scale: int) -> int:
    """value · 10^scale, exactly; `scale` is at least its decimals."""
    sign, digits, exponent = value.as_tuple()
    number: int = int("".join(map(str, digits)) or "0") * 10 ** (int(exponent) + scale)
    return -number if sign else number


def as_decimal(value: int, scale: int) -> Decimal:
    """value / 10^scale, exactly and with all its zeros."""
    return Decimal((int(value < 0), tuple(map(int, str(abs(value)))), -scale))


def choices_of(cell: Cell, limit: int, floor: float) -> Iterator[Listed]:
    """The amounts among a cell's alternatives: value, text and log-probability; blanks are zeros."""
    alternatives = cell.reading.alternatives if cell.reading is not None else ()
    for text, score in alternatives[: 4 * limit]:
        number = number_of(text)
        if number is not None and math.isfinite(score) and score >= floor and usable(number):
            yield number, text, min(0.0, score)


def number_of(text: str) -> Decimal | None:
    """The number that a text says; 0 for a blank or a dash."""
    parsed = amounts.parse(text)
    if parsed is not None:
        return parsed.value
    return Decimal(0) if amounts.printed(text) in ("blank", "dash") else None


def quantities(
    document: Document, places: Iterable[Place], options: ReconcileOptions
) -> tuple[list[Quantity], int]:
    """What stands at each place, in their order, and the scale of all values."""
    tables = {table.id: table for table in document.tables}
    mentions = {mention.id: mention for mention in document.mentions}
    sources: list[Cell | Mention | None] = []
    wanted = list(places)
    for place in wanted:
        if isinstance(place, Said):
            sources.append(mentions.get(place.mention))
        else:
            table = tables.get(place.table)
            inside = table is not None and 0 <= place.row < table.shape[0] and 0 <= place.col < table.shape[1]
            sources.append(table.cell_at(place.row, place.col) if table is not None and inside else None)
    drawn = not options.exact and any(
        c.reading is not None and c.reading.alternatives for t in document.tables for c in t.cells
    )
    listed = [_listed(source, options) for source in sources]
    scale = max(map(_decimals, sources, listed), default=0)
    made = zip(wanted, sources, listed, strict=True)
    return [_quantity(place, source, others, scale, drawn, options) for place, source, others in made], scale


def _listed(source: Cell | Mention | None, options: ReconcileOptions) -> list[Listed]:
    if options.exact or not isinstance(source, Cell):
        return []
    return list(choices_of(source, options.candidates, options.floor))


def _decimals(source: Cell | Mention | None, listed: Sequence[Listed]) -> int:
    amount = _amount(source) if source is not None else None
    printed = [amount] if amount is not None and usable(amount) else []
    return max(map(decimals_of, (*printed, *(value for value, _, _ in listed))), default=0)


def _amount(source: Cell | Mention) -> Decimal | None:
    if isinstance(source, Cell) and source.amount is None:
        number = number_of(source.text)
        return label_number(source.text) if number is None else number
    return source.amount


def _quantity(
    place: Place,
    source: Cell | Mention | None,
    listed: Sequence[Listed],
    scale: int,
    drawn: bool,
    options: ReconcileOptions,
) -> Quantity:
    amount = _amount(source) if source is not None else None
    value = as_int(amount, scale) if amount is not None and usable(amount) else None
    if not isinstance(source, Cell):
        doubt = UNSURE if drawn else 0.0
        return Quantity(place, value, wrong=doubt, unlisted=doubt, bears=False)
    bears = source.amount is not None
    reading = source.reading
    if source.state == "confirmed":
        return Quantity(place, value, bears=bears, fixed=True)
    if options.exact or reading is None or not (reading.alternatives or reading.confidence < 1):
        return Quantity(place, value, bears=bears, ink=bears or bool(source.text.strip()))
    if not reading.alternatives:
        ink = bool(source.text.strip())
        doubt = max(UNSURE, 1 - reading.confidence) if ink else 0.0
        return Quantity(place, value, wrong=doubt, unlisted=doubt, bears=bears, ink=ink)
    return _read(place, source, listed, value, scale, options)


def _read(
    place: Place,
    cell: Cell,
    listed: Sequence[Listed],
    value: int | None,
    scale: int,
    options: ReconcileOptions,
) -> Quantity:
    """A quantity whose reading has alternatives: those of one value are one, under the likeliest text."""
    by_value: dict[int, tuple[str, float]] = {}
    for number, text, score in listed:
        at = as_int(number, scale)
        known = by_value.get(at)
        by_value[at] = (known[0], math.log(math.exp(known[1]) + math.exp(score))) if known else (text, score)
    best = min(0.0, by_value[value][1]) if value is not None and value in by_value else None
    unlisted = max(options.distrust, 1 - sum(math.exp(score) for _, score in by_value.values()))
    # An unreadable cell has nothing to beat but what is not listed.
    reference = best if best is not None else 0.0
    choices = tuple(
        Choice(at, text, max(0.0, reference - score)) for at, (text, score) in by_value.items() if at != value
    )
    choices = tuple(sorted(choices, key=lambda c: (c.cost, c.value)))[: options.candidates]
    wrong = max(options.distrust, 1 - math.exp(best)) if best is not None else 1.0
    reading = cell.reading
    ink = bool(cell.text.strip()) or (reading is not None and any(t.strip() for t, _ in reading.alternatives))
    return Quantity(place, value, choices, wrong, unlisted, ink, cell.amount is not None)
