"""Words that no list holds, in place of a text's own: copying is then the only way to be right.

The lists of this package are some thousand words; real texts have other ones. A text's words
are exchanged alike wherever they stand, in the document and in its answer.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random

from training import lexicon as lex
from training.words import everything

_WORD = re.compile(r"\b[a-z]{5,}\b")


class Strange:
    """Exchanges some of the long words in lower case, each always for the same; most often none."""

    def __init__(self, r: Random) -> None:
        self._r = r
        self._share = r.choice([0.0, 0.0, r.uniform(0.1, 0.6)])
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text with its words exchanged."""
        return _WORD.sub(lambda found: self._for(found[0]), text) if self._share else text

    def _for(self, word: str) -> str:
        if word not in self._known:
            new = self._r.random() < self._share
            self._known[word] = self._made() if new else word
        return self._known[word]

    def _made(self) -> str:
        """A word of syllables, or of the halves of two real ones."""
        r = self._r
        if r.random() < 0.35:
            return lex.word(r)
        first, second = r.choice(_real()), r.choice(_real())
        return first[: r.randint(2, len(first))] + second[r.randint(1, len(second) - 2) :]


@cache
def _real() -> list[str]:
    """The long words of all the lists."""
    return sorted({*_WORD.findall(everything())})
