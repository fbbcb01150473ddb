"""Equalities between tables: one figure printed in several places, and fiscal totals by fund.

Two figures of one meaning, year and stage are one: a law. Priors: 0.97, as departments print their tables
from one ledger and only tables of different drafts disagree. Where all of the money is fiscal, or all of
it general public, figures that differ in that alone are one as well: usual, 0.93; that it is so is told by
totals of which one cannot be less than the other, and which print the same. “三公” items against the
economic codes of basic expenditure are hints, 0.5: projects may pay for them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ...document import Problem
from ..code_names import contradicting_names
from ..cost_lines import cost_lines
from ..figures import Figure, figures_of
from ..meanings import Meaning, altered
from ..proposal import Proposal, Scope, Strength
from ..subjects import THREE_PUBLIC

_LAW, _USUAL, _HINT, _FUNDS = 0.97, 0.93, 0.5, 0.93
_FUND_NAMES = ("general", "fund", "capital")
_NAMES = {
    "income": "total income", "outlay": "total outlay", "receipts": "this year's income",
    "spending": "this year's spending", "opening": "what was brought forward",
    "closing": "what is carried over", "surplus": "surplus used", "distributed": "surplus distributed",
}  # fmt: skip
_MAX_FIGURES = 40_000
_DIGITS = 4
_Key = tuple[Meaning, object, object]


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """The equations between the tables of one group."""
    figures = figures_of(scope.tables)[:_MAX_FIGURES]
    merge = Merged(figures)
    yield from _equal(figures, merge)
    yield from _by_fund(figures)
    yield from _three_public(figures)
    yield from cost_lines(scope.tables)
    yield from contradicting_names(scope.tables)


class Merged:
    """Which differences of meaning make no difference in these accounts.

    As money is never less than a part of it, totals of all, of fiscal and of general public money that
    print the same number show that there is no other money; the same holds within one nature of spending
    or one functional class, and for 收入总计 against 本年收入 where nothing was brought forward.
    """

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._totals: dict[_Key, list[Figure]] = {}
        for figure in figures:
            if figure.amount > 0:
                self._totals.setdefault((figure.meaning, figure.year, figure.stage), []).append(figure)
        self._known: dict[tuple[_Key, _Key], bool] = {}

    def key(self, figure: Figure) -> _Key:
        """The meaning with what makes no difference left out."""
        return self.reduced(figure.meaning, figure.year, figure.stage)

    def reduced(self, meaning: Meaning, year: object, stage: object) -> _Key:
        """As `key`, of a meaning of a year and stage."""
        for name, part, whole in _STEPS:
            if all(getattr(meaning, at) == value for at, value in part.items()):
                wide = altered(meaning, whole)
                if any(
                    self._same((narrow, year, stage), (altered(narrow, whole), year, stage))
                    for narrow in _slices(meaning, name)
                ):
                    meaning = wide
        return meaning, year, stage

    def _same(self, one: _Key, other: _Key) -> bool:
        if (one, other) not in self._known:
            ones, others = self._totals.get(one, ()), self._totals.get(other, ())
            self._known[one, other] = any(agree(a, b) and _telling(a) for a in ones for b in others)
        return self._known[one, other]


# What a meaning may lose: the attributes that it has, and those of the wider one.
_STEPS: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...] = (
    ("both", {"fund": "general", "source": "fiscal"}, {"fund": "", "source": ""}),
    ("fund", {"fund": "general", "source": "fiscal"}, {"fund": ""}),
    ("source", {"source": "fiscal", "fund": ""}, {"source": ""}),
    ("flow", {"flow": "receipts"}, {"flow": "income"}),
    (
        "flow",
        {"flow": "spending", "nature": "", "function": "", "economic": "", "item": ""},
        {"flow": "outlay"},
    ),
)


def _slices(meaning: Meaning, name: str) -> Iterator[Meaning]:
    """The figure itself and the totals that it is a part of, whose money tells of its money."""
    empty = {"function": "", "economic": "", "programme": "", "item": "", "project": "", "unit": ""}
    if meaning.item or meaning.unit:
        return
    whole = altered(meaning, empty)
    yield meaning
    if name == "flow":
        yield whole
        return
    yield replace(whole, nature="")
    if meaning.nature:
        yield whole
    if len(meaning.function) > 3:
        yield replace(whole, nature="", function=meaning.function[:3])


def _telling(figure: Figure) -> bool:
    """Whether a figure has digits enough that another prints them by no chance."""
    return len(figure.amount.as_tuple().digits) >= _DIGITS


def agree(one: Figure, other: Figure) -> bool:
    """Whether two figures print the same amount, as far as their digits go."""
    return abs(one.yuan - other.yuan) <= rounding(one, other)


def rounding(one: Figure, other: Figure) -> Decimal:
    """Yuan by which prints of one amount may differ; nothing where unit and decimals are the same."""
    return Decimal(0) if one.step == other.step else (one.step + other.step) / 2


def equality(
    total: Figure, term: Figure, strength: Strength, origin: str, prior: float, reason: str
) -> Proposal:
    """total = factor · term, in the total's unit."""
    scale = total.scale or Decimal(1)
    factor = (term.scale or Decimal(1)) / scale
    family = f"{origin}:{total.table}/{total.column}={term.table}/{term.column}:{strength}"
    tolerance = rounding(total, term) / scale
    terms = ((term.place, factor),)
    return Proposal("equal", strength, origin, total.place, terms, family, prior, reason, tolerance)


def _equal(figures: Sequence[Figure], merge: Merged) -> Iterator[Proposal]:
    """Each figure against the first of its meaning in another table."""
    places: dict[_Key, list[Figure]] = {}
    for figure in figures:
        if figure.amount:
            places.setdefault(merge.key(figure), []).append(figure)
    for (meaning, _, _), same in places.items():
        seen: set[str] = set()
        told: list[Figure] = []
        for figure in same:
            exact = next((f for f in told if f.meaning == figure.meaning), None)
            first = exact or (told[0] if told else None)
            if first is not None and figure.table not in seen and _comparable(first, figure):
                law = exact is not None and not (figure.inherited or exact.inherited)
                reason = f"both tables print {name_of(meaning)}"
                if exact is None:
                    reason = f"{reason}, as all of this money is of one kind"
                strength: Strength = "law" if law else "usual"
                yield equality(first, figure, strength, "cross_table", _LAW if law else _USUAL, reason)
            if figure.table not in seen:
                told.append(figure)
            seen.add(figure.table)


def _comparable(one: Figure, other: Figure) -> bool:
    """Whether both units are known, or neither is."""
    return one.table != other.table and (one.scale is None) == (other.scale is None)


def _by_fund(figures: Sequence[Figure]) -> Iterator[Proposal]:
    """财政拨款 = 一般公共预算 + 政府性基金 + 国有资本经营, parts printed in tables of their own."""
    places: dict[_Key, list[Figure]] = {}
    for figure in figures:
        places.setdefault((figure.meaning, figure.year, figure.stage), []).append(figure)
    for (meaning, year, stage), wholes in places.items():
        whole = wholes[0]
        if meaning.source != "fiscal" or meaning.fund or not whole.amount or whole.scale is None:
            continue
        parts: list[Figure] = []
        known = True
        for fund in _FUND_NAMES:
            of_fund = replace(meaning, fund=fund)
            printed = [f for f in places.get((of_fund, year, stage), ()) if f.table != whole.table]
            if printed:
                parts += printed[:1]
            else:
                known = known and _none_of(places, of_fund, year, stage)
        filled = [figure for figure in parts if figure.amount]
        if not known or len(filled) < 2 or any(f.scale is None for f in filled):
            continue
        yield _sum_of_funds(whole, filled, meaning)


def _sum_of_funds(whole: Figure, parts: Sequence[Figure], meaning: Meaning) -> Proposal:
    scale = whole.scale or Decimal(1)
    terms = tuple((part.place, (part.scale or Decimal(1)) / scale) for part in parts)
    # Each part is rounded by itself; yuan and fen are not.
    steps = [figure.step for figure in (whole, *parts)]
    loose = Decimal(0) if max(steps) <= 1 else sum(steps, Decimal(0)) / 2 / scale
    family = f"cross_table:funds:{whole.table}/{whole.column}=" + "+".join(part.table for part in parts)
    reason = f"{name_of(meaning)} is the sum over the kinds of fiscal money"
    return Proposal("sum", "law", "cross_table", whole.place, terms, family, _FUNDS, reason, loose)


def _none_of(places: Mapping[_Key, Sequence[Figure]], meaning: Meaning, year: object, stage: object) -> bool:
    """Whether a fund is known to be nothing, by itself or in total."""
    total = Meaning(flow=meaning.flow, fund=meaning.fund, source="fiscal")
    found = [*places.get((meaning, year, stage), ()), *places.get((total, year, stage), ())]
    return bool(found) and all(figure.amount == 0 for figure in found)


def _three_public(figures: Sequence[Figure]) -> Iterator[Proposal]:
    """公务接待费 and the like against their economic codes."""
    for code, item in THREE_PUBLIC.items():
        items = [f for f in figures if f.meaning.item == item and f.amount]
        codes = [
            f for f in figures
            if f.meaning.economic == code and not f.meaning.function and not f.meaning.unit and f.amount
        ]  # fmt: skip
        for one in items[:1]:
            for other in codes:
                if (one.year, one.stage) == (other.year, other.stage) and _comparable(one, other):
                    reason = f"economic code {code} is what basic expenditure pays of it"
                    yield equality(one, other, "hint", "cross_table", _HINT, reason)
                    break


def name_of(meaning: Meaning) -> str:
    """A meaning in a few English words."""
    words = [_NAMES.get(meaning.flow, "the amount")]
    words += [f"of {value}" for value in (meaning.function, meaning.economic, meaning.item) if value]
    words += [meaning.nature] if meaning.nature else []
    words += [meaning.project] if meaning.project else []
    return " ".join(words)
