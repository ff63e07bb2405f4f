"""Tokens in place of others, alike in prompt and answer, so that each one is copied sometimes.

A quarter of the vocabulary stands in hardly any example, and what a model never saw it cannot
copy: "Burger King" became "Burger TY".
"""

from __future__ import annotations

import re
from collections import Counter
from random import Random

from training.copying.places import Shown
from training.generator.examples import Example
from training.trainer.tokenizer import Encoder

_EXAMPLES, _TOKENS = 0.6, 0.7
"""The share of examples that are changed, and at most that of their copied tokens."""
_CHOICE = 2
"""Of as many tokens the one that was seen least is taken."""
_RULING = re.compile(r"^(- .+?:|Category: .+)", re.MULTILINE)
"""What decides how product copy is built: a specification's key, what a thing is."""
_DECIDE = [space + word for word in "yes no Yes No YES NO".split() for space in ("", " ")]


class Swaps:
    """Exchanges tokens for others of their shape: with or without a space, small or capital.

    Yes and no decide more than what is copied: they are neither exchanged nor stand in.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        decide = {i for text in _DECIDE for i in encoder.text(text)}
        self._words = [encoder.decode([token]).strip().lower() for token in range(encoder.size)]
        self._alike: dict[int, list[int]] = {}
        self._seen = Counter[int]()
        groups: dict[tuple[bool, bool, bool], list[int]] = {}
        for token in range(encoder.size):
            text = encoder.decode([token])
            if (word := text.strip()).isalpha() and len(word) > 1 and token not in decide:
                shape = text != word, word[0].isupper(), word[1:].isupper()
                self._alike[token] = groups.setdefault(shape, [])
                self._alike[token].append(token)

    def __call__(
        self, r: Random, example: Example, prompt: list[int], answer: list[int], shown: Shown
    ) -> tuple[list[int], list[int]]:
        """An example's prompt and answer, or both in other tokens.

        What an answer says of itself, its keys above all, stays, and what it writes in other case.
        """
        ids = prompt + answer
        # What a summary takes is told by its words.
        if example.task != "summarize" and r.random() < _EXAMPLES:
            others = self._others(r, ids, len(prompt), shown)
            if example.task == "describe_product":
                for text in _RULING.findall(example.messages[-1]["content"]):
                    for token in self._encoder.text(text):
                        others.pop(token, None)
            ids = [others.get(i, i) for i in ids]
        self._seen.update(ids)
        return ids[: len(prompt)], ids[len(prompt) :]

    def _others(self, r: Random, ids: list[int], begin: int, shown: Shown) -> dict[int, int]:
        made = {at + 1 for at, to in shown.copies if 0 < to < begin and ids[to] == ids[at + 1]}
        kept = {self._words[ids[at]] for at in range(begin, len(ids)) if at not in made}
        others, there, share = dict[int, int](), {*ids}, r.uniform(0, _TOKENS)
        for token in sorted({ids[at] for at in made} & self._alike.keys()):
            some = r.choices(self._alike[token], k=_CHOICE)
            other = min(some, key=self._seen.__getitem__)
            if r.random() < share and self._words[token] not in kept and other not in there:
                others[token] = other
                there.add(other)
        return others
