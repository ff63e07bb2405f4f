"""CSV and TSV to text: a line a row, a tab between its cells.

The delimiter is the one that gives the rows the most even number of cells; the csv
module's own Sniffer takes letters for delimiters. Knows nothing about files.
"""

from __future__ import annotations

import csv
from collections import Counter

_DELIMITERS = "\t;|,"
"""By preference: a comma may be the decimal mark of cells that another one separates."""

_SAMPLE = 20_000
"""How many characters are read to choose the delimiter."""

_Rows = list[list[str]]


def text_of(table: str) -> str:
    """The rows of a table; the text itself where no delimiter fits.

    White space in a cell becomes one space, quotes around it go, empty rows are left out.
    """
    table, told = _without_declaration(table)
    rows = _rows(table, told) if told else _best(table)
    if rows is None:
        return table
    cells = ([" ".join(cell.split()) for cell in row] for row in rows)
    lines = ("\t".join(row).rstrip("\t") for row in cells)
    return "\n".join(line for line in lines if line)


def _without_declaration(table: str) -> tuple[str, str]:
    """The table without the line "sep=;", which Excel reads, and the delimiter that it names."""
    first, _, rest = table.partition("\n")
    first = first.rstrip("\r")
    return (rest, first[-1]) if len(first) == 5 and first.startswith("sep=") else (table, "")


def _best(table: str) -> _Rows | None:
    """The rows by the delimiter that fits best; None where none separates most rows."""
    sample = table[:_SAMPLE]
    if len(table) > _SAMPLE:
        # The last line of the sample may be cut.
        sample = sample[: sample.rfind("\n") + 1] or sample
    scores = [(_agreement(_rows(sample, mark)), mark) for mark in _DELIMITERS]
    score, mark = max(scores, key=lambda pair: pair[0])  # the first of equals
    return _rows(table, mark) if score > 0.5 else None


def _agreement(rows: _Rows) -> float:
    """The share of rows that have the most frequent number of cells; 0 where that is one."""
    counts = Counter(len(row) for row in rows if row)
    if not counts:
        return 0.0
    cells, times = counts.most_common(1)[0]
    return times / counts.total() if cells > 1 else 0.0


def _rows(table: str, delimiter: str) -> _Rows:
    lines = table.splitlines(keepends=True)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        # A cell is longer than the module takes: its quote never ends.
        rows = []
    if not rows or _is_open(rows, table):
        rows = list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return rows


def _is_open(rows: _Rows, table: str) -> bool:
    """Whether the last cell began with a quote that nothing ends, and took all the rest."""
    last = rows[-1][-1] if rows[-1] else ""
    return "\n" in last and not table.rstrip().endswith('"')
