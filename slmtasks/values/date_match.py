"""A date found in a text, before its time is read, and the day that its digits mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from slmtasks.values.times import Clock

THAI = range(2443, 2644)
"""Years of the Thai Buddhist calendar, 543 ahead of the Gregorian 1900 to 2100."""

NEAR = range(1600, 2201)
"""Plausible Gregorian years of a document: 1445 is a year of the Hijri calendar."""


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date from `start` to `end`, with its `clock` if it contains a time."""

    start: int
    end: int
    value: date
    ambiguous: bool = False
    unread: str = ""
    because: str = ""
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, and any doubt about its year."""

    value: date
    unread: str = ""
    because: str = ""


def day_of(year: str, month: str | int, day: str | int, *, era: int = 0) -> Day | None:
    """Return the day that the digits mean, with years counted from `era`, or None.

    Two-digit years are 1969 to 2068, as in POSIX.
    """
    if not era and len(year) not in (2, 4):
        return None
    number = int(year) + era
    if len(year) == 2 and not era:
        number += 1900 if number >= 69 else 2000
    thai = number in THAI
    try:
        value = date(number - 543 if thai else number, int(month), int(day))
    except ValueError:
        return None
    if value.year < 1000:
        return None
    if thai:
        return Day(value, because=f"{year} is a year of the Thai calendar")
    return Day(value, unread="" if number in NEAR else year)
