"""Print and scan a typeset page: rasterise, skew, soften, add noise, compress, wrap as a PDF.

The result is what an office scanner leaves behind: a PDF of one JPEG and no text. The
upright page is the raster before it was skewed; `from_scan` leads back to it exactly.
Coordinates are continuous: pixel (0, 0) covers the square from 0 to 1.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image

from .page import DamagedPage

Matrix = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is printed and scanned.

    Attributes:
        font: family in which it is set.
        stroke: thickness of rulings in points; under 0.4 they break at 150 dpi.
        dpi: resolution of the scan; disclosures have 150 to 300.
        skew: degrees by which the paper lies turned clockwise; feeders leave up to one.
        blur: sigma of the lens in pixels; above 1 the digits of 9-point type run together.
        noise: sigma of the sensor in grey levels; it costs most of the file's bytes.
        quality: of the JPEG, 1 to 95; under 50 ringing touches the digits.
        paper: red, green and blue of the paper; equal values give a grey scan.
        ink: grey level of solid ink.
    """

    font: str = "Noto Serif CJK SC"
    stroke: float = 0.6
    dpi: int = 200
    skew: float = 0.5
    blur: float = 0.6
    noise: float = 3.0
    quality: int = 65
    paper: tuple[int, int, int] = (247, 247, 247)
    ink: int = 45


@dataclass(frozen=True, slots=True)
class Scanned:
    """An image-only PDF of `width` × `height` pixels and the way back to the upright page.

    The upright page has the same size; `from_scan` is 3×3, row by row.
    """

    pdf: bytes
    width: int
    height: int
    dpi: int
    from_scan: Matrix


def scan(pdf: bytes, look: Look, rng: np.random.Generator) -> Scanned:
    """The first page of `pdf`, printed and scanned. The same `rng` state gives the same bytes."""
    upright = rasterise(pdf, look.dpi)
    height, width = upright.shape
    to_scan = _turn(look.skew, width, height)
    skewed = _warp(upright, to_scan)
    pixels = _expose(skewed, look, rng)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=look.quality, dpi=(look.dpi, look.dpi))
    inverse = np.linalg.inv(to_scan)
    inverse[2] = (0, 0, 1)  # exactly affine, whatever the inversion left in the last bits
    from_scan: Matrix = tuple((float(a), float(b), float(c)) for a, b, c in inverse)
    colour = pixels.ndim == 3
    return Scanned(
        image_pdf(buffer.getvalue(), width, height, look.dpi, colour), width, height, look.dpi, from_scan
    )


def rasterise(pdf: bytes, dpi: float) -> NDArray[np.uint8]:
    """The first page of a PDF in grey, (height, width)."""
    document = pdfium.PdfDocument(pdf)
    try:
        bitmap = document[0].render(scale=dpi / 72, grayscale=True)
        grey: NDArray[np.uint8] = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(
            bitmap.height, bitmap.width
        )
        return grey
    finally:
        document.close()


def image_pdf(jpeg: bytes, width: int, height: int, dpi: float, colour: bool) -> bytes:
    """A PDF of one page that shows one JPEG, its bytes unchanged; without dates, so reproducible."""
    return _pdf([_Picture(jpeg, width, height, dpi, colour)])


def scan_pdf(pages: Iterable[DamagedPage]) -> bytes:
    """An image-only PDF of the pages, each a JPEG of its own quality; without dates, so reproducible.

    Each page is compressed before the next is asked for.
    """
    return _pdf([_picture(page) for page in pages])


@dataclass(frozen=True, slots=True)
class _Picture:
    jpeg: bytes
    width: int
    height: int
    dpi: float
    colour: bool


def _picture(page: DamagedPage) -> _Picture:
    height, width = page.pixels.shape[:2]
    buffer = io.BytesIO()
    # 4:2:0, as scanners write it.
    Image.fromarray(page.pixels).save(
        buffer, "JPEG", quality=page.quality, subsampling=2, dpi=(page.dpi, page.dpi)
    )
    return _Picture(buffer.getvalue(), width, height, page.dpi, page.pixels.ndim == 3)


def _pdf(pictures: Sequence[_Picture]) -> bytes:
    kids = " ".join(f"{3 + 3 * number} 0 R" for number in range(len(pictures)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pictures)} >>".encode(),
    ]
    for picture in pictures:
        objects += _page_objects(picture, 1 + len(objects))
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def _page_objects(picture: _Picture, first: int) -> list[bytes]:
    """A page, its content and its image, which become the objects numbered from `first`."""
    width, height = picture.width, picture.height
    # Readers round a page's pixels up; a hair less than a whole number of them gives them all, and no more.
    page = f"{width * 72 / picture.dpi - 0.005:.3f} {height * 72 / picture.dpi - 0.005:.3f}"
    content = f"q {page.replace(' ', ' 0 0 ')} 0 0 cm /Im0 Do Q".encode()
    space = "/DeviceRGB" if picture.colour else "/DeviceGray"
    image = (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {space} "
        f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(picture.jpeg)} >>"
    )
    uses = f"/Contents {first + 1} 0 R /Resources << /XObject << /Im0 {first + 2} 0 R >> >>"
    return [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page}] {uses} >>".encode(),
        f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream",
        image.encode() + b"\nstream\n" + picture.jpeg + b"\nendstream",
    ]


def _turn(degrees: float, width: int, height: int) -> NDArray[np.float64]:
    """Upright page to scan: a turn about the middle, clockwise as y points down."""
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = width / 2, height / 2
    return np.array([[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y], [0, 0, 1]])


def _warp(grey: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[Any]:
    # OpenCV counts from the middle of the first pixel, this module from its corner.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    centred = np.linalg.inv(half) @ matrix @ half
    height, width = grey.shape
    return cv2.warpAffine(grey, centred[:2], (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))


def _expose(grey: NDArray[Any], look: Look, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Ink on toned paper through a soft lens onto a noisy sensor: (h, w), or (h, w, 3) in colour."""
    height, width = grey.shape
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), look.blur) / 255
    # Light falls unevenly: a few grey levels, varying over centimetres.
    patches = rng.normal(0, 1.5, (7, 5)).astype(np.float32)
    shade = cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)
    light = np.asarray(shade) + rng.normal(0, look.noise, (height, width)).astype(np.float32)
    tones = look.paper if len(set(look.paper)) > 1 else look.paper[:1]
    planes = [look.ink + soft * (tone - look.ink) + light for tone in tones]
    pixels = np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)
    return pixels if len(tones) > 1 else pixels[:, :, 0]
