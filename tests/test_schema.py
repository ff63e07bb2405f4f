"""Pydantic types as nodes, and how the prompt lists them."""

from __future__ import annotations

import enum
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import AliasChoices, BaseModel, Field

from slmtasks.errors import SchemaError
from slmtasks.schema import from_pydantic, nodes
from slmtasks.schema.field_list import build, parse


class Size(enum.Enum):
    SMALL = "S"
    LARGE = "L"


class Line(BaseModel):
    text: str
    amount: Decimal | None = None


class Order(BaseModel):
    vendor: str = Field(description="who sells", max_length=40)
    number: Annotated[str, Field(alias="order no")]
    issued: date | None
    sent: datetime | None = None
    count: int = Field(validation_alias=AliasChoices("how many", "n"))
    price: float
    paid: bool
    size: Size
    kind: Literal["a", "b"] | None
    lines: list[Line] = []
    tags: Annotated[list[str], Field(max_length=3, min_length=1)]
    first: Line
    note: Optional[str] = None  # noqa: UP045


def test_every_supported_type_reaches_the_prompt() -> None:
    """Names, aliases, types, choices, options, descriptions and nesting are listed."""
    assert from_pydantic.fields(from_pydantic.describe(Order)) == (
        "vendor (text): who sells\n"
        "order no (text)\n"
        "issued (date or null)\n"
        "sent (date and time or null)\n"
        "how many (whole number)\n"
        "price (number)\n"
        "paid (true or false)\n"
        "size (S | L)\n"
        "kind (a | b or null)\n"
        "lines (list of):\n"
        "  text (text)\n"
        "  amount (number or null)\n"
        "tags (list of text)\n"
        "first (object of):\n"
        "  text (text)\n"
        "  amount (number or null)\n"
        "note (text or null)"
    )


def test_limits_of_fields_reach_the_nodes() -> None:
    """max_length and min_length bound what the grammar offers."""
    members = {member.name: member for member in from_pydantic.describe(Order).members}
    assert members["vendor"].node == nodes.Copied(40)
    assert members["tags"].node == nodes.Array(nodes.Copied(), 1, 3)
    assert not members["lines"].nullable
    assert members["note"].nullable


def test_grounding_decides_how_values_are_written() -> None:
    """Strict copies, the others write freely."""
    strict = {m.name: m.node for m in from_pydantic.describe(Order).members}
    free = {m.name: m.node for m in from_pydantic.describe(Order, "flag").members}
    assert strict["price"] == nodes.Number(float, copied=True)
    assert free["price"] == nodes.Number(float, copied=False)
    assert free["vendor"] == nodes.Free(40)


def model(annotation: Any) -> type[BaseModel]:
    return type("Bad", (BaseModel,), {"__annotations__": {"field": annotation}})


@pytest.mark.parametrize("kind", [dict[str, str], Any, str | int, bytes, tuple[str, ...], complex])
def test_an_unsupported_type_names_the_field(kind: Any) -> None:
    """The error says which field and which types there are."""
    bad = type(
        "Bad",
        (BaseModel,),
        {
            "__annotations__": {"field": kind},
            "model_config": {"arbitrary_types_allowed": True},
        },
    )
    with pytest.raises(SchemaError, match=r"^field: .*use str, int") as caught:
        from_pydantic.describe(bad)
    assert caught.value.path == "field"


class Tree(BaseModel):
    children: list[Tree]


def test_a_model_inside_itself_is_refused() -> None:
    """Recursion has no bounded answer."""
    with pytest.raises(SchemaError, match="contains itself"):
        from_pydantic.describe(Tree)


def test_what_is_no_model_is_refused() -> None:
    """A plain type or an empty model cannot be filled."""
    with pytest.raises(SchemaError, match="not a pydantic model"):
        from_pydantic.describe(str)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="no fields"):
        from_pydantic.describe(type("Empty", (BaseModel,), {}))


def test_a_line_of_fields_becomes_a_model() -> None:
    """Types, options and lists of the command line's shorthand."""
    fields = parse("vendor, total: number, issued: date?, tags: list of text, paid: bool?, note?")
    assert list(parse("model number").model_fields) == ["model_number"]
    assert from_pydantic.fields(from_pydantic.describe(fields)) == (
        "vendor (text)\ntotal (number)\nissued (date or null)\ntags (list of text)\n"
        "paid (true or false or null)\nnote (text or null)"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "not a field name"),
        ("a,,b", "not a field name"),
        ("a: colour", "'colour' is not known"),
        ("a, a", "stands twice"),
        ("_x", "not a field name"),
        ("a:", "type '' is not known"),
        ("model_config: text", "keeps the name 'model_config'"),
        ("model dump: text", "keeps the name 'model_dump'"),
        ("copy", "keeps the name 'copy'"),
        ("register?", "keeps the name 'register'"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(line: str, said: str) -> None:
    """One sentence, naming the field."""
    with pytest.raises(SchemaError, match=said):
        parse(line)


def test_an_object_is_a_schema() -> None:
    """Types with descriptions, choices, nested objects, rows; a name may need an alias."""
    shape = build(
        {
            "order-no": "text?: as printed",
            "status": "Paid | open",
            "seller?": {"name": "text"},
            "lines": [{"text": "text", "amount": "number?"}],
            "tags": ["text"],
            "dates": "list of date",
        }
    )
    assert from_pydantic.fields(from_pydantic.describe(shape)) == (
        "order-no (text or null): as printed\n"
        "status (Paid | open)\n"
        "seller (object of or null):\n"
        "  name (text)\n"
        "lines (list of):\n"
        "  text (text)\n"
        "  amount (number or null)\n"
        "tags (list of text)\n"
        "dates (list of date)"
    )


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ({}, "without fields"),
        ({"a": {"b": {}}}, "a.b: an object without fields"),
        ({"a": {"b": "money"}}, "a.b: the type 'money'"),
        ({"a": ["text", "text"]}, "a: ['text', 'text'] is no type"),
        ({"a": ["text?"]}, "a: items of a list cannot be absent"),
        ({"2": "text"}, "'2' is not a field name"),
        ({"a-b": "text", "a b": "text"}, "a_b: the field stands twice"),
    ],
)
def test_a_wrong_object_names_its_field(shape: dict[str, object], said: str) -> None:
    """One sentence that begins with the field's path."""
    with pytest.raises(SchemaError, match=re.escape(said)):
        build(shape)
