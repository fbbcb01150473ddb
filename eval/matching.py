"""Which table of a result is which of the truth.

Tables that overlap on the scan are the same; where a side has no boxes, what the tables say
decides. Both are optimal assignments (Kuhn 1955), so the order of the lists decides nothing
but ties.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ..document import Box, Document
from .metrics.detection import Joined
from .slices import PageTable
from .text import normalize

SAME_PLACE = 0.5  # intersection over union, as in table detection elsewhere
SAME_CONTENT = 0.1  # shared cells; below it two tables have little but zeros in common
_ORDER = 1e-6  # weight of the order among tables of equal content

RULE = (
    f"A table of the truth and one of the result are the same if they stand on one page and overlap by at "
    f"least {SAME_PLACE} (intersection over union of their boxes on the scan); where either has no box, if "
    f"their cells share at least {SAME_CONTENT} of their texts (multiset Jaccard index, normalised, pages "
    f"equal where both are known), ties going by order. Each table has at most one partner, and the sum of "
    f"overlaps is the largest possible. A table that runs over several pages counts once on each."
)
"""The rule in words, for a report to print."""


@dataclass(frozen=True)
class Pair:
    """A table of the truth with its partner; `overlap` is None where they matched by content."""

    truth: PageTable
    result: PageTable
    overlap: float | None


@dataclass(frozen=True)
class Matching:
    """The truth's tables, those with a partner, those without, and the result's without.

    Each is in the order of the lists that were matched.
    """

    truth: tuple[PageTable, ...]
    pairs: tuple[Pair, ...]
    missed: tuple[PageTable, ...]
    invented: tuple[PageTable, ...]


def match(truth: Sequence[PageTable], result: Sequence[PageTable]) -> Matching:
    """Match tables whose boxes, where they have any, are in pixels of the scan."""
    places = [[_same_place(t, r) for r in result] for t in truth]
    by_place = _assign(places, range(len(truth)), range(len(result)))
    free = [i for i in range(len(truth)) if i not in by_place]
    spare = [j for j in range(len(result)) if j not in by_place.values()]
    texts, others = [_texts(truth[i]) for i in free], [_texts(result[j]) for j in spare]
    contents = [
        [_same_content(truth[i], result[j], one, other) for j, other in zip(spare, others, strict=True)]
        for i, one in zip(free, texts, strict=True)
    ]
    by_content = _assign(contents, free, spare)
    partners = by_place | by_content
    pairs = tuple(
        Pair(truth[i], result[j], _overlap(truth[i].box, result[j].box) if i in by_place else None)
        for i, j in sorted(partners.items())
    )
    missed = tuple(table for i, table in enumerate(truth) if i not in partners)
    invented = tuple(table for j, table in enumerate(result) if j not in partners.values())
    return Matching(tuple(truth), pairs, missed, invented)


def joined(truth: Document, result: Document, matching: Matching) -> Joined | None:
    """Of the truth's tables over several pages, how many came out as one with as many rows.

    None where no table runs over several pages.
    """
    lengths = {table.id: table.shape[0] for table in result.tables}
    pages: defaultdict[str, list[PageTable]] = defaultdict(list)
    for piece in matching.truth:
        pages[piece.source_id].append(piece)
    partners = {id(pair.truth): pair.result.source_id for pair in matching.pairs}
    total = Joined()
    for table in truth.tables:
        pieces = pages[table.id]
        if len(pieces) > 1:
            found = {partners.get(id(piece)) for piece in pieces}
            whole = len(found) == 1 and lengths.get(next(iter(found)) or "") == table.shape[0]
            total += Joined(1, int(whole))
    return total if total.tables else None


def _assign(scores: Sequence[Sequence[float]], rows: Sequence[int], cols: Sequence[int]) -> dict[int, int]:
    """The assignment of greatest total score, as numbers from `rows` and `cols`; zeros are no match."""
    if not rows or not cols:
        return {}
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    table = np.array(scores)
    order = np.abs(np.linspace(0, 1, len(rows))[:, None] - np.linspace(0, 1, len(cols))[None])
    first, second = linear_sum_assignment(np.where(table > 0, table - _ORDER * order, 0), maximize=True)
    return {rows[i]: cols[j] for i, j in zip(first, second, strict=True) if table[i, j] > 0}


def _same_place(truth: PageTable, result: PageTable) -> float:
    """Overlap of two tables on one page, 0 below the threshold."""
    if truth.page is None or truth.page != result.page:
        return 0.0
    overlap = _overlap(truth.box, result.box)
    return overlap if overlap is not None and overlap >= SAME_PLACE else 0.0


def _same_content(truth: PageTable, result: PageTable, texts: Counter[str], others: Counter[str]) -> float:
    """Shared texts of two tables of which one has no place, 0 below the threshold."""
    paged = truth.page is not None and result.page is not None
    if paged and (truth.page != result.page or (truth.box and result.box)):
        return 0.0  # both have a place, and it was not the same
    either = (texts | others).total()
    shared = (texts & others).total() / either if either else 1.0
    return shared if shared >= SAME_CONTENT else 0.0


def _texts(piece: PageTable) -> Counter[str]:
    return Counter(text for cell in piece.table.cells if (text := normalize(cell.text)))


def _overlap(first: Box | None, second: Box | None) -> float | None:
    """Intersection over union, or None without two boxes."""
    if first is None or second is None:
        return None
    shared = first.overlap(second)
    return shared / (first.area + second.area - shared) if shared else 0.0
