"""Characters that a file format cannot hold, and text that a spreadsheet would run.

Cell text comes from OCR or from somebody else's document.json, so it may hold anything:
control characters, halves of surrogate pairs, or `=cmd|…`. Each writer cleans with these.
"""

from __future__ import annotations

import re
import unicodedata

from ..amounts import printed

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n?")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Spreadsheets skip white space and invisible characters before they look for a formula.
_FORMULA = re.compile(r"[\s\x00-\x20\u200b-\u200f\u2060\ufeff]*[=+\-@]")


def encodable(text: str) -> str:
    """`text` with halves of surrogate pairs, which UTF-8 cannot hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def printable(text: str) -> str:
    """`encodable` text without the control characters that XML forbids, line breaks as `\n`."""
    return _NOT_XML.sub("", _LINE_BREAK.sub("\n", encodable(text)))


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might evaluate `text`: it begins like a formula and is no amount or dash."""
    # East Asian editions take wide and small signs (＝ ﹦) for the plain ones. NFKD is the
    # half of NFKC that maps them; the other half would join = and a combining stroke to ≠.
    plain = unicodedata.normalize("NFKD", text)
    return _FORMULA.match(plain) is not None and printed(text) == "text"


def display_width(text: str) -> int:
    """Columns of a fixed-width font that the longest line of `text` takes; a Chinese character takes two."""
    return max((_line_width(line) for line in text.splitlines()), default=0)


def _line_width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def cut(text: str, units: int) -> tuple[str, str]:
    """`text` in two, the first at most `units` UTF-16 units long, as Excel counts; no character is split."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    head = encoded[: 2 * units].decode("utf-16-le", "ignore")
    return head, text[len(head) :]
