"""The span of a value found in a text: its place, its characters, its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ValueSpan(Generic[T]):
    """A value of a text: `text[start:end] == quote`, read as `value`.

    `ambiguous` is true if the quote has a second reading and nothing in the text decides
    ("03/04/2024", "1.234"), or only weak evidence does: `because` names it. `unread` is
    the text that touches the quote, changes the value and was not understood: the "EST" of
    "09:15 EST", the "dozen" of "3 dozen".
    """

    start: int
    end: int
    quote: str
    value: T
    ambiguous: bool = False
    unread: str = ""
    because: str = ""
