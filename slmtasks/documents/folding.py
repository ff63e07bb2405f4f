"""The value of a quote: its text without what only the layout put there.

`fold` is the whole difference between an extracted `str` and the quote in its evidence.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold"]

_INVISIBLE = re.compile("\u00ad(?:[ \t]*\r?\n[ \t]*)?|[\u200b\u2060\ufeff]")
_HYPHENATED = re.compile(r"(?<=[^\W\d_][-\u2010])[ \t]*\r?\n[ \t]*(?=[^\W\d_])")
_EMPHASIS = re.compile(r"(?<!\S)\*\*(?=\S)|(?<=\S)\*\*(?![^\W_])")
_LIGATURES = re.compile("[\ufb00-\ufb06]")


def fold(quote: str) -> str:
    """The quote as a database key would have it; a text without layout stays as it is.

    Soft hyphens and zero-width characters disappear, ligatures become letters, a word that
    is hyphenated at the end of a line keeps its hyphen and loses the line break, Markdown's
    `**` around words disappears, and every run of white space becomes one space.

    Example:
        fold("O\ufb03ce\u00a0Fitters\\n  Ltd") == "Office Fitters Ltd"
    """
    text = _INVISIBLE.sub("", quote)
    text = _HYPHENATED.sub("", text)
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return " ".join(_EMPHASIS.sub("", text).split())
