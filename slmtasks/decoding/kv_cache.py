"""KV caches kept from call to call, so that what prompts share is computed once.

The constant part of a task's prompt comes first and its document last: the cache of a
call holds the next call's beginning. Several caches are kept, for several tasks in turn,
within a budget of tokens; the least recently used is dropped first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from slmtasks.decoding.context_plan import Plan
from slmtasks.decoding.tokenizer import agreeing
from slmtasks.errors import ModelError, OutOfMemory

MOST = 8
"""Caches that are kept at most: small models would keep hundreds within the budget."""

Logits = NDArray[np.float32]


class Runtime(Protocol):
    """The part of a `onnxruntime_genai.Generator` that is used."""

    def append_tokens(self, tokens: Any) -> None:
        """Compute tokens after those that the KV cache holds."""

    def get_logits(self) -> Any:
        """The logits after the last token."""

    def get_output(self, name: str) -> Any:
        """With the name "logits": the logits after each token of the last pass."""

    def rewind_to(self, length: int) -> None:
        """Keep only the first `length` tokens of the KV cache."""


class Stepping:
    """A generator of a provider that cannot rewind or append (DirectML, split NPU pipelines).

    The prompt is computed at once; each later token by the generator's own sampling, from
    logits in which only that token is likely. The runtime's guidance could choose the
    tokens here too; but it raises where a forced character is made of several tokens, and
    cannot lead an answer to its end.
    """

    def __init__(self, runtime: Any) -> None:
        self._runtime = runtime
        self._waiting: list[int] = []
        self._begun = False

    def append_tokens(self, tokens: Any) -> None:
        """Note tokens, to be computed when the logits after them are asked for."""
        self._waiting += [int(token) for token in tokens]

    def get_logits(self) -> Any:
        """The logits after the last token."""
        if not self._begun:
            self._runtime.append_tokens(np.array(self._waiting, dtype=np.int32))
            self._begun = True
        else:
            for token in self._waiting:
                logits = np.full_like(self._runtime.get_logits(), -1e9)
                logits[..., token] = 0.0
                self._runtime.set_logits(logits)
                self._runtime.generate_next_token()
        self._waiting.clear()
        return self._runtime.get_logits()

    def get_output(self, name: str) -> Any:
        """Raises RuntimeError: no pass has more than one token."""
        raise RuntimeError(f"a generator that cannot rewind has no {name} of several tokens")

    def rewind_to(self, length: int) -> None:
        """Raises RuntimeError: it cannot."""
        raise RuntimeError("this provider cannot rewind")


class Cache:
    """A runtime generator, and the tokens that its KV cache holds; `room` for how many.

    `beyond` is whether they were computed beyond the model's RoPE switch (see
    `context_plan`). `sound` is False once a change to the cache was interrupted.
    """

    def __init__(self, runtime: Runtime, room: int, *, beyond: bool = False) -> None:
        self.runtime = runtime
        self.room = room
        self.beyond = beyond
        self.held: list[int] = []
        self.sound = True

    def append(self, tokens: Sequence[int]) -> None:
        """Compute tokens, in one pass."""
        with self._changing():
            _translated(partial(self.runtime.append_tokens, np.array(tokens, dtype=np.int32)))
            self.held += tokens

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens; ModelError where the provider cannot."""
        with self._changing():
            _translated(partial(self.runtime.rewind_to, length))
            del self.held[length:]

    def logits(self) -> Logits:
        """The logits after the last token: (vocabulary,)."""
        # A provider that cannot rewind computes its tokens here.
        with self._changing():
            found = _translated(self.runtime.get_logits)
        return np.asarray(found, dtype=np.float32).reshape(-1)

    def all_logits(self) -> Logits:
        """The logits after each token of the last pass: (tokens, vocabulary)."""
        found = np.asarray(_translated(partial(self.runtime.get_output, "logits")), np.float32)
        return found.reshape(-1, found.shape[-1])

    def shared(self, prompt: Sequence[int]) -> int:
        """How many tokens of a prompt it holds, from the first on.

        At least one token is left to append: the logits come from an append.
        """
        return min(agreeing(self.held, prompt), len(prompt) - 1)

    def close(self) -> None:
        """Free the KV cache now, whatever still refers to this object."""
        self.sound = False
        del self.runtime

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Mark the cache as unsound until a change is done: an error or Ctrl-C may cut in."""
        self.sound = False
        yield
        self.sound = True


class Pool:
    """The caches of one model, whose calls are within `plan`.

    `start(length)` gives a new runtime generator with a KV cache for `length` tokens, a
    multiple of `step`, so that a later call may fit too; all together hold at most
    `budget` tokens, or one cache what one call needs, and there are at most MOST.
    """

    def __init__(
        self, start: Callable[[int], Runtime], *, plan: Plan, budget: int, step: int = 256
    ) -> None:
        self.start = start
        self.step = step
        self.caches: list[Cache] = []
        """The least recently used comes first."""
        self._plan = plan
        self._budget = budget

    @property
    def tokens(self) -> int:
        """For how many tokens there is memory in use."""
        return sum(cache.room for cache in self.caches)

    def take(self, prompt: Sequence[int], length: int, keep: int) -> tuple[Cache, int]:
        """A cache with room for `length` tokens, rewound to what it holds of the prompt.

        `keep` tokens of the prompt come again in later calls: a cache that holds fewer
        of them serves other calls, and is taken only where the budget allows no new one.
        None is taken that was computed on the other side of the switch. Says how many
        tokens it holds.
        """
        for cache in [cache for cache in self.caches if not cache.sound]:
            self._drop(cache)
        beyond = self._plan.beyond(len(prompt))
        room = self._sized(length, self._plan.room(len(prompt)))
        best = self._best(prompt, keep, length, room)
        if best is not None and not (best.room >= length and _rewound(best, best.shared(prompt))):
            # Too short, or of a provider that cannot rewind (DirectML, split NPU pipelines).
            # It goes before the next cache is made: there may be no memory for both.
            self._drop(best)
            best = None
        if best is None:
            best = self._started(room, beyond=beyond)
        else:
            self.caches.remove(best)
        self.caches.append(best)
        return best, len(best.held)

    def clear(self) -> None:
        """Give all memory back."""
        while self.caches:
            self._drop(self.caches[0])

    def _best(self, prompt: Sequence[int], keep: int, length: int, room: int) -> Cache | None:
        """The cache to reuse, or to replace; None where the budget allows another one."""
        beyond = self._plan.beyond(len(prompt))
        same = [cache for cache in self.caches if cache.beyond == beyond]
        best = max(same, key=lambda cache: cache.shared(prompt), default=None)
        if best is not None and best.shared(prompt) >= min(keep, len(prompt) - 1):
            return best
        if len(self.caches) < MOST and self.tokens + room <= self._budget:
            return None
        return next((cache for cache in same if cache.room >= length), None)

    def _drop(self, cache: Cache) -> None:
        self.caches.remove(cache)
        cache.close()

    def _started(self, room: int, *, beyond: bool) -> Cache:
        while self.caches and (len(self.caches) >= MOST or self.tokens + room > self._budget):
            self._drop(self.caches[0])
        while True:
            try:
                return Cache(_translated(partial(self.start, room)), room, beyond=beyond)
            except OutOfMemory:
                if not self.caches:
                    raise
                self._drop(self.caches[0])

    def _sized(self, length: int, most: int) -> int:
        # No more than its side of the switch: some providers' masks are as long as the cache.
        return min(most, -(-length // self.step) * self.step)


def _rewound(cache: Cache, length: int) -> bool:
    try:
        cache.rewind(length)
    except ModelError:
        return False
    return True


def ran_out_of_memory(text: str) -> bool:
    """Whether an error of the runtime says that memory ran out."""
    return "bad_alloc" in text or "Failed to allocate" in text or "out of memory" in text.lower()


def _translated(call: Callable[[], Any]) -> Any:
    """Run a call into the runtime; its bare errors become ours."""
    try:
        return call()
    except OutOfMemory:
        raise
    except MemoryError as error:
        raise OutOfMemory("too little memory for this call; give the model less text") from error
    except RuntimeError as error:
        text = str(error)
        if ran_out_of_memory(text):
            raise OutOfMemory(
                f"too little memory for this call ({text}); give the model less text"
            ) from error
        raise ModelError(f"the runtime failed: {text}") from error
