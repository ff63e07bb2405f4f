"""Measure the length of a text as each platform counts it.

`weighted` is X's measure (twitter-text 3); `mastodon`, `bluesky` and `threads` are those of
the platforms that they are named after; `units` is for all platforms that only say
"characters": code units of UTF-16, the strictest interpretation in use.

Knows nothing about limits or how a post is written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

LINK = 23
"""The length of any link on X and on Mastodon."""

LIGHT = ((0x0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
"""Code points that weigh 1 on X; any other weighs 2 (twitter-text, config/v3.json)."""

_LIGHT = re.compile("[" + "".join(f"{chr(low)}-{chr(high)}" for low, high in LIGHT) + "]")

# A link as twitter-text, which Mastodon also uses, finds it. The list of top-level domains is
# not known here: any domain of ASCII letters counts, except those reserved for tests.
_BEFORE = r"(?i)(?<![A-Za-z0-9@＠$#＃\u202A-\u202E])"
_TLD = (
    r"(?!(?:example|internal|invalid|lan|local|localhost|test)\b)"
    r"(?:xn--[a-z0-9-]{2,59}|[a-z]{2,63})(?![\w@-])"
)
_LETTERS = r"\p{L}[\p{L}\p{M}]*(?![\w@-])"
_SIGNS = r"!#-'*-;=@-Z\[\]_a-z~"
_WIDE = rf"{_SIGNS}\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0400-\u04FF"
_PATH = (
    rf"(?::[0-9]+)?(?:/(?:[{_WIDE}]|\([{_WIDE}]*\))*(?<=[\w=#/+)-]))?"
    rf"(?:\?[{_SIGNS}?]*(?<=[\w=#/&-]))?"
)
_WEB = rf"{_BEFORE}https?://(?:\w[\w-]*\.)+(?:(?P<known>{_TLD})|{_LETTERS}){_PATH}"
_BARE = rf"{_BEFORE}(?<![_./-])(?:[a-z0-9][a-z0-9_-]*\.)+{_LETTERS}{_PATH}"
_MENTION = r"(?<![=/\w])(@[A-Za-z0-9_](?:[\w.-]*\w)?)@\w+(?:[.-]+\w+)*"

# The signs © and ® are emoji only if a variation selector follows.
_PICTURE = (
    r"(?:[\u00A9\u00AE](?=\uFE0F)"
    r"|(?![\u00A9\u00AE])(?=\p{Emoji})\p{Extended_Pictographic}(?!\uFE0E))"
    r"(?:\p{Emoji_Modifier}|\uFE0F)?(?:[\U000E0020-\U000E007E]+\U000E007F)?"
)
_EMOJI = rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_PICTURE}(?:\u200D{_PICTURE})*"
_EMOJI_PART = (
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}"
    r"\u200D\u20E3\uFE0F\U000E0020-\U000E007F]"
)


@cache
def pattern(source: str) -> regex.Pattern[str]:
    """Compile a pattern with Unicode properties, which the standard library lacks."""
    # Imported here: it takes 15 ms, which `import slmtasks` need not.
    import regex

    return regex.compile(source)


def units(text: str) -> int:
    """Count code units of UTF-16: a code point beyond the first plane counts 2."""
    return len(text) + sum(char > "\uffff" for char in text)


def graphemes(text: str) -> int:
    """Count extended grapheme clusters, the characters that a reader perceives."""
    return len(pattern(r"\X").findall(text))


def weighted(text: str) -> int:
    """X: code points of the text in NFC by weight, each emoji as 2, each link as 23."""
    text = unicodedata.normalize("NFC", text).replace("\0", " ")
    total = 0

    def take(cost: int) -> str:
        nonlocal total
        total += cost
        # The texts before and after must not join.
        return "\0"

    text = pattern(_WEB).sub(lambda found: take(_cost(found, _weight(found[0]))), text)
    # Text without a scheme is a link only if its domain exists.
    text = pattern(_BARE).sub(lambda found: take(max(LINK, _weight(found[0]))), text)
    text = pattern(_EMOJI).sub(lambda _: take(2), text)
    return total + _weight(text.replace("\0", ""))


def mastodon(text: str) -> int:
    """Mastodon: graphemes, each link as 23, `@name@server` as the name alone."""
    text = pattern(_WEB).sub(lambda found: "x" * _cost(found, len(found[0])), text)
    return graphemes(pattern(_MENTION).sub(r"\1", text))


def bluesky(text: str) -> int:
    """Bluesky: graphemes, at most 300; a tenth of the bytes if they exceed 3,000."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return graphemes(text) if size <= 3000 else max(graphemes(text), -(-size // 10))


def threads(text: str) -> int:
    """Threads: code units, but the parts of an emoji count their UTF-8 bytes."""
    parts = "".join(pattern(_EMOJI_PART).findall(text))
    return units(text) - units(parts) + len(parts.encode())


def _weight(text: str) -> int:
    return 2 * len(text) - len(_LIGHT.findall(text))


def _cost(found: regex.Match[str], own: int) -> int:
    """Return 23, or the link's own length if it is longer and may not count as a link."""
    return LINK if found["known"] else max(LINK, own)
