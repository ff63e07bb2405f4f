"""Answers replayed: logits that prefer the tokens of a wanted answer, in place of the model's.

So do models with arbitrary weights the work of that answer, in this library and beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import slmtasks as slm


class Script:
    """The answer that is wanted, and the token with which it goes on from what is written."""

    def __init__(self, model: slm.Model) -> None:
        vocabulary = range(model.internals.tokenizer.vocabulary)
        control = set(model.internals.tokenizer.control.values())
        engine = model.internals.tokenizer.grammar
        self.pieces = [b"" if i in control else engine.decode_bytes([i]) for i in vocabulary]
        self._tokenize = engine.tokenize_str
        self._ids = {piece: i for i, piece in enumerate(self.pieces) if piece}
        self._longest = max(map(len, self._ids))
        self._stop = model.internals.decoder.stops[0]
        self._natural: dict[int, int] = {}
        self.wanted = b""

    def want(self, answer: bytes) -> None:
        """Replay this answer, in its natural spelling where what is written leaves it open."""
        self.wanted = answer
        self._natural.clear()
        at = 0
        for token in self._tokenize(answer.decode()):
            self._natural[at] = token
            at += len(self.pieces[token])

    def logits(self, written: bytes) -> np.ndarray:
        """Those that prefer the natural token, else the longest; where nothing is left, the end."""
        out = np.zeros(len(self.pieces), dtype=np.float32)
        rest = self.wanted[len(written) :] if self.wanted.startswith(written) else b""
        out[self._stop] = 1.0
        for size in range(1, min(len(rest), self._longest) + 1):
            if (token := self._ids.get(rest[:size])) is not None:
                out[token] = 10.0 + size
        natural = self._natural.get(len(written))
        if rest and natural is not None:
            out[natural] = 1000.0
        return out


class Replaying:
    """A generator whose logits are the script's, behind the prompt."""

    def __init__(self, inner: Any, script: Script, prompt: Callable[[], int]) -> None:
        self._inner, self._script, self._prompt = inner, script, prompt
        self._fed: list[int] = []
        self._last = 0

    def append_tokens(self, tokens: Any) -> None:
        self._inner.append_tokens(tokens)
        self._fed += [int(token) for token in tokens]
        self._last = len(tokens)

    def rewind_to(self, length: int) -> None:
        self._inner.rewind_to(length)
        del self._fed[length:]

    def get_logits(self) -> Any:
        self._inner.get_logits()
        return self._at(len(self._fed))

    def get_output(self, name: str) -> Any:
        self._inner.get_output(name)
        end = len(self._fed)
        return np.stack([self._at(at) for at in range(end - self._last + 1, end + 1)])

    def _at(self, end: int) -> np.ndarray:
        written = (self._script.pieces[t] for t in self._fed[self._prompt() : end])
        return self._script.logits(b"".join(written))
