"""Check whether an answer keeps the limits of its task, counting from the answer alone."""

from __future__ import annotations

from collections.abc import Iterator

from slmtasks.evaluation.cases import Case, PostCase, ProductCase, ReplyCase, SummarizeCase
from slmtasks.results import ProductDescription, Reply, Result, SocialPost, Summary
from slmtasks.social.platforms import PLATFORMS
from slmtasks.tasks.describe_product import BULLETS, CHARACTERS
from slmtasks.tasks.summarize import MOST


def broken(case: Case, result: Result) -> list[str]:
    """Return the limits that the result exceeds, each with its count and maximum."""
    return [f"{what}: {has} of {most}" for what, has, most in _limits(case, result) if has > most]


def _limits(case: Case, result: Result) -> Iterator[tuple[str, int, int]]:
    match case, result:
        case SummarizeCase(), Summary(points=points):
            most = case.max_items or MOST[case.style][case.length]
            if case.style == "headline":
                yield "words", len(result.text.split()), most
            else:
                yield "points", len(points), most
        case ProductCase(), ProductDescription():
            yield "title", len(result.title), len(case.product.name) + 80
            yield "tagline", len(result.tagline), 80
            yield "description", len(result.description), CHARACTERS[case.length]
            yield "bullets", len(result.bullets), BULLETS[case.length]
            yield from (("bullet", len(bullet), 100) for bullet in result.bullets)
            yield "meta description", len(result.meta_description), 160
        case PostCase(), SocialPost():
            rules = PLATFORMS[case.platform]
            yield "characters", rules.count(result.text), rules.limit
            tags = case.hashtags if rules.hashtags is None else min(case.hashtags, rules.hashtags)
            yield "hashtags", len(result.hashtags), tags
        case ReplyCase(), Reply():
            yield "characters", len(result.text), 600
