"""Each value's probability, by its place in the answer."""

from __future__ import annotations

import json
from math import log
from typing import Any

import pytest

import slmtasks as slm
from slmtasks.confidence import confidences
from slmtasks.shorthand import parse


def shaped(value: Any) -> Any:
    """The same shape with 1.0 for each value."""
    if isinstance(value, dict):
        return {key: shaped(entry) for key, entry in value.items()}
    return [shaped(entry) for entry in value] if isinstance(value, list) else 1.0


@pytest.mark.parametrize(
    "value",
    [
        {"a": "x"},
        {"a": [], "b": [1, -2.5, True, None], "c": [[], [1]]},
        {'k"\\]': {"é": 'q"}],\\'}, "rows": [{"n": "東京", "q": []}, {"n": None, "q": ["a"]}]},
    ],
)
def test_the_shape_is_the_answers(value: dict[str, Any]) -> None:
    """Whatever stands in keys and texts; without choices everything was certain."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert confidences(text, []) == shaped(value)


def test_choices_count_for_the_value_that_they_stand_in() -> None:
    """Places are bytes: the letters before take two each."""
    text = '{"é":"éé","b":["x",null]}'
    raw = text.encode()
    choices = [
        (raw.index('"éé'.encode()), log(0.5)),
        (raw.index('é"'.encode(), 8), log(0.5)),
        (raw.index(b"null"), log(0.9)),
    ]
    assert confidences(text, choices) == {
        "é": pytest.approx(0.25),
        "b": [1.0, pytest.approx(0.9)],
    }


def test_an_extraction_says_how_sure_it_is(nano: slm.Model) -> None:
    """Every field has a probability, the absent ones too."""
    fields = "vendor, total: number?, ordered: date?"
    result = slm.extract("Vendor: Brook Ltd\nTotal: 12.50", parse(fields), model=nano)
    assert set(result.confidence) == {"vendor", "total", "ordered"}
    assert all(0.0 < chance <= 1.0 for chance in result.confidence.values())
    assert result.confidence["ordered"] == 1.0, "no date stands there: null is all that is left"
    assert result.confidence["vendor"] < 1.0


def test_parts_keep_the_confidence_of_what_they_give(random_model: slm.Model) -> None:
    """Merged from several parts, each value has its own; a list entry has a path."""
    text = "\n\n".join(f"Item {n} of the long list of things." for n in range(400))
    result = slm.extract(text, parse("title, rows: list of text"), model=random_model)
    assert result.coverage.chunks > 1
    assert set(result.confidence) >= {"title", "rows[0]"}
