"""How large a document may be, and how much of that it has used while it is read.

Knows nothing about formats.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from time import monotonic

__all__ = ["Budget", "Limits", "Spent"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one document is read; more raises `TooLarge`.

    `file_bytes`: the size of the file. `pages`: pages, slides or sheets; a text has one.
    `page_characters`: the text of a page; a longer page is left out and reported, if the
    document has others. `unpacked_bytes`: what the compressed parts unpack to, and the
    text, each counted as often as it is used.

    `read` checks `seconds` between pages and parts of pages, and does not check
    `memory_bytes`. `batch` reads in a separate process, which it holds to both.
    """

    file_bytes: int = 100_000_000
    pages: int = 5_000
    page_characters: int = 5_000_000
    unpacked_bytes: int = 300_000_000
    seconds: float = 60.0
    memory_bytes: int = 1_000_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            whole = field.name == "seconds" or isinstance(value, int)
            if isinstance(value, bool) or not isinstance(value, int | float) or not whole:
                raise TypeError(f"Limits.{field.name} is {value!r}; give a number")
            if not value > 0:
                raise ValueError(f"Limits.{field.name} is {value}; give more than 0")


class Spent(MemoryError):
    """A document's budget is used up: pypdf passes a MemoryError on, and swallows others."""


class Budget:
    """The bytes and seconds that a document has left; `exceeded` says which ran out."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._until = monotonic() + limits.seconds
        self.left = limits.unpacked_bytes
        self.exceeded = ""

    def take(self, amount: int) -> None:
        """Count `amount` bytes, and the time; raises Spent where either has run out."""
        self.left -= amount
        if self.left < 0:
            most = self._limits.unpacked_bytes
            self.exceeded = (
                f"it unpacks to more than {most:,} bytes; raise the limit unpacked_bytes"
            )
        elif monotonic() > self._until:
            most_seconds = self._limits.seconds
            self.exceeded = (
                f"reading it takes more than {most_seconds:g} seconds; raise the limit seconds"
            )
        if self.exceeded:
            raise Spent(self.exceeded)
