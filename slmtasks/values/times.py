"""Times of day as they follow a date: 10:00, 8:13:39 PM, T10:00Z, at 14:30, 14h30, 8 Uhr.

Knows nothing about dates.
"""

from __future__ import annotations

import re
from datetime import UTC, time, timedelta, timezone

_LEAD = (
    r"\s{0,3}[,;|@]?\s{0,3}(?P<lead>(?:T(?=\d)|-|–|at|um|à|a las|alle|ore|kl\.?|klo|о|в|"
    r"(?:time|heure|hora|ora|uhrzeit|zeit|jam|masa)\s{0,2}:?)?)\s{0,3}"
)
_NOON = r"(?:\s?(?P<noon>[ap])(?:\.m\.|m(?![^\W\d_])))"
_ZONE = r"(?P<zone>Z(?!\w)|\s?(?:UTC|GMT)(?![\w+-])|\s?[+-]\d\d:?\d\d(?!\d))?"
_TIME = re.compile(
    rf"{_LEAD}(?P<hour>\d{{1,2}})(?:"
    rf"(?P<mark> ?: ?|\.|\s?h\s?)(?P<minute>\d\d)(?!\d)"
    rf"(?:[:.](?P<second>\d\d)(?!\d)(?:[.,](?P<fraction>\d{{1,6}})\d{{0,3}}(?!\d))?)?"
    rf"{_NOON}?{_ZONE}(?P<uhr>\s?Uhr)?|(?:{_NOON.replace('noon', 'noon2')}|\s?h(?!\w)|\s?Uhr)"
    r")(?!\d)",
    re.IGNORECASE,
)
_DOTTED = frozenset(("um", "à", "alle", "ore", "kl", "kl.", "klo"))
"""After these a dot parts hours and minutes; elsewhere "12.50" is an amount."""

MAX_OFFSET = 14
"""No zone is further from UTC, in hours."""


def time_after(text: str, at: int) -> tuple[int, time]:
    """The time that follows offset `at`, and where it ends; midnight and `at` where none does."""
    match = _TIME.match(text, at)
    # The year's last digit must not run into the hour, and an empty line ends the date.
    if match is None or match.start("hour") == at or text.count("\n", at, match.end()) > 1:
        return at, time()
    lead, mark = match["lead"].lower(), match["mark"] or ""
    if mark == "." and lead not in _DOTTED and not match["uhr"]:
        return at, time()
    end, zone = _zone(match, lead)
    noon = (match["noon"] or match["noon2"] or "").lower()
    hour = int(match["hour"])
    if noon and hour <= 12:
        # "14:30 PM" says it twice; "12 AM" is midnight.
        hour = hour % 12 + (12 if noon == "p" else 0)
    fraction = (match["fraction"] or "").ljust(6, "0")
    minute, second = int(match["minute"] or 0), int(match["second"] or 0)
    try:
        return end, time(hour, minute, second, int(fraction), tzinfo=zone)
    except ValueError:
        return at, time()


def _zone(match: re.Match[str], lead: str) -> tuple[int, timezone | None]:
    written = (match["zone"] or "").strip()
    if not written:
        return match.end(), None
    if written[0] not in "+-":
        return match.end(), UTC
    hours, minutes = int(written[1:3]), int(written[-2:])
    # After a plain time a minus opens a range: "10:00-11:30".
    if hours > MAX_OFFSET or minutes > 59 or (written[0] == "-" and lead != "t"):
        return match.start("zone"), None
    offset = timedelta(hours=hours, minutes=minutes)
    return match.end(), timezone(-offset if written[0] == "-" else offset)
