"""What may be asked of a document: concepts, their many names, descriptions and types."""

from __future__ import annotations

from random import Random

from training.generator.words import words

WORDS = words("fields")

NAMES: dict[str, str] = WORDS["names"]

ABOUT: dict[str, list[str]] = WORDS["about"]

TYPES: dict[str, str] = {
    **dict.fromkeys(
        (
            "subtotal tax rate discount shipping rounding service total cash change price weight "
            "revenue profit"
        ).split(),
        "number",
    ),
    **dict.fromkeys("date due delivery next".split(), "date"),
    **dict.fromkeys("quantity employees".split(), "int"),
}

NEAR: dict[str, str] = WORDS["near"]
"""What looks like a concept and is another one: asked for where it is absent."""

SAME: dict[str, str] = WORDS["same"]
"""What can be called by the same name: never asked for as absent beside it."""

ELSEWHERE: list[str] = WORDS["elsewhere"].split()

ROWS: dict[str, str] = WORDS["rows"]


def style(key: str, r: Random) -> str:
    """The key in another spelling, as code bases write it: camelCase, Title, upper."""
    x, parts = r.random(), key.split("_")
    if x < 0.8:
        return key
    if x < 0.92:
        return parts[0] + "".join(p.capitalize() for p in parts[1:])
    if x < 0.96:
        return "".join(p.capitalize() for p in parts)
    return key.upper() if x < 0.98 else key.replace("_", "-")


def about(concept: str, r: Random) -> str:
    """A description of the concept, or none."""
    choices = ABOUT.get(concept)
    return r.choice(choices) if choices and r.random() < 0.25 else ""
