"""Make the sample scans and their truth: `python -m crossfoot.datasets.samples OUT`.

Every sheet under `tables/` is typeset, printed and scanned into `OUT/<name>.pdf`, with the
exact document beside it in `OUT/<name>.json`. Seed 0 gives the samples of this repository;
any other seed draws fonts, resolutions, skews and noise afresh, for measuring on pages
that nobody has tuned to. `--check` makes them again and compares instead of writing.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..document import Document, write_atomically
from ..errors import EXIT_FAILED, EXIT_OK, CrossfootError, OutputError
from .damage.scan import Look, scan
from .sheets.sheet import Sheet, load
from .sheets.truth import truth
from .sheets.typeset import typeset

SERIF = "Noto Serif CJK SC"
MING = "AR PL UMing"
CREAM = (250, 247, 238)

LOOKS = {
    "budget-2020-summary": Look(font=SERIF, dpi=200, skew=0.6),
    "budget-2020-basic": Look(font=MING, dpi=150, skew=-0.4, blur=0.5, quality=75, ink=30),
    "final-2020-summary": Look(font=MING, dpi=200, skew=-0.8, paper=CREAM, quality=70, stroke=0.7),
    "final-2020-expenditure": Look(font=SERIF, dpi=150, skew=0.35, blur=0.5, noise=4.0, quality=75),
    "project-application": Look(font=SERIF, dpi=175, skew=-0.5, noise=3.5, stroke=0.5),
}
"""The committed samples and how each is printed and scanned."""


def draw_look(rng: np.random.Generator) -> Look:
    """A look within what Chinese office scans show."""
    grey = int(rng.integers(238, 254))
    warm = int(rng.integers(0, 2)) * int(rng.integers(4, 14))
    return Look(
        font=str(rng.choice([SERIF, MING])),
        stroke=round(float(rng.uniform(0.5, 0.8)), 2),
        dpi=int(rng.choice([150, 175, 200])),
        skew=round(float(rng.uniform(0.3, 0.9) * rng.choice([-1, 1])), 2),
        blur=round(float(rng.uniform(0.4, 0.7)), 2),
        noise=round(float(rng.uniform(2.0, 4.5)), 1),
        quality=int(rng.integers(60, 76)),
        paper=(grey, grey - warm // 3, grey - warm),
        ink=int(rng.integers(25, 65)),
    )


def make(sheet: Sheet, look: Look, seed: int = 0) -> tuple[bytes, Document]:
    """One scan, as the bytes of an image-only PDF, and its truth."""
    layout = typeset(sheet, look.font, look.stroke)
    scanned = scan(layout.pdf, look, _rng(sheet.name, seed))
    return scanned.pdf, truth(f"{sheet.name}.pdf", sheet, layout, scanned)


def look_of(name: str, seed: int = 0, **changes: Any) -> Look:
    """The look of sample `name` under `seed`, with single fields changed."""
    look = LOOKS[name] if seed == 0 else draw_look(_rng(name, seed + 1))
    return replace(look, **{key: value for key, value in changes.items() if value is not None})


def _rng(name: str, seed: int) -> np.random.Generator:
    # By name, so that a further sample does not change the others.
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _differs(folder: Path, name: str, pdf: bytes, document: Document) -> bool:
    try:
        kept = (folder / f"{name}.pdf").read_bytes()
        return kept != pdf or Document.load(folder / f"{name}.json") != document
    except FileNotFoundError:
        return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a script; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crossfoot.datasets.samples", description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the PDFs and their truth")
    parser.add_argument("--seed", type=int, default=0, help="0: the repository's samples; else new looks")
    parser.add_argument("--only", choices=sorted(LOOKS), action="append", help="only this sample")
    parser.add_argument("--font", help="family to set every sheet in")
    parser.add_argument("--dpi", type=int, help="resolution of every scan")
    parser.add_argument("--skew", type=float, help="degrees by which every page is turned")
    parser.add_argument("--check", action="store_true", help="compare with OUT, write nothing")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except CrossfootError as error:
        sys.stderr.write(f"{error}\n{error.remedy}\n" if error.remedy else f"{error}\n")
        return error.exit_code


def _run(options: argparse.Namespace) -> int:
    code = EXIT_OK
    if not options.check:
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(error.strerror or str(error), name=str(options.out)) from None
    for name in options.only or LOOKS:
        look = look_of(name, options.seed, font=options.font, dpi=options.dpi, skew=options.skew)
        pdf, document = make(load(name), look, options.seed)
        if not options.check:
            write_atomically(options.out / f"{name}.pdf", pdf)
            document.save(options.out / f"{name}.json")
            sys.stdout.write(f"{name}: {len(pdf) / 1000:.0f} kB\n")
        elif _differs(options.out, name, pdf, document):
            sys.stdout.write(f"{name}: differs\n")
            code = EXIT_FAILED
    return code


if __name__ == "__main__":
    sys.exit(main())
