"""The options that several commands have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from slmtasks.documents.limits import Limits
from slmtasks.models import devices
from slmtasks.options import DecimalMark, Grounding

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A name that slmtasks models lists, 'nano', or a folder.",
        show_default="$SLMTASKS_MODEL, micro or phi-3-mini where it is pulled, nano",
    ),
]
DeviceOption = Annotated[str, typer.Option(help=f"One of {', '.join(devices.KNOWN)}.")]
TimeoutOption = Annotated[
    float | None, typer.Option(help="Seconds that the model may take for one document.")
]
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
DecimalOption = Annotated[
    DecimalMark | None,
    typer.Option(help="The mark before decimals, ',' or '.': how 1.234 is read."),
]

UnsureOption = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help="Mark values whose confidence is lower, and exit with code 3 where there are any.",
    ),
]


def regular_file(path: Path | None) -> Path | None:
    """The path of an output; refuses what is there and is no file, such as a device or folder."""
    if path is not None and path.exists() and not path.is_file():
        raise typer.BadParameter(f"{path} is not a regular file; give the name of a file")
    return path


@dataclass(frozen=True)
class Common:
    """The options of every task."""

    day_first: DayFirstOption = None
    decimal: DecimalOption = None
    password: PasswordOption = None
    limit: LimitOption = None
    model: ModelOption = None
    device: DeviceOption = "auto"
    timeout: TimeoutOption = None
    unsure_below: UnsureOption = None
    as_json: JsonOption = False


@dataclass(frozen=True)
class Recording:
    """The options of a batch beside them."""

    out: Annotated[
        Path,
        typer.Option(help="The file of records, one JSON object a line.", callback=regular_file),
    ]
    restart: Annotated[
        bool, typer.Option("--restart", help="Put an output that exists aside and begin anew.")
    ] = False
    append: Annotated[
        bool, typer.Option("--append", help="Add to an output that has other settings' records.")
    ] = False
    retry: Annotated[bool, typer.Option("--retry", help="Do failed documents once more.")] = False
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first document that fails.")
    ] = False
    csv: Annotated[Path | None, typer.Option(help="Write the records as a table, too.")] = None
    parquet: Annotated[Path | None, typer.Option(help="The same as Parquet.")] = None
    confidence: Annotated[
        bool,
        typer.Option("--confidence", help="Give each value's confidence a column of the table."),
    ] = False
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print errors alone, no progress or summary.")
    ] = False


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
