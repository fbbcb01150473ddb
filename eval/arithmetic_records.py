"""What the benchmark of arithmetic notes of cells, misprints and documents; figures are sums over these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ..document import Box, State
from .metrics.misprints import Misprint

Sort = Literal["amount", "zero", "blank", "dash", "other"]
"""What a cell of the truth is: an amount other than zero, …; `other` are cells that print no amount, or
cells of the result that none of the truth's is the partner of."""
Group = Literal["ruled", "other rulings"]
RULED = ("full", "thin", "thick_frame")
"""Ruling styles in which every cell is framed."""
SIZES = (">=10 px", "8-10 px", "<8 px")
"""Heights of digits on the scan."""
PROVEN: tuple[State, ...] = ("proven", "corrected")


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell of the result.

    Attributes:
        table: its table, as `row` and `col` in the whole table.
        amount: in the end.
        first: as it was read, before arithmetic.
        attempts: what each step of reading made of it: amounts, None for a text that is none.
        choices: alternatives with their probabilities, the best first.
        covered: whether a law or a usual equation of the result holds it.
        spans: rows and columns that it covers.
    """

    table: str
    row: int
    col: int
    text: str
    amount: Decimal | None
    first: Decimal | None
    attempts: tuple[tuple[str, Decimal | None], ...] = ()
    choices: tuple[tuple[Decimal | None, float], ...] = ()
    state: State | None = None
    corrected: bool = False
    covered: bool = False
    spans: tuple[int, int] = (1, 1)

    def attempt(self, *sources: str) -> Decimal | None:
        """What the first of these steps that ran made of it; the first reading where none did."""
        made = dict(self.attempts)
        return next((made[source] for source in sources if source in made), self.first)


@dataclass(frozen=True, slots=True)
class Case:
    """A cell of the truth with what the result has in its place.

    Attributes:
        table: id in the truth, as `row` and `col` in the whole table there.
        page: of the cell, and `box` on that page's scan.
        printed: amount on paper, misprints included.
        height: of digits in pixels of the scan; None where the truth does not tell.
        misprinted: whether the publisher printed something else than was meant.
        covered: whether a law or a usual equation of the truth holds it.
        broken: whether one of those fails in print.
        at: the result's cell at the same address; `by` the one after rows and columns were aligned.
    """

    sort: Sort
    table: str
    kind: str | None
    page: int | None
    row: int
    col: int
    text: str
    printed: Decimal | None
    box: Box | None = None
    height: float | None = None
    misprinted: bool = False
    covered: bool = False
    broken: bool = False
    at: Seen | None = None
    by: Seen | None = None

    @property
    def size(self) -> str | None:
        """The class of heights that its digits are in."""
        if self.height is None:
            return None
        return SIZES[0] if self.height >= 10 else SIZES[1] if self.height >= 8 else SIZES[2]

    @property
    def exact(self) -> bool:
        """Whether the amount is right and at its address."""
        return self.at is not None and self.at.amount == self.printed

    @property
    def right(self) -> bool:
        """Whether what the result has in its place is what is printed."""
        return self.by is not None and self.by.amount == self.printed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What equations of some origins alone make of a document: counts over amounts other than zero."""

    amounts: int = 0
    exact: int = 0
    misread: int = 0
    proven: int = 0
    corrections: int = 0
    corrections_wrong: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.amounts + other.amounts,
            self.exact + other.exact,
            self.misread + other.misread,
            self.proven + other.proven,
            self.corrections + other.corrections,
            self.corrections_wrong + other.corrections_wrong,
        )


@dataclass(frozen=True, slots=True)
class FixtureScore:
    """A document in one kind of damage.

    Attributes:
        cases: its cells.
        misprints: those planted, with what became of them.
        alone: by origin, what its equations alone make of it.
        seconds: of one core, that arithmetic took; `reading` what reading took.
        digest: of the program that read it.
    """

    fixture: str
    document: str
    damage: str
    ruling: str | None
    pages: int
    cases: tuple[Case, ...]
    misprints: tuple[Misprint, ...] = ()
    alone: Mapping[str, Outcome] = field(default_factory=dict)
    seconds: float = 0.0
    reading: float = 0.0
    digest: str = ""

    @property
    def ruled(self) -> bool:
        """Whether every cell of its tables is framed."""
        return self.ruling in RULED

    def merged(self, case: Case) -> bool:
        """Whether a wrong amount is that of a neighbour whose cell was merged with this one."""
        if case.by is None or case.right or case.by.spans == (1, 1):
            return False
        down, across = case.by.spans
        return any(
            other.printed == case.by.amount
            for other in self.cases
            if other.by is None and (other.table, other.page) == (case.table, case.page)
            if other.row in range(case.row, case.row + down)
            and other.col in range(case.col, case.col + across)
        )

    @property
    def clean(self) -> bool:
        """Whether the publisher misprinted nothing and every amount was read as printed."""
        return not self.misprints and all(
            case.by is not None and case.by.first == case.printed
            for case in self.cases
            if case.sort in ("amount", "zero")
        )
