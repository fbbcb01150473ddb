"""The application that all commands join, and how every command ends.

Errors and their exit codes come from `errors`; here they become one line each.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .. import __version__, summary
from ..errors import CrossfootError
from ..summary import plain

EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def complain(line: str) -> None:
    """One line on stderr that bears the program's name."""
    typer.echo(f"crossfoot: {plain(line)}", err=True)


class _Commands(TyperGroup):
    """Ends every command's errors as one line and an exit code, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CrossfootError as error:
            complain(summary.error_line(error))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(EXIT_INTERRUPTED) from None


# No markup mode: help and usage errors stay plain text, in a log as on a terminal.
app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crossfoot {__version__}")
        raise typer.Exit


@app.callback(
    epilog=(
        "Exit codes: 0 all well, 2 wrong usage, 3 some inputs only in part, "
        "4 some failed or something required was not met, 130 interrupted"
    )
)
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Digitize scanned Chinese budget disclosures into tables whose amounts can be checked.

    \b
    Examples:
      crossfoot digitize report.pdf -o out
      crossfoot digitize scans/*.pdf -o out --overlay --json
      crossfoot weights fetch
    """
