"""Find the documents of a batch: paths, globs, folders, or sources with their names.

The order is the same on every system: as given, and by name inside a folder or glob.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path

from slmtasks.batching.records import speakable
from slmtasks.documents.document import Document

Source = str | Path | Document
"""Text, a file or a `Document`, as the tasks take them."""

Inputs = str | Path | Iterable[str | Path | tuple[str, Source]]
"""A path, glob or folder; several of them; or pairs of a name and a source."""


@dataclass(frozen=True)
class Input:
    """One document, and the id of its record."""

    id: str
    source: Source


@dataclass(frozen=True)
class Found:
    """The documents of a batch, other files of its folders and globs, and the empty ones."""

    inputs: tuple[Input, ...]
    left_out: tuple[Path, ...] = ()
    empty: tuple[str, ...] = ()

    def said(self) -> str:
        """Say which files were left out, by extension, and which entries were empty, if any."""
        kinds = Counter(path.suffix.lower() or "without extension" for path in self.left_out)
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        left = f"left out, no documents of this task: {listed}" if listed else ""
        empty = f"no file in {', '.join(self.empty)}" if self.empty else ""
        return "; ".join(filter(None, (left, empty)))


def found(inputs: Inputs, suffixes: frozenset[str], *, but: Iterable[Path] = ()) -> Found:
    """Find every document once; folders and globs give the files that end in a suffix.

    A folder is searched recursively, without hidden files; a file that is named explicitly
    is taken whatever its suffix. Files in `but` are excluded. Raises ValueError if two pairs
    have the same name.
    """
    barred = {path.resolve() for path in but}
    taken: dict[str, Input] = {}
    places: set[str] = set()
    left: list[Path] = []
    empty: list[str] = []
    for entry in [inputs] if isinstance(inputs, str | Path) else inputs:
        if isinstance(entry, tuple):
            name, source = entry
            if name in taken:
                raise ValueError(f"two inputs are called {name!r}; give each a name of its own")
            taken[name] = Input(speakable(name), source)
            continue
        named, paths = _listed(entry)
        if not paths:
            empty.append(str(entry))
        for path in paths:
            place = os.path.abspath(path)
            if place in places:
                continue
            places.add(place)
            fits = named or (path.suffix.lower() in suffixes and not _endless(path))
            if path.resolve() in barred or not fits:
                left.append(path)
            else:
                taken[str(path)] = Input(speakable(str(path)), path)
    return Found(tuple(taken.values()), tuple(left), tuple(empty))


def _listed(entry: str | Path) -> tuple[bool, list[Path]]:
    """Return the files of a path, glob or folder, and whether it names one file."""
    path = Path(entry)
    if path.is_dir():
        return False, list(_walk(path))
    if path.exists() or not has_magic(str(path)):
        return True, [path]
    matches = sorted(Path(match) for match in glob(str(path), recursive=True))
    return False, [match for match in matches if match.is_file()]


def _endless(path: Path) -> bool:
    """Whether a path is a pipe, a socket or a device; reading it may never end."""
    return path.exists() and not path.is_file()


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(files) if not name.startswith("."))
