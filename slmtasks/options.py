"""The words that options of the tasks take."""

from __future__ import annotations

from typing import Literal

DecimalMark = Literal[",", "."]
Grounding = Literal["strict", "flag", "off"]
Length = Literal["short", "medium", "long"]
PostTone = Literal["neutral", "friendly", "formal", "enthusiastic", "playful"]
ProductTone = Literal["neutral", "friendly", "formal", "enthusiastic", "luxurious"]
ReplyTone = Literal["friendly", "neutral", "formal", "apologetic"]
Role = Literal["customer", "agent"]
Style = Literal["tldr", "key-points", "headline", "quotes"]


def check(value: object, literal: object, name: str) -> None:
    """Raise ValueError where `value` is not one of the words of `literal`."""
    words: tuple[str, ...] = literal.__args__  # type: ignore[attr-defined]
    if value not in words:
        raise ValueError(f"{name} is {value!r}; use one of {', '.join(words)}")
