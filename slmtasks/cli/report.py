"""The page of a run's answers with their evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slmtasks.cli import display
from slmtasks.cli.app import app
from slmtasks.cli.options import LimitOption, PasswordOption, limits_of, regular_file


@app.command()
def report(
    run: Annotated[
        Path, typer.Argument(metavar="RUN.jsonl", help="What batch or extract --json wrote.")
    ],
    out: Annotated[Path, typer.Option(help="The page to write.", callback=regular_file)] = Path(
        "report.html"
    ),
    folder: Annotated[
        Path, typer.Option(help="The folder that the documents' paths begin in.")
    ] = Path(),
    password: PasswordOption = None,
    limit: LimitOption = None,
) -> None:
    """Write one page that shows each value beside the text, its evidence marked.

    slmtasks report run.jsonl --out report.html
    """
    from slmtasks.evidence.page import evidence_page

    limits = limits_of(limit)
    count = evidence_page(run, out, folder=folder, password=password, limits=limits)
    display.note(f"{out}: {count:,} document{'s' if count != 1 else ''}")
