"""The colours of states, so that HTML, workbooks and overlays agree on what green means."""

from __future__ import annotations

from ..document import State

STATE_COLORS: dict[State, str] = {
    "proven": "#DDF0D3",  # light green
    "confirmed": "#B7DFA5",  # the same, stronger: a person has looked
    "corrected": "#CFE2F8",  # light blue
    "disputed": "#F8CFCF",  # light red
}
"""Fill per state as #RRGGBB; `unchecked` has none."""

STATE_FRAMES: dict[State, str] = {
    "corrected": "#1F5FBF",
    "disputed": "#C00000",
}
"""Frames on a page for states that ask to be looked at: a light fill is lost on grey paper."""

HEADER_COLOR = "#EDEDED"


def bgr(color: str) -> tuple[int, int, int]:
    """#RRGGBB in OpenCV's order, blue first."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return blue, green, red
