"""Currency signs and codes next to a figure."""

from __future__ import annotations

import re

SIGN = r"[$¢-¥֏؋৲৳฿₠-⃀﷼﹩＄￠￡￥￦]"
CODE = (
    "(?:EUR|USD|GBP|CHF|JPY|CNY|RMB|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ILS|INR|IDR|MYR|"
    "SGD|THB|VND|PHP|KRW|TWD|HKD|AUD|NZD|CAD|ZAR|NGN|KES|GHS|EGP|MAD|SAR|AED|QAR|KWD|BHD|JOD|"
    r"PKR|BDT|LKR|BRL|ARS|CLP|COP|MXN|PEN|ISK|RSD|GEL|KZT|BTC|RM|Rs\.?|Kč|zł|kr\.?|Ft|Fr\.?)"
)
_BEFORE = re.compile(rf"(?:{SIGN}|(?<![^\W\d_]){CODE})[ \u00a0\u202f]?[-−–]?\Z")
_AFTER = re.compile(
    rf"[ \u00a0\u202f]?(?:{SIGN}|[%％٪]|{CODE}(?!\w)|[円元원]|(?:dollars?|euros?|pounds?)(?!\w))",
    re.I,
)


def money_before(text: str, at: int) -> bool:
    """Whether a currency ends directly before offset `at`."""
    return _BEFORE.search(text, max(0, at - 6), at) is not None


def money_after(text: str, at: int) -> bool:
    """Whether a currency or a percent sign follows offset `at`."""
    return _AFTER.match(text, at) is not None
