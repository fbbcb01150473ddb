"""Compose a whole disclosure: draw the accounts, make its tables and text, relate them, spoil some.

Every table draws its wording from a generator of its own, named for its kind. So a table can
be made again from other accounts and differ in nothing but its figures, which is how two
tables of different drafts come about.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from ...document import Stage
from ..content import (
    At,
    Block,
    DisclosureContent,
    MisprintContent,
    PageBreak,
    ParagraphContent,
    Said,
)
from . import drafts, irregular, misprints
from .accounts import Accounts, Quantity
from .budget.narrative import narrative as budget_narrative
from .budget.tables import BUDGET_TABLES
from .building import Context, Made
from .cover import contents, cover
from .drafts import Narrative
from .final.narrative import narrative as final_narrative
from .final.tables import FINAL_TABLES
from .ledger import Size, draw_accounts
from .numbers import Numbers, draw_numbers
from .other import OTHER_TABLES
from .performance.forms import PERFORMANCE_FORMS
from .relating import Figure, related

Family = Literal["budget", "final", "performance"]
Maker = Callable[[Context], tuple[Made, ...]]

TABLES: Mapping[str, Maker] = {**BUDGET_TABLES, **FINAL_TABLES, **PERFORMANCE_FORMS, **OTHER_TABLES}
"""The makers of all kinds, in the order in which documents print them."""
_ORDINAL = re.compile(r"^[（(]?[一二三四五六七八九十\d]+[）)、.．]\s*")
_OPTIONAL = {  # share of documents that have them
    "budget.state_capital_expenditure": 0.5,
    "budget.project_expenditure": 0.6,
    "budget.government_procurement": 0.4,
    "budget.service_purchase": 0.3,
    "performance.project_target": 0.6,
    "performance.overall_target": 0.5,
    "performance.self_evaluation": 0.6,
    "other": 0.3,
}
_FORMS: Mapping[Family, tuple[str, ...]] = {
    "budget": ("performance.project_target", "performance.overall_target", "other"),
    "final": ("performance.self_evaluation", "other"),
    "performance": tuple(PERFORMANCE_FORMS),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What documents to make.

    Attributes:
        kinds: only tables of these kinds; none means all.
        tables: at most so many kinds of table, without cover, contents and most of the
            narrative, as an excerpt of few pages; None means whole documents.
        misprints: share of documents with misprints of the publisher, 0 to 1.
        irregular: share of documents that leave out levels and parts of their code trees, 0 to 1; that is
            no misprint: the amounts are right, and the equations are those that the print still bears.
        size: of the accounts, and so of their tables; None draws it.
    """

    kinds: tuple[str, ...] = ()
    tables: int | None = None
    misprints: float = 0.3
    irregular: float = 0.0
    size: Size | None = None


def draw_disclosure(name: str, entropy: Sequence[int], recipe: Recipe | None = None) -> DisclosureContent:
    """The disclosure that `entropy` stands for; equal arguments give equal content."""
    return _Composition(name, tuple(entropy), recipe or Recipe()).content()


class _Composition:
    def __init__(self, name: str, entropy: tuple[int, ...], recipe: Recipe) -> None:
        self.name = name
        self.entropy = entropy
        self.recipe = recipe
        self.habits: dict[str, str] = {}
        self.habits_before: dict[str, dict[str, str]] = {}
        rng = self._rng("document")
        self.family = self._draw_family(rng)
        stage: Stage = "final" if self.family == "final" else "budget"
        self.numbers: Numbers = draw_numbers(rng)
        self.accounts = draw_accounts(rng, self.numbers, stage, self.recipe.size)
        self.kinds = self._draw_kinds(rng)

    def _rng(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([*self.entropy, zlib.crc32(purpose.encode())])

    def _context(self, purpose: str, accounts: Accounts | None = None) -> Context:
        """What a maker is given; made again from other accounts, it starts from the same wordings."""
        before = self.habits_before.setdefault(purpose, dict(self.habits))
        habits = self.habits if accounts is None else dict(before)
        return Context(accounts or self.accounts, self.numbers, self._rng(purpose), habits)

    def _draw_family(self, rng: np.random.Generator) -> Family:
        shares: dict[Family, float] = {"budget": 0.45, "final": 0.4, "performance": 0.15}
        wanted = {kind for kind in self.recipe.kinds if kind != "other"}
        open_to = [f for f in shares if not wanted or wanted & {*_own(f), *_FORMS[f]}]
        weights = np.array([shares[family] for family in open_to])
        return open_to[int(rng.choice(len(open_to), p=weights / weights.sum()))]

    def _draw_kinds(self, rng: np.random.Generator) -> list[str]:
        kinds = [*_own(self.family), *_FORMS[self.family]]
        if self.recipe.kinds:
            kinds = [kind for kind in kinds if kind in self.recipe.kinds]
        else:
            kinds = [k for k in kinds if rng.random() < _OPTIONAL.get(k, 1.0)] or kinds[:1]
        if self.recipe.tables is not None and len(kinds) > self.recipe.tables:
            chosen = rng.permutation(len(kinds))[: self.recipe.tables]
            kinds = [kinds[index] for index in sorted(chosen.tolist())]
        return kinds

    def content(self) -> DisclosureContent:
        made = {kind: TABLES[kind](self._context(kind)) for kind in self.kinds}
        if self.recipe.irregular:
            made = irregular.thinned(made, self._rng("irregular"), self.recipe.irregular)
        told = self._narrative()
        rng = self._rng("misprints")
        right = self._assembled(made, told)
        if rng.random() >= self.recipe.misprints:
            return right
        if rng.random() < 0.4:
            for tables, narrative, misprint in self._structural(made, told, rng):
                wrong = replace(self._assembled(tables, narrative), misprints=(misprint,))
                # One that contradicts nothing cannot be found, however well a page is read.
                if misprints.contradictory(wrong):
                    return wrong
        return misprints.plant(right, rng)

    def _assembled(self, made: Mapping[str, tuple[Made, ...]], told: Narrative) -> DisclosureContent:
        paragraphs, said, asserted = told
        tables = [item for group in made.values() for item in group]
        relations = [relation for item in tables for relation in item.relations]
        relations += [*asserted, *related(self.accounts, list(_figures(tables, paragraphs, said)))]
        return DisclosureContent(
            name=self.name,
            family=self.family,
            organization=self.accounts.organization,
            year=self.accounts.year,
            stage=self.accounts.stage,
            unit=self.numbers.unit,
            blocks=tuple(self._blocks(tables, paragraphs)),
            relations=tuple(relations),
            labels=self._labels(),
        )

    def _labels(self) -> dict[str, Any]:
        numbers = asdict(self.numbers)
        return {
            "template": self.family,
            "excerpt": self.recipe.tables is not None,
            "numbers": numbers,
            "rounding": not self.numbers.exact,
        }

    def _narrative(self, accounts: Accounts | None = None) -> Narrative:
        if self.family == "performance" or self.recipe.kinds or self.recipe.tables is not None:
            return (), (), ()
        write = final_narrative if self.family == "final" else budget_narrative
        return write(self._context("narrative", accounts))

    def _structural(
        self, made: dict[str, tuple[Made, ...]], told: Narrative, rng: np.random.Generator
    ) -> Iterator[tuple[dict[str, tuple[Made, ...]], Narrative, MisprintContent]]:
        """Structural misprints that this document has room for, the sorts in a random order."""
        for sort in rng.permutation(drafts.SORTS).tolist():
            if sort == "rows_left_out":
                outcome = drafts.leave_rows_out(made, rng)
                if outcome:
                    yield outcome[0], told, outcome[1]
                continue
            other = drafts.other_accounts(self.accounts, self.numbers, rng, sort)
            if sort == "narrative_of_another_version":
                version = self._narrative(other)
                spoiled = drafts.narrative_misprint(sort, told, version)
                if spoiled:
                    yield made, version, spoiled
                continue
            for kind in rng.permutation(list(made)).tolist():
                again = TABLES[kind](self._context(kind, other))
                found = drafts.table_misprint(sort, made[kind], again, self.accounts, other)
                if found:
                    yield made | {kind: again}, told, found

    def _blocks(self, tables: list[Made], paragraphs: tuple[ParagraphContent, ...]) -> Iterator[Block]:
        whole = not self.recipe.kinds and self.recipe.tables is None
        if whole and self.family != "performance":
            yield from self._front_matter(tables, paragraphs)
        body: list[Block] = [item.table for item in tables]
        first = self._rng("order").random() < 0.7
        if paragraphs and first:
            yield from (*paragraphs, PageBreak(), *body)
        elif paragraphs:
            yield from (*body, PageBreak(), *paragraphs)
        else:
            yield from body

    def _front_matter(
        self, tables: Sequence[Made], paragraphs: Sequence[ParagraphContent]
    ) -> Iterator[Block]:
        """Cover and contents, each on pages of its own."""
        subject = "部门预算" if self.family == "budget" else "部门决算"
        context = self._context("cover")
        yield from cover(context, subject)
        yield PageBreak()
        headings = [_ORDINAL.sub("", p.text) for p in paragraphs if p.role == "heading"]
        titles = [item.table.title for item in tables if item.table.title]
        year = f"{self.accounts.year}年{subject}"
        parts = [(f"{year}情况说明", headings), (f"{year}公开表", titles)]
        yield from contents(context, [part for part in parts if part[1]])
        yield PageBreak()


def _own(family: Family) -> tuple[str, ...]:
    tables: dict[Family, tuple[str, ...]] = {
        "budget": tuple(BUDGET_TABLES),
        "final": tuple(FINAL_TABLES),
        "performance": (),
    }
    return tables[family]


def _figures(
    tables: Sequence[Made], paragraphs: Sequence[ParagraphContent], said: Sequence[tuple[Said, Quantity]]
) -> Iterator[Figure]:
    for item in tables:
        cells = {At(item.table.key, cell.row, cell.col): cell for cell in item.table.cells}
        for at, quantity in item.figures:
            if figure := Figure.printed(at, quantity, cells[at]):
                yield figure
    mentions = {paragraph.key: paragraph.mentions for paragraph in paragraphs}
    for place, quantity in said:
        if figure := Figure.printed(place, quantity, mentions[place.key][place.index]):
            yield figure
