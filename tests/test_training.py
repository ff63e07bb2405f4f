"""The generator of training data: deterministic, verbatim, split by template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from training.examples import Example, make
from training.page import held_out

TASKS = ["extract", "summarize", "describe_product", "social_post", "reply"]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [make(11, i, 60 + 40 * (i % 12)) for i in range(250)]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_same_seed_same_example() -> None:
    """The same seed and number give the same example, another seed another one."""
    first = [make(3, i, 120) for i in range(20)]
    assert first == [make(3, i, 120) for i in range(20)]
    assert first != [make(4, i, 120) for i in range(20)]


def test_every_task_is_made(examples: list[Example]) -> None:
    """All five tasks are trained, extraction most of all."""
    made = [e.task for e in examples]
    assert set(made) == set(TASKS)
    assert made.count("extract") > 0.4 * len(made)


def test_answers_are_compact_json(examples: list[Example]) -> None:
    """An answer is JSON without white space between its tokens."""
    for e in examples:
        value = json.loads(e.answer)
        assert e.answer == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_numbers_of_an_answer_stand_in_the_source(examples: list[Example]) -> None:
    """No answer holds a figure that its source lacks."""
    for e in examples:
        figures = set(re.findall(r"\d+", e.document))
        for text in strings(json.loads(e.answer)):
            assert set(re.findall(r"\d+", text)) <= figures, e.template


def test_quotes_are_verbatim(examples: list[Example]) -> None:
    """Quotes of summaries and replies stand in the source, in its order."""
    for e in examples:
        quotes = json.loads(e.answer).get("quotes", []) if e.task != "extract" else []
        places = [e.document.find(q) for q in quotes]
        assert -1 not in places
        assert places == sorted(places)


def test_limits_of_copy_are_kept() -> None:
    """Product copy and posts keep the limits that the library will hold them to."""
    for i in range(40):
        copy = json.loads(make(5, i, 200, task="describe_product").answer)
        assert len(copy["title"]) <= 80
        assert len(copy["tagline"]) <= 80
        assert len(copy["meta_description"]) <= 160
        assert all(len(bullet) <= 100 for bullet in copy["bullets"])
        post = json.loads(make(5, i, 200, task="social_post").answer)
        assert all(re.fullmatch(r"[^\W\d_]{2,20}", tag) for tag in post["hashtags"])


def test_splits_share_no_template() -> None:
    """What is held out is a set of templates, none of which training sees."""
    train = {make(1, i, 200).template for i in range(150)}
    held = {make(1, i, 200, held=True).template for i in range(60)}
    assert not any(held_out(t) for t in train)
    assert all(held_out(t) for t in held)
    assert not train & held
