"""How many rows at the top of a table are its header.

A header and the body below it differ column by column: a column of figures is headed by
words, a column of codes by no code, and what heads a column is not found again in it. Each
cell near the top is weighed as a heading against an entry of the body, given what the
bottom of its column holds, and the header ends where the sum over the rows above is
greatest (a change point). Spans speak too: no cell stands in both, and a heading over several
columns has headings under it. Forms, whose labels and values stand side by side, have none.

Headers told by how their cells differ from those below: Fang et al., Table Header Detection
and Classification (AAAI 2012), whose features a classifier weighs; here the weights are fixed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ..amounts import printed
from ..document import Cell, Table

MAX_HEADER_ROWS = 6  # four levels and the row of column numbers, and one to spare
_LEVELS = 5  # of a table without a body: four and the row of column numbers

Held = Literal["figures", "codes", "labels", "words", "nothing"]
"""What a column holds in its body."""

CODE = re.compile(r"\d{3,16}", re.ASCII)
YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
ORDINAL = re.compile(r"\d{1,3}(?=\s*=|$)", re.ASCII)
_MARKER = re.compile(r"\*{1,2}|栏次|行次|[类款项甲乙丙丁]|类款项")
_SURELY = re.compile(r"\*{1,2}|栏次")  # what no row but that of column numbers holds
_VALUE = re.compile(r"(?!(?:19|20)\d\d(?!\d))[≥≤<>=]?\d[\d.,]*[^\d年]{0,6}", re.ASCII)
_ENTRY = re.compile(
    r"\(?[一二三四五六七八九十]{1,3}[)、]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[.、]|其中|[加减]:"
)
_TOTAL = re.compile(r".{0,8}[合总小]计")
_HEADING = re.compile(
    r".{0,14}(?:编码|代码|编号|名称|科目|项目|序号|行次|栏次|类别|类型|性质|单位|数量|[一二三四]级指标|指标内容"
    r"|指标值|目标值|完成值|金额|预算数?|决算数?|执行数|备注|说明|依据|内容|标准|分值|得分|来源|情况|进展"
    r"|方式|[年号数额率比])(?:\(.{0,14}\))?%?|收入|支出|[类款项]"
)
_FORM = re.compile(
    r".{0,6}(?:填报人|负责人|联系人|联系电话|主管部门|实施单位|执行单位|起止时间|项目属性|部门名称"
    r"|立项依据|基本情况|申报单位|项目周期|绩效目标|实施方案)"
)
_INDICATOR = re.compile(r".{0,4}(?:产出|效益|满意度|数量|质量|时效|成本)指标")
_SENTENCE = re.compile(r"[。；;]")
_LONG = 18  # characters: headings are shorter
_CROSSED = 3  # cells that reach across the end of a header in a third of the columns are no error
_HIGH = 5  # rows: no heading is as high as the label of a form's section
_MOST = 0.5  # of the filled cells of a column's foot
_FIRST = 2  # column numbers start from 1, which may be misread
_LABELS = 0.4  # of the words of a column's foot: its labels name values beside them
_MISREAD = 0.3  # of the filled cells in a row of column numbers, which are small and have no context

# Weights of evidence in the order of log odds: 1 is likely, 3 all but sure. A figure where a
# heading should be is surer than a word where a figure should be, since forms mix them.
_SURE, _STRONG, _FAIR, _WEAK = 4.0, 2.5, 1.5, 0.6
_DATA = 1.2  # mean weight against a row: twice what a row of blanks has; no header goes on below it


def find_header_rows(table: Table) -> int:
    """The number of header rows; all of them in a table that has no body.

    A part of a table that goes on from another page without its header printed again has none.
    """
    rows = table.shape[0]
    if _all_header(table):
        return rows
    columns = [_held(table, col) for col in range(table.shape[1])]
    labelled = [_names_values(_starting(table, row)) for row in range(rows)]
    best, most, total = 0, 0.0, 0.0
    for row in range(min(rows, MAX_HEADER_ROWS)):
        starting = _starting(table, row)
        if is_numbering([cell.text for cell in starting]):
            return row + 1 if total > -_FAIR else 0
        if row == rows - 1:
            break
        weight = _row_weight(table, starting, columns)
        if weight < -_DATA:
            break
        total += weight
        against = _against(table, row + 1) + _FAIR * min(sum(labelled[row + 1 :]), 3)
        if total - against > most:
            best, most = row + 1, total - against
    return best


def _all_header(table: Table) -> bool:
    """Whether headings are all there is: nothing to report, or the break came below them."""
    rows, cols = table.shape
    if cols < 2 or rows > _LEVELS:
        return False
    starting = [_starting(table, row) for row in range(rows)]
    if rows > 1 and is_numbering([cell.text for cell in starting[-1]]):
        starting.pop()
    columns = [_Column("words", frozenset())] * cols
    weights = [_row_weight(table, cells, columns) for cells in starting]
    # A heading beside all levels of the others reaches from the top to the bottom.
    high = rows > 1 and any(cell.row_span == len(starting) for cell in starting[0])
    return weights[0] > _WEAK and all(weight > (0.0 if high else _WEAK) for weight in weights)


def is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row holds column numbers: 栏次 1 2 3, or ** ** 1 2 3=1+2, or 甲 乙 1 2.

    Without a marker they must count on from cell to cell; one or two may be misread.
    """
    filled = [plain(text) for text in texts]
    matches = [(place, ORDINAL.match(text)) for place, text in enumerate(filled)]
    ordinals = [(place, int(m[0])) for place, m in matches if m and len(m[0]) < 3]
    markers = sum(_MARKER.fullmatch(text) is not None for text in filled)
    others = sum(bool(text) for text in filled) - markers - len(ordinals)
    if others > _MISREAD * (markers + len(ordinals) + others):
        return False
    if not ordinals:
        return any(_SURELY.fullmatch(text) for text in filled)
    numbers = [number for _, number in ordinals]
    if max(numbers) == 0 or min(numbers) > _FIRST:
        return False
    if markers:
        return sum(b >= a for a, b in pairwise(numbers)) >= (1 - _MISREAD) * (len(numbers) - 1)
    steps = Counter(number - place for place, number in ordinals)
    counting = steps.most_common(1)[0][1]
    return counting > 1 and counting >= (1 - _MISREAD) * len(ordinals) and others <= len(ordinals) // 3


def plain(text: str) -> str:
    """Half-width and without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _starting(table: Table, row: int) -> list[Cell]:
    """The cells that start in a row, from left to right."""
    cells = ((col, table.cell_at(row, col)) for col in range(table.shape[1]))
    return [cell for col, cell in cells if (cell.row, cell.col) == (row, col)]


@dataclass(frozen=True, slots=True)
class _Column:
    """What the foot of a column holds, and its words and those that come again in it."""

    held: Held
    again: frozenset[str]


def _held(table: Table, col: int) -> _Column:
    """What a column holds, judged by its lower third: there stands no header."""
    rows, cols = table.shape
    cells = [cell for row in range(rows) if (cell := table.cell_at(row, col)).row == row]
    filled = [(cell.row, text) for cell in cells if cell.col_span < cols and (text := plain(cell.text))]
    foot = [text for row, text in filled if row >= rows - max(1, (rows + 1) // 3)]
    foot = foot or [text for row, text in filled if row > rows // 3]
    again = frozenset(text for text, times in Counter(text for _, text in filled).items() if times > 1)
    return _Column(_judged(foot), again)


def _judged(foot: Sequence[str]) -> Held:
    if not foot:
        return "nothing"
    if sum(CODE.fullmatch(t) is not None and not YEAR.fullmatch(t) for t in foot) > _MOST * len(foot):
        return "codes"
    if sum(printed(text) != "text" for text in foot) >= _MOST * len(foot):
        return "figures"
    labels = sum(_HEADING.fullmatch(t) is not None or _FORM.fullmatch(t) is not None for t in foot)
    return "labels" if labels > _LABELS * len(foot) else "words"


def _row_weight(table: Table, cells: Sequence[Cell], columns: Sequence[_Column]) -> float:
    """Mean over the cells that start in a row; 0 where none does."""
    if not cells:
        return 0.0
    leading = True
    weights = []
    for cell in cells:
        alone = leading and (cell.col == 0 or cell is not cells[0])
        weights.append(_weight(table, cell, columns[cell.col], alone))
        leading = leading and not cell.text.strip() and cell.col_span == 1
    return sum(weights) / len(weights)


def _weight(table: Table, cell: Cell, column: _Column, leading: bool) -> float:
    """How much likelier a cell is a heading than an entry; `leading` with nothing to its left."""
    text = plain(cell.text)
    if not text:
        return -_WEAK
    if YEAR.fullmatch(text):
        return _WEAK
    if printed(text) in ("amount", "zero", "dash"):
        return -_WEAK if ORDINAL.fullmatch(text) and text != "0" else -_SURE
    if _ENTRY.match(text) or _VALUE.fullmatch(text) or _INDICATOR.fullmatch(text):
        return -_STRONG
    if CODE.fullmatch(text):
        return -_SURE
    return _words_weight(table, cell, text, column, leading)


def _words_weight(table: Table, cell: Cell, text: str, column: _Column, leading: bool) -> float:
    if _FORM.fullmatch(text):  # with nothing to its right it names no value there
        return -_SURE if cell.cols.stop < table.shape[1] else _FAIR
    if cell.row_span >= _HIGH:
        return -_SURE
    if cell.col_span == table.shape[1]:
        return -_WEAK  # a line over the whole width: the title of a section as well as of a table
    if _TOTAL.fullmatch(text) and leading:
        return -_STRONG  # the row of totals; beside nothing else it may head a column
    if len(text) > _LONG or _SENTENCE.search(text):
        return -_STRONG
    if column.held in ("figures", "codes"):
        return _STRONG
    if column.held == "labels":
        return -_WEAK
    if column.held == "words" and text in column.again:
        return -_FAIR
    if _HEADING.fullmatch(text) or _TOTAL.fullmatch(text):
        return _STRONG
    return _FAIR if column.held == "nothing" else -_WEAK


def _against(table: Table, row: int) -> float:
    """What the spans say against a header that ends above `row`, by the share of the columns.

    A cell reaches across its end; or one at its foot is over several columns, none of which has
    a heading of its own, as a value of a form may be. One or two may be errors of the grid.
    """
    cols = table.shape[1]
    foot = sum(table.cell_at(row - 1, col).col_span > 1 for col in range(cols))
    below = [table.cell_at(row, col) for col in range(cols)]
    across = sum(cell.row < row and bool(cell.text.strip()) for cell in below)
    return _SURE * (min(1.0, _CROSSED * across / cols) + foot / cols)


def _names_values(cells: Sequence[Cell]) -> bool:
    """Whether a row has labels in at least every other of its cells and no figures, as forms have."""
    texts = [plain(cell.text) for cell in cells]
    labels = sum(_HEADING.fullmatch(t) is not None or _FORM.fullmatch(t) is not None for t in texts)
    figures = any(printed(text) in ("amount", "zero") for text in texts)
    return labels > 1 and 2 * labels >= len(texts) and not figures
