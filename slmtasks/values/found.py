"""What `values` finds in a text: where it stands, how it is written, what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value that stands in a text: `text[start:end] == quote`, read as `value`.

    `ambiguous` says that the quote can be read in another way too and that nothing in
    the text settled which: "03/04/2024", "1.234".
    """

    start: int
    end: int
    quote: str
    value: T
    ambiguous: bool = False
