"""A source that has been read: its text, its pages, and which page an offset is on.

Knows nothing about files or formats.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from slmtasks import options
from slmtasks.errors import EmptyDocument
from slmtasks.options import DecimalMark

__all__ = ["Document", "Page", "PageFailure", "has_text"]

# NUL ends a text in C libraries, and no encoding holds half a surrogate pair.
_UNUSABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Page:
    """A page, counted from 1, and its span `text[start:end]` in the document's text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class PageFailure:
    """A page that could not be read, counted from 1, and why.

    `out_of_memory` where memory ran out: with more of it, the page may be readable.
    """

    page: int
    reason: str
    out_of_memory: bool = False


@dataclass(frozen=True)
class Document:
    """A source that has been read.

    `pages` are those that were read, in order, and cover `text` except the breaks between
    them; by default, the text is one page. `failures` are the pages that were not read.
    `day_first` says how ambiguous dates are read: True for 03/04 as 3 April, None to let
    the text decide. `decimal`, "," or ".", says which mark separates decimals in numbers
    such as 1.234, None to let the text decide. NULs and lone surrogates become U+FFFD, as
    in `read`. Raises EmptyDocument where the text shows nothing.
    """

    name: str
    text: str
    pages: tuple[Page, ...] = ()
    failures: tuple[PageFailure, ...] = ()
    day_first: bool | None = None
    decimal: DecimalMark | None = None

    def __post_init__(self) -> None:
        if self.decimal is not None:
            options.check(self.decimal, DecimalMark, "decimal")
        object.__setattr__(self, "text", _UNUSABLE.sub("\ufffd", self.text))
        if not has_text(self.text):
            raise EmptyDocument("it holds no text", name=self.name)
        if not self.pages:
            object.__setattr__(self, "pages", (Page(1, 0, len(self.text)),))

    def page_at(self, offset: int) -> int:
        """The number of the page that holds `offset`; a break belongs to the page before it."""
        if not 0 <= offset <= len(self.text):
            raise ValueError(f"offset {offset} is outside the text, 0 to {len(self.text)}")
        at = bisect_right(self.pages, offset, key=lambda page: page.start)
        return self.pages[max(0, at - 1)].number


def has_text(text: str) -> bool:
    """Whether a text holds anything but white space, controls and replacement characters."""
    return any(
        not char.isspace() and char != "\ufffd" and unicodedata.category(char)[0] != "C"
        for char in text
    )
