"""Guesses at the next tokens of an answer, and how many of them are worth a wider pass.

Answers copy from their source: where the source holds the last tokens too, the tokens
after them there are a guess. Between two such runs comes what the grammar forces; of that
only the spelling is guessed. A pass over several tokens costs less than as many passes. How
many tokens are guessed follows from how often guesses were right and from what passes of
each width cost on this machine, both learnt as they happen. A guess changes no answer: it
is checked against the model's own choice.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

WIDEST = 16
"""Tokens guessed at most."""

KEYS = (3, 2, 1)
"""How many last tokens are looked up, the longest first."""

PLACES = 4
"""Of a key's places, how many of the latest are tried until the grammar allows what follows."""

FORCED, FIRST, SPELLED = 0, -1, -2
"""What a guess rests on that is not looked up: the grammar, the answer before, spelling."""

EACH = 0.35
"""What a token adds to a pass, in units of its constant part: seen on two CPU cores."""

_FADES = 0.98
"""What an observation still counts after the next one."""


class Guess(NamedTuple):
    """A token, and what it rests on: so many last tokens, or FORCED, FIRST or SPELLED."""

    token: int
    basis: int


class Lookup:
    """What follows where in a text. It has no index: most texts are asked only a few times."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = array("i", tokens)
        self._packed = self._tokens.tobytes()

    def after(self, run: Sequence[int]) -> Iterator[int]:
        """The tokens after a run of tokens, at its latest place first."""
        sought, size = array("i", run).tobytes(), self._tokens.itemsize
        # Nothing follows the very last token.
        end = len(self._packed) - size
        while (at := self._packed.rfind(sought, 0, max(0, end))) >= 0:
            if at % size == 0:
                yield self._tokens[at // size + len(run)]
            end = at + len(sought) - 1


class Odds:
    """How often a guessed token was right, by what the guess rested on."""

    def __init__(self) -> None:
        learnt = (*KEYS, FIRST, SPELLED)
        self._right = dict.fromkeys(learnt, 1.0)
        self._seen = dict.fromkeys(learnt, 2.0)

    def saw(self, basis: int, right: bool) -> None:
        """Learn from a guess at one token, whether or not a pass was spent on it."""
        if basis != FORCED:
            self._right[basis] = self._right[basis] * _FADES + right
            self._seen[basis] = self._seen[basis] * _FADES + 1

    def of(self, basis: int) -> float:
        """The probability that a token guessed on such a basis is right."""
        return 1.0 if basis == FORCED else self._right[basis] / self._seen[basis]


class Cost:
    """What a pass costs by its width: a line through the passes that were timed, in seconds."""

    def __init__(self) -> None:
        self._sums: list[float] = []

    def saw(self, width: int, seconds: float) -> None:
        """Learn from a pass over `width` tokens."""
        if not self._sums:
            # Two CPU cores' proportions to begin with; they fade.
            self._sums = [0.0] * 5
            for narrow in (1, 2, 4, 8):
                self._add(narrow, seconds * (1 + EACH * narrow) / (1 + EACH * width))
        constant, each = self.line()
        # A pass that was interrupted by another program says nothing of its width.
        self._add(width, min(seconds, 3 * (constant + each * width)))

    def line(self) -> tuple[float, float]:
        """The constant part and the part for each token."""
        if not self._sums:
            return 1.0, EACH
        n, x, y, xx, xy = self._sums
        slope = max(0.0, (n * xy - x * y) / max(1e-9, n * xx - x * x))
        return max(1e-9, (y - slope * x) / n), slope

    def _add(self, width: int, seconds: float) -> None:
        new = (1.0, width, seconds, width * width, width * seconds)
        self._sums = [old * _FADES + value for old, value in zip(self._sums, new, strict=True)]


@dataclass
class Habits:
    """What one model's answers teach: how guesses fare, what passes cost, how answers begin."""

    odds: Odds = field(default_factory=Odds)
    cost: Cost = field(default_factory=Cost)
    first: int | None = None


class Drafter:
    """Guesses for one answer from `source`, the tokens of what it is made from.

    `spells` is whether what the grammar forces is among them.
    """

    def __init__(
        self, source: Sequence[int], tokenizer: LLTokenizer, habits: Habits, *, spells: bool
    ) -> None:
        self._lookup = Lookup(source)
        self._tokenizer = tokenizer
        self._habits = habits
        self._spells = spells

    def guesses(self, matcher: LLMatcher, written: Sequence[int]) -> list[Guess]:
        """What may follow what is written, each guess resting on those before it.

        It ends after the first guess that is no longer worth a pass's width.
        """
        found: list[Guess] = []
        constant, each = self._habits.cost.line()
        right = 1.0
        last = list(written[-max(KEYS) :])
        while (
            len(found) < WIDEST
            and right * constant >= (1.0 - right) * each
            and not matcher.is_stopped()
        ):
            more = self._more(matcher, last)[: WIDEST - len(found)]
            if not more:
                break
            tokens = [guess.token for guess in more]
            matcher.consume_tokens(tokens)
            found += more
            right *= math.prod(self._habits.odds.of(guess.basis) for guess in more)
            last = [*last, *tokens][-max(KEYS) :]
        matcher.rollback(len(found))
        return found

    def worth(self, guesses: Sequence[Guess]) -> int:
        """How many of the guesses a pass is to hold."""
        chances = [self._habits.odds.of(guess.basis) for guess in guesses]
        return width(chances, self._habits.cost.line())

    def _more(self, matcher: LLMatcher, last: Sequence[int]) -> list[Guess]:
        """What the grammar forces, one token that is looked up, or a spelling of what is forced."""
        if not last:
            return self._allowed(matcher, [self._habits.first], FIRST)
        if self._spells and (forced := matcher.compute_ff_tokens()):
            return [Guess(token, FORCED) for token in forced]
        for size in KEYS[-len(last) :]:
            for token in islice(self._lookup.after(last[-size:]), PLACES):
                if found := self._allowed(matcher, [token], size):
                    return found
        text = matcher.compute_ff_bytes() if self._spells else b""
        return self._allowed(matcher, self._tokenizer.tokenize_bytes(text), SPELLED)

    def _allowed(self, matcher: LLMatcher, tokens: Sequence[int | None], basis: int) -> list[Guess]:
        known = [token for token in tokens if token is not None]
        return [Guess(token, basis) for token in known[: matcher.validate_tokens(known)]]


def width(chances: Sequence[float], line: tuple[float, float]) -> int:
    """How many tokens to guess: those that save the most time.

    Each is right with its chance if those before it were; what is certain is no decision.
    A decision that this pass brings spares another pass, and a wrong token is paid for.
    """
    constant, each = line
    best, most, saved, right = 0, 0.0, 0.0, 1.0
    for guessed, chance in enumerate(chances, start=1):
        right *= chance
        saved -= (1.0 - right) * each
        if chance < 1.0:
            saved += right * constant
        if saved > most:
            best, most = guessed, saved
    return best
