"""Names of functional and economic classes and their codes, as far as tables without codes need them.

Final accounts print ordinals and names where other tables print codes: 九、卫生健康支出 is 210. A name is
mapped by itself, never by its ordinal; wordings of earlier years and one misread glyph in a long name
are allowed for. Source: the classification of government revenue and expenditure (政府收支分类科目).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from .view import plain, read_ordinal

_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "201": ("一般公共服务",),
    "202": ("外交",),
    "203": ("国防",),
    "204": ("公共安全",),
    "205": ("教育",),
    "206": ("科学技术",),
    "207": ("文化旅游体育与传媒", "文化体育与传媒"),
    "208": ("社会保障和就业",),
    "209": ("社会保险基金",),
    "210": ("卫生健康", "医疗卫生与计划生育", "医疗卫生"),
    "211": ("节能环保", "环境保护"),
    "212": ("城乡社区",),
    "213": ("农林水",),
    "214": ("交通运输",),
    "215": ("资源勘探工业信息等", "资源勘探信息等", "资源勘探电力信息等"),
    "216": ("商业服务业等",),
    "217": ("金融", "金融监管等"),
    "218": ("地震灾后恢复重建",),
    "219": ("援助其他地区",),
    "220": ("自然资源海洋气象等", "国土海洋气象等", "国土资源气象等"),
    "221": ("住房保障",),
    "222": ("粮油物资储备", "粮油物资管理", "粮油物资储备管理"),
    "223": ("国有资本经营预算",),
    "224": ("灾害防治及应急管理",),
    "227": ("预备费",),
    "229": ("其他",),
    "230": ("转移性",),
    "231": ("债务还本",),
    "232": ("债务付息",),
    "233": ("债务发行费用",),
    "234": ("抗疫特别国债安排的",),
}
_ECONOMICS: Mapping[str, tuple[str, ...]] = {
    "301": ("工资福利", "工资福利性"),
    "302": ("商品和服务",),
    "303": ("对个人和家庭的补助", "对个人和家庭补助"),
    "307": ("债务利息及费用",),
    "309": ("资本性支出(基本建设)",),
    "310": ("资本性", "一般资本性"),
    "311": ("对企业补助(基本建设)",),
    "312": ("对企业补助",),
    "313": ("对社会保障基金补助",),
    "399": ("其他",),
}
THREE_PUBLIC: Mapping[str, str] = {
    "30212": "abroad",
    "30217": "reception",
    "30231": "driving",
    "31013": "buying",
}
"""Economic codes of the “三公” items, as far as basic expenditure pays for them."""

PERSONNEL = ("301", "303")
"""Economic classes that are 人员经费; the others of basic expenditure are 公用经费."""

_LEVEL = re.compile(r"\((?:类|款|项)\)")
_LEAD = re.compile(r"^(?:其中|包括)?:?")
_TAIL = re.compile(r"(?:事务)?(?:支出)?$")
_LONGEST = 80  # characters; what is longer is no name
_LONG = 6  # glyphs of a bare name in which one may be misread


def bare(name: str) -> str:
    """A subject's name without ordinal, 其中, (类) and the 支出 or 事务 that years add and drop."""
    text = _LEAD.sub("", _LEVEL.sub("", plain(name)))
    while read_ordinal(text) is not None:
        text = re.sub(r"^\(?[一二三四五六七八九十\d]+[)、.,]+", "", text)
    return _TAIL.sub("", text)


@lru_cache(maxsize=4096)
def function_class(name: str) -> str | None:
    """The three-digit functional code of a class by its name; None for what is no class."""
    return _look_up(bare(name), _FUNCTIONS) if len(name) <= _LONGEST else None


@lru_cache(maxsize=4096)
def economic_class(name: str) -> str | None:
    """The three-digit economic code of a class by its name."""
    if len(name) > _LONGEST:
        return None
    text = bare(name)
    return _look_up(text, _ECONOMICS) or _look_up(plain(name), _ECONOMICS)


def is_function(code: str) -> bool:
    """Whether a code is functional: 3, 5 or 7 digits that begin with 2."""
    return code.startswith("2") and len(code) in (3, 5, 7)


def is_economic(code: str) -> bool:
    """Whether a code is one of departments' economic classification: 301 to 313, 399 and below."""
    return len(code) in (3, 5) and (code.startswith(("30", "31")) or code[:3] == "399")


def alike(one: str, other: str) -> bool:
    """Whether two bare names are one: equal, or long and one glyph apart."""
    if one == other:
        return True
    if min(len(one), len(other)) < _LONG or abs(len(one) - len(other)) > 1:
        return False
    return _one_edit(one, other)


def _look_up(name: str, names: Mapping[str, Iterable[str]]) -> str | None:
    for code, known in names.items():
        if name in known:
            return code
    # The 支出 at its end may be what was misread.
    near = {
        code
        for code, known in names.items()
        if any(alike(name, one) or alike(name, f"{one}支出") for one in known)
    }
    return near.pop() if len(near) == 1 else None


def _one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion or substitution turns one text into the other."""
    short, long = sorted((one, other), key=len)
    head = 0
    while head < len(short) and short[head] == long[head]:
        head += 1
    if len(short) == len(long):
        return short[head + 1 :] == long[head + 1 :]
    return short[head:] == long[head + 1 :]
