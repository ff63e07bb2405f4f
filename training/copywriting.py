"""Summaries and posts: what is asked and what a careful writer answers."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from slmtasks import templates
from training.stories import Story, plain, story
from training.words import words

WORDS = words("copywriting")

Made = tuple[str, str, list[dict[str, str]], Any, str, list[str]]
TONES = ["neutral", "friendly", "formal", "enthusiastic", "luxurious"]


def _document(tale: Story, r: Random) -> str:
    body = (
        "\n".join(tale.paragraphs(r))
        if r.random() < 0.6
        else " ".join(s.text for s in tale.sentences)
    )
    x = r.random()
    if x < 0.35:
        return f"{tale.title}\n\n{body}"
    return f"# {tale.title}\n\n{body}" if x < 0.42 else body


def _best(tale: Story, n: int) -> list[Any]:
    """The n weightiest sentences, in their order."""
    order = sorted(range(len(tale.sentences)), key=lambda i: (-tale.sentences[i].weight, i))[:n]
    return [tale.sentences[i] for i in sorted(order)]


def summarize(r: Random, size: int) -> Made | None:
    """A story in one of the four styles."""
    tale = (
        story(r, max(2, min(24, size // 26)))
        if r.random() < 0.75
        else plain(r, max(2, min(20, size // 22)))
    )
    text = _document(tale, r)
    style = r.choice(["tldr", "key_points", "headline", "quotes"])
    variables: dict[str, str] = {"document": text}
    copied: list[str] = []
    if style == "tldr":
        n = r.choice([k for k in (1, 2, 3) if k <= len(tale.sentences)])
        variables["tldr"] = str(n)
        answer: Any = {"sentences": [s.short or s.text for s in _best(tale, n)]}
    elif style == "key_points":
        n = r.choice([3, 5, 7])
        variables["key_points"] = str(n)
        answer = {"points": [s.short or s.text for s in _best(tale, n) if s.weight > 0]}
        if any(len(point) > 200 for point in answer["points"]):
            return None
    elif style == "headline":
        n = r.choice([12, 17, 22])
        variables["headline"] = str(n)
        main = max(tale.sentences, key=lambda s: s.weight)
        text_ = (main.short or main.text).rstrip(".")
        if len(text_.split()) > n:
            text_ = tale.title
        if len(text_.split()) > n or (text_ == tale.title and tale.title not in text):
            return None
        answer = {"headline": text_}
    else:
        n = r.choice([1, 3, 5, 7])
        variables["quotes"] = str(n)
        answer = {"quotes": [s.text for s in _best(tale, n)]}
        copied = answer["quotes"]
    if r.random() < 0.05:
        variables["language"] = "English"
    if r.random() < 0.05:
        variables["focus"] = r.choice(
            ["costs", "dates", "people", "what changes", "the next steps"]
        )
    return (
        f"summarize:{tale.kind}:{style}",
        "summarize",
        templates.load("summarize").messages(variables),
        answer,
        text,
        copied,
    )


_HOOK = WORDS["hook"]
_LIMITS = WORDS["limits"]


def social(r: Random, size: int) -> Made | None:
    """A post about a story."""
    tale = story(r, max(2, min(16, size // 28)))
    text = _document(tale, r)
    platform, tone, count = (
        r.choice(list(_LIMITS)),
        r.choice(TONES),
        r.choice([0, 1, 2, 3, 3, 3, 5]),
    )
    limit = _LIMITS[platform] - r.choice([0, 24, 40, 60, 90])
    best = _best(tale, 1 if limit < 260 else 2 if limit < 600 else 3)
    body = " ".join(x for x in [r.choice(_HOOK[tone]), *(s.short or s.text for s in best)] if x)
    while len(body) > limit and len(best) > 1:
        best.pop()
        body = " ".join(x for x in [r.choice(_HOOK[tone]), *(s.short or s.text for s in best)] if x)
    if len(body) > limit:
        return None
    tags: list[str] = []
    for phrase in tale.tags:
        tag = "".join(w[:1].upper() + w[1:] for w in re.findall(r"[^\W\d_]+", phrase))
        if 2 <= len(tag) <= 20 and tag not in tags:
            tags.append(tag)
    answer = {"text": body, "hashtags": tags[:count]}
    return (
        f"social:{tale.kind}:{platform}",
        "social_post",
        templates.load("social_post").messages(
            {
                "platform": platform,
                "limit": str(limit),
                "hashtags": str(count),
                "tone": tone,
                "document": text,
            }
        ),
        answer,
        text,
        [],
    )
