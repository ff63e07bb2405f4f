"""One command a task function."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

import slmtasks as slm
from slmtasks import shorthand
from slmtasks.cli import files as over
from slmtasks.cli.app import app
from slmtasks.cli.options import (
    DayFirstOption,
    DeviceOption,
    FieldsOption,
    Files,
    GroundingOption,
    JsonOption,
    LanguageOption,
    ModelOption,
    PasswordOption,
    SchemaOption,
)
from slmtasks.documents import Document
from slmtasks.errors import SchemaError, SlmTasksError
from slmtasks.options import Length, PostTone, ProductTone, ReplyTone, Style
from slmtasks.platforms import PlatformName
from slmtasks.results import Result


@app.command()
def extract(
    files: Files,
    fields: FieldsOption = None,
    schema: SchemaOption = None,
    instructions: Annotated[str | None, typer.Option(help="What else the model is told.")] = None,
    grounding: GroundingOption = "strict",
    day_first: DayFirstOption = None,
    password: PasswordOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Fill fields from documents, each value with its place in the text.

    slmtasks extract invoice.pdf --fields "vendor, total: number, issued: date"
    """
    if (fields is None) == (schema is None):
        raise typer.BadParameter("give either --fields or --schema")
    try:
        shape = shorthand.load(schema) if schema is not None else shorthand.parse(fields or "")
    except SchemaError as error:
        raise typer.BadParameter(str(error)) from error

    def one(document: Document, loaded: slm.Model) -> Result:
        try:
            return slm.extract(
                document,
                shape,
                instructions=instructions,
                grounding=grounding,
                model=loaded,
            )
        except Exception as error:
            if schema is None or isinstance(error, SlmTasksError | ValueError):
                raise
            # What a validator raises besides ValueError passes through pydantic.
            raise SchemaError(f"{document.name}: {schema} fails: {error!r}") from error

    reader = _reader(password, day_first)
    over.run(files, one, reader, model=model, device=device, as_json=as_json)


@app.command()
def summarize(
    files: Files,
    style: Annotated[Style, typer.Option(help="What kind of summary.")] = "key-points",
    length: Annotated[Length, typer.Option(help="How long.")] = "medium",
    most: Annotated[
        int | None, typer.Option(help="How many sentences, points, words or quotes instead.")
    ] = None,
    focus: Annotated[str | None, typer.Option(help="What to look for.")] = None,
    language: LanguageOption = None,
    password: PasswordOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Summarize documents: tldr, key-points, headline, or verbatim quotes.

    slmtasks summarize report.pdf --style quotes --length short
    """

    def one(document: Document, loaded: slm.Model) -> Result:
        return slm.summarize(
            document,
            style=style,
            length=length,
            most=most,
            focus=focus,
            language=language,
            model=loaded,
        )

    over.run(files, one, _reader(password), model=model, device=device, as_json=as_json)


@app.command()
def describe(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Products as JSON: name, category, brand, features, specs, audience, price, "
            "keywords.",
        ),
    ],
    tone: Annotated[ProductTone, typer.Option(help="How it sounds.")] = "neutral",
    length: Annotated[Length, typer.Option(help="How long.")] = "medium",
    language: LanguageOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Write the sales copy of products.

    slmtasks describe product.json --tone friendly
    """

    def one(document: Document, loaded: slm.Model) -> Result:
        return slm.describe_product(
            _product(document),
            tone=tone,
            length=length,
            language=language,
            model=loaded,
        )

    over.run(files, one, _reader(None), model=model, device=device, as_json=as_json)


@app.command()
def post(
    files: Files,
    platform: Annotated[PlatformName, typer.Option(help="Where it is posted.")],
    tone: Annotated[PostTone, typer.Option(help="How it sounds.")] = "neutral",
    hashtags: Annotated[int, typer.Option(help="How many at most.")] = 3,
    link: Annotated[str | None, typer.Option(help="A link to put at the end.")] = None,
    language: LanguageOption = None,
    password: PasswordOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Write social media posts within the platform's limit.

    slmtasks post announcement.txt --platform bluesky
    """

    def one(document: Document, loaded: slm.Model) -> Result:
        return slm.social_post(
            document,
            platform=platform,
            tone=tone,
            hashtags=hashtags,
            link=link,
            language=language,
            model=loaded,
        )

    over.run(files, one, _reader(password), model=model, device=device, as_json=as_json)


@app.command()
def reply(
    messages: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="The customers' messages, as files.")
    ],
    facts: Annotated[Path, typer.Option(help="The file to answer from.")],
    tone: Annotated[ReplyTone, typer.Option(help="How it sounds.")] = "friendly",
    language: LanguageOption = None,
    model: ModelOption = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Answer customers' messages from given facts only.

    slmtasks reply mail.txt --facts faq.md
    """
    known = cache(lambda: slm.read(facts))

    def one(document: Document, loaded: slm.Model) -> Result:
        return slm.reply(
            document.text,
            facts=known(),
            tone=tone,
            language=language,
            model=loaded,
        )

    over.run(messages, one, _reader(None), model=model, device=device, as_json=as_json)


def _reader(password: str | None, day_first: bool | None = None) -> Callable[[Path], Document]:
    return lambda path: slm.read(path, password=password, day_first=day_first)


def _product(document: Document) -> slm.Product:
    try:
        return slm.Product.model_validate_json(document.text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise SchemaError(
            f"{document.name} is no product: {where}: {first['msg']}; see slmtasks describe --help"
        ) from error
