"""The options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
