"""Tables that go on over pages: what is joined, what is not, and how pieces are put together."""

import time
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from crossfoot.document import Box, Cell, Page, Part, Reading, Scan, Table, TablePart, Text, TextRole
from crossfoot.eval.slices import slices
from crossfoot.layout.columns import fit
from crossfoot.layout.continuation import Joiner, Sheet, join_tables
from crossfoot.layout.roles import describe
from hypothesis import example, given, settings
from hypothesis import strategies as st

WIDTH, HEIGHT, LEFT, RIGHT, FOOT, LINE = 1000, 1400, 80.0, 920.0, 1300.0, 30.0
HEADER = "编码|名称|合计|基本支出"
ROWS = [
    "201|一般公共服务支出|9.00|4.00",
    "20103|政府办公厅|9.00|4.00",
    "208|社会保障和就业支出|5.00|5.00",
    "20805|养老支出|5.00|5.00",
    "210|卫生健康支出|2.00|1.00",
    "21011|医疗支出|2.00|1.00",
]
Spans = dict[tuple[int, int], tuple[int, int]]


def page(number: int, width: int = WIDTH, height: int = HEIGHT) -> Page:
    eye = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    return Page(number, width, height, Scan(width, height, 200.0, "image"), eye)


def piece(
    number: int,
    *rows: str,
    top: float | None = None,
    edges: tuple[float, ...] | None = None,
    spans: Spans | None = None,
    **about: object,
) -> Table:
    """A table on a page: at its foot, or from `top` down; `edges` of columns are from 0 to 1."""
    texts = [row.split("|") for row in rows]
    cols = len(texts[0])
    start = FOOT - LINE * len(rows) if top is None else top
    places = edges or tuple(n / cols for n in range(cols + 1))
    xs = [LEFT + (RIGHT - LEFT) * place for place in places]
    covered: set[tuple[int, int]] = set()
    cells = []
    for r, row in enumerate(texts):
        for c, text in enumerate(row):
            if (r, c) in covered:
                continue
            down, across = (spans or {}).get((r, c), (1, 1))
            covered |= {(y, x) for y in range(r, r + down) for x in range(c, c + across)}
            box = Box(xs[c], start + LINE * r, xs[c + across], start + LINE * (r + down))
            cells.append(Cell(r, c, down, across, (Part(number, box),), text=text))
    part = TablePart(number, Box(LEFT, start, RIGHT, start + LINE * len(rows)))
    plain = Table(f"p{number}", (len(rows), cols), tuple(cells), parts=(part,))
    return describe(replace(plain, **about))  # type: ignore[arg-type]


def text(number: int, content: str, top: float, role: TextRole = "paragraph") -> Text:
    return Text("x1", role, number, Box(300, top, 700, top + 25), content)


def join(*tables: Table, texts: tuple[Text, ...] = ()) -> tuple[Table, ...]:
    last = max(table.parts[0].page for table in tables)
    return join_tables(tables, [page(n) for n in range(1, last + 1)], texts)


def on(table: Table, number: int) -> Table:
    """The same on another page."""
    cells = tuple(replace(c, parts=(replace(c.parts[0], page=number),)) for c in table.cells)
    return replace(table, cells=cells, parts=(replace(table.parts[0], page=number),))


def rows_of(table: Table) -> list[str]:
    return ["|".join(table.cell_at(r, c).text for c in range(table.shape[1])) for r in range(table.shape[0])]


def first(*more: str, **about: object) -> Table:
    return piece(1, HEADER, *ROWS[:3], *more, **about)  # type: ignore[arg-type]


# What is joined -------------------------------------------------------------------------


def test_a_repeated_header_is_dropped_and_recorded() -> None:
    (whole,) = join(first(), piece(2, HEADER, *ROWS[3:], top=100))
    assert rows_of(whole) == [HEADER, *ROWS]
    assert [(p.page, p.repeated_header_rows) for p in whole.parts] == [(1, 0), (2, 1)]
    assert whole.header_rows == 1
    assert [part.page for part in whole.cell_at(0, 0).parts] == [1, 2]
    assert [part.page for part in whole.cell_at(5, 0).parts] == [2]
    assert [c.role for c in whole.columns] == ["code", "name", "amount", "amount"]
    assert whole.cell_at(6, 2).amount == Decimal("2.00")
    assert [c.row for c in whole.cells if c.header] == [0, 0, 0, 0]


def test_without_a_header_of_its_own_the_next_page_goes_on_and_has_the_roles_of_the_whole() -> None:
    alone = piece(2, "20805|养老支出||", "210|卫生健康支出||", top=100)
    assert alone.columns[2].role == "text"
    (whole,) = join(first(), alone)
    assert whole.shape == (6, 4)
    assert whole.columns[2].role == "amount"
    assert whole.parts[1].repeated_header_rows == 0


def test_a_header_read_wrongly_is_the_header_all_the_same() -> None:
    again = "编玛||合汁|基本支出"
    (whole,) = join(first(), piece(2, again, *ROWS[3:], top=100))
    assert rows_of(whole) == [HEADER, *ROWS]


THREE = ["科目||支出|", "编码|名称|合计|基本支出", "栏次||1|2"]


@pytest.mark.parametrize(
    ("again", "repeated"),
    [
        pytest.param([THREE[0], "口口|一二|丁丁|甲乙丙丁", THREE[2]], 3, id="a row misread between others"),
        pytest.param([THREE[0]], 1, id="the upper row alone"),
    ],
)
def test_a_header_keeps_its_rows_however_many_are_seen_again(again: list[str], repeated: int) -> None:
    upper = describe(piece(1, *THREE, *ROWS[:3]), 3)
    lower = describe(piece(2, *again, *ROWS[3:], top=100), 1)
    (whole,) = join(upper, lower)
    assert rows_of(whole) == [*THREE, *ROWS]
    assert (whole.header_rows, whole.parts[1].repeated_header_rows) == (3, repeated)


def test_header_words_missed_on_the_first_page_are_taken_from_the_next() -> None:
    header = "科目编码|科目名称|金额"
    upper = piece(1, "科目编码||金额", "201|公共服务|9.00", "208|社会保障|5.00")
    lower = piece(2, header, "210|卫生健康|2.00", top=100)
    read = Reading("科目名称", 0.9, "test")
    cells = tuple(replace(c, reading=read) if c.text == read.text else c for c in lower.cells)
    (whole,) = join(upper, replace(lower, cells=cells))
    assert rows_of(whole)[0] == header
    assert whole.cell_at(0, 1).reading == read


def test_a_header_cell_parted_on_the_next_page_belongs_to_the_cell_that_covers_it() -> None:
    rows = [row.rsplit("|", 1)[0] for row in ROWS]
    upper = describe(piece(1, "科目编码和名称||金额", *rows[:3], spans={(0, 0): (1, 2)}), 1)
    lower = piece(2, "科目编码|和名称|金额", *rows[3:], top=100)
    (whole,) = join(upper, lower)
    assert [(p.page, p.box.left) for p in whole.cell_at(0, 0).parts] == [(1, 80.0), (2, 80.0), (2, 360.0)]


def test_three_pages_and_more_are_one_table() -> None:
    def body(number: int) -> list[str]:
        return [f"{number}{n:02}|第{number}类第{n}款支出|{n}.50|{n}.00" for n in range(1, 13)]

    middle = [piece(n, HEADER, *body(n)) for n in range(3, 6)]
    (whole,) = join(first(), *(on(p, n) for n, p in enumerate(middle, 2)), on(piece(6, *body(6), top=90), 5))
    assert whole.shape == (4 + 4 * 12, 4)
    assert [p.page for p in whole.parts] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param([text(1, "— 3 —", 1340, "furniture"), text(2, "— 4 —", 1340)], id="page numbers"),
        pytest.param([text(1, "- l -", 1350)], id="a page number misread"),
        pytest.param([text(1, "第 3 页 共 9 页", 1350)], id="page of pages"),
        pytest.param(
            [text(1, "某市某局2020年预算", 40), text(2, "某市某局2020年预算", 42)], id="a running head"
        ),
        pytest.param([text(2, "续表", 60)], id="said to go on"),
        pytest.param([text(1, "（转下页）", 1310)], id="said to go on below"),
        pytest.param([text(2, "单位：万元", 60, "unit")], id="the unit again"),
        pytest.param([text(1, "印", 1310, "seal")], id="a seal"),
    ],
)
def test_page_furniture_does_not_part_a_table(between: list[Text]) -> None:
    tables = join(first(), piece(2, HEADER, *ROWS[3:], top=100), texts=tuple(between))
    assert [rows_of(t) for t in tables] == [[HEADER, *ROWS]]


def test_a_title_printed_again_with_the_header_does_not_part_a_table() -> None:
    titles = (text(1, "部门支出总表", 1100, "title"), text(2, "部门支出总表（续）", 60, "title"))
    whole = join(
        first(title="部门支出总表"),
        piece(2, HEADER, *ROWS[3:], top=100, title="部门支出总表（续）"),
        texts=titles,
    )
    assert len(whole) == 1
    assert whole[0].title == "部门支出总表"


def test_what_would_not_fit_leaves_the_foot_of_a_page_free() -> None:
    """A row as high as a third of the page waits for the next one."""
    upper = piece(1, "项目名称|某项目", "立项依据|无", top=800)
    lower = piece(2, "实施方案|分三步实施", "备注|无", top=100)
    boxes = {c.col: replace(c.parts[0].box, top=100, bottom=560) for c in lower.cells if c.row == 0}
    cells = (replace(c, parts=(Part(2, boxes[c.col]),)) if c.row == 0 else c for c in lower.cells)
    high = replace(lower, cells=tuple(cells))
    assert len(join(upper, lower)) == 2
    assert len(join(upper, high)) == 1


# What is not ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([text(2, "另一张表", 60, "title")], id="a title of its own"),
        pytest.param([text(2, "以下是项目支出的情况。", 200)], id="a sentence above"),
        pytest.param([text(1, "注：本表反映支出情况。", 1310, "note")], id="a note below"),
        pytest.param([text(1, "以上数据均已公开。", 1310)], id="a sentence below"),
    ],
)
def test_text_between_makes_it_a_new_table(texts: list[Text]) -> None:
    titled = piece(2, HEADER, *ROWS[3:], top=300, title="另一张表")
    assert len(join(first(title="部门支出总表"), titled, texts=tuple(texts))) == 2


def test_another_header_makes_it_a_new_table() -> None:
    other = piece(
        2, "采购品目|采购数量|预算金额|采购方式", "复印纸|39|1.53|集中", "打印机|3|6.62|分散", top=100
    )
    assert len(join(first(), other)) == 2


@pytest.mark.parametrize(
    "begins",
    [
        pytest.param([HEADER, *ROWS[:3]], id="the same rows again"),
        pytest.param([HEADER, "|合计|9.00|9.00", "211|节能支出|9.00|9.00"], id="a total row"),
    ],
)
def test_a_table_of_another_unit_on_the_same_form_is_not_joined(begins: list[str]) -> None:
    """Two units print one form after another; each begins as a whole table does."""
    top = ["|合计|16.00|10.00"] if "合计" in begins[1] else []
    upper = piece(1, HEADER, *top, *ROWS)
    assert len(join(upper, piece(2, *begins, top=100))) == 2


def test_a_total_row_closes_a_table() -> None:
    assert len(join(first("合计||23.00|13.00"), piece(2, HEADER, *ROWS[3:], top=100))) == 2


def test_a_total_row_closes_a_table_whether_or_not_the_next_has_a_header() -> None:
    lower = piece(2, "301|工资|9.00|4.00", "302|商品|5.00|5.00", "合计||14.00|9.00", top=100)
    assert len(join(first("合计||25.00|13.00"), lower)) == 2
    assert len(join(first(), lower)) == 1
    total = piece(1, HEADER, "合计||39.00|22.00", *ROWS[:3], "合计||25.00|13.00")
    assert len(join(total, lower)) == 1  # totals of groups: that of the whole stands at the top
    assert len(join(piece(1, HEADER, "合计||39.00|22.00"), lower)) == 1


def test_below_the_total_of_a_form_may_stand_rows_laid_out_otherwise() -> None:
    form = describe(piece(1, "指标|数量|800件|20.00", "指标|质量|合格|30.00", "合计|||50.00"), 0)
    lower = piece(2, "存在的问题|无", "改进措施|无", top=100, edges=(0, 0.25, 1))
    assert len(join(form, lower)) == 1


def test_running_numbers_that_start_again_without_a_header_make_it_a_new_table() -> None:
    upper = piece(1, "序号|项目|金额", "1|甲项目|1.00", "2|乙项目|2.00", "3|丙项目|3.00")
    assert len(join(upper, piece(2, "1|丁项目|4.00", "2|戊项目|5.00", top=100))) == 2
    assert len(join(upper, piece(2, "4|丁项目|4.00", "5|戊项目|5.00", top=100))) == 1


@pytest.mark.parametrize(
    ("edges", "headers"),
    [
        pytest.param((0, 0.25, 0.5, 0.75, 1), 1, id="another header"),
        pytest.param((0, 0.4, 0.6, 0.8, 1), 0, id="no common column"),
    ],
)
def test_below_a_form_other_columns_make_it_a_new_table(edges: tuple[float, ...], headers: int) -> None:
    rows = ["项目名称|某项目", "主管部门|某市某局", "项目预算|200.00", "绩效目标|保障运行"]
    upper = describe(piece(1, *rows, edges=(0, 0.25, 1)), 0)
    header = ["采购品目|采购数量|预算金额|采购方式"] if headers else []
    lower = piece(2, *header, "复印纸|39|1.53|集中", "打印机|3|6.62|分散", top=100, edges=edges)
    assert lower.header_rows == headers
    assert len(join(upper, lower)) == 2


def test_running_numbers_that_start_again_make_it_a_new_table() -> None:
    header = "序号|项目|金额"
    upper = piece(1, header, "1|甲项目|1.00", "2|乙项目|2.00", "3|丙项目|3.00")
    assert len(join(upper, piece(2, header, "1|丁项目|4.00", "2|戊项目|5.00", top=100))) == 2
    assert len(join(upper, piece(2, header, "4|丁项目|4.00", "5|戊项目|5.00", top=100))) == 1


def test_two_forms_of_one_title_are_two_tables() -> None:
    def form(number: int, name: str, **place: float) -> Table:
        rows = [f"项目名称|{name}", "主管部门|某市某局", "项目预算|200.00", "绩效目标|保障运行"]
        return piece(number, *rows, title="项目绩效目标表", **place)  # type: ignore[arg-type]

    titles = (text(1, "项目绩效目标表", 1100, "title"), text(2, "项目绩效目标表", 60, "title"))
    assert len(join(form(1, "甲项目"), form(2, "乙项目", top=100), texts=titles)) == 2
    assert len(join(form(1, "甲项目"), form(2, "甲项目", top=100))) == 2


def test_a_table_that_ends_in_the_middle_of_a_page_does_not_go_on() -> None:
    upper = piece(1, HEADER, *ROWS[:3], top=300)
    assert len(join(upper, piece(2, HEADER, *ROWS[3:], top=100))) == 2


def test_only_neighbouring_pages_of_one_format_join() -> None:
    lower = piece(2, HEADER, *ROWS[3:], top=100)
    assert len(join_tables([first(), on(lower, 3)], [page(1), page(3)], ())) == 2
    assert len(join_tables([first(), lower], [page(1), page(2, 1400, 1000)], ())) == 2


def test_a_table_of_another_width_or_with_other_columns_is_not_joined() -> None:
    narrow = piece(2, "20805|养老支出|5.00|5.00", top=100, edges=(0.0, 0.1, 0.2, 0.3, 1.0))
    assert len(join(first(), narrow)) == 2
    five = piece(2, "20805|养老支出|5.00|5.00|1", top=100, edges=(0.0, 0.15, 0.33, 0.5, 0.62, 1.0))
    assert len(join(first(), five)) == 2


def test_tables_side_by_side_are_no_continuation() -> None:
    upper = first()
    beside = replace(upper, id="p2", parts=(TablePart(1, Box(930, 1180, 990, 1300)),))
    assert len(join(upper, beside, piece(2, *ROWS[3:], top=100))) == 3


# How pieces are put together ------------------------------------------------------------


def test_a_row_cut_by_the_break_is_one_row_with_two_parts() -> None:
    header, label = "序号|项目|说明|金额", "用于保障机关正常运转、开展各项业务"
    upper = piece(
        1, header, "1|培训|组织培训。|1.00", f"2|运行|{label}，包括办公|2.00", edges=(0, 0.1, 0.3, 0.7, 1)
    )
    lower = piece(2, "||和水电等支出。|", "3|会议|召开会议。|3.00", top=100, edges=(0, 0.1, 0.3, 0.7, 1))
    (whole,) = join(upper, lower)
    assert rows_of(whole) == [
        header,
        "1|培训|组织培训。|1.00",
        f"2|运行|{label}，包括办公和水电等支出。|2.00",
        "3|会议|召开会议。|3.00",
    ]
    cut = whole.cell_at(2, 2)
    assert [(p.page, p.extra["text"]) for p in cut.parts] == [
        (1, f"{label}，包括办公"),
        (2, "和水电等支出。"),
    ]
    assert whole.cell_at(2, 3).amount == Decimal("2.00")
    assert [p.extra["text"] for p in whole.cell_at(2, 3).parts] == ["2.00", ""]


@pytest.mark.parametrize(
    ("last", "next_row"),
    [
        pytest.param("3|会议|召开会议。|3.00", "4|差旅|调研出差，包括交通。|4.00", id="a full row"),
        pytest.param("3|会议|召开会议，|3.00", "||其中：场地|1.00", id="an amount of its own"),
        pytest.param("二|小计||3.00", "|三、其他支出|||", id="a label with an ordinal"),
        pytest.param("3|会议|无|3.00", "||说明另见附件材料。|", id="a short text did not break off"),
    ],
)
def test_two_rows_are_not_taken_for_one(last: str, next_row: str) -> None:
    cells = 4
    upper = piece(1, "序号|项目|说明|金额", "1|培训|组织培训。|1.00", last)
    lower = piece(2, "|".join(next_row.split("|")[:cells]), "9|其他|无。|3.00", top=100)
    (whole,) = join(upper, lower)
    assert whole.shape[0] == 5


def test_the_label_of_a_group_goes_on() -> None:
    upper = piece(
        1,
        "一级指标|二级指标|指标值",
        "产出指标|数量指标|800件",
        "|质量指标|合格",
        spans={(1, 0): (2, 1)},
    )
    lower = piece(
        2, "|时效指标|按时", "|成本指标|不超", "效益指标|社会效益|提升", top=100, spans={(0, 0): (2, 1)}
    )
    (whole,) = join(upper, lower)
    label = whole.cell_at(1, 0)
    assert (label.text, label.row_span, [p.page for p in label.parts]) == ("产出指标", 4, [1, 2])
    assert whole.cell_at(5, 0).text == "效益指标"


def test_columns_that_only_one_page_shows_are_columns_of_the_whole() -> None:
    upper = piece(1, "项目名称|某项目", "立项依据|无", "项目性质|延续", edges=(0, 0.25, 1))
    rows = ["指标|数量|800件|20.00", "指标|质量|合格|30.00"]
    (whole,) = join(upper, piece(2, *rows, top=100, edges=(0, 0.25, 0.5, 0.75, 1)))
    assert whole.shape == (5, 4)
    assert (whole.cell_at(0, 1).col_span, whole.cell_at(0, 3).text) == (3, "某项目")
    assert whole.cell_at(3, 3).text == "20.00"


def test_a_reading_of_two_pieces_is_as_sure_as_the_less_sure() -> None:
    long = "组织开展全市范围的专项检查，覆盖各"
    upper, lower = (
        piece(1, "重点工作|完成情况", f"专项检查|{long}"),
        piece(2, "|县区。", "培训|完成。", top=100),
    )
    upper, lower = (
        replace(t, cells=tuple(replace(c, reading=Reading(c.text, sure, "test")) for c in t.cells))
        for t, sure in ((upper, 0.9), (lower, 0.6))
    )
    (whole,) = join(upper, lower)
    reading = whole.cell_at(1, 1).reading
    assert reading == Reading(f"{long}县区。", 0.6, "test")


def test_the_first_header_decides_what_the_cut_header_was() -> None:
    """The break came right below the header, which the next page does not repeat."""
    (whole,) = join(piece(1, HEADER), piece(2, *ROWS, top=100))
    assert (whole.shape, whole.header_rows) == ((7, 4), 1)
    (whole,) = join(piece(1, HEADER), piece(2, "栏次||1|2", *ROWS, top=100))
    assert (whole.shape, whole.header_rows) == ((8, 4), 2)


@st.composite
def cut_tables(draw: st.DrawFn) -> tuple[list[str], list[Table], bool]:
    """Rows of a table, its pieces page by page, and whether the header is repeated."""
    count = draw(st.integers(3, 24))
    rows = [f"{201 + n}|第{n}类支出|{n}.50|{n}.25" for n in range(count)]
    cuts = sorted(draw(st.sets(st.integers(1, count - 1), max_size=4)))
    repeat = draw(st.booleans())
    pieces = []
    for number, (start, stop) in enumerate(zip([0, *cuts], [*cuts, count], strict=True), 1):
        header = [HEADER] if repeat or number == 1 else []
        offset = draw(st.floats(-0.004, 0.004))
        edges = (0.0, 0.25 + offset, 0.5 - offset, 0.75, 1.0)
        pieces.append(piece(number, *header, *rows[start:stop], edges=edges))
    return rows, pieces, repeat


@given(cut_tables())
@settings(deadline=None, max_examples=60)
def test_pieces_make_the_whole_and_the_whole_its_pieces(case: tuple[list[str], list[Table], bool]) -> None:
    rows, pieces, repeat = case
    (whole,) = join(*pieces)
    assert rows_of(whole) == [HEADER, *rows]
    assert (whole.id, whole.header_rows) == ("t1", 1)
    assert [p.repeated_header_rows for p in whole.parts] == [0, *[int(repeat)] * (len(pieces) - 1)]
    again = slices(whole)
    assert [rows_of(one.table) for one in again] == [rows_of(one) for one in pieces]
    assert [[c.box for c in one.table.cells] for one in again] == [[c.box for c in p.cells] for p in pieces]


# Page by page ---------------------------------------------------------------------------


def test_ids_are_known_when_a_page_is_done_and_are_those_of_the_document() -> None:
    small = piece(2, "名称|电话", "办公室|无", top=700)
    joiner = Joiner()
    given = [
        joiner.add(Sheet(page(1), (first(),), ())),
        joiner.add(Sheet(page(2), (piece(2, *ROWS[3:], top=100), small), ())),
        joiner.add(Sheet(page(3), (), ())),
    ]
    assert [[t.id for t in tables] for tables in given] == [["t1"], ["t1", "t2"], []]
    assert [(t.id, len(t.parts)) for t in joiner.tables()] == [("t1", 2), ("t2", 1)]
    assert joiner.count == 2


def test_a_score_is_that_of_the_worst_piece_and_notes_are_those_of_all() -> None:
    upper = replace(first(), score=0.99, notes=())
    lower = replace(piece(2, *ROWS[3:], top=100), score=0.7, score_reason="faint", notes=("x9",))
    (whole,) = join(upper, lower)
    assert (whole.score, whole.score_reason, whole.notes) == (0.7, "faint", ("x9",))


def test_columns_fit_if_one_piece_shows_some_of_the_others() -> None:
    whole, some = (0.0, 0.2, 0.4, 0.7, 1.0), (0.0, 0.205, 0.7, 1.0)
    for one, other in ((whole, some), (some, whole)):
        found = fit(one, other, regular=True)
        assert found is not None
        assert len(found.edges) == 5
    assert fit((0.0, 0.2, 1.0), (0.0, 0.3, 0.6, 1.0), regular=True) is None
    assert fit((0.0, 0.2, 1.0), (0.0, 0.3, 0.6, 1.0), regular=False) is None
    both = fit((0.0, 0.2, 0.4, 1.0), (0.0, 0.2, 0.6, 1.0), regular=False)
    assert both is not None
    assert (both.first, both.second) == ((0, 1, 2, 4), (0, 1, 3, 4))


inner = st.lists(st.floats(0, 1), max_size=8).map(lambda xs: (0.0, *sorted(xs), 1.0))


@example((0.0, 0.015625, 1.0), (0.0, 0.0, 0.0, 1.0), False, False)  # columns without width
@given(inner, inner, st.booleans(), st.booleans())
def test_joint_columns_hold_those_of_both_in_their_order(
    first: tuple[float, ...], second: tuple[float, ...], regular: bool, headed: bool
) -> None:
    found = fit(first, second, regular=regular, headed=headed)
    if found is None:
        return
    for own, places in ((first, found.first), (second, found.second)):
        assert (places[0], places[-1], len(places)) == (0, len(found.edges) - 1, len(own))
        assert all(a < b for a, b in pairwise(places))
    assert list(found.edges) == sorted(found.edges)


def test_a_hundred_pages_join_in_time() -> None:
    rows = [f"{n}|项目{n}|{n}.00|1.00" for n in range(40)]
    pieces = [piece(n, *([HEADER] if n == 1 else []), *rows) for n in range(1, 101)]
    started = time.perf_counter()
    (whole,) = join(*pieces)
    assert whole.shape == (4001, 4)
    assert time.perf_counter() - started < 10


def test_each_page_is_joined_without_going_over_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the pages, twice the cells looked at."""
    calls = 0
    rows = Cell.rows.fget  # type: ignore[attr-defined]

    def counted(cell: Cell) -> range:
        nonlocal calls
        calls += 1
        return rows(cell)  # type: ignore[no-any-return]

    def looked_at(pages: int) -> int:
        nonlocal calls
        body = [f"{n}|项目{n}|{n}.00|1.00" for n in range(2, 8)]
        joiner = Joiner()
        for n in range(1, pages + 1):
            joiner.add(Sheet(page(n), (piece(n, *([HEADER] if n == 1 else []), *body),), ()))
        calls = 0
        (whole,) = joiner.tables()
        assert whole.shape[0] == 1 + 6 * pages
        return calls

    monkeypatch.setattr(Cell, "rows", property(counted))
    assert looked_at(200) <= 2.1 * looked_at(100)
