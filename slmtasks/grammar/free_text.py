"""The language of free text: regular expressions, as JSON writes the text, for llguidance.

Each function gives one condition; a text must meet all of them. Together they hold for
every text that any model, trained or random, can write.

None counts: to count characters would multiply the states of all the others, and near a
limit it would leave only what is short enough to be written (see `limits`). The classes of
characters are made of whole, coarse ranges: all that is written today in the common
scripts, and no more.

Knows nothing about sources, schemas or models.
"""

from __future__ import annotations

from collections.abc import Iterable

# Letters, and nothing but letters, that may come between two figures.
LETTERS = (
    r"A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2AF}\x{388}-\x{3CE}\x{400}-\x{481}"
    r"\x{48A}-\x{52F}\x{531}-\x{556}\x{561}-\x{587}\x{5D0}-\x{5EA}\x{620}-\x{64A}"
    r"\x{671}-\x{6D3}\x{904}-\x{939}\x{985}-\x{9B9}\x{B85}-\x{BB9}\x{E01}-\x{E30}"
    r"\x{10D0}-\x{10FA}\x{1200}-\x{135A}\x{1E00}-\x{1F15}\x{3041}-\x{3096}"
    r"\x{30A1}-\x{30FA}\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}\x{AC00}-\x{D7A3}"
)

# Everything else that may be written: marks of the scripts above, punctuation, signs,
# emoji. No number character of any script, no control character, no space.
OTHERS = (
    r"!#-.\x{2F}:-@\[\]-`{-~\x{A1}-\x{AC}\x{AE}-\x{B1}\x{B4}-\x{B8}\x{BA}\x{BB}\x{BF}\x{D7}"
    r"\x{F7}\x{2B0}-\x{36F}\x{483}-\x{487}\x{591}-\x{5C7}\x{60C}-\x{61B}\x{61D}-\x{61F}"
    r"\x{64B}-\x{65F}\x{66A}-\x{670}\x{6D4}-\x{6DC}\x{900}-\x{903}\x{93A}-\x{965}"
    r"\x{970}-\x{984}\x{9BC}-\x{9E3}\x{A01}-\x{A65}\x{A70}-\x{AE3}\x{B01}-\x{B63}"
    r"\x{BBE}-\x{BD7}\x{C00}-\x{C63}\x{C80}-\x{CE3}\x{D00}-\x{D57}\x{D80}-\x{DDF}"
    r"\x{E31}-\x{E4E}\x{E81}-\x{ECE}\x{1000}-\x{103F}\x{1780}-\x{17DD}\x{1F18}-\x{1FFE}"
    r"\x{200C}\x{200D}\x{2010}-\x{2027}\x{2030}-\x{203E}\x{20A0}-\x{20BF}\x{2122}"
    r"\x{2190}-\x{23FF}\x{2500}-\x{2775}\x{2794}-\x{27BF}\x{2B00}-\x{2BFF}\x{3001}-\x{3006}"
    r"\x{3008}-\x{301F}\x{3099}-\x{309F}\x{30FB}-\x{30FF}\x{FE0F}\x{FF01}-\x{FF0F}"
    r"\x{FF1A}-\x{FF9F}\x{1F300}-\x{1F4AE}\x{1F4B0}-\x{1F51E}"
    r"\x{1F520}\x{1F521}\x{1F523}-\x{1FAFF}"
)

# Scripts without spaces: every character begins a word.
UNSPACED = r"\x{E00}-\x{EFF}\x{1000}-\x{109F}\x{1780}-\x{17FF}\x{3040}-\x{30FF}\x{3400}-\x{9FFF}"

_ESCAPE = r'\\["\\]'
_OTHER = rf"(?:[{OTHERS}]|{_ESCAPE})"
_UNLETTERED = rf"(?:[ {OTHERS}]|{_ESCAPE})"
_UNBROKEN = rf"(?:[{OTHERS}{LETTERS}]|{_ESCAPE})"
_ANY = rf"(?:[ {OTHERS}{LETTERS}]|{_ESCAPE})"
_LETTER = f"[{LETTERS}]"

# What may come directly before a figure: no mark that would be read as part of it. A
# hyphen may where a letter is before it, as in "X-200".
_JOINING = r".,'_\-\x{2010}-\x{2015}\x{2018}\x{2019}\x{2212}\x{66B}\x{66C}\x{FF0D}\x{FF0E}"
_SAFE = rf"(?:[{OTHERS}&&[^{_JOINING}]]|{_ESCAPE})"
_BEFORE = rf"(?:{_SAFE}|[ {LETTERS}]|[{LETTERS}][\-\x{{2010}}-\x{{2015}}])"

_END = r"[.!?…][.!?…”’)]*"
_INSIDE = r"(?:[^.!?…。！？\\]|\\.)"
SENTENCE = (
    rf"{_INSIDE}*(?:{_END}(?:[^.!?…。！？”’) \\]|\\\\){_INSIDE}*)*"
    rf'(?:{_END}(?:\\")?|[。！？])'
)
"""One sentence: an end mark at the end and, before a space, nowhere else."""

LINKLESS = r"(?:[^.:]|\.+[^.:\p{L}]|\.*:+(?:[^.:\x{2F}]|\x{2F}[^.:\x{2F}]))*(?:\.+|\.*:+\x{2F}?)?"
"""No link, with or without a scheme: no dot before a letter and no "://"."""


SPACED = "[^ ]+(?: [^ ]+)*"
"""Words with single spaces between them, and none at the ends."""


def escaped(text: str) -> str:
    """An expression that matches `text` alone."""
    return "".join(c if c.isascii() and c.isalnum() else rf"\x{{{ord(c):X}}}" for c in text)


def citing(figures: Iterable[str], *, fresh: bool = True) -> str:
    """Text whose figures are all among `figures`, given as JSON writes them.

    Between two of them come at least one letter and one space, so that no two can be
    read as a third: of "1" and "234" neither "1234" nor "1,234" nor "1 234". `fresh`
    is False for a text that follows another one, which may have ended in a figure.
    """
    listed = sorted(set(figures))
    if not listed:
        return f"{_UNLETTERED}{{0,2}}{_LETTER}{_ANY}*" if fresh else f"{_ANY}*"
    figure = f"(?:{'|'.join(escaped(f) for f in listed)})"
    # Behind a figure: not yet, or already, a letter and a space. The two exclude each other.
    near = rf"{_OTHER}*(?: {_UNLETTERED}*|{_LETTER}{_UNBROKEN}*)?"
    apart = rf"{_OTHER}*(?: {_UNLETTERED}*{_LETTER}|{_LETTER}{_UNBROKEN}* )"
    up_to = rf"(?:{_ANY}*{_BEFORE})?"
    run = rf"(?:{figure}{apart}{up_to})*{figure}(?:{near}|{apart}{_ANY}*)"
    if not fresh:
        return f"(?:{near}|{apart}(?:{_ANY}*|{up_to}{run}))"
    lead = rf"{_OTHER}?(?: ?{_OTHER})?"
    return rf"(?:{lead}{_LETTER}(?:{_ANY}*|{up_to}{run})|(?:{_SAFE}{{1,2}} ?)?{run})"


_UPPER, _LOWER, _CASELESS = r"[\p{Lu}\p{Lt}]", r"\p{Ll}", r"[^\p{Lu}\p{Lt}\p{Ll}]"
_MARKS = r"[^\p{L}]*"
_ENDED = r"[.!?:…。！？][.!?…”’)\\\x{22}]* "


def naming(names: Iterable[str], *, fresh: bool = True) -> str:
    """Text whose words with a capital are among `names` or begin a sentence, see `values.names`.

    `fresh` is False for a text that follows another one: set off from it by a dash or a
    colon, its first word begins a sentence.
    """
    name = f"(?:{'|'.join(map(escaped, sorted(names)))})s?"
    word = f"(?:{_LOWER}+|{name})"
    first = f"{_UPPER}{_LOWER}*"
    mark = "" if fresh else rf"{_CASELESS}*[\-–—:.!?…]"
    lead = rf"(?:{_CASELESS}*{word}|{mark}{_MARKS}{first})?"
    more = rf"(?:{_CASELESS}+{word}|{_CASELESS}*{_ENDED}{_MARKS}{first})*"
    return f"{lead}{more}{_CASELESS}*"
