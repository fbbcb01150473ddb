"""The figures of an evaluation by name: what each is called, and which way is better.

The names are those of `scores.Scores.values`, and beside them what a result costs.
"""

from __future__ import annotations

from dataclasses import dataclass

from .scores import COUNTS

SECONDS = "seconds_per_page"
PEAK = "peak_memory"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Attributes:
        label: what people call it.
        share: whether it lies between 0 and 1.
        higher: whether higher is better.
        main: whether it is shown with its interval even where room is scarce.
    """

    label: str
    share: bool = True
    higher: bool = True
    main: bool = False


FIGURES: dict[str, Figure] = {
    "amounts": Figure("amounts exact", main=True),
    "amounts_raw": Figure("amounts as printed, raw"),
    "amounts_aligned": Figure("amounts, rows aligned", main=True),
    "misread": Figure("amounts misread", higher=False, main=True),
    "misread_aligned": Figure("misread, rows aligned", higher=False),
    "invented": Figure("amounts invented", share=False, higher=False),
    "zeros": Figure("zeros exact"),
    "blanks": Figure("blanks kept"),
    "dashes": Figure("dashes kept"),
    "detection_recall": Figure("tables found", main=True),
    "detection_precision": Figure("tables real"),
    "detection_strict": Figure("tables found, IoU 0.8"),
    "false_tables": Figure("false tables", share=False, higher=False),
    "joined": Figure("tables over pages joined"),
    "spans": Figure("spans exact"),
    "teds": Figure("TEDS", main=True),
    "teds_raw": Figure("TEDS, raw"),
    "teds_structure": Figure("TEDS-S", main=True),
    "grits_top": Figure("GriTS top", main=True),
    "grits_con": Figure("GriTS con", main=True),
    "grits_loc": Figure("GriTS loc"),
    "adjacency_f1": Figure("adjacency F1", main=True),
    "adjacency_precision": Figure("adjacency precision"),
    "adjacency_recall": Figure("adjacency recall"),
    # An error rate is no share: a tool may invent more than there is.
    "characters": Figure("CER in cells", share=False, higher=False, main=True),
    "characters_raw": Figure("CER in cells, raw", share=False, higher=False),
    "characters_outside": Figure("CER outside tables", share=False, higher=False),
    "kinds_f1": Figure("kinds, macro-F1"),
    "proven": Figure("cells proven"),
    "proven_wrong": Figure("proven but wrong", higher=False),
    "corrections": Figure("corrections right"),
    "corrections_wrong": Figure("corrections wrong", share=False, higher=False),
    "misprints": Figure("misprints found"),
    "coverage_99": Figure("acceptable at 1 % errors"),
    "coverage_999": Figure("acceptable at 0.1 % errors"),
    SECONDS: Figure("seconds per page", share=False, higher=False),
    PEAK: Figure("peak memory, MiB", share=False, higher=False),
}
"""In the order in which they are shown."""


def written(name: str, value: float | None) -> str:
    """A figure as people read it; n/a for None."""
    if value is None:
        return "n/a"
    if name in COUNTS or name == PEAK:
        return f"{value:,.0f}"
    return f"{value:.2f}" if name == SECONDS else exact(value)


def exact(value: float) -> str:
    """Four decimals, cut rather than rounded at the ends: only what is 1 is written as 1."""
    if 0.99995 <= value < 1:
        return "0.9999"
    if 0 < value < 0.00005:
        return "0.0001"
    return f"{value:.4f}"
