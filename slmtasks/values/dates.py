"""Dates and times as texts write them: 2024-03-03, 25/12/2018 8:13 PM, 3 de marzo de 2024.

A candidate is a whole date: day, month and year. It excludes a weekday before it and an
era after it. Month names come from all languages of CLDR. Impossible dates ("31/02/2024")
are not candidates. Both days of a range are candidates, and the quote of one of them is the
whole range. `date_like` finds the text that looks like a date but is not read.

The caller decides how to read "03/04/2024", else the document does: see `date_order`. If
neither does, dots mean day first, as in every CLDR locale that writes dates with dots, and
other separators mean month first. Thai years are converted, Hijri years are marked.

Not read: dates without a year, relative dates ("tomorrow"), months of other calendars.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal, overload

from slmtasks.values import named_dates, numeric_dates
from slmtasks.values.date_match import DateMatch
from slmtasks.values.date_order import DateOrder, date_order
from slmtasks.values.spans import ValueSpan
from slmtasks.values.times import time_after, time_before, time_like
from slmtasks.values.words import months
from slmtasks.values.zones import zone_after


@overload
def find_dates(
    text: str, *, day_first: bool | DateOrder | None = None, time: Literal[False] = False
) -> list[ValueSpan[date]]: ...
@overload
def find_dates(
    text: str, *, day_first: bool | DateOrder | None = None, time: Literal[True]
) -> list[ValueSpan[datetime]]: ...
@overload
def find_dates(
    text: str, *, day_first: bool | DateOrder | None = None, time: bool
) -> list[ValueSpan[date]] | list[ValueSpan[datetime]]: ...


def find_dates(
    text: str, *, day_first: bool | DateOrder | None = None, time: bool = False
) -> list[ValueSpan[date]] | list[ValueSpan[datetime]]:
    """Find every date of `text` in order; the dates of a range overlap.

    `day_first` is the caller's choice, or the order of the whole document if `text` is a
    part of it. With `time`, each date is a datetime that includes the adjacent time:
    midnight if there is none, aware if a zone is written.

    Example:

        find_dates("Due 3 March 2024")[0].value == date(2024, 3, 3)
    """
    order = date_order(text) if day_first is None else day_first
    kept = _apart(text, sorted(_all(text, order), key=lambda one: (one.start, -one.end)))
    if not time:
        return [_span(text, match) for match in kept]
    return [_with_time(text, match) for match in kept]


def _all(text: str, order: bool | DateOrder) -> Iterator[DateMatch]:
    told = isinstance(order, bool)
    known = DateOrder(order) if isinstance(order, bool) else order
    found = numeric_dates.matches(text)
    yield from numeric_dates.numeric(text, found, known.day_first, known.because, told=told)
    yield from numeric_dates.other_numeric(text)
    yield from named_dates.named(text)


def _apart(text: str, matches: list[DateMatch]) -> list[DateMatch]:
    """Drop matches that cross another; keep one inside a range if it shares an end with it."""
    kept: list[DateMatch] = []
    for match in matches:
        last = kept[-1] if kept else None
        if last is None or match.start >= last.end:
            kept.append(match)
        elif (last.start == match.start) != (last.end == match.end):
            kept += [match] if last.value != match.value else []
        elif match.end > last.end and not _CENTURY.search(text, last.start, last.end):
            # "1-05-12/03/2024": the match with a four-digit year is the date.
            kept[-1] = match
    return kept


def _span(text: str, match: DateMatch) -> ValueSpan[date]:
    quote = text[match.start : match.end]
    doubt = match.ambiguous, match.unread, match.because
    return ValueSpan(match.start, match.end, quote, match.value, *doubt)


def _with_time(text: str, match: DateMatch) -> ValueSpan[datetime]:
    start, end, unread = match.start, match.end, match.unread
    clock = match.clock
    if clock and not clock.zone and (zone := zone_after(text, end, exact=True)):
        end, clock = zone.end, replace(clock, zone=zone.offset, unread=zone.unread)
    if clock is None:
        clock = time_after(text, end)
        if clock:
            end = clock.end
        elif clock := time_before(text, start):
            start = clock.start
        elif not unread:
            unread = time_like(text, start, end)
    value = datetime.combine(match.value, datetime.min.time())
    ambiguous = match.ambiguous
    if clock:
        value = value.replace(tzinfo=clock.zone) + clock.since
        unread, ambiguous = unread or clock.unread, ambiguous or clock.ambiguous
    return ValueSpan(start, end, text[start:end], value, ambiguous, unread, match.because)


_CENTURY = re.compile(r"\d{4}")
_NUMBERS = re.compile(r"(?<![\w.])\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?![\w]|[-/.]\d)")
_DAY_MONTH = re.compile(
    rf"(?<!\d)\d{{1,2}}{named_dates.ORDINAL}[. ]{{1,2}}(?:de |of )?{named_dates.MONTH}"
    rf"(?:\.?,? ?\d{{2,4}})?(?!\w)|(?<!\w){named_dates.MONTH.replace('month', 'month2')}\.? "
    r"\d{1,4}(?!\d)",
    re.I,
)
_FOREIGN = re.compile(
    rf"(?<!\d)\d{{1,2}} {named_dates.LETTER}{{3,14}}(?: {named_dates.LETTER}{{3,14}})? "
    r"(?:1[34]\d\d|57\d\d)(?!\d)"
)
_WEEK = re.compile(r"(?<![\w-])\d{4}-?W\d\d(?![\w])")


def date_like(text: str, found: Sequence[ValueSpan[Any]], most: int = 3) -> list[str]:
    """Quote what looks like a date but was not `found`: "31/02/2024", "3 March", "May 2024"."""
    starts = sorted(one.start for one in found)
    ends = sorted(one.end for one in found)
    spans = {m.span() for pattern in (_NUMBERS, _FOREIGN, _WEEK) for m in pattern.finditer(text)}
    for match in _DAY_MONTH.finditer(text):
        if months(match["month"] or match["month2"]):
            spans.add(match.span())
    quotes: list[str] = []
    for start, end in sorted(spans):
        # No date overlaps it: the dates that start before its end all end before its start.
        if bisect_left(starts, end) == bisect_right(ends, start):
            quotes.append(text[start:end])
    return list(dict.fromkeys(quotes))[:most]
