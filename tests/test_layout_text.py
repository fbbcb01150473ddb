"""What layout makes of texts: lines, paragraphs, surroundings, headers, roles."""

from decimal import Decimal

import pytest
from crossfoot.document import Box, Cell, Reading, Table
from crossfoot.layout.paragraphs import find_lines, find_paragraphs
from crossfoot.layout.roles import describe
from crossfoot.layout.surroundings import Surroundings, furniture, read_surroundings
from crossfoot.layout.words import Word

WIDTH, HEIGHT = 1000, 1400


def word(text: str, left: float, top: float, size: float = 20) -> Word:
    return Word(Box(left, top, left + size * len(text), top + size), Reading(text, 0.9, "test"))


def centred(text: str, top: float, size: float = 20) -> Word:
    return word(text, (WIDTH - size * len(text)) / 2, top, size)


def around(*words: Word) -> Surroundings:
    (found,) = read_surroundings(find_lines(words), [Box(100, 300, 900, 1000)], HEIGHT)
    return found


def test_what_stands_left_and_right_on_one_line_are_two_texts() -> None:
    lines = find_lines([word("单位：万元", 700, 250), word("单位名称：", 100, 252), word("某局", 202, 251)])
    assert [line.text for line in lines] == ["单位名称：某局", "单位：万元"]


def test_a_paragraph_goes_on_while_its_lines_are_full() -> None:
    lines = find_lines(
        [
            word("缩进两字的第一行写满了这一整行文字", 140, 100),
            word("第二行从左边开始也写满了这一整行文字呢", 100, 126),
            word("第三行短。", 100, 152),
            word("另一段从这里开始", 140, 178),
        ]
    )
    assert [p.text[:3] + p.text[-2:] for p in find_paragraphs(lines)] == ["缩进两短。", "另一段开始"]


def test_title_organization_unit_year_and_notes() -> None:
    found = around(
        centred("2020年部门收支总表", 150, 30),
        word("单位名称：某市某局", 100, 250),
        word("金额单位：万元", 760, 250),
        word("注：本表反映收支情况。", 100, 1010),
        word("27行=(1+2+3)行；", 100, 1040),
        word("下文与表无关的一段话", 100, 1200),
    )
    assert (found.title, found.organization, found.unit, found.year) == (
        "2020年部门收支总表",
        "某市某局",
        "万元",
        2020,
    )
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    ("text", "unit", "organization"),
    [
        ("预算单位：元氏县财政局", None, "元氏县财政局"),
        ("申报单位：元谋县民政局", None, "元谋县民政局"),
        ("（金额单位：人民币万元）", "万元", None),
        ("单位：元", "元", None),
        ("单位:万元", "万元", None),
        ("单位：某某中心", None, "某某中心"),  # the value decides what 单位 means
        ("填报单位（盖章）：某局", None, "某局"),
        ("部门：某局（某某办）", None, "某局（某某办）"),
        ("单位名称：", None, None),
        ("项目主管部门：某局", None, "某局"),
    ],
)
def test_unit_or_organization(text: str, unit: str | None, organization: str | None) -> None:
    found = around(word(text, 100, 250))
    assert (found.unit, found.organization) == (unit, organization)


def test_a_title_of_two_lines_is_joined_and_a_sentence_is_none() -> None:
    found = around(
        word("以上各项说明到此为止，详情见下表。", 100, 60),
        centred("2021年一般公共预算基本支出表", 150, 30),
        centred("（经济分类款级）", 190, 30),
    )
    assert found.title == "2021年一般公共预算基本支出表（经济分类款级）"
    assert around(word("一段叙述，与表格没有任何关系。", 100, 250)).title is None


def test_a_date_of_filing_gives_no_year() -> None:
    assert around(word("填报日期：2021年8月30日", 100, 250)).year is None
    assert around(centred("项目自评表", 150, 30), word("2019年12月19日", 100, 250)).year is None


def test_each_of_two_tables_takes_its_own_title() -> None:
    lines = find_lines([centred("甲表", 60, 30), centred("乙表", 620, 30), word("注：甲的注", 100, 510)])
    first, second = read_surroundings(lines, [Box(100, 100, 900, 500), Box(100, 700, 900, 900)], HEIGHT)
    assert (first.title, second.title) == ("甲表", "乙表")
    assert (len(first.notes), len(second.notes)) == (1, 0)


def test_page_numbers_are_furniture_only_in_the_margin() -> None:
    (number,) = find_lines([word("— 12 —", 450, 1360)])
    (inside,) = find_lines([word("12", 450, 700)])
    assert furniture(number, HEIGHT)
    assert not furniture(inside, HEIGHT)


def table(*rows: list[str]) -> Table:
    cells = tuple(Cell(r, c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row))
    return describe(Table("t1", (len(rows), len(rows[0])), cells))


def test_header_rows_end_with_the_row_of_column_numbers() -> None:
    described = table(
        ["科目编码", "科目名称", "合计", "基本支出"],
        ["类款项", "栏次", "1", "2"],
        ["", "合计", "23,327.91", "4,922.56"],
        ["201", "一般公共服务支出", "10,096.83", "2,562.00"],
        ["20103", "政府办公厅", "13,231.08", "2,360.56"],
    )
    assert described.header_rows == 2
    assert [c.role for c in described.columns] == ["code", "name", "amount", "amount"]
    assert described.cell_at(2, 2).amount == Decimal("23327.91")
    assert described.cell_at(1, 2).amount is None
    assert described.cell_at(3, 0).amount is None
    assert described.cell_at(1, 2).header
    assert described.columns[2].decimals == 2


def test_line_numbers_are_no_amounts() -> None:
    described = table(
        ["项目", "行次", "金额"],
        *([f"第{i}项", str(i), f"{i}.50"] for i in range(1, 6)),
    )
    assert [c.role for c in described.columns] == ["name", "line_number", "amount"]
    assert sum(c.amount is not None for c in described.cells) == 5


def test_whole_yuan_in_a_column_of_amounts_are_amounts() -> None:
    described = table(["项目", "预算数"], ["甲", "690"], ["乙", "900"], ["丙", "1,741"], ["丁", "0"])
    assert [c.amount for c in described.cells if c.col == 1][1:] == [690, 900, 1741, 0]


def test_a_form_has_no_header_rows_and_counts_are_no_amounts() -> None:
    described = table(
        ["项目名称", "某工程", "执行单位", "某科"],
        ["项目总预算", "200.00", "当年预算", "200.0000"],
        ["数量", "14个", "比例", "95%"],
        ["电话", "", "年份", "2020年"],
    )
    assert described.header_rows == 0
    assert {c.text for c in described.cells if c.amount is not None} == {"200.00", "200.0000"}


def test_percentages_are_no_amounts_and_their_column_is_a_ratio() -> None:
    described = table(
        ["项目", "预算数", "执行率"],
        ["甲", "12.00", "100.00"],
        ["乙", "8.00", "95.50"],
        ["丙", "1.00", "9.00"],
    )
    assert described.columns[2].role == "ratio"
    assert all(c.amount is None for c in described.cells if c.col == 2)


def test_an_empty_fund_column_is_one_of_amounts_by_its_header() -> None:
    described = table(["项目", "合计", "经营支出"], ["甲", "12.00", ""], ["乙", "8.00", ""])
    assert described.columns[2].role == "amount"


def test_whole_yuan_are_amounts_and_no_codes() -> None:
    described = table(
        ["科目编码", "名称", "金额（元）"],
        ["201", "一般", "123456"],
        ["20101", "人大", "23456"],
        ["2010101", "行政", "3456"],
        ["208", "社保", "100000"],
    )
    assert [c.role for c in described.columns] == ["code", "name", "amount"]
    assert [c.amount for c in described.cells if c.col == 2][1:] == [123456, 23456, 3456, 100000]
    plain = table(
        ["项目", "合计", "基本"], ["甲", "1200", "700"], ["乙", "500", "300"], ["丙", "1500", "900"]
    )
    assert [c.role for c in plain.columns] == ["name", "amount", "amount"]


def test_codes_without_a_header_that_says_so() -> None:
    described = table(
        ["", "项目", "预算数"],
        ["301", "工资", "9.00"],
        ["30101", "基本工资", "5.00"],
        ["30102", "津贴", "4.00"],
    )
    assert described.columns[0].role == "code"
    units = table(["单位", "合计"], ["004", "9.00"], ["004001", "9.00"])
    assert units.columns[0].role == "code"


def test_years_and_column_numbers_head_columns_and_are_no_amounts() -> None:
    years = table(["名称", "2019", "2020"], ["甲", "1.50", "2.50"], ["乙", "3.50", "4.50"])
    assert years.header_rows == 1
    assert {c.amount for c in years.cells if c.row == 0} == {None}
    formulas = table(
        ["项目", "合计", "基本", "项目"], ["栏次", "1=2+3", "2", "3"], ["甲", "9.00", "4.00", "5.00"]
    )
    assert formulas.header_rows == 2
    marks = table(["编码", "名称", "合计"], ["甲", "乙", "1"], ["201", "一般", "9.00"])
    assert marks.header_rows == 2


def test_a_row_of_zeros_is_data() -> None:
    described = table(["合计", "出国费", "接待费", "用车费"], ["0", "0", "0", "0"])
    assert described.header_rows == 1
    assert [c.amount for c in described.cells if c.row == 1] == [0, 0, 0, 0]


def test_telephone_numbers_and_years_of_a_form_are_no_amounts() -> None:
    described = table(
        ["项目名称", "某工程", "联系电话", "83255575"],
        ["负责人电话", "13812345678", "当年预算", "200.0000"],
        ["总预算", "200.00", "起始年度", "2020"],
        ["上年", "180.00", "说明", "无"],
        ["本年", "200", "其中", "2020"],
    )
    assert {c.text for c in described.cells if c.amount is not None} == {
        "200.00",
        "200.0000",
        "180.00",
        "200",
    }


def test_dashes_stand_for_amounts_and_counts_are_none() -> None:
    described = table(
        ["采购品目", "采购数量", "一般公共预算", "政府性基金预算", "房间号"],
        ["复印纸", "39", "1.53", "—", "305"],
        ["打印机", "3", "6.62", "—", "412"],
    )
    assert [c.role for c in described.columns] == ["name", "text", "amount", "amount", "text"]
    assert {c.text for c in described.cells if c.amount is not None} == {"1.53", "6.62"}


def test_codes_of_two_digits_where_the_header_says_so() -> None:
    described = table(
        ["科目编码", "科目编码", "科目名称", "合计"],
        ["类", "款", "名称", "1"],
        ["208", "05", "养老支出", "9.00"],
        ["208", "11", "残疾人事业", "4.00"],
    )
    assert [c.role for c in described.columns] == ["code", "code", "name", "amount"]
    assert all(c.amount is None for c in described.cells if c.col == 1)


def test_scores_and_dates_of_a_form_are_no_amounts() -> None:
    described = table(
        ["项目名称", "某工程", "主管部门", "某局"],
        ["资金", "预算数", "分值", "得分"],
        ["年度资金", "198.86", "20.00", "19.05"],
        ["一级指标", "指标值", "分值", "得分"],
        ["产出指标", "800件", "80.00", "75.50"],
        ["进度", "内容", "开始时间", "完成时间"],
        ["实施", "施工", "2020.01", "2020.12"],
    )
    assert described.header_rows == 0
    assert {c.text for c in described.cells if c.amount is not None} == {"198.86"}


@pytest.mark.parametrize("rows", [[["合计"]], [["", ""], ["", ""]], [["甲", "乙"]], [["1", "2"], ["3", "4"]]])
def test_degenerate_tables_are_described_without_error(rows: list[list[str]]) -> None:
    described = table(*rows)
    assert described.header_rows < len(rows)
    assert len(described.columns) == len(rows[0])
