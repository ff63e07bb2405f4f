"""The layers of the package, as pyproject.toml draws them."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter import cli

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def test_imports_run_one_way(capfd: pytest.CaptureFixture[str]) -> None:
    """Every contract of [tool.importlinter] is kept, and every module stands in a layer."""
    status = cli.lint_imports(config_filename=str(PROJECT), no_cache=True)
    assert status == 0, capfd.readouterr().out
