"""The benchmark of arithmetic: how many amounts come out exact, and whether what is said of them is true.

In two steps: every scan of a set is read once, which takes seconds a page, and what was read is kept;
then arithmetic is run on it anew and every amount held against the truth, which takes seconds in all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..arithmetic.options import ORIGINS, ArithmeticOptions
from ..document import write_atomically
from ..errors import InputError, one_line
from ..pipeline import Options
from .arithmetic_figures import WRONG_PROVEN, Figure, find, together
from .arithmetic_judging import Task, measure
from .arithmetic_reading import OnProgress, read_all
from .arithmetic_reading import find as find_kept
from .arithmetic_records import FixtureScore
from .cache import program
from .hardware import Hardware, this_machine
from .pool import Pool

if TYPE_CHECKING:
    from ..datasets.fixtures.sets import Fixture
    from ..models.weights import Progress
    from .arithmetic_reading import Kept

TIME_LIMIT = 1200.0
"""Seconds for the arithmetic of one document, all variants of it together."""


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        kept: folder for what was read, which later runs use again.
        only: for `damage` and `id`, the values to keep; nothing given keeps all.
        limit: documents in a kind of damage at most, from the first on; 0 for all.
        read: whether scans that were not read yet are read; without, they are left out.
        alone: whether equations of each origin are also run alone.
        workers: worker processes of one thread each; 0 works in this one.
        options: of digitizing; `arithmetic` of what is measured.
    """

    kept: Path
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int = 0
    read: bool = True
    alone: bool = True
    workers: int = 1
    options: Options = field(default_factory=Options)
    arithmetic: ArithmeticOptions = field(default_factory=ArithmeticOptions)


@dataclass(frozen=True)
class ArithmeticResult:
    """The scores of a set, in the order of its fixtures.

    Attributes:
        failures: fixtures that could not be measured, each as (id, why).
        digest: of the program's source files; those that read the scans are in the scores.
        unread: fixtures that were left out because nobody has read them.
    """

    name: str
    scores: tuple[FixtureScore, ...]
    failures: tuple[tuple[str, str], ...]
    unread: int
    digest: str
    workers: int
    hardware: Hardware

    @property
    def profiles(self) -> tuple[str, ...]:
        """Kinds of damage, in the order of the set."""
        return tuple(dict.fromkeys(score.damage for score in self.scores))


def measure_arithmetic(
    folder: Path, plan: Plan, on_progress: OnProgress | None = None, on_fetch: Progress | None = None
) -> ArithmeticResult:
    """Read what was not read yet, run arithmetic on all of it, and judge it.

    Args:
        folder: the set.
        plan: what to measure.
        on_progress: called when a fixture is done.
        on_fetch: called while missing weights are fetched.

    Raises:
        InputError: there is no set, or nothing in it to measure.
        EngineError, WeightsError: nothing can be read at all.
    """
    from ..datasets.fixtures.sets import load_set

    report = on_progress or (lambda label, done, total: None)
    found = load_set(folder).only(plan.only)
    fixtures = found.fixtures[: plan.limit or None]
    failures = [(refusal.address, str(refusal)) for refusal in found.refusals]
    if plan.read:
        kept, unread = read_all(fixtures, plan.options, plan.kept, plan.workers, report, on_fetch)
        failures += unread
    else:
        kept = {f.id: there for f in fixtures if (there := find_kept(f, plan.kept))}
    if not kept:
        why = failures[0][1] if failures else "none of its scans was read yet"
        raise InputError(f"nothing can be measured: {why}", name=str(folder))
    digest = program()
    scores, failed = _measured(fixtures, kept, plan, report)
    return ArithmeticResult(
        name=folder.name,
        scores=tuple(scores),
        failures=(*failures, *failed),
        unread=len(fixtures) - len(kept),
        digest=digest,
        workers=plan.workers,
        hardware=this_machine(),
    )


def _measured(
    fixtures: Sequence[Fixture], kept: Mapping[str, Kept], plan: Plan, report: OnProgress
) -> tuple[list[FixtureScore], list[tuple[str, str]]]:
    origins = ORIGINS if plan.alone else ()
    tasks = [Task(f, kept[f.id], plan.arithmetic, origins) for f in fixtures if f.id in kept]
    answers: dict[int, FixtureScore] = {}
    failures: list[tuple[str, str]] = []
    report("arithmetic", 0, len(tasks))
    with Pool(plan.workers, 1, TIME_LIMIT) as pool:
        for index, answer in pool.each(measure, tasks):
            if isinstance(answer, Exception):
                failures.append((tasks[index].fixture.id, one_line(answer)))
            else:
                answers[index] = answer
            report("arithmetic", len(answers) + len(failures), len(tasks))
    if not answers:
        raise InputError(f"nothing could be measured, the first because: {failures[0][1]}", name="arithmetic")
    return [answers[index] for index in sorted(answers)], failures


def save(result: ArithmeticResult, found: Sequence[Figure], file: Path) -> None:
    """Write what was measured and on what, every figure, and a row per document, as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    value = {
        "set": result.name,
        "version": __version__,
        "digest": result.digest,
        "read by": sorted({score.digest for score in result.scores}),
        "workers": result.workers,
        "hardware": asdict(result.hardware),
        "unread": result.unread,
        "figures": [asdict(figure) | {"met": figure.met} for figure in found],
        "documents": [_row(score) for score in result.scores],
        "failures": [{"fixture": name, "why": why} for name, why in result.failures],
    }
    write_atomically(file, json.dumps(value, ensure_ascii=False, indent=1).encode())


def _row(score: FixtureScore) -> dict[str, Any]:
    counts = {sort: sum(c.sort == sort for c in score.cases) for sort in ("amount", "zero", "blank", "dash")}
    return {
        "fixture": score.fixture,
        "damage": score.damage,
        "ruling": score.ruling,
        "pages": score.pages,
        "seconds": score.seconds,
        "reading": score.reading,
        "cells": counts,
        "misprints": [asdict(misprint) for misprint in score.misprints],
    }


def both_seeds(found: Sequence[Figure], other: Path) -> list[Figure]:
    """What is wrong among what is proven, of these figures and of those that another run saved.

    Raises:
        InputError: the file holds no figures.
    """
    try:
        rows = json.loads(other.read_bytes())["figures"]
        saved = [Figure(**{k: v for k, v in row.items() if k != "met"}) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"holds no figures: {one_line(error)}", name=str(other)) from None
    names = (WRONG_PROVEN, f"{WRONG_PROVEN}, zeros apart")
    pairs = [(find(found, name), find(saved, name)) for name in names]
    return [together(first, second) for first, second in pairs if first and second]
