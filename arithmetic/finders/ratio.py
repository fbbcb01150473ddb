"""Columns that follow from two columns of amounts: 执行率, 完成率, 占比, 增减%, 为上年预算数的%.

Prior 0.95 (usual): a column that is called a rate is one, and its header mostly says of what. The
pair is chosen by the header's words and the numbers together; what is printed is rounded, so half a
unit of its last digit is allowed for and the last digit is never proven.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...document import Problem
from ..proposal import At, Proposal, Scope
from ..view import Panel
from .formula import Binary, FormulaError, Operand, parse_expression
from .header_columns import Heading, headings
from .support import ONE, Figures, Support, half_unit, one_slip, scale

HUNDRED = Decimal(100)
_PRIOR = 0.95
_SAID = 10  # how well the words fit where the header prints the quotient itself
_MOST = 12  # columns of amounts whose pairs are tried
_DONE = re.compile(r"决算|执行|实际|完成|支出数|到位")
_PLANNED = re.compile(r"预算|计划|目标|下达|安排")
_CHANGE_RATE = re.compile(r"增减|增长|增幅|变动|增\(减\)")
_SHARE = re.compile(r"占比|比重|比例|占(?:总|合计|全部|比)")
_OF_PRIOR = re.compile(r"(?:上年|去年).*[%率比]")
_LETTERS = re.compile(r"\(([A-Z][^()]*/[^()]*)\)")
_LETTER = re.compile(r"\(([A-Z])\)$")


@dataclass(frozen=True, slots=True)
class Quotient:
    """rate = factor · over / under, at three cells."""

    rate: At
    over: At
    under: At
    factor: Decimal

    @property
    def terms(self) -> tuple[tuple[At, Decimal], ...]:
        """As the terms of a proposal."""
        return (self.over, self.factor), (self.under, ONE)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two columns (or a column and its total row) that a rate may follow from, and how the words fit."""

    over: int
    under: int
    words: int
    total_row: int | None = None


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """The ratios of every table that has columns."""
    for view in scope.tables:
        figures = Figures(view)
        for panel in view.panels:
            leaves = [leaf for tree in headings(view, panel) for leaf in tree.leaves]
            for leaf in leaves:
                if leaf.col is not None and (view.roles[leaf.col] == "ratio" or leaf.is_rate):
                    yield from _column(figures, panel, leaf, leaves)


def proposal(figures: Figures, quotient: Quotient, family: str, reason: str) -> Proposal:
    """The equation of one rate, within rounding of the digits that it prints."""
    rate = figures.number(quotient.rate)
    tolerance = half_unit(scale(rate)) if rate is not None else half_unit(2)
    return Proposal(
        "ratio", "usual", "ratio", quotient.rate, quotient.terms, family, _PRIOR, reason, tolerance
    )


def support(figures: Figures, quotients: list[Quotient]) -> Support:
    """How printed rates fare."""
    counts = [0, 0, 0]
    for quotient in quotients:
        counts[_verdict(figures, quotient)] += 1
    return Support(*counts)


def _verdict(figures: Figures, quotient: Quotient) -> int:
    rate, over, under = (figures.number(at) for at in (quotient.rate, quotient.over, quotient.under))
    if rate is None or over is None or not under:
        return 1
    allowed = half_unit(scale(rate))
    meant = over * quotient.factor / under
    if abs(rate - meant) <= allowed:
        return 0
    # One wrong digit in the rate itself; in an amount it shows as nothing simple.
    rounded = meant.quantize(ONE.scaleb(-scale(rate))) if abs(meant) < HUNDRED**3 else meant
    if one_slip(rate - rounded):
        return 1
    wanted_over, allowed_over = rate * under / quotient.factor, allowed * abs(under / quotient.factor)
    return 1 if _slip_near(over - wanted_over, allowed_over) else 2


def _slip_near(difference: Decimal, allowed: Decimal) -> bool:
    """Whether d · 10^k lies within `allowed` of a difference, where that is a narrow band."""
    size = abs(difference)
    if not size or allowed * 20 > size:
        return False
    unit = ONE.scaleb(size.adjusted())
    digit = (size / unit).to_integral_value()
    return abs(size - digit * unit) <= allowed


def _column(figures: Figures, panel: Panel, rate: Heading, leaves: list[Heading]) -> Iterator[Proposal]:
    """The pair that one rate column follows from, over all rows."""
    view = figures.view
    col = rate.col
    amounts = [leaf for leaf in leaves if leaf.col is not None and leaf.col != col and not leaf.is_rate]
    amounts = [leaf for leaf in amounts if leaf.col is not None and view.roles[leaf.col] != "ratio"]
    if col is None or len(amounts) > 4 * _MOST:
        return
    pairs = list(_pairs(figures, panel, rate, amounts))
    if len(amounts) > _MOST:
        pairs = sorted((p for p in pairs if p.words), key=lambda pair: -pair.words)[: _MOST * _MOST]
    best: tuple[tuple[int, int, int, int], list[Quotient], _Pair] | None = None
    for factor in (HUNDRED, ONE):
        for pair in pairs:
            quotients = _quotients(figures, panel, col, pair, factor)
            found = support(figures, quotients)
            borne_out = found.holds and found.meant and (found.count >= 2 or pair.words)
            if not borne_out and not (pair.words == _SAID and factor == HUNDRED and found.count):
                continue
            rank = (found.holds - found.fails, pair.words, -abs(col - pair.over), int(factor == HUNDRED))
            if best is None or rank > best[0]:
                best = rank, quotients, pair
    if best is None:
        return
    _, quotients, pair = best
    family = f"{view.id} column {col + 1} = {pair.over + 1} / {pair.under + 1}"
    for quotient in quotients:
        yield proposal(figures, quotient, family, f"{rate.text[:30]} follows from two columns beside it")


def _pairs(figures: Figures, panel: Panel, rate: Heading, amounts: list[Heading]) -> Iterator[_Pair]:
    """Columns over columns, and columns over their own total row, with a score of the words."""
    stated = lettered(rate.text)
    for over in amounts:
        for under in amounts:
            if over.col is None or under.col is None or over.col == under.col:
                continue
            if stated is None:
                words = _words(rate, over, under)  # of 合计 and its only part, the rate is of 合计
                yield _Pair(over.col, under.col, 2 * words + (over.is_total if words else 0))
            elif (_letter(over), _letter(under)) == stated:
                yield _Pair(over.col, under.col, _SAID)
    if _SHARE.search(rate.text):
        totals = [row.row for row in panel.rows if row.role == "total"]
        for over in amounts:
            for row in totals[-1:] + totals[:1]:
                if over.col is not None:
                    yield _Pair(over.col, over.col, 4, row)


def _words(rate: Heading, over: Heading, under: Heading) -> int:
    """How well the words of three headers fit; 0 where they say nothing."""
    text, top, base = "".join(rate.path), "".join(over.path), "".join(under.path)
    if _CHANGE_RATE.search(text) and not over.is_change:
        return 0
    if over.is_change:
        return (2 + 2 * _is_before(under)) * bool(_CHANGE_RATE.search(text))
    if _OF_PRIOR.search(text):
        return 3 if _is_before(under) and not over.is_prior else 0
    if _DONE.search(top) and _PLANNED.search(base) and not _DONE.search(base):
        return 3
    return 1 if under.is_total and _SHARE.search(text) else 0


def _is_before(heading: Heading) -> bool:
    return heading.is_prior or heading.year is not None


def lettered(text: str) -> tuple[str, str] | None:
    """The letters of 执行率（B/A）: B and A."""
    match = _LETTERS.search(text)
    if match is None:
        return None
    try:
        expression = parse_expression(match[1])
    except FormulaError:
        return None
    if isinstance(expression, Binary) and expression.sign == "*":
        expression = expression.left  # B/A*100%
    if not isinstance(expression, Binary) or expression.sign != "/":
        return None
    over, under = expression.left, expression.right
    return (over.name, under.name) if isinstance(over, Operand) and isinstance(under, Operand) else None


def _letter(heading: Heading) -> str:
    return letter(heading.text)


def letter(text: str) -> str:
    """The letter of 预算数（A）; empty where it has none."""
    match = _LETTER.search(text)
    return match[1] if match else ""


def _quotients(figures: Figures, panel: Panel, col: int, pair: _Pair, factor: Decimal) -> list[Quotient]:
    """Instances in all rows that print a rate of something."""
    skipped = figures.numbering
    found = []
    for row in panel.rows:
        if row.row == skipped:
            continue
        rate, over = figures.at(row.row, col), figures.at(row.row, pair.over)
        under = figures.at(pair.total_row if pair.total_row is not None else row.row, pair.under)
        apart = rate not in (over, under) and (over != under or pair.total_row is not None)
        if apart and stands(figures, rate) and figures.number(under) and figures.fillable(over):
            found.append(Quotient(rate, over, under, factor))
    return found


def stands(figures: Figures, at: At) -> bool:
    """Whether a rate is printed here: a number, or digits that were misread."""
    text = figures.view.text(at.row, at.col)
    return any(character.isdigit() for character in text) and figures.fillable(at)
