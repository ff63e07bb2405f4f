"""A model folder is made in a staging folder and moved to its place as a whole.

Where a process dies in between, the place holds the old model or none, and the next one
begins with what the staging folder kept. Knows nothing about where files come from.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_data_path

from slmtasks.errors import ModelCorrupt, PullFailed
from slmtasks.models import manifest
from slmtasks.models.manifest import Manifest

SPARE = 64 << 20
"""Bytes of the disk that a pull leaves free."""


def root() -> Path:
    """Where pulled models are: SLMTASKS_MODELS, or a folder of the user's."""
    named = os.environ.get("SLMTASKS_MODELS")
    return Path(named) if named else user_data_path("slmtasks", appauthor=False) / "models"


@dataclass(frozen=True)
class Target:
    """The place of a model for a kind of device."""

    name: str
    kind: str

    @property
    def folder(self) -> Path:
        """Where it is found."""
        return root() / self.name / self.kind

    @property
    def staging(self) -> Path:
        """Where it is made, and what came so far is kept."""
        return root() / ".staging" / f"{self.name}@{self.kind}"


@contextmanager
def locked(target: Target) -> Iterator[None]:
    """One pull of a folder at a time, on this machine."""
    try:
        target.staging.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target.staging}.lock"):
            yield
    except OSError as error:
        raise PullFailed(
            f"{target.name} cannot be installed in {root()} ({error}); free that place, or "
            "name another by SLMTASKS_MODELS"
        ) from error


def install(target: Target, made: Path, source: str, commit: str | None) -> None:
    """Write the manifest and move the folder to its place; the old one goes."""
    manifest.write(
        made,
        Manifest(
            name=target.name,
            kind=target.kind,
            source=source,
            revision=commit,
            files=manifest.take(made),
        ),
    )
    old = target.staging / "old"
    fresh(old).rmdir()
    target.folder.parent.mkdir(parents=True, exist_ok=True)
    if target.folder.exists():
        target.folder.replace(old)
    made.replace(target.folder)
    shutil.rmtree(target.staging, ignore_errors=True)


def fresh(folder: Path) -> Path:
    """An empty folder, whatever was there."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def commit(folder: Path) -> str | None:
    """The commit of what is installed, where it is still whole."""
    try:
        return manifest.verify(folder).revision
    except ModelCorrupt:
        return None


def check_disk(needed: int) -> None:
    """Raise PullFailed where a pull needs more bytes than are free."""
    free = shutil.disk_usage(root()).free
    if needed + SPARE > free:
        raise PullFailed(
            f"{needed / 1e9:.2f} GB are to come and {free / 1e9:.2f} GB of {root()} are free; "
            "free some, or name another place by SLMTASKS_MODELS"
        )
