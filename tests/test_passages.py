"""Sentences, white space, and the cut of long texts."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import slmtasks as slm
from slmtasks.documents.passages import Passage


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
        (
            "Steps of it:\n1. Open the box now.\n 2. Take it out of there.",
            ["Steps of it:\n1. Open the box now.", "2. Take it out of there."],
        ),
        (
            "It is all done. 1) Open it now please. 12. Take it out. a) and then go.",
            ["It is all done.", "1) Open it now please.", "12. Take it out.", "a) and then go."],
        ),
        (
            "They opened it on\nday 5. Then all came.\n\n7 more came in. Why so?",
            ["They opened it on\nday 5.", "Then all came.", "7 more came in."],
        ),
        ("It began in\n2024. Then it ended.", ["It began in\n2024.", "Then it ended."]),
        ("He waits... then he goes… and sits.", ["He waits... then he goes… and sits."]),
        ("It cost 5 EUR.\n12 people paid it.", ["It cost 5 EUR.", "12 people paid it."]),
        (
            "The line wraps at approx.\nfive words or so.",
            ["The line wraps at approx.\nfive words or so."],
        ),
        ("12 34\n56", []),
    ],
)
def test_sentences_are_what_a_reader_takes_them_for(text: str, expected: list[str]) -> None:
    """Abbreviations, decimals, headings, lists and scripts without spaces."""
    assert sentences(text) == expected


ONE = [
    "Zahlbar bis 17. April 2024 ohne Abzug.",
    "Zahlbar ab dem 17. 4. 2024 ohne Abzug.",
    "Es war am 3. Jänner 2024 in Wien.",
    "Den 3 mars 2024 kl. 14 blir det sent.",
    "Factuurdatum: 3 mrt. 2024 of later.",
    "Es gilt § 14 Abs. 2 Satz 1 UStG.",
    "M. Dupont habite 12 bis, av. Foch à Paris.",
    "Das gilt z. B. gem. Vertrag vom Mai.",
    "Der Preis inkl. MwSt. beträgt 5 Mio. Euro zzgl. Versand.",
    "El 5 de abr. de 2024 vino la Sra. García.",
    "Kontakt: Hr. Müller, Tel. 030 1234, Hauptstr. 5 in Bonn.",
    "Dhr. Jansen en mw. De Vries komen.",
    "W dniu 3. maja 2024 r. odbyło się.",
]


@pytest.mark.parametrize("text", ONE)
def test_a_sentence_goes_on_behind_what_is_shortened(text: str) -> None:
    """Ordinals, months and abbreviations of other languages end no sentence."""
    assert sentences(f"{text} Das ist alles.") == [text, "Das ist alles."]


HOSTILE = [
    *(
        "no. 5 approx. 7 ",
        "a\n",
        "A b\n",
        ".",
        '."',
        "\n",
        " \n",
        "\n ",
        " ",
        "1. ",
        "a. ",
        "17. Foo ",
    ),
    *("word " * 20 + "no. 5\n", "Aa. ", "x.) ", "- ", "\n- a", "5. 6 ", "…"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_sentences_take_linear_time(piece: str) -> None:
    """192 kB of whatever looks like the end of a sentence and is none take a second or two."""
    text = "x" + piece * (192_000 // len(piece)) + "x"
    sentences("Am 1. Foo")  # the names of the months are loaded once
    start = process_time()
    sentences(text)
    assert process_time() - start < 3


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
