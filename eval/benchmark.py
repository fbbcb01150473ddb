"""The committed benchmark: make the set that `benchmark.toml` names, and measure both tools on it.

Before anything is measured the set must count: img2table with the true words in its cells has
to find the damage as hard as scans are (see `calibration`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from ..errors import OptionsError

if TYPE_CHECKING:
    from ..models.weights import Progress
    from .results import Evaluation

OnProgress = Callable[[str, int, int], None]

FEW = 40
"""Tables below which a mean may leave its band by chance: img2table finds a table or loses it whole."""
_FIGURES = {
    "amounts": "amounts exact",
    "amounts_aligned": "… after alignment",
    "teds": "TEDS",
    "teds_structure": "TEDS-S",
    "grits_top": "GriTS-Top",
    "detection_recall": "tables found",
}
"""Figures of the README's table."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A set to make and measure; see `synthesize.Order` for what the fields mean."""

    name: str
    seed: int
    documents: int
    tables: int
    misprints: float
    profiles: tuple[str, ...]
    fonts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hardness:
    """What img2table makes of a profile when it is given the true words."""

    profile: str
    teds: float
    tables: int
    band: tuple[float, float]

    @property
    def counts(self) -> bool | None:
        """Whether damage is neither softer nor harder than scans; None for too few tables to tell."""
        if self.tables < FEW:
            return None
        return self.band[0] <= self.teds <= self.band[1]

    def __str__(self) -> str:
        low, high = self.band
        word = {True: "within", False: "OUTSIDE", None: "too few to tell for"}[self.counts]
        where = f"{word} {low:.2f}–{high:.2f}"
        return f"{self.profile}: TEDS {self.teds:.3f} over {self.tables} ruled tables, {where}"


def load(name: str) -> Benchmark:
    """The benchmark of that name.

    Raises:
        OptionsError: there is none.
    """
    data = tomllib.loads(Path(__file__).with_name("benchmark.toml").read_text(encoding="utf-8"))
    if name not in data:
        raise OptionsError(f"no such benchmark; known: {', '.join(data)}", name=name)
    entry = data[name]
    profiles, fonts = tuple(entry.pop("profiles")), tuple(entry.pop("fonts"))
    return Benchmark(name=name, profiles=profiles, fonts=fonts, **entry)


def make(benchmark: Benchmark, out: Path, workers: int, on_progress: OnProgress) -> Path:
    """Synthesize the set into `out/fixtures` and return that folder."""
    from ..datasets.disclosure.compose import Recipe
    from ..datasets.synthesize import Order, synthesize

    order = Order(
        count=benchmark.documents,
        seed=benchmark.seed,
        damage=benchmark.profiles,
        recipe=Recipe(tables=benchmark.tables, misprints=benchmark.misprints),
        fonts=benchmark.fonts,
        split="benchmark",
    )
    folder = out / "fixtures"
    synthesize(
        order,
        folder,
        workers=workers,
        force=True,
        progress=lambda done, total: on_progress("synthesizing", done, total),
    )
    return folder


def harden(folder: Path) -> list[Hardness]:
    """How hard each profile of a set is."""
    from .calibration import band, calibrate

    scores = calibrate(folder)
    return [Hardness(name, fmean(values), len(values), band(name)) for name, values in scores.items()]


def measure(
    folder: Path, out: Path, workers: int, on_progress: OnProgress, on_fetch: Progress | None = None
) -> Evaluation:
    """Both tools on the set; results are kept in `out/results`, the report in `out/report`."""
    from .harness import Plan, evaluate

    plan = Plan(against="img2table", workers=workers, cache=out / "results")
    evaluation = evaluate(folder, plan, on_progress=on_progress, on_fetch=on_fetch)
    evaluation.save_report(out / "report")
    return evaluation


def markdown(evaluation: Evaluation) -> str:
    """The README's table: a row per profile, each figure for both tools."""
    heads = [f"{label}: {' / '.join(evaluation.tools)}" for label in _FIGURES.values()]
    lines = ["| profile | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for scope in evaluation.scopes:
        values = [evaluation.values(tool, scope) for tool in evaluation.tools]
        cells = [" / ".join(_share(value[name]) for value in values) for name in _FIGURES]
        lines.append(f"| {scope} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"
