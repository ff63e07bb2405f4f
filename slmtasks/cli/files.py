"""A task over files: each answer printed as it comes, each failure said, and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slmtasks import display
from slmtasks.cli.exits import FAILED, PARTLY_DONE
from slmtasks.documents import Document
from slmtasks.errors import SlmTasksError
from slmtasks.model import Model, load
from slmtasks.results import Result


def run(
    files: list[Path],
    task: Callable[[Document, Model], Result],
    reader: Callable[[Path], Document],
    *,
    model: str | None,
    device: str,
    as_json: bool,
) -> None:
    """Run a task over files; one that fails is reported and the others go on.

    Prints for people, or JSON where the output is no terminal or `as_json`, one object a
    line. Exits with FAILED where every file failed, PARTLY_DONE where some did.
    """
    as_json = as_json or not sys.stdout.isatty()
    failed = 0
    with load(model, device=device) as loaded:
        if loaded.name == "nano" and model is None:
            display.note("using the embedded model 'nano', a demonstration; --model takes a folder")
        for number, path in enumerate(files, start=1):
            source = {"source": str(path)} if len(files) > 1 else {}
            try:
                with display.progress(f"{path} ({number} of {len(files)})"):
                    document = reader(path)
                    result = task(document, loaded)
            except SlmTasksError as error:
                failed += 1
                display.error(str(error))
                if as_json and source:
                    _print_json({**source, "error": _described(error)})
                continue
            if as_json:
                _print_json({**source, **_answer_first(result)})
            else:
                display.show(result, document)
    if failed:
        raise SystemExit(FAILED if failed == len(files) else PARTLY_DONE)


def _answer_first(result: Result) -> dict[str, Any]:
    fields = result.model_dump(mode="json")
    carried = {name: fields.pop(name) for name in Result.model_fields}
    return fields | carried


def _described(error: SlmTasksError) -> dict[str, Any]:
    page = getattr(error, "page", None)
    return {"type": type(error).__name__, "message": str(error), "page": page}


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")), flush=True)
