"""Amount cells read again, each from a crop of its own, and doubtful ones once more.

The first reading takes a line of text as it was detected, among 18,710 glyphs. Here the same
cell is cut out by its ink and read as an amount or nothing. Where that is not clear, or not what
the first reading says, crops that differ in what usually goes wrong (margins, pixels, a seal) are
read too, and all lattices speak together.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from ..amounts import normalize, parse, printed
from ..document import Box, Cell, Problem, Reading, Table
from ..layout.ink import Ink
from ..layout.roles import describe
from ..source import Image
from .amount_beam import Hypothesis, decode, decode_together
from .amount_cells import AmountCell, crop, find_amount_cells
from .engine import LatticeEngine
from .number_format import NumberFormat, infer_format
from .options import OcrOptions

Lattice = npt.NDArray[np.float32]
_Variant = tuple[str, Callable[[], Image]]

_SURE = 0.98  # probability of the best reading from which, if the first reading is the same, it stands
_MARGIN = 3.0  # log-probability by which the best must exceed the second
_FAINT = 0.3  # probability below which the ink of a blank cell is not looked at again
_CLEAR = 0.9  # probability from which ink in a blank cell is an amount
_TEXT = 0.2  # probability that it is an amount at all, from which what looks like a number becomes one
_WIDER, _SHIFTED = 0.6, 0.5  # margins as shares of the line's height
_KEPT = 6  # alternatives of a cell
_AT_ONCE = 64  # crops whose pixels are held at a time


@dataclass(frozen=True)
class Reread:
    """Tables with their amounts read again.

    Attributes:
        tables: described anew, since roles follow from what the cells say.
        problems: limits that were reached.
        read: boxes of cells that bear an amount now and were blank before.
    """

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...] = ()
    read: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Views:
    """A page as its amounts are read: (height, width, 3) BGR with and without its seals, and its ink."""

    sealed: Image
    clean: Image
    ink: Ink

    @classmethod
    def of(cls, image: Image, ink: Ink) -> Views:
        """Of an upright page."""
        return cls(image, image if ink.clean is None else ink.clean, ink)


@dataclass
class _Case:
    """A cell on its way: its lattices so far, and what they say together."""

    place: AmountCell
    cell: Cell
    prior: NumberFormat
    lattices: list[Lattice]
    found: tuple[Hypothesis, ...] = ()
    attempts: tuple[tuple[str, str], ...] = ()


def reread_amounts(
    engine: LatticeEngine,
    views: Views,
    tables: Sequence[Table],
    words: Iterable[tuple[Box, str]],
    options: OcrOptions,
    page: int,
) -> Reread:
    """Read the amounts of a page's tables again.

    Args:
        engine: gives lattices.
        views: the page.
        tables: described, each on this page alone.
        words: box and text of what was read on the page.
        options: `amounts` says how thoroughly.
        page: its number, for problems.
    """
    places = find_amount_cells(tables, views.ink, words)
    if options.amounts == "plain" or not places:
        return Reread(tuple(tables))
    cases = _first(engine, views, tables, places)
    doubtful = [case for case in cases if _doubtful(case)]
    problems: tuple[Problem, ...] = ()
    if options.amounts == "reread":
        doubtful.sort(key=lambda case: case.found[0].log_probability if case.found else -math.inf)
        if len(doubtful) > options.amounts_reread:
            message = (
                f"{len(doubtful)} amounts are doubtful, only {options.amounts_reread} of them "
                "(amounts_reread) were read once more"
            )
            problems = (Problem("warning", "limit_reached", message, page, "ocr.amounts"),)
        doubtful = doubtful[: options.amounts_reread]
        _again(engine, doubtful, partial(_variants, views))
    else:
        doubtful = [case for case in doubtful if case.place.plain]
        _again(engine, doubtful, lambda place: [("plain", partial(_plain(views), place))])
    return _accepted(tables, cases, problems)


def _first(
    engine: LatticeEngine, views: Views, tables: Sequence[Table], places: Sequence[AmountCell]
) -> list[_Case]:
    """Every place read from its own crop under the number format of its column."""
    own = partial(crop, views.clean)
    lattices = _lattices(engine, [partial(own, place) for place in places])
    by_column: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    cells = [tables[place.table].cells[place.index] for place in places]
    for place, cell in zip(places, cells, strict=True):
        by_column[place.table, cell.col].append(cell.text)
    by_table: defaultdict[int, list[str]] = defaultdict(list)
    for (table, _), texts in by_column.items():
        by_table[table] += texts
    usual = {table: infer_format(texts) for table, texts in by_table.items()}
    formats = {(table, col): infer_format(texts, usual[table]) for (table, col), texts in by_column.items()}
    cases = []
    for place, cell, lattice in zip(places, cells, lattices, strict=True):
        prior = formats[place.table, cell.col]
        found = decode(lattice, prior)
        first = ((cell.reading.source if cell.reading else engine.name, cell.text),)
        attempts = (*first, ("cell", found[0].text if found else ""))
        cases.append(_Case(place, cell, prior, [lattice], tuple(found), attempts))
    return cases


def _again(
    engine: LatticeEngine, cases: Sequence[_Case], variants: Callable[[AmountCell], list[_Variant]]
) -> None:
    """Read cases from other crops as well, and let all lattices speak together."""
    named = [variants(case.place) for case in cases]
    lattices = iter(_lattices(engine, [make for one in named for _, make in one]))
    for case, one in zip(cases, named, strict=True):
        for name, _ in one:
            lattice = next(lattices)
            alone = decode(lattice, case.prior)
            case.lattices.append(lattice)
            case.attempts += ((name, alone[0].text if alone else ""),)
        case.found = _together(case)


def _together(case: _Case) -> tuple[Hypothesis, ...]:
    """What all lattices say, or the first two alone: the cell's own crop and that of the first reading.

    The others are there to settle a doubt. Where those two agree, or know an amount where all
    together know none, the others have only brought one in, as a stroke beside the figures does.
    Crops that all say one amount, each by itself, are not overruled by their sum: what they have in
    common, as a comma with a short tail, would count once for each, and the column's format once.
    """
    said = {text for _, text in case.attempts[1:]}
    if len(said) == 1 and case.found and case.found[0].text in said and parse(case.found[0].text):
        return case.found
    whole, narrow = (decode_together(views, case.prior) for views in (case.lattices, case.lattices[:2]))
    if not whole or not narrow:
        return whole or narrow
    agreed = all(_same(text, narrow[0].text) for _, text in case.attempts[:2])
    amounts = [sum(math.exp(h.log_probability) for h in f if parse(h.text)) for f in (whole, narrow)]
    return narrow if agreed or amounts[0] < _TEXT <= amounts[1] else whole


def _lattices(engine: LatticeEngine, makers: Sequence[Callable[[], Image]]) -> list[Lattice]:
    """Lattices of crops that are made when their turn comes."""
    found: list[Lattice] = []
    for start in range(0, len(makers), _AT_ONCE):
        found += engine.lattices([make() for make in makers[start : start + _AT_ONCE]])
    return found


def _doubtful(case: _Case) -> bool:
    """Whether the best reading is unlikely, hardly better than the second, or not the first reading."""
    blank = not case.cell.text.strip()
    if not case.found:
        return not blank
    best = case.found[0].log_probability
    if blank and (not case.found[0].text or best < math.log(_FAINT)):
        return False  # specks of a blank cell; half of the stage's time would go there
    if best < math.log(_SURE) or not _same(case.found[0].text, case.cell.text):
        return True
    return len(case.found) > 1 and best - case.found[1].log_probability < _MARGIN


def _same(one: str, other: str) -> bool:
    """Whether two texts are one amount in one print; spaces and widths aside."""
    return "".join(normalize(one).split()) == "".join(normalize(other).split())


def _plain(views: Views) -> Callable[[AmountCell], Image]:
    """The crop of the first reading, or one like it."""

    def make(place: AmountCell) -> Image:
        if not place.plain:
            return crop(views.clean, place, 0.45)
        box = Box.around(place.plain)
        rows = slice(max(0, int(box.top)), max(int(box.top) + 1, math.ceil(box.bottom)))
        columns = slice(max(0, int(box.left)), max(int(box.left) + 1, math.ceil(box.right)))
        return np.ascontiguousarray(views.clean[rows, columns])

    return make


def _wider(views: Views) -> Callable[[AmountCell], Image]:
    """With twice the margin, so that figures are smaller in the network's input.

    Enlarging by cubic interpolation, sharpening and stretching of contrast were tried as well: on
    type of 5 pixels they read less than the plain crop, on larger type the same.
    """
    return lambda place: crop(views.clean, place, _WIDER)


def _shifted(views: Views) -> Callable[[AmountCell], Image]:
    """Moved by half a pixel both ways: on small type each stroke falls on other pixels then."""
    by_half = np.array([[1, 0, 0.5], [0, 1, 0.5]], np.float32)

    def make(place: AmountCell) -> Image:
        part = crop(views.clean, place, _SHIFTED)
        size = (part.shape[1], part.shape[0])
        return np.asarray(cv2.warpAffine(part, by_half, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    return make


def _lightest(views: Views) -> Callable[[AmountCell], Image]:
    """With its seal, in the lightest channel, where coloured ink is pale and black ink is black.

    What takes a seal off for the other crops may leave its edges, or take ink, too.
    """

    def make(place: AmountCell) -> Image:
        part = crop(views.sealed, place)
        return np.repeat(part.max(axis=2, keepdims=True), 3, axis=2)

    return make


_VARIANTS: tuple[tuple[str, Callable[[Views], Callable[[AmountCell], Image]]], ...] = (
    ("plain", _plain),
    ("wider", _wider),
    ("shifted", _shifted),
)


def _variants(views: Views, place: AmountCell) -> list[_Variant]:
    """Names of the crops that a doubtful cell is read from, and what makes them."""
    makers = list(_VARIANTS)
    if views.clean is not views.sealed:
        rows, columns = (slice(int(a), math.ceil(b)) for a, b in _sides(place.limits))
        if not np.array_equal(views.clean[rows, columns], views.sealed[rows, columns]):
            makers.append(("lightest", _lightest))
    return [(name, partial(make(views), place)) for name, make in makers]


def _sides(box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    return (max(0.0, box.top), box.bottom), (max(0.0, box.left), box.right)


def _accepted(tables: Sequence[Table], cases: Iterable[_Case], problems: tuple[Problem, ...]) -> Reread:
    """The tables with what was read; roles and amounts follow from the new texts."""
    changed: defaultdict[int, dict[int, Cell]] = defaultdict(dict)
    read = []
    for case in cases:
        cell = _with_reading(case)
        if cell is not None:
            changed[case.place.table][case.place.index] = cell
            if not case.cell.text.strip() and cell.box:
                read.append(cell.box)
    result = [
        _redescribed(table, changed[number]) if number in changed else table
        for number, table in enumerate(tables)
    ]
    return Reread(tuple(result), problems, tuple(read))


def _redescribed(table: Table, changed: dict[int, Cell]) -> Table:
    cells = [changed.get(index, cell) for index, cell in enumerate(table.cells)]
    bare = tuple(replace(cell, header=False, amount=None) for cell in cells)
    return describe(replace(table, cells=bare))


def _with_reading(case: _Case) -> Cell | None:
    """The cell with its new reading; None where the first one stays as it is.

    A blank becomes an amount only where ink reads clearly, as an amount becomes a dash, and text
    only where it is no text; what reads as nothing now stays what it was.
    """
    before = printed(case.cell.text)
    ranked = [(h.text, h.log_probability) for h in case.found]
    if not ranked:
        return None
    best, probability = ranked[0][0], math.exp(ranked[0][1])
    now = printed(best)
    if before == "blank" and not (probability >= _CLEAR and now in ("amount", "zero", "dash")):
        return None
    numbers = sum(math.exp(p) for text, p in ranked if parse(text) is not None)
    if before == "text" and (numbers < _TEXT or now == "blank"):
        return _as_text(case, ranked)
    if before in ("amount", "zero") and (
        now in ("blank", "text") or (now == "dash" and probability < _CLEAR)
    ):
        return None
    text = case.cell.text if _same(best, case.cell.text) else best
    alternatives = tuple(_alternatives([(text, ranked[0][1]), *ranked[1:]], case.cell.text))
    source = case.cell.reading.source if case.cell.reading else "cell"
    reading = Reading(text, round(probability, 4), source, alternatives, case.attempts)
    return replace(case.cell, text=text, reading=reading)


def _as_text(case: _Case, ranked: Sequence[tuple[str, float]]) -> Cell | None:
    """The cell with its text as it was, and the amounts that it may be, for sums to decide.

    A text that is no amount and hardly anything else, as 20.74. or i21.43, is neither read nor lost.
    """
    known = case.cell.reading
    amounts = tuple((text, round(p, 4)) for text, p in ranked[:_KEPT] if parse(text) is not None)
    if known is None or not amounts or not any(c.isdigit() for c in case.cell.text):
        return None
    return replace(case.cell, reading=replace(known, alternatives=amounts, attempts=case.attempts))


def _alternatives(ranked: Sequence[tuple[str, float]], first: str) -> Iterator[tuple[str, float]]:
    """The likeliest readings, and the first one among them if it is an amount at all."""
    kept = [(text, round(p, 4)) for text, p in ranked[:_KEPT]]
    yield from kept
    if parse(first) is None or any(_same(first, text) for text, _ in kept):
        return
    rest = max(1e-6, 1 - sum(math.exp(p) for _, p in ranked))
    known = next((p for text, p in ranked if _same(first, text)), None)
    yield first, round(min(known if known is not None else math.log(rest / 2), kept[-1][1]), 4)
