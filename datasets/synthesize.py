"""Make synthetic disclosures as fixtures: content, typography, print, scan, truth.

A document is made from (version, seed, its number) alone, so the same seed gives the same bytes
whatever the number of workers, and a set can be made larger without changing what was there. With
several profiles of damage each document is printed once and scanned once per profile.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from ..document import Box, write_atomically
from ..errors import InputError, OutputError
from .disclosure.compose import TABLES, Recipe, draw_disclosure
from .manifest import MANIFEST, Fixture, write_manifest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .content import DisclosureContent
    from .damage import DamagedPage, Profile
    from .typesetting import Typeset

VERSION = 1
"""Raised whenever the same seed would give other documents."""
MAX_DOCUMENTS = 100_000
MIXED = "mixed"
EVERY = "all"
_LICENCE = "Apache-2.0"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What to make.

    Attributes:
        count: number of documents.
        seed: of the whole set.
        damage: profiles in each of which every document is scanned; `mixed` gives each document one
            of all profiles in turn, `all` every document in every profile.
        recipe: kinds, excerpts, share of misprints.
        fonts: families to print in; none means those of the known ones that are installed.
        split: the part of a set that these belong to, as the manifest says it.
    """

    count: int
    seed: int = 0
    damage: tuple[str, ...] = (MIXED,)
    recipe: Recipe = field(default_factory=Recipe)
    fonts: tuple[str, ...] = ()
    split: str = "test"


def synthesize(
    order: Order, out: Path, *, workers: int = 1, force: bool = False, progress: Progress | None = None
) -> tuple[Fixture, ...]:
    """Write the fixtures and their manifest into `out`.

    Raises:
        InputError: an unknown kind or profile, a count out of range.
        EngineError: typst or fonts are missing.
        OutputError: `out` holds a set already, or cannot be written to.
    """
    order = _checked(order)
    if (out / MANIFEST).exists() and not force:
        raise OutputError("holds a set of fixtures already; --force overwrites it", name=str(out))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(error.strerror or str(error), name=str(out)) from None
    fixtures: list[Fixture] = []
    if progress:
        progress(0, order.count)
    for done, made in enumerate(_all(order, out, workers), start=1):
        fixtures += made
        if progress:
            progress(done, order.count)
    write_manifest(out, fixtures)
    return tuple(fixtures)


def _checked(order: Order) -> Order:
    from .damage import profile, profiles
    from .fonts import available_fonts, canonical, require_families

    if not 1 <= order.count <= MAX_DOCUMENTS:
        raise InputError(f"between 1 and {MAX_DOCUMENTS} documents can be made", name=str(order.count))
    for kind in order.recipe.kinds:
        if kind not in TABLES:
            raise InputError(f"no such kind; known kinds: {', '.join(TABLES)}", name=kind)
    names = tuple(profiles()) if order.damage == (EVERY,) else order.damage
    for name in names:
        if name != MIXED:
            profile(name)
    fonts = tuple(canonical(name) for name in order.fonts) or available_fonts()
    require_families(*fonts)
    return replace(order, damage=names, fonts=fonts)


def _all(order: Order, out: Path, workers: int) -> Iterator[list[Fixture]]:
    numbers = range(order.count)
    if workers <= 1:
        yield from (make_document(order, number, out) for number in numbers)
        return
    # Spawned, not forked: typst and OpenCV keep threads that do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(make_document, [order] * order.count, numbers, [out] * order.count)


def make_document(order: Order, number: int, out: Path) -> list[Fixture]:
    """Make one document of a set: one fixture per profile of damage."""
    from .damage import profile, profiles
    from .style import draw_style
    from .typesetting import typeset_disclosure

    entropy = (VERSION, order.seed, number)
    name = f"s{order.seed}-{number:03d}"
    content = draw_disclosure(name, entropy, order.recipe)
    style = draw_style(_rng(entropy, "style"), order.fonts)
    typeset = typeset_disclosure(content, style)
    known = list(profiles())
    names = [known[number % len(known)] if wanted == MIXED else wanted for wanted in order.damage]
    return [_scanned(order, entropy, content, typeset, profile(damage), damage, out) for damage in names]


def _scanned(
    order: Order,
    entropy: tuple[int, int, int],
    content: DisclosureContent,
    typeset: Typeset,
    profile: Profile,
    damage: str,
    out: Path,
) -> Fixture:
    from .damage import damage_page
    from .disclosure_truth import disclosure_truth
    from .scan import scan_pdf

    rng = _rng(entropy, f"damage {damage}")
    rasters = _rasters(typeset.pdf, profile.dpi)
    pages: list[DamagedPage] = []
    for index, raster in enumerate(rasters):
        placed = typeset.pages[index]
        pages.append(
            damage_page(
                raster,
                profile,
                rng,
                amounts=_amounts(content, typeset, index + 1, profile.dpi / 72),
                verso=rasters[index + 1] if index + 1 < len(rasters) else None,
                turned=placed.turned,
                organization=content.organization,
            )
        )
    identity = f"{content.name}-{damage}"
    pdf = scan_pdf(pages)
    digest = hashlib.sha256(pdf).hexdigest()
    labels = {
        "damage": profile.name,
        "damage_version": profile.version,
        "seed": order.seed,
        "version": VERSION,
    }
    truth = disclosure_truth(
        content, typeset, pages, source_name=f"{identity}.pdf", sha256=digest, labels=labels
    )
    source, file = out / f"{identity}.pdf", out / f"{identity}.json"
    write_atomically(source, pdf)
    truth.save(file)
    made_by = {"made_by": f"crossfoot synthesize, version {VERSION}"}
    return Fixture(identity, source, file, _LICENCE, damage, order.split, digest, content.name, made_by)


def _rng(entropy: Sequence[int], purpose: str) -> np.random.Generator:
    import numpy

    return numpy.random.default_rng([*entropy, zlib.crc32(purpose.encode())])


def _rasters(pdf: bytes, dpi: float) -> list[NDArray[np.uint8]]:
    """Every page in grey, (height, width)."""
    import numpy
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmaps = (page.render(scale=dpi / 72, grayscale=True) for page in document)
        return [
            numpy.array(bitmap.to_numpy(), dtype=numpy.uint8).reshape(bitmap.height, bitmap.width)
            for bitmap in bitmaps
        ]
    finally:
        document.close()


def _amounts(content: DisclosureContent, typeset: Typeset, page: int, scale: float) -> list[Box]:
    """Boxes of the cells with amounts on a page, in pixels: where seals and signatures come to lie."""
    cells = ((table.key, cell) for table in content.tables for cell in table.cells if cell.amount is not None)
    parts = (part for key, cell in cells for part in typeset.cells[key, cell.row, cell.col])
    return [Box(*(value * scale for value in part.rect)) for part in parts if part.page == page]
