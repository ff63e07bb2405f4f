"""The command line: a thin shell over the library. Each module holds some commands."""

from __future__ import annotations

import sys
import warnings

from slmtasks.cli import display, doctor, evaluate, exits, models, report, tasks
from slmtasks.cli.app import app
from slmtasks.errors import SlmTasksError

__all__ = ["doctor", "evaluate", "main", "models", "report", "tasks"]


def main() -> None:
    """The entry point: no traceback for what a user can mend."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A pipe on Windows has a code page of its own; JSON is UTF-8 everywhere.
            stream.reconfigure(encoding="utf-8", errors="replace")
    warnings.showwarning = lambda message, *_: display.note(f"note: {message}")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except SlmTasksError as error:
        exits.fail(str(error), exits.FAILED)
    except ValueError as error:
        exits.fail(str(error), exits.WRONG_USAGE)
    except OSError as error:
        exits.abandon_output()
        exits.fail(f"a file or the output cannot be used: {error}", exits.FAILED)
