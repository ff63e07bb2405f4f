"""Dates with a month name, in CJK scripts, and as contracts and computers write them.

3 de marzo de 2024, 2024. március 3, 2024年3月3日, 令和6年3月3日, the 23rd day of April, 2024,
Tue Apr 23 09:15:00 2024, and the first day of 12-14 March 2024.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from slmtasks.values.date_match import DateMatch, Day, day_of
from slmtasks.values.spelled import DAY_WORDS, YEAR_WORDS, day_number, year_number
from slmtasks.values.times import time_after
from slmtasks.values.words import months

# Letters with their combining marks: \w leaves out the vowel signs of Hindi.
LETTER = r"[^\s\d!-/:-@\[-`{-´¶-¿]"  # µ is left out: without case it is the Greek μ
# "ก.ค." contains a full stop, and the Arabic names of the Levant have a second word.
MONTH = (
    rf"(?P<month>(?:{LETTER}{{2,16}}|{LETTER}\.{LETTER}{{1,3}}|{LETTER}{{2,3}}\.{LETTER}{{1,3}})"
    r"(?:\s(?:الأول|الاول|الثاني|یەکەم|دووەم))?)"
)
# No letter follows an ending: "22-Aug" is not "22-a" and then "ug".
ORDINAL = r"(?:(?:st|nd|rd|th|er|re|ste|de|e|ème|-го|-?[аa]|טן|º|ª|°)(?![^\W\d_]))?"
# A number that a year follows is a day.
_WHOLE = r"(?!\d|[:.,٫]\d|%)"
_NO_DAY = rf"(?!{ORDINAL}(?:,\s{{0,2}}| {{0,3}}|[-/.])(?:\d{{4}}|['’]\d\d){_WHOLE})"
_YEAR = rf"(?P<year>\d{{4}}|\d\d{_NO_DAY}){_WHOLE}"
_OF = (
    r"(?:(?:of|de|del|di|van|day of|days of|ta’|day of the month of|d[ií]as? del mes de|"
    r"dias do m[eê]s de|del mese di|Tag des Monats|dag van)\s{1,2}|d['’]|ב)?"
)
_YEAR_OF = (
    r"(?:(?:of|de|del|del a[ñn]o|do ano de|de l['’]an|dell['’]anno|des Jahres|of the year|"
    r"in the year(?: of our Lord)?|A\.?D\.?|พ\.ศ\.|ค\.ศ\.)\s{0,2})?"
)
_TIE = r"\s{0,2}[-/.,،‐‑–]?\s{0,2}"
_BLANK = r"[^\S\n\r\v\f\x85\u2028\u2029]{0,2}"
_IN_LINE = rf"{_BLANK}[-/.,‐‑–]?{_BLANK}"
_YEAR_SIGN = r"(?:\s?(?:m\.|metų|(?:\(?e\)?)?ko|оны|жылғы|ж\.|թ\.|թվականի|гады|года?|წლის)\s)"
_TO = (
    r"(?:-|–|—|〜|~|to|and|&|till?|until|through|al|au|à|et|y|e|bis|und|tot|t/m|en|og|och|"
    r"до|по|и|do|až|a)"
)
_CLOCK = r"\d{1,2}:[0-5]\d(?::[0-5]\d)?(?:\s[AP]M)?(?:\s(?P<zone>[A-Z]{1,5}|[+-]\d{4}))?"
_NAMED = (
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}}){ORDINAL}(?:\s\([^()\n]{{1,24}}\))?{_TIE}{_OF}{MONTH}\.?"
        rf"(?P<tie>{_TIE}{_YEAR_OF}['’]?){_YEAR}",
        re.I,
    ),
    re.compile(
        rf"(?<!{LETTER}){MONTH}\.?{_TIE}(?:the\s)?(?P<day>\d{{1,2}}){ORDINAL}"
        rf"(?P<more>(?:,?\s?{_TO}\s?\d{{1,2}}{ORDINAL}){{0,3}})"
        rf"(?P<tie>(?:\s{{0,2}}[-/.,‐‑–]\s{{0,2}}|\s{{1,3}}){_YEAR_OF}['’]?){_YEAR}",
        re.I,
    ),
    re.compile(
        rf"(?<!\d)(?P<year>\d{{4}})(?P<after>{_YEAR_SIGN}|{_IN_LINE}){MONTH}\.?(?P<tie>{_IN_LINE})"
        rf"(?P<day>\d{{1,2}})(?!\d){_NO_DAY}(?P<until>[.]?\s?[-–]\s?\d{{1,2}}(?![\d.:-]))?",
        re.I,
    ),
    re.compile(
        rf"(?<!\d)(?P<year>\d{{4}})(?:\.\s?gada|\s?жылғы|\s?ж\.|\s?йыл|-c[iı] ilin)\s"
        rf"(?P<tie>)(?P<day>\d{{1,2}})\.?\s?{MONTH}",
        re.I,
    ),
)
_MACHINE = (
    re.compile(
        rf"(?<!{LETTER}){MONTH}\.? {{1,2}}(?P<day>\d{{1,2}}) (?P<clock>{_CLOCK}) "
        r"(?P<year>\d{4})(?!\d)"
    ),
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})\.? {MONTH}\.? (?P<clock>{_CLOCK}) (?P<year>\d{{4}})(?!\d)"
    ),
)
_SPELLED = re.compile(
    rf"(?<!{LETTER})(?:the\s)?(?:(?P<day>{DAY_WORDS})(?:\s\(\d{{1,2}}{ORDINAL}\))?\s(?:day\s)?of\s"
    rf"{MONTH}|{MONTH.replace('month', 'month2')}\s(?:the\s)?(?P<day2>{DAY_WORDS}))"
    rf",?\s{{1,2}}{_YEAR_OF}(?P<year>\d{{4}}|{YEAR_WORDS})(?!\w)",
    re.I,
)
_SPELLED_YEAR = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){ORDINAL}\s(?:day\s)?(?:of\s)?{MONTH},?\s{_YEAR_OF}(?P<year>{YEAR_WORDS})"
    r"(?!\w)",
    re.I,
)
_CJK = re.compile(
    r"(?<!\d)(?:(?P<era>令和|平成|昭和|大正|明治|民國|民国)\s?)?(?P<year>\d{1,4}|元|[〇零一二三四五六七八九]{4})"
    r"\s?[年년]\s?(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})\s?[月월]\s?"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})\s?[日일号號]?"
    r"(?P<until>\s?(?:-|–|〜|～|~|から|至|到|부터)\s?(?:(?P<month2>\d{1,2})\s?[月월]\s?)?"
    r"(?P<day2>\d{1,2})\s?[日일号號])?"
)
_ERAS = {
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
    "大正": 1911,
    "明治": 1867,
    "民國": 1911,
    "民国": 1911,
}
_SHORT_ERA = re.compile(r"(?<![\w.])([RHSTM])\s?(\d{1,2})([./])(\d{1,2})\3(\d{1,2})(?![\w./])")
_SHORT_ERAS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s?tháng\s?(\d{1,2}),?\s?(?:năm\s)?(\d{4})(?!\d)", re.I)
_MONGOLIAN = re.compile(r"(?<!\d)(\d{4})\s?оны?\s(\d{1,2})(?:-?р)?\s?сарын\s(\d{1,2})(?!\d)")
_BEFORE = re.compile(
    rf"(?<![\w./:-])(?P<day>\d{{1,2}}){ORDINAL}\.?(?:\s(?:de\s)?(?P<month>{LETTER}{{3,14}})\.?)?"
    rf"\s?(?:{_TO}|/)\s?\Z",
    re.I,
)
_MONTH_BEFORE = re.compile(
    rf"(?<!{LETTER})(?P<month>{LETTER}{{3,14}})\.?\s(?P<day>\d{{1,2}}){ORDINAL}\s?{_TO}\s?\Z", re.I
)


def named(text: str) -> Iterator[DateMatch]:
    """Find the dates of a text that words or signs distinguish from other numbers."""
    for pattern in _NAMED:
        yield from _named(text, pattern)
    for pattern in _MACHINE:
        yield from _machine(text, pattern)
    yield from _spelled(text)
    yield from _cjk(text)
    for pattern, order in ((_VIETNAMESE, (3, 2, 1)), (_MONGOLIAN, (1, 2, 3))):
        for match in pattern.finditer(text):
            if day := day_of(*(match[group] for group in order)):
                yield _made(*match.span(), day)


def _named(text: str, pattern: re.Pattern[str]) -> Iterator[DateMatch]:
    match = pattern.search(text)
    while match:
        found = list(_read(text, match))
        yield from found
        # A false match must not hide a date that begins within it: "12 dated 14 May 2024".
        first = "day" if match.start("day") < match.start("month") else "month"
        first = "year" if match.start("year") < match.start(first) else first
        match = pattern.search(text, match.end() if found else match.end(first))


def _read(text: str, match: re.Match[str]) -> Iterator[DateMatch]:
    numbers = months(match["month"])
    day = numbers and day_of(match["year"], numbers[0], match["day"])
    if not day:
        return
    short = len(match["year"]) == 2
    if "\n\n" in match[0] or (short and "\n" in match[0]) or _ended(match):
        return
    # "3 May 15 people", "March 12-14" and a page number above "March 2024" look like dates.
    tie = match["tie"].strip()
    by_name = match.start("month") < match.start("day")
    loose = short and bool(match["tie"]) and (tie in ("", ",") or (by_name and _is_range(match)))
    ambiguous = loose or "\n" in match[0] or len(numbers) > 1
    yield _made(*match.span(), day, ambiguous)
    yield from _others(text, match, day, ambiguous)


def _is_range(match: re.Match[str]) -> bool:
    return text_between(match, "month", "day").strip() == "" and match["tie"].strip() in tuple(
        "-–‐‑"
    )


def text_between(match: re.Match[str], first: str, second: str) -> str:
    """Return the text between two groups."""
    return match.string[match.end(first) : match.start(second)]


def _others(text: str, match: re.Match[str], day: Day, ambiguous: bool) -> Iterator[DateMatch]:
    """Find the other days of a range or list: the quote begins or ends with each of them."""
    groups = match.groupdict()
    if groups.get("more"):
        for number in re.finditer(r"\d{1,2}", match["more"]):
            later = day_of(match["year"], day.value.month, number[0])
            if later and later.value > day.value:
                start = match.start("more") + number.start()
                yield _made(start, match.end(), later, ambiguous)
        return
    if groups.get("until"):
        last = re.findall(r"\d{1,2}", match["until"])[-1]
        later = day_of(match["year"], day.value.month, last)
        if later and later.value > day.value:
            yield _made(match.start("day"), match.end(), later, ambiguous, whole=match.start())
        return
    start, end = match.start(), day.value
    for _ in range(4):
        look = slice(max(0, start - 36), start)
        before = _BEFORE.search(text, look.start, start) or _MONTH_BEFORE.search(
            text, look.start, start
        )
        first = before and _first_day(before["day"], before["month"], end)
        if not before or not first or "\n" in before[0]:
            return
        yield _made(before.start(), match.end(), Day(first, day.unread, day.because), ambiguous)
        start, end = before.start(), first


def _first_day(day: str, name: str | None, end: date) -> date | None:
    numbers = months(name) if name else (end.month,)
    try:
        first = date(end.year - (numbers[0] > end.month), numbers[0], int(day)) if numbers else None
    except ValueError:
        return None
    return first if first and first < end else None


def _made(
    start: int, end: int, day: Day, ambiguous: bool = False, *, whole: int | None = None
) -> DateMatch:
    doubtful = ambiguous or bool(day.because)
    return DateMatch(
        start if whole is None else whole, end, day.value, doubtful, day.unread, day.because
    )


def _ended(match: re.Match[str]) -> bool:
    """Whether a sentence ends after the year: "in 2023. March 5", but not "2024. március 3"."""
    after = match.groupdict().get("after") or ""
    return after.startswith(".") and after != "." and match["month"][0].isupper()


def _machine(text: str, pattern: re.Pattern[str]) -> Iterator[DateMatch]:
    for match in pattern.finditer(text):
        numbers = months(match["month"])
        day = numbers and day_of(match["year"], numbers[0], match["day"])
        clock = time_after(f" {match['clock']}", 0)
        if day and clock:
            yield DateMatch(*match.span(), day.value, clock=clock)


def _spelled(text: str) -> Iterator[DateMatch]:
    for pattern in (_SPELLED, _SPELLED_YEAR):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            name, day = match["month"] or groups.get("month2"), match["day"] or groups.get("day2")
            numbers = months(name or "")
            year = year_number(match["year"])
            found = numbers and day_of(str(year), numbers[0], day_number(day or ""))
            if found:
                start = match.start("day" if match["day"] else "month2")
                yield _made(start, match.end(), found)


def _cjk(text: str) -> Iterator[DateMatch]:
    for match in _CJK.finditer(text):
        era = _ERAS.get(match["era"] or "", 0)
        year = "1" if match["year"] == "元" else _digits(match["year"])
        if not era and len(year) != 4:
            continue
        day = day_of(year, _number(match["month"]), _number(match["day"]), era=era)
        if day is None:
            continue
        end = match.start("until") if match["until"] else match.end()
        yield _made(match.start(), end, day)
        if match["until"]:
            month = match["month2"] or _number(match["month"])
            last = day_of(year, month, match["day2"], era=era)
            if last and last.value > day.value:
                yield _made(match.start(), match.end(), last)
    for match in _SHORT_ERA.finditer(text):
        era = _ERAS[_SHORT_ERAS[match[1]]]
        if day := day_of(match[2], match[4], match[5], era=era):
            because = f"{match[1]} is taken for the era {_SHORT_ERAS[match[1]]}"
            yield _made(*match.span(), Day(day.value, day.unread, because))


_CJK_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))


def _digits(written: str) -> str:
    return "".join(_CJK_DIGITS.get(char, char) for char in written)


def _number(written: str) -> int:
    """Read a day or month in digits or Chinese numerals: 二十三."""
    if "十" not in written:
        return int(_digits(written))
    tens, _, ones = written.partition("十")
    return 10 * int(_digits(tens) or 1) + int(_digits(ones) or 0)
