"""The words around and inside budget tables: titles, lines above them, names of subjects, notes.

Documents keep to most of their habits (how a title names the year, what introduces the
organization) and vary in the rest, so habits are drawn once per document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from ....document import ColumnRole
from ..building import Context, TableBuilder
from ..catalogue import former_names, ordinal, subjects
from ..numbers import Numbers
from .header import Column, Numbering

_TITLES = (
    "{year}年{name}", "{year}年{name}", "{year}年度{name}", "{name}", "{year}年部门{name}", "部门{name}",
    "{short}{year}年{name}", "{organization}{year}年{name}", "{year}年{organization}{name}",
    "{year}年区级部门{name}", "{name}（{year}年）", "{year} 年{name}", "{year}年本级{name}",
)  # fmt: skip
_LEFT = (
    "单位名称：{who}", "部门：{who}", "部门名称：{who}", "填报单位：{who}", "预算单位：{who}",
    "编制单位：{who}", "部门：{code}-{who}", "部门名称：[{code}]{who}", "单位名称: {who}",
    "填报单位（盖章）：{who}", "单位名称：", "部门：", "", "",
)  # fmt: skip
_RIGHT = (
    "单位：{unit}",
    "单位：{unit}",
    "单位：{unit}",
    "金额单位：{unit}",
    "单位:{unit}",
    "单位： {unit}",
    "（单位：{unit}）",
)
_NUMBER = (
    "",
    "",
    "",
    "公开{n:02d}表",
    "公开表{n}",
    "公开表{n:02d}",
    "表{n}",
    "附表{n}",
    "预算{n:02d}表",
    "部门公开表{n}",
    "表{o}",
    "附件{n}",
)

_PAIRS = {
    "单位": (
        ("单位代码", "单位名称（科目）"), ("单位编码", "单位名称"),
        ("单位代码", "单位名称(科目)"), ("科目编码", "单位名称（科目）"),
    ),
    "功能": (
        ("科目编码", "科目名称"), ("功能科目编码", "功能科目名称"), ("科目代码", "科目名称"),
        ("编码", "名称"), ("功能分类科目编码", "科目名称"), ("支出功能分类科目编码", "支出功能分类科目名称"),
    ),
    "经济": (
        ("科目编码", "科目名称"), ("经济科目", "科目名称"), ("经济科目编码", "经济科目名称"),
        ("经济分类科目编码", "科目名称"), ("科目代码", "名称"), ("编码", "项目"),
    ),
}  # fmt: skip

CodeStyle = Literal["apart", "joined", "levels", "name"]
"""Code and name in two columns, in one cell, with 类/款/项 in three columns, or no code."""


def spaced(context: Context, text: str) -> str:
    """A heading or total as it is, or with its letters spaced out."""
    gap = context.habit(f"spacing {len(text)}", "", "", "", " ", " ", "　", "  ")
    return gap.join(text)


def title(context: Context, name: str) -> str:
    """A title from the bare name of a table (收支预算总表)."""
    accounts = context.accounts
    pattern = context.habit("title", *_TITLES)
    if name.startswith(("部门", "区级", accounts.organization)) and "部门{name}" in pattern:
        pattern = "{year}年{name}"
    return pattern.format(
        year=accounts.year, name=name, short=accounts.short, organization=accounts.organization
    )


def surroundings(builder: TableBuilder, names: tuple[str, ...], number: int) -> dict[str, Any]:
    """Title and the lines around a table that is laid, as keywords of its `build`.

    A few tables tell their unit in the headings of their amounts instead of in a line above.
    """
    context = builder.context
    accounts, unit = context.accounts, builder.format.unit
    who = accounts.organization if context.habit("who", "long", "long", "short") == "long" else accounts.short
    left = context.habit("left", *_LEFT).format(who=who, code=accounts.code)
    line = context.habit("number", *_NUMBER).format(n=number, o=ordinal(number))
    right = context.habit("right", *_RIGHT).format(unit=unit)
    if context.chance(0.06) and _unit_in_headings(builder):
        right = ""
    return {"title": title(context, context.choose(*names)), "left": left, "right": right, "number": line}


def _unit_in_headings(builder: TableBuilder) -> bool:
    """Put the unit behind the headings of a few amount columns; whether there was room for it."""
    heads = [
        at
        for at, cell in builder.cells.items()
        if cell.header
        and cell.col_span == 1
        and builder.columns[cell.col] == "amount"
        and cell.text
        and not cell.text[0].isdigit()
    ]
    if len(heads) > 4 or len(heads) != list(builder.columns).count("amount"):
        return False
    for at in heads:
        cell = builder.cells[at]
        builder.cells[at] = replace(cell, text=f"{cell.text}（{builder.format.unit}）")
    return True


def numbers_of(context: Context, *, longer: bool = False) -> Numbers:
    """The number format of one table: the document's, with a zero or now and then a unit of its own.

    `longer` allows four decimals, as lists of projects have them.
    """
    numbers = context.numbers
    if context.chance(0.4):
        zeros: tuple[Literal["", "0.00", "0", "—", "-"], ...] = ("", "", "0.00", "0.00", "0", "—", "-")
        numbers = numbers.with_zero(zeros[int(context.rng.integers(len(zeros)))])
    if numbers.unit == "万元" and context.chance(0.06):
        return replace(context.numbers_in("元", 2), zero=numbers.zero)
    if longer and numbers.unit == "万元" and context.chance(0.12):
        return replace(context.numbers_in(decimals=4), zero=numbers.zero)
    return numbers


def numbering(context: Context) -> Numbering:
    """Which row of column numbers closes a header."""
    options: tuple[Numbering, ...] = ("", "", "", "stars", "label", "plain", "formula")
    return options[int(context.rng.integers(len(options)))]


def function_name(context: Context, code: str) -> str:
    """The name of a functional code as this document prints it."""
    name = subjects()["function"][code]
    former = former_names().get(code, [])
    if former:
        name = context.habit(f"name {code}", name, name, *former)
    if len(code) == 3 and context.habit("class names", "full", "full", "full", "short") == "short":
        short = name.removesuffix("支出")
        name = name if short.endswith("的") else short
    return name


def economic_name(code: str) -> str:
    """The name of an economic code of departments."""
    return subjects()["economic"][code]


def amount_heading(context: Context) -> str:
    """What stands over the one amount column of a list."""
    year = context.accounts.year
    return context.choose(
        "预算数", "预算数", "金额", "金 额", "本年预算", "本年预算数", f"{year}年预算数", "年初预算数",
        f"{year}年预算", "本年预算金额",
    )  # fmt: skip


@dataclass(frozen=True)
class Labels:
    """How rows are labelled: the label columns, and a row's texts in them."""

    style: CodeStyle
    columns: tuple[Column, ...]

    def of(self, code: str, name: str) -> tuple[str, ...]:
        """The texts of one row; a total has no code."""
        if self.style == "apart":
            return code, name
        if self.style == "joined":
            return (f"{code} {name}".strip(),)
        if self.style == "name":
            return (name,)
        return code[:3], code[3:5], code[5:7], name

    def total(self, text: str) -> tuple[str, ...]:
        """The texts of a total row; its word stands under the names."""
        return ("",) * (len(self.leaves) - 1) + (text,)

    @property
    def leaves(self) -> tuple[Column, ...]:
        """The label columns."""
        return tuple(leaf for column in self.columns for leaf in column.leaves)


def code_labels(
    context: Context,
    subject: Literal["功能", "经济", "单位"] = "功能",
    styles: tuple[CodeStyle, ...] = ("apart", "apart", "apart", "joined", "levels"),
) -> Labels:
    """Label columns for coded rows, with headings in the wordings that are in print."""
    style = styles[int(context.rng.integers(len(styles)))]
    kind = {"功能": "功能分类", "经济": "经济分类", "单位": "单位"}[subject]
    if style == "joined":
        heading = context.choose("项目", "项 目", f"{kind}科目", "科目", f"项目（按{kind}）", "科目名称")
        return Labels(style, (_label(heading, "name", 3.0),))
    if style == "name":
        return Labels(
            style, (_label(context.choose("项目", "项 目", f"{kind}科目名称", "科目名称"), "name", 3.0),)
        )
    if style == "levels":
        return Labels(style, _level_columns(context, kind))
    pairs = _PAIRS[subject]
    code, name = pairs[int(context.rng.integers(len(pairs)))]
    apart = _label(code, "code", 1.2), _label(name, "name", 3.0)
    if subject != "单位" and context.chance(0.3):
        heading = context.choose("科目", "项目", "项 目", f"{kind}科目", f"支出{kind}科目")
        return Labels("apart", (Column(heading, "text", parts=apart),))
    return Labels("apart", apart)


def _level_columns(context: Context, kind: str) -> tuple[Column, ...]:
    levels = tuple(_label(text, "code", 0.6) for text in ("类", "款", "项"))
    name = _label(context.choose("科目名称", f"{kind}科目名称", "科目名称"), "name", 3.0)
    codes = Column(context.choose("科目编码", "科目代码", f"{kind}科目编码"), "text", parts=levels)
    if context.chance(0.3):
        return (Column(context.choose("项 目", "科目", "支出功能分类"), "text", parts=(codes, name)),)
    return codes, name


def _label(text: str, role: ColumnRole, weight: float) -> Column:
    return Column(text, role, weight=weight)
