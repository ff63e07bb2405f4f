"""Dates, times and amounts as documents write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from training.generator.words import words

WORDS = words("values")

MONTHS = WORDS["months"]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_LOCAL = WORDS["local"]
_SLASH = WORDS["slash"]
_PROSE = WORDS["prose"]


@dataclass(frozen=True)
class Dates:
    """The way that one document writes its dates."""

    shape: str
    locale: str

    def write(self, day: date) -> str:
        """The whole expression."""
        months = _LOCAL.get(self.locale, MONTHS)
        month, number = months[day.month - 1], day.day
        th = (
            "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        )
        return self.shape.format(
            d=number,
            D=f"{number:02}",
            m=day.month,
            M=f"{day.month:02}",
            y=f"{day.year % 100:02}",
            Y=day.year,
            B=month,
            b=MONTHS[day.month - 1][:3],
            th=th,
        )


def dates(r: Random, locale: str, prose: float = 0.5) -> Dates:
    """How a document of this locale writes dates; `prose` is the share with month names."""
    if locale in _LOCAL and r.random() < 0.4:
        return Dates("{d}. {B} {Y}" if locale == "de" else "{d} {B} {Y}", locale)
    if r.random() < prose:
        return Dates(r.choice(_PROSE), "us")
    if locale == "us" and r.random() < 0.6:
        return Dates(r.choice(["{M}/{D}/{Y}", "{m}/{d}/{Y}", "{M}/{D}/{y}", "{M}-{D}-{Y}"]), "us")
    if locale in ("de", "pl", "dk") and r.random() < 0.6:
        return Dates(r.choice(["{D}.{M}.{Y}", "{D}.{M}.{y}", "{Y}-{M}-{D}"]), "us")
    return Dates(r.choice(_SLASH), "us")


def day(r: Random) -> date:
    """Some day of the last decades."""
    return date(2004, 1, 1) + timedelta(days=r.randrange(365 * 24))


def time(r: Random) -> str:
    """A time of day."""
    h, m, s = r.randint(0, 23), r.randint(0, 59), r.randint(0, 59)
    twelve = f"{(h - 1) % 12 + 1}:{m:02}"
    return r.choice(
        [
            f"{h:02}:{m:02}",
            f"{h:02}:{m:02}",
            f"{h:02}:{m:02}:{s:02}",
            f"{twelve} {'AM' if h < 12 else 'PM'}",
            f"{twelve}{'am' if h < 12 else 'pm'}",
            f"{twelve}:{s:02} {'AM' if h < 12 else 'PM'}",
        ]
    )


@dataclass(frozen=True)
class Money:
    """The way that one document writes amounts: separators and where the sign stands."""

    thousands: str
    point: str
    before: str
    after: str
    decimals: int = 2

    def number(self, cents: int) -> str:
        """The number alone, as "1,234.50"."""
        sign, cents = ("-", -cents) if cents < 0 else ("", cents)
        whole = f"{cents // 100:,}".replace(",", self.thousands)
        return f"{sign}{whole}{self.point}{cents % 100:02}" if self.decimals else f"{sign}{whole}"

    def write(self, cents: int) -> str:
        """The number with the document's currency."""
        return f"{self.before}{self.number(cents)}{self.after}"


def money(r: Random, locale: str) -> Money:
    """How a document of this locale writes amounts."""
    sign = {
        "us": "$",
        "gb": "£",
        "ie": "€",
        "au": "$",
        "in": "₹",
        "sg": "S$",
        "my": "RM",
        "za": "R",
        "ca": "$",
        "ph": "₱",
        "id": "Rp",
    }.get(locale)
    iso = {
        "us": "USD",
        "gb": "GBP",
        "in": "INR",
        "sg": "SGD",
        "my": "MYR",
        "au": "AUD",
        "ca": "CAD",
        "se": "SEK",
        "dk": "DKK",
        "pl": "PLN",
        "za": "ZAR",
        "ph": "PHP",
        "id": "IDR",
    }.get(locale, "EUR")
    if sign:
        thousands, point = (",", ".") if r.random() < 0.85 else ("", ".")
        before, after = r.choice(
            [(sign, "")] * 4
            + [(sign + " ", ""), (iso + " ", ""), ("", " " + iso), ("", ""), ("", "")]
        )
    else:
        thousands, point = r.choice(
            [(".", ","), (".", ","), (" ", ","), ("", ","), (",", "."), ("", ".")]
        )
        before, after = r.choice(
            [("", " €"), ("€ ", ""), ("€", ""), ("", " EUR"), ("EUR ", ""), ("", "")]
            if iso == "EUR"
            else [("", " " + iso), (iso + " ", ""), ("", "")]
        )
    return Money(thousands, point, before, after)


def cents(r: Random, low: float = 0.5, high: float = 5000) -> int:
    """A price in hundredths, spread evenly over magnitudes."""
    value = low * (high / low) ** r.random()
    x = r.random()
    if x < 0.3:
        return max(1, round(value)) * 100
    if x < 0.5:
        return max(1, round(value)) * 100 + r.choice([50, 90, 95, 99])
    return max(1, round(value * 100))


def number_in(text: str) -> str:
    """The first number of a text, as it is written."""
    return re.findall(r"\d(?:[\d.,  ]*\d)?", text)[0]
