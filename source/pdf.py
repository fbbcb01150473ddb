"""PDF pages: what each is read from.

A page whose text layer is believed is drawn, its words taken; a page that is one scanned
image is taken as that image; any other is drawn as finely as its images deserve.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from ..document import Box, Problem, Scan, ScanSource
from ..errors import DamagedInput
from .base import Source
from .embedded import embedded_scan, is_cut_off
from .geometry import Matrix, View, center, moved, scaling
from .judging import distrust, inked_runs
from .options import SourceOptions
from .pasted import pasted_pictures, within
from .pdffile import PDFIUM, PdfFile
from .records import Image, PageImage, Word
from .sizing import work_image
from .survey import Survey, survey_page
from .textlayer import MAX_CHARACTERS, Run, read_characters, runs_of

MAX_IMAGE_DPI = 400  # beyond, drawing costs time and shows no more than the paper had


class PdfSource(Source):
    """A PDF, through PDFium; see `open_source` for the errors of opening."""

    def __init__(self, stream: BinaryIO, name: str, sha256: str, options: SourceOptions) -> None:
        super().__init__(stream, name, sha256, options)
        with PDFIUM:
            self._file = PdfFile(stream, name, options.password)
        # Closes it, under the lock, also where the source is refused below or dropped.
        self._finalizer = weakref.finalize(self, self._file.close)
        self._finalizer.atexit = False
        self.page_count = self._file.page_count
        if self.page_count < 1:
            raise DamagedInput("is a PDF without a page", name=name)
        self._require_pages(self.page_count)

    def _release(self) -> None:
        self._finalizer()

    def _load(self, number: int) -> PageImage:
        with PDFIUM, self._file.page(number) as page:
            survey = survey_page(page)
            for image in survey.images:
                self._require_pixels(number, *image.size, "has an image of")
            characters, count = read_characters(page, survey.to_shown)
            limits = tuple(_limits(number, survey, count))
            runs, reason = runs_of(characters), distrust(characters, survey)
            if runs and not reason:
                view = self._draw(page, number, survey, self._options.render_dpi, "text_layer")
                inked, reason = inked_runs(runs, view)
                if not reason:
                    return self._result(number, view, words=inked, problems=limits, survey=survey)
            problems = limits + tuple(_problems(number, survey, reason if runs else ""))
            scan = embedded_scan(self._file, page, survey)
            view = scan or self._draw(page, number, survey, self._drawing_dpi(survey), "render")
            return self._result(number, view, layer=runs, problems=problems)

    def _draw(self, page: Any, number: int, survey: Survey, dpi: float, source: ScanSource) -> View:
        wide, high = survey.width / 72 * dpi, survey.height / 72 * dpi
        self._require_pixels(number, wide, high, f"at {dpi:.0f} dpi has")
        size = (max(1, round(wide)), max(1, round(high)))
        to_pixels = scaling(size[0] / survey.width, size[1] / survey.height)
        return View(self._file.draw(page, *size), to_pixels, float(dpi), source)

    def _drawing_dpi(self, survey: Survey) -> float:
        """`render_dpi`, or that of the finest large image where images are the page."""
        least = self._options.render_dpi
        if not survey.is_picture:
            return least
        largest = max(image.share for image in survey.images)
        finest = max(image.dpi() for image in survey.images if image.share >= largest / 2)
        square_inches = survey.width / 72 * survey.height / 72
        affordable = math.sqrt(self._options.max_pixels / square_inches) * 0.999  # sides are rounded
        return max(least, min(finest, MAX_IMAGE_DPI, affordable))

    def _result(
        self,
        number: int,
        view: View,
        *,
        words: Sequence[Run] | None = None,
        layer: Sequence[Run] = (),
        problems: tuple[Problem, ...] = (),
        survey: Survey | None = None,
    ) -> PageImage:
        """What was found, in pixels of the image; `survey` where pictures are to be looked for."""
        image, matrix, reduced = work_image(view.pixels, number, self._options)
        to_image = np.array(matrix) @ view.to_pixels
        height, width = view.pixels.shape[:2]
        pictures: list[Box] = []
        if survey:
            pictures, dropped = pasted_pictures(survey, words or (), to_image, image)
            if dropped:
                message = f"the largest {len(pictures)} pictures were kept (MAX_PICTURES), {dropped} left out"
                problems = (*problems, _limit(number, message))
        return PageImage(
            number,
            image,
            Scan(width, height, round(view.dpi, 2), view.source),
            matrix,
            None if words is None else tuple(_words(words, to_image, image)),
            tuple(_words(layer, to_image, image)),
            reduced + problems,
            tuple(pictures),
        )


def _limit(number: int, message: str) -> Problem:
    return Problem("warning", "limit_reached", message, page=number, stage="source")


def _limits(number: int, survey: Survey, characters: int) -> Iterator[Problem]:
    """What of a page was not looked at because there is too much of it."""
    if characters > MAX_CHARACTERS:
        yield _limit(
            number,
            f"the text layer was not used: it has {characters:,} characters, "
            f"more than {MAX_CHARACTERS:,} (MAX_CHARACTERS)",
        )
    for what in sorted(survey.limits):
        yield _limit(number, f"what the page is made of was not looked at in full: {what} were left out")


def _problems(number: int, survey: Survey, distrusted: str) -> Iterator[Problem]:
    """What is to be told of a page that is not read from its text layer."""
    if distrusted:
        message = f"the text layer was not used: {distrusted}"
        yield Problem("info", "text_layer_rejected", message, page=number, stage="source")
    if any(is_cut_off(image) for image in survey.images):
        message = "an image on the page is cut off; what is missing of it was read as blank"
        yield Problem("warning", "page_damaged", message, page=number, stage="source")


def _words(runs: Sequence[Run], to_image: Matrix, image: Image) -> Iterator[Word]:
    """Runs as words in pixels of the image; those outside it are left out."""
    height, width = image.shape[:2]
    for run in runs:
        box = moved(run.box, to_image)
        x, y = center(box)
        if 0 <= x <= width and 0 <= y <= height:
            letters = ((text, within(moved(ink, to_image), image)) for text, ink in run.letters)
            yield Word(run.text, within(box, image), tuple(letters))
