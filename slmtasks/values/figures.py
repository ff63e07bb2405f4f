"""Find the figures of a text: those that a generated text may cite, and those it invents.

A unit is a maximal run of Unicode number characters (general category N) joined by
single marks (. , ' ’ _ ٫ ٬ and the no-break, narrow no-break and thin space). One
ordinary space also joins if groups of exactly three digits follow one to three digits
that begin the unit: "1 234" is one unit, and neither "1" nor "234" is. A composite is up
to four consecutive units, with at most three characters between two of them and no letter,
number or line break among these: "12/05/2024", "10-15", "2023: 10".

A full stop or a minus (- − – －) directly before a unit makes it another figure, but not
after a letter, a number or another such mark ("No.5", "10-15"). The full stop is part
of the unit: " .5" holds ".5" but not "5". The minus is optional: " -5" holds both.

A text may be `shown` with plain white space. Figures are then read from the original and
quoted as shown; a composite is dropped if the shown text would fuse two of its units:
"100" and "200" with a tab between them are two figures, and "100 200" is not a figure.

Unicode counts number words ("seven", "七", "VII") as letters and emoji as symbols; this
module sees neither. It knows nothing about the value of a figure: the other modules of
`values` do.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

__all__ = ["figures", "invented"]

MAX_UNITS = 4
"""A composite holds at most this many units."""

_MARKS = ".-−–－"
_JOINERS = dict.fromkeys(map(ord, ",'’_٫٬"), ",") | dict.fromkeys(
    map(ord, "\u00a0\u202f\u2009"), "~"
)
_SIGNS = {ord("."): "."} | dict.fromkeys(map(ord, _MARKS[1:]), "m")
_BREAKS = dict.fromkeys(map(ord, "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), "\n")

# Patterns run on the text's shadow: one of these classes per character, offsets unchanged.
# 0 number, a letter, "," joiner, "~" joiner that is a space, "." full stop, m minus,
# " " ordinary space, "\n" line break, - anything else.
_UNIT = re.compile(
    r"(?:(?<![0a,.m])m?\.?)?(?:(?<!0)0{1,3}(?: 000(?!0))+(?:[,.~]0+)*|0+(?:[,.~]0+)*)"
)
_GAP = re.compile(r"[^0a\n]{1,3}")

_start = itemgetter(0)


class _Unit(NamedTuple):
    """The span of a unit, and whether a minus precedes it."""

    start: int
    end: int
    signed: bool

    @property
    def starts(self) -> tuple[int, ...]:
        """Return the offsets where the unit may begin: with the minus, and without."""
        return (self.start - 1, self.start) if self.signed else (self.start,)


def figures(text: str, shown: str | None = None) -> list[str]:
    """Return the distinct units and composites of `text`, in order of first appearance.

    They are verbatim runs of `shown`: `text` with plain white space and of the same
    length, by default `text` itself.

    Raises:
        ValueError: `shown` has another length.

    Example:

        figures("10-15 pens") == ["10", "10-15", "15"]
        figures("100\\t200", shown="100 200") == ["100", "200"]
    """
    shown = _alike(text, shown)
    shadow, plain = _shadow(text), _shadow(shown)
    units = _units(shadow)
    found: dict[str, None] = {}
    for first, unit in enumerate(units):
        for last in range(first, min(first + MAX_UNITS, len(units))):
            if last > first and not _GAP.fullmatch(shadow, units[last - 1].end, units[last].start):
                break
            span = slice(unit.start, units[last].end)
            # A span that is shown unchanged is also read unchanged.
            if text[span] == shown[span] or not _fused(
                _units(plain[span], unit.start), units[first : last + 1]
            ):
                found |= dict.fromkeys(shown[start : span.stop] for start in unit.starts)
    return list(found)


def invented(text: str, source: str, shown: str | None = None) -> list[str]:
    """Return the distinct figures of `text` that `source` lacks, in order of appearance.

    At least one letter and one white space separate two figures of `text`. If they do not,
    `shown` must contain the whole run from the first to the last figure, and the run must
    begin and end there where units do: otherwise two figures could fuse into a third.
    `shown` is `source` with plain white space, as in `figures`.

    Raises:
        ValueError: `shown` has another length than `source`.

    Example:

        invented("1-234", source="1 apple and 234 pears") == ["1-234"]
    """
    held = _Held(source, _alike(source, shown))
    found: dict[str, None] = {}
    for run in _runs(text):
        if not any(held.run(text, start, run) for start in _starts(text, run[0])):
            strange = [
                text[unit.starts[0] : unit.end]
                for unit in run
                if not any(text[start : unit.end] in held.units for start in _starts(text, unit))
            ]
            found |= dict.fromkeys(strange or [text[run[0].starts[0] : run[-1].end]])
    return list(found)


class _Held:
    """The figures of a source as they may be cited."""

    def __init__(self, source: str, shown: str) -> None:
        self.source, self.shown = source, shown
        self.spans = _units(_shadow(source))
        self.starts = {start for unit in self.spans for start in unit.starts}
        self.ends = {unit.end for unit in self.spans}
        self.units = {shown[start : unit.end] for unit in self.spans for start in unit.starts}

    def run(self, text: str, start: int, run: list[_Unit]) -> bool:
        """Whether the source contains the run of figures that begins at `start` of `text`."""
        end = run[-1].end
        whole = text[start:end]
        if len(run) == 1:
            return whole in self.units
        at = self.shown.find(whole)
        while at >= 0:
            if at in self.starts and at + len(whole) in self.ends:
                moved = (_Unit(u.start - start + at, u.end - start + at, u.signed) for u in run)
                if self.source.startswith(whole, at) or not _fused(moved, self.spans):
                    return True
            at = self.shown.find(whole, at + 1)
        return False


def _starts(text: str, unit: _Unit) -> tuple[int, ...]:
    """Return the offsets where a unit of a generated text may begin.

    A mark that belongs to the unit is part of it. A mark that does not, as in "No.5", may
    still be meant as part of it, if a letter is written directly before the figure ".5".
    """
    before = unit.start - 1
    if unit.signed or text[max(before, 0) : unit.start] not in tuple(_MARKS):
        return unit.starts[:1]
    return (unit.start, before)


def _runs(text: str) -> Iterator[list[_Unit]]:
    """Group the units of `text` that no letter and white space separate."""
    shadow = _shadow(text)
    run: list[_Unit] = []
    for unit in _units(shadow):
        if run:
            gap = slice(run[-1].end, unit.start)
            if "a" in shadow[gap] and any(map(str.isspace, text[gap])):
                yield run
                run = []
        run.append(unit)
    if run:
        yield run


def _fused(readings: Iterable[_Unit], units: list[_Unit]) -> bool:
    """Whether a reading is not entirely within a single unit."""
    for reading in readings:
        at = bisect_right(units, reading.start, key=_start) - 1
        if at < 0 or reading.end > units[at].end:
            return True
    return False


def _alike(text: str, shown: str | None) -> str:
    if shown is not None and len(shown) != len(text):
        raise ValueError(f"shown has {len(shown)} characters, the text has {len(text)}")
    return text if shown is None else shown


def _units(shadow: str, offset: int = 0) -> list[_Unit]:
    units = []
    for match in _UNIT.finditer(shadow):
        signed = match[0].startswith("m")
        units.append(_Unit(match.start() + signed + offset, match.end() + offset, signed))
    return units


def _shadow(text: str) -> str:
    table = {ord(char): _class(char) for char in set(text)}
    return text.translate(table | _JOINERS | _SIGNS | _BREAKS)


def _class(char: str) -> str:
    if char == " ":
        return char
    return {"N": "0", "L": "a"}.get(unicodedata.category(char)[0], "-")
