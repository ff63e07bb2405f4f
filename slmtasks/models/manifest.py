"""What a model folder was when it was installed: every file with its size and SHA-256.

Kept as a JSON file in the folder. Knows neither where the files came from nor the runtime.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from slmtasks.errors import ModelCorrupt

FILENAME = "slmtasks-manifest.json"


def is_inside(path: str) -> bool:
    """Whether a relative path with forward slashes stays in its folder on every system."""
    return not {"", ".", ".."} & set(path.split("/")) and not set("\\:\0") & set(path)


def _inside(path: str) -> str:
    if not is_inside(path):
        raise ValueError(f"{path!r} leaves the folder")
    return path


class File(BaseModel):
    """A file's size in bytes and its SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True)

    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """A model folder's origin and its files, by their relative paths.

    `revision` is the commit at the hub, None where the files came from a folder.
    """

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    name: str
    kind: str
    source: str
    revision: str | None = None
    files: Annotated[dict[Annotated[str, AfterValidator(_inside)], File], Field(min_length=1)]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files.values())


def take(folder: Path) -> dict[str, File]:
    """The files of a folder as they are now; raises ModelCorrupt on a link in it."""
    return {path: _of(folder / path) for path in sorted(_paths(folder))}


def write(folder: Path, manifest: Manifest) -> None:
    """Keep a manifest in its folder, on the disk before this returns."""
    with (folder / FILENAME).open("w", encoding="utf-8", newline="\n") as file:
        file.write(manifest.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a folder; raises ModelCorrupt where there is none that can be used."""
    path = folder / FILENAME
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ModelCorrupt(
            f"{folder} holds no {FILENAME}: only a model that was pulled can be verified; "
            "slmtasks models pull --from FOLDER makes one"
        ) from error
    except (OSError, ValidationError) as error:
        raise ModelCorrupt(f"{path} cannot be used; pull the model again") from error


def verify(folder: Path) -> Manifest:
    """Compare every byte of a folder with its manifest; raises ModelCorrupt at a difference."""
    kept = read(folder)
    found = set(_paths(folder))
    for path in sorted(found ^ kept.files.keys()):
        what = "is missing" if path in kept.files else "was added"
        raise ModelCorrupt(f"{folder / path} {what} since it was installed; pull the model again")
    for path, file in kept.files.items():
        if _of(folder / path) != file:
            raise ModelCorrupt(f"{folder / path} is not what was installed; pull the model again")
    return kept


def _paths(folder: Path) -> Iterator[str]:
    true = folder.resolve()
    for place, folders, files in os.walk(true):
        for name in (*folders, *files):
            path = Path(place, name)
            # Where a path resolves to another it is a link, or a junction of Windows.
            if path.resolve() != path:
                raise ModelCorrupt(f"{path} is a link; a model folder holds plain files only")
            relative = path.relative_to(true).as_posix()
            if name in files and relative != FILENAME:
                yield relative


def _of(path: Path) -> File:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return File(size=path.stat().st_size, sha256=digest)
    except OSError as error:
        raise ModelCorrupt(f"{path} cannot be read ({error}); pull the model again") from error
