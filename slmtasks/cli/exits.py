"""Exit codes, and how a command that failed ends."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from slmtasks.cli import display

FAILED, WRONG_USAGE, PARTLY_DONE, STOPPED = 1, 2, 3, 130
"""Exit codes; 0 is done."""


def fail(message: str, code: int) -> NoReturn:
    """Say what failed, in one sentence, and exit."""
    display.error(message)
    raise SystemExit(code)


def abandon_output() -> None:
    """Forget what could not be printed, which Python would try to print again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
