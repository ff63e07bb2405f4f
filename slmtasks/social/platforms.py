"""The limits of a post on each platform.

`PLATFORMS` is the table. `Platform.count` measures a finished text as the platform does;
`weight`, `light` and `barred` let a grammar keep to the limit while it writes, one code
point at a time: the sum of the weights is never below the count.

Knows nothing about models, prompts or how a post is composed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Literal

from slmtasks.social import lengths

__all__ = [
    "HASHTAG",
    "LINKLIKE",
    "PLATFORMS",
    "Platform",
    "PlatformName",
    "is_hashtag",
    "platform",
]

PlatformName = Literal["x", "linkedin", "facebook", "instagram", "threads", "bluesky", "mastodon"]

HASHTAG = r"\p{L}{2,20}"
"""A well-formed hashtag without its `#`: letters only. Digits, `_` and marks break tags
on one platform or another."""

LINKLIKE = r"\.\p{L}|://"
"""A part of every link, with or without a scheme. A body without it holds no link, so
nothing in it can count 23 while its code points count less."""

_Range = tuple[int, int]

# Code points of weight 1 that a grammar treats as heavy, because NFC can expand them:
# composition exclusions (one becomes two), marks that displace another mark of a
# precomposed letter ("é" and a dot below become "ẹ" and an acute, 1 + 1 becomes 2 + 1),
# letters with two marks.
_X_HEAVY: tuple[_Range, ...] = (
    (0x1D5, 0x1DC), (0x1DE, 0x1E1), (0x1EC, 0x1ED), (0x1FA, 0x1FB), (0x22A, 0x22D),
    (0x230, 0x231), (0x31B, 0x31B), (0x323, 0x331), (0x344, 0x344), (0x958, 0x95F),
    (0x9DC, 0x9DD), (0x9DF, 0x9DF), (0xA33, 0xA33), (0xA36, 0xA36), (0xA59, 0xA5B),
    (0xA5E, 0xA5E), (0xB5C, 0xB5D), (0xF43, 0xF43), (0xF4D, 0xF4D), (0xF52, 0xF52),
    (0xF57, 0xF57), (0xF5C, 0xF5C), (0xF69, 0xF69), (0xF73, 0xF73), (0xF75, 0xF76),
    (0xF78, 0xF78), (0xF81, 0xF81), (0xF93, 0xF93), (0xF9D, 0xF9D), (0xFA2, 0xFA2),
    (0xFA7, 0xFA7), (0xFAC, 0xFAC), (0xFB9, 0xFB9),
)  # fmt: skip

# NFC makes these weigh 3 to 6: a mathematical sign, two Hebrew ligatures, old musical notes.
_X_BARRED: tuple[_Range, ...] = (
    (0x2ADC, 0x2ADC), (0xFB2C, 0xFB2D), (0x1D15E, 0x1D164), (0x1D1BB, 0x1D1C0),
)  # fmt: skip

# Blocks that hold emoji now or are reserved for them, and all beyond the first plane.
_THREADS_HEAVY: tuple[_Range, ...] = (
    (0xA9, 0xA9), (0xAE, 0xAE), (0x200D, 0x200D), (0x203C, 0x203C), (0x2049, 0x2049),
    (0x20E3, 0x20E3), (0x2122, 0x2122), (0x2139, 0x2139), (0x2190, 0x21FF),
    (0x2300, 0x23FF), (0x24C2, 0x24C2), (0x25A0, 0x27BF), (0x2900, 0x297F),
    (0x2B00, 0x2BFF), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297),
    (0x3299, 0x3299), (0xFE0F, 0xFE0F), (0x10000, 0x10FFFF),
)  # fmt: skip


def _without(ranges: tuple[_Range, ...], taken: tuple[_Range, ...]) -> tuple[_Range, ...]:
    """Subtract ranges from ranges; both are in ascending order."""
    left: list[_Range] = []
    for low, high in ranges:
        for first, last in taken:
            if low <= first <= high:
                if low < first:
                    left.append((low, first - 1))
                low = last + 1
        if low <= high:
            left.append((low, high))
    return tuple(left)


def _body(ranges: tuple[_Range, ...]) -> str:
    """Return the inside of a character class in Rust's notation."""
    return "".join(rf"\x{{{low:X}}}-\x{{{high:X}}}" for low, high in ranges)


@cache
def _class(body: str) -> re.Pattern[str]:
    """Compile the same class in Python's notation."""
    return re.compile(
        "[" + re.sub(r"\\x\{(\w+)\}", lambda code: rf"\U{int(code[1], 16):08X}", body) + "]"
    )


@dataclass(frozen=True)
class Platform:
    """One platform's rules for a post.

    `limit` is the maximum of `count(text)`, `link` the length of a link (None: its own
    length), `hashtags` the maximum number of tags (None: no such rule), `source` the pages
    that state the rules.

    For a grammar: a code point of the class `[light]` weighs 1, any other `weight`;
    those of `[barred]` must not be written (the class is empty if it is ""). Both are
    the inside of a character class in Rust's notation. In a text without `barred` and
    `LINKLIKE`, the weights sum to at least `count`.
    """

    name: PlatformName
    title: str
    limit: int
    source: tuple[str, ...]
    measure: Callable[[str], int] = field(repr=False)
    link: int | None = None
    hashtags: int | None = None
    weight: int = 1
    light: str = field(default=_body(((0, 0x10FFFF),)), repr=False)
    barred: str = field(default="", repr=False)

    def count(self, text: str) -> int:
        """Return the length of a text by the platform's count, links and hashtags included."""
        return self.measure(text)

    def bound(self, text: str) -> int:
        """Return the sum of the weights and link extras: at least `count`, without `barred`."""
        heavy = len(text) - len(_class(self.light).findall(text))
        links = len(lengths.pattern(LINKLIKE).findall(text)) if self.link else 0
        return len(text) + heavy * (self.weight - 1) + links * (self.link or 0)

    def room(self, tail: str) -> int:
        """Return the room left for a body before `tail` (hashtags, a link), 0 if there is none.

        `tail` begins with white space, so that its length does not depend on the body.
        """
        return max(0, self.limit - self.count(tail))


_EVERY = (
    Platform(
        name="x",
        title="X",
        limit=280,
        link=lengths.LINK,
        measure=lengths.weighted,
        weight=2,
        light=_body(_without(lengths.LIGHT, _X_HEAVY)),
        barred=_body(_X_BARRED),
        source=(
            "https://docs.x.com/fundamentals/counting-characters",
            "https://github.com/twitter/twitter-text/blob/master/config/v3.json",
        ),
    ),
    Platform(
        name="linkedin",
        title="LinkedIn",
        limit=3000,
        measure=lengths.units,
        weight=2,
        light=_body(((0, 0xFFFF),)),
        # LinkedIn's own pages are not accessible; every client states the same limit.
        source=("https://www.ayrshare.com/docs/apis/post/social-networks/linkedin.md",),
    ),
    Platform(
        name="facebook",
        title="Facebook",
        limit=63206,
        measure=lengths.units,
        weight=2,
        light=_body(((0, 0xFFFF),)),
        # Announced in November 2011 by its engineers, as reported there.
        source=(
            "https://techradar.com/news/internet/"
            "facebook-status-limit-now-400-times-bigger-than-twitter-s-1044715",
        ),
    ),
    Platform(
        name="instagram",
        title="Instagram",
        limit=2200,
        hashtags=5,
        measure=lengths.units,
        weight=2,
        light=_body(((0, 0xFFFF),)),
        # 2,200 by the API; five tags, down from thirty, since December 2025.
        source=(
            "https://developers.facebook.com/docs/instagram-platform/"
            "instagram-graph-api/reference/ig-user/media",
            "https://www.socialmediatoday.com/news/"
            "instagrams-implementing-new-limits-on-hashtag-use/808309/",
        ),
    ),
    Platform(
        name="threads",
        title="Threads",
        limit=500,
        hashtags=1,
        measure=lengths.threads,
        weight=4,
        light=_body(_without(((0, 0x10FFFF),), _THREADS_HEAVY)),
        source=("https://developers.facebook.com/documentation/threads/posts",),
    ),
    Platform(
        name="bluesky",
        title="Bluesky",
        limit=300,
        measure=lengths.bluesky,
        source=(
            "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json",
        ),
    ),
    Platform(
        name="mastodon",
        title="Mastodon",
        limit=500,
        link=lengths.LINK,
        measure=lengths.mastodon,
        source=(
            "https://docs.joinmastodon.org/user/posting/",
            "https://github.com/mastodon/mastodon/blob/main/"
            "app/validators/status_length_validator.rb",
        ),
    ),
)

PLATFORMS: Mapping[str, Platform] = MappingProxyType({each.name: each for each in _EVERY})
"""Every platform by name."""


def platform(name: str) -> Platform:
    """Return a platform by name; raises ValueError with the known names."""
    try:
        return PLATFORMS[name]
    except KeyError:
        raise ValueError(
            f"no platform {name!r}; there are {', '.join(sorted(PLATFORMS))}"
        ) from None


def is_hashtag(tag: str) -> bool:
    """Whether a tag without its `#` is well formed: see `HASHTAG`."""
    return lengths.pattern(HASHTAG).fullmatch(tag) is not None
