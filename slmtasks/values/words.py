"""Look up the words of dates and numbers in the languages of CLDR.

They are in `cldr.json` in this folder, made by tests/renew_cldr.py (Unicode License). A word
has several meanings if languages differ: "listopad" is October and November.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

STEM = 5
"""The fewest letters of a name that an ending may follow."""

ENDING = 4
"""The most letters of a case ending: Finnish "huhtikuun", Basque "apirilaren"."""


_ROMAN = "II III IV V VI VII VIII IX X XI XII".split()
"""Months as Poland and Hungary write them: 23.IV.2024; "I" is a word in too many languages."""


@lru_cache(maxsize=4096)
def months(name: str) -> tuple[int, ...]:
    """Return the months that a full, abbreviated or inflected name may mean, if any."""
    table, word = _table("months"), key(name).removeprefix("ב")
    if name in _ROMAN:
        return (_ROMAN.index(name) + 2,)
    if word in table:
        return tuple(table[word])
    for cut in range(1, ENDING + 1):
        if len(word) - cut >= STEM and word[:-cut] in table:
            return tuple(table[word[:-cut]])
    return ()


def scales(word: str) -> tuple[int, ...]:
    """Return the powers of ten that a word after a number may mean: 6 for "million"."""
    return tuple(_table("scales").get(key(word), ()))


def halves(word: str) -> tuple[int, ...]:
    """Return what a word adds to a time: 0 before noon, 12 after it, 24 noon, 48 midnight."""
    return tuple(_table("halves").get(key(word), ()))


def weekday(name: str) -> bool:
    """Whether a word is the full or abbreviated name of a day of the week."""
    return key(name) in _table("weekdays")


@cache
def _table(name: str) -> dict[str, list[int]]:
    text = files("slmtasks.values").joinpath("cldr.json").read_text(encoding="utf-8")
    table: dict[str, list[int]] = json.loads(text)[name]
    return table


def key(word: str) -> str:
    """Strip case and accents: capitals often lack accents (FEVRIER, ΜΑΡΤΙΟΥ)."""
    plain = unicodedata.normalize("NFKD", word.casefold().rstrip("."))
    return re.sub("[\u0300-\u036f]", "", plain).replace("ı", "i").replace("ς", "σ")
