"""Other names and figures in a record, alike in text and answers: fewer are learnt by heart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

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
    """The record with half of the names and figures of its values replaced."""
    changes: dict[str, str] = {}
    for value in _values(record):
        for name in _NAME.findall(value):
            if name.lower() not in _KEPT and name not in changes and r.random() < 0.5:
                changes[name] = lex.name(r).split()[0].capitalize()
    for value in _figures(record):
        if r.random() < 0.5:
            changes[value] = re.sub(r"\d", lambda match: _digit(match, r), value)
    asked = record.model_dump_json(include={"text", "fields", "rows"})
    # The longest first: a figure may hold another.
    for old, new in sorted(changes.items(), key=lambda change: -len(change[0])):
        asked = re.sub(rf"(?<![A-Za-z\d.,\\]){re.escape(old)}(?![a-z\d])", new, asked)
    changed = Record.model_validate_json(asked.replace("{", '{"kind":"",', 1))
    return record.model_copy(
        update={"text": changed.text, "fields": changed.fields, "rows": changed.rows}
    )


def _digit(match: re.Match[str], r: Random) -> str:
    return "0" if match[0] == "0" and match.start() == 0 else str(r.randint(1, 9))


def _values(record: Record) -> Iterator[str]:
    yield from (field.value for field in record.fields if isinstance(field.value, str))
    for row in record.rows.values if record.rows else []:
        yield from (value for value in row.values() if isinstance(value, str))


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
