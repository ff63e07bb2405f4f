"""Read the tail of a figure, a part of its value: ½, e4, × 10⁴, million, 万, %, .–, €50.

Text that changes the value but is not understood is `unread`: a raised digit, "dozen", a
scale that differs between languages ("mil"), or a "million" that a range writes once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from slmtasks.values.money import CODE, SIGN, money_after
from slmtasks.values.named_dates import LETTER
from slmtasks.values.words import scales

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
VULGAR = re.compile(rf"(?<!\d)(?<!\d[ \u2009])[{_VULGAR}]")
_WITH_VULGAR = re.compile(rf"[ \u00a0\u2009\u202f]?([{_VULGAR}])")
_MIXED = re.compile(r"(?:[ \u00a0\u2009]|-)(\d{1,2})[/⁄](\d{1,3})(?![\w/⁄]|[.,:-]\d)")
_FRACTION = re.compile(r" ?[/⁄] ?(\d{1,3})(?![\w/⁄%]|[.,:-]\d)")
_AFTER_SLASH = re.compile(r"(?<![\w/.,:⁄-])\d{1,3} ?[/⁄] ?\Z")
_PARTS = frozenset((2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64, 100))
_EXPONENT = re.compile(
    rf"[eE]([+\-−]?\d{{1,2}})(?![\w.,]\d|[^\W\d_]|\d)|\s?[x×·*⋅]\s?10(?:\^\(?([-−+]?\d{{1,2}})\)?|"
    rf"([⁺⁻]?[{_RAISED}]{{1,2}}))"
)
_POWER = re.compile(rf"\^\(?([-−+]?\d{{1,2}})\)?|([⁺⁻]?[{_RAISED}]{{1,2}})")
_RAISED_DIGITS = re.compile(rf"[⁺⁻]?[{_RAISED}]+|\^\(?[-−]?\d+\)?")
_DASH = re.compile(r"[.,](?:--?|–|—)(?![\w\-–—])")
_CENTS = re.compile(rf"({SIGN})(\d\d)(?!\d|[.,]\d|\s?[½%])")
_PERCENT = re.compile(r"[ \u00a0\u2009\u202f]?[%％‰٪‱]")
_WORD = re.compile(
    rf"(?P<gap>[ \u00a0\u2009\u202f]?|-)(?:de |d[’'])?(?P<word>{LETTER}{{1,16}})(?P<dot>\.?)"
)
_DOZEN = re.compile(
    r"[ -](dozens?|doz\.?|dutzend|douzaines?|docenas?|dozzin[ae]|dúzias?|dozijn|dussin|gross|"
    r"score)(?!\w)",
    re.IGNORECASE,
)
_MISREAD = re.compile(r"[OoIl|](?=[.,]?\d)")
_TO_SCALED = re.compile(
    rf"\s?(?:-|–|—|to|or|and|bis|oder|à|a|ou|o|y|til|tot|до)\s?(?:{SIGN}|{CODE} ?)?\d[\d.,]*"
    rf"[ \u00a0\u202f]?(?P<word>{LETTER}{{1,16}})"
)
_MORE = re.compile(rf",?\s(?:and |und |y |et )?\d{{1,3}}[ \u00a0](?P<word>{LETTER}{{2,16}})")
_BROKEN = re.compile(r" [.,]\d\d(?!\d)")
_NOTHING = frozenset(("", "\t", "\n", "\r", ";", ":", ")"))
"""A figure followed by one of these has no tail."""

_LETTERS = {"k": 3, "K": 3, "T": 3, "M": 6}
_BEFORE_MONEY = re.compile(rf"[ \u00a0]?([kKTMm])(?=(?:{SIGN}|EUR|USD|CHF|GBP|kr)(?!\w))")
_CJK = "十百千萬万億亿兆京천만억조拾"
_CJK_RUN = re.compile(rf"\s?([{_CJK}]+)")
_CJK_NEXT = re.compile(rf"\s?(\d[\d,]*)([{_CJK}]*)")


@dataclass(frozen=True, slots=True)
class Tail:
    """The end and value of a number including its tail, and the part that is not understood."""

    end: int
    value: Decimal
    ambiguous: bool = False
    unread: str = ""


def tail(text: str, end: int, value: Decimal, *, whole: bool, money: bool) -> Tail:
    """Read the tail of a figure that ends at `end`.

    `whole` is true if it has no decimals, `money` if a currency precedes it.
    """
    if text[end : end + 1] in _NOTHING:
        return Tail(end, value)
    found = _fraction(text, end, value) if whole else None
    found = found or _exponent(text, end, value) or _cents(text, end, value, whole)
    if found is None:
        found = _scaled(text, end, value, money)
    if percent := _PERCENT.match(text, found.end):
        return Tail(percent.end(), found.value, found.ambiguous, found.unread)
    if found.end > end or found.unread:
        return found
    for pattern in (_RAISED_DIGITS, _DOZEN, _MISREAD, _BROKEN):
        if match := pattern.match(text, end):
            return Tail(end, value, unread=match[0].strip(" -"))
    later = _TO_SCALED.match(text, end)
    if later and (scales(later["word"]) or _letter(later["word"], money, later.end(), text)):
        return Tail(end, value, unread=later["word"])
    return found


def fraction(text: str, start: int, end: int) -> tuple[Decimal, int] | None:
    """Return the value and end of the fraction whose numerator is the figure, or None."""
    match = _FRACTION.match(text, end)
    if match is None or end - start > 2 or re.match(r"[\w/.,:⁄-]", text[start - 1 : start] or " "):
        return None
    over, under = int(text[start:end]), int(match[1])
    if over >= under or under not in _PARTS or match[1].startswith("0"):
        return None
    return Decimal(over) / Decimal(under), match.end()


def slashed(text: str, start: int, end: int) -> str:
    """Return the other half of a fraction or ratio with a short figure: "1/" or "/4"."""
    if end - start > 3:
        return ""
    before = _AFTER_SLASH.search(text, max(0, start - 8), start)
    if before and not re.match(r"[\w/⁄]|[.,:-]\d", text[end : end + 2]):
        return before[0].strip()
    after = _FRACTION.match(text, end)
    if after and not re.match(r"[\w/.,:⁄-]", text[start - 1 : start] or " "):
        return after[0].strip()
    return ""


def vulgar(sign: str) -> Decimal:
    """Return the value of a vulgar fraction such as ½."""
    over, _, under = unicodedata.normalize("NFKD", sign).partition("⁄")
    return Decimal(over) / Decimal(under)


def _fraction(text: str, end: int, value: Decimal) -> Tail | None:
    if match := _WITH_VULGAR.match(text, end):
        return Tail(match.end(), value + vulgar(match[1]))
    match = _MIXED.match(text, end)
    if match and int(match[1]) < int(match[2]) and int(match[2]) in _PARTS:
        return Tail(match.end(), value + Decimal(match[1]) / Decimal(match[2]))
    return None


def _exponent(text: str, end: int, value: Decimal) -> Tail | None:
    match = _EXPONENT.match(text, end)
    if match is None and value == 10:
        match = _POWER.match(text, end)
        value = Decimal(1)
    if match is None:
        return None
    power = int(_plain(next(filter(None, match.groups()))))
    # "2E5" may also be a room or a colour.
    loose = match[0][0] == "E" and match[0][1:2].isdecimal() and value == value.to_integral_value()
    return Tail(match.end(), value.scaleb(power), ambiguous=loose)


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).replace("−", "-")


def _cents(text: str, end: int, value: Decimal, whole: bool) -> Tail | None:
    if not whole:
        return None
    if match := _DASH.match(text, end):
        return Tail(match.end(), value)
    if match := _CENTS.match(text, end):
        return Tail(match.end(), value + Decimal(match[2]) / 100)
    return None


def _scaled(text: str, end: int, value: Decimal, money: bool) -> Tail:
    if run := _CJK_RUN.match(text, end):
        return _cjk(text, run, value)
    if match := _BEFORE_MONEY.match(text, end):
        return Tail(match.end(), value.scaleb({"m": 6}.get(match[1]) or _LETTERS[match[1]]))
    start, power = end, 0
    while match := _WORD.match(text, end):
        word = match["word"]
        if len(word) <= 2 and (letter := _letter(word, money, match.end(), text, match["gap"])):
            return letter_tail(start, match.end("word"), value, letter)
        meant = scales(word)
        if not meant:
            break
        after = _WORD.match(text, match.end())
        if len(meant) > 1 and not (after and scales(after["word"])):
            return Tail(start, value, unread=text[start : match.end("word")].strip(" -"))
        power += meant[0]
        end = match.end() if match["dot"] and len(word) <= 4 else match.end("word")
    if not power:
        return Tail(start, value)
    # "3 million 200 thousand" is one number, but is not read as one.
    more = _MORE.match(text, end)
    unread = more[0].strip() if more and scales(more["word"]) else ""
    return Tail(end, value.scaleb(power), unread=unread)


def letter_tail(start: int, end: int, value: Decimal, letter: tuple[int, bool, str]) -> Tail:
    """Return a number with its one-letter scale, or without it if it is not understood."""
    power, ambiguous, unread = letter
    return (
        Tail(start, value, unread=unread) if unread else Tail(end, value.scaleb(power), ambiguous)
    )


def _letter(
    word: str, money: bool, end: int, text: str, gap: str = ""
) -> tuple[int, bool, str] | None:
    """Read a one-letter scale: its power, whether it is in doubt, or the letter as unread."""
    paid = money or money_after(text, end)
    known = {"k": 3, "K": 3, "m": 6, "M": 6, "MM": 6, "B": 9, "b": 9, "T": 12, "t": 12}
    if word not in known or (gap and not paid):
        return None
    if paid:
        return known[word], bool(gap) and len(word) == 1, ""
    if word in ("k", "K"):
        return 3, True, ""
    # "4.7M" may be millions or a size, "1.5m" a length; "5t" and "16b" are units.
    return (0, False, word) if word in ("M", "m", "B") else None


def _cjk(text: str, run: re.Match[str], value: Decimal) -> Tail:
    """Read 7万, 3千万, 1億2000万: parts of decreasing scale are one number."""
    power = sum(scales(sign)[0] for sign in run[1])
    total, end = value.scaleb(power), run.end()
    while (match := _CJK_NEXT.match(text, end)) and power:
        digits = match[1].rstrip(",").replace(",", "")
        lower = sum(scales(sign)[0] for sign in match[2])
        spaced = match.start(1) > end
        if lower >= power or len(digits) + lower > power or (spaced and not match[2]):
            break
        total, end = total + Decimal(digits).scaleb(lower), match.end(2)
        power = lower
    return Tail(end, total)
