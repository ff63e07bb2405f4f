"""Reads words.toml and prose.toml: the words, labels and sentence shapes of all documents."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _all() -> dict[str, dict[str, Any]]:
    here = Path(__file__).parent
    files = (here / name for name in ("words.toml", "prose.toml"))
    return {k: v for file in files for k, v in tomllib.loads(file.read_text("utf-8")).items()}


def words(module: str) -> dict[str, Any]:
    """The lists and tables of one module of this package, by name."""
    return _all()[module]
