"""Write slmtasks/values/cldr.json anew: the words of dates and numbers, out of babel.

    .venv/bin/python tests/renew_cldr.py

Short words of languages outside `MAIN` are left out: most are words of another one of
these. What then still means two things has both meanings, and marks the value it is in.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.localedata import locale_identifiers

from slmtasks.values.words import key

TARGET = Path(__file__).parents[1] / "slmtasks" / "values" / "cldr.json"
MAIN = frozenset(
    "en de fr es it pt nl sv da nb nn fi pl cs sk sl hr sr bs ru uk bg be tr ro hu el ca eu gl id "
    "ms vi et lv lt is ar fa he hi bn th ja ko zh".split()
)
"""The languages whose short words count."""

MORE = {
    "months": {"sept": [9]},
    "scales": {
        **{word: [2] for word in ("hundred", "hundert")},
        **{word: [3] for word in ("tsd", "tys", "tis")},
        **{word: [5] for word in ("lac", "lacs", "lakhs")},
        **{word: [6] for word in ("mn", "mln", "mio")},
        "mill": [0, 6],
        "grand": [0, 3],
        **{word: [7] for word in ("crores", "करोड")},
        **{word: [9] for word in ("billion", "bn", "bln", "mrd", "mld", "mlrd", "mia", "mds")},
        "billions": [9, 12],
        "mil": [3, 6],
        "thousands": [3],
        "trillions": [12],
        "百": [2],
        "十": [1],
        "拾": [1],
        "亿": [8],
        "만": [4],
    },
    "weekdays": {},
    "halves": {"am": [0], "pm": [12], "a.m": [0], "p.m": [12], "noon": [24], "midnight": [48]},
}
"""What CLDR lacks, or has in a language that few mean by it ("billion" in French)."""

SECOND = "الأول|الاول|الثاني|یەکەم|دووەم"
"""The second words of months that are read; other names of two words are not."""

NO_WORDS = frozenset("bill bilj form este vec mana".split())
"""Short forms of CLDR that are other words far more often."""

Words = dict[str, dict[str, set[int]]]
"""The meanings of each word by language."""


def months() -> Words:
    """The months by the names that they have in a date, alone, whole and shortened."""
    words: Words = defaultdict(lambda: defaultdict(set))
    for locale in _locales():
        for context in ("stand-alone", "format"):
            for width in ("abbreviated", "wide"):
                names = dict(locale.months[context][width].items())
                for number, name in _bare(names).items():
                    if len(name) > 1 and not re.search(rf"\d|\s(?!{SECOND})", name):
                        words[key(name)][locale.language].add(number)
    return words


def scales() -> Words:
    """The powers of ten by the words that stand after a number for them."""
    words: Words = defaultdict(lambda: defaultdict(set))
    for locale in _locales():
        for width in ("short", "long"):
            for patterns in locale.compact_decimal_formats[width].values():
                for power, pattern in patterns.items():
                    shown = str(getattr(pattern, "pattern", pattern)).replace("'", "")
                    found = re.fullmatch(r"[\u200f\u200e]?(0+)[\s\u200f]*([^\W\d_].*)", shown)
                    if found and _is_scale(found[2]):
                        value = len(power) - len(found[1])
                        words[key(found[2])][locale.language].add(value)
    return words


def halves() -> Words:
    """What half of the day a word says: 0 before noon, 12 after it, 24 noon, 48 midnight."""
    kinds = {"am": 0, "pm": 12, "noon": 24, "midnight": 48}
    words: Words = defaultdict(lambda: defaultdict(set))
    for locale in _locales():
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                periods = locale.day_periods.get(context, {}).get(width, {})
                for kind, name in periods.items():
                    part = {"morning": 0, "afternoon": 12, "evening": 12}.get(kind.rstrip("12"))
                    number = kinds.get(kind, part)
                    word = key(name.replace("\xa0", " "))
                    if number is not None and (len(word) > 3 or not word.isascii()):
                        words[word][locale.language].add(number)
    return words


def weekdays() -> Words:
    """The names of the days of the week, whole and shortened."""
    words: Words = defaultdict(lambda: defaultdict(set))
    for locale in _locales():
        for context in ("stand-alone", "format"):
            for width in ("abbreviated", "wide"):
                for number, name in locale.days[context][width].items():
                    words[key(name)][locale.language].add(number)
    return words


def _locales() -> Iterator[Locale]:
    for name in sorted(locale_identifiers()):
        if name != "root" and "POSIX" not in name:
            yield Locale.parse(name)


def _bare(names: dict[int, str]) -> dict[int, str]:
    """The names without a preposition: "de març" and "d’abril" are març and abril."""
    before = re.compile(r"\b(?:de|dhen|an|a’) |\bd[’']")
    return {number: before.split(name)[-1] for number, name in names.items()}


def _is_scale(word: str) -> bool:
    # Short ones are units elsewhere: what is common of them is in `MORE`.
    return len(key(word)) > 3 or not word.isascii()


def _settled(words: Words, shortest: int, *, main: bool = False) -> dict[str, list[int]]:
    """Each word's meanings; `shortest` is for ASCII words outside `MAIN`, none with `main`."""
    settled = {}
    for word, by_language in sorted(words.items()):
        brief = word.isascii() and len(word) < shortest
        kept = [v for lang, v in by_language.items() if lang in MAIN or not (brief or main)]
        if kept:
            settled[word] = sorted(set().union(*kept))
    return settled


def made() -> str:
    """The file's text."""
    tables = {
        "months": _settled(months(), 5),
        "scales": _settled(scales(), 0, main=True),
        "halves": _settled(halves(), 0, main=True),
        "weekdays": _settled(weekdays(), 5),
    }
    lines = [
        f'"{name}": {json.dumps(dict(sorted(kept.items())), ensure_ascii=False)}'
        for name, table in tables.items()
        for kept in [{w: v for w, v in (table | MORE[name]).items() if w not in NO_WORDS}]
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(made(), encoding="utf-8")
