"""A field's regular expression in the notation of the grammar, which knows no assertions."""

from __future__ import annotations

import re

# Look-around, flags, word borders, back references, anchors within the expression.
_UNKNOWN = re.compile(r"\(\?(?!:)|\\[bBAZzG1-9]|(?<![\[\\])\^|(?<!\\)\$")


def unanchored(pattern: str) -> tuple[str, bool, bool]:
    """A pattern without the anchors at its ends, and whether it has each of them."""
    begins = pattern.startswith("^")
    ends = pattern.endswith("$") and not pattern.endswith(r"\$")
    return pattern[begins : len(pattern) - ends], begins, ends


def searched(pattern: str) -> str:
    """An expression of all texts in which `pattern` is found; "" where there is none."""
    core, begins, ends = unanchored(pattern)
    if not core or _UNKNOWN.search(core):
        return ""
    anything = "(?s:.*)"
    return f"{'' if begins else anything}(?:{core}){'' if ends else anything}"
