"""Each value's probability, by its place in the answer."""

from __future__ import annotations

import json
from decimal import Decimal
from math import log
from typing import Any

import pytest

import slmtasks as slm
from slmtasks.grounding import confidence
from slmtasks.grounding.confidence import Choice
from slmtasks.schema.field_list import parse


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
    assert confidence.parse(text, []) == (value, shaped(value))


def test_an_answer_is_parsed_as_json_is() -> None:
    """A fraction is a Decimal, to the digit; what is not JSON is a ValueError, anywhere."""
    text = '{"a":0.10,"b":[{},[],"x\\n",-12,null,true]}'
    value, _ = confidence.parse(text, [])
    assert value == json.loads(text, parse_float=Decimal)
    assert str(value["a"]) == "0.10"
    for end in range(len(text)):
        with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid"):
            confidence.parse(text[:end], [])
    with pytest.raises(ValueError, match="Extra data"):
        confidence.parse(text + "}", [])


def chosen(raw: bytes, *tokens: tuple[str, float]) -> list[Choice]:
    """Tokens that stand one behind the other in an answer, each with its probability."""
    choices: list[Choice] = []
    for token, chance in tokens:
        begin = raw.index(token.encode(), choices[-1][1] if choices else 0)
        choices.append((begin, begin + len(token.encode()), log(chance)))
    return choices


def test_choices_count_for_the_value_that_they_stand_in() -> None:
    """Places are bytes: the letters before take two each."""
    text = '{"é":"éé","b":["x",null]}'
    choices = chosen(text.encode(), ('"é', 0.9), ('"é', 0.5), ("é", 0.5), ("null", 0.9))
    _, sure = confidence.parse(text, choices)
    assert sure == {
        "é": pytest.approx(0.25),
        "b": [1.0, pytest.approx(0.9)],
    }


def test_a_token_over_a_border_counts_for_the_value_that_it_holds_a_part_of() -> None:
    """Whether a key is followed by null or text is chosen by a token that begins in the key."""
    text = '{"a":"x","b":null,"c":"y","d":1}'
    choices = chosen(text.encode(), ('":"', 0.8), ('","', 0.5), ('":null', 0.7), ('":"', 0.9))
    _, sure = confidence.parse(text, choices)
    assert sure == {
        "a": pytest.approx(0.4),
        "b": pytest.approx(0.7),
        "c": pytest.approx(0.9),
        "d": 1.0,
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
