"""The lines around a table of final accounts: titles, numbers, organizations, units, notes.

One office words all of its tables alike, so that most wordings are habits of the document (`house`),
and only some are drawn for the single table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, TypeVar

from ..building import Context
from ..catalogue import ordinal
from ..numbers import Numbers

T = TypeVar("T")
_INDEXES = tuple(map(str, range(60)))  # 60 is a multiple of most numbers of options
Zero = Literal["", "0.00", "0", "—", "-"]


class Lines(TypedDict):
    """What stands above a table, as keywords of `TableContent`."""

    title: str
    number: str
    left: str
    right: str


def house(context: Context, topic: str, options: Sequence[T]) -> T:
    """One of several wordings, the same in every table of one document."""
    return options[int(context.habit(f"final/{topic}", *_INDEXES)) % len(options)]


def around(context: Context, name: str, number: int, numbers: Numbers) -> Lines:
    """Title, number line, and the lines left and right above table `number` of the final accounts."""
    accounts = context.accounts
    style = house(context, "title", range(10)) if context.chance(0.85) else int(context.rng.integers(10))
    titles = (
        (f"{accounts.year}年度{name}", ""),
        (name, f"公开{number:02d}表"),
        (f"{accounts.year}年度{name}（表{number}）", ""),
        (f"{accounts.year}年度{name}", f"公开{number:02d}表"),
        (f"{accounts.year}年{name}", f"表{number}"),
        (f"公开{number:02d}表 {name}", ""),
        (f"{accounts.short}{accounts.year}年度{name}", ""),
        (f"{ordinal(number)}、{name}", ""),
        (f"附表{number}：{name}", ""),
        (f"{name}（公开{number:02d}表）", ""),
    )
    title, line = titles[style]
    return Lines(title=title, number=line, left=_left(context), right=_right(context, numbers.unit))


def _left(context: Context) -> str:
    name = context.accounts.organization
    words = ("部门", "编制单位", "单位名称", "公开部门", "编制部门", "填报单位（盖章）", "部门名称")
    lines = (*(f"{word}：{name}" for word in words), "部门：", "")
    return house(context, "left", lines) if context.chance(0.95) else ""


def _right(context: Context, unit: str) -> str:
    lines = (
        f"单位：{unit}",
        f"金额单位：{unit}",
        f"单位:{unit}",
        f"金额单位：人民币{unit}",
        f"单位： {unit}",
    )
    return house(context, "right", lines)


def zero_style(context: Context, numbers: Numbers) -> Numbers:
    """The same item is blank in one table and 0.00 in another of the same document."""
    if context.chance(0.75):
        return numbers
    zeros: tuple[Zero, ...] = ("", "0.00", "0") if numbers.decimals else ("", "0")
    return numbers.with_zero(zeros[int(context.rng.integers(len(zeros)))])


def table_numbers(context: Context) -> Numbers:
    """The format of one table: the document's, with a zero of its own, in a few tables in 元."""
    numbers = context.numbers
    if numbers.unit == "万元" and context.chance(0.06):
        numbers = context.numbers_in("元", 2)
    return zero_style(context, numbers)


def formula(context: Context, total: int, terms: Sequence[int], word: str = "行") -> str:
    """27行=（1+2+…+8）行, in one of the ways that it is written."""
    style = int(context.rng.integers(5))
    # Dots stand for an unbroken run; with gaps every number is written out.
    unbroken = list(terms) == list(range(terms[0], terms[0] + len(terms)))
    shortened = style % 2 and len(terms) > 4 and unbroken
    parts = "+".join(map(str, terms))
    if shortened:
        parts = f"{terms[0]}+{terms[1]}+…+{terms[-1]}"
    if style == 2:
        return f"{total}{word}＝（{parts.replace('+', '＋')}）{word}"
    if style == 3:
        return f"{total} {word}= ({parts}) {word}"
    opening, closing = ("(", ")") if style == 4 else ("（", "）")
    return f"{total}{word}={opening}{parts}{closing}{word}"
