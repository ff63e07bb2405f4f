"""Small inputs that people reported as read wrongly, and values written by babel."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import slmtasks as slm
from slmtasks.documents.passages import Passage
from slmtasks.grammar.candidates import Source
from slmtasks.schema.field_list import parse
from slmtasks.values.date_order import date_order
from slmtasks.values.dates import date_like, find_dates
from slmtasks.values.decimal_style import decimal_style
from slmtasks.values.numbers import find_numbers
from slmtasks.values.spans import ValueSpan
from tests.renew_cldr import TARGET, made
from tests.written_values import outcomes

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "readings.jsonl").read_text("utf-8").splitlines()
]
NUMBERS = {"sign", "scale", "separators", "decimal-mark vote"}
DATES = {"date hidden", "ranges", "dates not read", "other calendars"}
TIMES = {"time lost", "end of day", "zone lost"}
ELSEWHERE = {
    # the grammar and the schema
    *("constraints", "validators", "layout in values"),
    # documents
    *("form values lost", "superscripts", "hidden text", "text order", "sheets", "mail"),
    *("encodings", "parts"),
    # other rooms
    *("counting", "processes", "models", "console", "network", "packaging"),
}
"""Kinds of cases whose tests are where their code's are; "parts" are below."""


def marked(span: ValueSpan[Any]) -> bool:
    """Whether an answer with this value has a warning."""
    return span.ambiguous or bool(span.unread)


def of(kinds: set[str]) -> list[Any]:
    rows = [row for row in CASES if row["kind"] in kinds]
    return [pytest.param(row["input"], row["expected"], id=row["symptom"][:60]) for row in rows]


def test_each_kind_of_case_has_its_place() -> None:
    """No case is left out in silence."""
    assert {row["kind"] for row in CASES} == NUMBERS | DATES | TIMES | ELSEWHERE


@pytest.mark.parametrize(("text", "expected"), of(NUMBERS))
def test_a_reported_number_is_read_whole_or_marked(text: str, expected: str) -> None:
    """Each candidate of the reported place has the right value or a warning."""
    found = find_numbers(text)
    if expected.startswith("opposite"):
        assert [one.value for one in found] == [Decimal("-62.10"), Decimal("62.10")]
        assert all(marked(one) for one in found)
        return
    wanted = Decimal(expected.split(",")[0])
    assert wanted in [one.value for one in found]
    last = text.rsplit("\n", 1)[-1]
    here = [one for one in found if one.start >= len(text) - len(last)]
    assert all(one.value == wanted or marked(one) for one in here)


@pytest.mark.parametrize(("text", "expected"), of(DATES | TIMES))
def test_a_reported_date_is_read(text: str, expected: str) -> None:
    """The expected date or datetime is a candidate, with its zone, and no other in silence."""
    written = expected.split(",")[0]
    timed = "T" in written
    wanted = datetime.fromisoformat(written) if timed else date.fromisoformat(written)
    found = find_dates(text, time=timed)
    same = [one for one in found if one.value == wanted]
    assert same
    if isinstance(wanted, datetime):
        assert same[0].value.utcoffset() == wanted.utcoffset()
    # Of a range both ends are candidates.
    assert len(found) <= 2


@pytest.mark.parametrize(("text", "expected"), of(NUMBERS | DATES | TIMES))
def test_a_reported_value_is_extracted_or_warned_of(
    nano: slm.Model, text: str, expected: str
) -> None:
    """The whole call gives the value, or a warning and little confidence where it is unread."""
    kind = "number" if not re.match(r"\d{4}-", expected) else "date"
    kind = "datetime" if "T" in expected.split(",")[0] else kind
    result = slm.extract(text, parse(f"value: {kind}"), model=nano)
    value = result.value.value  # type: ignore[attr-defined]
    written = expected.split(",")[0]
    if kind == "number":
        right = expected.startswith("opposite") or Decimal(str(value)) == Decimal(written)
    else:
        right = value.isoformat() == written
    several = "12" in written or "10-19" in written or "3.2" in text or "05.11" in text
    assert right or result.warnings or several
    quote = result.evidence["value"][0]
    assert text[quote.start : quote.end] == quote.quote


def test_what_is_not_understood_is_quoted_and_costs_the_confidence(nano: slm.Model) -> None:
    """The warning quotes what touches the value, and no threshold passes it."""
    result = slm.extract("Eggs: 3 dozen", parse("eggs: number"), model=nano)
    assert result.warnings == ("eggs: '3' read as 3; 'dozen' was not understood",)
    assert result.confidence["eggs"] <= 0.1


def test_the_evidence_covers_all_that_was_read(nano: slm.Model) -> None:
    """A scale word is in the quote of the value that it scales."""
    result = slm.extract("Revenue: $4.7 million", parse("revenue: number"), model=nano)
    assert result.value.revenue == 4_700_000  # type: ignore[attr-defined]
    assert result.evidence["revenue"][0].quote == "4.7 million"


def test_a_null_date_quotes_what_may_have_been_one(nano: slm.Model) -> None:
    """A date that could not be read is told where its field is null."""
    result = slm.extract("Due: 31/02/2024", parse("due: date?"), model=nano)
    assert result.value.due is None  # type: ignore[attr-defined]
    assert result.warnings == ("due: null, but the text has '31/02/2024', not read as a date",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Facture\nDate : 12/03/2025", True),
        ("Invoice 12/03/2025\nTotal £45.00", True),
        ("Invoice 12/03/2025\nTotal 45.00 USD", False),
        ("Invoice 12/03/2025", None),
        ("Rechnung vom 03/04/2024, am 12/25/2024", False),
    ],
)
def test_the_document_decides_what_comes_first(text: str, expected: bool | None) -> None:
    """A date that leaves no doubt decides, else the language, else the currency."""
    assert date_order(text).day_first is expected


def test_a_weak_witness_is_named(nano: slm.Model) -> None:
    """What a language decided is in the warning."""
    result = slm.extract("Facture\nDate : 12/03/2025", parse("issued: date"), model=nano)
    assert result.value.issued == date(2025, 3, 12)  # type: ignore[attr-defined]
    assert "(the text is French)" in result.warnings[0]


def test_the_decimal_mark_can_be_told(nano: slm.Model) -> None:
    """`decimal` decides of 1.234, and the warning is gone."""
    told = slm.extract("Total 1.234", parse("total: number"), decimal=",", model=nano)
    assert (told.value.total, told.warnings) == (1234, ())  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="decimal"):
        slm.read("Total 1.234", decimal=";")  # type: ignore[arg-type]


def test_amounts_vote_for_the_decimal_mark() -> None:
    """Sections, times and days do not; currencies count before other figures."""
    assert decimal_style("Kapitel 3.2\num 14.30 Uhr\nam 05.11.").mark == ""
    assert decimal_style("Version 2.10, 4,50 EUR").mark == ","
    assert decimal_style("1.5 and 2.5 for 4,50 EUR").mark == ","


LONG = "25/12/2024\n" + "word " * 400 + "paid 03/04/2024"


def test_parts_read_dates_by_the_order_of_the_whole() -> None:
    """A part without a date that decides has the document's order."""
    document = slm.read(LONG)
    part = Passage(document, len(LONG) - 15, len(LONG))
    (found,) = Source(part).found_dates(False)
    assert (found.value, found.ambiguous) == (date(2024, 4, 3), False)


def test_no_cut_falls_inside_a_date() -> None:
    """The parts have as many dates and amounts as the whole."""
    text = "due 14 March 2024 at 09:15 for 1 234,50 EUR " * 200
    whole = Passage.whole(slm.read(text))
    parts = whole.split(37, lambda part: len(part) // 3)
    assert "".join(part.text for part in parts) == text
    for find in (find_dates, find_numbers):
        assert sum(len(find(part.text)) for part in parts) == len(find(text))  # type: ignore[operator]


def test_values_written_by_babel_are_read_back_or_marked() -> None:
    """In no locale is a number or date read as another in silence."""
    other = [one for one in outcomes(1_500, seed=7) if one.kind == "other"]
    assert other == []


def test_the_words_are_babels() -> None:
    """The file of words is what its script writes."""
    assert made() == TARGET.read_text("utf-8")


ROW = re.compile(r"^\| `(.+?)` \| `(.*?)` \| (.*?) \|$", re.M)
TABLES = (Path(__file__).parents[1] / "docs" / "reading-values.md").read_text("utf-8")


@pytest.mark.parametrize(("written", "value", "note"), ROW.findall(TABLES.split("## Dates")[0]))
def test_the_table_of_numbers(written: str, value: str, note: str) -> None:
    """What the documentation says of a number is so."""
    found = find_numbers(written)
    assert Decimal(value) in [one.value for one in found]
    assert any(map(marked, found)) is bool(note)


@pytest.mark.parametrize(("written", "value", "note"), ROW.findall(TABLES.split("## Dates")[1]))
def test_the_table_of_dates(written: str, value: str, note: str) -> None:
    """What the documentation says of a date is so."""
    found = find_dates(written, time=True)
    if not value:
        assert (found, date_like(written, found)) == ([], [written])
        return
    assert datetime.fromisoformat(value) in [one.value for one in found]
    assert any(map(marked, found)) is bool(note)
