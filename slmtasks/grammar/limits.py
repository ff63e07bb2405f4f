"""The lengths that free texts are held to, and where a text that is too long may end.

The grammar of free text does not count: the decoder lets a text grow until it exceeds its
limit and then goes back to the best ending that fits. So a text that is cut still ends as
texts do, and a text that the model ends in time is never disturbed.

Knows nothing about models or tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import regex

from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.grammar.build import written
from slmtasks.grammar.free_text import UNSPACED
from slmtasks.schema.nodes import Array, Node, Object, Prose

Ending = tuple[int, bytes]
"""How many bytes of an answer are kept, and what is written after them to close the text."""

_LEXEME = re.compile(rb'"(?:[^"\\]|\\.)*("?)|[{}\[\],:]|[^"{}\[\],:]+', re.DOTALL)


def _python(body: str) -> str:
    """The body of a character class of the grammar's engine, as Python writes it."""
    return regex.sub(r"\\x\{(\w+)\}", lambda found: rf"\U{int(found[1], 16):08X}", body)


_END = regex.compile(r"(?:[.!?…][.!?…\"'”’)\]]*|[。！？]+[」』”]*)\Z")
_CLAUSE = regex.compile(r"[,;:](?= )| [-–—](?= )| (?=\()|[、，；：]")
_WORD = regex.compile(rf"(?<=[^ ])(?= )|(?<=[{_python(UNSPACED)}])")
_LOOSE = regex.compile(r"(?:[ ,;:\-–—/&+(\[{“‘«„、，；：]|(?<= )[\"'])+\Z")
"""Marks that no text ends with, and quotation marks that open."""
_MINOR = 3
"""A last word of so few small letters ("of", "the") seldom ends a phrase."""
_SPELLED = 60
"""Of how many last characters each is tried as the end where no word ends in time."""


class TextLimits:
    """The limits of the free texts of one answer to `node`, while it is written."""

    def __init__(self, node: Object) -> None:
        self._read = 0
        self._open: list[Object | Array] = []
        self._value: Node | None = node
        """The node of the value that comes next; None where a key does."""

    def endings(self, answer: bytes, *, now: bool = False) -> list[Ending] | None:
        """The endings of the text that exceeds its limit, the best first; None where none does.

        `answer` is compact JSON as far as it is written; whoever takes an ending goes on
        from there. With `now` the text that is being written must end, however short.
        """
        for lexeme in _LEXEME.finditer(answer, self._read):
            raw = lexeme[0]
            if raw.startswith(b'"'):
                whole = lexeme[1] == b'"'
                if isinstance(self._value, Prose):
                    start = lexeme.start() + 1
                    text = _unescaped(answer[start : lexeme.end() - 1 if whole else None])
                    fits = _fitting(text, self._value)
                    if fits < len(text) or (now and not whole):
                        return _encoded(text, start, _endings(text, fits, self._value))
                if not whole:
                    return None
            self._step(raw)
            self._read = lexeme.end()
        return None

    def _step(self, raw: bytes) -> None:
        """Go past a lexeme."""
        if isinstance(self._value, Object | Array) and raw in (b"{", b"["):
            self._open.append(self._value)
            self._value = self._following()
        elif raw in (b"}", b"]"):
            self._open.pop()
        elif raw == b",":
            self._value = self._following()
        elif self._value is None and raw.startswith(b'"'):
            self._value = self._named(json.loads(raw))

    def _named(self, key: str) -> Node | None:
        inner = self._open[-1]
        members = inner.members if isinstance(inner, Object) else ()
        return next((member.node for member in members if member.key == key), None)

    def _following(self) -> Node | None:
        inner = self._open[-1]
        return inner.item if isinstance(inner, Array) else None


def _unescaped(raw: bytes) -> str:
    """The text inside a JSON string, whose end may still be missing."""
    text = raw.decode("utf-8", errors="ignore")
    return re.sub(r'\\(["\\]?)', r"\1", text)


def _encoded(text: str, start: int, endings: Iterator[tuple[int, str]]) -> list[Ending]:
    return [
        (start + len(written(text[:end]).encode()), f'{mark}"'.encode())
        for end, mark in dict.fromkeys(endings)
    ]


def _fitting(text: str, node: Prose) -> int:
    """How many characters of a text are within its limits."""
    fits = len(text)
    if node.max_words is not None:
        begins = [found.start() for found in re.finditer(r"[^ ]+", text)]
        fits = begins[node.max_words] if len(begins) > node.max_words else fits
    if not node.light:
        return min(fits, node.max_chars)
    light = regex.compile(f"[{_python(node.light)}]")
    weight = 0
    for at, char in enumerate(text[:fits]):
        weight += 1 if light.match(char) else node.heavy
        if weight > node.max_chars:
            return at
    return fits


def _endings(text: str, fits: int, node: Prose) -> Iterator[tuple[int, str]]:
    """Where a text may end within a number of characters, and with which mark, best first.

    At the end of a sentence; else of a clause, where that leaves half of what fits; else of
    a word; a single word that is too long is cut.
    """
    begin, mark = len(node.opening), "." if node.sentence else ""
    most = fits - len(mark)
    if text[:fits].strip() and not node.sentence:
        seen = Passage.whole(Document("", text[: fits + 1]))
        ends = [end for _, end in seen.sentences if begin < end <= fits]
        yield from ((end, "") for end in reversed(ends) if _ended(text[:end]))
    for end in _places(_CLAUSE, text, begin, most):
        if 2 * end >= fits and _balanced(text[:end]):
            yield end, mark
    words = _places(_WORD, text, begin, most)
    yield from ((end, mark) for end in words if _is_phrase(text[:end]))
    yield from ((end, mark) for end in words)
    if node.opening:
        yield begin, ""
    yield from ((end, mark) for end in range(most, max(begin, most - _SPELLED), -1))


def _places(ending: regex.Pattern[str], text: str, begin: int, most: int) -> list[int]:
    """Where such an ending is within a text, the last first, without loose marks before it."""
    places = [found.start() for found in ending.finditer(text, begin, most + 1)]
    tidied = [len(_LOOSE.sub("", text[:place])) for place in reversed(places) if place <= most]
    return [place for place in tidied if place > begin]


def _ended(text: str) -> bool:
    return _END.search(text) is not None and _balanced(text)


def _is_phrase(text: str) -> bool:
    last = text.rpartition(" ")[2]
    return _balanced(text) and not (len(last) <= _MINOR and last.isascii() and last.islower())


def _balanced(text: str) -> bool:
    """Whether brackets and quotation marks that are opened are closed."""
    return text.count("(") == text.count(")") and text.count('"') % 2 == 0
