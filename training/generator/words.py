"""Reads words.toml and prose.toml: the words, labels and sentence shapes of all documents."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILES = tuple(Path(__file__).with_name(name) for name in ("words.toml", "prose.toml"))


@cache
def _all() -> dict[str, dict[str, Any]]:
    return {k: v for file in _FILES for k, v in tomllib.loads(file.read_text("utf-8")).items()}


def everything() -> str:
    """The text of both files."""
    return "\n".join(file.read_text("utf-8") for file in _FILES)


def words(module: str) -> dict[str, Any]:
    """The lists and tables of one module of this package, by name."""
    return _all()[module]
