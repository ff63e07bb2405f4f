"""Load cases from JSONL files, one object per line, or from objects; errors name the line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from slmtasks.errors import CaseError, SlmTasksError
from slmtasks.evaluation.cases import CLASSES, Case


def load(path: Path) -> list[Case]:
    """Load the cases of a file; raises CaseError naming the first invalid line."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise CaseError(f"there is no file {path}", name=path.name) from error
    except OSError as error:
        raise CaseError(f"the file cannot be read: {error}", name=path.name) from error
    except UnicodeDecodeError as error:
        raise CaseError("the file is not UTF-8; save it as UTF-8", name=path.name) from error
    found = [
        _case(_parsed(line, path.name, number), path.name, number, path.parent)
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]
    if not found:
        raise CaseError("it holds no case; write one JSON object a line", name=path.name)
    return found


def checked(given: Iterable[Case | Mapping[str, Any]]) -> list[Case]:
    """Check cases given as objects; raises CaseError naming the first invalid case."""
    found = [
        case if isinstance(case, Case) else _case(case, "cases", number, Path())
        for number, case in enumerate(given, start=1)
    ]
    if not found:
        raise CaseError("there is no case; give at least one")
    return found


def _parsed(line: str, name: str, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise CaseError(
            f"it is not JSON ({error}); write one object a line", name=name, line=number
        ) from error


def _case(given: Any, name: str, number: int, folder: Path) -> Case:
    if not isinstance(given, Mapping) or given.get("task") not in CLASSES:
        raise CaseError(
            f'give an object whose "task" is one of {", ".join(CLASSES)}', name=name, line=number
        )
    try:
        case = CLASSES[given["task"]].model_validate(
            {"id": f"line {number}", **given}, context={"folder": folder}
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = f"{where}: {first['msg']}" if where else first["msg"]
        raise CaseError(
            f"{said}; the documentation's page Evaluation says what a case holds",
            name=name,
            line=number,
        ) from error
    except SlmTasksError as error:
        raise CaseError(f"schema: {error}", name=name, line=number) from error
    return case
