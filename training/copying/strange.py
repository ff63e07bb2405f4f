"""Words that no list holds, in place of a text's own: copying is then the only way to be right.

The lists of this package are some thousand words; real texts have other ones, in other
company. A text's words are exchanged alike wherever they stand, in the document and in its
answer.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random

from training.generator import lexicon as lex
from training.generator.words import everything

_WORD = re.compile(r"\b[a-z]{3,}\b")
_LONG = re.compile(r"\b[a-z]{5,}\b")
_KEPT = frozenset(
    "the and for with from that this are was were has have had not but its our your you they "
    "them their will can may must all each who which into over under after before about than "
    "then out off per one two".split()
)
"""Words that say how a sentence is built."""


class Strange:
    """Exchanges words in lower case, each always for the same: none, or some long ones.

    With `most` four in ten texts lose most of their words; `most` then says that what is
    left no longer tells what a text is about.
    """

    def __init__(self, r: Random, *, most: bool = False) -> None:
        self._r = r
        self._share = r.choice([0.0, 0.0, r.uniform(0.1, 0.6)])
        self.most = most and r.random() < 0.4
        if self.most:
            self._share = r.uniform(0.5, 1.0)
        self._word = _WORD if self.most else _LONG
        self._known: dict[str, str] = {word: word for word in _KEPT}

    def __call__(self, text: str) -> str:
        """The text with its words exchanged."""
        return self._word.sub(lambda found: self._for(found[0]), text) if self._share else text

    def _for(self, word: str) -> str:
        if word not in self._known:
            new = self._r.random() < self._share
            self._known[word] = self._made() if new else word
        return self._known[word]

    def _made(self) -> str:
        """A word of syllables, another real one, one of the halves of two, or one that returns."""
        r = self._r
        if r.random() < 0.1:
            return r.choice(list(self._known.values()))
        if r.random() < 0.35:
            return lex.word(r)
        first, second = r.choice(_real()), r.choice(_real())
        if self.most and r.random() < 0.5:
            return first
        return first[: r.randint(2, len(first))] + second[r.randint(1, len(second) - 2) :]


@cache
def _real() -> list[str]:
    """The long words of all the lists."""
    return sorted({*_LONG.findall(everything())})
