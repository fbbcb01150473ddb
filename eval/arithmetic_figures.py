"""The figures of the benchmark of arithmetic, beside what is required of them.

Every figure is a count of a count, so that it says what it rests on. A figure of nothing is
neither met nor missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .arithmetic_records import PROVEN, SIZES, Case, FixtureScore, Outcome
from .metrics.reliability import EDGES, Bin, bins, calibration_error
from .metrics.shares import upper_bound, wilson

ALL = "all"
SECTIONS = (
    "amounts exact",
    "corrections",
    "states",
    "misprints",
    "steps of reading",
    "one origin alone",
    "alternatives",
    "seconds",
)

EXACT = {
    SIZES[0]: {"clean": 0.999, "office": 0.999, "seal": 0.997, "photo": 0.997, "fax": 0.995, "low": 0.985},
    SIZES[1]: {"office": 0.995, "seal": 0.99, "photo": 0.99, "fax": 0.97, "low": 0.95},
}
"""Least share of amounts other than zero that are exact on ruled tables, by height of digits and profile."""
REPAIRED, SURE, PROVEN_SHARE, COVERED, NOTICED, TRUE = 0.70, 1e-4, 0.80, 0.85, 0.95, 0.50
EASY = ("clean", "office")
"""Profiles in which most amounts have to be proven."""
WRONG_PROVEN = "wrong of proven or corrected"
_FAMILIES = ("budget.", "final.")

Relation = Literal[">=", "<=", "<"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over one profile, or all of them.

    Attributes:
        section: what it belongs to, of `SECTIONS`.
        count: how many, `of` of how many; None for a figure that is no count of another.
        value: the share, the count itself, or what else the name says.
        low: of the 95 % interval, as `high`; None where there is none.
        target: what the value has to keep, None for nothing; by `relation`.
        bound: where the target is for the upper bound: one-sided, 95 %.
    """

    section: str
    name: str
    profile: str
    value: float | None
    count: int | None = None
    of: int | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    relation: Relation = ">="
    bound: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is kept; None where there is none, or nothing to count."""
        held = self.bound if self.relation == "<" else self.value
        if self.target is None or held is None:
            return None
        if self.relation == ">=":
            return held >= self.target
        return held <= self.target if self.relation == "<=" else held < self.target


def figures(scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    """All figures, by profile in the order of the set and over all profiles."""
    profiles = dict.fromkeys(score.damage for score in scores)
    for profile in (*profiles, ALL):
        chosen = [score for score in scores if profile in (ALL, score.damage)]
        for part in (_exact, _corrections, _states, _misprints, _steps, _alone, _alternatives, _seconds):
            yield from part(profile, chosen)


def find(found: Iterable[Figure], name: str, profile: str = ALL) -> Figure | None:
    """The figure of that name and profile."""
    return next((f for f in found if f.name == name and f.profile == profile), None)


def together(first: Figure, second: Figure) -> Figure:
    """The rate of two sets as one: what is wrong among what is claimed."""
    count = (first.count or 0) + (second.count or 0)
    of = (first.of or 0) + (second.of or 0)
    name = f"{first.name}, both seeds"
    return _rate(first.section, name, first.profile, count, of, first.target)


def _share(section: str, name: str, profile: str, count: int, of: int, target: float | None = None) -> Figure:
    low, high = wilson(count, of) or (None, None)
    value = count / of if of else None
    return Figure(section, name, profile, value, count, of, low, high, target)


def _rate(section: str, name: str, profile: str, count: int, of: int, target: float | None) -> Figure:
    """A rate of errors, of which the upper bound counts."""
    bound = upper_bound(count, of)
    value = count / of if of else None
    return Figure(section, name, profile, value, count, of, target=target, relation="<", bound=bound)


def _number(
    section: str, name: str, profile: str, count: int, of: int | None = None, target: float | None = None
) -> Figure:
    """A count that is to stay at or under a target."""
    return Figure(section, name, profile, float(count), count, of, target=target, relation="<=")


def _cases(scores: Iterable[FixtureScore], *sorts: str) -> Iterator[Case]:
    return (case for score in scores for case in score.cases if not sorts or case.sort in sorts)


def _exact(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[0]
    ruled = [score for score in scores if score.ruled]
    others = [score for score in scores if not score.ruled]
    for size in SIZES:
        chosen = [case for case in _cases(ruled, "amount") if case.size == size]
        target = EXACT.get(size, {}).get(profile)
        name = f"exact, digits {size}, ruled"
        yield _share(section, name, profile, sum(c.exact for c in chosen), len(chosen), target)
    for group, where in (("ruled", ruled), ("other rulings", others)):
        for sort, word in (("amount", "amounts"), ("zero", "zeros"), ("blank", "blanks"), ("dash", "dashes")):
            chosen = list(_cases(where, sort))
            yield _share(section, f"{word} exact, {group}", profile, sum(map(_kept, chosen)), len(chosen))
        chosen = list(_cases(where, "amount"))
        misread = sum(c.at is not None and c.at.amount is not None and not c.exact for c in chosen)
        yield _share(section, f"read as another amount, {group}", profile, misread, len(chosen))
        right = sum(c.right for c in chosen)
        yield _share(section, f"exact where rows align, {group}", profile, right, len(chosen))


def _kept(case: Case) -> bool:
    """Exact at its address; a blank that became a dash is none."""
    return case.exact and (case.sort in ("amount", "zero") or _same_kind(case))


def _same_kind(case: Case) -> bool:
    from .. import amounts

    return case.at is not None and amounts.printed(case.at.text) == case.sort


def _corrections(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[1]
    changed = [case for case in _cases(scores) if case.by is not None and case.by.corrected]
    right = [case for case in changed if case.right]
    spoiled = [case for case in changed if not case.right and case.by and case.by.first == case.printed]
    yield _number(section, "wrong corrections", profile, len(changed) - len(right), len(changed), 0)
    yield _number(section, "right corrections", profile, len(right), len(changed))
    yield _number(section, "right readings spoiled", profile, len(spoiled), len(changed), 0)
    misread = [case for case in _cases(scores, "amount") if case.by and case.by.first != case.printed]
    covered = [case for case in misread if case.covered]
    repaired = sum(case.right for case in covered)
    yield _share(section, "repaired, of misread and covered", profile, repaired, len(covered), REPAIRED)
    yield _share(section, "repaired, of misread", profile, sum(c.right for c in misread), len(misread))
    among = sum(
        case.by is not None and any(value == case.printed for value, _ in case.by.choices) for case in covered
    )
    yield _share(section, "truth among alternatives, of misread and covered", profile, among, len(covered))
    caught = sum(case.by is not None and case.by.state == "disputed" for case in covered)
    yield _share(section, "disputed, of misread and covered", profile, caught, len(covered))


def _states(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[2]
    claimed = [case for case in _cases(scores) if case.by is not None and case.by.state in PROVEN]
    wrong = sum(not case.right for case in claimed)
    sure = SURE if profile == ALL else None  # a profile by itself has too few amounts to be so sure of
    yield _rate(section, WRONG_PROVEN, profile, wrong, len(claimed), sure)
    merged = sum(score.merged(c) for score in scores for c in score.cases if c.by and c.by.state in PROVEN)
    yield _number(section, "… in cells merged with that of the amount", profile, merged, wrong)
    more = [case for case in claimed if case.sort == "amount"]
    wrong = sum(not case.right for case in more)
    yield _rate(section, f"{WRONG_PROVEN}, zeros apart", profile, wrong, len(more), sure)
    main = [case for case in _cases(scores, "amount") if (case.kind or "").startswith(_FAMILIES)]
    easy = profile in EASY
    proven = sum(case.by is not None and case.by.state in PROVEN for case in main)
    name = "proven or corrected, of amounts in budgets and accounts"
    yield _share(section, name, profile, proven, len(main), PROVEN_SHARE if easy else None)
    covered = sum(case.by is not None and case.by.covered for case in main)
    yield _share(
        section, "in an equation, of amounts in budgets and accounts", profile, covered, len(main),
        COVERED if easy else None,
    )  # fmt: skip
    own = sum(case.covered for case in main)
    yield _share(section, "… in one of the truth's", profile, own, len(main))
    every = list(_cases(scores, "amount"))
    for state in (*PROVEN, "disputed", "unchecked"):
        having = sum(case.by is not None and case.by.state == state for case in every)
        yield _share(section, f"{state}, of all amounts", profile, having, len(every))


def _misprints(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[3]
    away = [case for case in _cases(scores) if case.misprinted and case.by and case.by.corrected]
    wrong = sum(not case.right for case in away)
    yield _number(section, "misprints corrected away", profile, wrong, len(away), 0)
    planted = [misprint for score in scores for misprint in score.misprints]
    breaking = [misprint for misprint in planted if misprint.breaks]
    noticed = sum(misprint.noticed for misprint in breaking)
    yield _share(
        section, "reported, of misprints that break an equation", profile, noticed, len(breaking), NOTICED
    )
    yield _share(
        section, "reported, of all misprints", profile, sum(m.noticed for m in planted), len(planted)
    )
    disputed = [case for case in _cases(scores) if case.by is not None and case.by.state == "disputed"]
    misread = [case for case in disputed if not case.right]
    printed = [case for case in disputed if case.right and case.misprinted]
    near = [case for case in disputed if case.right and not case.misprinted and case.broken]
    true = len(misread) + len(printed)
    yield _share(
        section, "disputed amounts that are misread or misprinted", profile, true, len(disputed), TRUE
    )
    for name, chosen in (("misprinted", printed), ("misread", misread), ("beside a misprint", near)):
        yield _share(section, f"… {name}", profile, len(chosen), len(disputed))
    clean = [score for score in scores if score.clean]
    suspected = sum(
        any(case.by is not None and case.by.state == "disputed" for case in score.cases) for score in clean
    )
    name = "documents without any error that have disputes"
    yield _number(section, name, profile, suspected, len(clean), 0)


def _first(case: Case) -> object:
    return case.at.first if case.at else None


_STEPS: dict[str, Callable[[Case], object]] = {
    "recogniser": lambda case: case.at.attempts[0][1] if case.at and case.at.attempts else _first(case),
    "… read as amounts": lambda case: case.at.attempt("cell") if case.at else None,
    "… doubtful ones again": _first,
    "… and arithmetic": lambda case: case.at.amount if case.at else None,
}
"""Steps of reading, and what each leaves of an amount."""


def _steps(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[4]
    chosen = list(_cases(scores, "amount"))
    for step, read in _STEPS.items():
        values = [read(case) for case in chosen]
        exact = sum(value == case.printed for value, case in zip(values, chosen, strict=True))
        other = sum(value is not None for value in values) - exact
        yield _share(section, f"exact: {step}", profile, exact, len(chosen))
        yield _share(section, f"another amount: {step}", profile, other, len(chosen))


def _alone(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[5]
    for origin in dict.fromkeys(origin for score in scores for origin in score.alone):
        total = sum((score.alone[origin] for score in scores if origin in score.alone), Outcome())
        for word, count in (
            ("exact", total.exact), ("another amount", total.misread), ("proven or corrected", total.proven),
        ):  # fmt: skip
            yield _share(section, f"{word}: {origin}", profile, count, total.amounts)
        right = total.corrections - total.corrections_wrong
        yield _number(section, f"right corrections: {origin}", profile, right, total.corrections)
        wrong = total.corrections_wrong
        yield _number(section, f"wrong corrections: {origin}", profile, wrong, total.corrections)


def _alternatives(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[6]
    found = bins(
        (case.by.choices[0][1], case.by.choices[0][0] == case.printed)
        for case in _cases(scores, "amount")
        if case.by is not None and case.by.choices
    )
    readings = sum(entry.count for entry in found)
    error = calibration_error(found)
    yield Figure(section, "expected calibration error", profile, error, of=readings)
    by_low = {entry.low: entry for entry in found}
    for low in EDGES:  # empty ones too, so that all profiles have the same rows
        entry = by_low.get(low, Bin(low, 0, 0, 0.0))
        where = f"probability {low:g} and above"
        yield _share(section, f"right, of {where}", profile, entry.right, entry.count)
        mean = entry.mean if entry.count else None
        yield Figure(section, f"mean of {where}", profile, mean, of=entry.count)


def _seconds(profile: str, scores: Sequence[FixtureScore]) -> Iterator[Figure]:
    section = SECTIONS[7]
    for name, values in (
        ("arithmetic, seconds of a core per document", sorted(score.seconds for score in scores)),
        ("reading, seconds of a core per page", sorted(s.reading / s.pages for s in scores if s.pages)),
    ):
        if values:
            for word, share in (("median", 0.5), ("9 of 10", 0.9), ("longest", 1.0)):
                value = values[max(0, math.ceil(share * len(values)) - 1)]
                yield Figure(section, f"{name}: {word}", profile, value, of=len(values))
