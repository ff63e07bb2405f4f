"""Split a document's text where evidence begins and ends, so that a page can mark it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from slmtasks.documents.document import Document

WHOLE = 60_000
"""Characters of a text; of a longer text only the surroundings of its evidence are shown."""

AROUND = 2_000
"""Characters shown on each side of a quote in a longer text."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a value, and its number among the places of its document."""

    number: int
    start: int
    end: int
    quote: str


def pages(document: Document, places: Sequence[Place]) -> Iterator[list[Any]]:
    """Yield the pages: number, whether text before and after is left out, pieces.

    A piece is a text, or a list of a text and the numbers of the places that it belongs to.
    """
    text = document.text
    for page in document.pages:
        inside = [place for place in places if place.start < page.end and place.end > page.start]
        spans = [(page.start, page.end)]
        if len(text) > WHOLE:
            spans = _around(inside, page.start, page.end)
        for start, end in spans:
            pieces = list(_pieces(text, start, end, inside))
            yield [page.number, start > page.start, end < page.end, pieces]


def _around(places: Sequence[Place], low: int, high: int) -> list[tuple[int, int]]:
    """Return the spans of a page around its evidence, joined where they meet."""
    spans: list[tuple[int, int]] = []
    for place in sorted(places, key=lambda place: place.start):
        start, end = max(low, place.start - AROUND), min(high, place.end + AROUND)
        if spans and start <= spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    return spans


def _pieces(text: str, start: int, end: int, places: Sequence[Place]) -> Iterator[Any]:
    """Split a span of the text where a place begins or ends."""
    inside = [place for place in places if place.start < end and place.end > start]
    borders = {start, end}
    borders.update(max(start, place.start) for place in inside)
    borders.update(min(end, place.end) for place in inside)
    ordered = sorted(borders)
    for low, high in pairwise(ordered):
        of = [place.number for place in inside if place.start <= low and place.end >= high]
        yield [text[low:high], *of] if of else text[low:high]
