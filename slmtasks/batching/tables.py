"""Write the records of a batch as a table: CSV, or Parquet by pyarrow.

One row per document, from its last record; one column per field of the values, nested fields
named by their path, lists as JSON. Only this module knows pyarrow.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slmtasks.batching.records import Record
from slmtasks.errors import BatchError
from slmtasks.results import unsure

FIXED = ("id", "status", "error", "warnings", "confidence")
"""The columns before those of the values."""

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
# Spreadsheets that save a table choose their own quotes and separators.
_OURS = re.compile(rb'(\xef\xbb\xbf)?"?id"?[,;\t]"?status\b|PAR1')


def check(table: Path) -> None:
    """Check before the batch that its table can be written at the end.

    Raises ValueError if the path holds a file that is not such a table, or BatchError if
    pyarrow is missing.
    """
    if _is_parquet(table):
        _pyarrow()
    if not table.exists():
        return
    if not table.is_file():
        raise ValueError(f"{table} is not a regular file; give the name of a file")
    with table.open("rb") as file:
        head = file.read(64)
    if head and not _OURS.match(head):
        raise ValueError(
            f"{table} holds something else than a table of records, which would be lost; give "
            "another name"
        )


def write(
    records: Path, table: Path, *, confidence: bool = False, unsure_below: float | None = None
) -> None:
    """Write the table of a file of records; ".parquet" is Parquet, anything else CSV.

    The column `confidence` is the lowest of a record. With `confidence`, each value also has
    its own confidence column; with `unsure_below`, the column `unsure` names the values below
    it. An existing table is replaced once the new one is complete. Raises OSError, or as
    `check` does.
    """
    check(table)
    table.parent.mkdir(parents=True, exist_ok=True)
    rows = [_row(record, confidence, unsure_below) for record in last_records(records).values()]
    columns = list(dict.fromkeys([*FIXED, *(name for row in rows for name in row)]))
    partly = table.with_name(f"{table.name}.partly")
    if _is_parquet(table):
        _parquet(rows, columns, partly)
    else:
        with partly.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([_cell(name) for name in columns])
            writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    os.replace(partly, table)


def last_records(records: Path) -> dict[str, Record]:
    """Return the last record of each document in a file, by its id."""
    last: dict[str, Record] = {}
    with records.open("rb") as file:
        for line in file:
            record = Record.model_validate_json(line)
            last[record.id] = record
    return last


def _row(record: Record, confidence: bool, unsure_below: float | None) -> dict[str, Any]:
    error = f"{record.error.type}: {record.error.message}" if record.error else None
    lowest = min(record.confidence.values(), default=None)
    fixed = (record.id, record.status, error, "\n".join(record.warnings) or None, lowest)
    row = dict(zip(FIXED, fixed, strict=True))
    if unsure_below is not None:
        row["unsure"] = " ".join(unsure(record.confidence, unsure_below)) or None
    for name, value in _flat(record.value or {}, "").items():
        row[f"value.{name}"] = value
        if confidence:
            row[f"confidence.{name}"] = _lowest(record.confidence, name)
    return row


def _lowest(confidence: Mapping[str, float], column: str) -> float | None:
    """Return the confidence of a column's value; for a list, that of its least sure item."""
    inside = (f"{column}.", f"{column}[")
    chances = (c for path, c in confidence.items() if path == column or path.startswith(inside))
    return min(chances, default=None)


def _flat(value: Mapping[str, Any], path: str) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, entry in value.items():
        if isinstance(entry, dict):
            cells |= _flat(entry, f"{path}{name}.")
        elif isinstance(entry, list):
            cells[path + name] = json.dumps(entry, ensure_ascii=False)
        else:
            cells[path + name] = entry
    return cells


def _cell(value: Any) -> Any:
    """Make a value safe for a spreadsheet: text that it would run as a formula is quoted."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _is_parquet(table: Path) -> bool:
    return table.suffix.lower() == ".parquet"


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise BatchError(
            'Parquet takes one package more: pip install "slmtasks[parquet]"; or write CSV'
        ) from error
    return pyarrow, parquet


def _parquet(rows: list[dict[str, Any]], columns: list[str], path: Path) -> None:
    pyarrow, parquet = _pyarrow()
    made = {name: pyarrow.array(_alike([row.get(name) for row in rows])) for name in columns}
    parquet.write_table(pyarrow.table(made), path)


def _alike(cells: list[Any]) -> list[Any]:
    """Convert cells to one type: text if their types differ."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) < 2 or kinds == {int, float}:
        return [float(c) if kinds == {int, float} and c is not None else c for c in cells]
    return [None if cell is None else str(cell) for cell in cells]
