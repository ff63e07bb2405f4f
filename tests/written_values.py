"""Numbers and dates as babel writes them for its locales, and what the library reads in them.

    python -m tests.written_values [--count 20000] [--seed 1]

Prints how many were read back equal, how many otherwise and marked, and the ones read
otherwise in silence, of which there should be none.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel import Locale, dates, numbers
from babel.localedata import locale_identifiers

from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers

LOCALES = tuple(
    name
    for name in sorted(locale_identifiers())
    if name != "root" and "POSIX" not in name and "TRADITIONAL" not in name
)
SIGNS = (
    *("{}",) * 6,
    *("-{}", "−{}", "-{}", "({})", "{}-", "-€{}", "€ -{}", "EUR-{}", ": - {}", "minus {}"),
    *("{} -", "{} EUR -", "{} CR", "{} DR"),
)
NEGATIVE = frozenset(SIGNS[7:])
SCALES = (*(("", 0),) * 4, (" million", 6), (" thousand", 3), (" bn", 9), (" Mio.", 6), (" %", 0))
BEFORE = ("", "Total ", "Total: ", "$", "Betrag ", "(net) ", "12 items, ", "x\t", "Nr. 7: ", "\n")
AFTER = ("", " due", ".", ", paid", "\n", "\tx", " (net)", ";", " kg", "!")
DATE_BEFORE = (
    "",
    "Date: ",
    "Invoice 12 dated ",
    "Sunday, ",
    "on ",
    "10:45 am ",
    "(",
    "No 7\n",
    "5 ",
)
DATE_AFTER = ("", ".", " (paid)", ", total 12.50", "\n", " 09:15", ")", " - 5 items", ";")


@dataclass(frozen=True)
class Outcome:
    """A text, the quote in it and what it should be read as; "equal", "marked", "none", "other"."""

    text: str
    quote: str
    wanted: object
    read: tuple[object, ...]
    kind: str


def outcomes(count: int, seed: int = 1) -> Iterator[Outcome]:
    """So many numbers and dates, half and half."""
    chance = random.Random(seed)
    for index in range(count):
        yield _number(chance) if index % 2 else _date(chance)


def _number(chance: random.Random) -> Outcome:
    locale = Locale.parse(chance.choice(LOCALES))
    value = Decimal(chance.randrange(10 ** chance.randrange(2, 9))) / 10 ** chance.choice((0, 2, 2))
    digits = chance.choice((None, "latn"))
    figure = numbers.format_decimal(
        value,
        "#,##0.00" if value % 1 else "#,##0",
        locale=locale,
        numbering_system="default" if digits is None else digits,
    )
    sign, (scale, power) = chance.choice(SIGNS), chance.choice(SCALES)
    quote = sign.format(figure + scale)
    wanted = value.scaleb(power)
    # Of CR and DR, only that they are marked is asked.
    wanted = -wanted if sign in NEGATIVE and "CR" not in sign else wanted
    before, after = chance.choice(BEFORE), chance.choice(AFTER)
    if sign[-1] == "-" and after:
        after = "\n"
    text = before + quote + after
    at = text.index(figure, len(before))
    read = [n for n in find_numbers(text) if n.start < at + len(figure) and at < n.end]
    whole = [n for n in read if n.value == wanted]
    wrong = [n for n in read if n.value != wanted and not (n.ambiguous or n.unread)]
    kind = "equal" if whole and not wrong else "other" if wrong else "marked" if read else "none"
    return Outcome(text, quote, wanted, tuple(read), kind)


def _date(chance: random.Random) -> Outcome:
    locale = Locale.parse(chance.choice(LOCALES))
    wanted = date(1970, 1, 1) + timedelta(days=chance.randrange(365 * 70))
    form = chance.choice(("short", "medium", "long", "long", "full"))
    quote = dates.format_date(wanted, form, locale=locale)
    text = chance.choice(DATE_BEFORE) + quote + chance.choice(DATE_AFTER)
    at = text.index(quote)
    read = [d for d in find_dates(text) if d.start < at + len(quote) and at < d.end]
    same = [d for d in read if d.value == wanted]
    wrong = [d for d in read if d.value != wanted and not (d.ambiguous or d.unread)]
    kind = "equal" if same and not wrong else "other" if wrong else "marked" if read else "none"
    return Outcome(text, quote, wanted, tuple(read), kind)


def main() -> None:
    """Print the counts and what was read otherwise in silence."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", default="other")
    given = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    for one in outcomes(given.count, given.seed):
        counts[type(one.wanted).__name__, one.kind] += 1
        if one.kind == given.show:
            print(repr(one.text), one.wanted, [(r.quote, str(r.value)) for r in one.read])
    for (what, kind), number in sorted(counts.items()):
        print(f"{what:8} {kind:7} {number}")


if __name__ == "__main__":
    main()
