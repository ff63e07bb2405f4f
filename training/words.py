"""Reads words.toml: the words, labels and sentence shapes that documents are made of."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _all() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def words(module: str) -> dict[str, Any]:
    """The lists and tables of one module of this package, by name."""
    return _all()[module]
