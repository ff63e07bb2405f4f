"""Code of the user's own, found by the text that names it: FILE.py:NAME or MODULE:NAME.

Knows nothing about what is named.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

_FORM = "FILE.py:NAME or MODULE:NAME"


def named(place: str) -> Any:
    """What a place names; its file or module is run. Raises ValueError in one sentence.

    A module is looked for in the working directory, too.
    """
    # The last colon: a Windows path has one behind its drive.
    where, _, name = place.rpartition(":")
    file = where.endswith(".py")
    if not name.isidentifier() or not (file or all(map(str.isidentifier, where.split(".")))):
        raise ValueError(f"{place!r} is not of the form {_FORM}")
    module = run(Path(where)) if file else _imported(where)
    if not hasattr(module, name):
        raise ValueError(f"{where} holds no {name!r}; give {_FORM}")
    return getattr(module, name)


def run(file: Path) -> ModuleType:
    """The module of a Python file, run as an import would; raises ValueError."""
    if not file.is_file():
        raise ValueError(f"there is no file {file}")
    spec = importlib.util.spec_from_file_location(f"slmtasks_run_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{file} cannot be imported; give a Python file")
    module = importlib.util.module_from_spec(spec)
    # Annotations of the file are looked up in its module when pydantic resolves them.
    sys.modules[spec.name] = module
    _also_from(file.parent)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ValueError(f"{file} fails when it is run: {error!r}") from error
    return module


def _imported(name: str) -> ModuleType:
    _also_from(Path())
    try:
        return import_module(name)
    except (Exception, SystemExit) as error:
        # The module itself or a package that it should be in, not one that it imports.
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise ValueError(f"there is no module {name}; give {_FORM}") from error
        raise ValueError(f"{name} fails when it is imported: {error!r}") from error


def _also_from(folder: Path) -> None:
    """Import from a folder what is found nowhere else: it must not hide what is installed."""
    if (place := str(folder.resolve())) not in sys.path:
        sys.path.append(place)
