"""Tell which decimal mark a document uses, "." or ",", and on what evidence.

Amounts vote: figures with two marks or several groups, then figures next to a currency or
percent sign, then others with decimals. Sections, versions, times and days of a month are
not amounts: "Kapitel 3.2", "um 14.30 Uhr", "am 05.11.".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from slmtasks.values.languages import DOTS, language
from slmtasks.values.money import money_after, money_before
from slmtasks.values.number_shapes import Figure, shapes

_NO_AMOUNT_BEFORE = re.compile(
    r"(?:(?<!\w)(?:kapitel|chapter|section|sec|abschnitt|ziffer|nr|no|num|art|article|artikel|"
    r"clause|paragraph|fig|figure|abb|tab|table|tabelle|version|ver|v|rev|release|step|item|punkt|"
    r"chapitre|cap|capítulo|capitolo|sección|seção|sezione|figura|rozdział|глава|раздел|"
    r"um|kl|klo|at|à|alle|ore|las|am|den|vom|bis|le|il|el|del)\.?|§{1,2}|[#/:\-v])\s?\Z",
    re.IGNORECASE,
)
_NO_AMOUNT_AFTER = re.compile(r"\.|\s?(?:Uhr|h|hrs|[ap]\.?m\.?)(?!\w)|[-/:]\d", re.IGNORECASE)
_LOOK = 14


@dataclass(frozen=True, slots=True)
class DecimalStyle:
    """A document's decimal mark, "" if nothing decides it; `because` names weak evidence."""

    mark: str
    because: str = ""


@lru_cache(maxsize=8)
def decimal_style(text: str) -> DecimalStyle:
    """Return the decimal mark of a whole document."""
    return style_of(text, shapes(text))


def style_of(text: str, figures: list[Figure]) -> DecimalStyle:
    """Return the decimal mark that the figures of a text show, else that of its language."""
    weak = [f for f in figures if f.weak and not _no_amount(text, f)]
    money = [f for f in weak if money_before(text, f.start) or money_after(text, f.end)]
    for votes in ((f.strong for f in figures), (f.weak for f in money), (f.weak for f in weak)):
        if mark := _most(votes):
            break
    else:
        name = language(text)
        return DecimalStyle(",", f"the text is {name}") if name not in DOTS else DecimalStyle("")
    if any(f.strong for f in figures) or money or any(_cents(text, f) for f in weak):
        return DecimalStyle(mark)
    shown = next(text[f.start : f.end] for f in weak if f.weak == mark)
    return DecimalStyle(mark, f"as {shown!r} has it")


def _most(votes: Iterable[str]) -> str:
    counts = Counter(votes)
    if counts["."] == counts[","]:
        return ""
    return "." if counts["."] > counts[","] else ","


def _cents(text: str, figure: Figure) -> bool:
    """Whether a figure has an amount's two decimals, or begins with 0, as no section does."""
    return figure.end - (figure.point or 0) == 3 or text[figure.start] == "0"


def _no_amount(text: str, figure: Figure) -> bool:
    """Whether a figure is a section, a version, a time or a day and month."""
    if (figure.point or 0) - figure.start > 2 or figure.end - (figure.point or 0) > 3:
        return False
    if money_after(text, figure.end):
        return False
    line = text.rfind("\n", max(0, figure.start - _LOOK), figure.start) + 1
    before = slice(max(line, figure.start - _LOOK, 0), figure.start)
    if _NO_AMOUNT_BEFORE.search(text, before.start, before.stop):
        return not money_before(text, figure.start)
    return _NO_AMOUNT_AFTER.match(text, figure.end) is not None
