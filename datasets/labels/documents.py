"""Hand-made tables → truth: what somebody typed into HTML or a workbook becomes a document.

Structure and text are what was typed. Which cells bear amounts is told by the class of a
cell (`amount` or `text`), else by the roles of the columns where they are given, else as
for any table read from a page (`layout.roles`). Unit, year and stage come from the
nearest of cell, table and caller that says them. The truth is partial: it has no boxes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from ... import amounts
from ...document import Cell, Column, ColumnRole, Document, SourceInfo, Stage, Table
from ...errors import CrossfootError, InputError, MissingInput, OptionsError, UnsupportedInput
from ...layout.roles import describe
from ..kinds import KINDS
from .html import MAX_CHARACTERS, HtmlCell, HtmlTable, html_tables

ROLES: tuple[ColumnRole, ...] = get_args(ColumnRole)
STAGES: tuple[Stage, ...] = get_args(Stage)
GROUP = "g1"


def tables_from_html(text: str, name: str) -> tuple[tuple[Cell, ...], ...]:
    """The cells of every `<table>`, as records; `name` is what messages call the text.

    Raises:
        InputError, LimitExceeded: as `labels.html.html_tables`.
    """
    return tuple(tuple(_cell(cell) for cell in table.cells) for table in html_tables(text, name))


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every table of a file unless the table says otherwise.

    `columns` are the roles of the columns from the left; `header_rows` the rows above the
    body, for files that do not mark header cells.
    """

    kind: str | None = None
    unit: str | None = None
    year: int | None = None
    stage: Stage | None = None
    organization: str | None = None
    title: str | None = None
    columns: Sequence[ColumnRole] | None = None
    header_rows: int | None = None


def document_from_labels(
    file: Path | str, *, source: Path | str | None = None, defaults: Defaults | None = None, **given: Any
) -> Document:
    """The truth that a file of labels describes, .html, .htm or .xlsx; one table after another.

    A `<table>` may carry data-id, data-kind, data-title, data-unit, data-year, data-stage,
    data-organization, data-page, data-columns (roles, blank between) and data-header-rows,
    a cell data-unit, data-year and data-stage, of a header cell for all under it; a
    `<caption>` is a title. `given` are fields of `Defaults`. `source` is the scan that the
    labels belong to; without it the truth names none.

    Raises:
        InputError: a label that is impossible; file, table, address and reason.
        OptionsError: an unknown kind, unit, stage or role in `defaults` or `given`.
        MissingInput: there is no such file.
        UnsupportedInput: neither HTML nor a workbook.
    """
    path = Path(file)
    about = replace(defaults or Defaults(), **given)
    if wrong := _impossible(about):
        name, reason, remedy = wrong
        raise OptionsError(reason, name=f"--{name}", remedy=remedy)  # the table's file is not to blame
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        tables = _html(path, about)
    elif suffix == ".xlsx":
        tables = _xlsx(path, about)
    else:
        raise UnsupportedInput("is neither .html nor .xlsx", name=str(path), remedy="label in HTML or Excel")
    seen: set[str] = set()
    for number, (table, _) in enumerate(tables, start=1):
        if table.id in seen:
            raise InputError(f"id {table.id[:40]} is given twice", name=f"{path}, table {number}")
        seen.add(table.id)
    pages = {table.id: page for table, page in tables if page is not None}
    return Document(
        source=_source(path if source is None else Path(source), is_source=source is not None),
        tables=tuple(table for table, _ in tables),
        extra={"labels": {"pages": pages}} if pages else {},
    )


def _source(path: Path, *, is_source: bool) -> SourceInfo:
    if not is_source:
        return SourceInfo(name=path.name, sha256="", pages=0)
    from ...source import open_source

    with open_source(path) as opened:
        return SourceInfo(name=opened.name, sha256=opened.sha256, pages=opened.page_count)


def _html(path: Path, about: Defaults) -> list[tuple[Table, int | None]]:
    found = html_tables(_read(path), str(path))
    if not found:
        raise InputError("has no table", name=str(path))
    return [
        _html_table(f"t{number}", table, about, f"{path}, table {number}")
        for number, table in enumerate(found, start=1)
    ]


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > 4 * MAX_CHARACTERS:
            raise InputError(f"is larger than {4 * MAX_CHARACTERS >> 20} MiB", name=str(path))
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MissingInput("no such file", name=str(path)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8: {error.reason} at byte {error.start}", name=str(path)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", name=str(path)) from None


def _html_table(name: str, table: HtmlTable, about: Defaults, place: str) -> tuple[Table, int | None]:
    data = {
        key.removeprefix("data-"): value for key, value in table.attributes.items() if key.startswith("data-")
    }
    known = {"id", "kind", "title", "unit", "year", "stage", "organization", "page", "columns", "header-rows"}
    if unknown := sorted(set(data) - known):
        raise InputError(f"data-{unknown[0]} means nothing", name=place)
    own: dict[str, Any] = {key: data[key] for key in ("kind", "unit", "stage", "organization") if key in data}
    if title := data.get("title") or table.caption:
        own["title"] = title
    own |= {key: _integer(data[key], f"data-{key}", place) for key in ("year",) if key in data}
    if "header-rows" in data:
        own["header_rows"] = _integer(data["header-rows"], "data-header-rows", place)
    if "columns" in data:
        own["columns"] = tuple(re.split(r"[\s,]+", data["columns"].strip()))
    about = replace(about, **own)
    _require(about, place)
    page = _integer(data["page"], "data-page", place) if "page" in data else None
    marked = {(c.row, c.col): c.attributes for c in table.cells}
    header_rows = about.header_rows
    if header_rows is None and any(c.header for c in table.cells):
        header_rows = min((c.row for c in table.cells if not c.header), default=table.shape[0])
    cells = tuple(_cell(cell) for cell in table.cells)
    return _table(data.get("id") or name, table.shape, cells, marked, header_rows, about, place), page


def _xlsx(path: Path, about: Defaults) -> list[tuple[Table, int | None]]:
    from ...sheets.workbooks import SheetAbout, xlsx_tables

    tables: list[tuple[Table, int | None]] = []
    for number, sheet in enumerate(xlsx_tables(path), start=1):
        place = f"{path}, sheet {sheet.name}"
        listed = sheet.about or SheetAbout()
        own = replace(about, kind=listed.kind or about.kind, title=listed.title or about.title)
        _require(own, place)
        header_rows = about.header_rows if about.header_rows is not None else sheet.header_rows or None
        tables.append((_table(f"t{number}", sheet.shape, sheet.cells, {}, header_rows, own, place), None))
    return tables


def _table(
    name: str,
    shape: tuple[int, int],
    cells: tuple[Cell, ...],
    marked: Mapping[tuple[int, int], Mapping[str, str]],
    header_rows: int | None,
    about: Defaults,
    place: str,
) -> Table:
    """The table with header rows, roles, amounts and what holds for them."""
    ordered = tuple(sorted(cells, key=lambda c: (c.row, c.col)))
    try:
        table = Table(id=name, shape=shape, cells=ordered, group=GROUP)
    except CrossfootError as error:
        raise InputError(error.reason, name=place) from None
    if header_rows is not None and header_rows > shape[0]:
        raise InputError(f"{header_rows} header rows of {shape[0]} rows", name=place)
    table = describe(table, header_rows)
    if about.columns is not None:
        if len(about.columns) != shape[1]:
            roles = f"{len(about.columns)} role{'s' * (len(about.columns) != 1)}"
            raise InputError(f"has {shape[1]} columns, and {roles} given for them", name=place)
        table = replace(table, columns=tuple(map(_with_role, table.columns, about.columns)))
    under = _said_by_headers(table, marked, about, place)
    filled = tuple(
        _filled(cell, table, marked.get((cell.row, cell.col), {}), under[cell.col], place)
        for cell in table.cells
    )
    return replace(
        table,
        cells=filled,
        columns=tuple(replace(c, unit=about.unit) if c.role == "amount" else c for c in table.columns),
        title=about.title,
        organization=about.organization,
        year=about.year,
        stage=about.stage,
        unit=about.unit,
        kind=about.kind,
    )


def _with_role(column: Column, role: ColumnRole) -> Column:
    return replace(column, role=role)


def _filled(cell: Cell, table: Table, attributes: Mapping[str, str], about: Defaults, place: str) -> Cell:
    """The cell with its amount, if it bears one, and the unit, year and stage of that."""
    where = f"{place}, cell ({cell.row}, {cell.col})"
    classes = attributes.get("class", "").split()
    parsed = amounts.parse(cell.text)
    amount = parsed.value if parsed is not None and not parsed.percent else None
    if "amount" in classes:
        if amount is None and amounts.printed(cell.text) not in ("blank", "dash"):
            raise InputError(f"{cell.text[:40]!r} is no amount", name=where)
    elif "text" in classes or cell.header:
        amount = None
    elif about.columns is not None:
        amount = amount if table.columns[cell.col].role == "amount" else None
    else:
        amount = cell.amount
    if amount is None:
        return replace(cell, amount=None)
    said = _said(attributes, about, where)
    return replace(cell, amount=amount, unit=said.unit, year=said.year, stage=said.stage)


def _said_by_headers(
    table: Table, marked: Mapping[tuple[int, int], Mapping[str, str]], about: Defaults, place: str
) -> list[Defaults]:
    """Per column, what its header cells say, the lowest last; 2018年 and 2019年 stand side by side."""
    said = [about] * table.shape[1]
    for cell in table.cells:
        if cell.row < table.header_rows:
            for col in cell.cols:
                where = f"{place}, cell ({cell.row}, {cell.col})"
                said[col] = _said(marked.get((cell.row, cell.col), {}), said[col], where)
    return said


def _said(attributes: Mapping[str, str], about: Defaults, where: str) -> Defaults:
    """The unit, year and stage that a cell says itself."""
    own: dict[str, Any] = {
        key: attributes[f"data-{key}"] for key in ("unit", "year", "stage") if f"data-{key}" in attributes
    }
    if not own:
        return about
    if "year" in own:
        own["year"] = _integer(own["year"], "data-year", where)
    said = replace(about, **own)
    _require(said, where)
    return said


def _cell(cell: HtmlCell) -> Cell:
    return Cell(cell.row, cell.col, cell.row_span, cell.col_span, header=cell.header, text=cell.text)


def _integer(text: str, what: str, place: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text.strip(), re.ASCII):
        raise InputError(f"{what}={text[:40]!r} is no number", name=place)
    return int(text)


def _require(about: Defaults, place: str) -> None:
    if wrong := _impossible(about):
        _, reason, remedy = wrong
        raise InputError(reason, name=place, remedy=remedy)


def _impossible(about: Defaults) -> tuple[str, str, str] | None:
    """The first field that means nothing: its name, why, and what there is instead."""
    if about.kind is not None and about.kind not in KINDS:
        return "kind", f"{about.kind[:40]!r} is no kind of table", f"there are {', '.join(KINDS)}"
    if about.stage is not None and about.stage not in STAGES:
        return "stage", f"{about.stage[:40]!r} is no stage", f"there are {', '.join(STAGES)}"
    if about.unit is not None and amounts.scale(about.unit) is None:
        return "unit", f"{about.unit[:40]!r} is no unit of money", "write, say, 元 or 万元"
    for role in about.columns or ():
        if role not in ROLES:
            return "columns", f"{role[:40]!r} is no role", f"there are {', '.join(ROLES)}"
    return None
