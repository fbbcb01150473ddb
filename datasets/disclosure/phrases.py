"""Running text that tells figures of the accounts: offsets of each amount, and what follows from them.

A `Narrative` collects paragraphs. Its amounts are quantities, as those of tables are, so that
text and tables agree; shares and changes are computed from the amounts as printed, and each
states the relation by which a reader can check it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from ..content import (
    MentionContent,
    ParagraphContent,
    ParagraphRole,
    Ref,
    Relation,
    RelationContent,
    Said,
    Strength,
)
from .accounts import Quantity
from .building import ONE, Context
from .numbers import Numbers

HUNDRED = Decimal(100)
YI = Decimal(100_000_000)


@dataclass
class Narrative:
    """Paragraphs, the quantities that they tell and the relations between them.

    `prefix` begins every paragraph's key and must be unique in the document. `numbers` is
    how amounts are told: by default in 万元 with two decimals, or in 元 where the document
    keeps to 元 and chance has it; trailing zeros stay or go for the whole document.
    """

    context: Context
    prefix: str = "n"
    numbers: Numbers | None = None
    paragraphs: list[ParagraphContent] = field(default_factory=list)
    figures: list[tuple[Said, Quantity]] = field(default_factory=list)
    relations: list[RelationContent] = field(default_factory=list)
    printed: dict[Said, Decimal] = field(default_factory=dict)
    open: str | None = None

    def __post_init__(self) -> None:
        self.numbers = self.numbers or told(self.context)

    @property
    def format(self) -> Numbers:
        """How amounts are told."""
        assert self.numbers is not None  # noqa: S101  set above
        return self.numbers

    def heading(self, text: str) -> None:
        """A heading."""
        self.paragraphs.append(ParagraphContent(self._key(), "heading", text))

    def body(self, text: str) -> None:
        """A paragraph without amounts."""
        self.paragraphs.append(ParagraphContent(self._key(), "body", text))

    def phrase(self, text: str = "", role: ParagraphRole = "body") -> Phrase:
        """A paragraph to be composed; `end` adds it. One is open at a time."""
        return Phrase(self, self._key(), role).add(text)

    def sum(
        self,
        total: Ref,
        terms: Sequence[Ref | tuple[Ref, Decimal]],
        strength: Strength = "usual",
        relation: Relation = "sum",
    ) -> None:
        """State that `total` is the sum of `terms`, all of them amounts told in full; of none, nothing."""
        weighed = tuple(term if isinstance(term, tuple) else (term, ONE) for term in terms)
        if weighed:
            tolerance = self.format.tolerance(len(weighed))
            self.relations.append(RelationContent(relation, strength, "narrative", total, weighed, tolerance))

    def _key(self) -> str:
        return f"{self.prefix}/{len(self.paragraphs) + 1}"


@dataclass
class Phrase:
    """A paragraph under composition; every method returns it, `last` is the latest mention."""

    narrative: Narrative
    key: str
    role: ParagraphRole
    text: str = ""
    mentions: list[MentionContent] = field(default_factory=list)

    @property
    def last(self) -> Said:
        """The mention made last."""
        return Said(self.key, len(self.mentions) - 1)

    def add(self, text: str) -> Phrase:
        """Plain words."""
        self.text += text
        return self

    def amount(self, quantity: Quantity, phrase: str = "") -> Phrase:
        """An amount of the accounts; `phrase` says what it is, by default the words before it."""
        self.money(self.narrative.context.accounts.value(quantity), phrase)
        self.narrative.figures.append((self.last, quantity))
        return self

    def money(self, yuan: Decimal, phrase: str = "") -> Phrase:
        """Yuan which are no quantity of the ledger: a difference, a purchase."""
        numbers = self.narrative.format
        return self._say(numbers.rounded(yuan), numbers.unit, phrase)

    def about(self, quantity: Quantity, phrase: str = "") -> Phrase:
        """An amount rounded to hundredths of 亿元; too coarse to enter a relation."""
        yuan = self.narrative.context.accounts.value(quantity)
        return self._say((yuan / YI).quantize(Decimal("0.01"), ROUND_HALF_UP), "亿元", phrase)

    def share(self, part: Said, whole: Said, phrase: str = "") -> Phrase:
        """How many per cent of `whole` a `part` is, both as printed; nothing where the whole is nothing."""
        return self._percent(part, whole, phrase)

    def change(
        self, now: Quantity, before: Quantity, *, said: Said | None = None, tell_before: bool | None = None
    ) -> Phrase:
        """How a figure differs from the year before: more, less or the same, and by how much per cent.

        `said` is where the figure itself stands; with it and with the earlier figure told too, the
        difference and the percentage are relations.
        """
        narrative = self.narrative
        context = narrative.context
        accounts, numbers = context.accounts, narrative.format
        difference = accounts.value(now) - accounts.value(before)
        year = accounts.year - 1
        plan = "决算" if accounts.stage == "final" else "预算"
        words = context.choose(
            f"比{year}年{plan}", f"比上年{plan}数", "较上年", f"比{year}年", f"与{year}年相比"
        )
        if not numbers.rounded(difference):
            return self.add(context.choose(f"与{year}年{plan}持平", "与上年持平", f"与{year}年相比无变化"))
        earlier: Said | None = None
        if tell_before if tell_before is not None else context.chance(0.4):
            self.add(context.choose(f"上年{plan}", f"{year}年{plan}数为", f"{year}年安排"))
            self.amount(before, f"{year}年{plan}").add("，")
            earlier = self.last
            words = context.choose("同比", "比上年", f"比{year}年")
        more = difference > 0
        self.add(words + ("增加" if more else "减少"))
        self.money(abs(difference), "增加" if more else "减少")
        moved = self.last
        if earlier is not None and said is not None:
            sign = ONE if more else -ONE
            narrative.sum(moved, [(said, sign), (earlier, -sign)])
        if accounts.value(before):
            self.add("，" + (context.choose("增长", "增幅") if more else "下降"))
            if earlier is not None and narrative.printed[earlier]:
                return self._percent(moved, earlier, "增长" if more else "下降")
            rate = (abs(difference) * HUNDRED / accounts.value(before)).quantize(
                Decimal("0.01"), ROUND_HALF_UP
            )
            return self._say(rate, "%", "增长" if more else "下降")
        return self

    def end(self, text: str = "。") -> None:
        """Close the paragraph and add it to the narrative."""
        self.add(text)
        self.narrative.paragraphs.append(
            ParagraphContent(self.key, self.role, self.text, tuple(self.mentions))
        )

    def _percent(self, part: Said, whole: Said, phrase: str) -> Phrase:
        over, under = self.narrative.printed[part], self.narrative.printed[whole]
        if not under:
            return self._say(Decimal(0), "%", phrase)
        rate = (over * HUNDRED / under).quantize(Decimal("0.01"), ROUND_HALF_UP)
        self._say(rate, "%", phrase)
        terms: tuple[tuple[Ref, Decimal], ...] = ((part, HUNDRED), (whole, ONE))
        half = Decimal("0.005")
        self.narrative.relations.append(RelationContent("ratio", "usual", "ratio", self.last, terms, half))
        return self

    def _say(self, value: Decimal, unit: str, phrase: str) -> Phrase:
        context = self.narrative.context
        commas = (
            unit != "%" and context.habit("narrative commas", "no", "no", "no", "no", "no", "yes") == "yes"
        )
        text = f"{value:,f}" if commas else f"{value:f}"
        if context.habit("narrative zeros", "strip", "strip", "keep") == "strip" and "." in text:
            text = text.rstrip("0").rstrip(".")
        value = Decimal(text.replace(",", ""))
        start = len(self.text)
        phrase = phrase or _words_before(self.text)
        self.text += text + context.habit("narrative gap", "", "", "", " ") + unit
        self.mentions.append(MentionContent(start, len(self.text), value, unit, phrase))
        self.narrative.printed[self.last] = value
        return self


def told(context: Context) -> Numbers:
    """How the narrative of a document tells amounts."""
    numbers = context.numbers
    if numbers.unit == "元" and context.chance(0.4):
        return Numbers("元", numbers.decimals, grouped=False, zero="0", exact=numbers.exact)
    exact = numbers.exact and numbers.unit == "万元" and numbers.decimals <= 2
    return Numbers("万元", 2, grouped=False, zero="0", exact=exact)


def _words_before(text: str) -> str:
    """The clause that leads up to an amount."""
    clause: list[str] = []
    for char in reversed(text):
        if char in "，。；：、":
            break
        clause.append(char)
    return "".join(reversed(clause)).strip()
