"""Compute the model's confidence in each value of an answer."""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

Choice = tuple[int, int, float]
"""The start and end of a chosen token in an answer, and its log probability."""

_SCALARS = json.JSONDecoder(parse_float=Decimal)


def parse(text: str, choices: Sequence[Choice]) -> tuple[Any, Any]:
    """Parse an answer into its value, and the same shape with a probability for each scalar.

    `text` is compact JSON; `choices` are the choices made in its UTF-8, in bytes and in
    order. The probability of a scalar is the product of all choices that share a byte with
    it, because a token may hold the end of a key and the start of its value. Numbers with a
    fraction become Decimal. Raises ValueError if the text is not compact JSON.
    """
    parser = _Parser(text, choices)
    value, sure, end = parser.value(0)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value, sure


class _Parser:
    def __init__(self, text: str, choices: Sequence[Choice]) -> None:
        self._text = text
        self._offsets = [0, *accumulate(len(char.encode("utf-8", "replace")) for char in text)]
        self._begins = [begin for begin, _, _ in choices]
        self._ends = [end for _, end, _ in choices]
        self._logs = [log for _, _, log in choices]

    def value(self, at: int) -> tuple[Any, Any, int]:
        """Return the value that begins at an index, its probabilities, and the index after it."""
        if self._text.startswith("{", at):
            return self._object(at + 1)
        if self._text.startswith("[", at):
            return self._array(at + 1)
        value, end = _SCALARS.raw_decode(self._text, at)
        return value, self._sure(at, end), end

    def _object(self, at: int) -> tuple[dict[str, Any], dict[str, Any], int]:
        values: dict[str, Any] = {}
        chances: dict[str, Any] = {}
        if self._text.startswith("}", at):
            return values, chances, at + 1
        while True:
            key, colon = _SCALARS.raw_decode(self._text, at)
            values[key], chances[key], end = self.value(self._after(":", colon))
            if self._text.startswith("}", end):
                return values, chances, end + 1
            at = self._after(",", end)

    def _array(self, at: int) -> tuple[list[Any], list[Any], int]:
        values: list[Any] = []
        chances: list[Any] = []
        if self._text.startswith("]", at):
            return values, chances, at + 1
        while True:
            value, sure, end = self.value(at)
            values.append(value)
            chances.append(sure)
            if self._text.startswith("]", end):
                return values, chances, end + 1
            at = self._after(",", end)

    def _after(self, mark: str, at: int) -> int:
        if not self._text.startswith(mark, at):
            raise json.JSONDecodeError(f"Expecting {mark!r}", self._text, at)
        return at + 1

    def _sure(self, start: int, end: int) -> float:
        first = bisect_right(self._ends, self._offsets[start])
        return math.exp(sum(self._logs[first : bisect_left(self._begins, self._offsets[end])]))
