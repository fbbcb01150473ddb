"""PNG and JPEG through Pillow, and what their pages share with those of a TIFF.

Pillow's classes are called directly, not `Image.open`, whose global limit on pixels would
rule over `max_pixels`.
"""

from __future__ import annotations

import contextlib
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image as Pil
from PIL import ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from ..document import Scan
from ..errors import CrossfootError, DamagedInput
from .base import Source, clause
from .options import SourceOptions
from .records import PageImage
from .sizing import work_image

MIN_DPI, MAX_DPI = 40, 2400  # outside, a resolution tag is a placeholder (1) or a mistake
MAX_SHEET = 34  # inches, the long side of A1; a photograph "at 72 dpi" claims more
MAX_STRETCH = 4  # no fax standard is beyond 204 × 98 dpi; more is a broken tag
NEARLY_SQUARE = 0.02  # x and y resolution may differ by this much before pixels are made square
ORIENTATION = 0x0112  # the Exif tag; values from 5 exchange width and height


class PictureSource(Source):
    """An input whose pages Pillow decodes; a subclass says by which of its readers."""

    format: str
    reader: type[ImageFile]

    def __init__(self, stream: BinaryIO, name: str, sha256: str, options: SourceOptions) -> None:
        super().__init__(stream, name, sha256, options)
        try:
            self.page_count = self._count()
        except CrossfootError:
            raise
        except Exception as error:  # as in `load`
            raise DamagedInput(f"is no readable {self.format}: {clause(error)}", name=name) from None
        self._require_pages(self.page_count)

    def _count(self) -> int:
        """Pages of the file; raises anything where it cannot be read at all."""
        self._open(1)
        return 1

    def _open(self, number: int) -> Pil.Image:
        """Page `number` with its header read, not its pixels."""
        self._stream.seek(0)
        return self.reader(self._stream)

    def _decode(self, picture: Pil.Image) -> None:
        picture.load()

    def _load(self, number: int) -> PageImage:
        picture = self._open(number)
        self._require_pixels(number, *picture.size)
        turned = _is_turned(picture)
        self._decode(picture)
        tag = picture.info.get("dpi")
        with contextlib.suppress(Exception):  # a broken note on orientation spoils no pixels
            picture = ImageOps.exif_transpose(picture)
        pixels = _pixels(picture)
        height, width = pixels.shape[:2]
        dpi, stretch = _resolution(tag, turned, width, height)
        image, matrix, problems = work_image(pixels, number, self._options, stretch)
        return PageImage(number, image, Scan(width, height, dpi, "image"), matrix, None, problems=problems)


class PngSource(PictureSource):
    """A PNG."""

    format = "PNG"
    reader = PngImageFile


class JpegSource(PictureSource):
    """A JPEG."""

    format = "JPEG"
    reader = JpegImageFile


def _pixels(picture: Pil.Image) -> npt.NDArray[np.uint8]:
    """Any Pillow mode as 8 bits: grey (height, width) or BGR (height, width, 3), over white."""
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture).astype(np.float32)
        # 16 bits unless every value fits into 8; floating point is 0 to 1 where it fits.
        top = 65535.0 if picture.mode.startswith("I;16") or values.max() > 255 else 255.0
        top = 1.0 if picture.mode == "F" and values.max() <= 1 else top
        return np.clip(values * (255 / top) + 0.5, 0, 255).astype(np.uint8)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        paper = Pil.new("RGBA", layer.size, "white")
        picture = Pil.alpha_composite(paper, layer)
    if picture.mode in ("1", "L"):
        return np.asarray(picture.convert("L"))
    return np.asarray(picture.convert("RGB"))[:, :, ::-1]


def _is_turned(picture: Pil.Image) -> bool:
    """Whether the orientation tag exchanges width and height, and so the resolutions."""
    try:
        return picture.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
    except Exception:  # Pillow parses the tags only now; broken ones say nothing
        return False


def _resolution(tag: Any, turned: bool, width: int, height: int) -> tuple[float | None, tuple[float, float]]:
    """Dots per inch along the width, where the file says so credibly, and the stretch to square pixels."""
    try:
        across, down = (float(value) for value in (reversed(tag) if turned else tag))
    except (TypeError, ValueError, ZeroDivisionError):
        return None, (1.0, 1.0)
    coarse, fine = sorted((across, down))
    if not (MIN_DPI <= coarse <= fine <= MAX_DPI and fine <= MAX_STRETCH * coarse):
        return None, (1.0, 1.0)
    if max(width / across, height / down) > MAX_SHEET:
        return None, (1.0, 1.0)
    if fine - coarse <= NEARLY_SQUARE * fine:
        return across, (1.0, 1.0)
    return across, (fine / across, fine / down)
