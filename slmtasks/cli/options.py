"""The options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slmtasks.limits import Limits
from slmtasks.options import Grounding

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Text, Markdown, HTML, PDF, mail or Office files."),
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
LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=NUMBER",
        help="Raise or lower what is read of a document: file_bytes, pages, page_characters, "
        "unpacked_bytes, seconds, memory_bytes. Can be given several times.",
    ),
]
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


def limits_of(given: list[str] | None) -> Limits:
    """The limits that `--limit` names, the others as they are by default."""
    named: dict[str, float] = {}
    for one in given or ():
        name, _, number = one.partition("=")
        if name not in Limits.__slots__:
            raise typer.BadParameter(f"{name!r} is no limit; see --help")
        try:
            named[name] = float(number) if name == "seconds" else int(number)
        except ValueError as error:
            raise typer.BadParameter(f"--limit {one}: {number!r} is no number") from error
    try:
        return Limits(**named)  # type: ignore[arg-type]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
