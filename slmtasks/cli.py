"""The command line: a thin shell over the task functions."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

import slmtasks as slm
from slmtasks import __version__, batch, display, shorthand
from slmtasks.documents import Document
from slmtasks.errors import SchemaError, SlmTasksError
from slmtasks.options import Grounding, Length, PostTone, ProductTone, ReplyTone, Style
from slmtasks.platforms import PlatformName
from slmtasks.results import Result


class _Commands(TyperGroup):
    """The commands; typer would end without a word where one is stopped."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            batch.fail("stopped", batch.STOPPED)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Tasks on your documents by a small language model on this machine. Nothing is sent "
    "anywhere.\n\nEach command reads text, Markdown, HTML or PDF files and prints an answer for "
    "people, or JSON where the output is piped or --json is given. Progress and errors go to "
    "stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some of several files failed, "
    "130 stopped.",
)

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Text, Markdown, HTML or PDF files.")
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", help="'nano' or a model folder. [default: $SLMTASKS_MODEL, nano]"
    ),
]
DeviceOption = Annotated[str, typer.Option(help="cpu, cuda, directml, webgpu, openvino or qnn.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
LanguageOption = Annotated[str | None, typer.Option(help="The language to write in.")]
PasswordOption = Annotated[str | None, typer.Option(help="The password of encrypted PDFs.")]
FieldsOption = Annotated[
    str | None,
    typer.Option(
        help="The fields to fill: 'vendor, total: number, issued: date, paid: bool?'. Types: "
        "text, number, decimal, integer, bool, date, datetime, 'list of ...'; '?' may be "
        "absent."
    ),
]
SchemaOption = Annotated[
    str | None, typer.Option(help="A pydantic model instead, as FILE.py:Class.")
]
GroundingOption = Annotated[
    Grounding, typer.Option(help="strict: only text of the document; flag: checked after; off.")
]
DayFirstOption = Annotated[
    bool | None, typer.Option("--day-first/--month-first", help="How 03/04/2024 is read.")
]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"slmtasks {__version__}")
        raise typer.Exit


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
    batch.run(files, one, reader, model=model, device=device, as_json=as_json)


@app.command()
def summarize(
    files: Files,
    style: Annotated[Style, typer.Option(help="What kind of summary.")] = "key-points",
    length: Annotated[Length, typer.Option(help="How long.")] = "medium",
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
            focus=focus,
            language=language,
            model=loaded,
        )

    batch.run(files, one, _reader(password), model=model, device=device, as_json=as_json)


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

    batch.run(files, one, _reader(None), model=model, device=device, as_json=as_json)


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

    batch.run(files, one, _reader(password), model=model, device=device, as_json=as_json)


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

    batch.run(messages, one, _reader(None), model=model, device=device, as_json=as_json)


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


def main() -> None:
    """The entry point: no traceback for what a user can mend."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A pipe on Windows has a code page of its own; JSON is UTF-8 everywhere.
            stream.reconfigure(encoding="utf-8", errors="replace")
    warnings.showwarning = lambda message, *_: display.note(f"note: {message}")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except SlmTasksError as error:
        batch.fail(str(error), batch.FAILED)
    except ValueError as error:
        batch.fail(str(error), batch.WRONG_USAGE)
    except OSError as error:
        batch.abandon_output()
        batch.fail(f"a file or the output cannot be used: {error}", batch.FAILED)


if __name__ == "__main__":
    main()
