"""The options that several commands have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from slmtasks import devices
from slmtasks.options import Grounding

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A name that slmtasks models lists, 'nano', or a folder. [default: $SLMTASKS_MODEL, "
        "phi-3-mini where it is pulled, nano]",
    ),
]
DeviceOption = Annotated[str, typer.Option(help=f"One of {', '.join(devices.KNOWN)}.")]
TimeoutOption = Annotated[
    float | None, typer.Option(help="Seconds that the model may take for one document.")
]
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


@dataclass(frozen=True)
class Common:
    """The options of every task."""

    day_first: DayFirstOption = None
    password: PasswordOption = None
    model: ModelOption = None
    device: DeviceOption = "auto"
    timeout: TimeoutOption = None
    as_json: JsonOption = False


@dataclass(frozen=True)
class Recording:
    """The options of a batch beside them."""

    out: Annotated[Path, typer.Option(help="The file of records, one JSON object a line.")]
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
    seconds: Annotated[float, typer.Option(help="How long reading a document may take.")] = 60.0
    memory: Annotated[int, typer.Option(help="The MiB that reading a document may take.")] = 1024
    csv: Annotated[Path | None, typer.Option(help="Write the records as a table, too.")] = None
    parquet: Annotated[Path | None, typer.Option(help="The same as Parquet.")] = None
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print errors alone, no progress or summary.")
    ] = False
