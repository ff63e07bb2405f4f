"""What the grammar lets through and what not, without any model's choice."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
import regex
from llguidance import LLMatcher

import slmtasks as slm
from slmtasks.documents.passages import Passage
from slmtasks.errors import NothingToQuote
from slmtasks.grammar import build, free_text
from slmtasks.grammar.candidates import Source
from slmtasks.schema import from_pydantic, nodes
from slmtasks.schema.field_list import parse
from slmtasks.schema.nodes import Array, Letters, Member, Object, Prose, Quote

TEXT = 'ACME "Best" Ltd, 12 May 2026.\nTotal due: 1,234.50 EUR of 7 items\\boxes.\nIt is paid.'


def allows(model: slm.Model, lark: str, answer: Any) -> bool:
    """Whether the grammar holds an answer, given as a value or as raw JSON text."""
    text = (
        answer
        if isinstance(answer, str)
        else json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    )
    engine = model.internals.tokenizer.grammar
    matcher = LLMatcher(engine, LLMatcher.grammar_from_lark(lark), log_level=0)
    for token in model.internals.tokenizer.encode(text):
        if not matcher.consume_token(token):
            return False
    return matcher.is_accepting()


def extraction(fields: str, text: str = TEXT) -> str:
    return build.build(from_pydantic.describe(parse(fields)), Source(Passage.whole(slm.read(text))))


@pytest.mark.parametrize(
    ("fields", "answer", "allowed"),
    [
        ("a", {"a": "ACME"}, True),
        ("a", {"a": 'ACME "Best" Ltd'}, True),
        ("a", {"a": "12 May 2026.\nTotal due"}, True),
        ("a", {"a": "items\\boxes"}, True),
        ("a", {"a": "ACM"}, False),
        ("a", {"a": "Ltd ACME"}, False),
        ("a", {"a": ""}, False),
        ("a", {"a": " ACME"}, False),
        ("a", {"a": "ACME "}, False),
        ("a", {"a": "May 2026.\n"}, False),
        ("a", {"a": "."}, False),
        ("a", {"a": "234.50"}, False),
        ("a", {"a": None}, False),
        ("a?", {"a": None}, True),
        ("a", '{"a": "ACME"}', False),
        ("a: number", {"a": "1,234.50"}, True),
        ("a: number", {"a": "7"}, True),
        ("a: number", {"a": "234.50"}, False),
        ("a: number", {"a": 7}, False),
        ("a: integer", {"a": "7"}, True),
        ("a: integer", {"a": "1,234.50"}, False),
        ("a: date", {"a": "12 May 2026"}, True),
        ("a: date", {"a": "12"}, False),
        ("a: date", {"a": "2026-05-12"}, False),
        ("a: bool", {"a": True}, True),
        ("a: bool", {"a": "true"}, False),
        ("a: list of number", {"a": []}, True),
        ("a: list of number", {"a": ["7", "12"]}, True),
        ("a, b", {"a": "ACME", "b": "EUR"}, True),
        ("a, b", {"b": "EUR", "a": "ACME"}, False),
        ("a, b", {"a": "ACME"}, False),
    ],
)
def test_extraction_offers_the_source_and_nothing_else(
    random_model: slm.Model, fields: str, answer: Any, allowed: bool
) -> None:
    """Whole words in their order, whole numbers, whole dates, compact JSON."""
    assert allows(random_model, extraction(fields), answer) is allowed


@pytest.mark.parametrize(
    ("fields", "text", "said"),
    [
        ("a: date", "no such thing 5", "^a: the source holds no date"),
        ("a: number", "none at all", "no number"),
        ("a: integer", "only 5.5 here", "no whole number"),
        ("a", "?! ...", "no text"),
    ],
)
def test_a_field_that_nothing_can_fill_is_an_error(fields: str, text: str, said: str) -> None:
    """It is named, with the way out; as an optional field it is null."""
    with pytest.raises(NothingToQuote, match=said):
        extraction(fields, text)
    assert '"null"' in extraction(f"{fields}?" if ":" in fields else "a?", text)


def one(node: Any, text: str = TEXT) -> str:
    shape = Object((Member("a", "a", node, nullable=False, has_default=False),))
    return build.build(shape, Source(Passage.whole(slm.read(text))))


@pytest.mark.parametrize(
    ("node", "answer", "allowed"),
    [
        (Prose(), "Sold 7 boxes for 1,234.50 euros", True),
        (Prose(), "Sold 8 boxes", False),
        (Prose(), "Sold 1 box", False),
        (Prose(), "Sold 712 boxes", False),
        (Prose(), "Sold 7 12 boxes", False),
        (Prose(), "Sold 7, 12 boxes", False),
        (Prose(), "Sold 7 or 12 boxes", True),
        (Prose(), "Sold .7 boxes", False),
        (Prose(), "Sold -7 boxes", False),
        (Prose(), ".7 boxes", False),
        (Prose(), "-7 boxes", False),
        (Prose(), "Type EUR-7 boxes", True),
        (Prose(), "Of (7) boxes", True),
        (Prose(), '"7" boxes', True),
        (Prose(), "🔟 boxes", False),
        (Prose(), "Seven ٧ boxes", False),
        (Prose(), "Seven ² boxes", False),
        (Prose(), "Ⅶ boxes", False),
        (Prose(), "", False),
        (Prose(), " ", False),
        (Prose(), "tab\there", False),
        (Prose(), 'a "quoted" word', True),
        (Prose(), "日本語 and ελληνικά and עברית 🎉", True),
        (Prose(sentence=True), "It is one.", True),
        (Prose(sentence=True), "It is 1,234.50 in all.", True),
        (Prose(sentence=True), "It is one. And two.", False),
        (Prose(sentence=True), "It is none", False),
        (Prose(sentence=True), "Is it? Yes!", False),
        (Prose(sentence=True), 'He said "yes."', True),
        (Prose(), "Bought from ACME by Best", True),
        (Prose(), "Bought from Acme, as ACMEs", True),
        (Prose(), "Bought from ACMEx", False),
        (Prose(), "Bought from Rathn", False),
        (Prose(), "Bought (Rathn)", False),
        (Prose(), "Bought from iRathn", False),
        (Prose(), "Rathn sold it. Bristol too", True),
        (Prose(), "RATHN sold it", False),
        (Prose(), "(Rathn sold it)", True),
        (Prose(), "In May I met a German on Monday", True),
        (Prose(), "Due are 7 Boxes", True),
        (Prose(), "東京Rathn", False),
        (Prose(opening="X-7 Pro"), "X-7 Pro - Light and quick", True),
        (Prose(opening="X-7 Pro"), "X-7 Pro Light and quick", False),
        (Prose(opening="X-7 Pro"), "X-7 Pro, or the Pro", True),
        (Prose(linkless=True), "see acme.com", False),
        (Prose(linkless=True), "see http://x", False),
        (Prose(linkless=True), "see: this. And that...", True),
        (Prose(opening="X-7 Pro"), "X-7 Pro", True),
        (Prose(opening="X-7 Pro"), "X-7 Pro - light and quick", True),
        (Prose(opening="X-7 Pro"), "X-7 Product", False),
        (Prose(opening="Box 7"), "Box 7 12", False),
        (Prose(opening="Box 7"), "Box 712", False),
        (Prose(opening="Box 7"), "Box 7: with 12 parts", True),
        (Letters(), "Größe", True),
        (Letters(), "a", False),
        (Letters(), "Q3", False),
        (Letters(), "a" * 21, False),
        (Quote(), "It is paid.", True),
        (Quote(), "It is", False),
    ],
)
def test_free_text_keeps_its_rules(
    random_model: slm.Model, node: Any, answer: str, allowed: bool
) -> None:
    """Figures, limits, sentences, links and openings."""
    assert allows(random_model, one(node), {"a": answer}) is allowed


def test_quotes_are_distinct_in_order_and_as_many_as_asked(random_model: slm.Model) -> None:
    """Exactly so many whole sentences, never one twice or backwards."""
    text = "One is here. Two is here. Three is here. Four is here."
    parts = [f"{word} is here." for word in ("One", "Two", "Three", "Four")]
    lark = one(Array(Quote(), 2, 2), text)
    assert allows(random_model, lark, {"a": [parts[0], parts[3]]})
    assert allows(random_model, lark, {"a": [parts[2], parts[3]]})
    for wrong in ([parts[1], parts[0]], [parts[1], parts[1]], parts[:1], parts[:3], [parts[3]]):
        assert not allows(random_model, lark, {"a": wrong})
    fewer = one(Array(Quote(), 7, 7), text)
    assert allows(random_model, fewer, {"a": parts})
    assert not allows(random_model, fewer, {"a": parts[:3]})


def test_a_language_that_capitalises_nouns_has_no_names_to_see(random_model: slm.Model) -> None:
    """In German every noun is written with a capital: by the source, or as it is asked for."""
    german = "Die Rechnung ist bezahlt und der Betrag von 7 Euro ist nicht mehr offen."
    answer = {"a": "Wir danken mit Freude für 7 Euro"}
    assert allows(random_model, one(Prose(), german), answer)
    shape = Object((Member("a", "a", Prose(), nullable=False, has_default=False),))
    for text, language, allowed in [
        ("It is 7 euro.", "German", True),
        ("It is 7 euro.", "de-AT", True),
        (german, "English", False),
    ]:
        source = Source(Passage.whole(slm.read(text)))
        lark = build.build(shape, source, language=language)
        assert allows(random_model, lark, answer) is allowed


def test_what_a_model_wrote_itself_vouches_for_no_name(random_model: slm.Model) -> None:
    """A name in the summary of a part must stand in the document that it sums up."""
    shape = Object((Member("a", "a", Prose(), nullable=False, has_default=False),))
    source = Source(Passage.whole(slm.read("Rathn pays. It is the share of Leeds.")))
    lark = build.build(shape, source, original="The city of Leeds pays.")
    assert allows(random_model, lark, {"a": "It is for Leeds"})
    assert not allows(random_model, lark, {"a": "It is for Rathn"})


def python_class(body: str) -> regex.Pattern[str]:
    return regex.compile(
        "[" + regex.sub(r"\\x\{(\w+)\}", lambda m: rf"\U{int(m[1], 16):08X}", body) + "]"
    )


def test_the_classes_of_free_text_hold_no_number_and_no_control() -> None:
    """Letters are letters; the rest has no digit of any script, space or control character."""
    letters, others = python_class(free_text.LETTERS), python_class(free_text.OTHERS)
    for code in range(0x110000):
        char = chr(code)
        category = unicodedata.category(char)
        if letters.match(char):
            assert category[0] == "L" or category == "Cn", hex(code)
        if others.match(char):
            assert category[0] not in "NZ", hex(code)
            assert category not in ("Cc", "Cs", "Co"), hex(code)


def test_a_large_source_builds_quickly_enough_to_use(random_model: slm.Model) -> None:
    """Twenty thousand words, every field kind: the grammar stays within the engine's limits."""
    text = " ".join(f"word{i} {i}.50 on 3 May 20{i % 90 + 10}." for i in range(4000))
    lark = extraction("a, b: number, c: date, d: list of text", text)
    answer = {"a": "word7", "b": "7.50", "c": "3 May 2017", "d": ["word1 1.50", "word3999"]}
    assert allows(random_model, lark, answer)
    assert nodes.leaves(from_pydantic.describe(parse("a, b: list of text"))) == 2


def test_a_list_whose_rows_cannot_be_filled_is_empty(random_model: slm.Model) -> None:
    """A row needs a date and the source has none: no row, and no error."""
    from datetime import date

    from pydantic import BaseModel

    class Row(BaseModel):
        day: date
        name: str

    class Rows(BaseModel):
        rows: list[Row]

    lark = build.build(from_pydantic.describe(Rows), Source(Passage.whole(slm.read("no such 5"))))
    assert allows(random_model, lark, {"rows": []})
    assert not allows(random_model, lark, '{"rows":[{')


def test_two_lists_of_quotes_do_not_mix(random_model: slm.Model) -> None:
    """Each has its own number of sentences."""
    text = "One is here. Two is here. Three is here."
    one_of, two_of = Array(Quote(), 1, 1), Array(Quote(), 2, 2)
    shape = Object((Member("a", "a", one_of, False, False), Member("b", "b", two_of, False, False)))
    lark = build.build(shape, Source(Passage.whole(slm.read(text))))
    parts = ["One is here.", "Two is here.", "Three is here."]
    assert allows(random_model, lark, {"a": parts[2:], "b": parts[:2]})
    assert not allows(random_model, lark, {"a": parts[:2], "b": parts[:2]})


def test_a_text_shorter_than_every_word_cannot_be_filled() -> None:
    """A limit of two characters and only longer words: said as nothing to quote."""
    shape = Object((Member("a", "a", nodes.Copied(2), False, False),))
    with pytest.raises(NothingToQuote):
        build.build(shape, Source(Passage.whole(slm.read("only longer words"))))


@pytest.mark.parametrize("limits", [{"max_chars": 3}, {"max_words": 0}, {"opening": "x" * 600}])
def test_impossible_limits_are_refused(limits: dict[str, Any]) -> None:
    """When the mark is made, not when the model is asked."""
    with pytest.raises(ValueError, match="or more beside the opening"):
        Prose(**limits)


def test_an_optional_object_that_cannot_be_filled_is_null(random_model: slm.Model) -> None:
    """As an optional field is."""
    from datetime import date

    from pydantic import BaseModel

    class Inner(BaseModel):
        day: date

    class Outer(BaseModel):
        inner: Inner | None

    lark = build.build(
        from_pydantic.describe(Outer), Source(Passage.whole(slm.read("no such thing")))
    )
    assert allows(random_model, lark, {"inner": None})


def test_figures_of_a_tables_cells_do_not_fuse(random_model: slm.Model) -> None:
    """A tab becomes a space for the model, but joins no two figures to one."""
    table = "Plan\t100\t200\nActual\t300\t400 units sold."
    lark = one(Prose(), table)
    assert allows(random_model, lark, {"a": "Sold 100 of 200 units"})
    assert not allows(random_model, lark, {"a": "Sold 100 200 units"})
