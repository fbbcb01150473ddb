"""Fixtures that several test modules share."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def font_path() -> str:
    """The font subset that tests draw with."""
    (font,) = HERE.glob("fonts/*.otf")
    return str(font)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample scans and their truth."""
    return HERE.parent / "samples"
