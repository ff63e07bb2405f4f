"""Cases of the curated records that are held out from training: fields, rows, replies.

Every field and every column may be absent as far as the schema says, so that the schema
does not give away which are. Questions with earlier messages are left out: a case of
`slmtasks eval` has no history.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from training.corpus import records

_KINDS = {"int": "integer", "list": "list of text"}


def extractions() -> Iterator[dict[str, Any]]:
    """All fields and rows of a record, under their first names."""
    for place, record in _held_out():
        shape: dict[str, Any] = {}
        gold: dict[str, Any] = {}
        for field in record.fields:
            name = field.name.split("|")[0]
            kind = _kind(field.type)
            shape[f"{name}?"] = f"{kind}: {field.about}" if field.about else kind
            gold[name] = field.value
        if rows := record.rows:
            shape[rows.name] = [{f"{key}?": _kind(kind) for key, kind in rows.columns.items()}]
            gold[rows.name] = rows.values
        if shape:
            yield {
                "id": place,
                "task": "extract",
                "document": record.text,
                "schema": shape,
                "gold": gold,
            }


def replies() -> Iterator[dict[str, Any]]:
    """The questions on a record; of those without quotes the text holds no answer."""
    for place, record in _held_out():
        for number, asked in enumerate(record.qa):
            if not asked.history:
                yield {
                    "id": f"{place}/{number}",
                    "task": "reply",
                    "document": record.text,
                    "message": asked.message,
                    "tone": asked.tone,
                    "gold": {"answered": bool(asked.quotes), "quotes": asked.quotes},
                }


def _held_out() -> Iterator[tuple[str, records.Record]]:
    return ((place, record) for place, record in records.numbered() if record.held_out)


def _kind(kind: str) -> str:
    return _KINDS.get(kind, kind.removeprefix("one of "))
