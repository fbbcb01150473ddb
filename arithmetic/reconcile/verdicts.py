"""From what holds, fails and is blamed to a state for every amount, and the problems to report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...document import Correction, Problem
from .blame import Blame
from .model import Model
from .proofs import Proofs
from .writing import STAGE, Verdict, where

MAX_NAMED = 6  # suspects of one failing equation that are each named


def verdicts(
    model: Model, found: Blame, corrections: Mapping[int, tuple[str, Correction]]
) -> dict[int, Verdict]:
    """A verdict for each quantity that bears an amount or was given one."""
    proofs = Proofs(model)
    contradicted = _contradicted(model, found)
    return {
        index: _verdict(index, model, proofs, found, contradicted, corrections)
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
    corrections: Mapping[int, tuple[str, Correction]],
) -> Verdict:
    text, correction = corrections.get(index, (None, None))
    if index in found.blamed:
        return Verdict("disputed", "contradicted")
    if correction is not None:
        return Verdict("corrected", None, text, correction)
    if proofs.proven(index):
        return Verdict("proven")
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
    if any(model.holds[n] is None for n in numbers):
        return "unreadable_partner"
    return "no_equation"


def problems(model: Model, found: Blame) -> Iterator[Problem]:
    """One problem per failing relation and amount that it speaks of."""
    for index, numbers in found.blamed.items():
        yield _problem(model, numbers[0], index, len(numbers))
    for number, suspects in found.suspects.items():
        if any(number in numbers for numbers in found.blamed.values()):
            continue
        for index in suspects[:MAX_NAMED]:
            if index not in found.blamed:
                yield _problem(model, number, index, 1)


def _problem(model: Model, number: int, index: int, count: int) -> Problem:
    relation = model.relations[number]
    residual = relation.printed_residual(model.values)
    total = where(relation.proposal.total)
    also = f", and {count - 1} more with it" if count > 1 else ""
    message = f"{total} and its parts disagree by {residual} (equation {number + 1}{also})"
    return Problem("warning", "equation_fails", message, stage=STAGE, where=where(model.known[index].place))
