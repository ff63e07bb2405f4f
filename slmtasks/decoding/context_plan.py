"""How long a prompt and its answer may be together: context, RoPE switch, and memory.

Some models have two sets of RoPE factors: a pass that ends at or below `switch` tokens
computes its positions by one, a pass that ends beyond by the other, and what an earlier
pass left in the KV cache is not computed anew. So a call lies wholly below the switch, or
wholly beyond it: its prompt reaches beyond in its first pass, and of kept caches it takes
only one that was computed there.

Knows nothing about the runtime or about texts.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFILL = 128
"""Tokens a pass at most while reading a prompt: two seconds of Phi-3-Mini on two cores.

A pass cannot be stopped. One of 256 tokens takes as long a token.
"""

LOGITS = 32 << 20
"""Bytes of logits that such a pass may hold: the runtime makes those of all its positions."""

SPARE = 128 << 20
"""Bytes of memory that a plan leaves free."""


@dataclass(frozen=True)
class Plan:
    """The limits of a model's calls.

    `context` is the most tokens of a prompt and its answer, `switch` the last length of the
    first RoPE factors (None where there is one set), `token_bytes` the KV cache of a token,
    `logit_bytes` the logits of a position.
    """

    context: int
    switch: int | None = None
    token_bytes: int = 0
    logit_bytes: int = 0

    @property
    def prefill(self) -> int:
        """Tokens a pass while reading a prompt."""
        return max(1, min(PREFILL, LOGITS // self.logit_bytes)) if self.logit_bytes else PREFILL

    def beyond(self, prompt: int) -> bool:
        """Whether a prompt of so many tokens, and so its answer, lies beyond the switch.

        At one token past the switch it does not: there the runtime's own step computes
        everything anew, and takes a token of its own choice.
        """
        return self.switch is not None and prompt > self.switch + 1

    def room(self, prompt: int) -> int:
        """The most tokens of a prompt of so many tokens and its answer together."""
        if self.switch is None or self.beyond(prompt):
            return self.context
        return min(self.context, self.switch)

    def first(self, prompt: int) -> int:
        """Where the first pass over a prompt ends."""
        return self.switch + 1 if self.switch is not None and self.beyond(prompt) else self.prefill

    def memory(self, room: int) -> int:
        """Bytes that a call takes whose KV cache has room for so many tokens."""
        beyond = self.switch is not None and room > self.switch
        return room * self.token_bytes + self.first(room if beyond else 0) * self.logit_bytes

    def affordable(self, free: int) -> tuple[int, int]:
        """The most tokens of a call below the switch, and of one beyond, in so many free bytes.

        The second is 0 where there is no switch, no context beyond it, or no memory for it.
        """
        below = min(self.room(0), self._fitting(free, self.prefill))
        if self.switch is None or self.context <= self.switch + 1:
            return below, 0
        beyond = min(self.context, self._fitting(free, self.switch + 1))
        return below, beyond if beyond > self.switch + 1 else 0

    def _fitting(self, free: int, first: int) -> int:
        left = free - SPARE - first * self.logit_bytes
        return max(0, left // self.token_bytes) if self.token_bytes else self.context
