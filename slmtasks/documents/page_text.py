"""A page as the reader of its format gives it: its text, or why there is none.

Knows nothing about formats, or about documents as the library has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from slmtasks.documents.limits import Limits
from slmtasks.errors import DocumentError, MalformedDocument, TooLarge

__all__ = ["STARVED", "PageText", "too_many"]

STARVED = "it needs too much memory"
"""Why a page or a document could not be read where memory ran out."""


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text; or its `failure`, and the error that says it of a whole document."""

    text: str = ""
    failure: str = ""
    kind: type[DocumentError] = MalformedDocument

    @classmethod
    def within(cls, text: str, limits: Limits) -> PageText:
        """The text, or the failure of a page that holds too much of it."""
        if len(text) > limits.page_characters:
            return cls.overfull(limits)
        return cls(text)

    @classmethod
    def overfull(cls, limits: Limits) -> PageText:
        """The failure of a page that holds more characters than are read."""
        most = limits.page_characters
        return cls(
            failure=f"it holds more than {most:,} characters; raise Limits.page_characters",
            kind=TooLarge,
        )


def too_many(count: int, what: str, limits: Limits, *, name: str) -> None:
    """Raise TooLarge for more pages than are read; `what` is the format's word for them."""
    if count > limits.pages:
        raise TooLarge(
            f"it has more than {limits.pages:,} {what}; raise Limits.pages to read it",
            name=name,
        )
