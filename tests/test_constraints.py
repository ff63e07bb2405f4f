"""Limits of a schema in the grammar: the model chooses among what fits."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    StringConstraints,
    create_model,
    field_validator,
)

import slmtasks as slm
from slmtasks import errors
from slmtasks.grammar.patterns import searched
from slmtasks.schema import from_pydantic, nodes

INVOICE = (
    "Vendor: Olm & Rask\nNumber: 7714-220\nItems: 3\nOrder: 4471\nDue: 2024-05-14\nTotal: 12.50"
)


def extracted(text: str, annotation: Any, model: slm.Model) -> Any:
    shape = create_model("Shape", field=(annotation, ...))
    return slm.extract(text, shape, model=model)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Annotated[int, Field(ge=4000, lt=7000)], 4471),
        (Annotated[int, Field(gt=2, lt=4)], 3),
        (Annotated[float, Field(le=12.5, gt=12)], 12.5),
        (Annotated[Decimal, Field(multiple_of=Decimal("0.5"), lt=13, gt=12)], Decimal("12.5")),
        (Annotated[date, Field(ge=date(2024, 1, 1))], date(2024, 5, 14)),
        (Annotated[str, Field(pattern=r"^\d{4}-\d{3}$")], "7714-220"),
        (Annotated[str, Field(pattern=r"^O\w+ & \w+$")], "Olm & Rask"),
        (Annotated[str, StringConstraints(pattern="^Ven", max_length=6)], "Vendor"),
        (Annotated[str, Field(min_length=10, max_length=10, pattern="Rask$")], "Olm & Rask"),
    ],
)
def test_the_model_chooses_among_what_fits(
    random_model: slm.Model, annotation: Any, expected: Any
) -> None:
    """With one value that keeps to the limits, even a random model gives it."""
    assert extracted(INVOICE, annotation, random_model).value.field == expected


@settings(max_examples=25, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 999), min_size=1, max_size=8),
    low=st.integers(0, 999),
    high=st.integers(0, 999),
)
def test_numbers_keep_to_their_limits_or_are_null(
    random_model: slm.Model, numbers: list[int], low: int, high: int
) -> None:
    """Whatever the numbers and the limits: a number that fits, or null with a warning."""
    text = "Readings:\n" + "\n".join(f"no. {number}" for number in numbers)
    kind = Annotated[int, Field(ge=low, le=high)] | None
    result = extracted(text, kind, random_model)
    if any(low <= number <= high for number in numbers):
        assert result.value.field is None or low <= result.value.field <= high
    else:
        assert result.value.field is None
        said = f"whole number that is at least {low} and is at most {high}"
        assert result.warnings == (f"field: null, as the text has no {said}",)


def test_a_required_field_that_nothing_fits_says_what_it_wants(random_model: slm.Model) -> None:
    """The error is raised before the model runs, and names the limit."""
    with pytest.raises(errors.NothingToQuote, match="no number that is at most 2"):
        extracted("Share: 250", Annotated[float, Field(le=2)], random_model)


def test_a_text_that_no_pattern_fits_is_null_with_a_warning(random_model: slm.Model) -> None:
    """An optional field does not fail the document."""
    result = extracted(INVOICE, Annotated[str, Field(pattern=r"^X\d+$")] | None, random_model)
    assert result.value.field is None
    assert result.warnings == (r"field: null, as the text has no text that matches ^X\d+$",)


@pytest.mark.parametrize("pattern", [r"\d{4}-\d{3}", r"(?i)olm", r"\bRask\b", r"^(?=O)Olm"])
def test_open_patterns_are_held(nano: slm.Model, pattern: str) -> None:
    """Anchors, flags and look-around may be missing from the grammar, not from the value."""
    settings = ConfigDict(regex_engine="python-re")
    text = Annotated[str, Field(pattern=pattern)]
    shape = create_model("Shape", __config__=settings, field=(text, ...))
    value = slm.extract("Olm & Rask 7714-220", shape, model=nano).value
    assert re.search(pattern, value.model_dump()["field"])


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^a$", "(?:a)"),
        ("a", "(?s:.*)(?:a)(?s:.*)"),
        (r"a\$", r"(?s:.*)(?:a\$)(?s:.*)"),
        ("^a|b$", "(?:a|b)"),
        ("a^b", ""),
        (r"\ba", ""),
        ("", ""),
    ],
)
def test_patterns_are_rewritten_without_assertions(pattern: str, expected: str) -> None:
    """Anchors at the ends decide what may surround a match; others are not expressible."""
    assert searched(pattern) == expected


def test_values_that_the_model_writes_freely_keep_to_their_limits(random_model: slm.Model) -> None:
    """Without grounding, the grammar itself holds numbers and texts to them."""
    shape = create_model(
        "Shape",
        n=(Annotated[int, Field(ge=10, le=20)], ...),
        s=(Annotated[str, Field(pattern="^[a-c]+$", min_length=3, max_length=5)], ...),
    )
    value = slm.extract(INVOICE, shape, grounding="off", model=random_model).value
    assert value == shape.model_validate(value.model_dump())


def test_validators_get_the_type_that_they_are_annotated_with(nano: slm.Model) -> None:
    """A before-validator of a float calculates with a float, of an int with an int."""
    seen: list[type] = []

    class Shape(BaseModel):
        total: float
        items: PositiveInt
        exact: Decimal

        @field_validator("*", mode="before")
        @classmethod
        def note(cls, value: Any) -> Any:
            seen.append(type(value))
            return value * 2

    value = slm.extract("items: 3, total: 100.50, exact: 7.25", Shape, model=nano).value
    assert seen == [float, int, Decimal]
    assert (type(value.total), type(value.items)) == (float, int)


def test_limits_of_a_schema_reach_the_nodes() -> None:
    """Limits in fields, in annotations and in groups are all found."""
    shape = create_model(
        "Shape",
        a=(Annotated[int, Field(ge=1)] | None, None),
        b=(list[Annotated[float, Field(lt=0.1)]], ...),
        c=(PositiveInt, Field(multiple_of=5)),
    )
    a, b, c = (member.node for member in from_pydantic.describe(shape).members)
    assert a == nodes.Number(int, True, (nodes.Bound("ge", 1),))
    assert b == nodes.Array(nodes.Number(float, True, (nodes.Bound("lt", Decimal("0.1")),)))
    assert c == nodes.Number(int, True, (nodes.Bound("multiple_of", 5), nodes.Bound("gt", 0)))
