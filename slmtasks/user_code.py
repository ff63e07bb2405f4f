"""Find the user's own code by a text that names it: FILE.py:NAME or MODULE:NAME.

Knows nothing about the named object.
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
    """Run a file or module and return the object that a place names.

    A module is also looked up in the working directory. Raises ValueError with a
    one-sentence message.
    """
    # The last colon: a Windows path has one after its drive.
    where, _, name = place.rpartition(":")
    file = where.endswith(".py")
    if not name.isidentifier() or not (file or all(map(str.isidentifier, where.split(".")))):
        raise ValueError(f"{place!r} is not of the form {_FORM}")
    module = run(Path(where)) if file else _imported(where)
    if not hasattr(module, name):
        raise ValueError(f"{where} holds no {name!r}; give {_FORM}")
    return getattr(module, name)


def run(file: Path) -> ModuleType:
    """Run a Python file as an import would and return its module; raises ValueError."""
    if not file.is_file():
        raise ValueError(f"there is no file {file}")
    spec = importlib.util.spec_from_file_location(f"slmtasks_run_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{file} cannot be imported; give a Python file")
    module = importlib.util.module_from_spec(spec)
    # Pydantic resolves the file's annotations in its module.
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
        # The module itself or a package that should contain it, not one that it imports.
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise ValueError(f"there is no module {name}; give {_FORM}") from error
        raise ValueError(f"{name} fails when it is imported: {error!r}") from error


def _also_from(folder: Path) -> None:
    """Import from a folder last, so that it does not hide installed modules."""
    if (place := str(folder.resolve())) not in sys.path:
        sys.path.append(place)
