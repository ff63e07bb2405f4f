"""What is asked of the decoder, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


class Limits(Protocol):
    """What holds the texts of one answer to their limits."""

    def endings(self, answer: bytes, *, now: bool = False) -> Sequence[tuple[int, bytes]] | None:
        """The endings of a text that exceeds its limit, the best first; None where none does.

        An ending is the number of bytes that are kept, and the bytes that close the text.
        With `now` the text that is being written must end, however short.
        """


@dataclass(frozen=True)
class DecodeRequest:
    """A prompt (token ids) and the language of its answer (Lark text).

    `keep` of the prompt's first tokens come again in later prompts. After `max_tokens -
    reserve` tokens the answer is led to its end, so that what is cut short still parses.
    `copied` is what the answer may copy, as an answer writes it, where the prompt writes it
    otherwise. `limits` says which texts are too long: the decoder goes back to the first of
    their endings that the grammar allows. `deadline` is a time of `time.monotonic`.
    """

    prompt: Sequence[int]
    grammar: str
    max_tokens: int
    reserve: int
    keep: int = 0
    copied: str = ""
    limits: Limits | None = None
    deadline: float | None = None


@dataclass(frozen=True)
class Answer:
    """What was decoded.

    `text` is without the space that a SentencePiece model begins with. `choices` are the
    tokens that were chosen: where each begins and ends in it, in bytes, and the logarithm
    of its probability among what the grammar allowed. `finish` is "stop" where the answer
    came to its end by itself, and "closed" where it reached its limit of tokens and was
    led to the nearest end that the grammar has. `passes` is how often the model ran after
    the prompt was read.
    """

    text: str
    tokens: tuple[int, ...]
    choices: tuple[tuple[int, int, float], ...]
    prompt_tokens: int
    cached_tokens: int
    passes: int
    finish: Literal["stop", "closed"]


Watch = Callable[[int, str], None]
"""Hears how many tokens of the prompt are read, and the text of the answer so far."""


@dataclass
class DecodeOptions:
    """The accelerations of decoding; each can be switched off, and none changes an answer.

    `prefix` keeps KV caches from call to call, `forced` appends what the grammar leaves no
    choice about without asking the model, `drafts` verifies guessed tokens in one pass.
    """

    prefix: bool = True
    forced: bool = True
    drafts: bool = True
