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
        meaning: what it counts, in one sentence.
        share: whether it lies between 0 and 1.
        higher: whether higher is better.
        main: whether it is shown with its interval even where room is scarce.
    """

    label: str
    meaning: str
    share: bool = True
    higher: bool = True
    main: bool = False


FIGURES: dict[str, Figure] = {
    "amounts": Figure(
        "amounts exact",
        "Of the truth's amounts other than zero, the share whose cell, at the same row and column, has "
        "the same value (23,327.91 is 23327.91).",
        main=True,
    ),
    "amounts_raw": Figure(
        "amounts as printed, raw",
        "As amounts exact, but the text must be as printed, character by character.",
    ),
    "amounts_aligned": Figure(
        "amounts, rows aligned",
        "As amounts exact, after rows and columns were aligned, so that one lost row costs one row.",
        main=True,
    ),
    "misread": Figure(
        "amounts misread",
        "Share of these amounts that were read as another valid amount, which nothing but arithmetic can "
        "notice.",
        higher=False,
        main=True,
    ),
    "misread_aligned": Figure(
        "misread, rows aligned", "As amounts misread, after rows and columns were aligned.", higher=False
    ),
    "invented": Figure(
        "amounts invented",
        "How many amounts of the result stand where the truth has none.",
        share=False,
        higher=False,
    ),
    "zeros": Figure("zeros exact", "Share of the truth's zeros that are zeros at their address."),
    "blanks": Figure("blanks kept", "Share of the truth's blank body cells that are blank at their address."),
    "dashes": Figure("dashes kept", "Share of the truth's dashes that are dashes at their address."),
    "detection_recall": Figure(
        "tables found",
        "Share of the truth's tables that have a partner in the result, each counted once on each of its "
        "pages.",
        main=True,
    ),
    "detection_precision": Figure(
        "tables real", "Share of the result's tables that have a partner in the truth."
    ),
    "detection_strict": Figure(
        "tables found, IoU 0.8",
        "Share of the truth's tables with boxes whose partner overlaps by at least 0.8 (intersection over "
        "union).",
    ),
    "false_tables": Figure(
        "false tables",
        "How many tables of the result have no partner in the truth.",
        share=False,
        higher=False,
    ),
    "joined": Figure(
        "tables over pages joined",
        "Share of tables running over several pages that came out as one table with all its rows.",
    ),
    "spans": Figure("spans exact", "Share of tables in which every cell has its right rows and columns."),
    "teds": Figure(
        "TEDS",
        "One minus the edit distance between the two tables as trees of rows and cells, text included, "
        "relative to the larger (Zhong et al. 2020); mean over tables, 0 for one not found.",
        main=True,
    ),
    "teds_raw": Figure("TEDS, raw", "TEDS of the texts as they stand."),
    "teds_structure": Figure("TEDS-S", "TEDS of rows, cells and spans alone, without text.", main=True),
    "grits_top": Figure(
        "GriTS top",
        "Grid similarity of spans: F-score of the best alignment of rows and columns (Smock et al. 2023); "
        "mean over tables.",
        main=True,
    ),
    "grits_con": Figure("GriTS con", "The same of the cells' texts.", main=True),
    "grits_loc": Figure("GriTS loc", "The same of the cells' boxes on the scan; n/a without boxes."),
    "adjacency_f1": Figure(
        "adjacency F1",
        "F-score of pairs of neighbouring cells that both texts and direction have right (ICDAR 2013), "
        "over all tables.",
        main=True,
    ),
    "adjacency_precision": Figure(
        "adjacency precision", "Share of the result's pairs of neighbours that the truth has."
    ),
    "adjacency_recall": Figure(
        "adjacency recall", "Share of the truth's pairs of neighbours that the result has."
    ),
    # An error rate is no share: a tool may invent more than there is.
    "characters": Figure(
        "CER in cells",
        "Edits per character of the truth, over cells at their address; may exceed 1, since a shifted row "
        "or invented text costs more than is printed.",
        share=False,
        higher=False,
        main=True,
    ),
    "characters_raw": Figure(
        "CER in cells, raw", "The same of the texts as they stand.", share=False, higher=False
    ),
    "characters_outside": Figure(
        "CER outside tables",
        "Edits per character of the text outside tables, in reading order; may exceed 1.",
        share=False,
        higher=False,
    ),
    "kinds_f1": Figure(
        "kinds, macro-F1", "Mean over the kinds of table of the F-score with which the kind is named."
    ),
    "proven": Figure(
        "cells proven",
        "Of the cells with a state, the share that arithmetic proves, as read or after a correction.",
    ),
    "proven_wrong": Figure(
        "proven but wrong", "Share of the proven cells that differ from the paper all the same.", higher=False
    ),
    "corrections": Figure("corrections right", "Share of corrections that give the printed amount."),
    "corrections_wrong": Figure(
        "corrections wrong", "How many corrections do not give the printed amount.", share=False, higher=False
    ),
    "misprints": Figure(
        "misprints found", "Share of misprints planted in the truth that the result disputes or reports."
    ),
    "coverage_99": Figure(
        "acceptable at 1 % errors",
        "The largest share of amounts, the surest first, that can be accepted unseen with at most 1 % of "
        "them wrong; zeros read as zeros are left out.",
    ),
    "coverage_999": Figure("acceptable at 0.1 % errors", "The same with at most 0.1 % wrong."),
    SECONDS: Figure(
        "seconds per page",
        "Wall-clock seconds per page, starting up and loading models not included; for img2table, of the "
        "grid alone, as crossfoot's words are given to it.",
        share=False,
        higher=False,
    ),
    PEAK: Figure(
        "peak memory, MiB",
        "The most resident memory of the whole process on any document; for img2table, while it seeks the "
        "grid alone.",
        share=False,
        higher=False,
    ),
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
