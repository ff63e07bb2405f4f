"""Read an answer back: find each value's places in the source, and its meaning.

`read` follows the schema through the model's JSON and returns a tree of `Leaf`s; `written` is
its inverse; `standing` and `support` find the sentences that support a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import regex

from slmtasks.documents.borders import BORDER
from slmtasks.documents.folding import fold
from slmtasks.documents.passages import Passage
from slmtasks.grammar.candidates import Source
from slmtasks.grounding.tree import Leaf, Tree
from slmtasks.results import Evidence
from slmtasks.schema.described import described
from slmtasks.schema.nodes import (
    Array,
    Choice,
    Copied,
    Date,
    Free,
    Letters,
    Node,
    Number,
    Object,
    Prose,
    Quote,
)
from slmtasks.values.figures import invented
from slmtasks.values.spans import ValueSpan

MOST_PLACES = 20
"""A value with more places than this keeps the first ones as its evidence."""

MOST_SURE = 0.1
"""The highest confidence of a value that touches text that was not understood."""


def read(node: Node, answer: Any, source: Source, sure: Any = None) -> Tree:
    """Return the values of a parsed JSON answer, with their places in the source.

    `sure` has the answer's shape, with a probability for each value. Raises ValueError, in
    words meant for the model, if free text cites a figure that the source lacks.
    """
    if answer is not None and isinstance(node, Object):
        return {
            m.name: read(m.node, answer[m.key], source, sure and sure[m.key]) for m in node.members
        }
    if answer is not None and isinstance(node, Array):
        chances = sure or [None] * len(answer)
        pairs = zip(answer, chances, strict=True)
        return [read(node.item, entry, source, chance) for entry, chance in pairs]
    leaf = _null(node, source) if answer is None else _leaf(node, answer, source)
    chance = leaf.confidence if sure is None else sure
    if leaf.unread and answer is not None:
        chance = min(chance, MOST_SURE)
    return replace(leaf, confidence=chance)


def _null(node: Node, source: Source) -> Leaf:
    unread = ", ".join(map(repr, source.unread_dates)) if isinstance(node, Date) else ""
    match node:
        case Number(copied=True, bounds=bounds) | Date(copied=True, bounds=bounds):
            limited = bool(bounds)
        case Copied(min_chars=least, pattern=pattern):
            limited = least > 1 or bool(pattern)
        case _:
            limited = False
    unfit = described(node) if limited and not source.offers(node) else ""
    return Leaf(None, unread=unread, unfit=unfit)


def _leaf(node: Node, answer: Any, source: Source) -> Leaf:
    match node:
        case Choice():
            return Leaf(answer, inferred=True)
        case Copied():
            spans = list(_occurrences(source, answer))
            return _copy(spans, source.passage)
        case Quote():
            text = source.passage.text
            spans = [(a, b) for a, b in source.passage.sentences if text[a:b] == answer]
            passage = source.passage
            return Leaf(passage.original(*spans[0]), _places(spans, passage), sought=True)
        case Number() | Date():
            return _value(node, answer, source)
        case Prose():
            passage = source.passage
            if figures := invented(answer, passage.raw, passage.text):
                raise ValueError(f"these figures do not stand in the text: {', '.join(figures)}")
            return Leaf(answer.rstrip(" "))
        case Free():
            spans = list(_occurrences(source, answer))
            return Leaf(answer, _places(spans, source.passage), sought=True)
        case Letters():
            return Leaf(answer)
    raise AssertionError(node)


def _value(node: Number | Date, answer: Any, source: Source) -> Leaf:
    found: Sequence[ValueSpan[Any]]
    written: Any
    found = source.fitting(node)
    if isinstance(node, Number):
        written = None if node.copied else Decimal(answer)
    else:
        written = None if node.copied else _iso(answer, node.time)
    same = [f for f in found if (f.quote == answer if node.copied else f.value == written)]
    # Prefer a place where the value was read completely; the same quote may mean different values.
    same.sort(key=lambda one: (bool(one.unread), one.ambiguous))
    value: Any = same[0].value if node.copied else written
    alike = [f for f in same if f.value == value]
    if isinstance(node, Number) and node.integer:
        value = int(value)
    return Leaf(
        value,
        _places(sorted((f.start, f.end) for f in alike), source.passage),
        ambiguous=node.copied and (alike[0].ambiguous or len(alike) < len(same)),
        sought=True,
        unread=alike[0].unread if node.copied else "",
        because=alike[0].because if node.copied else "",
    )


def written(node: Node, value: Any, source: Source) -> Any:
    """Invert `read`: return a value as the model writes it, in the words of its source."""
    if value is None:
        return None
    match node:
        case Object(members=members):
            return {m.key: written(m.node, getattr(value, m.name), source) for m in members}
        case Array(item=item):
            return [written(item, entry, source) for entry in value]
        case Number(copied=True):
            return _quote(source.found_numbers, value)
        case Date(copied=True, time=time):
            return _quote(source.found_dates(time), value)
        case Copied():
            return _unfolded(value, source)
        case Choice():
            return value.value if isinstance(value, Enum) else value
        case Number():
            return float(value) if isinstance(value, Decimal) else value
        case Date():
            return value.isoformat()
    return value


def _quote(found: Sequence[ValueSpan[Any]], value: Any) -> str:
    wanted = value if isinstance(value, date) else Decimal(str(value))
    return next((one.quote for one in found if one.value == wanted), str(value))


def _unfolded(value: str, source: Source) -> str:
    """Return the text of the source that equals a value apart from white space."""
    spaced = r"\s+".join(map(regex.escape, value.split()))
    found = regex.search(spaced, source.passage.text)
    return found[0] if found else value


def _iso(text: str, time: bool) -> date | datetime:
    return datetime.fromisoformat(text) if time else date.fromisoformat(text)


def _copy(spans: Sequence[tuple[int, int]], passage: Passage) -> Leaf:
    """Return the document's characters, folded; the evidence holds them verbatim."""
    return Leaf(fold(passage.original(*spans[0])), _places(spans, passage), sought=True)


def _places(spans: Sequence[tuple[int, int]], passage: Passage) -> tuple[Evidence, ...]:
    return tuple(passage.evidence(start, end) for start, end in spans[:MOST_PLACES])


def _occurrences(source: Source, wanted: str) -> Iterator[tuple[int, int]]:
    """Find `wanted` in the passage as whole words and numbers within one cell."""
    text, borders = source.passage.text, source.borders
    bordered = source.passage.bordered
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if start in borders and end in borders and BORDER not in bordered[start:end]:
            yield start, end
        start = text.find(wanted, start + 1)


def standing(quote: str, passage: Passage) -> list[Evidence]:
    """Find a sentence in a passage, ignoring white space."""
    wanted = " ".join(quote.split())
    return [
        passage.evidence(start, end)
        for start, end in passage.sentences
        if " ".join(passage.text[start:end].split()) == wanted
    ]


def support(text: str, passage: Passage) -> list[Evidence]:
    """Find the sentence of the source that shares the most words with a text, at least 40 %."""
    wanted = set(_words(text))
    best: list[tuple[float, int, tuple[int, int]]] = []
    for index, (start, end) in enumerate(passage.sentences):
        shared = wanted & set(_words(passage.text[start:end]))
        best.append((len(shared) / max(1, len(wanted)), -index, (start, end)))
    best.sort(reverse=True)
    return [passage.evidence(*span) for share, _, span in best[:1] if share >= 0.4]


def _words(text: str) -> Iterable[str]:
    return (word for word in regex.findall(r"[\p{L}\p{N}]+", text.casefold()) if len(word) > 2)
