"""Equations of running text: a figure that a table prints too, sums of what is listed, shares and changes.

Departments write their narrative from their tables, and now and then from those of another draft: usual,
0.92. A list after 其中 is a sum only where its shares make a hundred per cent or its parts the whole, as
lists leave out what is small: usual, 0.9. A share is of the figure that the list breaks down, a rate of
the earlier figure that stands before it: usual, 0.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ... import amounts
from ...document import Problem, Stage
from ..figures import Figure, figures_of
from ..narration import Narrated, narrate
from ..proposal import Proposal, Said, Scope, Strength
from .cross_table import Merged, equality, name_of

_REPEATS, _LISTS, _RATES, _BALANCES, _HINT = 0.92, 0.9, 0.9, 0.92, 0.5
_HUNDRED = Decimal(100)
_COARSE = Decimal(1_000_000)  # yuan in the last digit from which a figure says too little
_PRIOR: dict[Stage | None, Stage] = {"budget": "prior_budget", "final": "prior_final"}
_MOST = 2_000  # mentions of one scope


def find(scope: Scope) -> Iterator[Proposal | Problem]:
    """The equations of the texts of one group."""
    told = list(narrate(scope.texts, scope.mentions, scope.tables))[:_MOST]
    if not told:
        return
    figures = figures_of(scope.tables)
    yield from _repeated(told, figures)
    yield from _lists(told)
    yield from _changes(told)
    yield from _balances(told)
    yield from _items(told)


def _repeated(told: Sequence[Narrated], figures: Sequence[Figure]) -> Iterator[Proposal]:
    """Each mention against the first figure of its meaning, in a table or in the text before it."""
    merge = Merged(figures)
    places: dict[object, list[Figure]] = {}
    for printed in figures:
        if printed.amount:
            places.setdefault(merge.key(printed), []).append(printed)
    year, stage = _current(figures)
    steps = _steps(told)
    for one in told:
        figure = _as_figure(one, year, stage, steps)
        if figure is None or figure.step >= _COARSE:
            continue
        key = merge.key(figure)
        same = places.setdefault(key, [])
        exact = next((f for f in same if f.meaning == figure.meaning), None)
        known = exact or (same[0] if same else None)
        if known is not None and known.scale is not None:
            reason = f"the text repeats {name_of(figure.meaning)}"
            # 机关运行经费 is 公用经费 only where no institution has any.
            loose = "机关运行" in one.clause
            strength: Strength
            strength, prior = ("hint", _HINT) if loose else ("usual", _REPEATS)
            yield equality(figure, known, strength, "narrative", prior, reason)
        else:
            same.append(figure)


def _current(figures: Sequence[Figure]) -> tuple[int | None, Stage | None]:
    """The year and stage of most figures."""
    counts: dict[tuple[int | None, Stage | None], int] = {}
    for figure in figures:
        key = (figure.year, figure.stage)
        counts[key] = counts.get(key, 0) + 1
    return max(counts, key=lambda key: counts[key], default=(None, None))


def _steps(told: Sequence[Narrated]) -> dict[str, int]:
    """Per unit the exponent of the finest figure: sentences drop zeros at the end, tables keep them."""
    found: dict[str, int] = {}
    for one in told:
        unit = one.mention.unit or ""
        exponent = int(one.mention.amount.as_tuple().exponent)
        found[unit] = min(found.get(unit, 0), exponent)
    return found


def _as_figure(one: Narrated, year: int | None, stage: Stage | None, steps: dict[str, int]) -> Figure | None:
    scale = amounts.scale(one.mention.unit)
    if one.role != "figure" or one.meaning is None or not one.mention.amount or scale is None:
        return None
    if one.meaning.flow == "":
        return None
    own = stage
    if one.stage == "budget" and stage == "final":
        own = "budget"
    if one.shift < 0:
        own = _PRIOR.get(own)
    when = one.shift or None if year is None else year + one.shift
    value = one.mention.amount
    exponent = steps.get(one.mention.unit or "", 0)
    if -exponent <= 6:
        value = value.quantize(Decimal(1).scaleb(exponent))
    return Figure(Said(one.mention.id), one.meaning, when, own, value, scale, "text", one.paragraph)


def _lists(told: Sequence[Narrated]) -> Iterator[Proposal]:
    """Sums and shares of what a sentence lists below a figure."""
    head: Narrated | None = None
    lead: Narrated | None = None  # the first figure of the paragraph before, which a list may go on from
    first: Narrated | None = None
    parts: list[Narrated] = []
    shares: list[tuple[Narrated, Narrated]] = []
    for one in told:
        if first is None or one.paragraph != first.paragraph:
            lead, first = first, one
            yield from _closed(head, parts, shares)
            head, parts, shares = lead if one.goes_on and lead and lead.role == "figure" else None, [], []
        if one.role == "figure" and one.lists and not (head is not None and one.listed and parts):
            yield from _closed(head, parts, shares)
            head, parts, shares = one, [], []
        elif one.role == "figure" and head is not None and one.listed and one.shift == 0:
            parts.append(one)
        elif one.role == "share" and head is not None and parts:
            shares.append((parts[-1], one))
    yield from _closed(head, parts, shares)


def _closed(
    head: Narrated | None, parts: Sequence[Narrated], shares: Sequence[tuple[Narrated, Narrated]]
) -> Iterator[Proposal]:
    if head is None or not head.mention.amount:
        return
    family = f"narrative:list:{head.mention.id}"
    if 2 * sum(_near(share, part, head) for part, share in shares) >= len(shares):
        for part, share in shares:  # else they are shares of something else
            reason = "the share of what the sentence lists"
            yield _ratio(share, part, head, f"{family}:shares", reason)
    units = {one.mention.unit for one in (head, *parts)}
    if len(parts) < 2 or len(units) != 1:
        return
    total = sum((part.mention.amount for part in parts), Decimal(0))
    tolerance = _tolerance([head, *parts])
    hundred = sum((share.mention.amount for _, share in shares), Decimal(0))
    whole = len(shares) == len(parts) and abs(hundred - _HUNDRED) <= Decimal("0.01") * len(parts)
    if whole or abs(total - head.mention.amount) <= tolerance:
        terms = tuple((Said(part.mention.id), Decimal(1)) for part in parts)
        yield Proposal("sum", "usual", "narrative", Said(head.mention.id), terms, family, _LISTS,
                       "the sentence lists what the figure consists of", tolerance)  # fmt: skip


def _near(share: Narrated, part: Narrated, whole: Narrated) -> bool:
    """Whether a share is that of a part in a whole, within a per cent."""
    return abs(part.mention.amount * _HUNDRED / whole.mention.amount - share.mention.amount) < 1


def _tolerance(parts: Sequence[Narrated]) -> Decimal:
    exponent = min(int(one.mention.amount.as_tuple().exponent) for one in parts)
    return Decimal(1).scaleb(exponent) * len(parts) / 2


def _ratio(total: Narrated, part: Narrated, whole: Narrated, family: str, reason: str) -> Proposal:
    exponent = min(-2, int(total.mention.amount.as_tuple().exponent))
    terms = ((Said(part.mention.id), _HUNDRED), (Said(whole.mention.id), Decimal(1)))
    tolerance = Decimal(1).scaleb(exponent) / 2
    return Proposal(
        "ratio", "usual", "ratio", Said(total.mention.id), terms, family, _RATES, reason, tolerance
    )


def _changes(told: Sequence[Narrated]) -> Iterator[Proposal]:
    """增加 = this year − last year, 增长 = 增加 / last year, 完成 = outcome / budget, within a sentence."""
    now: Narrated | None = None
    before: Narrated | None = None
    moved: Narrated | None = None
    planned: Narrated | None = None
    sentence = -1
    for one in told:
        if one.sentence != sentence:
            now = before = moved = planned = None
            sentence = one.sentence
        if one.role == "figure":
            if one.shift < 0:
                before, moved = one, None
            else:
                planned = now if one.stage == "final" and now is not None and now.stage == "budget" else None
                beside = now is not None and planned is None and not one.listed
                now, before, moved = (None if beside else one), None, None  # of two figures, which changed?
        elif one.role == "change":
            moved = one
            if now is not None and before is not None:
                yield _difference(one, now, before)
        elif one.role == "rate" and moved is not None and before is not None and before.mention.amount:
            family = f"narrative:rate:{one.mention.id}"
            yield _ratio(one, moved, before, family, "the change over the earlier figure")
        elif one.role == "completion" and planned is not None and now is not None and planned.mention.amount:
            family = f"narrative:completion:{one.mention.id}"
            yield _ratio(one, now, planned, family, "the outcome over the budget")


def _balances(told: Sequence[Narrated]) -> Iterator[Proposal]:
    """年初结转 + 本年收入 − 本年支出 = 年末结转, where a sentence tells all four of one kind of money."""
    signs = (("opening", Decimal(1)), ("receipts", Decimal(1)), ("spending", Decimal(-1)))
    for four in zip(told, told[1:], told[2:], told[3:], strict=False):
        meanings = [one.meaning for one in four if one.meaning is not None and one.role == "figure"]
        flows = [meaning.flow for meaning in meanings]
        if flows != ["opening", "receipts", "spending", "closing"] or four[0].paragraph != four[3].paragraph:
            continue
        if len({(meaning.source, meaning.fund) for meaning in meanings}) != 1:
            continue
        if not any(one.mention.amount for one in four):
            continue
        terms = tuple((Said(one.mention.id), sign) for one, (_, sign) in zip(four, signs, strict=False))
        family = f"narrative:balance:{four[3].mention.id}"
        reason = "what is carried over is what was there and came in, less what was spent"
        total, tolerance = Said(four[3].mention.id), _tolerance(four)
        yield Proposal("sum", "usual", "narrative", total, terms, family, _BALANCES, reason, tolerance)


def _items(told: Sequence[Narrated]) -> Iterator[Proposal]:
    """The “三公” total and its three items, told one after the other, of one stage."""
    wanted = ("abroad", "cars", "reception")
    for index, whole in enumerate(told):
        if whole.meaning is None or whole.meaning.item != "all" or not whole.mention.amount or whole.shift:
            continue
        stage = whole.stage if whole.stage == "final" else None
        parts: dict[str, Narrated] = {}
        for one in told[index + 1 : index + 40]:
            item = one.meaning.item if one.meaning is not None else ""
            own = one.stage if one.stage == "final" else None
            if item == "all" and one.paragraph != whole.paragraph:
                break
            if item in wanted and one.role == "figure" and not one.shift and own == stage:
                parts.setdefault(item, one)
        if len(parts) < len(wanted):
            continue
        terms = tuple((Said(parts[item].mention.id), Decimal(1)) for item in wanted)
        family = f"narrative:items:{whole.mention.id}"
        reason = "the three items are all of it"
        tolerance = _tolerance([whole, *parts.values()])
        yield Proposal("sum", "usual", "narrative", Said(whole.mention.id), terms, family, _BALANCES, reason,
                       tolerance)  # fmt: skip


def _difference(moved: Narrated, now: Narrated, before: Narrated) -> Proposal:
    sign = Decimal(-1) if any(word in moved.clause for word in ("减", "下降", "降低", "少")) else Decimal(1)
    terms = ((Said(now.mention.id), sign), (Said(before.mention.id), -sign))
    family = f"narrative:change:{moved.mention.id}"
    reason = "the change between the two years that the sentence tells"
    tolerance = _tolerance([moved, now, before])
    return Proposal(
        "sum", "usual", "narrative", Said(moved.mention.id), terms, family, _LISTS, reason, tolerance
    )
