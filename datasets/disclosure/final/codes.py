"""Final accounts by functional code: code, name, and columns of amounts with a header tree.

A table prints some levels of the classification, mostly all three; a parent is the sum of its
children wherever both are printed. Which columns add up to which is a `Rule`; it may also be
printed, in the row of column numbers (`3=4+5`) or in a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ....document import ColumnRole
from ...content import At, Strength
from ..accounts import Quantity
from ..building import ONE, Context, Made, TableBuilder
from ..catalogue import former_names, subjects
from ..numbers import Numbers
from .frame import around, formula, house
from .header import Path, put_column_numbers, put_header

EMPTY_ROWS = (1, 2, 3, 5, 8)
MINUS = Decimal(-1)


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of amounts: its header from the top down, and what it sums over besides the row's code."""

    path: Path
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Rule:
    """Column `total` is the sum of columns times 1 or −1, by position among the measures."""

    total: int
    terms: tuple[tuple[int, Decimal], ...]
    origin: str = "header_tree"
    strength: Strength = "law"

    @property
    def text(self) -> str:
        """3=4+5, by printed column numbers."""
        return f"{self.total + 1}=" + self.right

    @property
    def right(self) -> str:
        """4+5."""
        return "".join(
            f"{'' if i == 0 else '+' if factor > 0 else '-'}{col + 1}"
            for i, (col, factor) in enumerate(self.terms)
        )


def adds(total: int, *terms: int) -> Rule:
    """A rule without minus."""
    return Rule(total, tuple((term, ONE) for term in terms))


@dataclass(frozen=True, slots=True)
class CodeTable:
    """What makes one of these tables: kind, name, number, columns, rules, and the first note."""

    kind: str
    name: str
    number: int
    measures: tuple[Measure, ...]
    rules: tuple[Rule, ...]
    note: str


@dataclass(frozen=True, slots=True)
class _Items:
    """How code and name are laid out: header paths, whether codes are split over 类, 款, 项."""

    paths: tuple[Path, ...]
    split: bool = False

    @property
    def width(self) -> int:
        return len(self.paths)


def code_table(context: Context, spec: CodeTable, numbers: Numbers) -> Made:
    """The table with all its relations."""
    return _CodeTable(context, spec, numbers).made()


def empty_code_table(context: Context, spec: CodeTable, numbers: Numbers, sentence: str) -> Made:
    """The same without content: empty rows and a sentence that says so."""
    return _CodeTable(context, spec, numbers).made_empty(sentence)


class _CodeTable:
    def __init__(self, context: Context, spec: CodeTable, numbers: Numbers) -> None:
        self.context = context
        self.spec = spec
        self.items = _draw_items(context)
        width = self.items.width
        roles: list[ColumnRole] = ["code"] * (width - 1)
        roles.append("name")
        roles += ["amount"] * len(spec.measures)
        self.table = TableBuilder(
            context,
            spec.kind,
            spec.kind,
            roles,
            numbers,
            weights=[0.5 if width > 2 else 1.0] * (width - 1) + [2.4] + [1.0] * len(spec.measures),
        )
        # Printed column numbers, with formulas in them or without.
        self.numbered = house(context, "numbered", (True, True, True, False))
        self.formulas = self.numbered and house(context, "formulas", (True, False, False))

    def made(self) -> Made:
        self._header()
        first = house(self.context, "total first", (True, True, True, False))
        codes = self._codes()
        total = self.table.header_rows if first else self.table.header_rows + len(codes)
        start = self.table.header_rows + (1 if first else 0)
        rows = {code: start + index for index, code in enumerate(codes)}
        self._total(total)
        for code, row in rows.items():
            self._item(row, code)
        self._tree(codes, rows, total)
        for row in (total, *rows.values()):
            self._rules(row)
        return self._build([])

    def made_empty(self, sentence: str) -> Made:
        self._header()
        start = self.table.header_rows
        count = EMPTY_ROWS[int(self.context.rng.integers(len(EMPTY_ROWS)))]
        if self.context.chance(0.5):
            self._total(start)
            for row in (start,):
                self._rules(row)
            start += 1
        for row in range(start, start + count):
            for col in range(len(self.table.columns)):
                self.table.put(row, col)
        return self._build([sentence], declared_empty=True)

    def _header(self) -> None:
        put_header(self.table, [*self.items.paths, *(m.path for m in self.spec.measures)])
        if self.numbered:
            printed = {rule.total: rule.text for rule in self.spec.rules} if self.formulas else {}
            labels = [printed.get(i, str(i + 1)) for i in range(len(self.spec.measures))]
            word = house(self.context, "numbers word", ("栏次", "栏 次", "栏次", "栏  次"))
            put_column_numbers(self.table, self.items.width, labels, word)

    def _codes(self) -> list[str]:
        """Codes of the printed levels in order, of every column's lines."""
        levels = ((3, 5, 7),) * 14 + ((7,), (3, 7), (3, 5), (5, 7))
        chosen = levels[int(self.context.rng.integers(len(levels)))]
        accounts = self.context.accounts
        found = {
            code
            for measure in self.spec.measures
            for digits in chosen
            for code in accounts.functions(measure.quantity, digits)
            if accounts.value(replace(measure.quantity, function=code))
        }
        return sorted(found)

    def _total(self, row: int) -> None:
        label = house(self.context, "total", ("合计", "合 计", "合  计", "总计", "合计"))
        if self.items.width > 2 or house(self.context, "total merged", (True, False, True)):
            self.table.put(row, 0, label, col_span=self.items.width, align="center")
        else:
            self.table.put(row, 0)
            self.table.put(row, self.items.width - 1, label, align="center")
        self._amounts(row, "")

    def _item(self, row: int, code: str) -> None:
        width, table = self.items.width, self.table
        if self.items.split:
            for col, part in enumerate((code[:3], code[3:5], code[5:])):
                table.put(row, col, part, align="center")
        else:
            table.put(row, 0, code, col_span=width - 1)
        indented = house(self.context, "indented", (False, True, False))
        depth = (len(code) - 3) // 2 if indented else 0
        table.put(row, width - 1, self._name(code), indent=depth)
        self._amounts(row, code)

    def _name(self, code: str) -> str:
        names = [subjects()["function"][code], *former_names().get(code, [])]
        return house(self.context, f"name {code}", [names[0]] * 4 + names)

    def _amounts(self, row: int, code: str) -> None:
        for index, measure in enumerate(self.spec.measures):
            self.table.figure(row, self.items.width + index, replace(measure.quantity, function=code))

    def _tree(self, codes: Sequence[str], rows: dict[str, int], total: int) -> None:
        # A code's parent is the longest printed code that begins it; without one, the total.
        children: dict[str, list[str]] = {}
        for code in codes:
            parent = next((code[:n] for n in (5, 3) if n < len(code) and code[:n] in rows), "")
            children.setdefault(parent, []).append(code)
        for parent, parts in children.items():
            row, origin = (rows[parent], "code_tree") if parent else (total, "total_row")
            for index in range(len(self.spec.measures)):
                self.table.sum(self._at(row, index), [self._at(rows[c], index) for c in parts], origin)

    def _rules(self, row: int) -> None:
        for rule in self.spec.rules:
            printed = self.formulas or self._noted(rule)
            terms = [(self._at(row, col), factor) for col, factor in rule.terms]
            origin = "printed_formula" if printed else rule.origin
            self.table.sum(self._at(row, rule.total), terms, origin, rule.strength)

    def _noted(self, rule: Rule) -> bool:
        """Whether a note prints the rule: only where columns are numbered, and only plain sums."""
        return (
            self.numbered
            and not self.formulas
            and rule is self.spec.rules[0]
            and all(factor > 0 for _, factor in rule.terms)
            and house(self.context, "noted", (True, True, False))
        )

    def _at(self, row: int, index: int) -> At:
        return At(self.table.key, row, self.items.width + index)

    def _build(self, sentences: list[str], declared_empty: bool = False) -> Made:
        context, spec = self.context, self.spec
        notes = [f"注：{spec.note}"] if house(context, "notes", (True, True, True, False)) else []
        for rule in spec.rules:
            if self._noted(rule):
                word = house(context, "rows word", ("栏各行", "栏", "栏各行"))
                notes.append(
                    formula(context, rule.total + 1, [col + 1 for col, _ in rule.terms], word) + "。"
                )
        lines = around(context, spec.name, spec.number, self.table.format)
        return self.table.build(**lines, notes=(*notes, *sentences), declared_empty=declared_empty)


def _draw_items(context: Context) -> _Items:
    code = house(context, "code label", ("功能分类科目编码", "科目编码", "支出功能分类科目编码", "科目代码"))
    name = house(context, "name label", ("科目名称", "科目名称", "项目（按功能分类）", "功能分类科目名称"))
    item = house(context, "item label", ("项目", "项 目", "项  目", "科目"))
    kind = house(context, "items", range(4))
    if kind == 0:
        return _Items(((code,), (name,)))
    if kind in (1, 2):
        return _Items(((item, code), (item, name)))
    # The labels 类, 款 and 项 keep the three columns apart even where every code below is merged.
    return _Items((*((item, code, part) for part in "类款项"), (item, name)), split=context.chance(0.5))
