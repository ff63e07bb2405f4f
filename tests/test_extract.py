"""Values, evidence and groundings of `extract`."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict

import slmtasks as slm
from slmtasks.documents.passages import Passage
from slmtasks.grammar.candidates import Source
from slmtasks.grounding import locate
from slmtasks.grounding.tree import Reading, flatten
from slmtasks.schema import from_pydantic
from slmtasks.schema.field_list import parse


def reading(model: type[BaseModel], text: str, answer: Any, **options: Any) -> Reading:
    """An answer read back, as if the model had written it."""
    node = from_pydantic.describe(model, options.pop("grounding", "strict"))
    source = Source(Passage.whole(slm.read(text, **options)))
    tree = locate.read(node, json.loads(json.dumps(answer), parse_float=Decimal), source)
    return flatten(node, tree)


@pytest.mark.parametrize(
    ("kind", "text", "quote", "value"),
    [
        ("number", "sum 1.234,50 or 2.345,60", "1.234,50", Decimal("1234.50")),
        ("number", "sum 1,234.50 here", "1,234.50", Decimal("1234.50")),
        ("number", "sum 1\u00a0234,50 \u20ac", "1 234,50", Decimal("1234.50")),
        ("integer", "we sold 1,200 of 5.5", "1,200", 1200),
        ("date", "on 3 March 2024 we", "3 March 2024", date(2024, 3, 3)),
        ("date", "on 3. März 2024 we", "3. März 2024", date(2024, 3, 3)),
        ("date", "on 25/12/2018 and 03/04/2024", "03/04/2024", date(2024, 4, 3)),
        ("date", "on 03/04/2024 only", "03/04/2024", date(2024, 3, 4)),
        ("datetime", "at 2024-03-03 10:30 we", "2024-03-03 10:30", datetime(2024, 3, 3, 10, 30)),
    ],
)
def test_what_is_copied_is_read_into_its_type(kind: str, text: str, quote: str, value: Any) -> None:
    """Numbers and dates of several conventions, each with its place."""
    result = reading(parse(f"a: {kind}"), text, {"a": quote})
    assert result.data == {"a": value}
    (place,) = result.evidence["a"]
    assert text[place.start : place.end] == place.quote
    assert place.quote.replace("\u00a0", " ") == quote


def test_an_ambiguous_date_is_said_and_day_first_decides() -> None:
    """03/04/2024 alone is March, with a warning; told, it is April without one."""
    told = reading(parse("a: date"), "on 03/04/2024 only", {"a": "03/04/2024"}, day_first=True)
    assert told.data == {"a": date(2024, 4, 3)}
    assert told.warnings == []
    alone = reading(parse("a: date"), "on 03/04/2024 only", {"a": "03/04/2024"})
    assert "4 March 2024" in alone.warnings[0]
    assert "day_first" in alone.warnings[0]


def test_evidence_lists_every_place_as_whole_words() -> None:
    """A value inside another word is no place of it."""
    result = reading(parse("a"), "Art, Arts, Art.", {"a": "Art"})
    assert [place.start for place in result.evidence["a"]] == [0, 11]


def test_evidence_is_keyed_by_the_fields_path() -> None:
    """Nested fields and rows have paths of Python's own form, whatever their aliases."""

    class Row(BaseModel):
        amount: Decimal

    class Bill(BaseModel):
        model_config = ConfigDict(alias_generator=str.upper)
        rows: list[Row]
        kind: Literal["x", "y"]

    result = reading(Bill, "5 and 7", {"ROWS": [{"amount": "5"}, {"amount": "7"}], "KIND": "x"})
    assert set(result.evidence) == {"rows[0].amount", "rows[1].amount"}
    assert result.inferred == ["kind"]
    assert Bill.model_validate(result.data).rows[1].amount == 7


def test_flag_looks_evidence_up_and_reports_misses() -> None:
    """Free answers have evidence where they stand in the source, else a warning."""
    fields = parse("a, b, c: number, d: date, e: number")
    text = "Acme owes 1.234,50 and 2.000,10 since 3 March 2024"
    answer = {"a": "Acme", "b": "Bcme", "c": 1234.5, "d": "2024-03-03", "e": 7}
    result = reading(fields, text, answer, grounding="flag")
    assert result.data["c"] == Decimal("1234.5")
    assert result.data["d"] == date(2024, 3, 3)
    assert result.evidence["c"][0].quote == "1.234,50"
    assert result.evidence["d"][0].quote == "3 March 2024"
    assert set(result.evidence) == {"a", "c", "d"}
    assert [warning.split(":")[0] for warning in result.warnings] == ["b", "e"]


class Everything(BaseModel):
    name: str
    when: date
    amount: float


@pytest.mark.parametrize("mode", ["flag", "off"])
def test_free_groundings_validate_whatever_the_weights(random_model: slm.Model, mode: Any) -> None:
    """JSON numbers and ISO dates come out of the grammar; "off" says nothing of evidence."""
    result = slm.extract("Acme 5 of 3 May 2024", Everything, grounding=mode, model=random_model)
    assert isinstance(result.value, Everything)
    assert result.prompt_version == "extract-free/1"
    assert mode == "flag" or (result.evidence == {} and result.warnings == ())


def test_defaults_are_taken_where_the_document_says_nothing() -> None:
    """null on a field with a default is its default, on an optional one None."""

    class Order(BaseModel):
        currency: str = "EUR"
        note: str | None

    result = reading(Order, "nothing", {"currency": None, "note": None})
    assert Order.model_validate(result.data) == Order(currency="EUR", note=None)


def test_examples_and_instructions_reach_the_prompt(
    random_model: slm.Model, prompts: list[str]
) -> None:
    """Before the document, so that what is constant is kept from call to call."""
    shown = Everything(name="Bolt", when=date(2020, 1, 2), amount=9)
    slm.extract(
        "Acme 5 of 3 May 2024",
        Everything,
        instructions="Mind the gap.",
        examples=[("Bolt 9", shown)],
        model=random_model,
    )
    (prompt,) = prompts
    order = ["name (text)", "Mind the gap.", "Bolt 9", '"name":"Bolt"', "Acme 5 of 3 May 2024"]
    places = [prompt.index(piece) for piece in order]
    assert places == sorted(places)


def test_receipts_give_grounded_values(nano: slm.Model, receipts: list[Path]) -> None:
    """On real receipts each value's evidence cuts exactly its quote out of the file."""
    fields = parse("company, date: date, total: number")
    for path in receipts[:10]:
        text = path.read_bytes().decode("utf-8")
        result = slm.extract(path, fields, model=nano)
        for name in ("company", "date", "total"):
            assert result.evidence[name]
            for place in result.evidence[name]:
                assert text[place.start : place.end] == place.quote
        assert result.value.company in " ".join(text.split())


def test_a_number_inside_a_number_is_no_place_of_it() -> None:
    """ "12" does not stand in "12,500"."""
    result = reading(parse("a"), "12,500 and 12 more", {"a": "12"})
    assert [place.start for place in result.evidence["a"]] == [11]


def test_an_absent_object_is_none_where_it_may_be() -> None:
    """Null for all of its fields is null for it, and a default where there is one."""

    class Person(BaseModel):
        name: str | None

    class Letter(BaseModel):
        sender: Person | None
        receiver: Person | None = None
        owner: Person

    blank = {"name": None}
    result = reading(Letter, "x", {"sender": blank, "receiver": blank, "owner": blank})
    assert result.data == {"sender": None, "owner": {"name": None}}


def test_examples_are_shown_as_the_model_writes() -> None:
    """Numbers and dates in the words of the example's own text, keys as in the grammar."""
    from pydantic import AliasChoices, Field

    class Bill(BaseModel):
        total: Decimal = Field(validation_alias=AliasChoices("sum", "total"))
        issued: date
        paid: bool
        note: str | None

    bill = Bill.model_validate(
        {"sum": "1234.5", "issued": date(2024, 3, 3), "paid": True, "note": None}
    )
    source = Source(Passage.whole(slm.read("Total 1,234.50 of 3 March 2024")))
    shown = locate.written(from_pydantic.describe(Bill), bill, source)
    assert shown == {"sum": "1,234.50", "issued": "3 March 2024", "paid": True, "note": None}
