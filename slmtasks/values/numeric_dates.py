"""Dates of three numbers: 2024-03-03, 3.4. 2024, 23 / 04 / 2024, 20240303, 2024-W23-4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from slmtasks.values.date_match import DateMatch, Day, day_of

_MARK = r"\u200f?(?P<mark>[-/.‐‑–])\u200f?"
_NUMERIC = re.compile(
    rf"(?<!\d)(\d{{1,4}})(?P<before> ?){_MARK}(?P<after> ?)(\d{{1,2}})\u200f?"
    r"(?P<second> ?)(?P=mark)\u200f?(?P<last> ?)(\d{1,4})(?!\d)"
)
_COMPACT = re.compile(r"(?<!\d)([12]\d{3})(\d\d)(\d\d)(?!\d)")
_WEEK = re.compile(r"(?<![\w-])(\d{4})-?W(\d\d)-?([1-7])(?![\d-])")
_LENGTHS = {(1, 2), (2, 2), (1, 4), (2, 4), (4, 1), (4, 2)}
_RANGE = re.compile(
    r"(?<![\w./:-])(?P<day>\d{1,2})\.?(?:(?P<mark>[./-])(?P<month>\d{1,2})\.?)?"
    r"\s?(?:-|–|—|/|to|bis|al|au|à|a|till|til|tot|t/m|до|по|do|až)\s?\Z"
)


def matches(text: str) -> list[re.Match[str]]:
    """Find three numbers with marks between them that may be a date, not an IP or a version."""
    found = []
    match = _NUMERIC.search(text)
    while match:
        alone = _spaced_alike(match) and _stands_alone(text, match)
        if alone:
            found.append(match)
        # A date may begin at the second number of a false match: "1-05-12/03/2024".
        match = _NUMERIC.search(text, match.end(1))
    return found


def parts(match: re.Match[str]) -> tuple[str, str, str]:
    """Return the three numbers."""
    return match[1], match[5], match[8]


def proven(match: re.Match[str]) -> str:
    """Return the part that a date proves to come first: "day", "month" or ""."""
    first, middle, last = parts(match)
    if len(first) > 2 or not day_of(last, *sorted((first, middle), key=int)):
        return ""
    if len(last) == 2 and day_of(first, middle, last):
        # "14/09/20" may begin with the year.
        return ""
    return "day" if int(first) > 12 else "month" if int(middle) > 12 else ""


def numeric(
    text: str, found: list[re.Match[str]], day_first: bool | None, because: str, *, told: bool
) -> Iterator[DateMatch]:
    """Read the dates of `matches`, `told` if the caller chose the order."""
    for match in found:
        first, middle, last = parts(match)
        mark = match["mark"]
        year_first = day_of(first, middle, last) if len(first) in (2, 4) else None
        by_day, by_month = day_of(last, middle, first), day_of(last, first, middle)
        why, prefer_day = "", True
        if len(first) == 4 or not (by_day or by_month):
            day, ambiguous = year_first, False
        elif by_day and by_month and by_day != by_month:
            prefer_day = mark == "." if day_first is None else day_first
            day, why = (by_day if prefer_day else by_month), because
            ambiguous = day_first is None or bool(because)
        else:
            day, prefer_day = by_day or by_month, bool(by_day)
            # "24-03-03" is as likely to begin with the year as with the day.
            ambiguous = bool(year_first) and int(first) > 12 and not told
            dotted = mark != "." or text[match.end() : match.end() + 1] == "."
            ambiguous = ambiguous and (mark == "-" or (day_first is None and dotted))
        if day:
            yield _match(match.start(), match.end(), day, ambiguous, why)
            if len(first) < 4:
                yield from _start_of_range(text, match, day, prefer_day, ambiguous, why)


def _match(start: int, end: int, day: Day, ambiguous: bool, why: str) -> DateMatch:
    because = day.because or why
    return DateMatch(start, end, day.value, ambiguous or bool(day.because), day.unread, because)


def _start_of_range(
    text: str, match: re.Match[str], end: Day, by_day: bool, ambiguous: bool, why: str
) -> Iterator[DateMatch]:
    """Read the first day of "12.-14.03.2024" or "28/02 - 01/03/2024"; its quote is the range."""
    before = _RANGE.search(text, max(0, match.start() - 16), match.start())
    if before is None or (before["month"] and before["mark"] != match["mark"]):
        return
    first, second = before["day"], before["month"]
    month, day = (second, first) if by_day else (first, second)
    value = _earlier(end.value, int(month) if second else end.value.month, int(day or first))
    if value:
        yield _match(before.start(), match.end(), Day(value, end.unread), ambiguous, why)


def _earlier(end: date, month: int, day: int) -> date | None:
    """Return the first day of a range that ends at `end`, in that year or the year before."""
    try:
        value = date(end.year - (month > end.month), month, day)
    except ValueError:
        return None
    return value if value < end else None


def other_numeric(text: str) -> Iterator[DateMatch]:
    """Find dates such as 20240303, which may be another number, and days of ISO weeks."""
    for match in _COMPACT.finditer(text):
        if day := day_of(match[1], match[2], match[3]):
            yield _match(*match.span(), day, True, "")
    for match in _WEEK.finditer(text):
        try:
            value = date.fromisocalendar(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        yield DateMatch(*match.span(), value)


def _spaced_alike(match: re.Match[str]) -> bool:
    """Whether the spaces are as people write them: "3. 4. 2024", "3.4. 2024", "3 / 4 / 2024"."""
    around = match["before"], match["after"], match["second"], match["last"]
    if match["mark"] == ".":
        return not (match["before"] or match["second"])
    whole = 4 in (len(match[1]), len(match[8]))
    return (len(set(around)) == 1 and (whole or not any(around))) or around == ("", " ", "", " ")


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a match is not part of a longer run, as in 192.168.1.10, or of a code (v1.2.24)."""
    start, end = match.span()
    lengths = len(match[1]), len(match[8])
    if lengths not in _LENGTHS:
        return False
    mark = match["mark"]
    if len(match[1]) == 4 and mark == "-":
        return True
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:] == mark and before[:1].isdecimal() and len(before) == 2:
        return _RANGE.search(text, max(0, start - 16), start) is not None and mark != "."
    if after[:1] == mark and after[1:].isdecimal():
        return False
    return 4 in lengths or not (before[-1:].isalpha() or after[:1].isalpha())
