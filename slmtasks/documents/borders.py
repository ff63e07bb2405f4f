"""Where the cells, columns and headings of a text end: borders that no value crosses.

Knows nothing about formats: readers write a tab between the cells of a row.
"""

from __future__ import annotations

import re

BORDER = "\0"
"""Marks a border. No document holds it: `Document` replaces NULs."""

_COLUMN_GAP = 3
"""So many spaces in a line separate columns; fewer are only wide word gaps."""

_BETWEEN = re.compile(
    rf"\t+|(?<=[^\s])[ \u00a0]{{{_COLUMN_GAP},}}(?=[^\s])"
    # the mark of a Markdown heading
    r"|^[ ]{0,3}#{1,6}(?=[ ])",
    re.MULTILINE,
)
_PIPED = re.compile(r"^[^\n|]*\|[^\n]*$", re.MULTILINE)


def mark_borders(text: str) -> str:
    """The text, of the same length, with BORDER in place of what separates cells."""
    marked = _PIPED.sub(_row, text) if "|" in text else text
    return _BETWEEN.sub(lambda found: BORDER * len(found[0]), marked)


def _row(line: re.Match[str]) -> str:
    """A line with its pipes marked where it is a row of a Markdown table."""
    text = line[0].strip()
    is_row = text.startswith("|") or text.endswith("|") or text.count("|") > 1
    return line[0].replace("|", BORDER) if is_row else line[0]
