"""Guesses at what an answer goes on with, looked up in the prompt; and how many are worth it.

Answers copy from their source. Where the last tokens stand in the prompt too, those behind
them there are a guess; a pass over several tokens costs less than as many passes. How
many tokens are guessed follows from how often guesses were right and from what passes of
each width cost on this machine, both learnt as they happen. A guess changes no answer:
the model's own choice is held against it.
"""

from __future__ import annotations

from collections.abc import Sequence

WIDEST = 16
"""Tokens guessed at most."""

KEYS = (3, 2, 1)
"""How many last tokens are looked up, the longest first."""

EACH = 0.74
"""What a token adds to a pass, in units of its constant part: seen on two CPU cores."""

_FADES = 0.98
"""What an observation still counts after the next one."""


class Lookup:
    """Where the tokens of one prompt and its answer stand."""

    def __init__(self, prompt: Sequence[int]) -> None:
        self._tokens: list[int] = []
        self._ends: dict[tuple[int, ...], int] = {}
        self.extend(prompt)

    def extend(self, tokens: Sequence[int]) -> None:
        """Take tokens in, behind those already there."""
        for token in tokens:
            for size in KEYS:
                if len(self._tokens) >= size:
                    # Known once something follows it: the last tokens do not find themselves.
                    self._ends[tuple(self._tokens[-size:])] = len(self._tokens)
            self._tokens.append(token)

    def guess(self, most: int) -> tuple[int, Sequence[int]]:
        """What may follow, and how many last tokens it rests on; nothing where they are new."""
        for size in KEYS:
            end = self._ends.get(tuple(self._tokens[-size:]))
            if end is not None:
                return size, self._tokens[end : end + most]
        return 0, ()


class Odds:
    """How often a guessed token was right, by how many tokens the guess rested on."""

    def __init__(self) -> None:
        self._right = dict.fromkeys(KEYS, 1.0)
        self._seen = dict.fromkeys(KEYS, 2.0)

    def saw(self, size: int, right: bool) -> None:
        """Learn from a guess at one token, whether or not a pass was spent on it."""
        self._right[size] = self._right[size] * _FADES + right
        self._seen[size] = self._seen[size] * _FADES + 1

    def of(self, size: int) -> float:
        """The probability that a token guessed from `size` tokens is right."""
        return self._right[size] / self._seen[size]


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


def width(odds: float, line: tuple[float, float], behind: int, most: int) -> int:
    """How many tokens to guess behind a pass of `behind` tokens: those that save the most time.

    Each is right with probability `odds` if those before it were.
    """
    constant, each = line
    best, best_rate, tokens, right = 0, 0.0, 1.0, 1.0
    for guessed in range(min(most, WIDEST) + 1):
        rate = tokens / (constant + each * (behind + guessed))
        if rate > best_rate:
            best, best_rate = guessed, rate
        right *= odds
        tokens += right
    return best
