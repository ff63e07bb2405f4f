"""The loop: prompt tokens and a grammar in, the answer's tokens out.

Greedy and deterministic. At each step the grammar says which tokens may follow and
the model's favourite among them is taken; what the grammar leaves no choice about is
appended in one pass. The KV cache is kept from call to call: the tokens that a prompt
shares with the one before are not computed again.

With `model`, the only module that knows onnxruntime_genai.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, Protocol

import llguidance.numpy as masks
import numpy as np
from llguidance import LLMatcher, LLParserLimits

from slmtasks.errors import AnswerError, ContextExceeded, ModelError, OutOfMemory
from slmtasks.providers import ran_out_of_memory
from slmtasks.tokens import Tokenizer

PREFILL = 256
"""Tokens a pass while reading a prompt. A pass holds the logits of all its positions."""

# Counted characters times a large vocabulary can exceed the engine's defaults.
_LIMITS = LLParserLimits(step_lexer_fuel=5_000_000, max_lexer_states=2_000_000)


class Runtime(Protocol):
    """The part of a `onnxruntime_genai.Generator` that the loop uses."""

    def append_tokens(self, tokens: Any) -> None:
        """Compute tokens behind those that the KV cache holds."""

    def get_logits(self) -> Any:
        """The logits behind the last token."""

    def rewind_to(self, length: int) -> None:
        """Keep only the first `length` tokens of the KV cache."""


@dataclass(frozen=True)
class Answer:
    """What was decoded.

    `finish` is "stop" where the answer came to its end by itself, and "closed" where it
    reached its limit of tokens and was led to the nearest end that the grammar has.
    """

    text: str
    tokens: tuple[int, ...]
    prompt_tokens: int
    cached_tokens: int
    finish: Literal["stop", "closed"]


class Decoder:
    """Decodes answers on one loaded model, one after another.

    `start(length)` gives a new runtime generator with a KV cache for `length` tokens, a
    multiple of `step`, so that a later call may fit too; `stops` are the ids that end an
    answer; `context` bounds prompt and answer together.
    """

    def __init__(
        self,
        start: Callable[[int], Runtime],
        tokenizer: Tokenizer,
        stops: Sequence[int],
        context: int,
        step: int = 256,
    ) -> None:
        self._start = start
        self._step = step
        self._tokenizer = tokenizer
        self._stops = frozenset(stops)
        self._context = context
        self._runtime: Runtime | None = None
        self._held: list[int] = []
        self._room = 0

    def decode(
        self, prompt: Sequence[int], grammar: str, *, max_tokens: int, reserve: int
    ) -> Answer:
        """The answer to `prompt` (token ids) in the language of `grammar` (Lark text).

        After `max_tokens - reserve` tokens the answer is led to its end, so that what is
        cut short still parses. Raises ContextExceeded where prompt and answer do not fit.
        """
        if len(prompt) + max_tokens > self._context:
            raise ContextExceeded(
                f"a prompt of {len(prompt)} tokens and an answer of up to {max_tokens} exceed "
                f"the model's context of {self._context}; give it less text or a model with more",
                tokens=len(prompt) + max_tokens,
                limit=self._context,
            )
        lark = LLMatcher.grammar_from_lark(grammar)
        matcher = LLMatcher(self._tokenizer.grammar, lark, log_level=0, limits=_LIMITS)
        _check(matcher)
        cached = self._rewind(prompt, len(prompt) + max_tokens)
        pending = list(prompt[cached:])
        written: list[int] = []
        closed = False
        while True:
            forced = list(matcher.compute_ff_tokens())
            if forced:
                matcher.consume_tokens(forced)
                pending += forced
                written += forced
            if matcher.is_stopped():
                break
            if len(prompt) + len(written) > self._context - 1:
                raise AnswerError(
                    f"the answer did not end within the model's context of {self._context} "
                    "tokens; ask for fewer fields or rows, or give it less text"
                )
            self._append(pending)
            closed = closed or len(written) >= max_tokens - reserve
            token = self._choose(matcher, closing=closed)
            if token in self._stops:
                break
            matcher.consume_token(token)
            _check(matcher)
            written.append(token)
            pending = [token]
        _check(matcher)
        return Answer(
            text=self._tokenizer.decode([t for t in written if t not in self._stops]),
            tokens=tuple(written),
            prompt_tokens=len(prompt),
            cached_tokens=cached,
            finish="closed" if closed else "stop",
        )

    def release(self) -> None:
        """Give the KV cache back."""
        self._runtime = None
        self._held = []
        self._room = 0

    def _rewind(self, prompt: Sequence[int], length: int) -> int:
        """Make a KV cache that holds a beginning of the prompt; says how much of it."""
        shared = 0
        # One token is always left to append: the logits come from an append.
        for ours, theirs in zip(self._held, prompt[:-1], strict=False):
            if ours != theirs:
                break
            shared += 1
        if self._runtime is None or self._room < length or shared == 0:
            self.release()
            room = min(self._context, -(-length // self._step) * self._step)
            self._runtime = _translated(lambda: self._start(room))
            self._room = room
            return 0
        runtime = self._runtime
        try:
            runtime.rewind_to(shared)
        except RuntimeError:
            # A provider that cannot rewind (DirectML, split NPU pipelines) starts anew.
            self.release()
            return self._rewind(prompt, length)
        del self._held[shared:]
        return shared

    def _append(self, tokens: Sequence[int]) -> None:
        runtime = self._runtime
        if runtime is None:
            raise ModelError("the model was closed; load it again")
        for begin in range(0, len(tokens), PREFILL):
            part = tokens[begin : begin + PREFILL]
            try:
                _translated(partial(runtime.append_tokens, np.array(part, dtype=np.int32)))
            except BaseException:
                # What the cache holds now is not known.
                self.release()
                raise
            self._held += part

    def _choose(self, matcher: LLMatcher, *, closing: bool) -> int:
        """The model's favourite among the tokens that the grammar allows."""
        runtime = self._runtime
        if runtime is None:
            raise ModelError("the model was closed; load it again")
        logits = np.asarray(runtime.get_logits(), dtype=np.float32).reshape(-1)
        bits = masks.allocate_token_bitmask(1, self._tokenizer.vocabulary)
        masks.fill_next_token_bitmask(matcher, bits, 0)
        allowed = np.unpackbits(bits.view(np.uint8), bitorder="little")[: logits.size].astype(bool)
        if not allowed.any():
            _check(matcher)
            raise AnswerError("the grammar left the model nothing to write; report this as a bug")
        if closing:
            for token in self._closers:
                if allowed[token]:
                    return token
        return int(np.where(allowed, logits, -np.inf).argmax())

    @cached_property
    def _closers(self) -> list[int]:
        """The tokens that bring an answer nearer to its end, the most effective first."""
        found = []
        for token in range(self._tokenizer.vocabulary):
            text = self._tokenizer.grammar.decode_bytes([token])
            if text == b"null" or (text and not text.strip(b'"]}.')):
                # null first, then by how many brackets and quotes they close.
                rank = 9 if text == b"null" else text.count(b"]") + text.count(b"}")
                found.append((-rank, -len(text.strip(b".")), token))
        return [*self._stops, *(token for _, _, token in sorted(found))]


def _check(matcher: LLMatcher) -> None:
    if matcher.is_error():
        raise AnswerError(f"the grammar failed: {matcher.get_error()}; report this as a bug")


def _translated(call: Callable[[], Any]) -> Any:
    """Run a call into the runtime; its bare errors become ours."""
    try:
        return call()
    except MemoryError as error:
        raise OutOfMemory("too little memory for this call; give the model less text") from error
    except RuntimeError as error:
        text = str(error)
        if ran_out_of_memory(text):
            raise OutOfMemory(
                f"too little memory for this call ({text}); give the model less text"
            ) from error
        raise ModelError(f"the runtime failed: {text}") from error
