"""Read the sign of a number: before it, after it, apart from it, as parentheses, CR or DR."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slmtasks.values.money import CODE, SIGN, money_after, money_before
from slmtasks.values.words import scales

_MONEY = rf"(?:{SIGN}|[A-Z]{{2,3}})"
_DASH = "[-−–－‐‑﹣]"
# A minus after a letter, a digit or a closing mark is a hyphen or a range: A-5, 10-15, 5€-10€.
_MINUS = re.compile(
    rf"(?<![\w.,)\]%\-−–‐‑\"'])(?<!\d{SIGN}){_DASH}(?:{_MONEY} ?)?\Z"
    rf"|(?<!\w)(?=[A-Z]{{3}}){CODE}{_DASH}\Z"
)
_APART = re.compile(
    rf"(?P<lead>:\s{{0,4}}|(?:{SIGN}|(?<!\w){CODE})\s|\t|[^\W\d_]\s{{1,2}}|^\s{{0,8}}){_DASH}\s{{1,2}}"
    rf"(?P<money>{_MONEY}\s?)?\Z",
    re.MULTILINE,
)
_WORD = re.compile(r"(?<!\w)(?:minus|moins|menos|meno|минус|мінус|negative|miinus)\s\Z", re.I)
_TRIANGLE = re.compile(r"[△▲▵▴]\s?\Z")
# The mathematical minus sign is neither a dash nor a bullet.
_TRUE_MINUS = re.compile(r"(?:^|[:(=])\s{0,4}(?P<minus>−)\s\Z", re.MULTILINE)
_MISREAD = re.compile(r"\d[OoIl|]\.?\Z")
_EITHER = re.compile(r"(?:±|\+/-|\+-)\s?\Z")
_MINUS_AFTER = re.compile(
    rf"(?P<money>[ \u00a0]?(?:{SIGN}|{CODE}))?(?P<gap>[ \u00a0]{{0,2}})[-−]"
    rf"(?P<code>\s?(?:{SIGN}|{CODE})(?!\w|\s?\d))?(?=[\s)|]|\Z)(?! ?\d)"
)
_LINE_END = re.compile(r"[ \t]*(?:\n|\r|\||\t|\)|\Z)")
_OPENING = re.compile(rf"\(\s?({_MONEY} ?)?\Z")
_SPELLED = re.compile(r"(?<!\w)(?=[^\W\d_])[^A-Z\W\d_][^\W\d_]* \Z")
_CLOSING = re.compile(rf"( ?{_MONEY}| ?%)?\s?\)")
_SIDE = re.compile(
    r"(?P<money>[ \u00a0](?:[$€£¥]|[A-Z]{3}))?[ \u00a0]?\(?(CR|DR|Cr|Dr)\b\.?\)?(?!\w)"
)
_SIDE_BEFORE = re.compile(r"(?<!\w)(CR|DR)\.? \Z")
_GERMAN_SIDE = re.compile(r"(?:[ \u00a0]EUR)?[ \u00a0]?([SH])(?![\w.])(?=\s|\Z|[;|])")
_SCALE_BEFORE = re.compile(
    rf"(?P<lead>(?<!\w)([kKTM])(?:{SIGN}|EUR|USD|CHF|GBP)|(?:{SIGN}|(?<!\w){CODE})\s?"
    r"(?P<word>m|k|[^\W\d_]{2,12}))\.?\s?\Z"
)
_LOOK = 20
_PLAIN = frozenset(("", "\t", "\n", ",", "/", ":", ";", "#"))
"""A figure directly after these has no scale or parenthesis before it."""

_SIGN_BEFORE = re.compile(
    rf"(?:{_DASH}|[△▲▵▴±]|\d[OoIl|]\.?|\+/)(?:[A-Z]{{2,3}}|{SIGN})?\s{{0,2}}\Z"
    r"|(?:nus|ins|nos|eno|нус|нус|ive|[CD]R\.?)\s\Z",
    re.IGNORECASE,
)
_NOTHING_AFTER = re.compile(r"[\t\n;:]|\Z|[ ,.](?![ \d\-−–—(A-Z$€£¥]|[SHCD])")


@dataclass(frozen=True, slots=True)
class Signed:
    """A number from `start` to `end` with its sign; `power` is a scale before it."""

    start: int
    end: int
    negative: bool = False
    ambiguous: bool = False
    unread: str = ""
    power: int = 0


def signed(text: str, start: int, end: int, *, decimals: str) -> list[Signed]:
    """Return the ways to read the sign of the number whose digits and scale are at start:end.

    `decimals` is its decimal mark, "" if it has none.
    """
    if before := _before(text, start, end, bool(decimals)):
        return before
    if not _NOTHING_AFTER.match(text, end) and (after := _after(text, start, end, decimals)):
        return [after]
    look = max(0, start - _LOOK)
    previous = text[start - 1 : start]
    if previous.isdigit() or previous in _PLAIN:
        return [Signed(start, end)]
    if (opening := _OPENING.search(text, look, start)) and (closing := _CLOSING.match(text, end)):
        # "three (3)" is most likely not negative; nobody can tell for an amount.
        plain = text[start:end].isdecimal() and _SPELLED.search(text, look, opening.start())
        money = bool(opening[1] or closing[1]) or not plain
        lead = text[max(0, opening.start() - 2) : opening.start()]
        accounts = money and lead.endswith((": ", ":", "\t", "  "))
        loss = Signed(opening.start(), closing.end(), True, not accounts)
        return [loss] if accounts else [loss, Signed(start, end, ambiguous=money)]
    if match := _SCALE_BEFORE.search(text, look, start):
        letter = match[2]
        meant = ((6,) if letter == "M" else (3,)) if letter else _scale(match["word"])
        if meant:
            return [Signed(match.start(), end, power=meant[0], ambiguous=len(meant) > 1)]
    return [Signed(start, end)]


def _scale(word: str) -> tuple[int, ...]:
    return {"m": (6,), "k": (3,)}.get(word) or scales(word)


def _before(text: str, start: int, end: int, decimals: bool) -> list[Signed]:
    look = max(0, start - _LOOK)
    # Most figures have none of these before them, and each pattern costs time.
    if not _SIGN_BEFORE.search(text, max(0, start - 6), start):
        return []
    if match := _MINUS.search(text, max(0, start - 6), start):
        dash = match.start() + (len(match[0]) - 1 if match[0][0].isalpha() else 0)
        return [Signed(dash, end, negative=True)]
    for pattern in (_WORD, _TRIANGLE):
        if match := pattern.search(text, look, start):
            return [Signed(match.start(), end, negative=True)]
    if match := _TRUE_MINUS.search(text, look, start):
        return [Signed(match.start("minus"), end, negative=True)]
    if match := _MISREAD.search(text, max(0, start - 3), start):
        return [Signed(start, end, unread=match[0][1:])]
    if match := _EITHER.search(text, look, start):
        return [Signed(start, end, unread=match[0].strip())]
    if match := _SIDE_BEFORE.search(text, look, start):
        return [Signed(match.start(), end, match[1] == "DR", True)]
    if match := _APART.search(text, look, start):
        lead = match["lead"]
        dash = match.end("lead")
        if lead.startswith(":") or (
            lead.strip()
            and not lead.strip()[-1:].islower()
            and money_before(text, match.end("lead"))
        ):
            return [Signed(dash, end, negative=True)]
        amount = decimals or bool(match["money"]) or money_after(text, end)
        alone = bool(lead.strip()) or lead == "\t" or _LINE_END.match(text, end)
        if amount and alone:
            # "Coffee - 4.50" has a dash, "Refund - 4.50" a minus.
            return [Signed(dash, end, True, True), Signed(start, end, ambiguous=True)]
    return []


def _after(text: str, start: int, end: int, decimals: str) -> Signed | None:
    if match := _MINUS_AFTER.match(text, end):
        if match["gap"] and not _LINE_END.match(text, match.end()):
            return None
        if not decimals and not match["money"] and not match["code"]:
            # "100-" is as often a hyphenated line end as a debit.
            return Signed(start, end, unread=match[0].strip())
        return Signed(start, match.end(), True, bool(match["gap"]) and not match["money"])
    if match := _SIDE.match(text, end):
        return Signed(start, match.end(), match[2].upper() == "DR", True)
    if decimals == "," and (match := _GERMAN_SIDE.match(text, end)):
        return Signed(start, match.end(), match[1] == "S", True)
    return None
