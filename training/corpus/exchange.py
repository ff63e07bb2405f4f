"""Other names and figures in a record, alike in text and answers: fewer are learnt by heart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from training.corpus.records import Record
from training.generator import lexicon as lex

_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_FIGURE = re.compile(r"[^\d]{0,6}[\d.,\-/ ]{2,14}[^\d]{0,6}")
_KEPT = frozenset(
    "january february march april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday street road avenue lane limited company "
    "total date invoice from with this that".split()
)
"""Words that begin with a capital and are no names."""


def exchanged(record: Record, r: Random) -> Record:
    """The record with half of the names and figures of its values replaced.

    Unchanged where a value would no longer be in the text: parts of names and figures overlap.
    """
    changes: dict[str, str] = {}
    for value in _values(record):
        for name in _NAME.findall(value):
            if name.lower() not in _KEPT and name not in changes and r.random() < 0.5:
                changes[name] = lex.name(r).split()[0].capitalize()
    for value in _figures(record):
        if r.random() < 0.5:
            changes[value] = re.sub(r"\d", lambda match: _digit(match, r), value)
    # The longest first: a figure may hold another.
    pairs = sorted(changes.items(), key=lambda change: -len(change[0]))

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [changed(inner) for inner in value]
        for old, new in pairs if isinstance(value, str) else ():
            before, after = (r"[\d.,]", r"\d") if old[0].isdigit() else (r"[A-Za-z]", r"[a-z]")
            pattern = rf"(?<!{before}){re.escape(old)}(?!{after})"
            value = re.sub(pattern, new.replace("\\", r"\\"), value)
        return value

    asked = record.model_dump(include={"text", "fields", "rows"})
    for field in asked["fields"]:
        if not field["type"].startswith("one of"):
            field["value"] = changed(field["value"])
    if asked["rows"]:
        asked["rows"]["values"] = changed(asked["rows"]["values"])
    other = Record.model_validate(
        {**record.model_dump(by_alias=True), **asked, "text": changed(record.text)}
    )
    held = all(value in other.text for value in _verbatim(other))
    return other if held else record


def _digit(match: re.Match[str], r: Random) -> str:
    return "0" if match[0] == "0" and match.start() == 0 else str(r.randint(1, 9))


def _values(record: Record) -> Iterator[str]:
    yield from (field.value for field in record.fields if isinstance(field.value, str))
    for row in record.rows.values if record.rows else []:
        yield from (value for value in row.values() if isinstance(value, str))


def _verbatim(record: Record) -> Iterator[str]:
    """The values that are copied from the text."""
    options = {f.value for f in record.fields if f.type.startswith("one of")}
    yield from (value for value in _values(record) if value not in options)


def _figures(record: Record) -> Iterator[str]:
    """Values of figures that are no dates and are part of no other value."""
    dates = {str(f.value) for f in record.fields if f.type in ("date", "datetime")}
    values = list(_values(record))
    for field in record.fields:
        value = field.value
        if (
            field.type in ("number", "int", "text")
            and isinstance(value, str)
            and value not in dates
            and _FIGURE.fullmatch(value)
            and all(value == other or value not in other for other in values)
        ):
            yield value
