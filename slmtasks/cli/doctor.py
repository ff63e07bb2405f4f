"""What this machine can run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from slmtasks.cli import display, exits
from slmtasks.cli.app import app
from slmtasks.cli.options import JsonOption

if TYPE_CHECKING:
    from slmtasks.diagnostics.doctor import Report


@app.command()
def doctor(
    measure: Annotated[
        bool, typer.Option(help="Run the default model on a page, to tell its speed.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Say what this machine can run and how fast, and how to mend what is set up wrongly.

    slmtasks doctor
    """
    from slmtasks.diagnostics.doctor import examine

    with display.Doing("looking at this machine"):
        report = examine(measure=measure)
    if as_json or not sys.stdout.isatty():
        print(report.model_dump_json())
    else:
        display.table(["", ""], _rows(report))
    if report.problems:
        raise typer.Exit(exits.FAILED)


def _rows(report: Report) -> list[list[str]]:
    rows = [
        ["system", f"{report.system}, Python {report.python}"],
        ["processor", f"{report.processor}, {report.cores} cores for this process"],
        ["instructions", " ".join(report.instructions) or "none that speed up a model"],
        ["memory", f"{report.memory / 1e9:.1f} GB, {report.free_memory / 1e9:.1f} GB free"],
        ["disk", f"{report.free_disk / 1e9:.1f} GB free for models"],
        ["GPUs", ", ".join(report.gpus) or "none seen"],
        ["NPUs", ", ".join(report.npus) or "none seen"],
        ["packages", ", ".join(f"{name} {v}" for name, v in report.packages.items())],
        ["telemetry", report.telemetry],
    ]
    for device in report.devices:
        rows.append([f"device {device.name}", device.detail or "loads"])
    for model in report.models:
        state = "verified" if model.whole else "NOT as installed"
        rows.append([f"model {model.name}", f"{model.kind}, {model.bytes / 1e9:.2f} GB, {state}"])
    if speed := report.speed:
        rows.append(
            [
                "speed",
                f"{speed.model} on {speed.device}: {speed.prompt_tokens} tokens read and "
                f"{speed.written_tokens} written in {speed.seconds:.2f} s, about "
                f"{speed.documents_per_hour:,} such documents an hour",
            ]
        )
    for problem in report.problems:
        rows.append(["PROBLEM", f"{problem.what}; mend it: {problem.mend}"])
    return rows
