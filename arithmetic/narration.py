"""What the amounts of running text mean: read from their clause, their sentence and their section.

A clause names the figure (基本支出, 卫生健康支出（类）…（项）); what it leaves out is what the sentence
before it or the section's heading said (其中：, 一般公共预算支出情况). A clause that is not understood has
no meaning, and what follows it within the sentence inherits none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..document import Mention, Stage, Text
from .context_words import read_words
from .meanings import Meaning, read
from .mentions import Told, half_width, tell
from .subjects import alike, bare, economic_class, function_class
from .view import TableView, plain

Role = Literal["figure", "change", "rate", "share", "completion", "other"]
"""A figure; a difference; growth, a share or a completion in per cent; anything else."""

_PATH = re.compile(r"(?P<a>[^()、,。:;]+)\(类\)(?:(?P<b>[^,。:;]+?)\(款\))?(?:(?P<c>[^,。:;]+?)\(项\))?")
_ORDINAL = re.compile(r"^(?:\(?[一二三四五六七八九十\d]{1,3}\)?[、.,]|\([一二三四五六七八九十\d]{1,3}\))")
_CHANGE = re.compile(r"(?:增加|减少|增长|下降|增幅|降幅|上升|升高|降低|多|少)(?:了|约)?\)?$")
_SHARE = re.compile(r"占(?P<of>[^,。;]*)$")
_COMPLETION = re.compile(r"(?:完成|为|占)(?:全年|年初|调整)?预算(?:数)?的?$")
_PRIOR = re.compile(r"上年|去年")
_TAIL = re.compile(r"(?:数)?(?:为|是|共计|共|均为|安排|达到|约|了)*$")
_HEAD = re.compile(r"^(?:占|其中|包括|具体为|分别为|分别是)?:?")
_STOP = re.compile(r"[,。;:]")
_SECTION_WORDS = (
    ("一般公共预算", Meaning(fund="general", source="fiscal")),
    ("政府性基金", Meaning(fund="fund", source="fiscal")),
    ("国有资本", Meaning(fund="capital", source="fiscal")),
    ("财政拨款", Meaning(source="fiscal")),
)
_LISTS = re.compile(r"其中|(?<!主要)包括|主要用于(?:以下|下列)|按.{2,10}分")
_OPENS = re.compile(r"[^。,]{0,12},?(?:其中|(?<!主要)包括)|。(?:其中|(?:收入|支出)?包括)")
_BARE_STAGE = re.compile(r"(?:支出|收入)?(?:年初|全年|当年|调整后?)?(?:预算|决算)(?:数)?")
_AFTER_PATH = re.compile(
    r"(?:20\d{2}年度?|上年|本年|当年|年初|全年|调整)*(?:支出)?(?:预算|决算|支出|安排|执行)*(?:数|金额)?(?:为|是|安排)*"
)
_GOES_ON = re.compile(r"^[\s(（\d.、)）]{0,6}(?:主要用于|其中|具体)")
_UNSURE_INCOME = re.compile(r"(?<!财政拨款)(?<!本年)收入(?:总)?预算|本年收入预算")
_ABSOLUTE = re.compile(r"本年(?:支出|收入)合计")
_LONGEST_HEADING = 40
_LONGEST_CLAUSE = 150  # characters before an amount that are read
_FULL_STOP = re.compile(r"[。!?]")
_SAID_YEAR = re.compile(r"(20\d{2})年")
_SEARCHED = 2000  # characters of a paragraph that are searched for years
_PIECE = re.compile(r"[。!?;]")


@dataclass(frozen=True, slots=True)
class Narrated:
    """A mention with what it means; `sentence` counts what stops part, `lists` marks 其中 after it.

    `listed` is one that 其中 stands before, `goes_on` one of a paragraph that begins with it.
    """

    mention: Mention
    role: Role
    meaning: Meaning | None
    shift: int
    stage: Stage | None
    clause: str
    paragraph: int
    sentence: int
    lists: bool
    listed: bool
    goes_on: bool = False


def narrate(
    texts: Iterable[Text], mentions: Sequence[Mention], tables: Sequence[TableView]
) -> Iterator[Narrated]:
    """The mentions of the texts, in order, each with its meaning."""
    names = Names(tables)
    years = [view.table.year for view in tables if view.table.year is not None]
    texts = list(texts)
    if not years:
        years = [int(said) for text in texts for said in _SAID_YEAR.findall(text.text[:_SEARCHED])]
    year = max(sorted(set(years), reverse=True), key=years.count) if years else None
    section, chapter, at, sentence = Meaning(), Meaning(), 0, 0
    for number, text in enumerate(texts):
        if text.role not in ("paragraph", "note", "title"):
            continue
        told = list(tell(text.text))
        if not told:
            if len(text.text) <= _LONGEST_HEADING:
                own = _section(text.text)
                if plain(text.text).startswith("(") and chapter.source and own.source == chapter.source:
                    own = replace(own, fund=own.fund or chapter.fund)
                elif not plain(text.text).startswith("("):
                    chapter = own
                section = own
            continue
        found: list[tuple[Told, Mention]] = []
        for one in told:
            mention, at = _mention(mentions, at, text, one)
            if mention is not None:
                found.append((one, mention))
        yield from _Paragraph(half_width(text.text), number, sentence, section, names, year).read(found)
        sentence += 1 + len(_PIECE.findall(text.text))


def _mention(mentions: Sequence[Mention], at: int, text: Text, told: Told) -> tuple[Mention | None, int]:
    """The mention that is told, looked for from `at` on."""
    for index in range(at, len(mentions)):
        one = mentions[index]
        if one.page > text.page:
            break
        if one.page == text.page and one.amount == told.amount and one.unit == told.unit:
            return one, index + 1
    return None, at


def _section(text: str) -> Meaning:
    said = plain(text)
    if "三公" in said:
        return Meaning(fund="general", source="fiscal", flow="spending")
    meaning = next((m for word, m in _SECTION_WORDS if word in said), Meaning())
    if "基本支出" in said:
        meaning = replace(meaning, nature="basic", flow="spending")
    return meaning


class Names:
    """Codes by name, from the tables that print both."""

    def __init__(self, tables: Iterable[TableView]) -> None:
        self._codes: dict[str, set[str]] = {}
        self._names: dict[str, str] = {}
        for view in tables:
            for panel in view.panels:
                for row in panel.rows:
                    if row.code and row.name and row.code.startswith("2"):
                        self._codes.setdefault(bare(row.name), set()).add(row.code)
                        self._names.setdefault(row.code, bare(row.name))

    def code(self, class_name: str, group: str, item: str) -> str | None:
        """The one code of 类, 款 and 项 names, as far as they are given."""
        top = function_class(class_name)
        if top is None:
            return None
        if not group and not item:
            return top
        digits, name = (7, bare(item)) if item else (5, bare(group))
        codes = self._codes.get(name) or {c for n, cs in self._codes.items() if alike(n, name) for c in cs}
        codes = {c for c in codes if c.startswith(top) and len(c) == digits}
        if len(codes) > 1 and item and group:
            within = {c for c in codes if alike(self._names.get(c[:5], ""), bare(group))}
            codes = within or codes
        return codes.pop() if len(codes) == 1 else None


@dataclass
class _Paragraph:
    text: str
    number: int
    sentence: int
    section: Meaning
    names: Names
    year: int | None

    def read(self, found: Sequence[tuple[Told, Mention]]) -> Iterator[Narrated]:
        """Its mentions in order; each sentence inherits from the first figure of the paragraph."""
        first: Meaning | None = self.section  # what the figures of the paragraph are parts of
        last: Meaning | None = None
        before, listed = 0, False
        goes_on = _GOES_ON.match(self.text) is not None
        stops = 0
        beside = 0  # figures told one beside the other since the last stop
        for index, (told, mention) in enumerate(found):
            between = self.text[before : told.start]
            after = self.text[told.end : found[index + 1][0].start if index + 1 < len(found) else None]
            stops += len(_PIECE.findall(between))
            if index and _FULL_STOP.search(between):
                listed = False
            listed = listed or _LISTS.search(between) is not None
            lists = _OPENS.match(after) is not None
            clause = self._clause(between)
            role = _role(clause, told.unit)
            meaning, shift, stage = None, 0, None
            if role == "figure":
                if _PIECE.search(between):
                    beside = 0
                meaning, shift, stage = self._figure(clause, first, None if beside > 1 else last, listed)
                if shift == 0:
                    beside += meaning is not None and meaning != last and not listed
                    last = meaning
                if index == 0 and not listed:
                    vague = self.section != Meaning() or _section(clause) != Meaning()
                    first = meaning if meaning is not None else None if vague else Meaning()
            yield Narrated(mention, role, meaning, shift, stage, clause, self.number,
                           self.sentence + stops, lists, listed, goes_on)  # fmt: skip
            before = told.end

    def _clause(self, between: str) -> str:
        """The words since the last stop that are not empty."""
        parts = [plain(part) for part in _STOP.split(between[-_LONGEST_CLAUSE:])]
        return next((part for part in reversed(parts) if part), "")

    def _figure(
        self, clause: str, first: Meaning | None, last: Meaning | None, listed: bool
    ) -> tuple[Meaning | None, int, Stage | None]:
        words = read_words(clause)
        shift = words.shift or 0
        if words.year is not None and self.year is not None:
            shift = words.year - self.year
        elif _PRIOR.search(clause) and "结转" not in clause:
            shift = -1
        stage: Stage | None = "budget" if re.search(r"年初预算|预算数|预算安排", clause) else None
        stage = "final" if re.search(r"决算", clause) else stage
        said = self._said(clause)
        if said is not None and _UNSURE_INCOME.search(clause):
            # 收入预算 is 收入总计 where what was brought forward is among its parts.
            said = replace(said, flow="income") if "上年结" in self.text else None
        if said is None:
            return None, shift, stage
        if said == Meaning():
            part = listed and re.search(r"当年|本年", clause) is not None  # 其中：当年预算 is not all of it
            return (None if part else last), shift, stage
        if said.item:
            return replace(said, fund="general", source="fiscal"), shift, stage
        if said.source or _ABSOLUTE.search(clause):
            return said, shift, stage
        inherited = _inherit(said, first) if first is not None else None
        if inherited is not None and inherited.economic.isdigit() and not inherited.nature:
            return None, shift, stage  # of basic expenditure or of all? the clause does not say
        return inherited, shift, stage

    def _said(self, clause: str) -> Meaning | None:
        """What a clause names by itself."""
        text = _TAIL.sub("", _HEAD.sub("", clause))
        while _ORDINAL.match(text):
            text = _ORDINAL.sub("", text)
        if path := _PATH.search(text):
            if not _AFTER_PATH.fullmatch(text[path.end() :]):
                return None
            code = self.names.code(path["a"], path["b"] or "", path["c"] or "")
            return Meaning(flow="spending", function=code) if code else None
        if _BARE_STAGE.fullmatch(text):
            return Meaning()
        text = re.sub(
            r"\(类\)$", "", re.sub(r"20\d{2}年度?|(?:年初)?(?<!总)(?:预算|决算)数?(?:总额)?$", "", text)
        )
        if len(text) > _LONGEST_HEADING:
            return None
        code = function_class(text) if text.endswith("支出") or len(text) > 3 else None
        if code is not None and code != "223":
            return Meaning(flow="spending", function=code)
        economic = economic_class(text) if len(text) > 4 else None
        if economic is not None and economic != "399":
            return Meaning(flow="spending", economic=economic)
        text = re.sub(
            r"^.{0,20}?(?:局|委员会|中心|办公室|我单位|本部门|我部门|本单位|我局|委)(?=\D)", "", text
        )
        return read(text) if text else Meaning()


def _inherit(said: Meaning, broad: Meaning) -> Meaning | None:
    """What is said with the kind of money that was spoken of, where it says none itself."""
    if said.flow == "receipts" and broad.flow in ("spending", "outlay"):
        return None
    changed = replace(said, fund=broad.fund, source=broad.source)
    if broad.nature and not said.nature and said.economic:
        changed = replace(changed, nature=broad.nature)
    return changed


def _role(clause: str, unit: str) -> Role:
    if unit == "%":
        if _COMPLETION.search(clause):
            return "completion"
        return "share" if _SHARE.search(clause) else "rate" if _CHANGE.search(clause) else "other"
    return "change" if _CHANGE.search(clause) else "figure"
