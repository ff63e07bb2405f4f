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

from slmtasks.documents.borders import BORDER
from slmtasks.documents.folding import fold
from slmtasks.documents.passages import Passage
from slmtasks.grammar.patterns import unanchored
from slmtasks.schema.nodes import MOST_ROWS, Copied, Date, Node, Number, Quote
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
    rf"|(?:[\p{{L}}\p{{M}}\p{{N}}_\u00ad--[{_UNSPACED}]]|(?<=\p{{N}})[.,'’](?=\p{{N}}))+"
    r"|[ ]+|\n|.",
    regex.V1 | regex.DOTALL,
)

MOST_RUNS = 2_000
"""A pattern that matches more runs of words is left to the grammar."""


class Source:
    """What a passage offers to the grammar, each part worked out once and when asked for."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self._dates: dict[bool, Sequence[ValueSpan[Any]]] = {}

    @cached_property
    def words(self) -> list[str]:
        """The passage cut into words, numbers, marks, white space and BORDERs, in their order."""
        pairs = zip(self.passage.text, self.passage.bordered, strict=True)
        return _CHUNK.findall("".join(BORDER if b == BORDER else char for char, b in pairs))

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
        return self._read(find_numbers(self.passage.bordered, decimal=style))

    def _read(self, found: Sequence[ValueSpan[Any]]) -> list[ValueSpan[Any]]:
        # What kind of space a number is grouped by matters; the model sees plain ones.
        text = self.passage.text
        return [replace(one, quote=text[one.start : one.end]) for one in found]

    def fitting(self, node: Number | Date) -> list[ValueSpan[Any]]:
        """The numbers or dates that keep to the limits of a node."""
        if isinstance(node, Number):
            return [span for span in self.found_numbers if node.allows(span.value)]
        return [span for span in self.found_dates(node.time) if node.allows(span.value)]

    def offers(self, node: Node) -> bool:
        """Whether the passage holds something that fits a node that is copied from it."""
        match node:
            case Number() | Date():
                return bool(self.fitting(node))
            case Copied():
                runs = self.runs(node)
                return self._has_text(node) if runs is None else bool(runs)
            case Quote():
                return bool(self.sentences)
        return True

    def runs(self, node: Copied) -> list[str] | None:
        """The runs of whole words whose value a pattern matches; None where it is open.

        A pattern is open if it does not begin with "^", or matches more than `MOST_RUNS`.
        """
        if not node.pattern.startswith("^"):
            return None
        pattern = regex.compile(node.pattern)
        found: dict[str, None] = {}
        words = self.words
        for first in range(len(words)):
            run = ""
            for word in words[first:]:
                run += word
                value = fold(run)
                # A run that no more words can make match is given up.
                match = pattern.match(value, partial=True)
                if match is None or BORDER in word or len(value) > node.max_chars or not value:
                    break
                whole = not match.partial and len(value) >= node.min_chars
                if whole and not run[-1].isspace() and any(map(str.isalnum, value)):
                    found[run] = None
            if len(found) > MOST_RUNS:
                return None
        return list(found)

    def _has_text(self, node: Copied) -> bool:
        """Whether some run of words may keep to the limits of a node."""
        words = (word for word in self.words if any(map(str.isalnum, word)))
        if not any(len(word) <= node.max_chars for word in words):
            return False
        if node.min_chars == 1 and not node.pattern:
            return True
        values = [fold(cell) for cell in "".join(self.words).split(BORDER)]
        fits = regex.compile(unanchored(node.pattern)[0]).search
        return any(len(value) >= node.min_chars and fits(value) for value in values)

    def found_dates(self, time: bool) -> Sequence[ValueSpan[Any]]:
        """The dates, with their places and values."""
        if time not in self._dates:
            document = self.passage.document
            told = document.day_first
            # All parts of a document read their dates by the same order.
            order = date_order(document.text) if told is None else told
            # A day and its time may have a column each.
            raw = self.passage.raw if time else self.passage.bordered
            found = find_dates(raw, day_first=order, time=time)
            self._dates[time] = self._read(found)
        return self._dates[time]

    @cached_property
    def unread_dates(self) -> tuple[str, ...]:
        """What looks like a date and was not read."""
        return tuple(date_like(self.passage.text, self.found_dates(False)))
