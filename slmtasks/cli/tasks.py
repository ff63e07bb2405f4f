"""The task functions: the options of each, once for `slmtasks TASK` and `slmtasks batch TASK`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import slmtasks as slm
from slmtasks.cli.compose import task
from slmtasks.cli.options import (
    FieldsOption,
    GroundingOption,
    LanguageOption,
    SchemaOption,
)
from slmtasks.errors import SchemaError, SlmTasksError
from slmtasks.options import Length, PostTone, ProductTone, ReplyTone, Style
from slmtasks.social.platforms import PlatformName

if TYPE_CHECKING:
    from slmtasks.batching.binding import Bound


@task(reading=("day_first", "decimal", "password", "unsure_below", "confidence"))
def extract(
    fields: FieldsOption = None,
    schema: SchemaOption = None,
    instructions: Annotated[str | None, typer.Option(help="What else the model is told.")] = None,
    grounding: GroundingOption = "strict",
) -> Bound:
    """Fill fields from documents, each value with its place in the text.

    slmtasks extract invoice.pdf --fields "vendor, total: number, issued: date"
    """
    from slmtasks.schema import field_list

    if (fields is None) == (schema is None):
        raise typer.BadParameter("give either --fields or --schema")
    try:
        shape = field_list.load(schema) if schema is not None else field_list.parse(fields or "")
    except SchemaError as error:
        raise typer.BadParameter(str(error)) from error
    bound = _bound(slm.extract, schema=shape, instructions=instructions, grounding=grounding)
    return bound if schema is None else replace(bound, call=_named(bound.call, schema))


@task(reading=("password",))
def summarize(
    style: Annotated[Style, typer.Option(help="What kind of summary.")] = "key-points",
    length: Annotated[Length, typer.Option(help="How long.")] = "medium",
    max_items: Annotated[
        int | None, typer.Option(help="How many sentences, points, words or quotes instead.")
    ] = None,
    most: Annotated[int | None, typer.Option(hidden=True)] = None,
    focus: Annotated[str | None, typer.Option(help="What to look for.")] = None,
    language: LanguageOption = None,
) -> Bound:
    """Summarize documents: tldr, key-points, headline, or verbatim quotes.

    slmtasks summarize report.pdf --style quotes --length short
    """
    if most is not None:
        warnings.warn("--most is deprecated; use --max-items", DeprecationWarning, stacklevel=2)
    asked = partial(
        slm.summarize,
        style=style,
        length=length,
        max_items=most if max_items is None else max_items,
    )
    return _bound(asked, focus=focus, language=language)


@task(
    sources="Products as JSON: name, category, brand, features, specs, audience, price, keywords."
)
def describe(
    tone: Annotated[ProductTone, typer.Option(help="How it sounds.")] = "neutral",
    length: Annotated[Length, typer.Option(help="How long.")] = "medium",
    language: LanguageOption = None,
) -> Bound:
    """Write the sales copy of products.

    slmtasks describe product.json --tone friendly
    """
    return _bound(slm.describe_product, tone=tone, length=length, language=language)


@task(reading=("password",))
def post(
    platform: Annotated[PlatformName, typer.Option(help="Where it is posted.")],
    tone: Annotated[PostTone, typer.Option(help="How it sounds.")] = "neutral",
    hashtags: Annotated[int, typer.Option(help="How many at most.")] = 3,
    link: Annotated[str | None, typer.Option(help="A link to put at the end.")] = None,
    language: LanguageOption = None,
) -> Bound:
    """Write social media posts within the platform's limit.

    slmtasks post announcement.txt --platform bluesky
    """
    asked = partial(slm.social_post, platform=platform, tone=tone, hashtags=hashtags)
    return _bound(asked, link=link, language=language)


@task(sources="The customers' messages, as files.")
def reply(
    facts: Annotated[Path, typer.Option(help="The file to answer from.")],
    tone: Annotated[ReplyTone, typer.Option(help="How it sounds.")] = "friendly",
    language: LanguageOption = None,
) -> Bound:
    """Answer customers' messages from given facts only.

    slmtasks reply mail.txt --facts faq.md
    """
    return _bound(slm.reply, facts=facts, tone=tone, language=language)


def _bound(call: Callable[..., slm.Result], **keywords: Any) -> Bound:
    # Imported here: it takes the modules that run a model.
    from slmtasks.batching.binding import bind

    return bind(partial(call, **keywords))


def _named(call: Callable[..., slm.Result], schema: str) -> Callable[..., slm.Result]:
    """The call, its errors naming the schema where a validator of it raises them."""

    @wraps(call)
    def named(document: slm.Document, *arguments: Any, **keywords: Any) -> slm.Result:
        try:
            return call(document, *arguments, **keywords)
        except Exception as error:
            if isinstance(error, SlmTasksError | ValueError):
                raise
            # What a validator raises besides ValueError passes through pydantic.
            raise SchemaError(f"{document.name}: {schema} fails: {error!r}") from error

    return named
