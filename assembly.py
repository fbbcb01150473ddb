"""A page's grids and readings as records: tables with their texts, and what stands outside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from .document import (
    Box,
    Cell,
    Document,
    Page,
    Part,
    Problem,
    SourceInfo,
    Step,
    Table,
    TablePart,
    Text,
    TextRole,
)
from .layout.dashes import with_dashes
from .layout.engine import Found, Grid
from .layout.paragraphs import Line, find_lines, find_paragraphs
from .layout.roles import describe, unreadable_amounts
from .layout.surroundings import Surroundings, furniture, read_surroundings
from .layout.words import Word
from .ocr.cutting import Place
from .ocr.page import PageText

if TYPE_CHECKING:
    from .arithmetic.options import ArithmeticOptions
    from .errors import InputError
    from .layout.options import LayoutOptions
    from .ocr.options import OcrOptions
    from .ocr.rereading import Reread
    from .source import Image, SourceOptions

_SURE = 0.95  # a clean scan scores 0.99 and more; at 0.95 one side in twenty is unclear


@dataclass(frozen=True)
class PageResult:
    """A page as it was digitized, for pictures: the upright image (height, width, 3) BGR,
    its tables and texts, the boxes that were read, and the words read as (box, text). A table
    that goes on over pages has one id on all of them."""

    page: Page
    image: Image
    tables: tuple[Table, ...]
    texts: tuple[Text, ...]
    words: tuple[Box, ...]
    readings: tuple[tuple[Box, str], ...] = ()


@dataclass(frozen=True)
class PageRecords:
    """The records of one page."""

    tables: tuple[Table, ...]
    texts: tuple[Text, ...]
    problems: tuple[Problem, ...]


def page_records(
    page: Page, found: Found, text: PageText, tables: int, texts: int, seals: Sequence[Box] = ()
) -> PageRecords:
    """Make the records of one page.

    Args:
        page: the upright page.
        found: its grids.
        text: what was read on it.
        tables: number of tables on the pages before, for ids that hold until pages are joined.
        texts: likewise for texts.
        seals: where the page bears seals; what they say is not read.
    """
    grids = found.grids
    # A grid without any text is a frame, a chart or a form's rule: nothing to digitize.
    kept = [i for i in range(len(grids)) if any(place.grid == i for place in text.cells)]
    lines = find_lines(text.outside)
    around = read_surroundings(lines, [grids[i].box for i in kept], page.height)
    written, ids = _texts(page, lines, around, texts)
    records = tuple(
        _table(f"t{tables + n + 1}", page.number, grids[i], i, text, about, ids)
        for n, (i, about) in enumerate(zip(kept, around, strict=True))
    )
    strays = [_stray(page, word, texts + len(written) + n) for n, word in enumerate(text.astray, 1)]
    problems = [_problem("word_outside_cells", f"{t.text!r} belongs to no cell", page, t.box) for t in strays]
    problems += [Problem("warning", "limit_reached", m, page.number, "layout.grids") for m in found.limits]
    problems += [_doubtful(t, page) for t in records if t.score is not None and t.score < _SURE]
    problems += _about_page(page, text)
    unread = "a cell bears ink in which nothing was read"
    problems += [_problem("unreadable_ink", unread, page, box) for box in text.unread]
    first = texts + len(written) + len(strays) + 1
    stamped = [Text(f"x{n}", "seal", page.number, box, "") for n, box in enumerate(seals, first)]
    return PageRecords(records, (*written, *strays, *stamped), tuple(problems))


def settled(records: PageRecords, reread: Reread) -> PageRecords:
    """The records with amounts as they were read again, and no word of ink that was read by then."""
    kept = tuple(p for p in records.problems if not _read_by_then(p, reread.read))
    return PageRecords(reread.tables, records.texts, (*kept, *reread.problems))


def _read_by_then(problem: Problem, read: Sequence[Box]) -> bool:
    if problem.code != "unreadable_ink" or not problem.where:
        return False
    ink = Box.from_list(json.loads(problem.where))
    return any(box.holds(*ink.center) for box in read)


def _about_page(page: Page, text: PageText) -> list[Problem]:
    """What the text of a page says of the page as a whole."""
    if not text.boxes:
        return [Problem("info", "page_blank", "nothing to read on the page", page.number, "ocr")]
    long = [box for box in text.boxes if max(box.width, box.height) > 2.5 * min(box.width, box.height)]
    upright = sum(box.width > box.height for box in long)
    if len(long) < 8 or upright > 0.4 * len(long):
        return []
    return [Problem("warning", "page_turned", "the page seems to be turned by 90°", page.number, "ocr")]


def table_problems(tables: Iterable[Table]) -> list[Problem]:
    """What the whole tables of a document show to be wrong: it takes all of a column to say what it holds."""
    return [
        Problem(
            "warning",
            "amount_unreadable",
            f"{cell.text!r} is no amount",
            cell.parts[0].page if cell.parts else None,
            "layout.roles",
            f"{table.id} ({cell.row}, {cell.col})",
        )
        for table in tables
        for cell in unreadable_amounts(table)
    ]


def _doubtful(table: Table, page: Page) -> Problem:
    message = f"its grid on this page scores {table.score:.2f}: {table.score_reason}"
    return Problem("warning", "grid_doubtful", message, page.number, "layout.grids", table.id)


def _stray(page: Page, word: Word, number: int) -> Text:
    return Text(f"x{number}", "paragraph", page.number, word.box, word.reading.text, word.reading)


def _problem(code: str, message: str, page: Page, box: Box) -> Problem:
    return Problem("warning", code, message, page.number, "ocr", str(box.to_list()))


def _texts(
    page: Page, lines: list[Line], around: list[Surroundings], before: int
) -> tuple[list[Text], dict[int, str]]:
    """Texts in reading order, and the ids of the lines that a table lays claim to."""
    roles: dict[int, TextRole] = {i: role for about in around for i, role in about.roles}
    plain = [line for i, line in enumerate(lines) if i not in roles]
    loose = [line for line in plain if not furniture(line, page.height)]
    entries: list[tuple[Line, TextRole, int | None]] = [(lines[i], role, i) for i, role in roles.items()]
    entries += [(line, "furniture", None) for line in plain if furniture(line, page.height)]
    entries += [(line, "paragraph", None) for line in find_paragraphs(loose)]
    entries.sort(key=lambda entry: (entry[0].box.top, entry[0].box.left))
    texts, ids = [], {}
    for number, (line, role, index) in enumerate(entries, before + 1):
        texts.append(Text(f"x{number}", role, page.number, line.box, line.text, line.reading))
        if index is not None:
            ids[index] = f"x{number}"
    return texts, ids


def _table(
    name: str, page: int, grid: Grid, index: int, text: PageText, about: Surroundings, ids: dict[int, str]
) -> Table:
    cells = []
    for number, cell in enumerate(grid.cells):
        reading = text.cells.get(Place(index, number))
        cells.append(
            Cell(
                cell.row,
                cell.col,
                cell.row_span,
                cell.col_span,
                (Part(page, cell.box),),
                text=reading.text if reading else "",
                reading=reading,
            )
        )
    return describe(
        with_dashes(
            Table(
                name,
                grid.shape,
                tuple(cells),
                parts=(TablePart(page, grid.box),),
                title=about.title,
                organization=about.organization,
                year=about.year,
                stage=about.stage,
                unit=about.unit,
                score=grid.score,
                score_reason=grid.reason,
                notes=tuple(ids[i] for i in about.notes),
            )
        )
    )


def unusable(name: str, error: InputError) -> Document:
    """A failed document: all there is to say of an input that cannot be read."""
    problem = Problem("error", "input_unusable", str(error), stage="source")
    return Document(SourceInfo(name, "", 0), "failed", (problem,))


def steps(
    seconds: Mapping[str, float],
    source: SourceOptions,
    layout: LayoutOptions,
    ocr: OcrOptions,
    arithmetic: ArithmeticOptions,
) -> tuple[Step, ...]:
    """The stages that ran with the seconds that each took, and what was asked of them."""
    origins = arithmetic.origins
    settings: dict[str, dict[str, Any]] = {
        "source": asdict(replace(source, password=None)),
        "layout.grids": {"engine": layout.grid},
        "ocr": asdict(replace(ocr, weights=None)),
        "arithmetic": {"origins": None if origins is None else sorted(origins)},
    }
    return tuple(Step(name, round(s, 4), settings.get(name, {})) for name, s in seconds.items())
