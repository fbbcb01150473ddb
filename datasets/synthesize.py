"""Make synthetic disclosures as fixtures: content, typography, print, scan, truth.

A document is made from (version, seed, its number) alone, so the same seed gives the same bytes
whatever the number of workers, and a set can be made larger without changing what was there. With
several profiles of damage each document is printed once and scanned once per profile. The manifest is written
last: a folder without one holds what a run that was ended left, and is filled anew.
"""

from __future__ import annotations

import hashlib
import signal
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..document import Box, write_atomically
from ..errors import EngineError, InputError, OutputError
from ..processes import end_with_parent
from .disclosure.compose import TABLES, Recipe, draw_disclosure
from .fixtures.manifest import MANIFEST, Fixture, read_manifest, write_manifest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .content import DisclosureContent
    from .damage.page import DamagedPage, Matrix, Profile
    from .typesetting.pages import Typeset
    from .typesetting.style import Ruling

VERSION = 1
"""Raised whenever the same seed would give other documents."""
MAX_DOCUMENTS = 100_000
MIXED = "mixed"
EVERY = "all"
STYLES = 3
"""Styles that a document is tried in before it is given up: a table may be too large for the first."""
_LICENCE = "Apache-2.0"
_MADE_BY = "crossfoot synthesize"

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
        rulings: ruling styles that the documents have in turn; none means as offices print.
        whole: so many documents, the first, are whole ones whatever kinds and excerpts the recipe names.
        dense: whether tables follow one another on a page, in rows no higher than their type needs, so
            that many amounts stand on few pages; not the whole ones.
        misprinted: one document of so many has misprints, in turn, in place of the recipe's share by
            chance; 0 leaves it to the recipe.
    """

    count: int
    seed: int = 0
    damage: tuple[str, ...] = (MIXED,)
    recipe: Recipe = field(default_factory=Recipe)
    fonts: tuple[str, ...] = ()
    split: str = "test"
    rulings: tuple[Ruling, ...] = ()
    whole: int = 0
    dense: bool = False
    misprinted: int = 0

    def recipe_of(self, number: int) -> Recipe:
        """The recipe of one document."""
        recipe = self.recipe
        if self.misprinted:
            recipe = replace(recipe, misprints=float(number % self.misprinted == self.misprinted // 2))
        return recipe if number >= self.whole else replace(recipe, kinds=(), tables=None, size=None)


def synthesize(
    order: Order, out: Path, *, workers: int = 1, force: bool = False, progress: Progress | None = None
) -> tuple[Fixture, ...]:
    """Write the fixtures and their manifest into `out`.

    With `force` a synthetic set that is there is removed first, so that no file of it is left over.

    Raises:
        InputError: an unknown kind or profile, a count out of range; or documents that cannot be laid
            out in any of several styles: the others are a set all the same.
        EngineError: typst or fonts are missing.
        OutputError: `out` holds a set already, or with `force` fixtures of another origin, or cannot
            be written to.
    """
    order = _checked(order)
    _make_room(out, force=force)
    fixtures: list[Fixture] = []
    failed: list[InputError] = []
    if progress:
        progress(0, order.count)
    for done, made in enumerate(_all(order, out, workers), start=1):
        if isinstance(made, InputError):
            failed.append(made)
        else:
            fixtures += made
        if progress:
            progress(done, order.count)
    if fixtures:
        write_manifest(out, fixtures)
    if failed:
        first, more = failed[0], f" (and {len(failed) - 1} more documents)" if len(failed) > 1 else ""
        kept = f"the other {order.count - len(failed)} are in {out}"
        raise InputError(f"{first.reason}{more}; {kept}", name=first.name)
    return tuple(fixtures)


def _make_room(out: Path, *, force: bool) -> None:
    held: tuple[Fixture, ...] = ()
    if (out / MANIFEST).exists():
        if not force:
            raise OutputError("holds a set of fixtures already; --force overwrites it", name=str(out))
        held = read_manifest(out).fixtures
        for fixture in held:
            if not fixture.extra.get("made_by", "").startswith(_MADE_BY):
                raise OutputError(f"holds {fixture.id}, which is not synthetic", name=str(out))
    try:
        out.mkdir(parents=True, exist_ok=True)
        # First of all the manifest: without one, what is half removed is no set with wrong hashes.
        (out / MANIFEST).unlink(missing_ok=True)
        for fixture in held:
            fixture.source.unlink(missing_ok=True)
            fixture.truth.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(error.strerror or str(error), name=str(out)) from None


def _checked(order: Order) -> Order:
    from .damage.page import profile, profiles
    from .typesetting.fonts import available_fonts, canonical, require_families

    if not 1 <= order.count <= MAX_DOCUMENTS:
        raise InputError(f"between 1 and {MAX_DOCUMENTS} documents can be made", name=str(order.count))
    for kind in order.recipe.kinds:
        if kind not in TABLES:
            raise InputError(f"no such kind; known kinds: {', '.join(TABLES)}", name=kind)
    names = tuple(profiles()) if order.damage == (EVERY,) else order.damage
    # `office@1` is `office` in names and in the manifest; the truth's labels tell the version.
    plain = [name if name == MIXED else profile(name).name for name in names]
    if len(set(plain)) < len(plain):
        raise InputError("a profile is given twice", name=", ".join(names))
    fonts = tuple(canonical(name) for name in order.fonts) or available_fonts()
    require_families(*fonts)
    return replace(order, damage=names, fonts=fonts)


def _all(order: Order, out: Path, workers: int) -> Iterator[list[Fixture] | InputError]:
    """What each document gave, in their order: its fixtures, or why it cannot be laid out."""
    numbers = range(order.count)
    if workers <= 1:
        yield from (_attempt(order, number, out) for number in numbers)
        return
    # Spawned, not forked: typst and OpenCV keep threads that do not survive a fork.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _end_at_once)
    running: deque[Future[list[Fixture] | InputError]] = deque()
    try:
        for number in numbers:
            running.append(pool.submit(_attempt, order, number, out))
            if len(running) >= 4 * workers:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    except BrokenProcessPool:
        time.sleep(_INTERRUPT_ARRIVES)
        reason = "a worker process died, as it does when memory runs out"
        raise EngineError(reason, name="synthesize", remedy="give fewer --workers") from None
    finally:
        pool.shutdown(cancel_futures=True)


_INTERRUPT_ARRIVES = 0.5
"""Seconds to wait when a worker died: Ctrl-C ends the workers too, and may reach them first."""


def _end_at_once() -> None:
    """In a worker: Ctrl-C, which reaches it too, ends it without a traceback and without waiting."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_parent()


def _attempt(order: Order, number: int, out: Path) -> list[Fixture] | InputError:
    try:
        return make_document(order, number, out)
    except InputError as error:
        return error


def make_document(order: Order, number: int, out: Path) -> list[Fixture]:
    """Make one document of a set: one fixture per profile of damage.

    Raises:
        InputError: it cannot be laid out.
    """
    from .damage.page import profile, profiles

    entropy = (VERSION, order.seed, number)
    content = draw_disclosure(f"s{order.seed}-{number:03d}", entropy, order.recipe_of(number))
    ruling = order.rulings[number % len(order.rulings)] if order.rulings else None
    typeset = _laid_out(content, entropy, order.fonts, ruling, dense=order.dense and number >= order.whole)
    known = list(profiles())
    names = [known[number % len(known)] if wanted == MIXED else wanted for wanted in order.damage]
    return [_scanned(order, entropy, content, typeset, profile(name), out) for name in names]


def _laid_out(
    content: DisclosureContent,
    entropy: tuple[int, int, int],
    fonts: tuple[str, ...],
    ruling: Ruling | None,
    *,
    dense: bool = False,
) -> Typeset:
    """The document in the first of a few styles that can hold it."""
    from .typesetting.pages import typeset_disclosure
    from .typesetting.style import draw_style

    refused: list[InputError] = []
    for attempt in range(STYLES):
        style = draw_style(_rng(entropy, f"style {attempt}" if attempt else "style"), fonts, ruling)
        if dense:
            low = min(style.row_height, 1.4)
            style = replace(
                style, share_pages=True, wide=900.0, row_height=low, padding=min(style.padding, 2.0)
            )
        try:
            return typeset_disclosure(content, style)
        except InputError as error:
            refused.append(error)
    reason = f"document {entropy[2]} of seed {entropy[1]} cannot be laid out in {STYLES} styles"
    raise InputError(f"{reason}: {refused[0].reason}", name=content.name)


@dataclass(frozen=True, slots=True)
class _Scan:
    """A damaged page without its pixels: what the truth needs to know of it."""

    width: int
    height: int
    scan_width: int
    scan_height: int
    dpi: float
    from_scan: Matrix

    @classmethod
    def of(cls, page: DamagedPage) -> _Scan:
        return cls(page.width, page.height, page.scan_width, page.scan_height, page.dpi, page.from_scan)


def _scanned(
    order: Order,
    entropy: tuple[int, int, int],
    content: DisclosureContent,
    typeset: Typeset,
    profile: Profile,
    out: Path,
) -> Fixture:
    from .damage.scan import scan_pdf
    from .typesetting.truth import disclosure_truth

    scans: list[_Scan] = []

    def pages() -> Iterator[DamagedPage]:
        for page in _damaged(content, typeset, profile, _rng(entropy, f"damage {profile.name}")):
            scans.append(_Scan.of(page))
            yield page

    identity = f"{content.name}-{profile.name}"
    pdf = scan_pdf(pages())
    digest = hashlib.sha256(pdf).hexdigest()
    labels = {
        "damage": profile.name,
        "damage_version": profile.version,
        "seed": order.seed,
        "version": VERSION,
    }
    truth = disclosure_truth(
        content, typeset, scans, source_name=f"{identity}.pdf", sha256=digest, labels=labels
    )
    source, file = out / f"{identity}.pdf", out / f"{identity}.json"
    write_atomically(source, pdf)
    truth.save(file)
    made_by = {"made_by": f"{_MADE_BY}, version {VERSION}"}
    return Fixture(identity, source, file, _LICENCE, profile.name, order.split, digest, content.name, made_by)


def _damaged(
    content: DisclosureContent, typeset: Typeset, profile: Profile, rng: np.random.Generator
) -> Iterator[DamagedPage]:
    """The scanned pages one by one: those of a long document do not fit into memory together."""
    from .damage.page import damage_page

    places = _amounts(content, typeset, profile.dpi / 72)
    for index, (raster, verso) in enumerate(_rasters(typeset.pdf, profile.dpi)):
        yield damage_page(
            raster,
            profile,
            rng,
            amounts=places.get(index + 1, []),
            verso=verso,
            turned=typeset.pages[index].turned,
            organization=content.organization,
        )


def _rng(entropy: Sequence[int], purpose: str) -> np.random.Generator:
    import numpy

    return numpy.random.default_rng([*entropy, zlib.crc32(purpose.encode())])


def _rasters(pdf: bytes, dpi: float) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8] | None]]:
    """Every page in grey, (height, width), with the one after it, whose ink may show through."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        raster = _raster(document, 0, dpi)
        for index in range(1, len(document)):
            following = _raster(document, index, dpi)
            yield raster, following
            raster = following
        yield raster, None
    finally:
        document.close()


def _raster(document: Any, index: int, dpi: float) -> NDArray[np.uint8]:
    import numpy

    page = document[index]
    bitmap = page.render(scale=dpi / 72, grayscale=True)
    try:
        return numpy.array(bitmap.to_numpy(), dtype=numpy.uint8).reshape(bitmap.height, bitmap.width)
    finally:
        bitmap.close()
        page.close()


def _amounts(content: DisclosureContent, typeset: Typeset, scale: float) -> dict[int, list[Box]]:
    """Per page, boxes of its cells with amounts in pixels: where seals and signatures come to lie."""
    boxes: dict[int, list[Box]] = {}
    for table in content.tables:
        for cell in table.cells:
            if cell.amount is not None:
                for part in typeset.cells[table.key, cell.row, cell.col]:
                    boxes.setdefault(part.page, []).append(Box(*(value * scale for value in part.rect)))
    return boxes
