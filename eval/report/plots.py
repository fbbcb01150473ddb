"""The report's plots, each as one `<svg>` element for the page.

Text stays text, so that the page's own fonts are used and Chinese needs none of
matplotlib's. The same figures give the same bytes: fixed salt, no date. Figures are made
without pyplot, which would keep them, and its settings, in global state.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

TOOL_COLORS = ("#0B6E69", "#C4702B", "#5B5EA6", "#8C8C8C")
_INK = "#2B2B2B"
_FAINT = "#D9D9D9"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "crossfoot",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": "#9A9A9A",
    "axes.labelcolor": _INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": _INK,
    "xtick.color": "#6B6B6B",
    "ytick.color": "#6B6B6B",
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "grid.color": "#ECECEC",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
}

Bar = tuple[float, float | None, float | None]
"""A figure and its interval; None where there are too few documents for one."""


def shares(groups: Sequence[str], values: Mapping[str, Sequence[Bar | None]], label: str) -> str:
    """A point with its interval per group and tool, on one axis from 0 to 1."""
    with _drawing(6.4, 0.9 + 0.24 * max(1, len(groups)) * (1 + len(values))) as (axes, done):
        step = 0.7 / max(1, len(values))
        for index, (tool, bars) in enumerate(values.items()):
            for row, bar in enumerate(bars):
                if bar is None:
                    continue
                height = row + (index - (len(values) - 1) / 2) * step
                name = tool if row == next(i for i, b in enumerate(bars) if b is not None) else None
                if bar[1] is not None and bar[2] is not None:
                    axes.plot(bar[1:], (height, height), color=TOOL_COLORS[index % 4], lw=1.8, alpha=0.55)
                axes.plot(bar[0], height, "o", ms=6, color=TOOL_COLORS[index % 4], label=name)
        axes.set_yticks(range(len(groups)), [_safe(group) for group in groups])
        axes.set_ylim(len(groups) - 0.5, -0.5)
        axes.set_xlim(-0.02, 1.02)
        axes.set_xlabel(label)
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        _legend(axes)
    return done[0]


def distribution(values: Mapping[str, Sequence[float]], label: str) -> str:
    """For each tool the share of tables that score no more than a value: a curve per tool."""
    with _drawing(5.0, 3.2) as (axes, done):
        for index, (tool, scores) in enumerate(values.items()):
            ordered = sorted(scores)
            if ordered:
                ys = [0.0, *((i + 1) / len(ordered) for i in range(len(ordered))), 1.0]
                axes.step(
                    [0.0, *ordered, 1.0],
                    ys,
                    where="post",
                    color=TOOL_COLORS[index % 4],
                    label=tool,
                    clip_on=False,
                )
        axes.set_xlim(0, 1.01)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(label)
        axes.set_ylabel("share of tables at or below")
        axes.grid()
        _legend(axes)
    return done[0]


def curve(points: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str) -> str:
    """A line per tool through (x, y) points, both shares; a tool without points keeps its color."""
    with _drawing(5.0, 3.2) as (axes, done):
        top = 0.0
        for index, (tool, line) in enumerate(points.items()):
            xs, ys = zip(*line, strict=True) if line else ((), ())
            top = max(top, *ys, 0.0)
            name = tool if line else f"{tool}: n/a"
            style = "o" if len(xs) == 1 else "-"  # one point makes no line
            axes.plot(xs, ys, style, color=TOOL_COLORS[index % 4], lw=1.8, label=name, clip_on=False)
        axes.set_xlim(0, 1.01)
        axes.set_ylim(0, max(0.01, min(1.0, 1.15 * top)))
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.grid()
        _legend(axes)
    return done[0]


def confusion(kinds: Sequence[str], counts: Mapping[tuple[str, str], int]) -> str:
    """True kinds down, predicted kinds across, counts in the squares, shaded within each row."""
    size = len(kinds)
    with _drawing(2.6 + 0.34 * size, 1.6 + 0.34 * size) as (axes, done):
        totals = [sum(counts.get((true, guess), 0) for guess in kinds) for true in kinds]
        for row, true in enumerate(kinds):
            for col, guess in enumerate(kinds):
                count = counts.get((true, guess), 0)
                if count:
                    share = count / totals[row]
                    color = TOOL_COLORS[0] if row == col else "#B3261E"
                    axes.add_patch(_square(col, row, color, 0.15 + 0.75 * share))
                    ink = "white" if share > 0.5 else _INK
                    axes.text(col, row, str(count), ha="center", va="center", color=ink, fontsize=8)
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        names = [_safe(kind) for kind in kinds]
        axes.set_xticks(range(size), names, rotation=90, fontsize=8)
        axes.set_yticks(range(size), names, fontsize=8)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.tick_params(length=0)
        axes.set_xlabel("said")
        axes.set_ylabel("true")
    return done[0]


def _square(col: int, row: int, color: str, alpha: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((col - 0.46, row - 0.46), 0.92, 0.92, color=color, alpha=alpha, lw=0)


class _drawing:  # noqa: N801
    """Axes to draw on; when the block ends, the list beside them holds the SVG."""

    def __init__(self, width: float, height: float) -> None:
        self._size = width, height
        self._done: list[str] = []

    def __enter__(self) -> tuple[Any, list[str]]:
        import matplotlib as mpl
        from matplotlib.figure import Figure

        self._context = mpl.rc_context(_STYLE)
        self._context.__enter__()
        self._figure = Figure(figsize=self._size, layout="constrained")
        return self._figure.add_subplot(), self._done

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if error is None:
                self._done.append(_svg(self._figure))
        finally:
            self._context.__exit__(kind, error, trace)


def _svg(figure: Any) -> str:
    stream = io.StringIO()
    with warnings.catch_warnings():
        # It only measures the text with a font of its own; the browser draws it with another.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    # The page's own sans-serif, and a width that yields on a narrow screen.
    text = re.sub(r"font-family: [^;\"]*;?", "", text)
    return text.replace("<svg ", '<svg role="img" class="plot" ', 1).strip()


def _safe(text: str) -> str:
    """Text that matplotlib neither takes for mathematics nor fails on."""
    return "".join(c for c in text if c.isprintable()).replace("$", r"\$")[:60]


def _legend(axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1:
        axes.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)
