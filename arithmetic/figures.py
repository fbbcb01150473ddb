"""The figures of a group's tables: where each stands, what it means, and its amount in yuan.

A figure's meaning is what its table's title, its column's header and its row's labels say together. A
cell of which any of these is not understood is no figure; nor is one whose meaning its table prints
twice with different numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal

from .. import amounts
from ..document import Cell, Stage, Table
from .form_figures import form_figures
from .meanings import Meaning, read
from .proposal import At, Place
from .subjects import bare, economic_class, function_class, is_economic, is_function
from .view import Panel, Row, TableView, plain

_BY_CODE = ("general", "fund", "capital", "expenditure", "revenue", "basic")
_GENERAL = {"fund": "general", "source": "fiscal"}
_BASES: dict[str, Meaning] = {
    "summary": Meaning(),
    "fiscal_summary": Meaning(source="fiscal"),
    "revenue": Meaning(flow="receipts"),
    "expenditure": Meaning(flow="spending"),
    "general": Meaning(flow="spending", **_GENERAL),
    "basic": Meaning(flow="spending", nature="basic", **_GENERAL),
    "three_public": Meaning(flow="spending", item="all", **_GENERAL),
    "fund": Meaning(flow="spending", fund="fund", source="fiscal"),
    "capital": Meaning(flow="spending", fund="capital", source="fiscal"),
    "project": Meaning(flow="spending", nature="project"),
}
_TITLES = (
    (re.compile(r"绩效|自评|采购|购买服务|目录|测算|申报|政府(?:支出|预算)经济分类"), None),
    (re.compile(r"三公"), "three_public"),
    (re.compile(r"基本支出"), "basic"),
    (re.compile(r"国有资本经营"), "capital"),
    (re.compile(r"政府性基金"), "fund"),
    (re.compile(r"财政拨款(?:预算)?(?:收支|收入支出)"), "fiscal_summary"),
    (re.compile(r"一般公共(?:预算|服务预算)?.{0,6}支出"), "general"),
    (re.compile(r"项目支出"), "project"),
    (re.compile(r"收支|收入支出"), "summary"),
    (re.compile(r"支出"), "expenditure"),
    (re.compile(r"收入"), "revenue"),
)
_KINDS = {
    "revenue_expenditure_summary": "summary", "fiscal_appropriation_summary": "fiscal_summary",
    "revenue": "revenue", "expenditure": "expenditure", "general_public_expenditure": "general",
    "basic_expenditure": "basic", "three_public": "three_public", "government_fund": "fund",
    "government_fund_expenditure": "fund", "state_capital": "capital",
    "state_capital_expenditure": "capital", "project_expenditure": "project",
}  # fmt: skip
_CERTAIN = 0.8  # probability from which a guessed kind stands for a missing title
_GENERIC = ("summary", "revenue", "expenditure")
# What is left of a fund's name when a glyph of it is misread: then the title does not say which money.
_OF_A_FUND = re.compile(
    r"公共(?!资源|卫生|交通|安全)|一般|政府性|性基|基金|国有|资本|经营|拨款|财.{0,2}款|.政拨|基本|项目"
)
_SPENDS = ("expenditure", "general", "basic", "three_public", "project")
_COMPARES = re.compile(r"增减|增长|增幅|相比|比上年|较上年|占|率|%$|上年预算数的")
_BY_GOVERNMENT = re.compile(r"^5\d{2}(?:\d{2})?$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in print: `amount` as printed, `scale` yuan in one of its unit."""

    place: Place
    meaning: Meaning
    year: int | None
    stage: Stage | None
    amount: Decimal
    scale: Decimal | None
    table: str
    column: int
    inherited: bool = False

    @property
    def yuan(self) -> Decimal:
        """In yuan; where no unit is known, as printed."""
        return self.amount * (self.scale or 1)

    @property
    def step(self) -> Decimal:
        """Yuan in one of the last printed digit."""
        return Decimal(1).scaleb(int(self.amount.as_tuple().exponent)) * (self.scale or 1)


def sort_of(table: Table) -> str | None:
    """What a table is by its title, or by a kind that is given or certain; None where nothing says."""
    title = re.sub(r"\(?20\d{2}年?度?\)?", "", plain(table.title or "")[:200])
    for pattern, sort in _TITLES:
        if pattern.search(title):
            return None if sort in _GENERIC and _OF_A_FUND.search(title) else sort
    kind = table.kind or next((g.kind for g in table.kinds[:1] if g.probability >= _CERTAIN), None)
    return _KINDS.get(kind.partition(".")[2]) if kind else None


def figures_of(tables: Iterable[TableView]) -> list[Figure]:
    """All figures of the tables of one group, zeros among them, in reading order."""
    found: list[Figure] = []
    for view in tables:
        sort = sort_of(view.table)
        if sort is not None:
            found += _unambiguous(_figures(view, sort))
        elif view.header_rows == 0 or "绩效" in (view.table.title or ""):
            found += _unambiguous(
                _figure(view, row, col, meaning) for row, col, meaning in form_figures(view)
            )
    return found


def _figure(view: TableView, row: int, col: int, meaning: Meaning, inherited: bool = False) -> Figure | None:
    cell = view.cell(row, col)
    number = view.number(row, col)
    if number is None or (cell.row, cell.col) != (row, col) or cell.unit == "%":
        return None
    scale = amounts.scale(cell.unit) if cell.unit else amounts.scale(view.table.unit)
    year, stage = _dated(view, cell)
    place = At(view.id, row, col)
    return Figure(place, meaning, year, stage, number, scale, view.id, col, inherited)


def _dated(view: TableView, cell: Cell) -> tuple[int | None, Stage | None]:
    """A blank has no context of its own: that of its table."""
    if cell.amount is None:
        return view.table.year, view.table.stage
    return cell.year or view.table.year, cell.stage or view.table.stage


def _unambiguous(figures: Iterable[Figure | None]) -> list[Figure]:
    """Those whose meaning the table prints once, or always with the same number."""
    by_key: dict[object, list[Figure]] = {}
    for figure in figures:
        if figure is not None:
            by_key.setdefault((figure.meaning, figure.year, figure.stage), []).append(figure)
    return [same[0] for same in by_key.values() if len({f.amount for f in same}) == 1]


def _figures(view: TableView, sort: str) -> Iterator[Figure | None]:
    base = _BASES[sort]
    for panel in view.panels:
        columns = dict(_columns(view, panel, sort, base))
        for row, meaning, inherited in _rows(panel, sort, columns):
            overall = row.role == "total" and meaning == Meaning() and _spans_panels(view, panel, row)
            for col, of_column in columns.items():
                together = base if overall else _refined(of_column, meaning)
                if together is not None:
                    yield _figure(view, row.row, col, together, inherited)


def _spans_panels(view: TableView, panel: Panel, row: Row) -> bool:
    """Whether a row's label reaches in from the list to the left: 合计 of all lists side by side."""
    return any(view.cell(row.row, col).col < panel.cols.start for col in panel.labels[:1])


def _columns(view: TableView, panel: Panel, sort: str, base: Meaning) -> Iterator[tuple[int, Meaning]]:
    """Per column of numbers what its header says; those that compare or are not understood left out."""
    said: dict[int, Meaning] = {}
    for col in panel.numbers:
        meaning: Meaning | None = Meaning()
        for text in view.header_paths[col]:
            if text.isdigit():
                continue  # a column's number
            if _COMPARES.search(text):
                meaning = None
            given = read(text) or economic_column(text)
            meaning = _refined(meaning, given) if meaning is not None and given is not None else None
        if meaning is not None and view.roles[col] != "ratio":
            said[col] = meaning
    carried = any(m.flow in ("opening", "surplus") for m in said.values())
    for col, meaning in said.items():
        if sort in _SPENDS and meaning.flow not in ("", "spending"):
            continue
        # With 上年结转 among the columns the bare total is 收入总计, not 本年收入.
        bare_total = sort == "revenue" and carried and meaning == Meaning()
        together = _refined(base, Meaning(flow="income") if bare_total else meaning)
        if together is not None:
            yield col, together


def economic_column(text: str) -> Meaning | None:
    """A column headed by an economic class."""
    code = economic_class(text)
    return Meaning(economic=code, flow="spending") if code and code != "399" else None


def _refined(broad: Meaning, fine: Meaning) -> Meaning | None:
    """What is finer, within what is broad: a row's 收入总计 decides over its column's 收入."""
    if fine.flow and broad.flow and fine.flow != broad.flow:
        if fine.flow in ("receipts", "spending") and broad.flow in ("opening", "closing"):
            fine = replace(fine, flow="")
        elif _side(fine) == _side(broad):
            broad = replace(broad, flow="")
        else:
            return None
    if fine.item and broad.item == "all":
        broad = replace(broad, item="")
    if fine.nature and broad.nature and fine.nature == broad.nature:
        fine = replace(fine, nature="")
    return broad.joined(fine)


def _side(meaning: Meaning) -> str:
    return "out" if meaning.flow in ("spending", "outlay", "closing", "distributed") else "in"


def _rows(panel: Panel, sort: str, columns: dict[int, Meaning]) -> Iterator[tuple[Row, Meaning, bool]]:
    if sort in ("summary", "fiscal_summary"):
        yield from _summary_rows(panel, columns)
        return
    unit = ""
    units = {row.code for row in panel.rows if row.code and not _subject(row.code)}
    named = [row for row in panel.rows if row.role == "item"]
    for row in panel.rows:
        if row.code is not None and sort in _BY_CODE and not _subject(row.code):
            # The department's own code begins those of its units: its row is the total.
            unit = "" if all(code.startswith(row.code) for code in units) else row.code
            yield row, Meaning(unit=unit), False
            continue
        meaning = _coded_row(row, sort, len(named))
        if meaning is not None:
            unit = "" if row.role == "total" else unit
            yield row, replace(meaning, unit=meaning.unit or unit), False


def _subject(code: str) -> bool:
    return is_function(code) or is_economic(code) or _BY_GOVERNMENT.match(code) is not None


def _coded_row(row: Row, sort: str, named: int) -> Meaning | None:
    """What a row of a table of codes, of projects or of items says."""
    if row.role in ("blank", "note", "section"):
        return None
    if row.role == "of_which" and sort not in ("three_public", "revenue"):
        return None
    if sort == "project":
        return Meaning() if row.role == "total" else Meaning(project=bare(row.name)) if row.name else None
    if row.code is not None:
        if is_function(row.code):
            return Meaning(function=row.code)
        return Meaning(economic=row.code) if is_economic(row.code) else None
    said = read(row.label if row.role == "total" else row.name)
    if said is None and sort == "three_public" and row.role == "item":
        return Meaning() if named == 1 else None  # the organization's own row
    if said is not None and row.role == "item" and said == Meaning():
        return None
    return said


def _summary_rows(panel: Panel, columns: dict[int, Meaning]) -> Iterator[tuple[Row, Meaning, bool]]:
    """Rows of one side of a summary: by class names, and below 上年结转 or 基本支出 as parts of it."""
    rows = [row for row in panel.rows if row.role in ("item", "of_which", "total")]
    beside = [row.ordinal.level for row in rows if row.ordinal and (m := read(row.name)) and m.fund == "fund"]
    functions = sum(function_class(row.name) is not None for row in rows)
    economics = sum(economic_class(row.name) is not None for row in rows)
    flows = {m.flow for m in columns.values() if m.flow}
    under = Meaning()
    for row in rows:
        said = _named(row, functions > economics, functions + economics > 0)
        if said is None:
            under = Meaning() if row.ordinal and row.ordinal.level == 1 else under
            continue
        meaning, heads = said
        if meaning.source == "fiscal" and not meaning.fund and row.ordinal and row.ordinal.level in beside:
            continue  # 财政拨款 beside 政府性基金 is not the whole of it
        if row.role == "total" or meaning.flow in ("income", "outlay"):
            under = Meaning()
            if meaning == Meaning():
                meaning = _grand(row, flows, rows)
                if meaning == Meaning():
                    continue
        elif heads:
            under = meaning
        elif meaning.fund and under.flow in ("opening", "closing"):
            meaning = replace(meaning, flow=under.flow)
        elif (meaning.economic or meaning.programme) and under.nature:
            meaning = replace(meaning, nature=under.nature)
        inherited = bool(under != Meaning() and not heads)
        yield row, meaning, inherited


def _named(row: Row, functional: bool, classes: bool) -> tuple[Meaning, bool] | None:
    """What a label of a summary names, and whether it heads the rows below it."""
    if row.role != "total" and classes:
        if functional and (code := row.code or function_class(row.name)):
            return Meaning(function=code, flow="spending"), False
        if not functional and (code := row.code or economic_class(row.name)):
            return Meaning(economic=code, flow="spending"), False
    said = read(row.label if row.ordinal is None else row.name)
    if said is None:
        return None
    if said == Meaning() and row.role != "total":
        return None
    heads = said.flow in ("opening", "closing") and not said.fund
    heads = heads or (bool(said.nature) and not said.economic and not said.programme)
    heads = heads or said in (Meaning(flow="receipts"), Meaning(flow="spending"))
    return said, heads


def _grand(row: Row, flows: AbstractSet[str], rows: list[Row]) -> Meaning:
    """A bare 总计 closes its side: 收入总计 or 支出总计; a bare 合计 says too little."""
    if row is not rows[-1] or "总计" not in row.label or len(flows) != 1:
        return Meaning()
    flow = next(iter(flows))
    if flow in ("receipts", "income"):
        return Meaning(flow="income")
    return Meaning(flow="outlay") if flow in ("spending", "outlay") else Meaning()
