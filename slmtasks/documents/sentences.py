"""Where the sentences of a text begin and end, in linear time.

Knows nothing about documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from slmtasks.values.words import months

_ABBREVIATIONS = frozenset(
    # English
    "mr mrs ms dr prof sr jr st no nos vs etc e.g i.e inc ltd co corp dept est fig approx "
    "jan feb mar apr jun jul aug sep sept oct nov dec art sec vol p pp tel ext ave blvd "
    # German, Dutch, Danish, Norwegian, Swedish
    "abs bzw ca evtl gem ggf hr fr inkl exkl zzgl nr str usw vgl bl z.b d.h u.a o.ä i.d.r "
    "dipl ing mio mrd dhr mw mevr drs blz bijv incl excl kl mrt t.ex osv resp "
    # French, Spanish, Catalan, Portuguese, Italian
    "av bd mme mlle réf tél p.ex núm pág págs sra srta dra p.ej avda apdo abr sig dott avv".split()
)
_LONGEST = 1 + max(map(len, _ABBREVIATIONS))
"""How far to look back for an abbreviation and the character before it."""

_ENDS = re.compile(
    r"(?<![.!?…])[.!?…]+[\"'”’)\]]*(?=\s|\Z)|[。！？]+[」』”]*"
    # a blank line, a list item's line; a heading's end: see `_is_heading`
    r"|\n[ ]*(?=\n)|\n(?=[ ]*[-*•#])|\n(?=[^\W\d_])"
)
_LEAD = re.compile(r"[ ]*(?:\n[ ]*)?")
_ITEM = re.compile(r"(?:\d{1,3}[.)]|[a-z]\))[ ]+([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+")
_HEADING = 8
"""A line of at most so many words and no end mark is a heading if the next begins in upper case."""


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences, in order; list items and headings count as sentences."""
    start, begin = 0, _after(text, 0)
    for match in _ENDS.finditer(text):
        mark, end = match[0], match.end()
        if mark[0] in ".…" and _continues(text, begin, match.start(), end):
            continue
        if mark == "\n" and text[end : end + 1].isalpha():
            wrapped = text.rfind("\n", start, match.start()) >= begin
            if wrapped or not _is_heading(text[begin : match.start()], text[end]):
                continue
        yield from _trimmed(text, start, end)
        start, begin = end, _after(text, end)
    yield from _trimmed(text, start, len(text))


def _after(text: str, at: int) -> int:
    """The offset after spaces and at most one line break."""
    match = _LEAD.match(text, at)
    return match.end() if match else at


def _continues(text: str, begin: int, stop: int, end: int) -> bool:
    """Whether the sentence that began at `begin` continues after its full stop, `stop` to `end`.

    It does after an abbreviation or a list number, and before a lower-case letter, a digit
    that begins no list item, or the month of a day. Only the words next to the full stop
    are read, so that long texts take linear time.
    """
    first = max(begin, stop - _LONGEST)
    *_, last = ("", *text[first:stop].split())
    before = text[first:stop].rstrip().removesuffix(last).rstrip(" ")
    word = last.lstrip("(\"'").lower()
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return True
    short = word.isdecimal() and len(word) <= 2
    if short and before.endswith("\n"):
        return True
    if word.isdecimal() and not before and first == begin:
        return True
    return _begins_no_sentence(text, end, day=short)


def _begins_no_sentence(text: str, end: int, *, day: bool) -> bool:
    """Whether the text after a full stop, perhaps that of a `day`, begins no sentence."""
    after = _after(text, end)
    following = text[after : after + 1]
    item = _ITEM.match(text, after)
    if following.isdecimal():
        return "\n" not in text[end:after] and (item is None or bool(months(item[1])))
    if following.islower():
        return item is None
    name = _WORD.match(text, after) if day else None
    return name is not None and bool(months(name[0]))


def _is_heading(before: str, following: str) -> bool:
    """Whether a line break ends a heading rather than wraps a sentence."""
    line = before.strip()
    if following.islower() or not line:
        return False
    return len(line.split()) <= _HEADING and line[-1] not in ",;-–"


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    body = sentence.strip().lstrip("-*•# ")
    if body and any(character.isalpha() for character in body):
        begin = start + sentence.index(body)
        yield begin, begin + len(body)
