"""`import crossfoot` is quick because it loads next to nothing; only a fresh interpreter can tell."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"paddleocr", "paddlex", "cv2", "onnxruntime", "pandas", "pyarrow", "img2table", "PIL", "pypdfium2"}


def loaded(statement: str) -> set[str]:
    """Names of the top-level packages that are loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_no_dependency() -> None:
    beside = loaded("import crossfoot") - loaded("import importlib, typing")

    assert {name for name in beside if not name.startswith("_")} == {"crossfoot"}


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import crossfoot; crossfoot.Document; crossfoot.CrossfootError", HEAVY | {"numpy", "rich"}),
        ("import crossfoot.cli", HEAVY | {"numpy"}),
        ("import crossfoot.models.weights", HEAVY | {"numpy"}),
        ("import crossfoot; crossfoot.Digitizer; crossfoot.Options()", HEAVY - {"PIL", "pypdfium2", "cv2"}),
    ],
)
def test_what_is_heavy_waits_until_it_is_used(statement: str, forbidden: set[str]) -> None:
    assert loaded(statement) & forbidden == set()
