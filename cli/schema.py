"""`crossfoot schema`."""

from __future__ import annotations

from pathlib import Path

import typer

from .app import app

SCHEMA = Path(__file__).parents[1] / "document.schema.json"


@app.command()
def schema() -> None:
    """Print the JSON Schema of document.json."""
    typer.echo(SCHEMA.read_text(encoding="utf-8"), nl=False)
