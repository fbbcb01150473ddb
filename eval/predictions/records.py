"""What a reader returns: a table of another tool, with where the tool says it stands."""

from __future__ import annotations

from dataclasses import dataclass

from ...document import Box, Table


@dataclass(frozen=True)
class PredictedTable:
    """One table that a tool found.

    Attributes:
        table: a complete grid; parts and cells have boxes where the tool gives them.
        page: number of the page from 1; None where the tool does not say.
        box: the table on the page; None where the tool does not say.
        frame: width and height of the page in the units of all boxes here; None where they
            are pixels of the scan already.
        repairs: addresses filled, spans cut and cells joined to make the grid complete.
    """

    table: Table
    page: int | None = None
    box: Box | None = None
    frame: tuple[float, float] | None = None
    repairs: int = 0
