"""Column roles and the cells that bear amounts, from texts and header rows.

A column is what most of its body is. In a form, whose labels and values stand side by side, a
cell bears an amount if it is printed like one and no label beside or above it says otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ..amounts import Amount, parse, printed
from ..document import Cell, Column, ColumnRole, Table
from .headers import ORDINAL, YEAR, find_header_rows

_CODE = re.compile(r"\d{3,12}", re.ASCII)
_LEVEL_CODE = re.compile(r"\d{2,16}", re.ASCII)  # 类, 款 and 项 in columns of their own have two digits
_MOBILE = re.compile(r"1\d{10}", re.ASCII)
_NO_AMOUNT_LABEL = re.compile(r"电话|手机|传真|邮编|编码|代码|编号|账号|年度$|年份|日期|时间|人数|数量")
_SCORE_LABEL = re.compile(r"得分|分值|权重|[%％]|占比|比例|比重|执行率|完成率|日期|时间")
_COUNT_HEADER = re.compile(r"数量|存量|人数|房间|电话|辆|台")
_CODE_HEADER = re.compile(r"编码|代码|编号|科目\s*$")
_LINE_HEADER = re.compile(r"行\s*次|序\s*号")
_RATIO_HEADER = re.compile(r"[%％]|占比|比例|比重|执行率|完成率|增[长减]率|幅度")
_AMOUNT_HEADER = re.compile(
    r"[数额元费]|合计|小计|总计|支出|收入|拨款|资金|补助|预算|决算|结转|结余|上缴|缴款"
)
_MONEY_ABOVE = re.compile(r"金额|资金$|预算数?$|决算数?$|执行数|[万亿]元|费用$|经费$")
_NAME_HEADER = re.compile(r"名称|(?:^|\s)项\s*目(?=$|\s|[(（])")  # 政策性项目 is a kind of spending
_LEVELS = (3, 5, 7)  # digits of functional and economic codes
_MOST = 0.6  # of the filled cells of a column


def describe(table: Table, header_rows: int | None = None) -> Table:
    """The table with header rows, unless they are known, column roles and amounts filled in."""
    numbers = {(c.row, c.col): parse(c.text) for c in table.cells}
    headers = find_header_rows(table) if header_rows is None else header_rows
    bodies: list[list[Cell]] = [[] for _ in range(table.shape[1])]
    for cell in table.cells:
        if cell.row >= headers and cell.text.strip():
            bodies[cell.col].append(cell)
    columns = _names_or_texts([_column(table, col, headers, b, numbers) for col, b in enumerate(bodies)])
    above = {} if headers else _labels_above(table, numbers)
    cells = tuple(
        _cell(table, c, headers, columns[c.col], numbers[c.row, c.col], above.get((c.row, c.col), ""))
        for c in table.cells
    )
    return replace(table, header_rows=headers, columns=columns, cells=cells)


def unreadable_amounts(table: Table) -> Iterator[Cell]:
    """Cells of columns of amounts whose digits make no amount: 12.3.4, 5.00元."""
    for cell in table.cells:
        column = table.columns[cell.col] if cell.col < len(table.columns) else Column()
        expected = not cell.header and column.role == "amount" and cell.amount is None
        if expected and any(c.isdigit() for c in cell.text) and "%" not in cell.text:
            yield cell


def _names_or_texts(columns: list[Column]) -> tuple[Column, ...]:
    """Words name the figures to their right; where none follow, they are remarks."""
    last = max((i for i, column in enumerate(columns) if column.role in ("amount", "ratio")), default=-1)
    return tuple(
        replace(column, role="text") if column.role == "name" and i > last else column
        for i, column in enumerate(columns)
    )


def _labels_above(table: Table, numbers: dict[tuple[int, int], Amount | None]) -> dict[tuple[int, int], str]:
    """For each cell with a number, the nearest words above it in its column."""
    last: dict[int, str] = {}
    labels = {}
    for cell in sorted(table.cells, key=lambda c: (c.row, c.col)):
        if numbers[cell.row, cell.col] is not None:
            labels[cell.row, cell.col] = last.get(cell.col, "")
        elif cell.text.strip():
            last |= dict.fromkeys(cell.cols, cell.text)
    return labels


def _cell(table: Table, cell: Cell, headers: int, column: Column, number: Amount | None, above: str) -> Cell:
    if cell.row < headers:
        return replace(cell, header=True)
    if number is None or number.percent:
        return cell
    label = table.cell_at(cell.row, cell.col - 1).text if cell.col else ""
    form = column.role == "text" and _printed_like_one(cell, label, above, column, number)
    form = form and not _SCORE_LABEL.search(above)
    return replace(cell, amount=number.value) if form or column.role == "amount" else cell


def _printed_like_one(cell: Cell, label: str, above: str, column: Column, number: Amount) -> bool:
    """In a form: decimals or commas, or a whole number where the words above it say money or the
    column has decimals elsewhere.

    The label on its left may say that it is something else; years and mobile numbers are.
    """
    if _NO_AMOUNT_LABEL.search(label):
        return False
    if number.decimals or number.grouped:
        return True
    text = cell.text.strip()
    if YEAR.fullmatch(text) or _MOBILE.fullmatch(text):
        return False
    return column.decimals is not None or _MONEY_ABOVE.search(above) is not None


def _column(
    table: Table, col: int, headers: int, body: list[Cell], numbers: dict[tuple[int, int], Amount | None]
) -> Column:
    header = " ".join(dict.fromkeys(table.cell_at(row, col).text for row in range(headers)))
    texts = [c.text.strip() for c in body if printed(c.text) != "dash"]  # which stands for any of them
    amounts = [a for c in body if (a := numbers[c.row, c.col]) is not None]
    decimals = Counter(a.decimals for a in amounts if a.decimals)
    return Column(
        _role(header, texts, amounts, headers, col), None, decimals.most_common(1)[0][0] if decimals else None
    )


def _role(header: str, texts: list[str], amounts: list[Amount], headers: int, col: int) -> ColumnRole:
    if not texts:  # a fund that nobody used: the header alone says what would stand here
        return _role_by_header(header) if headers else "text"
    most = _MOST * len(texts)
    if _CODE_HEADER.search(header) and sum(bool(_LEVEL_CODE.fullmatch(t)) for t in texts) >= most:
        return "code"
    codes = [text for text in texts if _CODE.fullmatch(text)]
    if len(codes) >= most and col < 3 and _are_codes(header, codes):
        return "code"
    if len(amounts) >= most and (_LINE_HEADER.search(header) or _counts_up(texts)):
        return "line_number"
    if not headers:
        return "text"
    if _RATIO_HEADER.search(header) and len(amounts) >= most:
        return "ratio"
    if len(amounts) < most:
        return "name"
    return "text" if _COUNT_HEADER.search(header) else "amount"


def _role_by_header(header: str) -> ColumnRole:
    if _CODE_HEADER.search(header):
        return "code"
    if _NAME_HEADER.search(header):
        return "name"
    return "amount" if _AMOUNT_HEADER.search(header) and not _COUNT_HEADER.search(header) else "text"


def _are_codes(header: str, texts: list[str]) -> bool:
    """Without a header that says so: a leading zero, or parents that are prefixes of children."""
    if _AMOUNT_HEADER.search(header):
        return False
    known = set(texts)
    nested = any(text[:n] in known for text in texts for n in range(3, len(text)))
    levels = all(len(text) in _LEVELS for text in texts)
    return any(text.startswith("0") for text in texts) or (nested and levels and len(known) == len(texts))


def _counts_up(texts: list[str]) -> bool:
    """1, 2, 3 … with nothing between, as line numbers are."""
    if len(texts) < 3 or not all(ORDINAL.fullmatch(text) for text in texts):
        return False
    values = [int(text) for text in texts]
    return all(b == a + 1 for a, b in pairwise(values))
