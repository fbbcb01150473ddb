"""The fonts that pages are set in: which are installed, and which characters they have.

Families are found by the names that typst knows them under; what is missing is named with
the Debian package that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from ...errors import EngineError, InputError

SONG = ("Noto Serif CJK SC", "AR PL UMing")
HEI = ("Noto Sans CJK SC", "WenQuanYi Zen Hei")
KAI = ("AR PL UKai",)
DEFAULT_FONTS = (*SONG, *HEI, *KAI)
"""Families that synthetic disclosures are set in unless the user names others."""
SERIF_LATIN = "Libertinus Serif"
"""A serif for digits beside Song type, as Times is in offices; typst itself brings it."""
STOPS = {"AR PL UMing": SONG[0], "AR PL UKai": SONG[0]}
"""Fonts that centre 、 and 。 as Taiwan does, and the font that lends them mainland ones."""
PACKAGES = {
    "Noto Serif CJK SC": "fonts-noto-cjk",
    "Noto Sans CJK SC": "fonts-noto-cjk",
    "AR PL UMing": "fonts-arphic-uming",
    "AR PL UKai": "fonts-arphic-ukai",
    "WenQuanYi Zen Hei": "fonts-wqy-zenhei",
}
"""Debian packages of these fonts."""
_FALLBACKS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "DejaVu Sans")
_ALIASES = {"AR PL UMing CN": "AR PL UMing", "AR PL UKai CN": "AR PL UKai"}
"""typst drops the CN that fontconfig shows."""


def require_typst() -> Any:
    """The typst package.

    Raises:
        EngineError: it is not installed.
    """
    try:
        import typst
    except ImportError:
        raise EngineError(
            "the package is not installed", name="typst", remedy="pip install 'crossfoot[synthesis]'"
        ) from None
    return typst


def installed() -> Any:
    """All fonts, as typst found them; looked for once, which takes a tenth of a second.

    Raises:
        EngineError: typst is not installed.
    """
    typst = require_typst()
    if not (_SCANNED and _SCANNED[0][0] is typst):
        _SCANNED[:] = [(typst, typst.Fonts())]
    return _SCANNED[0][1]


def require_families(*names: str) -> Any:
    """The typst package, once every family in `names` is known to be installed.

    Raises:
        EngineError: typst or a family is not installed.
    """
    typst = require_typst()
    families = installed().families()
    for needed in names:
        if needed not in families:
            package = PACKAGES.get(needed)
            remedy = f"apt-get install {package}" if package else "install it, or name another font"
            raise EngineError("no such font", name=needed, remedy=remedy)
    return typst


def available_fonts(wanted: Sequence[str] = DEFAULT_FONTS) -> tuple[str, ...]:
    """Those of `wanted` that are installed, in that order, under the names that typst knows.

    Raises:
        EngineError: typst is not installed, or none of the families is.
    """
    families = set(installed().families())
    found = tuple(name for name in map(canonical, wanted) if name in families)
    if not found:
        packages = sorted({PACKAGES[name] for name in map(canonical, wanted) if name in PACKAGES})
        remedy = f"apt-get install {' '.join(packages)}" if packages else "install one, or name other fonts"
        raise EngineError("no such font", name=", ".join(wanted) or "no font named", remedy=remedy)
    return tuple(dict.fromkeys(found))


def canonical(name: str) -> str:
    """The name that typst knows a family by."""
    return _ALIASES.get(name, name)


def is_serif(name: str) -> bool:
    """Whether a family is of the Song kind, whose digits offices often set in a Latin serif."""
    return name in SONG or "Serif" in name or "Song" in name or "Ming" in name


def font_list(font: str, latin: str | None = None) -> list[dict[str, str] | str]:
    """What typst's `font` takes: families in the order in which each character is looked for.

    Entries with `covers` serve the characters of that regular expression only. The last
    families lend what `font` lacks, such as □ and ☑.

    Raises:
        EngineError: typst or a family is not installed.
    """
    font = canonical(font)
    stops = STOPS.get(font)
    require_families(*filter(None, (font, latin, stops)))
    families: list[dict[str, str] | str] = []
    if latin:
        families.append({"name": latin, "covers": "[0-9A-Za-z.,%+()-]"})
    families.append({"name": font, "covers": "[^、。]"} if stops else font)
    present = set(installed().families())
    lenders = (*([stops] if stops else []), *_FALLBACKS)
    return families + [name for name in dict.fromkeys(lenders) if name in present and name != font]


def require_glyphs(font: str, text: Iterable[str]) -> None:
    """See that nothing in `text` would be printed as an empty box.

    Raises:
        InputError: a character that neither `font` nor a family that lends to it has.
    """
    names = [entry if isinstance(entry, str) else entry["name"] for entry in font_list(font)]
    faces = [face for name in names for face in _faces(name)]
    for character in sorted(set().union(*map(set, text))):
        if " " <= character <= "~" or character in "\n\u3000\u00a0":
            continue
        if not character.isprintable() or not any(_has(f, character) for f in faces):
            raise InputError(f"no glyph for {character!r} (U+{ord(character):04X})", name=", ".join(names))


def advances(
    families: Sequence[dict[str, str] | str], characters: Iterable[str], bold: bool
) -> dict[str, float]:
    """How far each character moves the pen, in em; ideographs, all of one width, are left out."""
    spec = json.dumps(families)
    wanted = {c for c in characters if not is_ideograph(c)}
    known = _KNOWN.setdefault((spec, bold), {})
    missing = "".join(sorted(wanted - known.keys()))
    if missing:
        inputs = {"fonts": spec, "characters": missing, "weight": "bold" if bold else "regular"}
        found = require_typst().query(
            _MEASURE, "<widths>", field="value", one=True, sys_inputs=inputs, font_paths=installed()
        )
        known.update(zip(missing, json.loads(found), strict=True))
    return {c: known[c] for c in wanted}


def is_ideograph(character: str) -> bool:
    """Whether a character is one em wide in every Chinese font."""
    return "\u4e00" <= character <= "\u9fff"


@cache
def _faces(family: str) -> tuple[tuple[str, int], ...]:
    """(file, index in it) of one upright face of a family, none if typst brings it itself."""
    faces = [f for f in installed().fonts() if f.family == family and f.path]
    faces.sort(key=lambda f: (abs(f.weight - 400), f.path, f.index))
    return tuple((str(f.path), int(f.index)) for f in faces[:1])


@cache
def _has(face: tuple[str, int], character: str) -> bool:
    # Pillow shows no character map; what the font lacks is drawn as its glyph for "missing".
    font = _open(face)
    mask, missing = font.getmask(character), font.getmask("\U0010fffe")
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))


@cache
def _open(face: tuple[str, int]) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(face[0], 24, index=face[1], layout_engine=ImageFont.Layout.BASIC)


_SCANNED: list[tuple[Any, Any]] = []
_KNOWN: dict[tuple[str, bool], dict[str, float]] = {}
_MEASURE = rb"""
#let fonts = json(bytes(sys.inputs.fonts)).map(f => if type(f) == str { f } else {
  (name: f.name, covers: regex(f.covers)) })
#set text(font: fonts, size: 100pt, fallback: false, weight: sys.inputs.weight,
  cjk-latin-spacing: none)
// Between ideographs: alone, punctuation is trimmed as at the end of a line.
#let width(c) = (measure("\u{56fd}" + c + "\u{56fd}").width - measure("\u{56fd}\u{56fd}").width).pt() / 100
#context [#metadata(sys.inputs.characters.clusters().map(width)) <widths>]
"""
