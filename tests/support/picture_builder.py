"""Pictures and TIFF files for tests, and pages loaded from them."""

import io

import numpy as np
from crossfoot.source import PageImage, SourceOptions, open_source
from PIL import Image


def noise(height=240, width=170, channels=3, seed=1):
    """A picture that no other picture, turn or resampling equals: noise over big blocks."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 200, (height // 40 + 1, width // 40 + 1, channels))
    wide = blocks.repeat(40, axis=0).repeat(40, axis=1)[:height, :width]
    pixels = (wide + rng.integers(0, 55, (height, width, channels))).astype(np.uint8)
    return pixels if channels == 3 else pixels[:, :, 0]


def saved(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(*pages, **options):
    first, *rest = [Image.fromarray(page) for page in pages]
    return saved(first, "TIFF", save_all=True, append_images=rest, **options)


def bgr(pixels):
    return pixels[:, :, ::-1] if pixels.ndim == 3 else np.stack([pixels] * 3, axis=2)


def load(data, number=1, **options) -> PageImage:
    with open_source(data, SourceOptions(**options)) as source:
        return source.load(number)
