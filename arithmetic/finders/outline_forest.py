"""Rows of a panel as an outline: 一、（一）1. (1), rows without a number below or beside them, 其中.

Ordinals nest by level, but a number that runs on wins over its style: 2、 after （一） is its
sibling. Where a row without an ordinal belongs only the numbers can say; where they say
nothing, it stays loose and is part of no sum but what needs it to hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..view import Panel, Row, TableView
from .code_forest import Forest
from .sums import Fit, Sum, amount_columns, bears_amount, fit

_LONGEST_RUN = 40  # rows; longer ones are lists, not parts and neighbours

_CARRIED = re.compile("结转|结余")
_FUND = re.compile(r"^(?:其中:?)?(?:一般公共预算|政府性基金|国有资本经营|财政专户|单位资金|其他资金)")
_COUNTED = re.compile(r"\((?:辆|个|人|次|批次?|人次|台|套|台\(套\)|户|项|场|件)\)$")  # counts amid money
_NATURE = re.compile(
    r"^(?:基本支出|.{0,4}项目(?:\(专项资金\))?支出|上缴上级|(?:事业单位)?经营支出|对附属单位)"
)
_ORGANIZATION = re.compile(r"(?:[局委办队站馆院校所处部厅园]|中心|本级|公司|协会)$|^(?:货物|工程|服务)类?$")
# What a row is part of by its name, wherever numbers and indentation of the print were lost.
_PART_OF = (
    (re.compile("^(?:人员经费|(?:日常)?公用经费)$"), re.compile("^基本支出$")),
    (re.compile("^(?:工资福利(?:性)?支出|对个人和家庭的?补助(?:支出)?)$"), re.compile("^人员经费$")),
    (re.compile("^公务用车(?:购置|运行|运行维护)(?:费用?)?$"), re.compile("^公务用车购置[及和]运行")),
)


@dataclass(slots=True)
class Item:
    """A row of a panel that is no total: what is printed below it, and the parts that 其中 names.

    Attributes:
        row: the row.
        numbers: the amount columns of its panel.
        children: rows that make it up.
        shares: rows that 其中 introduces; they may make it up as well, and are at most it.
        loose: whether nothing says if it is a part of what stands above it.
    """

    row: Row
    numbers: tuple[int, ...]
    children: list[Item] = field(default_factory=list)
    shares: list[Item] = field(default_factory=list)
    loose: bool = False

    def sums(self, parts: Sequence[Item]) -> tuple[Sum, ...]:
        """This row as the sum of others, once per amount column."""
        return tuple(
            Sum((self.row.row, col), tuple((part.row.row, part.numbers[k]) for part in parts))
            for k, col in enumerate(self.numbers)
        )

    def below(self) -> Iterator[Item]:
        """It and all that hangs on it, from top to bottom."""
        waiting = [self]
        while waiting:
            item = waiting.pop()
            yield item
            waiting += reversed((*item.children, *item.shares))


def outline(view: TableView, panel: Panel, forest: Forest | None) -> list[Item]:
    """The top items of a panel from top to bottom; `forest` nests the rows that have codes."""
    numbers = amount_columns(view, panel.numbers)
    coded = {} if forest is None else {id(node.row): node for node in forest.nodes}
    nested = set() if forest is None else {id(c.row) for node in forest.nodes for c in node.children}
    top: list[Item] = []
    for segment in _segments(view, panel, numbers):
        ranked = [row for row in segment if id(row) not in nested]
        if any(row.ordinal for row in ranked):
            top += _Outline(view, numbers).of(ranked)
        elif any(id(row) in coded for row in ranked):
            items = [Item(row, numbers, loose=id(row) not in coded or coded[id(row)].odd) for row in ranked]
            top += _grouped(view, items, [id(item.row) not in coded for item in items]) or items
        else:
            top += _plain_rows(view, numbers, ranked)
    return top


def _segments(view: TableView, panel: Panel, numbers: Sequence[int]) -> Iterator[list[Row]]:
    """Runs of items between total rows and headings; a heading has words where amounts are due."""
    run: list[Row] = []
    for row in panel.rows:
        if _COUNTED.search(row.label):
            continue
        if row.role in ("item", "of_which") and any(bears_amount(view, (row.row, c)) for c in numbers):
            run.append(row)
        elif row.role not in ("blank", "note"):
            yield run
            run = []
    yield run


class _Outline:
    """The rows of one segment that has ordinals, taken one after another."""

    def __init__(self, view: TableView, numbers: tuple[int, ...]) -> None:
        self.view = view
        self.numbers = numbers
        self.top: list[Item] = []
        self.stack: list[Item] = []  # open items with ordinals, outermost first
        self.run: list[Item] = []  # rows without ordinals since the last one with

    def of(self, rows: Sequence[Row]) -> list[Item]:
        for row in rows:
            item = Item(row, self.numbers)
            if self._by_name(item):
                continue
            if row.ordinal is None:
                self.run.append(item)
                continue
            self._close_run()
            if not self.stack and self.top and row.ordinal.number == 1 and row.ordinal.level > 1:
                self.stack.append(self.top[-1])  # 上年结转 is followed by its （一）（二）
            self._open(item)
        self._close_run()
        return self.top

    def _open(self, item: Item) -> None:
        ordinal = item.row.ordinal
        keep = len(self.stack)
        if ordinal is not None and ordinal.number > 1:
            keep = self._sibling(ordinal.level, ordinal.number)
        elif ordinal is not None:
            last = len(self.stack) - 1
            same = [k for k, other in enumerate(self.stack) if _level(other) == ordinal.level]
            if same and not (same[0] == last and _number(self.stack[last]) > 1):
                keep = same[0]  # but (1) right after (3) is below it, whatever its style
        del self.stack[keep:]
        siblings = self.stack[-1].children if self.stack else self.top
        if item.row.role == "of_which" and self.stack:
            siblings = self.stack[-1].shares
        elif self.stack and self.stack[-1].shares and not self.stack[-1].children:
            siblings = self.stack[-1].shares  # 其中：(1) … (2) …
        siblings.append(item)
        self.stack.append(item)

    def _by_name(self, item: Item) -> bool:
        """Put a row below an open one that it is part of by its name."""
        for part, whole in _PART_OF:
            if not part.match(item.row.name):
                continue
            at = next((k for k, open_ in enumerate(self.stack) if whole.match(open_.row.name)), None)
            if at is not None:
                self._close_run()
                del self.stack[at + 1 :]
                self.stack[at].children.append(item)
                self.stack.append(item)
                return True
        return False

    def _sibling(self, level: int, number: int) -> int:
        """How much of the stack stays open above a row with this ordinal."""
        before = [k for k, other in enumerate(self.stack) if _number(other) == number - 1]
        same = [k for k, other in enumerate(self.stack) if _level(other) == level]
        running = [k for k in before if k in same]
        deeper = [k for k, other in enumerate(self.stack) if _level(other) > level]
        for found in (running, same, before, deeper):
            if found:
                return found[-1] if found is before else found[0]
        return len(self.stack)

    def _close_run(self) -> None:
        """Find the place of the rows without ordinals after the last item with one."""
        run, self.run = self.run, []
        if not run:
            return
        if not self.stack:
            self.top += _nested_plain(self.view, run)
            return
        last = self.stack[-1]
        first = next((k for k, item in enumerate(run) if item.row.role == "of_which"), len(run))
        plain, shared = run[:first], run[first:]
        if plain:
            self._place(last, plain)
        if shared:
            _share(self.view, last, shared, whole=bool(plain))

    def _place(self, last: Item, plain: list[Item]) -> None:
        own = fit(self.view, last.sums(plain))
        beside = Fit()
        if len(self.stack) > 1:
            parent = self.stack[-2]
            beside = fit(self.view, parent.sums([*parent.children, *plain]))
        if own.good or (own.speaks and not beside.good and own.near > own.fails and own.near >= beside.near):
            last.children += plain
        elif beside.good or beside.near > beside.fails:
            self.stack[-2].children += plain
        elif (cut := self._cut(last, plain)) and len(self.stack) > 1:
            last.children += plain[:cut]
            self.stack[-2].children += plain[cut:]
        else:
            for item in plain:
                item.loose = True
            (self.stack[-2].children if len(self.stack) > 1 and not own.speaks else self.top).extend(plain)

    def _cut(self, last: Item, plain: list[Item]) -> int:
        """How many of the rows make up the last item, where the others stand beside it; 0 where none."""
        for cut in range(min(len(plain) - 1, _LONGEST_RUN), 1, -1):
            if fit(self.view, last.sums(plain[:cut])).good:
                return cut
        return 0


def _level(item: Item) -> int:
    return item.row.ordinal.level if item.row.ordinal else 0


def _number(item: Item) -> int:
    return item.row.ordinal.number if item.row.ordinal else 0


def _share(view: TableView, whole_item: Item, rows: list[Item], *, whole: bool) -> None:
    """Hang what 其中 introduces on the row above: heads with their own rows, or plain parts."""
    heads = [k for k, item in enumerate(rows) if item.row.role == "of_which" or _NATURE.match(item.row.name)]
    if not whole and len(heads) == 1 and not _NATURE.match(rows[0].row.name):
        whole_item.shares += rows
        return
    for k, start in enumerate(heads):
        stop = heads[k + 1] if k + 1 < len(heads) else len(rows)
        head, own = rows[start], rows[start + 1 : stop]
        if own and fit(view, head.sums(own)).holds:
            head.children += own
        elif own and not fit(view, head.sums(own)).near:
            for item in own:
                item.loose = True
        else:
            head.children += own
        whole_item.shares.append(head)


def _plain_rows(view: TableView, numbers: tuple[int, ...], rows: Sequence[Row]) -> list[Item]:
    return _nested_plain(view, [Item(row, numbers) for row in rows])


def _nested_plain(view: TableView, items: list[Item]) -> list[Item]:
    """Rows without ordinals: the funds that a balance carries over, 其中, groups told by their marks."""
    for kind in (_mark_of, _indent_of, _organization_of):
        if grouped := _grouped(view, items, [kind(item) for item in items]):
            return grouped
    top: list[Item] = []
    for item in items:
        above = top[-1] if top else None
        if above and item.row.role == "of_which":
            above.shares.append(item)
        elif above and _FUND.match(item.row.name) and _CARRIED.search(above.row.name):
            above.children.append(item)
        elif above and above.shares and item.row.indent > above.row.indent:
            above.shares.append(item)
        else:
            item.loose = item.row.role == "of_which"  # of a total above: no summand beside others
            top.append(item)
    return top


def _grouped(view: TableView, items: list[Item], kinds: Sequence[object]) -> list[Item] | None:
    """Heads, each with the rows of the other kind below it, where the numbers bear it out."""
    if len(set(kinds)) != 2 or kinds[0] == kinds[-1]:
        return None
    groups: list[tuple[Item, list[Item]]] = []
    for item, kind in zip(items, kinds, strict=True):
        if kind == kinds[0]:
            groups.append((item, []))
        else:
            groups[-1][1].append(item)
    fits = [fit(view, head.sums(members)) for head, members in groups]
    good = sum(one.good for one in fits)
    if not good or 2 * good < sum(one.speaks for one in fits):
        return None
    for head, members in groups:
        head.loose = False
        for member in members:
            member.loose = False
        head.children += members
    return [head for head, _ in groups]


def _mark_of(item: Item) -> object:
    return item.row.mark


def _indent_of(item: Item) -> object:
    return item.row.indent > 0


def _organization_of(item: Item) -> object:
    return _ORGANIZATION.search(item.row.name) is not None
