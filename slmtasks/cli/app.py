"""The commands' application: what its help says, and how a stop ends it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from slmtasks import __version__
from slmtasks.cli import exits


class _Commands(TyperGroup):
    """The commands; typer would end without a word where one is stopped."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            exits.fail("stopped", exits.STOPPED)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Tasks on your documents by a small language model on this machine. Nothing is sent "
    "anywhere.\n\nThe tasks read text, Markdown, HTML, PDF, mail or Office files and print an "
    "answer for people, or JSON where the output is piped or --json is given. Progress and "
    "errors go to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some of several "
    "files failed or are unsure, 130 stopped.",
)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"slmtasks {__version__}")
        raise typer.Exit
