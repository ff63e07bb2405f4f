"""The names of a text: what a generated text may call things, and what it has invented.

A word is a maximal run of letters that have upper and lower case. A word with a capital
is a name, unless it begins a sentence and the capital is its first letter. A generated
text may use the words of its source, as they are or capitalised, with an English or German
"s" at the end, and a short list that belongs to no source: months, weekdays, nationalities.

Scripts without case have no capitals to see. A language that capitalises every noun gives
names no mark of their own: for a text in German no name is seen here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

__all__ = ["capitalises_nouns", "invented_names", "names"]

_WORD = regex.compile(r"[\p{Lu}\p{Lt}\p{Ll}]+")
_CAPITAL = regex.compile(r"[\p{Lu}\p{Lt}]")
_BEGINS = regex.compile(r"(?:[.!?:…。！？][.!?…”’)\"]* |\A)[^\p{L}]*\Z")

KNOWN = frozenset(
    "I Mr Mrs Ms Dr OK "
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun "
    "Easter Christmas African American Argentinian Asian Australian Austrian Belgian Brazilian "
    "British Bulgarian Canadian Chilean Chinese Colombian Croatian Czech Danish Dutch Egyptian "
    "English Estonian European Finnish French German Greek Hungarian Icelandic Indian "
    "Indonesian Iranian Irish Israeli Italian Japanese Kenyan Korean Latvian Lithuanian "
    "Malaysian Mexican Nigerian Norwegian Pakistani Peruvian Polish Portuguese Romanian Russian "
    "Scottish Serbian Slovak Slovenian Spanish Swedish Swiss Thai Turkish Ukrainian Vietnamese "
    "Welsh".split()
)
"""Words with a capital that any text may use."""

_GERMAN = frozenset(
    "aber auch auf aus bei das dass dem der die durch ein eine einem einen einer für ist mit nach "
    "nicht oder sich sind sowie über und unser vom von werden wir wird zu zum zur".split()
)
_OTHER = frozenset(
    # English, Dutch, Danish and Norwegian, Swedish, French, Spanish, Italian
    "the of and to is for with on are was by en het een niet van og er på til av som och på är "
    "le la les et des est pour une el los del una por con il di che per".split()
)


def names(*texts: str) -> frozenset[str]:
    """The words that a text made from `texts` may write with a capital in a sentence.

    Example:
        names("The kettle of ACME") == {"The", "Kettle", "Of", "ACME", "Acme"} | KNOWN
    """
    words = {word for text in texts for word in _WORD.findall(text)}
    capitalised = {word[0].upper() + word[1:].lower() for word in words}
    return frozenset({word for word in words if _CAPITAL.search(word)} | capitalised) | KNOWN


def invented_names(text: str, *sources: str) -> list[str]:
    """The names of `text` that none of its sources holds, distinct, in order of appearance.

    Example:
        invented_names("Tea from Bristol.", "A tea of Leeds.") == ["Bristol"]
    """
    allowed = names(*sources)
    return list(dict.fromkeys(word for word in _used(text) if not _among(word, allowed)))


def _used(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        word = found[0]
        begins = _BEGINS.search(text, 0, found.start()) is not None
        if _CAPITAL.search(word, 1 if begins else 0):
            yield word


def _among(word: str, allowed: Iterable[str]) -> bool:
    return word in allowed or word.removesuffix("s") in allowed


def capitalises_nouns(language: str, *texts: str) -> bool:
    """Whether a text is in German: in the `language` that is asked for, else as its sources are."""
    if language:
        return language.strip().lower().startswith(("de", "german", "lb", "luxemb"))
    words = [word.lower() for text in texts for word in _WORD.findall(text)]
    german, other = (sum(word in each for word in words) for each in (_GERMAN, _OTHER))
    return german > other or (german == other == 0 and bool(set("äöüß") & set("".join(words))))
