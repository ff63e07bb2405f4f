"""The root is the API, and importing it costs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import slmtasks as slm
from slmtasks import errors


def test_all_is_sorted_complete_and_loads() -> None:
    """Every public name is listed once, in order, and can be had."""
    assert slm.__all__ == sorted(set(slm.__all__))
    assert all(getattr(slm, name) is not None for name in slm.__all__)
    assert set(slm.__all__) <= set(dir(slm))


def test_what_type_checkers_see_is_what_there_is() -> None:
    """The imports for type checkers name exactly the public names and their homes."""
    tree = ast.parse(Path(slm.__file__).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    seen = {
        alias.name: node.module
        for node in imports
        if (node.module or "").startswith("slmtasks.")
        for alias in node.names
    }
    assert seen == {name: f"slmtasks.{home}" for name, home in slm._HOME.items()}


def test_the_import_loads_no_heavy_module() -> None:
    """Neither the runtime nor pydantic nor numpy comes with `import slmtasks`."""
    heavy = {"onnxruntime_genai", "pydantic", "numpy", "llguidance", "pypdf", "tiktoken", "babel"}
    code = f"import sys, slmtasks; print(sorted(set(sys.modules) & {heavy!r}))"
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as with any module."""
    assert not hasattr(slm, "summarise")


def test_every_error_is_drawn_in_the_tree() -> None:
    """The docstring shows each error class under its parent, and no other."""
    drawn = [
        line.split("─ ")[-1].split()[0]
        for line in (errors.__doc__ or "").splitlines()
        if "── " in line
    ]
    assert sorted([*drawn, "SlmTasksError"]) == sorted(errors.__all__)
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), errors.SlmTasksError)
        assert getattr(errors, name).__doc__
