"""How sure the model was of each value of an answer."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

Choice = tuple[int, int, float]
"""Where a chosen token begins and ends in an answer, and the logarithm of its probability."""

_PLAIN_END = re.compile(r"[,\]}]|$")


def _plain_end(text: str, at: int) -> int:
    found = _PLAIN_END.search(text, at)
    return found.start() if found else len(text)


def confidences(text: str, choices: Sequence[Choice]) -> Any:
    """An answer's shape, with a probability in place of each value.

    `text` is compact JSON, `choices` are those made in its UTF-8, in bytes and in order.
    A value's are multiplied: all that share a byte with it, for a token may hold the end
    of a key and the beginning of its value.
    """
    starts = [0, *accumulate(len(char.encode("utf-8", "replace")) for char in text)]

    begins = [begin for begin, _, _ in choices]
    ends = [end for _, end, _ in choices]
    logs = [log for _, _, log in choices]

    def sure(start: int, end: int) -> float:
        first = bisect_right(ends, starts[start])
        return math.exp(sum(logs[first : bisect_left(begins, starts[end])]))

    def value(at: int) -> tuple[Any, int]:
        opening = text[at]
        if opening == "{":
            members: dict[str, Any] = {}
            while text[at] != "}":
                key, colon = scanstring(text, at + 2, True)
                members[key], at = value(colon + 1)
            return members, at + 1
        if opening == "[":
            items = []
            while text[at] != "]" and text[at + 1] != "]":
                item, at = value(at + 1)
                items.append(item)
            return items, at + 1 if items else at + 2
        end = scanstring(text, at + 1, True)[1] if opening == '"' else _plain_end(text, at)
        return sure(at, end), end

    return value(0)[0]
