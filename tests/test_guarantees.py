"""The guarantees, on a model with random weights: they hold because of the grammar."""

from __future__ import annotations

import enum
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, create_model

import slmtasks as slm
from slmtasks.documents.folding import fold
from slmtasks.social.lengths import graphemes
from slmtasks.social.platforms import PLATFORMS
from slmtasks.values.figures import invented
from slmtasks.values.names import invented_names

many = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


WORDS = st.sampled_from(
    'Invoice Total: Müller & Söhne GmbH Acme "quoted" back\\slash due; 12 March 2026 '
    "1,234.50 1.234,50 99 -5.00 03/04/2024 2024-03-03 10:30 <|end|> <|system|> naïve 東京 "
    "привет 😀 #7 a/b e-mail@x.org (note) 3rd 5% INV-2024-001 € RM9.00 don't A. B. "
    'Paid. Thanks! Why? null true {"a":1} \\n'.split(" ")
)
GAPS = st.sampled_from([" ", " ", " ", "\n", "  ", "\t", "\r\n", "\n\n", "\u00a0"])
DOCUMENTS = st.lists(st.tuples(WORDS, GAPS), min_size=2, max_size=40).map(
    lambda pieces: "Ref 7 of 1 May 2025 " + "".join(word + gap for word, gap in pieces)
)

PLAIN: list[Any] = [str, int, float, Decimal, bool, date, datetime, Colour, Literal["a", "b"]]
SCALARS = st.sampled_from([*PLAIN, *(kind | None for kind in PLAIN)])
NAMES = st.lists(
    st.from_regex(r"[a-z][a-z_]{0,11}[a-z]", fullmatch=True).filter(
        lambda name: not hasattr(BaseModel, name) and not name.startswith("model")
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


def schemas(depth: int = 0) -> st.SearchStrategy[type[BaseModel]]:
    kinds: st.SearchStrategy[Any] = SCALARS
    if depth < 2:
        nested = schemas(depth + 1)
        lists = st.one_of(st.sampled_from(PLAIN), nested).map(lambda kind: list[kind])
        kinds = st.one_of(SCALARS, SCALARS, nested, lists)
    return st.builds(
        lambda names, types: create_model(
            "Schema", **{n: (t, ...) for n, t in zip(names, types, strict=False)}
        ),
        NAMES,
        st.lists(kinds, min_size=4, max_size=4),
    )


def leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        pairs = [(f"{path}.{k}" if path else k, v) for k, v in value]
    elif isinstance(value, list):
        pairs = [(f"{path}[{i}]", v) for i, v in enumerate(value)]
    else:
        return [(path, value)]
    return [leaf for name, entry in pairs for leaf in leaves(entry, name)]


@many
@given(schema=schemas(), text=DOCUMENTS)
def test_every_extraction_is_valid_and_grounded(
    random_model: slm.Model, schema: type[BaseModel], text: str
) -> None:
    """Whatever the schema, the document and the weights: it validates and stands in the source."""
    result = slm.extract(text, schema, model=random_model)
    assert isinstance(result.value, schema)
    assert result.coverage.read == result.coverage.characters == len(text)
    for path, value in leaves(result.value):
        if value is None or isinstance(value, bool | enum.Enum) or value in ("a", "b"):
            assert path not in result.evidence or isinstance(value, str)
            continue
        places = result.evidence[path]
        assert places, path
        for place in places:
            assert text[place.start : place.end] == place.quote
        if isinstance(value, str):
            assert {fold(place.quote) for place in places} == {value}


SOURCES = st.lists(
    st.sampled_from(
        "Sales rose 12% to 1,234 units. We sold 1 and 234 more! Is 3.5 enough? In 2024 the 10-15 "
        'teams of 12/05/2024 met. "Good," she said (page 7). 1 234 567 € for A4 and Q3; x² + ½. '
        "東京 で 42 件。 No figures here at all. Trials: ١٢٣ and ४५. Costs 0.07 per unit, "
        "-5 degrees.".split()
    ),
    min_size=3,
    max_size=40,
).map(" ".join)


@settings(many, max_examples=8)
@given(
    text=SOURCES,
    style=st.sampled_from(["tldr", "key-points", "headline", "quotes"]),
    length=st.sampled_from(["short", "medium", "long"]),
)
def test_no_summary_invents_a_figure_or_breaks_its_contract(
    random_model: slm.Model, text: str, style: Any, length: Any
) -> None:
    """Figures stand in the source, and each style keeps what it promises."""
    from slmtasks.tasks.summarize import MOST

    result = slm.summarize(text, style=style, length=length, model=random_model)
    most = MOST[style][length]
    for point in result.points if style != "quotes" else ():
        assert invented(point, text) == []
        assert invented_names(point, text) == []
    if style == "quotes":
        assert len(set(result.points)) == len(result.points) <= most
        assert all(point in " ".join(text.split()) for point in result.points)
        starts = [result.evidence[f"points[{i}]"][0].start for i in range(len(result.points))]
        assert starts == sorted(starts)
    elif style == "headline":
        assert len(result.text.split()) <= most
    elif style == "tldr":
        assert 1 <= len(result.points) <= most
        assert all(not re.search(r"[.!?…] ", point) for point in result.points)
    else:
        assert 1 <= len(result.points) <= most


@settings(many, max_examples=8)
@given(
    text=SOURCES,
    platform=st.sampled_from(sorted(PLATFORMS)),
    hashtags=st.integers(0, 4),
    link=st.sampled_from([None, "https://example.com/a/very/long/path?with=query&and=more"]),
)
@example(text="met. for and 0.07", platform="facebook", hashtags=4, link=None)
def test_no_post_exceeds_its_platform(
    random_model: slm.Model, text: str, platform: Any, hashtags: int, link: str | None
) -> None:
    """A post fits by the platform's own counting, link and hashtags included."""
    post = slm.social_post(
        text, platform=platform, hashtags=hashtags, link=link, model=random_model
    )
    rules = PLATFORMS[platform]
    assert rules.count(post.text) == post.characters <= rules.limit
    assert len(post.hashtags) <= min(hashtags, rules.hashtags or hashtags)
    assert all(unicodedata.category(letter)[0] == "L" for tag in post.hashtags for letter in tag)
    assert all(f"#{tag}" in post.text for tag in post.hashtags)
    assert link is None or post.text.endswith(link)
    body = post.text.split("\n\n")[0]
    assert invented(body, text) == []
    assert invented_names(body, text) == []


@settings(many, max_examples=4)
@given(
    name=st.sampled_from(["Trail 3", 'Kettle "Pro" X-200', "水筒", "Åse 1 234", "B\\C"]),
    features=st.lists(SOURCES, max_size=2),
    length=st.sampled_from(["short", "medium", "long"]),
)
def test_no_description_loses_the_name_or_invents_a_figure(
    random_model: slm.Model, name: str, features: list[str], length: Any
) -> None:
    """The title begins with the name, limits are kept, figures are the product's."""
    product = slm.Product(name=name, features=tuple(features), price="EUR 19.90")
    copy = slm.describe_product(product, length=length, model=random_model)
    source = "\n".join([name, *features, "EUR 19.90"])
    assert copy.title.startswith(name)
    assert len(copy.title) <= len(name) + 80
    assert len(copy.meta_description) <= 160
    for text in (copy.title, copy.tagline, copy.description, copy.meta_description, *copy.bullets):
        assert invented(text, source) == []
        assert graphemes(text) > 0
    for text in (copy.tagline, copy.description, copy.meta_description, *copy.bullets):
        assert invented_names(text, source, "Name Features Price") == []


@settings(many, max_examples=5)
@given(facts=SOURCES, message=SOURCES)
def test_no_reply_goes_beyond_the_facts(random_model: slm.Model, facts: str, message: str) -> None:
    """Quotes are the facts' own sentences; no figure, and no name but the message's, is new."""
    answer = slm.reply(message, facts=facts, model=random_model)
    assert answer.answered == bool(answer.evidence)
    assert invented(answer.text, facts) == []
    assert invented_names(answer.text, facts, message) == []
    for place in answer.evidence.get("text", []):
        assert facts[place.start : place.end] == place.quote


@pytest.mark.parametrize("wanted", ["1234", "1,234", "1 234", "1.234", "1'234", "1\u00a0234"])
def test_two_figures_never_fuse(wanted: str) -> None:
    """Of "1" and "234" the grammar lets no third figure be written."""
    import regex

    from slmtasks.grammar.free_text import citing

    pattern = citing(["1", "234"]).replace(r"\x{", r"\x{")
    python = regex.sub(r"\\x\{(\w+)\}", lambda m: rf"\U{int(m[1], 16):08X}", pattern)
    assert regex.fullmatch(python, "sold 1 and 234 more")
    assert not regex.fullmatch(python, f"sold {wanted} more")


def test_they_hold_on_phi_3_minis_tokenizer(phi_model: slm.Model, receipts: list[Path]) -> None:
    """A SentencePiece vocabulary of 32,064, real receipts: the same guarantees."""
    from slmtasks.schema.field_list import parse

    fields = parse("company, address: text?, date: date?, total: number, items: list of text")
    for path in receipts[:12]:
        text = path.read_bytes().decode("utf-8")
        result = slm.extract(path, fields, model=phi_model)
        for places in result.evidence.values():
            assert all(text[place.start : place.end] == place.quote for place in places)
        post = slm.social_post(path, platform="x", model=phi_model)
        assert PLATFORMS["x"].count(post.text) <= 280
        assert invented(post.text, text) == []
