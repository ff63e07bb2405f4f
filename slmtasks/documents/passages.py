"""A part of a document as the model reads it, and the cut of long ones into parts.

A `Passage` is a span of a `Document`. Its `text` is the span with white space made
plain (tabs, no-break spaces and carriage returns become spaces, one for one), so that
an offset into it plus `start` is an offset into the document.

Knows nothing about grammars or models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from slmtasks.documents.read import Document
from slmtasks.results import Evidence
from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers
from slmtasks.values.spans import ValueSpan
from slmtasks.values.words import months

_CONTROLS = (*range(0x0A), *range(0x0D, 0x20), *range(0x7F, 0xA0))
_BLANKS = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_SPACES = dict.fromkeys((*_CONTROLS, *_BLANKS), " ") | dict.fromkeys(
    [0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n"
)

_ABBREVIATIONS = frozenset(
    # English
    "mr mrs ms dr prof sr jr st no nos vs etc e.g i.e inc ltd co corp dept est fig approx "
    "jan feb mar apr jun jul aug sep sept oct nov dec art sec vol p pp tel ext ave blvd "
    # German, Dutch, Danish, Norwegian, Swedish
    "abs bzw ca evtl gem ggf hr fr inkl exkl zzgl nr str usw vgl bl z.b d.h u.a o.ä i.d.r "
    "dipl ing mio mrd dhr mw mevr drs blz bijv incl excl kl mrt t.ex osv resp "
    # French, Spanish, Catalan, Portuguese, Italian
    "av bd mme mlle réf tél p.ex núm pág págs sra srta dra p.ej avda apdo abr sig dott avv".split()
)
_LONGEST = 1 + max(map(len, _ABBREVIATIONS))
"""How far to look back for an abbreviation and what stands before it."""

_ENDS = re.compile(
    r"(?<![.!?…])[.!?…]+[\"'”’)\]]*(?=\s|\Z)|[。！？]+[」』”]*"
    # a blank line, a list item's line; a heading's end: see `_is_heading`
    r"|\n[ ]*(?=\n)|\n(?=[ ]*[-*•#])|\n(?=[^\W\d_])"
)
_LEAD = re.compile(r"[ ]*(?:\n[ ]*)?")
_ITEM = re.compile(r"(?:\d{1,3}[.)]|[a-z]\))[ ]+([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+")
_HEADING = 8
"""A line of so many words, ended by no mark, is a heading where a new line begins in upper case."""
_VALUE = 80
"""No number and no date with its time is longer."""
_PARAGRAPH = re.compile(r"\n[ ]*\n")
_BORDERS = (_PARAGRAPH, re.compile(r"\n"), re.compile(r"(?<=[.!?…。！？])\s*"), re.compile(r"\s"))


@dataclass(frozen=True)
class Passage:
    """The span `start` to `end` of a document's text, in code points.

    A part knows the passage it was cut from, `parent`; `known` are the sentences of a
    passage that was put together from them. Both decide what its sentences are.
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
        """The span as it stands."""
        return self.document.text[self.start : self.end]

    @cached_property
    def text(self) -> str:
        """The span with plain white space, of the same length."""
        return re.sub(r"\r(?!\n)", "\n", self.raw).translate(_SPACES)

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """The sentences' spans, as offsets into `text`; list items count as such.

        Headings and other lines of one or two words do only where there is nothing else.
        A part has those of the whole that it holds to their end.
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
        spans = tuple(_sentences(self.text))
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

        The parts are adjacent and cover the passage: nothing is left out and nothing
        stands in two of them. No cut falls inside a number, a date or its time.
        `count` gives the tokens of a text.
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


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start, begin = 0, _behind(text, 0)
    for match in _ENDS.finditer(text):
        mark, end = match[0], match.end()
        if mark[0] in ".…" and _goes_on(text, begin, match.start(), end):
            continue
        if mark == "\n" and text[end : end + 1].isalpha():
            wrapped = text.rfind("\n", start, match.start()) >= begin
            if wrapped or not _is_heading(text[begin : match.start()], text[end]):
                continue
        yield from _trimmed(text, start, end)
        start, begin = end, _behind(text, end)
    yield from _trimmed(text, start, len(text))


def _behind(text: str, at: int) -> int:
    """Where the text begins behind spaces and at most one line break."""
    match = _LEAD.match(text, at)
    return match.end() if match else at


def _goes_on(text: str, begin: int, stop: int, end: int) -> bool:
    """Whether the sentence that began at `begin` goes on behind its full stop, `stop` to `end`.

    So it does behind an abbreviation or a list's number, and before a small letter, a
    digit that begins no list's item, or the month of a day. No more than the word before
    the full stop and the one behind it is looked at: long texts take linear time.
    """
    first = max(begin, stop - _LONGEST)
    *_, last = ("", *text[first:stop].split())
    before = text[first:stop].rstrip().removesuffix(last).rstrip(" ")
    word = last.lstrip("(\"'").lower()
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return True
    short = word.isdecimal() and len(word) <= 2
    if short and before.endswith("\n"):
        return True
    if word.isdecimal() and not before and first == begin:
        return True
    return _continued(text, end, day=short)


def _continued(text: str, end: int, *, day: bool) -> bool:
    """Whether what follows a full stop, perhaps a `day`'s, begins no sentence."""
    behind = _behind(text, end)
    following = text[behind : behind + 1]
    item = _ITEM.match(text, behind)
    if following.isdecimal():
        return "\n" not in text[end:behind] and (item is None or bool(months(item[1])))
    if following.islower():
        return item is None
    name = _WORD.match(text, behind) if day else None
    return name is not None and bool(months(name[0]))


def _is_heading(before: str, following: str) -> bool:
    """Whether a line break ends a heading rather than wraps a sentence."""
    line = before.strip()
    if following.islower() or not line:
        return False
    return len(line.split()) <= _HEADING and line[-1] not in ",;-–"


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    body = sentence.strip().lstrip("-*•# ")
    if body and any(character.isalpha() for character in body):
        begin = start + sentence.index(body)
        yield begin, begin + len(body)


def _before_value(text: str, cut: int) -> int:
    """The cut, moved to the start of the number or date that it falls into."""
    if cut >= len(text):
        return cut
    begin = max(0, cut - _VALUE)
    near = text[begin : cut + _VALUE]
    found: list[ValueSpan[Any]] = [*find_dates(near, day_first=True, time=True)]
    found += find_numbers(near)
    crossed = [begin + one.start for one in found if begin + one.start < cut < begin + one.end]
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
