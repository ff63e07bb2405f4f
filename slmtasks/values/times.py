"""Times of day next to a date: 10:00, T10:00Z, at 14:30, 14h30, 8 Uhr, 8pm on, 下午3時15分.

Knows nothing about dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, timezone

from slmtasks.values.words import halves, weekday
from slmtasks.values.zones import zone_after

_LABEL = r"(?:time|heure|hora|ora|uhrzeit|zeit|jam|masa)\s{0,2}:?"
_AT = rf"at|um|à|às|a las|alle|ore|kl\.?|klo|klokken|о|в|об|o|la|saat|{_LABEL}"
_LEAD = re.compile(
    rf"\s{{0,3}}[,;|@]?\s{{0,3}}(?P<lead>(?:T(?=\d)|-|–|{_AT})?)\s{{0,3}}", re.IGNORECASE
)
_WEEKDAY = re.compile(r"\s?[(（]([^\W\d_]{1,14})\.?[)）]|,?\s([^\W\d_]{2,14})\.?,?(?=\s)")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:(?P<mark> ?: ?|\.|\s?h\s?|\s?[時时시點点]\s?)(?P<minute>\d\d?)(?!\d)"
    r"(?:(?:[:.]|\s?[分분]\s?)(?P<second>\d\d)(?!\d)(?:[.,](?P<fraction>\d{1,6})\d{0,3}(?!\d))?)?"
    r"(?P<unit>\s?(?:min|[分분秒초]))?|(?P<whole>\s?(?:h(?!\w)|Uhr|[時时시點点]))?)(?!\d)"
    r"(?P<uhr>\s?Uhr)?",
    re.IGNORECASE,
)
_NOON = re.compile(r"\s?([ap])(?:\.\s?m\.?|m)(?![^\W\d_])|\s?o[’']clock", re.IGNORECASE)
_HALF = re.compile(r"[ \u00a0\u202f,]{0,2}((?:[^\W\d_]|[.’'-])+(?: (?:[^\W\d_]|[.’'-])+){0,2})")
_BEFORE = re.compile(r"(?:上午|下午|午前|午後|早上|晚上|凌晨|中午|오전|오후)\s?")
_WORD = re.compile(r"(?:12\s)?(noon|midnight|midday)(?!\w)", re.IGNORECASE)
_DOTTED = re.compile(r"um|à|às|alle|ore|kl\.?|klo|klokken", re.IGNORECASE)
"""After these a dot separates hours and minutes; elsewhere "12.50" is an amount."""

_LIKE = re.compile(
    r"(?<![\d:.])\d{1,2}(?::[0-5]\d|\s?[時时시]|\s?h\s?[0-5]\d|\s?[ap]\.?m\b|\s?Uhr)|"
    r"\b(?:noon|midnight|half past|quarter (?:past|to)|o[’']clock)\b",
    re.IGNORECASE,
)
_TO_DATE = re.compile(
    r"(?:\s{0,2},?\s{1,2}(?:(?:on|of|am|le|el|del|den|il|em|op|the|på|,)\s{1,2}){0,2}|\s?[-–,|]\s?)"
    r"(?:(?P<day>[^\W\d_]{2,14})\.?,?\s{1,2})?(?:(?:the|le|el|den)\s)?\Z",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"(?<![\w:.,])\d{1,2}(?=[:.\sha時时Uup])|(?<!\w)(?:noon|midnight|midday)", re.I
)
LOOK = 48
"""How many characters before or after a date may hold its time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time from `start` to `end`, `since` midnight: 24 hours at the end of the day."""

    start: int
    end: int
    since: timedelta = timedelta()
    zone: timezone | None = None
    ambiguous: bool = False
    unread: str = ""


def time_after(text: str, at: int) -> Clock | None:
    """Return the time that follows offset `at`."""
    if (day := _WEEKDAY.match(text, at)) and weekday(day[1] or day[2]):
        at = day.end()
    lead = _LEAD.match(text, at)
    if lead is None or lead.end() == at:
        # The year's last digit must not run into the hour.
        return None
    clock = _clock(text, lead.end(), lead["lead"])
    # An empty line ends the date.
    return None if clock is None or text.count("\n", at, clock.end) > 1 else clock


def time_before(text: str, at: int) -> Clock | None:
    """Return the time that ends before the date at offset `at`: "8pm on", "10:45 am"."""
    link = _TO_DATE.search(text, max(0, at - LOOK), at)
    if link is None or (link["day"] and not weekday(link["day"])):
        return None
    for match in _EARLIER.finditer(text, max(0, link.start() - 24), link.start()):
        clock = _clock(text, match.start(), "", later=False)
        if clock and clock.end == link.start() and "\n" not in text[match.start() : at]:
            return clock
    return None


def time_like(text: str, start: int, end: int) -> str:
    """Quote what looks like a time on the line of the date from `start` to `end`, else ""."""
    line = max(text.rfind("\n", max(0, start - LOOK), start) + 1, start - LOOK, 0)
    stop = text.find("\n", end, end + LOOK)
    stop = min(len(text), end + LOOK) if stop < 0 else stop
    match = _LIKE.search(text, end, stop) or _LIKE.search(text, line, start)
    return match[0] if match else ""


def _clock(text: str, at: int, lead: str, *, later: bool = True) -> Clock | None:
    if word := _WORD.match(text, at):
        midnight = word[1].lower() == "midnight"
        return Clock(at, word.end(), timedelta(hours=0 if midnight else 12), ambiguous=midnight)
    prefix = _BEFORE.match(text, at)
    match = _CLOCK.match(text, prefix.end() if prefix else at)
    if match is None:
        return None
    half, end, unread = _half(text, match, prefix[0].strip() if prefix else "")
    if not _says_time(match, lead, half is not None or bool(unread)):
        return None
    exact = bool(match["second"]) or lead.upper() == "T"
    zone = zone_after(text, end, exact=exact)
    since = _since(match, half)
    if since is None:
        return None
    if half == 48 and not unread:
        unread = text[match.end() : end].strip() if int(match["hour"]) != 12 else ""
    if zone:
        end, unread = zone.end, unread or zone.unread
    offset = zone.offset if zone else None
    stop = len(text[:end].rstrip()) if not zone else end
    return Clock(at, stop, since, offset, unread=unread)


def _says_time(match: re.Match[str], lead: str, half: bool) -> bool:
    mark = (match["mark"] or "").strip()
    if mark == ".":
        return bool(half or match["uhr"] or _DOTTED.fullmatch(lead))
    return bool(mark or half or match["whole"] or match["uhr"])


def _half(text: str, match: re.Match[str], prefix: str) -> tuple[int | None, int, str]:
    """Return the half of the day that is written, its end, and the words not understood."""
    end = match.end()
    if prefix:
        return (0 if prefix in ("上午", "午前", "早上", "凌晨", "오전") else 12), end, ""
    if noon := _NOON.match(text, end):
        letter = (noon[1] or "").lower()
        return ({"a": 0, "p": 12}.get(letter), noon.end(), "" if letter else noon[0].strip())
    if not (words := _HALF.match(text, end)):
        return None, end, ""
    phrase, start = words[1], words.start(1)
    while phrase:
        if meant := halves(phrase):
            unsure = phrase if len(meant) > 1 else ""
            return (meant[0], start + len(phrase), unsure)
        phrase = phrase.rpartition(" ")[0]
    return None, end, ""


def _since(match: re.Match[str], half: int | None) -> timedelta | None:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if half is not None and hour <= 12:
        # "14:30 PM" states the half twice; "12 AM" is midnight.
        hour = 12 if half == 24 else hour % 12 + (12 if half == 12 else 0)
    micro = int((match["fraction"] or "").ljust(6, "0"))
    end_of_day = hour == 24 and not (minute or second or micro)
    if (hour > 23 and not end_of_day) or minute > 59 or second > 59:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
