"""Tell whether a document's dates put the day or the month first, and on what evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from slmtasks.values.languages import language
from slmtasks.values.numeric_dates import matches, proven

_COMMA = re.compile(r"(?<![\d.,])\d{1,3}(?:[.\u00a0\u202f]\d{3})*,\d\d(?![\d.,])")
_DOT = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})*\.\d\d(?![\d.,])")
_DAY_FIRST = re.compile(
    r"€|£|₹|₺|₽|zł|Kč|(?<!\w)(?:EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ILS|INR|"
    r"IDR|MYR|SGD|THB|VND|HKD|AUD|NZD|ZAR|NGN|KES|EGP|SAR|AED|BRL|ARS|CLP|COP|MXN|PEN|RM|Rs|kr|Ft)"
    r"(?!\w)|(?:AU|NZ|HK|[AS])\$|R\$"
)
_MONTH_FIRST = re.compile(r"\bUSD\b|\bUS\$|\bU\.S\.")
_ABROAD = re.compile(r"\b(?:VAT|GST|ABN|VRN|postcode|IBAN)\b", re.I)


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Whether the day comes first; None if nothing decides it.

    `because` names the evidence if it is weaker than a date of the text.
    """

    day_first: bool | None
    because: str = ""


@lru_cache(maxsize=8)
def date_order(text: str) -> DateOrder:
    """Decide the order for a document by its dates, else its language, else its currency."""
    votes = {proven(match) for match in matches(text)} & {"day", "month"}
    if len(votes) == 1:
        return DateOrder("day" in votes)
    if votes:
        return DateOrder(None, "the text has dates of both kinds")
    name = language(text)
    if name not in ("", "English"):
        return DateOrder(True, f"the text is {name}")
    if (comma := _COMMA.search(text)) and not _DOT.search(text):
        return DateOrder(True, f"decimals follow a comma in {comma[0]!r}")
    abroad = _DAY_FIRST.search(text) or _ABROAD.search(text)
    if abroad and not _MONTH_FIRST.search(text):
        return DateOrder(True, f"the text has {abroad[0]!r}")
    if not abroad and (american := _MONTH_FIRST.search(text)):
        return DateOrder(False, f"the text has {american[0]!r}")
    return DateOrder(None)
