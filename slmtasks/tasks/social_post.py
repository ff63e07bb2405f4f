"""A post about a text, within a platform's limit by the platform's own counting."""

from __future__ import annotations

from pathlib import Path

from slmtasks import options, prompt_files
from slmtasks.documents.document import Document
from slmtasks.engine.call import Listener, Run
from slmtasks.engine.map_reduce import condensed
from slmtasks.engine.sources import opened
from slmtasks.models.model import Model
from slmtasks.options import PostTone
from slmtasks.results import SocialPost
from slmtasks.schema.nodes import Array, Letters, Member, Object, Prose
from slmtasks.social.platforms import Platform, PlatformName, is_hashtag
from slmtasks.social.platforms import platform as rules_of

LONGEST = 1000
"""No body is longer, however much a platform allows: nobody reads further."""

_SIGNS = r"#@\x{FF03}\x{FF20}"
"""What would make a hashtag or a mention of a body's word."""

SHORTEST = 40
"""The least that must be left for the body beside hashtags and link."""

TAG = 20
"""What a hashtag counts at most, its sign apart."""


def social_post(
    source: str | Path | Document,
    *,
    platform: PlatformName,
    tone: PostTone = "neutral",
    hashtags: int = 3,
    link: str | None = None,
    language: str | None = None,
    model: Model | None = None,
    timeout: float | None = None,
    on_progress: Listener | None = None,
) -> SocialPost:
    """Write a post about text (`str`), a file (`Path`) or a `Document`.

    `text` is the whole post: body, then hashtags, then the link exactly as given. It is
    within the platform's limit by the platform's own counting, whatever the model, and
    not cut inside a word: X 280 weighted characters (a link counts 23), Bluesky 300
    graphemes, Threads 500 (an emoji counts its bytes), Mastodon 500 (a link counts 23),
    Instagram 2,200, LinkedIn 3,000, Facebook 63,206; `platforms.PLATFORMS` names the
    source of each rule. The body has at most 1,000 characters. There are at most
    `hashtags` tags, and never more than the platform allows. No figure can be written
    that the source does not hold.

    Raises DocumentError, ValueError, ModelError, InvalidAnswer or TimedOut.
    """
    rules = rules_of(platform)
    options.check(tone, PostTone, "tone")
    if hashtags < 0:
        raise ValueError(f"hashtags is {hashtags}; give 0 or more")
    most = hashtags if rules.hashtags is None else min(hashtags, rules.hashtags)
    room = _room(rules, most, link)
    document = opened(source)
    variables = {
        "platform": platform,
        "limit": str(room),
        "hashtags": str(most),
        "tone": tone,
        "language": language or "",
    }
    run = Run(
        prompt_files.load("social_post"),
        variables,
        model=model,
        timeout=timeout,
        on_progress=on_progress,
    )
    passage, chunks = condensed(run, document, _shape(room, most, rules, tagged=False))
    answer = run.ask(passage, _shape(room, most, rules)).reading.data
    tags = list({tag.casefold(): tag for tag in reversed(answer["hashtags"])}.values())[::-1]
    # The grammar's engine takes some code points for letters that nobody has assigned yet.
    if odd := [tag for tag in tags if not is_hashtag(tag)]:
        tags = [tag for tag in tags if tag not in odd]
        run.warnings.append(f"left out, no hashtags of letters alone: {', '.join(odd)}")
    text = answer["text"] + _tail(tags, link)
    if hashtags > most:
        allowed = "1 hashtag" if most == 1 else f"{most} hashtags"
        run.warnings.append(f"{rules.title} allows {allowed}; {hashtags} were asked for")
    return SocialPost(
        text=text,
        hashtags=tuple(tags),
        platform=platform,
        characters=rules.count(text),
        limit=rules.limit,
        **run.carried(document, chunks),
    )


def _room(rules: Platform, most: int, link: str | None) -> int:
    """The characters that hashtags and link leave for the body, by the platform's counting."""
    if link is not None and not (
        isinstance(link, str) and link.isprintable() and link.split() == [link]
    ):
        raise ValueError(f"link is {link!r}; give an address without white space, or None")
    # Each tag is reserved at its longest.
    tail = _tail(["a" * TAG] * most, link)
    room = min(LONGEST, rules.room(tail) if tail else rules.limit)
    if room < SHORTEST:
        raise ValueError(
            f"{most} hashtags and the link leave {room} of {rules.title}'s {rules.limit} "
            "characters; ask for fewer hashtags or give a shorter link"
        )
    return room


def _tail(tags: list[str], link: str | None) -> str:
    lines = [" ".join(f"#{tag}" for tag in tags)] if tags else []
    lines += [link] if link else []
    return "".join(f"\n\n{line}" for line in lines)


def _shape(room: int, most: int, rules: Platform, *, tagged: bool = True) -> Object:
    light = "" if rules.weight == 1 else rules.light
    body = Prose(
        max_chars=room,
        light=light,
        heavy=rules.weight,
        barred=rules.barred + _SIGNS,
        linkless=rules.link is not None,
    )
    tags = Array(Letters(TAG, light, rules.weight), 0, most if tagged else 0)
    return Object(
        (
            Member("text", "text", body, nullable=False, has_default=False),
            Member("hashtags", "hashtags", tags, nullable=False, has_default=False),
        )
    )
