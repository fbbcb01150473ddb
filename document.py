"""The records: what a digitized document is made of, and document.json.

All records are frozen; a stage takes one and returns a new one. One frame serves all
coordinates: pixels of the upright page, origin top left, y down, floats. `codec` turns
records into JSON values by their type hints, so a field declared here is a key there.
`extra` holds the keys of a later version of the format, kept on rewriting.
"""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import codec
from .errors import DocumentError, LimitExceeded, OutputError

if TYPE_CHECKING:
    import pandas

SCHEMA = "crossfoot/1"
MAX_JSON_BYTES = 1 << 30
MAX_ADDRESSES = 1_000_000  # of one table; a hundred bytes of JSON may claim a span over billions

Status = Literal["ok", "partial", "failed"]
Severity = Literal["info", "warning", "error"]
State = Literal["proven", "corrected", "disputed", "unchecked", "confirmed"]
Stage = Literal["budget", "adjusted_budget", "final", "prior_budget", "prior_final"]
ScanSource = Literal["image", "render", "text_layer"]
ColumnRole = Literal["code", "name", "line_number", "amount", "ratio", "text"]
TextRole = Literal["title", "unit", "organization", "note", "paragraph", "furniture", "seal", "stamp"]
Values = Literal["text", "amount", "state"]
DecidedBy = Literal["cell", "column", "row", "line", "section", "document"]

PROBLEM_CODES = {
    "page_unreadable": "A page could not be loaded; the others were digitized.",
    "page_damaged": "An image on a page is cut off; what is missing of it was read as blank.",
    "page_too_large": "A page exceeds a limit on its size; the option is named in the message.",
    "stage_failed": "A stage of the pipeline failed on one page; what came before it is kept.",
    "text_layer_rejected": "A page has a text layer that is itself bad OCR; the page was read as a scan.",
    "page_reduced": "A scan of very many pixels was worked on at a reduced size.",
    "page_blank": "A page bears no ink; if it should, its content is damaged.",
    "page_turned": "It is in doubt which end of a page is up; its text may be upside down or on its side.",
    "weights_missing": "An optional network cannot be had; what it would have decided stays in doubt.",
    "limit_reached": "Something was more than an option allows and was left out; the option is named.",
    "grid_doubtful": "The rulings of a table are unclear, so its cells may be wrong.",
    "word_outside_cells": "A word inside a table belongs to no cell; it stays in `texts`.",
    "amount_unreadable": "A cell in a column of amounts has digits that make no amount.",
    "unreadable_ink": "A cell bears ink in which no text was read.",
    "equation_fails": "Amounts contradict each other; the message says which, and by how much.",
    "rows_missing": "A table leaves out rows that another table of its group prints; their sum is missing.",
    "formula_unreadable": "A printed formula cannot be understood; it was not used.",
    "formula_misprinted": "A printed formula names rows or columns that contradict the numbers.",
    "ink_missed": "A cell was read as blank, but bears ink and its equations need an amount.",
    "context_contradicts": "Two places say different units, years or stages of the same amounts.",
    "code_name_contradicts": "The name beside a code is that of another code.",
    "arithmetic_limit": "Reconciliation ran out of time or size; what was not proven is unchecked.",
    "input_unusable": "The input could not be read at all.",
}
"""The closed list of problem codes, each with what it means."""


def _extra() -> Any:
    return field(default_factory=dict, hash=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright page; may be empty, never inverted.

    Coordinates are kept to a hundredth of a pixel, so that what is written is what is held.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        for name in ("left", "top", "right", "bottom"):
            object.__setattr__(self, name, round(float(getattr(self, name)), 2))
        across = -math.inf < self.left <= self.right < math.inf  # also refuses NaN
        if not (across and -math.inf < self.top <= self.bottom < math.inf):
            raise DocumentError(f"a box must not be inverted or infinite: {self.to_list()}")

    @classmethod
    def from_list(cls, values: Iterable[float]) -> Box:
        """From [left, top, right, bottom]."""
        items = tuple(values)
        if len(items) != 4:
            raise DocumentError(f"a box has four numbers, not {len(items)}")
        return cls(*items)

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of `boxes`, of which there must be one."""
        items = list(boxes)
        return cls(
            min(b.left for b in items),
            min(b.top for b in items),
            max(b.right for b in items),
            max(b.bottom for b in items),
        )

    def to_list(self) -> list[float]:
        """[left, top, right, bottom]."""
        return [self.left, self.top, self.right, self.bottom]

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        """(x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: Box) -> float:
        """Area shared with `other`, in square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside or on the edge."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Scan:
    """What a page was read from: its own pixels, before it was made upright.

    `dpi` is null where the file does not say (a photograph).
    """

    width: int
    height: int
    dpi: float | None
    source: ScanSource
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Page:
    """One upright page, `width` × `height` pixels.

    `from_scan` is the 3×3 matrix from pixels of the scan to pixels of the page, row by
    row; `mesh`, where a bent page was followed piecewise, is a grid of
    [scan x, scan y, page x, page y] points that refines it.
    """

    number: int
    width: int
    height: int
    scan: Scan
    from_scan: tuple[tuple[float, ...], ...]
    mesh: tuple[tuple[float, ...], ...] | None = None
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a recogniser saw, with ranked alternatives as (text, log-probability).

    An amount is read in several steps; `attempts` are what each of them read, as (source,
    text), in order. Alternatives of an amount have calibrated probabilities; the first is `text`.
    """

    text: str
    confidence: float
    source: str
    alternatives: tuple[tuple[str, float], ...] = ()
    attempts: tuple[tuple[str, str], ...] = ()
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a cell on one page."""

    page: int
    box: Box
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class TablePart:
    """A piece of a table on one page; `repeated_header_rows` were printed again and dropped."""

    page: int
    box: Box
    repeated_header_rows: int = 0
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a reading was changed: the equations that forced it, and by what margin."""

    equations: tuple[int, ...]
    margin: float
    source: str | None = None
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and all that is known of it.

    `text` is the final text, `reading.text` the first one; `amount` is a number or null,
    in `unit`. A cell has two `parts` where a page break cuts it. `unit_from`, `year_from` and
    `stage_from` say what decided.
    """

    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    parts: tuple[Part, ...] = ()
    header: bool = False
    text: str = ""
    reading: Reading | None = None
    amount: Decimal | None = None
    unit: str | None = None
    year: int | None = None
    stage: Stage | None = None
    state: State | None = None
    why: str | None = None
    correction: Correction | None = None
    equations: tuple[int, ...] = ()
    unit_from: DecidedBy | None = None
    year_from: DecidedBy | None = None
    stage_from: DecidedBy | None = None
    extra: Mapping[str, Any] = _extra()

    def __post_init__(self) -> None:
        if self.row < 0 or self.col < 0 or self.row_span < 1 or self.col_span < 1:
            raise DocumentError(
                f"row {self.row}, col {self.col}, spans {self.row_span} × {self.col_span} are no address"
            )

    @property
    def rows(self) -> range:
        """The rows that the cell covers."""
        return range(self.row, self.row + self.row_span)

    @property
    def cols(self) -> range:
        """The columns that the cell covers."""
        return range(self.col, self.col + self.col_span)

    @property
    def box(self) -> Box | None:
        """Where the first part stands, or None for a cell that was never on a page."""
        return self.parts[0].box if self.parts else None


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds; `decimals` is the commonest number of printed decimals."""

    role: ColumnRole | None = None
    unit: str | None = None
    decimals: int | None = None
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class KindGuess:
    """One of the kinds that a table may be."""

    kind: str
    probability: float
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True)
class Table:
    """A complete grid: every address in `shape` (rows, columns) is covered by exactly one cell.

    `unit`, `year` and `stage` are defaults; the cells' own values decide. `score` is the
    grid engine's confidence from 0 to 1, `score_reason` why it is low.

    Raises:
        DocumentError: an address that no cell or more than one cell covers.
    """

    id: str
    shape: tuple[int, int]
    cells: tuple[Cell, ...]
    group: str | None = None
    parts: tuple[TablePart, ...] = ()
    title: str | None = None
    organization: str | None = None
    year: int | None = None
    stage: Stage | None = None
    unit: str | None = None
    kind: str | None = None
    kinds: tuple[KindGuess, ...] = ()
    header_rows: int = 0
    columns: tuple[Column, ...] = ()
    score: float | None = None
    score_reason: str | None = None
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = _extra()

    def __post_init__(self) -> None:
        _require_complete(self.shape, self.cells)

    @cached_property
    def _owners(self) -> dict[tuple[int, int], Cell]:
        return {(row, col): cell for cell in self.cells for row in cell.rows for col in cell.cols}

    def cell_at(self, row: int, col: int) -> Cell:
        """The cell that covers an address; KeyError outside the table."""
        return self._owners[row, col]

    def starts(self) -> Iterator[list[Cell]]:
        """Per row, the cells that start there, from left to right."""
        for row in range(self.shape[0]):
            yield [
                c for col in range(self.shape[1]) if (c := self._owners[row, col]).row == row and c.col == col
            ]

    def to_pandas(self, values: Values = "text") -> pandas.DataFrame:
        """The body as a DataFrame with header paths as columns; see `export.frames.frame`."""
        from .export.frames import frame

        return frame(self, values)

    def to_html(self) -> str:
        """One escaped `<table>` element; see `export.html.table_html`."""
        from .export.html import table_html

        return table_html(self)

    def _repr_html_(self) -> str:
        return self.to_html()


@dataclass(frozen=True, slots=True)
class Text:
    """Text outside the grids, a paragraph each."""

    id: str
    role: TextRole
    page: int
    box: Box
    text: str
    reading: Reading | None = None
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Mention:
    """An amount in running text, with the phrase that says what it is."""

    id: str
    page: int
    box: Box
    text: str
    amount: Decimal
    unit: str | None
    phrase: str
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Term:
    """A cell (table, row, col) or a mention, times a factor."""

    table: str | None = None
    row: int | None = None
    col: int | None = None
    mention: str | None = None
    factor: Decimal = Decimal(1)
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Equation:
    """A relation between amounts that arithmetic found in the document.

    `residual` is the total less what the terms make; `reason` what in the document suggests
    the relation, in one sentence.
    """

    id: int
    relation: Literal["sum", "equal", "at_most", "product", "ratio"]
    strength: Literal["law", "usual", "hint"]
    origin: str
    total: Term
    terms: tuple[Term, ...]
    tolerance: Decimal = Decimal(0)
    residual: Decimal | None = None
    holds: bool | None = None
    reason: str | None = None
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong after the input was accepted; `code` is in PROBLEM_CODES."""

    severity: Severity
    code: str
    message: str
    page: int | None = None
    stage: str | None = None
    where: str | None = None
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Step:
    """A stage that ran, with its settings and the seconds it took over all pages."""

    stage: str
    seconds: float
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The file that was read: its name without folders, SHA-256 and number of pages."""

    name: str
    sha256: str
    pages: int
    extra: Mapping[str, Any] = _extra()


@dataclass(frozen=True, slots=True)
class Document:
    """A digitized document; `status` is never ok while a problem is an error."""

    source: SourceInfo
    status: Status = "ok"
    problems: tuple[Problem, ...] = ()
    steps: tuple[Step, ...] = ()
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    equations: tuple[Equation, ...] = ()
    mentions: tuple[Mention, ...] = ()
    texts: tuple[Text, ...] = ()
    extra: Mapping[str, Any] = _extra()

    def __post_init__(self) -> None:
        if self.status == "ok" and any(p.severity == "error" for p in self.problems):
            raise DocumentError("a document with a problem of severity error is not ok")

    def to_json(self) -> str:
        """document.json as text; loading it gives an equal document."""
        return json.dumps({"schema": SCHEMA} | codec.encode(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Document:
        """Read document.json; unknown keys are kept.

        Raises:
            DocumentError: not JSON, another schema, or values that break the format.
        """
        try:
            value = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise DocumentError(f"not JSON: {error}") from None
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise DocumentError(f"not a {SCHEMA} document")
        return codec.decode(cls, {k: v for k, v in value.items() if k != "schema"})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write document.json in one step: a reader sees the old file or the whole new one."""
        # A lone surrogate has no UTF-8, but `\udc00` is how JSON writes it.
        write_atomically(Path(path), self.to_json().encode(errors="backslashreplace"))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Document:
        """Read a document.json that `save` or `digitize` wrote."""
        file = Path(path)
        try:
            if file.stat().st_size > MAX_JSON_BYTES:
                raise LimitExceeded(f"larger than {MAX_JSON_BYTES >> 20} MiB", name=str(file))
            return cls.from_json(file.read_bytes())
        except OSError as error:
            raise DocumentError(error.strerror or str(error), name=str(file)) from None
        except DocumentError as error:
            raise DocumentError(f"{error}", name=str(file)) from None


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` beside `path` and rename, so that no half-written file is ever seen.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with temporary.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", name=str(path)) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _require_complete(shape: tuple[int, int], cells: tuple[Cell, ...]) -> None:
    rows, cols = shape
    if rows < 0 or cols < 0 or (rows == 0) != (cols == 0):
        raise DocumentError(f"{rows} × {cols} is no shape of a table")
    if rows * cols > MAX_ADDRESSES:
        raise DocumentError(f"a {rows} × {cols} table has more than {MAX_ADDRESSES} addresses")
    covered: set[tuple[int, int]] = set()
    area = sum(cell.row_span * cell.col_span for cell in cells)
    if area > rows * cols:  # before anything is allocated: a span may claim to be a million rows
        raise DocumentError(f"cells cover {area} addresses of a {rows} × {cols} table")
    for cell in cells:
        if cell.row + cell.row_span > rows or cell.col + cell.col_span > cols:
            raise DocumentError(f"cell ({cell.row}, {cell.col}) reaches out of a {rows} × {cols} table")
        for row in cell.rows:
            for col in cell.cols:
                if (row, col) in covered:
                    raise DocumentError(f"address ({row}, {col}) is covered twice")
                covered.add((row, col))
    if len(covered) != rows * cols:
        row, col = next(a for a in ((i // cols, i % cols) for i in range(rows * cols)) if a not in covered)
        raise DocumentError(f"address ({row}, {col}) is covered by no cell")
