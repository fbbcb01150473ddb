"""Header rows: found by what heads a column and by spans, whatever the body holds."""

import time
from dataclasses import replace

import numpy as np
import pytest
from crossfoot.datasets.disclosure.compose import Recipe, draw_disclosure
from crossfoot.document import Cell, Table
from crossfoot.layout.headers import find_header_rows, is_numbering

CONFUSED = {"0": "O", "1": "l", "元": "无", "合": "台", "支": "文", "目": "日", "8": "3", ".": ","}


def table(*rows: str, spans: dict[tuple[int, int], tuple[int, int]] | None = None) -> Table:
    """A table of rows such as `编码|名称|金额`; `spans` gives (rows, columns) of cells by address."""
    texts = [row.split("|") for row in rows]
    covered: set[tuple[int, int]] = set()
    cells = []
    for r, row in enumerate(texts):
        for c, text in enumerate(row):
            if (r, c) in covered:
                continue
            down, across = (spans or {}).get((r, c), (1, 1))
            covered |= {(y, x) for y in range(r, r + down) for x in range(c, c + across)}
            cells.append(Cell(r, c, down, across, text=text))
    return Table("t1", (len(texts), len(texts[0])), tuple(cells))


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        pytest.param(["编码|名称|金额", "201|公共服务|9.00", "20103|办公厅|9.00"], 1, id="amounts"),
        pytest.param(["项目|合计|基本支出", "合计||", "||", "||"], 1, id="blank body below a total"),
        pytest.param(["科目代码|科目名称|总计|基本支出|项目支出", "||||", "||||"], 1, id="all blank"),
        pytest.param(["项目|预算数|决算数", "合计|—|—", "出国费|—|—", "接待费|—|—"], 1, id="dashes"),
        pytest.param(["合计|出国费|接待费|用车费", "0|0|0|0"], 1, id="zeros"),
        pytest.param(["项目|2019|2020", "甲|1.50|2.50", "乙|3.50|4.50"], 1, id="years"),
        pytest.param(["项目|2019年|N/A", "一、甲|1.50|", "二、乙|3.50|4.50"], 1, id="year in words"),
        pytest.param(
            ["序号|重点工作|主要内容|进展", "1|政务公开|制定方案；分解任务。|完成", "2|普法|组织培训。|完成"],
            1,
            id="words alone",
        ),
        pytest.param(["编码|名称|合计", "**|**|1", "201|公共服务|9.00"], 2, id="stars"),
        pytest.param(["收入|金额", "栏次|1", "一、财政拨款|9.00", "二、其他|1.00"], 2, id="one number"),
        pytest.param(["科目|合计|基本|项目", "|1=2+3|2|3", "201|9.00|4.00|5.00"], 2, id="formulas"),
        pytest.param(
            ["项目|合计|甲费|乙费|丙费", "栏次|l|2|8|4", "人员|4.00|1.00|2.00|1.00"], 2, id="misread"
        ),
        pytest.param(["功能分类科目编码|科目名称|合计|支出"], 1, id="header alone"),
    ],
)
def test_what_heads_columns_is_header_and_what_fills_them_is_not(rows: list[str], header: int) -> None:
    assert find_header_rows(table(*rows)) == header


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(["301|工资福利支出|9.00", "30101|基本工资|5.00", "30102|津贴|4.00"], id="codes"),
        pytest.param(["其他支出||", "九、卫生健康支出|1.00|2.00", "合计|1.00|2.00"], id="a row of words"),
        pytest.param(
            ["安全监管|产出指标|数量指标|800件", "安全监管|产出指标|时效指标|≥95%"], id="indicators"
        ),
        pytest.param(["4|5|6|8", "1|2|2|1"], id="counts that do not start from 1"),
        pytest.param(["0|0|0", "0|0|0"], id="zeros"),
    ],
)
def test_a_piece_without_its_header_has_none(rows: list[str]) -> None:
    assert find_header_rows(table(*rows)) == 0


def test_headers_of_four_levels_end_where_their_spans_do() -> None:
    spans = {(0, 0): (1, 2), (0, 2): (1, 4), (1, 0): (2, 1), (1, 1): (2, 1), (1, 2): (2, 1), (1, 3): (1, 2),
             (1, 5): (2, 1)}  # fmt: skip
    rows = ["项目||本年支出|||", "科目编码|科目名称|合计|基本支出||项目支出", "|||人员经费|公用经费|"]
    body = ["|合计||||", "208|社会保障和就业支出|9.00|4.00|1.00|4.00", "20805|养老|9.00|4.00|1.00|4.00"]
    assert find_header_rows(table(*rows, *body, spans=spans)) == 3
    assert find_header_rows(table(*rows, "栏次||1|2|3|4", *body, spans=spans)) == 4


def test_a_form_has_no_header_though_it_prints_one_in_its_middle() -> None:
    rows = [
        "项目名称|高标准农田建设||",
        "主管部门|某市农业农村局|实施单位|某市推广站",
        "资金|预算数|执行数|得分",
        "年度资金总额|198.86|189.38|19.05",
        "一级指标|二级指标|指标值|得分",
        "产出指标|数量指标|800件|20.00",
    ]
    assert find_header_rows(table(*rows, spans={(0, 1): (1, 3)})) == 0


def test_numbers_of_columns_are_told_from_other_rows() -> None:
    assert is_numbering(["栏次", "", "1", "2"])
    assert is_numbering(["**", "**", "1", "2=3+4", "3", "4"])
    assert is_numbering(["1", "2", "3"])
    assert not is_numbering(["1", "便民服务", "3.00"])
    assert not is_numbering(["7", "8", "9"])
    assert not is_numbering(["2", "1", "5"])
    assert not is_numbering(["", ""])


def drawn() -> list[tuple[int, Table]]:
    """Tables as they are printed, all kinds, with the header rows that they were made with."""
    made = []
    for number in range(40):
        for content in draw_disclosure("d", (1, 77, number), Recipe()).tables:
            cells = (Cell(c.row, c.col, c.row_span, c.col_span, text=c.text) for c in content.cells)
            made.append((content.header_rows, Table("t1", content.shape, tuple(cells))))
    return made


def test_header_rows_of_drawn_disclosures_are_exact_even_if_misread() -> None:
    tables = drawn()
    assert len(tables) > 300
    assert {header for header, _ in tables} == {0, 1, 2, 3, 4}
    right = sum(find_header_rows(t) == header for header, t in tables)
    assert right / len(tables) >= 0.99
    rng = np.random.default_rng(5)
    misread = sum(find_header_rows(noisy(t, rng)) == header for header, t in tables)
    assert misread / len(tables) >= 0.98


def noisy(clean: Table, rng: np.random.Generator) -> Table:
    """Three texts in a hundred lost, and two characters in a hundred that may be confused."""

    def read(text: str) -> str:
        lost = rng.random() < 0.03
        return "" if lost else "".join(CONFUSED.get(c, c) if rng.random() < 0.02 else c for c in text)

    return replace(clean, cells=tuple(replace(c, text=read(c.text)) for c in clean.cells))


@pytest.mark.parametrize("text", ["", "合计", "1", "9.00", "一级指标"])
def test_tables_of_any_size_are_judged_in_time(text: str) -> None:
    rows, cols = 4000, 12
    cells = tuple(Cell(r, c, text=text) for r in range(rows) for c in range(cols))
    large = Table("t1", (rows, cols), cells)
    started = time.perf_counter()
    assert 0 <= find_header_rows(large) < rows
    assert time.perf_counter() - started < 5
