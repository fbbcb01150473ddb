"""`crossfoot evaluate`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import summary
from ..errors import EXIT_FAILED, EXIT_OK, OptionsError
from ..summary import Bar, plain
from .app import app, complain

if TYPE_CHECKING:
    from ..eval.results import Evaluation

_ONLY = ("damage", "split", "id")


class Baseline(StrEnum):
    """Tools to compare with."""

    IMG2TABLE = "img2table"
    CROSSFOOT = "crossfoot"


class Format(StrEnum):
    """Formats of predictions, as in `eval.harness`."""

    HTML = "html"
    PPSTRUCTURE = "ppstructure"
    MINERU = "mineru"
    DOCLING = "docling"
    CROSSFOOT = "crossfoot"


@app.command()
def evaluate(
    fixtures: Annotated[Path, typer.Argument(metavar="FIXTURES", help="Folder with a manifest.csv.")],
    *,
    against: Annotated[
        Baseline | None,
        typer.Option(help="Also measure this tool on the same pages; crossfoot beside predictions."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for the report: index.html, JSON and CSV.")
    ] = None,
    require: Annotated[
        str | None,
        typer.Option(help="Bounds such as amounts>=0.99,fax:teds>=0.9; exit code 4 if one is not met."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes; cores are shared out.")] = 1,
    predictions: Annotated[
        Path | None, typer.Option(help="Judge the results of another tool in this folder, not crossfoot's.")
    ] = None,
    form: Annotated[Format | None, typer.Option("--format", help="Format of the predictions.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only fixtures with, say, damage=fax; also split= and id=. Repeatable."),
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder of earlier results; default: in the user's cache.")
    ] = None,
    use_cache: Annotated[bool, typer.Option("--cache-results/--no-cache", help="Keep results.")] = True,
    time_limit: Annotated[
        float, typer.Option(help="Seconds for one fixture; longer counts as nothing found.", min=1)
    ] = 4 * 3600,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the intervals.")] = 0,
    weights: Annotated[
        Path | None,
        typer.Option(help="Folder of the model weights; default: CROSSFOOT_WEIGHTS or the cache."),
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print errors and unmet bounds only.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables for people.")
    ] = False,
) -> None:
    """Measure how good the results are on a set of fixtures.

    A fixture is a scan beside its truth. What cannot be read counts as nothing found there;
    a fixture that is itself unusable is refused, listed, and gives exit code 4.

    \b
    Examples:
      crossfoot evaluate fixtures --against img2table --out report
      crossfoot evaluate fixtures --only damage=fax --require "amounts>=0.9,teds>=0.9"
      crossfoot evaluate fixtures --predictions theirs --format html
    """
    from ..eval.harness import Plan
    from ..eval.harness import evaluate as run
    from ..eval.requirements import parse_requirements
    from ..layout.options import LayoutOptions
    from ..ocr.options import OcrOptions
    from ..pipeline import Options

    if (predictions is None) != (form is None):
        raise OptionsError("--predictions and --format go together", name="--predictions")
    if out is not None and _holds_set(out, fixtures):
        remedy = "give another folder, which may lie in it"
        raise OptionsError(f"{out} holds a set of fixtures", name="--out", remedy=remedy)
    plan = Plan(
        against=against.value if against else None,
        predictions=(predictions, form.value) if predictions and form else None,
        only=selection(only or []),
        workers=workers,
        time_limit=time_limit,
        cache=cache,
        use_cache=use_cache,
        seed=seed,
        requirements=parse_requirements(require) if require is not None else (),
        options=Options(layout=LayoutOptions(), ocr=OcrOptions(weights=weights)),
    )
    with Bar(quiet) as bar:
        found = run(fixtures, plan, on_progress=bar.fixtures, on_fetch=bar.bytes)
    if out is not None:
        found.save_report(out)
    code = EXIT_OK if all(v.met for v in found.verdicts) and not found.refusals else EXIT_FAILED
    if as_json:
        typer.echo(json.dumps(found.to_dict() | {"exit_code": code}))
    elif not quiet:
        from .evaluation import show

        show(found, summary.output_console())
    _complain(found, out, quiet=quiet or as_json)
    raise typer.Exit(code)


def _holds_set(out: Path, fixtures: Path) -> bool:
    """Whether a report would lie among the files of a set, this one or another."""
    from ..datasets.fixtures.manifest import MANIFEST

    return (out / MANIFEST).exists() or out.resolve() == fixtures.resolve()


def selection(given: list[str], known: tuple[str, ...] = _ONLY) -> dict[str, tuple[str, ...]]:
    """What `--only` keeps: values by damage, split and id, or those of them that are known."""
    kept: dict[str, tuple[str, ...]] = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not equals or key not in known or not value:
            choice = ", ".join(f"{name}=" for name in known[:-1])
            raise OptionsError(f"{item!r} is not one of {choice} and {known[-1]}=", name="--only")
        kept[key] = (*kept.get(key, ()), *value.split(","))
    return kept


def _complain(found: Evaluation, out: Path | None, *, quiet: bool) -> None:
    """What went wrong, a line each on standard error, and where the report is."""
    for refusal in found.refusals:
        complain(f"refused: {refusal}")
    for failed in found.failures:
        complain(f"{failed.fixture}: {failed.tool}: {failed.failure}")
    for verdict in found.verdicts:
        if not verdict.met:
            complain(str(verdict))
    if out is not None and not quiet:
        typer.echo(f"report: {plain(out / 'index.html')}")
