"""Arguments, shapes and evidence of the four writing tasks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import slmtasks as slm
from slmtasks.errors import ContextExceeded, EmptyDocument
from slmtasks.models.session import Session

TEXT = (
    "The mill in Derby opened on 4 May 2026. It cost 12 million euros to build. "
    "Some 40 people work there. The old mill will be closed in autumn."
)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: slm.summarize(TEXT, style="poem", model=m), "style is 'poem'; use one of tldr"),
        (lambda m: slm.summarize(TEXT, length="huge", model=m), "length is 'huge'"),
        (lambda m: slm.summarize(TEXT, max_items=0, model=m), "max_items is 0; give 1 to 50"),
        (lambda m: slm.summarize(TEXT, max_items=51, model=m), "max_items is 51"),
        (lambda m: slm.social_post(TEXT, platform="myspace", model=m), "no platform 'myspace'"),
        (lambda m: slm.social_post(TEXT, platform="x", tone="rude", model=m), "tone is 'rude'"),
        (lambda m: slm.social_post(TEXT, platform="x", hashtags=-1, model=m), "hashtags is -1"),
        (lambda m: slm.social_post(TEXT, platform="x", hashtags=30, model=m), "30 hashtags and"),
        (lambda m: slm.social_post(TEXT, platform="x", link="a b", model=m), "without white space"),
        (lambda m: slm.reply("  ", facts=TEXT, model=m), "message is empty"),
        (lambda m: slm.reply("Hi?", facts=TEXT, history=[("boss", "x")], model=m), "role"),
        (lambda m: slm.describe_product(slm.Product(name="A"), length="x", model=m), "length is"),
        (lambda m: slm.Product(name=""), "at least 1 character"),
        (lambda m: slm.Product(name="A", colour="red"), "colour"),
    ],
)
def test_wrong_arguments_say_what_is_right(random_model: slm.Model, call: Any, said: str) -> None:
    """A ValueError before any model call, naming the argument and its choices."""
    with pytest.raises(ValueError, match=said):
        call(random_model)


def test_empty_text_is_refused_before_any_model_call() -> None:
    """Even where no model could be loaded."""
    with pytest.raises(EmptyDocument):
        slm.summarize("  \n ", model=object())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"what slmtasks\.load returned"):
        slm.summarize("Some text is here.", model="nano")  # type: ignore[arg-type]


@pytest.mark.parametrize(("style", "expected"), [("tldr", 2), ("quotes", 4)])
def test_fixed_numbers_are_kept_and_fewer_where_the_source_has_fewer(
    random_model: slm.Model, style: Any, expected: int
) -> None:
    """Two sentences of a tldr; five quotes of a text of four are four."""
    assert len(slm.summarize(TEXT, style=style, model=random_model).points) == expected
    short = slm.summarize("It is one sentence alone.", style=style, model=random_model)
    assert len(short.points) == 1


@pytest.mark.parametrize(("style", "most"), [("quotes", 1), ("tldr", 3), ("key-points", 1)])
def test_the_number_can_be_asked_for(random_model: slm.Model, style: Any, most: int) -> None:
    """`max_items` in place of what the length gives."""
    result = slm.summarize(TEXT, style=style, length="medium", max_items=most, model=random_model)
    assert len(result.points) == most


def test_a_headline_has_at_most_the_words_asked_for(random_model: slm.Model) -> None:
    """`max_items` counts its words."""
    result = slm.summarize(TEXT, style="headline", max_items=4, model=random_model)
    assert len(result.text.split()) <= 4


def test_quotes_have_their_places(random_model: slm.Model) -> None:
    """Each quote is a sentence of the source, at the offsets that are given."""
    result = slm.summarize(TEXT, style="quotes", length="short", model=random_model)
    for index, point in enumerate(result.points):
        (place,) = result.evidence[f"points[{index}]"]
        assert TEXT[place.start : place.end] == place.quote == point


def test_a_points_evidence_is_the_sentence_it_shares_its_words_with() -> None:
    """Few shared words are no evidence."""
    from slmtasks.documents.passages import Passage
    from slmtasks.grounding.locate import support

    passage = Passage.whole(slm.read(TEXT))
    (place,) = support("The mill cost 12 million euros", passage)
    assert place.quote == "It cost 12 million euros to build."
    assert support("Bananas are yellow", passage) == []


def test_a_post_ends_with_its_tags_and_its_link(random_model: slm.Model) -> None:
    """In that order, the link exactly as given; Threads takes one tag and says so."""
    link = "https://example.com/Mill?a=1&b=2#top"
    post = slm.social_post(TEXT, platform="threads", hashtags=4, link=link, model=random_model)
    assert len(post.hashtags) <= 1
    assert post.text.endswith(f"\n\n{link}")
    assert any("allows 1 hashtag; 4 were asked for" in warning for warning in post.warnings)
    bare = slm.social_post(TEXT, platform="bluesky", hashtags=0, model=random_model)
    assert bare.hashtags == ()
    assert "#" not in bare.text.split()


def test_a_long_source_is_shortened_before_it_is_posted(random_model: slm.Model) -> None:
    """All of it is read, in parts."""
    text = " ".join(f"Site {i} opened with {i} machines." for i in range(900))
    post = slm.social_post(text, platform="linkedin", model=random_model)
    assert post.coverage.chunks > 1
    assert post.coverage.read == len(text)


def test_long_facts_are_searched_in_parts(random_model: slm.Model) -> None:
    """The evidence of a reply has the offsets of the whole document."""
    facts = "\n".join(f"Article {i} costs {i} euros in the shop." for i in range(700))
    answer = slm.reply("What does article 7 cost?", facts=facts, model=random_model)
    assert answer.coverage.chunks > 1
    for place in answer.evidence.get("text", []):
        assert facts[place.start : place.end] == place.quote


def test_a_product_that_is_too_long_is_said(random_model: slm.Model) -> None:
    """Not cut in silence."""
    product = slm.Product(name="A", features=("word " * 4000,))
    with pytest.raises(ContextExceeded, match="leave out features"):
        slm.describe_product(product, model=random_model)


SENTENCE = "Der Auftragnehmer haftet für die ordentliche Ausführung der Arbeiten in diesem Vertrag"


@pytest.mark.parametrize("style", ["tldr", "key-points", "headline", "quotes"])
def test_few_long_sentences_are_summarized_too(random_model: slm.Model, style: Any) -> None:
    """A text of nine very long sentences fills the context; none of its parts is dropped."""
    text = " ".join(f"{SENTENCE * 8} nach Absatz {i}." for i in range(9))
    result = slm.summarize(text, style=style, length="medium", model=random_model)
    assert result.coverage.complete
    if style == "quotes":
        assert len(result.points) == 5
        assert set(result.evidence) == {f"points[{i}]" for i in range(5)}


def test_quotes_of_a_long_source_are_its_own_whole_sentences(random_model: slm.Model) -> None:
    """However the parts are cut, each quote has its place in the whole document."""
    text = "\n\n".join(
        f"## Part {i} of the plan\n\nCosts fell after the move to Leeds, and the team of {i} was\n"
        f"glad of it. Nobody left us in {1990 + i % 30}." for i in range(150)
    )  # fmt: skip
    for length in ("short", "medium", "long"):
        result = slm.summarize(text, style="quotes", length=length, model=random_model)
        assert (
            len(result.points)
            == len(result.evidence)
            == {"short": 3, "medium": 5, "long": 7}[length]
        )


def test_a_body_holds_neither_tags_nor_mentions(random_model: slm.Model) -> None:
    """The tags of a post are those in `hashtags`, whatever the model would write."""
    for platform in ("instagram", "threads", "facebook"):
        post = slm.social_post(TEXT, platform=platform, hashtags=2, model=random_model)
        assert post.text.count("#") == len(post.hashtags)
        assert "@" not in post.text


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    """Lets the model answer what is given to it."""
    answer = Session.answer

    def stage(wanted: dict[str, Any]) -> None:
        def said(self: Session, *args: Any) -> Any:
            given, usage = answer(self, *args)
            text = json.dumps(wanted, separators=(",", ":"))
            return replace(given, text=text, choices=()), usage

        monkeypatch.setattr(Session, "answer", said)

    return stage


COPY = {
    "title": "Fjord 40",
    "tagline": "a",
    "description": "It holds 40 LITRES and is Waterproof.",
    "bullets": ["b"],
    "meta_description": "c",
}


def test_a_list_holds_each_text_once(
    random_model: slm.Model, says: Callable[[dict[str, Any]], None]
) -> None:
    """What the model repeats in points or bullets is given once, in its place, and reported."""
    says({"points": ["One.", "Two.", "One."]})
    summary = slm.summarize(TEXT, model=random_model)
    says({**COPY, "bullets": ["b", "b"]})
    copy = slm.describe_product(slm.Product(name="Fjord 40"), model=random_model)
    assert summary.points == ("One.", "Two.")
    assert copy.bullets == ("b",)
    repeated = ("the model repeated itself in a list; each text is given once",)
    assert summary.warnings == copy.warnings == repeated


def test_specs_that_are_not_mentioned_are_said(
    random_model: slm.Model, says: Callable[[dict[str, Any]], None]
) -> None:
    """By value, whatever its case; a yes or no by its name."""
    says(COPY)
    specs = {"volume": "40  litres", "waterproof": "yes", "weight": "900 g", "washable": "no"}
    product = slm.Product(name="Fjord 40", specs=specs, price="\u20ac189")
    made = slm.describe_product(product, model=random_model)
    assert made.warnings == (
        "not mentioned: weight: 900 g",
        "not mentioned: washable: no",
        "not mentioned: price: \u20ac189",
    )


def test_what_the_copy_mentions_is_held_against_its_texts() -> None:
    """A quote is no escape, a field's name says nothing, and a key is read as words."""
    from slmtasks.tasks.describe_product import _unmentioned

    specs = {"size": '15.6"', "kind": "description", "wallMount": "yes", "dust_proof": "no"}
    product = slm.Product(name="TV", specs=specs)
    said = "A set for the wall mount. It is not dust proof."
    copy = {"title": 'TV, 15.6"', "description": said, "bullets": ["Flat"]}
    assert list(_unmentioned(product, copy)) == ["kind: description"]
