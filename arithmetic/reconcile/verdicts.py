"""From what holds, fails and is blamed to a state for every amount, and the problems to report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...document import Correction, Problem
from ..proposal import Said
from .blame import Blame, lone
from .model import Model
from .proofs import Proofs
from .writing import STAGE, Verdict, where

MAX_NAMED = 6  # suspects of one failing equation that are each named


def verdicts(
    model: Model,
    found: Blame,
    corrections: Mapping[int, tuple[str, Correction]],
    unsolved: Iterable[int] = (),
) -> dict[int, Verdict]:
    """A verdict for each quantity that bears an amount or was given one."""
    proofs = Proofs(model)
    contradicted = _contradicted(model, found)
    late = {i for number in unsolved for i in model.relations[number].members}
    return {
        index: _verdict(index, model, proofs, found, contradicted, late, corrections)
        for index, quantity in enumerate(model.known)
        if quantity.bears or index in corrections
    }


def _contradicted(model: Model, found: Blame) -> set[int]:
    """Amounts of failing relations whose failure is not blamed on others for certain."""
    members: set[int] = set()
    for suspects in found.suspects.values():
        members.update(suspects)
    return members


def _verdict(
    index: int,
    model: Model,
    proofs: Proofs,
    found: Blame,
    contradicted: set[int],
    late: set[int],
    corrections: Mapping[int, tuple[str, Correction]],
) -> Verdict:
    text, correction = corrections.get(index, (None, None))
    if index in found.blamed and index not in late:
        return Verdict("disputed", "contradicted", text, correction)
    if text is not None:
        return Verdict("corrected", None, text, correction)
    if proofs.proven(index):
        return Verdict("proven")
    if index in late:
        return Verdict("unchecked", "limit")
    if index in contradicted:
        return Verdict("unchecked", "contradicted")
    return Verdict("unchecked", _why(index, model, proofs))


def _why(index: int, model: Model, proofs: Proofs) -> str:
    numbers = model.touching[index]
    if next(proofs.witnesses(index), None) is not None:
        return "ambiguous"  # it holds, but so would another reading
    loose = (n for n in numbers if model.relations[n].tolerance or not model.relations[n].linear)
    if any(model.holds[n] for n in loose):
        return "rounding"
    if any(model.holds[n] is False and n not in model.omitted for n in numbers):
        return "contradicted"
    if any(model.holds[n] is None for n in numbers):
        return "unreadable_partner"
    if any(n in model.omitted for n in numbers):
        return "rows_missing"
    return "no_equation"


def problems(model: Model, found: Blame, unsolved: Iterable[int] = ()) -> Iterator[Problem]:
    """What is wrong: per amount that is blamed, or that may be where none is, what fails."""
    for index, numbers in found.blamed.items():
        yield _problem(model, numbers[0], index, len(numbers))
    told = set(found.blamed)
    for number, suspects in _unanswered(model, found).items():
        for index in suspects[:MAX_NAMED]:
            if index not in told:
                told.add(index)
                yield _problem(model, number, index, 1)
    for number in _doubtful(model):
        guilty, others = lone(model, number)
        named = dict.fromkeys((*guilty, model.relations[number].total, *others))
        for index in tuple(named)[:MAX_NAMED]:
            if index not in told:
                told.add(index)
                yield _problem(model, number, index, 1)
    for number, rows in model.omitted.items():
        total = where(model.relations[number].proposal.total)
        codes = ", ".join(rows.codes)
        message = (
            f"the table leaves out {codes}, which {rows.table} prints: {rows.total} is missing from {total}"
        )
        yield Problem("warning", "rows_missing", message, stage=STAGE, where=total)
    if model.left_out:
        message = f"more than {model.options.amounts} amounts are related; the rest is unchecked (amounts)"
        yield Problem("warning", "arithmetic_limit", message, stage=STAGE)
    places = sorted({where(model.relations[number].proposal.total) for number in unsolved})
    for place in places:
        message = "what would mend its equations was not found in time; the readings stay"
        yield Problem("warning", "arithmetic_limit", message, stage=STAGE, where=place)


def _unanswered(model: Model, found: Blame) -> dict[int, tuple[int, ...]]:
    """Per failing relation that disputes no amount of a table, those that it speaks of."""
    answered = {
        number
        for index, numbers in found.blamed.items()
        if not isinstance(model.known[index].place, Said)
        for number in numbers
    }
    return {
        number: tuple(dict.fromkeys((model.relations[number].total, *suspects)))
        for number, suspects in found.suspects.items()
        if number not in answered
    }


def _doubtful(model: Model) -> Iterator[int]:
    """Relations that fail and that the publisher may not have meant; they dispute nothing."""
    failing = set(model.failing)
    for number, holds in enumerate(model.holds):
        dismissed = number in failing or number in model.omitted
        if holds is False and not dismissed and model.relations[number].proposal.strength != "hint":
            yield number


def _problem(model: Model, number: int, index: int, count: int) -> Problem:
    relation, quantity = model.relations[number], model.known[index]
    residual = relation.printed_residual(model.values)
    also = f", and {count - 1} more with it" if count > 1 else ""
    what = f"{where(relation.proposal.total)} and what should make it differ by {residual:f}"
    place = where(quantity.place)
    if not quantity.bears and quantity.ink and model.values[index] == 0:
        message = f"read as blank, but bears ink: {what} (equation {number + 1})"
        return Problem("warning", "ink_missed", message, stage=STAGE, where=place)
    message = f"{what} (equation {number + 1}{also})"
    return Problem("warning", "equation_fails", message, stage=STAGE, where=place)
