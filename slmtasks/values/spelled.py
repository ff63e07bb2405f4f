"""Days and years in English words, as contracts write them: twelfth, two thousand and ten."""

from __future__ import annotations

import re

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
_ONES += "sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBERS = {word: number for number, word in enumerate(_ONES.split(), start=1)}
_NUMBERS |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
_FIRST = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
_FIRST += "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
_ORDINALS = {word: number for number, word in enumerate(_FIRST.split(), start=1)}
_ORDINALS |= {"thirtieth": 30, "thirty-first": 31}
_ORDINALS |= {f"twenty-{word}": 20 + number for word, number in list(_ORDINALS.items())[:9]}

DAY_WORDS = "|".join(sorted(_ORDINALS, key=len, reverse=True)).replace("-", "[- ]")
"""A regular expression for every day of a month."""

_BELOW = rf"(?:{'|'.join(_TENS.split())})(?:[- ](?:{'|'.join(_ONES.split()[:9])}))?"
_TEEN = "|".join(_ONES.split()[::-1])
YEAR_WORDS = (
    rf"(?:two thousand(?:,? and|,)?(?: (?:{_BELOW}|{_TEEN}))?"
    rf"|(?:nineteen|twenty)(?: hundred)?(?:,? and)? (?:{_BELOW}|{_TEEN}))"
)
"""A regular expression for a year from 1901 on."""


def day_number(words: str) -> int:
    """Read a day from digits or words."""
    plain = "-".join(words.lower().split())
    return int(plain) if plain.isdecimal() else _ORDINALS[plain]


def year_number(words: str) -> int:
    """Read a year from digits or words."""
    if words.isdecimal():
        return int(words)
    total = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "thousand":
            total *= 1000
        elif word == "hundred":
            total *= 100
        elif word != "and":
            # "nineteen ninety-nine" has no word for the hundreds.
            total = total * 100 if total in (19, 20) else total
            total += _NUMBERS[word]
    return total
