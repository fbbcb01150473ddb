"""The exact record of a synthetic disclosure: what a perfect reader would say of its scan.

Boxes are in pixels of the upright pages. What the publisher misprinted stays as printed,
so an equation's residual is that of the print; what was meant is in the labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..document import Document
from .content import DisclosureContent
from .typesetting import Typeset


class PageScan(Protocol):
    """What truth needs to know of a scanned page; sizes in pixels.

    `width` and `height` are those of the upright page, which shows the whole typeset page;
    `from_scan` leads from the scan to it.
    """

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def scan_width(self) -> int: ...
    @property
    def scan_height(self) -> int: ...
    @property
    def dpi(self) -> float: ...
    @property
    def from_scan(self) -> tuple[tuple[float, ...], ...]: ...


def disclosure_truth(
    content: DisclosureContent,
    typeset: Typeset,
    pages: Sequence[PageScan],
    *,
    source_name: str,
    sha256: str,
    labels: Mapping[str, Any],
) -> Document:
    """The document that the scan `source_name` of `typeset` holds.

    Args:
        content: what was typeset.
        typeset: where it came to stand.
        pages: the scanned pages, one for each of `typeset.pages`.
        source_name: name of the scanned file.
        sha256: of its bytes, in hexadecimal.
        labels: what else to record in `extra["labels"]`, such as damage, seed and version.
    """
    raise NotImplementedError
