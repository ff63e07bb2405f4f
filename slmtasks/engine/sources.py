"""The sources that tasks are given, as documents."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from slmtasks.documents.document import Document
from slmtasks.documents.filetypes import SUFFIXES
from slmtasks.documents.read import read


def opened(source: str | Path | Document) -> Document:
    """The document that a task was given as text, a file or a `Document`.

    Raises ValueError for a text that names a file.
    """
    if isinstance(source, Document):
        return source
    if isinstance(source, str):
        refuse_file_name(source)
    if isinstance(source, str | Path):
        return read(source)
    raise TypeError(
        f"a source is text (str), a file (Path) or a Document, not {type(source).__name__}"
    )


def refuse_file_name(text: str) -> None:
    """Raise ValueError where a text is the name of a file, which was meant to be read."""
    if len(text.splitlines()) != 1:
        return
    named = Path(text)
    extension = named.suffix.lower() in SUFFIXES and not re.search(r"\s", text)
    with suppress(OSError, ValueError):
        extension = extension or named.is_file()
    if extension:
        raise ValueError(
            f"the source is the text {text!r}, which names a file; give Path({text!r}) for the "
            f"file, or read({text!r}) for the text itself"
        )
