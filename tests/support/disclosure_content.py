"""Small disclosures to typeset: a long table, a wide one, a form, an empty table, running text."""

from __future__ import annotations

import re
from decimal import Decimal

from crossfoot.datasets.content import (
    At,
    CellContent,
    ColumnContent,
    DisclosureContent,
    MentionContent,
    MisprintContent,
    PageBreak,
    ParagraphContent,
    RelationContent,
    Said,
    TableContent,
)

CODE, NAME, AMOUNT, TEXT = (ColumnContent(role) for role in ("code", "name", "amount", "text"))
WISH = "完成全市重点项目建设管理及资金绩效监督工作，确保按期完成年度目标任务；"
ONE = Decimal(1)


def cell(row, col, text="", rows=1, cols=1, *, header=False, align="left", indent=0):
    return CellContent(row, col, rows, cols, text, header, align, indent)


def amount(row, col, value):
    number = Decimal(value)
    return CellContent(
        row, col, text=f"{number:,}", align="right", amount=number, unit="万元", year=2020, stage="budget"
    )


def long_table(key="long", rows=70):
    """Two header rows with merges, then codes, names of all lengths and sums."""
    cells = [
        cell(0, 0, "科目编码", 2, header=True),
        cell(0, 1, "科目名称", 2, header=True),
        cell(0, 2, "本年支出", cols=3, header=True),
        *(cell(1, col, text, header=True) for col, text in ((2, "合计"), (3, "基本支出"), (4, "项目支出"))),
    ]
    for row in range(2, rows):
        name = "一般公共服务支出行政运行"[: 4 + row % 9] + "（政府办公厅及相关机构事务）" * (row % 7 == 0)
        basic, project = Decimal(row) * Decimal("70.25"), Decimal(row) * Decimal("30.50")
        cells += [
            cell(row, 0, str(2010000 + row)),
            cell(row, 1, name, indent=row % 3),
            amount(row, 2, basic + project),
            amount(row, 3, basic),
            amount(row, 4, project),
        ]
    return TableContent(
        key,
        "budget.expenditure",
        tuple(cells),
        (CODE, NAME, AMOUNT, AMOUNT, AMOUNT),
        2,
        title="2020年部门支出总表",
        number="公开03表",
        left="部门：某某市财政局",
        right="单位：万元",
        notes=("注：本表反映部门本年度各项支出情况。", "说明：" + "本表按功能分类科目编制。" * 8),
        organization="某某市财政局",
        year=2020,
        stage="budget",
        unit="万元",
    )


def wide_table(key="wide", rows=45, cols=10):
    cells = [cell(0, col, "一般公共预算财政拨款收入"[: 4 + col % 9], header=True) for col in range(cols)]
    for row in range(1, rows):
        cells += [cell(row, 0, str(201 + row)), cell(row, 1, "社会保障和就业支出")]
        cells += [amount(row, col, Decimal(row * 1000 * col) + Decimal("0.33")) for col in range(2, cols)]
    columns = (CODE, NAME, *[AMOUNT] * (cols - 2))
    return TableContent(
        key, "budget.revenue", tuple(cells), columns, 1, title="2020年部门收入总表", right="单位：万元"
    )


def form(key="form"):
    """A performance form: labels over many rows, checkboxes, long wrapped text, no header."""
    cells = [
        cell(0, 0, "项目名称", cols=2, header=True, align="center"),
        cell(0, 2, "城乡社区环境整治专项", cols=4),
        cell(1, 0, "项目资金（万元）", 2, header=True, align="center"),
        cell(1, 1, "年度资金总额", header=True),
        CellContent(1, 2, 1, 4, "200.0000", align="right", amount=Decimal("200.0000")),
        cell(2, 1, "其中：财政拨款", header=True),
        CellContent(2, 2, 1, 4, "50.00", align="right", amount=Decimal("50.00")),
        cell(3, 0, "项目类别", header=True, align="center"),
        cell(3, 1, "□ 经常性  ☑ 一次性", cols=5),
        cell(4, 0, "年度目标", header=True, align="center"),
        cell(4, 1, f"1. {WISH * 3}\n2. {WISH * 9}", cols=5),
        cell(5, 0, "绩效指标", 13, header=True, align="center"),
        *(
            cell(5, col, text, header=True)
            for col, text in enumerate(["一级指标", "二级指标", "三级指标", "绩效标准", "指标值"], start=1)
        ),
    ]
    for group, first in enumerate(["产出指标（50分）", "效益指标（30分）", "满意度指标（20分）"]):
        top = 6 + 4 * group
        cells.append(cell(top, 1, first, 4, header=True, align="center"))
        for half, second in enumerate(["数量指标", "质量指标"]):
            cells.append(cell(top + 2 * half, 2, second, 2, align="center"))
            for line in range(2):
                row = top + 2 * half + line
                value = ["14个", "1700吨/每月", "25%", "100.00"][2 * half + line]
                cells += [
                    cell(row, 3, (WISH * (1 + 2 * line + half))[:90]),
                    cell(row, 4, "行业标准≥“A”级"),
                    cell(row, 5, value),
                ]
    columns = tuple(ColumnContent("text", weight) for weight in (0.5, 0.6, 0.7, 2, 1, 1))
    return TableContent(
        key,
        "performance.project_target",
        tuple(cells),
        columns,
        0,
        title="项目支出绩效目标申报表",
        left="填报单位（盖章）：",
        right="金额单位：万元",
        unit="万元",
        year=2020,
        stage="budget",
    )


def empty_table(key="empty"):
    heads = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
    cells = [cell(0, col, text, header=True) for col, text in enumerate(heads)]
    cells += [cell(row, col) for row in (1, 2) for col in range(5)]
    return TableContent(
        key,
        "budget.government_fund_expenditure",
        tuple(cells),
        (CODE, NAME, AMOUNT, AMOUNT, AMOUNT),
        1,
        title="政府性基金预算支出表",
        right="单位：万元",
        notes=("注：本部门无政府性基金预算拨款安排的支出，故本表为空。",),
        unit="万元",
        declared_empty=True,
    )


def paragraph(key, text, role="body"):
    """A paragraph that mentions every amount in 万元 that it prints."""
    mentions = tuple(
        MentionContent(
            found.start(), found.end(), Decimal(found[1].replace(",", "")), "万元", text[: found.start()][-8:]
        )
        for found in re.finditer(r"([\d,.]+)万元", text)
    )
    return ParagraphContent(key, role, text, mentions)


SAID = (
    "2020年部门收入总预算4,804.64万元，其中一般公共预算拨款收入4,104.64万元，比上年增加12.30万元，增长0.26%。"
)


def disclosure():
    """Cover, contents, narrative over more than one page, and one table of each sort."""
    long, blank, wide, maze = long_table(), empty_table(), wide_table(), form()
    return DisclosureContent(
        name="budget-test",
        family="budget",
        organization="某某市财政局",
        year=2020,
        stage="budget",
        unit="万元",
        blocks=(
            paragraph("cover", "某某市财政局2020年部门预算", "cover"),
            paragraph("date", "二〇二〇年二月", "cover"),
            PageBreak(),
            paragraph("contents", "目录", "contents"),
            paragraph("entry", "一、部门概况", "contents"),
            PageBreak(),
            paragraph("first", "一、部门概况", "heading"),
            *(paragraph(f"body{number}", SAID * (1 + number % 4)) for number in range(16)),
            paragraph("second", "二、部门预算表", "heading"),
            long,
            blank,
            wide,
            paragraph("third", "三、项目绩效", "heading"),
            maze,
            paragraph("end", f"以上说明。{SAID}"),
        ),
        relations=(
            RelationContent(
                "sum",
                "law",
                "header_tree",
                At("long", 3, 2),
                ((At("long", 3, 3), ONE), (At("long", 3, 4), ONE)),
            ),
            RelationContent("equal", "usual", "narrative", At("long", 2, 2), ((Said("body0", 0), ONE),)),
            RelationContent(
                "ratio",
                "usual",
                "ratio",
                At("form", 8, 5),
                ((At("form", 2, 3), Decimal(100)), (At("form", 1, 2), ONE)),
                Decimal("0.5"),
            ),
            RelationContent(
                "at_most",
                "usual",
                "outline",
                At("form", 1, 5),
                ((At("form", 2, 2), ONE), (At("empty", 1, 3), ONE)),
            ),
        ),
        misprints=(
            MisprintContent(
                "wrong_total",
                (At("long", 2, 2), Said("body0", 0)),
                ("201.50", "4,804.64万元"),
                ("4,804.64", "201.50万元"),
                "another draft",
            ),
        ),
        labels={"template": "test", "number_format": ("grouped", 2)},
    )
