"""Where a text that exceeds its limit ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import slmtasks as slm
from slmtasks.decoding.request import DecodeRequest
from slmtasks.documents.passages import Passage
from slmtasks.grammar import build
from slmtasks.grammar.candidates import Source
from slmtasks.grammar.limits import TextLimits
from slmtasks.schema.nodes import Array, Choice, Member, Node, Object, Prose
from slmtasks.social.platforms import PLATFORMS


def shape(**nodes: Node) -> Object:
    return Object(tuple(Member(key, key, node, False, False) for key, node in nodes.items()))


def cut(text: str, node: Prose, *, now: bool = False) -> str | None:
    """A text as far as it was written, ended where its limits have it end; None where they do not.

    The endings begin to be asked for when the first character is written.
    """
    limits = TextLimits(shape(a=node))
    for end in range(1, len(text) + 1):
        answer = f'{{"a":"{build.written(text[:end])}'.encode()
        found = limits.endings(answer, now=now and end == len(text))
        if found:
            size, closing = found[0]
            return str(json.loads(answer[:size] + closing + b"}")["a"])
    return None


@pytest.mark.parametrize(
    ("node", "text", "ended"),
    [
        (Prose(30), "We open at nine. The hall is so large", "We open at nine."),
        (Prose(30), "We open at nine! Ask Mr. Smith and others", "We open at nine!"),
        (Prose(30), "It is 3.5 to 4.5 of the whole lot.", "It is 3.5 to 4.5 of the whole"),
        (Prose(40), "A light and quiet kettle, which boils it fast", "A light and quiet kettle"),
        (
            Prose(40),
            "Light, a quiet kettle that boils all day long",
            "Light, a quiet kettle that boils",
        ),
        (Prose(26), "New learning system for all schools", "New learning system"),
        (Prose(20), "The kettle (made of steel) boils", "The kettle"),
        (Prose(20), 'He said "do not go" to all', "He said"),
        (Prose(20), 'He said "no" and "yes" again', 'He said "no"'),
        (Prose(16), "東京は大きい。京都は古い町です。", "東京は大きい。京都は古い町です。"),
        (Prose(12), "東京は大きい。京都は古い町です。", "東京は大きい。"),
        (Prose(10), "東京はとても大きい町です", "東京はとても大きい町"),
        (Prose(8), "unbelievable things", "unbeliev"),
        (Prose(max_words=3), "one hotel three four", "one hotel three"),
        (Prose(max_words=3), "We pay. You do not", "We pay."),
        (Prose(30, sentence=True), "It boils water fast and without noise", "It boils water fast."),
        (Prose(20, opening="X-7 Pro"), "X-7 Pro - unbelievable", "X-7 Pro"),
        (Prose(20, opening="X-7 Pro"), "X-7 Pro - light and quick", "X-7 Pro - light"),
    ],
)
def test_a_text_ends_where_a_sentence_a_clause_or_a_word_does(
    node: Prose, text: str, ended: str
) -> None:
    """The last that fits, with no bracket or quotation left open and no small word at its end."""
    result = cut(text, node)
    assert (text if result is None else result) == ended


@pytest.mark.parametrize("text", ["A kettle.", "A kettle", 'A "kett"'])
def test_what_fits_is_left_alone(text: str) -> None:
    """Up to its last character."""
    assert cut(text, Prose(max_chars=len(text), max_words=2)) is None


def test_a_text_may_be_told_to_end() -> None:
    """Where the answer has no more tokens: at the last word that is surely whole."""
    assert cut("We open at nine. The hall is la", Prose(), now=True) == "We open at nine."
    assert cut("We open at ni", Prose(), now=True) == "We open"
    assert TextLimits(shape(a=Prose())).endings(b'{"a":"', now=True) == []


def test_a_post_is_weighed_as_its_platform_weighs_it() -> None:
    """On X a heavy character takes the room of two light ones."""
    x = PLATFORMS["x"]
    node = Prose(max_chars=100, light=x.light, heavy=x.weight)
    assert cut("a" * 100, node) is None
    assert cut("東" * 50, node) is None
    assert cut("東" * 51, node) == "東" * 50
    assert cut("🎉" * 12 + "a" * 90, node) == "🎉" * 12 + "a" * 76


def test_every_text_of_an_answer_has_its_own_limit() -> None:
    """In objects and lists, among other values; keys count for nothing."""
    row = shape(kind=Choice(("a long choice", "b")), text=Prose(10))
    node = shape(a=Prose(9), rows=Array(row), notes=Array(Prose(12)))
    answer = {
        "a": "Good text",
        "rows": [{"kind": "a long choice", "text": "x"}] * 2,
        "notes": ["y"],
    }
    raw = json.dumps(answer, separators=(",", ":"))
    assert TextLimits(node).endings(raw.encode()) is None
    for old, new in [
        ("Good text", "Good text then"),
        ('"x"}]', '"x yyyyyyyyy"}]'),
        ('"y"', '"y zzzz yyyyyyy"'),
    ]:
        longer = raw.replace(old, new).encode()
        found = TextLimits(node).endings(longer)
        assert found
        size, closing = found[0]
        assert longer[:size].endswith((b'"Good text', b'"x', b"y zzzz"))
        assert closing == b'"'


@pytest.mark.parametrize("drafts", [True, False])
def test_a_provider_that_cannot_rewind_ends_its_texts_the_same(
    exact_folder: Path, exact_model: slm.Model, monkeypatch: pytest.MonkeyPatch, drafts: bool
) -> None:
    """Token for token: it reads the prompt anew, with what is kept of the answer."""
    monkeypatch.setattr("slmtasks.models.providers.rewinds", lambda _: False)
    monkeypatch.setattr(exact_model.internals.decoder.options, "drafts", drafts)
    node = shape(a=Prose(40), b=Prose(max_words=4), c=Array(Prose(60, sentence=True), 2, 2))
    source = Source(Passage.whole(slm.read(LONG)))
    prompt = exact_model.internals.encode([{"role": "user", "content": LONG}])
    lark = build.build(node, source)
    written = []
    with slm.load(exact_folder) as stepping:
        for model in (exact_model, stepping):
            limits = TextLimits(node)
            request = DecodeRequest(prompt, lark, max_tokens=400, reserve=0, limits=limits)
            written.append(model.internals.answer(request)[0])
    assert written[0].tokens == written[1].tokens
    assert exact_model.internals.tokenizer.decode(written[0].tokens).startswith(written[0].text)
    answer = json.loads(written[0].text)
    assert len(answer["a"]) <= 40
    assert len(answer["b"].split()) <= 4
    assert all(len(text) <= 60 and text.endswith((".", "!", "?", "…")) for text in answer["c"])
    assert all(at < end <= len(written[0].text.encode()) for at, end, _ in written[0].choices)


LONG = (
    "Sales of the ACME kettle rose 12% to 1,234 units in Leeds, York and Bergen. The new hall is "
    "open to everyone from Monday, and the old hall, which we all liked, is closed for repairs. "
)


@pytest.mark.parametrize("which", ["random_model", "nano"])
def test_no_text_ends_inside_a_word(
    which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a text was cut, the model had ended the word itself, or one word fills the text."""
    model: slm.Model = request.getfixturevalue(which)
    seen: list[tuple[bytes, int]] = []
    endings = TextLimits.endings

    def listening(self: TextLimits, answer: bytes, *, now: bool = False) -> Any:
        found = endings(self, answer, now=now)
        if found:
            seen.append((answer, found[0][0]))
        return found

    monkeypatch.setattr(TextLimits, "endings", listening)
    slm.social_post(LONG, platform="x", hashtags=1, model=model)
    slm.summarize(LONG, style="headline", max_items=3, model=model)
    slm.summarize(LONG, style="tldr", length="medium", model=model)
    slm.summarize(LONG, style="key-points", length="short", model=model)
    slm.describe_product(slm.Product(name="ACME kettle", features=(LONG,)), model=model)
    assert which == "nano" or len(seen) > 5
    for answer, size in seen:
        kept, more = answer[:size].decode(), answer[size:].decode(errors="ignore")
        word = re.split(r'[ "]', kept)[-1]
        assert more.startswith(" ") or not more[:1].isalpha() or len(word) > 70, (kept, more)
