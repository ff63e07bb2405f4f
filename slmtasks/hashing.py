"""SHA-256 of files, folders and values, in hex.

Knows nothing about what they mean.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def of_file(path: Path) -> str:
    """The digest of a file's content, read in pieces; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_text(text: str) -> str:
    """The digest of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def of_value(value: Any) -> str:
    """The digest of what JSON can hold, whatever the order of its keys."""
    return of_text(json.dumps(value, sort_keys=True, separators=(",", ":")))


def of_folder(folder: Path) -> str:
    """The digest of a folder's files, their names and contents; notes (.md) do not count."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    counted = [path for path in files if path.suffix != ".md" and not path.name.startswith(".")]
    return of_value({path.name: of_file(path) for path in counted})
