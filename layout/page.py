"""A page laid out: set upright, its ink parted from paper, its grids found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from ..source import Image
from .engine import Found, GridEngine
from .ink import Ink, black_ink
from .options import LayoutOptions
from .orientation import Orient
from .upright import Upright, make_upright

Stage = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class LaidOut:
    """The upright page, its ink and its grids."""

    upright: Upright
    ink: Ink
    found: Found


def lay_out(
    image: Image,
    options: LayoutOptions,
    engine: GridEngine,
    *,
    layered: bool = False,
    orient: Orient | None = None,
    stage: Stage = lambda _: nullcontext(),
) -> LaidOut:
    """Lay out one page.

    Args:
        image: (height, width, 3) BGR as it was scanned.
        options: of all layout stages.
        engine: what finds the grids.
        layered: the page comes with words of its own, so it is upright already.
        orient: tells which end of a page is up; None where nothing can.
        stage: entered with the name of each stage, to tell what it costs.
    """
    with stage("layout.upright"):
        upright = make_upright(image, 0.0 if layered else options.max_skew, orient)
    with stage("layout.ink"):
        ink = black_ink(upright.image)
    with stage("layout.grids"):
        found = engine.find(upright.image, ink)
    return LaidOut(upright, ink, found)
