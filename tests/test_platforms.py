from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import get_args

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher

from slmtasks.social.platforms import (
    HASHTAG,
    LINKLIKE,
    PLATFORMS,
    Platform,
    PlatformName,
    is_hashtag,
    platform,
)

X = platform("x")
EVERY = pytest.mark.parametrize("rules", PLATFORMS.values(), ids=PLATFORMS)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
GERMANY = "\U0001f1e9\U0001f1ea"
LINK = "https://shop.example.com/lamps/aurora?colour=sand&from=newsletter"


@cache
def in_class(body: str) -> re.Pattern[str]:
    return re.compile("[" + re.sub(r"\\x\{(\w+)\}", lambda m: chr(int(m[1], 16)), body) + "]")


def barred(rules: Platform, text: str) -> bool:
    return bool(rules.barred and in_class(rules.barred).search(text))


# What random code points seldom make: sequences, and text that NFC rewrites.
composed = [chr(c) for c in range(0x110000) if unicodedata.decomposition(chr(c))]
marks = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Mn"]
pieces = st.one_of(
    st.text(max_size=6),
    st.sampled_from(composed),
    st.sampled_from(marks),
    st.sampled_from(
        [FAMILY, SCOTLAND, GERMANY, "1\ufe0f\u20e3", "\u2764\ufe0f", "\U0001f64b\U0001f3fd"]
    ),
    st.sampled_from(["\u200d", "\ufe0f", "\ufe0e", "©", "#", ".", "://", "@", " ", "\n"]),
    st.sampled_from(
        [LINK, "http://a.co", "see.it", "a.so/b", "@ann@mas.to", "x@y.org", "http://ж.рф"]
    ),
    st.text(alphabet="a.:/@-_()é\u0323\u0301\u0327\u1100\u1161\u11a8", max_size=8),
)
texts = st.lists(pieces, max_size=12).map("".join)


def test_the_table_holds_every_name_of_the_type() -> None:
    """The names of the type, the keys and each platform's own name are the same."""
    assert get_args(PlatformName) == tuple(PLATFORMS)
    assert [rules.name for rules in PLATFORMS.values()] == list(PLATFORMS)
    assert all(url.startswith("https://") for p in PLATFORMS.values() for url in p.source)


def test_an_unknown_platform_is_answered_with_the_known_ones() -> None:
    """A name that is not in the table raises a ValueError that lists those that are."""
    with pytest.raises(ValueError, match="no platform 'myspace'; there are bluesky, facebook"):
        platform("myspace")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, world! \U0001f44b", 16),
        ("caf\u00e9", 4),
        ("cafe\u0301", 4),
        ("\U0001f47e", 2),
        ("\U0001f64b\U0001f3fd", 2),
        ("\U0001f468\u200d\U0001f3a4", 2),
        (FAMILY, 2),
        (SCOTLAND, 2),
        (GERMANY * 2, 4),
        ("1\ufe0f\u20e3", 2),
        ("\u00a9 2 \u2122", 6),
        ("日本語", 6),
        ("“so” – it’s…", 13),
        ("https://example.com", 23),
        ("https://example.com/very/long/path", 23),
        (LINK, 23),
        (f"Look: {LINK}.", 30),
        ("(https://en.wikipedia.org/wiki/Lamp_(disambiguation))", 25),
        ("see a.co now", 31),
        ("https://müller.de/über", 23),
        ("mail info@example.com", 21),
        ("version 1.2.3, at 5.30", 22),
        ("http://localhost/a-path-of-some-length", 38),
    ],
)
def test_x_counts_as_its_documentation_does(text: str, expected: int) -> None:
    """X: the examples of its page on counting, and what follows from twitter-text."""
    assert expected == X.count(text)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("mastodon", FAMILY + "e\u0301", 2),
        ("mastodon", f"Look: {LINK}", 29),
        ("mastodon", "hi @alice@example.social!", 10),
        ("mastodon", "see example.com", 15),
        ("bluesky", FAMILY + GERMANY, 2),
        ("bluesky", "e\u0301" * 3, 3),
        ("bluesky", "a" + "\u0301" * 1499, 1),
        ("bluesky", "a" + "\u0301" * 1500, 301),
        ("bluesky", LINK, len(LINK)),
        ("threads", "naïve – 日本", 10),
        ("threads", "\U0001f44b\U0001f3fd", 8),
        ("threads", FAMILY, 25),
        ("threads", "1\ufe0f\u20e3", 7),
        ("linkedin", "日本 \U0001f44b", 5),
        ("instagram", LINK, len(LINK)),
        ("facebook", "é", 1),
    ],
)
def test_each_platform_counts_its_own_way(name: str, text: str, expected: int) -> None:
    """Graphemes, bytes of emoji, code units, links and mentions are each counted where they are."""
    assert expected == platform(name).count(text)


def test_a_domain_that_cannot_exist_counts_its_whole_length() -> None:
    """X shortens no link to a reserved domain, so that such a link counts all it has."""
    link = "https://shop.example/" + "a" * 40
    assert len(link) == X.count(link) == platform("mastodon").count(link)


@EVERY
@settings(max_examples=150, deadline=None)
@given(text=texts)
@example(text="é\u0323")
@example(text="ǖ\u0323\u0327")
@example(text="\u0344\u0958")
def test_the_bound_is_never_below_the_count(rules: Platform, text: str) -> None:
    """Whatever a grammar writes weighs at least what the platform will count."""
    if not barred(rules, text):
        assert rules.count(text) <= rules.bound(text)


@EVERY
@settings(max_examples=100, deadline=None)
@given(text=texts)
def test_without_a_link_the_weights_alone_are_enough(rules: Platform, text: str) -> None:
    """Where a full stop never touches a letter, the sum of the weights is the bound."""
    text = regex.sub(LINKLIKE, " ", text)
    if not barred(rules, text) and not regex.search(LINKLIKE, text):
        light = len(in_class(rules.light).findall(text))
        weights = light + rules.weight * (len(text) - light)
        assert rules.count(text) <= weights == rules.bound(text)


def test_nfc_never_outgrows_the_weights_of_x() -> None:
    """Every code point, and every composed letter with every mark that composes, stays in bound."""
    changed = [
        c
        for c in map(chr, range(0x110000))
        if not unicodedata.is_normalized("NFD", c) and not "가" <= c <= "힣" and not barred(X, c)
    ]
    second = {unicodedata.normalize("NFD", c)[-1] for c in changed}
    second = {mark for mark in second if unicodedata.combining(mark)}
    light = in_class(X.light)
    true = in_class(r"\x{0}-\x{10FF}\x{2000}-\x{200D}\x{2010}-\x{201F}\x{2032}-\x{2037}")

    def over(text: str) -> bool:
        nfc = unicodedata.normalize("NFC", text)
        weight = 2 * len(nfc) - len(true.findall(nfc))
        return weight > 2 * len(text) - len(light.findall(text))

    assert [c for c in changed if over(c)] == []
    assert [c + m for c in changed for m in second if over(c + m)] == []


def test_what_is_barred_on_x_is_barred_for_a_reason() -> None:
    """Only code points whose NFC weighs more than 2 may not be written; everyday text may."""
    every = in_class(X.barred).findall("".join(map(chr, range(0x110000))))
    assert len(every) == 16
    assert all(X.count(c) > 2 for c in every)


def test_every_part_of_an_emoji_is_heavy_on_threads() -> None:
    """No code point that Threads counts in bytes can pass for a light one."""
    heavy = in_class(platform("threads").light)
    parts = regex.compile(
        r"[\p{Extended_Pictographic}\p{Emoji_Presentation}\p{Emoji_Component}--[0-9#*]]", regex.V1
    )
    every = parts.findall(
        "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, 0x110000)))
    )
    assert [part for part in every if heavy.match(part)] == []


@EVERY
@settings(max_examples=60, deadline=None)
@given(text=texts, tags=st.lists(st.from_regex(r"[a-zé]{2,20}", fullmatch=True), max_size=3))
def test_body_and_tail_count_no_more_than_their_sum(
    rules: Platform, text: str, tags: list[str]
) -> None:
    """A body within `room(tail)` makes a post within the limit."""
    tail = "\n\n" + " ".join(f"#{tag}" for tag in tags) + f"\n{LINK}"
    if not barred(rules, text):
        assert rules.count(text + tail) <= rules.bound(text) + rules.count(tail)
        assert rules.room(tail) == rules.limit - rules.count(tail)


def test_no_room_is_left_beside_a_tail_that_fills_the_post() -> None:
    """A tail longer than the limit leaves 0, never less."""
    assert platform("bluesky").room(" " + "a" * 400) == 0


@EVERY
def test_the_classes_are_read_by_the_grammar_engine(rules: Platform) -> None:
    """Both classes, and what a link holds, compile in the engine that enforces them."""
    parts = [f"[{rules.light}]", f"{HASHTAG}", f"(?s:.*)({LINKLIKE})(?s:.*)"]
    if rules.weight > 1:
        parts.append(f"[^{rules.light}{rules.barred}]")
    for part in parts:
        written = part.replace("/", r"\/")
        assert LLMatcher.validate_grammar(f"%llguidance {{}}\nstart: A\nA: /{written}/") == ""


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("Lamp", True), ("ÉtéÀParis", True), ("新製品", True), ("a", False), ("a" * 21, False),
     ("web3", False), ("two words", False), ("#Lamp", False), ("snake_case", False), ("", False)],
)  # fmt: skip
def test_a_hashtag_is_letters_only(tag: str, expected: bool) -> None:
    """Two to twenty letters of any script make a tag; digits, spaces and signs do not."""
    assert expected is is_hashtag(tag)
