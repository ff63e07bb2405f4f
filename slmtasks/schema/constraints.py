"""The limits that a field's pydantic metadata sets: bounds, lengths, a pattern.

Knows nothing about types and nodes of fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Literal, get_args

import annotated_types
import regex
from pydantic.fields import FieldInfo

from slmtasks.schema.nodes import Bound, BoundName

_BOUNDS: tuple[BoundName, ...] = get_args(BoundName)


def bounds(metadata: Iterable[Any]) -> tuple[Bound, ...]:
    """What a number or a date keeps to."""
    return tuple(
        # A float is not the decimal that it was written as: 0.1 is more than Decimal("0.1").
        Bound(name, Decimal(str(limit)) if isinstance(limit, float) else limit)
        for entry in _single(metadata)
        for name in _BOUNDS
        if (limit := getattr(entry, name, None)) is not None
    )


def lengths(metadata: Iterable[Any], which: Literal["min_length", "max_length"]) -> list[int]:
    """Every `min_length` or `max_length`."""
    found = (getattr(entry, which, None) for entry in _single(metadata))
    return [length for length in found if isinstance(length, int)]


def pattern(metadata: Iterable[Any]) -> str:
    """The regular expression that a text matches; "" for none, or for one not known here."""
    for entry in _single(metadata):
        found = getattr(entry, "pattern", None)
        text = getattr(found, "pattern", found)
        if isinstance(text, str) and _compiles(text):
            return text
    return ""


def _compiles(text: str) -> bool:
    try:
        regex.compile(text)
    except regex.error:
        return False
    return True


def _single(metadata: Iterable[Any]) -> Iterator[Any]:
    """The constraints one by one, out of fields and groups of them."""
    for entry in metadata:
        if isinstance(entry, FieldInfo):
            yield from _single(entry.metadata)
        elif isinstance(entry, annotated_types.GroupedMetadata):
            yield from _single(entry)
        else:
            yield entry
