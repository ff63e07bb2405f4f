"""Numbers as texts write them: 1,234.50, 1.234,50, 1 234,50, (5.00), ٣٫٥, $4.7 million, 3½.

A candidate is a whole figure: digits of any script with their grouping and decimal marks,
a sign, and a tail that is part of the value. Currency signs, codes and units are not part
of it; a percent sign is, but leaves the value unchanged: 12 % is 12. Figures that touch
letters or hyphens are candidates too, because an amount (RM5, 16GB, 2024-03) and an
identifier (A4, INV-2024-001) look alike, and only the reader knows the field.

If nothing decides which mark is decimal (see `decimal_style`), commas group, the dot is
decimal, and the number is marked as ambiguous. A number that an ordinary space may group or
separate ("1 234") is offered both ways and is ambiguous, as is a number that parentheses
may make negative ("(5.00)"). The `unread` of a number is the text that touches it, may
change it and is not understood.

Not read: number words.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from slmtasks.values.decimal_style import DecimalStyle, style_of
from slmtasks.values.money import money_before
from slmtasks.values.number_shapes import Figure, chains, mark_of, shapes
from slmtasks.values.number_signs import signed
from slmtasks.values.number_tails import VULGAR, Tail, fraction, slashed, tail, vulgar
from slmtasks.values.spans import ValueSpan

MAX_DIGITS = 40
"""A longer run of digits is noise, and would overflow the type of the value."""


def find_numbers(
    text: str, *, decimal: str | DecimalStyle | None = None
) -> list[ValueSpan[Decimal]]:
    """Find every number of `text`, sorted by start, the longest first at the same start.

    They may overlap: "1 234" gives "1 234", "1" and "234". `decimal` is the caller's
    decimal mark, or the style of the whole document if `text` is a part of it.

    Example:

        find_numbers("EUR 1.234,50")[0].value == Decimal("1234.50")
    """
    figures = shapes(text)
    style = DecimalStyle(decimal) if isinstance(decimal, str) else decimal
    reader = _Reader(text, style or style_of(text, figures))
    return sorted(reader.all(figures), key=lambda one: (one.start, -one.end))


class _Reader:
    """Reads the figures of one text in one style."""

    def __init__(self, text: str, style: DecimalStyle) -> None:
        self.text = text
        self.style = style
        self.until = 0
        """The end of the number whose tail was read last: figures before it are its parts."""

    def all(self, figures: list[Figure]) -> set[ValueSpan[Decimal]]:
        """Return the numbers of the figures, including those that spaces may group."""
        rows = list(chains(self.text, figures))
        chained = {figure for row in rows for figure in row}
        found: set[ValueSpan[Decimal]] = set()
        for row in rows:
            found.update(self.number(row[0].start, row[-1].end, row[-1].point, True))
        self.until = 0
        for figure in figures:
            if figure.start >= self.until:
                found.update(self.figure(figure, figure in chained))
        for match in VULGAR.finditer(self.text):
            found.update(self.spans(*match.span(), Tail(match.end(), vulgar(match[0])), "", False))
        return found

    def figure(self, figure: Figure, ambiguous: bool) -> Iterator[ValueSpan[Decimal]]:
        """Read a figure, and its parts if its mark may separate them."""
        point, style = figure.point, self.style
        because = ""
        if figure.open:
            because = style.because
            ambiguous = ambiguous or not style.mark or bool(because)
            point = point if mark_of(self.text, figure) == (style.mark or ".") else None
        elif figure.weak == "," and style.mark != ",":
            # If dots are decimal, a comma may also separate: "1,50" in a CSV row.
            ambiguous = True
            for start, end in ((figure.start, point or 0), ((point or 0) + 1, figure.end)):
                yield from self.number(start, end, None, True)
        yield from self.number(figure.start, figure.end, point, ambiguous, because)
        if point is None and (found := fraction(self.text, figure.start, figure.end)):
            value, end = found
            yield from self.spans(figure.start, end, Tail(end, value), "", True)

    def number(
        self, start: int, end: int, point: int | None, ambiguous: bool, because: str = ""
    ) -> Iterator[ValueSpan[Decimal]]:
        """Read the digits from `start` to `end` with their sign and tail."""
        text = self.text
        digits = "".join(c for c in text[start : point or end] if c.isdecimal())
        unread = ""
        if point is not None:
            digits += "." + text[point + 1 : end]
        elif bare := self._bare_decimals(start, end):
            start, digits, point = start - 1, "." + digits, start - 1
            ambiguous = ambiguous or (text[start] == "," and self.style.mark == ".")
            unread = bare.strip()
        if len(digits) > MAX_DIGITS:
            return
        whole = point is None
        found = tail(text, end, Decimal(digits), whole=whole, money=money_before(text, start))
        self.until = max(self.until, found.end)
        unread = unread or found.unread or (slashed(text, start, end) if whole else "")
        mark = "" if whole else text[point or start]
        read = Tail(found.end, found.value, found.ambiguous, unread)
        yield from self.spans(start, end, read, mark, ambiguous, because)

    def spans(
        self, start: int, end: int, read: Tail, mark: str, ambiguous: bool, because: str = ""
    ) -> Iterator[ValueSpan[Decimal]]:
        """Return a number with each sign that it may have."""
        text = self.text
        for one in signed(text, start, read.end, decimals=mark):
            value = read.value.scaleb(one.power) if one.power else read.value
            # Unlike the operator, this does not round to the context's precision; 0 has no sign.
            value = value.copy_negate() if one.negative and value else value
            self.until = max(self.until, one.end)
            yield ValueSpan(
                one.start,
                one.end,
                text[one.start : one.end],
                _written_out(value),
                ambiguous or one.ambiguous or read.ambiguous,
                read.unread or one.unread,
                because,
            )

    def _bare_decimals(self, start: int, end: int) -> str:
        """Return the digit or space before a mark that opens a figure, or ""."""
        text = self.text
        if start == 0 or text[start - 1] not in ".," or not text[start:end].isdecimal():
            return ""
        before = text[max(0, start - 4) : start - 1]
        last = before[-1:]
        if last.isalnum() or last in tuple("._,)]'\"’”"):
            return ""
        # "12 .50" is one number that a space has broken.
        broken = before.rstrip(" ")
        return broken[-1] if last == " " and broken[-1:].isdecimal() else " "


def _written_out(value: Decimal) -> Decimal:
    """Return the same value without an exponent: 4.7E+6 as 4700000."""
    _, _, exponent = value.as_tuple()
    return Decimal(f"{value:f}") if isinstance(exponent, int) and exponent > 0 else value
