"""How sure the model was of each value of an answer."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import accumulate
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

_PLAIN_END = re.compile(r"[,\]}]|$")


def _plain_end(text: str, at: int) -> int:
    found = _PLAIN_END.search(text, at)
    return found.start() if found else len(text)


def confidences(text: str, choices: Sequence[tuple[int, float]]) -> Any:
    """An answer's shape, with a probability in place of each value.

    `text` is compact JSON, `choices` the places of the model's choices in its UTF-8, in
    bytes, each with the logarithm of its probability; a value's are multiplied.
    """
    starts = [0, *accumulate(len(char.encode("utf-8", "replace")) for char in text)]

    def sure(start: int, end: int) -> float:
        inside = (log for at, log in choices if starts[start] <= at < starts[end])
        return math.exp(sum(inside))

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
