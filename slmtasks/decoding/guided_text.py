"""An answer as far as it is written, and what its grammar allows next.

Knows no model: tokens are chosen elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Sequence

import llguidance.numpy as masks
import numpy as np
from llguidance import LLMatcher, LLParserLimits
from numpy.typing import NDArray

from slmtasks.decoding.tokenizer import Tokenizer
from slmtasks.errors import AnswerError

Ids = NDArray[np.int64]

_QUOTE = re.compile(rb'(?<!\\)(?:\\\\)*"')

# Counted characters times a large vocabulary can exceed the engine's defaults.
_LIMITS = LLParserLimits(step_lexer_fuel=5_000_000, max_lexer_states=2_000_000)


class Writing:
    """One answer in the language of a grammar (Lark text).

    `tokens` are written, `data` are their bytes without those of `stops`. `ended` is set where
    the grammar comes to its end, and by who chooses one of `stops`. Raises AnswerError where
    the grammar fails.
    """

    def __init__(self, lark: str, tokenizer: Tokenizer, stops: Container[int]) -> None:
        grammar = LLMatcher.grammar_from_lark(lark)
        self.matcher = LLMatcher(tokenizer.grammar, grammar, log_level=0, limits=_LIMITS)
        self._check()
        self.tokens: list[int] = []
        self.data = bytearray()
        self.ended = False
        self.allowed: Ids = np.empty(0, dtype=np.int64)
        self._tokenizer, self._stops = tokenizer, stops
        self._sizes: list[int] = []
        """The bytes that are written once each token is."""

    def text(self, errors: str) -> str:
        """What is written; `errors` is for half a character at its end."""
        return self.data.decode("utf-8", errors=errors)

    @property
    def in_text(self) -> bool:
        """Whether what is written, as JSON, ends inside a string."""
        return len(_QUOTE.findall(self.data)) % 2 == 1

    def write(self, tokens: Sequence[int]) -> None:
        """Go on with tokens that the grammar allows."""
        self.matcher.consume_tokens(tokens)
        self._check()
        for token in tokens:
            self.tokens.append(token)
            if token not in self._stops:
                self.data += self._tokenizer.grammar.decode_bytes([token])
            self._sizes.append(len(self.data))

    def go_back(self, endings: Iterable[tuple[int, bytes]]) -> int | None:
        """Take the first of the endings that the grammar allows: the bytes kept, or None.

        An ending is how many bytes are kept, and what is written after them. A token that
        is kept in part is spelled anew.
        """
        for size, closing in endings:
            kept = bisect_right(self._sizes, size)
            begin = self._sizes[kept - 1] if kept else 0
            spelled = self._tokenizer.grammar.tokenize_bytes(bytes(self.data[begin:size]) + closing)
            dropped = self.tokens[kept:]
            self.matcher.rollback(len(dropped))
            if self.matcher.validate_tokens(spelled) == len(spelled):
                del self.tokens[kept:], self._sizes[kept:], self.data[begin:]
                self.ended = False
                self.write(spelled)
                return size
            self.matcher.consume_tokens(dropped)
        return None

    def forced(self, *, ahead: bool = True) -> list[int]:
        """Write what the grammar leaves no choice about; then `allowed` are the ids to choose from.

        Without `ahead` nothing is forced but the end.
        """
        forced: list[int] = []
        while not self.matcher.is_stopped():
            only = self._without_choice(ahead)
            if not only:
                return forced
            self.write(only)
            forced += only
        # A grammar that failed has stopped, too: its answer is not whole.
        self._check()
        self.ended = True
        return forced

    def _without_choice(self, ahead: bool) -> list[int]:
        if ahead and (forced := list(self.matcher.compute_ff_tokens())):
            return forced
        self.allowed = self._allowing()
        if ahead and len(self.allowed) == 1:
            # Of what is not forced by its characters, one spelling may be left.
            return [token for token in self.allowed.tolist() if token not in self._stops]
        return []

    def _allowing(self) -> Ids:
        vocabulary = self._tokenizer.vocabulary
        bits = masks.allocate_token_bitmask(1, vocabulary)
        masks.fill_next_token_bitmask(self.matcher, bits, 0)
        flags = np.unpackbits(bits.view(np.uint8), bitorder="little")[:vocabulary]
        allowed = np.flatnonzero(flags)
        if not allowed.size:
            self._check()
            raise AnswerError("the grammar left the model nothing to write; report this as a bug")
        return allowed

    def _check(self) -> None:
        if self.matcher.is_error():
            reason = self.matcher.get_error()
            raise AnswerError(f"the grammar failed: {reason}; report this as a bug")
