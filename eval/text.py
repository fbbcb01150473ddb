"""The one normalisation of text under which all tools are compared.

Compatibility forms become plain ones (NFKC: full-width digits, letters and punctuation),
spaces go, every dash becomes `-` and a run of them one, and every square, lenticular or
tortoise-shell bracket becomes `[` or `]` (round ones are NFKC's). Nothing else: case,
punctuation and digits are compared as they stand. Raw figures are given beside.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache

from ..document import Table

STATEMENT = (
    "Texts are compared after NFKC, without spaces, with every dash as one '-' and every square, "
    "lenticular or tortoise-shell bracket as '[' or ']'; raw figures compare them as they are."
)
"""What a report prints beside its figures."""

_VARIANTS = str.maketrans(
    dict.fromkeys("‐‑‒–—―⁃−─━﹘﹣－", "-")
    | dict.fromkeys("〔【〖〚〘", "[")
    | dict.fromkeys("〕】〗〛〙", "]")
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))  # spaces to the eye, not to Unicode
_DASHES = re.compile("-{2,}")


@lru_cache(maxsize=1 << 16)  # a disclosure says 0.00 some thousand times, and metrics ask thrice
def normalize(text: str) -> str:
    """The text in the form in which it is compared; normalising twice changes nothing."""
    plain = unicodedata.normalize("NFKC", text.translate(_VARIANTS)).translate(_VARIANTS)
    spaceless = "".join(plain.translate(_INVISIBLE).split())
    return _DASHES.sub("-", unicodedata.normalize("NFKC", spaceless))  # an accent may have lost its space


def normalized(table: Table) -> Table:
    """The table with all its cells' texts normalised."""
    cells = tuple(
        cell if (text := normalize(cell.text)) == cell.text else replace(cell, text=text)
        for cell in table.cells
    )
    return table if cells == table.cells else replace(table, cells=cells)
