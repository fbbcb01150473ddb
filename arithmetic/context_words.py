"""What words say of the amounts they stand with: a unit, a year, a stage of the budget cycle.

Header cells, labels and titles are read alike. A name of a fund holds the word 预算 and says no stage,
上年结转 is money of this year, a comparison (比上年增减) speaks of two years and therefore of none, and
a date with a month in it is when something was filed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..document import Stage
from .view import plain

LONGEST = 200  # characters of a text that are looked at

_UNIT = re.compile(
    r"\((?:金额)?(?:单位:?)?(?:人民币)?(?P<a>[百千万亿]{0,2}元|%)\)"
    r"|(?:^|[(,;])(?:金额|计量)?单位:(?:人民币)?(?P<b>[百千万亿]{0,2}元)(?=$|[,;)])"
    r"|[(,](?P<c>[百千万亿]{0,2}元)\)"
)
_SPOKEN = re.compile(r"(?<=\d)(?P<unit>万元|亿元|元)")
_YEAR = re.compile(r"(?<![\d.\-])(20\d{2})(?:年度|年(?!\d{1,2}月)|(?=[预决][算])|$)")
_SPAN = re.compile(r"20\d{2}年?[-—–~至到]20\d{2}")
_FUND = re.compile(
    r"一般公共预算|政府性基金(?:预算)?|国有资本经营预算|公共财政预算|预算单位|预算管理|预算科目"
)
_COMPARES = re.compile(r"增减|增长|增幅|降幅|比上年|较上年|相比|比20\d{2}|算数为上年|占上年")
_CARRIED = re.compile(r"(?:上年|以前年度|年初|上年度)(?:财政拨款)?结[转余]")
_BEFORE_LAST = re.compile(r"前年|上上年")
_LAST = re.compile(r"上年|去年|上一年|前一年")
_THIS = re.compile(r"本年|当年|今年")
_FINAL = re.compile(r"决算|执行数|实际执行|实际支出|自评|评价")
_ADJUSTED = re.compile(r"调整预算|调整后|调整数")
_BUDGET = re.compile(r"预算|目标|申报|申请")
_RATIO = re.compile(r"占比|比重|完成率|执行率|增长率|得分率|增减率|增减幅度|%$")
_PRIOR: dict[Stage, Stage] = {"budget": "prior_budget", "final": "prior_final"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a text says: a unit, a year or one counted from the table's own (-1 上年), a stage."""

    unit: str | None = None
    year: int | None = None
    shift: int | None = None
    stage: Stage | None = None

    def dated(self, year: int | None) -> int | None:
        """The year meant, seen from a table of `year`."""
        if self.year is not None:
            return self.year
        return year + self.shift if self.shift is not None and year is not None else None

    def staged(self, year: int | None, stage: Stage | None) -> Stage | None:
        """The stage meant, seen from a table of a year and stage: an earlier year's is a prior one."""
        dated = self.dated(year)
        earlier = (self.shift or 0) < 0 or (dated is not None and year is not None and dated < year)
        own = self.stage or (stage if earlier else None)
        return _PRIOR.get(own, own) if earlier and own is not None else own


def read_words(text: str) -> Words:
    """What a header cell, a label or a title says."""
    said = plain(text[:LONGEST])
    unit = next((m["a"] or m["b"] or m["c"] for m in _UNIT.finditer(said)), None)
    if unit is None and _RATIO.search(said):
        unit = "%"
    if _COMPARES.search(said):
        return Words(unit)
    said = _CARRIED.sub("", _FUND.sub("", said))
    years = set() if _SPAN.search(said) else {int(year) for year in _YEAR.findall(said)}
    return Words(unit, years.pop() if len(years) == 1 else None, _shift(said), read_stage(said))


def read_stage(text: str) -> Stage | None:
    """Whether a title or header speaks of a budget or of what became of it."""
    said = _FUND.sub("", plain(text[:LONGEST]))
    if _FINAL.search(said):
        return "final"
    if _ADJUSTED.search(said):
        return "adjusted_budget"
    return "budget" if _BUDGET.search(said) else None


def spoken_unit(texts: Iterable[str]) -> str | None:
    """The unit that amounts inside sentences bear, where all of them bear the same."""
    units = {match["unit"] for text in texts for match in _SPOKEN.finditer(plain(text[:LONGEST]))}
    return units.pop() if len(units) == 1 else None


def _shift(said: str) -> int | None:
    for pattern, shift in ((_BEFORE_LAST, -2), (_LAST, -1), (_THIS, 0)):
        if pattern.search(said):
            return shift
    return None
