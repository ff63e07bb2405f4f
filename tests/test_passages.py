"""Sentences, white space, and the cut of long texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import slmtasks as slm
from slmtasks.passages import Passage


def sentences(text: str) -> list[str]:
    passage = Passage.whole(slm.read(text))
    return [passage.text[start:end] for start, end in passage.sentences]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "We won a lot. They lost it all! Why is that?",
            ["We won a lot.", "They lost it all!", "Why is that?"],
        ),
        (
            "Mr. Smith paid 5.50 EUR to Acme Inc. on Monday. It was late then.",
            ["Mr. Smith paid 5.50 EUR to Acme Inc. on Monday.", "It was late then."],
        ),
        ('He said "go home now." Then he left us.', ['He said "go home now."', "Then he left us."]),
        (
            "# A heading of note\n\nFirst line goes\non here. Second one is it.",
            ["A heading of note", "First line goes\non here.", "Second one is it."],
        ),
        ("Dates\nThe results come on Monday morning.", ["The results come on Monday morning."]),
        (
            "Our three goals:\n- be quick at it\n- be right at it\n",
            ["Our three goals:", "be quick at it", "be right at it"],
        ),
        (
            "1. Open the box now. 2. Take it out of there.",
            ["1. Open the box now.", "2. Take it out of there."],
        ),
        ("今日は晴れです。明日は雨です。", ["今日は晴れです。", "明日は雨です。"]),
        ("Hello there", ["Hello there"]),
        ("12 34\n56", []),
    ],
)
def test_sentences_are_what_a_reader_takes_them_for(text: str, expected: list[str]) -> None:
    """Abbreviations, decimals, headings, lists and scripts without spaces."""
    assert sentences(text) == expected


def test_white_space_is_made_plain_and_offsets_hold() -> None:
    """The model reads plain spaces; the document's own characters come back."""
    text = "a\tb\u00a0c\r\nd\re\u2028f\x00g"
    passage = Passage.whole(slm.read(text))
    assert passage.text == "a b c \nd\ne\nf\ufffdg"
    assert len(passage.text) == len(passage.document.text)
    assert passage.original(0, 6) == "a\tb\u00a0c\r"


def words(text: str) -> int:
    """A stand-in for a tokenizer: four characters are a token."""
    return -(-len(text) // 4)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from("ab. \n?,é日"), min_size=1, max_size=2000).filter(str.strip),
    budget=st.integers(4, 120),
)
def test_parts_are_adjacent_fit_and_leave_nothing_out(text: str, budget: int) -> None:
    """Whatever the text, its parts join to all of it and each is within the budget."""
    passage = Passage.whole(slm.read(text))
    parts = passage.split(budget, words)
    assert "".join(part.text for part in parts) == passage.text
    assert all(words(part.text) <= budget for part in parts)
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]


def test_parts_end_at_paragraphs_where_they_can() -> None:
    """A border is a paragraph's, else a line's, a sentence's, a word's."""
    text = "\n\n".join(["one two three four five."] * 8)
    parts = Passage.whole(slm.read(text)).split(20, words)
    assert all(part.text.endswith("five.\n\n") for part in parts[:-1])
    parts = Passage.whole(slm.read("word " * 100)).split(20, words)
    assert all(part.text.endswith(" ") for part in parts[:-1])


def test_evidence_of_a_part_is_of_the_whole_document() -> None:
    """Offsets count from the document's beginning."""
    document = slm.read("x" * 50 + " total 5")
    place = Passage(document, 50, 58).evidence(1, 6)
    assert (place.start, place.end, place.quote) == (51, 56, "total")
