"""Summaries and posts: what is asked and what a careful writer answers."""

from __future__ import annotations

import re
from random import Random
from typing import Any, get_args

from slmtasks.documents.passages import Passage
from slmtasks.engine.map_reduce import quotes
from slmtasks.grammar.candidates import Source
from slmtasks.options import PostTone
from slmtasks.schema.nodes import Object
from slmtasks.social.platforms import PLATFORMS
from slmtasks.tasks import social_post as posts
from slmtasks.tasks import summarize as summaries
from training.generator import lexicon as lex
from training.generator import values as val
from training.generator.documents.stories import Sentence, Story, story
from training.generator.drafts import Draft, passage
from training.generator.words import words

WORDS = words("copywriting")
_HOOK: dict[str, list[str]] = WORDS["hook"]


def _document(tale: Story, r: Random) -> str:
    """The story as a text: with a title, as a list, within a letter, or bare."""
    x = r.random()
    body = "\n".join(tale.paragraphs(r)) if x < 0.55 else " ".join(s.text for s in tale.sentences)
    if 0.5 < x < 0.56 and len(tale.sentences) > 3:
        first, *rest = (s.text for s in tale.sentences)
        body = "\n".join([first, "", *(f"- {text}" for text in rest)])
    if r.random() < 0.2:
        day = val.dates(r, "gb", 1).write(val.day(r))
        place, end = f"{lex.place(r)}{r.choice([', ', ' – '])}", r.choice([". ", ". ", " – ", ": "])
        body = f"{place}{day}{end}{body}"
    x = r.random()
    if x < 0.35:
        return f"{tale.title}\n\n{body}"
    if x < 0.42:
        return f"# {tale.title}\n\n{body}"
    if x < 0.52:
        hello = r.choice(["Dear", "Hello", "Hi"])
        return f"{hello} {lex.person(r)},\n\n{body}\n\nKind regards,\n{lex.person(r)}"
    return body


def _best(tale: Story, n: int) -> list[Sentence]:
    """The n weightiest sentences, in their order."""
    order = sorted(range(len(tale.sentences)), key=lambda i: (-tale.sentences[i].weight, i))[:n]
    return [tale.sentences[i] for i in sorted(order)]


def _quoted(tale: Story, whole: Passage, most: int) -> list[str]:
    """As many sentences as the library will ask for: the weightiest, in their order."""
    sentences = Source(whole).sentences
    # A sentence that begins with a figure is one with the sentence before it.
    weights = [
        max([s.weight for s in tale.sentences if s.text in t], default=-1) for t in sentences
    ]
    order = sorted(range(len(sentences)), key=lambda i: (-weights[i], i))
    return [sentences[i] for i in sorted(order[:most])]


def _headline(tale: Story, text: str, most: int) -> str:
    """The title where the text has it, else what the main sentence says."""
    main = max(tale.sentences, key=lambda s: s.weight).short.rstrip(".")
    long = len(main.split()) > most
    return tale.title if long or (tale.title in text and len(tale.title.split()) > 3) else main


def summarize(r: Random, size: int) -> Draft | None:
    """A story in one of the four styles."""
    style: Any = r.choice(["tldr", "key-points", "headline", "quotes", "quotes"])
    name = "paper" if style == "quotes" and r.random() < 0.35 else ""
    # A quote needs no copying: the grammar does it.
    plain = style == "quotes"
    tale = story(r, max(2, min(26, size // r.choice([18, 24]))), name, strange=not plain)
    whole = passage(_document(tale, r))
    most = r.choice([1, 1, 3, 5, 7] if style == "quotes" else list(summaries.MOST[style].values()))
    variables = {style.replace("-", "_"): str(most)}
    if style == "quotes":
        picked = _quoted(tale, whole, most)
        answer: dict[str, Any] = {"quotes": picked}
        node = Object((quotes(len(picked), len(picked)),))
    else:
        count = min(most, len(whole.sentences)) if style == "tldr" else most
        node = summaries._shape(style, max(1, count))
        if style == "headline":
            answer = {"headline": _headline(tale, whole.text, most)}
        else:
            best = [s.short for s in _best(tale, count) if s.weight > 0 or style == "tldr"]
            answer = {"sentences" if style == "tldr" else "points": best}
    if r.random() < 0.05:
        variables["language"] = "English"
    if r.random() < 0.05:
        variables["focus"] = r.choice(WORDS["focus"])
    template = f"summarize:{tale.kind}:{style}:{most}:{tale.title in whole.text}"
    return Draft("summarize", template, "summarize", whole, variables, node, answer)


def _tags(phrases: list[str], most: int) -> list[str]:
    """Hashtags of the phrases: letters alone, the words joined."""
    joined = ("".join(w[:1].upper() + w[1:] for w in re.findall(r"[^\W\d_]+", p)) for p in phrases)
    return list(dict.fromkeys(tag for tag in joined if 2 <= len(tag) <= posts.TAG))[:most]


def social(r: Random, size: int) -> Draft | None:
    """A post about a story."""
    tale = story(r, max(2, min(18, size // 28)), strange=True)
    whole = passage(_document(tale, r))
    rules, tone = r.choice(list(PLATFORMS.values())), r.choice(get_args(PostTone))
    asked = r.choice([0, 1, 2, 3, 3, 3, 5])
    most = asked if rules.hashtags is None else min(asked, rules.hashtags)
    link = f"https://{lex.word(r, 2)}.com/{lex.word(r)}" if r.random() < 0.2 else None
    tail = posts._tail(["a" * posts.TAG] * most, link)
    room = min(posts.LONGEST, rules.room(tail) if tail else rules.limit)
    best = _best(tale, 1 if room < 260 else 2 if room < 600 else 3)
    hook = r.choice(_HOOK[tone])
    while True:
        body = " ".join(x for x in [hook, *(s.short for s in best)] if x)
        if len(body) <= room - 30 or len(best) < 2:
            break
        best.remove(min(best, key=lambda s: s.weight))
    answer = {"text": body, "hashtags": _tags(tale.tags, most)}
    variables = {"platform": rules.name, "limit": str(room), "hashtags": str(most), "tone": tone}
    template = f"social:{tale.kind}:{rules.name}:{tone}"
    node = posts._shape(room, most, rules)
    return Draft("social_post", template, "social_post", whole, variables, node, answer)
