"""The figures of a text: what a generated text may cite, and what it has invented.

A unit is a maximal run of Unicode number characters (general category N) joined by
single marks (. , ' ’ _ ٫ ٬ and the no-break, narrow no-break and thin space). One
ordinary space joins too where groups of exactly three digits follow one to three digits
that begin the unit: "1 234" is one unit, and neither "1" nor "234" is. A composite is up
to four units in a row with at most three characters between two of them, none of these a
letter, a number or a line break: "12/05/2024", "10-15", "2023: 10".

Number words ("seven", "七", "VII") are letters to Unicode, and are not seen here.
Knows nothing about what a figure is worth: that is `values`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["figures", "invented"]

MAX_UNITS = 4
"""A composite holds at most this many units."""

_JOINERS = dict.fromkeys(map(ord, ".,'’_٫٬\u00a0\u202f\u2009"), ",")
_BREAKS = dict.fromkeys(map(ord, "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n")

# Patterns run on the text's shadow: one of these for each character, offsets unchanged.
# 0 number, a letter, "," joiner, " " ordinary space, "\n" line break, - anything else.
_UNIT = re.compile(r"(?<!0)0{1,3}(?: 000(?!0))+(?:,0+)*|0+(?:,0+)*")
_GAP = re.compile(r"[^0a\n]{1,3}")

Span = tuple[int, int]


def figures(text: str) -> list[str]:
    """The distinct units and composites of `text`, verbatim, in order of first appearance.

    Example:
        figures("10-15 pens") == ["10", "10-15", "15"]
    """
    shadow = _shadow(text)
    units = _units(shadow)
    found: dict[str, None] = {}
    for first, (start, _) in enumerate(units):
        for last in range(first, min(first + MAX_UNITS, len(units))):
            if last > first and not _GAP.fullmatch(shadow, units[last - 1][1], units[last][0]):
                break
            found[text[start : units[last][1]]] = None
    return list(found)


def invented(text: str, source: str) -> list[str]:
    """The figures of `text` that `source` does not hold, distinct, in order of appearance.

    Between two figures of `text` stand at least one letter and one white space; where
    they do not, the whole run from the first to the last has to stand in `source`, and
    to begin and end there where units do: otherwise two figures could fuse into a third.

    Example:
        invented("1-234", source="1 apple and 234 pears") == ["1-234"]
    """
    spans = _units(_shadow(source))
    starts = {start for start, _ in spans}
    ends = {end for _, end in spans}
    known = {source[start:end] for start, end in spans}
    found: dict[str, None] = {}
    for run in _runs(text):
        strange = [figure for start, end in run if (figure := text[start:end]) not in known]
        whole = text[run[0][0] : run[-1][1]]
        if not strange and len(run) > 1 and not _stands(whole, source, starts, ends):
            strange = [whole]
        found |= dict.fromkeys(strange)
    return list(found)


def _runs(text: str) -> Iterator[list[Span]]:
    """The units of `text`, those together that no letter and white space keep apart."""
    shadow = _shadow(text)
    run: list[Span] = []
    for unit in _units(shadow):
        if run:
            gap = slice(run[-1][1], unit[0])
            if "a" in shadow[gap] and any(map(str.isspace, text[gap])):
                yield run
                run = []
        run.append(unit)
    if run:
        yield run


def _stands(run: str, source: str, starts: set[int], ends: set[int]) -> bool:
    at = source.find(run)
    while at >= 0:
        if at in starts and at + len(run) in ends:
            return True
        at = source.find(run, at + 1)
    return False


def _units(shadow: str) -> list[Span]:
    return [match.span() for match in _UNIT.finditer(shadow)]


def _shadow(text: str) -> str:
    table = {ord(char): _class(char) for char in set(text)}
    return text.translate(table | _JOINERS | _BREAKS)


def _class(char: str) -> str:
    if char == " ":
        return char
    return {"N": "0", "L": "a"}.get(unicodedata.category(char)[0], "-")
