"""A task over files: each answer printed as it comes, each failure said, and an exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from slmtasks.batching.binding import Bound
from slmtasks.cli import display
from slmtasks.cli.exits import FAILED, PARTLY_DONE
from slmtasks.cli.options import Common, limits_of
from slmtasks.documents.read import read
from slmtasks.errors import SlmTasksError
from slmtasks.models.model import Model, load
from slmtasks.results import Extraction, Result, unsure


def run(files: list[Path], task: Bound, options: Common) -> None:
    """Run a task over files; one that fails is reported and the others go on.

    Prints for people, or JSON where the output is no terminal or `--json` is given, one
    object a line. Exits with FAILED where every file failed, PARTLY_DONE where some did or a
    value is less sure than was asked for.
    """
    as_json = options.as_json or not sys.stdout.isatty()
    failed = doubtful = 0
    task = task.within(options.timeout)
    limits = limits_of(options.limit)
    with loaded(options) as model:
        for number, path in enumerate(files, start=1):
            source = {"source": str(path)} if len(files) > 1 else {}
            try:
                with display.Doing(f"{path} ({number} of {len(files)})") as doing:
                    document = read(
                        path,
                        password=options.password,
                        day_first=options.day_first,
                        decimal=options.decimal,
                        limits=limits,
                    )
                    result = task.ask(document, model, on_progress=doing.hear)
            except SlmTasksError as error:
                failed += 1
                display.error(str(error))
                if as_json and source:
                    _print_json({**source, "error": _described(error)})
                continue
            doubts = _doubts(result, options.unsure_below)
            doubtful += bool(doubts)
            if as_json:
                marked = {} if options.unsure_below is None else {"unsure": doubts}
                _print_json({**source, **_answer_first(result), **marked})
            else:
                display.show(result, document, unsure=doubts)
    if failed or doubtful:
        raise SystemExit(FAILED if failed == len(files) else PARTLY_DONE)


def _doubts(result: Result, below: float | None) -> tuple[str, ...]:
    """The fields of an extraction whose confidence is below a threshold."""
    if below is None or not isinstance(result, Extraction):
        return ()
    return unsure(result.confidence, below)


def loaded(options: Common, *, quiet: bool = False) -> Model:
    """The model that the options name; says so where it is the demonstration by default."""
    model = load(options.model, device=options.device)
    if model.name == "nano" and options.model is None and not quiet:
        display.note(
            "using the embedded model 'nano', a demonstration; for real work: "
            "slmtasks models pull micro"
        )
    return model


def _answer_first(result: Result) -> dict[str, Any]:
    fields = result.model_dump(mode="json")
    carried = {name: fields.pop(name) for name in Result.model_fields}
    return fields | carried


def _described(error: SlmTasksError) -> dict[str, Any]:
    page = getattr(error, "page", None)
    return {"type": type(error).__name__, "message": str(error), "page": page}


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")), flush=True)
