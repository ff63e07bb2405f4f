"""What a passage offers: its words, sentences, figures, numbers and dates.

Knows nothing about grammars, schemas or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Any

import regex

from slmtasks.documents.passages import Passage
from slmtasks.schema.nodes import MOST_ROWS
from slmtasks.values.date_order import date_order
from slmtasks.values.dates import date_like, find_dates
from slmtasks.values.decimal_style import decimal_style
from slmtasks.values.figures import figures
from slmtasks.values.numbers import find_numbers
from slmtasks.values.spans import ValueSpan

# Scripts without spaces between words: each character may begin or end a run.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_CHUNK = regex.compile(
    rf"[{_UNSPACED}]\p{{M}}*"
    rf"|(?:[\p{{L}}\p{{M}}\p{{N}}_--[{_UNSPACED}]]|(?<=\p{{N}})[.,'’](?=\p{{N}}))+"
    r"|[ ]+|\n|.",
    regex.V1 | regex.DOTALL,
)


class Source:
    """What a passage offers to the grammar, each part worked out once and when asked for."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self._dates: dict[bool, Sequence[ValueSpan[Any]]] = {}

    @cached_property
    def words(self) -> list[str]:
        """The passage cut into words, numbers, marks and white space, in their order."""
        return _CHUNK.findall(self.passage.text)

    @cached_property
    def borders(self) -> frozenset[int]:
        """The offsets at which a word, number or mark begins or ends."""
        return frozenset(accumulate(map(len, self.words), initial=0))

    @cached_property
    def sentences(self) -> list[str]:
        """The distinct sentences in their order."""
        text = self.passage.text
        return list(dict.fromkeys(text[start:end] for start, end in self.passage.sentences))

    @cached_property
    def figures(self) -> list[str]:
        """The figures that free text may cite."""
        return figures(self.passage.raw, self.passage.text)

    @cached_property
    def rows(self) -> int:
        """How long a list read from the passage may be: its words."""
        return min(MOST_ROWS, max(1, sum(1 for word in self.words if word.strip())))

    @cached_property
    def found_numbers(self) -> list[ValueSpan[Decimal]]:
        """The numbers, with their places and values."""
        document = self.passage.document
        style = document.decimal or decimal_style(document.text)
        return self._read(find_numbers(self.passage.raw, decimal=style))

    def _read(self, found: Sequence[ValueSpan[Any]]) -> list[ValueSpan[Any]]:
        # What kind of space a number is grouped by matters; the model sees plain ones.
        text = self.passage.text
        return [replace(one, quote=text[one.start : one.end]) for one in found]

    def numbers(self, integer: bool) -> list[str]:
        """The numbers as they are written."""
        found = self.found_numbers
        return [n.quote for n in found if not integer or n.value == n.value.to_integral_value()]

    def found_dates(self, time: bool) -> Sequence[ValueSpan[Any]]:
        """The dates, with their places and values."""
        if time not in self._dates:
            document = self.passage.document
            told = document.day_first
            # All parts of a document read their dates by the same order.
            order = date_order(document.text) if told is None else told
            found = find_dates(self.passage.raw, day_first=order, time=time)
            self._dates[time] = self._read(found)
        return self._dates[time]

    @cached_property
    def unread_dates(self) -> tuple[str, ...]:
        """What looks like a date and was not read."""
        return tuple(date_like(self.passage.text, self.found_dates(False)))

    def dates(self, time: bool) -> list[str]:
        """The dates as they are written."""
        return [d.quote for d in self.found_dates(time)]
