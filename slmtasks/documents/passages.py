"""A part of a document as the model reads it, and how a long one is cut into parts.

A `Passage` is a span of a `Document`. Its `text` is the span with plain white space
(tabs, no-break spaces and carriage returns become spaces, one for one), so that an
offset into it plus `start` is an offset into the document.

Knows nothing about grammars or models.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from slmtasks.documents.borders import mark_borders
from slmtasks.documents.document import Document
from slmtasks.documents.sentences import sentence_spans
from slmtasks.results import Evidence
from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers
from slmtasks.values.spans import ValueSpan

_CONTROLS = (*range(0x0A), *range(0x0D, 0x20), *range(0x7F, 0xA0))
_BLANKS = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_SPACES = dict.fromkeys((*_CONTROLS, *_BLANKS), " ") | dict.fromkeys(
    [0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n"
)

_VALUE = 80
"""No number and no date with its time is longer."""
_PARAGRAPH = re.compile(r"\n[ ]*\n")
_BORDERS = (_PARAGRAPH, re.compile(r"\n"), re.compile(r"(?<=[.!?…。！？])\s*"), re.compile(r"\s"))


@dataclass(frozen=True)
class Passage:
    """The span `start` to `end` of a document's text, in code points.

    `parent` is the passage that a part was cut from; `known` are the sentences of a
    passage that was assembled from sentences. Either decides what its sentences are.
    """

    document: Document
    start: int
    end: int
    parent: Passage | None = None
    known: tuple[tuple[int, int], ...] | None = None

    @classmethod
    def whole(cls, document: Document) -> Passage:
        """All of a document."""
        return cls(document, 0, len(document.text))

    @cached_property
    def raw(self) -> str:
        """The span, unchanged."""
        return self.document.text[self.start : self.end]

    @cached_property
    def text(self) -> str:
        """The span with plain white space, of the same length."""
        return re.sub(r"\r(?!\n)", "\n", self.raw).translate(_SPACES)

    @cached_property
    def bordered(self) -> str:
        """The span, of the same length, with `BORDER` for all that separates cells."""
        return mark_borders(self.raw)

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """The spans of the sentences, as offsets into `text`; list items count as sentences.

        Headings and other lines of one or two words count only where there is nothing else.
        A part has the sentences of the whole that it holds to their end.
        """
        if self.known is not None:
            return self.known
        if self.parent is not None:
            moved = self.start - self.parent.start
            return tuple(
                (start - moved, end - moved)
                for start, end in self.parent.sentences
                if start >= moved and end - moved <= len(self.text)
            )
        spans = tuple(sentence_spans(self.text))
        longer = tuple((a, b) for a, b in spans if len(self.text[a:b].split()) > 2)
        return longer or spans

    def original(self, start: int, end: int) -> str:
        """The document's own characters for a span of `text`."""
        return self.raw[start:end]

    def evidence(self, start: int, end: int) -> Evidence:
        """The place of a span of `text` in the document."""
        return Evidence(
            page=self.document.page_at(self.start + start),
            start=self.start + start,
            end=self.start + end,
            quote=self.original(start, end),
        )

    def split(self, budget: int, count: Callable[[str], int]) -> list[Passage]:
        """Cut into parts of at most `budget` tokens, at paragraph, line, sentence or word borders.

        The parts are adjacent and cover the passage, without gaps or overlaps. No cut falls
        inside a number, a date or its time. `count` gives the number of tokens of a text.
        """
        parts = []
        start = 0
        while start < len(self.text):
            cut = start + _fitting(self.text[start:], budget, count)
            whole = _before_value(self.text, cut)
            end = whole if whole > start else cut
            parts.append(Passage(self.document, self.start + start, self.start + end, self))
            start = end
        return parts if len(parts) > 1 else [self]


def _before_value(text: str, cut: int) -> int:
    """The cut, moved to the start of the number or date that it falls into."""
    if cut >= len(text):
        return cut
    begin = max(0, cut - _VALUE)
    near = text[begin : cut + _VALUE]
    found: list[ValueSpan[Any]] = [*find_dates(near, day_first=True, time=True)]
    found += find_numbers(near)
    crossed = [begin + span.start for span in found if begin + span.start < cut < begin + span.end]
    return min(crossed, default=cut)


def _fitting(text: str, budget: int, count: Callable[[str], int]) -> int:
    """How many characters of `text`, cut at the best border, are at most `budget` tokens."""
    # A token is at least one byte, mostly several characters: look no further than needed.
    low, high = 1, min(len(text), budget * 16)
    if count(text[:high]) <= budget:
        low = high
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[:middle]) <= budget:
            low = middle
        else:
            high = middle - 1
    if low == len(text):
        return low
    for border in _BORDERS:
        ends = [match.end() for match in border.finditer(text, 0, low)]
        if ends and ends[-1] >= low // 2:
            return ends[-1]
    return low
