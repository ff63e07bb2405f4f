"""A page as the reader of its format gives it: its text, or why it has none.

Knows nothing about formats or documents.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

from slmtasks.documents.limits import Limits
from slmtasks.errors import DocumentError, MalformedDocument, TooLarge, UnreadableDocument

__all__ = ["OUT_OF_MEMORY", "PageText", "described", "ran_out_of_memory", "too_many"]

OUT_OF_MEMORY = "it needs too much memory"
"""Why a page or a document could not be read where memory ran out."""

_LXML_OUT_OF_MEMORY = 2  # lxml.etree.ErrorTypes.ERR_NO_MEMORY


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text; or its `failure`, and the error to raise where no page has text.

    `kind` is UnreadableDocument only where memory ran out.
    """

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
            failure=f"it holds more than {most:,} characters; raise the limit page_characters",
            kind=TooLarge,
        )

    @classmethod
    def failed(cls, error: Exception) -> PageText:
        """The failure of a page whose reading raised an error."""
        if isinstance(error, RecursionError):
            return cls(failure="it is nested too deeply")
        if ran_out_of_memory(error):
            return cls(failure=OUT_OF_MEMORY, kind=UnreadableDocument)
        return cls(failure=described(error))

    @property
    def out_of_memory(self) -> bool:
        """Whether the page has no text because memory ran out."""
        return self.kind is UnreadableDocument


def described(error: Exception) -> str:
    """An error's type and message, in one line of limited length."""
    message = " ".join(str(error).split()).rstrip(".")[:200]
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def ran_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one that it was raised from, says that memory ran out."""
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        # lxml numbers its errors by libxml2's codes; no other error here has a `code` of 2.
        if isinstance(error, SyntaxError) and getattr(error, "code", 0) == _LXML_OUT_OF_MEMORY:
            return True
        error = error.__cause__ or error.__context__
    return False


def too_many(count: int, what: str, limits: Limits, *, name: str) -> None:
    """Raise TooLarge for more pages than are read; `what` is the format's word for them."""
    if count > limits.pages:
        raise TooLarge(
            f"it has more than {limits.pages:,} {what}; raise the limit pages", name=name
        )
