"""How inputs are read, and the limits that keep one file from taking the machine with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import OptionsError

RANGES: dict[str, tuple[int, float]] = {
    "render_dpi": (50, 1200),
    "max_pages": (1, float("inf")),
    "max_pixels": (1, float("inf")),
    "work_pixels": (10_000, float("inf")),
    "max_bytes": (1, float("inf")),
}


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How inputs are read, and how large they may be.

    Raises:
        OptionsError: a value out of its range.
    """

    password: str | None = field(default=None, repr=False)
    """Opens an encrypted PDF; ignored elsewhere. Kept out of `repr`, and so out of logs."""

    render_dpi: int = 200
    """Pixels per inch at which a PDF page is drawn that is no scan; 50 to 1200. Below 150
    small print blurs for recognition; above 400 only time and memory grow."""

    max_pages: int = 2000
    """Pages of one input; at least 1. An input with more is refused whole. Too low refuses
    long reports; too high lets a crafted file of a million empty pages run for days."""

    max_pixels: int = 200_000_000
    """Pixels of one page as decoded or drawn; at least 1. A page with more is refused: at
    three bytes a pixel the default already means 600 MB. A0 at 300 dpi has 140 million."""

    work_pixels: int = 40_000_000
    """Pixels of one page as worked on; at least 10,000. A page with more is reduced to this,
    A4 above 640 dpi. Too low makes small print illegible, too high multiplies the time."""

    max_bytes: int = 2 << 30
    """Bytes of the file; at least 1. A file object is read into memory, so this bounds that."""

    def __post_init__(self) -> None:
        for option, (low, high) in RANGES.items():
            value = getattr(self, option)
            if not (isinstance(value, int) and low <= value <= high):
                allowed = f"from {low} to {high}" if high < float("inf") else f"at least {low}"
                flag = "--" + option.replace("_", "-")
                raise OptionsError(f"must be a whole number {allowed}, not {value!r}", name=flag)
        if self.password is not None and "\0" in self.password:
            raise OptionsError("must not contain a NUL character", name="--password")
