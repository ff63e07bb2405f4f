"""Fields out of a document, each with its place in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from typing_extensions import TypeVar

from slmtasks.documents.document import Document
from slmtasks.documents.passages import Passage
from slmtasks.documents.read import read
from slmtasks.engine.call import Listener
from slmtasks.engine.sources import opened
from slmtasks.engine.task import Task
from slmtasks.grammar.candidates import Source
from slmtasks.grounding.locate import written
from slmtasks.models.model import Model
from slmtasks.options import DecimalMark, Grounding
from slmtasks.prompt_files import Value
from slmtasks.results import Extraction
from slmtasks.schema.from_pydantic import fields
from slmtasks.schema.shapes import Schema

T = TypeVar("T", default=Any)


def extract(
    source: str | Path | Document,
    schema: Schema[T],
    *,
    instructions: str | None = None,
    examples: Sequence[tuple[str, T]] = (),
    grounding: Grounding = "strict",
    retries: int = 2,
    model: Model | None = None,
    timeout: float | None = None,
    day_first: bool | None = None,
    decimal: DecimalMark | None = None,
    on_progress: Listener | None = None,
) -> Extraction[T]:
    """Fill the fields of a schema from text (`str`), a file (`Path`) or a `Document`.

    `schema` is a pydantic model, a dataclass, a TypedDict, a list of one of these, a line of
    fields as on the command line ("vendor, issued: date?, total: number"), or a JSON Schema.
    Fields may be str, int, float, Decimal, bool, date, datetime, Literal, Enum, lists,
    nested models, and each of these with `| None`. Descriptions and aliases reach the
    model. A field that the document does not give is None where its type allows it.

    `grounding="strict"`: every string, number and date is text of the document; `evidence`
    has its page, offsets and quote. "flag": the model words freely, evidence is looked up
    afterwards, and what is not found is in `warnings`. "off": neither. `examples` are pairs
    of a text and its answer. After a failed validation the model is told why and asked
    again, `retries` times at most.

    `day_first` says how dates such as 03/04/2024 are read, `decimal` (",", ".") how numbers
    such as 1.234 are; they take the place of the `Document`'s own. Where neither is given,
    the document's other dates and amounts decide, then its language and currency, and
    `warnings` names what stays in doubt.

    Raises DocumentError, SchemaError, ModelError, NothingToQuote, InvalidAnswer
    or TimedOut.

    Example:

        class Invoice(BaseModel):
            vendor: str
            total: Decimal

        extract(Path("invoice.pdf"), Invoice).value.total
    """
    task = Task(
        "extract" if grounding == "strict" else "extract-free",
        schema,
        grounding=grounding,
        retries=retries,
    )
    shown = [{"document": text, "answer": _written(task, text, value)} for text, value in examples]
    variables: dict[str, Value] = {
        "fields": fields(task.node),
        "instructions": instructions or "",
        "examples": shown,
    }
    document = opened(source)
    if day_first is not None or decimal is not None:
        document = replace(
            document,
            day_first=document.day_first if day_first is None else day_first,
            decimal=decimal or document.decimal,
        )
    return task(document, variables, model=model, timeout=timeout, on_progress=on_progress)


def _written(task: Task[T], text: str, value: T) -> str:
    source = Source(Passage.whole(read(text)))
    return json.dumps(
        written(task.node, task.shape.example(value), source),
        ensure_ascii=False,
        separators=(",", ":"),
    )
