"""Numbers as texts write them: 1,234.50, 1.234,50, 1 234,50, (5.00), ٣٫٥.

A candidate is a whole figure: digits of any script with the marks that group them or
set off the decimals, and a sign. Currency signs, codes and units are not part of it.
What letters and hyphens touch is offered too, because an amount (RM5, 16GB, 2024-03)
and an identifier (A4, INV-2024-001) look alike, and only the reader knows the field.

The decimal mark is the text's own: numbers that leave no doubt decide for those that
do ("1.234"), first those with two marks or several groups, then those with decimals
that cannot be a group. Where nothing decides, commas group and the dot is decimal, and
the number is marked as ambiguous. So is what an ordinary space may group or separate
("1 234"), which is offered both ways, and what parentheses may make negative ("(5.00)").

Not read: fractions, exponents, number words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from slmtasks.values.spans import ValueSpan

MAX_DIGITS = 40
"""A longer run of digits is noise, and would overflow what the value is read into."""

MAX_GROUPS = 5
"""Ordinary spaces join at most this many groups: beyond it they separate columns."""

_GROUP = r".,．，٬'’_\u00a0\u202f\u2009"
_RUN = re.compile(rf"\d+(?:[{_GROUP}٫]\d+)*")
_GROUPED = re.compile(rf"\d{{1,3}}([{_GROUP}])\d{{3}}((?:\1\d{{3}})*)(?:([.,．٫])\d+)?")
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}(?:(\.)\d+)?")
_DECIMAL = re.compile(r"\d+([.,．٫])\d+")
# A run that is not one number is cut at the likeliest separators first: "5.5,6.5".
_CUTS = tuple(re.compile(rf"[^{m}]+") for m in (r"\u00a0\u202f\u2009", "，", ",", r"'’_٬", ".．٫"))

_CURRENCY = r"[$¢-¥֏؋৲৳฿₠-⃀﷼﹩＄￠￡￥￦]"
_MONEY = rf"(?:{_CURRENCY}|[A-Z]{{2,3}})"
# A minus after a letter, a digit or a closing mark is a hyphen or a range: A-5, 10-15, 5€-10€.
_MINUS = re.compile(rf"(?<![\w.,)\]%\-−–\"'])(?<!\d{_CURRENCY})[-−–－](?:{_MONEY} ?)?\Z")
_MINUS_AFTER = re.compile(r"[-−](?=[\s)]|\Z)(?! ?\d)")
_OPENING = re.compile(rf"\(({_MONEY} ?)?\Z")
_CLOSING = re.compile(rf"( ?{_MONEY}| ?%)?\)")
_LOOK_BACK = 6


@dataclass(frozen=True, slots=True)
class _Figure:
    """A span read as one number, `point` the offset of its decimal mark.

    `open` where the mark at `point` may as well group; `strong` and `weak` are the
    decimal marks that the figure is evidence for.
    """

    start: int
    end: int
    point: int | None = None
    open: bool = False
    strong: str = ""
    weak: str = ""


def find_numbers(text: str) -> list[ValueSpan[Decimal]]:
    """Every number of `text`, by start, of those that start together the longest first.

    They may overlap: "1 234" gives "1 234", "1" and "234".

    Example:

        find_numbers("EUR 1.234,50")[0].value == Decimal("1234.50")
    """
    figures = [f for run in _RUN.finditer(text) for f in _read(text, *run.span())]
    mark = _decimal_mark(figures)
    chains = list(_chains(text, figures))
    chained = {figure for chain in chains for figure in chain}
    found: set[ValueSpan[Decimal]] = set()
    for chain in chains:
        found.update(_found(text, chain[0].start, chain[-1].end, chain[-1].point, True))
    for figure in figures:
        point, ambiguous = figure.point, figure in chained
        if figure.open:
            ambiguous = ambiguous or not mark
            point = point if _mark(text, figure) == (mark or ".") else None
        elif figure.weak == "," and mark != ",":
            # Where dots are decimal, a comma may as well separate: "1,50" in a CSV row.
            ambiguous = True
            for part in (_Figure(figure.start, figure.point or 0), _after(figure)):
                found.update(_found(text, part.start, part.end, None, True))
        found.update(_found(text, figure.start, figure.end, point, ambiguous))
    return sorted(found, key=lambda one: (one.start, -one.end))


def _read(text: str, start: int, end: int, cut: int = 0) -> Iterator[_Figure]:
    """The span as one number or, where it cannot be one, the numbers of its parts."""
    figure = _one(text, start, end)
    if figure is not None:
        yield figure
    elif cut < len(_CUTS):
        for part in _CUTS[cut].finditer(text, start, end):
            yield from _read(text, *part.span(), cut + 1)


def _one(text: str, start: int, end: int) -> _Figure | None:
    match = _GROUPED.fullmatch(text, start, end)
    # No group begins with a nought, and the mark that groups sets off no decimals.
    if match and int(text[start]) > 0 and match[1] != match[3]:
        return _grouped(match)
    if match := _INDIAN.fullmatch(text, start, end):
        return _Figure(start, end, match.start(1) if match[1] else None, strong=".")
    if match := _DECIMAL.fullmatch(text, start, end):
        return _Figure(start, end, match.start(1), weak=_ascii(match[1]))
    # Cheaper than another pattern: the run holds nothing but digits and marks.
    return _Figure(start, end) if text[start:end].isdecimal() else None


def _grouped(match: re.Match[str]) -> _Figure:
    (start, end), group = match.span(), _ascii(match[1])
    if match[3]:
        return _Figure(start, end, match.start(3), strong=_ascii(match[3]))
    other = {".": ",", ",": "."}.get(group, "")
    if not other or match[2]:
        return _Figure(start, end, strong=other)
    return _Figure(start, end, end - 4, open=True)


def _ascii(mark: str) -> str:
    # The Arabic decimal mark is evidence for nothing but itself.
    return {"．": ".", "，": "", "٫": ""}.get(mark, mark)


def _mark(text: str, figure: _Figure) -> str:
    return _ascii(text[figure.point]) if figure.point is not None else ""


def _decimal_mark(figures: list[_Figure]) -> str:
    """The decimal mark, "." or ",", that the text's own numbers show, else ""."""
    for votes in (Counter(f.strong for f in figures), Counter(f.weak for f in figures)):
        if votes["."] != votes[","]:
            return "." if votes["."] > votes[","] else ","
    return ""


def _chains(text: str, figures: list[_Figure]) -> Iterator[list[_Figure]]:
    """Neighbours that ordinary spaces may group: 1 to 3 digits, then threes."""
    for first, head in enumerate(figures):
        if head.point is not None or head.end - head.start > 3 or int(text[head.start]) == 0:
            continue
        for last in range(first + 1, min(first + MAX_GROUPS, len(figures))):
            before, figure = figures[last - 1], figures[last]
            whole = figure.end if figure.point is None else figure.point
            if text[before.end : figure.start] != " " or whole - figure.start != 3:
                break
            yield figures[first : last + 1]
            if figure.point is not None:
                break


def _after(figure: _Figure) -> _Figure:
    return _Figure((figure.point or 0) + 1, figure.end)


def _found(
    text: str, start: int, end: int, point: int | None, ambiguous: bool
) -> Iterator[ValueSpan[Decimal]]:
    """The figure with its sign, and in parentheses also as a negative amount."""
    whole = point or end
    digits = "".join(c for c in text[start:whole] if c.isdecimal())
    if point is not None:
        digits += "." + text[point + 1 : end]
    elif _bare_decimals(text, start, end):
        start, digits = start - 1, "." + digits
    if len(digits) > MAX_DIGITS:
        return
    value = Decimal(digits)
    if minus := _MINUS.search(text, max(0, start - _LOOK_BACK), start):
        start, value = minus.start(), _negated(value)
    elif "." in digits and (minus := _MINUS_AFTER.match(text, end)):
        end, value = minus.end(), _negated(value)
    elif (opening := _OPENING.search(text, max(0, start - _LOOK_BACK), start)) and (
        closing := _CLOSING.match(text, end)
    ):
        outer = slice(opening.start(), closing.end())
        yield ValueSpan(outer.start, outer.stop, text[outer], _negated(value), ambiguous=True)
        # "three (3)" is most likely no loss; of an amount nobody can tell.
        money = opening[1] or closing[1] or not text[start:end].isdecimal()
        ambiguous = ambiguous or bool(money)
    yield ValueSpan(start, end, text[start:end], value, ambiguous)


def _negated(value: Decimal) -> Decimal:
    # Unlike the operator this does not round to the context's digits; nought stays without a sign.
    return value.copy_negate() if value else value


def _bare_decimals(text: str, start: int, end: int) -> bool:
    """Whether a dot that nothing stands before opens the figure, as in ".50"."""
    if start == 0 or text[start - 1] != "." or not text[start:end].isdecimal():
        return False
    before = text[start - 2 : start - 1]
    return not before.isalnum() and before not in tuple("._)]'\"’”")
