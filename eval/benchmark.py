"""The committed benchmark: make the set that `benchmark.toml` names, and measure both tools on it.

Before anything is measured the set must count: img2table with the true words in its cells has
to find the damage as hard as scans are (see `calibration`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from ..document import write_atomically
from ..errors import OptionsError

if TYPE_CHECKING:
    from ..datasets.disclosure.ledger import Size
    from ..datasets.synthesize import Order
    from ..datasets.typesetting.style import Ruling
    from ..models.weights import Progress
    from .results import Evaluation

OnProgress = Callable[[str, int, int], None]

_DEFINITIONS = Path(__file__).with_name("benchmark.toml")
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
    """A set to make and measure; see `synthesize.Order` for what the fields mean.

    Attributes:
        tables: kinds of table in a document at most; None for whole documents, narrative and all.
        layout: whether layout alone is measured on it, with the true words in its cells.
        arithmetic: whether amounts and what arithmetic makes of them are measured on it.
        whole: so many documents are whole ones, whatever `kinds` says.
    """

    name: str
    seed: int
    documents: int
    misprints: float
    profiles: tuple[str, ...]
    fonts: tuple[str, ...]
    tables: int | None = None
    rulings: tuple[Ruling, ...] = ()
    layout: bool = False
    arithmetic: bool = False
    kinds: tuple[str, ...] = ()
    whole: int = 0
    dense: bool = False
    irregular: float = 0.0
    size: Size | None = None
    misprinted: int = 0

    @property
    def keeps(self) -> bool:
        """Whether a set that was made stays: it takes longer to make than to measure once more."""
        return self.layout or self.arithmetic

    @property
    def order(self) -> Order:
        """What has to be synthesized."""
        from ..datasets.disclosure.compose import Recipe
        from ..datasets.synthesize import Order

        return Order(
            count=self.documents,
            seed=self.seed,
            damage=self.profiles,
            recipe=Recipe(
                kinds=self.kinds,
                tables=self.tables,
                misprints=self.misprints,
                irregular=self.irregular,
                size=self.size,
            ),
            fonts=self.fonts,
            split="benchmark",
            rulings=self.rulings,
            whole=self.whole,
            dense=self.dense,
            misprinted=self.misprinted,
        )


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
    data = tomllib.loads(_DEFINITIONS.read_text(encoding="utf-8"))
    if name not in data:
        raise OptionsError(f"no such benchmark; known: {', '.join(data)}", name=name)
    entry = data[name]
    lists: dict[str, Any] = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    return Benchmark(**{"name": name, **entry, **lists})


def names() -> tuple[str, ...]:
    """The names of all benchmarks."""
    return tuple(tomllib.loads(_DEFINITIONS.read_text(encoding="utf-8")))


def make(benchmark: Benchmark, out: Path, workers: int, on_progress: OnProgress) -> Path:
    """Synthesize the set into `out/fixtures` and return that folder.

    A set for layout or arithmetic that an earlier run made there, by the same program from the same
    definition, is used again.
    """
    from ..datasets.synthesize import synthesize

    folder, stamp = out / "fixtures", out / "fixtures.made"
    made = _made_by(benchmark).encode()
    if benchmark.keeps and stamp.is_file() and stamp.read_bytes() == made:
        return folder
    stamp.unlink(missing_ok=True)
    synthesize(
        benchmark.order,
        folder,
        workers=workers,
        force=True,
        progress=lambda done, total: on_progress("synthesizing", done, total),
    )
    write_atomically(stamp, made)
    return folder


def _made_by(benchmark: Benchmark) -> str:
    """A fingerprint of a set's definition and of the program that makes it."""
    from .cache import files_digest, fingerprint

    makers = Path(__file__).parents[1] / "datasets"
    sources = [path for pattern in ("*.py", "*.toml", "*.typ") for path in makers.rglob(pattern)]
    return fingerprint(asdict(benchmark), files_digest(sources))


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
