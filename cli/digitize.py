"""`crossfoot digitize`."""

from __future__ import annotations

import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import summary
from ..errors import CrossfootError, EngineError, WeightsError
from ..summary import Bar, Outcome
from .app import app, complain

if TYPE_CHECKING:
    from ..assembly import PageResult
    from ..document import Box, Document
    from ..pipeline import Digitizer, Options


class Grid(StrEnum):
    """Names of the grid engines, as in `layout.options`."""

    AUTO = "auto"
    LINES = "lines"
    WHITESPACE = "whitespace"
    IMG2TABLE = "img2table"


class Engine(StrEnum):
    """Names of the text engines, as in `ocr.options`."""

    PPOCR = "ppocr"
    PADDLE = "paddle"


@app.command()
def digitize(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", help="PDF, TIFF, PNG or JPEG files.")],
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for the results, one folder in it per input.")
    ],
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Also draw what was found on a picture of each page.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Also print the tables themselves.")] = False,
    password: Annotated[str | None, typer.Option(help="Password of encrypted PDFs.")] = None,
    grid: Annotated[Grid, typer.Option(help="How cells are found.")] = Grid.AUTO,
    engine: Annotated[
        Engine, typer.Option(help="How text is read; paddle goes through PaddleOCR's API.")
    ] = Engine.PPOCR,
    max_pages: Annotated[int | None, typer.Option(help="Refuse files of more pages; default 2000.")] = None,
    max_pixels: Annotated[
        int | None, typer.Option(help="Refuse pages of more pixels; default 200000000.")
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(help="Refuse larger files, in bytes; default 2147483648.")
    ] = None,
    work_pixels: Annotated[
        int | None, typer.Option(help="Reduce pages of more pixels to so many; default 40000000.")
    ] = None,
    render_dpi: Annotated[
        int | None, typer.Option(help="Resolution for PDF pages that are drawn, not scanned; default 200.")
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads for the networks; 0 means all cores.")] = 0,
    weights: Annotated[
        Path | None,
        typer.Option(help="Folder of the model weights; default: CROSSFOOT_WEIGHTS or the cache."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite results of another document of the same name.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables for people.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of unexpected errors.")] = False,
) -> None:
    """Digitize files into JSON, HTML, CSV and Excel tables.

    The results of a file go into OUTPUT/NAME/.

    A file that cannot be read costs itself alone; the others are digitized.

    \b
    Examples:
      crossfoot digitize report.pdf -o out
      crossfoot digitize scans/*.pdf -o out --overlay --quiet
      crossfoot digitize locked.pdf -o out --password secret --json
    """
    run = _Run(output, overlay=overlay, force=force, debug=debug, bar=Bar(quiet))
    outcomes: list[Outcome] = []
    console = summary.output_console()
    try:
        source = {
            "password": password,
            "max_pages": max_pages,
            "max_pixels": max_pixels,
            "max_bytes": max_bytes,
            "work_pixels": work_pixels,
            "render_dpi": render_dpi,
        }
        ocr = {"engine": engine.value, "threads": threads, "weights": weights}
        options = _options(source, {"grid": grid.value}, ocr)
        for outcome, document in _digitize_all(inputs, options, run):
            outcomes.append(outcome)
            if outcome.error is not None:
                complain(outcome.error)
            elif not (quiet or as_json):
                summary.show(outcome, console)
                if show and document is not None:
                    summary.show_cells(document, console)
    except CrossfootError as error:
        if as_json:
            typer.echo(summary.to_json(outcomes, error.exit_code, error))
        raise
    code = summary.exit_code(outcomes)
    if as_json:
        typer.echo(summary.to_json(outcomes, code))
    raise typer.Exit(code)


@dataclass
class _Run:
    """What all inputs of one `digitize` share; `taken` are the result folders given out so far."""

    output: Path
    overlay: bool
    force: bool
    debug: bool
    bar: Bar
    taken: set[Path] = field(default_factory=set)


def _options(source: dict[str, Any], layout: dict[str, Any], ocr: dict[str, Any]) -> Options:
    """Options from those given; what was not given keeps the default that its dataclass states."""
    from ..layout.options import LayoutOptions
    from ..ocr.options import OcrOptions
    from ..pipeline import Options
    from ..source import SourceOptions

    given = {name: value for name, value in source.items() if value is not None}
    return Options(source=SourceOptions(**given), layout=LayoutOptions(**layout), ocr=OcrOptions(**ocr))


def _digitize_all(
    inputs: list[Path], options: Options, run: _Run
) -> Iterator[tuple[Outcome, Document | None]]:
    """Outcome and document of each input, as each is done; errors that concern all of them are raised."""
    from ..export import folder
    from ..pipeline import Digitizer

    folder.prepare(run.output)
    with Digitizer(options) as digitizer:
        for path in inputs:
            yield _digitize_one(digitizer, path, run)


def _digitize_one(digitizer: Digitizer, path: Path, run: _Run) -> tuple[Outcome, Document | None]:
    started = time.perf_counter()
    try:
        with run.bar:
            return _digitize_file(digitizer, path, run, started)
    except (WeightsError, EngineError):
        raise  # no other input would fare better
    except Exception as error:  # a bug that one input brings out must not cost the others
        if run.debug and not isinstance(error, CrossfootError):
            traceback.print_exc()
        return summary.failure(error, given=str(path), seconds=time.perf_counter() - started), None


def _digitize_file(digitizer: Digitizer, path: Path, run: _Run, started: float) -> tuple[Outcome, Document]:
    from ..export import folder

    def on_progress(done: int, total: int) -> None:
        run.bar.pages(path.name, done, total)

    with _overlays(run) as overlays:
        keep = None if overlays is None else overlays.keep
        document = digitizer(path, on_page=keep, on_progress=on_progress, on_fetch=run.bar.bytes)
        pictures = None if overlays is None else overlays.drawn(document)
        place = folder.result_folder(run.output, document.source.name, document.source.sha256, run.taken)
        run.taken.add(place)
        folder.write_folder(document, place, force=run.force, pictures=pictures)
    seconds = time.perf_counter() - started
    return summary.outcome(document, given=str(path), folder=place, seconds=seconds), document


@dataclass
class _Overlays:
    """Pictures of pages, drawn when the document is done: the states of amounts come last.

    Until then the pages lie in `pages`, since many would not fit in memory.
    """

    pages: Path
    pictures: Path
    words: dict[int, Sequence[Box]] = field(default_factory=dict)

    def keep(self, result: PageResult) -> None:
        """Put a page aside."""
        from ..document import write_atomically
        from ..export import overlay

        number = result.page.number
        self.words[number] = tuple(result.words)
        write_atomically(self.pages / f"{number}.png", overlay.encode_png(result.image))

    def drawn(self, document: Document) -> Path:
        """The folder of the pictures, a PNG per page."""
        from ..document import write_atomically
        from ..export import overlay

        for number, words in self.words.items():
            image = overlay.decode_png((self.pages / f"{number}.png").read_bytes())
            picture = overlay.draw(image, number, document.tables, document.texts, words)
            write_atomically(self.pictures / f"page-{number:03d}.png", overlay.encode_png(picture))
        return self.pictures


@contextmanager
def _overlays(run: _Run) -> Iterator[_Overlays | None]:
    """Folders for the pages and for their pictures; None where no pictures are wanted.

    They have temporary names in the output folder, because the result's own name depends on
    the SHA-256 that is known only when the input has been read.
    """
    if not run.overlay:
        yield None
        return
    with (
        tempfile.TemporaryDirectory(prefix=".pages-", dir=run.output) as pages,
        tempfile.TemporaryDirectory(prefix=".overlay-", dir=run.output) as pictures,
    ):
        yield _Overlays(Path(pages), Path(pictures))
