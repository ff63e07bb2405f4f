"""Warnings that point at the caller's line, outside this package, and names that have changed.

Knows nothing about what is warned of.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = __name__.partition(".")[0]


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn about the innermost line of the call stack that is not in this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def renamed(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take keywords by their former names for one release, with a warning.

    Each of `names` is a former name and gives the present name.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **keywords: P.kwargs) -> R:
            if names.keys() & keywords.keys():
                return function(*args, **current(call, keywords))
            return function(*args, **keywords)

        call.renamed = names  # type: ignore[attr-defined]
        return call

    return decorate


def current(function: Callable[..., Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of a call by their present names; warns about each former name.

    Raises TypeError where a keyword is given by both names.
    """
    names: Mapping[str, str] = getattr(function, "renamed", {})
    made: dict[str, Any] = {}
    for name, value in keywords.items():
        if new := names.get(name):
            if new in keywords:
                raise TypeError(f"{name}= is the former name of {new}=; give {new}= alone")
            warn(f"{name}= is deprecated; use {new}=", DeprecationWarning)
        made[new or name] = value
    return made
