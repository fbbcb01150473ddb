"""Which table goes on over the page break, and with which rows printed again.

A table goes on where it is the last on its page and reaches down to the foot, where the
next page begins with a table as wide and with the same columns, and where nothing but page
furniture stands between the two: page numbers, running heads, the title or unit once more.
A title of its own, another header, a total row that closed the table, or a numbering that
starts anew make it a new table. What goes on is put together in `joining`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from ..amounts import printed
from ..document import MAX_ADDRESSES, Page, Table, Text
from .columns import Edges, Fit, edges_of, fit
from .headers import CODE, MAX_HEADER_ROWS, plain
from .joining import Joint, join

_FOOT = 0.14  # of a page's longer side: the foot margin of an official letter is 35 mm, and some slack
_MARGIN = 0.1  # of a page's longer side: above and below stand page numbers and running heads
_SHORT = 12  # characters: longer than a misread page number
_LEVEL = 0.04  # of a page's height: by which a running head may lie elsewhere on the next scan
_FORMAT = 0.1  # by which the ratio of sides may differ between scans of one format
_OUTER = 0.05  # of a page's width: by which the sides of a table may lie elsewhere on the next scan
_ALIKE = 0.75  # similarity of one text read twice
_SHARE = 0.6  # of the cells of a row that both were read: one in three may be misread
_LONGEST = 300  # characters of a text that are compared
_CONTINUED = re.compile(
    r"[(\[【](?:续表?|接上[页表]|[续转接]下[页表]|续前[页表])[一二三四五\d]{0,2}[)\]】]|^续表?[一二三四五\d]{0,2}|续表?$"
    r"|^(?:接上|[续转接]下|续前)[页表]$"
)
_DASHES = r"[-–—―_.·,~()]*"
_PAGE_NUMBER = re.compile(rf"{_DASHES}第?\d{{1,4}}页?(?:[/,]?共?\d{{1,4}}页?)?{_DASHES}", re.ASCII)
_CLOSING = re.compile(r"合计|.{0,6}总计")
_DIGITS = re.compile(r"\d+", re.ASCII)
_SERIAL = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its tables, in reading order, and the texts around them."""

    page: Page
    tables: tuple[Table, ...]
    texts: tuple[Text, ...]


@dataclass
class _Chain:
    """A table as it goes on from page to page."""

    id: str
    pieces: list[Table]
    edges: Edges
    joints: list[Joint] = field(default_factory=list)
    rows: int = 0

    @property
    def header_rows(self) -> int:
        """Of its first piece; where that was all header, those that came again below it."""
        return self.pieces[0].header_rows or max((joint.repeated for joint in self.joints), default=0)


class Joiner:
    """Takes page after page, and tells at once under which ids its tables will come out.

    Ids count from `t1` in the order in which tables begin; a table that goes on keeps its id.
    """

    def __init__(self) -> None:
        self._chains: list[_Chain] = []
        self._before: Sheet | None = None
        self._open: _Chain | None = None  # that of the lowest table on the page before

    def add(self, sheet: Sheet) -> tuple[Table, ...]:
        """The tables of the next page under their ids."""
        chains = [self._follow(table, sheet) or self._begin(table) for table in sheet.tables]
        lowest = _lowest(sheet.tables)
        self._before = sheet
        self._open = next((c for c, t in zip(chains, sheet.tables, strict=True) if t is lowest), None)
        return tuple(replace(t, id=chain.id) for t, chain in zip(sheet.tables, chains, strict=True))

    @property
    def count(self) -> int:
        """Tables so far."""
        return len(self._chains)

    def tables(self) -> tuple[Table, ...]:
        """All tables, those over several pages joined."""
        return tuple(replace(join(chain.pieces, chain.joints), id=chain.id) for chain in self._chains)

    def _begin(self, table: Table) -> _Chain:
        chain = _Chain(f"t{len(self._chains) + 1}", [table], edges_of(table), rows=table.shape[0])
        self._chains.append(chain)
        return chain

    def _follow(self, table: Table, sheet: Sheet) -> _Chain | None:
        """The table of the page before that `table` continues, now with it as its last piece."""
        chain, before = self._open, self._before
        if chain is None or before is None or table is not _highest(sheet.tables):
            return None
        if not _meet(before, sheet, chain.pieces[-1], table) or not _nothing_between(
            before, sheet, chain, table
        ):
            return None
        joint = _joint(chain, table)
        if joint is None or (chain.rows + table.shape[0]) * len(joint.fit.edges) > MAX_ADDRESSES:
            return None
        chain.pieces.append(table)
        chain.joints.append(joint)
        chain.edges = joint.fit.edges
        chain.rows += table.shape[0]
        return chain


def join_tables(tables: Sequence[Table], pages: Sequence[Page], texts: Sequence[Text]) -> tuple[Table, ...]:
    """A document's tables with those that go on over pages joined, ids renumbered from `t1`.

    Args:
        tables: as they stand on each page, page by page in reading order.
        pages: in order; only neighbours join, so that a page that is missing parts a table.
        texts: what stands outside the tables.
    """
    on: defaultdict[int, list[Table]] = defaultdict(list)
    around: defaultdict[int, list[Text]] = defaultdict(list)
    for table in tables:
        on[table.parts[0].page].append(table)
    for text in texts:
        around[text.page].append(text)
    joiner = Joiner()
    for page in pages:
        joiner.add(Sheet(page, tuple(on[page.number]), tuple(around[page.number])))
    return joiner.tables()


def _highest(tables: Sequence[Table]) -> Table | None:
    """The table above all others of its page; None where another stands beside it."""
    first = min(tables, key=lambda t: t.parts[0].box.top, default=None)
    if first is None:
        return None
    clear = all(t is first or t.parts[0].box.top >= first.parts[0].box.center[1] for t in tables)
    return first if clear else None


def _lowest(tables: Sequence[Table]) -> Table | None:
    """The table below all others of its page; None where another stands beside it."""
    last = max(tables, key=lambda t: t.parts[0].box.bottom, default=None)
    if last is None:
        return None
    clear = all(t is last or t.parts[0].box.bottom <= last.parts[0].box.center[1] for t in tables)
    return last if clear else None


def _meet(before: Sheet, after: Sheet, upper: Table, lower: Table) -> bool:
    """Whether two tables stand alike on neighbouring pages of one format, the first down to the foot.

    A row that would not fit was left for the next page, so as much may be free at the foot.
    """
    one, other = before.page, after.page
    if other.number != one.number + 1 or abs(one.width / one.height - other.width / other.height) > _FORMAT:
        return False
    above, below = upper.parts[0].box, lower.parts[0].box
    sides = ((above.left, below.left), (above.right, below.right))
    if any(abs(a / one.width - b / other.width) > _OUTER for a, b in sides):
        return False
    free = (one.height - above.bottom) / one.height - _first_row(lower) / other.height
    return free <= _FOOT * max(one.width, one.height) / one.height


def _first_row(table: Table) -> float:
    """Height of the lowest cell that starts at the top of the body."""
    top = [c for c in table.cells if c.row == min(table.header_rows, table.shape[0] - 1) and c.box]
    return min((cell.box.height for cell in top if cell.box), default=0.0)


def _nothing_between(before: Sheet, after: Sheet, chain: _Chain, lower: Table) -> bool:
    """Whether only page furniture stands below the one and above the other."""
    foot, head = chain.pieces[-1].parts[0].box.bottom, lower.parts[0].box.top
    below = [text for text in before.texts if text.box.center[1] > foot]
    above = [text for text in after.texts if text.box.center[1] < head]
    if not all(_is_furniture(text, before, after) for text in below):
        return False
    return all(_is_furniture(text, after, before) or _said_again(text, chain, lower) for text in above)


def _is_furniture(text: Text, sheet: Sheet, other: Sheet) -> bool:
    """Page numbers, seals, what says that the table goes on, and what stands there on both pages."""
    content = plain(text.text)
    if text.role in ("furniture", "seal", "stamp") or _CONTINUED.fullmatch(content):
        return True
    if _PAGE_NUMBER.fullmatch(content):
        return True
    margin = _MARGIN * max(sheet.page.width, sheet.page.height)
    place = text.box.center[1]
    if margin < place < sheet.page.height - margin:
        return False
    short = len(content) <= (_SHORT if any(c.isdigit() for c in content) else _SHORT // 3)
    if text.role == "paragraph" and short:
        return True
    return any(
        abs(o.box.center[1] / other.page.height - place / sheet.page.height) < _LEVEL
        and _alike(content, plain(o.text))
        and not text.role == o.role == "title"  # two forms of one title
        for o in other.texts
    )


def _said_again(text: Text, chain: _Chain, lower: Table) -> bool:
    """Whether a line above the next piece repeats what stood above the first."""
    first = chain.pieces[0]
    if text.role == "unit":
        return first.unit == lower.unit
    if text.role == "organization":
        return not lower.organization or _alike(plain(lower.organization), plain(first.organization or ""))
    if text.role == "title" and first.title and lower.title:
        titles = [plain(title) for title in (first.title, lower.title)]
        marked = _CONTINUED.search(titles[1]) is not None
        # Of forms each has its title, and they look alike; a table prints its header with it.
        regular = chain.header_rows > 0 and lower.header_rows > 0
        years = [_DIGITS.findall(title) for title in titles]
        alike = years[0] == years[1] and _alike(*(_CONTINUED.sub("", title) for title in titles))
        return alike and (marked or regular)
    return False


def _joint(chain: _Chain, lower: Table) -> Joint | None:
    """How a table continues the chain; None where its header or its columns say that it does not."""
    first = chain.pieces[0]
    all_header = len(chain.pieces) == 1 and _is_all_header(first)
    repeated = _repeated(first, lower)
    if repeated and not chain.header_rows and repeated < first.shape[0]:
        return None  # a form begins again
    if not repeated and lower.header_rows and chain.header_rows and not all_header:
        return None
    body = max(repeated, lower.header_rows)
    if repeated and _begins_alike(first, lower, body):
        return None
    if not all_header and _counts_anew(chain.pieces[-1], lower, body):
        return None
    if any(cell.row < repeated < cell.rows.stop for cell in lower.cells):
        return None
    regular = repeated > 0 or (chain.header_rows > 0 and not all_header)
    columns = fit(chain.edges, edges_of(lower), regular=regular, headed=repeated > 0)
    if columns is None or (not all_header and not repeated and _is_another(chain, lower, columns)):
        return None
    if not all_header and (regular or columns.first == columns.second) and _is_closed(chain):
        return None  # below the total of a form may stand rows laid out otherwise
    return Joint(repeated, columns)


def _is_another(chain: _Chain, lower: Table, columns: Fit) -> bool:
    """Whether a header below a form is that of a table; rows of a form look like one, in its columns."""
    most = max(len(columns.first), len(columns.second)) - 2
    return not chain.header_rows and lower.header_rows > 0 and 2 * columns.common < most


def _is_all_header(table: Table) -> bool:
    """Whether the break came right below the header, or within it."""
    low = table.shape[0] <= MAX_HEADER_ROWS
    return low and not any(
        printed(c.text) in ("amount", "zero", "dash") for c in table.cells if len(plain(c.text)) > 2
    )


def _repeated(first: Table, lower: Table) -> int:
    """How many rows at the top of `lower` print the header of `first` again."""
    most = min(first.header_rows or MAX_HEADER_ROWS, first.shape[0], lower.shape[0])
    alike = [_row_alike(_row(first, row), _row(lower, row)) for row in range(most)]
    rows = next((n for n, same in enumerate(alike) if not same), most)
    if lower.header_rows == first.header_rows > rows and 2 * sum(alike) >= first.header_rows:
        return first.header_rows  # a row of them was misread
    below = alike[rows + 1 : first.header_rows]
    if below and all(below) and len(alike) >= first.header_rows and 2 * sum(alike) > first.header_rows:
        return first.header_rows  # likewise, so that the page showed fewer
    return rows


def _row(table: Table, row: int) -> dict[int, str]:
    """By column, the texts that start in a row."""
    cells = ((col, table.cell_at(row, col)) for col in range(table.shape[1]))
    return {col: plain(c.text) for col, c in cells if (c.row, c.col) == (row, col)}


def _row_alike(one: dict[int, str], other: dict[int, str]) -> bool:
    """Whether two rows are one row, read twice; a text that only one of them has was missed."""
    if one.keys() != other.keys():
        return _alike("".join(one.values()), "".join(other.values()))
    pairs = [(text, other[col]) for col, text in one.items() if text and other[col]]
    alike = sum(_alike(a, b) for a, b in pairs) > _SHARE * len(pairs)
    return alike or _alike("".join(a for a, _ in pairs), "".join(b for _, b in pairs))


def _begins_alike(first: Table, lower: Table, body: int) -> bool:
    """Whether the body of `lower`, from row `body` on, begins with the row that the whole table does."""
    heads = _leading(first, first.header_rows), _leading(lower, body)
    codes = [_DIGITS.findall(" ".join(head)) for head in heads]
    same = len(heads[0]) == len(heads[1]) > 0 and codes[0] == codes[1]
    return same and all(map(_alike, *heads))


def _is_closed(chain: _Chain) -> bool:
    """Whether a total row ended the table above; one that has its total at the top may go on below any."""
    first, last = chain.pieces[0], chain.pieces[-1]
    if last.shape[0] <= last.header_rows:
        return False
    row = _row(last, last.shape[0] - 1)
    named = next((text for text in row.values() if text), "")
    # Beside the label of a group, or after other words, it is a total within the table.
    closing = 0 in row and _CLOSING.fullmatch(named) is not None
    return closing and not any(map(_CLOSING.search, _leading(first, first.header_rows)))


def _counts_anew(upper: Table, lower: Table, body: int) -> bool:
    """Whether the running numbers start again."""
    last, begin = _serial(upper, upper.shape[0] - 1), _serial(lower, body)
    return last is not None and last > 1 and begin == 1


def _leading(table: Table, row: int) -> list[str]:
    """What names a row, the last at most: its words and codes, or the word for a total alone."""
    row = min(row, table.shape[0] - 1)
    texts = [t for t in _row(table, row).values() if printed(t) == "text" or CODE.fullmatch(t)]
    total = next((text for text in texts if _CLOSING.fullmatch(text)), None)
    return [total] if total else texts


def _serial(table: Table, row: int) -> int | None:
    """The running number in a row, the last at most."""
    text = plain(table.cell_at(min(row, table.shape[0] - 1), 0).text)
    return int(text) if _SERIAL.fullmatch(text) else None


def _alike(one: str, other: str) -> bool:
    """Whether two texts are one text, read twice; numbers and codes are so only if they are equal."""
    if one == other or one.isdigit() or other.isdigit():
        return one == other != ""
    if abs(len(one) - len(other)) > max(1, (1 - _ALIKE) * len(one)):
        return False
    return SequenceMatcher(None, one[:_LONGEST], other[:_LONGEST], autojunk=False).ratio() >= _ALIKE
