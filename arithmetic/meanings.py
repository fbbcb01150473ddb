"""What a printed figure is: the attributes that a title, a header, a label or a phrase gives it.

Texts are read by a closed list of words. A text with words beyond the list has no meaning, and a figure
without one is related to nothing: two figures are one only where everything said of them is understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Literal, cast

from .subjects import economic_class, function_class
from .view import plain

Flow = Literal["", "receipts", "spending", "opening", "closing", "income", "outlay", "surplus", "distributed"]
"""本年收入, 本年支出, 上年结转, 结转下年, 收入总计, 支出总计, 使用结余, 结余分配."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A figure's attributes; an empty one does not restrict it.

    `economic` is a code or 人员经费 (people) or 公用经费 (running), `item` one of the “三公” items,
    `project` and `unit` are bare names or codes.
    """

    flow: Flow = ""
    function: str = ""
    economic: str = ""
    fund: str = ""
    source: str = ""
    nature: str = ""
    programme: str = ""
    item: str = ""
    project: str = ""
    unit: str = ""

    def joined(self, other: Meaning) -> Meaning | None:
        """Both together; None where they contradict each other."""
        changes = {}
        for name in _NAMES:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine and theirs and mine != theirs:
                return None
            if theirs:
                changes[name] = theirs
        return replace(self, **changes)


def altered(meaning: Meaning, changes: Mapping[str, str]) -> Meaning:
    """The meaning with some attributes replaced, by name."""
    return replace(meaning, **cast(Any, dict(changes)))


_NAMES = tuple(field.name for field in fields(Meaning))

_NOISE = re.compile(
    r"\((?:[百千万亿]{0,2}元|%|含专户资金|不含专户资金|补助|类|款|项)\)|20\d{2}年?度?|[“”\"'‘’:：、]|^其中"
)
_GENERAL = r"一般公共(?:预算|服务预算)?"
_FUND = r"政府性基金"
_CAPITAL = r"国有资本经营"
_MONEY = r"(?:预算)?(?:财政)?(?:拨款)?(?:补助)?(?:资金)?"

# What each word gives; a text is cut into such words from its start, the longest first.
_WORDS: Mapping[str, Mapping[str, str]] = {
    r"(?:上年|年初|上年度|以前年度)(?:财政拨款)?(?:结余结转|结转和结余|结转结余|结转|结余)(?:资金)?":
        {"flow": "opening"},
    r"(?:年末|年终)(?:财政拨款)?(?:结转和结余|结转结余|结转|结余)|结转下年(?:支出)?": {"flow": "closing"},
    r"结余分配": {"flow": "distributed"},
    r"用事业基金弥补收支差额|使用非财政拨款结余": {"flow": "surplus"},
    r"收支总预算|收支预算总额": {"flow": "income"},
    r"收入总计|收入总预算|收入总额": {"flow": "income"},
    r"支出总计|支出总预算": {"flow": "outlay"},
    r"本年收入(?:合计)?|收入合计": {"flow": "receipts"},
    r"本年支出(?:合计|决算数)?|支出合计|(?:本年)?经济分类支出合计|(?:本年)?(?:支出)?功能科目(?:支出)?合计":
        {"flow": "spending"},
    rf"{_GENERAL}{_MONEY}": {"fund": "general", "source": "fiscal"},
    rf"{_FUND}{_MONEY}": {"fund": "fund", "source": "fiscal"},
    rf"{_CAPITAL}{_MONEY}": {"fund": "capital", "source": "fiscal"},
    r"财政拨款(?:补助)?": {"source": "fiscal"},
    r"上级补助(?:收入)?": {"source": "superior", "flow": "receipts"},
    r"(?:纳入)?财政专户管理资金(?:收入)?": {"source": "special", "flow": "receipts"},
    r"(?:事业单位)?经营收入": {"source": "business", "flow": "receipts"},
    r"事业收入": {"source": "operations", "flow": "receipts"},
    r"(?:附属|下级)单位(?:上缴收入|缴款)": {"source": "affiliated", "flow": "receipts"},
    r"其他收入": {"source": "other", "flow": "receipts"},
    r"基本支出": {"nature": "basic", "flow": "spending"},
    r"项目支出": {"nature": "project", "flow": "spending"},
    r"上缴上级(?:支出)?": {"nature": "upper", "flow": "spending"},
    r"(?:事业单位)?经营支出": {"nature": "business", "flow": "spending"},
    r"对附属单位补助(?:支出)?": {"nature": "subsidy", "flow": "spending"},
    r"人员经费(?:支出)?": {"economic": "people", "nature": "basic", "flow": "spending"},
    r"(?:日常)?公用经费(?:支出)?": {"economic": "running", "nature": "basic", "flow": "spending"},
    r"机关运行经费(?:支出)?":
        {"economic": "running", "nature": "basic", "flow": "spending", "fund": "general", "source": "fiscal"},
    r"经常性项目|常年性项目": {"programme": "recurrent", "nature": "project", "flow": "spending"},
    r"政策性项目": {"programme": "policy", "nature": "project", "flow": "spending"},
    r"一次性项目": {"programme": "once", "nature": "project", "flow": "spending"},
    r"其他项目": {"programme": "other", "nature": "project", "flow": "spending"},
    r"因公出国\(境\)(?:费用|经费|费)?(?:支出)?": {"item": "abroad", "flow": "spending"},
    r"公务接待费?(?:支出)?": {"item": "reception", "flow": "spending"},
    r"公务用车购置及运行(?:维护)?费?(?:支出)?|公务用车费": {"item": "cars", "flow": "spending"},
    r"公务用车运行(?:维护)?费(?:支出)?|运行(?:维护)?费": {"item": "driving", "flow": "spending"},
    r"公务用车购置费?(?:支出)?|购置费": {"item": "buying", "flow": "spending"},
    r"三公经费(?:合计)?": {"item": "all", "flow": "spending"},
    r"收入": {"flow": "receipts"},
    r"支出": {"flow": "spending"},
}  # fmt: skip
_KNOWN = tuple((re.compile(pattern), Meaning(**given)) for pattern, given in _WORDS.items())  # type: ignore[arg-type]
_FILLERS = tuple(
    sorted(
        (
            "合计", "总计", "小计", "共计", "金额", "预算金额", "预算数", "预算", "决算数", "决算", "全年",
            "年初", "本年", "当年", "上年", "数", "资金来源", "其中", "安排的", "安排", "总体情况", "情况",
            "总额", "为", "共", "资金", "本级", "区级", "部门", "单位", "本",
            "年度", "的", "均",
        ),
        key=len, reverse=True,
    )
)  # fmt: skip


_LONGEST = 80  # characters; what is longer is no label


@lru_cache(maxsize=4096)
def read(text: str) -> Meaning | None:
    """What a header or a label says of the figures it stands with; None where a word is not understood."""
    if len(text) > _LONGEST:
        return None
    rest = _NOISE.sub("", _NOISE.sub("", plain(text)))
    meaning = Meaning()
    while rest:
        found = _longest(rest)
        if found is not None:
            length, given = found
            joined = _override(meaning, given)
            if joined is None:
                return None
            meaning, rest = joined, rest[length:]
            continue
        filler = next((word for word in _FILLERS if rest.startswith(word)), None)
        if filler is None:
            return None
        rest = rest[len(filler) :]
    return meaning


def read_subject(text: str) -> tuple[str | None, str | None]:
    """The functional and the economic class that a label names."""
    return function_class(text), economic_class(text)


def _longest(text: str) -> tuple[int, Meaning] | None:
    best: tuple[int, Meaning] | None = None
    for pattern, given in _KNOWN:
        match = pattern.match(text)
        if match is not None and match.end() and (best is None or match.end() > best[0]):
            best = match.end(), given
    return best


def _override(meaning: Meaning, given: Meaning) -> Meaning | None:
    """A later word of one text refines an earlier: 一般公共预算 | 结转下年, 财政拨款 | 收入总计."""
    if given.flow and meaning.flow and given.flow != meaning.flow:
        plain_flow = {"receipts", "spending"}
        if given.flow in plain_flow and meaning.flow not in plain_flow:
            given = replace(given, flow=meaning.flow)
        elif meaning.flow in plain_flow and given.flow not in plain_flow:
            meaning = replace(meaning, flow="")
        else:
            return None
    return meaning.joined(given)
