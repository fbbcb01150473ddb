"""The cover of a disclosure and its list of contents, as paragraphs.

Lines of a cover that look like data are not: the day of publication lies in another year than the
accounts, and no amount stands there.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..content import ParagraphContent, ParagraphRole
from .building import Context
from .catalogue import ordinal

_PARTS = ("第{}部分　", "第{}部分 ", "{}、", "第{}部分：")
_ENTRIES = ("{}、", "（{}）", "{}. ", "{}.", "表{} ", "")


def cover(context: Context, subject: str) -> tuple[ParagraphContent, ...]:
    """Lines of a cover; `subject` is what is published, as 部门预算 or 部门决算.

    The organization and the year always stand there, on one line or on two; a date, an
    annex number or who compiled it now and then.
    """
    accounts = context.accounts
    year = context.choose(f"{accounts.year}年", f"{accounts.year}年度", f"{accounts.year} 年")
    ending = context.choose("", "", "公开", "公开说明", "信息公开", "编制说明")
    lines: list[str] = []
    if context.chance(0.15):
        lines.append(context.choose("附件", "附件1", "附件2：", "公开文本"))
    if context.chance(0.5):
        lines += [accounts.organization, f"{year}{subject}{ending}"]
    else:
        lines.append(f"{year}{accounts.organization}{subject}{ending}")
    if context.chance(0.3):
        lines.append(context.choose("（公开稿）", "（含所属单位）", "（汇总）", f"单位代码：{accounts.code}"))
    if context.chance(0.25):
        lines.append(f"编制单位：{accounts.organization}")
    if context.chance(0.5):
        lines.append(_date(context))
    return tuple(
        ParagraphContent(f"cover/{index}", "cover", line) for index, line in enumerate(lines, start=1)
    )


def contents(
    context: Context, parts: Sequence[tuple[str, Sequence[str]]], title: str | None = None
) -> tuple[ParagraphContent, ...]:
    """The list of contents: its heading, then each part's title and entries, numbered in one of many ways.

    An entry that already starts with an ordinal should be handed over without it.
    """
    part_style = context.choose(*_PARTS)
    entry_style = context.choose(*_ENTRIES)
    through = context.chance(0.2)  # entries count on from part to part
    title = title or context.choose("目录", "目 录", "目　　录", "目    录")
    found: list[tuple[ParagraphRole, str]] = [("heading", title)]
    number = 0
    for index, (part, entries) in enumerate(parts, start=1):
        if part:
            found.append(("contents", part_style.format(ordinal(index)) + part))
        number = number if through else 0
        for entry in entries:
            number += 1
            written = str(number) if entry_style[:1] not in "（" and "、" not in entry_style else ""
            found.append(("contents", entry_style.format(written or ordinal(number)) + entry))
    return tuple(
        ParagraphContent(f"contents/{index}", role, text) for index, (role, text) in enumerate(found)
    )


def _date(context: Context) -> str:
    """When it was published: the year after for final accounts, and early in the year for budgets."""
    accounts = context.accounts
    final = accounts.stage == "final"
    year = accounts.year + 1 if final else accounts.year
    month = int(context.rng.integers(8, 11)) if final else int(context.rng.integers(1, 4))
    day = int(context.rng.integers(1, 29))
    digits = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))
    return context.choose(
        f"{year}年{month}月", f"{year} 年 {month} 月 {day} 日", f"{year}年{month}月{day}日",
        f"{digits}年{ordinal(month)}月", f"填报日期：{year}年{month}月{day}日",
    )  # fmt: skip
