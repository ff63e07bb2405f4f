"""Split a text into figures of digits and marks: their bounds, grouping and decimal marks.

Knows nothing about the text around a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_GROUPS = 5
"""Ordinary spaces join at most this many groups: beyond that they separate columns."""

_SPACES = r"\u00a0\u202f\u2005-\u200a"
_QUOTES = r"'’‘´`ʹʼ′＇_٬"
_GROUP = rf".,．，،⹁{_QUOTES}{_SPACES}"
_RUN = re.compile(rf"\d+(?:[{_GROUP}٫·]\d+)*")
_GROUPED = re.compile(rf"\d{{1,3}}([{_GROUP}])\d{{3}}((?:\1\d{{3}})*)(?:([.,．٫·])\d+)?")
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}(?:(\.)\d+)?")
_DECIMAL = re.compile(r"\d+([.,．٫·])\d+")
# A run that is not one number is cut at the likeliest separators first: "5.5,6.5".
_CUTS = tuple(re.compile(rf"[^{m}]+") for m in (_SPACES, "，،⹁", "·", ",", _QUOTES, ".．٫"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A span read as one number; `point` is the offset of its decimal mark.

    `open` is true if the mark at `point` may also group digits; `strong` and `weak` are
    the decimal marks that the figure is evidence for.
    """

    start: int
    end: int
    point: int | None = None
    open: bool = False
    strong: str = ""
    weak: str = ""


def shapes(text: str) -> list[Figure]:
    """Return the figures of a text in order."""
    return [figure for run in _RUN.finditer(text) for figure in _read(text, *run.span())]


def chains(text: str, figures: list[Figure]) -> Iterator[list[Figure]]:
    """Find neighbours that ordinary spaces may group: 1 to 3 digits, then groups of three."""
    for first, head in enumerate(figures):
        if head.point is not None or head.end - head.start > 3 or int(text[head.start]) == 0:
            continue
        for last in range(first + 1, min(first + MAX_GROUPS, len(figures))):
            before, figure = figures[last - 1], figures[last]
            whole = figure.end if figure.point is None else figure.point
            if text[before.end : figure.start] != " " or whole - figure.start != 3:
                break
            yield figures[first : last + 1]
            if figure.point is not None:
                break


def mark_of(text: str, figure: Figure) -> str:
    """Return the mark at a figure's `point` as "." or ",", or "" if it has none."""
    return _ascii(text[figure.point]) if figure.point is not None else ""


def _read(text: str, start: int, end: int, cut: int = 0) -> Iterator[Figure]:
    """Read the span as one number or, if that is impossible, as the numbers of its parts."""
    figure = _one(text, start, end)
    if figure is not None:
        yield figure
    elif cut < len(_CUTS):
        for part in _CUTS[cut].finditer(text, start, end):
            yield from _read(text, *part.span(), cut + 1)


def _one(text: str, start: int, end: int) -> Figure | None:
    match = _GROUPED.fullmatch(text, start, end)
    # A grouped number does not begin with 0, and its grouping mark is not its decimal mark.
    if match and int(text[start]) > 0 and match[1] != match[3]:
        return _grouped(match)
    if match := _INDIAN.fullmatch(text, start, end):
        return Figure(start, end, match.start(1) if match[1] else None, strong=".")
    if match := _DECIMAL.fullmatch(text, start, end):
        return Figure(start, end, match.start(1), weak=_ascii(match[1]))
    # Cheaper than another pattern: the run holds only digits and marks.
    return Figure(start, end) if text[start:end].isdecimal() else None


def _grouped(match: re.Match[str]) -> Figure:
    (start, end), group = match.span(), _ascii(match[1])
    if match[3]:
        return Figure(start, end, match.start(3), strong=_ascii(match[3]))
    other = {".": ",", ",": "."}.get(group, "")
    if not other or match[2]:
        return Figure(start, end, strong=other)
    return Figure(start, end, end - 4, open=True)


def _ascii(mark: str) -> str:
    # The Arabic decimal mark is evidence only for itself.
    return {"．": ".", "，": "", "،": "", "⹁": "", "٫": "", "·": ""}.get(mark, mark)
