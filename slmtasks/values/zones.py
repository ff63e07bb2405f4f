"""Time zones that follow a time: Z, +02:00, -0700, UTC+2, CEST.

A name is read only if it is unique to a zone. "CST" is Chicago's, Shanghai's and Havana's:
such a name, a city or "Eastern Time" is recognized as a zone, but not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone

MAX_OFFSET = 14
"""The largest offset of a zone from UTC, in hours."""

_HOURS = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0.0),
    **dict.fromkeys(("CET", "MEZ", "WEST", "WAT"), 1.0),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST", "CAT"), 2.0),
    **dict.fromkeys(("EEST", "MSK", "EAT", "TRT"), 3.0),
    "NPT": 5.75,
    "PKT": 5.0,
    "ICT": 7.0,
    "WIB": 7.0,
    "ACST": 9.5,
    "ACDT": 10.5,
    **dict.fromkeys(("HKT", "SGT", "MYT", "AWST", "WITA", "PHT"), 8.0),
    **dict.fromkeys(("JST", "KST", "WIT"), 9.0),
    "AEST": 10.0,
    "AEDT": 11.0,
    "NZST": 12.0,
    "NZDT": 13.0,
    "BRT": -3.0,
    "ART": -3.0,
    "EDT": -4.0,
    "EST": -5.0,
    "MDT": -6.0,
    "MST": -7.0,
    "PDT": -7.0,
    "PST": -8.0,
    "CDT": -5.0,
    "AKDT": -8.0,
    "AKST": -9.0,
    "HST": -10.0,
    "CLT": -4.0,
    "PET": -5.0,
}
_UNSURE = (
    "CST|BST|IST|AST|ADT|GST|SST|NST|NDT|WST|CLST|COT|ECT|VET|UZT|ALMT|YEKT|IRST|[ECMP]T|UT|"
    r"[A-Z][a-z]+(?:/[A-Z][A-Za-z_]+)+|(?:[A-Z][a-z]+\s){1,3}[Tt]ime|(?i:local time|ortszeit|"
    r"heure locale|heure de [^\W\d_]+|hora local|ora locale)"
)
_NAMED = re.compile(
    rf"[ \u00a0]?\(?(?:(?P<name>{'|'.join(sorted(_HOURS, key=len, reverse=True))})"
    rf"(?:\s?(?P<more>[+\-−]\d{{1,2}}(?::?[0-5]\d)?))?(?![\w+\-])"
    rf"|(?P<unsure>{_UNSURE})(?![\w]))\)?"
)
_OFFSET = re.compile(r"(?P<blank>[ \u00a0]?)(?P<sign>[+\-−])(\d\d)(:?)(\d\d)?(?![\d:])")


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone that ends at `end`; if it is `unread`, its offset is unknown."""

    end: int
    offset: timezone | None
    unread: str = ""


def zone_after(text: str, at: int, *, exact: bool) -> Zone | None:
    """Return the zone at offset `at`; `exact` if the time has seconds or follows a T.

    After any other time a minus begins a range: "10:00-11:30".
    """
    if match := _OFFSET.match(text, at):
        signed = match["sign"] != "+"
        mail = match["blank"] and not match[4] and match[5]
        if signed and not (exact or mail):
            return None
        offset = _offset(match["sign"], match[3], match[5] or "0")
        return None if offset is None else Zone(match.end(), offset)
    match = _NAMED.match(text, at)
    if match is None:
        return None
    end = match.end() - (match[0].endswith(")") and "(" not in match[0])
    if match["unsure"]:
        return Zone(end, None, match["unsure"])
    return _named(match, end)


def _named(match: re.Match[str], end: int) -> Zone | None:
    hours = timedelta(hours=_HOURS[match["name"]])
    zone = timezone(hours) if hours else UTC
    if not match["more"]:
        return Zone(end, zone)
    if match["name"] not in ("UTC", "GMT"):
        return Zone(end, None, match[0].strip())
    digits = match["more"][1:].replace(":", "")
    whole, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    offset = _offset(match["more"][0], whole, minutes)
    return None if offset is None else Zone(end, offset)


def _offset(sign: str, hours: str, minutes: str) -> timezone | None:
    if int(hours) > MAX_OFFSET or int(minutes) > 59:
        return None
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(offset if sign == "+" else -offset) if offset else UTC
