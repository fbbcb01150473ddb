"""Character errors: the edit distance of Levenshtein (1966) per character of the truth.

Cells are compared at their address, and text outside tables page by page in reading order,
so that a line read twice or lost costs its own length.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ...document import Document, Table, Text
from ..text import normalize
from .counts import Additive, Ratio

_UNREADABLE = ("seal", "stamp")  # bent around a circle; no tool is asked to read it


@dataclass(frozen=True, slots=True)
class Characters(Additive):
    """Characters of the truth and edits to it, normalised and as they stand."""

    characters: int = 0
    errors: int = 0
    raw_characters: int = 0
    raw_errors: int = 0

    @property
    def rate(self) -> Ratio:
        """Errors per character of the truth, normalised; above 1 where more was invented."""
        return Ratio(self.errors, self.characters, empty=0.0)

    @property
    def raw_rate(self) -> Ratio:
        """Errors per character of the truth, raw."""
        return Ratio(self.raw_errors, self.raw_characters, empty=0.0)


def compare_texts(truth: str, read: str) -> Characters:
    """Count the edits between two texts."""
    from rapidfuzz.distance import Levenshtein

    plain = normalize(truth)
    return Characters(
        characters=len(plain),
        errors=Levenshtein.distance(plain, normalize(read)),
        raw_characters=len(truth),
        raw_errors=Levenshtein.distance(truth, read),
    )


def cell_characters(truth: Table, result: Table | None) -> Characters:
    """Count over the cells at their addresses; a cell that only the result has is all errors."""
    read = {(c.row, c.col): c.text for c in result.cells} if result else {}
    total = Characters()
    for cell in truth.cells:
        total += compare_texts(cell.text, read.pop((cell.row, cell.col), ""))
    for text in read.values():
        total += compare_texts("", text)
    return total


def outside_characters(truth: Document, result: Document) -> Characters:
    """Count over the text outside tables, page by page."""
    expected, found = _by_page(truth), _by_page(result)
    total = Characters()
    for page in sorted(expected.keys() | found.keys()):
        total += compare_texts(_in_order(expected[page]), _in_order(found[page]))
    return total


def _by_page(document: Document) -> defaultdict[int, list[Text]]:
    pages: defaultdict[int, list[Text]] = defaultdict(list)
    for text in document.texts:
        if text.role not in _UNREADABLE:
            pages[text.page].append(text)
    return pages


def _in_order(texts: list[Text]) -> str:
    """Texts in reading order: those whose middles are level with the first of a line are of that line."""
    lines: list[list[Text]] = []
    for text in sorted(texts, key=lambda t: (t.box.center[1], t.box.left)):
        middle = text.box.center[1]
        if lines and lines[-1][0].box.top <= middle <= lines[-1][0].box.bottom:
            lines[-1].append(text)
        else:
            lines.append([text])
    return "\n".join(t.text for line in lines for t in sorted(line, key=lambda t: t.box.left))
