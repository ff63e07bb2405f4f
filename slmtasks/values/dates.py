"""Dates and times as texts write them: 2024-03-03, 25/12/2018 8:13 PM, 3 de marzo de 2024.

A candidate is a whole date of the Gregorian calendar: day, month and year. A weekday
before it and an era after it are not part of it. Month names are CLDR's (babel), in the
languages below. Impossible dates ("31/02/2024") are none.

Of "03/04/2024" the caller's `day_first` decides; else the text's own dates that leave no
doubt ("25/12/2018"); else dots mean day first, as in every locale of CLDR that dots its
dates, and all others month first, and the date is marked as ambiguous. Two-digit years
are 1969 to 2068, as in POSIX.

Not read: dates without a year, relative dates ("tomorrow"), other calendars.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Literal, overload

from slmtasks.values.spans import ValueSpan
from slmtasks.values.times import time_after

LANGUAGES = (
    "en en_GB de de_AT fr es it pt nl sv da nb fi pl cs sk ru uk bg tr ro hu el ca id et lv ar hi"
)
"""Where month names come from, as CLDR names locales."""

_SEP = r"\u200f?([-/.‐‑–])\u200f?( ?)"
_NUMERIC = re.compile(rf"(?<!\d)(\d{{1,4}}){_SEP}(\d{{1,2}})\u200f?\2\u200f?\3(\d{{1,4}})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)([12]\d{3})(\d\d)(\d\d)(?!\d)")
_CJK = re.compile(r"(?<!\d)(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号]?")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s?tháng\s?(\d{1,2}),?\s?(?:năm\s)?(\d{4})(?!\d)", re.I)

# Letters with their combining marks: \w leaves out the vowel signs of Hindi.
_LETTER = r"[^\s\d!-/:-@\[-`{-´¶-¿]"  # µ is left out: without case it is the Greek μ
_MONTH = rf"(?P<month>{_LETTER}{{2,14}})"
_DAY = r"(?P<day>\d{1,2})"
_ORDINAL = r"(?:st|nd|rd|th|er|re|ste|de|e|-го|º|ª|°)?"
# What has a year behind it is a day.
_WHOLE = r"(?!\d|[:.,٫]\d|%)"
_NO_DAY = rf"(?!{_ORDINAL}(?:,\s{{0,2}}| {{0,3}}|[-/.])(?:\d{{4}}|['’]\d\d){_WHOLE})"
_YEAR = rf"(?P<year>\d{{4}}|\d\d{_NO_DAY}){_WHOLE}"
_OF = r"(?:(?:of|de|del)\s{1,2}|d['’])?"
_TIE = r"\s{0,2}[-/.,‐‑–]?\s{0,2}"
_BLANK = r"[^\S\n\r\v\f\x85\u2028\u2029]{0,2}"
_IN_LINE = rf"{_BLANK}[-/.,‐‑–]?{_BLANK}"
_NAMED = (
    re.compile(
        rf"(?<!\d){_DAY}{_ORDINAL}{_TIE}{_OF}{_MONTH}\.?(?P<tie>{_TIE}{_OF}['’]?){_YEAR}", re.I
    ),
    re.compile(
        rf"(?<!{_LETTER}){_MONTH}\.?{_TIE}(?:the\s)?{_DAY}{_ORDINAL}"
        rf"(?P<tie>(?:\s{{0,2}}[-/.,‐‑–]\s{{0,2}}|\s{{1,3}}){_OF}['’]?){_YEAR}",
        re.I,
    ),
    re.compile(
        rf"(?<!\d)(?P<year>\d{{4}})(?P<after>{_IN_LINE}){_MONTH}\.?(?P<tie>{_IN_LINE}){_DAY}"
        rf"(?!\d){_NO_DAY}",
        re.I,
    ),
)


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    value: date
    ambiguous: bool = False


@overload
def find_dates(
    text: str, *, day_first: bool | None = None, time: Literal[False] = False
) -> list[ValueSpan[date]]: ...
@overload
def find_dates(
    text: str, *, day_first: bool | None = None, time: Literal[True]
) -> list[ValueSpan[datetime]]: ...
@overload
def find_dates(
    text: str, *, day_first: bool | None = None, time: bool
) -> list[ValueSpan[date]] | list[ValueSpan[datetime]]: ...


def find_dates(
    text: str, *, day_first: bool | None = None, time: bool = False
) -> list[ValueSpan[date]] | list[ValueSpan[datetime]]:
    """Every date of `text` in order; they never overlap.

    With `time`, a date together with the time that follows it, as a datetime: midnight
    where none follows, aware where an offset from UTC is written.

    Example:
        find_dates("Due 3 March 2024")[0].value == date(2024, 3, 3)
    """
    kept: list[_Match] = []
    for match in sorted(_all(text, day_first), key=lambda one: (one.start, -one.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    if not time:
        return [
            ValueSpan(m.start, m.end, text[m.start : m.end], m.value, m.ambiguous) for m in kept
        ]
    found = []
    for match in kept:
        end, clock = time_after(text, match.end)
        value = datetime.combine(match.value, clock)
        found.append(ValueSpan(match.start, end, text[match.start : end], value, match.ambiguous))
    return found


def _all(text: str, day_first: bool | None) -> Iterator[_Match]:
    yield from _numeric(text, day_first)
    for pattern in _NAMED:
        yield from _named(text, pattern)
    for pattern, order in ((_CJK, (1, 2, 3)), (_VIETNAMESE, (3, 2, 1)), (_COMPACT, (1, 2, 3))):
        for match in pattern.finditer(text):
            if value := _date(*(match[group] for group in order)):
                yield _Match(*match.span(), value, ambiguous=pattern is _COMPACT)


def _numeric(text: str, day_first: bool | None) -> Iterator[_Match]:
    matches = [m for m in _NUMERIC.finditer(text) if _stands_alone(text, m)]
    told = day_first is not None
    votes = {_order(match) for match in matches}
    if not told and len(votes & {"day", "month"}) == 1:
        day_first = "day" in votes
    for match in matches:
        first, mark, middle, last = match[1], match[2], match[4], match[5]
        year_first = _date(first, middle, last) if len(first) in (2, 4) else None
        by_day, by_month = _date(last, middle, first), _date(last, first, middle)
        if len(first) == 4 or not (by_day or by_month):
            value, ambiguous = year_first, False
        elif by_day and by_month and by_day != by_month:
            prefer_day = mark == "." if day_first is None else day_first
            value, ambiguous = (by_day if prefer_day else by_month), day_first is None
        else:
            # "24-03-03" begins with the year as likely as with the day.
            value = by_day or by_month
            ambiguous = bool(year_first) and mark == "-" and int(first) > 12 and not told
        if value:
            yield _Match(*match.span(), value, ambiguous)


def _order(match: re.Match[str]) -> str:
    """Which of its parts a date proves to come first: "day", "month" or ""."""
    first, middle, last = match[1], match[4], match[5]
    if len(first) > 2 or not _date(last, *sorted((first, middle), key=int)):
        return ""
    return "day" if int(first) > 12 else "month" if int(middle) > 12 else ""


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a match is no part of a longer row, as in 192.168.1.10, or of a code (v1.2.24)."""
    start, end = match.span()
    lengths = len(match[1]), len(match[5])
    if lengths not in ((1, 2), (2, 2), (1, 4), (2, 4), (4, 1), (4, 2)):
        return False
    if len(match[1]) == 4 and match[2] == "-":
        return True
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:] == match[2] and before[:1].isdecimal() and len(before) == 2:
        return False
    if after[:1] == match[2] and after[1:].isdecimal():
        return False
    return 4 in lengths or not (before[-1:].isalpha() or after[:1].isalpha())


def _named(text: str, pattern: re.Pattern[str]) -> Iterator[_Match]:
    for match in pattern.finditer(text):
        number = month(match["month"])
        if value := number and _date(match["year"], str(number), match["day"]):
            short = len(match["year"]) == 2
            if "\n\n" in match[0] or (short and "\n" in match[0]) or _ended(match):
                continue
            # "3 May 15 people" and a page number above "March 2024" look like dates.
            loose = short and bool(match["tie"]) and match["tie"].strip() in ("", ",")
            yield _Match(*match.span(), value, ambiguous=loose or "\n" in match[0])


def _ended(match: re.Match[str]) -> bool:
    """Whether a sentence ends after the year: "in 2023. March 5", but not "2024. március 3"."""
    after = match.groupdict().get("after") or ""
    return after.startswith(".") and after != "." and match["month"][0].isupper()


def _date(year: str, month: str, day: str) -> date | None:
    if len(year) not in (2, 4) or len(day) > 2 or len(month) > 2:
        return None
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= 69 else 2000
    try:
        return date(number, int(month), int(day)) if number >= 1000 else None
    except ValueError:
        return None


def month(name: str) -> int | None:
    """The number of a month by its name, whole or shortened, in any of `LANGUAGES`."""
    key = _key(name)
    # English first: the other languages take a second to load.
    return _names("en").get(key) or next(
        (names[key] for lang in LANGUAGES.split() if key in (names := _names(lang))), None
    )


@cache
def _names(language: str) -> dict[str, int]:
    """The month names of a language, wide and short, as in a date and alone."""
    from babel import Locale

    months = Locale.parse(language).months
    return {
        _key(name.rsplit("de ")[-1].rsplit("d’")[-1]): number
        for context in ("stand-alone", "format")
        for width in ("abbreviated", "wide")
        for number, name in months[context][width].items()
    }


def _key(name: str) -> str:
    """A name without case and accents: capitals often lack them (FEVRIER, ΜΑΡΤΙΟΥ)."""
    plain = unicodedata.normalize("NFKD", name.casefold().rstrip("."))
    return re.sub("[\u0300-\u036f]", "", plain).replace("ı", "i").replace("ς", "σ")
