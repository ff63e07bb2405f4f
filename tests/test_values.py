from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmtasks.values.dates import find_dates
from slmtasks.values.numbers import find_numbers
from slmtasks.values.spans import ValueSpan

NUMBERS = [
    ("1,234.50", [("1,234.50", "1234.50")]),
    ("1.234,50", [("1.234,50", "1234.50")]),
    ("1\u00a0234,50", [("1\u00a0234,50", "1234.50")]),
    ("1\u202f234\u202f567", [("1\u202f234\u202f567", "1234567")]),
    ("1'234.50 1’234", [("1'234.50", "1234.50"), ("1’234", "1234")]),
    ("1,23,456.78", [("1,23,456.78", "123456.78")]),
    ("1,234,567", [("1,234,567", "1234567")]),
    ("12.5", [("12.5", "12.5")]),
    ("0,5", [("0,5", "0.5")]),
    ("0.234", [("0.234", "0.234")]),
    ("-5.00 −5", [("-5.00", "-5.00"), ("−5", "-5")]),
    ("5.00-", [("5.00-", "-5.00")]),
    ("-$5.00", [("-$5.00", "-5.00")]),
    ("$-5.00", [("-5.00", "-5.00")]),
    ("€5 $6 RM7.00 8EUR 9%", [("5", "5"), ("6", "6"), ("7.00", "7.00"), ("8", "8"), ("9%", "9")]),
    (".50", [(".50", "0.50")]),
    ("...50", [("50", "50")]),
    ("No.5", [("5", "5")]),
    ("10-15", [("10", "10"), ("15", "15")]),
    ("5€-10€", [("5", "5"), ("10", "10")]),
    ("- 5", [("5", "5")]),
    ("INV-2024-001", [("2024", "2024"), ("001", "1")]),
    ("A4 3rd 16GB", [("4", "4"), ("3", "3"), ("16", "16")]),
    ("03.04.2024", [("03", "3"), ("04", "4"), ("2024", "2024")]),
    ("1,2,3", [("1", "1"), ("2", "2"), ("3", "3")]),
    ("5.5,6.5", [("5.5", "5.5"), ("6.5", "6.5")]),
    ("١٬٢٣٤٫٥٠", [("١٬٢٣٤٫٥٠", "1234.50")]),
    ("１，２３４．５０", [("１，２３４．５０", "1234.50")]),
    ("1.234 and 2,345.6", [("1.234", "1.234"), ("2,345.6", "2345.6")]),
    ("1.234 and 0,5", [("1.234", "1234"), ("0,5", "0.5")]),
    ("1,234 and 0,5", [("1,234", "1.234"), ("0,5", "0.5")]),
    ("9.000 0.00", [("9.000", "9.000"), ("0.00", "0.00")]),
    ("none", []),
]

AMBIGUOUS_NUMBERS = [
    ("1.234", [("1.234", "1.234", True)]),
    ("1,234", [("1,234", "1234", True)]),
    ("1 234", [("1 234", "1234", True), ("1", "1", True), ("234", "234", True)]),
    ("1 234,50", [("1 234,50", "1234.50", True), ("1", "1", True), ("234,50", "234.50", True)]),
    ("(5.00)", [("(5.00)", "-5.00", True), ("5.00", "5.00", True)]),
    ("($5)", [("($5)", "-5", True), ("5", "5", True)]),
    ("three (3)", [("(3)", "-3", True), ("3", "3", False)]),
    (
        "1,50 and 2.5",
        [("1,50", "1.50", True), ("1", "1", True), ("50", "50", True), ("2.5", "2.5", False)],
    ),
]


def read(found: list[ValueSpan[Decimal]]) -> list[tuple[str, str]]:
    return [(one.quote, str(one.value)) for one in found]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_numbers(text: str, expected: list[tuple[str, str]]) -> None:
    """Every whole figure is found, read by the text's own convention, and not in doubt."""
    assert read(find_numbers(text)) == expected
    assert not any(one.ambiguous for one in find_numbers(text))


@pytest.mark.parametrize(("text", "expected"), AMBIGUOUS_NUMBERS)
def test_ambiguous_numbers(text: str, expected: list[tuple[str, str, bool]]) -> None:
    """What the text leaves open is offered in each reading that it can have, and marked."""
    assert [(n.quote, str(n.value), n.ambiguous) for n in find_numbers(text)] == sorted(
        expected, key=lambda one: (text.index(one[0]), -len(one[0]))
    )


@pytest.mark.parametrize("written", ["-{}.25", "{}.25-", "({}.25)"])
def test_negative_amounts_are_not_rounded(written: str) -> None:
    """A sign does not cost the digits that the context has no room for."""
    digits = "1234567890" * 3 + "123456"
    text = written.format(digits)
    assert (text, f"-{digits}.25") in read(find_numbers(text))
    assert read(find_numbers("-0.00")) == [("-0.00", "0.00")]


@settings(deadline=None)
@given(
    st.integers(0, 10**9),
    st.sampled_from([(",", "."), (".", ","), ("'", "."), ("\u00a0", ","), ("", ".")]),
)
def test_a_formatted_amount_reads_back(cents: int, marks: tuple[str, str]) -> None:
    """An amount with two decimals has one reading, whatever marks it is written with."""
    group, point = marks
    written = f"{cents / 100:,.2f}".replace(",", "g").replace(".", point).replace("g", group)
    values = [(one.quote, one.value) for one in find_numbers(f"Total {written} due")]
    assert values == [(written, Decimal(cents) / 100)]


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789.,'() -−$€\u00a0/:٣aT\n"), max_size=60))
def test_each_candidate_stands_in_the_text(text: str) -> None:
    """Offsets cut the quote out of the text, and values are finite, for any text."""
    for one in [*find_numbers(text), *find_dates(text), *find_dates(text, time=True)]:
        assert text[one.start : one.end] == one.quote
        assert one.quote == one.quote.strip()
    assert all(one.value.is_finite() for one in find_numbers(text))


MARCH = [
    *("2024-03-03", "2024/03/03", "2024.03.03", "03/03/2024", "3.3.2024", "3-3-24", "2024. 3. 3"),
    *("3 March 2024", "3rd of March, 2024", "March 3, 2024", "Mar 3 2024", "Mar. 3rd, 2024"),
    *("03-MAR-2024", "03MAR2024", "3/Mar/24", "Mar 3, '24", "MARCH 3 2024", "2024 March 3"),
    *("3. März 2024", "3 mars 2024", "3 de marzo de 2024", "3 marzo 2024", "3 de março de 2024"),
    *("3 maart 2024", "3. marts 2024", "3. maaliskuuta 2024", "3 marca 2024", "3. března 2024"),
    *("3. marca 2024", "3 марта 2024", "3 мар. 2024", "3 березня 2024", "3 март 2024"),
    *("3 Mart 2024", "3 martie 2024", "2024. március 3", "3 Μαρτίου 2024", "3 ΜΑΡΤΙΟΥ 2024"),
    *("3 de març del 2024", "3 Maret 2024", "3. märts 2024", "3 مارس 2024", "3 मार्च 2024"),
    *("2024年3月3日", "2024년 3월 3일", "3 tháng 3 năm 2024", "２０２４/０３/０３", "٣/٣/٢٠٢٤"),
]


@pytest.mark.parametrize("written", MARCH)
@pytest.mark.parametrize("text", ["{}", "Sunday, {} (Total: 5)", "Date:{}\nX"])
def test_ways_to_write_a_date(written: str, text: str) -> None:
    """The whole date is the quote, without weekday or label, in every language and order."""
    found = [(one.quote, one.value, one.ambiguous) for one in find_dates(text.format(written))]
    assert found == [(written, date(2024, 3, 3), False)]


ORDERS = [
    ("03/04/2024", None, date(2024, 3, 4), True),
    ("03/04/2024", True, date(2024, 4, 3), False),
    ("03/04/2024", False, date(2024, 3, 4), False),
    ("03.04.2024", None, date(2024, 4, 3), True),
    ("25/12/2018", False, date(2018, 12, 25), False),
    ("12/25/2018", True, date(2018, 12, 25), False),
    ("03/04/2024 25/12/2018", None, date(2024, 4, 3), False),
    ("03/04/2024 12/25/2018", None, date(2024, 3, 4), False),
    ("03/04/2024 12/25/2018 25/12/2018", None, date(2024, 3, 4), True),
    ("03/04/2024 12/25/2018", True, date(2024, 4, 3), False),
    ("24-03-03", None, date(2003, 3, 24), True),
    ("99-12-31", None, date(1999, 12, 31), False),
    ("20240303", None, date(2024, 3, 3), True),
    ("3 May 15 people", None, date(2015, 5, 3), True),
    ("March 3,\n2024", None, date(2024, 3, 3), True),
    ("1/1/68", None, date(2068, 1, 1), False),
    ("1/1/69", None, date(1969, 1, 1), False),
]


@pytest.mark.parametrize(("text", "day_first", "expected", "ambiguous"), ORDERS)
def test_day_and_month_in_order(
    text: str, day_first: bool | None, expected: date, ambiguous: bool
) -> None:
    """The option decides, else the text's other dates, else a documented guess that is marked."""
    first = find_dates(text, day_first=day_first)[0]
    assert (first.value, first.ambiguous) == (expected, ambiguous)


@pytest.mark.parametrize(
    "text",
    [
        *("31/02/2024", "13/13/2024", "30 February 2024", "2024-13-01", "0000-01-01", "May 2024"),
        *("3 March", "192.168.1.10", "v1.2.24", "1.2.24.5", "5 items 2024", "3 May 10:30", ""),
        *("3 March\n\n2024", "20241303", "3/4"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    """Impossible and incomplete dates, addresses and versions are no candidates."""
    assert find_dates(text) == []


@pytest.mark.parametrize("month", range(1, 13))
def test_an_english_month_is_read_in_each_layout(month: int) -> None:
    """Whole, shortened and in capitals, apart or joined: "22-AUG-2025" was lost to "22-a"."""
    name = date(2024, month, 3).strftime("%B")
    for written in {name, name[:3], name.upper(), name[:3].upper(), name[:3].lower()}:
        for layout in (
            f"03-{written}-2024",
            f"3-{written}-24",
            f"3 {written} 2024",
            f"3/{written}/2024",
            f"3.{written}.2024",
            f"03{written}2024",
            f"3rd {written} 2024",
            f"{written} 3, 2024",
            f"{written}-03-2024",
            f"2024-{written}-03",
        ):
            assert [found.value for found in find_dates(layout)] == [date(2024, month, 3)], layout


def test_dates_stand_in_order_and_apart() -> None:
    """Ranges give both dates, in their order."""
    text = "03/04/2024-05/06/2024, 2024-03-03-2024-03-10, 10 March 30, 2024"
    assert [one.quote for one in find_dates(text)] == [
        *("03/04/2024", "05/06/2024", "2024-03-03", "2024-03-10", "March 30, 2024"),
    ]


BEHIND = [
    *("Fiscal 2023. March 3, 2024 meeting", "Total 1500 March 3, 2024", "Q 2000 March 3rd, 2024"),
    *("Invoice 1042 - March 3, 2024", "Tel. 555-4567. Mar. 3, 2024", "NSW 2000\nMarch 3, 2024"),
    *(
        "NSW 2000\r\nMarch 3\n2024",
        "No 1042 March 3,\n2024",
        "1042 March 3 2024",
        "1042/Mar-3-2024",
    ),
    *(
        "1042 March 3, '24",
        "It fell in 2023. March 3 2024",
        "Room 12 March 3, 2024",
        "1999, 3/3/2024",
    ),
    *("555-4567 3 March 2024", "2023. 3 March 2024", "Row 10 March 03, 2024", "10 March 03rd 2024"),
]


@pytest.mark.parametrize("text", BEHIND)
def test_an_unrelated_number_does_not_swallow_a_date(text: str) -> None:
    """A number before a month that has its own year is not the year."""
    assert [one.value for one in find_dates(text)] == [date(2024, 3, 3)]


@pytest.mark.parametrize(
    "text", ["Fiscal 2023. March 5 was cold", "NSW 2000\nMarch 5", "2000\fMay 5"]
)
def test_a_year_ends_with_its_sentence_or_line(text: str) -> None:
    """A year and the month after it are one date only in one sentence and line."""
    assert find_dates(text) == []


@pytest.mark.parametrize(
    "text", ["2024 March 3 12.50 EUR", "2024 March 3, 12:30", "2024 May 5\n1999"]
)
def test_an_amount_behind_a_date_is_no_year(text: str) -> None:
    """What follows a date that begins with its year leaves it alone."""
    assert [one.value.year for one in find_dates(text)] == [2024]


TIMES = [
    ("25/12/2018 8:13:39 PM", datetime(2018, 12, 25, 20, 13, 39)),
    ("2024-03-03T10:00", datetime(2024, 3, 3, 10)),
    ("2024-03-03T10:00:00.5Z", datetime(2024, 3, 3, 10, 0, 0, 500_000, UTC)),
    ("2024-03-03T10:00-05:00", datetime(2024, 3, 3, 10, tzinfo=timezone(-timedelta(hours=5)))),
    ("2024-03-03 10:00 +0100", datetime(2024, 3, 3, 10, tzinfo=timezone(timedelta(hours=1)))),
    ("3 March 2024 at 14:30", datetime(2024, 3, 3, 14, 30)),
    ("3 March 2024, 8pm", datetime(2024, 3, 3, 20)),
    ("25/12/2018 12:30 a.m.", datetime(2018, 12, 25, 0, 30)),
    ("25/12/2018 12:30 PM", datetime(2018, 12, 25, 12, 30)),
    ("28/12/2017 22:17PM", datetime(2017, 12, 28, 22, 17)),
    ("29-12-2017  TIME : 20:17", datetime(2017, 12, 29, 20, 17)),
    ("18-11-18 13 : 58", datetime(2018, 11, 18, 13, 58)),
    ("3. März 2024 um 14.30 Uhr", datetime(2024, 3, 3, 14, 30)),
    ("3 mars 2024 à 14h30", datetime(2024, 3, 3, 14, 30)),
    ("25/12/2018", datetime(2018, 12, 25)),
]


@pytest.mark.parametrize(("written", "expected"), TIMES)
def test_a_time_that_follows_belongs_to_the_date(written: str, expected: datetime) -> None:
    """With time the quote runs to the time's end; a date alone is midnight."""
    found = find_dates(f"On {written} #1", time=True)
    assert [(one.quote, one.value) for one in found] == [(written, expected)]
    assert found[0].value.tzinfo == expected.tzinfo


@pytest.mark.parametrize("rest", [" 25:99", " 12.50", " 06051", " 500 h2", "\n\n1:30"])
def test_what_follows_and_is_no_time(rest: str) -> None:
    """An amount or an impossible time after a date, and what an empty line parts, is left alone."""
    (found,) = find_dates(f"25/12/2018{rest}", time=True)
    assert (found.quote, found.value) == ("25/12/2018", datetime(2018, 12, 25))


HOSTILE = [
    "1",
    "1,",
    "1 ",
    "100 ",
    "1/",
    "1/1/",
    "1.1,",
    "1:",
    "(",
    "-",
    "May 1 ",
    "a",
    "a ",
    " ",
    "2000 May 1 ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    """Four times the text takes about four times as long, not sixteen."""

    def taken(text: str) -> float:
        start = process_time()
        find_numbers(text)
        find_dates(text, time=True)
        return process_time() - start

    # The least of three: a collection of the whole suite's garbage may fall into one.
    few, many = (
        min(taken(piece * (size // len(piece))) for _ in range(3)) for size in (5_000, 20_000)
    )
    assert many < 10 * few + 0.1
